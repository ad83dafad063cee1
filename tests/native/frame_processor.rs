//! The frame processor: how it ends when it is stopped, cancelled or both, whoever reads its results, and that no frame is lost count of.

use crate::coordination::{detail, given_up_leaves_nothing};
use crate::pool::{PHONE, WIDE, seen};
use crate::program::{finish, follow, start_pattern};
use crate::promises::hold_with;
use millrace::engine::{Progress, Seed, Setup};
use millrace::patterns;
use millrace::spec::Fidelity;
use millrace::trace::{EventKind, Outcome, SimTime, Span};
use millrace::view::scene::{conservation, items};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A server without chance: eight workers do 80 frames a second.
const EVEN: &str = "service=constant&mean=100ms&errors=0";

fn told(query: &str) -> impl Fn(&str) -> Json + use<> {
    let detail = detail(&format!("frame-processor?{EVEN}&{query}"));
    move |member| detail[member].clone()
}

#[test]
fn without_a_stop_every_frame_is_processed_and_nothing_is_said_of_a_wait() {
    let detail = detail("frame-processor");
    assert_eq!(
        (&detail["processed"], &detail["abandoned"], &detail["panicked"]),
        (&json!(7_500), &json!(0), &json!(false))
    );
    assert_eq!((&detail["stop_waited_ns"], &detail["stop"]), (&Json::Null, &json!("never called")));
}

#[test]
fn stop_waits_for_what_lies_in_the_buffer_and_abandons_nothing() {
    // At 2 s 160 frames have a result or get it now; eight are in hand, and 100 in the buffer: 108 at eight each 100 ms.
    let told = told("stop-at=2050ms&jobs-buffer=100");
    assert_eq!((told("processed"), told("abandoned"), told("not_submitted")), (json!(268), json!(0), json!(7_232)));
    assert_eq!((told("stop_waited_ns"), told("stop")), (json!(1_350_000_000), json!("returned")));
}

#[test]
fn stop_is_called_also_where_all_is_done_and_has_nothing_to_wait_for() {
    let told = told("frames=8&stop-at=1s");
    assert_eq!((told("processed"), told("stop_waited_ns")), (json!(8), json!(0)));
    assert_eq!(follow("frame-processor?frames=8&stop-at=1s").end(), Some(SimTime(1_000_000_000)));
}

#[test]
fn stop_waits_for_ever_where_nobody_reads_a_full_channel_of_results() {
    let session = follow(&format!("frame-processor?{EVEN}&read-results=off&stop-at=20s&fidelity=shipped"));
    let Some(Progress::Deadlock(waiting)) = session.outcome() else { panic!("{:?}", session.outcome()) };
    // Whoever stops it, and eight workers.
    assert_eq!(waiting.len(), 9, "{waiting:?}");
    let told = told("read-results=off&stop-at=20s&fidelity=shipped");
    assert_eq!((told("stop_waited_ns"), told("stop")), (Json::Null, json!("never returned")));
    assert_eq!((told("processed"), told("unread"), told("panicked")), (json!(1_000), json!(1_000), json!(false)));
}

#[test]
fn results_that_fit_into_their_channel_let_stop_return_though_nobody_reads_them() {
    let told = told("read-results=off&frames=800&stop-at=1050ms");
    assert_eq!((told("processed"), told("unread"), told("abandoned")), (json!(800), json!(800), json!(0)));
    assert_eq!(told("stop_waited_ns"), json!(8_950_000_000_u64));
}

