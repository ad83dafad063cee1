//! The pattern of the pool of connections: the document's figures, what breaks, what leaks and where, what the code of the document does otherwise.

use crate::coordination::{detail, given_up_comes_to_an_end};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{follow, values};
use crate::promises::hold_with;
use millrace::patterns::find;
use millrace::session::Scenario;
use millrace::spec::Fidelity;
use millrace::trace::{EventKind, Outcome};
use millrace::view::{scene::items, text};
use proptest::prelude::*;
use serde_json::Value as Json;

const MS: u64 = 1_000_000;

/// The connections that a link's run reports.
fn connections(link: &str) -> Vec<Json> {
    detail(link)["connections"].as_array().expect("a list").clone()
}

/// How many left so.
fn left(link: &str, way: Outcome) -> usize {
    let session = follow(link);
    let is_it = |kind| matches!(kind, EventKind::Left { outcome, .. } if outcome == way);
    session.run().trace().iter().filter(|event| is_it(event.kind)).count()
}

fn closed_for<'a>(all: &'a [Json], why: &str) -> Vec<&'a Json> {
    all.iter().filter(|connection| connection["why"] == why).collect()
}

#[test]
fn the_26th_query_waits_and_after_a_burst_of_25_twenty_are_closed() {
    for (asks, wait) in [(25, 0), (26, 1), (60, 35)] {
        let detail = detail(&format!("connection-pool?script=*{asks}@0s"));
        assert_eq!(detail["waits_ns"]["count"], wait, "{asks}");
    }
    let all = connections("connection-pool?script=*25@0s");
    assert_eq!((all.len(), closed_for(&all, "idle-limit").len()), (25, 20));
    // The program asks twice itself: for a ping, and to prepare its statements.
    assert_eq!(all.iter().map(|connection| connection["uses"].as_u64().unwrap()).sum::<u64>(), 27);
    let kept = connections("connection-pool?script=*25@0s;*25@1s&idle=25");
    assert!(kept.len() == 25 && kept.iter().all(|connection| connection["why"].is_null()));
    assert_eq!(connections("connection-pool?script=*25@0s;*25@1s").len(), 45);
}

#[test]
fn connections_that_are_open_at_the_very_start_are_told_of_too() {
    let all = connections("connection-pool?connect=0ms&ping=off&prepared=off&script=*25@0s");
    assert_eq!((all.len(), closed_for(&all, "idle-limit").len()), (25, 20));
    assert!(all.iter().all(|connection| connection["opened_ns"] == 0 && connection["uses"] == 1));
}

#[test]
fn where_fewer_may_be_open_than_are_idle_by_default_all_of_them_are_kept() {
    let all = connections("connection-pool?open=3&script=*10@0s");
    assert!(all.len() == 3 && all.iter().all(|connection| connection["why"].is_null()), "{all:?}");
}

#[test]
fn a_statement_that_is_to_fail_fails_however_often_there_was_no_connection_before() {
    let link = "connection-pool?ping=off&prepare-fails=3&fidelity=shipped&x=0~0~fault~crash~500000000";
    assert_eq!(detail(link)["statements_left"], 3);
}

#[test]
fn an_idle_time_acts_only_where_it_is_shorter_than_the_lifetime() {
    let closed = |lifetime: &str, idle_time: &str| {
        let link = "connection-pool?script=*25@0s;@9s&idle=25&prepared=off&ping=off";
        let all = connections(&format!("{link}&lifetime={lifetime}&idle-time={idle_time}"));
        (closed_for(&all, "lifetime").len(), closed_for(&all, "idle-time").len())
    };
    assert_eq!(closed("2s", "4s"), (25, 0));
    assert_eq!(closed("4s", "2s"), (0, 25));
    // None of either, and the pair of the document, in nine seconds.
    assert_eq!(closed("0s", "0s"), (0, 0));
    assert_eq!(closed("5m", "10m"), (0, 0));
}

#[test]
fn with_jitter_no_lifetime_is_longer_and_they_end_one_by_one() {
    let spread = |jitter: &str| {
        // 22 at a time keep nearly all busy, so whoever is too old is found within 40 ms.
        let all = connections(&format!("connection-pool?preset=together&idle=22&open=22&jitter={jitter}"));
        let first: Vec<u64> = closed_for(&all, "lifetime")
            .iter()
            .filter(|connection| connection["opened_ns"].as_u64() < Some(100 * MS))
            .map(|connection| connection["closed_ns"].as_u64().unwrap())
            .collect();
        assert_eq!(first.len(), 22, "{jitter}");
        (*first.iter().min().unwrap(), *first.iter().max().unwrap())
    };
    let (first, last) = spread("0");
    assert!(first >= 1_000 * MS && last - first < 60 * MS, "{first} {last}");
    let (first, last) = spread("0.5");
    assert!(first >= 500 * MS && last < 1_100 * MS && last - first > 200 * MS, "{first} {last}");
}

