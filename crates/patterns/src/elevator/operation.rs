//! A car's task: a step for each signal, behind the breaker and within a time.
//!
//! *Shipped*, the time limit only logs and the step goes on beside the next, and the breaker hears of nothing; *documented*, the limit
//! stops the step and counts, what failed is tried again, and a car that its breaker held is woken.

use super::car::{Car, UNHEARD};
use super::in_time::{in_time, others_first};
use super::rescue::looking_around;
use super::works::Rules;
use millrace_engine::Env;
use millrace_parts::{BreakerState, Either, Elapsed, Pass, Watch, select2, timeout};
use millrace_trace::{SimTime, Span};
use std::rc::Rc;

/// Why a step did not do what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The motor did not move the car.
    Motor,
    /// It took too long.
    Timeout,
}

/// The car's task: a step for each signal, until the car is shut down.
pub async fn switch_on(env: Env, car: Rc<Car>) {
    loop {
        let signal = select2(&env, car.gone.until(|gone| gone), car.signals.1.recv());
        let signal = looking_around(&env, &car, signal).await;
        match signal {
            Either::First(_) | Either::Second(None) => return,
            Either::Second(Some(())) => car.show_signals(),
        }
        if car.directions.borrow().is_idle() && car.parking.get().is_none() {
            // Another car took the last of those it was on its way to.
            if car.under_way.get() == 0 {
                car.head(None);
            }
            car.settle();
            continue;
        }
        run_with_timeout(&env, &car).await;
        car.settle();
    }
}

/// One step, behind the breaker, in a task of its own and within a time.
async fn run_with_timeout(env: &Env, car: &Rc<Car>) {
    let pass = match car.breaker.admit() {
        Ok(pass) => pass,
        Err(rejected) => {
            car.is_turned_away();
            // The signal is gone. As shipped that is all, and the car stands until somebody asks for it again.
            if car.works.rekicks() {
                rekick(env, car, rejected.until);
            }
            return;
        }
    };
    let limit = car.works.p.operation_timeout;
    let result = if car.works.forgives() {
        // Its handle is dropped when the time is up or the car is shut down, and with it the step.
        let step = env.spawn_at(&format!("{} step", car.name), car.station, step(car.clone()));
        match select2(env, car.gone.until(|gone| gone), in_time(env, limit, step, || car.moved_at.get())).await {
            Either::First(_) => return,
            Either::Second(result) => result.unwrap_or(Err(Failure::Timeout)),
        }
    } else {
        shipped(env, car, limit).await
    };
    if car.gone.get() {
        return;
    }
    report(car, pass, result);
    if car.works.forgives() && car.breaker.state() == BreakerState::Open {
        car.releases();
        if car.works.rekicks() {
            rekick(env, car, car.breaker.retry_at());
        }
    }
    if result.is_err() && car.works.forgives() {
        // What failed is tried again, as long as the breaker lets it.
        car.push();
    }
}

/// The shipped way: when the time is up a line is logged, and the step goes on beside whatever comes next.
async fn shipped(env: &Env, car: &Rc<Car>, limit: Span) -> Result<(), Failure> {
    let done = Watch::new(env, None);
    let (handle, inner) = (done.clone(), car.clone());
    let work = async move {
        let result = step(inner.clone()).await;
        handle.set(Some(result));
        inner.settle();
    };
    env.spawn_at(&format!("{} step", car.name), car.station, work).detach();
    let heard = match timeout(env, limit, done.until(|result| result.is_some())).await {
        Ok(result) => result,
        Err(Elapsed) => {
            others_first(env).await;
            done.get()
        }
    };
    match heard {
        Some(result) => result,
        None => {
            car.goes_on_too_long();
            env.note(&format!("{}: operation timed out; it goes on", car.name), 0);
            Err(Failure::Timeout)
        }
    }
}

fn report(car: &Car, pass: Pass, result: Result<(), Failure>) {
    match result {
        // As shipped the wrapped operation returns nothing but success.
        Ok(()) => pass.success(),
        Err(_) if !car.works.counts() => {
            car.unheard.set(car.unheard.get() + 1);
            car.env.gauge(car.station, UNHEARD, car.unheard.get());
            pass.success();
        }
        Err(failure) => {
            let text = match failure {
                Failure::Motor => "the motor failed",
                Failure::Timeout => "the operation timed out",
            };
            car.env.note(&format!("{}: {text}", car.name), 0);
            car.failed();
            pass.failure();
        }
    }
}

/// Wakes a car when its breaker lets calls through again, also one that has nothing to do by then: whoever looks at it sees that.
fn rekick(env: &Env, car: &Rc<Car>, at: Option<SimTime>) {
    let Some(at) = at.filter(|_| !car.rekicking.replace(true)) else { return };
    let (inner, woken) = (env.clone(), car.clone());
    let wake = async move {
        inner.sleep_until(at, millrace_trace::Wait::Sleep).await;
        woken.rekicking.set(false);
        woken.breaker.revisit();
        woken.push();
    };
    car.wakes_later.replace(Some(env.spawn("wake", wake)));
}

/// One step, by the rules that the policy asks for.
async fn step(car: Rc<Car>) -> Result<(), Failure> {
    car.takes_steps(car.under_way.get() + 1);
    let _under_way = UnderWay(&car);
    match car.works.policy.rules() {
        _ if car.parking.get().is_some() => super::sweep::park(&car).await,
        Rules::Reference => super::reference::step(&car).await,
        Rules::Sweep { to_ends } => super::sweep::step(&car, to_ends).await,
    }
}

/// A step under way, also while it is being dropped.
struct UnderWay<'a>(&'a Car);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.takes_steps(self.0.under_way.get().saturating_sub(1));
    }
}
