//! Work that is done later, by somebody else, and who goes first.
//!
//! # Problem
//! A request is to be answered now, and what it sets off may be done later: a mail, a cache to be warmed up. Somebody has to do it, some of it matters
//! more than the rest, and of what was once accepted nothing may go missing.
//!
//! # Idea
//! Tasks are put into a queue for each class, and workers take them: who matters more first, and who has waited for long counts as of a higher class, so that
//! everybody's turn comes. Tokens limit how many are begun in a second. What fails is tried again later, twice as late each time. Workers come and go as
//! there is more or less to do.
//!
//! # Watch
//! A rail for each class, and the main queue with what found its rail full. As documented the 100 high tasks go first, and of the low ones none before the
//! last of them is begun. As shipped all go into one queue in the order of coming, and from there as fast as there are tokens into goroutines that wait for a
//! worker: the queue is empty and everybody waits outside of it. What finds it full is thrown away after it was accepted.
//!
//! # Choose
//! For work that nobody waits for. Whoever submits must learn that there is no room, and whatever is accepted belongs somewhere safe if the process may die: here it ends with
//! the process, at best after a drain. Without ageing a class that always has work keeps all below it waiting for ever.
//!
//! # Primitives
//! Priority queue. Token bucket. Crew. Backoff. Batcher. Ticker. Channels. Tasks.
//!
//! # Origin
//! The background processor of a backend in Go: ten workers, rails of 100, 200 and 300, a main queue of 1,000 and 100 tokens a second. Its one caller warms up a cache after
//! each search for a word. Ageing, and how a batch is put together, of which there are only fields, are added here. A timeout of 0 is none, where that code takes 30 s for it.

mod checks;
mod documented;
mod params;
mod presets;
mod rank;
mod report;
mod service;
mod shipped;
mod statistics;
mod team;
mod work;
mod worker;

pub use rank::Rank;
pub use service::{Background, Does, Names, Settings};
pub use statistics::Statistics;

use documented::Documented;
use millrace_engine::{Env, Job, StationSpec, Task};
use millrace_parts::{
    Allowance, Arrivals, BACKEND_VARIABLES, Batcher, Cond, Crew, Either, Limiter, LimiterSettings, PriorityQueue,
    PriorityQueueSettings, channel, channel_of, select2,
};
use millrace_spec::{
    At, Batch, Bucket, Environment, Fidelity, FieldGroup, Flow, GaugeSpec, LimiterRule, Measure, Pattern, Place,
    RailGauges, Rails, SceneSpec, Step, Unit, Values, Wire,
};
use millrace_trace::{SimTime, Span, StationId, StationKind, UNLIMITED};
use millrace_upstream as upstream;
use params::Params;
use rank::Ranks;
use shipped::Shipped;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use team::Team;
use work::{Aside, Books, Work};

const TASKS: &str = "tasks";
const QUEUE: &str = "queue";
const OUTSIDE: &str = "outside";
const RETRIES: &str = "retries";
const BATCH: &str = "batch";
const BATCHES: &str = "in batches";
const STRANDED: &str = "stranded";
const WORKERS: &str = "workers";
const G: RailGauges = RailGauges::ALL;

/// The background processor, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "background-processor",
    name: "Background processor",
    title: "Background processor",
    group: "Services",
    glyph: "priority",
    fields: Params::with_script,
    scene,
    measures: |_| {
        let begun = Step::Served(At::Kind(StationKind::Worker));
        vec![Measure { who: "tasks", ..Measure::new("waiting", "Wait for a worker", "Waits", Step::Entered, begun) }]
    },
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || checks::CHECKS,
    environment: Some(&ENVIRONMENT),
    shipped: "what was accepted may be thrown away",
    disagreement: Some(
        "The document promises priorities, retries with exponential backoff, batches and workers that come and go. In its code every task goes through one queue \
         in the order of coming, and waits for its worker where nothing counts it; what finds that queue full is thrown away after it was accepted. A retry waits for its \
         delay in the worker, and then for as many seconds as there were attempts. A worker that is let go takes one more task along. A panic counts as \
         success, a handler whose time is over runs on, a stop throws away what waits, and of the batches there are only two fields.",
    ),
    file: file!(),
    detail: Some(|values| Box::new(report::Tasks::of(values))),
    run: |env, values, fidelity| {
        let (values, names) = (values.clone(), Names::OWN);
        Box::pin(run(env, Settings { fidelity, values, names, does: None }))
    },
    ..Pattern::BASE
};

