//! The rate limiter as a pattern: what a link asks is what its report says, and its scenarios make their points on every seed.

use crate::program::follow;
use crate::promises;
use millrace::export::Report;
use millrace::patterns;
use serde_json::Value as Json;

fn report(link: &str) -> Report {
    Report::of(&follow(link), Vec::new(), 0)
}

fn decisions(link: &str) -> Vec<Json> {
    report(link).detail["decisions"].as_array().expect("decisions").clone()
}

fn admitted(decisions: &[Json], at_ms: u64) -> usize {
    decisions.iter().filter(|d| d["at_ns"] == at_ms * 1_000_000 && d["admitted"] == true).count()
}

/// So many requests at each of these times.
fn script(times: &[(usize, &str)]) -> String {
    let entries = times.iter().flat_map(|(n, at)| std::iter::repeat_n(format!("@{at}"), *n));
    entries.collect::<Vec<_>>().join(";")
}

#[test]
fn a_burst_that_was_used_up_is_back_after_two_seconds_and_not_one_more() {
    for algorithm in ["token-bucket", "gcra"] {
        let script = script(&[(6, "0s"), (9, "2s")]);
        let said = decisions(&format!("rate-limiter?algorithm={algorithm}&limit=5&burst=5&script={script}"));
        assert_eq!([0, 2_000].map(|at| admitted(&said, at)), [5, 5], "{algorithm}");
        assert_eq!(said[5]["retry_after_ns"], 200_000_000_u64, "the burst is taken off");
        assert_eq!(said.len(), 15);
    }
}

#[test]
fn a_decision_says_whose_the_request_was_what_it_cost_and_what_it_was_told() {
    let link = "rate-limiter?limit=10&burst=5&script=anna*3@0s;bob@0s;anna*3@0s;*5@10ms;a%253Bb*6@20ms";
    let said = decisions(link);
    let told = |d: &Json| {
        let (key, cost) = (d["key"].as_str().unwrap().to_owned(), d["cost"].as_u64().unwrap());
        (key, cost, d["admitted"].as_bool().unwrap(), d["retry_after_ns"].as_u64())
    };
    let expected = [
        ("anna", 3, true, None),
        ("bob", 1, true, None),
        // Two tokens are left of her own five: the third comes in a tenth of a second.
        ("anna", 3, false, Some(100_000_000)),
        // A request as large as the burst can be served.
        ("", 5, true, None),
        // A larger one never.
        ("a;b", 6, false, None),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(k, c, a, r)| (k.to_owned(), c, a, r)).collect();
    assert_eq!(said.iter().map(told).collect::<Vec<_>>(), expected);
    assert!(said.iter().all(|d| d["algorithm"] == "token-bucket" && d["wait_ns"] == 0));
    let over = report(link);
    assert_eq!((over.requests.offered, over.requests.completed, over.requests.rejected), (5, 3, 2));
}

#[test]
fn with_all_six_each_request_has_one_decision_of_each_in_their_order() {
    let said = decisions(&format!(
        "rate-limiter?algorithm=all&limit=2&burst=2&script={}",
        script(&[(4, "900ms"), (2, "1100ms")])
    ));
    let six = ["token-bucket", "leaky-bucket", "fixed-window", "sliding-log", "sliding-counter", "gcra"];
    assert_eq!(said.len(), 6 * 6);
    for request in said.chunks(6) {
        assert_eq!(request.iter().map(|d| d["algorithm"].as_str().unwrap()).collect::<Vec<_>>(), six);
        assert!(request.iter().all(|d| d["at_ns"] == request[0]["at_ns"]));
    }
    let passed = |algorithm: &str, at_ms: u64| {
        let of: Vec<Json> = said.iter().filter(|d| d["algorithm"] == algorithm).cloned().collect();
        admitted(&of, at_ms)
    };
    // At the edge a fixed window lets twice its limit through, and a leaky bucket makes whom it can wait.
    assert_eq!([900, 1_100].map(|at| passed("fixed-window", at)), [2, 2]);
    assert_eq!([900, 1_100].map(|at| passed("sliding-log", at)), [2, 0]);
    assert_eq!([900, 1_100].map(|at| passed("sliding-counter", at)), [2, 0]);
    assert_eq!([900, 1_100].map(|at| passed("token-bucket", at)), [2, 0]);
    let leaky: Vec<_> = said.iter().filter(|d| d["algorithm"] == "leaky-bucket").collect();
    assert_eq!(
        leaky.iter().map(|d| d["wait_ns"].as_u64().unwrap() / 1_000_000).collect::<Vec<_>>(),
        [0, 500, 1_000, 0, 0, 0]
    );
}

