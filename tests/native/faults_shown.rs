//! The rule about what was shipped: a scenario that is there for a fault of the code shows it, and as documented it is not there.

use crate::program::follow_scenario;
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::{CheckKind, Fidelity, Pattern, Preset};
use std::collections::BTreeSet;

/// Scenarios of what other documents' code did, whose picture or figures tell it and no check does.
const WITHOUT: [&str; 7] = [
    "wait-group lost-results",
    "wait-group one-thread",
    "backpressure hard-cap",
    "pipeline leak",
    "circuit-breaker inert",
    // Its value says that nothing is installed, whoever reads it.
    "request-handler not-installed",
    "elevator stranded",
];

/// What a scenario's run with a fidelity was seen to do, of what may be seen.
fn seen(pattern: &'static Pattern, preset: &Preset, fidelity: Fidelity) -> BTreeSet<String> {
    let mut scenario = Scenario::of(pattern, preset.id);
    (scenario.fidelity, scenario.versus) = (fidelity, Vec::new());
    let session = follow_scenario(scenario);
    let states = session.history().checks.states().iter();
    let seen = states.filter(|state| state.check.kind == CheckKind::Sometimes && state.first_seen().is_some());
    seen.map(|state| state.check.name().into_owned()).collect()
}

/// Would have caught: a fault that is a value of its preset rather than what the code does, so that the document has it too; and one that no
/// check names.
#[test]
fn a_scenario_of_what_was_shipped_shows_something_that_does_not_happen_as_documented() {
    let mut without = Vec::new();
    for pattern in patterns::ALL {
        for preset in pattern.presets().iter().filter(|preset| preset.fidelity == Some(Fidelity::Shipped)) {
            let [shipped, documented] =
                [Fidelity::Shipped, Fidelity::Documented].map(|fidelity| seen(pattern, preset, fidelity));
            if shipped.is_subset(&documented) {
                without.push(format!("{} {}", pattern.id, preset.id));
            }
        }
    }
    assert_eq!(without, WITHOUT, "no check tells what was shipped from what was promised");
}
