//! Wait until it is as needed, and look again.
//!
//! # Problem
//! Producers put items into a buffer that holds a few, and consumers take them out. A consumer that finds it empty has nothing to do
//! until somebody puts something in, and a producer that finds it full must wait too. To look again and again costs time and misses
//! the moment.
//!
//! # Idea
//! A condition variable: who finds that it is not as needed waits, and whoever changes it wakes one who waits, or all. A condition has
//! no memory: where nobody waits the signal is lost. And to be woken is no promise: a task that was woken looks again before it goes
//! on, in a loop.
//!
//! # Watch
//! A woken consumer takes a moment until it runs. In that moment another consumer is done with its last item, looks, finds the new one
//! and takes it: who was woken for it comes too late. With *while* it looks, finds nothing and waits again: that is counted as
//! missed. With *if* it does not look, and goes on with nothing. A broadcast wakes all for one item, so all but one come in vain: more
//! are missed, or with *if* more go on with nothing.
//!
//! # Choose
//! Where what is waited for is more than a number or a message: a state that several values make up. For a buffer alone a channel is
//! a condition variable that somebody else has got right. Signal where any who wait can go on and one is enough, broadcast where they
//! wait for different things.
//!
//! # Primitives
//! Condition variable. Tasks.
//!
//! # Origin
//! Planned by a collection of Go concurrency patterns as *sync.Cond* and never built. The rules are those of Go: a signal wakes
//! whoever has waited longest, and wait gives no promise of what it was woken for.

mod caller;
mod presets;
mod report;

use millrace_engine::{Env, Job, StationSpec};
use millrace_parts::{Cond, Crew};
use millrace_spec::{
    Check, Choice, Field, FieldGroup, Flow, GaugeSpec, Pattern, Place, Role, SceneSpec, Unit, Wire, params,
};
use millrace_trace::{Gauge, Ledger, Outcome, Span, StationId, StationKind, Trace, Wait};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

const WAKE: &[Choice] = &[
    Choice { id: "signal", label: "Signal", help: "Each item wakes the consumer that has waited longest." },
    Choice { id: "broadcast", label: "Broadcast", help: "Each item wakes all who wait." },
];

const RECHECK: &[Choice] = &[
    Choice { id: "while", label: "while", help: "Who is woken looks again, and waits again where there is nothing." },
    Choice { id: "if", label: "if", help: "Who is woken goes on, whether there is something or not." },
];

params! {
    /// The parameters of the bounded buffer.
    pub struct Params {
        /// How many producers put items into the buffer.
        producers: u32 => Field::count("producers", "Producers", 2, 1..=64).simple(),
        /// How many consumers take items out of it.
        consumers: u32 => Field::count("consumers", "Consumers", 4, 1..=64).simple(),
        /// How many items the buffer holds.
        buffer: u32 => Field::count("buffer", "Buffer", 5, 1..=1_000).simple(),
        /// How many items are made in all.
        items: u32 => Field::count("items", "Items", 1_000, 1..=100_000).simple().role(Role::Jobs),
        /// How long a producer takes to make an item on average, by chance.
        produce: Span => Field::span("produce", "Produce", Span::millis(5), Span::ZERO..=Span::secs(60)).simple(),
        /// How long a consumer takes to use an item on average, by chance.
        consume: Span => Field::span("consume", "Consume", Span::millis(10), Span::ZERO..=Span::secs(60)).simple(),
        /// Whom a new item wakes. Room in the buffer wakes producers in the same way.
        wake: String => Field::choice("wake", "Wake", "signal", WAKE).simple(),
        /// What a consumer does when it is woken. Producers always look again: otherwise the buffer would hold more than it can.
        recheck: String => Field::choice("recheck", "Look again", "while", RECHECK).simple(),
        /// How long a task that was woken takes until it runs. Who comes in that time is there first.
        wake_up: Span => Field::span("wake-up", "Time to wake up", Span::micros(200), Span::ZERO..=Span::secs(1)),
    }
}

