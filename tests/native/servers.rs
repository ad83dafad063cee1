//! Several servers in one run, as a cache has them: each with a station, dice, faults, knobs and patience of its own.

use crate::levels::{L2, PATTERN, faults};
use crate::program::{finish, setup, start};
use millrace::analysis::{History, Subject, Tone};
use millrace::engine::{Env, Seed, Setup};
use millrace::export::Report;
use millrace::session::{Scenario, Session, Target, link};
use millrace::spec::{FieldGroup, Pattern, params};
use millrace::trace::{Answer, Cursor, EventKind, JobId, Ledger, Outcome, SimTime, Span, StationId, StationKind};
use millrace::upstream::{self, Load, ServerParams};
use millrace::view::scene::{Look, Scene, draw};
use millrace::view::{Palette, Picture, Shape, Theme, text};
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A call that ended: of which job, at which server, how, and how long it took.
type Called = (JobId, String, Answer, Span);

struct Over(Session<Ledger, History>);

/// The scenario of a query, of which nothing is ignored.
#[track_caller]
fn scenario(query: &str) -> Scenario {
    let decoded = link::decode_query(&PATTERN, query);
    assert_eq!(decoded.notices, Vec::<String>::new(), "{query}");
    decoded.scenario
}

#[track_caller]
fn follow(query: &str) -> Over {
    let mut session = Session::new(scenario(query), Ledger::new(), History::watching(PATTERN.checks()));
    while !session.compute(SimTime::MAX, u64::MAX) {}
    for state in session.history().checks.states() {
        assert_eq!(state.first_seen(), None, "{query}: {}", state.check.name());
    }
    Over(session)
}

impl Over {
    /// All calls that ended, with their servers as the ledger knows them.
    fn calls(&self) -> Vec<Called> {
        let trace = self.0.run().trace();
        let (mut ledger, mut cursor, mut calls) = (Ledger::new(), Cursor::new(), Vec::new());
        while let Some(event) = trace.get(cursor.index) {
            if let EventKind::Answered { job, answer, .. } = event.kind {
                let server = ledger.job(job).and_then(|row| row.server()).expect("a call has a server");
                let name = trace.name(ledger.station(server).expect("a station").name).to_owned();
                calls.push((job, name, answer, ledger.call_age(job, event.at).expect("a call")));
            }
            cursor.step(&trace, SimTime::MAX, &mut ledger);
        }
        calls
    }

    fn calls_of(&self, server: &str) -> BTreeMap<JobId, (Answer, Span)> {
        self.calls().into_iter().filter(|c| c.1 == server).map(|(job, _, answer, took)| (job, (answer, took))).collect()
    }

    fn arrivals(&self, server: &str) -> u64 {
        let trace = self.0.run().trace();
        self.0.history().ledger.find(server, &trace).map_or(0, |(_, row)| row.levels.arrivals)
    }
}

#[test]
fn each_server_has_a_station_and_every_call_is_at_its_own() {
    let over = follow("");
    assert_eq!(over.arrivals("l1"), 300);
    let missed = |server| over.calls_of(server).values().filter(|(answer, _)| !answer.is_success()).count() as u64;
    assert_eq!((over.arrivals("l2"), over.arrivals("server")), (missed("l1"), missed("l2")));
    for (server, ms) in [("l1", 1), ("l2", 5), ("server", 50)] {
        assert!(over.calls_of(server).values().all(|(_, took)| *took == Span::millis(ms)), "{server}");
    }
    let trace = over.0.run().trace();
    let ledger = &over.0.history().ledger;
    let servers: Vec<_> =
        ledger.stations.iter().filter(|s| s.kind == StationKind::Server).map(|s| trace.name(s.name)).collect();
    assert_eq!(servers, ["server", "l1", "l2"]);
    assert!(ledger.stations.iter().all(|s| s.levels.present == 0));
}

