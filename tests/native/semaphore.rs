//! The semaphore as a pool that one can see: who holds, who waits, and that no permit is lost or made, however it ends.

use crate::program::{Log, Over, run, run_any};
use millrace::analysis::{History, Subject};
use millrace::engine::{Env, Progress};
use millrace::parts::{Crew, Semaphore, timeout};
use millrace::trace::{
    Cursor, EventKind, Fold, JobId, Ledger, Outcome, SimTime, Span, StationKind, TaskId, TraceEvent, Wait,
    ledger::StationRow,
};
use millrace::upstream::{self, ServerParams};
use proptest::prelude::*;

const MS: Span = Span::millis(1);

fn at_ms(ms: u64) -> SimTime {
    SimTime(ms * 1_000_000)
}

/// The ledger as it was when an instant was over.
fn at(over: &Over, at: SimTime) -> Ledger {
    let (mut ledger, mut cursor) = (Ledger::new(), Cursor::new());
    while cursor.step(&over.run.trace(), at, &mut ledger) {}
    ledger
}

fn pool<'a>(ledger: &'a Ledger, over: &Over) -> &'a StationRow {
    ledger.find("permits", &over.run.trace()).expect("the pool").1
}

/// Callers that come at once, each with a job: they hold a permit for a time, in the order of their numbers.
fn callers(env: &Env, permits: &Semaphore, holds: &[u64]) {
    for hold in holds {
        let (inner, permits, hold) = (env.clone(), permits.clone(), Span::millis(*hold));
        let caller = async move {
            let job = inner.job();
            let permit = permits.acquire_for(&job).await;
            inner.sleep(hold).await;
            drop(permit);
            job.leave(Outcome::Completed);
        };
        env.spawn("caller", caller).detach();
    }
}

#[test]
fn how_many_wait_for_a_permit_is_a_level_over_time() {
    // The chart of queues was empty while a line stood before the pool.
    let over = run(|env| async move {
        let permits = Semaphore::open(&env, "permits", 2);
        callers(&env, &permits, &[10, 20, 10, 10]);
        env.sleep(Span::millis(100)).await;
    });
    let (mut history, mut cursor, trace) = (History::default(), Cursor::new(), over.run.trace());
    while cursor.step(&trace, SimTime::MAX, &mut history) {}
    let (id, _) = history.ledger.find("permits", &trace).expect("the pool");
    let points: Vec<_> = history.levels.of(Subject::Queue(id)).iter().map(|p| (p.at.0 / 1_000_000, p.level)).collect();
    // Two wait at once; the first permit comes back after 10 ms, and two more after 20.
    assert_eq!(points, [(0, 2), (10, 1), (20, 0)]);
}

#[test]
fn who_holds_and_who_waits_is_in_the_pool_in_the_order_of_coming() {
    let over = run(|env| async move {
        let permits = Semaphore::open(&env, "permits", 2);
        callers(&env, &permits, &[10, 20, 10, 10]);
        env.sleep(Span::millis(5)).await;
        assert_eq!((permits.free(), permits.waiting()), (0, 2));
        env.sleep(Span::millis(95)).await;
        assert_eq!((permits.free(), permits.waiting()), (2, 0));
    });
    let seen = |ms| {
        let ledger = at(&over, at_ms(ms));
        let pool = pool(&ledger, &over);
        let holders: Vec<_> = pool.holders().map(|(job, since)| (job.0, since.0 / 1_000_000)).collect();
        (holders, pool.queue.iter().map(|job| job.0).collect::<Vec<_>>())
    };
    assert_eq!(seen(5), (vec![(0, 0), (1, 0)], vec![2, 3]));
    // At 10 ms the first gives its permit back, and the next in line has it since then.
    assert_eq!(seen(15), (vec![(1, 0), (2, 10)], vec![3]));
    assert_eq!(seen(25), (vec![(3, 20)], vec![]));
    let ledger = at(&over, SimTime::MAX);
    // Both were held for 20 ms, and one for 10 ms more, of two for 100 ms.
    let used = pool(&ledger, &over).utilisation(at_ms(100));
    assert!((used - 0.25).abs() < 1e-9, "{used}");
    assert_eq!(ledger.tally.count(Outcome::Completed), 4);
}

