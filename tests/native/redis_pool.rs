//! The Redis pool: as many round trips as there are full pipelines, what is too late where, what is tried again and when, whose a batch is whose caller has
//! gone, and that no command is lost whatever happens.

use crate::coordination::{detail, given_up_comes_to_an_end};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{follow, values};
use crate::promises::{hold_points, hold_with};
use millrace::patterns::find;
use millrace::session::{Scenario, Session};
use millrace::spec::{CheckKind, Fidelity};
use millrace::trace::{Answer, EventKind, Outcome, SimTime};
use millrace::view::scene::{draw, items};
use millrace::view::{Shape, text};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const MS: u64 = 1_000_000;

/// A session that has run to its end.
type Ran = Session<millrace::trace::Ledger, millrace::analysis::History>;

/// How many commands were answered, failed, and were too late.
fn books(session: &Ran) -> [u64; 3] {
    let tally = &session.history().ledger.tally;
    [Outcome::Completed, Outcome::Failed, Outcome::TimedOut].map(|way| tally.count(way))
}

fn books_of(link: &str) -> [u64; 3] {
    books(&follow(link))
}

/// When the run was over, in nanoseconds.
fn end(link: &str) -> u64 {
    follow(link).end().expect("it is over").0
}

fn timeouts(detail: &serde_json::Map<String, Json>) -> [u64; 3] {
    ["pool", "read", "write"].map(|which| detail["timeouts"][which].as_u64().expect("a count"))
}

#[test]
fn where_nothing_fails_there_are_as_many_round_trips_as_pipelines_that_are_full_and_one_for_the_rest() {
    for (commands, pipeline) in [(1_u64, 1_u64), (1, 50), (49, 50), (50, 50), (51, 50), (100, 7), (30, 1)] {
        for traffic in ["callers=1", "callers=20", "arrivals=burst&burst-size=9&burst-every=5ms", "arrivals=poisson"] {
            let link = format!("redis-pool?commands={commands}&pipeline={pipeline}&{traffic}");
            let detail = detail(&link);
            assert_eq!(detail["round_trips"], commands.div_ceil(pipeline), "{link}");
            assert_eq!((detail["retries"].clone(), timeouts(&detail)), (0.into(), [0; 3]), "{link}");
            assert_eq!(detail["keys"]["there"], commands, "{link}");
            assert_eq!(books_of(&link), [commands, 0, 0], "{link}");
        }
    }
    // A script says how many there are.
    assert_eq!(detail("redis-pool?script=*25@0s;*7@10ms&pipeline=10")["round_trips"], 4);
}

#[test]
fn a_pipeline_takes_the_time_of_one_round_trip_and_one_by_one_each_takes_its_own() {
    // One connection is opened in 2 ms; to send a command takes a microsecond either way.
    let link = "redis-pool?callers=1&commands=1000";
    assert_eq!(end(&format!("{link}&pipeline=50")), 2 * MS + 20 * MS + 1_000 * 1_000);
    assert_eq!(end(&format!("{link}&pipeline=1000&send=0ms")), 2 * MS + MS);
    assert_eq!(end(&format!("{link}&send=0ms")), 2 * MS + 1_000 * MS);
}

/// When the last of these batches is done, where each goes to whichever connection is free first.
fn by_hand(commands: u64, pipeline: u64, at_once: u64, round_trip: u64, send: u64) -> u64 {
    let mut free: BinaryHeap<Reverse<u64>> = (0..at_once).map(|_| Reverse(0)).collect();
    let (mut left, mut last) = (commands, 0);
    while left > 0 {
        let batch = left.min(pipeline);
        let Reverse(from) = free.pop().expect("a connection");
        let until = from + round_trip + batch * send;
        (left, last) = (left - batch, last.max(until));
        free.push(Reverse(until));
    }
    last
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_whole_takes_as_long_as_somebody_who_hands_out_batches_by_hand_would_say(
        (commands, pipeline, size, callers) in (1..120_u64, 1..40_u64, 1..8_u64, 1..12_u64),
        (round_trip, send) in (1..4_000_u64, 0..300_u64),
    ) {
        let link = format!(
            "redis-pool?commands={commands}&pipeline={pipeline}&size={size}&min-idle=0&callers={callers}\
             &round-trip={round_trip}us&send={send}us&connect=0ms"
        );
        let expected = by_hand(commands, pipeline, size.min(callers), round_trip * 1_000, send * 1_000);
        prop_assert_eq!(end(&link), expected, "{}", link);
    }
}

