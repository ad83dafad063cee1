//! Serving connections, each for no longer than it may take, and ending all of them in a time that is known beforehand.
//!
//! No client may hold the server: what it sends has to arrive, what it is sent has to be taken, and when the server is told to stop
//! it gives those under way some time and leaves.

use super::bounded::{Bounded, Requests};
use axum::Router;
use axum::http::StatusCode;
use axum::serve::Listener;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::Service as _;

/// How long things may take. The numbers are the original's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// The head of a request, from its first byte.
    pub head: Duration,
    /// Its body.
    pub body: Duration,
    /// The answer of the system.
    pub answer: Duration,
    /// A piece of an answer until the client takes it.
    pub write: Duration,
    /// A connection without a request.
    pub idle: Duration,
    /// Those under way when the server is told to stop.
    pub drain: Duration,
    /// What is left when that is over.
    pub grace: Duration,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        let half_a_minute = Duration::from_secs(30);
        Deadlines {
            head: half_a_minute,
            body: half_a_minute,
            answer: half_a_minute,
            write: half_a_minute,
            idle: Duration::from_secs(120),
            drain: half_a_minute,
            grace: Duration::from_secs(2),
        }
    }
}

/// Serves connections until `stop` ends, then waits for those under way and for `rest`, and drops what is left when its time is over.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    deadlines: &Deadlines,
    stop: impl Future<Output = ()>,
    rest: impl Future<Output = ()>,
) {
    let mut make = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    // A head that has begun has a shorter time, which the connection keeps.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(deadlines.idle);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            Some(_ended) = connections.join_next() => continue,
            () = &mut stop => break,
        };
        // An answer is one small packet, and is not to wait for a second.
        let _without = stream.set_nodelay(true);
        let Ok(service) = make.call(peer).await;
        let service = TowerToHyperService::new(service);
        let requests: Arc<Requests> = Arc::default();
        let told = requests.clone();
        let service = service_fn(move |mut request: hyper::Request<_>| {
            // Whoever goes on with the connection after its upgrade finds it here.
            request.extensions_mut().insert(told.clone());
            let (mut answering, answer) = (told.begin(), service.call(request));
            async move {
                let answer = answer.await;
                if matches!(&answer, Ok(answer) if answer.status() == StatusCode::SWITCHING_PROTOCOLS) {
                    answering.goes_on();
                }
                answer
            }
        });
        let stream = Bounded::new(stream, requests, deadlines.head, deadlines.write);
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            // Whoever goes away, or sends what is no HTTP, gets no answer and needs none.
            let _gone = connection.await;
        });
    }
    // Whoever comes now is refused by the system below. What the router holds is held by its connections alone from now on.
    drop((listener, make));
    let under_way = async { tokio::join!(graceful.shutdown(), rest) };
    if timeout(deadlines.drain, under_way).await.is_err() {
        tracing::warn!("{} connections did not end in time and are dropped", connections.len());
    }
    let _dropped = timeout(deadlines.grace, connections.shutdown()).await;
}
