//! So many at once, the rest in line.
//!
//! # Problem
//! Something can be used by a few at a time: connections, files, a licence for five. Who comes while all of them are in use must
//! wait, and somebody has to say who is next.
//!
//! # Idea
//! A number of permits. Who wants in takes one and gives it back when done; who finds none waits. A permit that comes back goes to
//! whoever has waited longest, even if somebody else asks at that very moment. Some may need several at once, their weight.
//!
//! # Watch
//! Twenty callers come at once for five permits and hold them for 50 ms each: five rounds of nobody's making, because whoever leaves
//! lets the next one in at the same instant. The first five wait for nothing, the last for 150 ms. With a longest wait of 120 ms the
//! last five are refused: their turn would have come 30 ms later. At a rate just below what the permits can do, the line is mostly
//! short and sometimes not, although nothing has changed but luck. With weights, who needs five waits until five are free at once, and
//! those behind it wait too, though there is enough for them: a convoy. With overtaking they go past it, and it may wait very long.
//!
//! # Choose
//! To bound what is under way where the work itself is done by whoever asks. With one permit it is a lock. It bounds only what is done
//! while the permit is held: given back too early, it limits nothing. First come, first served where everybody must get its turn,
//! overtaking where what lies free is dearer than the wait of those who need much.
//!
//! # Primitives
//! Semaphore. Tasks. Timeout.
//!
//! # Origin
//! Edsger Dijkstra's, of 1962; first come, first served as in golang.org/x/sync/semaphore and tokio. The figures are those of a Go
//! service whose semaphores of 5 were given back as soon as a task was queued: 20 of them ran at once.

mod caller;
mod presets;
mod report;

use millrace_engine::Env;
use millrace_parts::{Arrivals, Order, Semaphore, Traffic};
use millrace_spec::{
    At, Check, Choice, Field, FieldGroup, Flow, Measure, Pattern, Place, Role, SceneSpec, Step, Values, Wire, params,
};
use millrace_trace::{JobId, Ledger, Outcome, Span, StationKind, Trace, ledger::StationRow};
use std::rc::Rc;

const ORDER: &[Choice] = &[
    Choice {
        id: "fifo",
        label: "First come",
        help: "First come, first served: while the first has to wait, all behind it do.",
    },
    Choice { id: "overtaking", label: "Overtaking", help: "Whoever came first of those for whom there is enough." },
];

const WEIGHTS: &[&str] = &["1", "1,1,1,1,5", "2, 3"];
const HEAVIEST: u32 = 1_024;

/// How many permits each needs who comes, by turns.
///
/// # Errors
/// What is wrong with the text, and where.
fn read_weights(text: &str) -> Result<Vec<u32>, String> {
    let entries = text.split(',').map(str::trim);
    let read = entries.enumerate().map(|(index, entry)| {
        let weight = entry.parse().ok().filter(|weight| (1..=HEAVIEST).contains(weight));
        weight.ok_or_else(|| format!("entry {}, \"{entry}\": a weight is a whole number from 1 to 1,024", index + 1))
    });
    let weights: Vec<u32> = read.collect::<Result<_, _>>()?;
    if weights.len() > 1_000 { Err("at most 1,000 weights".to_owned()) } else { Ok(weights) }
}

/// Nobody needs more permits than there are.
fn enough(values: &Values) -> Result<(), String> {
    let permits = values.count("permits");
    let weights = read_weights(values.word("weights")).unwrap_or_default();
    match weights.iter().enumerate().find(|(_, weight)| u64::from(**weight) > permits) {
        None => Ok(()),
        Some((index, weight)) => {
            let permits = if permits == 1 { "one permit".to_owned() } else { format!("{permits} permits") };
            Err(format!("entry {} of the weights, {weight}, is above the {permits}: it would wait for ever", index + 1))
        }
    }
}

