//! The edges of the backend as a whole: who is let in, whose answer is written, who is told by a socket, and what is lost when it ends.

use crate::pool::{PHONE, WIDE, seen};
use crate::program::follow;
use millrace::analysis::History;
use millrace::patterns;
use millrace::session::Scenario;
use millrace::session::Session;
use millrace::spec::{Fidelity, Kind, LimiterGauges, Value};
use millrace::trace::{EventKind, Gauge, Ledger, Outcome, SimTime, Span};
use millrace::view::{Shape, scene::draw, text};
use std::collections::BTreeMap;

const SECOND: u64 = 1_000_000_000;
const FIDELITIES: [&str; 2] = ["documented", "shipped"];

fn backend(query: &str) -> Session<Ledger, History> {
    follow(&format!("backend?{query}"))
}

/// What a job is: a request that came, a task for later, something that somebody is told by a socket. What a pool of the manager does for a request is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Request,
    Task,
    Message,
}

/// How many of each ended how.
fn ends(session: &Session<Ledger, History>) -> BTreeMap<(What, Outcome), u64> {
    let (mut known, mut stations, mut ends) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let trace = session.run().trace();
    for event in trace.iter() {
        match event.kind {
            EventKind::Opened { station, name, .. } => {
                stations.insert(station, trace.name(name).to_owned());
            }
            EventKind::Entered { job, .. } => {
                known.insert(job, What::Request);
            }
            // A task is bound for its rail, and a message for the socket of a user.
            EventKind::Bound { job, to, .. } => match stations.get(&to).map(String::as_str) {
                Some("low") => {
                    known.insert(job, What::Task);
                }
                Some(name) if name.starts_with('u') => {
                    known.insert(job, What::Message);
                }
                _ => {}
            },
            EventKind::Left { job, outcome } => {
                if let Some(what) = known.get(&job) {
                    *ends.entry((*what, outcome)).or_default() += 1;
                }
            }
            _ => {}
        }
    }
    ends
}

fn gauge(session: &Session<Ledger, History>, station: &str, gauge: Gauge) -> i64 {
    let trace = session.run().trace();
    session.history().ledger.find(station, &trace).map_or(0, |(_, row)| row.gauge(gauge))
}

fn count(ends: &BTreeMap<(What, Outcome), u64>, what: What, outcome: Outcome) -> u64 {
    ends.get(&(what, outcome)).copied().unwrap_or(0)
}

#[test]
fn as_documented_a_client_is_held_to_ten_a_second_before_its_handler_and_as_shipped_nobody_is() {
    for fidelity in FIDELITIES {
        let session = backend(&format!("preset=throttled&fidelity={fidelity}"));
        let (refused, all) = (gauge(&session, "client limit", LimiterGauges::ALL.refused) as u64, ends(&session));
        let passed = gauge(&session, "client limit", LimiterGauges::ALL.passed) as u64;
        assert_eq!(refused + passed, 4_500, "{fidelity}");
        assert_eq!(count(&all, What::Request, Outcome::Rejected), refused, "{fidelity}");
        match fidelity {
            // Thirty buckets of twenty, and ten a second each for five seconds: 2,100, but for those of an address that asks for less by lot.
            "documented" => assert!((1_900..=2_100).contains(&passed), "{passed}"),
            _ => assert_eq!(refused, 0),
        }
        let detail = session.history().detail().expect("a detail").report();
        assert_eq!(detail["answers"].get("429").map_or(0, |n| n.as_u64().expect("a number")), refused, "{fidelity}");
    }
}

#[test]
fn each_of_the_limiters_mistakes_can_be_put_right_by_itself() {
    let refused = |more: &str| {
        let session = backend(&format!("preset=throttled&{more}"));
        gauge(&session, "client limit", LimiterGauges::ALL.refused)
    };
    assert_eq!(refused("limiter-stands=behind"), 0);
    assert!(refused("limiter-buckets=kept") > 2_000);
}