#[test]
fn who_cancels_or_limits_the_wait_lets_a_stop_return_that_waited_for_ever() {
    let cancelled = told("read-results=off&stop-at=20s&cancel-at=25s&fidelity=shipped");
    assert_eq!(cancelled("stop_waited_ns"), json!(5_000_000_000_u64));
    // In hand of eight workers, and what is left of the thousand in the jobs channel, as nobody takes it.
    assert_eq!((cancelled("processed"), cancelled("abandoned")), (json!(1_000), json!(1_008)));
    let limited = told("read-results=off&stop-at=20s&stop-within=3s&fidelity=shipped");
    assert_eq!(limited("stop_waited_ns"), json!(3_000_000_000_u64));
    assert_eq!((limited("processed"), limited("abandoned")), (json!(1_000), json!(1_008)));
    // As documented there is a limit, and who has a result looks for room once more: nobody reads, so there is none.
    let documented = told("read-results=off&stop-at=20s");
    assert_eq!(documented("stop_waited_ns"), json!(30_100_000_000_u64));
    assert_eq!((documented("processed"), documented("abandoned")), (json!(1_000), json!(1_008)));
}

#[test]
fn to_cancel_abandons_as_shipped_what_is_queued_and_by_lot_half_of_what_is_done_after_it() {
    let mut delivered = 0;
    for seed in 0..100 {
        let told = told(&format!("frames=200&workers=20&cancel-at=250ms&seed=s{seed}&fidelity=shipped"));
        let (processed, abandoned) = (told("processed").as_u64().unwrap(), told("abandoned").as_u64().unwrap());
        assert_eq!(processed + abandoned, 200);
        // Forty were done at 200 ms, and twenty are under way: these come to their end.
        delivered += processed.checked_sub(40).expect("none is taken back");
        assert_eq!((told("stop_waited_ns"), told("cut")), (Json::Null, json!(0)));
    }
    // Each of the 2,000 delivers by lot, and goes on by another: ½ ÷ (1 − ¼) results each, with a standard deviation of 0.82.
    let each = delivered as f64 / 2_000.0;
    assert!((each - 2.0 / 3.0).abs() < 0.073, "{each}");
}

#[test]
fn to_cancel_gives_as_documented_every_frame_that_was_taken_in_a_result_and_ends_the_calls() {
    for (seed, room) in [(1, 0), (2, 1), (3, 7), (4, 1_000)] {
        let link = format!("frames=200&workers=20&cancel-at=250ms&seed=s{seed}&results-buffer={room}");
        let told = told(&link);
        assert_eq!((told("processed"), told("abandoned"), told("cut")), (json!(200), json!(0), json!(160)), "{link}");
        let session = follow(&format!("frame-processor?{EVEN}&{link}"));
        assert_eq!(session.end(), Some(SimTime(250_000_000)), "{link}");
        let tally = &session.history().ledger.tally;
        assert_eq!((tally.count(Outcome::Completed), tally.count(Outcome::Failed)), (40, 160), "{link}");
    }
    // Where no more than ten have room in the buffer, who submits keeps what was not taken in.
    let told = told("frames=200&workers=20&cancel-at=250ms&jobs-buffer=10");
    assert_eq!((told("abandoned"), told("cut"), told("not_submitted")), (json!(0), json!(31), json!(129)));
}

#[test]
fn a_call_under_way_is_not_cancelled_as_shipped_because_it_has_no_context() {
    let over = |more: &str| {
        let session = follow(&format!("frame-processor?{EVEN}&mean=10s&frames=8&cancel-at=1s&{more}"));
        assert_eq!(session.outcome(), Some(&Progress::Drained));
        session.end()
    };
    assert_eq!(over("fidelity=shipped"), Some(SimTime(10_000_000_000)));
    assert_eq!(over("call-cancels=off"), Some(SimTime(10_000_000_000)));
    assert_eq!(over(""), Some(SimTime(1_000_000_000)));
}

