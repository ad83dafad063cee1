//! Hedging: who has not heard after a while asks once more, and takes whichever answer comes first.
//!
//! The idea is Jeffrey Dean's and Luiz André Barroso's ("The Tail at Scale", 2013). The first attempt goes out at once, the others one after
//! the other, each after the same delay, as long as none has succeeded. The first success wins, and the others are cancelled in that instant.
//! A failure wins only when all that went out have failed: it brings no hedge forward, because trying again after a failure is a retry's
//! affair. An empty budget stops new hedges and nothing else. Whoever drops the future has gone: all attempts are dropped with it, and none
//! is made after. Each attempt is a task, so that one that is to go on when it has lost can.

use super::retry_budget::RetryBudget;
use millrace_engine::{Env, JoinTask, Sleep, Turn};
use millrace_trace::{SimTime, Span, StationId, Wait};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// When and how often it is asked again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HedgePolicy {
    /// After how long.
    pub trigger: Trigger,
    /// How many hedges there are at most, beside the first attempt.
    pub most: u32,
    /// Whether those that have lost are cancelled, or go on for nobody.
    pub cancel_losers: bool,
}

/// After how long it is asked again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trigger {
    /// Always after this time.
    After(Span),
    /// After the time that 95 of the last 100 first attempts took at most; after this one until [`Trigger::ENOUGH`] have ended.
    P95(Span),
}

impl Trigger {
    /// The least number of ends that a percentile is taken of.
    pub const ENOUGH: usize = 20;
    /// The number of ends that it is taken of at most.
    const LAST: usize = 100;
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hedged<T> {
    /// What the winner gave; where nobody won, what the last that failed gave.
    pub value: T,
    /// Which attempt won, the first being number 0; none where all failed.
    pub winner: Option<u32>,
    /// How many hedges were made.
    pub hedges: u32,
}

/// Something that hedges. Clones share their budget and what they know of times.
#[derive(Clone)]
pub struct Hedge {
    env: Env,
    policy: HedgePolicy,
    budget: Option<RetryBudget>,
    took: Rc<RefCell<VecDeque<Span>>>,
}

impl fmt::Debug for Hedge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hedge({:?})", self.policy)
    }
}

impl Hedge {
    /// One with a policy, and a budget if it has to keep to one.
    pub fn new(env: &Env, policy: HedgePolicy, budget: Option<RetryBudget>) -> Hedge {
        Hedge { env: env.clone(), policy, budget, took: Rc::default() }
    }

    /// After how long it would be asked again now.
    pub fn delay(&self) -> Span {
        let took = self.took.borrow();
        match self.policy.trigger {
            Trigger::After(delay) => delay,
            Trigger::P95(at_first) if took.len() < Trigger::ENOUGH => at_first,
            Trigger::P95(at_first) => {
                let mut sorted: Vec<Span> = took.iter().copied().collect();
                sorted.sort_unstable();
                sorted.get((sorted.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or(at_first)
            }
        }
    }

    /// Attempts under a name, at home where the caller is, until one succeeds or all have failed. `attempt` is given the number of the
    /// attempt, from 0.
    #[track_caller]
    pub fn call<T, F>(
        &self,
        name: &'static str,
        attempt: impl FnMut(u32) -> F + Unpin,
        succeeds: impl Fn(&T) -> bool + Unpin,
    ) -> impl Future<Output = Hedged<T>>
    where
        T: Unpin + 'static,
        F: Future<Output = T> + 'static,
    {
        Racing {
            hedge: self.clone(),
            name,
            site: Location::caller(),
            begun: None,
            delay: Span::ZERO,
            attempt,
            succeeds,
            alarm: None,
            due: None,
            running: Vec::new(),
            made: 0,
            first: None,
        }
    }

    fn first_took(&self, span: Span) {
        let mut took = self.took.borrow_mut();
        if took.len() >= Trigger::LAST {
            took.pop_front();
        }
        took.push_back(span);
    }
}

/// The future of [`Hedge::call`].
struct Racing<T, A, S> {
    hedge: Hedge,
    name: &'static str,
    site: &'static Location<'static>,
    /// At which station, once it has begun.
    begun: Option<StationId>,
    delay: Span,
    attempt: A,
    succeeds: S,
    alarm: Option<Sleep>,
    /// The time for the next is over, and whoever answers in this instant goes first.
    due: Option<Turn>,
    running: Vec<(u32, JoinTask<T>)>,
    made: u32,
    /// Since when the first attempt is under way.
    first: Option<SimTime>,
}

impl<T: Unpin + 'static, A, S, F> Racing<T, A, S>
where
    A: FnMut(u32) -> F,
    F: Future<Output = T> + 'static,
{
    /// Sends another attempt out, and sets the alarm for the next one.
    fn send(&mut self, station: StationId) {
        let env = self.hedge.env.clone();
        let attempt = (self.attempt)(self.made);
        self.running.push((self.made, env.spawn_from(self.site, self.name, station, attempt).join()));
        self.made += 1;
        let more = self.made <= self.hedge.policy.most;
        self.alarm = more.then(|| env.sleep(self.delay));
    }

    /// The first attempt is over, or nobody waits for it any more: how long it took is known, or that it took longer.
    fn first_over(&mut self) {
        if let Some(since) = self.first.take() {
            self.hedge.first_took(self.hedge.env.now().since(since));
        }
    }
}

impl<T: Unpin + 'static, A, S, F> Future for Racing<T, A, S>
where
    A: FnMut(u32) -> F + Unpin,
    S: Fn(&T) -> bool + Unpin,
    F: Future<Output = T> + 'static,
{
    type Output = Hedged<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Hedged<T>> {
        let this = &mut *self;
        let env = this.hedge.env.clone();
        let mut begins = false;
        let station = *this.begun.get_or_insert_with(|| {
            begins = true;
            env.station()
        });
        if begins {
            this.delay = this.hedge.delay();
            this.first = Some(env.now());
            this.hedge.budget.iter().for_each(RetryBudget::request);
            this.send(station);
        }
        loop {
            let ended = env.muted(|| {
                this.running.iter_mut().enumerate().find_map(|(index, (number, task))| match Pin::new(task).poll(cx) {
                    Poll::Ready(value) => Some((index, *number, value)),
                    Poll::Pending => None,
                })
            });
            if let Some((index, number, value)) = ended {
                drop(this.running.remove(index));
                if number == 0 {
                    this.first_over();
                }
                if (this.succeeds)(&value) {
                    this.first_over();
                    for (_, loser) in this.running.drain(..) {
                        if !this.hedge.policy.cancel_losers {
                            loser.detach();
                        }
                    }
                    return Poll::Ready(Hedged { value, winner: Some(number), hedges: this.made - 1 });
                }
                if this.running.is_empty() {
                    return Poll::Ready(Hedged { value, winner: None, hedges: this.made - 1 });
                }
                continue;
            }
            if let Some(alarm) = &mut this.alarm
                && env.muted(|| Pin::new(alarm).poll(cx)).is_ready()
            {
                (this.alarm, this.due) = (None, Some(env.turn()));
            }
            let due = this.due.as_mut().is_some_and(|due| env.muted(|| Pin::new(due).poll(cx)).is_ready());
            if !due {
                break;
            }
            this.due = None;
            // Who is not asked again now will not be: what the budget gets later is for those who ask later.
            if this.hedge.budget.as_ref().is_none_or(RetryBudget::take) {
                this.send(station);
            }
        }
        if begins {
            env.waits(Wait::Select, StationId::NONE, this.site);
        }
        Poll::Pending
    }
}
