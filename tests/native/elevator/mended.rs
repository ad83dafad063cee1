//! Inputs that came out wrong, each with what is right and why.

use super::{answers, column, finished, report, run, scenario};
use millrace::engine::Progress;
use millrace::export::Report;
use millrace::trace::{EventKind, JobId, SimTime, StationKind};

/// Two cars for ten floors.
const TWO: &str = "cars=A:0..9,B:0..9";
const DELETE_A: &str = r#"3000000000~0~ask~page~DELETE~/v1/elevators~{"name":"A"}"#;
const SWEEPERS: [&str; 4] = ["nearest", "look", "scan", "etd"];
const POLICIES: [&str; 6] = ["reference", "nearest", "scan", "look", "etd", "destination"];

/// When somebody stepped into a car, in milliseconds, and into which.
type Aboard = Option<(u64, String)>;

/// When each person stepped into a car, into which, and when they left, in milliseconds, in the order of coming.
fn rides(query: &str) -> Vec<(Aboard, Option<u64>)> {
    let session = finished(scenario(query));
    let trace = session.run().trace();
    let ledger = &session.history().ledger;
    let mut all: Vec<(Aboard, Option<u64>)> = Vec::new();
    let ms = |at: SimTime| at.nanos() / 1_000_000;
    let of = |job: JobId| job.0 as usize;
    for event in trace.iter() {
        match event.kind {
            EventKind::Entered { .. } => all.push((None, None)),
            EventKind::Moved { job, station, .. } => {
                let row = ledger.station(station).expect("a station");
                if row.kind == StationKind::Car {
                    all[of(job)].0 = Some((ms(event.at), trace.name(row.name).to_owned()));
                }
            }
            EventKind::Left { job, .. } => all[of(job)].1 = Some(ms(event.at)),
            _ => {}
        }
    }
    all
}

fn car_of(report: &Report, request: usize) -> &str {
    column(report, "car")[request].as_str().unwrap_or_default()
}

#[track_caller]
fn all_arrive(query: &str, people: u64) -> Report {
    let report = run(query);
    assert_eq!((report.outcome, report.requests.completed), ("drained", people), "{query}");
    report
}

/// A breaker that was open for its time lets a probe through, but only if somebody asks it; a car that is never sent anybody never asks.
/// So it stayed out for ever, for dispatch and for health.
#[test]
fn a_car_whose_breaker_has_been_open_for_its_time_takes_its_share_again() {
    for policy in ["etd", "look", "scan", "nearest"] {
        let query = format!(
            "{TWO}&policy={policy}&operation-timeout=1500ms&door-time=500ms&breaker-failures=2&breaker-reset=30s\
             &script=0->9@1s;0->5@6s;0->9@60s;9->0@60s;4->7@60s;6->1@60s\
             &x=500000000~0~fault~stop-car~1;15000000000~0~fault~stop-car~off"
        );
        let session = finished(scenario(&query));
        let trace = session.run().trace();
        let ledger = &session.history().ledger;
        let (gate, _) = ledger.find("A breaker", &trace).expect("a breaker");
        let stated = |event: &millrace::trace::TraceEvent| match event.kind {
            EventKind::Stated { station, state } if station == gate => {
                Some((event.at.nanos() / 1_000_000, trace.name(state)))
            }
            _ => None,
        };
        let states: Vec<_> = trace.iter().filter_map(stated).collect();
        assert_eq!(states[..3], [(0, "closed"), (4_000, "open"), (34_000, "half-open")], "{policy}");
        let report = report(&session);
        assert_eq!((report.outcome, report.requests.completed), ("drained", 6), "{policy}");
        assert!((2..6).any(|request| car_of(&report, request) == "A"), "{policy}: A is sent nobody");
    }
}

/// Those it was to fetch waited for it to come back, however long its breaker was to stay open, while the other car came by.
#[test]
fn whoever_waits_for_a_car_whose_breaker_opens_asks_again_at_once() {
    let query = format!(
        "{TWO}&policy=reference&operation-timeout=1s&door-time=500ms&breaker-failures=1&breaker-reset=1h&script=0->9@1s;0->5@1.6s\
         &x=500000000~0~fault~stop-car~1"
    );
    let (ride, _) = &rides(&query)[0];
    // The breaker opens at 2 s, and the doors of B are about to open at the ground.
    assert_eq!(ride.as_ref().map(|(at, car)| (*at <= 3_000, car.as_str())), Some((true, "B")), "{ride:?}");
}

#[test]
fn health_counts_a_car_whose_breaker_has_been_open_for_its_time() {
    // Nobody wakes the car, so its breaker still reads open; a probe would be let through all the same.
    let ask = |s: u64| format!("{s}000000000~0~ask~page~GET~/v1/health~");
    let query = format!(
        "cars=A:0..9&policy=look&rekick=off&operation-timeout=1s&door-time=500ms&breaker-failures=1&breaker-reset=30s&script=0->9@1s\
         &until=60s&open-for=60s&x=500000000~0~fault~stop-car~1;{};{}",
        ask(20),
        ask(50)
    );
    let statuses: Vec<_> = answers(&finished(scenario(&query))).iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [503, 200]);
}

