//! The real endpoint, called over a socket as any client would.

use millrace::native::Failure;
use millrace::native::endpoint::{EndpointCall, bind, router};
use millrace::trace::Span;
use std::future::Future;
use ureq::http::Response;
use ureq::{Agent, Body};

/// Calls `body` with the address of an endpoint that serves as long as that takes.
fn serving<F: Future<Output = ()>>(call: EndpointCall, body: impl FnOnce(String) -> F) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (listener, address) = bind(&call).await.expect("a free port");
        let server = tokio::spawn(async move { axum::serve(listener, router(&call)).await });
        body(format!("http://{address}")).await;
        server.abort();
    });
}

async fn get(url: String) -> Response<Body> {
    let call = move || {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        agent.get(&url).header("Origin", "http://page.example").call()
    };
    tokio::task::spawn_blocking(call).await.expect("the call ends").expect("an answer")
}

async fn text(mut response: Response<Body>) -> String {
    tokio::task::spawn_blocking(move || response.body_mut().read_to_string()).await.expect("it is read").expect("text")
}

fn shipped() -> EndpointCall {
    EndpointCall { model: "shipped".to_owned(), ..EndpointCall::default() }
}

#[test]
fn data_is_answered_as_the_original_does() {
    let all_errors =
        EndpointCall { model: "general".to_owned(), mean: Span::ZERO, errors: 1.0, ..EndpointCall::default() };
    serving(EndpointCall { errors: 0.0, ..all_errors.clone() }, async |base| {
        let response = get(format!("{base}/data")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(text(response).await, r#"{"message":"Hello, World!"}"#);
    });
    serving(all_errors, async |base| {
        let response = get(format!("{base}/data")).await;
        assert_eq!(response.status(), 500);
        assert_eq!(text(response).await, r#"{"error":"Simulated server error"}"#);
    });
}

#[test]
fn any_page_may_read_the_answers_unless_it_was_told_otherwise() {
    serving(shipped(), async |base| {
        let response = get(format!("{base}/data")).await;
        assert_eq!(response.headers().get("access-control-allow-origin").map(|v| v.as_bytes()), Some(&b"*"[..]));
    });
    serving(EndpointCall { no_cors: true, ..shipped() }, async |base| {
        let response = get(format!("{base}/data")).await;
        assert_eq!(response.headers().get("access-control-allow-origin"), None);
    });
}

#[test]
fn metrics_count_what_was_answered() {
    serving(shipped(), async |base| {
        for _ in 0..5 {
            get(format!("{base}/data")).await;
        }
        assert_eq!(text(get(format!("{base}/healthz")).await).await, "ok\n");
        let metrics = text(get(format!("{base}/metrics")).await).await;
        let counted: u64 = metrics
            .lines()
            .filter(|l| l.starts_with("millrace_requests_total{"))
            .filter_map(|l| l.rsplit(' ').next()?.parse::<u64>().ok())
            .sum();
        assert_eq!(counted, 5, "{metrics}");
        assert!(metrics.contains("millrace_requests_in_flight 0"), "{metrics}");
        assert!(metrics.contains("millrace_request_seconds_count 5"), "{metrics}");
    });
}

#[test]
fn equal_seeds_give_equal_answers_one_after_the_other() {
    let statuses = |seed: &str| {
        let mut all = Vec::new();
        let call = EndpointCall {
            model: "general".to_owned(),
            mean: Span::ZERO,
            errors: 0.5,
            seed: seed.to_owned(),
            ..EndpointCall::default()
        };
        serving(call, async |base| {
            for _ in 0..24 {
                all.push(get(format!("{base}/data")).await.status().as_u16());
            }
        });
        all
    };
    let once = statuses("otis");
    assert_eq!(once, statuses("otis"));
    assert_ne!(once, statuses("liszt"));
    assert!(once.contains(&200) && once.contains(&500), "{once:?}");
}

#[test]
fn a_port_that_is_taken_is_said_with_its_address() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (_held, address) = bind(&shipped()).await.expect("a free port");
        let failure = bind(&EndpointCall { port: address.port(), ..shipped() }).await.expect_err("it is taken");
        let Failure::Wrong(message) = failure else { panic!("another failure: {failure:?}") };
        assert!(message.contains(&address.to_string()) && message.contains("--port"), "{message}");
    });
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    serving(EndpointCall { garbage: true, ..shipped() }, async |base| {
        let call = move || ureq::get(format!("{base}/data")).call().and_then(|mut r| r.body_mut().read_to_vec());
        let read = tokio::task::spawn_blocking(call).await.expect("it ends");
        assert!(read.is_err(), "{read:?}");
    });
}
