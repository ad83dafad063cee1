//! `millrace endpoint`: a real HTTP server with the same server model, for the page to call.
//!
//! The model is the very machine that runs use, handed the host's time and the same dice: with equal seeds and requests
//! one after the other it gives equal answers. It takes any number of requests at once, as the original does, unless the
//! general model has slots.

use crate::engine::Seed;
use crate::native::Failure;
use crate::spec::{Share, parse_span};
use crate::trace::{SimTime, Span};
use crate::upstream::{General, Model, Service};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_http::cors::{Any, CorsLayer};

/// What `millrace endpoint` is asked to do.
#[derive(Clone, Debug, clap::Args)]
pub struct EndpointCall {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 5000)]
    pub port: u16,
    /// The address to listen on. Only this machine unless told otherwise.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// How the server behaves.
    #[arg(long, value_parser = ["documented", "shipped", "shared", "general"], default_value = "documented")]
    pub model: String,
    /// Added to each response.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = span)]
    pub base: Span,
    /// The word that all randomness derives from.
    #[arg(long, default_value = "otis")]
    pub seed: String,
    /// How service times are distributed, with --model general.
    #[arg(long, value_parser = ["constant", "uniform", "exponential", "lognormal", "pareto"], default_value = "exponential")]
    pub service: String,
    /// The mean service time, with --model general.
    #[arg(long, value_name = "TIME", default_value = "20ms", value_parser = span)]
    pub mean: Span,
    /// How many requests are served at once, with --model general; 0 for no limit.
    #[arg(long, default_value_t = 0)]
    pub slots: usize,
    /// The share of answers that are errors, with --model general.
    #[arg(long, default_value_t = 0.0)]
    pub errors: f64,
    /// Leave out the headers that let other pages read the answers: to see what a browser does then.
    #[arg(long)]
    pub no_cors: bool,
    /// Break the connection in the middle of each body: to see what a client makes of it.
    #[arg(long)]
    pub garbage: bool,
}

fn span(text: &str) -> Result<Span, String> {
    parse_span(text, Span::millis(1))
}

impl Default for EndpointCall {
    fn default() -> Self {
        EndpointCall {
            port: 0,
            host: IpAddr::from([127, 0, 0, 1]),
            model: "documented".to_owned(),
            base: Span::ZERO,
            seed: "otis".to_owned(),
            service: "exponential".to_owned(),
            mean: Span::millis(20),
            slots: 0,
            errors: 0.0,
            no_cors: false,
            garbage: false,
        }
    }
}

/// Labels of the request counter.
#[derive(Clone, Debug, Hash, PartialEq, Eq, prometheus_client::encoding::EncodeLabelSet)]
struct ByStatus {
    status: u16,
}

struct Endpoint {
    model: Mutex<(Model, u64)>,
    seed: Seed,
    base: Span,
    slots: Option<Semaphore>,
    started: tokio::time::Instant,
    registry: Registry,
    requests: Family<ByStatus, Counter>,
    in_flight: Gauge,
    seconds: Histogram,
    garbage: bool,
}

/// One request under way, as long as it is held: a client that goes away counts no more.
struct InFlight(Arc<Endpoint>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.dec();
    }
}

/// The routes, with a state of their own.
pub fn router(call: &EndpointCall) -> Router {
    let general = General { service: Service::from_id(&call.service), mean: call.mean, errors: Share(call.errors).0 };
    let model = Model::from_id(&call.model).unwrap_or(Model::General(general));
    let (requests, in_flight) = (Family::default(), Gauge::default());
    let seconds = Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]);
    let mut registry = Registry::default();
    registry.register("millrace_requests", "Answers by status", Family::clone(&requests));
    registry.register("millrace_requests_in_flight", "Requests under way", in_flight.clone());
    registry.register("millrace_request_seconds", "Time to answer a request", seconds.clone());
    let endpoint = Endpoint {
        model: Mutex::new((model, 0)),
        seed: Seed::from_word(&call.seed),
        base: call.base,
        slots: (call.slots > 0 && call.model == "general").then(|| Semaphore::new(call.slots)),
        started: tokio::time::Instant::now(),
        registry,
        requests,
        in_flight,
        seconds,
        garbage: call.garbage,
    };
    let routes = Router::new()
        .route("/data", get(data))
        .route("/healthz", get(async || "ok\n"))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(endpoint));
    if call.no_cors {
        return routes;
    }
    // A page from anywhere may ask, also one from a public address that calls this machine.
    let cors =
        CorsLayer::new().allow_origin(Any).allow_methods([Method::GET]).allow_headers(Any).allow_private_network(true);
    routes.layer(cors)
}

