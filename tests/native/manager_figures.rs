//! The figures of the two managers, each worked out by hand from what is known of their code and of their document, beside what a run says.

use crate::coordination::detail;
use crate::program::{events, follow};
use millrace::session::Scenario;
use millrace::spec::{Closing, PoolGauges};
use millrace::trace::{EventKind, Outcome};
use serde_json::{Value as Json, json};

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const BOTH: [&str; 2] = ["documented", "shipped"];
/// Each kind with its workers and its permits, as the backend sets them.
const WIRED: [(&str, u64, u64); 3] = [("db", 20, 100), ("http", 30, 200), ("cache", 25, 150)];

/// A figure of a pool of the concurrency manager.
fn pool(kind: &str, query: &str, figure: &str) -> u64 {
    let detail = detail(&format!("concurrency-manager?{query}"));
    detail["pools"][kind][figure].as_u64().expect("a count")
}

fn told(query: &str, figure: &str) -> Json {
    detail(&format!("pool-manager?{query}"))[figure].clone()
}

/// How many connections were closed for a reason.
fn closed(query: &str, why: Closing) -> i64 {
    let session = follow(&format!("pool-manager?{query}"));
    let (ledger, trace) = (&session.history().ledger, session.run().trace());
    let (_, pool) = ledger.find("pool", &trace).expect("the pool");
    pool.gauge(PoolGauges::ALL.closed(why))
}

#[test]
fn the_settings_are_those_of_the_document_and_as_shipped_those_that_the_backend_wires() {
    let says = |link: &str, fidelity, keys: &[(&str, &str)]| {
        let scenario = Scenario::read(&format!("{link}?fidelity={fidelity}")).expect("a link").scenario;
        let values = scenario.values();
        for (key, value) in keys {
            let field = (scenario.pattern.fields)().into_iter().find(|field| field.key == *key).expect("the field");
            let read = field.read(value).unwrap_or_else(|why| panic!("{key}: {why:?}"));
            assert_eq!(values.get(key), Some(&read), "{link} {fidelity}: {key}");
        }
    };
    for fidelity in BOTH {
        let keys = [("db-ops", "100"), ("http-ops", "200"), ("cache-ops", "150")];
        says("concurrency-manager", fidelity, &keys);
        says("concurrency-manager", fidelity, &[("db-workers", "20"), ("http-workers", "30"), ("cache-workers", "25")]);
        let keys = [("min", "10"), ("max", "200"), ("step", "5"), ("interval", "30s"), ("cool-down", "2m")];
        says("pool-manager", fidelity, &keys);
        says("pool-manager", fidelity, &[("lifetime", "10m"), ("idle-time", "2m"), ("db-max-open-conns", "0")]);
    }
    says("concurrency-manager", "shipped", &[("monitor-every", "30s")]);
    says("pool-manager", "documented", &[("up", "80"), ("down", "30"), ("breaker", "asked")]);
    says("pool-manager", "shipped", &[("up", "0.8"), ("down", "0.3"), ("breaker", "uncalled")]);
}

#[test]
fn each_pool_as_wired_has_its_workers_its_permits_and_room_for_ten_tasks_and_ten_results_a_worker() {
    for (kind, workers, permits) in WIRED {
        let burst = format!("script={kind}*450@0s");
        assert_eq!(pool(kind, &burst, "peak_running"), workers);
        assert_eq!(pool(kind, &burst, "peak_admitted"), permits);
        // So many are in the hands of workers and in the queue: the next one stands before it, and that is what is active.
        for (more, active) in [(0, 0), (1, 1)] {
            let come = workers + 10 * workers + more;
            let query = format!("script={kind}*{come}@0s&fidelity=shipped&until=1ms");
            assert_eq!(pool(kind, &query, "active"), active, "{query}");
        }
        for (more, dropped) in [(0, 0), (1, 1)] {
            let query = format!("script={kind}*{}@0s&fidelity=shipped", 10 * workers + more);
            assert_eq!(pool(kind, &query, "results_dropped"), dropped, "{query}");
        }
    }
}