#[test]
fn what_is_not_needed_gets_to_rest_when_the_last_used_goes_first() {
    let resting = |take: &str| {
        closed_for(&connections(&format!("connection-pool?preset=by-turns&take={take}")), "idle-time").len()
    };
    assert!(resting("lifo") >= 20, "{}", resting("lifo"));
    assert_eq!(resting("fifo"), 0);
}

#[test]
fn after_a_crash_every_connection_is_found_to_be_broken_and_everybody_is_served_or_told() {
    let link = "connection-pool?idle=25&burst-size=20&requests=200&x=150000000~0~fault~crash~100000000";
    // The bursts of 0 and 100 ms are over, that of 200 ms is refused.
    assert_eq!((left(link, Outcome::Completed), left(link, Outcome::Failed)), (180, 20));
    let all = connections(link);
    let before: Vec<&Json> =
        all.iter().filter(|connection| connection["opened_ns"].as_u64() < Some(150 * MS)).collect();
    assert_eq!(before.len(), 20);
    assert!(before.iter().all(|connection| connection["why"] == "broken"), "{before:?}");
    assert_eq!(closed_for(&all, "broken").len(), 20);
    // One that somebody cut is found out as well, and nobody notices but who has to wait for another.
    let cut = connections("connection-pool?idle=25&burst-size=20&requests=200&x=150000000~0~fault~break-connection~3");
    assert_eq!(closed_for(&cut, "broken").iter().map(|connection| &connection["id"]).collect::<Vec<_>>(), [3]);
}

#[test]
fn in_a_partition_whoever_opens_a_connection_waits_until_something_gets_through() {
    let link = "connection-pool?script=*4@500ms&ping=off&prepared=off&x=400000000~0~fault~partition~1000000000";
    let all = connections(link);
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|connection| connection["opened_ns"] == 1_400 * MS), "{all:?}");
}

#[test]
fn a_query_that_takes_too_long_breaks_its_connection() {
    let all = connections("connection-pool?requests=80&timeout=4ms");
    assert!(closed_for(&all, "broken").len() > 10, "{all:?}");
    assert_eq!(left("connection-pool?requests=80&timeout=4ms", Outcome::TimedOut), closed_for(&all, "broken").len());
}

#[test]
fn a_leak_is_named_with_its_caller_and_the_line_that_keeps_it() {
    let source = include_str!("../../crates/patterns/src/connection_pool/query.rs");
    let line = source.lines().position(|line| line.contains("connection.leak()")).expect("the leak") + 1;
    for fidelity in ["documented", "shipped"] {
        let detail = detail(&format!("connection-pool?preset=leak&fidelity={fidelity}"));
        let leaked = detail["leaked"].as_array().unwrap();
        assert_eq!(leaked.len(), 25, "all of them");
        for leak in leaked {
            assert_eq!(leak["line"], line);
            assert!(leak["caller"].as_str().unwrap().starts_with('#') && leak["at_ns"].as_u64() > Some(0));
        }
        let held = detail["connections"].as_array().unwrap();
        assert_eq!(held.iter().filter(|connection| connection["closed_ns"].is_null()).count(), 25);
    }
    assert_eq!(detail("connection-pool?requests=400")["leaked"], Json::Array(Vec::new()));
}

#[test]
fn more_connections_than_the_server_has_slots_are_refused() {
    for (slots, refused) in [(30, 0), (25, 0), (20, 5), (10, 15)] {
        // Each of those that are refused at once; and those who wait are told when one is opened for them in vain.
        let detail = detail(&format!("connection-pool?script=*25@0s&slots={slots}"));
        assert_eq!(detail["refused"], refused, "{slots}");
        assert_eq!(detail["opened"], 25 - refused, "{slots}");
    }
    assert_eq!(detail("connection-pool?script=*25@0s&slots=0")["refused"], 0, "no limit");
}

