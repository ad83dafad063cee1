//! The traces of the reference, to the letter: times in units of one floor, doors four of them.

use super::run;

/// A floor takes half a second.
const FLOOR_NS: f64 = 5e8;

/// The path and the doors of a car, in units of a floor's time.
fn car(query: &str) -> (String, Vec<(f64, i64)>) {
    let report = run(query);
    let car = &report.detail["cars"][0];
    let entry = |e: &serde_json::Value| {
        let (t, floor, word) = (e[0].as_f64().unwrap(), e[1].as_i64().unwrap(), e[2].as_str().unwrap());
        format!("{floor}{}@{}", if word.is_empty() { " idle" } else { &word[..1] }, t / FLOOR_NS)
    };
    let path: Vec<String> = car["path"].as_array().unwrap().iter().map(entry).collect();
    let door = |d: &serde_json::Value| (d[0].as_f64().unwrap() / FLOOR_NS, d[1].as_i64().unwrap());
    (path.join(" "), car["doors"].as_array().unwrap().iter().map(door).collect())
}

#[test]
fn s1_from_the_ground_to_the_top() {
    let (path, doors) = car("fidelity=shipped&cars=A:0..9&script=0->9@0s");
    assert_eq!(path, "0u@0 1u@5 2u@6 3u@7 4u@8 5u@9 6u@10 7u@11 8u@12 9u@13 9 idle@18");
    assert_eq!(doors, [(1.0, 0), (14.0, 9)]);
}

#[test]
fn s2_a_trip_down_begins_with_the_way_up() {
    let (path, doors) = car("fidelity=shipped&cars=A:0..9&script=5->2@0s");
    assert_eq!(path, "0u@0 1u@1 2u@2 3u@3 4u@4 5u@5 5d@6 4d@11 3d@12 2d@13 2 idle@18");
    assert_eq!(doors, [(7.0, 5), (14.0, 2)]);
}

#[test]
fn s3_a_trip_from_above_the_car() {
    let (path, doors) = car("fidelity=shipped&cars=A:0..9&script=2->5@0s");
    assert_eq!(path, "0u@0 1u@1 2u@2 3u@7 4u@8 5u@9 5 idle@14");
    assert_eq!(doors, [(3.0, 2), (10.0, 5)]);
}

#[test]
fn s4_who_comes_while_the_doors_are_open_is_served_on_the_way_and_the_trip_down_after() {
    let (path, doors) = car("fidelity=shipped&cars=A:0..9&script=0->3@0s;8->1@0s;2->6@1.25s");
    assert_eq!(
        path,
        "0u@0 1u@5 2u@6 3u@11 4u@16 5u@17 6u@18 7u@23 8u@24 8d@25 7d@30 6d@31 5d@32 4d@33 3d@34 2d@35 1d@36 1 idle@41"
    );
    assert_eq!(doors, [(1.0, 0), (7.0, 2), (12.0, 3), (19.0, 6), (26.0, 8), (37.0, 1)]);
}

#[test]
fn the_document_s_car_moves_as_the_code_s_where_nothing_goes_wrong() {
    for script in ["0->9@0s", "5->2@0s", "2->5@0s", "0->3@0s;8->1@0s;2->6@1.25s"] {
        let of = |fidelity: &str| car(&format!("fidelity={fidelity}&cars=A:0..9&script={script}"));
        assert_eq!(of("documented"), of("shipped"), "{script}");
    }
}

/// Seen by hand on the original: with a timeout below the time of a step the car completes all the same, and its breaker
/// never hears of it.
#[test]
fn a_shipped_step_that_times_out_goes_on_and_the_breaker_stays_closed() {
    let query = "fidelity=shipped&cars=A:0..9&script=0->5@0s&floor-time=60ms&door-time=60ms&operation-timeout=50ms";
    let report = run(query);
    assert_eq!((report.outcome, report.requests.completed), ("drained", 1));
    assert!(!holds_opened(&report), "nothing opens it");
    // The same, told to the breaker.
    let report = run(&format!("{query}&breaker-counts=all"));
    assert!(holds_opened(&report), "the timeouts were there, only nobody counted them");
}

fn holds_opened(report: &millrace::export::Report) -> bool {
    super::holds(report, "a breaker opened")
}