#[test]
fn permits_of_nought_are_two_for_each_worker() {
    for ((kind, workers, _), permits) in WIRED.into_iter().zip([40, 60, 50]) {
        let query = format!("script={kind}*100@0s&{kind}-ops=0");
        assert_eq!((pool(kind, &query, "peak_running"), pool(kind, &query, "peak_admitted")), (workers, permits));
    }
}

#[test]
fn who_waits_for_a_permit_is_not_submitted_yet_and_a_stop_refuses_whoever_is_not_in_the_queue() {
    let submitted = |query: &str| pool("db", query, "submitted");
    assert_eq!(submitted("db-ops=5&until=1ms"), 5, "each has it until its handler has come to its end");
    assert_eq!(submitted("db-ops=5&until=1ms&fidelity=shipped"), 100, "each has it until it is in the queue");
    // 220 are in and a hundred stand before the queue. At 50 and 100 ms twenty go in, and twenty more get a permit. At 120 ms forty are done, twenty are in a
    // worker's hand, two hundred in the queue.
    let query = "script=db*500@0s&stop-at=120ms&fidelity=shipped";
    assert_eq!(submitted(query), 220 + 100 + 40);
    let session = follow(&format!("concurrency-manager?{query}"));
    let of = |outcome| session.history().ledger.tally.count(outcome);
    assert_eq!([Outcome::Completed, Outcome::Lost, Outcome::Rejected].map(of), [60, 200, 240]);
}

#[test]
fn a_task_that_takes_longer_than_it_may_is_given_up_and_counts_as_failed() {
    for fidelity in BOTH {
        let query = format!("timeout=20ms&fidelity={fidelity}");
        assert_eq!(["completed", "failed"].map(|figure| pool("db", &query, figure)), [0, 100]);
        // Twenty at a time, five times.
        let session = follow(&format!("concurrency-manager?{query}"));
        assert_eq!(session.computed().0, 100_000_000, "{fidelity}");
        let query = format!("timeout=50ms&fidelity={fidelity}");
        assert_eq!(
            ["completed", "failed"].map(|figure| pool("db", &query, figure)),
            [100, 0],
            "in time to the instant"
        );
    }
}

/// Each time that a permit was given back all who waited for one were gone through: this took half a minute, and takes a second. No test reads a clock, so one sees it by how long this takes.
#[test]
fn a_line_of_a_hundred_thousand_comes_to_its_end() {
    assert_eq!(pool("db", "script=db*100000@0s", "completed"), 100_000);
}

#[test]
fn the_shipped_pool_grows_from_the_first_look_on_every_two_minutes_to_two_hundred() {
    let mut expected = vec![json!([0, 32, "initial"])];
    expected.extend((0..34).map(|n| json!([(30 + 120 * n) * SECOND, (37 + 5 * n).min(200), "high_usage"])));
    assert_eq!(told("fidelity=shipped&load=2@0s&run-for=90m", "sizes"), Json::Array(expected));
}

#[test]
fn a_step_is_recorded_with_both_sizes_its_reason_and_the_mean_that_it_went_by() {
    let events = |query: &str| told(query, "events").as_array().expect("a list").clone();
    let grown = events("fidelity=shipped&load=2@0s&run-for=150s");
    // Two of 32 at the first look, and two of 37 at the four after that.
    let means = [6.25, (6.25 + 4.0 * 200.0 / 37.0) / 5.0];
    assert_eq!(grown.len(), 2);
    for (event, (n, mean)) in grown.iter().zip(means.into_iter().enumerate()) {
        assert!((event["avg_percent"].as_f64().expect("a mean") - mean).abs() < 1e-3, "{event}");
        let n = n as u64;
        let sizes = [&event["at_ns"], &event["old"], &event["new"]].map(|number| number.as_u64().expect("a number"));
        assert_eq!(sizes, [(30 + 120 * n) * SECOND, 32 + 5 * n, 37 + 5 * n]);
        assert_eq!((&event["event"], &event["reason"]), (&json!("scale_up"), &json!("high_usage")));
    }
    let shrunk = json!({
        "at_ns": 30 * SECOND, "event": "scale_down", "old": 32, "new": 27, "reason": "low_usage", "avg_percent": 0.0,
    });
    assert_eq!(events("load=&run-for=30s"), [shrunk]);
    assert_eq!(events("load=16@0s"), Vec::<Json>::new(), "half of it never scales");
}

