//! The figures of the backend as a whole: what each variable of its configuration does in a run, in which order its parts are built, what lasts until a reset, and what
//! is cut when its time is over. Each number is that of the document or of the code, and none is read off a run.

use crate::backend_outside::told;
use crate::coordination::detail;
use crate::program::follow;
use millrace::spec::{HandlerGauges, LimiterGauges, PoolGauges};
use millrace::trace::{EventKind, Gauge, Outcome, SimTime};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const SECOND: u64 = 1_000_000_000;
const FIDELITIES: [&str; 2] = ["documented", "shipped"];
const CONCURRENCY: &str = "/api/v1/performance/concurrency";
const HEALTH: &str = "/api/v1/performance/concurrency/health";
const RESET: &str = "/api/v1/admin/performance/concurrency/reset";
const STATS: &str = "/api/v1/performance/stats";
const ADMIN: &str = r#"{"token": "admin"}"#;

fn answers(query: &str) -> BTreeMap<String, u64> {
    let answers = detail(&format!("backend?{query}"))["answers"].clone();
    serde_json::from_value(answers).expect("numbers by status")
}

fn with(answers: &BTreeMap<String, u64>, status: &str) -> u64 {
    answers.get(status).copied().unwrap_or(0)
}

/// What a gauge of a station came to.
fn gauge(query: &str, station: &str, gauge: Gauge) -> i64 {
    let session = follow(&format!("backend?{query}"));
    let trace = session.run().trace();
    session.history().ledger.find(station, &trace).map_or(0, |(_, row)| row.gauge(gauge))
}

/// The most that a server had to do at once.
fn most(query: &str, server: &str) -> u64 {
    let session = follow(&format!("backend?{query}"));
    let trace = session.run().trace();
    session.history().ledger.find(server, &trace).map_or(0, |(_, row)| row.levels.present_peak)
}

/// A hundred requests that come within a tenth of a second and take five seconds each.
const HUNDRED: &str = "arrivals=constant&rate=1000&requests=100&service=constant&base=0ms&mean=5s&db-service=constant&db-base=0ms&db-mean=5s\
     &cache-service=constant&cache-base=0ms&cache-mean=5s&installed=on&circuit-breaker-threshold=100000";

#[test]
fn the_limit_of_requests_is_that_of_http_operations_and_four_fifths_of_it_degrade_or_as_shipped_that_percentage_of_it()
{
    for (limit, from) in [(50, [40, 20]), (100, [80, 80]), (20, [16, 3])] {
        for (fidelity, from) in FIDELITIES.into_iter().zip(from) {
            let query = format!(
                "{HUNDRED}&routes=check:1&max-concurrent-http-ops={limit}&worker-pool-size-http=200&fidelity={fidelity}"
            );
            let told = answers(&query);
            assert_eq!((with(&told, "200"), with(&told, "429")), (limit, 100 - limit), "{query}");
            let degraded = gauge(&query, "handler", HandlerGauges::ALL.degraded);
            assert_eq!(degraded, limit as i64 - from, "{query}");
        }
    }
}

#[test]
fn workers_and_permits_of_each_kind_are_those_of_their_variables() {
    for (kind, server, route) in
        [("db", "sql", "save:1"), ("http", "server", "check:1"), ("cache", "cache", "search:1")]
    {
        let of = |workers: u32, permits: u32, fidelity: &str| {
            // The limit of the calls is that of the requests too, which come after it.
            let query = format!(
                "{HUNDRED}&routes={route}&max-concurrent-http-ops=150&worker-pool-size-{kind}={workers}&max-concurrent-{kind}-ops={permits}&fidelity={fidelity}"
            );
            most(&query, server)
        };
        for fidelity in FIDELITIES {
            assert_eq!(of(7, 150, fidelity), 7, "{kind} {fidelity}");
        }
        // The permits hold back where they are fewer than the workers; as shipped they do not.
        if kind != "http" {
            assert_eq!([of(30, 4, "documented"), of(30, 4, "shipped")], [4, 30], "{kind}");
        }
    }
}