/// The bounded buffer, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "cond",
    name: "Cond",
    title: "Condition variable",
    group: "Coordination",
    glyph: "signal",
    fields: Params::fields,
    scene: |_, _| {
        let places = [
            Place::crew("producers", "Producers"),
            Place::channel(BUFFER, "Buffer"),
            Place::crew(CONSUMERS, "Consumers"),
            Place::sink("results", "Used"),
        ];
        let wires = [Wire::new("producers", BUFFER), Wire::new(BUFFER, CONSUMERS), Wire::new(CONSUMERS, "results")];
        let gauge = |id, gauge, label| GaugeSpec { id, station: BUFFER.into(), gauge, label, unit: Unit::Sum("times") };
        let gauges = vec![gauge("missed", MISSED, "Woke in vain"), gauge("took-nothing", TOOK_NOTHING, "Took nothing")];
        SceneSpec { gauges, ..SceneSpec::new(Flow::row(places), wires) }
    },
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    file: file!(),
    detail: Some(|_| Box::new(report::Counts::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("no consumer waits beside an item that nobody is on the way to", nobody_waits_beside_an_item)
        .by("who waits for an item and who was woken, beside the items in the buffer"),
    Check::always("nobody has more than one item in hand", |l, _| {
        l.stations.iter().filter(|s| s.kind == StationKind::Worker).all(|s| s.holders().len() <= 1)
    }),
    Check::sometimes("a consumer was woken and found nothing", |l, t| counted(l, t, MISSED) > 0),
    Check::sometimes("the buffer was full", |l, t| {
        l.find(BUFFER, t).is_some_and(|(_, buffer)| buffer.levels.present >= u64::from(buffer.capacity))
    }),
    Check::sometimes("a consumer went on with nothing", |l, t| counted(l, t, TOOK_NOTHING) > 0),
    Check::eventually("every item was used once", |l, _| l.tally.count(Outcome::Completed) == l.tally.offered)
        .by("the outcomes of all items"),
    Check::ALL_LEFT,
];

const BUFFER: &str = "buffer";
const CONSUMERS: &str = "consumers";
/// A gauge of the buffer: how often a consumer was woken and found nothing.
const MISSED: Gauge = Gauge(0);
/// A gauge of the buffer: how often a consumer went on with nothing.
const TOOK_NOTHING: Gauge = Gauge(1);

fn counted(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    ledger.find(BUFFER, trace).map_or(0, |(_, buffer)| buffer.gauge(gauge))
}

/// While somebody waits for an item, each that lies in the buffer has a consumer on the way to it: one that was woken and has none in
/// hand yet.
fn nobody_waits_beside_an_item(ledger: &Ledger, trace: &Trace) -> bool {
    let (Some((id, buffer)), Some((crew, _))) = (ledger.find(BUFFER, trace), ledger.find(CONSUMERS, trace)) else {
        return true;
    };
    let (mut waiting, mut under_way) = (0, 0);
    for (_, task) in ledger.live_tasks() {
        let Some(home) = ledger.station(task.station).filter(|home| home.parent == crew) else { continue };
        if task.wait.is_some_and(|wait| wait.what == Wait::Signal && wait.station == id) {
            waiting += 1;
        } else if home.in_hand.is_none() {
            under_way += 1;
        }
    }
    waiting == 0 || buffer.levels.present <= under_way
}

/// The buffer, and the two conditions that it may be waited for.
struct Buffer {
    env: Env,
    station: StationId,
    capacity: usize,
    items: RefCell<VecDeque<Job>>,
    /// No more will come.
    closed: Cell<bool>,
    filled: Cond,
    emptied: Cond,
    wakes_all: bool,
    missed: Cell<i64>,
    took_nothing: Cell<i64>,
}

impl Buffer {
    fn open(env: &Env, p: &Params) -> Buffer {
        let parent = StationId::NONE;
        let station = env.open(StationSpec { kind: StationKind::Channel, name: BUFFER, parent, capacity: p.buffer });
        Buffer {
            env: env.clone(),
            station,
            capacity: p.buffer as usize,
            items: RefCell::default(),
            closed: Cell::new(false),
            filled: Cond::of(env, station),
            emptied: Cond::of(env, station),
            wakes_all: p.wake == "broadcast",
            missed: Cell::new(0),
            took_nothing: Cell::new(0),
        }
    }

    fn is_full(&self) -> bool {
        self.items.borrow().len() >= self.capacity
    }

    /// There is nothing, and something may still come.
    fn must_wait(&self) -> bool {
        self.items.borrow().is_empty() && !self.closed.get()
    }

    fn put(&self, item: Job) {
        item.go(self.station, false);
        self.items.borrow_mut().push_back(item);
        self.wake(&self.filled);
    }

    fn take(&self) -> Option<Job> {
        let item = self.items.borrow_mut().pop_front()?;
        item.go(self.env.station(), true);
        self.wake(&self.emptied);
        Some(item)
    }

    fn wake(&self, waiting: &Cond) {
        if self.wakes_all {
            waiting.broadcast();
        } else {
            waiting.signal();
        }
    }

    fn close(&self) {
        self.closed.set(true);
        self.filled.broadcast();
    }

    fn count(&self, gauge: Gauge, count: &Cell<i64>) {
        count.set(count.get() + 1);
        self.env.gauge(self.station, gauge, count.get());
    }
}

async fn run(env: Env, p: Params) {
    let (buffer, p) = (Rc::new(Buffer::open(&env, &p)), Rc::new(p));
    let left = Rc::new(Cell::new(p.items));
    let (inner, given, shared) = (env.clone(), p.clone(), buffer.clone());
    let last = buffer.clone();
    let producers = Crew::start(&env, "producers", "producer", p.producers, move |_| {
        caller::produce(inner.clone(), given.clone(), shared.clone(), left.clone())
    })
    .when_done(move || last.close());
    let inner = env.clone();
    let consumers = Crew::start(&env, CONSUMERS, "consumer", p.consumers, move |worker| {
        caller::consume(inner.clone(), p.clone(), buffer.clone(), worker.number)
    });
    consumers.join().await;
    drop(producers);
}
