//! The backend for those outside, and for those who watch it: what its routes tell of a run, what a reset leaves, what is counted, and the alerts over that.

use crate::coordination::detail;
use crate::program::{answered, follow, follow_asked};
use millrace::analysis::History;
use millrace::session::Session;
use millrace::spec::{PoolGauges, RailGauges, ScalerGauges};
use millrace::trace::{EventKind, Ledger, Outcome};
use serde_json::{Value as Json, json};

const CONCURRENCY: &str = "/api/v1/performance/concurrency";
const HEALTH: &str = "/api/v1/performance/concurrency/health";
const RESET: &str = "/api/v1/admin/performance/concurrency/reset";
const STATS: &str = "/api/v1/performance/stats";
const ADMIN: &str = r#"{"token": "admin"}"#;

fn backend(query: &str, asks: &[(u64, &str, &str, &str)]) -> Session<Ledger, History> {
    follow_asked(&format!("backend?{query}"), asks)
}

/// What is answered to each of these requests, at so many milliseconds.
fn asked(query: &str, asks: &[(u64, &str, &str, &str)]) -> Vec<(u16, String)> {
    let at_once = |(asked, answered, status, body)| {
        assert_eq!(asked, answered, "at once");
        (status, body)
    };
    answered(&backend(query, asks)).into_iter().map(at_once).collect()
}

/// The same, each answer JSON.
pub fn told(query: &str, asks: &[(u64, &str, &str, &str)]) -> Vec<(u16, Json)> {
    let json = |body: &str| serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {body}"));
    asked(query, asks).iter().map(|(status, body)| (*status, json(body))).collect()
}

fn keys(of: &Json) -> Vec<&str> {
    of.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Ten requests a second, each a query.
const QUERIES: &str = "arrivals=constant&rate=10&requests=400&routes=save:1&errors=0&db-errors=0";

#[test]
fn every_section_has_its_fields_in_both_fidelities() {
    for fidelity in ["documented", "shipped"] {
        let asks = [(20_000, "GET", CONCURRENCY, ""), (21_000, "GET", STATS, ""), (22_000, "GET", HEALTH, "")];
        let all = told(&format!("{QUERIES}&fidelity={fidelity}"), &asks);
        let statuses: Vec<_> = all.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200, 200, 200], "{fidelity}");
        let sections = &all[0].1;
        assert_eq!(
            keys(sections),
            ["concurrency_metrics", "connection_pool_stats", "database_stats", "request_handler_stats", "system_stats"]
        );
        for (section, fields) in [
            (
                "concurrency_metrics",
                "active_cache_operations active_db_operations active_http_operations avg_cache_latency_ms avg_db_latency_ms \
                 avg_http_latency_ms total_cache_operations total_db_operations total_http_operations",
            ),
            (
                "database_stats",
                "idle in_use max_idle_closed max_lifetime_closed max_open_connections open_connections wait_count \
                 wait_duration_ms",
            ),
            ("system_stats", "cpu_count goroutine_count last_updated memory_limit_bytes memory_usage_bytes"),
            (
                "connection_pool_stats",
                "avg_connection_usage current_idle current_in_use current_max_open current_open last_scale_event \
                 max_connection_usage",
            ),
            (
                "request_handler_stats",
                "active_requests average_response_time_ms completed_requests degraded_requests failed_requests last_updated \
                 max_response_time_ms timeout_requests total_requests",
            ),
        ] {
            assert_eq!(keys(&sections[section]), fields.split_whitespace().collect::<Vec<_>>(), "{fidelity}");
        }
        let tasks = "active_tasks active_workers average_time completed_tasks failed_tasks last_reset max_time min_time queue_size \
                     queued_tasks retried_tasks task_throughput tasks_by_priority tasks_by_type total_tasks total_workers \
                     worker_utilization";
        assert_eq!(keys(&all[1].1["background_tasks"]), tasks.split_whitespace().collect::<Vec<_>>());
        assert_eq!(keys(&all[2].1["components"]), ["concurrency_manager", "connection_pool", "request_handler"]);
        assert_eq!(all[2].1["overall_health"], "healthy");
    }
}

