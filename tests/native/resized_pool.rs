//! A pool of connections whose limits change while it is used: nobody loses what it has, nobody waits beside a free place, and what is counted of the
//! waits is what was waited, whoever gives up.

use crate::program::run;
use millrace::engine::Env;
use millrace::parts::{Cond, ConnectionPool, ConnectionPoolSettings, NoConnection, Take, at_most};
use millrace::spec::{ConnectionState, PoolGauges};
use millrace::trace::{EventKind, Fold, Ledger, Outcome, SimTime, Span};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const MS: u64 = 1_000_000;

fn settings(open: u32, idle: u32) -> ConnectionPoolSettings {
    ConnectionPoolSettings {
        open,
        idle,
        min_idle: 0,
        dial: Span::ZERO,
        lifetime: Span::ZERO,
        jitter: 0.0,
        idle_time: Span::ZERO,
        close: Span::ZERO,
        take: Take::Lifo,
    }
}

fn pool_of(env: &Env, open: u32, idle: u32, connect: u64) -> ConnectionPool<()> {
    let inner = env.clone();
    ConnectionPool::open(
        env,
        "pool",
        settings(open, idle),
        Box::new(move |_, _| {
            let env = inner.clone();
            Box::pin(async move {
                env.sleep(Span(connect)).await;
                Some(())
            })
        }),
    )
}

#[test]
fn where_there_are_to_be_fewer_idle_ones_go_at_once_and_those_in_use_as_they_come_back() {
    run(|env| async move {
        let pool = pool_of(&env, 6, 6, 0);
        let mut has = Vec::new();
        for _ in 0..6 {
            has.push(pool.take_alone().await.expect("a connection"));
        }
        has.truncate(4);
        assert_eq!((pool.taken(), pool.idle()), (6, 2));
        pool.set_limits(3, 3);
        assert_eq!((pool.taken(), pool.idle(), pool.is_crowded()), (4, 0, true), "nobody loses what it has");
        has.pop();
        assert_eq!((pool.taken(), pool.idle(), pool.is_crowded()), (3, 0, false), "the one too many is closed");
        has.pop();
        assert_eq!((pool.taken(), pool.idle()), (3, 1), "and the next is kept");
        pool.set_limits(3, 0);
        assert_eq!((pool.taken(), pool.idle()), (2, 0));
    });
}

#[test]
fn where_there_may_be_more_who_waits_longest_gets_the_first_and_what_it_waited_is_counted() {
    run(|env| async move {
        let pool = pool_of(&env, 1, 1, 0);
        let has = pool.take_alone().await.expect("a connection");
        let order = Rc::new(RefCell::new(Vec::new()));
        let mut asks = Vec::new();
        for who in 0..3 {
            let (pool, order, inner) = (pool.clone(), order.clone(), env.clone());
            asks.push(env.spawn("asks", async move {
                let connection = pool.take_alone().await.expect("a connection");
                order.borrow_mut().push(who);
                inner.sleep(Span::millis(100)).await;
                drop(connection);
            }));
            env.sleep(Span::millis(1)).await;
        }
        env.sleep(Span::millis(7)).await;
        assert_eq!(pool.waits(), (3, Span::ZERO), "a wait is counted as it begins, and its time when it is over");
        pool.set_limits(3, 1);
        env.sleep(Span::millis(1)).await;
        assert_eq!((order.borrow().clone(), pool.waiting()), (vec![0, 1], 1));
        assert_eq!(pool.waits(), (3, Span::millis(10 + 9)));
        drop(has);
        env.sleep(Span::millis(1)).await;
        assert_eq!((order.borrow().clone(), pool.waits()), (vec![0, 1, 2], (3, Span::millis(10 + 9 + 9))));
    });
}

