//! Permits that are taken several at once: the order in which those who wait are served, the convoy that comes of one and the starving
//! that comes of another, and that no permit is lost or made, whoever gives up at whatever instant.

use crate::coordination::detail;
use crate::pool::{PHONE, WIDE, seen};
use crate::program::{Over, run};
use crate::promises::hold_with;
use millrace::engine::Env;
use millrace::parts::{Order, Semaphore};
use millrace::patterns;
use millrace::session::Scenario;
use millrace::trace::{Cursor, EventKind, JobId, Ledger, Outcome, SimTime, Span, StationKind};
use millrace::view::scene::{draw, items};
use millrace::view::text;
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

const MS: Span = Span::millis(1);

const ORDERS: [Order; 4] = [Order::FirstCome, Order::Overtaking, Order::LightFirst, Order::HeavyFirst];

/// Callers that come at once, each with a weight and a time to hold, and the order in which they were served.
fn served(order: Order, permits: u32, callers: &'static [(u32, u64)]) -> Vec<usize> {
    let log = Rc::new(RefCell::new(Vec::new()));
    let told = log.clone();
    run(move |env| async move {
        let semaphore = Semaphore::open(&env, "permits", permits).in_order(order);
        for (number, (weight, hold)) in callers.iter().copied().enumerate() {
            let (inner, semaphore, told) = (env.clone(), semaphore.clone(), told.clone());
            let caller = async move {
                let permit = semaphore.acquire_many(weight).await;
                told.borrow_mut().push(number);
                inner.sleep(Span::millis(hold)).await;
                drop(permit);
            };
            env.spawn("caller", caller).detach();
        }
        env.sleep(Span::millis(100)).await;
        assert_eq!((semaphore.free(), semaphore.waiting()), (permits, 0));
    });
    log.take()
}

#[test]
fn first_come_first_served_holds_back_who_would_fit_and_overtaking_does_not() {
    // Of five permits three are held; who comes second needs five, and the others one or two.
    const CALLERS: &[(u32, u64)] = &[(3, 10), (5, 10), (2, 10), (1, 10), (1, 10)];
    assert_eq!(served(Order::FirstCome, 5, CALLERS), [0, 1, 2, 3, 4]);
    assert_eq!(served(Order::Overtaking, 5, CALLERS), [0, 2, 3, 4, 1]);
}

#[test]
fn who_needs_least_or_most_may_be_first_whoever_came_before() {
    const CALLERS: &[(u32, u64)] = &[(5, 10), (3, 10), (2, 10), (1, 10), (4, 10)];
    assert_eq!(served(Order::FirstCome, 5, CALLERS), [0, 1, 2, 3, 4]);
    assert_eq!(served(Order::LightFirst, 5, CALLERS), [0, 3, 2, 1, 4]);
    assert_eq!(served(Order::HeavyFirst, 5, CALLERS), [0, 4, 1, 2, 3]);
}

#[test]
fn when_the_first_in_line_gives_up_those_behind_it_that_fit_go_at_that_instant() {
    for order in ORDERS {
        run(move |env| async move {
            let semaphore = Semaphore::new(&env, 4).in_order(order);
            let held = semaphore.acquire_many(2).await;
            let waits = |weight| {
                let semaphore = semaphore.clone();
                env.spawn("waiter", async move { drop(semaphore.acquire_many(weight).await) })
            };
            let head = waits(4);
            env.turn().await;
            let (second, third) = (waits(1), waits(1));
            env.turn().await;
            drop(head);
            let at = env.now();
            second.await;
            third.await;
            assert_eq!((env.now(), semaphore.free(), semaphore.waiting()), (at, 2, 0), "{order:?}");
            drop(held);
            assert_eq!(semaphore.free(), 4);
        });
    }
}

#[test]
fn who_could_only_go_by_overtaking_gets_nothing_by_trying_either() {
    run(|env| async move {
        let first_come = Semaphore::new(&env, 2);
        let overtaking = Semaphore::new(&env, 2).in_order(Order::Overtaking);
        for (semaphore, goes) in [(first_come, false), (overtaking, true)] {
            let held = semaphore.acquire().await;
            let heavy = semaphore.clone();
            let heavy = env.spawn("heavy", async move { drop(heavy.acquire_many(2).await) });
            env.turn().await;
            assert_eq!(semaphore.try_acquire().is_some(), goes);
            drop(held);
            heavy.await;
        }
    });
}

