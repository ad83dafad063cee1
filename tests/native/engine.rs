//! The executor: the order contract, cancellation, slices, interventions, clocks, and how a run can end.

use crate::faults::switch;
use crate::program::{Guard, Log, Over, events, finish, outcome, run, run_any, setup, start, start_pattern, values};
use millrace::engine::{Action, Clock, Env, Intervention, Order, Ordinal, Progress, Run, Seed, Setup, Task, TaskRef};
use millrace::parts::{Ticker, channel, select2, timeout};
use millrace::patterns;
use millrace::spec::Fidelity;
use millrace::trace::{Ending, EventKind, Outcome, SimTime, Span, StationId, TaskId, Wait};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

const MS: Span = Span::millis(1);

fn at_ms(ms: u64) -> SimTime {
    SimTime(ms * 1_000_000)
}

/// Gives way once: ready again at the end of the queue.
fn give_way(env: &Env) -> impl Future<Output = ()> + use<> {
    let (env, mut first) = (env.clone(), true);
    poll_fn(move |_| {
        if std::mem::take(&mut first) {
            env.wake(env.current());
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
}

// Order.

#[test]
fn ready_tasks_are_polled_first_in_first_out() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let tasks: Vec<_> = (0..3)
            .map(|n| {
                let (inner, log) = (env.clone(), seen.clone());
                env.spawn("task", async move {
                    for turn in 0..3 {
                        log.push((turn, n));
                        give_way(&inner).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.join().await;
        }
    });
    // All take their first turn in the order of spawning, then all their second, and so on.
    let expected: Vec<_> = (0..3).flat_map(|turn| (0..3).map(move |n| (turn, n))).collect();
    assert_eq!(log.all(), expected);
}

#[test]
fn equal_deadlines_fire_in_the_order_in_which_the_timers_were_created() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        // The first task comes to its second sleep at 4 ms, after the second task has armed its only one at 0 ms.
        let sleeps: [&[u64]; 3] = [&[4, 6], &[10], &[9, 1]];
        let tasks: Vec<_> = (0..3)
            .map(|n| {
                let (inner, log) = (env.clone(), seen.clone());
                env.spawn("task", async move {
                    for &ms in sleeps[n] {
                        inner.sleep(Span::millis(ms)).await;
                    }
                    log.push((inner.now(), n));
                })
            })
            .collect();
        for task in tasks {
            task.join().await;
        }
    });
    assert_eq!(log.all(), [(at_ms(10), 1), (at_ms(10), 0), (at_ms(10), 2)]);
}

#[test]
fn all_timers_of_an_instant_fire_before_any_task_they_wake_is_polled() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 1);
        let (log, inner) = (seen.clone(), env.clone());
        let third = env.spawn("woken by the first", async move {
            rx.recv().await;
            log.push("woken by the first");
        });
        let (log, first) = (seen.clone(), inner.clone());
        let first = env.spawn("first", async move {
            first.sleep(MS).await;
            log.push("first");
            tx.send(1).await.unwrap();
        });
        let second = env.spawn("second", async move {
            inner.sleep(MS).await;
            seen.push("second");
        });
        first.join().await;
        second.join().await;
        third.join().await;
    });
    // Were timers fired one at a time, the receiver would come before the second.
    assert_eq!(log.all(), ["first", "second", "woken by the first"]);
}

#[test]
fn a_task_is_first_polled_after_those_that_were_spawned_before_it() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (inner, log) = (env.clone(), seen.clone());
        let outer = env.spawn("outer", async move {
            log.push("outer");
            let late = log.clone();
            let child = inner.spawn("child", async move { late.push("child") });
            log.push("outer goes on");
            child.join().await;
        });
        let log = seen.clone();
        let sibling = env.spawn("sibling", async move { log.push("sibling") });
        seen.push("main goes on");
        outer.join().await;
        sibling.join().await;
    });
    assert_eq!(log.all(), ["main goes on", "outer", "outer goes on", "sibling", "child"]);
}

