//! A served system under clients that mean no good, or just stop: over bare sockets, with deadlines short enough to see them pass.

use crate::program::{setup, start};
use futures_util::StreamExt;
use millrace::engine::{Clock, Run, Setup};
use millrace::native::endpoint::{Deadlines, EndpointCall, Front, System, bind};
use millrace::spec::headers::{self, Answered};
use millrace::spec::{Console, Rhythm, Route, Stream};
use millrace::trace::Span;
use reqwest::Client;
use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// How long something that works may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);
const LONG: Span = Span::secs(3_600);
/// Nobody is let go by this.
const PATIENT: Rhythm = Rhythm { update: LONG, ping: LONG, read: LONG, write: LONG };

const fn stream(path: &'static str, rhythm: Rhythm) -> Route {
    Route::streams(path, "", Stream::Tells(rhythm))
}

static CONSOLE: Console = Console {
    name: "API of the test",
    served: &[],
    fit: |_, body| body.to_owned(),
    routes: &[
        Route { method: "POST", path: "/tell", help: "", body: "", stream: None, offers: &[] },
        stream("/watch", PATIENT),
        stream("/strict", Rhythm { read: Span::millis(50), ..PATIENT }),
        stream("/stale", Rhythm { update: Span::ZERO, ..PATIENT }),
        stream("/short", PATIENT),
        stream("/flood", Rhythm { write: Span::millis(50), ..PATIENT }),
        stream("/busy", Rhythm { ping: Span::millis(10), ..PATIENT }),
    ],
};

/// Tells what was said to it, and what was wrong with it; `/never` answers nobody, `/short` says one thing and that it is over.
fn system() -> Run {
    start(Setup { clock: Clock::Real, ..setup() }, |env| async move {
        let inner = env.clone();
        env.on_ask(move |asked| match (asked.terms.unfit, asked.path.as_str()) {
            (Some(unfit), _) => inner.reply(asked.number, unfit.status(), unfit.message()),
            (None, "/never") => {}
            (None, "/short") => {
                inner.reply(asked.number, 200, "one");
                inner.reply(asked.number, 408, "that was all");
            }
            // More than the buffers of a socket hold.
            (None, "/flood") => inner.reply(asked.number, 200, &"x".repeat(64 << 20)),
            (None, "/stale") => {
                inner.reply(asked.number, 200, "first");
                inner.reply(asked.number, 200, "second");
                inner.reply(asked.number, 408, "over");
            }
            (None, "/busy") => {
                let env = inner.clone();
                let ticks = async move {
                    for n in 0..10 {
                        env.reply(asked.number, 200, &n.to_string());
                        env.sleep(Span::millis(50)).await;
                    }
                    env.reply(asked.number, 408, "over");
                };
                inner.spawn("ticks", ticks).detach();
            }
            (None, "/put") => inner.reply(asked.number, 405, "no"),
            (None, _) => inner.reply(asked.number, 200, &asked.id()),
        });
        env.sleep(LONG).await;
    })
}

/// What each may take, but for what a test is about: an hour.
fn long() -> Deadlines {
    let hour = Duration::from_secs(3_600);
    Deadlines { head: hour, body: hour, answer: hour, write: hour, idle: hour, drain: hour, grace: hour }
}

const SHORT: Duration = Duration::from_millis(50);

struct Served {
    address: SocketAddr,
    in_flight: Box<dyn Fn() -> u64 + Send>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn start(deadlines: Deadlines) -> Served {
        let call = EndpointCall::read(["--port", "0"]).expect("options of the endpoint");
        let system = System::start(system).expect("a thread");
        let front = Front::bind(&call, &CONSOLE, system).await.expect("a free port").within(deadlines);
        let (address, in_flight) = (front.address(), Box::new(front.in_flight()));
        let (stop, told) = oneshot::channel::<()>();
        let serving = tokio::spawn(front.until(async move {
            let _told = told.await;
        }));
        Served { address, in_flight, stop, serving }
    }

    /// Sends bytes and nothing more.
    async fn send(&self, bytes: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.address).await.expect("it listens");
        socket.write_all(bytes.as_bytes()).await.expect("it reads");
        socket
    }

    /// A stream as bytes: what comes after the upgrade is not looked at by any library.
    async fn upgrade(&self, path: &str) -> TcpStream {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        let mut socket = self.send(&head).await;
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\n") {
            seen.push(soon(socket.read_u8()).await.expect("an answer"));
        }
        assert!(seen.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&seen));
        socket
    }

    async fn stopped(self) {
        self.stop.send(()).expect("it serves");
        soon(self.serving).await.expect("no panic").expect("no failure of the socket");
    }
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it comes to that")
}

/// All that comes until the connection is closed.
async fn rest(mut socket: TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let _reset_is_an_end_too = soon(socket.read_to_end(&mut all)).await;
    all
}

const HALF_A_HEAD: &str = "GET /tell HTTP/1.1\r\nHost: he";
const HALF_A_BODY: &str = "POST /tell HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nhalf";
const WHOLE: &str = "GET /tell HTTP/1.1\r\nHost: here\r\n\r\n";

