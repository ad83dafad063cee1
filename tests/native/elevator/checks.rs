//! The best-practice lists as checks: each holds where it should, and does not where it should not.

use super::{ask, finished, holds, report, run, scenario};
use millrace::export::Report;
use millrace::spec::Check;

/// Doors that take forty times as long from 5 s on: longer than the operation timeout.
const SLOW_DOORS: &str = "x=5000000000~0~fault~slow-door~40;90000000000~0~fault~slow-door~off";
const FAILING_MOTOR: &str = "x=5000000000~0~fault~failing-motor~60;60000000000~0~fault~failing-motor~off";
const STOPPED_CAR: &str = "x=5000000000~0~fault~stop-car~1";

/// A run of which some things are asked from outside.
fn asked(query: &str, asks: &[(u64, &str, &str, &str)]) -> Report {
    let mut scenario = scenario(query);
    scenario.interventions = asks.iter().map(|(at, method, path, body)| ask(*at, method, path, body)).collect();
    report(&finished(scenario))
}

#[test]
fn as_documented_every_check_of_a_list_holds_and_no_breaker_has_reason_to_open() {
    for query in ["", "preset=single", "preset=lunch&passengers=60", "preset=up-peak&passengers=60"] {
        let report = run(query);
        let failed: Vec<_> = report.checks.iter().filter(|c| !c.holds).map(|c| c.name).collect();
        let not_needed = ["Resilience: a breaker opened", "Resilience: a breaker closed again"];
        assert_eq!(failed, not_needed, "{query}");
    }
}

#[test]
fn every_list_that_a_run_can_verify_something_of_is_there_and_says_what_is_looked_at() {
    let checks = scenario("").pattern.checks;
    let mut sections: Vec<_> = checks.iter().map(Check::section).map(|(section, _)| section).collect();
    // Those of one list stand together, so that there is one heading for each.
    sections.dedup();
    let lists = ["Concurrency", "Performance", "Error handling", "Resilience", "Monitoring", "API"];
    assert_eq!(sections, [None].into_iter().chain(lists.map(Some)).collect::<Vec<_>>());
    assert!(checks.iter().all(|c| !c.by.is_empty()));
}

#[test]
fn a_step_that_outlasts_its_time_goes_on_beside_the_next_as_shipped_and_is_stopped_as_documented() {
    let names = ["a car takes one step at a time", "no step goes on when its time is up", "every failed step is told"];
    let documented = run(SLOW_DOORS);
    assert!(names.iter().all(|name| holds(&documented, name)));
    let shipped = run(&format!("fidelity=shipped&{SLOW_DOORS}"));
    assert!(names.iter().all(|name| !holds(&shipped, name)));
}

#[test]
fn a_motor_that_fails_is_told_to_the_breaker_which_opens_and_closes_again_as_documented_alone() {
    let names = ["every failed step is told", "a breaker opened", "a breaker closed again"];
    let documented = run(FAILING_MOTOR);
    assert!(names.iter().all(|name| holds(&documented, name)));
    let shipped = run(&format!("fidelity=shipped&{FAILING_MOTOR}"));
    assert!(names.iter().all(|name| !holds(&shipped, name)));
}

#[test]
fn a_car_that_nobody_wakes_is_kept_from_its_work_by_its_breaker() {
    let all = "x=5000000000~0~fault~failing-motor~100;60000000000~0~fault~failing-motor~off";
    let name = "no breaker keeps a car from its work";
    assert!(holds(&run(all), name));
    let frozen = run(&format!("rekick=off&{all}"));
    assert!(!holds(&frozen, name));
    assert!(!holds(&frozen, "at least half of the cars are healthy"), "both breakers are open for ever");
}

#[test]
fn a_car_that_is_stopped_for_good_counts_as_in_order_as_shipped_and_does_not_as_documented() {
    let until = "until=600s";
    let name = "no car that is stopped counts as in order";
    assert!(holds(&run(&format!("{until}&{STOPPED_CAR}")), name));
    assert!(!holds(&run(&format!("{until}&fidelity=shipped&{STOPPED_CAR}")), name));
}

#[test]
fn two_cars_can_get_one_name_as_shipped_alone() {
    let add = (1_000, "POST", "/v1/elevators", r#"{"name":"C","min_floor":0,"max_floor":9}"#);
    let of = |query: &str| holds(&asked(query, &[add, add]), "no two cars have one name");
    assert!(of(""));
    assert!(!of("fidelity=shipped"));
    // Being faithful is no error of the program: what the original breaks is a matter of the end.
    assert!(!asked("fidelity=shipped", &[add, add]).is_broken());
}

#[test]
fn a_deletion_that_takes_too_long_is_an_internal_error() {
    let delete = |timeout: &str| {
        let trip = (0, "POST", "/v1/floors/request", r#"{"from":0,"to":9}"#);
        let asks = [trip, (3_000, "DELETE", "/v1/elevators", r#"{"name":"A"}"#)];
        asked(&format!("script=&open-for=60s&create-timeout={timeout}"), &asks)
    };
    assert!(!holds(&delete("1s"), "no request ended in an internal error"));
    assert!(holds(&delete("30s"), "no request ended in an internal error"));
}

#[test]
fn a_deletion_that_the_end_of_the_bank_overtakes_is_never_answered() {
    // The car that is deleted has a stop left; the bank closes before it gets there.
    let asks = [(1_000, "DELETE", "/v1/elevators", r#"{"name":"A"}"#)];
    let name = "every request was answered";
    assert!(holds(&asked("cars=A:0..9,B:0..9&script=0->9@0s", &asks), name));
    let report = asked("cars=A:0..9,B:0..9&script=0->9@0s&until=5s", &asks);
    assert!(!holds(&report, name), "{:?}", report.outcome);
}

/// The main task used to return before its cars had heard that they are shut down: every run left all of them behind.
#[test]
fn no_task_outlives_a_bank_that_closes_also_with_a_listener_a_parked_car_and_one_that_was_deleted() {
    let asks = [(1_000, "GET", "/ws/status", ""), (2_000, "DELETE", "/v1/elevators", r#"{"name":"B"}"#)];
    for query in ["", "fidelity=shipped", "parking=main&park-after=60s", "parking=spread&park-after=0s&policy=look"] {
        let report = asked(query, &asks);
        assert_eq!(report.outcome, "drained", "{query}");
        assert!(holds(&report, "no task outlives the bank"), "{query}: {:?}", report.detail.get("leaked"));
        assert_eq!(report.detail.get("leaked"), None, "{query}");
    }
}

#[test]
fn a_wake_that_is_still_due_when_the_bank_closes_ends_with_it() {
    // The breaker of A is open for an hour when A is deleted, and B brings everybody to their floors within minutes.
    let delete = "20000000000~0~ask~page~DELETE~/v1/elevators~{\"name\":\"A\"}";
    let report = run(&format!("operation-timeout=3s&breaker-reset=1h&x=5000000000~0~fault~stop-car~1;{delete}"));
    assert!(holds(&report, "a breaker opened") && report.virtual_ns < 3_600_000_000_000, "{}", report.virtual_ns);
    assert_eq!((report.outcome, report.requests.completed), ("drained", 30));
    assert!(holds(&report, "no task outlives the bank"), "{:?}", report.detail.get("leaked"));
}