#[test]
fn a_shuffled_order_is_the_same_for_one_seed_and_not_for_all() {
    let order = |seed: u64| {
        let log = Log::new();
        let seen = log.clone();
        finish(start(Setup { order: Order::Shuffled(0), ..Setup::new(Seed(seed)) }, |env| async move {
            let tasks: Vec<_> = (0..8)
                .map(|n| {
                    let log = seen.clone();
                    env.spawn("task", async move { log.push(n) })
                })
                .collect();
            for task in tasks {
                task.join().await;
            }
        }));
        log.all()
    };
    let orders: Vec<_> = (0..20).map(order).collect();
    assert_eq!(orders, (0..20).map(order).collect::<Vec<_>>());
    // Two of 8! orders are alike with a chance of 1 in 40,320; all of 20 being alike is not going to happen.
    assert!(orders.iter().any(|o| *o != orders[0]), "{orders:?}");
}

// Time.

#[test]
fn a_sleep_that_is_dropped_does_not_move_the_clock() {
    let over = run_any(|env| async move {
        let quick = timeout(&env, Span::secs(30), env.sleep(MS)).await;
        assert_eq!(quick, Ok(()));
        // Nothing is left to happen: the run ends here, in a deadlock, and not 30 s later.
        std::future::pending::<()>().await;
    });
    assert!(matches!(over.progress, Progress::Deadlock(_)));
    assert_eq!(over.nanos(), 1_000_000);
}

#[test]
fn thousands_of_dropped_timers_do_not_move_the_clock_or_hide_a_live_one() {
    let over = run(|env| async move {
        let inner = env.clone();
        let live = env.spawn("live", async move { inner.sleep(Span::secs(7)).await });
        for n in 0..5_000 {
            let patience = Span::secs(1 + n % 40);
            assert_eq!(timeout(&env, patience, env.sleep(Span::micros(1))).await, Ok(()));
        }
        live.join().await;
    });
    assert_eq!(over.progress, Progress::Drained);
    assert_eq!(over.nanos(), 7_000_000_000);
}

#[test]
fn a_sleep_of_no_length_is_no_wait() {
    let over = run(|env| async move { env.sleep(Span::ZERO).await });
    let waits = over.pick(|e| matches!(e.kind, EventKind::Waits { .. }).then_some(()));
    assert!(waits.is_empty());
}

#[test]
fn a_sleep_past_the_end_of_time_ends_with_it() {
    let over = run(|env| async move {
        env.sleep(MS).await;
        env.sleep(Span(u64::MAX)).await;
    });
    assert_eq!((over.progress, over.run.now()), (Progress::Drained, SimTime::MAX));
}

// Cancellation.

#[test]
fn dropping_a_handle_drops_the_future_and_what_it_had_in_hand_leaves_as_cancelled() {
    let log = Log::new();
    let seen = log.clone();
    let over = run(|env| async move {
        let (inner, guard) = (env.clone(), Guard(seen.clone(), "dropped"));
        let task = env.spawn("task", async move {
            let _guard = guard;
            let _job = inner.job();
            inner.sleep(Span::secs(10)).await;
            unreachable!("it was cancelled");
        });
        env.sleep(MS).await;
        drop(task);
        seen.push("after the drop");
    });
    assert_eq!(log.all(), ["dropped", "after the drop"], "the drop is done when the call returns");
    assert_eq!(over.pick(outcome), [Outcome::Cancelled]);
    assert_eq!(over.nanos(), 1_000_000);
    let cancelled = EventKind::Ended { how: Ending::Cancelled };
    assert_eq!(over.pick(|e| (e.kind == cancelled).then_some(e.task)), [TaskId(1)]);
}

#[test]
fn a_task_dropped_before_its_first_turn_never_runs_and_a_detached_one_does() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let log = seen.clone();
        drop(env.spawn("dropped", async move { log.push("dropped") }));
        let log = seen.clone();
        env.spawn("detached", async move { log.push("detached") }).detach();
        env.sleep(MS).await;
    });
    assert_eq!(log.all(), ["detached"]);
}

