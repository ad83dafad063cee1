//! The same scenario has the same trace in wasm as it has natively: the golden files are those of the native tests.
//!
//! Where a pointer has 32 bits and the logarithm could come from the browser, this is what shows a difference.

use crate::listed::scenarios;
use millrace::analysis::History;
use millrace::session::Session;
use millrace::trace::{Ledger, SimTime, TraceEvent};
use wasm_bindgen_test::wasm_bindgen_test;

/// The golden files with these names. A browser has no folder to read, so that each is named.
macro_rules! golden {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../golden/", $name, ".txt")))),*]
    };
}

const GOLDEN: &[(&str, &str)] = golden![
    "backpressure.bang-bang",
    "backpressure.default",
    "backpressure.default.shipped",
    "backpressure.hard-cap",
    "backpressure.new-config",
    "circuit-breaker.default",
    "circuit-breaker.default.shipped",
    "circuit-breaker.flaky",
    "circuit-breaker.flapping",
    "circuit-breaker.herd",
    "circuit-breaker.inert",
    "circuit-breaker.early",
    "circuit-breaker.exactly-slow",
    "circuit-breaker.far-between",
    "circuit-breaker.growing",
    "circuit-breaker.hung-probes",
    "circuit-breaker.refused",
    "circuit-breaker.wrong-requests",
    "circuit-breaker.slow",
    "elevator.default",
    "elevator.default.shipped",
    "elevator.lunch",
    "elevator.production",
    "elevator.rush-hour",
    "elevator.single",
    "elevator.stranded",
    "elevator.testing",
    "elevator.up-peak",
    "pipeline.bottleneck",
    "pipeline.default",
    "pipeline.default.shipped",
    "pipeline.leak",
    "pipeline.square-double",
    "sequential.default",
    "sequential.new-config",
    "wait-group.default",
    "wait-group.default.shipped",
    "wait-group.lost-results",
    "wait-group.new-config",
    "wait-group.one-thread",
    "worker-pool.constant",
    "worker-pool.default",
    "worker-pool.default.shipped",
    "worker-pool.new-config",
    "worker-pool.open",
];

/// The word after `key` in a golden file.
fn figure<'a>(golden: &'a str, key: &str) -> &'a str {
    golden.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim()
}

#[wasm_bindgen_test]
fn every_scenario_has_the_native_trace() {
    for (name, scenario) in scenarios() {
        let golden = GOLDEN.iter().find(|(known, _)| *known == name);
        let (_, golden) = golden.unwrap_or_else(|| panic!("{name} is missing in the list of this file"));
        let mut session = Session::new(scenario, Ledger::new(), History::default());
        while !session.compute(SimTime::MAX, u64::MAX) {}
        assert_eq!(session.run().trace().len().to_string(), figure(golden, "events "), "events of {name}");
        assert_eq!(session.far_hash().hex(), figure(golden, "hash "), "hash of {name}");
    }
}

#[wasm_bindgen_test]
fn small_slices_of_time_and_polls_change_nothing() {
    for (name, scenario) in scenarios() {
        if scenario.expects().is_some_and(|jobs| jobs > 500) {
            continue;
        }
        let (_, golden) = GOLDEN.iter().find(|(known, _)| *known == name).expect("the list is complete");
        let mut session = Session::new(scenario, Ledger::new(), History::default());
        let mut polls = 0;
        while !session.compute(SimTime::MAX, 1 + polls % 7) {
            polls += 1;
        }
        assert_eq!(session.far_hash().hex(), figure(golden, "hash "), "hash of {name}");
    }
}

#[wasm_bindgen_test]
fn an_event_takes_at_most_thirty_two_bytes() {
    // A run of millions of events stays in memory.
    assert!(size_of::<TraceEvent>() <= 32, "{} bytes", size_of::<TraceEvent>());
}