#[test]
fn a_frame_after_stop_is_a_panic_whether_it_comes_then_or_has_waited_for_room() {
    for (query, at) in [("frames=100&stop-at=1s", 1), ("frames=1&stop-at=1s", 1), ("stop-at=2s&jobs-buffer=10", 2)] {
        let session = follow(&format!("frame-processor?{EVEN}&submit-after-stop=on&fidelity=shipped&{query}"));
        assert!(matches!(session.outcome(), Some(Progress::Crashed(_))), "{query}: {:?}", session.outcome());
        assert_eq!(session.computed(), SimTime(at * 1_000_000_000), "{query}");
        let told = told(&format!("submit-after-stop=on&fidelity=shipped&{query}"));
        assert_eq!((told("panicked"), told("stop")), (json!(true), json!("never returned")), "{query}");
        // A submit that looks first is refused, and the rest is as if nobody had tried.
        let refused = told_refused(query);
        assert_eq!(
            (refused("panicked"), refused("stop"), refused("abandoned")),
            (json!(false), json!("returned"), json!(0))
        );
    }
}

fn told_refused(query: &str) -> impl Fn(&str) -> Json + use<> {
    told(&format!("submit-after-stop=on&{query}"))
}

const FULL: &str = "the jobs channel was full";
const STOP_WAITS: &str = "Stop waited for the workers";
const FOR_EVER: &str = "Stop waited without a limit for workers that could not deliver";
const ABANDONED: &str = "frames were abandoned";
const LATE: &str = "a frame was submitted after Stop";
const PANIC: &str = "a frame after Stop was a panic";
const USED_OLD: &str = "a result was too old, and was used as if it were new";

fn is_seen(link: &str, statement: &str) -> bool {
    let session = follow(link);
    let mut states = session.history().checks.states().iter();
    states.find(|state| state.check.name() == statement).expect("the check").first_seen().is_some()
}

#[test]
fn a_result_that_is_too_old_is_put_aside_where_it_says_so_and_used_where_it_does_not() {
    // A hundred come at once, and eight are done each 100 ms: eighty are not older than a second when they are read.
    let old = |more: &str| {
        let told = told(&format!("frames=100&fresh-for=1s&{more}"));
        (told("put_aside"), told("used_old"), told("processed"))
    };
    assert_eq!(old("fidelity=documented"), (json!(20), json!(0), json!(100)));
    assert_eq!(old("fidelity=shipped"), (json!(0), json!(20), json!(100)));
    assert_eq!(old("fidelity=shipped&fresh-for=2s"), (json!(0), json!(0), json!(100)));
    let session = follow(&format!("frame-processor?{EVEN}&frames=100&fresh-for=1s"));
    let tally = &session.history().ledger.tally;
    assert_eq!((tally.count(Outcome::Completed), tally.count(Outcome::TimedOut)), (80, 20));
    // What is of use for however long is never too old.
    assert_eq!(old("fresh-for=0s&fidelity=shipped"), (json!(0), json!(0), json!(100)));
    assert!(!is_seen("frame-processor?fidelity=shipped", USED_OLD));
}

#[test]
fn that_a_frame_was_submitted_after_stop_is_said_where_somebody_did_and_nowhere_else() {
    for fidelity in ["documented", "shipped"] {
        assert!(is_seen(&format!("frame-processor?preset=late&fidelity={fidelity}"), LATE), "{fidelity}");
        // Who keeps what is left knows of the stop.
        assert!(!is_seen(&format!("frame-processor?preset=stopped&fidelity={fidelity}"), LATE), "{fidelity}");
    }
}

