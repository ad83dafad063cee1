//! The figures of the request handler and the background processor that only a run can show: what each falls back to, how large its queues are, and when it looks.

use crate::coordination::detail;
use millrace::patterns::find;
use millrace::spec::{Fidelity, Pattern};
use serde_json::{Value as Json, json};

const MS: u64 = 1_000_000;

/// What some fields are by default as shipped, as they are written.
fn wired(pattern: &Pattern, keys: &[&str]) -> Vec<String> {
    let values = pattern.values(Fidelity::Shipped, None, |_| None);
    keys.iter().map(|key| values.get(key).map(ToString::to_string).unwrap_or_default()).collect()
}

#[test]
fn as_shipped_both_are_what_the_server_makes_them() {
    let handler = find("request-handler").expect("the pattern");
    let keys = ["max", "degrade", "breaker-failures", "breaker-reset", "timeout", "slow", "priorities"];
    assert_eq!(wired(handler, &keys), ["200", "160", "10", "5m", "30s", "15s", "off"]);
    let processor = find("background-processor").expect("the pattern");
    let keys = ["workers", "queue", "priorities", "task-rate", "task-burst", "timeout", "scale", "scale-every"];
    assert_eq!(wired(processor, &keys), ["10", "1000", "on", "100", "100", "30s", "on", "30s"]);
}

#[test]
fn ten_failures_open_the_breaker_for_five_minutes_and_for_one_where_nothing_else_is_said() {
    let failing = "service=constant&mean=10ms&priorities=off&errors=1&arrivals=constant&rate=20";
    // The first comes at 50 ms, so the tenth is answered at 510 ms. One that comes every 50 ms is the first after the time.
    for (query, half_open) in [("requests=6020", 300_550), ("requests=1220&breaker-failures=0&breaker-reset=0", 60_550)]
    {
        for fidelity in ["documented", "shipped"] {
            let told = detail(&format!("request-handler?{failing}&{query}&fidelity={fidelity}"));
            assert_eq!(told["breaker"][1], json!([510 * MS, "open"]), "{query} {fidelity}");
            assert_eq!(told["breaker"][2], json!([half_open * MS, "half-open"]), "{query} {fidelity}");
        }
    }
}

#[test]
fn as_shipped_each_class_has_a_queue_of_its_size_and_a_processor_of_its_own() {
    let of = |query: &str| {
        detail(&format!("request-handler?priorities=on&max=1000&service=constant&mean=100ms&fidelity=shipped&{query}"))
    };
    for (class, room) in [("admin", 100), ("user", 200), ("anonymous", 300)] {
        // One is handed to the processor, so many wait, and all others are run before them.
        let told = of(&format!("script={class}*{}@0s", room + 50));
        let all = [&told["passed_by"], &told["answers"]["200"], &told["unanswered"]].map(Json::as_u64);
        assert_eq!(all, [Some(49), Some(49), Some(room + 1)], "{class}");
    }
    // Two of each class are over after 200 ms: nobody waits for a class above.
    assert_eq!(of("script=admin*3@0s;user*3@0s;anonymous*3@0s&until=250ms")["unanswered"], 6);
}

#[test]
fn as_shipped_high_tasks_go_first_that_come_before_the_dispatcher_wakes_and_no_later_ones() {
    let order = |script: &str| {
        let told = detail(&format!("background-processor?script={script}&fidelity=shipped&task=1ms"));
        let mut all: Vec<(u64, String)> = told["tasks"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|task| (task["starts"][0].as_u64().expect("a time") / MS, task["class"].as_str().unwrap_or("").into()))
            .collect();
        all.sort();
        all
    };
    let as_they_go = |first: &str, then: &str| {
        (1..=10).map(|n| (10 * n, if n <= 5 { first } else { then }.to_owned())).collect::<Vec<_>>()
    };
    // It found nothing to do at the start and sleeps for 10 ms. A token comes every 10 ms.
    assert_eq!(order("low*5@3ms;high*5@7ms"), as_they_go("high", "low"));
    assert_eq!(order("low*5@3ms;high*5@17ms"), as_they_go("low", "high"));
}
