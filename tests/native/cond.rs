//! The condition variable: who is woken, what becomes of a signal that nobody hears, and that no item is lost or taken twice, whoever
//! gives up at whatever instant.

use crate::coordination::detail;
use crate::pool::{PHONE, seen};
use crate::program::{Log, run, run_any};
use crate::promises::hold_with;
use millrace::engine::{Env, Progress};
use millrace::parts::{Cond, timeout};
use millrace::trace::{SimTime, Span, StationKind, Wait};
use millrace::view::scene::items;
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

const MS: Span = Span::millis(1);

/// Tasks that wait once, each with a name for the log; each begins to wait a millisecond after the one before.
fn waiters(env: &Env, cond: &Cond, log: &Log<(&'static str, SimTime)>, names: &[&'static str]) {
    for (place, name) in names.iter().copied().enumerate() {
        let (inner, cond, log) = (env.clone(), cond.clone(), log.clone());
        let waits = async move {
            inner.sleep(Span::millis(place as u64)).await;
            cond.wait().await;
            log.push((name, inner.now()));
        };
        env.spawn(name, waits).detach();
    }
}

#[test]
fn a_signal_wakes_whoever_has_waited_longest_and_a_broadcast_all() {
    let log = Log::new();
    let told = log.clone();
    run(|env| async move {
        let cond = Cond::new(&env);
        waiters(&env, &cond, &told, &["a", "b", "c", "d"]);
        env.sleep(Span::millis(10)).await;
        assert_eq!(cond.waiting(), 4);
        assert!(cond.signal());
        env.sleep(MS).await;
        assert_eq!(cond.waiting(), 3);
        assert_eq!(cond.broadcast(), 3);
        env.sleep(MS).await;
        assert_eq!(cond.waiting(), 0);
    });
    let at = |ms: u64| SimTime(ms * 1_000_000);
    assert_eq!(log.all(), [("a", at(10)), ("b", at(11)), ("c", at(11)), ("d", at(11))]);
}

#[test]
fn a_signal_without_a_waiter_is_lost_and_who_waits_after_it_waits_for_ever() {
    let over = run_any(|env| async move {
        let cond = Cond::new(&env);
        assert!(!cond.signal());
        assert_eq!(cond.broadcast(), 0);
        cond.wait().await;
    });
    let Progress::Deadlock(waiting) = &over.progress else { panic!("{:?}", over.progress) };
    assert_eq!(waiting[0].what, Some(Wait::Signal));
}

#[test]
fn a_wait_is_told_by_the_name_of_what_the_condition_is_of() {
    let over = run_any(|env| async move {
        let station = env.open_plain(StationKind::Channel, "buffer");
        Cond::of(&env, station).wait().await;
    });
    let Progress::Deadlock(waiting) = &over.progress else { panic!("{:?}", over.progress) };
    assert_eq!(waiting[0].waiting_on, "buffer.signal");
}

#[test]
fn a_cancelled_waiter_that_was_signalled_passes_it_on_and_one_that_was_broadcast_does_not() {
    let log = Log::new();
    let told = log.clone();
    run(|env| async move {
        let cond = Cond::new(&env);
        let (inner, first) = (env.clone(), cond.clone());
        let doomed = env.spawn("doomed", async move { first.wait().await });
        env.turn().await;
        waiters(&inner, &cond, &told, &["next"]);
        env.turn().await;
        assert_eq!(cond.waiting(), 2);
        // Signalled and dropped at one instant, before it ran.
        assert!(cond.signal());
        drop(doomed);
        env.sleep(MS).await;
        assert_eq!(told.all(), [("next", SimTime::ZERO)]);

        let second = cond.clone();
        let doomed = env.spawn("doomed", async move { second.wait().await });
        env.turn().await;
        assert_eq!(cond.broadcast(), 1);
        waiters(&inner, &cond, &told, &["late"]);
        env.turn().await;
        drop(doomed);
        env.sleep(MS).await;
        assert_eq!((cond.waiting(), told.all().len()), (1, 1), "a broadcast was for those who waited then");
        cond.signal();
        env.sleep(MS).await;
    });
    assert_eq!(log.all().len(), 2);
}

