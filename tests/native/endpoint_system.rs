//! A running system as clients meet it: over sockets of this machine, with clients that are not ours.

use crate::program::{setup, start};
use futures_util::{SinkExt, StreamExt};
use millrace::engine::{Clock, Env, Exchange, Run, Setup, Terms};
use millrace::native::endpoint::{EndpointCall, Front, Question, System};
use millrace::spec::exposition::{OPENMETRICS, PROMETHEUS};
use millrace::spec::{Console, Rhythm, Route, Stream};
use millrace::trace::Span;
use reqwest::{Client, Method, Response};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long something that works may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// Deadlines that nobody meets who does not try to.
const STREAM: Stream =
    Stream::Tells(Rhythm { update: Span::secs(60), ping: Span::secs(60), read: Span::secs(60), write: Span::secs(60) });

const fn route(path: &'static str, stream: Option<Stream>) -> Route {
    Route { method: "GET", path, help: "", body: "", stream, offers: &[] }
}

static CONSOLE: Console = Console {
    name: "API of the test",
    served: &[],
    fit: |_, body| body.to_owned(),
    routes: &[
        route("/tell", None),
        route("/watch", Some(STREAM)),
        route("/refuse", Some(STREAM)),
        route("/quiet", Some(STREAM)),
        Route { offers: &[PROMETHEUS, OPENMETRICS], ..route("/metrics", None) },
    ],
};

/// What the handlers of the program share.
#[derive(Default)]
struct Desk {
    /// Who waits at `/meet`.
    waiting: Option<u32>,
    /// Who has hung up, in order.
    gone: Vec<u32>,
    /// How many wait for what never comes.
    hopeful: u32,
    over: bool,
}

/// A system that tells who asks what, lets two clients meet, counts to whoever watches, and ends when it is told.
fn system() -> Run {
    start(Setup { clock: Clock::Real, ..setup() }, |env| async move {
        let desk: Rc<RefCell<Desk>> = Rc::default();
        env.on_hang({
            let desk = desk.clone();
            move |exchange| desk.borrow_mut().gone.push(exchange)
        });
        env.on_ask({
            let (env, desk) = (env.clone(), desk.clone());
            move |asked| env.spawn("answer", answer(env.clone(), asked, desk.clone())).detach()
        });
        while !desk.borrow().over {
            env.sleep(Span::millis(1)).await;
        }
    })
}