#[test]
fn who_is_served_out_of_turn_is_counted_and_who_gives_up_is_in_nobodys_way() {
    let over = run(|env| async move {
        let pool = env.open_plain(StationKind::Pool, "permits");
        let jobs: Vec<_> = (0..4).map(|_| env.job()).collect();
        jobs.iter().for_each(|job| job.go(pool, false));
        let serve = |job: usize| env.emit(EventKind::Started { job: jobs[job].id() });
        serve(0);
        jobs[1].go(env.station(), true);
        serve(2);
        jobs[1].go(pool, false);
        serve(1);
        jobs.into_iter().for_each(|job| job.leave(Outcome::Completed));
    });
    let overtaken = |served: usize| {
        let (mut ledger, mut seen) = (Ledger::new(), 0);
        for event in over.events() {
            ledger.apply(&event, &over.run.trace());
            seen += usize::from(matches!(event.kind, EventKind::Started { .. }));
            if seen == served {
                break;
            }
        }
        pool(&ledger, &over).overtaken
    };
    assert_eq!([1, 2, 3].map(overtaken), [0, 0, 1], "the last overtook the one who was there before it came again");
}

#[test]
fn a_wait_is_told_by_the_name_of_the_pool() {
    let over = run_any(|env| async move {
        let permits = Semaphore::open(&env, "permits", 1);
        let _held = permits.acquire().await;
        drop(permits.acquire().await);
    });
    let Progress::Deadlock(waiting) = &over.progress else { panic!("{:?}", over.progress) };
    let [main] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((main.task, main.what), (TaskId::MAIN, Some(Wait::Acquire)));
    assert_eq!(main.waiting_on, "permits.acquire");
}

#[test]
fn a_worker_keeps_its_job_in_hand_and_the_pool_its_permit_while_the_job_is_out_on_a_call() {
    let over = run(|env| async move {
        upstream::open(&env, &server(&[("service", "constant"), ("mean", "20ms")]));
        let permits = Semaphore::open(&env, "permits", 1);
        let inner = env.clone();
        let work = move |_| {
            let (env, permits) = (inner.clone(), permits.clone());
            async move {
                let job = env.job();
                let permit = permits.acquire_for(&job).await;
                let reply = env.call(&job).await;
                drop(permit);
                env.sleep(MS).await;
                job.leave(reply.answer.outcome());
            }
        };
        Crew::start(&env, "crew", "worker", 2, work).join().await;
    });
    let (first, second) = (JobId(0), JobId(1));
    let held_and_in_hand = |ms| {
        let ledger = at(&over, at_ms(ms));
        let trace = over.run.trace();
        let hand = |name| ledger.find(name, &trace).expect("a worker").1.in_hand;
        assert!(ledger.is_conserved() && ledger.is_within_capacity());
        let held: Vec<_> = pool(&ledger, &over).holders().map(|(job, _)| job).collect();
        (held, hand("worker 1"), hand("worker 2"))
    };
    assert_eq!(held_and_in_hand(10), (vec![first], Some(first), Some(second)));
    assert_eq!(held_and_in_hand(20), (vec![second], Some(first), Some(second)));
    assert_eq!(held_and_in_hand(30), (vec![second], None, Some(second)));
    assert_eq!(held_and_in_hand(40), (vec![], None, Some(second)));
    let used = pool(&at(&over, SimTime::MAX), &over).utilisation(at_ms(40));
    assert!((used - 1.0).abs() < 1e-9, "the permit was never free: {used}");
}

