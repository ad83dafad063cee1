//! What the scenarios of a pattern promise, held on two hundred seeds each: that what should always hold does, and that the point is seen.

use crate::program::follow_scenario;
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::CheckKind;

/// Runs each scenario of a pattern, `""` for its defaults, on two hundred seeds, with as many requests as it takes to see its point: the *sometimes*
/// check that it is paired with; `""` where only what must always hold is looked at. Every scenario has to be there.
pub fn hold(pattern: &str, points: &[(&str, &str)], requests: impl Fn(&str) -> u32) {
    hold_with(pattern, points, |id| format!("requests={}", requests(id)));
}

/// The same with whatever values it takes to see the point of each.
pub fn hold_with(pattern: &str, points: &[(&str, &str)], given: impl Fn(&str) -> String) {
    let scenarios = patterns::find(pattern).expect("the pattern").scenarios();
    assert_eq!(points.iter().map(|(id, _)| *id).collect::<Vec<_>>(), scenarios.map(|s| s.id).collect::<Vec<_>>());
    hold_points(pattern, points, given);
}

/// The same for some of its scenarios.
pub fn hold_points(pattern: &str, points: &[(&str, &str)], given: impl Fn(&str) -> String) {
    for (id, point) in points {
        let preset = if id.is_empty() { String::new() } else { format!("preset={id}&") };
        for seed in 0..200 {
            let link = format!("{pattern}?{preset}{}&seed=s{seed}", given(id));
            let session = follow_scenario(Scenario::read(&link).expect("a good link").scenario);
            for state in session.history().checks.states() {
                let name = state.check.name();
                match state.check.kind {
                    CheckKind::Always => assert_eq!(state.first_seen(), None, "{link}: {name}"),
                    CheckKind::Sometimes if name == *point => assert!(state.first_seen().is_some(), "{link}: {name}"),
                    _ => {}
                }
            }
        }
    }
}
