//! The best-practice lists as checks: each holds where it should, and does not where it should not.

use super::{ask, finished, holds, report, run, scenario};
use millrace::export::Report;
use millrace::spec::Seen;
use millrace::trace::{
    Ending, EventKind, Fold, Gauge, JobId, Ledger, Outcome, SimTime, Site, StationId, StationKind, TaskId, TextId,
    Trace, TraceEvent,
};

/// Doors that take forty times as long from 5 s on: longer than the operation timeout.
const SLOW_DOORS: &str = "x=5000000000~0~fault~slow-door~40;90000000000~0~fault~slow-door~off";
const FAILING_MOTOR: &str = "x=5000000000~0~fault~failing-motor~60;60000000000~0~fault~failing-motor~off";
const STOPPED_CAR: &str = "x=5000000000~0~fault~stop-car~1";

/// A bank in a state that no run of it comes to, as far as is known: a car and what its gauges say. Checks that never failed might as well
/// not be there.
fn made_up(events: &[EventKind]) -> (Ledger, Trace) {
    let (mut trace, mut ledger) = (Trace::new(), Ledger::new());
    let (bank, name) = (trace.text("bank"), trace.text("A"));
    let crew =
        EventKind::Opened { station: StationId(0), kind: StationKind::Crew, name: bank, parent: StationId::NONE };
    let car = EventKind::Opened { station: CAR, kind: StationKind::Car, name, parent: StationId(0) };
    for &kind in [crew, car].iter().chain(events) {
        let task = if matches!(kind, EventKind::Ended { .. }) { TaskId::MAIN } else { TaskId::NONE };
        let event = TraceEvent { at: SimTime(1), task, kind, site: Site::NONE };
        trace.push(event);
        ledger.apply(&event, &trace);
    }
    (ledger, trace)
}

const CAR: StationId = StationId(1);

/// Whether a check holds of a made-up state.
#[track_caller]
fn holds_of(events: &[EventKind], name: &str) -> bool {
    let (ledger, trace) = made_up(events);
    let check = scenario("").pattern.checks().iter().find(|check| check.name().contains(name)).expect("a check");
    (check.holds)(&ledger, &trace)
}

#[test]
fn checks_that_no_run_breaks_fail_of_a_state_in_which_they_should() {
    let gauge = |gauge, value| EventKind::Gauged { station: CAR, gauge: Gauge(gauge), value };
    let enter = |job| EventKind::Entered { job: JobId(job), station: CAR };
    let leave = EventKind::Left { job: JobId(0), outcome: Outcome::Cancelled };
    let refuse = EventKind::Left { job: JobId(0), outcome: Outcome::Rejected };
    let spawn = |child| EventKind::Spawned { child: TaskId(child), name: TextId(0), station: CAR };
    let over = EventKind::Ended { how: Ending::Completed };
    let range = [gauge(2, 0), gauge(3, 9)];
    let floor = |floor| [range.as_slice(), &[gauge(7, floor)]].concat();
    let size = EventKind::Sized { station: CAR, capacity: 1 };
    let closed = EventKind::Closed { station: CAR };
    let cases: [(&str, &[EventKind], &[EventKind]); 8] = [
        ("every request is in one place, or has left", &[enter(0)], &[enter(0), closed]),
        ("no station holds more than its capacity", &[size, enter(0)], &[size, enter(0), enter(1)]),
        ("no car is outside its range", &floor(9), &floor(10)),
        ("every request has left at the end", &[enter(0), leave], &[enter(0)]),
        ("a car has at most ten signals waiting", &[gauge(6, 10)], &[gauge(6, 11)]),
        ("no task outlives the bank", &[spawn(0), spawn(1)], &[spawn(0), spawn(1), over]),
        ("nobody was dropped on the way", &[enter(0)], &[enter(0), leave]),
        ("nobody was turned away", &[enter(0)], &[enter(0), refuse]),
    ];
    for (name, good, bad) in cases {
        assert!(holds_of(good, name), "{name} fails where it should hold");
        assert!(!holds_of(bad, name), "{name} holds where it should fail");
    }
}

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
        let failed: Vec<_> = report.checks.iter().filter(|c| !c.holds).map(|c| &*c.name).collect();
        let not_needed = ["Resilience: a breaker opened", "Resilience: a breaker closed again"];
        assert_eq!(failed, not_needed, "{query}");
    }
}

