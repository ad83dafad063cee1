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
    let may_stick = scenario.fidelity == Fidelity::Shipped
        || scenario.preset.is_some_and(|preset| scenario.pattern.gets_stuck.contains(&preset.id));
    let mut session = Session::new(scenario, Ledger::new(), History::default());
    while !session.compute(SimTime::MAX, u64::MAX) {}
    let trace = session.run().trace();
    let outcome = match session.outcome() {
        Some(Progress::Drained) => "drained",
        Some(Progress::Crashed(_)) => "crashed",
        Some(Progress::Deadlock(_)) if may_stick => "deadlock",
        other => panic!(
            "a preset must come to its end, crash as the original does, or get stuck as it says or the original does: {other:?}"
        ),
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

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The expected text of a file in the folder; none where there is no such file.
fn expected(file: &str) -> Option<String> {
    let text = std::fs::read_to_string(folder().join(file)).ok()?;
    Some(text.replace("\r\n", "\n"))
}

fn is_writing() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// The figure after a word in a golden file.
fn figure<'a>(golden: &'a str, word: &str) -> &'a str {
    golden.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_default().trim()
}

/// A line for each scenario: its name, and the number of its events and their hash. The tests in the browser are built with this
/// file alone, because a browser has no folder to read.
const INDEX: &str = "index.txt";

fn index(golden: &[(String, String)]) -> String {
    let line =
        |(name, text): &(String, String)| format!("{name} {} {}\n", figure(text, "events "), figure(text, "hash "));
    golden.iter().map(line).collect()
}

#[test]
fn golden_traces_are_what_they_were() {
    let golden: Vec<_> = scenarios().into_iter().map(|(name, scenario)| (name, describe(scenario))).collect();
    if is_writing() {
        write(&golden);
        return;
    }
    let (mut missing, mut changed) = (Vec::new(), Vec::new());
    for (name, now) in &golden {
        match expected(&format!("{name}.txt")) {
            None => missing.push(name.as_str()),
            Some(before) if before != *now => changed.push(format!("{name}: {}", first_difference(&before, now))),
            Some(_) => {}
        }
    }
    assert!(
        missing.is_empty(),
        "no golden file yet: run make golden, and look at what it writes: {}",
        missing.join(", ")
    );
    assert!(changed.is_empty(), "behaviour changed; if it was meant to, run make golden:\n{}", changed.join("\n"));
    assert!(expected(INDEX) == Some(index(&golden)), "tests/golden/{INDEX} is out of date: run make golden");
}

/// Writes what is expected from now on, and removes what belongs to no scenario any more.
fn write(golden: &[(String, String)]) {
    for file in files().into_iter().filter(|file| belongs_to_none(file, golden.iter().map(|(name, _)| name))) {
        std::fs::remove_file(folder().join(file)).expect("a golden file can be removed");
    }
    for (name, text) in golden {
        std::fs::write(folder().join(format!("{name}.txt")), text).expect("the folder of golden files is there");
    }
    std::fs::write(folder().join(INDEX), index(golden)).expect("the folder of golden files is there");
}

/// The first line in which two texts differ, as it was and as it is.
fn first_difference(before: &str, now: &str) -> String {
    let (mut before, mut now) = (before.lines(), now.lines());
    loop {
        match (before.next(), now.next()) {
            (None, None) => return "only the line ends differ".to_owned(),
            (was, is) if was != is => {
                let [was, is] = [was, is].map(|line| line.unwrap_or("the end of the file"));
                return format!("\n  was {was}\n  is  {is}");
            }
            _ => {}
        }
    }
}

fn files() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    entries.map(|e| e.expect("its entries can be read").file_name().into_string().expect("names are plain")).collect()
}

fn belongs_to_none<'a>(file: &str, mut names: impl Iterator<Item = &'a String>) -> bool {
    file != INDEX && !names.any(|name| file.strip_suffix(".txt") == Some(name))
}

#[test]
fn every_golden_file_belongs_to_a_scenario() {
    let names: Vec<String> = scenarios().into_iter().map(|(name, _)| name).collect();
    let left: Vec<_> =
        files().into_iter().filter(|file| !is_writing() && belongs_to_none(file, names.iter())).collect();
    assert!(left.is_empty(), "left over from presets that are gone (make golden removes them): {}", left.join(", "));
}
