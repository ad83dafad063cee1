//! The parts other than the channel: wait group, ticker, timeout, select, semaphore, crew, error group, stage, arrivals.

use crate::faults::switch;
use crate::program::{Guard, Log, Over, finish, outcome, run, run_any, setup, start};
use millrace::engine::{Env, Intervention, Job, Ordinal, Progress, Setup};
use millrace::parts::{
    Arrivals, Crew, Either, Elapsed, ErrorGroup, GroupError, KILL_WORKER, Message, PipelineStage, Semaphore, Ticker,
    Traffic, WaitGroup, Worker, channel, select2, timeout,
};
use millrace::trace::{Ending, EventKind, Outcome, SimTime, Span, Wait};
use std::cell::Cell;
use std::rc::Rc;

const MS: Span = Span::millis(1);

fn at_ms(ms: u64) -> SimTime {
    SimTime(ms * 1_000_000)
}

// Wait group.

#[test]
fn a_wait_group_waits_until_all_is_done_and_not_at_all_where_there_is_nothing() {
    run(|env| async move {
        let group = WaitGroup::new(&env);
        group.wait().await;
        assert_eq!(env.now(), SimTime::ZERO);
        for ms in [3, 9, 6] {
            group.add(1);
            let (inner, group) = (env.clone(), group.clone());
            env.spawn("task", async move {
                inner.sleep(Span::millis(ms)).await;
                group.done();
            })
            .detach();
        }
        group.wait().await;
        assert_eq!(env.now(), at_ms(9));
    });
}

#[test]
fn a_wait_group_releases_all_who_wait_also_if_its_count_rises_again_at_once() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let group = WaitGroup::new(&env);
        group.add(1);
        let waiters: Vec<_> = ["a", "b"]
            .into_iter()
            .map(|name| {
                let (group, log) = (group.clone(), seen.clone());
                env.spawn(name, async move {
                    group.wait().await;
                    log.push(name);
                })
            })
            .collect();
        env.sleep(MS).await;
        group.done();
        group.add(1);
        for waiter in waiters {
            waiter.join().await;
        }
    });
    assert_eq!(log.all(), ["a", "b"]);
}

#[test]
fn one_done_too_many_is_a_panic_of_the_program_as_in_go() {
    let over = run_any(|env| async move {
        let group = WaitGroup::new(&env);
        group.add(1);
        group.done();
        group.done();
        env.sleep(MS).await;
    });
    assert!(matches!(over.progress, Progress::Crashed(_)));
    let text = over.ledger.crash.map(|text| over.run.trace().name(text).to_owned());
    assert_eq!(text.as_deref(), Some("sync: negative WaitGroup counter"), "Go's own words");
}

#[test]
fn a_wait_group_nobody_finishes_is_a_deadlock_in_a_join() {
    let over = run_any(|env| async move {
        let group = WaitGroup::new(&env);
        group.add(1);
        group.wait().await;
    });
    let Progress::Deadlock(waiting) = over.progress else { panic!("{:?}", over.progress) };
    assert_eq!(waiting[0].what, Some(Wait::Join));
}

// Ticker.

#[test]
fn a_ticker_beats_at_whole_periods_after_its_creation() {
    run(|env| async move {
        env.sleep(Span::millis(3)).await;
        let mut ticker = Ticker::new(&env, Span::millis(10));
        for beat in 1..=4 {
            // Work within the period does not shift the beats.
            env.sleep(Span::millis(7)).await;
            ticker.tick().await;
            assert_eq!(env.now(), at_ms(3 + 10 * beat));
        }
    });
}

#[test]
fn a_slow_listener_gets_one_late_beat_at_once_and_misses_the_others() {
    run(|env| async move {
        let mut ticker = Ticker::new(&env, Span::millis(10));
        env.sleep(Span::millis(35)).await;
        // The beat of 10 ms lies in Go's channel of one; those of 20 and 30 ms found it full.
        ticker.tick().await;
        assert_eq!(env.now(), at_ms(35));
        ticker.tick().await;
        assert_eq!(env.now(), at_ms(40));
        ticker.tick().await;
        assert_eq!(env.now(), at_ms(50));
    });
}

#[test]
fn a_tick_that_loses_a_select_is_waited_for_again_and_not_skipped() {
    run(|env| async move {
        let mut ticker = Ticker::new(&env, Span::millis(10));
        for _ in 0..4 {
            // Each of these gives up on the same beat.
            assert_eq!(timeout(&env, Span::millis(2), ticker.tick()).await, Err(Elapsed));
        }
        ticker.tick().await;
        assert_eq!(env.now(), at_ms(10));
    });
}

