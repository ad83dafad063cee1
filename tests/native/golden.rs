//! Golden traces: the head of each pattern's trace with each preset, its counts and its hash.
//!
//! `make golden` writes them anew; the diff is the review. Source lines are left out: a comment added to a pattern is no
//! change of behaviour.

use crate::listed::scenarios;
use millrace::analysis::History;
use millrace::engine::Progress;
use millrace::export::json_line;
use millrace::session::{Scenario, Session};
use millrace::spec::Fidelity;
use millrace::trace::{Fold, Ledger, SimTime};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

/// Lines of the head.
const HEAD: usize = 40;

fn describe(scenario: Scenario) -> String {
    let shipped = scenario.fidelity == Fidelity::Shipped;
    let mut session = Session::new(scenario, Ledger::new(), History::default());
    while !session.compute(SimTime::MAX, u64::MAX) {}
    let trace = session.run().trace();
    let outcome = match session.outcome() {
        Some(Progress::Drained) => "drained",
        Some(Progress::Crashed(_)) => "crashed",
        Some(Progress::Deadlock(_)) if shipped => "deadlock",
        other => panic!("a preset must come to its end, or crash or get stuck as the original does: {other:?}"),
    };
    let (mut ledger, mut kinds, mut head) = (Ledger::new(), BTreeMap::<&str, u64>::new(), String::new());
    for (index, event) in trace.iter().enumerate() {
        ledger.apply(event, &trace);
        *kinds.entry(event.kind.word()).or_default() += 1;
        if index < HEAD {
            let line = json_line(event, &ledger, &trace);
            let mut line: serde_json::Value = serde_json::from_str(&line).expect("a line is JSON");
            line.as_object_mut().expect("a line is an object").remove("at");
            writeln!(head, "{line}").expect("a string takes all");
        }
    }
    let mut out = String::new();
    writeln!(out, "hash {}", session.far_hash().hex()).expect("a string takes all");
    writeln!(out, "events {}", trace.len()).expect("a string takes all");
    writeln!(out, "outcome {outcome} at {} ns", session.computed().0).expect("a string takes all");
    for (kind, n) in kinds {
        writeln!(out, "count {kind} {n}").expect("a string takes all");
    }
    out + &head
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.txt"))
}

#[test]
fn golden_traces_are_what_they_were() {
    let writing = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut changed = Vec::new();
    for (name, scenario) in scenarios() {
        let now = describe(scenario);
        if writing {
            std::fs::write(path(&name), now).expect("the folder of golden files is there");
            continue;
        }
        let before = std::fs::read_to_string(path(&name)).unwrap_or_default().replace("\r\n", "\n");
        if before != now {
            let first = before.lines().zip(now.lines()).find(|(a, b)| a != b);
            changed.push(format!("{name}: {first:?}"));
        }
    }
    assert!(changed.is_empty(), "behaviour changed; if it was meant to, run make golden:\n{}", changed.join("\n"));
}

#[test]
fn every_golden_file_belongs_to_a_scenario() {
    let names: Vec<String> = scenarios().into_iter().map(|(name, _)| format!("{name}.txt")).collect();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for file in std::fs::read_dir(folder).expect("the folder is there") {
        let file = file.expect("its entries can be read").file_name().into_string().expect("names are plain");
        assert!(names.contains(&file), "{file} is left over from a preset that is gone");
    }
}

/// The tests in the browser name each file, because a browser has no folder to read. A name that was forgotten there used to be
/// noticed half an hour later.
#[test]
fn the_tests_in_the_browser_name_every_golden_file() {
    let list = include_str!("../web/traces.rs");
    for (name, _) in scenarios() {
        assert!(list.contains(&format!("\"{name}\",")), "{name} is missing in tests/web/traces.rs");
    }
}