#[test]
fn a_batch_with_nothing_in_it_takes_no_connection_no_round_trip_and_no_time() {
    let with = |empty: u32| format!("redis-pool?min-idle=0&callers=1&commands=1&empty-batches={empty}");
    for empty in [0, 1, 40] {
        let detail = detail(&with(empty));
        assert_eq!(detail["empty_batches"], empty);
        assert_eq!((detail["round_trips"].clone(), detail["opened"].clone()), (1.into(), 1.into()));
        assert_eq!(end(&with(empty)), end(&with(0)));
    }
}

#[test]
fn those_that_are_kept_idle_are_open_before_anybody_asks_and_are_filled_up_as_far_as_there_are_places() {
    let opened = |more: &str| detail(&format!("redis-pool?script=@1s&{more}"))["opened"].as_u64().expect("a count");
    // One is taken, and one more is opened in its place, if the run is not over before.
    assert_eq!((opened("min-idle=0"), opened("min-idle=5&connect=1ms&round-trip=5ms")), (1, 6));
    assert_eq!((opened("min-idle=10"), opened("size=1&min-idle=1"), opened("size=3")), (10, 1, 3));
    // Who finds one open has to open none.
    assert_eq!(end("redis-pool?script=@1s&send=0ms"), 1_001 * MS);
    assert_eq!(end("redis-pool?script=@1s&send=0ms&min-idle=0"), 1_003 * MS);
}

#[test]
fn who_gets_no_connection_in_time_is_too_late_or_gets_back_in_line() {
    // One connection, which the first keeps for two seconds.
    let link = "redis-pool?size=1&min-idle=1&script=*2@10ms&round-trip=2s&read=0s&send=0ms&pool-timeout=500ms";
    for (more, pool, retries, answered) in
        [("retries=0", 1, 0, 1), ("retry-pool=off", 1, 0, 1), ("retries=1", 2, 1, 1), ("retries=3", 3, 3, 2)]
    {
        let link = format!("{link}&{more}");
        let detail = detail(&link);
        assert_eq!((timeouts(&detail), detail["retries"].clone()), ([pool, 0, 0], retries.into()), "{more}");
        assert_eq!(books_of(&link), [answered, 0, 2 - answered], "{more}");
    }
    // 0 is as long as it takes.
    assert_eq!(books_of(&link.replace("=500ms", "=0s")), [2, 0, 0]);
}

#[test]
fn an_answer_that_is_late_closes_its_connection_and_the_same_commands_go_again() {
    let link = "redis-pool?commands=40&pipeline=10&callers=2&round-trip=20ms&read=10ms";
    for retries in [0, 1, 3] {
        let link = format!("{link}&retries={retries}");
        let detail = detail(&link);
        let tries = 4 * (1 + retries);
        assert_eq!((detail["round_trips"].clone(), timeouts(&detail)), (tries.into(), [0, tries, 0]), "{retries}");
        assert_eq!((detail["retries"].clone(), detail["broken"].clone()), ((4 * retries).into(), tries.into()));
        assert_eq!(books_of(&link), [0, 0, 40], "{retries}");
    }
}

/// How long was waited between a try that ended and the next of its batch, in the order of its tries, where nothing else takes time.
fn waits(link: &str) -> Vec<u64> {
    let session = follow(link);
    let (mut ended, mut waits) = (None::<SimTime>, Vec::new());
    for event in session.run().trace().iter() {
        match event.kind {
            EventKind::Answered { answer: Answer::TimedOut, .. } => ended = Some(event.at),
            EventKind::Called { .. } => waits.extend(ended.take().map(|at| event.at.0 - at.0)),
            _ => {}
        }
    }
    waits
}

