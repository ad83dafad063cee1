//! Who has not heard after a while asks once more, and takes whichever answer comes first.
//!
//! # Problem
//! Most calls are quick and a few take ten times as long, for no reason of theirs: a pause, a full disk, a slot behind a slow one. Who
//! makes a hundred calls for one page meets one of those nearly every time.
//!
//! # Idea
//! If the answer is not there after the time that nearly all calls take, the same request goes out once more. The first success wins, and
//! the other call is cancelled in that instant.
//!
//! # Watch
//! Service times with a heavy tail, and a hedge after the time that 95 of the last 100 calls took: hardly more calls, and the slowest
//! requests take a fraction of what they took. Then a delay that is shorter than most calls, for a server that does not cancel: every
//! request is two calls, and a server that was busy to two thirds is overrun by its own callers.
//!
//! # Choose
//! For reads that may be made twice, where the tail is chance and the server has room. Never where it is slow because it has too much to
//! do: there a hedge is a second load. With a budget, and only if a loser can be cancelled.
//!
//! # Primitives
//! Hedge. Retry budget. Tasks.
//!
//! # Origin
//! Jeffrey Dean and Luiz André Barroso, "The Tail at Scale", Communications of the ACM, 2013: a hedge after 10 ms cut the 99.9th percentile
//! of a thousand reads from 1,800 to 74 ms, for 2 % more of them.

mod caller;
mod params;
mod presets;

use caller::{Caller, HEDGES, MADE, UNDER_WAY, WON, ask};
use millrace_engine::Env;
use millrace_parts::{Arrivals, Hedge, RetryBudget};
use millrace_spec::{
    At, Check, Detail, Fidelity, FieldGroup, Flow, GaugeSpec, Measure, Pattern, Place, SceneSpec, Step, Tries, Unit,
    Values,
};
use millrace_trace::{EventKind, JobId, Ledger, SimTime, Span, StationKind, Trace, TraceEvent};
use millrace_upstream as upstream;
use params::Params;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Hedging, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "hedge",
    name: "Hedge",
    title: "Hedged requests",
    group: "Resilience",
    glyph: "ways",
    fields: Params::fields,
    scene,
    measures: |_| {
        let callers = At::Named(CALLERS.into());
        vec![Measure::new("total", "Time to answer", "Totals", Step::Came(callers), Step::Left)]
    },
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    file: file!(),
    ceiling: |values, _| upstream::ceiling(values, None),
    detail: Some(|_| Box::new(Races::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("as many attempts are counted as under way as there are calls", |l, t| {
        l.find(CALLERS, t).is_none_or(|(_, callers)| callers.gauge(UNDER_WAY) == l.tally.in_flight as i64)
    })
    .by("the calls under way, against the count of the attempts"),
    Check::sometimes("a request was asked twice", |l, t| {
        l.find(CALLERS, t).is_some_and(|(_, callers)| callers.gauge(HEDGES) > 0)
    }),
    Check::sometimes("a hedge won", |l, t| l.find(CALLERS, t).is_some_and(|(_, callers)| callers.gauge(WON) > 0)),
    Check::eventually("there was one attempt for each request and one for each hedge", |l, t| {
        l.find(CALLERS, t)
            .is_none_or(|(_, callers)| callers.gauge(MADE) == l.tally.offered as i64 + callers.gauge(HEDGES))
    })
    .by("the attempts that were made, against the requests and the hedges"),
    Check::ALL_LEFT,
];

const CALLERS: &str = "callers";

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: CALLERS.into(), gauge, label, unit };
    SceneSpec {
        flow: Flow::row([Place::attempts(CALLERS, "Attempts", upstream::tried(values))]),
        wires: Vec::new(),
        backlog: Some(Arrivals::BACKLOG.into()),
        gauges: vec![
            gauge("hedges", HEDGES, "Hedges", Unit::Sum("hedges")),
            gauge("hedges-won", WON, "Hedges won", Unit::Sum("hedges")),
        ],
        faults: upstream::faults(),
        alerts: Vec::new(),
        targets: Vec::new(),
    }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let clients = env.open_plain(StationKind::Source, "clients");
    let station = env.open_plain(StationKind::Crew, CALLERS);
    let budget = (p.budget.0 > 0.0).then(|| RetryBudget::new(&env, p.budget.0, 0.0));
    let hedge = Hedge::new(&env, p.policy(), budget);
    let caller = Rc::new(Caller { env: env.clone(), hedge, station, gauges: Default::default() });
    let ask = move |job| ask(caller.clone(), job);
    let inner = env.clone();
    env.spawn_at("clients", clients, async move { p.load.each(&inner, station, p.callers, ask).await }).await;
}

/// What hedging alone reports: how many hedges there were, who won, and how long attempts took that decided nothing.
#[derive(Debug, Default)]
struct Races {
    tries: Tries,
    /// By attempt that is there: whether it is a hedge, since when it is called, and how long it took.
    attempts: BTreeMap<JobId, Attempt>,
    /// By request that is there: whether it has had an attempt.
    begun: BTreeMap<JobId, bool>,
    hedged: u64,
    won: [u64; 2],
    wasted: Span,
}

#[derive(Clone, Copy, Debug)]
struct Attempt {
    is_hedge: bool,
    since: Option<SimTime>,
    took: Span,
    succeeded: bool,
}

impl Detail for Races {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, _: &Trace) {
        self.tries.apply(event);
        match event.kind {
            EventKind::Entered { job, .. } => drop(self.begun.insert(job, false)),
            EventKind::Split { job, child } => {
                let is_hedge = self.begun.insert(job, true) == Some(true);
                self.hedged += u64::from(is_hedge);
                let attempt = Attempt { is_hedge, since: None, took: Span::ZERO, succeeded: false };
                self.attempts.insert(child, attempt);
            }
            EventKind::Called { job, .. } => {
                if let Some(attempt) = self.attempts.get_mut(&job) {
                    attempt.since = Some(event.at);
                }
            }
            EventKind::Answered { job, answer, .. } => {
                if let Some(attempt) = self.attempts.get_mut(&job) {
                    attempt.took = attempt.since.map_or(Span::ZERO, |since| event.at.since(since));
                    attempt.succeeded = answer.is_success();
                }
            }
            // Who decides is a part of the request from then on.
            EventKind::Merged { job, .. } => {
                if let Some(attempt) = self.attempts.remove(&job).filter(|attempt| attempt.succeeded)
                    && let Some(won) = self.won.get_mut(usize::from(attempt.is_hedge))
                {
                    *won += 1;
                }
            }
            EventKind::Left { job, .. } => {
                self.begun.remove(&job);
                if let Some(attempt) = self.attempts.remove(&job) {
                    self.wasted = self.wasted.saturating_add(attempt.took);
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let [primary, hedge] = self.won;
        let mut detail = Map::new();
        detail.insert("hedged".to_owned(), self.hedged.into());
        detail.insert("won".to_owned(), json!({ "primary": primary, "hedge": hedge }));
        // Before anything is decided nothing can be wasted.
        let decided = primary + hedge > 0 || !self.wasted.is_zero();
        detail.insert("wasted_ns".to_owned(), json!(decided.then_some(self.wasted.0)));
        self.tries.list_in(&mut detail);
        detail
    }
}