#[test]
fn as_shipped_an_answer_of_sixteen_seconds_is_worked_out_and_heard_by_nobody() {
    for fidelity in FIDELITIES {
        let session = backend(&format!("preset=unwritten&fidelity={fidelity}"));
        let (all, detail) = (ends(&session), session.history().detail().expect("a detail").report());
        let wanted = if fidelity == "shipped" { (0, 30, 30) } else { (30, 0, 0) };
        let is = (
            count(&all, What::Request, Outcome::Completed),
            count(&all, What::Request, Outcome::Failed),
            detail["unheard"].as_u64(),
        );
        assert_eq!((is.0, is.1, is.2.unwrap_or(0)), wanted, "{fidelity}");
    }
    // Without the mistake in the time to write the rest of what is shipped answers everybody.
    let all = ends(&backend("preset=unwritten&write-timeout=20s"));
    assert_eq!(count(&all, What::Request, Outcome::Completed), 30);
}

#[test]
fn asked_to_end_it_does_all_that_was_accepted_or_as_shipped_lets_it_go_with_the_process() {
    let lost = |query: &str| {
        let session = backend(&format!("preset=shutdown&{query}"));
        let all = ends(&session);
        assert_eq!(session.history().ledger.tally.in_system, 0, "{query}");
        assert_eq!(count(&all, What::Request, Outcome::Lost), 0, "{query}: a request was let in and not answered");
        assert!(session.computed() <= SimTime(13 * SECOND), "{query}: {:?}", session.computed());
        count(&all, What::Task, Outcome::Lost)
    };
    assert_eq!(lost("fidelity=documented"), 0);
    let (none, three) = (lost(""), lost("stops=three"));
    // Where the processor is stopped its workers finish what they have in hand.
    assert!(three > 0 && none > three, "{none} {three}");
}

#[test]
fn whenever_it_is_asked_to_end_nothing_that_was_accepted_is_lost_as_documented() {
    for ms in [1, 40, 333, 1_000, 2_718, 4_999] {
        let session = backend(&format!("preset=shutdown&fidelity=documented&shutdown-at={ms}ms&rate=100&requests=500"));
        let all = ends(&session);
        for outcome in [Outcome::Lost, Outcome::Cancelled] {
            assert_eq!(
                (count(&all, What::Request, outcome), count(&all, What::Task, outcome)),
                (0, 0),
                "{outcome:?} at {ms} ms"
            );
        }
        assert_eq!(session.history().ledger.tally.in_system, 0, "at {ms} ms");
    }
}

#[test]
fn whoever_saves_something_is_told_once_and_a_newer_socket_takes_the_place_of_the_older() {
    let session = backend("preset=sockets");
    let all = ends(&session);
    assert_eq!(count(&all, What::Request, Outcome::Completed), 400);
    // Each that was saved is told; what lay in a socket that was let go is lost.
    assert_eq!(all.iter().filter(|((what, _), _)| *what == What::Message).map(|(_, n)| n).sum::<u64>(), 400);
    assert!(count(&all, What::Message, Outcome::Completed) > 390, "{all:?}");
    let (trace, mut replaced) = (session.run().trace(), 0);
    for event in trace.iter() {
        replaced += u32::from(matches!(event.kind, EventKind::Stated { state, .. } if trace.name(state) == "replaced"));
    }
    // Every other second of twenty.
    assert!((8..=10).contains(&replaced), "{replaced}");
}

/// All is over within half a second, before anybody has said a figure.
#[test]
fn what_happens_after_the_last_beat_is_seen_at_the_end() {
    let seen = |fidelity: &str| {
        let session = backend(&format!(
            "requests=60&arrivals=constant&rate=1000&routes=save:1&max-concurrent-db-ops=3&installed=on&addresses=100000&fidelity={fidelity}"
        ));
        assert!(session.computed() < SimTime(SECOND), "{:?}", session.computed());
        let states = session.history().checks.states().iter();
        let seen = states.filter(|state| state.first_seen().is_some()).map(|state| state.check.statement);
        seen.filter(|name| name.starts_with("more operations ran than there are permits")).count()
    };
    assert_eq!([seen("shipped"), seen("documented")], [1, 0]);
}