// Timeout.

#[test]
fn what_is_done_at_the_very_instant_of_the_deadline_is_in_time() {
    run(|env| async move {
        for (work, in_time) in [(9, true), (10, true), (11, false)] {
            let begun = env.now();
            let result = timeout(&env, Span::millis(10), env.sleep(Span::millis(work))).await;
            assert_eq!(result.is_ok(), in_time, "{work} of 10 ms");
            assert_eq!(env.now() - begun, Span::millis(work.min(10)));
        }
        assert_eq!(Elapsed.to_string(), "deadline has elapsed");
    });
}

#[test]
fn what_takes_too_long_is_dropped_before_the_caller_hears_of_it() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (inner, guard) = (env.clone(), Guard(seen.clone(), "dropped"));
        let slow = async move {
            let _guard = guard;
            inner.sleep(Span::secs(1)).await;
        };
        assert_eq!(timeout(&env, MS, slow).await, Err(Elapsed));
        seen.push("told");
        assert_eq!(env.now(), at_ms(1));
    });
    assert_eq!(log.all(), ["dropped", "told"]);
}

#[test]
fn no_patience_at_all_is_enough_for_what_is_ready() {
    run(|env| async move {
        assert_eq!(timeout(&env, Span::ZERO, async { 7 }).await, Ok(7));
        assert_eq!(timeout(&env, Span::ZERO, env.sleep(MS)).await, Err(Elapsed));
    });
}

// Select.

#[test]
fn of_two_ready_cases_each_is_picked_equally_often() {
    let over = Rc::new(Cell::new((0u32, 0u32)));
    let counted = over.clone();
    run(|env| async move {
        for _ in 0..10_000 {
            let (first, second) = counted.get();
            counted.set(match select2(&env, async {}, async {}).await {
                Either::First(()) => (first + 1, second),
                Either::Second(()) => (first, second + 1),
            });
        }
    });
    let (first, second) = over.get();
    // Chi squared with one degree of freedom: 99.9 % of fair coins stay below 10.8.
    let square = |n: u32| (f64::from(n) - 5_000.0) * (f64::from(n) - 5_000.0) / 5_000.0;
    let chi = square(first) + square(second);
    assert!(chi < 10.8, "{first} to {second}, chi squared {chi}");
    assert!(first > 0 && second > 0);
}

#[test]
fn the_case_that_is_not_picked_is_dropped_and_what_it_was_handed_goes_back() {
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 4);
        let mut picked = 0;
        for n in 0..200 {
            // The value is handed over at the instant at which the other case is ready too.
            let (inner, sender) = (env.clone(), tx.clone());
            let task = env.spawn("sender", async move {
                inner.sleep(MS).await;
                sender.send(n).await.unwrap();
            });
            // The sender sets its alarm first, so it has sent by the time the select is asked.
            env.sleep(Span::nanos(1)).await;
            match select2(&env, rx.recv(), env.sleep(MS.saturating_sub(Span::nanos(1)))).await {
                Either::First(value) => {
                    assert_eq!(value, Some(n));
                    picked += 1;
                }
                Either::Second(()) => {
                    task.join().await;
                    assert_eq!(rx.recv().await, Some(n), "it is still there");
                }
            }
        }
        assert!(rx.is_empty() && (1..200).contains(&picked), "{picked} of 200: both happen");
    });
}

// Semaphore.

#[test]
fn permits_go_to_those_who_have_waited_longest_and_nobody_overtakes() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let semaphore = Semaphore::new(&env, 2);
        let tasks: Vec<_> = (0..6)
            .map(|n| {
                let (inner, semaphore, log) = (env.clone(), semaphore.clone(), seen.clone());
                env.spawn("task", async move {
                    let _permit = semaphore.acquire().await;
                    log.push((inner.now(), n));
                    inner.sleep(Span::millis(10)).await;
                })
            })
            .collect();
        env.sleep(MS).await;
        assert_eq!(semaphore.free(), 0);
        for task in tasks {
            task.join().await;
        }
        assert_eq!(semaphore.free(), 2);
    });
    let ms = [0, 0, 10, 10, 20, 20].map(at_ms);
    assert_eq!(log.all(), ms.into_iter().zip(0..6).collect::<Vec<_>>());
}

