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

mod params;
mod presets;

use millrace_engine::{Env, Job, Reply};
use millrace_parts::{Arrivals, Retry, RetryBudget, Stop, Tried, Verdict};
use millrace_spec::{
    Attempts, Check, Detail, Fidelity, FieldGroup, Flow, GaugeSpec, Pattern, Place, SceneSpec, Tries, Unit, Values,
};
use millrace_trace::{Answer, EventKind, Gauge, Ledger, Outcome, Span, StationId, StationKind, Trace, TraceEvent};
use millrace_upstream as upstream;
use params::Params;
use serde_json::{Map, Value as Json};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
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
    presets: presets::PRESETS,
    question: Some(presets::QUESTION),
    checks: &[
        Check::CONSERVED,
        Check::WITHIN_CAPACITY,
        Check::SLOTS_KEPT,
        Check::always("as many are counted as waiting for their next try as there are", |l, t| {
            l.find(CALLERS, t).is_none_or(|(_, callers)| callers.gauge(WAITING) == callers.levels.present as i64)
        })
        .by("the requests that callers have in hand and that are at no server, against the count of the waits"),
        Check::always("no more requests wait and are served for nobody than the server has room for", |l, t| {
            l.find("server", t).is_none_or(|(_, server)| {
                server.levels.in_service + server.gone_in_slots() <= u64::from(server.capacity)
            })
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
    ],
    file: file!(),
    ceiling: |values, _| upstream::ceiling(values, None),
    detail: Some(|_| Box::new(Amplified::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CALLERS: &str = "callers";
/// Gauges of the callers: how many wait for their next try, how many retries there were, and how many requests were given up because
/// the budget was empty.
const WAITING: Gauge = Gauge(0);
const RETRIES: Gauge = Gauge(1);
const OUT_OF_BUDGET: Gauge = Gauge(2);

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: CALLERS.into(), gauge, label, unit };
    let mut gauges = vec![
        gauge("retries", RETRIES, "Retries", Unit::Sum("retries")),
        gauge("backing-off", WAITING, "Backing off", Unit::Count("requests")),
    ];
    if values.number("budget") > 0.0 {
        gauges.push(gauge("out-of-budget", OUT_OF_BUDGET, "Out of budget", Unit::Sum("requests")));
    }
    let at = Attempts {
        server: "server".to_owned(),
        queue: Some(values.count("server-queue")).filter(|queue| *queue > 0),
        ceiling: upstream::ceiling(values, None).map(|ceiling| ceiling.per_second),
    };
    SceneSpec {
        flow: Flow::row([Place::attempts(CALLERS, "Attempts", at)]),
        wires: Vec::new(),
        backlog: Some(Arrivals::BACKLOG.into()),
        gauges,
        faults: upstream::faults(),
    }
}

/// What all callers share.
struct Caller {
    env: Env,
    params: Params,
    /// From the outermost to the one that calls the server.
    tiers: Vec<Retry>,
    station: StationId,
    gauges: [Cell<i64>; 3],
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
        p.load.each(&inner, station, p.callers, |job| ask(caller.clone(), job)).await;
    };
    env.spawn_at("clients", clients, arrive).await;
    drop(outages);
}

async fn ask(caller: Rc<Caller>, job: Job) {
    caller.ask(job).await;
}

impl Caller {
    /// A request, from its first try to its end.
    async fn ask(&self, job: Job) {
        job.go(self.station, true);
        // Whether it has failed, and waits for its next try unless there is none.
        let waits = Cell::new(false);
        let Some((outermost, within)) = self.tiers.split_first() else { return };
        let tried = self.tier(&job, outermost, within, &waits).await;
        match tried.stop {
            Stop::OutOfBudget => {
                self.count(OUT_OF_BUDGET, 1);
                job.leave(Outcome::Rejected);
            }
            Stop::Deadline => job.leave(Outcome::TimedOut),
            Stop::Kept | Stop::Attempts => job.leave(tried.last.map_or(UNHEARD, |reply| reply.answer).outcome()),
        }
    }

    /// A tier tries again what is below it.
    async fn tier(&self, job: &Job, retry: &Retry, within: &[Retry], waits: &Cell<bool>) -> Tried<Reply> {
        let judge = |reply: &Reply| {
            if !self.params.tries_again(reply.answer) {
                return Verdict::Keep;
            }
            waits.set(true);
            self.count(WAITING, 1);
            Verdict::Again(reply.retry_after)
        };
        // Tiers throw dice of their own.
        let key = u64::from(job.id().0) << 8 | within.len() as u64;
        let tried = retry.call(key, || self.call(job, within, waits), judge).await;
        if waits.take() {
            self.count(WAITING, -1);
        }
        tried
    }

    /// Calls the server, through so many tiers.
    fn call<'a>(&'a self, job: &'a Job, tiers: &'a [Retry], waits: &'a Cell<bool>) -> Answered<'a> {
        if waits.take() {
            self.count(WAITING, -1);
            self.count(RETRIES, 1);
        }
        let Some((retry, within)) = tiers.split_first() else { return Box::pin(self.env.call(job)) };
        Box::pin(async move {
            let tried = self.tier(job, retry, within, waits).await;
            tried.last.unwrap_or(Reply { answer: UNHEARD, latency: Span::ZERO, retry_after: Span::ZERO })
        })
    }

    fn count(&self, gauge: Gauge, by: i64) {
        let Some(count) = self.gauges.get(gauge.0 as usize) else { return };
        count.set(count.get() + by);
        self.env.gauge(self.station, gauge, count.get());
    }
}

type Answered<'a> = Pin<Box<dyn Future<Output = Reply> + 'a>>;

/// What a request that was cut off in its first try got.
const UNHEARD: Answer = Answer::TimedOut;

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