#[test]
fn between_two_tries_is_waited_as_go_redis_does() {
    let link = "redis-pool?commands=1&callers=1&round-trip=20ms&read=10ms&connect=0ms&send=0ms";
    let mut longest = [0; 6];
    for seed in 0..60 {
        let link = format!("{link}&retries=6&max-backoff=200ms&seed=s{seed}");
        let waits = waits(&link);
        assert_eq!(waits.len(), 6);
        for (n, wait) in (1..).zip(&waits) {
            let most = (8 * MS + ((8 * MS) << n)).min(200 * MS);
            assert!((8 * MS..=most).contains(wait), "retry {n} after {wait}, {link}");
            longest[n - 1] = longest[n - 1].max(*wait);
        }
    }
    // Each comes near its bound on some seed, and is beyond the one before.
    for (n, longest) in (1..).zip(longest) {
        let most = (8 * MS + ((8 * MS) << n)).min(200 * MS);
        assert!(longest as f64 > most as f64 * 0.85, "retry {n}: {longest} of {most}");
    }
    assert!(waits(&format!("{link}&min-backoff=0ms&max-backoff=0ms")).iter().all(|wait| *wait == 0));
}

#[test]
fn what_cannot_be_sent_in_time_is_no_round_trip() {
    let link = "redis-pool?commands=500&pipeline=500&callers=1&send=1ms";
    let detail_of = |write: &str| detail(&format!("{link}&write={write}"));
    let never = detail_of("100ms");
    assert_eq!(
        (timeouts(&never), never["round_trips"].clone(), never["retries"].clone()),
        ([0, 0, 4], 0.into(), 3.into())
    );
    for enough in ["500ms", "0s"] {
        assert_eq!((timeouts(&detail_of(enough)), detail_of(enough)["round_trips"].clone()), ([0; 3], 1.into()));
    }
    // In a partition what the buffers take is sent and not answered, and what they do not take is not even sent.
    let cut = "redis-pool?script=*50@100ms&pipeline=50&retries=0&x=50000000~0~fault~partition~10000000000";
    assert_eq!(timeouts(&detail(cut)), [0, 1, 0]);
    assert_eq!(timeouts(&detail(&format!("{cut}&socket-buffer=49"))), [0, 0, 1]);
    assert_eq!(end(&format!("{cut}&socket-buffer=49&send=0ms")), 3_100 * MS);
}

#[test]
fn a_crash_or_a_cut_while_a_batch_is_being_sent_is_no_answer() {
    let link = "redis-pool?pipeline=500&commands=500&callers=1&send=1ms&min-idle=0&x=100000000~0~fault~";
    for fault in ["crash~100000000", "break-connection~1"] {
        let again = detail(&format!("{link}{fault}"));
        assert_eq!((again["round_trips"].clone(), again["broken"].clone()), (1.into(), 1.into()), "{fault}");
        assert_eq!((again["retries"].clone(), books_of(&format!("{link}{fault}"))), (1.into(), [500, 0, 0]), "{fault}");
        let once = format!("{}{fault}", link.replace("&x=", "&retries=0&x="));
        assert_eq!((detail(&once)["round_trips"].clone(), books_of(&once)), (0.into(), [0, 500, 0]), "{fault}");
    }
}

#[test]
fn whatever_is_being_opened_when_all_are_answered_outlives_nothing() {
    for more in ["", "&min-idle=10", "&connect=50ms", "&timeout=1ms&fidelity=shipped", "&dial=1ms"] {
        let session = follow(&format!("redis-pool?script=@1s{more}"));
        assert_eq!(session.run().waiting().len(), 0, "{more}");
    }
    assert_eq!(end("redis-pool?script=@1s&send=0ms&connect=50ms"), 1_001 * MS);
}

#[test]
fn the_greatest_rate_counts_the_pipeline_and_the_time_that_sending_takes() {
    let ceiling = |link: &str| {
        let scenario = Scenario::read(link).expect("a good link").scenario;
        (scenario.pattern.ceiling)(&scenario.values(), scenario.fidelity)
    };
    let formula = |more: &str| ceiling(&format!("redis-pool?{more}")).map(|ceiling| ceiling.formula);
    assert_eq!(formula("").as_deref(), Some("10 connections ÷ 1.001 ms"));
    assert_eq!(formula("pipeline=50&size=1").as_deref(), Some("1 connection × 50 ÷ 1.05 ms"));
    assert_eq!(formula("pipeline=50&slots=4&round-trip=2ms").as_deref(), Some("4 slots × 50 ÷ 2 ms"));
    assert_eq!(formula("pipeline=500&send=1ms&write=100ms"), None, "no batch can be sent");
    assert_eq!(formula("round-trip=20ms&read=10ms"), None, "none is answered");
    for more in ["", "&pipeline=50", "&pipeline=50&send=100us", "&pipeline=20&slots=3", "&size=3&pipeline=7&send=0ms"] {
        let link = format!("redis-pool?commands=20000{more}");
        let (most, reached) = (ceiling(&link).expect("a rate").per_second, 20_000.0 * 1e9 / end(&link) as f64);
        // The first connections have to be opened.
        assert!(reached <= most && reached > most * 0.9, "{link}: {reached} of {most}");
    }
}

