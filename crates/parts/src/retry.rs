//! Trying again: how often, after how long a wait, for how long in all, and out of whose budget.
//!
//! One loop, in which every exit has a name of its own ([`Stop`]). It waits only if there is a try left to be made after the wait: one that
//! would end at the deadline or later is not begun, and a budget is asked before the wait, so that nobody waits in vain. The other side may
//! ask to stay away (Retry-After): then the wait is at least as long, beyond the ceiling of the backoff where need be. Whoever drops the
//! future has gone: a try under way is dropped with it, and none is made after.

use super::backoff::Backoff;
use super::retry_budget::RetryBudget;
use super::timeout::timeout;
use millrace_engine::{Env, Stream};
use millrace_trace::{SimTime, Span, Wait};
use std::future::Future;
use std::panic::Location;

/// What a retry is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How many tries there are at most, the first included.
    pub attempts: u32,
    /// How long the waits between them are.
    pub backoff: Backoff,
    /// For how long it goes on in all, tries and waits; none for as long as it takes.
    pub deadline: Option<Span>,
    /// Whether a caller that is asked to stay away does.
    pub honours: bool,
}

/// What a caller thinks of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It keeps what it got, good or bad.
    Keep,
    /// It would rather try again, after at least this time, if the other side said so.
    Again(Span),
}

/// Why no more tries were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The last one was kept.
    Kept,
    /// There were as many as there may be.
    Attempts,
    /// There was no retry left in the budget.
    OutOfBudget,
    /// The time was up, or would have been before the next one.
    Deadline,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried<T> {
    /// What the last try that ended gave; none where the first one was cut off.
    pub last: Option<T>,
    /// How many were made.
    pub tries: u32,
    /// Why there were no more.
    pub stop: Stop,
}

/// Something that tries again. Clones share their budget.
#[derive(Clone, Debug)]
pub struct Retry {
    env: Env,
    policy: RetryPolicy,
    budget: Option<RetryBudget>,
    dice: Stream,
}

impl Retry {
    /// The stream of its jitter.
    pub const STREAM: &str = "backoff";

    /// One with a policy, and a budget if it has to keep to one.
    pub fn new(env: &Env, policy: RetryPolicy, budget: Option<RetryBudget>) -> Retry {
        Retry { env: env.clone(), policy, budget, dice: env.stream(Retry::STREAM) }
    }

    /// Tries until a verdict is to keep what came, or no more tries may be made. `key` tells apart the dice of those who
    /// retry.
    #[track_caller]
    pub fn call<T, F: Future<Output = T>>(
        &self,
        key: u64,
        mut attempt: impl FnMut() -> F,
        judge: impl Fn(&T) -> Verdict,
    ) -> impl Future<Output = Tried<T>> {
        let site = Location::caller();
        async move {
            let until = self.policy.deadline.map(|deadline| self.env.now() + deadline);
            if let Some(budget) = &self.budget {
                budget.request();
            }
            let (mut tries, mut before, mut last) = (0, None, None);
            let stop = loop {
                tries += 1;
                let Some(value) = self.until(until, attempt()).await else { break Stop::Deadline };
                let verdict = judge(&value);
                last = Some(value);
                let Verdict::Again(asked) = verdict else { break Stop::Kept };
                if tries >= self.policy.attempts {
                    break Stop::Attempts;
                }
                let own = self.policy.backoff.wait(tries, before, &mut self.dice.draw(key, tries));
                let wait = if self.policy.honours { own.max(asked) } else { own };
                let next = self.env.now() + wait;
                if until.is_some_and(|until| next >= until) {
                    break Stop::Deadline;
                }
                if self.budget.as_ref().is_some_and(|budget| !budget.take()) {
                    break Stop::OutOfBudget;
                }
                before = Some(own);
                self.env.at(site, self.env.sleep_until(next, Wait::Sleep)).await;
            };
            Tried { last, tries, stop }
        }
    }

    /// A try, for which there is time until then.
    async fn until<F: Future>(&self, until: Option<SimTime>, attempt: F) -> Option<F::Output> {
        match until {
            Some(until) => timeout(&self.env, until.since(self.env.now()), attempt).await.ok(),
            None => Some(attempt.await),
        }
    }
}