#[test]
fn a_wake_that_comes_too_late_does_not_reach_the_next_task_in_the_slot() {
    let polls = Rc::new(Cell::new(0));
    let counted = polls.clone();
    run(|env| async move {
        let stale: Rc<Cell<Option<TaskRef>>> = Rc::default();
        let (inner, name) = (env.clone(), stale.clone());
        let first = env.spawn("first", async move {
            name.set(Some(inner.current()));
            std::future::pending::<()>().await;
        });
        env.sleep(MS).await;
        drop(first);
        let own: Rc<Cell<Option<TaskRef>>> = Rc::default();
        let (seen, inner, name) = (counted.clone(), env.clone(), own.clone());
        let second = env.spawn("second", async move {
            name.set(Some(inner.current()));
            poll_fn(|_| {
                counted.set(counted.get() + 1);
                Poll::<()>::Pending
            })
            .await
        });
        env.sleep(MS).await;
        env.wake(stale.get().unwrap());
        env.sleep(MS).await;
        assert_eq!(seen.get(), 1, "it is polled when it starts, and not for a wake that is another's");
        // One late wake and one of its own in the same instant.
        env.wake(stale.get().unwrap());
        env.wake(own.get().unwrap());
        env.sleep(MS).await;
        drop(second);
    });
    assert_eq!(polls.get(), 2);
}

#[test]
fn a_task_that_drops_its_own_handle_ends_with_its_current_poll() {
    let log = Log::new();
    let seen = log.clone();
    let over = run(|env| async move {
        let own: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let (inner, handle, log) = (env.clone(), own.clone(), seen.clone());
        let task = env.spawn("task", async move {
            let _guard = Guard(log.clone(), "dropped");
            let job = inner.job();
            drop(handle.borrow_mut().take());
            log.push("still in its poll");
            inner.sleep(MS).await;
            job.leave(Outcome::Completed);
            unreachable!("it was cancelled");
        });
        own.replace(Some(task));
        env.sleep(Span::millis(5)).await;
        // The slot is free again, and good for another.
        env.spawn("next", async move {}).join().await;
        assert!(own.borrow().is_none());
    });
    assert_eq!(over.progress, Progress::Drained);
    assert_eq!(log.all(), ["still in its poll", "dropped"]);
    assert_eq!(over.pick(outcome), [Outcome::Cancelled]);
    let of_the_task = over.pick(|e| (e.task == TaskId(1)).then_some(e.kind));
    let ended = EventKind::Ended { how: Ending::Cancelled };
    assert_eq!(of_the_task.iter().filter(|&&k| matches!(k, EventKind::Ended { .. })).count(), 1);
    assert_eq!(of_the_task.last(), Some(&ended), "nothing comes after the end of a task");
    assert_eq!(over.ledger.tally.tasks_live, 0);
}

#[test]
fn cancelling_a_join_cancels_the_task_that_is_waited_for() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (inner, guard) = (env.clone(), Guard(seen.clone(), "dropped"));
        let task = env.spawn("slow", async move {
            let _guard = guard;
            inner.sleep(Span::secs(1)).await;
        });
        assert!(timeout(&env, MS, task.join()).await.is_err());
        seen.push("given up");
    });
    assert_eq!(log.all(), ["dropped", "given up"]);
}

#[test]
fn a_join_gives_the_result_also_of_a_task_that_has_ended_before() {
    run(|env| async move {
        let task = env.spawn("quick", async { 42 });
        env.sleep(MS).await;
        assert!(task.is_finished());
        assert_eq!(task.join().await, 42);
    });
}

#[test]
fn awaiting_a_task_is_joining_it_at_the_line_of_the_await() {
    let over = run(|env| async move {
        let inner = env.clone();
        let task = env.spawn("slow", async move {
            inner.sleep(MS).await;
            "done"
        });
        assert_eq!(task.await, "done");
    });
    let line = line!() - 2;
    let joins = over.pick(|e| matches!(e.kind, EventKind::Waits { what: Wait::Join, .. }).then_some(e.site.line()));
    assert_eq!(joins, [Some(line)]);
}

// How a run can end.

#[test]
fn a_deadlock_names_who_waits_for_what_and_on_which_line() {
    let line = line!() + 3;
    let over = run_any(|env| async move {
        let (_tx, rx) = channel::<u32>(&env, "orders", 1);
        rx.recv().await;
    });
    let Progress::Deadlock(waiting) = &over.progress else { panic!("{:?}", over.progress) };
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].name.as_str(), waiting[0].waiting_on.as_str()), ("main", "orders.recv"));
    assert_eq!(waiting[0].site.line(), Some(line));
    assert!(waiting[0].site.file().is_some_and(|file| file.ends_with("tests/native/engine.rs")));
    assert!(over.run.outcome().is_some_and(Progress::is_final));
}

