//! So many at once, the rest in line.
//!
//! # Problem
//! Something can be used by a few at a time: connections, files, a licence for five. Who comes while all of them are in use must
//! wait, and somebody has to say who is next.
//!
//! # Idea
//! A number of permits. Who wants in takes one and gives it back when done; who finds none waits. A permit that comes back goes to
//! whoever has waited longest, even if somebody else asks at that very moment.
//!
//! # Watch
//! Twenty callers come at once for five permits and hold them for 50 ms each: five rounds of nobody's making, because whoever leaves
//! lets the next one in at the same instant. The first five wait for nothing, the last for 150 ms. With a longest wait of 120 ms the
//! last five are refused: their turn would have come 30 ms later. At a rate just below what the permits can do, the line is mostly
//! short and sometimes not, although nothing has changed but luck.
//!
//! # Choose
//! To bound what is under way where the work itself is done by whoever asks. With one permit it is a lock. It bounds only what is done
//! while the permit is held: given back too early, it limits nothing.
//!
//! # Primitives
//! Semaphore. Tasks. Timeout.
//!
//! # Origin
//! Edsger Dijkstra's, of 1962; first come, first served as in golang.org/x/sync/semaphore and tokio. The figures are those of a Go
//! service whose semaphores of 5 were given back as soon as a task was queued: 20 of them ran at once.

use millrace_engine::{Env, Job};
use millrace_parts::{Arrivals, Semaphore, Traffic, at_most};
use millrace_spec::{
    At, Check, Deed, Detail, Field, FieldGroup, Flow, Measure, Pattern, Place, Preset, Role, SceneSpec, Step, Trial,
    Waits, Wire, params,
};
use millrace_trace::{Ledger, Outcome, Span, StationKind, Trace, TraceEvent, ledger::StationRow};
use serde_json::{Map, Value as Json};

params! {
    /// The parameters of the semaphore.
    #[derive(Copy)]
    pub struct Params {
        /// How many may hold one at once.
        permits: u32 => Field::count("permits", "Permits", 5, 1..=1_024).simple(),
        /// How many come in all.
        callers: u32 => Field::count("callers", "Callers", 20, 1..=100_000).simple().role(Role::Jobs),
        /// How long each holds its permit.
        hold: Span => Field::span("hold", "Hold", Span::millis(50), Span::ZERO..=Span::secs(60)).simple(),
        /// How long a caller waits for a permit before it is refused; 0 for as long as it takes.
        max_wait: Span => Field::span("max-wait", "Longest wait", Span::ZERO, Span::ZERO..=Span::secs(3600)).simple(),
        /// How many callers come in a second, each when it comes; 0 for all at once.
        rate: f64 => Field::rate("rate", "Arrival rate", 0.0, 0.0..=1_000_000.0).simple(),
    }
}