#[test]
fn what_is_being_sent_is_no_round_trip_yet_and_who_waits_between_tries_is_not_back_at_its_source() {
    let says = |link: &str, ms| -> Vec<String> {
        seen(link, ms, WIDE, text::rows)
            .into_iter()
            .map(|row| row.says)
            .filter(|says| says.contains("500 commands"))
            .collect()
    };
    let link = "redis-pool?preset=too-large&min-backoff=50ms&max-backoff=50ms";
    let sending = says(link, 60);
    assert!(sending.len() == 1 && sending[0].contains("500 commands being sent"), "{sending:?}");
    // It was given up at 102 ms.
    assert_eq!(says(link, 120), Vec::<String>::new());
    let session = follow(link);
    let mut states = session.history().checks.states().iter();
    let several = states.find(|state| state.check.name() == SEVERAL).expect("the check");
    assert_eq!(several.first_seen(), None, "none was ever sent");
    // The first of the batch came from its pool at 102 ms, and has to be somewhere until 152.
    let trace = session.run().trace();
    let pool = trace.iter().filter(|event| event.at.0 <= 120 * MS).filter_map(|event| match event.kind {
        EventKind::Moved { job, station, .. } if job.number() == 1 => Some(station),
        _ => None,
    });
    let batches = session.history().ledger.find("batches", &trace).expect("where batches are").0;
    assert_eq!(pool.last(), Some(batches));
}

#[test]
fn a_connection_that_takes_too_long_to_open_is_given_up_and_in_vain_is_tried_again() {
    let link = "redis-pool?commands=3&callers=1&min-idle=0";
    let too_slow = detail(&format!("{link}&dial=1ms"));
    assert_eq!((too_slow["refused"].clone(), too_slow["retries"].clone()), (12.into(), 9.into()));
    assert_eq!((too_slow["round_trips"].clone(), books_of(&format!("{link}&dial=1ms"))), (0.into(), [0, 0, 3]));
    // Of those that are kept idle each is tried at the start, and not again for each try of a command.
    assert_eq!(detail(&format!("{link}&dial=1ms").replace("&min-idle=0", ""))["refused"], 5 + 12);
    for enough in ["2ms", "0s"] {
        assert_eq!(books_of(&format!("{link}&dial={enough}")), [3, 0, 0]);
    }
}

#[test]
fn an_error_is_an_answer_and_a_server_that_cannot_for_now_is_asked_again() {
    let errors = detail("redis-pool?commands=30&errors=1");
    assert_eq!((errors["retries"].clone(), errors["broken"].clone()), (0.into(), 0.into()));
    assert_eq!((errors["keys"]["there"].clone(), books_of("redis-pool?commands=30&errors=1")), (0.into(), [0, 30, 0]));
    let down = "redis-pool?script=*4@10ms&x=5000000~0~fault~outage~12000000";
    let detail = detail(down);
    assert_eq!((detail["broken"].clone(), books_of(down)), (0.into(), [4, 0, 0]));
    assert!(detail["retries"].as_u64() >= Some(4));
}

#[test]
fn a_crash_takes_the_keys_and_who_comes_later_finds_no_dead_connection() {
    let link = "redis-pool?script=*10@0s;*10@500ms&x=200000000~0~fault~crash~100000000";
    let detail = detail(link);
    assert_eq!((detail["keys"]["there"].clone(), books_of(link)), (10.into(), [20, 0, 0]));
    assert_eq!(detail["retries"], 0);
    assert!(detail["broken"].as_u64() >= Some(5), "{detail:?}");
    // While it is gone nobody can be connected, however often that is tried.
    let gone = "redis-pool?script=*10@250ms&retries=3&x=200000000~0~fault~crash~1000000000";
    assert_eq!(books_of(gone), [0, 10, 0]);
}