async fn answer(env: Env, asked: Exchange, desk: Rc<RefCell<Desk>>) {
    if let Some(unfit) = asked.terms.unfit {
        return env.reply(asked.number, unfit.status(), unfit.message());
    }
    let Exchange { number, client, method, path, body, terms } = asked;
    let mut desk_now = desk.borrow_mut();
    match path.as_str() {
        "/meet" => match desk_now.waiting.take() {
            None => desk_now.waiting = Some(number),
            Some(other) => [other, number].into_iter().for_each(|number| env.reply(number, 200, "met")),
        },
        "/gone" => env.reply(number, 200, &format!("{:?}", desk_now.gone)),
        "/end" => desk_now.over = true,
        "/metrics" => env.reply(number, 200, "a 1\n"),
        "/who" => env.reply(number, 200, terms.authorization.as_deref().unwrap_or("nobody")),
        "/refuse" => env.reply(number, 429, "too many"),
        "/quiet" => {}
        "/never" => desk_now.hopeful += 1,
        "/hopeful" => env.reply(number, 200, &desk_now.hopeful.to_string()),
        "/watch" => {
            drop(desk_now);
            for n in 0.. {
                if desk.borrow().gone.contains(&number) {
                    return;
                }
                env.reply(number, 200, &n.to_string());
                env.sleep(Span::millis(2)).await;
            }
        }
        _ => env.reply(number, 201, &format!(r#"["{client}","{method}","{path}","{body}"]"#)),
    }
}

/// A running endpoint, and a client of it. Both end with the test's runtime.
#[derive(Clone)]
struct Served {
    client: Client,
    address: SocketAddr,
}

async fn front() -> Front {
    let call = EndpointCall::read(["--port", "0"]).expect("options of the endpoint");
    let system = System::start(system).expect("a thread");
    Front::bind(&call, &CONSOLE, system).await.expect("this machine has a free port")
}

impl Served {
    fn of(front: &Front) -> Served {
        Served { client: Client::builder().no_proxy().build().expect("a client"), address: front.address() }
    }

    async fn start() -> Served {
        let front = front().await;
        let served = Served::of(&front);
        tokio::spawn(front.until(std::future::pending()));
        served
    }

    async fn send(&self, method: Method, path: &str, body: &str) -> Response {
        let request = self.client.request(method, format!("http://{}{path}", self.address)).body(body.to_owned());
        request.send().await.expect("the endpoint answers")
    }

    async fn get(&self, path: &str) -> (u16, String, String) {
        let answer = self.send(Method::GET, path, "").await;
        let content = answer.headers()["content-type"].to_str().expect("text").to_owned();
        (answer.status().as_u16(), content, answer.text().await.expect("a body"))
    }

    async fn listen(&self, path: &str) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, tungstenite::Error> {
        connect_async(format!("ws://{}{path}", self.address)).await.map(|(socket, _)| socket)
    }

    /// Waits until the system knows that these have hung up.
    async fn until_gone(&self, exchanges: &str) {
        let wait = async { while self.get("/gone").await.2 != exchanges {} };
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "it never hears of {exchanges}");
    }
}

/// The next thing that is said to a listener.
async fn heard(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Message {
    let next = tokio::time::timeout(PATIENCE, socket.next()).await;
    next.expect("something is said").expect("the stream goes on").expect("no error")
}

#[tokio::test]
async fn a_request_reaches_the_system_whole_and_its_answer_comes_back_as_it_was_given() {
    let served = Served::start().await;
    for method in [Method::GET, Method::POST, Method::DELETE, Method::PATCH] {
        let answer = served.send(method.clone(), "/tell/me?a=1&b=%20", "some body").await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (201, &"application/json".parse().expect("a value"))
        );
        let told = answer.json::<Vec<String>>().await.expect("JSON");
        assert_eq!(told, ["127.0.0.1", method.as_str(), "/tell/me?a=1&b=%20", "some body"]);
    }
}

#[tokio::test]
async fn the_system_is_told_who_asks_as_the_header_has_it() {
    let served = Served::start().await;
    assert_eq!(served.get("/who").await.2, "nobody");
    let ask = served.client.get(format!("http://{}/who", served.address)).bearer_auth("a token");
    assert_eq!(ask.send().await.expect("an answer").text().await.expect("a body"), "Bearer a token");
}

#[tokio::test]
async fn an_answer_is_called_what_it_is() {
    let served = Served::start().await;
    let text = "text/plain; charset=utf-8".to_owned();
    assert_eq!(served.get("/gone").await, (200, "application/json".to_owned(), "[]".to_owned()));
    assert_eq!(served.get("/refuse-not").await.0, 201);
    assert_eq!(served.get("/metrics").await, (200, PROMETHEUS.to_owned(), "a 1\n".to_owned()));
    let other = served.clone();
    let met = tokio::spawn(async move { other.get("/meet").await });
    assert_eq!(served.get("/meet").await, (200, text.clone(), "met".to_owned()));
    // Each could only be answered when the other had asked too.
    assert_eq!(met.await.expect("no panic"), (200, text, "met".to_owned()));
}

#[tokio::test]
async fn a_listener_hears_every_message_and_the_system_hears_that_it_hung_up() {
    let served = Served::start().await;
    let mut socket = served.listen("/watch").await.expect("the upgrade is granted");
    for n in 0..5 {
        assert_eq!(heard(&mut socket).await, Message::text(n.to_string()));
    }
    // The first exchange of this run.
    assert_eq!(served.get("/gone").await.2, "[]");
    socket.send(Message::Close(None)).await.expect("it listens");
    served.until_gone("[0]").await;
}

#[tokio::test]
async fn two_listeners_hear_their_own() {
    let served = Served::start().await;
    let mut first = served.listen("/watch").await.expect("the upgrade is granted");
    assert_eq!(heard(&mut first).await, Message::text("0"));
    let mut second = served.listen("/watch").await.expect("the upgrade is granted");
    assert_eq!(heard(&mut second).await, Message::text("0"));
    assert_eq!(heard(&mut first).await, Message::text("1"));
    // One goes without a word.
    drop(first);
    served.until_gone("[0]").await;
    assert_eq!(heard(&mut second).await, Message::text("1"));
}

#[tokio::test]
async fn a_stream_that_is_refused_is_refused_with_its_status() {
    let served = Served::start().await;
    match served.listen("/refuse").await {
        Err(tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), 429),
        other => panic!("no refusal: {:?}", other.map(|_| ())),
    }
    assert_eq!(served.get("/watch").await.0, 426, "a stream needs a WebSocket");
    served.listen("/quiet").await.expect("who has nothing to say yet refuses nobody");
}