#[test]
fn a_freed_permit_belongs_to_the_one_who_waits_and_not_to_one_who_asks_at_the_same_instant() {
    run(|env| async move {
        let semaphore = Semaphore::new(&env, 1);
        let permit = semaphore.acquire().await;
        let (inner, waiting) = (env.clone(), semaphore.clone());
        let waiter = env.spawn("waiter", async move {
            let _permit = waiting.acquire().await;
            inner.sleep(Span::millis(5)).await;
        });
        env.sleep(MS).await;
        drop(permit);
        let _second = semaphore.acquire().await;
        assert_eq!(env.now(), at_ms(6), "after the one who waited");
        waiter.join().await;
    });
}

#[test]
fn who_gives_up_waiting_takes_no_permit_with_it_not_even_one_it_was_handed() {
    run(|env| async move {
        let semaphore = Semaphore::new(&env, 1);
        let permit = semaphore.acquire().await;
        assert!(timeout(&env, MS, semaphore.acquire()).await.is_err());
        // This one is handed the permit and cancelled before it is polled again.
        let waiting = semaphore.clone();
        let unlucky = env.spawn("unlucky", async move {
            drop(waiting.acquire().await);
            unreachable!("it was cancelled");
        });
        env.sleep(MS).await;
        drop(permit);
        assert_eq!(semaphore.free(), 0);
        drop(unlucky);
        assert_eq!(semaphore.free(), 1);
    });
}

// Crew.

/// Interventions that kill the worker with a number, or bring it back.
fn faults(switches: &[(u64, Option<i64>)]) -> Setup {
    let one = |&(ms, magnitude): &(u64, Option<i64>)| Intervention {
        at: at_ms(ms),
        ordinal: Ordinal::ByTime,
        action: switch(KILL_WORKER, magnitude),
    };
    Setup { interventions: switches.iter().map(one).collect(), ..setup() }
}

/// A crew of workers that each take 10 ms for a job of a channel; `jobs` of them, all there at the start.
fn crew_at_work(setup: Setup, size: u32, jobs: u32, done: &Log<SimTime>) -> Over {
    let done = done.clone();
    finish(start(setup, |env| async move {
        let (tx, rx) = channel::<Job>(&env, "jobs", jobs);
        let (finished, last) = channel::<u32>(&env, "finished", 1);
        for _ in 0..jobs {
            tx.send(env.job()).await.unwrap();
        }
        tx.close();
        let (inner, end) = (env.clone(), env.clone());
        let work = move |_| {
            let (env, rx) = (inner.clone(), rx.clone());
            async move {
                while let Some(job) = rx.recv().await {
                    env.sleep(Span::millis(10)).await;
                    job.leave(Outcome::Completed);
                }
            }
        };
        let crew = Crew::start(&env, "crew", "worker", size, work).when_done(move || {
            done.push(end.now());
            finished.try_send(1).unwrap();
        });
        assert_eq!(crew.size(), size as usize);
        last.recv().await;
        // Nobody says it twice.
        env.sleep(Span::millis(50)).await;
    }))
}

#[test]
fn whoever_joins_a_crew_goes_on_when_its_last_worker_is_done() {
    for (size, ms) in [(0, 0), (1, 10), (3, 30)] {
        let over = run(move |env| async move {
            let inner = env.clone();
            let work = move |worker: Worker| inner.sleep(Span::millis(10 * u64::from(worker.number)));
            Crew::start(&env, "crew", "worker", size, work).join().await;
            assert_eq!(env.now(), at_ms(ms));
        });
        let joins = over.pick(|e| matches!(e.kind, EventKind::Waits { what: Wait::Join, .. }).then_some(e.at));
        assert_eq!(joins.len(), usize::from(size > 0), "a wait is said once, and none where there is nobody");
    }
}

#[test]
fn whoever_gives_up_joining_a_crew_cancels_it() {
    let over = run(|env| async move {
        let inner = env.clone();
        let crew = Crew::start(&env, "crew", "worker", 2, move |_| inner.sleep(Span::secs(1)));
        assert!(timeout(&env, MS, crew.join()).await.is_err());
        env.sleep(MS).await;
    });
    let ends = over.pick(|e| match e.kind {
        EventKind::Ended { how } => Some((e.at, how)),
        _ => None,
    });
    assert_eq!(ends[..2], [(at_ms(1), Ending::Cancelled), (at_ms(1), Ending::Cancelled)]);
}