/// Who wants what somebody wants already is told to take the same car; one that its breaker holds comes for neither.
#[test]
fn the_same_wish_is_not_handed_to_a_car_that_its_breaker_holds() {
    for policy in POLICIES {
        let query = format!("{TWO}&policy={policy}&script=0->9@1s;0->9@160s&until=600s&x=500000000~0~fault~stop-car~1");
        let report = all_arrive(&query, 2);
        assert!(report.virtual_ns < 250_000_000_000, "{policy}: over when both have arrived, {} ns", report.virtual_ns);
        let rides = rides(&query);
        let (at, car) = rides[1].0.clone().expect("the second rides");
        assert_eq!(car, "B", "{policy}");
        // From the top, where B brought the first, at half a second a floor, and the doors.
        assert!(at <= 160_000 + 9 * 500 + 4_500 + 3_000, "{policy}: aboard at {at} ms");
        let (at, car) = rides[0].0.clone().expect("the first rides");
        assert_eq!(car, "B", "{policy}");
        // After a trip of the shaft beside B, which is idle, and the doors.
        assert!(at <= 1_000 + 9 * 500 + 500 + 2_000, "{policy}: the first aboard at {at} ms");
    }
}

/// Both breakers are open, so one of the cars holds the wish all the same; who has it too when the other is back gets that one.
#[test]
fn a_wish_that_a_held_car_has_is_given_to_one_that_is_not_held() {
    let query = format!(
        "{TWO}&operation-timeout=1s&door-time=500ms&breaker-failures=1&breaker-reset=30s&script=9->8@0s;0->9@1s;9->8@33s\
         &x=500000000~0~fault~stop-car~2@31000000000;3000000000~0~fault~stop-car~1@40000000000"
    );
    let report = all_arrive(&query, 3);
    let told = |at_s: u64| {
        let times = column(&report, "at_ns");
        let asked =
            times.iter().rposition(|at| at.as_u64() == Some(at_s * 1_000_000_000)).expect("somebody asked then");
        car_of(&report, asked)
    };
    // The breaker of A opened at 4 s, that of B at 2 s: at 33 s one of them is over.
    assert_eq!((told(4), told(33)), ("A", "B"));
}

/// They were kept in the list of a car until it left; one that was stopped never left.
#[test]
fn who_finds_no_room_presses_again_as_soon_as_the_doors_close() {
    for policy in POLICIES {
        for delete in ["", &format!(";{DELETE_A}")] {
            let query = format!(
                "{TWO}&capacity=1&policy={policy}&script=0->9@0s;0->9@100ms&x=1000000000~0~fault~stop-car~1{delete}&until=900s"
            );
            let rides = rides(&query);
            assert_eq!(
                rides.iter().filter(|(_, left)| left.is_some()).count(),
                if delete.is_empty() { 1 } else { 2 },
                "{query}"
            );
            let on_b: Vec<_> =
                rides.iter().filter_map(|(ride, _)| ride.clone()).filter(|(_, car)| car == "B").collect();
            assert!(on_b.iter().any(|(at, _)| *at < 20_000), "{query}: {on_b:?}");
        }
        // Without a stop both arrive, one after the other, and the one car does not open its doors for ever for who has no room.
        all_arrive(&format!("cars=A:0..9&capacity=1&policy={policy}&script=0->9@0s;0->9@100ms"), 2);
    }
}

/// It looked at whether it was gone, not at whether it was going.
#[test]
fn a_car_that_is_being_deleted_takes_in_nobody_new() {
    for policy in SWEEPERS {
        let query = format!(
            "cars=A:0..9,B:-40..9&policy={policy}&floor-time=1s&script=0->3@0s;3->9@2s\
             &x=1000000000~0~ask~page~DELETE~/v1/elevators~{{\"name\":\"A\"}}"
        );
        let session = finished(scenario(&query));
        assert_eq!(answers(&session)[0].0, 200, "{policy}: deleted in time");
        let rides = rides(&query);
        assert_eq!(rides[1].0.as_ref().map(|(_, car)| car.as_str()), Some("B"), "{policy}");
    }
}

/// "Completed" on floor 1, and the car had never moved: it was asked where it would go next, not where it is.
#[test]
fn who_is_let_out_of_a_deleted_car_is_where_that_is_and_asks_again() {
    for policy in POLICIES {
        let query = format!("{TWO}&policy={policy}&script=0->1@0s&x=1000000000~0~fault~stop-car~1;{DELETE_A}");
        all_arrive(&query, 1);
        let session = finished(scenario(&query));
        let (ledger, trace) = (&session.history().ledger, session.run().trace());
        let ground = ledger.find("floor 0", &trace).map(|(station, _)| station);
        let let_out = |kind| matches!(kind, EventKind::Moved { station, .. } if Some(station) == ground);
        assert!(trace.iter().any(|event| let_out(event.kind)), "{policy}: let out where the car is");
        let (ride, _) = &rides(&query)[0];
        assert_eq!(ride.as_ref().map(|(_, car)| car.as_str()), Some("B"), "{policy}: B brings them");
    }
}