#[test]
fn below_the_handler_stands_what_the_run_is_about_and_what_is_handed_to_it_has_a_wire() {
    for (query, station, is_fed) in [
        ("", "background", true),
        ("shutdown-at=3s", "process", false),
        ("socket-again=2s", "hub", true),
        ("socket-again=2s&shutdown-at=3s", "hub", true),
        ("socket-again=2s&sockets=0", "background", true),
    ] {
        let scenario = Scenario::read(&format!("backend?{query}")).expect("a good link").scenario;
        let scene = (scenario.pattern.scene)(&scenario.values(), Fidelity::Documented);
        let is_there = |name: &str| scene.places().iter().any(|place| place.station == name);
        let shown: Vec<_> = ["background", "process", "hub"].into_iter().filter(|name| is_there(name)).collect();
        assert_eq!(shown, [station], "{query}");
        let wire = scene.wires.iter().any(|wire| (wire.from.as_str(), wire.to.as_str()) == ("handler", station));
        assert_eq!(wire, is_fed, "{query}");
    }
}

#[test]
fn a_socket_that_is_asked_too_late_to_answer_in_time_is_told_of_at_both_fields() {
    let notices = |query: &str| Scenario::read(&format!("backend?{query}")).expect("a link").notices.join(" ");
    let says = "a ping every 1m comes too late for an answer within 1m";
    for query in ["socket-ping=60s", "socket-wait=60s&socket-ping=60s"] {
        assert!(notices(query).contains(says), "{query}: {}", notices(query));
    }
    assert_eq!(notices("socket-ping=59s"), "");
}

#[test]
fn what_is_no_route_is_told_at_its_place_and_called_what_it_is() {
    let notices = |routes: &str| Scenario::read(&format!("backend?routes={routes}")).expect("a link").notices.join(" ");
    let said = notices("search:1,find:2");
    assert!(said.contains("route 2, at character 10: \"find\" is none of search, check, save, sign-in"), "{said}");
    assert!(notices("").contains("there is no route"), "{}", notices(""));
}

/// Would have caught: a box with milliseconds whose text is read as seconds.
#[test]
fn what_the_box_of_a_time_shows_is_read_as_the_same_time_and_the_seconds_of_the_backend_are_seconds() {
    for pattern in patterns::ALL {
        for field in (pattern.fields)() {
            let Kind::Span { min, max } = field.kind else { continue };
            for span in [min, Span(min.0 + 1), Span(min.0.midpoint(max.0)), max] {
                let (shown, unit) = field.boxed(span);
                assert_eq!(
                    field.read(&shown).ok(),
                    Some(Value::Span(span)),
                    "{} {}: {shown} {unit}",
                    pattern.id,
                    field.key
                );
            }
        }
    }
    let fields = (patterns::find("backend").expect("the pattern").fields)();
    let boxed = |key: &str, span| fields.iter().find(|field| field.key == key).expect("a field").boxed(span);
    assert_eq!(boxed("request-timeout-seconds", Span::secs(30)), ("30".to_owned(), "s"));
    assert_eq!(boxed("health-check-interval", Span::millis(1_500)), ("1.5".to_owned(), "s"));
    assert_eq!(boxed("request-timeout-seconds", Span::secs(3_600)), ("3600".to_owned(), "s"));
    assert_eq!(boxed("warm-up", Span::millis(20)), ("20".to_owned(), "ms"));
    assert_eq!(boxed("warm-up", Span::secs(2_400)), ("40m".to_owned(), ""));
}

#[test]
fn while_the_process_is_down_its_handler_says_so_and_nothing_else() {
    for size in [(1_104.0, 700.0), PHONE] {
        let texts = |ms| {
            let shapes = seen("#/backend?preset=crash", ms, size, draw);
            let text = |shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None };
            shapes.into_iter().filter_map(text).collect::<Vec<_>>()
        };
        let has = |ms, wanted: &str| texts(ms).iter().any(|text| text == wanted);
        // From 20 s to 110 s.
        assert_eq!(
            [19_000, 21_000, 109_000, 111_000].map(|ms| has(ms, "down")),
            [false, true, true, false],
            "{size:?}"
        );
        assert!(!has(21_000, "closed"), "{size:?}: of its breaker there is nothing to say");
    }
    let says = |ms| {
        let rows = seen("#/backend?preset=crash", ms, WIDE, text::rows);
        rows.into_iter().find(|row| row.what == "Handler").map(|row| row.says).expect("a row")
    };
    assert!(
        says(40_000).contains("down, whoever comes is refused") && !says(15_000).contains("down"),
        "{}",
        says(40_000)
    );
}
