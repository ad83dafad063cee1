//! What is asked of a running system over its own interface: it reaches the program, links replay it, and the history at a playhead
//! has no answer that comes later.

use crate::program::{self, Log, events, setup};
use millrace::analysis::{ExchangeRow, History, Mark, PAGE, Prefix, Request};
use millrace::engine::{Action, Env, Exchange, Intervention, Ordinal, Terms};
use millrace::session::{Scenario, Session, link};
use millrace::spec::{Console, Fidelity, Flow, Pattern, Place, Route, SceneSpec, Values};
use millrace::trace::{EventKind, Ledger, SimTime, Span, StationKind, Trace};
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// A system with an interface: `/echo` says at once what it was told, `/slow` 100 ms later, `/watch` counts every 100 ms.
static SYSTEM: Pattern = Pattern {
    id: "listener",
    name: "Listener",
    title: "A system that can be asked",
    group: "Tests",
    glyph: "chain",
    scene,
    file: file!(),
    home: (StationKind::Worker, "home"),
    console: Some(&Console {
        name: "API of the listener",
        served: &[],
        fit: |_, body| body.to_owned(),
        routes: &[Route {
            method: "POST",
            path: "/echo",
            help: "Says it back.",
            body: "{}",
            stream: None,
            offers: &[],
        }],
    }),
    run: |env, _, _| Box::pin(listen(env)),
    ..Pattern::BASE
};

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    SceneSpec::new(Flow::Place(Place::crew("home", "Home")), [])
}

/// Answers for ten seconds. At one second two passengers ask, and one of them is refused.
async fn listen(env: Env) {
    let gone: Rc<RefCell<Vec<u32>>> = Rc::default();
    env.on_hang({
        let gone = gone.clone();
        move |exchange| gone.borrow_mut().push(exchange)
    });
    env.on_ask({
        let env = env.clone();
        move |asked| env.spawn("answer", answer(env.clone(), asked, gone.clone())).detach()
    });
    env.sleep(Span::secs(1)).await;
    for (client, status) in [("passenger 1", 200), ("passenger 2", 404)] {
        let number = env.ask(client, "POST /ride\n{}");
        env.reply(number, status, "");
    }
    env.sleep(Span::secs(9)).await;
}

async fn answer(env: Env, asked: Exchange, gone: Rc<RefCell<Vec<u32>>>) {
    match asked.path.as_str() {
        "/echo" => env.reply(asked.number, 201, &asked.body),
        "/slow" => {
            env.sleep(Span::millis(100)).await;
            env.reply(asked.number, 503, "too late");
        }
        "/watch" => {
            for n in 0.. {
                if gone.borrow().contains(&asked.number) {
                    return;
                }
                env.reply(asked.number, 200, &n.to_string());
                env.sleep(Span::millis(100)).await;
            }
        }
        _ => env.reply(asked.number, 404, "no such route"),
    }
}

type Plain = Session<Ledger, History>;

fn session(scenario: Scenario) -> Plain {
    Session::new(scenario, Ledger::new(), History::default())
}

fn ask(method: &str, path: &str, body: &str) -> Action {
    Action::Ask { client: PAGE.into(), method: method.into(), path: path.into(), body: body.into() }
}

/// The scenario in which these things are done, each at its time.
fn with(actions: &[(u64, Action)]) -> Scenario {
    let mut scenario = Scenario::new(&SYSTEM);
    scenario.interventions = actions
        .iter()
        .map(|(ms, action)| Intervention {
            at: SimTime(ms * 1_000_000),
            ordinal: Ordinal::ByTime,
            action: action.clone(),
        })
        .collect();
    scenario
}

fn finished(scenario: Scenario) -> Plain {
    let mut session = session(scenario);
    while !session.compute(SimTime::MAX, u64::MAX) {}
    session
}

/// What the link to a scenario reads as.
fn again(scenario: &Scenario) -> Scenario {
    let text = link::encode(scenario);
    let query = text.strip_prefix("#/listener?").expect("the link of the pattern");
    let decoded = link::decode_query(&SYSTEM, query);
    assert_eq!(decoded.notices, Vec::<String>::new(), "{text}");
    decoded.scenario
}

/// A request, and milliseconds, status and body of each answer.
type Told = (String, Vec<(f64, u16, String)>);

/// An exchange in words, as far as it has come.
fn told(row: &ExchangeRow, so_far: &Prefix<'_>, trace: &Trace) -> Told {
    let replies = so_far.replies(row).iter();
    let reply = replies.map(|r| (r.at.seconds() * 1e3, r.status, trace.name(r.body).to_owned()));
    (trace.name(row.request).to_owned(), reply.collect())
}

