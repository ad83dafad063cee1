//! The server: the model behind HTTP.

use super::accept;
use super::call::EndpointCall;
use super::connections::{self, Deadlines};
use super::garbage;
use super::manners::with_manners;
use super::metrics::Metrics;
use crate::engine::Seed;
use crate::spec::exposition::{OPENMETRICS, PROMETHEUS, to_prometheus};
use crate::trace::{SimTime, Span};
use crate::upstream::{Model, Visit};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// An endpoint that has its address and does not serve yet.
#[derive(Debug)]
pub struct Endpoint {
    listener: TcpListener,
    address: SocketAddr,
    call: EndpointCall,
    server: Arc<Server>,
    deadlines: Deadlines,
}

/// Takes the address that the options name.
///
/// # Errors
/// A sentence, where the options do not go together or the address cannot be had.
pub async fn bind(call: &EndpointCall) -> Result<Endpoint, String> {
    let server = Arc::new(Server::new(call)?);
    let (listener, address) = listen(call).await?;
    Ok(Endpoint { listener, address, call: call.clone(), server, deadlines: Deadlines::default() })
}

/// The socket that the options name, and its address.
pub(super) async fn listen(call: &EndpointCall) -> Result<(TcpListener, SocketAddr), String> {
    let (host, port) = (call.host.as_str(), call.port);
    let listener = TcpListener::bind((host, port)).await.map_err(|e| match e.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {port} of {host} is taken; choose another with --port, or a free one with --port 0")
        }
        _ => format!("cannot listen on port {port} of {host}: {e}"),
    })?;
    let address = listener.local_addr().map_err(|e| format!("port {port} of {host}: {e}"))?;
    Ok((listener, address))
}

/// An address at which a client on this machine finds who listens there.
pub(super) fn callable(mut address: SocketAddr) -> SocketAddr {
    // "Every address of this machine" is none that one can call.
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

impl Endpoint {
    /// The same with other deadlines.
    pub fn within(self, deadlines: Deadlines) -> Endpoint {
        Endpoint { deadlines, ..self }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a client on this machine finds `/data`.
    pub fn data_url(&self) -> String {
        format!("http://{}/data", callable(self.address))
    }

    /// Asks how many requests are in flight, also when the endpoint has begun to serve.
    pub fn in_flight(&self) -> impl Fn() -> u64 + Send + 'static {
        let server = self.server.clone();
        move || server.metrics.in_flight()
    }

    /// Serves until `stop` ends, and then until the requests in flight have their answers.
    ///
    /// # Errors
    /// Where the socket fails.
    pub async fn until(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        if let Some(kind) = self.call.garbage {
            garbage::answer_all(&self.listener, kind, &self.call, stop).await;
            return Ok(());
        }
        let (router, nothing_else) = (router(self.server, &self.call), std::future::ready(()));
        connections::serve(self.listener, router, &self.deadlines, stop, nothing_else).await;
        Ok(())
    }
}

fn router(server: Arc<Server>, call: &EndpointCall) -> Router {
    let router = Router::new()
        .route("/data", get(data))
        .route("/healthz", get(async || "ok\n"))
        .route("/metrics", get(metrics))
        .fallback(async || {
            (StatusCode::NOT_FOUND, Json(json!({ "error": "There are /data, /healthz and /metrics here" })))
        })
        .with_state(server);
    with_manners(router, call, &[Method::GET])
}

/// A page of any origin may see when its requests went out and were answered, as it may read the answers.
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

async fn data(State(server): State<Arc<Server>>) -> Response {
    let status = StatusCode::from_u16(server.serve().await).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = if status.is_success() {
        json!({ "message": "Hello, World!" })
    } else {
        json!({ "error": "Simulated server error" })
    };
    // The next request is to meet the server, not what the last one got.
    (status, [(header::CACHE_CONTROL, "no-store"), (TIMING_ALLOW_ORIGIN, "*")], Json(body)).into_response()
}

async fn metrics(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response {
    let content = accept::choose(&headers, &[PROMETHEUS, OPENMETRICS]).unwrap_or(PROMETHEUS);
    match server.metrics.text() {
        Ok(text) if content == PROMETHEUS => ([(header::CONTENT_TYPE, content)], to_prometheus(&text)).into_response(),
        Ok(text) => ([(header::CONTENT_TYPE, content)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The simulated server, in real time.
#[derive(Debug)]
struct Server {
    turns: Mutex<Turns>,
    seed: Seed,
    base: Span,
    /// None where nothing limits how many requests are worked on at once.
    slots: Option<Semaphore>,
    since: Instant,
    metrics: Metrics,
}

/// The model, and how many requests have met it.
#[derive(Debug)]
struct Turns {
    model: Model,
    taken: u64,
}

impl Server {
    fn new(call: &EndpointCall) -> Result<Server, String> {
        let params = call.server()?;
        let slots = usize::try_from(params.slots).ok().filter(|slots| *slots > 0).map(Semaphore::new);
        Ok(Server {
            turns: Mutex::new(Turns { model: params.model(), taken: 0 }),
            seed: Seed::from_word(&call.seed),
            base: params.base,
            slots,
            since: Instant::now(),
            metrics: Metrics::new(),
        })
    }

    /// Serves a request, and says with which status. Dropped where its client goes away.
    async fn serve(&self) -> u16 {
        let request = self.metrics.arrived();
        let _slot = match &self.slots {
            // Nobody closes the semaphore.
            Some(slots) => slots.acquire().await.ok(),
            None => None,
        };
        let in_service = request.in_service();
        let visit = self.visit();
        pass(visit.takes.saturating_add(self.base)).await;
        drop(in_service);
        request.answered(visit.status);
        visit.status
    }

    /// What the next request meets now.
    fn visit(&self) -> Visit {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.taken;
        turns.taken += 1;
        let now = SimTime(u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX));
        // The stream of the simulated server, so that both throw the same dice.
        turns.model.visit(now, self.metrics.in_flight(), &mut self.seed.draw("server", turn, 0))
    }
}

/// Lets time pass. None for none: a timer takes up to a millisecond even for that, and half of the shipped server's
/// answers take no time.
pub(super) async fn pass(span: Span) {
    if !span.is_zero() {
        tokio::time::sleep(Duration::from_nanos(span.0)).await;
    }
}
