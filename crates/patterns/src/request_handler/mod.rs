//! What stands before every handler of a service: who is let in, who is told that it is degraded, who goes first.
//!
//! # Problem
//! A service that takes in whatever comes is slow for everybody when too many come, and goes down when its database does. Each handler of each path would have to
//! look after that.
//!
//! # Idea
//! One step before all of them looks: whether the breaker is closed, whether the process is healthy, whether there are fewer under way than may be. Then it counts the request, tells
//! it from a share of the limit on that the service is degraded, gives it a deadline, and lets it wait for its turn by how much it matters. Afterwards it counts
//! how it went and tells the breaker.
//!
//! # Watch
//! The bar fills to the limit of 200, and from 160 on answers say that the service is degraded. As shipped the threshold is 320: the step was given 160, 0.8 × 200, and takes
//! it for a percentage. In general it is 0.008 × limit²: 20 of 50, 80 of 100, 125 of 125, 180 of 150, 320 of 200. So at 100 it is right, below it is too early,
//! and from 125 on it is never reached. All who come at one instant look before any of them is counted, so a burst passes the limit; one wrong word in twenty opens the breaker for
//! five minutes, for everybody; and whoever is put into a queue is served and never told.
//!
//! # Choose
//! As the outermost of several policies: it bounds what is under way, whatever a request is. The limit has to be taken in the step that looks for it, and given back by
//! a guard. Only what says something of the server counts for a breaker. To be told that a service is degraded is of use to nobody unless something is done less: see
//! graceful degradation, which has a cheaper answer and sheds the rest.
//!
//! # Primitives
//! Circuit breaker. Priority queue. Machine. Timeout. Tasks.
//!
//! # Origin
//! The middleware of a backend in Go, which promises priorities, a breaker, degradation, a health check, a limit and timeouts. It is in no router of that backend, so all its
//! counters stay at 0. The classes of those who ask and how many processors there are as documented are added here; as documented a processor takes what matters most, and
//! nobody rises by having waited: that ends with the deadline. A timeout of 0 is none here, where that code takes 30 s for it.

mod books;
mod checks;
mod documented;
mod params;
mod presets;
mod rank;
mod report;
mod request;
mod shipped;

pub(crate) use books::Books;
use documented::{Documented, Queue};
use millrace_engine::{Env, Job, StationSpec};
use millrace_parts::{
    Arrivals, BACKEND_VARIABLES, Breaker, BreakerState, Cond, CountingBreaker, Crew, Machine, PriorityQueue,
    PriorityQueueSettings, Traffic, channel_of,
};
use millrace_spec::{
    self as spec, Environment, Fidelity, FieldGroup, Flow, GaugeSpec, HEALTHY, HandlerGauges, HandlerStep, Pattern,
    Place, RailGauges, Rails, SceneSpec, Unit, Values, Wire,
};
use millrace_trace::{Outcome, Span, StationId, StationKind, UNLIMITED};
use millrace_upstream as upstream;
pub(crate) use params::Params;
pub(crate) use params::SCRIPT;
use rank::Ranks;
pub(crate) use rank::{Rank, weights};
pub(crate) use request::Told;
pub(crate) use request::{Ended, Request};
use shipped::Shipped;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

const CLIENTS: &str = "clients";
const HANDLER: &str = "handler";
const BREAKER: &str = "breaker";
const QUEUE: &str = "queue";
const UNANSWERED: &str = "unanswered";
const PROCESSORS: &str = "processors";
pub(crate) const G: HandlerGauges = HandlerGauges::ALL;

/// The request handler, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "request-handler",
    name: "Request handler",
    title: "Request handler",
    group: "Services",
    glyph: "gate",
    fields: Params::with_script,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || checks::CHECKS,
    environment: Some(&ENVIRONMENT),
    shipped: "it is never degraded, and counts wrong",
    disagreement: Some(
        "The document promises a limit, degradation at 80 % of it, priorities, a breaker that recovers, and statistics. In its code the limit is looked at in one step and taken in \
         another; degradation begins at 320 of 200; who is put into a queue is never answered; the breaker counts mistakes of clients, and all failures since it \
         closed last; the first request after its time is turned away all the same, and then everybody is let in. Who is turned away is counted as failed and not as \
         come, or not at all, and what panics is under way for ever. And no router has it.",
    ),
    file: file!(),
    ceiling: |values, _| upstream::ceiling(values, None),
    detail: Some(|_| Box::new(report::Answers::default())),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

static ENVIRONMENT: Environment = Environment {
    variables: &BACKEND_VARIABLES,
    takes: &[
        ("MAX_CONCURRENT_HTTP_OPS", "max"),
        ("CIRCUIT_BREAKER_THRESHOLD", "breaker-failures"),
        ("REQUEST_TIMEOUT_SECONDS", "timeout"),
    ],
    times: &[],
};

