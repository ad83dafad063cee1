//! Scenarios by chance, for properties: every pattern, values within their ranges but small enough to run quickly, faults and requests to
//! the running system at any place.

use millrace::engine::{Action, Intervention, Ordinal};
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::{Fidelity, Field, Kind, Role, Value};
use millrace::trace::{SimTime, Span};
use proptest::prelude::*;

/// Requests of a random scenario, at most.
const REQUESTS: u64 = 120;

/// A value of a field, from a number that was drawn.
fn value(field: &Field, draw: u64) -> Value {
    let within = |low: u64, high: u64| low + draw % (high - low + 1);
    match &field.kind {
        Kind::Count { min, max } => {
            let most = if is_number_of_jobs(field) { REQUESTS } else { 40 };
            Value::Count(within(*min, (*max).min((*min).max(most))))
        }
        Kind::Span { min, max } => Value::Span(Span(within(min.0, max.0.min(min.0.max(50_000_000))))),
        Kind::Share { max } => Value::Number(max * (draw % 5) as f64 / 8.0),
        Kind::Rate { min, max } => Value::Number((50.0 + (draw % 5_000) as f64).clamp(*min, *max)),
        Kind::Choice(choices) => Value::Word(choices[draw as usize % choices.len()].id.to_owned()),
        Kind::Text { examples, .. } => Value::Word(examples[draw as usize % examples.len()].to_owned()),
    }
}

/// The passengers of a bank are its jobs where its traffic is random.
fn is_number_of_jobs(field: &Field) -> bool {
    field.role == Some(Role::Jobs) || field.key == "passengers"
}

/// Any scenario.
pub fn any() -> impl Strategy<Value = Scenario> {
    let draws = proptest::collection::vec(any_draw(), 64);
    let faults =
        proptest::collection::vec((0..400_000_000_u64, 0..600_u64, 0..9_usize, proptest::option::of(1..4_i64)), 0..4);
    let asks = proptest::collection::vec((0..4_000_000_000_u64, 1..600_u64, 0..20_usize), 0..4);
    (0..patterns::ALL.len(), any_bool(), "[a-z0-9 &=#%+é]{1,8}", draws, faults, asks).prop_map(
        |(pattern, shipped, seed, draws, faults, asks)| {
            let mut scenario = Scenario::new(patterns::ALL[pattern]);
            scenario.fidelity = if shipped { Fidelity::Shipped } else { Fidelity::Documented };
            scenario.seed = seed;
            for (field, draw) in (scenario.pattern.fields)().iter().zip(draws.into_iter().cycle()) {
                // Leave about half as they are, except the number of requests.
                if draw % 2 == 0 || is_number_of_jobs(field) {
                    scenario.choose(field.key, value(field, draw / 2));
                }
            }
            let scene = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
            for (at, ordinal, which, magnitude) in faults {
                let Some(fault) = scene.faults.get(which) else { continue };
                let magnitude = magnitude.map(|m| m.clamp(fault.min, fault.max));
                let action = match magnitude {
                    Some(magnitude) => {
                        Action::Fault { id: fault.name().into_owned(), onset: fault.onset(magnitude, None) }
                    }
                    None => Action::Lift { id: fault.name().into_owned(), magnitude: None },
                };
                scenario.interventions.push(Intervention { at: SimTime(at), ordinal: Ordinal::after(ordinal), action });
            }
            let routes = scenario.pattern.console.map_or(&[][..], |console| console.routes);
            for (at, ordinal, which) in asks {
                let Some(route) = routes.get(which) else { continue };
                let action = Action::Ask {
                    client: "page".to_owned(),
                    method: route.method.to_owned(),
                    path: route.path.to_owned(),
                    body: route.body.to_owned(),
                };
                scenario.interventions.push(Intervention { at: SimTime(at), ordinal: Ordinal::after(ordinal), action });
            }
            scenario.interventions.sort_by_key(|i| (i.at, i.ordinal));
            // Faults may leave a run waiting for ever, and open arrivals may take long: look at no more than a minute.
            scenario.until = Some(Span::secs(60));
            scenario
        },
    )
}

fn any_draw() -> impl Strategy<Value = u64> {
    0..u64::from(u32::MAX)
}

fn any_bool() -> impl Strategy<Value = bool> {
    proptest::bool::ANY
}