#[test]
fn statements_live_with_their_connection_and_each_query_pays_where_none_is_prepared() {
    // One connection and one query after the other: prepared once, or for each.
    let link = "connection-pool?open=1&idle=1&script=@100ms;@200ms;@300ms;@400ms&service=constant&ping=off";
    let took = |more: &str| {
        let session = follow(&format!("{link}{more}"));
        session.end()
    };
    assert_eq!(took("").map(|at| at.0), Some(405 * MS));
    assert_eq!(took("&prepared=off").map(|at| at.0), Some(406 * MS));
    // The old one is closed first, as there may be no other, and on a new one nothing is prepared: 3, 15, 1 and 5 ms.
    assert_eq!(took("&lifetime=50ms").map(|at| at.0), Some(424 * MS));
}

#[test]
fn a_statement_is_forgotten_for_each_failure_as_shipped_and_none_as_documented() {
    for fails in [0, 1, 3, 10] {
        let left = |fidelity: &str| {
            detail(&format!("connection-pool?script=@0s&prepare-fails={fails}&fidelity={fidelity}"))["statements_left"]
                .clone()
        };
        assert_eq!(left("documented"), 0);
        assert_eq!(left("shipped"), fails);
    }
}

#[test]
fn what_cannot_stand_beside_each_other_is_refused_at_its_fields() {
    let told = |link: &str| {
        let read = Scenario::read(link).expect("a good link");
        format!("{:?} {:?}", read.notices, read.scenario.misfits())
    };
    assert!(told("connection-pool?open=3&idle=4").contains("4 cannot be idle where only 3 may be open"));
    assert!(told("connection-pool?lifetime=0s&jitter=0.2").contains("a lifetime without a limit has no share"));
    for good in [
        "connection-pool?open=3",
        "connection-pool?open=3&idle=3",
        "connection-pool?lifetime=0s",
        "connection-pool?idle=0",
    ] {
        assert_eq!(told(good), "[] []", "{good}");
    }
    for negative in ["open=-1", "idle=-1", "lifetime=-1s", "leak=-0.1"] {
        let told = told(&format!("connection-pool?{negative}"));
        assert_ne!(told, "[] []", "{negative}");
    }
}

#[test]
fn what_never_acts_or_acts_as_another_says_so_at_its_field_and_is_no_mistake() {
    let remarks = |link: &str| -> Vec<String> {
        let scenario = Scenario::read(link).expect("a good link").scenario;
        assert_eq!(scenario.misfits(), [], "{link}");
        let (fields, values) = ((scenario.pattern.fields)(), scenario.values());
        fields.iter().filter_map(|field| Some(format!("{}: {}", field.key, field.remarked(&values)?))).collect()
    };
    // The pair of the document.
    assert_eq!(remarks("connection-pool"), ["idle-time: never acts: the lifetime is shorter"]);
    assert_eq!(remarks("connection-pool?lifetime=10m"), ["idle-time: never acts: the lifetime is as short"]);
    for acts in ["lifetime=0s", "idle-time=299s", "lifetime=11m", "idle-time=0s"] {
        assert_eq!(remarks(&format!("connection-pool?{acts}")), [""; 0], "{acts}");
    }
    assert_eq!(remarks("connection-pool?open=3&lifetime=0s"), ["idle: acts as 3: no more may be open"]);
    let capped = "min-idle: acts as 3: no more may be open";
    assert_eq!((remarks("redis-pool"), remarks("redis-pool?size=3")), (vec![], vec![capped.to_owned()]));
    let late = |key: &str| format!("{key}: never acts: the caller's timeout is shorter");
    assert_eq!(remarks("redis-pool?timeout=3500ms"), [late("pool-timeout")]);
    assert_eq!(remarks("redis-pool?timeout=1s"), ["pool-timeout", "read", "write"].map(late));
    // A batch that runs on for nobody meets them all.
    assert_eq!(remarks("redis-pool?timeout=1s&fidelity=shipped"), [""; 0]);
    // What cannot stand there at all is told of as that.
    let values = Scenario::read("connection-pool?lifetime=1s&jitter=0.5").expect("a good link").scenario.values();
    let fields = (millrace::patterns::find("connection-pool").expect("it is there").fields)();
    let idle = fields.into_iter().find(|field| field.key == "idle-time").expect("a field");
    assert!(idle.remarked(&values).is_some() && idle.fits(|_| Err("no".to_owned())).remarked(&values).is_none());
}