#[test]
fn the_end_of_a_worker_that_a_fault_kills_says_so() {
    let over = crew_at_work(faults(&[(5, Some(1))]), 2, 2, &Log::new());
    let killed = over.pick(|e| matches!(e.kind, EventKind::Ended { how: Ending::Killed }).then_some(e.at));
    assert_eq!(killed, [at_ms(5)]);
}

#[test]
fn a_crew_says_once_that_it_is_done_when_the_last_worker_is() {
    let done = Log::new();
    let over = crew_at_work(setup(), 3, 7, &done);
    assert_eq!(over.progress, Progress::Drained);
    // Seven jobs of 10 ms for three workers are three rounds.
    assert_eq!(done.all(), [at_ms(30)]);
    assert_eq!(over.ledger.tally.count(Outcome::Completed), 7);
}

#[test]
fn a_crew_of_nobody_is_done_at_once() {
    let done = Log::new();
    crew_at_work(setup(), 0, 0, &done);
    assert_eq!(done.all(), [SimTime::ZERO]);
}

#[test]
fn a_killed_worker_loses_what_it_has_in_hand_and_comes_back_when_the_fault_is_lifted() {
    let done = Log::new();
    let over = crew_at_work(faults(&[(5, Some(2)), (22, None)]), 2, 6, &done);
    // Worker 1 finishes a job at 10, 20, 30 and 40 ms. Worker 2 loses its first at 5, is back at 22 and finishes one at 32.
    assert_eq!(over.ledger.tally.count(Outcome::Completed), 5);
    assert_eq!(over.ledger.tally.count(Outcome::Cancelled), 1);
    assert_eq!(done.all(), [at_ms(40)]);
    let states = over.pick(|e| match e.kind {
        EventKind::Stated { state, .. } => Some((e.at, over.run.trace().name(state).to_owned())),
        _ => None,
    });
    let of_the_worker: Vec<_> = states.into_iter().filter(|(_, state)| state != "closed").collect();
    assert_eq!(of_the_worker, [(at_ms(5), "killed".to_owned()), (at_ms(22), "back".to_owned())]);
}

#[test]
fn a_crew_whose_only_worker_was_killed_is_not_done_but_waits_for_it_to_come_back() {
    let done = Log::new();
    let over = crew_at_work(faults(&[(5, Some(1)), (100, None)]), 1, 3, &done);
    assert_eq!(over.ledger.tally.count(Outcome::Completed), 2);
    assert_eq!(done.all(), [at_ms(120)], "two jobs of 10 ms after 100 ms");
}

#[test]
fn killing_another_worker_brings_the_first_one_back() {
    let done = Log::new();
    let over = crew_at_work(faults(&[(5, Some(1)), (15, Some(2)), (25, None)]), 2, 8, &done);
    assert_eq!(over.progress, Progress::Drained);
    // Each of the two loses one job; the fault names one worker at a time.
    assert_eq!(over.ledger.tally.count(Outcome::Cancelled), 2);
    assert_eq!(over.ledger.tally.count(Outcome::Completed), 6);
    assert_eq!(done.all().len(), 1);
}

#[test]
fn killing_a_worker_that_does_not_exist_or_has_finished_changes_nothing() {
    let done = Log::new();
    let over =
        crew_at_work(faults(&[(5, Some(99)), (6, Some(-1)), (7, Some(0)), (60, Some(1)), (61, None)]), 2, 4, &done);
    assert_eq!(over.ledger.tally.count(Outcome::Completed), 4);
    assert_eq!(done.all(), [at_ms(20)]);
}

#[test]
fn a_killed_worker_does_not_come_back_to_a_crew_that_has_found_nothing_more_to_do() {
    let done = Log::new();
    let over = crew_at_work(faults(&[(5, Some(2)), (60, None)]), 2, 2, &done);
    assert_eq!(done.all(), [at_ms(10)], "the one that is left does its own job, and that was all");
    assert_eq!(over.ledger.tally.tasks_spawned, 3, "main and the two workers");
}

