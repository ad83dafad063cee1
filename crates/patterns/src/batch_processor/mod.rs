//! Many items in one go: when they are enough, or have waited long enough.
//!
//! # Problem
//! To insert a row takes a round trip to the database, whether it is one row or a hundred. One insert for each item is slow, and to wait
//! until a hundred are there may take for ever.
//!
//! # Idea
//! Items are put together. A batch goes out when it is full, or when an interval is over: so no insert is for less than it need be, and no
//! item waits longer than that.
//!
//! # Watch
//! Cells fill up to the size of a batch, and the bar below runs down to the end of the interval. At 100 items a second about half of the
//! batches of 100 are full before their second is over. When the process is asked to end, what lies in the buffer is neither full nor old
//! enough: it goes out as a last batch, or it is lost.
//!
//! # Choose
//! Where the cost of a write hardly depends on how much is written, and whoever added an item need not know when it is. Who must know
//! waits for the insert of its batch.
//!
//! # Primitives
//! Condition variable. Ticker. Tasks. Semaphore.
//!
//! # Origin
//! The `BatchProcessor` of a strategy for an interview platform, which never left its document: `Add` under a lock, a flush at the size and
//! at each tick, each flush handed to a new task, and no way to stop it.

mod params;
mod presets;
mod report;

use millrace_engine::{Env, Job, Task};
use millrace_parts::{Arrivals, Batcher, Either, Semaphore, WaitGroup, select2};
use millrace_spec::{
    Batch, BatchGauges, Check, Fidelity, FieldGroup, Flow, Flush, GaugeSpec, Pattern, Place, SceneSpec, Unit, Values,
    Wire,
};
use millrace_trace::ledger::StationRow;
use millrace_trace::{EventKind, Gauge, Ledger, Outcome, Span, StationId, StationKind, Trace};
use params::Params;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const ITEMS: &str = "items";
const BATCH: &str = "batch";
const INSERTS: &str = "inserts";
const G: BatchGauges = BatchGauges::ALL;

/// The batch processor, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "batch-processor",
    name: "Batch processor",
    title: "Batch processor",
    group: "Services",
    glyph: "batch",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    shipped: "each flush is a task, and nothing stops it",
    disagreement: Some(
        "The document has a batch processor that writes what it is given. Its code closes no input: `done` is never closed and the \
                   ticker never stopped, so what lies in the buffer when the process ends is lost. A full batch does not restart the \
                   ticker, and each flush goes to a goroutine of its own, of which there may be any number.",
    ),
    file: file!(),
    detail: Some(|_| Box::<report::Batches>::default()),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("no item waits for longer than the interval in a batch", |l, t| {
        batch(l, t).is_none_or(|row| row.levels.present == 0 || l.now.0 as i64 <= row.gauge(G.due))
    })
    .by("what lies in the batch, against the end of its interval"),
    Check::sometimes("a batch went out because it was full", |l, t| went_out(l, t, Flush::Size)),
    Check::sometimes("a batch went out because its time was over", |l, t| went_out(l, t, Flush::Interval)),
    Check::sometimes("a last batch went out when the process was asked to end", |l, t| went_out(l, t, Flush::Stop)),
    Check::sometimes("a batch that was not full went out less than an interval after the one before", |l, t| {
        batch(l, t).is_some_and(|row| row.gauge(G.early) > 0)
    })
    .by("the time between batches, against the interval"),
    Check::sometimes("several inserts were under way at once", |l, t| under_way(l, t) > 1),
    Check::sometimes("an insert failed, and its items with it", |l, _| l.tally.count(Outcome::Failed) > 0),
    Check::sometimes("the process ended, and the ticker beat on", |l, t| {
        l.find(INSERTS, t).is_some_and(|(_, row)| row.gauge(BEATS_ON) > 0)
    })
    .by("the task that waits for the ticker, when all else of the process is over"),
    Check::sometimes("items were lost with the process", |l, _| l.tally.count(Outcome::Lost) > 0),
    Check::eventually("what came was written, or is known to have failed or to be lost", |l, _| {
        let known = [Outcome::Completed, Outcome::Failed, Outcome::Lost].map(|way| l.tally.count(way));
        known.iter().sum::<u64>() == l.tally.departed()
    })
    .by("the outcomes of all items"),
    Check::ALL_LEFT,
];

fn batch<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(BATCH, trace).map(|(_, row)| row)
}

fn went_out(ledger: &Ledger, trace: &Trace, why: Flush) -> bool {
    batch(ledger, trace).is_some_and(|row| row.gauge(G.of(why)) > 0)
}

/// How many batches are being inserted: each has a task there, which waits for nothing but its insert.
fn under_way(ledger: &Ledger, trace: &Trace) -> i64 {
    ledger.find(INSERTS, trace).map_or(0, |(_, row)| row.gauge(UNDER_WAY))
}

/// A gauge of the inserts: how many are under way.
const UNDER_WAY: Gauge = Gauge(0);

