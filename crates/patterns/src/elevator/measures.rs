//! What the bank measures: how long people wait for a car, and how long they ride.

use millrace_spec::{At, Measure, Step, TimeUnit};
use millrace_trace::{Span, StationKind};

/// Who waits longer than this waits too long.
pub(super) const PATIENCE: Span = Span::secs(60);

/// Waits, from the intended start until a car takes somebody aboard, and rides, from then until it sets them down.
pub(super) fn measures() -> Vec<Measure> {
    let car = || At::Kind(StationKind::Car);
    let of_people = |measure: Measure| Measure { who: "people", unit: TimeUnit::Seconds, ..measure };
    let waiting = Measure::new("waiting", "Waiting time", "Waits", Step::Entered, Step::Came(car()));
    let riding = Measure::new("riding", "Riding time", "Rides", Step::Came(car()), Step::Went(car()));
    vec![Measure { patience: Some(PATIENCE), ..of_people(waiting) }, of_people(riding)]
}