fn scene(values: &Values, fidelity: Fidelity) -> SceneSpec {
    let (p, is_shipped) = (Params::read(values), fidelity == Fidelity::Shipped);
    let handler = spec::Handler {
        breaker: BREAKER,
        unanswered: UNANSWERED,
        max: p.limit().into(),
        degrades: (p.degrades_from(), p.degrade()),
        is_shipped,
        installed: p.is_installed(),
    };
    let mut flow =
        vec![Flow::from(Place::source(CLIENTS, "Clients")), Place::handler(HANDLER, "Handler", handler).into()];
    let mut wires = vec![Wire::new(CLIENTS, HANDLER)];
    let mut faults = upstream::faults();
    if p.by_class() {
        let rails = Rails {
            rails: Rank::ALL.map(Rank::rail).to_vec(),
            main: if is_shipped { (0, "") } else { (p.limit(), "overflow") },
            outside: "",
            retries: "",
            stranded: "",
            age: Span::ZERO,
            is_strict: !is_shipped,
            throws_away: false,
            keeps: !is_shipped,
            rule: is_shipped.then_some("a full queue is passed by"),
        };
        flow.extend([Place::rails(QUEUE, "Queues", rails).into(), Place::crew(PROCESSORS, "Processors").into()]);
        wires.extend([
            Wire::new(HANDLER, QUEUE),
            Wire::new(QUEUE, PROCESSORS),
            Wire::new(PROCESSORS, "results").through(["server"]),
        ]);
        faults.push(upstream::kill_worker());
    } else {
        wires.push(Wire::new(HANDLER, "results").through(["server"]));
    }
    flow.extend([Place::server("server", "Server").into(), Place::sink("results", "Answers").into()]);
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: HANDLER.into(), gauge, label, unit };
    let gauges = vec![
        gauge("under-way", G.current, "Under way", Unit::Count("requests")),
        gauge("told-degraded", G.degraded, "Degraded", Unit::Sum("requests")),
        gauge("count-failed", G.failed, "Count: failed", Unit::Sum("requests")),
        gauge("count-come", G.total, "Count: come", Unit::Sum("requests")),
    ];
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, gauges, faults, ..SceneSpec::new(Flow::row(flow), wires) }
}

/// What a request asks for, from its beginning to its end.
pub(crate) type Does = Box<dyn Fn(Rc<Request>) -> Pin<Box<dyn Future<Output = Ended>>>>;

/// What all requests share.
pub(crate) struct Handler {
    env: Env,
    p: Params,
    does: Does,
    station: StationId,
    pub(crate) books: Books,
    machine: Machine,
    ranks: RefCell<Ranks>,
    /// The queues by class, where there are some.
    rails: Vec<StationId>,
    documented: Option<Rc<Documented>>,
    shipped: Option<Rc<Shipped>>,
}

impl Handler {
    /// On a machine, for requests that ask for this.
    pub(crate) fn open(env: &Env, p: Params, fidelity: Fidelity, machine: Machine, does: Does) -> Rc<Handler> {
        let station = env.open_plain(StationKind::Crew, HANDLER);
        let is_shipped = fidelity == Fidelity::Shipped;
        let (documented, shipped) = if is_shipped {
            (None, Some(Rc::new(open_shipped(env, &p, station))))
        } else {
            (Some(Rc::new(open_documented(env, &p, station))), None)
        };
        let rails: Vec<StationId> = match (&documented, &shipped) {
            (Some(of), _) => {
                let queue = of.queue.iter();
                queue.flat_map(|queue| Rank::ALL.map(|rank| queue.all.station_of(rank.place()))).collect()
            }
            (_, Some(of)) => of.rails.iter().map(|(rail, _)| rail.station()).collect(),
            _ => Vec::new(),
        };
        let queue = documented.as_ref().and_then(|of| of.queue.as_ref()).map(|queue| queue.all.station());
        let queue = queue.or(shipped.as_ref().and_then(|of| of.main)).unwrap_or(StationId::NONE);
        if let Some(queue) = queue.some() {
            env.gauge(queue, RailGauges::ALL.is_strict, (!is_shipped).into());
        }
        let books = Books::open(env, station, queue);
        books.set(G.is_shipped, is_shipped.into());
        books.set(G.installed, p.is_installed().into());
        books.set(G.limit, p.limit().into());
        let ranks = RefCell::new(Ranks::of(&p));
        Rc::new(Handler { env: env.clone(), p, does, station, books, machine, ranks, rails, documented, shipped })
    }