static ENVIRONMENT: Environment = Environment {
    variables: &BACKEND_VARIABLES,
    takes: &[("BACKGROUND_WORKER_COUNT", "workers"), ("BACKGROUND_QUEUE_SIZE", "queue")],
    times: &[],
};

/// What the place of the rails is told.
fn rails(p: &Params, fidelity: Fidelity) -> Rails {
    let is_strict = fidelity == Fidelity::Documented && p.by_class();
    Rails {
        rails: Rank::ALL.map(Rank::rail).to_vec(),
        main: (p.room(), if is_strict { "overflow" } else { "main queue" }),
        outside: OUTSIDE,
        retries: RETRIES,
        stranded: STRANDED,
        age: if is_strict { p.age } else { Span::ZERO },
        is_strict,
        throws_away: fidelity == Fidelity::Shipped && p.by_class(),
        keeps: fidelity == Fidelity::Documented,
        rule: None,
    }
}

fn scene(values: &Values, fidelity: Fidelity) -> SceneSpec {
    let p = Params::read(values);
    let bucket = Bucket {
        rule: LimiterRule::TokenBucket,
        limit: p.task_rate,
        per: Span::secs(1),
        burst: p.task_burst,
        refuses: false,
    };
    let mut flow = vec![Flow::from(Place::source(TASKS, "Tasks"))];
    let mut wires = Vec::new();
    if p.is_warmup() && fidelity == Fidelity::Documented {
        let batch = Batch { size: p.batch_size, interval: p.batch_every };
        flow.push(Place::batch(BATCH, "Batch", batch).into());
        wires = vec![Wire::new(TASKS, BATCH), Wire::new(BATCH, QUEUE)];
    } else {
        wires.push(Wire::new(TASKS, QUEUE));
    }
    flow.extend([
        Place::rails(QUEUE, "Rails", rails(&p, fidelity)).into(),
        Place::bucket(bucket).into(),
        Place::crew(WORKERS, "Workers").into(),
        Place::sink("results", "Ended").into(),
    ]);
    let through = [LimiterRule::TokenBucket.id()];
    wires.extend([Wire::new(QUEUE, WORKERS).through(through), Wire::new(WORKERS, "results")]);
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: QUEUE.into(), gauge, label, unit };
    let mut gauges = vec![
        gauge("workers", G.workers, "Workers", Unit::Count("workers")),
        gauge("retried", G.retried, "Tried again", Unit::Sum("times")),
        gauge("longest-wait", G.longest, "Longest wait", Unit::Time),
    ];
    if fidelity == Fidelity::Shipped {
        gauges.extend([
            gauge("asleep", G.sleeping, "Asleep", Unit::Count("workers")),
            gauge("never-run", G.never_run, "Never run", Unit::Sum("tasks")),
            gauge("inverted", G.inverted, "Inverted", Unit::Sum("tasks")),
            gauge("panics-done", G.panics_done, "Panics done", Unit::Sum("panics")),
            gauge("left-running", G.left_running, "Run on alone", Unit::Count("handlers")),
        ]);
    } else {
        gauges.push(gauge("aged", G.aged, "Aged", Unit::Sum("tasks")));
    }
    let mut faults = vec![upstream::kill_worker()];
    faults.extend(worker::faults());
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, gauges, faults, ..SceneSpec::new(Flow::row(flow), wires) }
}

/// Tasks that go by themselves, as long as they are in here.
type Started = RefCell<BTreeMap<u64, Task<()>>>;

/// What the tasks of the processor share.
struct Processor {
    env: Env,
    p: Params,
    is_shipped: bool,
    names: Names,
    does: Option<Does>,
    books: Books,
    team: Team,
    tokens: Limiter,
    /// Where those are at home who wait outside.
    aside: StationId,
    /// The rails, by class; of what has none the main queue.
    rails: [StationId; 4],
    documented: Option<Rc<Documented>>,
    shipped: Option<Rc<Shipped>>,
    /// What was started for one task each and has not come to its end, by number.
    started: Started,
    /// Handlers that run by themselves: their workers wait for them, also where all else is over.
    handlers: Started,
    numbers: Cell<u64>,
    /// Since when it has been counting.
    since: Cell<SimTime>,
    /// Nobody is let in any more.
    is_closed: Cell<bool>,
}

