//! The cache: that nothing is handed out past its time as documented, that a key is loaded once at a time, that nobody waits for ever, what its
//! code does otherwise, and that the picture shows what each level keeps.

use crate::coordination::{detail, given_up_comes_to_an_end};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{fold, follow, follow_scenario, values};
use crate::promises::hold_with;
use millrace::patterns::find;
use millrace::session::{Scenario, Session};
use millrace::spec::{AskedKey, CheckKind, Fidelity, KeptKey, LevelGauges, Packed};
use millrace::trace::{EventKind, JobId, Outcome, SimTime, StationId};
use millrace::view::scene::{hit, items};
use millrace::view::text;
use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;

const MS: u64 = 1_000_000;
const G: LevelGauges = LevelGauges::ALL;

/// A session that has run to its end.
type Ran = Session<millrace::trace::Ledger, millrace::analysis::History>;

/// What a trace says of one request.
#[derive(Clone, Debug, Default)]
struct Request {
    key: u32,
    came: u64,
    left: Option<u64>,
    /// Its loads: from when to when.
    loads: Vec<(u64, u64)>,
}

/// The requests of a link's run, by its events alone, and until when the second level kept which key from which instant on.
fn requests(link: &str) -> (BTreeMap<JobId, Request>, Vec<(u64, KeptKey)>) {
    let session = follow(link);
    let trace = session.run().trace();
    let (mut all, mut in_l2) = (BTreeMap::<JobId, Request>::new(), Vec::new());
    let mut origin = StationId::NONE;
    let mut out = BTreeMap::new();
    for event in trace.iter() {
        let at = event.at.0;
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == "server" => origin = station,
            EventKind::Gauged { gauge, value, .. } if gauge == G.asks => {
                let AskedKey { job, key } = AskedKey::read(value);
                all.insert(JobId(job), Request { key, came: at, ..Request::default() });
            }
            EventKind::Gauged { gauge, value, .. } if gauge == G.keeps[1] => in_l2.push((at, KeptKey::read(value))),
            EventKind::Called { job, station, .. } if station == origin => drop(out.insert(job, at)),
            EventKind::Answered { job, .. } => {
                if let Some(from) = out.remove(&job) {
                    all.get_mut(&job).expect("it asked").loads.push((from, at));
                }
            }
            EventKind::Left { job, .. } => drop(all.get_mut(&job).map(|request| request.left = Some(at))),
            _ => {}
        }
    }
    (all, in_l2)
}

/// Each time that a level served somebody with a value that it could not have kept any more, by the events alone: from when a load was answered a value
/// is good for so long, and the first level keeps what it is given for its own time and no longer than that. In nanoseconds, which level, which key, when.
fn past_its_time(session: &Ran, l1_ttl: u64, l2_ttl: u64) -> (usize, Vec<(usize, u32, u64)>) {
    let trace = session.run().trace();
    let (mut origin, mut called) = (StationId::NONE, BTreeMap::new());
    let (mut keys, mut good_of) = (BTreeMap::<JobId, u32>::new(), BTreeMap::<JobId, u64>::new());
    // Until when each level may hand a key out; who was answered last, and by the origin or by the second level; from which level a value came last.
    let mut kept: [BTreeMap<u32, u64>; 2] = Default::default();
    let (mut answered, mut from) = ((JobId(0), false), None);
    let (mut hits, mut wrong) = (0, Vec::new());
    for event in trace.iter() {
        let at = event.at.0;
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == "server" => origin = station,
            EventKind::Called { job, station, .. } => drop(called.insert(job, station == origin)),
            EventKind::Answered { job, .. } => {
                answered = (job, called.get(&job) == Some(&true));
                if answered.1 {
                    good_of.insert(job, at + l2_ttl);
                }
            }
            EventKind::Gauged { gauge, value, .. } if gauge == G.asks => {
                let AskedKey { job, key } = AskedKey::read(value);
                keys.insert(JobId(job), key);
            }
            EventKind::Gauged { gauge, value, .. } if G.keeps.contains(&gauge) => {
                let level = usize::from(gauge == G.keeps[1]);
                let KeptKey { key, until } = KeptKey::read(value);
                let (who, by_origin) = answered;
                if until == SimTime::ZERO {
                    kept[level].remove(&key);
                } else if level == 1 || by_origin {
                    // What its load brought.
                    kept[level].insert(key, if level == 1 { good_of[&who] } else { good_of[&who].min(at + l1_ttl) });
                } else {
                    let good = kept[1].get(&key).copied().unwrap_or(0);
                    kept[0].insert(key, good.min(at + l1_ttl));
                }
            }
            EventKind::Gauged { gauge, .. } if G.hits.contains(&gauge) => {
                from = G.hits.iter().position(|hits| *hits == gauge);
            }
            EventKind::Left { job, outcome: Outcome::Completed } => {
                let (Some(level @ (0 | 1)), Some(key)) = (from.take(), keys.get(&job)) else { continue };
                hits += 1;
                if kept[level].get(key).is_none_or(|until| *until <= at) {
                    wrong.push((level, *key, at));
                }
            }
            _ => {}
        }
    }
    (hits, wrong)
}