/// What the page asked up to an instant.
fn page_until(session: &mut Plain, ms: u64) -> Vec<Told> {
    session.show(SimTime(ms * 1_000_000), u64::MAX);
    let (so_far, trace) = (session.history().until(session.events(), session.playhead()), session.run().trace());
    so_far.exchanges().iter().filter(|row| row.is_from_page(&trace)).map(|row| told(row, &so_far, &trace)).collect()
}

#[test]
fn what_is_asked_reaches_the_program_with_its_client_and_its_body_as_sent() {
    let seen = Log::new();
    let mut setup = setup();
    let action = Action::Ask {
        client: "10.0.0.7".into(),
        method: "PUT".into(),
        path: "/things?a=1".into(),
        body: "not\njson".into(),
    };
    setup.interventions = vec![Intervention { at: SimTime(3), ordinal: Ordinal::ByTime, action }];
    let log = seen.clone();
    let over = program::finish(program::start(setup, |env| async move {
        env.on_ask(move |asked| log.push(asked));
        env.sleep(Span(5)).await;
    }));
    let expected = Exchange {
        number: 0,
        client: "10.0.0.7".into(),
        method: "PUT".into(),
        path: "/things?a=1".into(),
        body: "not\njson".into(),
        terms: Terms::default(),
    };
    assert_eq!(seen.all(), [expected]);
    let trace = over.run.trace();
    let asked = over.events().into_iter().find_map(|event| match event.kind {
        EventKind::Asked { exchange, client, request } => {
            Some((event.at, exchange, trace.name(client).to_owned(), trace.name(request).to_owned()))
        }
        _ => None,
    });
    assert_eq!(asked, Some((SimTime(3), 0, "10.0.0.7".into(), "PUT /things?a=1\nnot\njson".into())));
}

#[test]
fn a_system_that_answers_nobody_says_so() {
    let mut setup = setup();
    setup.interventions = vec![Intervention { at: SimTime(2), ordinal: Ordinal::ByTime, action: ask("GET", "/", "") }];
    let over = program::finish(program::start(setup, |env| async move { env.sleep(Span(5)).await }));
    let trace = over.run.trace();
    let replies = events(&over.run).into_iter().filter_map(|event| match event.kind {
        EventKind::Replied { exchange, status, body } => {
            Some((event.at, exchange, status, trace.name(body).to_owned()))
        }
        _ => None,
    });
    assert_eq!(replies.collect::<Vec<_>>(), [(SimTime(2), 0, 404, "nobody answers here".to_owned())]);
}

#[test]
fn a_request_is_taken_apart_as_it_was_put_together() {
    let request = |method, path, body| Request { method, path, body };
    assert_eq!(Request::of("GET /health"), request("GET", "/health", ""));
    assert_eq!(Request::of("POST /a?b=c d\n{\n}\n"), request("POST", "/a?b=c d", "{\n}\n"));
    assert_eq!(Request::of(""), request("", "", ""));
}

#[test]
fn at_an_earlier_playhead_no_later_exchange_is_seen_and_no_later_answer() {
    let mut session = finished(with(&[
        (200, ask("POST", "/slow", "")),
        (250, ask("POST", "/echo", "hello")),
        (400, ask("GET", "/", "")),
    ]));
    let slow = |replies| ("POST /slow".to_owned(), replies);
    let late = vec![(300.0, 503, "too late".to_owned())];
    let echo = ("POST /echo\nhello".to_owned(), vec![(250.0, 201, "hello".to_owned())]);
    let lost = ("GET /".to_owned(), vec![(400.0, 404, "no such route".to_owned())]);

    assert_eq!(page_until(&mut session, 500), [slow(late.clone()), echo.clone(), lost]);
    assert_eq!(page_until(&mut session, 399), [slow(late), echo.clone()]);
    assert_eq!(page_until(&mut session, 299), [slow(vec![]), echo]);
    assert_eq!(page_until(&mut session, 249), [slow(vec![])]);
    assert_eq!(page_until(&mut session, 199), []);
}

#[test]
fn a_request_before_the_system_is_up_is_held_until_it_listens_and_is_then_answered() {
    let asked = |session: &Plain| {
        let place = |at, ordinal| vec![Intervention { at, ordinal, action: ask("POST", "/echo", "first") }];
        let mut session = finished(session.with_interventions(|_, at, ordinal| place(at, ordinal)));
        let statuses = page_until(&mut session, 0).into_iter().flat_map(|(_, replies)| replies);
        statuses.map(|(_, status, _)| status).collect::<Vec<_>>()
    };
    let mut session = session(Scenario::new(&SYSTEM));
    assert_eq!(asked(&session), [201]);
    session.settle();
    assert_eq!((asked(&session), session.playhead()), (vec![201], SimTime::ZERO));
}