#[test]
fn who_waits_no_longer_than_until_something_happens_leaves_no_place_behind_and_is_in_time_at_that_instant() {
    run(|env| async move {
        let pool = pool_of(&env, 1, 1, 0);
        let over = Cond::new(&env);
        let asks = |env: &Env| {
            let (pool, over, inner) = (pool.clone(), over.clone(), env.clone());
            env.spawn("asks", async move {
                let job = inner.job();
                let taken = pool.take_unless(&job, over.wait()).await;
                inner.sleep(Span::millis(5)).await;
                let taken = taken.map(drop);
                job.leave(Outcome::Completed);
                taken
            })
        };
        let has = pool.take_alone().await.expect("a connection");
        let (first, second) = (asks(&env), asks(&env));
        env.sleep(Span::millis(5)).await;
        // One comes back at the very instant: it is the first one's, and the second has waited in vain.
        drop(has);
        over.broadcast();
        assert_eq!((first.await, second.await), (Ok(()), Err(NoConnection::TooLate)));
        assert_eq!((pool.waits(), pool.waiting(), pool.idle()), ((2, Span::millis(10)), 0, 1));
    });
}

/// What happens at an instant.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody asks, holds what it gets for so long, and gives up after so long; 0 for never.
    Asks(u64, u64),
    /// So many may be open, and so many idle.
    Limits(u32, u32),
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        4 => (1..40_u64, prop_oneof![2 => Just(0), 1 => 1..30_u64]).prop_map(|(holds, patience)| Step::Asks(holds, patience)),
        1 => (1..7_u32, 0..7_u32).prop_map(|(open, idle)| Step::Limits(open, idle)),
    ];
    proptest::collection::vec((0..9_u64, step), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    #[test]
    fn whatever_becomes_of_its_limits_nobody_waits_beside_a_place_and_the_waits_are_those_that_were(steps in steps(), connect in 0..4_u64) {
        let counted = Rc::new(Cell::new((0, Span::ZERO)));
        let (told, all) = (counted.clone(), steps.clone());
        let over = run(|env| async move {
            let pool = pool_of(&env, 3, 2, connect * MS);
            let mut tasks = Vec::new();
            for (gap, step) in all {
                env.sleep(Span::millis(gap)).await;
                match step {
                    Step::Limits(open, idle) => pool.set_limits(open, idle),
                    Step::Asks(holds, patience) => {
                        let (inner, pool) = (env.clone(), pool.clone());
                        tasks.push(env.spawn("asks", async move {
                            let job = inner.job();
                            let outcome = match at_most(&inner, Span::millis(patience), pool.take(&job)).await {
                                Ok(Ok(connection)) => {
                                    inner.sleep(Span::millis(holds)).await;
                                    drop(connection);
                                    Outcome::Completed
                                }
                                _ => Outcome::Cancelled,
                            };
                            job.leave(outcome);
                        }));
                    }
                }
            }
            for task in tasks {
                task.await;
            }
            pool.settled().await;
            told.set(pool.waits());
        });
        // From the events alone: who was in line, and when.
        let trace = over.run.trace();
        let mut ledger = Ledger::new();
        let (mut waits, mut waited, mut last, mut line) = (0_u64, 0_u64, SimTime::ZERO, 0_u64);
        let pool = trace.iter().find_map(|event| match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == "pool" => Some(station),
            _ => None,
        }).expect("the pool");
        for event in trace.iter() {
            waited += line * event.at.since(last).0;
            if event.at > last {
                // What an instant has left behind.
                let row = ledger.station(pool).expect("it is open");
                let count = |which: fn(ConnectionState) -> bool| PoolGauges::count(&ledger, &trace, pool, which);
                let taken = count(ConnectionState::is_there);
                prop_assert!(line == 0 || count(|stands| stands == ConnectionState::Idle) == 0, "somebody waits beside an idle one");
                prop_assert!(
                    line == 0 || taken >= i64::from(row.capacity) || count(|stands| stands == ConnectionState::Opening) >= line as i64,
                    "{line} wait, {taken} of {} are taken", row.capacity
                );
                prop_assert!(count(|stands| stands == ConnectionState::Idle) == 0 || taken <= i64::from(row.capacity), "one too many is idle");
            }
            last = event.at;
            ledger.apply(event, &trace);
            if let EventKind::Moved { station, started: false, .. } = event.kind && station == pool {
                waits += 1;
            }
            line = ledger.station(pool).map_or(0, |row| row.queue.len() as u64);
        }
        prop_assert_eq!(counted.get(), (waits, Span(waited)));
        let asked = steps.iter().filter(|(_, step)| matches!(step, Step::Asks(..))).count() as u64;
        prop_assert_eq!(over.ledger.tally.offered, asked);
        prop_assert_eq!(over.ledger.tally.in_system, 0);
    }
}
