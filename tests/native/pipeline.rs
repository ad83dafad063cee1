//! The pipeline of frames: stages with times of their own and nothing between them, who feeds them when they are cancelled, an item of a
//! wrong type, and what is said of a list of stages that cannot be read.

use crate::coordination::given_up_leaves_nothing;
use crate::program::{follow, values};
use crate::promises::hold_points;
use millrace::engine::Progress;
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::Fidelity;
use millrace::trace::{Outcome, SimTime};

const FRAMES: &str = "pipeline?preset=frames";

fn completed(link: &str) -> u64 {
    follow(link).history().ledger.tally.count(Outcome::Completed)
}

/// Would have caught: a channel with room for one where there is none, or a stage that takes the next before it has handed on the last.
#[test]
fn the_slowest_stage_sets_the_pace_and_the_first_frame_takes_the_sum_of_all() {
    let end = |n: u32| follow(&format!("{FRAMES}&requests={n}")).end();
    let ms = |ms: u64| Some(SimTime(ms * 1_000_000));
    assert_eq!((end(1), end(2), end(100)), (ms(140), ms(260), ms(20 + 100 * 120)));
    // With three at analyze it is three times as fast.
    let three = "stages=decode:1:0:8ms,preprocess:1:0:12ms,analyze:3:0:120ms";
    assert_eq!(follow(&format!("{FRAMES}&requests=99&{three}")).end(), ms(20 + 2 * 12 + 33 * 120));
}

#[test]
fn without_a_buffer_a_frame_is_inside_for_each_stage_and_one_waits_outside() {
    let session = follow(FRAMES);
    let trace = session.run().trace();
    let ledger = &session.history().ledger;
    for (_, row) in ledger.stations_with_ids() {
        let name = trace.name(row.name);
        if name.ends_with(" out") || name == "input" {
            assert_eq!((row.capacity, row.levels.present_peak), (0, 0), "{name}");
        }
    }
}

#[test]
fn a_fourth_part_is_the_time_of_an_item_and_whoever_has_one_calls_no_server() {
    let calls = |stages: &str| {
        let session = follow(&format!("pipeline?requests=10&server=general&stages={stages}"));
        let trace = session.run().trace();
        session.history().ledger.find("server", &trace).expect("a server").1.levels.arrivals
    };
    assert_eq!((calls("a:1:0,b:1:0,c:1:0"), calls("a:1:0,b:1:0:5ms,c:1:0"), calls("a:1:0:1ms,b:1:0:5ms")), (10, 10, 0));
    // A time of the stages that compute is taken as well, and they compute all the same.
    let squares = "pipeline?requests=1&stages=square:1:0:3ms,double:1:0:0.5s";
    assert_eq!(follow(squares).end(), Some(SimTime(503_000_000)));
}

#[test]
fn cancelled_a_feeder_that_ignores_it_waits_for_ever_and_one_that_watches_goes() {
    for fidelity in ["documented", "shipped"] {
        for (feeder, left) in [("ignores", vec!["source"]), ("watches", vec![])] {
            let link = format!("{FRAMES}&cancel-at=1s&fidelity={fidelity}&feeder={feeder}");
            let session = follow(&link);
            let waiting: Vec<_> = session.run().waiting().into_iter().map(|w| w.name).collect();
            assert_eq!(waiting, left, "{link}");
            assert_eq!(session.history().ledger.tally.in_system, left.len() as u64, "{link}");
        }
    }
    // It is what each fidelity does unless somebody says otherwise.
    let left = |fidelity| follow(&format!("{FRAMES}&cancel-at=1s&fidelity={fidelity}")).run().waiting().len();
    assert_eq!((left("documented"), left("shipped")), (0, 1));
}

#[test]
fn an_error_that_cancels_the_whole_leaves_a_feeder_that_ignores_it_too() {
    let link = "pipeline?requests=1000&server=general&mean=20ms&errors=0.02&on-error=fail";
    assert_eq!(follow(link).run().waiting().len(), 0);
    let left: Vec<_> = follow(&format!("{link}&feeder=ignores")).run().waiting().into_iter().map(|w| w.name).collect();
    assert_eq!(left, ["source"]);
}

#[test]
fn cancelled_as_documented_frames_are_given_up_in_the_middle_and_as_shipped_when_they_are_handed_on() {
    let end = |fidelity| follow(&format!("{FRAMES}&cancel-at=1s&feeder=watches&fidelity={fidelity}")).end();
    assert_eq!(end("documented"), Some(SimTime(1_000_000_000)));
    // The frame that was analyzed at 1 s is so until 1.1 s.
    assert_eq!(end("shipped"), Some(SimTime(1_100_000_000)));
}