/// At ten a second 200 have come by 20.05 s, and each of them is done by then or under way.
#[test]
fn as_documented_the_counts_are_those_of_the_run_and_as_shipped_nobody_counts_anything() {
    let of = |query: &str| told(query, &[(20_050, "GET", CONCURRENCY, "")]).remove(0).1;
    let sections = of(QUERIES);
    let count = |section: &str, field: &str| sections[section][field].as_i64().expect(field);
    let (total, done) =
        (count("request_handler_stats", "total_requests"), count("request_handler_stats", "completed_requests"));
    assert!((199..=202).contains(&total), "{sections}");
    assert_eq!(done + count("request_handler_stats", "active_requests"), total, "{sections}");
    assert!((done..=total).contains(&count("concurrency_metrics", "total_db_operations")), "{sections}");
    assert!((5..=12).contains(&count("concurrency_metrics", "avg_db_latency_ms")), "{sections}");
    assert_eq!(count("concurrency_metrics", "total_http_operations"), 0);
    assert_eq!(count("system_stats", "cpu_count"), 8);

    let sections = of(&format!("{QUERIES}&fidelity=shipped"));
    for section in ["concurrency_metrics", "request_handler_stats"] {
        let numbers = sections[section].as_object().expect("an object").values().filter_map(Json::as_i64);
        assert!(numbers.clone().count() >= 8 && numbers.sum::<i64>() == 0, "{sections}");
    }
    assert_eq!(
        sections["system_stats"]["last_updated"], "0001-01-01T00:00:00Z",
        "before the first beat of the monitor"
    );
    assert!(sections["database_stats"]["open_connections"].as_i64().expect("a number") > 0, "{sections}");
}

/// Fifty calls of five seconds are under way when it is reset, and the last ends when the run does.
#[test]
fn after_a_reset_it_is_counted_from_nought_and_as_shipped_fewer_than_none_are_active() {
    let calls = "arrivals=constant&rate=10&requests=100&routes=check:1&errors=0&service=constant&mean=5s&installed=on&worker-pool-size-http=100";
    let asks = [
        (9_950, "GET", CONCURRENCY, ""),
        (9_960, "POST", RESET, ADMIN),
        (9_970, "GET", CONCURRENCY, ""),
        (14_950, "GET", CONCURRENCY, ""),
    ];
    for (fidelity, at_once, later) in [("documented", 50, 0), ("shipped", 0, -50)] {
        let all = told(&format!("{calls}&fidelity={fidelity}"), &asks);
        assert_eq!(all[1], (200, json!({ "message": "Concurrency metrics reset successfully" })));
        let handler = |n: usize| {
            let of = &all[n].1["request_handler_stats"];
            ["active_requests", "total_requests"].map(|field| of[field].as_i64().expect(field))
        };
        let near = |is: i64, wanted: i64| assert!((is - wanted).abs() <= 2, "{fidelity}: {is}, not {wanted}: {all:?}");
        near(handler(0)[0], 50);
        near(handler(2)[0], at_once);
        near(handler(2)[1], 0);
        near(handler(3)[0], later);
    }
}

/// The report has what the interface would have told at the last full second, which comes after the reset.
#[test]
fn what_was_counted_before_a_reset_is_no_part_of_the_report_either() {
    for (fidelity, left) in [("documented", 50), ("shipped", 50)] {
        let query = format!("{QUERIES}&requests=250&installed=on&fidelity={fidelity}");
        let session = backend(&query, &[(20_050, "POST", RESET, ADMIN)]);
        let told = session.history().detail().expect("a detail").report();
        let total = told["sections"]["request_handler_stats"]["total_requests"].as_u64().expect("a number");
        assert!((left - 12..left).contains(&total), "{fidelity}: {total}");
    }
}

/// A hundred ask at once, where twenty connections are all there are, and nobody after that but one: it waits for nobody.
#[test]
fn those_who_waited_before_a_reset_are_none_of_those_whom_the_manager_finds_after_it() {
    let query = "script=user*100@0s;user@100s&routes=save:1&errors=0&db-errors=0&cpus=1&compute=0ms&db-service=constant&db-mean=1s&max-concurrent-db-ops=100&worker-pool-size-db=100&addresses=100000";
    let session = backend(query, &[(65_000, "POST", RESET, ADMIN)]);
    let (trace, lately) = (session.run().trace(), ScalerGauges::ALL.waits_lately);
    let (pool, _) = session.history().ledger.find(PoolGauges::POOL, &trace).expect("the pool");
    let said: Vec<_> = trace
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Gauged { station, gauge, value } if station == pool && gauge == lately => {
                Some((event.at.0 / 1_000_000_000, value))
            }
            _ => None,
        })
        .collect();
    assert_eq!(said, [(30, 80), (60, 0)], "and nothing else at 90 s");
}

