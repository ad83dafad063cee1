//! Many may read, one may write.
//!
//! # Problem
//! A table is read by many, all the time, and changed by a few, now and then. Who reads while it is changed sees half of a change; but
//! readers do not harm each other, so to let in one at a time would be waste.
//!
//! # Idea
//! A lock with two ways in. Any number may read at once; who writes is alone. Where readers and writers wait, somebody has to say who goes
//! first: whoever came first, readers, or writers.
//!
//! # Watch
//! Twenty readers and two writers take turns. In the order of coming a writer waits for those who read when it came, and those who come
//! after it wait for the writer: now and then all of them stand. With readers preferred they never wait for a writer that waits, and as some
//! reader is always inside, both writers wait until all readers are done. With writers preferred it is the readers that wait. A reader that
//! works on a copy holds the lock for the moment that it takes to copy, and nobody waits for long. And a reader that asks to read again, while
//! a writer waits for it to be done, stands behind that writer for ever.
//!
//! # Choose
//! Where reading takes long and is much more frequent than writing; else a plain lock is simpler and hardly slower. Fair, unless late reads
//! are worse than late writes. Better still is to read less under it: take a copy, and work on that.
//!
//! # Primitives
//! Read-write lock. Tasks.
//!
//! # Origin
//! An elevator controller in Go guards its list of cars by one, and hands out copies of it. The problem is from Courtois, Heymans and
//! Parnas, 1971, with both preferences; a fair one is what Go's sync.RWMutex and tokio's RwLock are.

mod caller;
mod presets;
mod report;

use millrace_engine::Env;
use millrace_parts::{Crew, Prefer, RwLock};
use millrace_spec::{
    At, Check, Choice, Field, FieldGroup, Flow, Measure, Pattern, Place, SceneSpec, Step, Values, Wire, params,
};
use millrace_trace::{JobId, Ledger, Outcome, Span, StationKind, Trace, ledger::StationRow};
use std::rc::Rc;

const PREFER: &[Choice] = &[
    Choice { id: "fair", label: "Nobody", help: "Whoever came first goes first." },
    Choice {
        id: "readers",
        label: "Readers",
        help: "A reader goes in whenever nobody writes, past any writer that waits.",
    },
    Choice { id: "writers", label: "Writers", help: "While a writer waits, no reader goes in." },
];

const REENTRANT: &[Choice] = &[
    Choice { id: "off", label: "Off", help: "A reader takes the lock once." },
    Choice {
        id: "on",
        label: "On",
        help: "A reader that has it asks for it again, halfway, as a function would that calls another.",
    },
];

params! {
    /// The parameters of the read-write lock.
    pub struct Params {
        /// How many readers there are.
        readers: u32 => Field::count("readers", "Readers", 20, 0..=1_000).simple().fits(somebody),
        /// How many writers there are.
        writers: u32 => Field::count("writers", "Writers", 2, 0..=256).simple().fits(somebody),
        /// How long a reader has the lock.
        read_time: Span => Field::span("read-time", "Read", Span::millis(10), Span::ZERO..=Span::secs(60)).simple(),
        /// How long a writer has the lock.
        write_time: Span => Field::span("write-time", "Write", Span::millis(20), Span::ZERO..=Span::secs(60)).simple(),
        /// How long a reader goes on with what it has read, on a copy and without the lock.
        after_read: Span => Field::span("after-read", "Work on a copy", Span::ZERO, Span::ZERO..=Span::secs(60)).simple(),
        /// How long each pauses before its next turn on average, by chance.
        pause: Span => Field::span("pause", "Pause", Span::millis(5), Span::ZERO..=Span::secs(60)).simple(),
        /// How many turns each reader and each writer takes.
        turns: u32 => Field::count("turns", "Turns each", 200, 1..=10_000).simple(),
        /// Who goes first where both wait.
        prefer: String => Field::choice("prefer", "Prefer", "fair", PREFER).simple(),
        /// Whether a reader that has the lock asks for it again.
        reentrant: String => Field::choice("reentrant-read", "Read again inside", "off", REENTRANT).simple(),
    }
}

/// Without anybody there is nothing to do.
fn somebody(values: &Values) -> Result<(), String> {
    if values.count("readers") + values.count("writers") > 0 {
        Ok(())
    } else {
        Err("there is neither a reader nor a writer".to_owned())
    }
}

