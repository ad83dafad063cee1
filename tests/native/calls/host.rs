//! What a run cost the host.

use super::{millrace, number};

fn report(link: &str) -> serde_json::Value {
    millrace(&["run", link, "--format", "json"]).ended(0).json()
}

#[test]
fn a_report_has_the_heap_and_the_processor_time_of_its_run_and_says_what_they_are_of() {
    let (small, large) = (report("#/worker-pool?requests=200"), report("#/worker-pool?requests=20000"));
    let heap = |report: &serde_json::Value, key: &str| number(&report["host"]["heap"][key]);
    for report in [&small, &large] {
        assert!(report["host"]["of"].as_str().is_some_and(|of| of.contains("its log")));
        assert!(number(&report["host"]["cpu_ns"]) > 0.0);
        // The log is on the heap, and what was ever put there is at least what was there at most.
        assert!(heap(report, "peak_bytes") >= number(&report["host"]["log_bytes"]));
        assert!(heap(report, "allocated_bytes") >= heap(report, "peak_bytes"));
    }
}

#[test]
fn the_log_takes_memory_only_where_it_is_asked_for() {
    let file = std::env::temp_dir().join(format!("millrace-log-{}.jsonl", std::process::id()));
    let link = "#/worker-pool?requests=20000";
    let written = millrace(&["run", link, "--format", "json", "--trace", &file.to_string_lossy()]).ended(0).json();
    std::fs::remove_file(&file).expect("the trace was written");
    let plain = report(link);
    let heap = |report: &serde_json::Value| number(&report["host"]["heap"]["peak_bytes"]);
    // Natively an event has 40 bytes.
    assert!(heap(&written) - heap(&plain) > 30.0 * number(&plain["events"]));
    assert_eq!((&written["trace_hash"], &written["latency_ns"]), (&plain["trace_hash"], &plain["latency_ns"]));
}

#[test]
fn what_a_run_cost_is_no_part_of_it() {
    let scenario = millrace::session::link::decode("#/worker-pool?requests=200").expect("a link").scenario;
    let (session, _) = millrace::native::run::finish(scenario);
    assert_eq!(report("#/worker-pool?requests=200")["trace_hash"], session.far_hash().hex());
}

#[test]
fn beside_it_stands_what_the_original_prints_and_what_that_is_of() {
    let documents = |link: &str| report(link)["host"]["documents"].clone();
    let loops = documents("#/sequential?requests=50");
    assert_eq!(loops["prints"], serde_json::json!(["Alloc", "TotalAlloc", "Sys", "NumGC"]));
    assert_eq!((loops["collections"].as_u64(), loops["memory"].as_str()), (Some(36), Some("352.5 KB")));
    let pool = documents("#/worker-pool?requests=50");
    assert!(pool["of"].as_str().is_some_and(|of| of.contains("whole process")), "{pool}");
    assert!(documents("#/elevator").is_null(), "its document has no such figures");
    let text = millrace(&["run", "#/sequential?requests=50"]).ended(0).out;
    for said in [
        "Processor Time:",
        "Heap:",
        "nothing is collected",
        "Alloc, TotalAlloc, Sys, NumGC",
        "352.5 KB and 36 collections",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn a_report_that_no_program_of_its_own_made_says_nothing_of_the_host() {
    let scenario = millrace::session::link::decode("#/sequential?requests=5").expect("a link").scenario;
    let (session, _) = millrace::native::run::finish(scenario);
    let report = millrace::export::Report::of(&session, Vec::new(), 0);
    assert_eq!(serde_json::to_value(report).expect("JSON").get("host"), None);
}
