//! A pool that is stopped: who is let in, what is finished, cut off or given back, and that nothing is missing whoever gives up.

use crate::coordination::detail;
use crate::pool::{PHONE, WIDE, seen};
use crate::program::{Guard, Log, follow, run};
use crate::promises::hold_with;
use millrace::engine::Env;
use millrace::parts::{Stopped, WorkPool, timeout};
use millrace::trace::{Outcome, Span};
use millrace::view::scene::items;
use millrace::view::text;
use proptest::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

const MS: Span = Span::millis(1);

/// Two workers that take 10 ms each, with room for two more.
fn two_workers(env: &Env, told: &Log<(u64, u32)>) -> WorkPool<u32> {
    let (inner, told) = (env.clone(), told.clone());
    WorkPool::start(env, ("queue", 2), ("workers", 2), move |number| {
        let (env, told) = (inner.clone(), told.clone());
        async move {
            env.sleep(Span::millis(10)).await;
            told.push((env.now().0 / 1_000_000, number));
        }
    })
}

/// Hands in the numbers from 1 on, one after the other, and notes those that come back.
async fn hand_in(env: &Env, pool: &WorkPool<u32>, numbers: u32) -> Log<(u64, u32)> {
    let back = Log::new();
    let (inner, intake, told) = (env.clone(), pool.intake(), back.clone());
    env.spawn("door", async move {
        for number in 1..=numbers {
            if let Err(refused) = intake.send(number).await {
                told.push((inner.now().0 / 1_000_000, *refused.0));
            }
        }
    })
    .detach();
    back
}

#[test]
fn a_drain_finishes_what_is_inside_and_refuses_who_waits_and_who_comes() {
    let log = Log::new();
    let told = log.clone();
    run(|env| async move {
        let pool = two_workers(&env, &told);
        let back = hand_in(&env, &pool, 7).await;
        env.sleep(Span::millis(5)).await;
        let intake = pool.intake();
        let stopped = pool.drain(Span::ZERO).await;
        assert_eq!(stopped, Stopped { finished: true, left: vec![] });
        assert_eq!(env.now().0, 20_000_000, "two at work and two in line");
        // The fifth waited at the door, and the others came after it.
        assert_eq!(back.all(), [(5, 5), (5, 6), (5, 7)]);
        assert!(intake.send(8).await.is_err());
    });
    assert_eq!(log.all(), [(10, 1), (10, 2), (20, 3), (20, 4)]);
}

#[test]
fn an_abort_gives_back_what_was_not_begun_and_drops_what_was() {
    let log = Log::new();
    let told = log.clone();
    run(|env| async move {
        let pool = two_workers(&env, &told);
        let back = hand_in(&env, &pool, 7).await;
        env.sleep(Span::millis(5)).await;
        assert_eq!(pool.abort().await, Stopped { finished: false, left: vec![3, 4] });
        assert_eq!((env.now().0, back.all().len()), (5_000_000, 3));
        env.sleep(Span::millis(50)).await;
    });
    assert_eq!(log.all(), [], "who was cut off never comes to its end");
}

#[test]
fn what_a_deadline_leaves_is_cut_off_and_what_is_done_at_that_instant_is_done() {
    for (deadline, done, left) in
        [(4, 0, vec![3, 4]), (5, 2, vec![]), (14, 2, vec![]), (15, 4, vec![]), (99, 4, vec![])]
    {
        let log = Log::new();
        let told = log.clone();
        run(|env| async move {
            let pool = two_workers(&env, &told);
            hand_in(&env, &pool, 4).await;
            env.sleep(Span::millis(5)).await;
            let stopped = pool.drain(Span::millis(deadline)).await;
            assert_eq!(stopped, Stopped { finished: done == 4, left }, "{deadline} ms");
        });
        assert_eq!(log.all().len(), done, "{deadline} ms");
    }
}

