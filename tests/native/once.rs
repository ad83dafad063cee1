//! What is done once: that it runs once whoever gives up at whatever instant, that all who wait are woken, and the three outcomes of a panic.

use crate::coordination::detail;
use crate::pool::{PHONE, WIDE, seen};
use crate::program::{Log, run};
use crate::promises::hold_with;
use millrace::engine::Env;
use millrace::parts::{AfterPanic, Once, Panicked, timeout};
use millrace::trace::{Outcome, Span, StationKind};
use millrace::view::scene::items;
use millrace::view::text;
use proptest::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

const MS: Span = Span::millis(1);

/// Callers that come a millisecond apart, and what each gets of a body of 5 ms that ends so.
fn calls(after: AfterPanic, ends: Result<(), Panicked>) -> (Vec<Result<(), Panicked>>, u32) {
    let (log, runs) = (Log::new(), Rc::new(Cell::new(0)));
    let (told, counted) = (log.clone(), runs.clone());
    run(|env| async move {
        let once = Once::new(&env, after);
        let mut callers = Vec::new();
        for _ in 0..10 {
            let (inner, once, told, counted) = (env.clone(), once.clone(), told.clone(), counted.clone());
            callers.push(env.spawn("caller", async move {
                let body = || async {
                    counted.set(counted.get() + 1);
                    inner.sleep(Span::millis(5)).await;
                    ends
                };
                told.push(once.call(body).await);
            }));
            env.sleep(MS).await;
        }
        for caller in callers {
            caller.await;
        }
        assert!(once.is_over() && once.waiting() == 0);
    });
    (log.all(), runs.get())
}

#[test]
fn one_does_it_and_all_others_go_on_when_it_is_done() {
    assert_eq!(calls(AfterPanic::Done, Ok(())), (vec![Ok(()); 10], 1));
}

#[test]
fn a_panic_counts_as_done_or_poisons_or_is_everybodys_and_it_never_runs_again() {
    let mut first_alone = vec![Ok(()); 10];
    first_alone[0] = Err(Panicked::Body);
    let mut poisoned = vec![Err(Panicked::Poisoned); 10];
    poisoned[0] = Err(Panicked::Body);
    let panics = Err(Panicked::Body);
    assert_eq!(calls(AfterPanic::Done, panics), (first_alone, 1));
    assert_eq!(calls(AfterPanic::Poisoned, panics), (poisoned, 1));
    assert_eq!(calls(AfterPanic::Again, panics), (vec![panics; 10], 1));
}

#[test]
fn who_is_dropped_in_the_middle_of_it_did_not_do_it_and_the_next_in_line_does() {
    let log = Log::new();
    let told = log.clone();
    run(|env| async move {
        let once = Once::open(&env, "once", AfterPanic::Poisoned);
        let home = env.open_plain(StationKind::Crew, "callers");
        let caller = |name: &'static str| {
            let (inner, once, told) = (env.clone(), once.clone(), told.clone());
            env.spawn_at(name, home, async move {
                let job = inner.job();
                let body = || async {
                    told.push((name, "begins"));
                    inner.sleep(Span::millis(5)).await;
                    Ok(())
                };
                assert_eq!(once.call_for(&job, body).await, Ok(()));
                told.push((name, "goes on"));
                job.leave(Outcome::Completed);
            })
        };
        let (first, second, third) = (caller("a"), caller("b"), caller("c"));
        env.sleep(MS).await;
        drop(first);
        env.sleep(MS).await;
        // Its turn has come, and it goes at the same instant.
        drop(second);
        third.await;
        assert_eq!((once.runs(), once.waiting()), (3, 0));
    });
    assert_eq!(log.all(), [("a", "begins"), ("b", "begins"), ("c", "begins"), ("c", "goes on")]);
}

