//! What failed is tried again, and what that does to a server that has trouble.
//!
//! # Problem
//! A call fails although the next one would not: a packet was lost, a process was just replaced, a queue was full for a moment. Giving up
//! at once makes a small trouble everybody's; trying again at once and for ever makes it a large one.
//!
//! # Idea
//! A few tries, with a wait before each that grows and that chance parts, so that those who failed together do not come back together. And
//! a budget that all callers share: where few calls fail every one of them may be tried again, where most fail hardly any.
//!
//! # Watch
//! One call in five fails: with three tries one request in 125 does, for 1.24 tries a request. Then let the server go down for 4 s and
//! work on requests whose callers have gone. Each request brings four tries at the worst moment: the queue fills, what is served has been
//! given up already, and is tried again. The outage ends and the storm does not: the load that keeps it going is the load that it makes. With
//! a budget of 20 % the same outage is over when it is over.
//!
//! # Choose
//! Where a failure is likely to pass and the call may be made twice. On one tier only: two that retry three times make nine calls of one.
//! Never without a ceiling, a jitter and a budget.
//!
//! # Primitives
//! Retry. Retry budget. Backoff. Tasks.
//!
//! # Origin
//! The exponential policy (3 tries, 500 ms, twice as long each time, at most 10 s) is the general helper of a Go service, whose document
//! promises it everywhere; its background tasks wait linearly, 500 ms and one second more each time, without a ceiling. The added jitter, a
//! wait of the backoff and up to as much again, starting at 1 s and up to 30 s, is an interview platform's. Full, equal and decorrelated are
//! Marc Brooker's. The storm that outlives its cause is a metastable failure (Bronson, Charapko, Aghayev and Zhu, HotOS 2021).

mod caller;
mod params;
mod presets;

use caller::{Caller, OUT_OF_BUDGET, RETRIES, WAITING};
use millrace_engine::Env;
use millrace_parts::{Arrivals, Retry, RetryBudget};
use millrace_spec::{
    Check, Detail, Fidelity, FieldGroup, Flow, GaugeSpec, Pattern, Place, SceneSpec, Tries, Unit, Values,
};
use millrace_trace::{EventKind, Ledger, Outcome, StationKind, Trace, TraceEvent};
use millrace_upstream as upstream;
use params::Params;
use serde_json::{Map, Value as Json};
use std::rc::Rc;

/// Retrying, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "retry",
    name: "Retry",
    title: "Retry",
    group: "Resilience",
    glyph: "backoff",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    question: Some(presets::QUESTION),
    checks: || CHECKS,
    file: file!(),
    ceiling: |values, _| upstream::ceiling(values, None),
    detail: Some(|_| Box::new(Amplified::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("as many are counted as waiting for their next try as there are", |l, t| {
        l.find(CALLERS, t).is_none_or(|(_, callers)| callers.gauge(WAITING) == callers.levels.present as i64)
    })
    .by("the requests that callers have in hand and that are at no server, against the count of the waits"),
    Check::always("no more requests wait and are served for nobody than the server has room for", |l, t| {
        l.find("server", t)
            .is_none_or(|(_, server)| server.levels.in_service + server.gone_in_slots() <= u64::from(server.capacity))
    })
    .by("the requests in its slots, with and without a caller, against the slots"),
    Check::sometimes("a request was tried again", |l, t| {
        l.find(CALLERS, t).is_some_and(|(_, callers)| callers.gauge(RETRIES) > 0)
    }),
    Check::eventually("every request was answered, given up or out of budget", |l, _| {
        let ways = [Outcome::Completed, Outcome::Failed, Outcome::TimedOut, Outcome::Rejected];
        ways.iter().map(|way| l.tally.count(*way)).sum::<u64>() == l.tally.offered
    })
    .by("the outcomes of all requests"),
    Check::ALL_LEFT,
];

const CALLERS: &str = "callers";

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: CALLERS.into(), gauge, label, unit };
    let mut gauges = vec![
        gauge("retries", RETRIES, "Retries", Unit::Sum("retries")),
        gauge("backing-off", WAITING, "Backing off", Unit::Count("requests")),
    ];
    if values.number("budget") > 0.0 {
        gauges.push(gauge("out-of-budget", OUT_OF_BUDGET, "Out of budget", Unit::Sum("requests")));
    }
    SceneSpec {
        flow: Flow::row([Place::attempts(CALLERS, "Attempts", upstream::tried(values))]),
        wires: Vec::new(),
        backlog: Some(Arrivals::BACKLOG.into()),
        gauges,
        faults: upstream::faults(),
        alerts: Vec::new(),
        targets: Vec::new(),
    }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let clients = env.open_plain(StationKind::Source, "clients");
    let station = env.open_plain(StationKind::Crew, CALLERS);
    let outages = p.outages.start(&env);
    let tier = |_| {
        let budget = (p.budget.0 > 0.0).then(|| RetryBudget::new(&env, p.budget.0, p.budget_min));
        Retry::new(&env, p.policy(), budget)
    };
    let tiers = (0..p.tiers).map(tier).collect();
    let caller = Rc::new(Caller { env: env.clone(), params: p, tiers, station, gauges: Default::default() });
    let inner = env.clone();
    let arrive = async move {
        let p = &caller.params;
        p.load
            .each(&inner, station, p.callers, |job| {
                let caller = caller.clone();
                async move { caller.ask(job).await }
            })
            .await;
    };
    env.spawn_at("clients", clients, arrive).await;
    drop(outages);
}

/// What retrying alone reports: how many tries requests had, when, and how many ran out of budget.
#[derive(Debug, Default)]
struct Amplified {
    tries: Tries,
    out_of_budget: u64,
}

impl Detail for Amplified {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, _: &Trace) {
        self.tries.apply(event);
        // Nothing else turns a request away here.
        self.out_of_budget += u64::from(matches!(event.kind, EventKind::Left { outcome: Outcome::Rejected, .. }));
    }

    fn report(&self) -> Map<String, Json> {
        let mut detail = Map::new();
        detail.insert("attempts".to_owned(), self.tries.attempts());
        detail.insert("out_of_budget".to_owned(), self.out_of_budget.into());
        self.tries.list_in(&mut detail);
        detail
    }
}