#[test]
fn a_run_that_is_over_says_the_same_again() {
    let mut over = run(|_| async {});
    assert_eq!(over.run.advance(SimTime::MAX, 10), Progress::Drained);
    assert_eq!(over.run.advance(SimTime::ZERO, 0), Progress::Drained);
}

#[test]
fn tasks_that_wake_each_other_for_ever_are_a_livelock() {
    let over = run_any(|env| async move {
        let inner = env.clone();
        env.sleep(MS).await;
        let other = env.spawn("other", async move {
            loop {
                give_way(&inner).await;
            }
        });
        other.join().await;
    });
    let Progress::Livelock(waiting) = &over.progress else { panic!("{:?}", over.progress) };
    assert!(waiting.iter().any(|w| w.name == "other"));
    assert_eq!((over.nanos(), over.run.is_stuck_in_an_instant()), (1_000_000, true), "no time passes");
}

#[test]
fn a_crash_ends_the_run_with_the_text_and_the_line() {
    let line = line!() + 6;
    let over = run_any(|env| async move {
        let inner = env.clone();
        let _waits = env.spawn("bystander", std::future::pending::<()>());
        let task = env.spawn("culprit", async move {
            inner.sleep(MS).await;
            inner.crash("index out of range").await;
        });
        task.join().await;
    });
    let Progress::Crashed(culprit) = &over.progress else { panic!("{:?}", over.progress) };
    assert_eq!(culprit.iter().map(|w| w.name.as_str()).collect::<Vec<_>>(), ["culprit"]);
    assert_eq!(culprit[0].site.line(), Some(line));
    let text = over.ledger.crash.map(|text| over.run.trace().name(text).to_owned());
    assert_eq!(text.as_deref(), Some("index out of range"));
}

#[test]
fn tasks_that_outlive_the_main_one_are_listed_as_leaked() {
    let over = run(|env| async move {
        let (tx, _rx) = channel::<u32>(&env, "results", 0);
        env.spawn("leaked", async move {
            let _blocked = tx.send(1).await;
        })
        .detach();
        env.sleep(MS).await;
    });
    assert_eq!(over.progress, Progress::Drained);
    let leaked: Vec<_> = over.run.waiting().into_iter().map(|w| (w.name, w.waiting_on)).collect();
    assert_eq!(leaked, [("leaked".to_owned(), "results.send".to_owned())]);
}

// Those who only look.

/// A task that looks every 10 ms for ever, without anybody waiting for what it sees.
fn monitor(env: &Env, looks: &Log<SimTime>) -> Task<()> {
    let (inner, looks) = (env.clone(), looks.clone());
    env.spawn("monitor", async move {
        let mut ticker = Ticker::new(&inner, Span::millis(10)).in_background();
        loop {
            ticker.tick().await;
            looks.push(inner.now());
        }
    })
}

/// A pool whose workers were stuck beat on for ever: 4,976 of 5,000 requests, no end, and nobody said who waited.
#[test]
fn a_run_in_which_only_a_monitor_goes_on_is_a_deadlock_that_names_who_waits() {
    let looks = Log::new();
    let seen = looks.clone();
    let over = run_any(|env| async move {
        let _monitor = monitor(&env, &seen);
        env.sleep(Span::millis(25)).await;
        let (_tx, rx) = channel::<u32>(&env, "orders", 1);
        rx.recv().await;
    });
    let Progress::Deadlock(waiting) = &over.progress else { panic!("{:?}", over.progress) };
    let waiting: Vec<_> = waiting.iter().map(|w| (w.name.as_str(), w.waiting_on.as_str())).collect();
    assert_eq!(waiting, [("main", "orders.recv"), ("monitor", "tick")]);
    assert_eq!(looks.all(), [at_ms(10), at_ms(20)], "it looked as long as there was something to come");
    assert_eq!(over.nanos(), 25_000_000, "and the run ended when there was not");
}

