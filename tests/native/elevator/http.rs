//! What the interface keeps of its original beside the statuses: envelopes, rules of health, counts, streams, scopes.

use super::{answers, ask, finished, scenario};
use millrace::engine::{Action, Intervention, Ordinal};
use millrace::session::Scenario;
use millrace::spec::headers::{self, Answered};
use millrace::trace::{EventKind, SimTime};
use serde_json::Value as Json;

const DELETE_A: &str = r#"{"name":"A"}"#;

fn json(body: &str) -> Json {
    serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {body}"))
}

/// Status and body of what is asked of a bank that stays open for a minute, or as long as it says.
fn asked(query: &str, asks: &[(u64, &str, &str, &str)]) -> Vec<(u16, String)> {
    let open = if query.contains("open-for") { "" } else { "open-for=60s&" };
    let script = if query.contains("script=") { "" } else { "script=&" };
    let mut scenario = scenario(&format!("{script}{open}{query}"));
    // What the query did to the run stays.
    scenario.interventions.extend(asks.iter().map(|(at, method, path, body)| ask(*at, method, path, body)));
    scenario.interventions.sort_by_key(|i| (i.at, i.ordinal));
    answers(&finished(scenario))
}

fn sample(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

/// They answered bare JSON.
#[test]
fn what_there_is_health_and_metrics_come_in_an_envelope() {
    for (path, member) in [("/v1", "endpoints"), ("/v1/health", "checks"), ("/v1/metrics", "metrics")] {
        let (status, body) = asked("", &[(1_000, "GET", path, "")]).remove(0);
        let body = json(&body);
        assert_eq!((status, &body["success"], &body["meta"]["version"]), (200, &true.into(), &"v1".into()), "{path}");
        assert!(!body["data"][member].is_null() && body["error"].is_null(), "{path}: {body}");
        assert_eq!(body["timestamp"], "1970-01-01T00:00:01.000Z");
    }
}

/// Three cars of which two are being deleted: health was 503 with one car at work.
#[test]
fn health_is_well_while_one_car_is_and_only_the_cars_own_entry_says_that_less_than_half_are() {
    let delete = |name| (1_000, "DELETE", "/v1/elevators", name);
    let trips = "cars=A:0..9,B:0..9,C:0..9&script=0->9@0s;0->8@0s;0->7@0s";
    let all = asked(
        trips,
        &[
            delete(r#"{"name":"B"}"#),
            delete(r#"{"name":"C"}"#),
            (1_100, "GET", "/v1/health", ""),
            (1_100, "GET", "/v1/health/ready", ""),
            (1_100, "GET", "/v1/health/detailed", ""),
        ],
    );
    let [.., health, ready, detailed] = &all[..] else { panic!("five answers") };
    let data = &json(&health.1)["data"];
    assert_eq!((health.0, &data["status"]), (200, &"healthy".into()), "{data}");
    assert_eq!(data["checks"]["elevators"]["status"], "unhealthy", "{data}");
    assert_eq!(ready.0, 200);
    let detailed = (detailed.0, json(&detailed.1));
    assert_eq!((detailed.0, &detailed.1["status"]), (200, &"healthy".into()), "{detailed:?}");
    assert_eq!(detailed.1["checks"]["elevators"]["status"], "unhealthy");
    assert_eq!(detailed.1["summary"]["unhealthy_checks"], 1);
}

#[test]
fn without_a_car_that_works_health_says_so_in_its_envelope() {
    let trip = "cars=A:0..9&script=0->9@0s";
    let all = asked(trip, &[(1_000, "DELETE", "/v1/elevators", DELETE_A), (1_100, "GET", "/v1/health", "")]);
    let body = json(&all[1].1);
    assert_eq!((all[1].0, &body["success"], &body["data"]["status"]), (503, &false.into(), &"unhealthy".into()));
}

/// Memory is the host's affair: where there is none, nothing is made up. Tasks there are, and a thousand people are too many.
#[test]
fn in_virtual_time_health_knows_the_tasks_of_the_run_and_no_memory() {
    let all = asked("", &[(0, "GET", "/v1/health", "")]);
    let resources = &json(&all[0].1)["data"]["checks"]["system_resources"];
    assert_eq!(resources["status"], "healthy");
    assert!(resources["details"]["tasks"].as_u64().is_some_and(|tasks| tasks > 0), "{resources}");
    assert!(resources["details"]["memory_usage_percent"].is_null(), "{resources}");
    let crowd = "0->9@0s;".repeat(1_000);
    let crowd = format!("cars=A:0..9&script={}&until=2s", crowd.trim_end_matches(';'));
    let all = asked(&crowd, &[(1_000, "GET", "/v1/health", "")]);
    assert_eq!((all[0].0, &json(&all[0].1)["data"]["status"]), (200, &"degraded".into()));
}

/// 300 paths that there are not added 300 values of a label, and whoever likes can ask for more.
#[test]
fn what_there_is_not_is_counted_under_one_label() {
    let paths: Vec<String> = (0..30).map(|n| format!("/junk/{n}")).collect();
    let mut asks: Vec<_> = paths.iter().map(|path| (1_000, "GET", path.as_str(), "")).collect();
    asks.extend([(1_000, "BREW", "/v1", ""), (1_000, "WHISK", "/v1", ""), (2_000, "GET", "/metrics", "")]);
    let (_, text) = asked("", &asks).pop().expect("metrics");
    let label = |method, endpoint, status| {
        let labels = format!(r#"{{method="{method}",endpoint="{endpoint}",status_code="{status}"}}"#);
        sample(&text, &format!("elevator_http_requests_total{labels}"))
    };
    assert_eq!(label("GET", "/other", 404), Some(30.0), "{text}");
    assert_eq!(label("OTHER", "/v1", 405), Some(2.0), "{text}");
    assert!(!text.contains("junk") && !text.contains("BREW"), "{text}");
}

/// Only refused requests for a floor were counted.
#[test]
fn every_error_is_counted() {
    let asks = [
        (1_000, "GET", "/nothing", ""),
        (1_000, "PUT", "/v1", ""),
        (1_000, "POST", "/v1/elevators", "{"),
        (1_000, "POST", "/v1/floors/request", r#"{"from":3,"to":3}"#),
        (2_000, "GET", "/metrics", ""),
    ];
    let (_, text) = asked("", &asks).pop().expect("metrics");
    let errors = |kind: &str, component: &str| {
        sample(&text, &format!(r#"elevator_errors_total{{error_type="{kind}",component="{component}"}}"#))
    };
    assert_eq!(errors("client_error", "http_handler"), Some(4.0), "{text}");
    assert_eq!(errors("validation", "manager"), Some(1.0), "{text}");
    let (_, text) =
        asked("cars=", &[(0, "POST", "/floor", r#"{"from":3,"to":4}"#), (1, "GET", "/metrics", "")]).remove(1);
    assert_eq!(
        sample(&text, r#"elevator_errors_total{error_type="server_error",component="http_handler"}"#),
        Some(1.0)
    );
}

/// 0 and 4294967295 were taken.
#[test]
fn an_overload_threshold_is_between_1_and_100() {
    for (threshold, status) in [("1", 201), ("100", 201), ("0", 400), ("101", 400), ("-1", 400), ("4294967295", 400)] {
        let body = format!(r#"{{"name":"C","min_floor":0,"max_floor":9,"overload_threshold":{threshold}}}"#);
        let (was, says) = asked("", &[(0, "POST", "/v1/elevators", &body)]).remove(0);
        assert_eq!(was, status, "{threshold}: {says}");
        if status == 400 {
            assert_eq!(json(&says)["error"]["code"], "VALIDATION_ERROR", "{says}");
        }
    }
}

/// A motor that fails each time, and a breaker that opens at the second failure.
const FAILING: &str =
    "cars=A:0..9&script=0->9@0s&floor-time=1s&breaker-failures=2&breaker-reset=30s&x=0~0~fault~failing-motor~100";

/// The counter stood at 0 while the breaker was open with five failures, and what a breaker says was never written anywhere.
#[test]
fn failures_and_rejections_of_the_breaker_are_counted_and_said() {
    let asks = [(20_000, "GET", "/metrics", ""), (20_000, "GET", "/v1/health/detailed", "")];
    let all = asked(&format!("{FAILING}&until=25s"), &asks);
    let text = &all[0].1;
    assert_eq!(sample(text, r#"elevator_circuit_breaker_failures_total{elevator="A"}"#), Some(2.0), "{text}");
    let rejected = r#"elevator_errors_total{error_type="circuit_breaker_open",component="elevator"}"#;
    assert!(sample(text, rejected).is_some_and(|n| n >= 1.0), "{text}");
    let car = &json(&all[1].1)["elevators"]["A"];
    assert_eq!(car["circuit_breaker_error"], "circuit breaker is open - request rejected", "{car}");

    let session = finished(scenario(&format!("{FAILING}&until=25s&open-for=60s")));
    let trace = session.run().trace();
    let noted = trace.iter().any(|event| match event.kind {
        EventKind::Noted { text, .. } => trace.name(text) == "A: circuit breaker is open - request rejected",
        _ => false,
    });
    assert!(noted, "the log says so");
}

/// Why there is no car is a matter of the breaker, and whoever asked is told in its words.
#[test]
fn a_refusal_says_what_the_breaker_says_of_a_car_that_goes_there() {
    let ask = [(20_000, "POST", "/v1/floors/request", r#"{"from":0,"to":9}"#)];
    // As shipped a request is refused when all cars have passed the floor; these are kept where they are by their breakers.
    let query = "fidelity=shipped&breaker-counts=all&breaker-failures=1&breaker-reset=1h&cars=A:0..9,B:0..9&script=1->9@0s;1->8@100ms\
                 &until=25s&x=5000000000~0~fault~failing-motor~100";
    let (status, body) = asked(query, &ask).remove(0);
    assert_eq!(status, 404, "{body}");
    let details = json(&body)["error"]["details"].to_string();
    assert!(details.contains("elevator A: circuit breaker is open - request rejected"), "{body}");
}

#[test]
fn as_shipped_the_failures_stay_at_0_and_the_metric_says_why() {
    let asks = [(20_000, "GET", "/metrics", "")];
    let all = asked(&format!("{FAILING}&until=25s&fidelity=shipped&breaker-counts=all"), &asks);
    let text = &all[0].1;
    assert_eq!(sample(text, r#"elevator_circuit_breaker_failures_total{elevator="A"}"#), Some(0.0), "{text}");
    assert!(text.contains("# HELP elevator_circuit_breaker_failures_total 0 for ever: "), "{text}");
}

/// Two cars of one name had two series of one name, which no parser takes.
#[test]
fn as_shipped_two_cars_of_one_name_have_one_series() {
    let add = (1_000, "POST", "/v1/elevators", r#"{"name":"C","min_floor":0,"max_floor":9}"#);
    let all = asked("fidelity=shipped", &[add, add, (2_000, "GET", "/metrics", "")]);
    assert_eq!((all[0].0, all[1].0), (201, 201));
    let series = all[2].1.lines().filter(|line| line.starts_with(r#"elevator_current_floor{elevator="C"}"#));
    assert_eq!(series.count(), 1);
}

/// The frames of the first exchange: milliseconds and status.
fn frames(query: &str, path: &str) -> Vec<(u64, u16)> {
    let mut scenario = scenario(query);
    scenario.interventions = vec![ask(0, "GET", path, "")];
    let session = finished(scenario);
    let trace = session.run().trace();
    let frames = trace.iter().filter_map(|e| match e.kind {
        EventKind::Replied { exchange: 0, status, .. } => Some((e.at.0 / 1_000_000, status)),
        _ => None,
    });
    frames.collect()
}

#[test]
fn the_second_stream_sends_ten_times_a_second() {
    let frames = frames("script=&open-for=1050ms", "/ws/status/fast");
    assert_eq!(frames, (0..=10).map(|n| (n * 100, 200)).collect::<Vec<_>>());
}

#[test]
fn documented_a_stream_lives_for_ten_minutes_and_as_shipped_as_long_as_the_bank() {
    let documented = frames("script=&open-for=700s", "/ws/status");
    assert_eq!(documented.last(), Some(&(600_000, 408)));
    assert!(documented.iter().rev().skip(1).all(|(_, status)| *status == 200));
    let shipped = frames("script=&open-for=700s&fidelity=shipped", "/ws/status");
    assert!(shipped.iter().all(|(_, status)| *status == 200) && shipped.last().is_some_and(|(at, _)| *at >= 699_000));
}

/// The original waits in the scope of the request: when that ends the car is removed as it is. It used to change nothing.
#[test]
fn who_hangs_up_in_the_middle_of_a_deletion_ends_its_patience() {
    let scenario = |hang: bool| {
        let mut scenario: Scenario = scenario("cars=A:0..9,B:0..9&script=0->9@0s&open-for=60s");
        scenario.interventions = vec![ask(3_000, "DELETE", "/v1/elevators", DELETE_A)];
        if hang {
            let action = Action::Hang { exchange: 1 };
            scenario.interventions.push(Intervention { at: SimTime(4_000_000_000), ordinal: Ordinal::ByTime, action });
        }
        scenario
    };
    let ends = |hang| {
        let session = finished(scenario(hang));
        let trace = session.run().trace();
        let at = trace.iter().find_map(|e| match e.kind {
            EventKind::Replied { exchange: 1, status, .. } => Some((e.at.0 / 1_000_000, status)),
            _ => None,
        });
        (at.expect("an end"), super::report(&session).requests)
    };
    let ((waited, status), all) = ends(false);
    assert_eq!((status, all.completed), (200, 1));
    assert!(waited > 8_000, "the car brings its passenger first: {waited}");
    let ((at, status), all) = ends(true);
    // It looks every 100 ms whether the car is empty.
    assert_eq!(status, 500);
    assert!((4_000..=4_100).contains(&at), "{at}");
    assert_eq!((all.completed, all.cancelled), (1, 0), "documented, the passenger goes on with the other car");
}

#[test]
fn a_method_that_a_path_does_not_take_is_answered_with_those_it_does() {
    let console = scenario("").pattern.console.expect("an interface");
    let of = |method, path, status, body| {
        let answered = Answered { method, path, id: "req-7", accept: None, status, body };
        let headers = headers::of(console, &answered);
        move |name: &str| headers.iter().find(|header| header.name == name).map(|header| header.value.clone())
    };
    assert_eq!(of("PUT", "/v1/elevators?a=1", 405, "{}")("Allow").as_deref(), Some("POST, DELETE"));
    assert_eq!(of("GET", "/v1", 200, "{}")("Allow"), None);
    assert_eq!(of("GET", "/v1", 200, "{}")("Content-Type").as_deref(), Some("application/json"));
    assert_eq!(
        of("GET", "/metrics", 200, "a 1\n")("Content-Type").as_deref(),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    assert_eq!(of("GET", "/metrics", 429, "{}")("Content-Type").as_deref(), Some("application/json"));
    assert_eq!(of("GET", "/v1", 200, "{}")("X-Request-ID").as_deref(), Some("req-7"));
    assert_eq!(of("GET", "/ws/status", 101, "{}")("Upgrade").as_deref(), Some("websocket"));
}
