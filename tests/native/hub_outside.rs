//! The hub for those outside: who connects from the page, what is said to them and what they are told when they are let go; and, on a host
//! of which every instant is known, when exactly that is.

use crate::program::follow_scenario;
use millrace::analysis::{History, PAGE};
use millrace::engine::{Action, Heard, Host, Intervention, Memory, Ordinal, Run, Terms, Unfit};
use millrace::session::{Scenario, Session, link};
use millrace::spec::Stream;
use millrace::trace::{EventKind, Ledger, SimTime, Span};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::rc::Rc;

const ME: &str = "/ws/interviews/me";
const PING: &str = r#"{"type": "ping"}"#;
const ANSWER: &str = r#"{"type": "answer", "text": "because"}"#;
const FRAME: &str = r#"{"type": "frame", "image": "abcd"}"#;

fn ask(ms: u64, method: &str, path: &str, body: &str) -> (u64, Action) {
    let [method, path, body] = [method, path, body].map(str::to_owned);
    (ms, Action::Ask { client: PAGE.into(), method, path, body })
}

fn connect(ms: u64) -> (u64, Action) {
    ask(ms, "GET", ME, "")
}

fn say(ms: u64, body: &str) -> (u64, Action) {
    ask(ms, "POST", ME, body)
}

fn hang(ms: u64, exchange: u32) -> (u64, Action) {
    (ms, Action::Hang { exchange })
}

/// The scenario of a link, in which these things are done, each at its time.
fn with(query: &str, actions: Vec<(u64, Action)>) -> Scenario {
    let read = Scenario::read(&format!("hub?{query}")).expect("a good link");
    assert_eq!(read.notices, Vec::<String>::new(), "{query}");
    let mut scenario = read.scenario;
    scenario.interventions = actions
        .into_iter()
        .map(|(ms, action)| Intervention { at: SimTime(ms * 1_000_000), ordinal: Ordinal::ByTime, action })
        .collect();
    scenario
}

/// What a run answered in each exchange: milliseconds, status, body.
type Told = Vec<Vec<(u64, u16, String)>>;

fn told(session: &Session<Ledger, History>) -> Told {
    let trace = session.run().trace();
    let rows = session.history().exchanges.rows();
    let reply = |row: &millrace::analysis::ExchangeRow| {
        row.replies.iter().map(|r| (r.at.nanos() / 1_000_000, r.status, trace.name(r.body).to_owned())).collect()
    };
    rows.iter().map(reply).collect()
}

fn run(query: &str, actions: Vec<(u64, Action)>) -> Told {
    told(&follow_scenario(with(query, actions)))
}

/// The words of what was told in an exchange: of a message its type, of anything else its status and what it says.
fn words(replies: &[(u64, u16, String)]) -> Vec<String> {
    let words = replies.iter().flat_map(|(_, status, body)| {
        body.split('\n').map(move |line| match serde_json::from_str::<Json>(line) {
            Ok(said) if *status == 200 => said["type"].as_str().expect("a type").to_owned(),
            _ => format!("{status} {line}").trim().to_owned(),
        })
    });
    words.collect()
}

/// Nobody but those who come, for ten seconds.
const EMPTY: &str = "clients=0&messages=0&open-for=10s&emotion=0&no-face=0";