params! {
    /// The parameters of the semaphore.
    pub struct Params {
        /// How many may hold one at once.
        permits: u32 => Field::count("permits", "Permits", 5, 1..=1_024).simple().fits(enough),
        /// How many come in all.
        callers: u32 => Field::count("callers", "Callers", 20, 1..=100_000).simple().role(Role::Jobs),
        /// How long each holds its permit.
        hold: Span => Field::span("hold", "Hold", Span::millis(50), Span::ZERO..=Span::secs(60)).simple(),
        /// How many permits each needs, by turns: with 1,1,5 every third needs five. It gives all of them back at once.
        weights: String => Field::text("weights", "Weights", "1", "weight,weight,…", |text| read_weights(text).map(|_| ()), WEIGHTS).simple().fits(enough),
        /// In which order those who wait are served.
        order: String => Field::choice("order", "Order", "fifo", ORDER).simple(),
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
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    file: file!(),
    detail: Some(|values| Box::new(report::Permits::of(read_weights(values.word("weights")).unwrap_or_default()))),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("never are more held than there are permits", |l, t| {
        pool(l, t).is_none_or(|pool| pool.taken() <= u64::from(pool.capacity))
    })
    .by("what those hold who hold something, against the number of permits"),
    Check::always("the first in line does not wait while there is enough for it", |l, t| {
        pool(l, t).is_none_or(|pool| pool.queue.front().is_none_or(|first| weight(l, first) > pool.free()))
    })
    .by("what the first in line needs, beside what is free"),
    Check::always("with overtaking nobody waits for whom there is enough", |l, t| {
        pool(l, t).is_none_or(|pool| !overtakes(pool, t) || !somebody_fits(l, pool))
    })
    .by("what each of the first thousand in line needs, beside what is free"),
    Check::sometimes("somebody had to wait", |l, t| pool(l, t).is_some_and(|pool| !pool.queue.is_empty())),
    Check::sometimes("permits lay free that were enough for somebody behind the first", |l, t| {
        pool(l, t).is_some_and(|pool| somebody_fits(l, pool))
    })
    .by("what each of the first thousand in line needs, beside what is free"),
    Check::sometimes("the first in line had waited for a second, and others went past it", |l, t| {
        let since = |pool: &StationRow| pool.queue.front().and_then(|first| l.job(*first)).map(|first| first.since);
        pool(l, t).is_some_and(|pool| {
            pool.overtaken > 0 && since(pool).is_some_and(|since| l.now.since(since) >= Span::secs(1))
        })
    }),
    Check::eventually("who waited was served in the order of coming, unless it might be overtaken", |l, t| {
        pool(l, t).is_none_or(|pool| pool.overtaken == 0 || overtakes(pool, t))
    })
    .by("the order in which callers began to wait, against that in which they were served"),
    Check::eventually("everybody was served, or refused after the longest wait", |l, _| {
        l.tally.count(Outcome::Completed) + l.tally.count(Outcome::Rejected) == l.tally.offered
    })
    .by("the outcomes of all callers"),
    Check::eventually("every permit came back", |l, t| pool(l, t).is_none_or(|pool| pool.taken() == 0))
        .by("who holds a permit at the end"),
];

const PERMITS: &str = "permits";
/// The state of a pool at which one may be served before another who came earlier.
const OVERTAKING: &str = "overtaking";

async fn run(env: Env, p: Params) {
    let p = Rc::new(p);
    let source = env.open_plain(StationKind::Source, "callers");
    let permits = Semaphore::open(&env, PERMITS, p.permits);
    let overtaking = p.order == "overtaking";
    let permits = if overtaking { permits.in_order(Order::Overtaking) } else { permits };
    if let Some(pool) = permits.station().filter(|_| overtaking) {
        env.state(pool, OVERTAKING);
    }
    // The field takes no other text.
    let weights = read_weights(&p.weights).unwrap_or_default();
    let inner = env.clone();
    let arrivals = env.spawn_at("arrivals", source, async move {
        let traffic = if p.rate > 0.0 { Traffic::Poisson(p.rate) } else { Traffic::Closed };
        let mut arrivals = Arrivals::start(&inner, p.callers, traffic);
        let mut callers = Vec::new();
        let mut weights = weights.into_iter().cycle();
        while let Some(job) = arrivals.next().await {
            let weight = weights.next().unwrap_or(1);
            callers.push(inner.spawn("caller", caller::call(inner.clone(), p.clone(), permits.clone(), job, weight)));
        }
        callers
    });
    for caller in arrivals.await {
        caller.await;
    }
}

fn pool<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(PERMITS, trace).map(|(_, pool)| pool)
}

/// How many permits a job needs that waits for them.
fn weight(ledger: &Ledger, job: &JobId) -> u64 {
    ledger.job(*job).map_or(1, |job| job.weight.into())
}

/// Whether those may be served first who came later.
fn overtakes(pool: &StationRow, trace: &Trace) -> bool {
    pool.state.is_some_and(|state| trace.name(state) == OVERTAKING)
}

/// Whether there is enough for one of those who wait. Of a very long line the first thousand are looked at.
fn somebody_fits(ledger: &Ledger, pool: &StationRow) -> bool {
    pool.free() > 0 && pool.queue.iter().take(1_000).any(|job| weight(ledger, job) <= pool.free())
}
