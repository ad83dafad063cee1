//! Calls that are wrong: exit code 2, and one line that says what and where.

use super::millrace;

#[test]
fn a_wrong_call_ends_with_two_and_one_line_that_says_what_and_where() {
    let calls: &[(&[&str], &[&str])] = &[
        (&["suite", "--set", "requests=0"], &["requests=0", "1–100,000,000"]),
        (&["suite", "--set", "nope=1"], &["nope=1", "none of the patterns"]),
        (&["suite", "--set", "requests"], &["--set requests", "key=value"]),
        (&["suite", "--set", "fidelity=shipped"], &["fidelity=shipped", "documented"]),
        (&["suite", "--format", "xml"], &["xml", "--format", "text, json, csv"]),
        (&["suite", "#/worker-pool"], &["#/worker-pool"]),
        (&["race", "#/elevator"], &["--vary"]),
        (&["race", "#/elevator", "--vary", "nope"], &["--vary nope", "policy"]),
        (&["race", "#/worker-pool", "--vary", "workers"], &["--vary workers", "count", "server"]),
        (&["race", "#/elevator", "--vary", "policy", "--seeds", "0"], &["--seeds", "0"]),
        (&["race", "#/elevator", "--vary", "policy", "--set", "capacity=-1"], &["capacity=-1"]),
        (&["race", "#/nope", "--vary", "policy"], &["nope"]),
        (&["race", "#/worker-pool?target=fetch", "--vary", "server"], &["target=fetch"]),
        (&["run", "#/elevator", "--shuffle", "0"], &["--shuffle", "0"]),
        (&["run", "#/elevator", "--shuffle", "3", "--trace", "x.jsonl"], &["--shuffle", "--trace"]),
        (&["run", "#/elevator", "--at", "3s"], &["--picture"]),
        (&["run", "#/elevator", "--picture", "/nowhere/x.svg"], &["/nowhere/x.svg"]),
        (&["run", "#/elevator", "--picture", "/nowhere/x.svg", "--at", "soon"], &["--at", "soon"]),
        (&["run"], &["<SCENARIO>"]),
        (&["walk"], &["walk"]),
    ];
    for (call, said) in calls {
        let called = millrace(call);
        assert_eq!(called.code, Some(2), "{call:?}: {}", called.err);
        assert_eq!(called.err.lines().count(), 1, "{call:?}: {}", called.err);
        assert!(called.err.starts_with("millrace: "), "{call:?}: {}", called.err);
        for word in *said {
            assert!(called.err.contains(word), "{call:?} says {word}: {}", called.err);
        }
        assert_eq!(called.out, "", "{call:?} prints nothing else");
    }
}

#[test]
fn help_and_version_are_no_errors_and_help_names_every_call() {
    let help = millrace(&["--help"]).ended(0).out;
    for call in ["list", "run", "suite", "race", "endpoint"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(call)), "{call}: {help}");
        assert!(millrace(&[call, "--help"]).ended(0).out.contains("Usage:"));
    }
    assert!(millrace(&["--version"]).ended(0).out.starts_with("millrace "));
}