#[test]
fn a_key_is_there_for_its_time_and_no_longer() {
    // 100 a second for 200 ms each, and one more at the very instant.
    let link = "redis-pool?arrivals=constant&rate=100&commands=200&ttl=200ms&send=0ms";
    let keys = detail(link)["keys"].clone();
    assert_eq!(keys["there"].as_u64().unwrap() + keys["expired"].as_u64().unwrap(), 200);
    assert!((19..=21).contains(&keys["there"].as_u64().unwrap()), "{keys}");
    assert!(keys["last"].as_str().unwrap().starts_with("emotion:s200:"), "{keys}");
    for kept in ["0s", "1h"] {
        assert_eq!(detail(&format!("{link}&ttl={kept}"))["keys"]["there"], 200, "{kept}");
    }
}

#[test]
fn a_batch_ends_with_its_caller_or_runs_on_and_keeps_its_connection() {
    let link = "redis-pool?size=1&min-idle=1&script=*3@10ms;@200ms&pipeline=3&round-trip=300ms&timeout=100ms&send=0ms";
    let left = |session: &Ran| -> Vec<u64> {
        let left = |kind| matches!(kind, EventKind::Left { outcome: Outcome::TimedOut, .. });
        session.run().trace().iter().filter(|event| left(event.kind)).map(|event| event.at.0 / MS).collect()
    };
    let documented = follow(link);
    assert_eq!((left(&documented), books(&documented)), (vec![110, 110, 110, 300], [0, 0, 4]));
    assert_eq!(documented.end(), Some(SimTime(300 * MS)));
    let told = detail(link);
    assert_eq!(
        (told["broken"].clone(), told["left_running"].clone(), told["keys"]["there"].clone()),
        (2.into(), 0.into(), 0.into())
    );
    // As shipped the first batch has the connection until 310 ms, for nobody; the second gets it then, and nobody is there any more.
    let link = format!("{link}&fidelity=shipped");
    let shipped = follow(&link);
    assert_eq!((left(&shipped), books(&shipped)), (vec![110, 110, 110, 300], [0, 0, 4]));
    assert_eq!(shipped.end(), Some(SimTime(610 * MS)));
    let told = detail(&link);
    assert_eq!(
        (told["broken"].clone(), told["left_running"].clone(), told["keys"]["there"].clone()),
        (0.into(), 2.into(), 4.into())
    );
    let rows = seen(&link, 150, WIDE, text::rows);
    assert!(rows.iter().any(|row| row.says.contains("for nobody: its caller has gone")), "{rows:?}");
    // Who is answered in time is answered, whosever the context is.
    for fidelity in ["documented", "shipped"] {
        let link = format!("redis-pool?commands=60&pipeline=7&timeout=1s&fidelity={fidelity}");
        assert_eq!((books_of(&link), detail(&link)["left_running"].clone()), ([60, 0, 0], 0.into()), "{fidelity}");
    }
}

