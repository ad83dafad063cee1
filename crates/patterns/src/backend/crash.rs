//! The process as a whole goes, and comes back: what that takes along, and what begins anew.
//!
//! A crash asks nobody. Requests in hand end without an answer, connections of clients break, and whoever comes is refused until the process is there again. What
//! was accepted for later, and what a queue or a cache had, goes with it: there is no disk. Then everything is as it was at the start: pools of their first size
//! with nothing open, workers with nothing to do, a limiter that knows nobody, counts from nought. Outside of the process are the clients, database, external
//! service and cache server, and whoever watches: Prometheus goes on looking, and finds nobody.
//!
//! What must never be: a task of the process that outlives it, and a count that goes on from before. So nothing of it runs while it is down, and each part
//! forgets in one place.

use super::checks::is_beat;
use super::life::Part;
use super::process::Process;
use crate::concurrency_manager;
use millrace_engine::{Env, Task};
use millrace_parts::{Cache, Machine, PROCESS_CRASH};
use millrace_spec::{AlertState, Check, FaultSpec, Field, Values, params};
use millrace_trace::Span;
use std::rc::Rc;

/// Longer than the alert that it is down takes to fire.
const NINETY: Span = Span::secs(90);

fn crashes(values: &Values) -> bool {
    !values.span("crash-for").is_zero()
}

params! {
    /// When the process crashes.
    pub struct Crashing {
        /// For how long the process is gone, with all that it had in hand; 0 for no crash.
        crash_for: Span => Field::span("crash-for", "Crashed for", Span::ZERO, Span::ZERO..=Span::secs(600)),
        /// When it crashes.
        crash_at: Span => Field::span("crash-at", "Crashes at", Span::secs(20), Span::ZERO..=Span::secs(3_600)).when(crashes),
    }
}

impl Crashing {
    /// Crashes the process when it is time, if it is to: it is the fault that a person can inject.
    pub fn start(&self, env: &Env) -> Option<Task<()>> {
        let Crashing { crash_for, crash_at } = *self;
        if crash_for.is_zero() {
            return None;
        }
        let inner = env.clone();
        Some(env.spawn("crash", async move {
            inner.sleep(crash_at).in_background().await;
            let gone = inner.inject(PROCESS_CRASH, i64::try_from(crash_for.0).unwrap_or(i64::MAX));
            inner.sleep(crash_for).in_background().await;
            drop(gone);
        }))
    }
}

/// That fault, for the scene.
pub(super) fn fault() -> FaultSpec {
    FaultSpec { default: NINETY.0 as i64, ..Machine::crash() }
}

pub(super) const CHECKS: [Check; 1] = [Check::sometimes("somebody was called because the process was gone", |l, t| {
    let state = || l.find(super::alerts::DOWN, t).and_then(|(_, row)| row.state);
    is_beat(l) && state().is_some_and(|state| t.name(state) == AlertState::Firing.word())
})];

/// Sees to it that the process goes when its machine says so, and comes back when it may. One that is asked to end does not come back.
pub(super) async fn watch(process: Rc<Process>) {
    loop {
        process.machine.until_up(false).await;
        process.goes();
        process.machine.until_up(true).await;
        if process.life.parts().is_asked_to_end() {
            return;
        }
        process.comes_back();
    }
}

impl Process {
    /// It is gone, with all that it had.
    fn goes(&self) {
        self.env.note("the process is gone", 0);
        self.life.http.crashes();
        if let Some(manager) = &self.manager {
            concurrency_manager::crashes(manager, &self.crews.borrow());
        }
        // Those who serve requests, and those who look: whoever asked hears of it by the connection.
        (0..Part::ALL.len()).for_each(|part| self.life.parts().drop_tasks(part));
        self.background.crashes();
        self.sockets.crashes();
        self.database.pool.crashes();
        self.handler.forgets();
        self.throttle.forgets();
        self.metrics.forget();
        self.cached.replace(Cache::new(self.p.cache_size as usize));
        self.forgets();
    }

    /// It is there again, and remembers nothing.
    fn comes_back(self: &Rc<Self>) {
        self.env.note("the process is there again", 0);
        self.begun.set(self.env.now());
        match &self.pool_manager {
            Some(manager) => manager.begins_anew(),
            None => self.database.pool.begins_anew(),
        }
        self.background.comes_back();
        self.sockets.start();
        if let Some(manager) = &self.manager {
            concurrency_manager::comes_back(manager, &self.crews.borrow());
        }
        self.looks();
        self.life.http.listens();
    }
}