    /// The station at which the tasks of its requests are at home.
    pub(crate) fn station(&self) -> StationId {
        self.station
    }

    /// How much the next request matters that comes.
    pub(crate) fn rank_of(&self, job: &Job) -> Rank {
        self.ranks.borrow_mut().next(&self.env, job)
    }

    /// Starts the processors, if there are queues.
    pub(crate) fn start(self: &Rc<Self>) -> Option<Crew> {
        if !self.p.by_class() {
            return None;
        }
        let inner = self.clone();
        let size = if self.shipped.is_some() { Rank::ALL.len() as u32 } else { self.p.processors };
        Some(Crew::start(&self.env, PROCESSORS, "processor", size, move |worker| {
            let handler = inner.clone();
            async move {
                let _task = handler.machine.holds_task();
                match (&handler.documented, &handler.shipped) {
                    (Some(of), _) => documented::process(handler.clone(), of.clone(), worker.station).await,
                    (_, Some(of)) => shipped::process(handler.clone(), of.clone(), worker.number as usize - 1).await,
                    _ => {}
                }
            }
        }))
    }

    /// Takes in the requests as they come, each with a task of its own, and waits until the last has been answered.
    async fn take_in(self: Rc<Handler>) {
        let p = &self.p;
        let is_closed = p.load.traffic() == Traffic::Closed;
        let ask = |job: Job| {
            let (handler, rank) = (self.clone(), self.rank_of(&job));
            async move {
                let rest = handler.serve(job, rank).await;
                // In a closed loop whoever was turned away makes its next request later.
                if is_closed {
                    handler.env.sleep(rest).await;
                }
            }
        };
        p.load.each(&self.env, self.station, p.callers, ask).await;
    }

    /// A request, until it has left. How long whoever made it stays away after it.
    async fn serve(&self, job: Job, rank: Rank) -> Span {
        let request = self.receives(job, rank);
        let told = self.answers(&request).await;
        request.leaves(told.outcome);
        told.rest
    }

    /// A request comes in. Whoever has it lets it be answered.
    pub(crate) fn receives(&self, job: Job, rank: Rank) -> Rc<Request> {
        if let Some(rail) = self.rails.get(rank.place()) {
            job.bind(*rail, None);
        }
        job.go(self.station, true);
        Request::new(&self.env, self.station, job, rank)
    }

    /// A request, until it has its answer.
    pub(crate) async fn answers(&self, request: &Rc<Request>) -> Told {
        if !self.p.is_installed() {
            let ended = (self.does)(request.clone()).await;
            return self.told(ended, (false, 0));
        }
        let task = self.machine.holds_task();
        self.looks_at_host();
        let told = match (&self.documented, &self.shipped) {
            (Some(of), _) => of.serve(self, request).await,
            (_, Some(of)) => of.serve(self, request).await,
            _ => self.refuses(HandlerStep::Health),
        };
        drop(task);
        self.looks_at_host();
        self.books.answered(request.id, &told);
        told
    }

    /// Its process is gone, and with it all that it counted and what its breaker knew. Nobody is under way any more.
    pub(crate) fn forgets(&self) {
        self.books.forgets(&[G.is_shipped, G.installed, G.limit]);
        match (&self.documented, &self.shipped) {
            (Some(of), _) => of.breaker.reset(),
            (_, Some(of)) => of.breaker.closes(),
            _ => {}
        }
    }

    /// Whether whoever came last was told that the service is degraded.
    pub(crate) fn is_degraded(&self) -> bool {
        self.books.counted(G.current) > i64::try_from(self.p.degrades_from()).unwrap_or(i64::MAX)
    }

    /// How its breaker stands.
    pub(crate) fn breaker(&self) -> BreakerState {
        let documented = self.documented.as_ref().map(|of| of.breaker.state());
        let shipped = self.shipped.as_ref().map(|of| of.breaker.state());
        documented.or(shipped).unwrap_or(BreakerState::Closed)
    }

    /// Closes its breaker, as the reset of that code does.
    pub(crate) fn closes_breaker(&self) {
        if let Some(of) = &self.shipped {
            of.breaker.closes();
        }
    }

    /// What the health check goes by: tasks, and the heap in MiB.
    fn host(&self) -> [u64; 2] {
        [self.machine.tasks(), self.machine.heap() >> 20]
    }

    fn looks_at_host(&self) {
        for (gauge, value) in G.host.into_iter().zip(self.host()) {
            self.books.set(gauge, i64::try_from(value).unwrap_or(i64::MAX));
        }
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.host().into_iter().zip(HEALTHY).all(|(is, most)| is <= most)
    }

