//! The front of a running system: its interface over HTTP, and its streams over WebSockets.
//!
//! It passes on what comes and adds nothing: whatever the method, the path and the body, the system answers. So it knows
//! no route but those that stream, because these need another protocol.

use super::call::EndpointCall;
use super::metrics;
use super::server::{callable, listen, with_manners};
use super::system::{Answer, Conversation, Question, System};
use crate::spec::Console;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use serde::de::IgnoredAny;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, timeout};

/// The largest body that is passed on.
const LARGEST: usize = 1 << 20;
/// How long an upgrade waits for the first message, which may be a refusal. A system that has nothing to say yet is no
/// refusal.
const MOMENT: Duration = Duration::from_millis(250);
/// Between pings, so that nobody in between takes a quiet stream for a dead one.
const PING: Duration = Duration::from_secs(30);
/// How long a client may take to accept a frame.
const WRITE: Duration = Duration::from_secs(5);
/// How long a client may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// A system's endpoint that has its address and does not serve yet.
#[derive(Debug)]
pub struct Front {
    listener: TcpListener,
    address: SocketAddr,
    call: EndpointCall,
    console: &'static Console,
    system: System,
    in_flight: Arc<AtomicU64>,
}

/// What requests reach everything through.
#[derive(Clone)]
struct Shared {
    console: &'static Console,
    system: System,
    in_flight: Arc<AtomicU64>,
    stopping: watch::Receiver<bool>,
}

impl Front {
    /// Takes the address that the options name, for a system with this interface.
    ///
    /// # Errors
    /// A sentence, where the address cannot be had.
    pub async fn bind(call: &EndpointCall, console: &'static Console, system: System) -> Result<Front, String> {
        let (listener, address) = listen(call).await?;
        Ok(Front { listener, address, call: call.clone(), console, system, in_flight: Arc::default() })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a client on this machine finds it.
    pub fn url(&self) -> String {
        format!("http://{}", callable(self.address))
    }

    /// Asks how many requests wait for their answers, streams not counted.
    pub fn in_flight(&self) -> impl Fn() -> u64 + Send + 'static {
        let in_flight = self.in_flight.clone();
        move || in_flight.load(Ordering::Relaxed)
    }

    /// Serves until `stop` ends, and then until the requests in flight have their answers and the streams are closed.
    ///
    /// # Errors
    /// Where the socket fails.
    pub async fn until(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (tell, stopping) = watch::channel(false);
        let tell = Arc::new(tell);
        let Front { listener, call, console, system, in_flight, .. } = self;
        let router = Router::new().fallback(any).with_state(Shared { console, system, in_flight, stopping });
        let router = with_manners(router, &call, &[Method::GET, Method::POST, Method::DELETE]);
        let listener = listener.tap_io(|stream| {
            let _without = stream.set_nodelay(true);
        });
        let told = tell.clone();
        let stop = async move {
            stop.await;
            told.send_replace(true);
        };
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stop).await?;
        // Streams have left their connections' tasks; each holds a receiver until it is closed.
        tell.closed().await;
        Ok(())
    }
}

/// A request that waits for its answer, as long as it is held.
struct InFlight(Arc<AtomicU64>);

impl InFlight {
    fn new(count: &Arc<AtomicU64>) -> InFlight {
        count.fetch_add(1, Ordering::Relaxed);
        InFlight(count.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn any(State(shared): State<Shared>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let (method, path) = (parts.method.as_str().to_owned(), parts.uri.path().to_owned());
    let stream = shared.console.routes.iter().any(|r| r.stream && r.method == method && r.path == path);
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        _ if !stream => None,
        Ok(upgrade) => Some(upgrade),
        Err(_) => {
            let how = [(header::UPGRADE, "websocket"), (header::CONNECTION, "upgrade")];
            return (StatusCode::UPGRADE_REQUIRED, how, "This route streams: connect to it by a WebSocket.\n")
                .into_response();
        }
    };
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than a mebibyte, or did not arrive.\n")
            .into_response();
    };
    let in_flight = InFlight::new(&shared.in_flight);
    let mut answers = shared.system.ask(Question {
        client: peer.ip().to_canonical().to_string(),
        method,
        path: parts.uri.path_and_query().map_or_else(|| path.clone(), ToString::to_string),
        body: String::from_utf8_lossy(&body).into_owned(),
        stream,
    });
    let Some(upgrade) = upgrade else { return response(&path, answers.next().await) };
    let first = match timeout(MOMENT, answers.next()).await {
        Err(_nothing_yet) => None,
        Ok(Some(answer)) if answer.status < 400 => Some(answer),
        Ok(refusal) => return response(&path, refusal),
    };
    drop(in_flight);
    upgrade.on_upgrade(move |socket| converse(socket, answers, first, shared.stopping))
}

/// An answer of the system as one of HTTP.
fn response(path: &str, answer: Option<Answer>) -> Response {
    let Some(Answer { status, body }) = answer else {
        return (StatusCode::SERVICE_UNAVAILABLE, "The system is over, and nobody answers any more.\n").into_response();
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let is_json = body.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(&body).is_ok();
    let content = match path {
        "/metrics" if status.is_success() => metrics::CONTENT_TYPE,
        _ if is_json => "application/json",
        _ => "text/plain; charset=utf-8",
    };
    (status, [(header::CONTENT_TYPE, content), (header::CACHE_CONTROL, "no-store")], body).into_response()
}

/// Passes on what the system says until somebody hangs up.
async fn converse(
    mut socket: WebSocket,
    mut answers: Conversation,
    first: Option<Answer>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut pings = interval_at(Instant::now() + PING, PING);
    let mut message = first.map(|answer| Message::text(answer.body));
    let last = loop {
        if let Some(message) = message.take()
            && !matches!(timeout(WRITE, socket.send(message)).await, Ok(Ok(())))
        {
            return;
        }
        tokio::select! {
            answer = answers.next() => match answer {
                Some(answer) => message = Some(Message::text(answer.body)),
                None => break Some((close_code::NORMAL, "Nothing more to say")),
            },
            heard = socket.recv() => match heard {
                // Whatever is said to a stream, nobody listens.
                Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                Some(Ok(_)) => {}
            },
            _ = pings.tick() => message = Some(Message::Ping(Bytes::new())),
            _ = stopping.wait_for(|stopping| *stopping) => break Some((close_code::AWAY, "Server shutdown")),
        }
    };
    // The system hears of it at once, however long the goodbye.
    drop(answers);
    let goodbye = async {
        if let Some((code, reason)) = last {
            socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await?;
        }
        // Reading on is what sends and takes the other half of a goodbye.
        while let Some(heard) = socket.recv().await {
            heard?;
        }
        Ok::<(), axum::Error>(())
    };
    let _gone = timeout(GOODBYE, goodbye).await;
}