#[test]
fn each_thing_that_a_client_says_is_answered_on_its_connection_and_nothing_else_comes() {
    let all = run(
        EMPTY,
        vec![
            connect(100),
            say(200, PING),
            say(300, FRAME),
            say(400, ANSWER),
            say(500, r#"{"type": "sing"}"#),
            say(600, "{"),
            say(700, r#"{"type": "frame", "image": ""}"#),
        ],
    );
    let expected = ["101", "status", "question", "emotion_update", "question", "error", "error", "error"];
    assert_eq!(words(&all[0]), expected, "{all:?}");
    assert!(all[1..].iter().all(|replies| words(replies) == ["202"]), "{all:?}");
    let codes = all[0].iter().filter_map(|(_, _, body)| {
        let said: Json = serde_json::from_str(body).ok()?;
        said["code"].as_str().map(str::to_owned)
    });
    assert_eq!(codes.collect::<Vec<_>>(), ["UNKNOWN_TYPE", "INVALID_MESSAGE", "FACE_NOT_DETECTED"]);
}

#[test]
fn an_emotion_comes_after_the_time_of_the_service_and_a_run_does_not_end_before() {
    let query = "clients=0&messages=0&no-face=0";
    // The run has nothing else to do: it would be over at once.
    let all = run(query, vec![connect(0), say(0, FRAME), say(0, FRAME)]);
    let updates: Vec<_> = all[0].iter().filter(|(_, status, _)| *status == 200).collect();
    assert_eq!(updates.len(), 2, "{all:?}");
    for (at, _, body) in updates {
        let said: Json = serde_json::from_str(body).expect("JSON");
        let emotion = said["emotion"].as_str().expect("an emotion");
        assert!(["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"].contains(&emotion), "{said}");
        assert!((0.5..=1.0).contains(&said["confidence"].as_f64().expect("a number")), "{said}");
        // A run in virtual time begins with 1970.
        let written = format!("1970-01-01T00:00:00.{at:03}Z");
        assert!(*at > 10 && said["timestamp"].as_str().expect("a date") <= written.as_str(), "{at}: {said}");
    }
    // The next frame of a client is read when the last was seen; as shipped both are looked at at once.
    let at = |query: &str| run(query, vec![connect(0), say(0, FRAME), say(0, FRAME)])[0].last().expect("an end").0;
    assert!(at(query) > at(&format!("{query}&reads=task-each")));
}

#[test]
fn who_has_hung_up_is_told_nothing_and_whoever_speaks_for_nobody_is_told_so() {
    let all = run(EMPTY, vec![say(50, PING), connect(100), hang(200, 1), say(300, PING), connect(400), say(500, PING)]);
    assert_eq!(words(&all[1]), ["101"]);
    assert_eq!([all[0][0].1, all[2][0].1], [409, 409], "{all:?}");
    // A session that comes again goes on with its interview, and is asked what it was not asked yet.
    assert_eq!(words(&all[3]), ["101", "status", "question"]);
}

#[test]
fn a_session_that_comes_again_ends_its_predecessor_or_is_silenced_by_it_as_shipped() {
    let acts = || vec![connect(100), connect(200), say(300, PING), hang(400, 0), say(500, PING)];
    let documented = run(EMPTY, acts());
    assert_eq!(words(&documented[0]), ["101", "1000 replaced by its successor"]);
    assert_eq!(words(&documented[1]), ["101", "status", "question", "status"]);
    let shipped = run(&format!("{EMPTY}&fidelity=shipped"), acts());
    assert_eq!(words(&shipped[0]), ["101"]);
    // It said something at 500 ms, and is open, and nobody will ever say anything to it.
    assert_eq!(words(&shipped[1]), ["101", "status", "question"]);
    assert_eq!(words(&shipped[3]), ["202"]);
}

#[test]
fn who_connects_for_a_session_of_the_scenario_gets_what_is_meant_for_it() {
    let query = "clients=4&messages=400&rate=200&slow=0";
    let all = run(query, vec![ask(500, "GET", "/ws/interviews/s02", "")]);
    let got = words(&all[0]).iter().filter(|word| *word == "emotion_update").count();
    // A quarter of 300, give or take six standard deviations.
    assert!((30..120).contains(&got), "{got}");
    // Who comes under a name of his own is one more by lot.
    let all = run(query, vec![connect(500)]);
    let got = words(&all[0]).iter().filter(|word| *word == "emotion_update").count();
    assert!((20..100).contains(&got), "{got}");
}

#[test]
fn a_hub_that_is_shut_down_tells_everybody_and_keeps_nobody_waiting() {
    let query = "clients=3&messages=300&rate=100&slow=0&stop-at=1s";
    let session = follow_scenario(with(query, vec![connect(100), connect(1_100)]));
    assert!(format!("{:?}", session.outcome()).contains("Drained"), "{:?}", session.outcome());
    let all = told(&session);
    assert_eq!(words(&all[0]).last().expect("the end"), "1001 closed with the hub");
    assert_eq!(words(&all[1]), ["101", "1001 closed with the hub"]);
    // As shipped nobody is told.
    let shipped = run(&format!("{query}&fidelity=shipped"), vec![connect(100), connect(1_100)]);
    assert!(words(&shipped[0]).iter().all(|word| word == "101" || word == "emotion_update"));
    assert_eq!(words(&shipped[1]), ["101"]);
}

#[test]
fn who_connects_after_the_shutdown_is_told_so_and_nothing_is_opened_for_it() {
    let mut hub = Hosted::new("stop-at=1s");
    hub.pass(2_000);
    let opened = |hub: &Hosted| {
        let trace = hub.run.trace();
        trace.iter().filter(|event| matches!(event.kind, EventKind::Opened { .. })).count()
    };
    let before = opened(&hub);
    for n in 0..10 {
        let client = hub.connect(&format!("late {n}").replace(' ', "-"));
        hub.pass(100);
        assert_eq!(words(&hub.told(client)), ["101", "1001 closed with the hub"]);
    }
    assert_eq!(opened(&hub), before);
}

#[test]
fn an_answer_to_nothing_brings_the_question_and_who_comes_again_is_asked_the_open_one_again() {
    let mut hub = Hosted::new("");
    let number = |hub: &mut Hosted, client: u32, said: &str| {
        hub.says(client, said);
        hub.heard(client, Heard::Took);
        let (_, _, body) = hub.told(client).last().expect("something").clone();
        let last: Json = serde_json::from_str(body.lines().last().expect("a line")).expect("JSON");
        last["number"].as_u64()
    };
    let first = hub.connect("one");
    assert_eq!(number(&mut hub, first, ANSWER), Some(1), "it was asked nothing yet");
    assert_eq!(number(&mut hub, first, ANSWER), Some(2));
    hub.run.intervene(Action::Hang { exchange: first });
    hub.pass(1);
    let second = hub.connect("one");
    assert_eq!(number(&mut hub, second, ANSWER), Some(2), "this connection was asked nothing yet");
    assert_eq!(number(&mut hub, second, ANSWER), Some(3));
    hub.run.intervene(Action::Hang { exchange: second });
    hub.pass(1);
    let third = hub.connect("one");
    assert_eq!(number(&mut hub, third, PING), Some(3), "behind the status");
}

#[test]
fn a_frame_has_a_face_only_where_there_is_a_picture() {
    let mut hub = Hosted::new("");
    let client = hub.connect("one");
    for (frame, told) in [
        (r#"{"type": "frame"}"#, "error"),
        (r#"{"type": "frame", "image": 7, "data": null}"#, "error"),
        (r#"{"type": "frame", "image_data": ""}"#, "error"),
        (r#"{"type": "frame", "image": "", "data": "abcd"}"#, "emotion_update"),
    ] {
        hub.says(client, frame);
        hub.heard(client, Heard::Took);
        assert_eq!(words(&hub.told(client)).last().expect("something"), told, "{frame}");
    }
}

#[test]
fn what_the_interface_does_not_have_is_refused_and_counted_under_no_route() {
    let long = format!("/ws/interviews/{}", "x".repeat(65));
    let all = run(
        EMPTY,
        vec![
            ask(1, "GET", "/", ""),
            ask(2, "DELETE", ME, ""),
            ask(3, "GET", &long, ""),
            ask(4, "GET", "/ws/interviews/%20", ""),
            ask(5, "GET", "/ws/interviews/", ""),
            connect(6),
            ask(7, "GET", "/metrics", ""),
        ],
    );
    let statuses: Vec<u16> = all.iter().map(|replies| replies[0].1).collect();
    assert_eq!(statuses, [404, 405, 400, 400, 404, 101, 200]);
    let text = &all[6][0].2;
    for line in [
        r#"http_request_duration_seconds_count{method="GET",endpoint="",status="404"} 2"#,
        r#"http_request_duration_seconds_count{method="DELETE",endpoint="/ws/interviews/{session}",status="405"} 1"#,
        r#"http_request_duration_seconds_count{method="GET",endpoint="/ws/interviews/{session}",status="400"} 2"#,
        r#"http_request_duration_seconds_count{method="GET",endpoint="/ws/interviews/{session}",status="101"} 1"#,
        r#"http_request_duration_seconds_bucket{le="0.005",method="GET",endpoint="/ws/interviews/{session}",status="101"} 1"#,
        "websocket_active_connections 1.0",
        "queue_depth 0.0",
    ] {
        assert!(text.lines().any(|said| said == line), "no {line} in\n{text}");
    }
    let bounds = text.lines().filter(|line| line.contains(r#"status="101""#) && line.contains("_bucket")).count();
    assert_eq!(bounds, 12, "eleven bounds and no bound");
    // The document declares both gauges, and sets neither.
    let shipped = run(&format!("{EMPTY}&fidelity=shipped"), vec![connect(6), ask(7, "GET", "/metrics", "")]);
    assert!(shipped[1][0].2.contains("websocket_active_connections 0.0"), "{shipped:?}");
}

#[test]
fn what_somebody_said_to_the_hub_is_in_the_link_and_happens_again() {
    let scenario = with(EMPTY, vec![connect(100), say(200, PING), hang(300, 0)]);
    let read = link::decode(&link::encode(&scenario)).expect("a link");
    assert_eq!(read.notices, Vec::<String>::new());
    let (first, again) = (follow_scenario(scenario), follow_scenario(read.scenario));
    assert_eq!(first.far_hash(), again.far_hash());
    assert_eq!(told(&first), told(&again));
}

/// A host of which nobody asks anything but the date.
struct Epoch;

impl Host for Epoch {
    fn date(&self) -> SimTime {
        SimTime::ZERO
    }
    fn clock(&self) -> SimTime {
        SimTime::ZERO
    }
    fn memory(&self) -> Option<Memory> {
        None
    }
    fn tasks(&self) -> u64 {
        0
    }
}

/// A served hub whose clients' network is in the test's hand.
struct Hosted {
    run: Run,
    ms: u64,
}

impl Hosted {
    fn new(query: &str) -> Hosted {
        let mut run =
            with(&format!("clients=0&messages=0&open-for=1h&look=0&emotion=0&no-face=0&{query}"), vec![]).live();
        run.set_host(Rc::new(Epoch));
        run.advance(SimTime::ZERO, u64::MAX);
        Hosted { run, ms: 0 }
    }

    fn now(&mut self) {
        self.run.advance(SimTime(self.ms * 1_000_000), u64::MAX);
    }

    fn pass(&mut self, ms: u64) {
        self.ms += ms;
        self.now();
    }

    fn connect(&mut self, session: &str) -> u32 {
        let path = format!("/ws/interviews/{session}");
        let number = self.run.ask("10.0.0.1", ("GET", &path, ""), Terms::default());
        self.now();
        number
    }

    fn heard(&mut self, exchange: u32, heard: Heard) {
        self.run.heard(exchange, heard);
        self.now();
    }

    fn says(&mut self, exchange: u32, text: &str) {
        self.heard(exchange, Heard::Said(text.to_owned(), Box::new(())));
    }

    /// What an exchange was told: milliseconds, status, body.
    fn told(&self, exchange: u32) -> Vec<(u64, u16, String)> {
        let trace = self.run.trace();
        let replies = trace.iter().filter_map(|event| match event.kind {
            EventKind::Replied { exchange: number, status, body } if number == exchange => {
                Some((event.at.nanos() / 1_000_000, status, trace.name(body).to_owned()))
            }
            _ => None,
        });
        replies.collect()
    }
}

#[test]
fn nothing_goes_out_before_what_went_before_was_taken_and_then_all_that_waits_in_one_frame() {
    let mut hub = Hosted::new("");
    let client = hub.connect("one");
    for _ in 0..4 {
        hub.says(client, FRAME);
    }
    assert_eq!(words(&hub.told(client)), ["101", "emotion_update"], "the first one is not taken");
    hub.heard(client, Heard::Took);
    let told = hub.told(client);
    assert_eq!(told.len(), 3);
    assert_eq!(words(&told[2..]), ["emotion_update"; 3], "a line each");
    // One by one where that is wanted.
    let mut hub = Hosted::new("coalesce=off");
    let client = hub.connect("one");
    for _ in 0..4 {
        hub.says(client, FRAME);
    }
    hub.heard(client, Heard::Took);
    assert_eq!(hub.told(client).iter().map(|(_, _, body)| body.lines().count()).collect::<Vec<_>>(), [0, 1, 1]);
}

#[test]
fn who_fills_its_queue_is_let_go_at_that_message_and_nobody_else_is_later() {
    let mut hub = Hosted::new("buffer=8&write-wait=0");
    let (deaf, quick) = (hub.connect("deaf"), hub.connect("quick"));
    for n in 1..=20_u64 {
        hub.pass(1);
        for client in [deaf, quick] {
            hub.says(client, FRAME);
        }
        // The quick one has it at the very instant, whatever the other does.
        let (at, status, _) = hub.told(quick).last().expect("an update").clone();
        assert_eq!((at, status), (n, 200));
        hub.heard(quick, Heard::Took);
        // One is on its way, and eight have room.
        let over = hub.told(deaf).last().expect("something").1 == 1_008;
        assert_eq!(over, n >= 10, "at {n}");
    }
    assert_eq!(words(&hub.told(deaf)), ["101", "emotion_update", "1008 its queue was full"]);
}

#[test]
fn a_frame_that_is_not_taken_in_ten_seconds_ends_its_client() {
    let mut hub = Hosted::new("");
    let client = hub.connect("one");
    hub.says(client, FRAME);
    hub.pass(9_999);
    assert_eq!(words(&hub.told(client)), ["101", "emotion_update"]);
    hub.pass(1);
    assert_eq!(words(&hub.told(client)), ["101", "emotion_update", "1008 a frame took too long"]);
}

#[test]
fn a_client_is_asked_every_54_seconds_whether_it_is_there_and_has_60_since_its_last_pong() {
    let mut hub = Hosted::new("");
    let client = hub.connect("one");
    for round in 1..=3 {
        hub.pass(53_999);
        assert_eq!(hub.told(client).iter().filter(|(_, status, _)| *status == Stream::PING).count(), round - 1);
        hub.pass(1);
        assert_eq!(hub.told(client).last().expect("a ping").1, Stream::PING);
        hub.heard(client, Heard::Took);
        if round < 3 {
            hub.heard(client, Heard::Pong);
        }
    }
    // The last pong came at 108 s.
    hub.pass(5_999);
    assert_eq!(hub.told(client).last().expect("a ping").1, Stream::PING);
    hub.pass(1);
    assert_eq!(hub.told(client).last(), Some(&(168_000, 1_008, "no pong came".to_owned())));
}

#[test]
fn the_time_for_a_pong_stands_still_while_a_message_is_handled() {
    let mut hub = Hosted::new("emotion=10s&write-wait=0");
    let client = hub.connect("one");
    // The next is sent as soon as the one before was handled, and no pong is read before those that were sent earlier.
    for _ in 0..30 {
        let next = std::sync::Arc::new(());
        hub.heard(client, Heard::Said(FRAME.to_owned(), Box::new(next.clone())));
        while std::sync::Arc::strong_count(&next) > 1 {
            hub.pass(1);
        }
        hub.heard(client, Heard::Took);
    }
    assert!(hub.ms > 120_000, "{} ms", hub.ms);
    assert!(hub.told(client).iter().all(|(_, status, _)| *status < Stream::CLOSED), "{:?}", hub.told(client).last());
    // It reads again, and says nothing: it has what is left of 60 s, and not a moment more.
    let before = hub.ms;
    hub.pass(60_001);
    let (at, status, why) = hub.told(client).last().expect("its end").clone();
    assert_eq!((status, why.as_str()), (1_008, "no pong came"), "at {at}, {before}");
}

#[test]
fn a_session_that_comes_again_on_a_real_network_is_silenced_as_shipped_too() {
    let mut hub = Hosted::new("fidelity=shipped");
    let (first, second) = (hub.connect("me"), hub.connect("me"));
    hub.run.intervene(Action::Hang { exchange: first });
    hub.pass(1);
    hub.says(second, PING);
    hub.pass(1_000);
    assert_eq!((words(&hub.told(first)), words(&hub.told(second))), (vec!["101".to_owned()], vec!["101".to_owned()]));
}

#[test]
fn a_message_of_a_client_is_held_back_until_the_one_before_was_handled() {
    let mut hub = Hosted::new("emotion=1s");
    let client = hub.connect("one");
    // What is dropped when the message was handled; here it can be looked at.
    let next = std::sync::Arc::new(());
    hub.heard(client, Heard::Said(FRAME.to_owned(), Box::new(next.clone())));
    assert_eq!(std::sync::Arc::strong_count(&next), 2);
    hub.pass(60_000);
    assert_eq!(std::sync::Arc::strong_count(&next), 1);
    // As shipped the next is read at once.
    let mut hub = Hosted::new("emotion=1s&fidelity=shipped");
    let client = hub.connect("one");
    hub.heard(client, Heard::Said(FRAME.to_owned(), Box::new(next.clone())));
    assert_eq!(std::sync::Arc::strong_count(&next), 1);
}

#[test]
fn what_nobody_can_work_on_is_answered_and_counted() {
    let mut hub = Hosted::new("");
    let terms = Terms { unfit: Some(Unfit::Plain), ..Terms::default() };
    let number = hub.run.ask("10.0.0.1", ("GET", ME, ""), terms);
    hub.now();
    assert_eq!(hub.told(number)[0].1, 426);
    let metrics = hub.run.ask("10.0.0.1", ("GET", "/metrics", ""), Terms::default());
    hub.now();
    assert!(hub.told(metrics)[0].2.contains(r#"endpoint="/ws/interviews/{session}",status="426"} 1"#));
}

#[test]
fn messages_of_the_scenario_wait_until_somebody_is_connected() {
    let mut hub = Hosted::new("messages=10&rate=10");
    hub.pass(5_000);
    let client = hub.connect("one");
    for _ in 0..40 {
        hub.pass(50);
        hub.heard(client, Heard::Took);
    }
    let told = hub.told(client);
    assert_eq!(words(&told).iter().filter(|word| *word == "emotion_update").count(), 10, "{told:?}");
    assert!(told.iter().all(|(at, ..)| *at >= 5_000), "{told:?}");
}

/// What is done with a served hub.
#[derive(Clone, Debug)]
enum Deed {
    Connect(u8),
    Say(u8),
    Take(u8),
    Pong(u8),
    Hang(u8),
    Pass(u16),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => (0..3_u8).prop_map(Deed::Connect),
        8 => (0..12_u8).prop_map(Deed::Say),
        8 => (0..12_u8).prop_map(Deed::Take),
        1 => (0..12_u8).prop_map(Deed::Pong),
        1 => (0..12_u8).prop_map(Deed::Hang),
        2 => (0..3_000_u16).prop_map(Deed::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever does what, in whatever order: a connection ends once, is told nothing after its end, and its messages come in the order in
    /// which they were asked for, none twice.
    #[test]
    fn a_connection_ends_once_and_hears_in_order_whatever_others_do(
        deeds in proptest::collection::vec(deed(), 1..120),
        shipped in any::<bool>(),
    ) {
        let fidelity = if shipped { "shipped" } else { "documented" };
        let mut hub = Hosted::new(&format!("buffer=3&ping=4s&pong-wait=5s&write-wait=2s&fidelity={fidelity}"));
        let (mut clients, mut hung) = (Vec::new(), Vec::new());
        for deed in deeds {
            let of = |n: u8, clients: &[u32]| clients.get(usize::from(n)).copied();
            match deed {
                Deed::Connect(session) => clients.push(hub.connect(&format!("session {session}"))),
                Deed::Say(n) => if let Some(client) = of(n, &clients) { hub.says(client, ANSWER) },
                Deed::Take(n) => if let Some(client) = of(n, &clients) { hub.heard(client, Heard::Took) },
                Deed::Pong(n) => if let Some(client) = of(n, &clients) { hub.heard(client, Heard::Pong) },
                Deed::Hang(n) => if let Some(client) = of(n, &clients) {
                    hung.push((client, hub.told(client).len()));
                    hub.run.intervene(Action::Hang { exchange: client });
                    hub.now();
                },
                Deed::Pass(ms) => hub.pass(u64::from(ms)),
            }
        }
        hub.pass(60_000);
        for &client in &clients {
            let told = hub.told(client);
            prop_assert_eq!(told[0].1, Stream::BEGUN);
            let ends: Vec<usize> = (0..told.len()).filter(|&i| told[i].1 >= Stream::CLOSED).collect();
            prop_assert!(ends.is_empty() || ends == [told.len() - 1], "{:?}", told);
            let gone = hung.iter().find(|(number, _)| *number == client);
            if let Some((_, heard)) = gone {
                prop_assert_eq!(told.len(), *heard, "who has gone is told nothing: {:?}", told);
            }
            // Nobody took anything for a minute, and no pong came: whoever was still there is let go by then.
            prop_assert!(gone.is_some() || !ends.is_empty(), "{:?}", told);
            let numbers: Vec<u64> = told.iter().flat_map(|(_, _, body)| body.lines().map(str::to_owned).collect::<Vec<_>>())
                .filter_map(|line| serde_json::from_str::<Json>(&line).ok()?["number"].as_u64())
                .collect();
            prop_assert!(numbers.is_sorted_by(|a, b| a < b), "{:?}", told);
        }
        let metrics = hub.run.ask("10.0.0.1", ("GET", "/metrics", ""), Terms::default());
        hub.now();
        let text = hub.told(metrics)[0].2.clone();
        if !shipped {
            prop_assert!(text.contains("websocket_active_connections 0.0") && text.contains("queue_depth 0.0"), "{}", text);
        }
    }
}

#[test]
fn a_client_is_told_of_its_session_alone() {
    let mut hub = Hosted::new("");
    let (one, other) = (hub.connect("one"), hub.connect("other"));
    hub.says(one, PING);
    hub.heard(one, Heard::Took);
    assert_eq!(words(&hub.told(one)), ["101", "status", "question"]);
    assert_eq!(words(&hub.told(other)), ["101"]);
    hub.pass(Span::secs(1).0 / 1_000_000);
    assert_eq!(words(&hub.told(other)), ["101"]);
}