/// The condition of a model: who waits in order, and who was woken and has not run yet.
#[derive(Default)]
struct Model {
    waiting: VecDeque<usize>,
    signalled: Vec<usize>,
    broadcast: Vec<usize>,
    served: Vec<usize>,
}

impl Model {
    fn signal(&mut self) {
        self.signalled.extend(self.waiting.pop_front());
    }

    fn leave(&mut self, who: usize) {
        self.waiting.retain(|other| *other != who);
        self.broadcast.retain(|other| *other != who);
        if self.signalled.contains(&who) {
            self.signalled.retain(|other| *other != who);
            self.signal();
        }
    }

    fn run(&mut self) {
        self.served.append(&mut self.signalled);
        self.served.append(&mut self.broadcast);
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Join,
    Signal,
    Broadcast,
    /// The waiter of this number, of those there ever were, is cancelled.
    Leave(usize),
    /// Everybody who was woken runs.
    Turn,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Join),
        3 => Just(Step::Signal),
        1 => Just(Step::Broadcast),
        3 => (0..30_usize).prop_map(Step::Leave),
        2 => Just(Step::Turn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_random_programs_a_condition_wakes_whom_the_model_wakes(steps in proptest::collection::vec(any_step(), 1..60)) {
        let log = Log::new();
        let told = log.clone();
        let model = Rc::new(RefCell::new(Model::default()));
        let seen = model.clone();
        run(move |env| async move {
            let cond = Cond::new(&env);
            let mut tasks = Vec::new();
            for step in steps {
                match step {
                    Step::Join => {
                        let (cond, told, number) = (cond.clone(), told.clone(), tasks.len());
                        tasks.push(Some(env.spawn("waiter", async move {
                            cond.wait().await;
                            told.push(number);
                        })));
                        // It must have begun to wait; who was woken runs too.
                        env.sleep(MS).await;
                        seen.borrow_mut().run();
                        seen.borrow_mut().waiting.push_back(number);
                    }
                    Step::Signal => {
                        cond.signal();
                        seen.borrow_mut().signal();
                    }
                    Step::Broadcast => {
                        cond.broadcast();
                        let mut model = seen.borrow_mut();
                        let woken: Vec<_> = model.waiting.drain(..).collect();
                        model.broadcast.extend(woken);
                    }
                    Step::Leave(number) => {
                        if let Some(task) = tasks.get_mut(number).and_then(Option::take) {
                            drop(task);
                            seen.borrow_mut().leave(number);
                        }
                    }
                    Step::Turn => {
                        env.sleep(MS).await;
                        seen.borrow_mut().run();
                    }
                }
                assert_eq!(cond.waiting(), seen.borrow().waiting.len());
            }
            env.sleep(MS).await;
            seen.borrow_mut().run();
            tasks.clear();
            assert_eq!(cond.waiting(), 0, "a waiter was left behind");
        });
        let (mut ran, mut expected) = (log.all(), std::mem::take(&mut model.borrow_mut().served));
        ran.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(ran, expected);
    }

    /// Would have caught: a signal that dies with whom it was meant for, so that somebody waits beside what it waits for.
    #[test]
    fn however_many_give_up_whatever_was_put_in_is_taken_by_those_who_stay(
        patience in proptest::collection::vec(1..40_u64, 0..12),
        puts in proptest::collection::vec(0..40_u64, 1..12),
    ) {
        run(move |env| async move {
            let (cond, full, taken) = (Cond::new(&env), Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
            let total = puts.len();
            for ms in puts {
                let (inner, cond, full) = (env.clone(), cond.clone(), full.clone());
                env.spawn("producer", async move {
                    inner.sleep(Span::millis(ms)).await;
                    full.set(full.get() + 1);
                    cond.signal();
                }).detach();
            }
            let take = |cond: Cond, full: Rc<Cell<usize>>, taken: Rc<Cell<usize>>| async move {
                while full.get() == 0 {
                    cond.wait().await;
                }
                full.set(full.get() - 1);
                taken.set(taken.get() + 1);
            };
            for ms in patience {
                let (inner, taking) = (env.clone(), take(cond.clone(), full.clone(), taken.clone()));
                env.spawn("hasty", async move { let _ = timeout(&inner, Span::millis(ms), taking).await; }).detach();
            }
            let patient: Vec<_> = (0..total).map(|_| env.spawn("patient", take(cond.clone(), full.clone(), taken.clone()))).collect();
            env.sleep(Span::millis(100)).await;
            assert_eq!((full.get(), taken.get()), (0, total), "an item lies beside somebody who waits for it");
            drop(patient);
            assert_eq!(cond.waiting(), 0);
        });
    }
}

// The pattern.

#[test]
fn with_while_every_item_is_taken_and_nobody_goes_on_with_nothing_however_many_are_woken() {
    for wake in ["signal", "broadcast"] {
        let detail = detail(&format!("cond?wake={wake}"));
        assert_eq!((&detail["taken"], &detail["took_nothing"]), (&1_000.into(), &0.into()), "{wake}");
        assert!(detail["missed"].as_u64().unwrap() > 0, "{wake}: {detail:?}");
    }
}

#[test]
fn with_if_who_was_woken_in_vain_goes_on_with_nothing_and_no_item_is_lost() {
    for wake in ["signal", "broadcast"] {
        let detail = detail(&format!("cond?wake={wake}&recheck=if"));
        assert_eq!(detail["taken"], 1_000, "{wake}");
        assert!(detail["took_nothing"].as_u64().unwrap() > 0, "{wake}: {detail:?}");
        assert_eq!(detail["took_nothing"], detail["missed"], "{wake}");
    }
}

#[test]
fn a_signal_is_in_vain_only_because_a_woken_task_takes_time_and_a_broadcast_anyway() {
    assert_eq!(detail("cond?wake-up=0ms")["missed"], 0);
    let broadcast = detail("cond?wake=broadcast&wake-up=0ms")["missed"].as_u64().unwrap();
    assert!(broadcast > 100, "{broadcast}");
}

#[test]
fn what_the_scenarios_of_the_buffer_promise_holds_over_two_hundred_seeds() {
    let in_vain = "a consumer was woken and found nothing";
    let points = [
        ("", in_vain),
        ("missed", "a consumer went on with nothing"),
        ("broadcast", in_vain),
        ("full", "the buffer was full"),
    ];
    hold_with("cond", &points, |id| format!("items={}", if id.is_empty() { 1_000 } else { 400 }));
}

/// Would have caught: the picture of a phone that is empty below four strips.
#[test]
fn on_a_phone_producers_and_consumers_have_a_lane_each_where_there_is_room_for_all() {
    let lanes = |link: &str| -> Vec<(f64, f64)> {
        let items = seen(link, 300, PHONE, items);
        let lanes =
            items.iter().filter(|item| item.title.starts_with("producer") || item.title.starts_with("consumer"));
        lanes.map(|item| (item.frame.w, item.frame.y)).collect()
    };
    let six = lanes("cond");
    assert_eq!(six.len(), 6);
    assert!(six.iter().all(|(w, _)| *w > 300.0), "{six:?}");
    assert!(six.windows(2).all(|pair| pair[0].1 + 12.0 < pair[1].1), "one below the other: {six:?}");
    let many = lanes("cond?consumers=20");
    assert!(many.len() == 22 && many.iter().all(|(w, _)| *w < 20.0), "too many are glyphs: {many:?}");
}