#[test]
fn an_alert_is_silent_at_its_limit_and_speaks_above_it() {
    let alerts = |query: &str| {
        let alerts = told(&format!("{query}&run-for=30s"), "alerts");
        alerts.as_array().expect("a list").iter().map(|alert| alert[1].as_str().expect("a word").to_owned()).collect()
    };
    for fidelity in BOTH {
        let usage: [Vec<String>; 2] = [18, 19].map(|n| alerts(&format!("cpus=5&load={n}@0s&fidelity={fidelity}")));
        assert_eq!(usage, [vec![], vec!["usage".to_owned()]], "90 and 95 of a hundred");
        // One waits for five seconds until the look, or for a millisecond more.
        let waits = ["25s", "24999ms"];
        let waits: [Vec<String>; 2] = waits.map(|at| alerts(&format!("max=32&load=32@0s;33@{at}&fidelity={fidelity}")));
        assert_eq!(waits.map(|alerts| alerts.contains(&"wait_duration".to_owned())), [false, true]);
        let counts: [Vec<String>; 2] = [132, 133].map(|n| alerts(&format!("max=32&load={n}@0s&fidelity={fidelity}")));
        assert_eq!(counts.map(|alerts| alerts.contains(&"wait_count".to_owned())), [false, true]);
    }
}

#[test]
fn how_many_may_be_idle_is_a_third_of_the_size_that_the_pool_has_come_to() {
    // All of 32 are used at the first look: 37, of which twelve may be idle when all come back.
    assert_eq!(closed("load=32@0s;0@1m&down=0&run-for=70s", Closing::IdleLimit), 32 - 12);
    assert_eq!(closed("load=32@0s;0@1m&down=0&up=100&run-for=70s", Closing::IdleLimit), 32 - 10, "and ten of 32");
}

#[test]
fn a_connection_is_closed_after_two_minutes_of_rest_and_after_ten_of_life() {
    let rested = |run_for: &str| closed(&format!("load=5@0s;0@1m&down=0&run-for={run_for}"), Closing::IdleTime);
    assert_eq!(["179s", "182s"].map(rested), [0, 5]);
    // Opened within 15 ms of the beginning, used up to 9:59, and then at rest.
    let lived = |run_for: &str| closed(&format!("load=5@0s;0@599s&down=0&run-for={run_for}"), Closing::Lifetime);
    assert_eq!(["10m", "602s"].map(lived), [0, 5]);
}

#[test]
fn a_look_is_kept_until_it_is_more_than_a_day_old() {
    for fidelity in BOTH {
        let kept = |hours: u32| told(&format!("interval=1h&load=5@0s&run-for={hours}h&fidelity={fidelity}"), "samples");
        // The first look is at one hour, and a day old at 25.
        assert_eq!([23, 24, 25, 26, 40].map(kept), [23, 24, 25, 25, 25].map(|n| json!(n)), "{fidelity}");
    }
}

#[test]
fn the_log_says_how_large_the_pool_is_and_how_many_of_it_may_be_idle() {
    for (cpus, size, idle) in [(1, 20, 6), (8, 32, 10), (64, 100, 33)] {
        for fidelity in BOTH {
            let session = follow(&format!("pool-manager?cpus={cpus}&load=&run-for=1s&fidelity={fidelity}"));
            let trace = session.run().trace();
            let said: Vec<(String, i64)> = events(session.run())
                .into_iter()
                .filter_map(|event| match event.kind {
                    EventKind::Noted { text, value, .. } => Some((trace.name(text).to_owned(), value)),
                    _ => None,
                })
                .collect();
            let expected = [("the pool may have {} connections open", size), ("{} of them may be idle", idle)]
                .map(|(s, n)| (s.to_owned(), n));
            assert_eq!(said, expected, "{cpus} {fidelity}");
        }
    }
}