/// A full car opened its doors for somebody it could not take, and was sent there again.
#[test]
fn a_full_car_stops_for_nobody_and_dispatch_knows_that_it_is_full() {
    for policy in ["nearest", "look", "scan", "etd", "reference", "destination"] {
        let query = format!("{TWO}&policy={policy}&capacity=1&script=0->9@0s;4->8@2.1s");
        let (ride, _) = &rides(&query)[1];
        let (at, car) = ride.clone().expect("the second rides");
        assert_eq!(car, "B", "{policy}");
        // As the original steps, a step more: the time of a floor before the doors.
        let late = if policy == "reference" { 600 } else { 0 };
        assert!(at <= 2_100 + 4_000 + late, "{policy}: waited {} ms", at - 2_100);
        let doors = run(&query).detail["cars"][0]["doors"].as_array().expect("doors").len();
        assert_eq!(doors, 2, "{policy}: A opens at the ground and at the top");
    }
}

fn crowd(times: usize) -> String {
    format!("script={}", "0->9@0s;".repeat(times))
}

/// Each of a hundred and fifty takes a second to get in, and the limit of the step is thirty: a healthy car's breaker opened, twice.
#[test]
fn a_step_in_which_somebody_gets_in_is_no_failure() {
    let query = format!("cars=A:0..9&policy=look&boarding-time=1s&{}", crowd(150));
    let report = all_arrive(&query, 150);
    assert!(!super::holds(&report, "a breaker opened"));
}

#[test]
fn doors_stay_open_for_no_longer_than_they_may_and_who_is_outside_presses_again() {
    let query = format!("cars=A:0..9&policy=look&boarding-time=1s&door-limit=20s&{}", crowd(50));
    let report = all_arrive(&query, 50);
    let ups = report.detail["cars"][0]["doors"].as_array().expect("doors").iter().filter(|door| door[1] == 0).count();
    assert_eq!(ups, 3, "twenty at a time");
    // Slower than the limit, one at a time still gets in.
    all_arrive(&format!("cars=A:0..9&policy=look&boarding-time=30s&door-limit=1s&{}", crowd(3)), 3);
}

/// A limit was looked at before the step had its turn of the very instant: nobody was ever served.
#[test]
fn a_step_that_is_done_at_the_very_instant_is_in_time() {
    for (policy, limit) in [("look", "2s"), ("reference", "2500ms")] {
        let exactly = run(&format!("cars=A:0..9&policy={policy}&script=0->9@0s&operation-timeout={limit}"));
        assert_eq!((exactly.outcome, exactly.requests.completed), ("drained", 1), "{policy}");
        let shipped =
            run(&format!("cars=A:0..9&policy={policy}&script=0->9@0s&operation-timeout={limit}&fidelity=shipped"));
        assert!(super::holds(&shipped, "no step goes on when its time is up"), "{policy}");
    }
    let query = "cars=A:0..9&policy=look&script=0->9@0s&operation-timeout=1999ms&until=60s";
    assert_eq!(run(query).requests.completed, 0, "a millisecond less is too little");
}

/// 10,500 events a second, for a day, or until the memory was full.
#[test]
fn a_run_that_spins_ends_and_says_so() {
    let report = run("script=0->9@0s&operation-timeout=1ms&breaker-reset=1ms");
    assert_eq!(report.outcome, "livelock");
    assert!(report.notices.iter().any(|notice| notice.contains("the run spins")), "{:?}", report.notices);
    assert!(report.events < 3_100_000, "{}", report.events);
    assert!(!report.blocked.is_empty(), "who keeps whom busy is said");
}

/// The limit of the choice was looked at nowhere: the same trace with a millisecond and with ten minutes.
#[test]
fn a_choice_takes_time_and_one_that_takes_too_long_is_answered_as_the_original_does() {
    for fidelity in ["documented", "shipped"] {
        let of = |rest: &str| run(&format!("{TWO}&script=0->9@0s&fidelity={fidelity}&{rest}"));
        let status = |rest: &str| super::statuses(&of(rest));
        assert_eq!(status("choose-time=2s&request-timeout=1ms"), [404], "{fidelity}: any error of the choice is one");
        assert_eq!(status("choose-time=2s&request-timeout=600s"), [200], "{fidelity}");
        assert_eq!(status("choose-time=2s&request-timeout=2s"), [200], "{fidelity}: exactly in time is in time");
        let hashes = ["1ms", "5s", "600s"].map(|limit| of(&format!("request-timeout={limit}")).trace_hash);
        assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{fidelity}: at once is at once");
    }
}

#[test]
fn a_run_is_over_when_nobody_is_there_although_a_stopped_car_has_a_call_left() {
    // B brings them; A hangs, and keeps the call.
    let session = finished(scenario(&format!("{TWO}&policy=look&script=0->9@1s&x=500000000~0~fault~stop-car~1")));
    assert_eq!(session.outcome(), Some(&Progress::Drained));
    assert!(session.computed() < SimTime(60_000_000_000), "{:?}", session.computed());
}