#[test]
fn an_abort_at_the_instant_at_which_work_is_done_does_not_undo_it() {
    let log = Log::new();
    let told = log.clone();
    run(|env| async move {
        // It will be woken before the workers are.
        let (alarm, pool) = (env.sleep(Span::millis(10)), two_workers(&env, &told));
        hand_in(&env, &pool, 2).await;
        alarm.await;
        assert_eq!(pool.abort().await, Stopped { finished: true, left: vec![] });
    });
    assert_eq!(log.all().len(), 2);
}

#[test]
fn a_pool_that_is_dropped_lets_nobody_in_and_keeps_nothing() {
    let log = Log::new();
    let told = log.clone();
    run(|env| async move {
        let inner = env.clone();
        let pool = WorkPool::start(&env, ("queue", 5), ("workers", 1), move |job: millrace::engine::Job| {
            let (env, guard) = (inner.clone(), Guard(told.clone(), "gone"));
            async move {
                let _guard = guard;
                env.sleep(MS).await;
                job.leave(Outcome::Completed);
            }
        });
        let intake = pool.intake();
        for _ in 0..3 {
            let _ = intake.send(env.job()).await;
        }
        env.turn().await;
        drop(pool);
        assert!(intake.is_empty() && intake.send(env.job()).await.is_err());
    });
    assert_eq!(log.all(), ["gone"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes when, however the pool is stopped, and whoever gives up waiting for it or at its door: each value is finished, cut
    /// off, given back at the door or given back at the stop, and is one of these only.
    #[test]
    fn each_value_has_one_end_whoever_gives_up(
        comes in proptest::collection::vec((0..40_u64, 1..30_u64), 0..30),
        workers in 1..5_u32,
        room in 0..5_u32,
        stop_at in 0..50_u64,
        deadline in proptest::option::of(0..30_u64),
        patience in 1..60_u64,
    ) {
        let over = run(move |env| async move {
            /// Counted by a guard: what is dropped unfinished was cut off.
            struct Begun(Rc<Cell<u32>>, Rc<Cell<u32>>, bool);
            impl Drop for Begun {
                fn drop(&mut self) {
                    self.0.set(self.0.get() - 1);
                    if !self.2 {
                        self.1.set(self.1.get() + 1);
                    }
                }
            }
            let count = || Rc::new(Cell::new(0_u32));
            let one_more = |count: &Rc<Cell<u32>>| count.set(count.get() + 1);
            let (inside, cut_off, finished, refused, gave_up) = (count(), count(), count(), count(), count());
            let (inner, shared) = (env.clone(), (inside.clone(), cut_off.clone(), finished.clone()));
            let pool = WorkPool::start(&env, ("queue", room), ("workers", workers), move |job: millrace::engine::Job| {
                let (env, (inside, cut_off, finished)) = (inner.clone(), shared.clone());
                inside.set(inside.get() + 1);
                let begun = Begun(inside, cut_off, false);
                async move {
                    // All of it, or it would be dropped outside.
                    let mut begun = begun;
                    env.sleep(Span::millis(7)).await;
                    begun.2 = true;
                    finished.set(finished.get() + 1);
                    job.leave(Outcome::Completed);
                }
            });
            let all = comes.len() as u32;
            for (at, patience) in comes {
                let (inner, intake) = (env.clone(), pool.intake());
                let (refused, gave_up) = (refused.clone(), gave_up.clone());
                env.spawn("submitter", async move {
                    inner.sleep(Span::millis(at)).await;
                    match timeout(&inner, Span::millis(patience), intake.send(inner.job())).await {
                        Ok(Ok(())) => {}
                        Ok(Err(back)) => { one_more(&refused); back.0.leave(Outcome::Rejected) }
                        Err(_) => one_more(&gave_up),
                    }
                }).detach();
            }
            env.sleep(Span::millis(stop_at)).await;
            let stopping = async {
                match deadline {
                    Some(deadline) => pool.drain(Span::millis(deadline)).await,
                    None => pool.abort().await,
                }
            };
            let stopped = timeout(&env, Span::millis(patience), stopping).await;
            let left = stopped.map(|stopped| stopped.left.len() as u32);
            assert_eq!(inside.get(), 0, "a worker works on in a pool that has stopped");
            env.sleep(Span::millis(200)).await;
            let known = finished.get() + cut_off.get() + refused.get() + gave_up.get();
            match left {
                Ok(left) => assert_eq!(known + left, all),
                // The stop was given up: what lay in the queue went with the pool.
                Err(_) => assert!(known <= all),
            }
        });
        prop_assert_eq!(over.ledger.tally.in_system, 0);
    }
}

// The pattern.

fn ends(link: &str) -> [u64; 4] {
    let detail = detail(link);
    ["finished", "aborted", "refused", "stopped_ns"].map(|key| detail[key].as_u64().unwrap())
}

#[test]
fn every_job_is_finished_aborted_or_refused_and_the_figures_follow_from_the_values() {
    let ms = 1_000_000;
    // 100 in the first second, then five at work and fifteen in line; one waited at the door.
    assert_eq!(ends("worker-pools"), [120, 0, 80, 1_200 * ms]);
    assert_eq!(ends("worker-pools?stop=abort"), [100, 20, 80, 1_000 * ms]);
    assert_eq!(ends("worker-pools?deadline=100ms"), [110, 10, 80, 1_100 * ms]);
    assert_eq!(ends("worker-pools?deadline=0ms"), [120, 0, 80, 1_200 * ms], "0 is no deadline");
    assert_eq!(ends("worker-pools?jobs=10"), [10, 0, 0, 1_000 * ms], "it waits for its stop with nothing to do");
    assert_eq!(ends("worker-pools?stop-at=0ms"), [200, 0, 0, 2_000 * ms], "it is stopped when all have come");
    for stop in ["drain", "abort"] {
        for more in [
            "",
            "&queue=0",
            "&workers=300",
            "&work=0ms",
            "&gap=7ms",
            "&stop-at=33ms&deadline=20ms",
            "&work=60s&deadline=1s",
        ] {
            let [finished, aborted, refused, _] = ends(&format!("worker-pools?stop={stop}{more}"));
            assert_eq!(finished + aborted + refused, 200, "{stop}{more}");
        }
    }
}

#[test]
fn who_is_killed_is_counted_as_aborted_and_the_others_drain() {
    let [finished, aborted, refused, stopped] = ends("worker-pools?x=1020000000~0~fault~kill-worker~2");
    assert_eq!((finished + aborted + refused, aborted), (200, 1));
    assert!(stopped > 1_200_000_000, "four workers drain longer: {stopped}");
}

#[test]
fn what_the_scenarios_of_a_stop_promise_holds_over_two_hundred_seeds() {
    let goes_on = "work went on after the stop, and nobody was let in";
    let cut_off = "work was cut off";
    let points =
        [("", goes_on), ("abort", cut_off), ("both", goes_on), ("deadline", cut_off), ("late", "somebody was refused")];
    hold_with("worker-pools", &points, |_| "jobs=200".to_owned());
}

#[test]
fn both_runs_refuse_the_same_jobs() {
    let refused = |link: &str| follow(link).history().detail().expect("it reports").report()["refused"].clone();
    assert_eq!(refused("worker-pools"), refused("worker-pools?stop=abort"));
}

#[test]
fn its_picture_shows_the_queue_that_empties_and_the_workers_that_go_on() {
    let says = |link: &str, ms: u64, what: &str| {
        let rows = seen(link, ms, WIDE, text::rows);
        rows.into_iter().find(|row| row.what == what).map(|row| row.says)
    };
    assert_eq!(says("worker-pools", 900, "Queue").as_deref(), Some("full, 20 of 20"));
    assert_eq!(says("worker-pools", 1_060, "Queue").as_deref(), Some("10 of 20"));
    assert_eq!(says("worker-pools?stop=abort", 1_060, "Queue").as_deref(), Some("0 of 20"));
    let phone = seen("worker-pools", 900, PHONE, items);
    assert!(phone.iter().filter(|item| item.title.starts_with("worker")).count() == 5, "{phone:?}");
}
