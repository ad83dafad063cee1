//! Schedules by lot.

use super::{list, millrace};
use serde_json::{Value as Json, json};

const STRANDED: &str = "#/elevator?preset=stranded";

fn shuffled(link: &str, schedules: &str) -> super::Called {
    millrace(&["run", link, "--shuffle", schedules, "--format", "json"])
}

fn failed_under<'a>(json: &'a Json, words: &str) -> &'a [Json] {
    let check = list(&json["checks"]).iter().find(|c| c["name"].as_str().is_some_and(|name| name.contains(words)));
    list(&check.unwrap_or_else(|| panic!("a check with {words}"))["failed_under"])
}

#[test]
fn a_lost_wake_up_fails_under_some_schedules_and_each_can_be_run_alone() {
    let json = shuffled(STRANDED, "12").ended(0).json();
    assert_eq!(json["schedules"], 12);
    let failed = failed_under(&json, "stands still");
    assert!(!failed.is_empty() && failed.len() < 12, "it depends on luck: {failed:?}");
    for number in 1..=12_u64 {
        let report =
            millrace(&["run", STRANDED, "--schedule", &number.to_string(), "--format", "json"]).ended(0).json();
        let check =
            list(&report["checks"]).iter().find(|c| c["name"].as_str().is_some_and(|n| n.contains("stands still")));
        let holds = check.expect("the check")["holds"].as_bool();
        assert_eq!(holds, Some(!failed.contains(&json!(number))), "schedule {number}");
    }
}

#[test]
fn the_first_schedule_is_the_one_that_a_link_asks_for() {
    let hash = |arguments: &[&str]| {
        millrace(&[&["run"], arguments, &["--format", "json"]].concat()).ended(0).json()["trace_hash"].clone()
    };
    let asked_for = hash(&["#/elevator?preset=stranded&schedule=shuffled"]);
    assert_eq!(hash(&[STRANDED, "--schedule", "1"]), asked_for);
    assert_ne!(hash(&[STRANDED, "--schedule", "2"]), asked_for);
}

#[test]
fn what_holds_under_every_schedule_says_so_and_what_never_happens_is_no_failure() {
    // This pattern has no parameter for its schedule: any program can be shuffled.
    let json = shuffled("#/worker-pool?requests=60&request-buffer=100", "5").ended(0).json();
    assert!(list(&json["checks"]).iter().all(|check| list(&check["failed_under"]).is_empty()), "{json}");
    let sometimes = list(&json["checks"]).iter().find(|check| check["kind"] == "sometimes").expect("one of these");
    assert_eq!(sometimes["not_seen_under"], json!([1, 2, 3, 4, 5]), "60 requests never fill 100 places");
    assert_eq!(json["outcomes"], json!({ "drained": 5 }));
}

#[test]
fn as_text_it_says_which_checks_fail_under_which() {
    let text = millrace(&["run", STRANDED, "--shuffle", "12"]).ended(0).out;
    let line = text.lines().find(|line| line.contains("stands still")).expect("a line for the check");
    assert!(line.contains("FAILS") && line.contains("of 12,"), "{line}");
    assert!(text.contains("12 shuffled schedules"), "{text}");
}
