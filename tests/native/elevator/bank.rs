//! Cars, people and luck: the concurrent test of the original, the car that is stranded, what holds for any fleet and script.

use super::{answers, ask, column, finished, holds, report, run, scenario, statuses};
use millrace::engine::Progress;
use millrace::trace::{EventKind, Fold, Gauge, Ledger, Outcome, SimTime, Span, StationKind};
use proptest::prelude::*;

/// Twenty callers with ten requests each, from `id % 15` to three floors above, on three cars with 10 ms a floor.
fn concurrent_test() -> String {
    let one = |id: u32| format!("{}->{}@0s;", id % 15, id % 15 + 3).repeat(10);
    let script: String = (0..20).map(one).collect();
    format!("cars=A:0..20,B:0..20,C:0..20&floor-time=10ms&door-time=10ms&schedule=shuffled&script={script}")
}

#[test]
fn the_concurrent_test_passes_200_of_200_under_each_of_200_shuffled_schedules() {
    let scenario = scenario(&concurrent_test());
    for seed in 0..200 {
        let mut shuffled = scenario.clone();
        shuffled.seed = seed.to_string();
        let report = report(&finished(shuffled));
        assert_eq!(statuses(&report), [200; 200], "seed {seed}");
        assert_eq!((report.outcome, report.requests.completed), ("drained", 200), "seed {seed}");
    }
}

