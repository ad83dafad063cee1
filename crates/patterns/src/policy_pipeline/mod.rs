//! Policies round a call, one within the other: the same ones in another order are another program.
//!
//! # Problem
//! A timeout, a retry, a breaker, a limiter are each explained alone and used together, written down in some order that nobody chose. Then
//! a breaker stays closed through an outage because a retry inside it hides the failures, or a timeout that was meant for each try ends all.
//!
//! # Idea
//! The policies are layers. The outer one sees of a call what the inner ones leave of it: a call comes in from the outside, each layer turns
//! it away or lets it go on, and what comes back goes out through them again.
//!
//! # Watch
//! During an outage the retry stands outside the breaker: each try asks the breaker, and after five failures in a row hardly a call reaches
//! the server. With the retry inside, the breaker hears of a failure only when all three tries have failed: several times as many
//! calls go to a server that is down, although callers come to their substitute sooner. Drag a layer, or lift it with Space and move it
//! with the arrow keys, and the run begins anew with the same traffic.
//!
//! # Choose
//! Mostly, from the outside in: fallback, timeout for all tries, retry, breaker, limiter, bulkhead, timeout for each try. Another order where
//! you can say what it is for.
//!
//! # Primitives
//! Stack. Retry. Circuit breaker. Rate limiter. Semaphore. Hedge. Timeout. Tasks.
//!
//! # Origin
//! Resilience pipelines as Polly has them, whose strategies are executed in the order in which they were added; resilience4j composes the same
//! as decorators, and its Spring annotations have a fixed order that surprises: retry round breaker round limiter round timeout round bulkhead.

mod caller;
mod params;
mod presets;

use caller::ask;
use millrace_engine::Env;
use millrace_parts::{Arrivals, Stack};
use millrace_spec::{
    Check, Detail, Fidelity, FieldGroup, Flow, LayerCounts, Layers, Pattern, Place, Policy, SceneSpec, Tries, Values,
    layer_counts, parse_policies,
};
use millrace_trace::{EventKind, Ledger, StationKind, Trace, TraceEvent};
use millrace_upstream as upstream;
use params::Params;
use serde_json::{Map, Value as Json, json};

/// The policy pipeline, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "policy-pipeline",
    name: "Policy pipeline",
    title: "Policy pipeline",
    group: "Resilience",
    glyph: "stages",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    file: file!(),
    ceiling: |values, _| upstream::ceiling(values, None),
    detail: Some(|values| {
        let policies = parse_policies(values.word("policies")).unwrap_or_default();
        Box::new(Told { policies, tries: Tries::default(), counts: Vec::new() })
    }),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("what is inside the innermost layer is at the server", |l, t| {
        let counts = counts(l, t);
        counts.last().is_none_or(|server| server.inside == l.tally.in_flight as i64)
    })
    .by("the calls under way, against what the layers say of who is inside"),
    Check::always("no layer has ended or let through more calls than came to it", |l, t| {
        counts(l, t).iter().all(|layer| layer.passed >= 0 && layer.inside >= 0)
    })
    .by("what came to each layer, against what it ended and what is inside"),
    Check::sometimes("a layer ended a call itself", |l, t| counts(l, t).iter().any(|layer| layer.ended > 0)),
    Check::eventually("nothing is left in any layer", |l, t| counts(l, t).iter().all(|layer| layer.inside == 0)),
    Check::ALL_LEFT,
];

const CALLERS: &str = "callers";

fn counts(ledger: &Ledger, trace: &Trace) -> Vec<LayerCounts> {
    ledger.find(CALLERS, trace).map_or_else(Vec::new, |(callers, _)| layer_counts(ledger, callers))
}

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let policies = parse_policies(values.word("policies")).unwrap_or_default();
    let layers = Layers { policies, server: "server".to_owned(), field: "policies" };
    SceneSpec {
        backlog: Some(Arrivals::BACKLOG.into()),
        faults: upstream::faults(),
        ..SceneSpec::new(Flow::row([Place::layers(CALLERS, "Layers", layers)]), [])
    }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let clients = env.open_plain(StationKind::Source, "clients");
    let callers = env.open_plain(StationKind::Crew, CALLERS);
    let stack = Stack::open(&env, callers, &p.policies(), p.settings());
    let outages = p.outages.start(&env);
    let inner = env.clone();
    let ask = move |job| ask(stack.clone(), callers, job);
    env.spawn_at("clients", clients, async move { p.load.each(&inner, callers, p.callers, ask).await }).await;
    drop(outages);
}

/// What the pipeline alone reports: what each layer saw, refused and added, and how many calls were made.
#[derive(Debug)]
struct Told {
    policies: Vec<Policy>,
    tries: Tries,
    counts: Vec<LayerCounts>,
}

impl Detail for Told {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.tries.apply(event);
        if event.kind.moves_a_job() || matches!(event.kind, EventKind::Gauged { .. }) {
            self.counts = counts(after, trace);
        }
    }

    fn report(&self) -> Map<String, Json> {
        let layer = |(policy, counts): (&Policy, &LayerCounts)| {
            json!({
                "policy": policy.to_string(),
                "in": counts.came,
                "passed": counts.passed,
                "refused": counts.ended,
                "added_ns": counts.mean_added(),
            })
        };
        let mut detail = Map::new();
        let layers: Vec<Json> = self.policies.iter().zip(&self.counts).map(layer).collect();
        detail.insert("layers".to_owned(), Json::Array(layers));
        detail.insert("attempts".to_owned(), self.tries.attempts());
        detail
    }
}