/// Values within which everything may happen in a second or two.
fn any_values() -> impl Strategy<Value = String> {
    let one_of = |all: &'static [&'static str]| proptest::sample::select(all);
    let pool = (1..7_u32, 0..7_u32, one_of(&["0s", "15ms", "80ms"]), one_of(&["0s", "3ms", "20ms"]));
    let times = (one_of(&["0s", "12ms", "60ms"]), one_of(&["0s", "2ms", "40ms"]), one_of(&["0s", "25ms", "90ms"]));
    let work = (1..60_u32, 1..12_u32, one_of(&["closed", "burst", "poisson"]), 0..4_u32);
    let server = (one_of(&["0", "0.3"]), one_of(&["0", "2"]), one_of(&["documented", "shipped"]), 0..400_u64);
    let fault = one_of(&["partition", "crash", "outage", "slow-server~5", "break-connection~2"]);
    (pool, times, work, server, fault).prop_map(|(pool, times, work, server, fault)| {
        let (size, min_idle, pool_timeout, dial) = pool;
        let (read, write, patience) = times;
        let (commands, pipeline, arrivals, retries) = work;
        let (errors, slots, fidelity, at) = server;
        let magnitude = if fault.contains('~') { String::new() } else { "~30000000".to_owned() };
        format!(
            "redis-pool?size={size}&min-idle={}&pool-timeout={pool_timeout}&dial={dial}&read={read}&write={write}\
             &timeout={patience}&commands={commands}&pipeline={pipeline}&arrivals={arrivals}&burst-size=20&rate=300\
             &burst-every=50ms&retries={retries}&errors={errors}&slots={slots}&fidelity={fidelity}&round-trip=8ms\
             &service=exponential&send=300us&socket-buffer=5&callers=9&x={}~0~fault~{fault}{magnitude}",
            min_idle.min(size),
            at * MS
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_fails_whenever_every_command_is_answered_fails_or_is_too_late(link in any_values(), seed in 0..1_000_u32) {
        let link = format!("{link}&seed=s{seed}");
        let session = follow(&link);
        for state in session.history().checks.states() {
            if state.check.kind == CheckKind::Always {
                prop_assert_eq!(state.first_seen(), None, "{}: {}", link, state.check.name());
            }
        }
        let tally = &session.history().ledger.tally;
        prop_assert_eq!(books(&session).iter().sum::<u64>(), tally.offered, "{}", link);
        prop_assert_eq!(tally.in_system, 0);
        let calls = session.run().trace().iter().filter(|event| matches!(event.kind, EventKind::Called { .. })).count();
        let told = session.history().detail().expect("it reports something of its own").report();
        prop_assert_eq!(told["round_trips"].as_u64(), Some(calls as u64), "{}", link);
        // Each batch is tried once, and again as often as is told.
        let given = |key: &str| -> u64 {
            let (_, rest) = link.split_once(&format!("&{key}=")).expect("given");
            rest.split('&').next().expect("a value").parse().expect("a count")
        };
        let batches = given("commands").div_ceil(given("pipeline"));
        let retries = told["retries"].as_u64().expect("a count");
        prop_assert!(retries <= batches * given("retries"), "{}: {} retries", link, retries);
        prop_assert!(calls as u64 <= batches + retries, "{}: {} calls", link, calls);
        prop_assert_eq!(session.run().waiting().len(), 0, "{}", link);
        // A key for each command that was answered, unless a crash took them or a batch ran on when its caller had left.
        let runs_on = link.contains("fidelity=shipped") && !link.contains("&timeout=0s");
        if !link.contains("crash") && !runs_on {
            let keys = ["there", "expired"].map(|key| told["keys"][key].as_u64().expect("a count"));
            prop_assert_eq!(keys.iter().sum::<u64>(), books(&session)[0], "{}", link);
        }
    }
}

#[test]
fn what_cannot_stand_beside_each_other_is_refused_at_its_fields() {
    let told = |link: &str| {
        let read = Scenario::read(link).expect("a good link");
        format!("{:?} {:?}", read.notices, read.scenario.misfits())
    };
    assert!(told("redis-pool?size=3&min-idle=4").contains("4 cannot be kept idle where only 3 may be open"));
    assert!(told("redis-pool?min-backoff=1s").contains("the least wait of 1s is longer than the longest of 512ms"));
    for good in [
        "redis-pool?size=3",
        "redis-pool?size=3&min-idle=3",
        "redis-pool?min-idle=0",
        "redis-pool?retries=0&min-backoff=1s",
    ] {
        assert_eq!(told(good), "[] []", "{good}");
    }
    for bad in ["size=0", "pipeline=0", "commands=0", "size=-1", "min-idle=-1", "ttl=-1s", "requests=3", "mean=3ms"] {
        assert_ne!(told(&format!("redis-pool?{bad}")), "[] []", "{bad}");
    }
}

const WAITED: &str = "somebody had to wait for a connection";
const POOL: &str = "nobody got a connection in time";
const READ: &str = "an answer took longer than a read may";
const WRITE: &str = "a batch could not be sent in time";
const SEVERAL: &str = "several commands went in one round trip";
const BEFORE: &str = "a connection was open before anybody asked for it";
const RAN_ON: &str = "a batch ran on although its caller had gone";
const OVER: &str = "a key was over";

#[test]
fn what_each_scenario_shows_is_seen_whatever_the_seed() {
    let points = [
        ("", WAITED),
        ("pipelined", SEVERAL),
        ("exhausted", POOL),
        ("slow-network", READ),
        ("cold-start", BEFORE),
        ("uncancellable", RAN_ON),
        ("too-large", WRITE),
        ("ttl", OVER),
    ];
    hold_with("redis-pool", &points, |id| {
        let given = match id {
            "" => "commands=60",
            "pipelined" => "commands=120",
            "exhausted" => "commands=150",
            "slow-network" => "commands=40",
            "cold-start" | "too-large" => "speed=1",
            "uncancellable" => "commands=40",
            _ => "commands=250&ttl=100ms",
        };
        given.to_owned()
    });
}

#[test]
fn batches_that_run_on_for_nobody_leave_no_connection_for_those_who_come_whatever_the_seed() {
    hold_points("redis-pool", &[("uncancellable", WAITED)], |_| "commands=200".to_owned());
}

#[test]
fn what_the_code_does_otherwise_is_seen_as_shipped_and_not_as_documented() {
    for (fidelity, is_seen) in [("documented", false), ("shipped", true)] {
        for seed in 0..20 {
            let session =
                follow(&format!("redis-pool?preset=uncancellable&commands=60&fidelity={fidelity}&seed=s{seed}"));
            let mut states = session.history().checks.states().iter();
            let state = states.find(|state| state.check.name() == RAN_ON).expect("the check");
            assert_eq!(state.first_seen().is_some(), is_seen, "{fidelity}, {seed}");
        }
    }
    // And what it costs: of those who come, far fewer are answered.
    let answered = |fidelity: &str| books_of(&format!("redis-pool?preset=uncancellable&fidelity={fidelity}"))[0];
    assert!(answered("documented") > 3 * answered("shipped"), "{} {}", answered("documented"), answered("shipped"));
}

#[test]
fn the_picture_names_each_connection_and_how_many_commands_are_on_it() {
    for size in [WIDE, PHONE] {
        let all = seen("redis-pool", 20, size, items);
        let rows = all.iter().filter(|item| item.title.starts_with('c')).count();
        assert_eq!(rows, 10, "{size:?}");
    }
    let rows = seen("redis-pool?preset=pipelined", 10, WIDE, text::rows);
    assert_eq!(rows.iter().filter(|row| row.says.contains("50 commands in it")).count(), 1, "{rows:?}");
    // How far back the past of the rows goes: four round trips at least, of 1 ms, of 100 ms and of one second.
    for (round_trip, back) in [("1ms", "−30 ms"), ("100ms", "−1 s"), ("1s", "−10 s")] {
        let link = format!("redis-pool?round-trip={round_trip}");
        let shapes = seen(&link, 1_500, WIDE, draw);
        assert!(
            shapes.iter().any(|shape| matches!(shape, Shape::Text { text, .. } if text == back)),
            "{round_trip}: {back}"
        );
    }
}

#[test]
fn nothing_of_it_leaves_the_canvas_however_many_connections_there_are() {
    for size in [WIDE, PHONE, (620.0, 260.0), (1_400.0, 520.0)] {
        for pool in [1, 10, 40, 1_000] {
            let link =
                format!("redis-pool?size={pool}&min-idle=1&arrivals=burst&burst-size=1500&commands=1500&pipeline=3");
            for ms in [0, 2, 3] {
                stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, ms, size);
            }
        }
        for preset in ["pipelined", "slow-network", "uncancellable", "too-large"] {
            let link = format!("redis-pool?preset={preset}");
            stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, 317, size);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Would have caught: a connection, a place in line or a batch that is left behind by whoever goes, at whatever instant.
    #[test]
    fn whoever_stops_waiting_for_the_whole_leaves_nothing_that_goes_on_for_ever(place in any::<usize>(), ms in 0..1_200_u64, seed in 0..50_u32) {
        let pattern = find("redis-pool").expect("the pattern");
        let preset = pattern.scenarios().nth(place % pattern.scenarios().count());
        let values = values(pattern, Fidelity::Documented, preset, &[("commands", "300")]);
        given_up_comes_to_an_end(pattern, &values, seed, ms);
    }
}