/// The read-write lock, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "rw-lock",
    name: "Read-write lock",
    title: "Read-write lock",
    group: "Coordination",
    glyph: "lock",
    fields: Params::fields,
    scene: |_, _| {
        let places = [
            Flow::column([Place::crew(READERS, "Readers"), Place::crew(WRITERS, "Writers")]),
            Place::lock(LOCK, "Lock").into(),
            Place::sink("results", "Results").into(),
        ];
        let wires = [Wire::new(READERS, LOCK), Wire::new(WRITERS, LOCK), Wire::new(LOCK, "results")];
        SceneSpec::new(Flow::row(places), wires)
    },
    measures: |_| {
        let lock = || At::Named(LOCK.into());
        let waits = Measure::new("waiting", "Waiting time", "Waits", Step::Queued(lock()), Step::Served(lock()));
        vec![Measure { who: "turns", ..waits }]
    },
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    gets_stuck: &["reentrant"],
    checks: || CHECKS,
    file: file!(),
    detail: Some(|_| Box::new(report::Turns::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("whoever writes is alone inside", |l, t| {
        lock(l, t).is_none_or(|lock| lock.weights().all(|w| w == 1) || lock.holders().len() == 1)
    })
    .by("who holds the lock, and how"),
    Check::always("nobody waits while the lock is free", |l, t| {
        lock(l, t).is_none_or(|lock| lock.queue.is_empty() || lock.taken() > 0)
    })
    .by("who waits, beside who holds the lock"),
    Check::always("every turn under way is in the hand of one reader or writer", |l, _| {
        let busy = l.stations.iter().filter(|s| s.kind == StationKind::Worker && s.in_hand.is_some()).count();
        busy as u64 == l.tally.in_system
    })
    .by("the turns under way, against the readers and writers that have one"),
    Check::sometimes("several read at once", |l, t| lock(l, t).is_some_and(|lock| lock.holders().len() > 1)),
    Check::sometimes("a reader waited for a writer that waited", |l, t| {
        lock(l, t).is_some_and(|lock| reads(lock) && lock.queue.iter().any(|job| weight(l, job) == 1))
    })
    .by("who waits to read while others read"),
    Check::sometimes("a writer waited for half a second while others read", |l, t| {
        lock(l, t).is_some_and(|lock| reads(lock) && waits_since(l, lock, |weight| weight > 1) >= Span::millis(500))
    })
    .by("since when the first of the writers waits, beside who reads"),
    Check::sometimes("a reader waited for half a second", |l, t| {
        lock(l, t).is_some_and(|lock| waits_since(l, lock, |weight| weight == 1) >= Span::millis(500))
    })
    .by("since when the first of the readers waits"),
    Check::sometimes("a reader went on with its copy while somebody wrote", |l, t| {
        let copies = || l.find(READERS, t).is_some_and(|(id, _)| l.members(id).any(|(_, s)| s.levels.present > 0));
        lock(l, t).is_some_and(|lock| lock.taken() > 0 && !reads(lock) && copies())
    })
    .by("who is at work without the lock, beside who holds it"),
    Check::sometimes("a reader that was inside waited to read again", |l, t| {
        lock(l, t).is_some_and(|lock| lock.queue.iter().any(|job| l.job(*job).is_some_and(|job| !job.root)))
    }),
    Check::eventually("who waited was served in the order of coming, unless some are preferred", |l, t| {
        lock(l, t).is_none_or(|lock| lock.overtaken == 0 || lock.state.is_some())
    })
    .by("the order in which they began to wait, against that in which they were served"),
    Check::eventually("everybody took all its turns", |l, _| l.tally.count(Outcome::Completed) == l.tally.offered)
        .by("the outcomes of all turns"),
];

const LOCK: &str = "lock";
const READERS: &str = "readers";
const WRITERS: &str = "writers";

fn lock<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(LOCK, trace).map(|(_, lock)| lock)
}

fn weight(ledger: &Ledger, job: &JobId) -> u32 {
    ledger.job(*job).map_or(1, |job| job.weight)
}

/// Whether somebody reads.
fn reads(lock: &StationRow) -> bool {
    lock.weights().any(|weight| weight == 1)
}

/// How long the first of those has waited who want so much.
fn waits_since(ledger: &Ledger, lock: &StationRow, of: impl Fn(u32) -> bool) -> Span {
    let first = lock.queue.iter().find(|job| of(weight(ledger, job))).and_then(|job| ledger.job(*job));
    first.map_or(Span::ZERO, |job| ledger.now.since(job.since))
}

async fn run(env: Env, p: Params) {
    let p = Rc::new(p);
    // A reader that reads again is inside twice.
    let most = if p.reentrant == "on" { p.readers * 2 } else { p.readers };
    let prefer = match p.prefer.as_str() {
        "readers" => Prefer::Readers,
        "writers" => Prefer::Writers,
        _ => Prefer::Fair,
    };
    let lock = RwLock::open(&env, LOCK, most, prefer);
    if let Some(station) = lock.station().filter(|_| prefer != Prefer::Fair) {
        env.state(station, if prefer == Prefer::Readers { "readers first" } else { "writers first" });
    }
    let (inner, given, shared) = (env.clone(), p.clone(), lock.clone());
    let readers = Crew::start(&env, READERS, "reader", p.readers, move |who| {
        caller::take_turns(inner.clone(), given.clone(), shared.clone(), who, READERS)
    });
    let (inner, size) = (env.clone(), p.writers);
    let writers = Crew::start(&env, WRITERS, "writer", size, move |who| {
        caller::take_turns(inner.clone(), p.clone(), lock.clone(), who, WRITERS)
    });
    readers.join().await;
    writers.join().await;
}