#[test]
fn dropping_a_crew_cancels_its_workers_and_leaking_it_does_not() {
    for leak in [false, true] {
        let log = Log::new();
        let seen = log.clone();
        run(|env| async move {
            let (inner, work) = (env.clone(), seen.clone());
            let crew = Crew::start(&env, "crew", "worker", 2, move |_| {
                let (env, log) = (inner.clone(), work.clone());
                async move {
                    env.sleep(Span::millis(5)).await;
                    log.push("worked");
                }
            })
            .when_done(move || seen.push("done"));
            env.sleep(MS).await;
            if leak {
                crew.leak();
            } else {
                drop(crew);
            }
            env.sleep(Span::millis(10)).await;
        });
        let expected: &[&str] = if leak { &["worked", "worked", "done"] } else { &[] };
        assert_eq!(log.all(), expected);
    }
}

#[test]
fn workers_are_started_by_the_line_that_starts_their_crew_or_stage() {
    let lines = [line!() + 3, line!() + 6];
    let over = run(|env| async move {
        let inner = env.clone();
        let crew = Crew::start(&env, "crew", "worker", 2, move |_| inner.sleep(MS));
        let (_tx, rx) = channel::<Message<i64>>(&env, "input", 0);
        let stage = PipelineStage { name: "stage".into(), workers: 1, buffer: 0 };
        let handle = stage.run(&env, rx, None, |_, n: i64, _| async move { Ok(n) });
        env.sleep(MS).await;
        drop((crew, handle));
    });
    let started = over.pick(|e| match e.kind {
        EventKind::Spawned { child, .. } if child.0 > 0 => e.site.line(),
        _ => None,
    });
    assert_eq!(started, [lines[0], lines[0], lines[1]]);
}

// Error group and stage.

#[test]
fn the_first_error_of_a_group_counts_and_wakes_all_who_watch_it() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let group = ErrorGroup::new(&env);
        let watchers = ["a", "b"].map(|name| {
            let (group, log) = (group.clone(), seen.clone());
            env.spawn(name, async move {
                group.cancelled().await;
                log.push(name);
            })
        });
        env.sleep(MS).await;
        assert_eq!(group.error(), None);
        group.fail(GroupError("[one]: first".into()));
        group.fail(GroupError("[two]: second".into()));
        for watcher in watchers {
            watcher.join().await;
        }
        assert_eq!(group.error().map(|e| e.to_string()).as_deref(), Some("[one]: first"));
        group.cancelled().await;
    });
    assert_eq!(log.all(), ["a", "b"]);
}

#[test]
fn a_task_that_drops_one_of_its_two_watches_still_hears_of_the_error() {
    run(|env| async move {
        let group = ErrorGroup::new(&env);
        let (inner, watched) = (env.clone(), group.clone());
        let watcher = env.spawn("watcher", async move {
            let outer = watched.cancelled();
            let nested = async {
                let given_up = timeout(&inner, MS, watched.cancelled()).await;
                assert!(given_up.is_err());
                std::future::pending::<()>().await;
            };
            matches!(select2(&inner, outer, nested).await, Either::First(()))
        });
        env.sleep(Span::millis(5)).await;
        group.fail(GroupError("late".into()));
        assert!(watcher.join().await);
    });
}

/// A stage of one worker that fails on 3, between an endless source and a sink; whether the source was told, and what came out.
fn failing_stage(spanning: bool) -> (Over, Vec<i64>) {
    let log = Log::new();
    let seen = log.clone();
    let over = run(|env| async move {
        let whole = spanning.then(|| ErrorGroup::new(&env));
        let (tx, rx) = channel::<Message<i64>>(&env, "input", 0);
        let (source, group) = (env.clone(), whole.clone());
        let source = env.spawn("source", async move {
            for id in 1.. {
                let send = tx.send(Message { id, payload: id, job: source.job() });
                let told = match &group {
                    None => send.await.is_err(),
                    Some(group) => matches!(select2(&source, send, group.cancelled()).await, Either::Second(())),
                };
                if told {
                    return;
                }
            }
        });
        let stage = PipelineStage { name: "halve".into(), workers: 1, buffer: 1 };
        let handle = stage.run(&env, rx, whole.as_ref(), |env, n: i64, _job| async move {
            env.sleep(MS).await;
            if n == 3 { Err("three".to_owned()) } else { Ok(n * 10) }
        });
        while let Some(message) = handle.output.recv().await {
            seen.push(message.payload);
            message.job.leave(Outcome::Completed);
        }
        assert_eq!(handle.error(), Some(GroupError("[halve]: three".into())));
        env.sleep(MS).await;
        source.detach();
    });
    (over, log.all())
}