#[test]
fn the_pool_of_connections_grows_to_twice_the_database_operations_and_is_looked_at_at_the_beat_of_the_health_check() {
    // Twenty at a time are more than 0.8 % of any pool.
    let busy = "fidelity=shipped&arrivals=constant&rate=20&requests=6000&routes=save:1&db-service=constant&db-base=0ms&db-mean=1s";
    let sizes = |query: &str| {
        let said = detail(&format!("backend?{busy}&{query}"))["sections"]["connection_pool_stats"].clone();
        (said["current_max_open"].as_u64(), said["last_scale_event"].clone())
    };
    // 32 for eight processors; 37 at 30 s, and 40 two minutes later.
    assert_eq!(sizes("max-concurrent-db-ops=20"), (Some(40), json!("1970-01-01T00:02:30.000Z")));
    assert_eq!(sizes("max-concurrent-db-ops=100"), (Some(47), json!("1970-01-01T00:04:30.000Z")));
    assert_eq!(sizes("health-check-interval=10s"), (Some(47), json!("1970-01-01T00:04:10.000Z")));
    for (interval, last) in [(30, 60), (10, 70)] {
        let asks = [(75_000, "GET", CONCURRENCY, "")];
        let query = format!("{busy}&health-check-interval={interval}s");
        let said = told(&query, &asks).remove(0).1["system_stats"]["last_updated"].clone();
        assert_eq!(said, format!("1970-01-01T00:01:{:02}.000Z", last - 60), "{interval}");
    }
}

#[test]
fn so_many_failures_open_the_breaker_and_a_request_may_take_so_long_and_is_slow_after_half_of_it() {
    for fidelity in FIDELITIES {
        let failing = "arrivals=constant&rate=10&requests=60&routes=check:1&errors=1&service=constant&base=0ms&mean=10ms&installed=on";
        for threshold in [5, 10] {
            let query = format!("{failing}&circuit-breaker-threshold={threshold}&fidelity={fidelity}");
            assert_eq!(with(&answers(&query), "503"), 60 - threshold, "{query}");
        }
        let slow = |timeout: &str, mean: &str| {
            let query = format!(
                "arrivals=constant&rate=10&requests=5&routes=check:1&service=constant&base=0ms&mean={mean}&compute=0ms&installed=on&request-timeout-seconds={timeout}&fidelity={fidelity}"
            );
            (answers(&query), gauge(&query, "handler", HandlerGauges::ALL.slow))
        };
        let all = |status: &str| BTreeMap::from([(status.to_owned(), 5)]);
        assert_eq!(slow("4s", "1999ms"), (all("200"), 0), "{fidelity}");
        assert_eq!(slow("4s", "2001ms"), (all("200"), 5), "{fidelity}");
        assert_eq!(slow("4s", "4001ms").0, all("504"), "{fidelity}");
    }
}

#[test]
fn half_of_the_background_workers_stay_and_its_queue_has_room_for_so_many() {
    let stats = |query: &str, ms: u64| {
        let asks = [(ms, "GET", STATS, "")];
        told(&format!("arrivals=constant&{query}"), &asks).remove(0).1["background_tasks"].clone()
    };
    // With nothing to do a quarter of them, one at least, goes at each look, each 30 s.
    for (workers, left) in [(10, [8, 6, 5, 5]), (3, [2, 1, 1, 1]), (1, [1, 1, 1, 1])] {
        let query = format!("rate=1&requests=140&routes=check:1&background-worker-count={workers}");
        let is = [31_000, 61_000, 91_000, 121_000].map(|ms| stats(&query, ms)["total_workers"].as_u64());
        assert_eq!(is, left.map(Some), "{workers}");
    }
    // Each search is of another word. The rail of the low ones has room for 300, and then there is the main queue.
    for queue in [5, 50] {
        let query = format!(
            "fidelity=shipped&rate=2000&requests=900&routes=search:1&words=100000&skew=0&warm-up=1m&background-worker-count=1&background-queue-size={queue}"
        );
        let tasks = stats(&query, 2_000);
        let lost = tasks["failed_tasks"].as_u64().expect("a number");
        assert!(lost > 0 && tasks["queue_size"].as_u64().expect("a number") <= queue, "{queue}: {tasks}");
    }
}

#[test]
fn each_search_that_found_its_word_sets_off_a_task_of_low_priority_that_keeps_it_for_ten_minutes_from_then_on() {
    // Nine minutes after the last search its word is found, and eleven after it is not there any more.
    let query = "routes=search:1&words=1&script=@0s;@9m;@18m;@29m;@30m";
    for fidelity in FIDELITIES {
        let query = format!("{query}&fidelity={fidelity}");
        assert_eq!(detail(&format!("backend?{query}"))["cache"], json!({ "hits": 3, "misses": 2 }), "{fidelity}");
        let tasks = told(&query, &[(1_799_000, "GET", STATS, "")]).remove(0).1["background_tasks"].clone();
        assert_eq!(tasks["tasks_by_type"], json!({ "cache_warmup": 4 }), "{fidelity}");
        assert_eq!(tasks["tasks_by_priority"]["low"], 4, "{fidelity}");
    }
}

