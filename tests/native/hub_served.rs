//! The hub over real WebSockets: what clients that are not ours say and are told, and what becomes of one that does not read. Nothing here
//! is timed, and nobody sleeps: what is waited for is something that happens.

use futures_util::{SinkExt, StreamExt};
use millrace::native::endpoint::{EndpointCall, Front, System};
use millrace::session::Scenario;
use reqwest::Client;
use serde_json::Value as Json;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long something that works may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A served hub. It ends with the test's runtime, or when it is told to stop.
struct Served {
    client: Client,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn start(query: &str) -> Served {
        let call = EndpointCall::read(["--port", "0"]).expect("options of the endpoint");
        let link = format!("hub?clients=0&messages=0&open-for=1h&emotion=0&no-face=0&{query}");
        let read = Scenario::read(&link).expect("a good link");
        assert_eq!(read.notices, Vec::<String>::new());
        let console = read.scenario.pattern.console.expect("an interface");
        let system = System::start(move || read.scenario.live()).expect("a thread");
        let front = Front::bind(&call, console, system).await.expect("this machine has a free port");
        let address = front.address();
        let (stop, told) = oneshot::channel::<()>();
        let serving = tokio::spawn(front.until(async move {
            let _told = told.await;
        }));
        Served { client: Client::builder().no_proxy().build().expect("a client"), address, stop, serving }
    }

    async fn connect(&self, session: &str) -> Socket {
        let url = format!("ws://{}/ws/interviews/{session}", self.address);
        connect_async(url).await.expect("the upgrade is granted").0
    }

    async fn metric(&self, name: &str) -> f64 {
        let answer = self.client.get(format!("http://{}/metrics", self.address)).send().await.expect("an answer");
        let text = answer.text().await.expect("text");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().expect("a number")
    }

    /// Waits until so many connections are open.
    async fn until_open(&self, open: f64) {
        let wait = async { while self.metric("websocket_active_connections").await != open {} };
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "there are never {open}");
    }
}

async fn say(socket: &mut Socket, text: &str) {
    socket.send(Message::text(text)).await.expect("it reads");
}

/// The next thing that a client hears, pings left out.
async fn hear(socket: &mut Socket) -> Message {
    loop {
        let next = tokio::time::timeout(PATIENCE, socket.next()).await.expect("something is said");
        let message = next.expect("it goes on").expect("no error");
        if !message.is_ping() {
            return message;
        }
    }
}

/// The type of the next message.
async fn kind(socket: &mut Socket) -> String {
    let message = hear(socket).await;
    let said: Json = serde_json::from_str(message.to_text().expect("text")).expect("JSON");
    said["type"].as_str().expect("a type").to_owned()
}

