//! The same scenario has the same trace in wasm as it has natively: the golden files are those of the native tests.
//!
//! Where a pointer has 32 bits and the logarithm could come from the browser, this is what shows a difference.

use crate::listed::scenarios;
use millrace::analysis::History;
use millrace::session::Session;
use millrace::trace::{Ledger, SimTime, TraceEvent};
use wasm_bindgen_test::wasm_bindgen_test;

/// The events and the hash of every scenario, as `make golden` writes them.
const GOLDEN: &str = include_str!("../golden/index.txt");

/// How many events a scenario has, and their hash.
fn golden(name: &str) -> (&'static str, &'static str) {
    let figures = GOLDEN.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.split_once(' '));
    figures.unwrap_or_else(|| panic!("no golden trace of {name} yet: run make golden"))
}

#[wasm_bindgen_test]
fn every_scenario_has_the_native_trace() {
    for (name, scenario) in scenarios() {
        let (events, hash) = golden(&name);
        let mut session = Session::new(scenario, Ledger::new(), History::default());
        while !session.compute(SimTime::MAX, u64::MAX) {}
        assert_eq!(session.run().trace().len().to_string(), events, "events of {name}");
        assert_eq!(session.far_hash().hex(), hash, "hash of {name}");
    }
}

#[wasm_bindgen_test]
fn small_slices_of_time_and_polls_change_nothing() {
    for (name, scenario) in scenarios() {
        if scenario.expects().is_some_and(|jobs| jobs > 500) {
            continue;
        }
        let (_, hash) = golden(&name);
        let mut session = Session::new(scenario, Ledger::new(), History::default());
        let mut polls = 0;
        while !session.compute(SimTime::MAX, 1 + polls % 7) {
            polls += 1;
        }
        assert_eq!(session.far_hash().hex(), hash, "hash of {name}");
    }
}

#[wasm_bindgen_test]
fn an_event_takes_at_most_thirty_two_bytes() {
    // A run of millions of events stays in memory.
    assert!(size_of::<TraceEvent>() <= 32, "{} bytes", size_of::<TraceEvent>());
}