#[test]
fn several_permits_that_are_forgotten_are_gone_and_added_ones_go_to_whoever_they_are_enough_for() {
    run(|env| async move {
        let semaphore = Semaphore::new(&env, 5);
        semaphore.acquire_many(4).await.forget();
        assert_eq!(semaphore.free(), 1);
        let waiting = semaphore.clone();
        let waits = env.spawn("waiter", async move { drop(waiting.acquire_many(3).await) });
        env.turn().await;
        semaphore.add_permits(1);
        env.turn().await;
        assert_eq!((semaphore.free(), semaphore.waiting()), (2, 1));
        semaphore.add_permits(1);
        waits.await;
        assert_eq!((semaphore.free(), semaphore.waiting()), (3, 0));
    });
}

#[test]
fn a_pool_counts_what_is_held_and_not_who_holds() {
    let over = run(|env| async move {
        let (outer, permits) = (Semaphore::open(&env, "outer", 10), Semaphore::open(&env, "permits", 4));
        let (job, other) = (env.job(), env.job());
        let first = outer.acquire_many_for(&job, 7).await;
        let second = permits.acquire_many_for(&job, 3).await;
        let inner = permits.clone();
        env.sleep(Span::millis(10)).await;
        let third = async { drop(inner.acquire_many_for(&other, 2).await) };
        let gives_back = async {
            env.sleep(Span::millis(10)).await;
            drop(second);
        };
        futures_util::future::join(third, gives_back).await;
        env.sleep(Span::millis(20)).await;
        drop(first);
        job.leave(Outcome::Completed);
        other.leave(Outcome::Completed);
    });
    let at = |ms: u64| {
        let (mut ledger, mut cursor, trace) = (Ledger::new(), Cursor::new(), over.run.trace());
        while cursor.step(&trace, SimTime(ms * 1_000_000), &mut ledger) {}
        assert!(ledger.is_within_capacity() && ledger.is_conserved());
        let taken = |name| ledger.find(name, &trace).expect("a pool").1.taken();
        (taken("outer"), taken("permits"), ledger.job(JobId(1)).map(|job| job.weight))
    };
    assert_eq!([5, 15, 25, 45].map(at), [(7, 3, Some(1)), (7, 3, Some(2)), (7, 0, Some(1)), (0, 0, Some(1))]);
    let (mut ledger, mut cursor, trace) = (Ledger::new(), Cursor::new(), over.run.trace());
    while cursor.step(&trace, SimTime::MAX, &mut ledger) {}
    let used = ledger.find("permits", &trace).expect("the pool").1.utilisation(SimTime(40_000_000));
    // Three of four for 20 ms of 40.
    assert!((used - 0.375).abs() < 1e-9, "{used}");
}

/// What is done in a random program: somebody comes with a weight, or one of those who came goes, whatever it is at.
#[derive(Clone, Copy, Debug)]
enum Step {
    Come(u32),
    Go(usize),
    Turn,
}

/// The same in the plainest way: who waits in the order of coming, and who holds.
struct Model {
    order: Order,
    free: u32,
    waiting: Vec<(usize, u32)>,
    holding: Vec<(usize, u32)>,
}

impl Model {
    fn next(&self) -> Option<usize> {
        let fits = |(_, (_, weight)): &(usize, &(usize, u32))| *weight <= self.free;
        let all = || self.waiting.iter().enumerate();
        let next = match self.order {
            Order::FirstCome => all().next().filter(fits),
            Order::Overtaking => all().find(fits),
            Order::LightFirst => all().filter(fits).min_by_key(|(_, (_, weight))| *weight),
            // Of several the last would win.
            Order::HeavyFirst => all().rev().max_by_key(|(_, (_, weight))| *weight).filter(fits),
        };
        next.map(|(place, _)| place)
    }

    fn serve(&mut self) {
        while let Some(place) = self.next() {
            let who = self.waiting.remove(place);
            self.free -= who.1;
            self.holding.push(who);
        }
    }

    fn go(&mut self, who: usize) {
        self.waiting.retain(|(other, _)| *other != who);
        if let Some(place) = self.holding.iter().position(|(other, _)| *other == who) {
            self.free += self.holding.remove(place).1;
        }
        self.serve();
    }
}