#[test]
fn the_error_of_a_stage_with_a_group_of_its_own_leaves_the_source_blocked_for_ever() {
    let (over, came_out) = failing_stage(false);
    assert_eq!(came_out, [10, 20]);
    let leaked: Vec<_> = over.run.waiting().into_iter().map(|w| (w.name, w.waiting_on)).collect();
    assert_eq!(leaked, [("source".to_owned(), "input.send".to_owned())]);
    assert_eq!(over.ledger.tally.count(Outcome::Failed), 1);
}

#[test]
fn the_error_of_a_stage_whose_group_spans_the_pipeline_stops_the_source_as_well() {
    let (over, came_out) = failing_stage(true);
    assert_eq!(came_out, [10, 20]);
    assert!(over.run.waiting().is_empty());
    assert_eq!(over.ledger.tally.in_system, 0);
}

#[test]
fn the_siblings_of_a_failed_worker_notice_when_they_send_and_not_while_they_wait_for_input() {
    for (spanning, left) in [(false, 1), (true, 0)] {
        let over = run(|env| async move {
            let whole = spanning.then(|| ErrorGroup::new(&env));
            let (tx, rx) = channel::<Message<i64>>(&env, "input", 4);
            let stage = PipelineStage { name: "stage".into(), workers: 2, buffer: 4 };
            let handle: millrace::parts::PipelineStageHandle<i64> =
                stage.run(&env, rx, whole.as_ref(), |_, _: i64, _| async { Err("no".to_owned()) });
            tx.send(Message { id: 1, payload: 1, job: env.job() }).await.unwrap();
            env.sleep(Span::millis(5)).await;
            handle.leak();
        });
        assert_eq!(over.pick(outcome), [Outcome::Failed]);
        assert_eq!(over.run.waiting().len(), left, "spanning: {spanning}");
    }
}

#[test]
fn a_stage_of_nobody_closes_its_output_at_once() {
    run(|env| async move {
        let (_tx, rx) = channel::<Message<i64>>(&env, "input", 4);
        let stage = PipelineStage { name: "nobody".into(), workers: 0, buffer: 4 };
        let handle = stage.run(&env, rx, None, |_, n: i64, _| async move { Ok(n) });
        assert!(handle.output.recv().await.is_none());
    });
}

// Arrivals.

fn entries(traffic: Traffic, total: u32, pause: Span) -> Over {
    run(|env: Env| async move {
        let mut arrivals = Arrivals::start(&env, total, traffic);
        while let Some(job) = arrivals.next().await {
            env.sleep(pause).await;
            job.leave(Outcome::Completed);
        }
    })
}

fn entered(over: &Over) -> Vec<SimTime> {
    over.pick(|e| matches!(e.kind, EventKind::Entered { .. }).then_some(e.at))
}

#[test]
fn a_closed_loop_makes_the_next_job_when_the_last_was_taken_care_of() {
    assert_eq!(entered(&entries(Traffic::Closed, 3, Span::millis(7))), [0, 7, 14].map(at_ms));
}

#[test]
fn open_arrivals_come_at_their_intended_times_whether_or_not_anybody_is_ready() {
    let over = entries(Traffic::Constant(100.0), 5, Span::millis(50));
    assert_eq!(entered(&over), [10, 20, 30, 40, 50].map(at_ms), "one each 10 ms, although each takes 50");
    assert_eq!(over.nanos(), 260_000_000, "from the first at 10 ms five times 50 ms");
    assert_eq!(over.ledger.tally.count(Outcome::Completed), 5);
}

#[test]
fn poisson_arrivals_have_exponential_gaps_of_the_mean_that_the_rate_says() {
    let over = entries(Traffic::Poisson(1_000.0), 10_000, Span::ZERO);
    let times = entered(&over);
    let gaps: Vec<f64> = std::iter::once(SimTime::ZERO)
        .chain(times.iter().copied())
        .zip(&times)
        .map(|(a, &b)| (b - a).as_millis())
        .collect();
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n;
    let square = gaps.iter().map(|g| g * g).sum::<f64>() / n;
    // Of an exponential with mean 1 the standard error of the mean is 1/√n = 0.01, of the mean square √20/√n = 0.045; four of
    // each are allowed.
    assert!((mean - 1.0).abs() < 0.04, "mean gap {mean} ms");
    assert!((square - 2.0).abs() < 0.18, "mean square {square} ms²");
}
