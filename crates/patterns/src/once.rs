//! Done once, however many ask.
//!
//! # Problem
//! A configuration is read, a connection opened, a table built when it is first needed. Many need it at the same moment, it must be done
//! once, and nobody may go on before it is done.
//!
//! # Idea
//! The first who comes does it. Who comes meanwhile waits, and whoever comes later finds it done and goes on at once.
//!
//! # Watch
//! A hundred callers come at once: one runs the body, 99 wait for 50 ms and go on together. If the body panics, it depends on whose
//! *once* it is. Go's counts as done: one caller panics, and 99 go on with something that was never made. Rust's is poisoned: everybody
//! panics, because of the first. Go's OnceFunc panics for everybody as it did for the first. The body runs once in all of them.
//!
//! # Choose
//! For what must be made once and is always the same. Where it may fail and should be tried again it is the wrong tool: all three
//! remember the failure for good.
//!
//! # Primitives
//! Once. Tasks.
//!
//! # Origin
//! Planned by a collection of Go concurrency patterns as *sync.Once* and never built. The outcomes are those of Go's sync.Once and
//! sync.OnceFunc and of Rust's std::sync::Once.

use millrace_engine::{Env, Job};
use millrace_parts::{AfterPanic, Once, Panicked};
use millrace_spec::{
    At, Check, Choice, Deed, Detail, Field, FieldGroup, Flow, Measure, Pattern, Place, Preset, Role, SceneSpec, Step,
    Trial, Values, Wire, params,
};
use millrace_trace::{EventKind, Ledger, Outcome, Span, StationId, StationKind, Trace, TraceEvent, ledger::StationRow};
use serde_json::{Map, Value as Json};

const PANICS: &[Choice] = &[
    Choice { id: "off", label: "Off", help: "The body comes to its end." },
    Choice { id: "on", label: "On", help: "The body panics at its end." },
];

const AFTER: &[Choice] = &[
    Choice { id: "done", label: "Done (Go)", help: "It counts as done, and everybody else goes on as if it were." },
    Choice {
        id: "poisoned",
        label: "Poisoned (Rust)",
        help: "It is poisoned, and whoever needs it panics because of that.",
    },
    Choice { id: "again", label: "Again (OnceFunc)", help: "Everybody gets the same panic as the first." },
];

params! {
    /// The parameters of what is done once.
    #[derive(PartialEq)]
    pub struct Params {
        /// How many need it.
        callers: u32 => Field::count("callers", "Callers", 100, 1..=100_000).simple().role(Role::Jobs),
        /// How long it takes.
        work: Span => Field::span("work", "Work", Span::millis(50), Span::ZERO..=Span::secs(60)).simple(),
        /// How long after the one before each caller comes; 0 for all at once.
        gap: Span => Field::span("gap", "Gap", Span::ZERO, Span::ZERO..=Span::secs(1)).simple(),
        /// Whether what is done panics in the end.
        panics: String => Field::choice("panics", "Panics", "off", PANICS).simple(),
        /// What becomes of it after a panic.
        after_panic: String => Field::choice("after-panic", "After a panic", "done", AFTER).simple().when(may_panic),
    }
}

fn may_panic(values: &Values) -> bool {
    values.word("panics") == "on"
}