#[test]
fn what_the_scenarios_of_the_frame_processor_promise_holds_over_two_hundred_seeds() {
    let points = [
        ("", FULL),
        ("stopped", STOP_WAITS),
        ("unread", FOR_EVER),
        ("cancelled", ABANDONED),
        ("late", PANIC),
        ("no-time", USED_OLD),
    ];
    hold_with("frame-processor", &points, |id| format!("frames={}", if id.is_empty() { 1_020 } else { 800 }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Would have caught: a worker, a frame or a place in a channel that is left behind by whoever is cancelled at whatever instant.
    #[test]
    fn stopped_and_cancelled_at_any_instants_every_frame_ends_in_exactly_one_way(
        (frames, workers, jobs, results) in (1..60_u32, 1..6_u32, 0..20_u32, 0..20_u32),
        (stop, cancel, within, fresh) in (0..900_u64, 0..900_u64, 0..300_u64, 0..200_u64),
        [reads, late, answers, cuts, documented, says] in proptest::array::uniform6(proptest::bool::ANY),
        (seed, ms) in (0..1_000_u32, 0..1_200_u64),
    ) {
        let on = |is: bool| if is { "on" } else { "off" };
        let given = [
            ("frames", frames.to_string()), ("workers", workers.to_string()),
            ("jobs-buffer", jobs.to_string()), ("results-buffer", results.to_string()),
            ("stop-at", Span::millis(stop).to_string()), ("cancel-at", Span::millis(cancel).to_string()),
            ("stop-within", Span::millis(within).to_string()),
            ("read-results", on(reads).to_owned()), ("submit-after-stop", on(late).to_owned()),
            ("late-submit", "refused".to_owned()), ("mean", "40ms".to_owned()),
            ("on-cancel", if answers { "answers" } else { "abandons" }.to_owned()), ("call-cancels", on(cuts).to_owned()),
            ("fresh-for", Span::millis(fresh).to_string()), ("result-time", on(says).to_owned()),
        ];
        let fidelity = if documented { Fidelity::Documented } else { Fidelity::Shipped };
        let pattern = patterns::find("frame-processor").unwrap();
        let values = pattern.values(fidelity, None, |field| {
            given.iter().find(|(key, _)| *key == field.key).map(|(_, text)| field.read(text).unwrap())
        });
        given_up_leaves_nothing(pattern, &values, seed, ms);
        let over = finish(start_pattern(Setup::new(Seed::from_word(&seed.to_string())), pattern, fidelity, &values));
        let tally = &over.ledger.tally;
        match &over.progress {
            Progress::Drained => {
                prop_assert_eq!((tally.offered, tally.in_system), (u64::from(frames), 0));
                let ends = [Outcome::Completed, Outcome::Failed, Outcome::Cancelled, Outcome::Rejected, Outcome::Lost, Outcome::TimedOut];
                prop_assert_eq!(ends.map(|end| tally.count(end)).iter().sum::<u64>(), u64::from(frames));
                let abandoned = over.pick(|event| match event.kind {
                    EventKind::Left { job, outcome: Outcome::Cancelled } => Some(job),
                    _ => None,
                });
                // Nobody abandons where nobody cancels.
                if cancel == 0 && (stop == 0 || within == 0) {
                    prop_assert_eq!(abandoned.len(), 0, "abandoned");
                }
                // Where all are answered for and somebody takes the answers, who was taken in is not abandoned. Whoever still stands outside is:
                // a frame for which there was no room, as the only worker was in a call that took more than the last 100 ms.
                if answers && reads {
                    let taken = over.pick(|event| match event.kind {
                        EventKind::Moved { job, .. } => Some(job),
                        _ => None,
                    });
                    prop_assert!(abandoned.len() <= 1 && !abandoned.iter().any(|job| taken.contains(job)), "{:?}", abandoned);
                }
                prop_assert_eq!(over.ledger.live_tasks().count(), 0, "a task is left behind");
            }
            // Only where nobody reads, more frames come than there is room for, and nobody cancels.
            Progress::Deadlock(_) => prop_assert!(!reads && frames > results && cancel == 0 && (stop == 0 || within == 0)),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn the_sum_and_what_can_be_walked_through_are_there_on_any_stage() {
    let sum = seen("frame-processor?preset=stopped", 2_500, WIDE, |scene, _| conservation(scene));
    assert!(sum.1, "{}", sum.0);
    for size in [WIDE, PHONE] {
        let items = seen("frame-processor?preset=unread", 2_900, size, items);
        assert!(items.iter().any(|item| item.title.starts_with("worker 8")), "{items:?}");
    }
}