/// The most loads of one key at once.
fn most_at_once(all: &BTreeMap<JobId, Request>) -> usize {
    let loads = || all.values().flat_map(|request| request.loads.iter().map(|load| (request.key, *load)));
    let at = |key: u32, instant: u64| {
        loads().filter(|(other, (from, to))| *other == key && *from <= instant && instant < *to).count()
    };
    loads().map(|(key, (from, _))| at(key, from)).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_documented_nothing_is_past_its_time_and_a_key_is_loaded_once_at_a_time_whatever_goes_wrong(
        (keys, size, l1, l2) in (1..40_u32, 1..30_u32, 1..400_u64, 1..900_u64),
        (rate, origin, deadline, errors) in (50..1_500_u32, 0..80_u64, 0..90_u64, 0..30_u32),
        (early, slots, outage, remove) in (any::<bool>(), 0..4_u32, 0..400_u64, 0..900_u64),
        seed in 0..1_000_u32,
    ) {
        let early = if early { "on" } else { "off" };
        let link = format!(
            "cache?requests=300&arrivals=poisson&rate={rate}&keys={keys}&l1-size={size}&l1-ttl={l1}ms&l2-ttl={l2}ms&origin={origin}ms\
             &refresh-early={early}&deadline={deadline}ms&remove-at={remove}ms&l2-outage-for={outage}ms&l2-outage-at=100ms&slots={slots}\
             &service=exponential&errors=0.{errors:02}&seed=s{seed}"
        );
        // A level without a time, or none of these at all, is put right by the link.
        let session = follow_scenario(Scenario::read(&link).expect("a good link").scenario);
        let outcome = format!("{:?}", session.outcome());
        prop_assert!(outcome.contains("Drained"), "{}: {}", link, outcome);
        for state in session.history().checks.states() {
            let name = state.check.name();
            if state.check.kind == CheckKind::Always {
                prop_assert_eq!(state.first_seen(), None, "{}: {}", link, name);
            }
        }
        let given = session.scenario().values();
        let [l1, l2] = ["l1-ttl", "l2-ttl"].map(|key| given.span(key).0);
        prop_assert_eq!(past_its_time(&session, l1, l2).1, vec![], "{}", link);
        let report = session.history().detail().expect("it reports").report();
        prop_assert_eq!(&report["stale"], 0, "{}", link);
        prop_assert_eq!((&report["dropped_writes"], &report["unseen_writes"]), (&Json::from(0), &Json::from(0)));
        prop_assert!(report["peak_loads_of_one_key"].as_u64() <= Some(1), "{}", link);
    }
}