#[test]
fn the_report_has_the_figures_of_each_server() {
    let report = Report::of(&follow("").0, Vec::new(), 0);
    let lines: Vec<_> =
        report.servers.iter().map(|s| (s.name.as_str(), s.latency_ns.map(|l| (l.count, l.p50)))).collect();
    let missed =
        |server: &str| follow("").calls_of(server).values().filter(|(answer, _)| !answer.is_success()).count() as u64;
    let expected = [
        ("l1", Some((300, Span::millis(1)))),
        ("l2", Some((missed("l1"), Span::millis(5)))),
        ("server", Some((missed("l2"), Span::millis(50)))),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn the_report_says_which_fault_each_server_still_has_at_the_end() {
    // A slow L1, and an L2 that is slow and down: the worst is said. The origin's outage was lifted in time.
    let faults = "x=0~0~fault~slow-server.l1~3;0~0~fault~slow-server.l2~2;0~0~fault~outage.l2~600000000000;0~0~fault~outage~1000000";
    let report = Report::of(&follow(faults).0, Vec::new(), 0);
    let lines: Vec<_> = report.servers.iter().map(|s| (s.name.as_str(), s.fault.as_deref())).collect();
    assert_eq!(lines, [("l1", Some("slow ×3")), ("l2", Some("down")), ("server", None)]);
    assert!(millrace::export::text(&report).contains("at the end slow ×3"), "{}", millrace::export::text(&report));
}

#[test]
fn where_there_are_several_servers_the_calls_under_way_at_each_are_a_level_of_its_own() {
    let over = follow("");
    let (history, trace) = (over.0.history(), over.0.run().trace());
    for server in ["l1", "l2", "server"] {
        let (id, row) = history.ledger.find(server, &trace).expect("a server");
        let points = history.levels.of(Subject::Queue(id));
        let most = points.iter().map(|point| point.level as u64).max();
        assert_eq!(
            (most, points.last().map(|point| point.level)),
            (Some(row.levels.present_peak), Some(0)),
            "{server}"
        );
    }
}

#[test]
fn the_fault_of_one_server_leaves_the_others_as_they_are() {
    let whole = "x=0~0~fault~";
    let plain = follow("");
    for fault in
        ["slow-server.l2~3", "error-burst.l2~100", "brownout.l2~2", "outage.l2~600000000000", "crash.l2~600000000000"]
    {
        let over = follow(&format!("{whole}{fault}"));
        assert_eq!(over.calls_of("l1"), plain.calls_of("l1"), "{fault}");
        assert_ne!(over.calls_of("l2"), plain.calls_of("l2"), "{fault}");
        // Who comes to the origin meets there what would have been met without the fault.
        let (there, before) = (over.calls_of("server"), plain.calls_of("server"));
        assert!(before.iter().filter_map(|(job, met)| Some((there.get(job)?, met))).all(|(a, b)| a == b), "{fault}");
        assert!(there.values().all(|(answer, took)| answer.is_success() && *took == Span::millis(50)), "{fault}");
    }
    // A kind of fault alone is the first server's: the origin's.
    let over = follow(&format!("{whole}outage~600000000000"));
    assert!(over.calls_of("server").values().all(|(answer, _)| *answer == Answer::Status(503)));
    assert_eq!((over.calls_of("l1"), over.calls_of("l2")), (plain.calls_of("l1"), plain.calls_of("l2")));
}

#[test]
fn a_live_knob_turns_the_server_whose_it_is() {
    let over = follow("x=0~0~live~l2-mean~9000000;0~0~live~l1-errors~1000000");
    assert!(
        over.calls_of("l1").values().all(|(answer, took)| *answer == Answer::Status(500) && *took == Span::millis(1))
    );
    assert!(over.calls_of("l2").values().all(|(_, took)| *took == Span::millis(9)));
    assert!(over.calls_of("server").values().all(|(_, took)| *took == Span::millis(50)));
}

#[test]
fn the_patience_with_each_server_is_its_own() {
    let over = follow("l2-timeout=4ms&timeout=60ms");
    assert!(over.calls_of("l2").values().all(|call| *call == (Answer::TimedOut, Span::millis(4))));
    assert!(over.calls_of("server").values().all(|(answer, _)| answer.is_success()));
    let told = over.0.history().journal.entries().iter().find(|e| e.tone == Tone::Timeout).map(|e| e.text.clone());
    assert_eq!(
        told.expect("a timeout is told").split_once(' ').map(|(_, rest)| rest.to_owned()),
        Some("timed out at l2 after 4.0 ms".to_owned())
    );
}

#[test]
fn what_a_server_says_is_told_in_its_name() {
    let over = follow("requests=600&l2-server=shared&x=0~0~fault~error-burst.l1~100");
    let said: Vec<_> = over.0.history().journal.entries().iter().filter(|e| e.tone == Tone::Note).collect();
    assert!(!said.is_empty() && said.iter().all(|e| e.who == "l2" && e.text.starts_with("error state o")), "{said:?}");
    let trace = over.0.run().trace();
    let l2 = over.0.history().ledger.find("l2", &trace).map(|(id, _)| id);
    let by = trace.iter().filter_map(|e| match e.kind {
        EventKind::Noted { by, .. } => Some(by.station()),
        _ => None,
    });
    assert!(by.into_iter().all(|by| by == l2));
    let errors = over.0.history().journal.entries().iter().filter(|e| e.tone == Tone::Server && e.mark.is_none());
    assert!(errors.clone().any(|e| e.who == "l1") && errors.clone().any(|e| e.who == "l2"));
}

#[test]
fn links_name_the_server_of_a_fault_and_read_back_the_same() {
    let round = |query: &str| {
        let text = link::encode(&scenario(query));
        text.split_once('?').map_or("", |(_, query)| query).to_owned()
    };
    for query in [
        "x=1000~0~fault~outage.l2~2000000000",
        "x=1000~0~fault~outage~2000000000;2000~0~fault~outage.l1~1000000",
        "x=1000~0~fault~slow-server.l1~3@500;2000~0~fault~brownout.l2~1.5;3000~0~fault~brownout.l2~off",
        "x=1000~0~fault~partition.l2~0;2000~0~fault~partition.l2~off",
        "x=1000~0~live~l2-mean~3000000",
        "l1-slots=4&l2-mean=7ms",
    ] {
        assert_eq!(round(query), query);
    }
    // The default server may be named; without a name the fault is its own, as it always was.
    assert_eq!(round("x=1000~0~fault~outage.server~2000000000"), "x=1000~0~fault~outage~2000000000");
    for bad in ["outage.l3~2000000000", "outage.~1", "nothing.l2~1", ".l2~1", "brownout.l2~many"] {
        let read = link::decode_query(&PATTERN, &format!("x=1000~0~fault~{bad}"));
        assert_eq!((read.scenario.interventions.len(), read.notices.len()), (0, 1), "{bad}");
    }
}

#[test]
fn what_of_a_fault_cannot_be_read_is_said_and_what_the_picture_has_instead() {
    let said = |entry: &str| link::decode_query(&PATTERN, &format!("x={entry}")).notices;
    let no_such = said("1000~0~fault~outage.l3~2000000000");
    let [no_such] = no_such.as_slice() else { panic!("{no_such:?}") };
    assert!(no_such.starts_with("levels has no fault \"outage.l3\"; it has "), "{no_such}");
    assert!(no_such.contains("outage, ") && no_such.contains("outage.l2") && no_such.ends_with("; it was ignored"));
    assert_eq!(
        said("1s~0~fault~outage.l2~2000000000"),
        [
            "\"1s\", the time of the intervention \"1s~0~fault~outage.l2~2000000000\", is no number of nanoseconds; it was ignored"
        ]
    );
    assert_eq!(
        said("1000~0~fault~brownout.l2~many"),
        ["the intervention \"1000~0~fault~brownout.l2~many\" cannot be read; it was ignored"]
    );
}

params! {
    /// Two servers, and each has a name.
    struct Named {
        ..load: Load,
        ..l1: ServerParams as "l1",
        ..l2: ServerParams as "l2",
    }
}

static NAMED: Pattern = Pattern { id: "named", fields: Named::fields, ..Pattern::BASE };

#[test]
fn an_endpoint_that_can_replace_none_of_the_servers_is_refused_in_these_words() {
    let read = link::decode_query(&NAMED, "target=fetch");
    assert_eq!(read.notices, ["none of the servers of named can be replaced by a real endpoint; it was ignored"]);
    assert_eq!(read.scenario.target, Target::Sim);
    assert_eq!(link::decode_query(&PATTERN, "target=fetch").notices, Vec::<String>::new(), "the origin can be");
}

#[test]
fn the_labels_of_faults_say_whose_they_are() {
    let labels: Vec<_> = faults().iter().map(|f| (f.name().into_owned(), f.full_label().into_owned())).collect();
    assert!(labels.contains(&("outage".to_owned(), "Origin: Outage".to_owned())));
    assert!(labels.contains(&("partition.l2".to_owned(), "L2: Partition".to_owned())));
    let scene = (PATTERN.scene)(&scenario("").values(), Default::default());
    assert!(scene.faults_of("l2").all(|f| f.server == Some(L2)) && scene.faults_of("l2").count() == 6);
    assert!(
        upstream::faults().iter().all(|f| f.full_label() == f.label),
        "where there is one server nobody asks whose"
    );
}

#[test]
fn the_picture_of_a_server_tells_of_its_own_faults_and_of_the_worst_of_several() {
    let scenario =
        scenario("x=1000~0~fault~slow-server.l1~3;1000~0~fault~brownout.l2~1.5;2000~0~fault~crash.l2~600000000000");
    let (spec, values) = ((PATTERN.scene)(&scenario.values(), scenario.fidelity), scenario.values());
    let at = |at| {
        let mut run = scenario.run(None);
        run.advance(SimTime(at), u64::MAX);
        let (mut picture, mut cursor) = (Picture::default(), Cursor::new());
        while cursor.step(&run.trace(), SimTime(at), &mut picture) {}
        let trace = run.trace();
        let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
        let look = Look::new((1_400.0, 700.0), Palette::of(Theme::Light), SimTime(at));
        let shapes = draw(&scene, &look).into_iter();
        let words: Vec<String> =
            shapes.filter_map(|shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None }).collect();
        (words, text::description(&scene, &look))
    };
    let said = |words: &[String]| {
        ["slow", "brownout", "crashed", "idle"].map(|word| words.iter().any(|w| w.starts_with(word)))
    };
    let (first, _) = at(1_500);
    assert_eq!(said(&first), [true, true, false, true], "{first:?}");
    let (then, described) = at(2_500);
    assert_eq!(said(&then), [true, false, true, true], "{then:?}");
    assert!(described.contains("injected: Brownout, Crash"), "{described}");
}

// Dice.

/// What a job met, call by call.
type Met = Vec<(Answer, Span)>;

/// What each of so many jobs meets: one row a job, `calls` says at which of two servers of one kind, the default one and another.
fn met(seed: &str, kind: &'static [(&'static str, &'static str)], jobs: usize, calls: &'static [usize]) -> Vec<Met> {
    let met: Rc<RefCell<Vec<Met>>> = Rc::default();
    let seen = met.clone();
    let over = finish(start(Setup { seed: Seed::from_word(seed), ..setup() }, move |env: Env| async move {
        let values = PATTERN.values(Default::default(), None, |field| {
            let (_, text) = kind.iter().find(|(key, _)| *key == field.key)?;
            field.read(text).ok()
        });
        let params = ServerParams::read(&values);
        let servers = [upstream::open(&env, &params), upstream::open_as(&env, L2, &params)];
        for _ in 0..jobs {
            let job = env.job_at(StationId(0));
            let mut row = Vec::new();
            for &server in calls {
                let reply = servers[server].call(&job).await;
                row.push((reply.answer, reply.latency));
            }
            seen.borrow_mut().push(row);
            job.leave(Outcome::Completed);
        }
    }));
    drop(over);
    Rc::try_unwrap(met).expect("the run is over").into_inner()
}

const ANY: &[(&str, &str)] = &[("service", "exponential"), ("mean", "10ms"), ("errors", "0.4")];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_attempt_and_no_server_meets_what_another_does(seed in "[a-z0-9]{1,8}") {
        for row in met(&seed, ANY, 200, &[0, 0, 0, 1, 1]) {
            for (n, (_, one)) in row.iter().enumerate() {
                // An exponential time is never the same twice, to the nanosecond.
                prop_assert!(row.iter().skip(n + 1).all(|(_, other)| one != other), "{:?}", row);
            }
        }
    }

    #[test]
    fn the_second_answer_of_a_job_is_independent_of_its_first(seed in "[a-z0-9]{1,8}") {
        const JOBS: usize = 2_000;
        let rows = met(&seed, ANY, JOBS, &[0, 0, 1]);
        let failed = |row: &Met, call: usize| !row[call].0.is_success();
        let share = |count: usize| count as f64 / JOBS as f64;
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            let both = share(rows.iter().filter(|r| failed(r, a) && failed(r, b)).count());
            let each = |call| share(rows.iter().filter(|r| failed(r, call)).count());
            // The covariance of two fair draws of 40 % has a standard error of 0.24 ÷ √2,000; six of them come once in 500 million.
            prop_assert!((both - each(a) * each(b)).abs() < 6.0 * 0.24 / (JOBS as f64).sqrt(), "calls {a} and {b}");
        }
    }

    #[test]
    fn what_a_first_attempt_meets_depends_on_no_other_server_and_no_other_attempt(seed in "[a-z0-9]{1,8}") {
        let first = |calls, call: usize| met(&seed, ANY, 100, calls).into_iter().map(move |row| row[call]).collect::<Vec<_>>();
        let alone = first(&[0], 0);
        prop_assert_eq!(&first(&[0, 0, 1], 0), &alone);
        prop_assert_eq!(&first(&[1, 1, 0], 2), &alone, "as with a cache before it, or without");
        prop_assert_eq!(first(&[1], 0), first(&[0, 0, 1], 2));
    }
}