#[test]
fn a_search_that_found_nothing_sets_off_no_task_and_one_has_five_seconds_for_it() {
    for fidelity in FIDELITIES {
        let of = |query: &str| {
            let query = format!("arrivals=constant&rate=10&requests=100&routes=search:1&fidelity={fidelity}&{query}");
            let tasks = told(&query, &[(9_500, "GET", STATS, "")]).remove(0).1["background_tasks"].clone();
            ["total_tasks", "completed_tasks", "failed_tasks"].map(|key| tasks[key].as_u64().expect(key))
        };
        assert_eq!(of("db-errors=1"), [0, 0, 0], "{fidelity}");
        let [total, completed, failed] = of("warm-up=4900ms");
        assert!(total >= 94 && completed >= 10 && failed == 0, "{fidelity}: {total} {completed} {failed}");
        let [_, completed, failed] = of("warm-up=5100ms");
        assert!(completed == 0 && failed >= 10, "{fidelity}: {completed} {failed}");
    }
}

#[test]
fn three_a_second_may_sign_in_from_an_address_after_five_and_as_shipped_as_many_as_like() {
    let query = "routes=sign-in:1&addresses=1&script=*12@0s;*12@1s";
    for (fidelity, passed) in [("documented", 5 + 3), ("shipped", 24)] {
        let query = format!("{query}&fidelity={fidelity}");
        let told = answers(&query);
        assert_eq!((with(&told, "200"), with(&told, "429")), (passed, 24 - passed), "{query}");
        let refused = gauge(&query, "sign-in limit", LimiterGauges::ALL.refused);
        assert_eq!(refused, 24 - passed as i64, "{query}");
    }
}

/// The first station of each part, in the order of 3.7.
#[test]
fn the_parts_are_built_one_on_the_other() {
    let all = [PoolGauges::POOL, "background", "db-ops", "handler", "client limit", "hub"];
    for (enabled, wanted) in [("on", all.to_vec()), ("off", all.into_iter().filter(|name| *name != "db-ops").collect())]
    {
        let session = follow(&format!("backend?requests=1&concurrency-enabled={enabled}"));
        let trace = session.run().trace();
        let opened = trace.iter().filter_map(|event| match event.kind {
            EventKind::Opened { name, .. } => Some(trace.name(name)),
            _ => None,
        });
        assert_eq!(opened.filter(|name| all.contains(name)).collect::<Vec<_>>(), wanted);
    }
}

#[test]
fn what_is_not_over_ten_seconds_after_it_is_asked_to_end_is_cut() {
    for fidelity in FIDELITIES {
        let of = |mean: &str| {
            let session = follow(&format!(
                "backend?arrivals=constant&rate=20&requests=20&routes=check:1&service=constant&base=0ms&mean={mean}&shutdown-at=2s&fidelity={fidelity}"
            ));
            let tally = &session.history().ledger.tally;
            (session.computed(), tally.count(Outcome::Cancelled), tally.count(Outcome::Completed))
        };
        assert_eq!(of("20s"), (SimTime(12 * SECOND), 20, 0), "{fidelity}");
        let (end, cut, done) = of("10s");
        assert!(end < SimTime(12 * SECOND) && (cut, done) == (0, 20), "{fidelity}: {end:?} {cut} {done}");
    }
}

#[test]
fn a_peak_leaves_the_pool_degraded_until_a_reset_as_shipped_and_for_as_long_as_it_lasts_as_documented() {
    // Forty are wanted of 32 at the first look, and four of 37 later.
    let query = "arrivals=step&rate=10&to=1&step-at=35s&requests=460&routes=save:1&db-service=constant&db-base=0ms&db-mean=4s&worker-pool-size-db=100";
    let asks = [
        (31_000, "GET", HEALTH, ""),
        (100_000, "GET", HEALTH, ""),
        (100_000, "GET", CONCURRENCY, ""),
        (101_000, "POST", RESET, ADMIN),
        (102_000, "GET", HEALTH, ""),
        (102_000, "GET", CONCURRENCY, ""),
    ];
    for (fidelity, later) in [("documented", "healthy"), ("shipped", "degraded")] {
        let all = told(&format!("{query}&fidelity={fidelity}"), &asks);
        let pool = |n: usize| &all[n].1["components"]["connection_pool"];
        assert_eq!(*pool(0), json!({ "status": "degraded", "issues": ["Very high connection usage"] }), "{fidelity}");
        assert_eq!((all[0].0, &all[0].1["overall_health"]), (200, &json!("degraded")), "{fidelity}");
        assert_eq!([&pool(1)["status"], &pool(4)["status"]], [later, "healthy"], "{fidelity}");
        let peak = |n: usize| all[n].1["connection_pool_stats"]["max_connection_usage"].as_f64();
        assert_eq!([peak(2), peak(5)], [Some(100.0), Some(0.0)], "{fidelity}");
        // The size stays, and nobody knows any more when it came to be.
        let stats = |n: usize| &all[n].1["connection_pool_stats"];
        assert_eq!(stats(2)["current_max_open"], stats(5)["current_max_open"], "{fidelity}");
        let never = if fidelity == "shipped" { json!("0001-01-01T00:00:00Z") } else { Json::Null };
        assert_eq!(stats(5)["last_scale_event"], never, "{fidelity}");
    }
}

