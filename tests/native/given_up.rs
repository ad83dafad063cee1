//! Those parts that others are made of: whoever gives up waiting for them at whatever instant takes nothing along, and the others hear.

use crate::program::run;
use millrace::engine::Env;
use millrace::parts::{
    Breaker, BreakerSettings, BreakerState, ErrorGroup, GroupError, HalfOpen, Pass, WaitGroup, Watch, at_most, timeout,
};
use millrace::trace::{Span, StationId};
use proptest::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// When everybody is told.
const TOLD: u64 = 50;

/// Callers, each with the instant at which it is dropped, in milliseconds, wait for what is told at [`TOLD`]: how many of them heard.
fn heard<W, F>(env: &Env, goes: &[u64], wait: W) -> impl Future<Output = usize>
where
    W: Fn() -> F,
    F: Future<Output = ()> + 'static,
{
    let count = Rc::new(Cell::new(0));
    let tasks: Vec<_> = goes
        .iter()
        .map(|goes| {
            let (inner, count, waits, goes) = (env.clone(), count.clone(), wait(), Span::millis(*goes));
            // The limit drops what it limits.
            env.spawn("waits", async move {
                let waits = async {
                    waits.await;
                    count.set(count.get() + 1);
                };
                let _in_time = timeout(&inner, goes, waits).await;
            })
        })
        .collect();
    async move {
        for task in tasks {
            task.await;
        }
        count.get()
    }
}

/// Somebody inside, until it is dropped.
struct Here(Rc<Cell<u32>>);

impl Here {
    fn of(inside: &Rc<Cell<u32>>) -> Here {
        inside.set(inside.get() + 1);
        Here(inside.clone())
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

fn goes() -> impl Strategy<Value = Vec<u64>> {
    // Nobody goes at the instant at which all are told.
    proptest::collection::vec((1..100_u64).prop_filter("not then", |goes| *goes != TOLD), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn who_waits_for_a_group_or_for_a_value_hears_of_it_whoever_gave_up_before(goes in goes()) {
        let wanted = goes.iter().filter(|goes| **goes > TOLD).count();
        run(move |env| async move {
            let (group, errors, watch) = (WaitGroup::new(&env), ErrorGroup::new(&env), Watch::new(&env, 0));
            group.add(1);
            let all = heard(&env, &goes, || {
                let group = group.clone();
                async move { group.wait().await }
            });
            let guarded = heard(&env, &goes, || {
                let errors = errors.clone();
                async move { assert_eq!(errors.guard(std::future::pending::<()>()).await, None) }
            });
            let seen = heard(&env, &goes, || {
                let watch = watch.clone();
                async move { assert_eq!(watch.until(|value| value == 1).await, 1) }
            });
            env.sleep(Span::millis(TOLD)).await;
            group.done();
            errors.fail(GroupError("over".to_owned()));
            watch.set(1);
            assert_eq!((all.await, guarded.await, seen.await), (wanted, wanted, wanted));
        });
    }

    #[test]
    fn a_probe_that_is_dropped_wherever_it_is_is_given_back(
        goes in proptest::collection::vec((1..40_u64, any::<bool>()), 1..40),
        permitted in 1..5_u32,
    ) {
        run(move |env| async move {
            let settings = BreakerSettings::plain(1, Span::millis(100), HalfOpen::of(permitted));
            let breaker = Breaker::open(&env, StationId::NONE, "breaker", settings);
            breaker.admit().expect("closed").failure();
            env.sleep(Span::millis(100)).await;
            let inside = Rc::new(Cell::new(0_u32));
            for (takes, is_cut) in goes {
                let (inner, breaker, inside) = (env.clone(), breaker.clone(), inside.clone());
                let task = env.spawn("probe", async move {
                    let Ok(pass) = breaker.admit() else { return };
                    let _here = Here::of(&inside);
                    assert!(inside.get() <= permitted, "no more at once than permitted");
                    // Nobody says how it went: it is cut off, or does not count.
                    let _late = at_most(&inner, Span::millis(takes), std::future::pending::<()>()).await;
                    pass.ignore();
                });
                env.sleep(Span::millis(3)).await;
                if is_cut { drop(task) } else { task.detach() }
            }
            env.sleep(Span::millis(50)).await;
            // All are back: as many as ever can be let through, and they close it.
            let probes: Vec<Pass> = (0..permitted).map(|_| breaker.admit().expect("all were given back")).collect();
            assert!(breaker.admit().is_err());
            probes.into_iter().for_each(Pass::success);
            assert_eq!(breaker.state(), BreakerState::Closed);
        });
    }
}