/// What is done once, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "once",
    name: "Once",
    title: "Done once",
    group: "Coordination",
    glyph: "single",
    fields: Params::fields,
    scene: |_, _| {
        let places =
            [Place::source("callers", "Callers"), Place::pool(ONCE, "Once"), Place::sink("results", "Results")];
        SceneSpec::new(Flow::row(places), [Wire::new("callers", ONCE), Wire::new(ONCE, "results")])
    },
    measures: |_| {
        let once = || At::Named(ONCE.into());
        let waits = Measure::new("waiting", "Waiting time", "Waits", Step::Queued(once()), Step::Went(once()));
        vec![Measure { who: "callers", ..waits }]
    },
    usual: Preset {
        label: "A hundred at once",
        says: "A hundred callers need it at once: one does it in 50 ms, and the others go on together.",
        tries: &[
            Trial::at(50, "Let it panic", &[Deed::Value("panics", "on")]),
            Trial::at(60, "Let them come 1 ms apart", &[Deed::Value("gap", "1ms")]),
            Trial::at(20, "Open the code at the call", &[Deed::Code("patterns/once.rs", "once.call_for(")]),
        ],
        speed: 0.01,
        ..Preset::BASE
    },
    presets: || PRESETS,
    checks: || CHECKS,
    file: file!(),
    detail: Some(|_| Box::new(Calls { station: StationId::NONE, runs: 0, waited: 0, panicked: 0, returned: 0 })),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const PRESETS: &[Preset] = &[
    Preset {
        id: "later",
        label: "One each millisecond",
        says: "Callers come a millisecond apart: some wait for what is left of it, and the rest find it done.",
        help: "Who comes while it is being done waits for what is left of 50 ms, each a millisecond less; who comes later does not wait.",
        tries: &[
            Trial::at(40, "Let it take 10 ms", &[Deed::Value("work", "10ms")]),
            Trial::at(60, "Let it panic", &[Deed::Value("panics", "on")]),
        ],
        speed: 0.02,
        values: &[("gap", "1ms")],
        ..Preset::BASE
    },
    Preset {
        id: "done",
        label: "Panic: counts as done",
        says: "It panics and counts as done: one caller fails, and 99 go on with what was never made.",
        help: "Go's sync.Once asks only whether the body was left. The caller that ran it panics, and nobody else ever hears of it.",
        tries: &[
            Trial::at(50, "Poison it", &[Deed::Value("after-panic", "poisoned")]),
            Trial::at(50, "Panic again for each", &[Deed::Value("after-panic", "again")]),
        ],
        speed: 0.01,
        values: &[("panics", "on")],
        ..Preset::BASE
    },
    Preset {
        id: "poisoned",
        label: "Panic: poisoned",
        says: "It panics and is poisoned: the waiters wake, and all of them panic because of the first.",
        help: "Rust's Once lets nobody go on with what was not made, not even those who come later.",
        tries: &[
            Trial::at(50, "Count it as done", &[Deed::Value("after-panic", "done")]),
            Trial::at(60, "Let them come 1 ms apart", &[Deed::Value("gap", "1ms")]),
        ],
        speed: 0.01,
        values: &[("panics", "on"), ("after-panic", "poisoned")],
        ..Preset::BASE
    },
    Preset {
        id: "again",
        label: "Panic: again for each",
        says: "It panics once, and every caller gets that same panic again, now and later.",
        help: "Go's sync.OnceFunc keeps what the body panicked with, and panics with it whenever it is called.",
        tries: &[
            Trial::at(50, "Count it as done", &[Deed::Value("after-panic", "done")]),
            Trial::at(50, "Poison it", &[Deed::Value("after-panic", "poisoned")]),
        ],
        speed: 0.01,
        values: &[("panics", "on"), ("after-panic", "again")],
        ..Preset::BASE
    },
];

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("never do two do it at once", |l, t| once(l, t).is_none_or(|once| once.holders().len() <= 1))
        .by("who is at it"),
    Check::always("nobody waits once it is over", |l, t| {
        once(l, t).is_none_or(|once| once.state.is_none() || once.levels.present == 0)
    })
    .by("who waits, beside whether it is over"),
    Check::always("nobody waits while nobody does it", |l, t| {
        once(l, t).is_none_or(|once| once.queue.is_empty() || once.holders().len() == 1)
    })
    .by("who waits, beside who is at it"),
    Check::sometimes("somebody had to wait for it", |l, t| once(l, t).is_some_and(|once| !once.queue.is_empty())),
    Check::sometimes("a caller panicked", |l, _| l.tally.count(Outcome::Failed) > 0),
    Check::sometimes("everybody but the first panicked because of it, or as it did", |l, _| {
        l.tally.count(Outcome::Failed) > 1
    }),
    Check::sometimes("somebody went on with what was never made", |l, _| {
        l.tally.count(Outcome::Failed) > 0 && l.tally.count(Outcome::Completed) > 0
    })
    .by("who returned, beside who panicked"),
    Check::sometimes("somebody came when it was over", |l, t| {
        once(l, t).is_some_and(|once| once.state.is_some() && once.levels.arrivals < l.tally.offered)
    }),
    Check::eventually("every caller returned or panicked", |l, _| {
        l.tally.count(Outcome::Completed) + l.tally.count(Outcome::Failed) == l.tally.offered
    })
    .by("the outcomes of all callers"),
    Check::ALL_LEFT,
];

const ONCE: &str = "once";

fn once<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(ONCE, trace).map(|(_, once)| once)
}

async fn run(env: Env, p: Params) {
    let source = env.open_plain(StationKind::Source, "callers");
    let once = Once::open(
        &env,
        ONCE,
        match p.after_panic.as_str() {
            "poisoned" => AfterPanic::Poisoned,
            "again" => AfterPanic::Again,
            _ => AfterPanic::Done,
        },
    );
    let inner = env.clone();
    let callers = env.spawn_at("arrivals", source, async move {
        let mut callers = Vec::new();
        for number in 0..p.callers {
            let one = call(inner.clone(), p.clone(), once.clone(), inner.job());
            callers.push(inner.spawn("caller", one));
            if number + 1 < p.callers {
                inner.sleep(p.gap).await;
            }
        }
        callers
    });
    for caller in callers.await {
        caller.await;
    }
}

async fn call(env: Env, p: Params, once: Once, job: Job) {
    let build = || async {
        env.sleep(p.work).await;
        if p.panics == "on" { Err(Panicked::Body) } else { Ok(()) }
    };
    let outcome = match once.call_for(&job, build).await {
        Ok(()) => Outcome::Completed,
        Err(_) => Outcome::Failed,
    };
    job.leave(outcome);
}

/// What it alone reports: how often the body ran, who waited for it, and how the calls ended.
#[derive(Debug)]
struct Calls {
    station: StationId,
    runs: u64,
    waited: u64,
    panicked: u64,
    returned: u64,
}

impl Detail for Calls {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == ONCE => self.station = station,
            EventKind::Moved { station, started, .. } if station == self.station => {
                *(if started { &mut self.runs } else { &mut self.waited }) += 1;
            }
            EventKind::Started { .. } => self.runs += 1,
            EventKind::Left { outcome: Outcome::Completed, .. } => self.returned += 1,
            EventKind::Left { outcome: Outcome::Failed, .. } => self.panicked += 1,
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let counts =
            [("runs", self.runs), ("waited", self.waited), ("panicked", self.panicked), ("returned", self.returned)];
        counts.map(|(key, n)| (key.to_owned(), n.into())).into_iter().collect()
    }
}