    /// What somebody is told who is turned away.
    fn refuses(&self, step: HandlerStep) -> Told {
        let place = [HandlerStep::Breaker, HandlerStep::Health, HandlerStep::Limit].iter().position(|own| *own == step);
        if let Some(gauge) = place.and_then(|place| G.refused.get(place)) {
            self.books.count(*gauge, 1);
        }
        let status = if step == HandlerStep::Limit { 429 } else { 503 };
        let (outcome, rest) = (Outcome::Rejected, self.p.pause);
        Told { status, step, outcome, of_server: false, degraded: false, active: 0, rest }
    }

    /// Somebody is let in: whether it is told that the service is degraded, by how many were under way before it, and how many are now.
    fn lets_in(&self, before: i64) -> (bool, u32) {
        let degraded = before.max(0) as u64 >= self.p.degrades_from();
        if degraded {
            self.books.count(G.degraded, 1);
        }
        (degraded, u32::try_from(self.books.counted(G.current)).unwrap_or_default())
    }

    /// Does what a request asks for.
    async fn runs(&self, request: &Rc<Request>) -> Ended {
        let ended = (self.does)(request.clone()).await;
        let lot = || self.env.draw("panic", u64::from(request.id.0), 0).unit();
        if self.p.panics.0 > 0.0 && lot() < self.p.panics.0 {
            self.books.count(G.panicked, 1);
            return ended.panic();
        }
        ended
    }

    /// Counts one that has come to its end.
    fn settles(&self, request: &Request, ended: Ended) {
        self.books.count(G.completed, 1);
        if ended.is_late() {
            self.books.count(G.timeouts, 1);
        }
        if self.env.now().since(request.since) > self.p.slow_from() {
            self.books.count(G.slow, 1);
        }
    }

    /// What somebody is told whose handler has come to its end.
    fn told(&self, ended: Ended, (degraded, active): (bool, u32)) -> Told {
        let step = match ended.panicked {
            true => HandlerStep::Panicked,
            false if ended.is_late() => HandlerStep::TimedOut,
            false => HandlerStep::Ran,
        };
        let (outcome, of_server) = (ended.answer.outcome(), ended.is_of_server());
        Told { status: ended.status(), step, outcome, of_server, degraded, active, rest: ended.rest }
    }
}

fn open_documented(env: &Env, p: &Params, station: StationId) -> Documented {
    let breaker = Breaker::open(env, StationId::NONE, BREAKER, p.breaker());
    let rails = Rank::ALL.map(|rank| (rank.id(), rank.room()));
    let settings = PriorityQueueSettings { rails: &rails, classes: rails.len(), overflow: p.limit(), age: Span::ZERO };
    let queue = || {
        let all = PriorityQueue::open(env, QUEUE, settings);
        let came = Cond::of(env, all.station());
        Queue { all, came, closed: Cell::new(false) }
    };
    let queue = p.by_class().then(queue);
    let _unanswered = env.open(unanswered(station));
    Documented { breaker, queue }
}

fn open_shipped(env: &Env, p: &Params, station: StationId) -> Shipped {
    let (failures, open_for) = p.opens();
    let breaker = CountingBreaker::open(env, BREAKER, failures, open_for);
    let main = p.by_class().then(|| env.open_plain(StationKind::Channel, QUEUE));
    let rail = |main| Rank::ALL.map(|rank| channel_of(env, main, rank.id(), rank.room())).into_iter().collect();
    let rails = main.map_or(Vec::new(), rail);
    let unanswered = env.open(unanswered(station));
    Shipped { breaker, main, rails, unanswered, nil: Cond::of(env, station) }
}

fn unanswered(parent: StationId) -> StationSpec<'static> {
    StationSpec { kind: StationKind::Channel, name: UNANSWERED, parent, capacity: UNLIMITED }
}

/// The end of a handler, however it comes.
struct Ends(Rc<Handler>);

impl Drop for Ends {
    fn drop(&mut self) {
        if let Some(queue) = self.0.documented.as_ref().and_then(|of| of.queue.as_ref()) {
            queue.close(self.0.station);
        }
    }
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    upstream::open(&env, &p.server);
    let clients = env.open_plain(StationKind::Source, CLIENTS);
    let (machine, inner) = (Machine::new(&env, p.machine.settings()), env.clone());
    let does: Does = Box::new(move |request| {
        let env = inner.clone();
        Box::pin(async move { request.call(&env).await })
    });
    let handler = Handler::open(&env, p, fidelity, machine, does);
    // Whoever waits in a queue hears of it after its processors have gone.
    let ends = Ends(handler.clone());
    let processors = handler.start();
    let outages = handler.p.outages.start(&env);
    env.spawn_at(CLIENTS, clients, handler.take_in()).await;
    drop((outages, processors, ends));
}