#[test]
fn what_a_person_will_do_is_still_to_come() {
    let looks = Log::new();
    let seen = looks.clone();
    let over =
        finish(start(Setup { interventions: vec![fault(at_ms(45), 0, Some(2))], ..setup() }, |env| async move {
            let _monitor = monitor(&env, &seen);
            std::future::pending::<()>().await;
        }));
    assert!(matches!(over.progress, Progress::Deadlock(_)));
    assert_eq!((looks.all().len(), over.nanos()), (4, 45_000_000));
}

#[test]
fn a_beat_that_the_main_task_waits_for_itself_keeps_the_run_alive() {
    let over = run(|env| async move {
        let mut ticker = Ticker::new(&env, Span::millis(10)).in_background();
        for _ in 0..3 {
            ticker.tick().await;
        }
    });
    assert_eq!((over.progress, over.run.now()), (Progress::Drained, at_ms(30)));
}

#[test]
fn in_real_time_a_monitor_goes_on_because_anything_may_still_come() {
    let looks = Log::new();
    let seen = looks.clone();
    let mut run = start(in_real_time(), |env| async move {
        let _monitor = monitor(&env, &seen);
        std::future::pending::<()>().await;
    });
    assert_eq!(run.advance(at_ms(35), u64::MAX), Progress::Reached);
    assert_eq!(looks.all().len(), 3);
}

#[test]
fn looks_that_were_given_up_are_not_counted_as_something_to_come() {
    let over = run_any(|env| async move {
        for _ in 0..500 {
            // Of each pair one alarm is dropped: the sleep of the work here, the watch of the monitor there.
            assert_eq!(timeout(&env, Span::secs(9), env.sleep(MS)).await, Ok(()));
            assert!(timeout(&env, MS, env.sleep(Span::secs(9)).in_background()).await.is_err());
        }
        let _monitor = monitor(&env, &Log::new());
        std::future::pending::<()>().await;
    });
    assert!(matches!(over.progress, Progress::Deadlock(_)));
    assert_eq!(over.nanos(), 1_000_000_000);
}

/// Two hundred million looks, a line of the log for each, were more than 3 GB.
#[test]
fn a_beat_that_is_waited_for_over_and_over_is_said_once() {
    let over = run(|env| async move {
        let inner = env.clone();
        let looks = env.spawn("looks", async move {
            let mut ticker = Ticker::new(&inner, MS);
            loop {
                ticker.tick().await;
                if inner.now() == at_ms(500) {
                    inner.sleep(MS).await;
                }
            }
        });
        env.sleep(Span::secs(1)).await;
        drop(looks);
    });
    let of_looks = over.pick(|e| match e.kind {
        EventKind::Waits { what, .. } if e.task != TaskId::MAIN => Some((e.at, what)),
        _ => None,
    });
    // After it has waited for something else it says so anew.
    let tick = |ms| (at_ms(ms), Wait::Tick);
    assert_eq!(of_looks, [tick(0), (at_ms(500), Wait::Sleep), tick(501)]);
}

// Slices.

/// Runs in slices: so much further in time, and so many polls, over and over.
fn in_slices(mut run: Run, slices: &[(u64, u64)]) -> Over {
    let mut until = SimTime::ZERO;
    for &(step, polls) in slices.iter().cycle() {
        match run.advance(until, polls) {
            progress if progress.is_final() => break,
            Progress::BudgetSpent => {}
            _ => until += Span(step),
        }
    }
    finish(run)
}

fn a_busy_run(pattern: usize, shipped: bool, interventions: Vec<Intervention>) -> Run {
    let pattern = patterns::ALL[pattern % patterns::ALL.len()];
    let fidelity = if shipped { Fidelity::Shipped } else { Fidelity::Documented };
    let values = values(pattern, fidelity, None, &[("requests", "40"), ("workers", "4"), ("server", "documented")]);
    start_pattern(Setup { interventions, ..setup() }, pattern, fidelity, &values)
}

#[test]
fn a_slice_of_one_poll_or_seven_or_a_thousand_makes_no_difference() {
    for pattern in 0..patterns::ALL.len() {
        let whole = finish(a_busy_run(pattern, false, Vec::new()));
        for polls in [1, 7, 1_000] {
            let sliced = in_slices(a_busy_run(pattern, false, Vec::new()), &[(u64::MAX / 4, polls)]);
            assert_eq!(sliced.events(), whole.events(), "pattern {pattern}, slices of {polls}");
            assert_eq!(sliced.progress, whole.progress);
        }
    }
}