#[test]
fn twenty_cars_that_are_added_at_once_are_all_there() {
    let mut scenario = scenario(&concurrent_test());
    let add =
        |n: u32| ask(1, "POST", "/v1/elevators", &format!(r#"{{"name":"new {n}","min_floor":0,"max_floor":20}}"#));
    scenario.interventions = (0..20).map(add).collect();
    let session = finished(scenario);
    assert!(answers(&session).iter().all(|(status, _)| *status == 201));
    assert_eq!(report(&session).detail["cars"].as_array().map(Vec::len), Some(23));
}

#[test]
fn shipped_some_schedules_strand_a_car_and_documented_none_does() {
    let stranded = |fidelity: &str| {
        let of_seed = |seed: u32| run(&format!("preset=stranded&fidelity={fidelity}&seed={seed}"));
        let is_stranded = |seed: &u32| {
            let report = of_seed(*seed);
            let stuck = report.outcome == "deadlock";
            assert_eq!(!stuck, holds(&report, "no car stands still with work to do"), "seed {seed}");
            stuck
        };
        (0..60).filter(is_stranded).count()
    };
    assert_eq!(run("preset=stranded").outcome, "deadlock", "the preset shows what it is called after");
    // Some chances a run, each of them the one order in many in which the request comes between the look and the write.
    assert!((1..40).contains(&stranded("shipped")));
    assert_eq!(stranded("documented"), 0);
}

#[test]
fn a_stopped_car_opens_its_breaker_and_takes_its_work_up_again() {
    let faults = "x=5000000000~0~fault~stop-car~1;200000000000~0~fault~stop-car~off";
    let documented = run(faults);
    assert!(holds(&documented, "a breaker opened"));
    assert_eq!((documented.outcome, documented.requests.completed), ("drained", 30));
    let shipped = run(&format!("fidelity=shipped&{faults}"));
    assert!(!holds(&shipped, "a breaker opened"));
}

#[test]
fn a_car_that_nobody_wakes_after_its_breaker_was_open_stands_for_ever() {
    let faults = "x=5000000000~0~fault~failing-motor~100;60000000000~0~fault~failing-motor~off";
    assert_eq!(run(faults).outcome, "drained");
    let frozen = run(&format!("rekick=off&{faults}"));
    assert_eq!(frozen.outcome, "deadlock");
    assert_eq!(frozen.requests.completed, 0);
}

#[test]
fn idle_cars_go_where_they_are_to_wait_and_are_idle_there() {
    let ends = |parking: &str| -> Vec<i64> {
        let report = run(&format!("parking={parking}&open-for=60s&cars=A:0..8,B:0..8&script=0->7@0s"));
        let cars = report.detail["cars"].as_array().expect("cars").clone();
        cars.iter()
            .map(|car| car["path"].as_array().and_then(|p| p.last()).map_or(0, |e| e[1].as_i64().expect("a floor")))
            .collect()
    };
    assert_eq!(ends("none"), [7, 0]);
    assert_eq!(ends("main"), [0, 0]);
    // Two shares of nine floors, and the middle of each. B has not moved before, so it stays until it is used.
    assert_eq!(ends("spread")[0], 2);
}

#[test]
fn who_finds_no_room_waits_for_the_next_time() {
    let report = run("capacity=1&cars=A:0..5&script=0->5@0s;0->4@0s;0->3@0s");
    assert_eq!((report.outcome, report.requests.completed), ("drained", 3));
    assert!(column(&report, "status").len() > 3, "they pressed the button again");
}

/// Two stories of a car on its way to somebody whom another car took first. It had nothing left to do and kept its heading for
/// ever, so that the run never ended; and with the call it forgot that somebody aboard wanted to get out on that floor.
#[test]
fn who_was_to_be_fetched_and_is_taken_by_another_car_leaves_no_trace_and_takes_nobody_along() {
    for policy in ["nearest", "scan", "look", "etd"] {
        for seed in 0..25 {
            let query = format!(
                "cars=A:0..30,B:0..30,C:0..30&traffic=inter-floor&passengers=120&rate=0.5&policy={policy}&seed=s{seed}"
            );
            let report = run(&query);
            assert_eq!((report.outcome, report.requests.completed), ("drained", 120), "{query}");
        }
    }
}

/// A car that did not get empty in time was deleted while its doors opened, and took in who waited there: they rode for ever.
#[test]
fn a_car_that_was_deleted_takes_nobody_in_any_more() {
    let scan = "cars=A:0..26,B:0..26,C:0..26,D:0..26&policy=scan&traffic=down-peak&passengers=66&rate=0.5&capacity=4\
                &parking=main&seed=f21";
    let delete = |ms: u32| format!("x={ms}000000~0~ask~page~DELETE~/v1/elevators~{{\"name\":\"A\"}}");
    for fidelity in ["documented", "shipped"] {
        for ms in (64_000..68_000).step_by(250) {
            let query = format!("fidelity={fidelity}&{scan}&{}", delete(ms));
            let report = run(&query);
            assert!(report.checks.iter().all(|c| c.holds || c.name.contains(": ")), "{query}");
            if fidelity == "documented" {
                assert_eq!((report.outcome, report.requests.completed), ("drained", 66), "{query}");
            }
        }
    }
}

/// Two more stories, both from random faults. Who was left behind by a car that stopped there, and taken by another, was held by the
/// first one's list and lost at their floor; and who waited for all cars to come to rest waited for ever for a deleted one.
#[test]
fn a_car_that_stops_or_is_deleted_on_its_way_holds_up_nobody() {
    let stopped = "cars=A:0..11,B:0..11&policy=look&traffic=inter-floor&passengers=100&rate=0.5&capacity=1&seed=f114&\
        door-time=0.5s&breaker-reset=5s&x=42000000000~0~fault~stop-car~2;161000000000~0~fault~stop-car~off";
    let deleted = "cars=A:0..10,B:0..10,C:0..10,D:0..10,E:0..10&traffic=lunch&passengers=10&rate=0.2&capacity=12&\
        parking=main&seed=f14&x=32000000000~0~ask~page~DELETE~/v1/elevators~{\"name\":\"A\"}";
    for (query, people) in [(stopped, 100), (deleted, 10)] {
        let report = run(query);
        assert_eq!((report.outcome, report.requests.completed), ("drained", people), "{query}");
    }
}

/// Two steps at once, as shipped when a step outlasts its time, let in one too many between them.
#[test]
fn a_car_is_never_too_full_even_where_its_steps_overlap() {
    let slow = "preset=lunch&fidelity=shipped&operation-timeout=3s&boarding-time=2s&passengers=200";
    for seed in ["a", "b", "c", "d", "otis"] {
        let report = run(&format!("{slow}&seed={seed}"));
        assert!(holds(&report, "no station holds more than its capacity"), "seed {seed}");
        assert!(!holds(&report, "a car takes one step at a time"), "seed {seed}: nothing overlapped");
    }
}

/// At full speed the page was a month on before one could press a key: a car that stays stopped is tried again every half minute.
#[test]
fn a_bank_whose_only_car_stays_stopped_stands_since_the_last_passenger_came() {
    let stopped = "cars=A:0..9&script=0->9@0s;3->7@10s&until=2h&x=1000000000~0~fault~stop-car~1";
    let session = finished(scenario(stopped));
    let ledger = &session.history().ledger;
    assert_eq!(ledger.stands_since(), Some(SimTime(10_000_000_000)));
    assert!(ledger.now > SimTime(7_000_000_000_000), "it went on for hours all the same");
    let served = finished(scenario("cars=A:0..9&script=0->9@0s;3->7@10s&open-for=2h"));
    assert_eq!(served.history().ledger.stands_since(), None, "nobody is there: nothing stands");
}

/// It never returned: the breaker of the stopped car is tried again for ever.
#[cfg(feature = "cli")]
#[test]
fn the_native_program_ends_a_run_of_which_nothing_comes_any_more() {
    let (session, _) = millrace::native::run::finish(scenario("cars=A:0..9&x=1000000000~0~fault~stop-car~1"));
    assert_eq!(session.outcome(), Some(&Progress::Reached));
    let since = session.history().ledger.stands_since().expect("people are there");
    assert!(session.computed().since(since) > Span::secs(86_400), "not before a day");
    assert_eq!(session.history().ledger.tally.in_system, 30);
}

/// It used to be said in service, because nobody had stopped it while it was there.
#[test]
fn a_car_that_is_added_while_its_number_is_stopped_is_stopped_from_the_start() {
    let add = r#"2000000000~0~ask~page~POST~/v1/elevators~{"name":"C","min_floor":0,"max_floor":9}"#;
    let stop = "1000000000~0~fault~stop-car~3";
    let session = finished(scenario(&format!("x={stop};{add}&until=10s")));
    let (ledger, trace) = (&session.history().ledger, session.run().trace());
    let state = |name: &str| ledger.find(name, &trace).and_then(|(_, car)| car.state).map(|state| trace.name(state));
    assert_eq!((state("A"), state("B"), state("C")), (Some("in service"), Some("in service"), Some("stopped")));
}

#[test]
fn two_policies_meet_the_very_same_people() {
    let people = |policy: &str| {
        let session = finished(scenario(&format!("policy={policy}&traffic=lunch&passengers=80&seed=7")));
        let report = report(&session);
        let rows = report.detail["requests"].as_array().expect("requests").clone();
        rows.iter().map(|r| (r["at_ns"].clone(), r["from"].clone(), r["to"].clone())).collect::<Vec<_>>()
    };
    let reference = people("reference");
    assert_eq!(reference.len(), 80);
    for policy in ["nearest", "scan", "look", "etd", "destination"] {
        assert_eq!(people(policy), reference, "{policy}");
    }
}

/// Who comes, by chance: a script with floors that exist and some that do not and people who want to go nowhere, or traffic that
/// is heavy enough for cars to take each other's passengers.
fn any_people() -> impl Strategy<Value = String> {
    let request = (-4..13_i32, -4..13_i32, 0..40_000_u32);
    let script = proptest::collection::vec(request, 1..40).prop_map(|requests| {
        let script: Vec<String> = requests.iter().map(|(from, to, ms)| format!("{from}->{to}@{ms}ms")).collect();
        format!("script={}", script.join(";"))
    });
    let kinds = proptest::sample::select(&["up-peak", "down-peak", "lunch", "inter-floor"][..]);
    let traffic = (kinds, 1..150_u32, 5..90_u32)
        .prop_map(|(kind, people, rate)| format!("traffic={kind}&passengers={people}&rate=0.{rate:02}"));
    prop_oneof![script, traffic]
}

/// A fleet by chance, and who comes to it.
fn any_query() -> impl Strategy<Value = String> {
    let car = (-3..4_i32, 1..9_i32);
    let options = (0..6_usize, 0..4_u32, 0..3_u32, 0..3_usize, proptest::bool::ANY, 0..1_000_u32);
    (proptest::collection::vec(car, 1..5), any_people(), options).prop_map(
        |(cars, people, (policy, capacity, boarding, parking, shuffled, seed))| {
            let fleet: Vec<String> =
                cars.iter().enumerate().map(|(i, (min, up))| format!("car {i}:{min}..{}", min + up)).collect();
            let policy = ["reference", "nearest", "scan", "look", "etd", "destination"][policy];
            let parking = ["none", "main", "spread"][parking];
            let schedule = if shuffled { "shuffled" } else { "fifo" };
            format!(
                "cars={}&{people}&policy={policy}&capacity={capacity}&boarding-time={}ms&parking={parking}&schedule={schedule}&seed={seed}",
                fleet.join(","),
                boarding * 700
            )
        },
    )
}

/// The gauges of a car, as the scene has them: the lowest floor, the highest, and where it is.
const RANGE: [Gauge; 3] = [Gauge(2), Gauge(3), Gauge(7)];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documented_everybody_who_is_accepted_arrives_and_no_car_leaves_its_range_or_is_too_full(query in any_query()) {
        let session = finished(scenario(&query));
        prop_assert_eq!(session.outcome(), Some(&Progress::Drained), "{}", query);
        let trace = session.run().trace();
        let mut ledger = Ledger::new();
        for event in trace.iter() {
            if event.at > ledger.now {
                prop_assert!(ledger.is_within_capacity() && ledger.is_conserved(), "{}", query);
            }
            ledger.apply(event, &trace);
            if let EventKind::Gauged { station, gauge: Gauge(7), .. } = event.kind
                && let Some(car) = ledger.station(station).filter(|station| station.kind == StationKind::Car)
            {
                let [low, high, floor] = RANGE.map(|gauge| car.gauge(gauge));
                prop_assert!((low..=high).contains(&floor), "{floor} outside {low}..{high}: {query}");
            }
        }
        let refused = ledger.tally.count(Outcome::Rejected);
        prop_assert_eq!(ledger.tally.count(Outcome::Completed) + refused, ledger.tally.offered, "{}", query);
        // Who is refused could not be taken by any car there is, or wanted to go nowhere.
        let report = report(&session);
        let refusals = statuses(&report).into_iter().filter(|status| *status != 200).count();
        prop_assert_eq!(refusals as u64, refused, "{}", query);
    }

    #[test]
    fn shipped_no_car_leaves_its_range_and_nobody_vanishes(query in any_query()) {
        let report = run(&format!("fidelity=shipped&{query}"));
        // What is no good practice the shipped bank may do; what is impossible it may not.
        let broken = report.checks.iter().find(|c| c.kind == "always" && !c.holds && !c.name.contains(": "));
        prop_assert!(broken.is_none(), "{:?}: {}", broken, query);
        let q = &report.requests;
        prop_assert_eq!(q.offered, q.completed + q.rejected + q.cancelled + q.in_system, "{}", query);
    }
}

#[test]
fn signals_are_no_jobs_and_people_are_on_one_landing_or_in_one_car() {
    let session = finished(scenario("preset=lunch&passengers=60"));
    let ledger = &session.history().ledger;
    let of = |kind| ledger.stations.iter().filter(move |s| s.kind == kind);
    assert_eq!(of(StationKind::Car).count(), 4);
    assert!(of(StationKind::Channel).all(|s| s.levels.arrivals == 0), "a signal says nothing but that there is work");
    assert_eq!(of(StationKind::Car).map(|s| s.levels.arrivals).sum::<u64>(), 60, "everybody rode once");
}
