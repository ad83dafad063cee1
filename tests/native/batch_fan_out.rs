//! Batches of frames with a task each: what comes back, in which order, what fails, how many tasks there are, and that none is left.

use crate::coordination::{detail, given_up_leaves_nothing};
use crate::pool::{PHONE, WIDE, seen};
use crate::program::{finish, follow, start_pattern};
use crate::promises::hold_with;
use millrace::engine::{Progress, Seed, Setup};
use millrace::patterns;
use millrace::spec::Fidelity;
use millrace::trace::{Outcome, SimTime};
use millrace::view::scene::conservation;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn batches(query: &str) -> Vec<Json> {
    detail(&format!("batch-fan-out?{query}"))["batches"].as_array().expect("a list").clone()
}

#[test]
fn a_batch_brings_its_results_and_its_errors_and_every_frame_is_one_of_them() {
    let batches = batches("errors=0.2&batch=50&batches=40");
    assert_eq!(batches.len(), 40);
    let sum = |key: &str| batches.iter().map(|batch| batch[key].as_u64().unwrap()).sum::<u64>();
    assert!(batches.iter().all(|b| b["results"].as_u64().unwrap() + b["errors"].as_u64().unwrap() == 50));
    // 2,000 frames: four standard deviations are 72.
    assert!(sum("errors").abs_diff(400) < 72, "{}", sum("errors"));
    assert_eq!(sum("results") + sum("errors"), 2_000);
}

#[test]
fn without_errors_there_are_none_and_with_nothing_but_errors_no_result() {
    assert!(batches("errors=0").iter().all(|batch| (&batch["results"], &batch["errors"]) == (&json!(20), &json!(0))));
    let failed = json!({ "results": 0, "errors": 20, "in_order": true });
    assert!(batches("errors=1").iter().all(|batch| *batch == failed));
}

#[test]
fn an_empty_batch_brings_nothing_and_no_error() {
    let nothing = json!({ "results": 0, "errors": 0, "in_order": true });
    assert_eq!(batches("batch=0&batches=3"), [nothing.clone(), nothing.clone(), nothing]);
    assert_eq!(follow("batch-fan-out?batch=0").outcome(), Some(&Progress::Drained));
}

#[test]
fn order_is_lost_because_calls_end_when_they_end_and_kept_where_all_take_the_same() {
    assert!(batches("").iter().all(|batch| batch["in_order"] == false));
    assert!(batches("service=constant").iter().all(|batch| batch["in_order"] == true));
    assert!(batches("at-once=1").iter().all(|batch| batch["in_order"] == true));
}

#[test]
fn a_batch_takes_as_long_as_its_longest_call_and_the_next_begins_then() {
    let end = |query: &str| follow(&format!("batch-fan-out?service=constant&mean=100ms&{query}")).end();
    assert_eq!(end("batch=50&batches=3"), Some(SimTime(300_000_000)));
    assert_eq!(end("batch=500&batches=3&at-once=0"), Some(SimTime(300_000_000)));
    assert_eq!(end("batch=500&batches=1"), Some(SimTime(1_000_000_000)), "fifty at once");
    // Ten slots do ten each 100 ms, however many tasks wait for them; and ten tasks do as much.
    assert_eq!(end("batch=500&batches=1&slots=10&at-once=0"), Some(SimTime(5_000_000_000)));
    assert_eq!(end("batch=500&batches=1&slots=10"), Some(SimTime(5_000_000_000)));
    assert_eq!(end("batch=500&batches=1&slots=10&at-once=10"), Some(SimTime(5_000_000_000)));
}

/// The most tasks at once.
fn peak(query: &str) -> u64 {
    let session = follow(&format!("batch-fan-out?{query}"));
    let trace = session.run().trace();
    session.history().ledger.find("tasks", &trace).expect("the tasks").1.tasks_peak
}

#[test]
fn there_are_as_many_tasks_as_frames_unless_there_is_a_limit() {
    assert_eq!((peak("batch=300&batches=2&at-once=0"), peak("batch=300&batches=2&at-once=25")), (300, 25));
    assert_eq!((peak("batch=300&batches=2&fidelity=shipped"), peak("batch=300&batches=2")), (300, 50));
    // 200 messages a second, and 200 ÷ 1.2 of them can be done: after 10 s some 300 tasks wait, and it goes on like that.
    let half = peak("preset=read-pump&batches=10");
    let whole = peak("preset=read-pump");
    assert!(whole > half + 100, "{half} and {whole}");
    assert_eq!(peak("preset=read-pump&at-once=20"), 20);
}

#[test]
fn from_a_socket_come_messages_at_their_instants_and_no_batches() {
    let link = "from=socket&batch=10&batches=5&every=10ms&service=constant&mean=30ms&errors=0";
    assert_eq!(batches(link), Vec::<Json>::new());
    let session = follow(&format!("batch-fan-out?{link}"));
    assert_eq!(session.end(), Some(SimTime(490_000_000 + 30_000_000)));
    assert_eq!((session.history().ledger.tally.count(Outcome::Completed), peak(link)), (50, 3));
}

const MANY: &str = "more than fifty frames had a task at once";

#[test]
fn what_the_scenarios_of_the_batches_promise_holds_over_two_hundred_seeds() {
    let both = "frames came back with a result and others with an error";
    let points = [
        ("", "a frame came back before one that began earlier"),
        ("partial", both),
        ("thousand", MANY),
        ("read-pump", MANY),
    ];
    hold_with("batch-fan-out", &points, |id| {
        let batches = match id {
            "thousand" => "batch=100&batches=1",
            "read-pump" => "batches=6",
            _ => "batches=5",
        };
        batches.to_owned()
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Would have caught: a frame, a task or a permit that is left behind, whenever whoever waits for the batches goes away.
    #[test]
    fn given_up_at_any_instant_it_leaves_no_frame_and_no_task(
        (batch, batches, at_once, slots) in (0..30_u32, 1..5_u32, 0..8_u32, 0..6_u32),
        (socket, errors) in (proptest::bool::ANY, 0..5_u32),
        (ms, seed) in (0..400_u64, 0..1_000_u32),
    ) {
        let given = [
            ("batch", batch.to_string()), ("batches", batches.to_string()), ("at-once", at_once.to_string()),
            ("slots", slots.to_string()), ("from", if socket { "socket" } else { "batches" }.to_owned()),
            ("errors", format!("{}", f64::from(errors) / 4.0)), ("mean", "30ms".to_owned()),
        ];
        let pattern = patterns::find("batch-fan-out").unwrap();
        let values = pattern.values(Fidelity::Documented, None, |field| {
            given.iter().find(|(key, _)| *key == field.key).map(|(_, text)| field.read(text).unwrap())
        });
        let setup = Setup::new(Seed::from_word(&seed.to_string()));
        let over = finish(start_pattern(setup, pattern, Fidelity::Documented, &values));
        prop_assert_eq!(&over.progress, &Progress::Drained);
        prop_assert_eq!((over.ledger.tally.offered, over.ledger.tally.in_system), (u64::from(batch * batches), 0));
        prop_assert_eq!(over.ledger.live_tasks().count(), 0);

        given_up_leaves_nothing(pattern, &values, seed, ms);
    }
}

#[test]
fn the_sum_is_there_in_both_ways_and_on_any_stage() {
    for link in ["batch-fan-out?preset=thousand", "batch-fan-out?preset=read-pump"] {
        for size in [WIDE, PHONE] {
            let sum = seen(link, 300, size, |scene, _| conservation(scene));
            assert!(sum.1, "{link}: {}", sum.0);
        }
    }
}