fn some_interventions() -> impl Strategy<Value = Vec<Intervention>> {
    let action = prop_oneof![
        (0..3usize, 0..5i64).prop_map(|(fault, magnitude)| switch(
            ["slow-server", "outage", "kill-worker"][fault],
            (magnitude > 0).then_some(magnitude)
        )),
        (0..1_000_000i64).prop_map(|value| Action::Live { key: "base".to_owned(), value }),
    ];
    let one = (0..400_000_000u64, 0..900u64, action).prop_map(|(at, ordinal, action)| Intervention {
        at: SimTime(at),
        ordinal: Ordinal::after(ordinal),
        action,
    });
    prop::collection::vec(one, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_run_is_the_same_however_it_is_sliced_and_whoever_interferes(
        pattern in 0..5usize,
        shipped in any::<bool>(),
        interventions in some_interventions(),
        slices in prop::collection::vec((1_000..20_000_000u64, 1..50u64), 1..8),
    ) {
        let whole = finish(a_busy_run(pattern, shipped, interventions.clone()));
        let sliced = in_slices(a_busy_run(pattern, shipped, interventions), &slices);
        prop_assert_eq!(sliced.events(), whole.events());
        prop_assert_eq!(sliced.hash(), whole.hash());
        prop_assert_eq!(sliced.progress, whole.progress);
    }
}

#[test]
fn nothing_happens_past_the_instant_that_was_asked_for() {
    let mut run = start(setup(), |env| async move {
        for _ in 0..10 {
            env.sleep(MS).await;
        }
    });
    assert_eq!(run.advance(SimTime(4_500_000), u64::MAX), Progress::Reached);
    assert_eq!(run.now(), at_ms(4), "the last thing that happened");
    assert_eq!(run.next_deadline(), Some(at_ms(5)));
    assert_eq!(run.advance(at_ms(10), u64::MAX), Progress::Drained, "what is due at the very instant happens");
}

#[test]
fn a_budget_is_kept_to_the_poll() {
    let mut run = start(setup(), |env| async move {
        loop {
            give_way(&env).await;
        }
    });
    assert_eq!(run.advance(SimTime::MAX, 0), Progress::BudgetSpent);
    let before = events(&run).len();
    assert_eq!(run.advance(SimTime::MAX, 3), Progress::BudgetSpent);
    assert_eq!(events(&run).len(), before, "giving way writes nothing");
}

// Interventions.

fn fault(at: SimTime, ordinal: u64, magnitude: Option<i64>) -> Intervention {
    Intervention { at, ordinal: Ordinal::after(ordinal), action: switch("slow-server", magnitude) }
}

/// Ten tasks that each write two events at 1, 2, 3 … ms, with this done to them.
fn interfered(interventions: Vec<Intervention>) -> Over {
    finish(start(Setup { interventions, ..setup() }, |env| async move {
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let inner = env.clone();
                env.spawn("task", async move {
                    for beat in 0..5 {
                        inner.note("beat {}", beat);
                        inner.sleep(MS).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.join().await;
        }
    }))
}

fn position(over: &Over) -> (usize, SimTime) {
    let events = over.events();
    let index = events.iter().position(|e| matches!(e.kind, EventKind::Faulted { .. })).expect("a fault");
    (index, events[index].at)
}

#[test]
fn an_intervention_comes_in_before_everything_else_of_its_instant() {
    let (index, at) = position(&interfered(vec![fault(at_ms(3), 0, Some(2))]));
    let plain = interfered(Vec::new()).events();
    assert_eq!(at, at_ms(3));
    assert_eq!(index, plain.iter().filter(|e| e.at < at_ms(3)).count());
}

#[test]
fn an_intervention_with_an_ordinal_waits_until_so_many_events_were_written() {
    let plain = interfered(Vec::new()).events();
    let first = plain.iter().filter(|e| e.at < at_ms(3)).count();
    // Each task writes a note and a wait at a time, so an odd number ends in the middle of a poll, and the next end counts.
    for (ordinal, expected) in [(first + 4, first + 4), (first + 5, first + 6), (first + 6, first + 6)] {
        let over = interfered(vec![fault(at_ms(3), ordinal as u64, Some(2))]);
        assert_eq!(position(&over), (expected, at_ms(3)), "ordinal {ordinal}");
    }
}

#[test]
fn an_intervention_whose_ordinal_never_comes_is_the_last_thing_of_its_instant() {
    let (index, at) = position(&interfered(vec![fault(at_ms(3), u64::MAX, Some(2))]));
    let plain = interfered(Vec::new()).events();
    assert_eq!((index, at), (plain.iter().filter(|e| e.at <= at_ms(3)).count(), at_ms(3)));
}

#[test]
fn an_intervention_between_two_deadlines_comes_in_at_its_own_time() {
    let (_, at) = position(&interfered(vec![fault(SimTime(2_500_000), 0, Some(2))]));
    assert_eq!(at, SimTime(2_500_000));
}

#[test]
fn a_fault_that_is_on_already_with_the_same_magnitude_is_no_event() {
    let over = interfered(vec![
        fault(at_ms(1), 0, Some(2)),
        fault(at_ms(2), 0, Some(2)),
        fault(at_ms(3), 0, None),
        fault(at_ms(4), 0, None),
    ]);
    let switches = over.pick(|e| match e.kind {
        EventKind::Faulted { on, .. } => Some((e.at, on)),
        _ => None,
    });
    assert_eq!(switches, [(at_ms(1), true), (at_ms(3), false)]);
}

#[test]
fn a_live_value_is_felt_by_who_reads_it_and_one_that_nobody_reads_is_no_event() {
    let live = |at, key: &str, value| Intervention {
        at,
        ordinal: Ordinal::ByTime,
        action: Action::Live { key: key.to_owned(), value },
    };
    let seen = Log::new();
    let log = seen.clone();
    let interventions = vec![live(at_ms(2), "step", 7), live(at_ms(3), "nobody", 1)];
    let over = finish(start(Setup { interventions, ..setup() }, |env| async move {
        let step = env.live("step", 5);
        for _ in 0..4 {
            log.push(step.get());
            env.sleep(MS).await;
        }
    }));
    assert_eq!(seen.all(), [5, 5, 7, 7]);
    let edits = over.pick(|e| match e.kind {
        EventKind::Edited { value, .. } => Some((e.at, value)),
        _ => None,
    });
    assert_eq!(edits, [(at_ms(2), 7)]);
}

// Foreign futures and real time.

/// A one-shot channel that knows nothing but `std::task::Waker`.
#[derive(Clone, Default)]
struct Oneshot(Arc<Mutex<(Option<u32>, Option<Waker>)>>);

impl Oneshot {
    fn send(&self, value: u32) {
        let waker = {
            let mut state = self.0.lock().unwrap();
            state.0 = Some(value);
            state.1.take()
        };
        waker.inspect(Waker::wake_by_ref);
    }
}

impl Future for Oneshot {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        let mut state = self.0.lock().unwrap();
        match state.0 {
            Some(value) => Poll::Ready(value),
            None => {
                state.1 = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[test]
fn a_future_that_knows_only_wakers_works_in_virtual_time() {
    let over = run(|env| async move {
        let (oneshot, inner) = (Oneshot::default(), env.clone());
        let sender = oneshot.clone();
        let task = env.spawn("sender", async move {
            inner.sleep(Span::millis(5)).await;
            sender.send(42);
        });
        assert_eq!(oneshot.await, 42);
        assert_eq!(env.now(), at_ms(5));
        task.join().await;
    });
    assert_eq!(over.progress, Progress::Drained);
}

fn in_real_time() -> Setup {
    Setup { clock: Clock::Real, ..setup() }
}

#[test]
fn in_real_time_timers_fire_at_their_deadline_and_the_clock_stands_where_the_caller_says() {
    let woken = Log::new();
    let log = woken.clone();
    let mut run = start(in_real_time(), |env| async move {
        loop {
            env.sleep(Span::millis(5)).await;
            log.push(env.now());
        }
    });
    assert_eq!(run.advance(at_ms(7), u64::MAX), Progress::Reached);
    assert_eq!((woken.all(), run.now()), (vec![at_ms(5)], at_ms(7)));
    assert_eq!(run.advance(at_ms(16), u64::MAX), Progress::Reached);
    assert_eq!((woken.all(), run.now()), (vec![at_ms(5), at_ms(10), at_ms(15)], at_ms(16)));
    assert_eq!(run.next_deadline(), Some(at_ms(20)));
}

#[test]
fn in_real_time_a_wake_from_another_thread_is_seen_by_the_next_advance() {
    let woken = Log::new();
    let (log, oneshot) = (woken.clone(), Oneshot::default());
    let sender = oneshot.clone();
    let mut run = start(in_real_time(), |env| async move {
        let value = oneshot.await;
        log.push((env.now(), value));
    });
    // Waiting for something from outside is no deadlock.
    assert_eq!(run.advance(at_ms(3), u64::MAX), Progress::Reached);
    std::thread::spawn(move || sender.send(9)).join().unwrap();
    assert_eq!(run.advance(at_ms(8), u64::MAX), Progress::Drained);
    assert_eq!(woken.all(), [(at_ms(8), 9)]);
}

#[test]
fn in_real_time_a_fault_is_felt_at_once() {
    let mut run = start(in_real_time(), |env| async move { env.sleep(Span::secs(60)).await });
    run.advance(at_ms(4), u64::MAX);
    run.intervene(switch("outage", Some(1)));
    run.advance(at_ms(6), u64::MAX);
    let faults: Vec<_> =
        events(&run).into_iter().filter(|e| matches!(e.kind, EventKind::Faulted { .. })).map(|e| e.at).collect();
    assert_eq!(faults, [at_ms(4)]);
}

// Waits and lines.

fn waits(over: &Over) -> Vec<(Wait, Option<u32>, Option<u32>)> {
    over.pick(|e| match e.kind {
        EventKind::Waits { what, inner, .. } => Some((what, e.site.line(), inner.line())),
        _ => None,
    })
}

#[test]
fn a_select_waits_once_at_its_own_line_whatever_its_cases_wait_for() {
    let line = line!() + 4;
    let over = run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 1);
        let _kept = tx;
        select2(&env, rx.recv(), env.sleep(MS)).await;
    });
    assert_eq!(waits(&over), [(Wait::Select, Some(line), Some(line))]);
}

/// A part that waits twice on behalf of its caller.
#[track_caller]
fn nap(env: &Env) -> impl Future<Output = ()> + use<> {
    let inner = env.clone();
    env.at_caller(async move {
        inner.sleep(MS).await;
        inner.sleep(MS).await;
    })
}
const NAP: u32 = line!() - 4;

#[test]
fn a_wait_inside_a_part_has_the_line_of_the_caller_and_the_line_in_the_part() {
    let line = line!() + 1;
    let over = run(|env| async move { nap(&env).await });
    assert_eq!(waits(&over), [(Wait::Sleep, Some(line), Some(NAP)), (Wait::Sleep, Some(line), Some(NAP + 1))]);
}

/// A part that uses a part.
#[track_caller]
fn long_nap(env: &Env) -> impl Future<Output = ()> + use<> {
    let inner = env.clone();
    env.at_caller(async move { nap(&inner).await })
}

#[test]
fn of_parts_within_parts_the_outermost_caller_counts() {
    let line = line!() + 1;
    let over = run(|env| async move { long_nap(&env).await });
    assert_eq!(waits(&over), [(Wait::Sleep, Some(line), Some(NAP)), (Wait::Sleep, Some(line), Some(NAP + 1))]);
}

#[test]
fn a_wait_that_is_still_the_same_is_said_once_however_often_the_task_is_woken() {
    let over = run(|env| async move {
        let task = env.current();
        let inner = env.clone();
        let nuisance = env.spawn("nuisance", async move {
            for _ in 0..5 {
                inner.sleep(MS).await;
                inner.wake(task);
            }
        });
        let before = Location::caller();
        env.waits(Wait::Signal, StationId::NONE, before);
        env.sleep(Span::millis(8)).await;
        drop(nuisance);
    });
    let of_main = over.pick(|e| match e.kind {
        EventKind::Waits { what, .. } if e.task == TaskId::MAIN => Some(what),
        _ => None,
    });
    assert_eq!(of_main, [Wait::Signal, Wait::Sleep]);
}
