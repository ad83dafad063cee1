//! What stands beside a bank's picture: its calls and its cars' health in tables, waits and rides as samples and in a report.
//!
//! Each history here is short enough to be worked out by hand.

use super::bank::{DUE, HEADING, House, PENDING, S, Shot, gauges, says};
use millrace::analysis::{History, Subject};
use millrace::engine::Run;
use millrace::export::Report;
use millrace::session::{Session, link};
use millrace::trace::{Cursor, Ledger, Outcome, SimTime, Span, StationKind};
use millrace::view::Look;
use millrace::view::scene::Scene;
use millrace::view::scene::tables::{self, Contact, Health, Way};

const BIG: (f64, f64) = (1200.0, 700.0);

fn health(shot: &Shot) -> (Health, Option<f64>) {
    let read = |scene: &Scene<'_>, look: &Look<'_>| {
        let health = tables::health(scene, look)?;
        let score = tables::score(scene, &health).and_then(|(score, _)| score);
        Some((health, score))
    };
    shot.with(|scene| read(scene, &shot.look(BIG))).expect("the scene has a bank")
}

#[test]
fn hall_calls_stand_with_the_longest_first_and_of_equals_the_higher_landing() {
    let shot = Shot::of((1, 10), 70 * S, |env| async move {
        let house = House::open(&env, (1, 10), 2);
        house.waits(3, 9, 0);
        house.waits(3, 8, 0);
        house.waits(8, 1, 1);
        env.gauge(house.floor(3), DUE.0, 92_000_000_000);
        env.sleep(Span::secs(50)).await;
        house.waits(3, 1, 1);
        env.sleep(Span::secs(100)).await;
        drop(house);
    });
    let calls = shot.with(|scene| tables::hall_calls(scene, &shot.look(BIG)));
    let told: Vec<_> = calls
        .iter()
        .map(|c| (c.number.as_str(), c.way, c.people, c.longest.0 / S, c.late, c.car.as_str(), c.arrives.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("8", Way::Down, 1, 70, true, "B", "—"),
            ("3", Way::Up, 2, 70, true, "A", "in 22 s"),
            ("3", Way::Down, 1, 20, false, "B", "—"),
        ]
    );
}

#[test]
fn a_car_is_in_service_unless_its_breaker_is_open_or_something_else_keeps_it() {
    let shot = Shot::still((1, 10), 5, 3 * S, |house| {
        let env = &house.env;
        env.state(house.breakers[1], "open");
        env.gauge(house.breakers[1], gauges().until, 7_200_000_000);
        env.gauge(house.breakers[1], gauges().failures, 5);
        env.state(house.cars[2], "stopped");
        env.state(house.cars[3], "deleting");
        env.state(house.breakers[4], "half-open");
        env.gauge(house.cars[0], PENDING.0, 4);
        env.gauge(house.cars[0], PENDING.1, 1);
        env.gauge(house.cars[0], HEADING, 1);
        house.rides(0, 7);
        house.waits(2, 5, 0);
    });
    let (health, score) = health(&shot);
    let told: Vec<_> =
        health.cars.iter().map(|c| (c.name.as_str(), c.status, c.is_in_service(), c.is_healthy())).collect();
    assert_eq!(
        told,
        [
            ("A", Contact::Closed, true, true),
            ("B", Contact::Open, false, false),
            ("C", Contact::Closed, false, true),
            ("D", Contact::Closed, false, false),
            ("E", Contact::HalfOpen, true, true),
        ]
    );
    let b = &health.cars[1];
    assert_eq!((b.says.as_deref(), b.failures.as_str()), (Some("retry in 4.2 s"), "5 of 5"));
    assert_eq!((health.pending, health.people, health.load()), (5, (1, 1), 1.0));
    assert_eq!(health.verdict(), "Degraded, 2 of 5 in service");
    // Five cars, three of them healthy, five things to do.
    assert_eq!(score, Some(535.0));
}