/// The semaphore, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "semaphore",
    name: "Semaphore",
    title: "Semaphore",
    group: "Coordination",
    glyph: "permits",
    fields: Params::fields,
    scene: |_, _| {
        let places =
            [Place::source("callers", "Callers"), Place::pool(PERMITS, "Permits"), Place::sink("results", "Results")];
        let wires = [Wire::new("callers", PERMITS), Wire::new(PERMITS, "results")];
        SceneSpec { backlog: Some("backlog".into()), ..SceneSpec::new(Flow::row(places), wires) }
    },
    measures: |_| {
        let permits = || At::Named(PERMITS.into());
        let waits = Measure::new("waiting", "Waiting time", "Waits", Step::Queued(permits()), Step::Served(permits()));
        vec![Measure { who: "callers", ..waits }]
    },
    usual: Preset {
        label: "Five permits",
        says: "Five permits for twenty callers: four rounds of 50 ms, in the order in which they came.",
        tries: &[
            Trial::at(60, "Take ten permits", &[Deed::Value("permits", "10")]),
            Trial::at(60, "Wait 80 ms at most", &[Deed::Value("max-wait", "80ms")]),
            Trial::at(
                60,
                "Open the code at the permit",
                &[Deed::Code("patterns/semaphore.rs", "permits.acquire_for(&job)")],
            ),
        ],
        speed: 0.03,
        ..Preset::BASE
    },
    presets: &[
        Preset {
            id: "patience",
            label: "Refused after 120 ms",
            says: "Who has waited 120 ms is turned away: of twenty callers that happens to the last five.",
            help: "Five permits serve fifteen callers in 150 ms; the five whose turn would come then have gone.",
            tries: &[
                Trial::at(80, "Wait 80 ms at most", &[Deed::Value("max-wait", "80ms")]),
                Trial::at(120, "Wait as long as it takes", &[Deed::Value("max-wait", "0ms")]),
            ],
            speed: 0.03,
            values: &[("max-wait", "120ms")],
            ..Preset::BASE
        },
        Preset {
            id: "lock",
            label: "One permit is a lock",
            says: "One permit is a lock: twenty callers take turns of 50 ms, and the last waits 950 ms.",
            help: "With one permit nobody overlaps: twenty callers take 20 × 50 ms = 1 s.",
            tries: &[
                Trial::at(300, "Take two permits", &[Deed::Value("permits", "2")]),
                Trial::at(100, "Hold it for 10 ms", &[Deed::Value("hold", "10ms")]),
            ],
            speed: 0.1,
            values: &[("permits", "1")],
            ..Preset::BASE
        },
        Preset {
            id: "steady",
            label: "90 % of what it can do",
            says: "At 90 % of what four permits can do most wait little, and now and then a line grows.",
            help: "Callers come by chance, 72 a second, and four permits can serve 80: mostly nobody waits long, and now and then a line grows.",
            tries: &[
                Trial::at(2_000, "Let 79 a second come", &[Deed::Value("rate", "79")]),
                Trial::at(2_000, "Take a fifth permit", &[Deed::Value("permits", "5")]),
            ],
            values: &[("permits", "4"), ("callers", "864"), ("rate", "72")],
            ..Preset::BASE
        },
        Preset {
            id: "overload",
            label: "More than it can do",
            says: "More come than forty permits can serve: the line grows to 200 ms, and some are refused.",
            help: "Forty permits can serve 800 a second and 1,000 come: the line grows until the longest wait refuses as many as are too many.",
            tries: &[
                Trial::at(2_000, "Wait as long as it takes", &[Deed::Value("max-wait", "0ms")]),
                Trial::at(2_000, "Take 60 permits", &[Deed::Value("permits", "60")]),
            ],
            speed: 0.1,
            values: &[("permits", "40"), ("callers", "5000"), ("rate", "1000"), ("max-wait", "200ms")],
            ..Preset::BASE
        },
    ],
    checks: &[
        Check::CONSERVED,
        Check::WITHIN_CAPACITY,
        Check::always("never are more held than there are permits", |l, t| {
            pool(l, t).is_none_or(|pool| pool.holders().len() <= pool.capacity as usize)
        })
        .by("who holds a permit, against their number"),
        Check::always("nobody waits while a permit is free", |l, t| {
            pool(l, t).is_none_or(|pool| pool.queue.is_empty() || pool.holders().len() >= pool.capacity as usize)
        })
        .by("who waits, beside who holds"),
        Check::sometimes("somebody had to wait", |l, t| pool(l, t).is_some_and(|pool| !pool.queue.is_empty())),
        Check::eventually("who waited was served in the order of coming", |l, t| {
            pool(l, t).is_none_or(|pool| pool.overtaken == 0)
        })
        .by("the order in which callers began to wait, against that in which they were served"),
        Check::eventually("everybody was served, or refused after the longest wait", |l, _| {
            l.tally.count(Outcome::Completed) + l.tally.count(Outcome::Rejected) == l.tally.offered
        })
        .by("the outcomes of all callers"),
        Check::eventually("every permit came back", |l, t| pool(l, t).is_none_or(|pool| pool.holders().len() == 0))
            .by("who holds a permit at the end"),
    ],
    file: file!(),
    detail: Some(|_| Box::new(Permits { waits: Waits::at(PERMITS), peak: 0 })),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const PERMITS: &str = "permits";

async fn run(env: Env, p: Params) {
    let source = env.open_plain(StationKind::Source, "callers");
    let permits = Semaphore::open(&env, PERMITS, p.permits);
    let inner = env.clone();
    let arrivals = env.spawn_at("arrivals", source, async move {
        let traffic = if p.rate > 0.0 { Traffic::Poisson(p.rate) } else { Traffic::Closed };
        let mut arrivals = Arrivals::start(&inner, p.callers, traffic);
        let mut callers = Vec::new();
        while let Some(job) = arrivals.next().await {
            callers.push(inner.spawn("caller", call(inner.clone(), p, permits.clone(), job)));
        }
        callers
    });
    for caller in arrivals.await {
        caller.await;
    }
}

async fn call(env: Env, p: Params, permits: Semaphore, job: Job) {
    let outcome = match at_most(&env, p.max_wait, permits.acquire_for(&job)).await {
        Ok(_permit) => {
            env.sleep(p.hold).await;
            Outcome::Completed
        }
        Err(_) => Outcome::Rejected,
    };
    job.leave(outcome);
}

fn pool<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(PERMITS, trace).map(|(_, pool)| pool)
}

/// What the semaphore alone reports: how many held a permit at once, and how long callers waited.
#[derive(Debug)]
struct Permits {
    waits: Waits,
    peak: usize,
}

impl Detail for Permits {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.waits.apply(event, trace);
        self.peak = self.peak.max(after.station(self.waits.station()).map_or(0, |pool| pool.holders().len()));
    }

    fn report(&self) -> Map<String, Json> {
        let mut detail = Map::new();
        detail.insert("peak_held".to_owned(), self.peak.into());
        detail.insert("waits_ns".to_owned(), self.waits.summary_ns());
        detail
    }
}