impl Processor {
    fn open(env: &Env, settings: Settings) -> Rc<Processor> {
        let Settings { fidelity, values, names, does } = settings;
        let (p, is_shipped) = (Params::read(&values), fidelity == Fidelity::Shipped);
        let (shipped, documented) = match is_shipped {
            true => (Some(open_shipped(env, &p, names)), None),
            false => (None, Some(open_documented(env, &p, names))),
        };
        let queue = match (&shipped, &documented) {
            (Some(shipped), _) => shipped.main.0.station(),
            (_, Some(documented)) => documented.queue.station(),
            _ => StationId::NONE,
        };
        let open = |name, capacity| env.open(StationSpec { kind: StationKind::Channel, name, parent: queue, capacity });
        let member = |name| open(name, UNLIMITED);
        // Also where nobody uses them: a task is of its class all the same.
        let rails = Rank::ALL.map(|rank| match (rank.room(), &shipped, &documented) {
            (None, ..) => queue,
            (Some(_), _, Some(of)) if p.by_class() => of.queue.station_of(rank.place()),
            (Some(_), Some(of), _) if p.by_class() => of.rails.get(rank.place()).map_or(queue, |(tx, _)| tx.station()),
            (Some(room), ..) => open(rank.id(), room),
        });
        let retries = member(RETRIES);
        let aside = if is_shipped { member(OUTSIDE) } else { retries };
        let allowance = Allowance { limit: p.task_rate, per: Span::secs(1), burst: p.task_burst, log_refused: false };
        let settings = LimiterSettings { rule: LimiterRule::TokenBucket, allowance, waits: true, max_wait: None };
        let tokens = Limiter::open(env, names.tokens, settings).starting_empty();
        let stranded = if is_shipped { member(STRANDED) } else { StationId::NONE };
        let batches = documented.as_ref().map_or(StationId::NONE, |of| of.batches);
        let is_strict = !is_shipped && p.by_class();
        let age = if is_strict { p.age } else { Span::ZERO };
        let books = Books::open(env, queue, Aside { retries, batches, stranded }, age, !is_shipped);
        books.set(G.is_strict, is_strict.into());
        books.set(G.keeps, (!is_shipped).into());
        let team = Team::new(env, &books);
        let (started, handlers) = (RefCell::default(), RefCell::default());
        let (numbers, since, is_closed) = (Cell::new(0), Cell::new(SimTime::ZERO), Cell::new(false));
        let env = env.clone();
        Rc::new(Processor {
            env,
            p,
            is_shipped,
            names,
            does,
            books,
            team,
            tokens,
            aside,
            rails,
            documented,
            shipped,
            started,
            handlers,
            numbers,
            since,
            is_closed,
        })
    }

    /// Starts a task that is gone when it has come to its end, or when the processor does.
    fn starts(self: &Rc<Self>, name: &str, at: StationId, body: impl Future<Output = ()> + 'static) {
        self.keeps(|processor| &processor.started, name, at, body);
    }

    fn keeps(
        self: &Rc<Self>,
        of: fn(&Processor) -> &Started,
        name: &str,
        at: StationId,
        body: impl Future<Output = ()> + 'static,
    ) {
        let number = self.numbers.get();
        self.numbers.set(number + 1);
        let weak = Rc::downgrade(self);
        let task = self.env.spawn_at(name, at, async move {
            body.await;
            let own = weak.upgrade().and_then(|processor| of(&processor).borrow_mut().remove(&number));
            own.into_iter().for_each(Task::detach);
        });
        of(self).borrow_mut().insert(number, task);
    }

    /// Starts the workers, and those who hand tasks to them.
    fn start(self: &Rc<Self>) -> Vec<Task<()>> {
        let inner = self.clone();
        let crew = Crew::start(&self.env, self.names.workers, "worker", self.p.crew(), move |worker| {
            worker::serve(inner.clone(), worker)
        });
        self.team.has(crew);
        self.hands_out()
    }

    /// Starts those who hand tasks to the workers, and see to it that there are as many as are needed.
    fn hands_out(self: &Rc<Self>) -> Vec<Task<()>> {
        let mut tasks = vec![self.env.spawn_at("scaler", self.aside, team::scale(self.clone()))];
        let mut start = |name: &str, body: std::pin::Pin<Box<dyn Future<Output = ()>>>| {
            tasks.push(self.env.spawn_at(name, self.aside, body));
        };
        if let Some(of) = &self.shipped {
            if !of.rails.is_empty() {
                start("dispatcher of rails", Box::pin(shipped::dispatch_rails(self.clone(), of.clone())));
            }
            start("dispatcher", Box::pin(shipped::dispatch_main(self.clone(), of.clone())));
        }
        if let Some(of) = &self.documented {
            start("dispatcher", Box::pin(documented::dispatch(self.clone(), of.clone())));
            start("rescuer", Box::pin(documented::rescue(self.clone(), of.clone())));
            if of.batcher.is_some() {
                start("batches", Box::pin(documented::batch(self.clone(), of.clone())));
            }
        }
        tasks
    }

