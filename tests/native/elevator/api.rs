//! The interface, route by route, with the original's statuses.

use super::{answers, ask, finished, report, scenario, statuses};
use millrace::engine::Action;
use millrace::session::link;
use millrace::trace::EventKind;
use serde_json::Value as Json;

/// Asks the usual two cars, while nobody else wants anything, and gives status and body.
fn asked(query: &str, asks: &[(u64, &str, &str, &str)]) -> Vec<(u16, String)> {
    let mut scenario = scenario(&format!("script=&open-for=60s&{query}"));
    scenario.interventions = asks.iter().map(|(at, method, path, body)| ask(*at, method, path, body)).collect();
    let session = finished(scenario);
    assert_eq!(report(&session).outcome, "drained");
    answers(&session)
}

fn json(body: &str) -> Json {
    serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {body}"))
}

#[test]
fn every_route_answers_bad_input_with_the_status_and_the_code_of_the_original() {
    let add = r#"{"name":"C","min_floor":0,"max_floor":9}"#;
    let table: &[(&str, &str, &str, u16, &str)] = &[
        ("POST", "/v1/floors/request", "{oops", 400, "INVALID_JSON"),
        ("POST", "/v1/floors/request", "", 400, "INVALID_JSON"),
        ("POST", "/v1/floors/request", r#"{"from":"a"}"#, 400, "INVALID_JSON"),
        ("POST", "/v1/floors/request", r#"{"from":3,"to":3}"#, 400, "VALIDATION_ERROR"),
        ("POST", "/v1/floors/request", r#"{"from":0,"to":300}"#, 400, "VALIDATION_ERROR"),
        ("POST", "/v1/floors/request", r#"{"from":-101,"to":3}"#, 400, "VALIDATION_ERROR"),
        // Within what may be named, but no car goes there.
        ("POST", "/v1/floors/request", r#"{"from":0,"to":50}"#, 404, "NOT_FOUND"),
        ("GET", "/v1/floors/request", "", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/v1/elevators", "[]", 400, "INVALID_JSON"),
        ("POST", "/v1/elevators", r#"{"name":"  ","min_floor":0,"max_floor":9}"#, 400, "VALIDATION_ERROR"),
        ("POST", "/v1/elevators", r#"{"name":"C","min_floor":4,"max_floor":4}"#, 400, "VALIDATION_ERROR"),
        ("POST", "/v1/elevators", r#"{"name":"C","min_floor":0,"max_floor":201}"#, 400, "VALIDATION_ERROR"),
        ("POST", "/v1/elevators", r#"{"name":" A ","min_floor":0,"max_floor":9}"#, 409, "CONFLICT"),
        ("PUT", "/v1/elevators", add, 405, "METHOD_NOT_ALLOWED"),
        // To Go's decoder null is an object without members.
        ("DELETE", "/v1/elevators", "null", 400, "VALIDATION_ERROR"),
        ("DELETE", "/v1/elevators", "7", 400, "INVALID_JSON"),
        ("DELETE", "/v1/elevators", "{}", 400, "VALIDATION_ERROR"),
        ("DELETE", "/v1/elevators", r#"{"name":"Z"}"#, 404, "NOT_FOUND"),
        ("GET", "/v1/elevator", "", 404, "NOT_FOUND"),
        ("POST", "/v1/health", "", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/metrics", "", 405, "METHOD_NOT_ALLOWED"),
    ];
    let asks: Vec<_> = table.iter().map(|(method, path, body, ..)| (1_000, *method, *path, *body)).collect();
    // They are worked on side by side, so each is asked in a run of its own.
    for (ask, (method, path, body, status, code)) in asks.iter().zip(table) {
        let (was, says) = asked("", &[*ask]).remove(0);
        assert_eq!(was, *status, "{method} {path} {body}: {says}");
        let envelope = json(&says);
        assert_eq!(envelope["success"], false);
        assert_eq!(envelope["error"]["code"], *code, "{method} {path} {body}");
        for key in ["message", "user_message", "details", "request_id"] {
            assert!(envelope["error"][key].as_str().is_some_and(|s| !s.is_empty()), "{key} of {method} {path} {body}");
        }
        assert_eq!(envelope["meta"]["version"], "v1");
        assert_eq!(envelope["timestamp"], "1970-01-01T00:00:01.000Z");
    }
}

#[test]
fn good_requests_are_answered_as_the_original_does() {
    let all = asked(
        "",
        &[
            (1_000, "POST", "/v1/floors/request", r#"{"from":0,"to":7}"#),
            (2_000, "POST", "/v1/elevators", r#"{"name":" C ","min_floor":-2,"max_floor":9,"overload_threshold":5}"#),
            (3_000, "POST", "/floor", r#"{"from":9,"to":0}"#),
            (4_000, "POST", "/elevator", r#"{"name":"D","min_floor":0,"max_floor":9}"#),
            (30_000, "DELETE", "/v1/elevators", r#"{"name":"C"}"#),
        ],
    );
    let [trip, added, old_trip, old_added, deleted] = &all[..] else { panic!("five answers") };
    let data = &json(&trip.1)["data"];
    assert_eq!(trip.0, 200);
    assert_eq!((&data["elevator_name"], &data["from_floor"], &data["to_floor"]), (&"A".into(), &0.into(), &7.into()));
    assert_eq!(
        (&data["direction"], &data["message"]),
        (&"up".into(), &"elevator A received request: from 0 to 7".into())
    );
    let data = &json(&added.1)["data"];
    assert_eq!(
        (added.0, &data["name"], &data["min_floor"], &data["max_floor"]),
        (201, &"C".into(), &(-2).into(), &9.into())
    );
    assert_eq!(*old_trip, (200, "elevator B received request: from 9 to 0".to_owned()));
    assert_eq!(*old_added, (200, "elevator D has been created successfully".to_owned()));
    assert_eq!((deleted.0, &json(&deleted.1)["data"]["name"]), (200, &"C".into()));
}

#[test]
fn with_one_car_or_none_the_statuses_are_others() {
    let ask = |query: &str, body: &str| asked(query, &[(1_000, "POST", "/v1/floors/request", body)]).remove(0);
    let (status, body) = ask("cars=", r#"{"from":0,"to":7}"#);
    assert_eq!((status, &json(&body)["error"]["message"]), (500, &"no elevators created yet".into()));
    assert_eq!(ask("cars=A:0..9", r#"{"from":0,"to":50}"#).0, 400, "a single car says what is wrong");
    assert_eq!(ask("cars=A:9..0", r#"{"from":3,"to":5}"#).0, 400, "a car with its range upside down serves nobody");
}

#[test]
fn old_routes_say_their_errors_in_plain_text() {
    let of = |path: &str, body: &str| asked("", &[(1_000, "POST", path, body)]).remove(0);
    assert_eq!(
        of("/elevator", r#"{"name":"","min_floor":0,"max_floor":9}"#),
        (400, "elevator name cannot be empty".into())
    );
    assert_eq!(of("/elevator", r#"{"name":"A","min_floor":0,"max_floor":9}"#).0, 409);
    assert_eq!(of("/elevator", r#"{"name":" A ","min_floor":0,"max_floor":9}"#).0, 200, "the old route does not trim");
    assert_eq!(
        of("/floor", r#"{"from":2,"to":2}"#),
        (400, "requested floor must be different from current floor".into())
    );
    assert_eq!(of("/floor", "{").0, 400);
}

#[test]
fn a_car_that_is_deleted_brings_its_people_to_their_floors_first() {
    let all = asked(
        "cars=A:0..9,B:0..9",
        &[
            (0, "POST", "/v1/floors/request", r#"{"from":0,"to":4}"#),
            (1_000, "DELETE", "/v1/elevators", r#"{"name":"A"}"#),
            (2_000, "DELETE", "/v1/elevators", r#"{"name":"A"}"#),
            (2_000, "POST", "/v1/floors/request", r#"{"from":0,"to":4}"#),
            (30_000, "DELETE", "/v1/elevators", r#"{"name":"A"}"#),
        ],
    );
    let statuses: Vec<u16> = all.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [200, 200, 400, 200, 404], "already being deleted; another car takes the same trip; gone");
    assert_eq!(json(&all[3].1)["data"]["elevator_name"], "B");
    // Idle at 6.5 s, and looked at every 100 ms from 1 s on.
    assert_eq!(json(&all[1].1)["meta"]["duration"], "5500ms");
}

#[test]
fn a_car_that_is_not_empty_in_time_is_removed_all_the_same_and_documented_its_people_go_on() {
    let asks: &[(u64, &str, &str, &str)] = &[
        (0, "POST", "/v1/floors/request", r#"{"from":0,"to":9}"#),
        (3_000, "DELETE", "/v1/elevators", r#"{"name":"A"}"#),
    ];
    let (status, body) = asked("create-timeout=1s", asks).remove(1);
    assert_eq!(status, 500);
    assert_eq!(json(&body)["error"]["message"], "elevator deleted but some pending requests may have been dropped");
    let mut scenario = scenario("script=&create-timeout=1s&open-for=60s");
    scenario.interventions = asks.iter().map(|(at, method, path, body)| ask(*at, method, path, body)).collect();
    let documented = report(&finished(scenario.clone()));
    assert_eq!((documented.requests.completed, documented.requests.cancelled), (1, 0), "car B brought them on");
    scenario.fidelity = millrace::spec::Fidelity::Shipped;
    let shipped = report(&finished(scenario));
    assert_eq!((shipped.requests.completed, shipped.requests.cancelled), (0, 1));
}

#[test]
fn a_client_may_ask_a_hundred_times_a_minute() {
    let asks: Vec<_> = (0..130).map(|n| (n * 100, "GET", "/v1/health/live", "")).collect();
    let statuses: Vec<u16> = asked("", &asks).into_iter().map(|(status, _)| status).collect();
    assert_eq!(statuses[..100], [200; 100]);
    assert_eq!(statuses[100..], [429; 30]);
}

#[test]
fn shipped_a_name_can_be_taken_twice_between_the_look_and_the_writing() {
    let add = (1_000, "POST", "/v1/elevators", r#"{"name":"C","min_floor":0,"max_floor":9}"#);
    let statuses = |query: &str| asked(query, &[add, add]).into_iter().map(|(status, _)| status).collect::<Vec<_>>();
    assert_eq!(statuses(""), [201, 409]);
    assert_eq!(statuses("fidelity=shipped"), [201, 201]);
}

#[test]
fn health_and_metrics_have_the_fields_of_the_original() {
    let all = asked(
        "cars=A:0..9",
        &[
            (0, "GET", "/v1/health/detailed", ""),
            (0, "GET", "/v1/metrics", ""),
            (0, "GET", "/v1/health", ""),
            (0, "GET", "/v1/health/ready", ""),
            (0, "GET", "/v1", ""),
        ],
    );
    assert!(all.iter().all(|(status, _)| *status == 200));
    let health = json(&all[0].1);
    for key in
        ["total_elevators", "elevators_count", "healthy_elevators", "active_requests", "system_healthy", "timestamp"]
    {
        assert!(!health[key].is_null(), "{key}");
    }
    let car = &health["elevators"]["A"];
    assert_eq!(car["circuit_breaker_state"], "closed");
    for key in [
        "name",
        "current_floor",
        "direction",
        "pending_requests",
        "circuit_breaker_failures",
        "circuit_breaker_successes",
        "is_healthy",
        "is_deleting",
        "min_floor",
        "max_floor",
    ] {
        assert!(!car[key].is_null(), "{key}");
    }
    let metrics = &json(&all[1].1)["data"]["metrics"];
    assert_eq!(metrics["performance_score"], 0.6, "an idle healthy fleet");
    assert_eq!(metrics["system_efficiency"], 0.0);
    assert_eq!(json(&all[2].1)["data"]["status"], "healthy");
    assert!(
        json(&all[4].1)["data"]["endpoints"].as_array().is_some_and(|e| e.contains(&"POST /v1/floors/request".into()))
    );
}

#[test]
fn metrics_in_the_format_of_prometheus_count_what_was_asked() {
    let trip = (1_000, "POST", "/v1/floors/request", r#"{"from":4,"to":7}"#);
    let all = asked("cars=A:0..9", &[trip, (50_000, "GET", "/metrics", "")]);
    let text = &all[1].1;
    for line in [
        r#"elevator_requests_total{elevator="A",direction="up",status="success"} 1"#,
        // Four floors at two seconds are eight: above 5, within 10.
        r#"elevator_wait_time_seconds_sum{elevator="A"} 8.0"#,
        r#"elevator_wait_time_seconds_bucket{le="5.0",elevator="A"} 0"#,
        r#"elevator_wait_time_seconds_bucket{le="10.0",elevator="A"} 1"#,
        r#"elevator_wait_time_seconds_bucket{le="+Inf",elevator="A"} 1"#,
        r#"elevator_travel_time_seconds_sum{elevator="A",floors_traveled="3"} 6.0"#,
        r#"elevator_current_floor{elevator="A"} 7.0"#,
        r#"elevator_circuit_breaker_state{elevator="A"} 0.0"#,
        r#"elevator_circuit_breaker_failures_total{elevator="A"} 0"#,
        r#"elevator_http_requests_total{method="POST",endpoint="/v1/floors/request",status_code="200"} 1"#,
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("# EOF"), "that is for OpenMetrics");
}

#[test]
fn the_status_stream_sends_at_once_and_every_second_until_it_is_hung_up() {
    let mut scenario = scenario("script=0->9@0s&open-for=20s&cars=A:0..9");
    let hang = millrace::engine::Intervention {
        at: millrace::trace::SimTime(6_500_000_000),
        ordinal: millrace::engine::Ordinal::ByTime,
        action: Action::Hang { exchange: 0 },
    };
    scenario.interventions = vec![ask(0, "GET", "/ws/status", ""), hang];
    let session = finished(scenario);
    let trace = session.run().trace();
    let frames: Vec<(u64, Json)> = trace
        .iter()
        .filter_map(|e| match e.kind {
            EventKind::Replied { exchange: 0, body, .. } => Some((e.at.0 / 1_000_000, json(trace.name(body)))),
            _ => None,
        })
        .collect();
    assert_eq!(frames.iter().map(|f| f.0).collect::<Vec<_>>(), [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000]);
    let floors: Vec<i64> = frames.iter().map(|f| f.1["A"]["current_floor"].as_i64().expect("a floor")).collect();
    // The golden trace says floor 1 at 2.5 s and one more each half second. The beat of a full second was set before the car's
    // step of that instant, so it comes before it.
    assert_eq!(floors, [0, 0, 0, 1, 3, 5, 7]);
    for key in ["name", "direction", "requests", "min_floor", "max_floor", "is_deleting"] {
        assert!(!frames[0].1["A"][key].is_null(), "{key}");
    }
}

#[test]
fn what_was_asked_is_in_the_link_raw_body_and_all() {
    let mut scenario = scenario("cars=A:0..9");
    scenario.interventions = vec![ask(1_000, "POST", "/v1/floors/request", "{\"from\": 1,\n \"to\": ~;%7E}")];
    let again = link::decode(&link::encode(&scenario)).expect("a link").scenario;
    assert_eq!(again.interventions, scenario.interventions);
    let (first, second) = (finished(scenario), finished(again));
    assert_eq!(first.far_hash(), second.far_hash());
    assert_eq!(answers(&second)[0].0, 400);
    assert!(statuses(&report(&second)).iter().all(|s| *s == 200), "nobody else is the worse for it");
}

/// On the page's first click, in a building without a ground floor, the example used to be answered with 404.
#[test]
fn the_example_of_every_route_fits_the_cars_there_are() {
    for query in ["", "preset=lunch&passengers=20", "cars=A:-4..5,B \"two\":0..3", "preset=up-peak&passengers=20"] {
        let scenario = scenario(query);
        let console = scenario.pattern.console.expect("an interface");
        for route in console.routes.iter().filter(|route| !route.body.is_empty()) {
            let body = (console.fit)(&scenario.values(), route.body);
            let answers = asked(query, &[(1_000, route.method, route.path, &body)]);
            let (status, says) = &answers[0];
            assert!((200..300).contains(status), "{query}: {} {} {body}: {status} {says}", route.method, route.path);
        }
    }
}
