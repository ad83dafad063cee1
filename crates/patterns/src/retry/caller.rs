//! The callers: each tries a request again as long as it may, through as many tiers as there are.

use super::params::Params;
use millrace_engine::{Env, Job, Reply};
use millrace_parts::{Retry, Stop, Tried, Verdict};
use millrace_trace::{Answer, Gauge, Outcome, Span, StationId};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;

/// Gauges of the callers: how many wait for their next try, how many retries there were, and how many requests were given up because
/// the budget was empty.
pub(super) const WAITING: Gauge = Gauge(0);
pub(super) const RETRIES: Gauge = Gauge(1);
pub(super) const OUT_OF_BUDGET: Gauge = Gauge(2);

/// What all callers share.
pub(super) struct Caller {
    pub env: Env,
    pub params: Params,
    /// From the outermost to the one that calls the server.
    pub tiers: Vec<Retry>,
    pub station: StationId,
    pub gauges: [Cell<i64>; 3],
}

impl Caller {
    /// A request, from its first try to its end.
    pub async fn ask(&self, job: Job) {
        job.go(self.station, true);
        // Whether it has failed, and waits for its next try unless there is none.
        let waits = Cell::new(false);
        let Some((outermost, within)) = self.tiers.split_first() else { return };
        let tried = self.tier(&job, outermost, within, &waits).await;
        match tried.stop {
            Stop::OutOfBudget => {
                self.count(OUT_OF_BUDGET, 1);
                job.leave(Outcome::Rejected);
            }
            Stop::Deadline => job.leave(Outcome::TimedOut),
            Stop::Kept | Stop::Attempts => job.leave(tried.last.map_or(UNHEARD, |reply| reply.answer).outcome()),
        }
    }

    /// A tier tries again what is below it.
    async fn tier(&self, job: &Job, retry: &Retry, within: &[Retry], waits: &Cell<bool>) -> Tried<Reply> {
        let judge = |reply: &Reply| {
            if !self.params.tries_again(reply.answer) {
                return Verdict::Keep;
            }
            waits.set(true);
            self.count(WAITING, 1);
            Verdict::Again(reply.retry_after)
        };
        // Tiers throw dice of their own.
        let key = u64::from(job.id().0) << 8 | within.len() as u64;
        let tried = retry.call(key, || self.call(job, within, waits), judge).await;
        if waits.take() {
            self.count(WAITING, -1);
        }
        tried
    }

    /// Calls the server, through so many tiers.
    fn call<'a>(&'a self, job: &'a Job, tiers: &'a [Retry], waits: &'a Cell<bool>) -> Answered<'a> {
        if waits.take() {
            self.count(WAITING, -1);
            self.count(RETRIES, 1);
        }
        let Some((retry, within)) = tiers.split_first() else { return Box::pin(self.env.call(job)) };
        Box::pin(async move {
            let tried = self.tier(job, retry, within, waits).await;
            tried.last.unwrap_or(Reply { answer: UNHEARD, latency: Span::ZERO, retry_after: Span::ZERO })
        })
    }

    fn count(&self, gauge: Gauge, by: i64) {
        let Some(count) = self.gauges.get(gauge.0 as usize) else { return };
        count.set(count.get() + by);
        self.env.gauge(self.station, gauge, count.get());
    }
}

type Answered<'a> = Pin<Box<dyn Future<Output = Reply> + 'a>>;

/// What a request that was cut off in its first try got.
const UNHEARD: Answer = Answer::TimedOut;
