//! Scenarios by chance, for properties: every pattern, values within their ranges but small enough to run quickly, faults and requests to
//! the running system at any place.

use millrace::analysis::History;
use millrace::engine::{Action, Intervention, Ordinal, Run};
use millrace::patterns;
use millrace::session::{Scenario, Session};
use millrace::spec::{Fidelity, Field, Kind, Role, Value};
use millrace::trace::ledger::StationRow;
use millrace::trace::{SimTime, Span, StationId};
use millrace::view::Picture;
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

/// The passengers of a bank are its jobs where its traffic is random, and what runs for a time has as many as come in it.
fn is_number_of_jobs(field: &Field) -> bool {
    field.role == Some(Role::Jobs) || ["passengers", "run-for"].contains(&field.key)
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
            // What cannot stand together is refused wherever a scenario is made.
            while let Some((key, _)) = scenario.misfit_to_go() {
                scenario.reset(key);
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

#[test]
fn the_structure_of_a_run_is_that_of_the_whole_run_and_takes_few_jobs() {
    // A page that showed wait-group with 200,000 requests at rest spawned all of their tasks for each look.
    let stations = |mut run: Run| {
        run.advance(SimTime::ZERO, 64);
        let idle = Picture::idle(&run.trace());
        let (trace, tasks) = (run.trace(), run.waiting().len());
        let row = |(id, row): (StationId, &StationRow)| {
            (
                id,
                trace.name(row.name).to_owned(),
                row.kind,
                row.capacity,
                row.parent,
                row.state.map(|s| trace.name(s).to_owned()),
            )
        };
        let stations: Vec<_> = idle.ledger.stations_with_ids().map(row).collect();
        (stations, tasks)
    };
    for pattern in patterns::ALL {
        for preset in std::iter::once(None).chain(pattern.presets().iter().map(Some)) {
            for fidelity in [Fidelity::Documented, Fidelity::Shipped] {
                let mut scenario = Scenario::of(pattern, preset.map_or("", |preset| preset.id));
                scenario.fidelity = fidelity;
                let (whole, _) = stations(scenario.run(None));
                let (structure, tasks) = stations(scenario.structure());
                assert_eq!(structure, whole, "{} {:?} {fidelity:?}", pattern.id, preset.map(|preset| preset.id));
                // Members that a picture at rest shows are tasks, jobs are none yet.
                assert!(tasks <= structure.len().max(1_200), "{} {tasks}", pattern.id);
            }
        }
    }
}

#[test]
fn what_one_poll_writes_is_folded_in_slices_and_comes_to_the_same() {
    let mut scenario = Scenario::of(patterns::find("wait-group").expect("a pattern"), "");
    scenario.set("requests", "20000").expect("a good value");
    let session =
        || Session::new(scenario.clone(), Picture::default(), History::of(scenario.pattern, &scenario.values()));
    let (mut sliced, mut whole) = (session(), session());
    let mut folded = 0;
    while !sliced.compute(SimTime::ZERO, 16) {
        let now = sliced.history().ledger.events;
        assert!(now - folded < 16_000, "{} at once", now - folded);
        folded = now;
    }
    assert!(folded > 20_000, "{folded}");
    while !sliced.compute(SimTime::MAX, 1_000) {}
    assert!(whole.compute(SimTime::MAX, u64::MAX));
    assert_eq!((sliced.far_hash(), sliced.end()), (whole.far_hash(), whole.end()));
}
