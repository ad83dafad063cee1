//! The platform for those outside, and for those who watch it: its routes, what they are limited by, what is counted of them, and the alerts over
//! that.

use crate::coordination::detail;
use crate::program::{answered, follow, follow_asked};
use millrace::spec::CheckKind;
use serde_json::{Value as Json, json};

const START: &str = "/api/v1/interviews/start";

/// What is answered to each of these requests, at so many milliseconds, while hardly anything else goes on.
fn asked(query: &str, asks: &[(u64, &str, &str, &str)]) -> Vec<(u16, String)> {
    let link = format!("platform?sessions=1&frame-every=60s&workers=2&arrivals=poisson&rate=0.001&run-for=60s{query}");
    let answers = answered(&follow_asked(&link, asks));
    answers.into_iter().map(|(.., status, body)| (status, body)).collect()
}

fn json(body: &str) -> Json {
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {body}"))
}

#[test]
fn an_interview_is_begun_answered_and_completed_and_then_there_is_none() {
    let answer = "/api/v1/interviews/1/answers";
    let told = asked(
        "&errors=0",
        &[
            (1_000, "POST", START, r#"{"user": 7}"#),
            (2_000, "POST", answer, r#"{"user": 7, "text": "Forty-two"}"#),
            (3_000, "GET", "/api/v1/interviews/1/status", ""),
            (4_000, "POST", "/api/v1/interviews/1/complete", ""),
            (5_000, "GET", "/api/v1/interviews/1/status", ""),
            (6_000, "GET", START, ""),
            (7_000, "GET", "/api/v2", ""),
        ],
    );
    let bodies: Vec<_> = told.iter().map(|(status, body)| (*status, json(body))).collect();
    let question = |answered: u32| json!({ "progress": f64::from(answered) / 5.0, "current_question": answered + 1, "total_questions": 5 });
    assert_eq!(
        bodies,
        [
            (201, json!({ "id": 1, "total_questions": 5 })),
            (200, question(1)),
            (200, question(1)),
            (200, json!({ "id": 1, "answered": 1, "status": "completed" })),
            (404, json!({ "error": "there is no such interview" })),
            (405, json!({ "error": format!("{START} takes POST") })),
            (404, json!({ "error": "there is no /api/v2" })),
        ]
    );
}

/// What is counted is what was told: a 404 for an interview that there is not, though it was looked for.
#[test]
fn the_counts_have_the_status_that_was_told() {
    let asks = [
        (1_000, "GET", "/api/v1/interviews/5/status", ""),
        (2_000, "POST", START, r#"{"user": "seven"}"#),
        (3_000, "POST", START, r#"{"user": -1}"#),
        (4_000, "POST", START, r#"{"user": null}"#),
        (5_000, "GET", "/metrics", ""),
    ];
    let told = asked("&errors=0", &asks);
    let statuses: Vec<_> = told.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [404, 400, 400, 201, 200]);
    let text = &told[4].1;
    let said = |route: &str, status: u16| {
        let end = format!("endpoint=\"/api/v1/interviews/{route}\",status=\"{status}\"}} 1");
        text.lines().any(|line| line.starts_with("http_request_duration_seconds_count") && line.ends_with(&end))
    };
    assert!(said("{id}/status", 404) && said("start", 201), "{text}");
    assert!(!text.contains("/api/v1/interviews/{id}/status\",status=\"200\""), "{text}");
}

/// A user has twenty at once, and then a hundred a minute.
#[test]
fn who_asks_more_often_than_it_may_is_told_so() {
    let asks: Vec<_> = (0..22).map(|n| (1_000 + n, "POST", START, r#"{"user": 7}"#)).collect();
    let told = asked("&errors=0", &asks);
    let refused: Vec<_> = told.iter().filter(|(status, _)| *status != 201).collect();
    assert_eq!(refused, [&(429, r#"{"error":"rate limit exceeded"}"#.to_owned()); 2]);
}

#[test]
fn the_counts_tell_of_every_route_under_its_pattern_of_sockets_and_of_frames_that_wait() {
    let asks = [
        (1_000, "POST", START, ""),
        (2_000, "POST", "/api/v1/interviews/1/answers", ""),
        (3_000, "GET", "/nowhere", ""),
        (4_000, "GET", "/metrics", ""),
    ];
    let text = asked("&errors=0", &asks).pop().expect("an answer").1;
    for line in [
        r#"http_request_duration_seconds_count{method="POST",endpoint="/api/v1/interviews/start",status="201"} 1"#,
        r#"http_request_duration_seconds_count{method="POST",endpoint="/api/v1/interviews/{id}/answers",status="200"} 1"#,
        r#"http_request_duration_seconds_count{method="GET",endpoint="",status="404"} 1"#,
        "websocket_active_connections 1.0",
        "queue_depth 0.0",
    ] {
        assert!(text.lines().any(|said| said == line), "no {line} in\n{text}");
    }
    let shipped = asked("&errors=0&fidelity=shipped", &asks).pop().expect("an answer").1;
    assert!(shipped.contains("websocket_active_connections 0.0"), "{shipped}");
    // Frames of 20 sessions every 20 ms for one worker: the channel is full, and that is no more than a thousand.
    let busy = "&sessions=20&frame-every=20ms&frame-limit=1000&burst=1000&workers=1&run-for=5s";
    let text = asked(busy, &[(4_000, "GET", "/metrics", "")]).pop().expect("an answer").1;
    assert!(text.contains("queue_depth 1000.0"), "{text}");
}

/// The service hangs from 60 s to 660 s. Of five frames a second one is taken at first: the thousand and first waits from some 261 s on, which is seen at
/// 270 s, and ten minutes later somebody is called.
#[test]
fn each_alert_of_the_platform_fires_and_is_over_and_as_shipped_nobody_hears_of_the_queue() {
    let checks = ["errors for five", "too long for five", "thousand frames waited for", "count of them said none"];
    for seed in 0..5 {
        for (fidelity, wanted) in [("documented", [true, true, true, false]), ("shipped", [true, true, false, true])] {
            let link = format!("platform?preset=alerts&fidelity={fidelity}&seed=s{seed}");
            let session = follow(&link);
            let states = session.history().checks.states();
            for state in states.iter().filter(|state| state.check.kind == CheckKind::Always) {
                assert_eq!(state.first_seen(), None, "{link}: {}", state.check.name());
            }
            let seen = checks.map(|name| {
                let state = states.iter().find(|state| state.check.name().contains(name)).expect("the check");
                state.first_seen().is_some()
            });
            assert_eq!(seen, wanted, "{link}");
        }
    }
    let alerts = detail("platform?preset=alerts")["alerts"].clone();
    let alerts = alerts.as_array().expect("a list");
    let rules: Vec<_> = alerts.iter().map(|alert| alert["rule"].as_str().expect("a name")).collect();
    assert_eq!(rules, ["5xx rate", "p95 latency", "queue depth"]);
    for alert in alerts {
        let at = |key: &str| alert[key].as_u64().expect("an instant") / 1_000_000_000;
        assert!(at("from_ns") % 15 == 0 && at("to_ns") % 15 == 0 && at("from_ns") < at("to_ns"), "{alert}");
    }
    assert_eq!(alerts[2]["from_ns"], json!(870_000_000_000_u64), "{alerts:?}");
}
