//! The scenarios that the catalogue offers, by the names of their golden files: for native and for browser tests.

use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::{Fidelity, Pattern};

/// Patterns whose defaults go on for long, and a link that is as much of them as tells one run from another: millions of events say no more than some
/// hundred thousand, and a browser takes long for them.
const SHORTER: [(&str, &str); 1] = [("platform", "platform?run-for=10s")];

/// A pattern's defaults, or as much of them as is run here.
fn defaults(pattern: &'static Pattern) -> Scenario {
    let shorter = SHORTER.iter().find(|(id, _)| *id == pattern.id);
    shorter.map_or_else(|| Scenario::new(pattern), |(_, link)| Scenario::read(link).expect("a good link").scenario)
}

/// Every pattern with its defaults in both fidelities, and with each of its presets.
pub fn scenarios() -> Vec<(String, Scenario)> {
    let mut all = Vec::new();
    for pattern in patterns::ALL.iter().copied() {
        let mut plain = defaults(pattern);
        all.push((format!("{}.default", pattern.id), plain.clone()));
        if pattern.disagreement.is_some() {
            plain.fidelity = Fidelity::Shipped;
            all.push((format!("{}.default.shipped", pattern.id), plain));
        }
        for preset in pattern.presets() {
            let mut scenario = Scenario::new(pattern);
            scenario.preset = Some(preset);
            scenario.fidelity = preset.fidelity.unwrap_or_default();
            all.push((format!("{}.{}", pattern.id, preset.id), scenario));
        }
    }
    all
}