fn server(given: &[(&str, &str)]) -> ServerParams {
    use millrace::spec::{Fidelity, FieldGroup, Values};
    let given = [&[("server", "general")], given].concat();
    let values = Values::resolve(&ServerParams::fields(), Fidelity::Documented, |field| {
        let (_, text) = given.iter().find(|(key, _)| *key == field.key)?;
        field.read(text).ok()
    });
    ServerParams::read(&values)
}

#[test]
fn a_job_that_holds_of_two_pools_holds_of_both_until_it_gives_each_back() {
    let over = run(|env| async move {
        let (outer, permits) = (Semaphore::open(&env, "outer", 1), Semaphore::open(&env, "permits", 1));
        let job = env.job();
        let first = outer.acquire_for(&job).await;
        env.sleep(MS).await;
        let second = permits.acquire_for(&job).await;
        env.sleep(MS).await;
        drop(second);
        env.sleep(MS).await;
        drop(first);
        env.sleep(MS).await;
        job.leave(Outcome::Completed);
    });
    let held = |micros: u64| {
        let ledger = at(&over, SimTime(micros * 1_000));
        let trace = over.run.trace();
        let held = |name| ledger.find(name, &trace).expect("a pool").1.holders().len();
        (held("outer"), held("permits"), ledger.find("home", &trace).expect("the worker").1.in_hand.is_some())
    };
    assert_eq!([500, 1_500, 2_500, 3_500].map(held), [(1, 0, true), (1, 1, true), (1, 0, true), (0, 0, true)]);
}

#[test]
fn a_permit_that_comes_back_at_the_very_instant_at_which_patience_ends_is_in_time() {
    let log = Log::new();
    let told = log.clone();
    let over = run(move |env| async move {
        let permits = Semaphore::open(&env, "permits", 1);
        callers(&env, &permits, &[10]);
        env.turn().await;
        for patience in [10, 10] {
            let (inner, permits, told) = (env.clone(), permits.clone(), told.clone());
            let caller = async move {
                let job = inner.job();
                let permit = timeout(&inner, Span::millis(patience), permits.acquire_for(&job)).await;
                told.push((inner.now(), permit.is_ok()));
                if permit.is_ok() {
                    inner.sleep(MS).await;
                }
                let outcome = if permit.is_ok() { Outcome::Completed } else { Outcome::Rejected };
                drop(permit);
                job.leave(outcome);
            };
            env.spawn("caller", caller).detach();
        }
        env.sleep(Span::millis(100)).await;
        assert_eq!(permits.free(), 1);
    });
    assert_eq!(log.all(), [(at_ms(10), true), (at_ms(10), false)]);
    assert_eq!(pool(&at(&over, SimTime::MAX), &over).levels.present, 0);
}

#[test]
fn nobody_barges_in_and_what_is_free_is_taken_at_once() {
    run(|env| async move {
        let permits = Semaphore::open(&env, "permits", 1);
        let held = permits.try_acquire().expect("it is free");
        assert!(permits.try_acquire().is_none());
        callers(&env, &permits, &[5]);
        env.turn().await;
        drop(held);
        // What came back is the waiter's, who has not run yet.
        assert!(permits.try_acquire().is_none());
        env.sleep(Span::millis(6)).await;
        let job = env.job();
        drop(permits.try_acquire_for(&job).expect("it is free again"));
        job.leave(Outcome::Completed);
    });
}

#[test]
fn a_token_that_is_forgotten_is_used_up_until_some_are_added() {
    let over = run(|env| async move {
        let permits = Semaphore::open(&env, "permits", 2);
        permits.acquire().await.forget();
        assert_eq!(permits.free(), 1);
        permits.acquire().await.forget();
        callers(&env, &permits, &[1, 1, 1]);
        env.sleep(MS).await;
        assert_eq!(permits.waiting(), 3);
        permits.add_permits(2);
        env.sleep(Span::millis(10)).await;
        assert_eq!((permits.free(), permits.waiting()), (2, 0));
    });
    let sizes = over.pick(|e| match e.kind {
        EventKind::Sized { capacity, .. } => Some(capacity),
        _ => None,
    });
    assert_eq!(sizes, [2, 1, 0, 2]);
    assert!(at(&over, SimTime::MAX).is_within_capacity());
}