#[test]
fn an_item_of_a_wrong_type_ends_the_program_as_shipped_in_the_first_stage_that_looks_into_it() {
    for query in ["fidelity=shipped", "types=any"] {
        let session = follow(&format!("{FRAMES}&wrong-item=7&{query}"));
        let Some(Progress::Crashed(at)) = session.outcome() else { panic!("{:?}", session.outcome()) };
        assert_eq!(at[0].name, "decode 1");
        // Decode takes the seventh as soon as it has handed on the sixth, when preprocess has handed on the fifth: after four of 120 ms
        // each that were before it.
        assert_eq!(session.computed(), SimTime((20 + 4 * 120) * 1_000_000), "{query}");
    }
    assert_eq!(completed(&format!("{FRAMES}&requests=6&wrong-item=7")), 6, "there is no seventh");
}

#[test]
fn an_item_of_a_wrong_type_is_never_taken_in_as_documented_and_all_others_come_through() {
    let session = follow(&format!("{FRAMES}&requests=100&wrong-item=7"));
    assert_eq!(session.outcome(), Some(&Progress::Drained));
    let tally = &session.history().ledger.tally;
    assert_eq!((tally.count(Outcome::Completed), tally.count(Outcome::Rejected)), (99, 1));
    // It costs nobody any time.
    assert_eq!(session.end(), follow(&format!("{FRAMES}&requests=99")).end());
}

#[test]
fn what_cannot_be_read_is_told_with_the_stage_and_the_character() {
    let pattern = patterns::find("pipeline").expect("the pipeline");
    let told = |stages: &str| Scenario::new(pattern).set("stages", stages).expect_err(stages).message().to_owned();
    assert_eq!(
        told("decode:1:0:8ms, analyze:1:0:soon"),
        "stage 2, at character 17: the time of analyze must be a duration from 0ms to 1h, as 8ms, not \"soon\""
    );
    assert!(told("a:1:0:").starts_with("stage 1, at character 1: the time of a must"));
    assert!(told("a:1:0:2h").contains("from 0ms to 1h"));
    assert!(told("a:1:0:-1ms").contains("not \"-1ms\""));
    assert!(told("a:1:0:1ms:1ms").contains("is not name:workers:buffer or name:workers:buffer:time"));
    assert!(told("a:1:0:1ms,a:1:0").starts_with("stage 2, at character 11: the name \"a\" is taken"));
    assert!(told("a:1:0,,b:1:0").starts_with("stage 2, at character 7"));
    assert!(told(&(0..9).map(|n| format!("s{n}:1:1")).collect::<Vec<_>>().join(",")).ends_with("at most 8 stages"));
}

#[test]
fn the_closed_form_of_stages_with_times_is_met() {
    let pattern = patterns::find("pipeline").expect("the pipeline");
    let of = |stages: &str| {
        let values = values(pattern, Fidelity::Documented, None, &[("requests", "200"), ("stages", stages)]);
        (pattern.ideal)(&values, Fidelity::Documented).map(|ideal| (ideal.seconds, ideal.formula))
    };
    let slowest = "decode:1:0:8ms,preprocess:1:0:12ms,analyze:2:0:120ms";
    assert_eq!(of(slowest), Some((12.0, "200 × 120ms ÷ 2".to_owned())));
    let took = follow(&format!("pipeline?requests=200&stages={slowest}")).end().expect("an end").seconds();
    assert!((12.0..12.6).contains(&took), "{took}");
    assert_eq!(of("a:1:0:8ms,b:0:0:8ms"), None, "nobody works");
}

#[test]
fn what_the_scenarios_of_frames_promise_holds_over_two_hundred_seeds() {
    let hands_on = "a worker waits to hand on what it has";
    let points = [
        ("bottleneck", hands_on),
        ("frames", hands_on),
        ("feeder", "the feeder waits, and no stage is left"),
        ("wrong-type", "an item of a wrong type is a panic"),
    ];
    hold_points("pipeline", &points, |_| "requests=60".to_owned());
}

/// Would have caught: a stage or its feeder that goes on when whoever started the pipeline has gone.
#[test]
fn given_up_at_any_instant_no_item_and_no_task_of_the_pipeline_is_left() {
    let pattern = patterns::find("pipeline").expect("the pipeline");
    for (seed, ms) in (0..60_u32).map(|n| (n, u64::from(n) * 37 % 400)) {
        let given = [
            ("requests", "20"),
            ("stages", "decode:1:1:8ms,call:2:0,analyze:3:0:40ms"),
            ("server", "general"),
            ("cancel-at", if seed % 3 == 0 { "150ms" } else { "0ms" }),
        ];
        let values = values(pattern, Fidelity::Documented, None, &given);
        given_up_leaves_nothing(pattern, &values, seed, ms);
    }
}