#[test]
fn by_the_events_alone_copies_are_past_their_time_as_shipped_and_none_is_as_documented() {
    for (fidelity, is_stale) in [("documented", false), ("shipped", true)] {
        let session = follow(&format!("cache?preset=stale-copies&l1-writes=at-once&fidelity={fidelity}"));
        let (hits, wrong) = past_its_time(&session, 500 * MS, 2_000 * MS);
        assert!(hits > 4_000 && wrong.is_empty() != is_stale, "{fidelity}: {hits} hits, {} of them wrong", wrong.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Would have caught: a load, a follower or a refresh that is left behind by whoever goes, at whatever instant.
    #[test]
    fn whoever_stops_waiting_for_the_whole_leaves_nothing_that_goes_on_for_ever(
        preset in proptest::sample::select(&["", "hot-key-removed", "l2-down", "early-refresh", "leader-goes", "dropped-writes"][..]),
        (single, writes) in (any::<bool>(), any::<bool>()),
        (ms, seed) in (0..900_u64, 0..50_u32),
    ) {
        let pattern = find("cache").expect("the pattern");
        let given = [
            ("requests", "600"), ("l2-outage-at", "200ms"), ("remove-at", "150ms"),
            ("single-flight", if single { "on" } else { "off" }), ("l1-writes", if writes { "at-once" } else { "buffered" }),
        ];
        let values = values(pattern, Fidelity::Documented, pattern.preset(preset), &given);
        given_up_comes_to_an_end(pattern, &values, seed, ms);
    }
}

#[test]
fn a_key_is_loaded_once_at_a_time_by_the_events_alone_and_without_single_flight_many_times() {
    for link in [
        "cache?requests=2000",
        "cache?preset=leader-goes",
        "cache?preset=hot-key-removed&fidelity=documented&requests=13000",
    ] {
        assert_eq!(most_at_once(&requests(link).0), 1, "{link}");
    }
    let (all, _) = requests("cache?preset=stampede");
    assert_eq!(most_at_once(&all), 1_000);
    let off = detail("cache?preset=stampede");
    assert_eq!((&off["loads"]["k1"], &off["peak_loads_of_one_key"]), (&Json::from(1_000), &Json::from(1_000)));
    let on = detail("cache?preset=stampede&single-flight=on");
    assert_eq!((&on["loads"]["k1"], &on["peak_loads_of_one_key"]), (&Json::from(1), &Json::from(1)));
    assert_eq!(on["hits"], serde_json::json!({ "l1": 10, "l2": 0, "origin": 1_000 }));
}

#[test]
fn who_follows_gets_the_error_of_the_load_and_the_next_one_loads_anew() {
    let link = "cache?script=a*50@0s;a*50@200ms&errors=1";
    let session = follow(link);
    let failed = session.history().detail().expect("it reports").report();
    assert_eq!(failed["loads"]["a"], 2, "an error is not kept");
    assert_eq!(failed["hits"], serde_json::json!({ "l1": 0, "l2": 0, "origin": 0 }));
    assert_eq!(requests(link).0.len(), 100);
}

#[test]
fn the_second_level_keeps_a_value_for_its_time_and_then_it_is_loaded_again() {
    for (preset, minutes) in [("sessions", 120), ("emotions", 60), ("users", 30)] {
        let (all, in_l2) = requests(&format!("cache?preset={preset}"));
        let time = minutes * 60_000 * MS;
        let mut loaded = BTreeMap::<u32, u64>::new();
        for (key, (_, at)) in all.values().flat_map(|r| r.loads.iter().map(|load| (r.key, *load))) {
            if let Some(before) = loaded.insert(key, at) {
                assert!(at >= before + time, "{preset}: key {key} was loaded at {before} and again at {at}");
            }
        }
        for (at, kept) in in_l2 {
            // Told in steps of some microseconds, from the load on, which was a write ago.
            let lasts = kept.until.0 - at;
            assert!((time - 3 * MS..=time).contains(&lasts), "{preset}: {kept:?} at {at}");
        }
        assert!(loaded.len() > 30);
    }
}

#[test]
fn a_value_is_loaded_early_once_however_many_ask_for_it_at_that_instant_and_whichever_level_answers() {
    let rush = detail("cache?script=k1@0s;k1*100@9s&refresh-early=on&l1-ttl=10s");
    assert_eq!((&rush["refreshed"], &rush["loads"]["k1"]), (&1.into(), &2.into()));
    // Once by its own second request, which the second level answers: the third finds it there.
    for single in ["on", "off"] {
        let by_l2 = detail(&format!("cache?script=k1@0s;k1@9500ms;k1@10500ms&refresh-early=on&single-flight={single}"));
        assert_eq!((&by_l2["refreshed"], &by_l2["hits"]["origin"]), (&1.into(), &1.into()), "{single}");
    }
}

#[test]
fn a_value_that_is_loaded_early_keeps_nobody_waiting_and_one_that_is_not_does() {
    let waited = |early: &str| {
        let (all, _) = requests(&format!("cache?preset=early-refresh&refresh-early={early}"));
        let warm = all.values().filter(|request| request.came > 200 * MS && request.loads.is_empty());
        warm.map(|request| request.left.expect("it left") - request.came).max().expect("somebody")
    };
    assert!(waited("off") > 45 * MS, "{}", waited("off"));
    // At the end of its time in L1 it is fetched from L2.
    assert!(waited("on") < 3 * MS, "{}", waited("on"));
    let report = detail("cache?preset=early-refresh&refresh-early=on");
    assert_eq!(report["peak_loads_of_one_key"], 1);
}

#[test]
fn an_error_of_the_second_level_fails_whoever_asked_or_drowns_the_origin() {
    let queue = |fidelity: &str| {
        let session = follow(&format!("cache?preset=l2-down&fidelity={fidelity}"));
        let report = session.history().detail().expect("it reports").report();
        let (trace, ledger) = (session.run().trace(), fold(session.run()));
        let (_, origin) = ledger.find("server", &trace).expect("the origin");
        (report["errors_taken_for_misses"].as_u64().expect("a count"), origin.levels.waiting_peak)
    };
    let ((none, short), (many, long)) = (queue("documented"), queue("shipped"));
    assert!(none == 0 && many > 100 && long > 2 * short, "{none} {short} {many} {long}");
}

#[test]
fn a_key_that_is_removed_is_loaded_again_whether_it_was_by_a_person_or_by_the_script() {
    let usual = "cache?arrivals=constant&rate=500&requests=1000&keys=5";
    assert_eq!(detail(usual)["loads"]["k1"], 1);
    assert_eq!(detail(&format!("{usual}&remove-at=1s"))["loads"]["k1"], 2);
    assert_eq!(detail(&format!("{usual}&x=1000000000~0~fault~remove-key~1"))["loads"]["k1"], 2);
    assert_eq!(detail(&format!("{usual}&x=1000000000~0~fault~remove-key~2"))["loads"]["k2"], 2);
}

#[test]
fn a_time_of_nothing_and_a_size_below_none_are_refused_at_their_fields() {
    for (key, text) in
        [("l1-ttl", "0"), ("l2-ttl", "0s"), ("l1-size", "-5"), ("l1-size", "0"), ("keys", "0"), ("origin", "-1ms")]
    {
        let field = find("cache").map(|pattern| (pattern.fields)()).expect("the pattern");
        let field = field.into_iter().find(|field| field.key == key).expect("the field");
        let problem = field.read(text).expect_err(key);
        assert!(!problem.message().is_empty());
        let notices = Scenario::read(&format!("cache?{key}={text}")).expect("a good link").notices;
        assert!(notices.iter().any(|notice| notice.contains(key)), "{key}={text}: {notices:?}");
    }
}

const L1_SERVES: &str = "L1 served a request";
const FOLLOWS: &str = "somebody waited for a load of somebody else";
const SEVERAL: &str = "one key was loaded several times at once";
const STALE: &str = "somebody was handed a copy past its time";
const DROPPED: &str = "a write to L1 was dropped";
const MISS: &str = "the origin was asked because L2 had failed";
const TEXTS: &str = "somebody was handed a text where it had stored something else";
const TAKEN_OVER: &str = "a load was taken over from somebody who had gone";
const EARLY: &str = "a value was loaded again before its time was over";

#[test]
fn what_each_scenario_shows_is_seen_whatever_the_seed() {
    let points = [
        ("", L1_SERVES),
        ("cold-start", FOLLOWS),
        ("stampede", SEVERAL),
        ("hot-key-removed", SEVERAL),
        ("stale-copies", STALE),
        ("dropped-writes", DROPPED),
        ("l2-down", MISS),
        ("texts", TEXTS),
        ("early-refresh", FOLLOWS),
        ("leader-goes", TAKEN_OVER),
        ("sessions", L1_SERVES),
        ("emotions", "L2 served a request"),
        ("users", L1_SERVES),
    ];
    hold_with("cache", &points, |id| {
        let given = match id {
            "" | "cold-start" | "dropped-writes" => "requests=120",
            "stampede" => "script=k1*20@10ms",
            "hot-key-removed" => "requests=400&remove-at=30ms",
            "stale-copies" => "requests=300&l1-ttl=50ms&l2-ttl=150ms",
            "l2-down" => "requests=300&l2-outage-at=250ms",
            "texts" => "requests=200&l1-ttl=50ms",
            "early-refresh" => "requests=100",
            "leader-goes" => "requests=500&deadline=50ms",
            "emotions" => "requests=120&l1-size=5",
            _ => "requests=60",
        };
        given.to_owned()
    });
}

#[test]
fn a_request_fails_because_the_second_level_had_only_where_it_had() {
    let because = "a request failed because L2 had, and the origin was not asked";
    assert!(is_seen("cache?preset=l2-down&fidelity=documented", because));
    // Half of the calls at the origin fail, and L2 is sound.
    assert!(!is_seen("cache?errors=0.5&requests=500", because));
    assert!(!is_seen("cache?preset=l2-down", because));
}

fn is_seen(link: &str, statement: &str) -> bool {
    let session = follow(link);
    let mut states = session.history().checks.states().iter();
    states.find(|state| state.check.name() == statement).expect("the check").first_seen().is_some()
}

#[test]
fn a_value_is_loaded_before_its_time_is_over_where_that_is_asked_for() {
    assert!(is_seen("cache?preset=early-refresh&refresh-early=on", EARLY));
    assert!(!is_seen("cache?preset=early-refresh", EARLY));
}

#[test]
fn what_came_from_the_second_level_is_a_text_for_all_who_ask_until_it_has_to_make_room() {
    let link = "cache?arrivals=constant&rate=100&requests=100&keys=1&l1-ttl=100ms&origin=20ms&readers=cast";
    let told = |more: &str| {
        let session = follow(&format!("{link}&{more}"));
        let failed = session.history().ledger.tally.count(Outcome::Failed);
        (failed, detail(&format!("{link}&{more}"))["texts_for_types"].as_u64().unwrap())
    };
    // Three come before the first has loaded it, and each loads it: the last 42.1 ms after the first came. The first level keeps that for 100 ms; who
    // comes 150 ms after the first finds it in the second, as a text, and so do all of the 84 who come after it.
    assert_eq!(told("fidelity=shipped"), (85, 85));
    assert_eq!(told("fidelity=documented"), (0, 0));
    // Nobody fails who takes what is there.
    assert_eq!(told("fidelity=shipped&readers=take"), (0, 0));
}

#[test]
fn a_first_level_that_would_keep_for_longer_than_a_value_is_good_is_told_of_at_its_field() {
    let remark = |link: &str| {
        let scenario = Scenario::read(link).expect("a good link").scenario;
        let fields = (scenario.pattern.fields)();
        let field = fields.iter().find(|field| field.key == "l1-ttl").expect("the field");
        field.remarked(&scenario.values())
    };
    assert_eq!(remark("cache"), None);
    assert_eq!(remark("cache?l1-ttl=20s").as_deref(), Some("acts as 10s: no value is good for longer"));
}

#[test]
fn the_picture_tells_of_levels_of_loads_and_of_the_key_that_is_wanted_most() {
    let rows = seen("cache?preset=hot-key-removed", 1_530, WIDE, text::rows);
    let says = |what: &str| rows.iter().find(|row| row.what == what).map(|row| row.says.clone()).expect(what);
    assert!(says("L1").starts_with("100 of 100 keys"), "{}", says("L1"));
    assert!(says("Key k1").contains("not in L1, not in L2"), "{}", says("Key k1"));
    let loads = |says: &str| says.split(' ').next().and_then(|n| n.parse::<u32>().ok()).expect("a count");
    assert!(loads(&says("Loading k1")) > 40, "{}", says("Loading k1"));
    let rows = seen("cache?preset=hot-key-removed&single-flight=on", 1_530, WIDE, text::rows);
    let says = rows.iter().find(|row| row.what == "Loading k1").map(|row| row.says.clone()).expect("k1 is loaded");
    assert!(says.starts_with("1 load, ") && loads(says.trim_start_matches("1 load, ")) > 40, "{says}");
    let rows = seen("cache?preset=stale-copies", 3_500, WIDE, text::rows);
    let says = rows.iter().find(|row| row.what == "L1").map(|row| row.says.clone()).expect("L1");
    assert!(says.contains(" stale, "), "{says}");
}

#[test]
fn each_level_and_each_key_can_be_pointed_at() {
    for size in [WIDE, PHONE] {
        let titles: Vec<_> = seen("cache", 2_000, size, items).into_iter().map(|item| item.title).collect();
        assert_eq!(titles, ["L1", "L2", "Origin"]);
    }
    let at = |x: f64, y: f64| seen("cache", 2_000, WIDE, |scene, look| hit(scene, look, (x, y)));
    let first = at(20.0, 38.0).expect("a cell of the strip");
    assert_eq!(first.title, "k1");
    assert!(first.lines.iter().any(|line| line.starts_with("asked for ")), "{first:?}");
    let last = at(850.0, 38.0).expect("a cell of several");
    assert_eq!(last.title, "k501 to k1000");
}

#[test]
fn nothing_of_it_leaves_the_canvas_however_many_keys_there_are_and_however_little_room() {
    for size in [WIDE, PHONE, (620.0, 200.0), (880.0, 210.0), (1_040.0, 236.0), (1_400.0, 520.0)] {
        for (keys, room) in [(1, 1), (40, 7), (300, 200), (10_000, 201), (10_000, 10_000)] {
            let link = format!("cache?arrivals=poisson&rate=3000&requests=800&keys={keys}&l1-size={room}");
            for ms in [0, 250] {
                stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, ms, size);
            }
        }
        for (preset, ms) in [("stampede", 40), ("l2-down", 900), ("stale-copies", 2_200), ("leader-goes", 500)] {
            let link = format!("cache?preset={preset}");
            stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, ms, size);
        }
        let on = "cache?preset=stampede&single-flight=on";
        stays_on_canvas(Scenario::read(on).expect("a good link").scenario, 40, size);
    }
}
