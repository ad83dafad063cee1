//! The front of a running system: its interface over HTTP, and its streams over WebSockets.
//!
//! It passes on what comes and adds nothing: whatever the method, the path and the body, the system answers. So it knows
//! no route but those that stream, because these need another protocol.

use super::accept;
use super::bounded::Requests;
use super::call::EndpointCall;
use super::connections::{self, Deadlines};
use super::manners::{id_of, with_manners};
use super::server::{callable, listen};
use super::streams::converse;
use super::system::{Answer, Question, System};
use super::talks::talk;
use crate::engine::{Terms, Unfit};
use crate::spec::headers::{Answered, of_system};
use crate::spec::{Console, Stream};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::LengthLimitError;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

/// The largest body that is passed on.
const LARGEST: usize = 1 << 20;
/// The largest message that is read from a client of a stream, to whom nobody listens.
const LARGEST_MESSAGE: usize = 1 << 16;
/// How long an upgrade waits for the first message, which may be a refusal. A system that has nothing to say yet is no
/// refusal.
const MOMENT: Duration = Duration::from_millis(250);

/// A system's endpoint that has its address and does not serve yet.
#[derive(Debug)]
pub struct Front {
    listener: TcpListener,
    address: SocketAddr,
    call: EndpointCall,
    console: &'static Console,
    system: System,
    in_flight: Arc<AtomicU64>,
    deadlines: Deadlines,
}

/// What requests reach everything through.
#[derive(Clone)]
struct Shared {
    console: &'static Console,
    system: System,
    in_flight: Arc<AtomicU64>,
    stopping: watch::Receiver<bool>,
    deadlines: Deadlines,
}

impl Front {
    /// Takes the address that the options name, for a system with this interface.
    ///
    /// # Errors
    /// A sentence, where the address cannot be had.
    pub async fn bind(call: &EndpointCall, console: &'static Console, system: System) -> Result<Front, String> {
        let (listener, address) = listen(call).await?;
        Ok(Front {
            listener,
            address,
            call: call.clone(),
            console,
            system,
            in_flight: Arc::default(),
            deadlines: Deadlines::default(),
        })
    }

    /// The same with other deadlines.
    pub fn within(self, deadlines: Deadlines) -> Front {
        Front { deadlines, ..self }
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

    /// Serves until `stop` ends, and then until the requests in flight have their answers and the streams are closed, or their
    /// time is over.
    ///
    /// # Errors
    /// None so far: a socket that fails is tried again.
    pub async fn until(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (tell, stopping) = watch::channel(false);
        let Front { listener, call, console, system, in_flight, deadlines, .. } = self;
        let shared = Shared { console, system, in_flight, stopping, deadlines };
        let router = Router::new().fallback(any).with_state(shared);
        let router = with_manners(router, &call, &[Method::GET, Method::POST, Method::DELETE]);
        let stop = async {
            stop.await;
            tell.send_replace(true);
        };
        // Streams have left their connections' tasks; each holds a receiver until it is closed.
        connections::serve(listener, router, &deadlines, stop, tell.closed()).await;
        Ok(())
    }
}

/// A request that waits for its answer, as long as it is held.
struct InFlight {
    count: Arc<AtomicU64>,
    answered: bool,
}

impl InFlight {
    fn new(count: &Arc<AtomicU64>) -> InFlight {
        count.fetch_add(1, Ordering::Relaxed);
        InFlight { count: count.clone(), answered: false }
    }

    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
        if !self.answered {
            tracing::info!("the client went away before its answer");
        }
    }
}

async fn any(State(shared): State<Shared>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let in_flight = InFlight::new(&shared.in_flight);
    let id = id_of(&request);
    let (mut parts, body) = request.into_parts();
    let (method, path) = (parts.method.as_str().to_owned(), parts.uri.path().to_owned());
    let route = shared.console.route(&method, &path);
    let accept = route.and_then(|route| accept::choose(&parts.headers, route.offers)).map(str::to_owned);
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let stream = route.and_then(|route| route.stream);
    let upgrade = match stream {
        Some(_) => WebSocketUpgrade::from_request_parts(&mut parts, &()).await.ok(),
        None => None,
    };
    let (body, unfit) = match read(body, shared.deadlines.body).await {
        Ok(_) if stream.is_some() && upgrade.is_none() => (String::new(), Some(Unfit::Plain)),
        Ok(body) => (body, None),
        Err(unfit) => (String::new(), Some(unfit)),
    };
    let mut answers = shared.system.ask(Question {
        client: peer.ip().to_canonical().to_string(),
        method: method.clone(),
        path: parts.uri.path_and_query().map_or_else(|| path.clone(), ToString::to_string),
        body,
        terms: Terms { id, accept: accept.clone(), authorization, unfit },
        stream: upgrade.is_some(),
    });
    let response = |status: u16, body: &str| {
        let answered = Answered { method: &method, path: &path, id: "", accept: accept.as_deref(), status, body };
        response(shared.console, &answered)
    };
    let said = |answer: Option<Answer>| match answer {
        Some(Answer { status, body, .. }) => response(status, &body),
        None => response(503, "The system is over, and nobody answers any more.\n"),
    };
    let (Some(upgrade), Some(stream)) = (upgrade, stream) else {
        let answer = match timeout(shared.deadlines.answer, answers.next()).await {
            Ok(answer) => said(answer),
            // Dropped with its conversation, so that the system hears that nobody waits any more.
            Err(_too_late) => response(504, "The system did not answer in time.\n"),
        };
        in_flight.answered();
        return answer;
    };
    let first = match timeout(MOMENT, answers.next()).await {
        Err(_nothing_yet) => None,
        Ok(Some(answer)) if answer.status < 400 => Some(answer),
        Ok(refusal) => {
            in_flight.answered();
            return said(refusal);
        }
    };
    in_flight.answered();
    let stopping = shared.stopping;
    match stream {
        Stream::Tells(rhythm) => {
            sized(upgrade, LARGEST_MESSAGE).on_upgrade(move |socket| converse(socket, answers, first, stopping, rhythm))
        }
        Stream::Talks(largest) => {
            let connection = parts.extensions.remove::<Arc<Requests>>().unwrap_or_default();
            sized(upgrade, largest).on_upgrade(move |socket| talk(socket, answers, first, stopping, connection))
        }
    }
}

fn sized(upgrade: WebSocketUpgrade, largest: usize) -> WebSocketUpgrade {
    upgrade.max_message_size(largest).max_frame_size(largest)
}

/// A body, as far as it is passed on.
async fn read(body: Body, within: Duration) -> Result<String, Unfit> {
    match timeout(within, to_bytes(body, LARGEST)).await {
        Ok(Ok(bytes)) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Ok(Err(error)) => {
            let is_too_large = error.into_inner().is::<LengthLimitError>();
            Err(if is_too_large { Unfit::TooLarge } else { Unfit::Cut })
        }
        Err(_) => Err(Unfit::TooLate),
    }
}

/// An answer of the system as one of HTTP.
fn response(console: &Console, answered: &Answered<'_>) -> Response {
    let status = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answered.body.to_owned()).into_response();
    for header in of_system(console, answered) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(header.name), HeaderValue::try_from(header.value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