/// It ran on until a second signal.
#[tokio::test]
async fn half_a_request_does_not_keep_a_server_that_is_told_to_stop() {
    for half in [HALF_A_HEAD, HALF_A_BODY] {
        let served = Served::start(Deadlines { drain: SHORT, ..long() }).await;
        let socket = served.send(half).await;
        // A head that is not complete is no request yet, and nobody can be asked whether it has been seen.
        while half == HALF_A_BODY && (served.in_flight)() == 0 {
            tokio::task::yield_now().await;
        }
        served.stopped().await;
        assert!(rest(socket).await.is_empty(), "{half}");
    }
}

#[tokio::test]
async fn a_server_without_clients_stops_at_once() {
    // With an hour to drain, whatever was left would be seen.
    let served = Served::start(long()).await;
    let socket =
        served.send("POST /tell HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").await;
    assert!(rest(socket).await.starts_with(b"HTTP/1.1 200"));
    served.stopped().await;
}

#[tokio::test]
async fn a_head_that_does_not_come_to_its_end_closes_the_connection() {
    let served = Served::start(Deadlines { head: SHORT, ..long() }).await;
    assert!(rest(served.send(HALF_A_HEAD).await).await.is_empty());
    assert!(rest(served.send("").await).await.is_empty(), "nor does one that never begins");
    // The second on a connection has the same time, from its first byte.
    let mut socket = served.send(WHOLE).await;
    assert!(soon(socket.read(&mut [0; 4_096])).await.expect("no failure") > 0, "an answer");
    socket.write_all(HALF_A_HEAD.as_bytes()).await.expect("it reads");
    assert!(rest(socket).await.is_empty());
}

/// Whoever has nothing to ask may stay for longer than one that has begun.
#[tokio::test]
async fn a_connection_without_a_request_is_closed_when_its_own_time_is_over() {
    let served = Served::start(Deadlines { idle: SHORT, ..long() }).await;
    assert!(rest(served.send(WHOLE).await).await.starts_with(b"HTTP/1.1 200"));
    let served = Served::start(Deadlines { head: SHORT, ..long() }).await;
    let mut socket = served.send(WHOLE).await;
    let mut buffer = [0; 4_096];
    let mut read = async || soon(socket.read(&mut buffer)).await.expect("no failure");
    assert!(read().await > 0, "an answer");
    let quiet = tokio::time::timeout(SHORT * 10, read()).await;
    assert!(quiet.is_err(), "the time for a head is no time for silence");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_answered() {
    let served = Served::start(Deadlines { body: SHORT, ..long() }).await;
    let all = String::from_utf8(rest(served.send(HALF_A_BODY).await).await).expect("text");
    assert!(all.starts_with("HTTP/1.1 408") && all.ends_with("the body did not arrive in time"), "{all}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_by_the_system() {
    let served = Served::start(long()).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let answer = client.post(format!("http://{}/tell", served.address)).body("x".repeat((1 << 20) + 1)).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), answer.text().await.expect("text").as_str()),
        (413, "the body is larger than a mebibyte")
    );
}

#[tokio::test]
async fn a_system_that_does_not_answer_is_not_waited_for_without_end() {
    let served = Served::start(Deadlines { answer: SHORT, ..long() }).await;
    let all = rest(served.send("GET /never HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").await).await;
    assert!(all.starts_with(b"HTTP/1.1 504"), "{}", String::from_utf8_lossy(&all));
}

/// A client that answers no ping was served for ever.
#[tokio::test]
async fn who_answers_no_ping_is_told_goodbye() {
    let served = Served::start(long()).await;
    let all = rest(served.upgrade("/strict").await).await;
    assert!(all.windows(2).any(|code| code == 1008_u16.to_be_bytes()), "{all:?}");
    assert!(String::from_utf8_lossy(&all).contains("No pong in 50ms"), "{all:?}");
}

/// A client that never reads held the stream's task for ever, and with it a server that is told to stop.
#[tokio::test]
async fn who_does_not_take_what_it_is_sent_is_let_go() {
    let served = Served::start(long()).await;
    let _never_reads = served.upgrade("/flood").await;
    served.stopped().await;
}

/// What a listener says is no head of a request: it was cut off when the time for one was over.
#[tokio::test]
async fn who_answers_pings_is_served_for_longer_than_a_head_may_take() {
    let served = Served::start(Deadlines { head: SHORT, ..long() }).await;
    let (mut socket, _) = connect_async(format!("ws://{}/busy", served.address)).await.expect("a stream");
    let mut heard = Vec::new();
    while let Some(message) = soon(socket.next()).await {
        match message.expect("it is not cut off") {
            Message::Text(text) => heard.push(text.to_string()),
            Message::Close(frame) => assert_eq!(frame.expect("a reason").reason.as_str(), "over"),
            _ => {}
        }
    }
    assert_eq!(heard.len(), 10, "{heard:?}");
}