#[test]
fn without_the_layer_two_say_so_and_there_is_nothing_to_reset() {
    let asks = [
        (1_000, "GET", CONCURRENCY, ""),
        (2_000, "GET", HEALTH, ""),
        (3_000, "POST", RESET, ADMIN),
        (4_000, "GET", STATS, ""),
    ];
    for fidelity in ["documented", "shipped"] {
        let all = told(&format!("{QUERIES}&concurrency-enabled=off&fidelity={fidelity}"), &asks);
        for (status, said) in &all[..2] {
            assert_eq!((*status, &said["status"]), (503, &json!("error")));
            let error = json!({ "code": "SERVICE_UNAVAILABLE", "message": "Concurrency management is not enabled" });
            assert_eq!((&said["error"], &said["language"]), (&error, &json!("en")));
        }
        assert_eq!(all[0].1["timestamp"], "1970-01-01T00:00:01.000Z");
        assert_eq!([all[2].0, all[3].0], [404, 200]);
    }
}

#[test]
fn only_an_administrator_resets() {
    let asks = [
        (1_000, "POST", RESET, ""),
        (2_000, "POST", RESET, r#"{"token": "user"}"#),
        (3_000, "POST", RESET, ADMIN),
        (4_000, "GET", RESET, ""),
    ];
    let statuses: Vec<_> = told(QUERIES, &asks).iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [401, 403, 200, 405]);
}

#[test]
fn the_counts_tell_of_the_requests_of_the_scenario_and_of_who_asks() {
    for fidelity in ["documented", "shipped"] {
        let asks = [(20_050, "GET", HEALTH, ""), (20_060, "GET", "/nowhere", ""), (20_070, "GET", "/metrics", "")];
        let text = asked(&format!("{QUERIES}&fidelity={fidelity}"), &asks).remove(2).1;
        let sum = |of: &dyn Fn(&str) -> bool| {
            let samples = text.lines().filter(|line| !line.starts_with('#') && of(line));
            samples.map(|line| line.rsplit(' ').next().and_then(|n| n.parse::<f64>().ok()).expect(line)).sum::<f64>()
        };
        let requests = |line: &str| line.starts_with("http_requests_total");
        let of_scenario =
            sum(&|line| requests(line) && !line.contains("performance") && !line.contains("endpoint=\"\""));
        assert!((195.0..=202.0).contains(&of_scenario), "{text}");
        assert_eq!(sum(&|line| requests(line) && line.contains(HEALTH) && line.contains("\"200\"")), 1.0, "{text}");
        assert_eq!(sum(&|line| requests(line) && line.contains("endpoint=\"\"")), 1.0, "{text}");
        assert_eq!(sum(&|line| line.starts_with("up ")), 1.0);
        assert!(sum(&|line| line.starts_with("db_connections{state=\"max_open\"}")) >= 10.0, "{text}");
        assert!(sum(&|line| line.starts_with("memory_usage_bytes")) > 64.0 * 1024.0 * 1024.0, "{text}");
    }
}

/// Two requests a second for a quarter of an hour; what is otherwise, and the rule that it sets off. The eighth asks whether the process is there, which it is in every run.
const ALERTS: [(&str, &str); 7] = [
    ("routes=check:1&errors=1", "5xx rate"),
    ("routes=check:1&errors=0&service=constant&mean=3s", "p95 latency"),
    ("routes=save:1&rate=9&db-service=constant&db-mean=4s&worker-pool-size-db=100", "open / max"),
    ("routes=save:1&heap-base=1000", "heap"),
    ("routes=search:1&words=100000&skew=0", "cache misses"),
    ("routes=save:1&cpus=1&compute=450ms", "processor"),
    ("routes=save:1&memory=1024&heap-base=200", "host memory"),
];

