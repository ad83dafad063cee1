//! The scenarios that the catalogue offers, by the names of their golden files: for native and for browser tests.

use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::Fidelity;

/// Every pattern with its defaults in both fidelities, and with each of its presets.
pub fn scenarios() -> Vec<(String, Scenario)> {
    let mut all = Vec::new();
    for pattern in patterns::ALL {
        let mut plain = Scenario::new(pattern);
        all.push((format!("{}.default", pattern.id), plain.clone()));
        if pattern.disagreement.is_some() {
            plain.fidelity = Fidelity::Shipped;
            all.push((format!("{}.default.shipped", pattern.id), plain));
        }
        for preset in pattern.presets {
            let mut scenario = Scenario::new(pattern);
            scenario.preset = Some(preset);
            scenario.fidelity = preset.fidelity.unwrap_or_default();
            all.push((format!("{}.{}", pattern.id, preset.id), scenario));
        }
    }
    all
}