#[test]
fn a_turn_that_was_given_and_not_taken_goes_to_the_next() {
    run(|env| async move {
        let once = Once::new(&env, AfterPanic::Done);
        let ran = Rc::new(Cell::new(0));
        let caller = |env: &Env| {
            let (inner, once, ran) = (env.clone(), once.clone(), ran.clone());
            env.spawn("caller", async move {
                let body = || async {
                    ran.set(ran.get() + 1);
                    inner.sleep(Span::millis(5)).await;
                    Ok(())
                };
                let _ = once.call(body).await;
            })
        };
        let (first, second, third) = (caller(&env), caller(&env), caller(&env));
        env.sleep(MS).await;
        // The second is given the turn as the first is dropped, and goes before it ran.
        drop(first);
        drop(second);
        third.await;
        assert_eq!((ran.get(), once.is_over(), once.waiting()), (2, true, 0));
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever gives up at whatever instant: never do two do it at once, it comes to its end once, and nobody is left behind.
    #[test]
    fn whoever_gives_up_it_is_done_once_by_one_at_a_time(
        callers in proptest::collection::vec((0..20_u64, 1..20_u64), 1..14),
        panics in any::<bool>(),
    ) {
        run(move |env| async move {
            let once = Once::open(&env, "once", AfterPanic::Poisoned);
            let home = env.open_plain(StationKind::Crew, "callers");
            let (inside, ended) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
            for (at, patience) in callers {
                let (inner, once, inside, ended) = (env.clone(), once.clone(), inside.clone(), ended.clone());
                env.spawn_at("caller", home, async move {
                    inner.sleep(Span::millis(at)).await;
                    let job = inner.job();
                    let body = || async {
                        // Counted by a guard: whoever is dropped inside is not inside any more.
                        struct Inside(Rc<Cell<u32>>);
                        impl Drop for Inside {
                            fn drop(&mut self) {
                                self.0.set(self.0.get() - 1);
                            }
                        }
                        inside.set(inside.get() + 1);
                        let _inside = Inside(inside.clone());
                        assert_eq!(inside.get(), 1, "two do it at once");
                        inner.sleep(Span::millis(7)).await;
                        ended.set(ended.get() + 1);
                        if panics { Err(Panicked::Body) } else { Ok(()) }
                    };
                    let how = timeout(&inner, Span::millis(patience), once.call_for(&job, body)).await;
                    assert!(how.is_err() || once.is_over());
                    job.leave(Outcome::Completed);
                }).detach();
            }
            env.sleep(Span::millis(100)).await;
            assert!(ended.get() <= 1);
            assert_eq!((inside.get(), once.waiting()), (0, 0), "somebody is left behind");
            assert_eq!(once.is_over(), ended.get() == 1);
            // Whoever comes after all that finds it as it was left.
            let late = once.call(|| async { Ok(()) }).await;
            assert_eq!(late.is_err(), panics && ended.get() == 1);
        });
    }
}

// The pattern.

#[test]
fn of_a_hundred_one_runs_it_ninety_nine_wait_and_who_panics_is_a_choice() {
    let counts = |link: &str| {
        let detail = detail(link);
        ["runs", "waited", "panicked", "returned"].map(|key| detail[key].as_u64().unwrap())
    };
    assert_eq!(counts("once"), [1, 99, 0, 100]);
    assert_eq!(counts("once?after-panic=poisoned"), [1, 99, 0, 100], "without a panic it is no matter");
    assert_eq!(counts("once?panics=on"), [1, 99, 1, 99]);
    assert_eq!(counts("once?panics=on&after-panic=poisoned"), [1, 99, 100, 0]);
    assert_eq!(counts("once?panics=on&after-panic=again"), [1, 99, 100, 0]);
    assert_eq!(counts("once?callers=1&panics=on"), [1, 0, 1, 0]);
    assert_eq!(counts("once?work=0ms"), [1, 0, 0, 100], "nobody comes while it is being done");
}

#[test]
fn what_the_scenarios_of_once_promise_holds_over_two_hundred_seeds() {
    let all = "everybody but the first panicked because of it, or as it did";
    let points = [
        ("", "somebody had to wait for it"),
        ("later", "somebody came when it was over"),
        ("done", "somebody went on with what was never made"),
        ("poisoned", all),
        ("again", all),
    ];
    hold_with("once", &points, |_| "callers=100".to_owned());
}

#[test]
fn its_picture_says_who_does_it_who_waits_and_what_came_of_it() {
    let says = |link: &str, ms: u64, what: &str| {
        let rows = seen(link, ms, WIDE, text::rows);
        rows.into_iter().find(|row| row.what == what).map(|row| row.says)
    };
    assert_eq!(says("once", 20, "Once").as_deref(), Some("1 of 1 held, 99 waiting"));
    assert_eq!(says("once", 20, "Once, holder").as_deref(), Some("#1 for 20.0 ms"));
    assert_eq!(says("once", 60, "Once").as_deref(), Some("0 of 1 held, done, 0 waiting"));
    assert_eq!(
        says("once?panics=on&after-panic=poisoned", 60, "Once").as_deref(),
        Some("0 of 1 held, poisoned, 0 waiting")
    );
    let phone = seen("once", 20, PHONE, items);
    assert!(phone.iter().any(|item| item.title == "#1"), "{phone:?}");
}