#[test]
fn the_breaker_of_the_code_where_somebody_asks_it_counts_failures_of_all_time() {
    let breaker = |query: &str, fidelity: &str| told(&format!("{query}&breaker=asked&fidelity={fidelity}"), "breaker");
    // Eight find one that is idle, six are refused: twice, within two seconds and between two looks.
    let twice = "load=8@0s;0@5m;14@331s;0@332s;14@333s&down=0&idle-time=0&refuse-at=5m&run-for=350s";
    assert_eq!(BOTH.map(|fidelity| breaker(twice, fidelity)), ["closed", "open"]);
    let once = "load=8@0s;0@5m;14@331s&down=0&idle-time=0&refuse-at=5m&run-for=350s";
    assert_eq!(BOTH.map(|fidelity| breaker(once, fidelity)), ["closed", "closed"], "six are not ten");
    let nine = "load=8@0s;0@5m;17@331s&down=0&idle-time=0&refuse-at=5m&run-for=350s";
    let ten = "load=8@0s;0@5m;18@331s&down=0&idle-time=0&refuse-at=5m&run-for=350s";
    for fidelity in BOTH {
        assert_eq!([nine, ten].map(|query| breaker(query, fidelity)), ["closed", "open"], "{fidelity}");
    }
}

#[test]
fn half_open_the_breaker_of_the_code_lets_all_through_and_takes_ten_more_failures_to_open_again() {
    let refused = |fidelity: &str| {
        let query = format!(
            "pool-manager?fidelity={fidelity}&load=4@0s;24@6m&refuse-at=5m&refuse-for=1h&up=100&down=0&run-for=16m&breaker=asked"
        );
        let session = follow(&query);
        let (ledger, trace) = (&session.history().ledger, session.run().trace());
        ledger.find("pool", &trace).expect("the pool").1.gauge(PoolGauges::ALL.refused)
    };
    // Ten open it at six minutes. Each minute from then on, the 16th too, there is one probe, or the ten that it takes.
    assert_eq!(BOTH.map(refused), [10 + 10, 10 + 10 * 10]);
    // The database takes connections again before the minute is over: one probe gets one and the others wait for the next look, or all twenty do.
    let peak = |fidelity: &str| {
        let query = "load=4@0s;24@6m&refuse-at=5m&refuse-for=90s&up=100&down=0&run-for=450s&breaker=asked";
        told(&format!("{query}&fidelity={fidelity}"), "peak_percent")
    };
    assert_eq!(BOTH.map(peak), [5.0 / 32.0 * 100.0, 24.0 / 32.0 * 100.0].map(|share| json!(share)));
    // And closed it stays: the first success has forgotten the ten.
    let after = |fidelity: &str| {
        let query = "load=4@0s;24@6m&refuse-at=5m&refuse-for=90s&up=100&down=0&run-for=10m&breaker=asked";
        told(&format!("{query}&fidelity={fidelity}"), "breaker")
    };
    assert_eq!(BOTH.map(after), ["closed", "closed"]);
    assert_eq!(told("fidelity=shipped&preset=breaker", "breaker"), "closed", "and nobody calls it");
}

#[test]
fn of_the_stabilised_rule_nothing_moves_within_its_tolerance() {
    // 70 % is its target: 24 of 32 are 75 %, and 25 are 78.1 %, which is more than a tenth above it.
    let sizes = |n: u32| told(&format!("rule=stabilised&load={n}@0s&run-for=10m"), "sizes").as_array().map(Vec::len);
    assert_eq!([24, 25].map(sizes), [Some(1), Some(2)]);
    assert_eq!(told("rule=stabilised&load=25@0s&run-for=10m", "sizes")[1], json!([MINUTE / 2, 36, "high_usage"]));
}
