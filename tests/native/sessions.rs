//! What is shown of the sessions of a source is what their frames' own events say, and what the system itself has counted.

use crate::coordination::detail;
use crate::program::follow;
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::{Fidelity, PlaceKind, SessionGauges};
use millrace::trace::{Cursor, EventKind, JobId, Outcome, SimTime, StationKind};
use millrace::view::Picture;
use millrace::view::recent::{Became, Last, Sessions};
use std::collections::BTreeMap;

/// Limits, a short queue, errors and a shutdown in the midst of it: every end that a frame can have.
const LINKS: [&str; 3] = [
    "platform?sessions=40&hasty=0.3&hasty-rate=40&frame-limit=8&burst=4&workers=3&jobs-buffer=5&errors=0.2&run-for=2s",
    "platform?sessions=40&hasty=0.3&hasty-rate=40&frame-limit=8&burst=4&workers=9&jobs-buffer=50&run-for=2s&shutdown-at=1s&grace=50ms&rate=200&user-limit=1",
    "platform?preset=shutdown-as-shipped&sessions=60&workers=20&run-for=2s&shutdown-at=1s&errors=0.1",
];

/// The fold of a link's run at an instant.
fn at<R>(link: &str, now: SimTime, look: impl Fn(&Sessions) -> R) -> R {
    let session = follow(link);
    let trace = session.run().trace();
    let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
    while cursor.step(&trace, now, &mut picture) {}
    let (source, _) = picture.ledger.find("sessions", &trace).expect("the source of sessions");
    look(picture.recent.sessions(source).expect("its sessions"))
}

#[test]
fn what_became_of_all_is_what_the_platform_has_counted() {
    let mut met = BTreeMap::new();
    for link in LINKS {
        let report = detail(link);
        let frames = |key: &str| report["frames"][key].as_u64().unwrap_or_else(|| panic!("{key} in {report:?}"));
        let ways = [
            ("answered", Became::Answered),
            ("limited", Became::Limited),
            ("jobs_full", Became::Full),
            ("errors", Became::Failed),
            ("lost", Became::Lost),
        ];
        at(link, SimTime::MAX, |sessions| {
            assert_eq!((sessions.came(), sessions.inside().count()), (frames("sent"), 0), "{link}");
            for (key, became) in ways {
                assert_eq!(sessions.ended(became), frames(key), "{link}: {key}");
            }
        });
        ways.iter().for_each(|(key, _)| *met.entry(*key).or_insert(0) += frames(key));
    }
    assert!(met.values().all(|n| *n > 0), "every end is among them: {met:?}");
}

#[test]
fn the_last_of_each_session_is_the_one_that_its_events_name_last() {
    for link in LINKS {
        let session = follow(link);
        let trace = session.run().trace();
        for now in [1, 400, 1_003, 1_700].map(|ms| SimTime(ms * 1_000_000)) {
            let mut expected: BTreeMap<i64, (JobId, SimTime, Option<Outcome>)> = BTreeMap::new();
            let (mut source, mut whose) = (None, 0);
            for event in trace.iter().take_while(|event| event.at <= now) {
                match event.kind {
                    EventKind::Opened { station, kind: StationKind::Source, name, .. }
                        if trace.name(name) == "sessions" =>
                    {
                        source = Some(station);
                    }
                    EventKind::Gauged { station, gauge, value }
                        if Some(station) == source && gauge == SessionGauges::ALL.whose =>
                    {
                        whose = value;
                    }
                    EventKind::Entered { job, station } if Some(station) == source => {
                        expected.insert(whose, (job, event.at, None));
                    }
                    EventKind::Left { job, outcome } => {
                        let theirs = expected.values_mut().filter(|(last, ..)| *last == job);
                        theirs.for_each(|last| *last = (job, event.at, Some(outcome)));
                    }
                    _ => {}
                }
            }
            at(link, now, |sessions| {
                for (place, last) in sessions.last().iter().enumerate() {
                    let Some((job, since, outcome)) = expected.get(&(place as i64)) else {
                        assert_eq!(*last, None, "{link}: s{place}");
                        continue;
                    };
                    let Some(Last { job: shown, became, at }) = *last else {
                        panic!("{link}: s{place} sent something")
                    };
                    assert_eq!((shown, at), (*job, *since), "{link} at {now:?}: s{place}");
                    let fits = match outcome {
                        None => became == Became::Inside,
                        Some(Outcome::Completed) => became == Became::Answered,
                        Some(Outcome::Rejected) => matches!(became, Became::Full | Became::Limited),
                        Some(Outcome::Lost) => became == Became::Lost,
                        Some(_) => became == Became::Failed,
                    };
                    assert!(fits, "{link} at {now:?}: s{place} is {became:?} and {outcome:?}");
                }
            });
        }
    }
}

/// Its gauges are numbers, as those of every station are: another source that wrote the same ones would be taken for one of sessions.
#[test]
fn only_a_source_that_is_shown_so_is_taken_for_one_of_sessions() {
    for pattern in patterns::ALL {
        for fidelity in [Fidelity::Documented, Fidelity::Shipped] {
            let mut scenario = Scenario::new(pattern);
            scenario.fidelity = fidelity;
            let scene = (pattern.scene)(&scenario.values(), fidelity);
            let mut run = scenario.run(None);
            run.advance(SimTime(300_000_000), 100_000);
            let trace = run.trace();
            let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
            while cursor.step(&trace, SimTime(300_000_000), &mut picture) {}
            let sources = picture.ledger.stations_with_ids().filter(|(_, row)| row.kind == StationKind::Source);
            for (source, row) in sources {
                let name = trace.name(row.name);
                let shown = scene
                    .places()
                    .iter()
                    .any(|place| matches!(place.kind, PlaceKind::Sessions(_)) && place.station == name);
                assert_eq!(picture.recent.sessions(source).is_some(), shown, "{} {fidelity:?}: {name}", pattern.id);
            }
        }
    }
}