#[test]
fn one_car_that_was_removed_is_told_and_a_bank_that_is_shut_down_is_no_trouble() {
    let remove = |n: usize| {
        Shot::still((1, 10), 2, S, move |house| {
            house.cars.iter().take(n).for_each(|car| house.env.state(*car, "removed"));
        })
    };
    let count = |shot: &Shot, what| says(&shot.shapes(&shot.look(BIG)), what);
    let one = remove(1);
    assert_eq!((count(&one, "removed"), count(&one, "shut down")), (2, 0), "in its heading and at its box");
    assert_eq!(health(&one).0.verdict(), "Degraded, 1 of 2 in service");
    let all = remove(2);
    assert_eq!((count(&all, "removed"), count(&all, "shut down")), (0, 2), "in the two headings");
    let (told, score) = health(&all);
    assert_eq!((told.verdict().as_str(), score), ("Shut down", None));
    assert!(all.row("A").starts_with("shut down, at 1"), "{}", all.row("A"));
}

#[test]
fn a_car_that_has_work_and_heads_nowhere_for_five_seconds_stands_with_work() {
    // At 3 s the car is given something to do, and goes idle all the same.
    let at = |seconds: u64, heading: i64| {
        let shot = Shot::of((1, 10), seconds * S, move |env| async move {
            let house = House::open(&env, (1, 10), 1);
            env.sleep(Span::secs(3)).await;
            env.gauge(house.cars[0], PENDING.0, 2);
            env.gauge(house.cars[0], HEADING, heading);
            env.sleep(Span::secs(100)).await;
            drop(house);
        });
        let told = health(&shot).0.cars[0].trouble.clone();
        (told, says(&shot.shapes(&shot.look(BIG)), "stands with work"))
    };
    let stands = (Some("stands with work".to_owned()), 2);
    assert_eq!(at(8, 0), (None, 0));
    assert_eq!(at(9, 0), stands, "in its heading and at its box");
    assert_eq!(at(60, 1), (None, 0), "whoever heads somewhere works");
}

#[test]
fn a_bank_of_which_no_car_works_has_no_score_though_its_breakers_are_closed() {
    let shot = Shot::still((1, 10), 2, S, |house| {
        house.cars.iter().for_each(|car| house.env.gauge(*car, PENDING.1, 1));
    });
    let of = |stuck| {
        let look = Look { stuck, ..shot.look(BIG) };
        let read = |scene: &Scene<'_>| {
            let health = tables::health(scene, &look)?;
            let score = tables::score(scene, &health)?.0;
            Some((health.verdict(), health.cars.iter().all(|car| car.is_healthy()), score.is_some()))
        };
        shot.with(read).expect("the scene has a bank")
    };
    assert_eq!(of(false), ("Healthy".to_owned(), true, true));
    assert_eq!(of(true), ("Down".to_owned(), true, false));
}

#[test]
fn where_a_run_is_stuck_nobody_waits_to_say_that_a_car_stands() {
    let shot = Shot::still((1, 10), 1, S, |house| house.env.gauge(house.cars[0], PENDING.1, 1));
    let trouble = |stuck| {
        let look = Look { stuck, ..shot.look(BIG) };
        shot.with(|scene| tables::health(scene, &look)).and_then(|health| health.cars[0].trouble.clone())
    };
    assert_eq!((trouble(false), trouble(true).as_deref()), (None, Some("stands with work")));
}

/// Three people and a car: one waits 4 s and rides 10 s, one waits 9 s and rides 5 s, one is there from 6 s on and still waits.
fn three() -> (Run, History) {
    let shot = Shot::of((1, 10), 20 * S, |env| async move {
        let house = House::open(&env, (1, 10), 1);
        let come = |from: i32, to: i32| {
            let job = env.job_at(house.floor(from));
            job.bind(house.floor(to), Some(house.cars[0]));
            job
        };
        let (a, b) = (come(1, 9), come(2, 9));
        env.sleep(Span::secs(4)).await;
        a.go(house.cars[0], true);
        env.sleep(Span::secs(2)).await;
        house.waits(5, 1, 0);
        env.sleep(Span::secs(3)).await;
        b.go(house.cars[0], true);
        env.sleep(Span::secs(5)).await;
        for job in [a, b] {
            job.go(house.floor(9), true);
            job.leave(Outcome::Completed);
        }
        env.sleep(Span::secs(100)).await;
        drop(house);
    });
    let elevator = millrace::patterns::find("elevator").expect("the elevators");
    let values = elevator.values(millrace::spec::Fidelity::Documented, None, |_| None);
    let (mut cursor, mut history) = (Cursor::new(), History::of(elevator, &values));
    while cursor.step(&shot.run.trace(), SimTime(20 * S), &mut history) {}
    (shot.run, history)
}

