//! Serving less before serving nobody, and those last who matter most.
//!
//! # Problem
//! More come than can be served. Whoever is let in waits in the queue of all, and whoever is not is refused, whatever it wanted: a payment and a picture of the
//! day alike. So everybody is served late or not at all, while for half of what is done half would do.
//!
//! # Idea
//! Count who is under way. From a share of the limit on do less for each: a shorter list, no recommendations, a price from the cache. What takes a quarter of
//! the time can be done for four times as many. And shed what matters least at once, so that there is room for the rest; what matters most is turned away last.
//!
//! # Watch
//! Forty slots can serve 2,000 a second in full, and 3,000 come. From half of the limit on whoever comes is served less, and low ones are shed: all others are
//! answered, and the count goes up and down at the threshold, as every request that is served less lets the queue become shorter. Without degradation the count
//! stands at its limit, one in three is refused, whoever it is, and who is let in has waited for longer. With one threshold the mode changes often; with a second
//! one below it, it holds. And where more come than can be served even with less, low ones go first, then normal ones, and no high one.
//!
//! # Choose
//! Where a lesser answer is worth having, and takes less: where it takes as long as a full one, nothing is gained. The threshold has to lie below the limit by
//! as many as come while the load goes down. A class is a promise: who may call itself high will. It bounds what is under way and how much is done for it, not
//! who waits for how long: see the adaptive limit, which finds the limit, and the fallback of a policy pipeline, for when there is no answer at all.
//!
//! # Primitives
//! Degradation. Tasks. Wait groups.
//!
//! # Origin
//! The request handler of a backend in Go, whose document promises degradation at 80 % of 200. Its threshold is limit × argument ÷ 100, and it was given 160,
//! which is 0.8 × the limit, as the percentage: 320, above the limit. Each request was to be told as it comes, by the count before it, so there is one threshold;
//! the second one, the classes that are shed and who takes whose place are added here, after what is written of load shedding by Google (Site Reliability
//! Engineering, chapter 21) and Amazon (Builders' Library).

mod clients;
mod params;
mod presets;
mod report;

use clients::Desk;
use millrace_engine::Env;
use millrace_parts::{Arrivals, Degradation};
use millrace_spec::{
    Check, Degrades, Fidelity, FieldGroup, Flow, GaugeSpec, Meter, MeterGauges, Pattern, Place, Priority, SceneSpec,
    Unit, Values, Wire,
};
use millrace_trace::{Ledger, Outcome, StationKind, Trace, ledger::StationRow};
use millrace_upstream::{self as upstream, ServerParams};
use params::Params;
use std::rc::Rc;

/// Degradation, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "degradation",
    name: "Graceful degradation",
    title: "Graceful degradation",
    group: "Resilience",
    glyph: "descent",
    fields: Params::with_classes,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    shipped: "the threshold is above the limit",
    disagreement: Some(
        "Documented degradation begins at 80 % of the limit. The shipped threshold is the limit × the argument ÷ 100, and the argument was 0.8 × the limit: 160 for \
         200, which gives 320, and at 200 everybody is refused, so it is never reached (a limit of 50 gives 20, 100 gives 80 and is right, 200 gives 320). Where it \
         is reached, headers say so and a counter counts, the request is served in full, and nobody is shed: look at who is refused.",
    ),
    file: file!(),
    ceiling: |values, _| {
        let p = Params::read(values);
        let settings = p.settings();
        let least = if settings.is_ever_degraded() { p.less.min(p.server.mean) } else { p.server.mean };
        upstream::ceiling_of(&ServerParams { mean: least, ..p.server }, None)
    },
    detail: Some(|_| Box::<report::Modes>::default()),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CLIENTS: &str = "clients";