/// Somebody who comes, takes what it needs and keeps it until it is dropped.
async fn stays(env: Env, semaphore: Semaphore, weight: u32) {
    let job = env.job();
    let _held = semaphore.acquire_many_for(&job, weight).await;
    env.sleep(Span::secs(3_600)).await;
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..5_u32).prop_map(Step::Come),
        4 => (0..30_usize).prop_map(Step::Go),
        1 => Just(Step::Turn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_random_programs_those_hold_who_hold_in_the_model_in_every_order(
        order in 0..4_usize,
        permits in 4..8_u32,
        steps in proptest::collection::vec(any_step(), 1..60),
    ) {
        let over = run(move |env| async move {
            let semaphore = Semaphore::open(&env, "permits", permits).in_order(ORDERS[order]);
            let home = env.open_plain(StationKind::Crew, "callers");
            let mut model = Model { order: ORDERS[order], free: permits, waiting: Vec::new(), holding: Vec::new() };
            let mut tasks = Vec::new();
            for step in steps {
                match step {
                    Step::Come(weight) => {
                        let number = tasks.len();
                        tasks.push(Some(env.spawn_at("caller", home, stays(env.clone(), semaphore.clone(), weight))));
                        env.sleep(MS).await;
                        model.waiting.push((number, weight));
                        // Whoever comes goes at once only where its turn is now.
                        model.serve();
                    }
                    Step::Go(number) => {
                        if let Some(task) = tasks.get_mut(number).and_then(Option::take) {
                            drop(task);
                            model.go(number);
                        }
                    }
                    Step::Turn => env.turn().await,
                }
                assert_eq!((semaphore.free(), semaphore.waiting()), (model.free, model.waiting.len()));
            }
            drop(tasks);
            assert_eq!((semaphore.free(), semaphore.waiting()), (permits, 0), "something was left behind");
        });
        holds_no_more_than_there_is(&over, u64::from(permits));
    }
}

fn holds_no_more_than_there_is(over: &Over, permits: u64) {
    let (mut ledger, mut cursor, trace) = (Ledger::new(), Cursor::new(), over.run.trace());
    let mut at = SimTime::ZERO;
    while let Some(event) = trace.get(cursor.index).copied() {
        if event.at > at || matches!(event.kind, EventKind::Weighs { .. }) {
            at = event.at;
            let taken = ledger.find("permits", &trace).map_or(0, |(_, pool)| pool.taken());
            assert!(taken <= permits, "{taken} of {permits} at {at:?}");
        }
        cursor.step(&trace, SimTime::MAX, &mut ledger);
    }
}

// The pattern.

#[test]
fn waits_are_told_by_weight_and_what_is_held_is_counted_in_permits() {
    let told = detail("semaphore?permits=6&weights=1,1,4&callers=30");
    assert_eq!(told["peak_held"], 6);
    let by_weight = told["by_weight"].as_object().unwrap();
    assert_eq!(by_weight.keys().collect::<Vec<_>>(), ["1", "4"]);
    let count = |waits: &serde_json::Value| waits["count"].as_u64().unwrap();
    assert_eq!(count(&by_weight["1"]) + count(&by_weight["4"]), count(&told["waits_ns"]));
    // Three at a time need all six permits: ten rounds, and the first three do not wait.
    assert_eq!((count(&told["waits_ns"]), told["waits_ns"]["max"].as_u64()), (27, Some(450_000_000)));
    let none = detail("semaphore?callers=1&weights=2,3");
    assert_eq!(none["by_weight"], serde_json::json!({ "2": none["waits_ns"], "3": none["waits_ns"] }), "nobody waited");
}

#[test]
fn light_ones_wait_less_with_overtaking_on_every_one_of_twenty_seeds() {
    for seed in 0..20 {
        let p99 = |order: &str, weight: &str| {
            let told = detail(&format!("semaphore?preset=convoy&order={order}&seed=s{seed}"));
            told["by_weight"][weight]["p99"].as_u64().unwrap()
        };
        let (first_come, overtaking) = (p99("fifo", "1"), p99("overtaking", "1"));
        assert!(overtaking < first_come, "s{seed}: {overtaking} against {first_come}");
    }
}

