//! Calls that keep failing are interrupted, so that neither side wastes its time.
//!
//! # Problem
//! A server is down or drowning. Every caller waits for an answer that does not come or is an error, holds what it
//! holds meanwhile, and calls again; and the load keeps the server from coming back.
//!
//! # Idea
//! Calls go through a breaker that counts how they end. When too many fail, it opens and turns every call away at once. After a
//! time it is half-open and lets a few probes through: if they pass it closes, if not it opens again.
//!
//! # Watch
//! At 2 s the server goes down. Five failures in a row open the breaker, and from then on no call reaches the server: the
//! callers come back empty-handed and try the next request after their pause. At about 4 s the first probe fails and the breaker opens
//! again; at about 6 s, a second after the server has come back, three probes pass and it closes. The time that the
//! server is up and the breaker is not closed is its price. As shipped nothing that happens counts as a failure: it cannot open, and
//! every request of the outage fails at the server.
//!
//! # Choose
//! Where the other side fails for longer than a call takes, and where failing at once is better than failing late. It
//! is no limit on load: a server that is slow because it has too many callers is well again as soon as they are turned
//! away, and slow again as soon as they are not.
//!
//! # Primitives
//! Circuit breaker. Channels. Tasks.
//!
//! # Origin
//! Michael Nygard, "Release It!". The counters are those of the elevator service's breaker (5 failures, 3 successes); its
//! wrapped operation always returns no error and a timeout is not a failure, so it never opens. Rates and windows are
//! resilience4j's, and where they differ from it the breaker's own file says; generations and the interval that forgets are
//! sony/gobreaker's, the open time that grows is resilience4j's and Polly's.

mod caller;
mod checks;
mod params;
mod presets;

use caller::{Caller, work};
use millrace_engine::{Env, Job};
use millrace_parts::{Arrivals, Breaker, Crew, channel};
use millrace_spec::{
    FaultSpec, FaultUnit, Fidelity, FieldGroup, Flow, GaugeSpec, Ideal, Pattern, Place, SceneSpec, Unit, Values, Wire,
};
use millrace_trace::{Gauge, StationId, StationKind};
use millrace_upstream as upstream;
use params::{Params, rates};
use std::cell::Cell;
use std::rc::Rc;

/// The circuit breaker, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "circuit-breaker",
    name: "Circuit breaker",
    title: "Circuit breaker",
    group: "Resilience",
    glyph: "breaker",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    question: Some(presets::QUESTION),
    checks: || checks::CHECKS,
    shipped: "this breaker can never open",
    disagreement: Some(
        "Documented, errors and timeouts open the breaker; shipped, the wrapped call always returns no error and timeouts are not \
         counted: look at the outage, during which the breaker stays closed.",
    ),
    file: file!(),
    ideal,
    ceiling: |values, _| upstream::ceiling(values, Some(values.count("callers"))),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const BREAKER: &str = "breaker";
/// The fault that holds the breaker open.
const FORCE_OPEN: &str = "force-open";
/// The fault that bridges it.
const DISABLE: &str = "disable-breaker";
/// A gauge of the results: requests that were answered with the substitute.
const SUBSTITUTES: Gauge = Gauge(0);
/// A gauge of the results: 1 where any number of probes is let through on purpose.
const UNBOUNDED: Gauge = Gauge(1);

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    let gauges = Breaker::gauges();
    let by_hand =
        |name, help| FaultSpec::of_program(name, help, FaultUnit::Lasts, (2_000_000_000, 1_000_000, 600_000_000_000));
    let mut faults = upstream::faults_with_crew();
    faults.push(by_hand(
        (FORCE_OPEN, "Force open"),
        "The breaker turns every call away, whatever it counted; afterwards it begins anew, closed.",
    ));
    faults.push(by_hand(
        (DISABLE, "Disable"),
        "The breaker lets every call through and counts nothing; afterwards it begins anew, closed.",
    ));
    SceneSpec {
        flow: Flow::row([
            Place::source("producer", "Producer"),
            Place::channel("requests", "Requests"),
            Place::crew("callers", "Callers"),
            Place::breaker(BREAKER, "Breaker"),
            Place::server("server", "Server"),
            Place::sink("results", "Results"),
        ]),
        wires: vec![
            Wire::new("producer", "requests"),
            Wire::new("requests", "callers"),
            Wire::new("callers", "results").through([BREAKER, "server"]),
        ],
        backlog: Some(Arrivals::BACKLOG.into()),
        gauges: vec![
            GaugeSpec {
                id: "turned-away",
                station: BREAKER.into(),
                gauge: gauges.turned_away,
                label: "Turned away",
                unit: Unit::Sum("calls"),
            },
            GaugeSpec {
                id: "substitutes",
                station: "results".into(),
                gauge: SUBSTITUTES,
                label: "Substitutes",
                unit: Unit::Sum("answers"),
            },
        ],
        faults,
        alerts: Vec::new(),
        targets: Vec::new(),
    }
}

/// Without a reason to open it, a breaker costs nothing.
fn ideal(values: &Values, _: Fidelity) -> Option<Ideal> {
    let calm = values.span("outage-for").is_zero() && values.number("errors") <= 0.0 && !rates(values);
    calm.then(|| upstream::ideal(values, values.count("callers"))).flatten()
}

async fn run(env: Env, p: Params) {
    let p = Rc::new(p);
    upstream::open(&env, &p.server);
    let results = env.station();
    let breaker = Breaker::open(&env, StationId::NONE, BREAKER, p.settings());
    by_hand(&env, &breaker);
    if p.probing == "passed" {
        env.gauge(results, UNBOUNDED, 1);
    }
    let producer = env.open_plain(StationKind::Source, "producer");
    let (requests_tx, requests) = channel::<Job>(&env, "requests", 100);
    let caller = Rc::new(Caller { env: env.clone(), params: p.clone(), breaker, results, substitutes: Cell::new(0) });
    let crew = Crew::start(&env, "callers", "caller", p.callers, move |_| work(caller.clone(), requests.clone()));
    let outages = p.outages.start(&env);
    let producer = env.spawn_at("producer", producer, p.load.produce(&env, requests_tx));
    crew.join().await;
    drop((producer, outages));
}

/// What a person does to the breaker, as faults that are lifted again.
fn by_hand(env: &Env, breaker: &Breaker) {
    for fault in [FORCE_OPEN, DISABLE] {
        let (inner, breaker) = (env.clone(), breaker.clone());
        env.on_fault(fault, move |_: &[i64]| match (inner.fault(FORCE_OPEN), inner.fault(DISABLE)) {
            (Some(_), _) => breaker.force_open(),
            (None, Some(_)) => breaker.disable(),
            (None, None) => breaker.reset(),
        });
    }
}