    /// All that waits is dropped.
    fn empties(&self) {
        if let Some(of) = &self.documented {
            let together = of.batcher.iter().flat_map(Batcher::abandon);
            together.for_each(|job| self.books.drops(job, Vec::new()));
            drop(of.queue.empty());
        }
        if let Some(of) = &self.shipped {
            let queues = of.rails.iter().chain([&of.main]);
            queues.for_each(|(_, queue)| while queue.try_recv().is_some() {});
        }
    }

    fn submit(&self, job: Job, rank: Rank) {
        if self.is_closed.get() {
            self.books.count(G.submitted, 1);
            self.books.came(rank, false);
            self.refuses(Work::new(&self.books, job, rank));
        } else if let Some(of) = &self.documented {
            of.submit(self, job, rank);
        } else if let Some(of) = &self.shipped {
            of.takes(self, job, rank);
        }
    }

    /// It is told that there is no room for it. As shipped that is a failure.
    fn refuses(&self, work: Work) {
        self.books.count(G.refused, 1);
        if self.is_shipped {
            self.books.count(G.failures, 1);
        }
        work.refused();
    }

    /// The station that a task of a class is bound for.
    fn rail(&self, rank: Rank) -> StationId {
        self.rails.get(rank.place()).copied().unwrap_or(StationId::NONE)
    }
}

fn open_documented(env: &Env, p: &Params, names: Names) -> Rc<Documented> {
    let rails = if p.by_class() { Rank::rails() } else { Vec::new() };
    let classes = if p.by_class() { Rank::ALL.len() } else { 1 };
    let settings = PriorityQueueSettings { rails: &rails, classes, overflow: p.room(), age: p.age };
    let queue = PriorityQueue::open(env, names.queue, settings);
    let batches = || {
        let (kind, parent) = (StationKind::Channel, queue.station());
        env.open(StationSpec { kind, name: BATCHES, parent, capacity: UNLIMITED })
    };
    let batches = if p.is_warmup() { batches() } else { StationId::NONE };
    let batcher = p.is_warmup().then(|| Batcher::open(env, names.batch, batches, p.batcher()));
    Rc::new(Documented { queue, batcher, batches })
}

fn open_shipped(env: &Env, p: &Params, names: Names) -> Rc<Shipped> {
    let main = channel(env, names.queue, p.room());
    let rails = if p.by_class() { Rank::rails() } else { Vec::new() };
    let rails = rails.into_iter().map(|(name, room)| channel_of(env, main.0.station(), name, room)).collect();
    let came = Cond::of(env, main.0.station());
    Rc::new(Shipped { rails, main, came })
}

async fn run(env: Env, settings: Settings) {
    let source = env.open_plain(StationKind::Source, TASKS);
    let background = Rc::new(Background::open(&env, settings));
    background.start();
    let mut source = pin!(env.spawn_at(TASKS, source, take_in(env.clone(), background.clone())).join());
    let have_come = Cell::new(false);
    let all_done = async {
        source.as_mut().await;
        have_come.set(true);
        background.settled().await;
    };
    let stop_at = background.processor().p.stop_at;
    if stop_at.is_zero() {
        all_done.await;
    } else {
        let which = select2(&env, env.sleep(stop_at), all_done).await;
        if which == Either::First(()) {
            background.stop().await;
            // Whoever comes after that is refused.
            if !have_come.get() {
                source.await;
            }
        }
    }
    background.cut();
}

/// As documented all that was let in is done first. As shipped each worker finishes what it has in hand, and all else is thrown away.
async fn stop(processor: &Rc<Processor>, dispatchers: impl FnOnce(), batcher: Option<Batcher>) {
    processor.is_closed.set(true);
    if !processor.is_shipped {
        if let Some(batcher) = batcher {
            batcher.close();
        }
        processor.books.all_settled().await;
        dispatchers();
        return;
    }
    dispatchers();
    let started = processor.started.take();
    drop(started);
    processor.team.rests().await;
}

/// Submits the tasks as they come, until there are no more.
async fn take_in(env: Env, background: Rc<Background>) {
    let p = &background.processor().p;
    let mut ranks = Ranks::of(p);
    let mut arrivals = p.load.arrivals(&env);
    while let Some(job) = arrivals.next().await {
        let rank = ranks.next(&env, &job);
        background.submit(job, rank);
    }
}