/// How a connection ends, and how many lines came before.
async fn end(socket: &mut Socket) -> (u16, String, usize) {
    let mut lines = 0;
    loop {
        match hear(socket).await {
            Message::Text(text) => lines += text.lines().count(),
            Message::Close(frame) => {
                let frame = frame.expect("a reason");
                return (frame.code.into(), frame.reason.to_string(), lines);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_a_client_says_is_answered() {
    let served = Served::start("").await;
    let mut socket = served.connect("otis").await;
    say(&mut socket, r#"{"type": "ping"}"#).await;
    assert_eq!([kind(&mut socket).await, kind(&mut socket).await], ["status", "question"]);
    for (said, told) in [
        (r#"{"type": "frame", "image": "abcd"}"#, "emotion_update"),
        (r#"{"type": "answer", "text": "yes"}"#, "question"),
        (r#"{"type": "bogus"}"#, "error"),
        ("nonsense", "error"),
    ] {
        say(&mut socket, said).await;
        assert_eq!(kind(&mut socket).await, told, "{said}");
    }
    // The same by a request, as the page does it.
    let told = served.client.post(format!("http://{}/ws/interviews/otis", served.address)).body(r#"{"type":"ping"}"#);
    assert_eq!(told.send().await.expect("an answer").status(), 202);
    assert_eq!(kind(&mut socket).await, "status");
    assert_eq!(served.metric("websocket_active_connections").await, 1.0);
    socket.send(Message::Close(None)).await.expect("it reads");
    served.until_open(0.0).await;
}

/// It asks again and again, and does not look at the answers: the systems between would take megabytes of them.
#[tokio::test]
async fn who_does_not_read_is_let_go_with_a_close_frame_and_another_hears_everything() {
    let served = Served::start("pong-wait=0&ping=0&write-wait=0").await;
    let mut deaf = served.connect("deaf").await;
    let mut quick = served.connect("quick").await;
    // More than may be on its way and unread, and a queue of 256.
    for n in 0..2_000 {
        if n % 50 == 0 && served.metric("websocket_active_connections").await == 1.0 {
            break;
        }
        say(&mut deaf, r#"{"type": "ping"}"#).await;
        say(&mut quick, r#"{"type": "frame", "image": "abcd"}"#).await;
        assert_eq!(kind(&mut quick).await, "emotion_update");
    }
    served.until_open(1.0).await;
    let (code, reason, lines) = end(&mut deaf).await;
    assert_eq!((code, reason.as_str()), (1_008, "its queue was full"));
    assert!((200..2_000).contains(&lines), "what had gone out before is still there: {lines}");
    say(&mut quick, r#"{"type": "ping"}"#).await;
    assert_eq!(kind(&mut quick).await, "status", "nothing was left out, and nothing came twice");
}

#[tokio::test]
async fn who_comes_again_ends_its_predecessor_on_a_socket_too() {
    let served = Served::start("").await;
    let mut first = served.connect("me").await;
    let mut second = served.connect("me").await;
    assert_eq!(end(&mut first).await, (1_000, "replaced by its successor".to_owned(), 0));
    say(&mut second, r#"{"type": "ping"}"#).await;
    assert_eq!(kind(&mut second).await, "status");
}

#[tokio::test]
async fn a_ping_of_the_hub_that_is_answered_keeps_a_client_and_one_that_is_not_ends_it() {
    let served = Served::start("ping=20ms&pong-wait=1h").await;
    let mut socket = served.connect("there").await;
    for _ in 0..5 {
        let next = tokio::time::timeout(PATIENCE, socket.next()).await.expect("something is said");
        assert!(next.expect("it goes on").expect("no error").is_ping());
    }
    let served = Served::start("ping=20ms&pong-wait=21ms").await;
    // Nobody reads, so nobody answers.
    let mut socket = served.connect("away").await;
    served.until_open(0.0).await;
    assert_eq!(end(&mut socket).await, (1_008, "no pong came".to_owned(), 0));
}

/// A client that answers the pings that it wants to, and no others, as no library does it.
struct Choosy(TcpStream);

impl Choosy {
    async fn connect(served: &Served, session: &str) -> Choosy {
        let mut stream = TcpStream::connect(served.address).await.expect("it listens");
        let head = format!(
            "GET /ws/interviews/{session} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            served.address
        );
        stream.write_all(head.as_bytes()).await.expect("it reads");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("a head"));
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Choosy(stream)
    }

    /// Sends a short frame, masked with nothing.
    async fn send(&mut self, code: u8, said: &[u8]) {
        let length = u8::try_from(said.len()).expect("a short frame");
        let frame = [&[0x80 | code, 0x80 | length, 0, 0, 0, 0], said].concat();
        self.0.write_all(&frame).await.expect("it reads");
    }

    /// The next frame: what it is, and what it says.
    async fn next(&mut self) -> (u8, Vec<u8>) {
        let frame = async {
            let code = self.0.read_u8().await? & 0x0f;
            let length = match self.0.read_u8().await? {
                126 => u64::from(self.0.read_u16().await?),
                127 => self.0.read_u64().await?,
                short => u64::from(short),
            };
            let mut said = vec![0; length as usize];
            self.0.read_exact(&mut said).await?;
            std::io::Result::Ok((code, said))
        };
        tokio::time::timeout(PATIENCE, frame).await.expect("something is said").expect("it goes on")
    }
}

const TEXT: u8 = 1;
const PING: u8 = 9;
const PONG: u8 = 10;

#[tokio::test]
async fn who_answers_only_the_last_of_the_pings_that_it_has_read_hears_on() {
    let served = Served::start("ping=20ms&pong-wait=1h&write-wait=0&coalesce=off").await;
    let mut client = Choosy::connect(&served, "choosy").await;
    // Three times as much as makes the server ask how far it has been read, and more than may be unread altogether.
    for round in 0..3 {
        let mut heard = 0;
        while heard < 16 << 10 {
            client.send(TEXT, br#"{"type": "ping"}"#).await;
            let mut told = client.next().await;
            while told.0 != TEXT {
                assert_eq!(told.0, PING, "in round {round}: {}", String::from_utf8_lossy(&told.1));
                told = client.next().await;
            }
            heard += told.1.len();
        }
        // The first asks how far it has read, and the other, behind it, whether it is there.
        let mut last = Vec::new();
        let mut pings = 0;
        while pings < 2 {
            let (code, said) = client.next().await;
            if code == PING {
                (last, pings) = (said, pings + 1);
            }
        }
        client.send(PONG, &last).await;
    }
}

#[tokio::test]
async fn a_message_of_a_mebibyte_is_read_and_a_longer_one_is_not() {
    let served = Served::start("").await;
    let mut socket = served.connect("long").await;
    say(&mut socket, &"x".repeat(1 << 20)).await;
    assert_eq!(kind(&mut socket).await, "error");
    say(&mut socket, &"x".repeat((1 << 20) + 1)).await;
    assert_eq!(end(&mut socket).await.0, 1_009);
}

#[tokio::test]
async fn when_it_stops_every_socket_is_closed_with_a_close_frame_also_of_who_does_not_read() {
    let served = Served::start("messages=1000&rate=20000&pong-wait=0&ping=0&write-wait=0&buffer=1000").await;
    let mut sockets = Vec::new();
    for n in 0..5 {
        sockets.push(served.connect(&format!("client {n}").replace(' ', "%20")).await);
    }
    served.until_open(5.0).await;
    served.stop.send(()).expect("it serves");
    tokio::time::timeout(PATIENCE, served.serving).await.expect("it ends").expect("no panic").expect("no failure");
    for socket in &mut sockets {
        let (code, reason, _) = end(socket).await;
        assert_eq!((code, reason.as_str()), (1_001, "Server shutdown"));
    }
}