#[test]
fn who_hangs_up_hears_no_more() {
    let mut session = finished(with(&[(50, ask("GET", "/watch", "")), (300, Action::Hang { exchange: 0 })]));
    let counted = page_until(&mut session, 9_000);
    let expected: Vec<_> = [0_u32, 1, 2].map(|n| (50.0 + f64::from(n) * 100.0, 200, n.to_string())).into();
    assert_eq!(counted, [("GET /watch".to_owned(), expected)]);
}

#[test]
fn every_exchange_is_kept_with_who_asked() {
    let session = finished(with(&[(1, ask("GET", "/", ""))]));
    let trace = session.run().trace();
    let rows = session.history().exchanges.rows();
    let clients: Vec<_> = rows.iter().map(|row| (row.number, trace.name(row.client))).collect();
    assert_eq!(clients, [(0, "page"), (1, "passenger 1"), (2, "passenger 2")]);
    assert!(rows.iter().all(|row| row.replies.len() == 1));
}

#[test]
fn the_journal_tells_what_the_page_asked_and_what_was_refused_to_others() {
    let session = finished(with(&[(10, ask("POST", "/slow", "a body")), (50, ask("GET", "/watch", ""))]));
    let lines: Vec<_> = session
        .history()
        .journal
        .entries()
        .iter()
        .map(|entry| (entry.who.as_str(), entry.text.as_str(), entry.mark == Some(Mark::Change)))
        .collect();
    // A stream is told of once, and the passenger who was served not at all.
    let expected = [
        ("page", "POST /slow", true),
        ("page", "GET /watch", true),
        ("system", "200 after 0.0 ms", true),
        ("system", "503 after 100.0 ms", true),
        ("passenger 2", "POST /ride: 404 after 0.0 ms", false),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_was_said_is_part_of_the_hash() {
    let hash = |body| finished(with(&[(9_999, ask("POST", "/echo", body))])).far_hash();
    assert_eq!(hash("one"), hash("one"));
    assert_ne!(hash("one"), hash("two"));
}

#[test]
fn a_text_that_was_given_up_reads_as_empty_and_comes_back_under_another_number() {
    let mut trace = Trace::new();
    let (first, other) = (trace.text("a long answer"), trace.text("another"));
    trace.forget_text(first);
    trace.forget_text(first);
    assert_eq!((trace.name(first), trace.name(other)), ("", "another"));
    let again = trace.text("a long answer");
    assert_ne!(again, first);
    assert_eq!(trace.name(again), "a long answer");
    // Also one that was asked for last.
    assert_eq!([trace.text("a long answer"), trace.text("a long answer")], [again, again]);
    trace.forget_text(again);
    let third = trace.text("a long answer");
    assert_ne!(third, again);
    assert_eq!((trace.name(again), trace.name(third)), ("", "a long answer"));
}

#[test]
fn a_pattern_that_cannot_be_asked_ignores_what_a_link_asks_of_it() {
    let decoded = link::decode("#/sequential?x=0~0~ask~page~GET~/~;0~0~hang~0").expect("a link");
    assert_eq!((decoded.scenario.interventions.len(), decoded.notices.len()), (0, 2));
}

/// A text that a link could trip over.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[~;%&=#+?/ \\n\\r\\t\"{}<>`^|\\\\a-c0-2é🛗]{0,24}",
        proptest::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_asked_survives_its_link_and_happens_again(
        asks in proptest::collection::vec((0..9_000_u64, any_text(), any_text(), any_text(), any_text()), 1..4),
        hang in proptest::option::of(0..5_u32),
    ) {
        let mut actions: Vec<_> = asks
            .into_iter()
            .map(|(ms, client, method, path, body)| (ms, Action::Ask { client, method, path, body }))
            .collect();
        actions.extend(hang.map(|exchange| (9_500, Action::Hang { exchange })));
        actions.sort_by_key(|(ms, _)| *ms);
        let scenario = with(&actions);
        let read = again(&scenario);
        prop_assert_eq!(&read.interventions, &scenario.interventions);
        prop_assert_eq!(finished(read).far_hash(), finished(scenario).far_hash());
    }

    #[test]
    fn whatever_is_said_to_the_program_comes_back_as_it_was(body in any_text()) {
        let mut session = finished(again(&with(&[(1, ask("POST", "/echo", &body))])));
        let gap = if body.is_empty() { "" } else { "\n" };
        let expected = [(format!("POST /echo{gap}{body}"), vec![(1.0, 201, body)])];
        prop_assert_eq!(page_until(&mut session, 1), expected);
    }
}
