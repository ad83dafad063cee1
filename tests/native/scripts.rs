//! What the scripts say while they work.

use std::process::Command;

/// What a script in `bash` says that has the scripts' words at hand, and whether it ended well.
fn bash(script: &str) -> (String, bool) {
    let words = format!("set -euo pipefail; source scripts/common.sh; source scripts/steps.sh; {script}");
    let ran = Command::new("bash").args(["-c", &words, "bash"]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let ran = ran.expect("there is a bash: every script of the repository needs one");
    (String::from_utf8_lossy(&ran.stdout).into_owned(), ran.status.success())
}

#[test]
fn a_duration_is_written_in_minutes_and_seconds() {
    let (said, _) = bash("for s in 0 59 60 123 3600; do duration $s; echo; done");
    assert_eq!(said, "0 s\n59 s\n1 min 00 s\n2 min 03 s\n60 min 00 s\n");
}

#[test]
fn each_step_says_what_it_took_and_a_failed_run_has_its_table_too() {
    // The shell's own clock stands still once it was unset, so that nobody waits and a slow machine changes nothing.
    let (said, ended_well) = bash(
        "unset SECONDS; trap table_of_steps EXIT; SECONDS=10; begin '1/2 The first step'; SECONDS=133; begin '2/2 The second step'; SECONDS=140; false",
    );
    assert!(!ended_well, "the failure of a step is the script's");
    let expected = [
        "==> 1/2 The first step",
        "==> 1/2 took 2 min 03 s",
        "==> 2/2 The second step",
        "==> 2/2 took 7 s",
        "",
        "  2 min 03 s  1/2 The first step",
        "         7 s  2/2 The second step",
        "  2 min 20 s  in all",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_gate_names_each_of_its_seven_steps() {
    let script = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/test.sh")).expect("a script");
    for step in 1..=7 {
        assert!(script.contains(&format!("\nbegin \"{step}/7 ")), "step {step} says what it does and is timed");
    }
}

/// The benchmarks of the original's document, and the practices that it lists.
const MEASURED: [(&str, &str); 5] = [
    (
        "elevator",
        "New Request ConcurrentRequests StateOperations IsRequestInRange DirectionsOperations MemoryUsage ConcurrentStateAccess StatusOperations",
    ),
    ("manager", "AddElevator RequestElevator ConcurrentRequests GetElevators GetElevator ElevatorSelection"),
    ("manager", "GetStatus GetHealthStatus GetMetrics MemoryUsage ConcurrentMixed"),
    ("practice", "Counter LockHeld Signal List ReadOnly"),
    ("rush", ""),
];

#[test]
fn make_bench_measures_every_operation_that_the_document_names_and_names_its_targets() {
    let read = |path: &str| std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a file");
    let benches: String = ["car", "manager", "practice", "rush", "main"]
        .map(|file| read(&format!("benches/elevator/{file}.rs")))
        .concat();
    for (what, names) in MEASURED {
        for name in names.split_whitespace() {
            let whole = [format!("\"{what}: {name}\""), format!("\"{what}: {name}, ")];
            assert!(whole.iter().any(|name| benches.contains(name)), "{what}: {name} is measured");
        }
        assert!(benches.contains(what));
    }
    let (bench, makefile) = (read("scripts/bench.sh"), read("Makefile"));
    assert!(makefile.contains("bench:") && makefile.contains("scripts/bench.sh"));
    for target in ["test/unit", "race", "race-full", "acceptance", "integration", "benchmarks", "all"] {
        let names = |line: &str| line.split_whitespace().next() == Some(target);
        assert!(bench.lines().any(|line| line.starts_with("  ") && names(line)), "{target} is named");
    }
}