#[test]
fn a_weight_that_nobody_could_ever_hold_or_that_is_none_is_refused_at_its_field_with_its_place() {
    let semaphore = patterns::find("semaphore").expect("the pattern");
    let message = |key: &str, text: &str| {
        let mut scenario = Scenario::new(semaphore);
        scenario.set(key, text).err().map(|problem| problem.message().to_owned())
    };
    let says = |key, text| message(key, text).unwrap_or_default();
    assert_eq!(says("weights", "1,6"), "entry 2 of the weights, 6, is above the 5 permits: it would wait for ever");
    assert_eq!(says("weights", "1,0"), "entry 2, \"0\": a weight is a whole number from 1 to 1,024");
    assert_eq!(says("weights", "1,1,two"), "entry 3, \"two\": a weight is a whole number from 1 to 1,024");
    assert_eq!(says("weights", ""), "entry 1, \"\": a weight is a whole number from 1 to 1,024");
    assert_eq!(message("weights", " 2 , 5 "), None);
    let mut scenario = Scenario::new(semaphore);
    scenario.set("weights", "1,4").expect("enough");
    let problem = scenario.set("permits", "3").expect_err("too few");
    assert!(problem.message().starts_with("entry 2 of the weights, 4, is above the 3 permits"), "{problem:?}");
}

#[test]
fn what_the_scenarios_of_the_semaphore_promise_holds_over_two_hundred_seeds() {
    let waits = "somebody had to wait";
    let points = [
        ("", waits),
        ("patience", waits),
        ("lock", waits),
        ("steady", waits),
        ("overload", waits),
        ("convoy", "permits lay free that were enough for somebody behind the first"),
        ("starved", "the first in line had waited for a second, and others went past it"),
    ];
    let callers = |id: &str| match id {
        "steady" | "convoy" => 400,
        "overload" => 1_000,
        "starved" => 800,
        _ => 20,
    };
    hold_with("semaphore", &points, |id| format!("callers={}", callers(id)));
}

// The picture.

#[test]
fn a_holder_of_five_has_a_capsule_as_wide_as_five_and_who_waits_says_what_it_needs_or_that_it_fits() {
    // Of eight permits five are held; the second needs five as well, and for all behind it there is enough.
    let link = "semaphore?permits=8&weights=5,5,1,2&callers=4";
    for (size, width) in [(WIDE, 36.0), (PHONE, 28.0)] {
        let all = seen(link, 20, size, items);
        let of = |title: &str| all.iter().find(|item| item.title == title).expect("it is shown");
        assert!(of("#1").frame.w > 5.0 * width, "{size:?}: {:?}", of("#1").frame);
        assert!(of("#1").lines.contains(&"weight 5".to_owned()));
        assert_eq!(of("#2").lines[1..], ["next", "weight 5", "needs 5"]);
        assert_eq!(of("#3").lines[1..], ["1 before it", "weight 1", "fits"]);
    }
    let rows = seen(link, 20, WIDE, text::rows);
    let says = |what: &str| rows.iter().find(|row| row.what == what).map(|row| row.says.as_str());
    assert_eq!(says("Permits"), Some("5 of 8 held, 3 waiting"));
    assert_eq!(says("Permits, holder"), Some("#1 for 20.0 ms, weight 5"));
    assert_eq!(says("Permits, waiting 1"), Some("#2 for 20.0 ms, weight 5, needs 5"));
    assert_eq!(says("Permits, waiting 3"), Some("#4 for 20.0 ms, weight 2, fits"));
}

#[test]
fn nothing_of_it_leaves_the_canvas_or_touches_however_heavy_they_are() {
    for size in [WIDE, PHONE, (620.0, 260.0)] {
        for link in [
            "weights=1,1,1,1,5&permits=8&callers=300",
            "weights=20,3,1&permits=20",
            "weights=1000,24&permits=1024&callers=300",
        ] {
            for ms in [1, 70, 220] {
                let shapes = seen(&format!("semaphore?{link}"), ms, size, draw);
                assert_eq!(crate::stage::fault_of(&shapes, size), None, "{link} at {ms} ms");
                assert_eq!(crate::stage::crossing(&shapes), None, "{link} at {ms} ms, {size:?}");
            }
        }
    }
}

#[test]
fn what_lay_free_while_somebody_behind_the_first_would_have_fitted_is_remembered_as_long_as_the_ribbon_is() {
    let spare = |link: &str| {
        seen(link, 60, WIDE, |scene, _| {
            let (pool, _) = scene.ledger.find("permits", scene.trace).expect("the pool");
            scene.recent.spare(pool).map(|(at, free)| (at.0 / 1_000_000, free)).collect::<Vec<_>>()
        })
    };
    assert_eq!(spare("semaphore?permits=8&weights=5,5,1&callers=3"), [(0, 3), (50, 0)]);
    assert_eq!(spare("semaphore?permits=8&weights=5,5,1&callers=3&order=overtaking"), []);
}