#[test]
fn who_waits_waits_as_long_as_its_decision_says() {
    let script = script(&[(5, "0s"), (1, "150ms")]);
    let said = decisions(&format!("rate-limiter?limit=10&burst=2&on-limit=wait&script={script}"));
    let waited = |said: &[Json]| said.iter().map(|d| d["wait_ns"].as_u64().unwrap() / 1_000_000).collect::<Vec<_>>();
    assert_eq!(waited(&said), [0, 0, 100, 200, 300, 250]);
    assert!(said.iter().all(|d| d["admitted"] == true));
    // Who would have to wait longer than is allowed is told so at once.
    let said = decisions(&format!("rate-limiter?limit=10&burst=2&on-limit=wait&max-wait=220ms&script={script}"));
    assert_eq!(waited(&said), [0, 0, 100, 200, 0, 150]);
    assert_eq!((&said[4]["admitted"], &said[4]["retry_after_ns"]), (&Json::from(false), &Json::from(80_000_000)));
}

#[test]
fn a_log_tells_when_its_oldest_entry_leaves() {
    let said = decisions("rate-limiter?algorithm=sliding-log&limit=2&per=1m&script=@0s;@10s;@20s;@60s");
    assert_eq!(said.iter().map(|d| d["admitted"].as_bool().unwrap()).collect::<Vec<_>>(), [true, true, false, true]);
    assert_eq!(said[2]["retry_after_ns"], 40_000_000_000_u64);
}

#[test]
fn as_shipped_requests_that_come_at_once_with_a_new_key_make_a_bucket_each() {
    let script = (0..9).map(|_| "anna@0s").chain(["anna@1ms", "anna@2ms"]).collect::<Vec<_>>().join(";");
    let of = |fidelity: &str| decisions(&format!("rate-limiter?limit=1&burst=3&fidelity={fidelity}&script={script}"));
    assert_eq!(admitted(&of("documented"), 0), 3);
    let shipped = of("shipped");
    assert_eq!(admitted(&shipped, 0), 9, "each has a bucket of its own");
    // The one that was stored last stays, with two tokens left.
    assert_eq!([1, 2].map(|at| admitted(&shipped, at)), [1, 1]);
}

#[test]
fn what_lies_idle_is_forgotten_and_changes_no_decision() {
    for algorithm in ["token-bucket", "sliding-counter", "all"] {
        let link = format!(
            "rate-limiter?algorithm={algorithm}&arrivals=poisson&rate=300&requests=600&keys=60&limit=4&burst=3&per=500ms"
        );
        let (kept, forgotten) = (report(&link), report(&format!("{link}&forget-after=100ms")));
        assert_eq!(kept.detail["decisions"], forgotten.detail["decisions"], "{algorithm}");
        assert_ne!(kept.trace_hash, forgotten.trace_hash, "{algorithm}: some were thrown away");
    }
}

#[test]
fn of_very_many_decisions_the_first_are_told_and_how_many_there_are_more() {
    let over = report("rate-limiter?arrivals=constant&rate=100000&requests=10100&limit=1000");
    assert_eq!(over.detail["decisions"].as_array().map(Vec::len), Some(10_000));
    assert_eq!(over.detail["truncated"], 100);
}

#[test]
fn who_is_refused_comes_again_when_it_was_told_to() {
    let said = decisions("rate-limiter?limit=10&burst=1&retries=5&script=@0s;@0s;@0s");
    let asked: Vec<_> =
        said.iter().map(|d| (d["at_ns"].as_u64().unwrap() / 1_000_000, d["admitted"].as_bool().unwrap())).collect();
    // Both who were refused come back at the same instant, and one of them is let through.
    let expected = [(0, true), (0, false), (0, false), (100, true), (100, false), (200, true)];
    assert_eq!(asked, expected);
}

#[test]
fn callers_in_a_loop_stay_away_for_as_long_as_they_were_told() {
    let refused = |more: &str| {
        let over =
            report(&format!("rate-limiter?requests=400&callers=4&limit=20&burst=1&per=1s&service=constant{more}"));
        over.requests.rejected
    };
    // Four callers who heed it ask four times for each token; those who do not ask all the time.
    assert!(refused("") <= 320, "{}", refused(""));
    assert!(refused("&honour-retry-after=off&pause=1ms") > 380);
}

#[test]
fn no_window_is_of_no_length_and_no_limit_is_nothing() {
    for (key, text) in
        [("per", "0s"), ("limit", "0"), ("burst", "0"), ("keys", "0"), ("script", "a*0@1s"), ("script", "@0s;x")]
    {
        let field = (patterns::find("rate-limiter").unwrap().fields)().into_iter().find(|f| f.key == key).unwrap();
        let problem = field.read(text).expect_err(key);
        assert!(!problem.message().is_empty());
        if key == "script" {
            assert!(problem.message().starts_with("entry "), "{}", problem.message());
        }
    }
}

#[test]
fn what_each_scenario_promises_holds_on_two_hundred_seeds() {
    let points = [
        ("", "somebody was refused"),
        ("edge", "a fixed window let more than its limit pass within one such time"),
        ("six", "more than the limit passed within one such time"),
        ("patience", "somebody had to wait"),
        ("race", "two buckets were made for one key, and one was lost"),
        ("keys", "somebody was refused"),
        ("herd", "somebody was refused"),
        ("smooth", "somebody had to wait"),
        ("locked-out", "somebody was refused"),
    ];
    promises::hold("rate-limiter", &points, |scenario| if scenario == "patience" { 400 } else { 120 });
}