#[test]
fn each_rule_fires_where_what_it_looks_at_is_so() {
    let fired = |query: &str| {
        let alerts = detail(&format!("backend?arrivals=constant&rate=2&requests=1800&{query}"))["alerts"].clone();
        let alerts = alerts.as_array().expect("a list").clone();
        alerts.iter().map(|alert| alert["rule"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    let silent: Vec<_> = ALERTS.iter().filter(|(query, rule)| !fired(query).iter().any(|of| of == rule)).collect();
    assert_eq!(silent, [&("", ""); 0]);
    assert_eq!(fired("routes=save:1&errors=0&db-errors=0"), [""; 0], "nothing is wrong");
}

/// Rules are looked at every 15 s: it is gone from 20 s to 110 s, so that is seen at 30 s and at 120 s, and the minute of the rule is over at 90 s.
#[test]
fn a_crash_fires_the_alert_that_it_is_down_after_its_minute_and_the_restart_clears_it() {
    for fidelity in ["documented", "shipped"] {
        let session = follow(&format!("backend?preset=crash&fidelity={fidelity}"));
        let trace = session.run().trace();
        let named = |station| {
            trace.iter().any(|event| match event.kind {
                EventKind::Opened { station: of, name, .. } => of == station && trace.name(name) == "app down",
                _ => false,
            })
        };
        let told: Vec<_> = trace
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Stated { station, state } if named(station) => Some((event.at.seconds(), trace.name(state))),
                _ => None,
            })
            .collect();
        assert_eq!(told, [(30.0, "pending"), (90.0, "firing"), (120.0, "quiet")], "{fidelity}");
        assert_eq!(session.history().ledger.tally.in_system, 0);
        let called = "somebody was called because the process was gone";
        let seen = session.history().checks.states().iter().find(|state| state.check.statement == called);
        assert!(seen.is_some_and(|state| state.holds(session.computed(), true)), "{fidelity}");
        // Half of the run is before and after it: who came in between was refused.
        let tally = &session.history().ledger.tally;
        let [completed, rejected] = [Outcome::Completed, Outcome::Rejected].map(|outcome| tally.count(outcome));
        assert!((1_600..2_000).contains(&rejected), "{rejected} refused of 1,800 in 90 s");
        assert!(completed > 1_500, "{completed}");
        // What went with it is not in its own counts any more, and the picture tells it all the same. As shipped four are lost at the end.
        const G: RailGauges = RailGauges::ALL;
        let (_, background) = session.history().ledger.find("background", &trace).expect("a queue");
        let lost =
            trace.iter().filter(|event| matches!(event.kind, EventKind::Left { outcome: Outcome::Lost, .. })).count();
        let told = G.dropped.into_iter().chain([G.never_run, G.until_crash]).map(|gauge| background.gauge(gauge));
        assert_eq!(told.sum::<i64>(), lost as i64, "{fidelity}");
        assert!(fidelity == "shipped" || background.gauge(G.until_crash) > 0, "a crash takes somebody along");
    }
}

/// Some 380 have come by 19 s, and 100 in the five seconds after the restart at 110 s.
#[test]
fn while_it_is_down_it_answers_nobody_and_afterwards_it_counts_from_nought() {
    let asks: Vec<_> = [19_000, 60_000, 60_100, 60_200, 115_000]
        .into_iter()
        .zip([CONCURRENCY, CONCURRENCY, HEALTH, "/metrics", CONCURRENCY])
        .map(|(ms, path)| (ms, "GET", path, ""))
        .collect();
    let all = asked("preset=crash", &asks);
    let statuses: Vec<_> = all.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [200, 503, 503, 503, 200]);
    let total = |(_, body): &(u16, String)| {
        let told: Json = serde_json::from_str(body).expect("JSON");
        let count = |section: &str, field: &str| told[section][field].as_u64().expect("a number");
        [count("request_handler_stats", "total_requests"), count("database_stats", "max_open_connections")]
    };
    let ([before, _], [after, size]) = (total(&all[0]), total(&all[4]));
    assert!((330..430).contains(&before) && (70..130).contains(&after), "{before} before and {after} after");
    assert_eq!(size, 32, "the pool has its first size");
}