async fn data(State(endpoint): State<Arc<Endpoint>>) -> Response {
    let began = tokio::time::Instant::now();
    endpoint.in_flight.inc();
    let held = InFlight(endpoint.clone());
    let _slot = match &endpoint.slots {
        // Nobody closes it.
        Some(slots) => slots.acquire().await.ok(),
        None => None,
    };
    let visit = {
        let mut state = endpoint.model.lock().unwrap_or_else(PoisonError::into_inner);
        let (model, turn) = &mut *state;
        let now = SimTime(u64::try_from(endpoint.started.elapsed().as_nanos()).unwrap_or(u64::MAX));
        let load = u64::try_from(endpoint.in_flight.get()).unwrap_or(0);
        let visit = model.visit(now, load, &mut endpoint.seed.draw("server", *turn, 0));
        *turn += 1;
        visit
    };
    tokio::time::sleep(std::time::Duration::from_nanos(visit.takes.0.saturating_add(endpoint.base.0))).await;
    endpoint.requests.get_or_create(&ByStatus { status: visit.status }).inc();
    endpoint.seconds.observe(began.elapsed().as_secs_f64());
    drop(held);
    if endpoint.garbage {
        return broken_off();
    }
    if visit.status == 200 {
        Json(json!({ "message": "Hello, World!" })).into_response()
    } else {
        (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": "Simulated server error" }))).into_response()
    }
}

/// An answer that promises more than it has: the connection breaks in the middle of the body.
fn broken_off() -> Response {
    let head = [(header::CONTENT_LENGTH, HeaderValue::from_static("1000"))];
    (head, axum::body::Body::from_stream(Broken(0))).into_response()
}

/// Half a body, a moment in which it is sent, and then an error.
struct Broken(u8);

impl futures_core::Stream for Broken {
    type Item = Result<&'static str, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0 += 1;
        match self.0 {
            1 => std::task::Poll::Ready(Some(Ok("{\"mess"))),
            2 => {
                // Gives the connection a turn to send what it has.
                cx.waker().wake_by_ref();
                std::task::Poll::Pending
            }
            _ => std::task::Poll::Ready(Some(Err(std::io::Error::other("broken off, as asked for by --garbage")))),
        }
    }
}

async fn metrics(State(endpoint): State<Arc<Endpoint>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &endpoint.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(HeaderName::from_static("content-type"), HeaderValue::from_static(kind))], text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Takes the port.
///
/// # Errors
/// [`Failure::Wrong`] if it cannot be had.
pub async fn bind(call: &EndpointCall) -> Result<(TcpListener, SocketAddr), Failure> {
    let wanted = SocketAddr::new(call.host, call.port);
    let wrong = |e: std::io::Error| Failure::Wrong(format!("cannot listen on {wanted}: {e}; try another --port"));
    let listener = TcpListener::bind(wanted).await.map_err(wrong)?;
    let address = listener.local_addr().map_err(wrong)?;
    Ok((listener, address))
}

/// Serves until it is interrupted.
///
/// # Errors
/// [`Failure::Wrong`] if the port cannot be had.
pub fn serve(call: &EndpointCall) -> Result<(), Failure> {
    if !(0.0..=1.0).contains(&call.errors) {
        return Err(Failure::Wrong(format!("--errors {}: enter a share from 0 to 1", call.errors)));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::Wrong(e.to_string()))?;
    runtime.block_on(async {
        let (listener, address) = bind(call).await?;
        println!("Serving http://{address}/data ({} model). Interrupt to stop.", call.model);
        println!("On the page: #/worker-pool?target=fetch&url=http://{address}/data");
        axum::serve(listener, router(call))
            .with_graceful_shutdown(async {
                // Without a handler the signal ends the program all the same.
                let _signal = tokio::signal::ctrl_c().await;
            })
            .await
            .map_err(|e| Failure::Wrong(e.to_string()))
    })
}