#[test]
fn waits_end_as_people_board_and_rides_as_they_leave() {
    let (run, history) = three();
    let until = |seconds: u64| {
        let at = SimTime(seconds * S);
        let events = run.trace().iter().filter(|event| event.at <= at).count() as u64;
        let so_far = history.until(events, at);
        let waits = so_far.summary("waiting").map(|s| (s.count, s.mean.0, s.max.0 / S));
        let rides = so_far.summary("riding").map(|s| (s.count, s.mean.0));
        (waits, rides, so_far.responses().and_then(|all| all.recent_rates(at, Span::secs(10))).map(|r| r.goodput()))
    };
    assert_eq!(until(0), (None, None, None), "there was no time in which anybody could have come");
    assert_eq!(until(3), (None, None, Some(0.0)), "who has not boarded has not waited zero seconds");
    assert_eq!(until(5), (Some((1, 4 * S, 4)), None, Some(0.0)));
    assert_eq!(until(13), (Some((2, 6_500_000_000, 9)), None, Some(0.0)), "(4 + 9) / 2");
    let rides = Some((2, 7_500_000_000));
    assert_eq!(until(14), (Some((2, 6_500_000_000, 9)), rides, Some(0.2)), "(10 + 5) / 2, two in ten seconds");
    assert_eq!(until(25).2, Some(0.0), "both are longer ago than ten seconds");
}

#[test]
fn how_many_wait_and_ride_is_known_at_every_instant() {
    let (_, history) = three();
    let levels = |kind| {
        // Of the points of one instant the last counts.
        let mut steps: Vec<(u64, i64)> = Vec::new();
        for point in history.until(u64::MAX, SimTime(20 * S)).level(Subject::All(kind)) {
            steps.retain(|(at, _)| *at != point.at.0 / S);
            steps.push((point.at.0 / S, point.level));
        }
        steps
    };
    assert_eq!(levels(StationKind::Landing), [(0, 2), (4, 1), (6, 2), (9, 1), (14, 1)]);
    assert_eq!(levels(StationKind::Car), [(4, 1), (9, 2), (14, 0)]);
}

#[test]
fn the_report_of_one_trip_says_how_long_it_took_to_come_and_to_go() {
    let decoded = link::decode("#/elevator?preset=single").expect("the link is good");
    let history = History::for_report(decoded.scenario.pattern, &decoded.scenario.values());
    let mut session = Session::new(decoded.scenario, Ledger::new(), history);
    session.compute(SimTime(60 * S), u64::MAX);
    let report = Report::brief(&session, Vec::new(), 0);
    // Half a second a step, two for the doors: a step and the doors, then nine floors, a step and the doors.
    assert_eq!(report.measured("waiting").map(|s| (s.count, s.max.0)), Some((1, 2_500_000_000)));
    assert_eq!(report.measured("riding").map(|s| (s.count, s.max.0)), Some((1, 6_500_000_000)));
    let full = Report::of(&session, Vec::new(), 0);
    assert!(full.detail.len() > report.detail.len(), "what the pattern alone reports is only there if asked for");
    assert_eq!(full.trace_hash, report.trace_hash);
}

#[test]
fn a_system_without_a_server_has_no_real_endpoint_and_says_how_many_people_are_to_come() {
    let read = |text: &str| link::decode(text).expect("the pattern is there");
    let asked = read("#/elevator?target=fetch&url=http://127.0.0.1:5000/");
    assert_eq!(asked.notices, ["elevator calls no server; the real endpoint was ignored"]);
    assert_eq!(link::encode(&asked.scenario), "#/elevator");
    assert_eq!(read("#/elevator?preset=lunch&passengers=40").scenario.expects(), Some(40));
    assert_eq!(read("#/elevator?script=0->1@0s;1->0@3s").scenario.expects(), Some(2));
    assert_eq!(read("#/worker-pool?requests=12").scenario.expects(), Some(12));
}