/// What the callers of a random run do: how long each holds, how long it waits at most, and when it is cancelled.
type Caller = (u64, u64, u64, Option<u64>);

fn any_caller() -> impl Strategy<Value = Caller> {
    (0..20u64, 0..12u64, 0..15u64, proptest::option::of(0..30u64))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Whoever comes, gives up or is cancelled at whatever instant, waiting, with a permit that it has not fetched yet, or holding:
    /// every permit is free at the end, no more were ever held than there are, and who got one got it in the order of coming.
    #[test]
    fn permits_are_never_lost_or_made_and_nobody_is_overtaken(permits in 1..4u32, all in proptest::collection::vec(any_caller(), 1..14)) {
        let over = run(move |env| async move {
            let semaphore = Semaphore::open(&env, "permits", permits);
            let mut tasks = Vec::new();
            for (comes, hold, patience, _) in all.iter().copied() {
                let (inner, semaphore) = (env.clone(), semaphore.clone());
                tasks.push(env.spawn("caller", async move {
                    inner.sleep(Span::millis(comes)).await;
                    let job = inner.job();
                    let permit = timeout(&inner, Span::millis(patience), semaphore.acquire_for(&job)).await;
                    let outcome = if permit.is_ok() { Outcome::Completed } else { Outcome::Rejected };
                    if permit.is_ok() {
                        inner.sleep(Span::millis(hold)).await;
                    }
                    drop(permit);
                    job.leave(outcome);
                }));
            }
            let mut ends: Vec<_> = all.iter().zip(tasks).map(|(caller, task)| (caller.3, task)).collect();
            ends.sort_by_key(|(at, _)| at.unwrap_or(u64::MAX));
            for (at, task) in ends {
                match at {
                    Some(at) => {
                        env.sleep_until(at_ms(at).max(env.now()), Wait::Sleep).await;
                        drop(task);
                    }
                    None => task.await,
                }
            }
            assert_eq!((semaphore.free(), semaphore.waiting()), (permits, 0));
        });
        assert_held_within(&over, u64::from(permits));
    }
}

/// At the end of every instant no more is held than there is, nobody waits beside a free permit, and who has waited is served in
/// the order of coming.
fn assert_held_within(over: &Over, permits: u64) {
    let trace = over.run.trace();
    let mut ledger = Ledger::new();
    let (mut came, mut served): (Vec<JobId>, Vec<JobId>) = (Vec::new(), Vec::new());
    let events: Vec<TraceEvent> = trace.iter().copied().collect();
    for (index, event) in events.iter().enumerate() {
        let kind = |station| ledger.station(station).map(|row: &StationRow| row.kind);
        match event.kind {
            EventKind::Moved { job, station, started: false } if kind(station) == Some(StationKind::Pool) => {
                came.push(job)
            }
            EventKind::Started { job } => served.push(job),
            _ => {}
        }
        ledger.apply(event, &trace);
        if events.get(index + 1).is_none_or(|next| next.at > event.at)
            && let Some((_, pool)) = ledger.find("permits", &trace)
        {
            let held = pool.holders().len() as u64;
            assert!(
                held <= permits && ledger.is_within_capacity() && ledger.is_conserved(),
                "{held} at {:?}",
                event.at
            );
            assert!(pool.queue.is_empty() || held == permits, "somebody waits beside a free permit at {:?}", event.at);
        }
    }
    came.retain(|job| served.contains(job));
    assert_eq!(came, served, "first come, first served");
    assert_eq!(ledger.tally.in_system, 0);
}
