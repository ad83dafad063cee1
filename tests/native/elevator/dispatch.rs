//! Who takes a request.

use super::{column, run, statuses};

/// Two cars on the way up, both past floor 1 when the third request comes.
const BOTH_UP: &str = "cars=A:0..20,B:0..20&script=0->20@0s;0->19@100ms";

#[test]
fn shipped_a_request_that_all_cars_have_passed_is_refused_and_documented_it_is_not() {
    // At 9 s car A, which opened its doors for 2.5 s, is at about floor 12.
    let shipped = run(&format!("fidelity=shipped&{BOTH_UP};1->5@9s;19->20@9s;18->2@9s"));
    // As seen on the original: behind both, refused; before both, taken; the other way, taken.
    assert_eq!(statuses(&shipped), [200, 200, 404, 200, 200]);
    let documented = run(&format!("{BOTH_UP};1->5@9s;19->20@9s;18->2@9s"));
    assert_eq!(statuses(&documented), [200; 5]);
    assert_eq!(documented.requests.completed, 5);
}

#[test]
fn an_idle_car_is_chosen_before_one_that_moves_and_the_nearest_of_the_idle() {
    let report = run("cars=A:0..9,B:0..9&script=0->9@0s;5->2@20s;8->9@20s");
    // A is at 9 and B at 0 by then: of the two idle cars A is nearer to 5, then B is the only idle one.
    assert_eq!(column(&report, "car"), ["A", "A", "B"]);
}

#[test]
fn the_same_wish_twice_is_one_stop_and_both_people_ride() {
    let report = run("cars=A:0..9,B:0..9&script=3->7@0s;3->7@0.1s");
    assert_eq!(column(&report, "car"), ["A", "A"]);
    assert_eq!(report.requests.completed, 2);
    assert_eq!(report.detail["cars"][0]["doors"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_overloaded_car_is_passed_over() {
    // Threshold 1: a car with one floor and one destination counts two, which is more.
    let report = run("fidelity=shipped&overload=1&cars=A:0..9,B:0..9&script=0->9@0s;1->9@100ms;2->9@200ms");
    assert_eq!(column(&report, "car")[..2], ["A", "B"]);
    assert_eq!(statuses(&report), [200, 200, 404], "both have too much to do");
}

#[test]
fn equals_are_chosen_in_the_order_of_creation_or_by_lot() {
    let first = |query: &str| column(&run(query), "car")[0].as_str().expect("a car").to_owned();
    let fleet = "cars=A:0..9,B:0..9,C:0..9,D:0..9&script=5->9@0s";
    assert_eq!(first(fleet), "A");
    let lots: std::collections::BTreeSet<String> =
        (0..40).map(|seed| first(&format!("{fleet}&ties=seed&seed={seed}"))).collect();
    assert_eq!(lots.len(), 4, "each of four cars comes up in forty draws, but for one chance in twenty thousand");
}

#[test]
fn a_car_that_does_not_reach_both_floors_is_not_asked() {
    let report = run("cars=Low:0..5,High:4..9&script=0->3@0s;5->9@0s;4->5@0s;0->9@0s");
    assert_eq!(column(&report, "car")[..2], ["Low", "High"]);
    assert_eq!(statuses(&report), [200, 200, 200, 404]);
}

#[test]
fn every_policy_brings_everybody_to_their_floors() {
    for policy in ["reference", "nearest", "scan", "look", "etd", "destination"] {
        for traffic in ["up-peak", "down-peak", "lunch", "inter-floor"] {
            let report = run(&format!(
                "policy={policy}&traffic={traffic}&passengers=120&cars=A:0..12,B:0..12,C:-2..6&capacity=4&boarding-time=800ms&parking=spread"
            ));
            assert_eq!((report.outcome, report.requests.completed), ("drained", 120), "{policy} {traffic}");
        }
    }
}

#[test]
fn a_sweep_turns_at_the_last_floor_that_is_wanted_or_at_the_end_of_its_shaft() {
    let highest = |policy: &str| {
        let report = run(&format!("policy={policy}&cars=A:0..9&script=3->5@0s;4->1@0s"));
        let path = report.detail["cars"][0]["path"].as_array().expect("a path").clone();
        path.iter().map(|entry| entry[1].as_i64().expect("a floor")).max()
    };
    assert_eq!(highest("look"), Some(5));
    assert_eq!(highest("scan"), Some(9));
}