#[test]
fn every_list_that_a_run_can_verify_something_of_is_there_and_says_what_is_looked_at() {
    let checks = scenario("").pattern.checks();
    let mut sections: Vec<_> = checks.iter().map(|check| check.section).collect();
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

/// Two additions between their look and their add: seen on the fleet, and in the log, whether or not they take one name.
#[test]
fn additions_meet_between_look_and_add_as_shipped_alone() {
    let add = |name: &str| format!(r#"{{"name":"{name}","min_floor":0,"max_floor":9}}"#);
    let (c, d) = (add("C"), add("D"));
    let asks = [(1_000, "POST", "/v1/elevators", c.as_str()), (1_000, "POST", "/v1/elevators", d.as_str())];
    let name = "to look for a name and to take it is one step";
    assert!(holds(&asked("", &asks), name));
    let shipped = asked("fidelity=shipped", &asks);
    assert!(!holds(&shipped, name));
    assert!(holds(&shipped, "no two cars have one name"), "two names are no conflict");
    let later = (1_001, "POST", "/v1/elevators", d.as_str());
    assert!(holds(&asked("fidelity=shipped", &[asks[0], later]), name), "one after the other");
}

/// A reader has a copy of the list: whole, and of the past. As shipped the choice is made from it when its time is over; as documented the
/// look comes then.
#[test]
fn a_car_is_chosen_from_the_list_that_was_as_shipped_alone() {
    let asks = [
        (1_000, "POST", "/v1/floors/request", r#"{"from":0,"to":9}"#),
        (1_500, "POST", "/v1/elevators", r#"{"name":"C","min_floor":0,"max_floor":9}"#),
    ];
    let name = "a car is chosen from the list as it is";
    let of =
        |fidelity: &str| asked(&format!("script=&choose-time=2s&open-for=10s&until=60s&fidelity={fidelity}"), &asks);
    let documented = of("documented");
    assert!(holds(&documented, name));
    assert_eq!(documented.requests.completed, 1);
    assert!(!holds(&of("shipped"), name));
}

#[test]
fn every_practice_of_the_lists_names_checks_that_are_there_or_files_that_are() {
    let pattern = scenario("").pattern;
    let lists = ["Concurrency", "Performance", "Testing", "Monitoring", "Error handling"];
    for list in lists {
        assert_eq!(pattern.practices.iter().filter(|p| p.list == list).count(), 5, "{list} has five items");
    }
    for practice in pattern.practices {
        match practice.seen {
            Seen::Checked(names) => {
                assert!(!names.is_empty(), "{}", practice.item);
                for name in names {
                    assert!(
                        pattern.checks().iter().any(|check| check.statement == *name),
                        "{}: no check {name}",
                        practice.item
                    );
                }
            }
            Seen::Built { at, .. } => {
                let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
                assert!(!at.is_empty() && at.iter().all(|file| root.join(file).is_file()), "{}: {at:?}", practice.item);
            }
        }
    }
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

/// As shipped a car's task hears of its end only when the limit of its step is over; nobody waited for one that was no longer in the list.
#[test]
fn a_bank_waits_for_a_car_that_was_deleted_while_it_hung() {
    let delete = r#"3000000000~0~ask~page~DELETE~/v1/elevators~{"name":"B"}"#;
    let trips = "cars=A:0..9,B:0..9&script=0->9@0s;0->5@500ms";
    let report = run(&format!("fidelity=shipped&{trips}&x=1000000000~0~fault~stop-car~2@20000000000;{delete}"));
    assert_eq!(report.outcome, "drained");
    assert!(holds(&report, "no task outlives the bank"), "{:?}", report.detail.get("leaked"));
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