#[test]
fn a_reset_closes_the_breaker_as_shipped_and_leaves_it_as_it_is_as_documented() {
    let failing = "arrivals=constant&rate=10&requests=100&routes=check:1&errors=1&service=constant&base=0ms&mean=10ms&installed=on";
    let reset = "x=5000000000~0~ask~page~POST~/api/v1/admin/performance/concurrency/reset~{%22token%22:%20%22admin%22}";
    for (fidelity, let_in) in [("documented", 10), ("shipped", 20)] {
        let query = format!("{failing}&fidelity={fidelity}&{reset}");
        assert_eq!(with(&answers(&query), "503"), 100 - let_in, "{query}");
    }
}

#[test]
fn every_size_of_the_pool_is_said_however_long_it_is_used() {
    let told = detail("backend?preset=unit");
    let report = millrace::export::Report::of(&follow("backend?preset=unit"), Vec::new(), 0);
    let report = serde_json::to_value(report).expect("a report");
    let said: Vec<_> = report["detail"]["said"].as_array().expect("a list").iter().collect();
    // One look at 30 s, and then five more each two minutes, in the ten minutes that it takes.
    let sizes =
        (0..5).map(|n| (30 + 120 * n, format!("use is high: the pool may have {} connections open", 37 + 5 * n)));
    let is: Vec<_> = said
        .iter()
        .skip(2)
        .map(|line| {
            (line["at_ns"].as_u64().expect("a time") / SECOND, line["text"].as_str().expect("a text").to_owned())
        })
        .collect();
    assert_eq!(is, sizes.collect::<Vec<_>>());
    assert_eq!(told["sections"]["connection_pool_stats"]["current_max_open"], 57);
}

/// An outage of four minutes that begins after one: errors are in the window of five minutes until they are ten minutes old.
#[test]
fn a_rule_that_fired_in_a_run_is_over_when_what_it_looks_at_is() {
    let query = "arrivals=constant&rate=2&requests=1800&routes=check:1&outage-at=1m&outage-for=4m&outage-answers=at-once&circuit-breaker-threshold=100000";
    let alerts = detail(&format!("backend?{query}"))["alerts"].clone();
    let alerts: Vec<_> =
        alerts.as_array().expect("a list").iter().filter(|alert| alert["rule"] == "5xx rate").collect();
    let [only] = alerts.as_slice() else { panic!("one spell: {alerts:?}") };
    let [from, to] = ["from_ns", "to_ns"].map(|key| only[key].as_u64().expect("a time") / SECOND);
    // Two a second are 30 errors after 15 s: pending at the look after that, and firing two minutes later. The last is at 300 s; at 585 s 30 of the last minutes are left.
    assert!((180..=225).contains(&from) && (570..=615).contains(&to), "{from} {to}");
}

#[test]
fn what_the_tests_of_performance_are_to_show_is_so() {
    let load = answers("preset=load&requests=2000");
    assert_eq!(load, BTreeMap::from([("200".to_owned(), 2_000)]), "seven tenths are served");
    let link = "backend?preset=endurance&requests=2000";
    let told = detail(link);
    assert_eq!((&told["answers"], &told["lost"]), (&json!({ "200": 2_000 }), &json!(0)));
    // From 32 five fewer every two minutes, as a twentieth of them is in use.
    assert_eq!(told["sections"]["connection_pool_stats"]["current_max_open"], 10);
    // Of 600 ms a call each worker does 100 a minute: as long as they are what limits, twice as many serve twice as many calls in a time.
    let calls = |workers: u32| {
        let session = follow(&format!("backend?preset=scalability&worker-pool-size-http={workers}"));
        let calls = session
            .history()
            .ledger
            .find("server", &session.run().trace())
            .map_or(0, |(_, row)| row.levels.present_peak);
        (calls, with(&answers(&format!("preset=scalability&worker-pool-size-http={workers}")), "429"))
    };
    let [(four, over_four), (eight, over_eight), (sixteen, over)] = [4, 8, 16].map(calls);
    assert_eq!((four, eight), (4, 8), "all are at work");
    assert!(
        over_four > over_eight && over_eight > 0 && over == 0 && (12..=16).contains(&sixteen),
        "{over_four} {over_eight} {over} {sixteen}"
    );
}