/// They ended without a word.
#[tokio::test]
async fn who_breaks_the_protocol_is_told_so() {
    let served = Served::start(long()).await;
    let mask = [0_u8; 4];
    let broken: [(&str, Vec<u8>, u16); 4] = [
        ("a frame without a mask", vec![0x81, 1, b'x'], 1002),
        ("an unknown kind of frame", [&[0x83, 0x80][..], &mask].concat(), 1002),
        ("text that is no text", [&[0x81, 0x81][..], &mask, &[0xff]].concat(), 1007),
        ("a message without end", [&[0x82, 0xff][..], &(1_u64 << 40).to_be_bytes(), &mask].concat(), 1009),
    ];
    for (what, frame, code) in broken {
        let mut socket = served.upgrade("/watch").await;
        socket.write_all(&frame).await.expect("it reads");
        let all = rest(socket).await;
        let close = all.iter().position(|byte| *byte == 0x88).map(|at| &all[at..]);
        let said = close.and_then(|close| close.get(2..4)).map(|code| u16::from_be_bytes([code[0], code[1]]));
        assert_eq!(said, Some(code), "{what}: {all:?}");
    }
}

#[tokio::test]
async fn a_stream_that_the_system_ends_says_why() {
    let served = Served::start(long()).await;
    let heard = async |path: &str| {
        let (mut socket, _) = connect_async(format!("ws://{}{path}", served.address)).await.expect("a stream");
        let mut all = Vec::new();
        while let Some(Ok(message)) = soon(socket.next()).await {
            match message {
                Message::Close(Some(frame)) => all.push(format!("{} {}", u16::from(frame.code), frame.reason)),
                message => all.push(message.to_text().expect("text").to_owned()),
            }
        }
        all
    };
    assert_eq!(heard("/short").await, ["one", "1000 that was all"]);
    // What is too old when its turn comes is left out: but for the first, which everybody gets.
    assert_eq!(heard("/stale").await, ["first", "1000 over"]);
}

/// One list has the headers, and what the page tells of is what comes.
#[tokio::test]
async fn an_answer_has_the_headers_of_the_list_and_no_others() {
    let served = Served::start(long()).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    for (method, path, status) in [("POST", "/tell", 200), ("PUT", "/put", 405), ("GET", "/watch", 426)] {
        let request = client.request(method.parse().expect("a method"), format!("http://{}{path}", served.address));
        let answer = request.header("x-request-id", "mine").send().await.expect("an answer");
        assert_eq!(answer.status(), status);
        let sent: BTreeMap<String, String> = answer
            .headers()
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
            .collect();
        let body = answer.text().await.expect("a body");
        let answered = Answered { method, path, id: "mine", accept: None, status, body: &body };
        let listed = headers::of(&CONSOLE, &answered).into_iter();
        let listed: BTreeMap<String, String> = listed.map(|h| (h.name.to_lowercase(), h.value)).collect();
        assert_eq!(sent, listed, "{method} {path}");
    }
}

#[tokio::test]
async fn a_request_without_an_id_of_its_own_is_given_one_that_the_system_knows() {
    let served = Served::start(long()).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let asked = async |id: &str| {
        let request = client.post(format!("http://{}/tell", served.address)).header("x-request-id", id);
        let answer = request.send().await.expect("an answer");
        let given = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
        assert_eq!(answer.text().await.expect("a body"), given, "the system has the same");
        given
    };
    assert_eq!(asked("client-7").await, "client-7");
    let (first, second) = (asked("").await, asked(&"x".repeat(129)).await);
    assert_eq!((first.len(), second.len()), (36, 36), "a UUID: {first}, {second}");
    assert_ne!(first, second);
}

#[tokio::test]
async fn a_browser_may_remember_for_a_day_what_it_may_ask() {
    let served = Served::start(long()).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let ask = client.request(reqwest::Method::OPTIONS, format!("http://{}/tell", served.address));
    let ask = ask.header("origin", "https://example.org").header("access-control-request-method", "POST");
    let answer = ask.send().await.expect("an answer");
    assert_eq!(answer.headers()["access-control-max-age"], "86400");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
}

/// The server of the model has the same deadlines, and none for its own work.
#[tokio::test]
async fn the_server_of_the_model_is_not_held_by_half_a_request_either() {
    let call = EndpointCall::read(["--port", "0"]).expect("options of the endpoint");
    let endpoint = bind(&call).await.expect("a free port").within(Deadlines { drain: SHORT, ..long() });
    let address = endpoint.address();
    let (stop, told) = oneshot::channel::<()>();
    let serving = tokio::spawn(endpoint.until(async move {
        let _told = told.await;
    }));
    let mut socket = TcpStream::connect(address).await.expect("it listens");
    socket.write_all(HALF_A_HEAD.as_bytes()).await.expect("it reads");
    stop.send(()).expect("it serves");
    soon(serving).await.expect("no panic").expect("no failure of the socket");
}