const SERVICE: &str = "service";
const G: MeterGauges = MeterGauges::ALL;

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("as many are counted as under way as there are", |l, t| {
        gate(l, t).is_none_or(|gate| gate.gauge(G.under_way) == l.tally.in_flight as i64)
    })
    .by("the count of who is let in, against the calls that are out"),
    Check::always("never are more under way than may be", |l, t| {
        gate(l, t).is_none_or(|gate| l.tally.in_flight as i64 <= gate.gauge(G.limit))
    })
    .by("the calls that are out, against the limit"),
    Check::always("everybody is served in full, served less, shed, or under way", |l, t| {
        let ended = |gate: &StationRow| Priority::ALL.into_iter().flat_map(|class| fates(gate, class)).sum::<i64>();
        gate(l, t).is_none_or(|gate| ended(gate) + gate.gauge(G.under_way) == (l.tally.offered - waiting(l, t)) as i64)
    })
    .by("the counts of all classes and who is under way, against who came"),
    Check::always("nobody is refused who is not counted as shed", |l, t| {
        gate(l, t).is_none_or(|gate| gate.gauge(G.refused) == l.tally.count(Outcome::Rejected) as i64)
    })
    .by("the outcomes of all requests, against the count of who was shed"),
    Check::always(
        "whoever comes is served in full below the threshold, and less only where that is below the limit",
        |l, t| {
            gate(l, t).is_none_or(|gate| {
                let (limit, threshold) = (gate.gauge(G.limit), gate.gauge(G.threshold));
                let is_above = threshold < limit && gate.gauge(G.under_way) >= threshold;
                if is_degraded(gate, t) { threshold < limit } else { !is_above }
            })
        },
    )
    .by("the mode, against who is under way and the threshold"),
    Check::sometimes("somebody was served less", |l, t| gate(l, t).is_some_and(|gate| gate.gauge(G.served_less) > 0)),
    Check::sometimes("somebody was shed", |l, t| gate(l, t).is_some_and(|gate| gate.gauge(G.refused) > 0)),
    Check::sometimes("low ones were shed and nobody else, while others were served less", |l, t| {
        gate(l, t).is_some_and(|gate| {
            let [.., shed] = fates(gate, Priority::Low);
            shed > 0 && shed == gate.gauge(G.refused) && gate.gauge(G.served_less) + gate.gauge(G.less) > 0
        })
    })
    .by("what became of each class"),
    Check::sometimes("somebody who matters more took the place of somebody who matters less", |l, t| {
        gate(l, t).is_some_and(|gate| gate.gauge(G.displaced) > 0)
    }),
    Check::sometimes("a high one was shed", |l, t| {
        gate(l, t).is_some_and(|gate| matches!(fates(gate, Priority::High), [_, _, shed] if shed > 0))
    }),
    Check::sometimes("it was still degraded with fewer under way than it took to become so", |l, t| {
        gate(l, t).is_some_and(|gate| is_degraded(gate, t) && gate.gauge(G.under_way) < gate.gauge(G.threshold))
    })
    .by("the mode, against who is under way and the threshold"),
    Check::sometimes("nobody was served less and somebody was refused", |l, t| {
        gate(l, t).is_some_and(|gate| gate.gauge(G.served_less) + gate.gauge(G.less) == 0 && gate.gauge(G.refused) > 0)
    }),
    Check::eventually("nobody is counted as under way when it is over", |l, t| {
        gate(l, t).is_none_or(|gate| gate.gauge(G.under_way) == 0 && gate.gauge(G.less) == 0)
    }),
    Check::ALL_LEFT,
];

fn gate<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(SERVICE, trace).map(|(_, row)| row)
}

fn is_degraded(gate: &StationRow, trace: &Trace) -> bool {
    gate.state.is_some_and(|state| trace.name(state) == Degradation::DEGRADED)
}

/// What became of those of a class: served in full, less, not at all.
fn fates(gate: &StationRow, class: Priority) -> [i64; 3] {
    MeterGauges::of_class(class.place()).map(|gauge| gate.gauge(gauge))
}

/// How many have come and been asked for nothing yet.
fn waiting(ledger: &Ledger, trace: &Trace) -> u64 {
    ledger.find(Arrivals::BACKLOG, trace).map_or(0, |(_, backlog)| backlog.levels.present)
}

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let p = Params::read(values);
    let settings = p.settings();
    let degrades = Degrades {
        from: settings.degrades_from(),
        until: settings.recovers_below(),
        classes: Priority::ALL.map(Priority::id).to_vec(),
    };
    let meter = Meter { most: p.max.into(), inside: Vec::new(), degrades: Some(degrades) };
    let places = [
        Place::source(CLIENTS, "Clients"),
        Place::meter(SERVICE, "Service", meter),
        Place::server("server", "Server"),
        Place::sink("results", "Results"),
    ];
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: SERVICE.into(), gauge, label, unit };
    let gauges = vec![
        gauge("under-way", G.under_way, "Under way", Unit::Count("requests")),
        gauge("served-less", G.served_less, "Served less", Unit::Sum("requests")),
        gauge("shed", G.refused, "Shed", Unit::Sum("requests")),
    ];
    let wires = [Wire::new(CLIENTS, "results").through([SERVICE, "server"])];
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, gauges, faults: upstream::faults(), ..SceneSpec::new(Flow::row(places), wires) }
}

async fn run(env: Env, p: Params) {
    let less = upstream::open_with_less(&env, &p.server, ("degraded-mean", p.less));
    let clients = env.open_plain(StationKind::Source, CLIENTS);
    let gate = Degradation::open(&env, SERVICE, p.settings());
    let desk = Rc::new(Desk::new(&env, p, gate, less));
    let inner = env.clone();
    let come = async move { desk.serve_all(&inner, clients).await };
    env.spawn_at(CLIENTS, clients, come).await;
}