#[tokio::test]
async fn a_client_that_goes_away_has_hung_up() {
    let served = Served::start().await;
    let other = served.clone();
    let waiting = tokio::spawn(async move { other.get("/never").await });
    let asked = async { while served.get("/hopeful").await.2 != "1" {} };
    tokio::time::timeout(PATIENCE, asked).await.expect("it was asked");
    waiting.abort();
    let wait = async { while served.get("/gone").await.2 == "[]" {} };
    tokio::time::timeout(PATIENCE, wait).await.expect("the system hears of it");
}

/// Otherwise a client that never reads would fill the memory.
#[tokio::test]
async fn who_does_not_listen_to_a_stream_is_let_go() {
    let system = System::start(system).expect("a thread");
    let ask = |path: &str, stream| {
        let text = |text: &str| text.to_owned();
        let (client, method, path, body) = (text("one"), text("GET"), text(path), text(""));
        system.ask(Question { client, method, path, body, terms: Terms::default(), stream })
    };
    let mut deaf = ask("/watch", true);
    let gone = async { while ask("/gone", false).next().await.is_none_or(|answer| answer.body == "[]") {} };
    tokio::time::timeout(PATIENCE, gone).await.expect("the system hangs up");
    let mut heard = 0;
    while deaf.next().await.is_some() {
        heard += 1;
    }
    assert!(heard > 0, "what was said before is still there");
}

#[tokio::test]
async fn when_it_stops_listeners_are_told_so() {
    let front = front().await;
    let served = Served::of(&front);
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(front.until(async move {
        let _told = told.await;
    }));
    let mut socket = served.listen("/watch").await.expect("the upgrade is granted");
    heard(&mut socket).await;
    tell.send(()).expect("it listens");
    let last = loop {
        match heard(&mut socket).await {
            Message::Close(frame) => break frame.expect("a reason"),
            _ => continue,
        }
    };
    assert_eq!((u16::from(last.code), last.reason.as_str()), (1001, "Server shutdown"));
    while socket.next().await.is_some() {}
    serving.await.expect("no panic").expect("no failure of the socket");
}

#[tokio::test]
async fn a_system_that_is_over_says_so_to_who_waits_and_to_who_comes() {
    let served = Served::start().await;
    assert_eq!(served.get("/end").await.0, 503);
    assert_eq!(served.get("/tell").await.0, 503);
}

#[tokio::test]
async fn any_page_may_post_and_delete() {
    let served = Served::start().await;
    let ask = served.client.request(Method::OPTIONS, format!("http://{}/tell", served.address));
    let ask = ask.header("origin", "https://example.org").header("access-control-request-method", "DELETE");
    let answer = ask.send().await.expect("an answer");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(answer.headers()["access-control-allow-methods"], "GET,POST,DELETE");
}

#[test]
fn a_system_that_has_no_interface_is_refused_with_those_that_have_one() {
    let call = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_millrace")).arg("endpoint").args(words).output();
        let output = output.expect("the program runs");
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    };
    let those: Vec<_> =
        millrace::patterns::ALL.iter().filter(|p| p.console.is_some()).map(|pattern| pattern.id).collect();
    for system in ["nothing", "sequential"] {
        let (code, said) = call(&["--system", system]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(system) && said.contains("API") && said.contains(&those.join(", ")), "{said}");
    }
    assert_eq!(call(&["--system", "sequential", "--model", "shipped"]).0, Some(2), "a system has its own servers");
    assert_eq!(call(&["--set", "requests=3"]).0, Some(2), "there is nothing to set");
}