const WAITED: &str = "somebody had to wait for a connection";
const LIMIT: &str = "a connection was closed because enough were idle";
const TOO_OLD_AT_REST: &str = "a connection that rested was too old before it had rested for too long";
const RESTED: &str = "a connection was closed because it had rested for too long";
const TOGETHER: &str = "half of all connections were being closed for their age at once";
const GAVE_UP: &str = "somebody waited for as long as it may and was refused";
const REFUSED: &str = "a connection could not be opened";
const LEAKED: &str = "a connection was never given back";
const NIL: &str = "a statement was used that was never prepared";
const LEFT: &str = "a statement was left behind that nobody will close";

#[test]
fn what_each_scenario_shows_is_seen_whatever_the_seed() {
    let points = [
        ("", WAITED),
        ("churn", LIMIT),
        ("together", TOGETHER),
        ("by-turns", RESTED),
        ("never-acts", TOO_OLD_AT_REST),
        ("patience", GAVE_UP),
        ("leak", LEAKED),
        ("too-many", REFUSED),
        ("never-prepared", NIL),
        ("first-leaks", LEFT),
    ];
    hold_with("connection-pool", &points, |id| {
        let given = match id {
            "" => "requests=80",
            "churn" => "requests=50",
            "together" => "requests=154&lifetime=100ms",
            "by-turns" => "requests=160&step-at=20ms&idle-time=40ms",
            "never-acts" => "script=*25@0s;@2s",
            "patience" => "requests=150",
            "leak" => "requests=150&leak=0.2",
            "too-many" => "requests=40",
            "never-prepared" => "requests=40&updates=0.5",
            _ => "requests=20",
        };
        given.to_owned()
    });
}

#[test]
fn that_one_at_rest_is_too_old_is_said_where_the_idle_time_never_acts_and_not_where_it_does() {
    let is_seen = |link: &str, statement: &str| {
        let session = follow(link);
        let mut states = session.history().checks.states().iter();
        states.find(|state| state.check.name() == statement).expect("the check").first_seen().is_some()
    };
    let never = "connection-pool?preset=never-acts";
    assert!(is_seen(never, TOO_OLD_AT_REST) && !is_seen(never, RESTED));
    let acts = "connection-pool?preset=never-acts&lifetime=30s";
    assert!(!is_seen(acts, TOO_OLD_AT_REST) && is_seen(acts, RESTED));
}

#[test]
fn the_picture_names_each_connection_and_who_waits() {
    for size in [WIDE, PHONE] {
        let all = seen("connection-pool", 20, size, items);
        let rows = all.iter().filter(|item| item.title.starts_with('c')).count();
        assert_eq!(rows, 25, "{size:?}");
        let opening = all.iter().filter(|item| item.lines.iter().any(|line| line.starts_with("opening"))).count();
        assert_eq!(opening, 24);
    }
    let waiting = seen("connection-pool", 20, WIDE, items).iter().filter(|item| item.title.starts_with('#')).count();
    assert_eq!(waiting, 15);
    let rows = seen("connection-pool?preset=leak", 1_500, WIDE, text::rows);
    let leaks: Vec<_> = rows.iter().filter(|row| row.says.contains("never given back by #")).collect();
    assert!(leaks.len() > 5 && leaks.iter().all(|row| row.says.contains("query.rs:")), "{rows:?}");
}

#[test]
fn nothing_of_it_leaves_the_canvas_however_many_connections_there_are() {
    for size in [WIDE, PHONE, (620.0, 260.0), (880.0, 300.0), (1_400.0, 520.0)] {
        for open in [1, 2, 25, 40, 120, 1_000] {
            let link = format!("connection-pool?open={open}&idle=1&burst-size=1500&requests=1500&leak=0.2&slots=0");
            for ms in [0, 18, 40] {
                stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, ms, size);
            }
        }
        for preset in ["too-many", "first-leaks", "leak", "together"] {
            let link = format!("connection-pool?preset={preset}");
            stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, 1_017, size);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Would have caught: a connection, a place in line or a query that is left behind by whoever goes, at whatever instant.
    #[test]
    fn whoever_stops_waiting_for_the_whole_leaves_nothing_that_goes_on_for_ever(place in any::<usize>(), ms in 0..1_200_u64, seed in 0..50_u32) {
        let pattern = find("connection-pool").expect("the pattern");
        let preset = pattern.scenarios().nth(place % pattern.scenarios().count());
        let values = values(pattern, Fidelity::Documented, preset, &[("requests", "300")]);
        given_up_comes_to_an_end(pattern, &values, seed, ms);
    }
}
