//! The bank's picture, as data.

use super::building::{DUE_DOWN, DUE_UP, LANDINGS};
use super::car::{DOORS, HEADING, HIGH, LOW, PENDING_DOWN, PENDING_UP, SIGNAL_BUFFER, SIGNALS};
use super::health::Fleet;
use super::measures::PATIENCE;
use super::script;
use super::system::FLEET;
use super::works::{FAILING_MOTOR, SLOW_DOOR, STOP_CAR};
use millrace_spec::{
    Bank, CarCall, FaultSpec, FaultUnit, Fidelity, Flow, Pace, Place, PlaceKind, SceneSpec, Score, Values,
};
use millrace_trace::Span;

/// The picture with some values.
pub fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let cars = script::cars(values.word("cars")).unwrap_or_default();
    let floors = || cars.iter().flat_map(|c| [c.min.0, c.max.0]);
    let ends = (floors().min().unwrap_or(0), floors().max().unwrap_or(9));
    let floor_time = values.span("floor-time");
    let pace = Pace {
        travel: floor_time,
        stop: values.span("door-time"),
        person: values.span("boarding-time"),
        // As the original moves, a turn costs the time of a floor.
        turn: if values.word("policy") == "reference" { floor_time } else { Span::ZERO },
        slowed_by: SLOW_DOOR,
    };
    SceneSpec {
        faults: faults(),
        ..SceneSpec::new(
            Flow::Place(Place::new(
                PlaceKind::Bank(Box::new(Bank {
                    landings: LANDINGS.into(),
                    landing: "floor",
                    ends,
                    heading: HEADING,
                    doors: DOORS,
                    range: (LOW, HIGH),
                    pending: (PENDING_UP, PENDING_DOWN),
                    signals: (SIGNALS, SIGNAL_BUFFER),
                    due: (DUE_UP, DUE_DOWN),
                    pace: Some(pace),
                    people: Some(super::traffic::count(values)),
                    patience: PATIENCE,
                    call: Some(CarCall {
                        method: "POST",
                        path: "/v1/floors/request",
                        body: r#"{"from": $from, "to": $to}"#,
                    }),
                    score: Some(Score {
                        formula: "0.6 × the share of cars whose breakers are not open + 0.4 × the score of the load, which is 1 from 0.5 to 2 stops and \
                              trips a car, load ÷ 0.5 below and 2 ÷ load above",
                        of: |cars, healthy, pending| Fleet { cars, healthy, up: pending, down: 0 }.performance_score(),
                    }),
                })),
                FLEET,
                "Elevators",
            )),
            [],
        )
    }
}

/// What can go wrong with it.
fn faults() -> Vec<FaultSpec> {
    vec![
        FaultSpec::of_program(
            (STOP_CAR, "Stop a car"),
            "The car with this number does not move: its steps hang until the fault is switched off.",
            FaultUnit::Member,
            (1, 1, 100),
        ),
        FaultSpec::of_program(
            (SLOW_DOOR, "Slow doors"),
            "Doors take so many times as long to open.",
            FaultUnit::Times,
            (20, 2, 1_000),
        ),
        FaultSpec::of_program(
            (FAILING_MOTOR, "Motor faults"),
            "So many percent of the steps do not move the car and fail.",
            FaultUnit::Percent,
            (50, 1, 100),
        ),
    ]
}
