//! The bank over real HTTP and WebSocket: the very handlers of the page, in real time.

use super::scenario;
use futures_util::StreamExt;
use millrace::native::endpoint::{EndpointCall, Front, System};
use reqwest::Client;
use serde_json::{Value as Json, json};
use std::time::Duration;
use tokio_tungstenite::connect_async;

/// How long an answer may take before the test is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A floor in 20 ms: what takes a building a minute takes this one three seconds.
const QUICK: &str = "cars=A:0..9,B:0..9&script=&open-for=1h&floor-time=20ms&door-time=20ms";

#[tokio::test]
async fn a_listener_to_the_status_stream_sees_the_cars_move_while_requests_arrive() {
    let call = EndpointCall::read(["--port", "0"]).expect("options of the endpoint");
    let quick = scenario(QUICK);
    let console = quick.pattern.console.expect("an interface");
    let system = System::start(move || quick.live()).expect("a thread");
    let front = Front::bind(&call, console, system).await.expect("a free port");
    let address = front.address();
    tokio::spawn(front.until(std::future::pending()));

    let (mut socket, _) = connect_async(format!("ws://{address}/ws/status")).await.expect("a stream");
    let mut status = async || -> Json {
        let next = tokio::time::timeout(PATIENCE, socket.next()).await.expect("something is said");
        let message = next.expect("the stream goes on").expect("no error");
        serde_json::from_str(message.to_text().expect("text")).expect("JSON")
    };
    let at = |status: &Json, car: &str| status[car]["current_floor"].as_i64().expect("a floor");

    // The first message comes at once: both cars, at their lowest floors.
    let first = status().await;
    assert_eq!((at(&first, "A"), at(&first, "B")), (0, 0), "{first}");

    let client = Client::builder().no_proxy().build().expect("a client");
    for (from, to) in [(0, 9), (0, 5), (2, 7)] {
        let request = client.post(format!("http://{address}/v1/floors/request"));
        let answer = request.body(json!({"from": from, "to": to}).to_string()).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let answer: Json = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
        assert_eq!(answer["data"]["from_floor"], from, "{answer}");
    }
    let refused = client.post(format!("http://{address}/v1/floors/request")).body(r#"{"from": 3, "to": 3}"#).send();
    assert_eq!(refused.await.expect("an answer").status(), 400);

    // Everybody is where they wanted to go when nothing is pending: one car ends at the ninth floor, as no other goes there.
    let last = loop {
        let status = status().await;
        if ["A", "B"].iter().all(|car| status[*car]["requests"] == 0) {
            break status;
        }
    };
    let mut floors = [at(&last, "A"), at(&last, "B")];
    floors.sort_unstable();
    assert_eq!(floors[1], 9, "{last}");
}