/// Another: whether whoever hands the batches to them was left waiting for its ticker when the process ended.
const BEATS_ON: Gauge = Gauge(1);

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let (size, interval) = (values.count("batch-size") as u32, values.span("interval"));
    let places = [
        Place::source(ITEMS, "Items"),
        Place::batch(BATCH, "Batch", Batch { size, interval }),
        Place::crowd(INSERTS, "Inserts"),
        Place::sink("results", "Rows"),
    ];
    let wires = [Wire::new(ITEMS, BATCH), Wire::new(BATCH, INSERTS), Wire::new(INSERTS, "results")];
    let under_way = GaugeSpec {
        id: "inserts",
        station: INSERTS.into(),
        gauge: UNDER_WAY,
        label: "Inserts",
        unit: Unit::Count("inserts"),
    };
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, gauges: vec![under_way], ..SceneSpec::new(Flow::row(places), wires) }
}

/// What the tasks of the processor share.
struct Processor {
    env: Env,
    inserts: StationId,
    insert: Span,
    /// The share of the inserts that fail.
    errors: f64,
    batcher: Batcher,
    /// The connections; none where each insert has its own.
    connections: Option<Semaphore>,
    under_way: WaitGroup,
    /// How many inserts began.
    begun: Cell<u64>,
    /// The inserts, for whoever ends them with the process.
    tasks: RefCell<Vec<Task<()>>>,
    count: Cell<i64>,
}

async fn run(env: Env, p: Params) {
    let items = env.open_plain(StationKind::Source, ITEMS);
    let inserts = env.open_plain(StationKind::Crew, INSERTS);
    let batcher = Batcher::open(&env, BATCH, inserts, p.settings());
    let connections = (p.inserts_at_once > 0).then(|| Semaphore::new(&env, p.inserts_at_once));
    let processor = Rc::new(Processor {
        env: env.clone(),
        inserts,
        insert: p.insert,
        errors: p.insert_errors.0,
        batcher: batcher.clone(),
        connections,
        under_way: WaitGroup::new(&env),
        begun: Cell::new(0),
        tasks: RefCell::default(),
        count: Cell::new(0),
    });
    processor.under_way.add(1);
    let _ends = Ends(processor.clone());
    let flusher = env.spawn_at("flusher", inserts, flush(processor.clone()));
    let source = env.spawn_at(ITEMS, items, take_in(env.clone(), p.clone(), batcher.clone()));
    let all_written = async {
        source.await;
        batcher.exhaust();
        processor.under_way.wait().await;
    };
    if p.stop_at.is_zero() {
        all_written.await;
        return;
    }
    // The source goes with the future that waits for it: nobody adds to a process that ends.
    let stopped = matches!(select2(&env, env.sleep(p.stop_at), all_written).await, Either::First(()));
    if !stopped {
        return;
    }
    if p.drains() {
        batcher.close();
        processor.under_way.wait().await;
    }
    if !flusher.is_finished() {
        env.gauge(inserts, BEATS_ON, 1);
        drop(flusher);
        processor.tasks.take();
        batcher.abandon().into_iter().for_each(|item| item.leave(Outcome::Lost));
    }
}

/// Ends all inserts with the program: they share the processor that has them, so they would outlive it.
struct Ends(Rc<Processor>);

impl Drop for Ends {
    fn drop(&mut self) {
        drop(self.0.tasks.take());
    }
}

/// Adds the items as they come, until there are no more.
async fn take_in(env: Env, p: Params, batcher: Batcher) {
    let mut arrivals = p.load.arrivals(&env);
    while let Some(item) = arrivals.next().await {
        if batcher.add(item).is_err() {
            return;
        }
    }
}

/// Hands each batch to a task of its own.
async fn flush(processor: Rc<Processor>) {
    while let Some(batch) = processor.batcher.next().await {
        processor.under_way.add(1);
        let insert = insert(processor.clone(), InHand(batch.items));
        let mut tasks = processor.tasks.borrow_mut();
        tasks.retain(|task| !task.is_finished());
        tasks.push(processor.env.spawn_at("insert", processor.inserts, insert));
    }
    processor.under_way.done();
}

/// Inserts a batch, when a connection is free.
async fn insert(processor: Rc<Processor>, mut batch: InHand) {
    let _connection = match &processor.connections {
        Some(connections) => Some(connections.acquire().await),
        None => None,
    };
    batch.0.iter().for_each(|item| processor.env.emit(EventKind::Started { job: item.id() }));
    let counted = Counted::up(&processor);
    let number = processor.begun.replace(processor.begun.get() + 1);
    let fails = processor.errors > 0.0 && processor.env.draw("insert", number, 0).chance(processor.errors);
    processor.env.sleep(processor.insert).await;
    drop(counted);
    batch.over(if fails { Outcome::Failed } else { Outcome::Completed });
    processor.under_way.done();
}

/// The items of a batch that is being inserted: if that does not come to its end, they are lost.
struct InHand(Vec<Job>);

impl InHand {
    fn over(&mut self, outcome: Outcome) {
        self.0.drain(..).for_each(|item| item.leave(outcome));
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|item| item.leave(Outcome::Lost));
    }
}

/// An insert that is under way, and counted as long as it is.
struct Counted<'a>(&'a Processor);

impl Counted<'_> {
    fn up(processor: &Processor) -> Counted<'_> {
        processor.count.set(processor.count.get() + 1);
        processor.env.gauge(processor.inserts, UNDER_WAY, processor.count.get());
        Counted(processor)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.count.set(self.0.count.get() - 1);
        self.0.env.gauge(self.0.inserts, UNDER_WAY, self.0.count.get());
    }
}
