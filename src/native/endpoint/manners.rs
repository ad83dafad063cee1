//! What every answer has, whatever it says: its request's id, a line in the log, headers for browsers, and that it comes at all
//! where a handler panics.

use super::call::EndpointCall;
use super::server::pass;
use crate::spec::headers::{MAX_AGE, SECURITY};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::any::Any as Thing;
use std::net::SocketAddr;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

/// An answer that takes longer is written to the log as a warning.
const SLOW: Duration = Duration::from_secs(1);
/// The longest id that a client may give its request: it goes into the answer, the log and the envelope.
const LONGEST_ID: usize = 128;
/// The name of a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A router that answers as it should: pages too, unless they are not to, and late if the options ask for that.
pub fn with_manners(router: Router, call: &EndpointCall, methods: &[Method]) -> Router {
    let mut router = router;
    if !call.delay.is_zero() {
        let delay = call.delay;
        router = router.layer(middleware::from_fn(move |request: Request, next: Next| async move {
            pass(delay).await;
            next.run(request).await
        }));
    }
    // The layer that is added last is the outermost.
    router = router.layer(CatchPanicLayer::custom(panicked));
    if !call.no_cors {
        router = router.layer(any_page(methods));
    }
    for &(name, value, _) in SECURITY {
        if let (Ok(name), value) = (HeaderName::try_from(name), HeaderValue::from_static(value)) {
            router = router.layer(SetResponseHeaderLayer::if_not_present(name, value));
        }
    }
    let trace = TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(line).on_failure(());
    router
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(trace)
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(middleware::map_request(without_strange_id))
}

/// Any page may call, from the public network too: there is nothing here to keep from it.
fn any_page(methods: &[Method]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(methods.to_vec())
        .allow_headers(Any)
        .expose_headers([REQUEST_ID])
        .max_age(Duration::from_secs(MAX_AGE))
        .allow_private_network(true)
}

/// An id that is empty, endless or no text is none.
async fn without_strange_id(mut request: Request) -> Request {
    let good = |id: &HeaderValue| id.to_str().is_ok_and(|id| !id.is_empty() && id.len() <= LONGEST_ID);
    if !request.headers().get(REQUEST_ID).is_some_and(good) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// The id of a request, on its way to the handler.
pub fn id_of(request: &Request) -> Option<String> {
    request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned)
}

fn span(request: &Request) -> Span {
    let client =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let (client, id) = (client.map(|ip| ip.to_string()).unwrap_or_default(), id_of(request).unwrap_or_default());
    tracing::info_span!("request", client, method = %request.method(), path = %request.uri().path(), id)
}

/// The line of a request in the log.
fn line(response: &Response, took: Duration, _: &Span) {
    let (status, ms) = (response.status().as_u16(), took.as_secs_f64() * 1e3);
    if took > SLOW {
        tracing::warn!("{status} in {ms:.1} ms: slow request");
    } else if status >= 500 {
        tracing::error!("{status} in {ms:.1} ms");
    } else if status >= 400 {
        tracing::warn!("{status} in {ms:.1} ms");
    } else {
        tracing::info!("{status} in {ms:.1} ms");
    }
}

/// The answer where a handler panicked, in the words of an envelope.
fn panicked(why: Box<dyn Thing + Send + 'static>) -> Response {
    let text = why.downcast_ref::<String>().cloned();
    let text = text.or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    tracing::error!("a handler panicked: {}", text.unwrap_or_else(|| "it does not say why".to_owned()));
    let body = r#"{"success":false,"error":{"code":"INTERNAL_ERROR","message":"Internal server error"}}"#;
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    async fn unlucky() -> &'static str {
        panic!("no luck")
    }

    /// In a release build too: its profile lets panics unwind.
    #[tokio::test]
    async fn a_handler_that_panics_is_answered_and_the_next_request_is_served() {
        let call = EndpointCall::read(["--port", "0"]).expect("options of the endpoint");
        let router = Router::new().route("/luck", get(async || "good")).route("/panic", get(unlucky));
        let router = with_manners(router, &call, &[Method::GET]);
        let ask = async |path: &str| {
            let request = Request::builder().uri(path).header("x-request-id", "mine").body(Body::empty());
            let answer = router.clone().oneshot(request.expect("a request")).await.expect("an answer");
            assert_eq!(answer.headers()["x-request-id"], "mine");
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            let status = answer.status().as_u16();
            (status, to_bytes(answer.into_body(), usize::MAX).await.expect("a body"))
        };
        let (status, body) = ask("/panic").await;
        assert_eq!(status, 500);
        assert!(body.starts_with(br#"{"success":false"#), "{body:?}");
        assert_eq!(ask("/luck").await, (200, "good".into()));
    }
}
