//! The frame processor: how it ends when it is stopped, cancelled or both, whoever reads its results, and that no frame is lost count of.

use crate::coordination::{detail, given_up_leaves_nothing};
use crate::pool::{PHONE, WIDE, seen};
use crate::program::{finish, follow, start_pattern};
use crate::promises::hold_with;
use millrace::engine::{Progress, Seed, Setup};
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::Fidelity;
use millrace::trace::{Outcome, SimTime, Span};
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
    let session = follow(&format!("frame-processor?{EVEN}&read-results=off&stop-at=20s"));
    let Some(Progress::Deadlock(waiting)) = session.outcome() else { panic!("{:?}", session.outcome()) };
    // Whoever stops it, and eight workers.
    assert_eq!(waiting.len(), 9, "{waiting:?}");
    let told = told("read-results=off&stop-at=20s");
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
    let cancelled = told("read-results=off&stop-at=20s&cancel-at=25s");
    assert_eq!(cancelled("stop_waited_ns"), json!(5_000_000_000_u64));
    // In hand of eight workers, and what is left of the thousand in the jobs channel, as nobody takes it.
    assert_eq!((cancelled("processed"), cancelled("abandoned")), (json!(1_000), json!(1_008)));
    let limited = told("read-results=off&stop-at=20s&stop-within=3s");
    assert_eq!(limited("stop_waited_ns"), json!(3_000_000_000_u64));
    assert_eq!((limited("processed"), limited("abandoned")), (json!(1_000), json!(1_008)));
}

#[test]
fn to_cancel_abandons_what_is_queued_and_by_lot_half_of_what_is_done_after_it() {
    let mut delivered = 0;
    for seed in 0..100 {
        let told = told(&format!("frames=200&workers=20&cancel-at=250ms&seed=s{seed}"));
        let (processed, abandoned) = (told("processed").as_u64().unwrap(), told("abandoned").as_u64().unwrap());
        assert_eq!(processed + abandoned, 200);
        // Forty were done at 200 ms, and twenty are under way: these come to their end.
        delivered += processed.checked_sub(40).expect("none is taken back");
        assert_eq!(told("stop_waited_ns"), Json::Null);
    }
    // Each of the 2,000 delivers by lot, and goes on by another: ½ ÷ (1 − ¼) results each, with a standard deviation of 0.82.
    let each = delivered as f64 / 2_000.0;
    assert!((each - 2.0 / 3.0).abs() < 0.073, "{each}");
}

#[test]
fn a_call_under_way_is_not_cancelled_because_it_has_no_context() {
    let over = follow(&format!("frame-processor?{EVEN}&mean=10s&frames=8&cancel-at=1s"));
    assert_eq!((over.outcome(), over.end()), (Some(&Progress::Drained), Some(SimTime(10_000_000_000))));
}

#[test]
fn a_frame_after_stop_is_a_panic_whether_it_comes_then_or_has_waited_for_room() {
    for (query, at) in [("frames=100&stop-at=1s", 1), ("frames=1&stop-at=1s", 1), ("stop-at=2s&jobs-buffer=10", 2)] {
        let session = follow(&format!("frame-processor?{EVEN}&submit-after-stop=on&{query}"));
        assert!(matches!(session.outcome(), Some(Progress::Crashed(_))), "{query}: {:?}", session.outcome());
        assert_eq!(session.computed(), SimTime(at * 1_000_000_000), "{query}");
        let told = told(&format!("submit-after-stop=on&{query}"));
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
    told(&format!("submit-after-stop=on&late-submit=refused&{query}"))
}

#[test]
fn it_is_the_same_as_documented_and_as_shipped_because_there_is_no_code_beside_the_document() {
    let pattern = patterns::find("frame-processor").unwrap();
    assert!(pattern.disagreement.is_none());
    for preset in pattern.scenarios() {
        let hash = |fidelity| {
            let mut scenario = Scenario::of(pattern, preset.id);
            scenario.fidelity = fidelity;
            let mut run = scenario.run(None);
            run.advance(SimTime(3_000_000_000), u64::MAX);
            run.trace().hash().hex()
        };
        assert_eq!(hash(Fidelity::Documented), hash(Fidelity::Shipped), "{}", preset.id);
    }
}

#[test]
fn what_the_scenarios_of_the_frame_processor_promise_holds_over_two_hundred_seeds() {
    let points = [
        ("", "the jobs channel was full"),
        ("stopped", "Stop waited for the workers"),
        ("unread", "the results were full and every worker had one more in hand"),
        ("cancelled", "frames were abandoned"),
        ("late", "a frame was submitted after Stop"),
    ];
    hold_with("frame-processor", &points, |id| format!("frames={}", if id.is_empty() { 1_020 } else { 800 }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Would have caught: a worker, a frame or a place in a channel that is left behind by whoever is cancelled at whatever instant.
    #[test]
    fn stopped_and_cancelled_at_any_instants_every_frame_ends_in_exactly_one_way(
        (frames, workers, jobs, results) in (1..60_u32, 1..6_u32, 0..20_u32, 0..20_u32),
        (stop, cancel, within) in (0..900_u64, 0..900_u64, 0..300_u64),
        (reads, late) in (proptest::bool::ANY, proptest::bool::ANY),
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
        ];
        let pattern = patterns::find("frame-processor").unwrap();
        let values = pattern.values(Fidelity::Documented, None, |field| {
            given.iter().find(|(key, _)| *key == field.key).map(|(_, text)| field.read(text).unwrap())
        });
        given_up_leaves_nothing(pattern, &values, seed, ms);
        let over = finish(start_pattern(Setup::new(Seed::from_word(&seed.to_string())), pattern, Fidelity::Documented, &values));
        let tally = &over.ledger.tally;
        match &over.progress {
            Progress::Drained => {
                prop_assert_eq!((tally.offered, tally.in_system), (u64::from(frames), 0));
                let ends = [Outcome::Completed, Outcome::Failed, Outcome::Cancelled, Outcome::Rejected, Outcome::Lost];
                prop_assert_eq!(ends.map(|end| tally.count(end)).iter().sum::<u64>(), u64::from(frames));
                if cancel == 0 && (stop == 0 || within == 0) {
                    prop_assert_eq!(tally.count(Outcome::Cancelled), 0, "abandoned, and nobody cancelled");
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
