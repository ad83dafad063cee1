//! An upstream within limits: so many requests at once, so many in all, and so much patience with each.
//!
//! What keeps a run from flooding a real endpoint sits here, not in the browser's adapter, so that it is tested natively
//! against an endpoint that only pretends. A call that must wait for others queues at the server's station, and its service begins
//! when it is sent: latency and patience count from there, by the inner one's own clock if it has one. A call beyond the limit in all is answered as failed and never sent. After
//! [`Evidence::REFUSALS`] refusals in a row none is sent any more, nor answered: whoever drives the run stops it then.

#[cfg(doc)]
use super::evidence::Evidence;
use super::evidence::{Failure, Witness};
use millrace_engine::{Attempt, Env, Upstream};
use millrace_parts::{Semaphore, timeout};
use millrace_trace::{Answer, EventKind, Span};
use std::cell::{Cell, OnceCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// How much a run may ask of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way at once; further calls queue.
    pub at_once: u32,
    /// Requests in all.
    pub at_most: u32,
    /// How long an answer may take from the sending of the request.
    pub patience: Span,
}

impl Limits {
    /// What a browser and a stranger's server bear: a browser has six connections a host.
    pub const DEFAULT: Limits = Limits { at_once: 6, at_most: 100, patience: Span::secs(10) };
}

/// An upstream within limits.
pub struct Limited {
    inner: Rc<dyn Upstream>,
    limits: Limits,
    /// How much later than it came an answer may be looked at.
    lag: Span,
    witness: Witness,
    slots: OnceCell<Semaphore>,
    /// How long the call took that has just ended.
    took: Rc<Cell<Option<Span>>>,
}

impl std::fmt::Debug for Limited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Limited({:?})", self.limits)
    }
}

impl Limited {
    /// `inner` within limits. What happens is told to the witness: requests sent, timeouts, calls taken back or never sent.
    /// What answers say is the inner one's to tell.
    pub fn new(inner: Rc<dyn Upstream>, limits: Limits, witness: Witness) -> Limited {
        Limited { inner, limits, lag: Span::ZERO, witness, slots: OnceCell::new(), took: Rc::default() }
    }

    /// The same where whoever looks at the answers may be busy for so long: one that came in time is in time, also when it is looked at too
    /// late. So nobody is given up before that time is over as well; an answer that says it came too late is none.
    pub fn with_lag(self, lag: Span) -> Limited {
        Limited { lag, ..self }
    }

    fn is_spent(&self) -> bool {
        self.witness.sent() >= u64::from(self.limits.at_most)
    }
}

/// A call that has not ended. Dropped before its end, it was taken back.
struct Open {
    witness: Witness,
    ended: bool,
}

impl Open {
    fn end(&mut self) {
        self.ended = true;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.ended {
            self.witness.taken_back();
        }
    }
}

impl Upstream for Limited {
    fn has_room(&self) -> bool {
        !self.is_spent() && self.slots.get().is_none_or(|slots| slots.free() > 0)
    }

    fn took(&self) -> Option<Span> {
        self.took.take()
    }

    fn call(&self, env: &Env, attempt: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        let queues = !self.has_room();
        let slots = self.slots.get_or_init(|| Semaphore::new(env, self.limits.at_once.max(1))).clone();
        let (env, inner, limits, witness) = (env.clone(), self.inner.clone(), self.limits, self.witness.clone());
        let (said, lag) = (self.took.clone(), self.lag);
        let mut open = Open { witness: witness.clone(), ended: false };
        Box::pin(async move {
            let spent = || witness.sent() >= u64::from(limits.at_most);
            let _slot = if spent() { None } else { Some(slots.acquire().await) };
            if witness.withholds() {
                return std::future::pending().await;
            }
            if spent() {
                open.end();
                said.set(Some(Span::ZERO));
                witness.failed(Failure::OverTheCap);
                return Answer::Failed;
            }
            if queues {
                env.emit(EventKind::Started { job: attempt.job });
            }
            witness.sends();
            let sent = env.now();
            let answer = timeout(&env, limits.patience.saturating_add(lag), inner.call(&env, attempt)).await;
            open.end();
            let took = |answer| (answer, inner.took().unwrap_or_else(|| env.now() - sent));
            let (answer, span) = match answer.map(took) {
                Ok((Answer::Status(status), span)) if span > limits.patience => {
                    witness.answered_too_late(status);
                    (Answer::TimedOut, limits.patience)
                }
                Ok(in_time) => in_time,
                Err(_) => {
                    witness.failed(Failure::TimedOut);
                    (Answer::TimedOut, limits.patience)
                }
            };
            said.set(Some(span));
            answer
        })
    }
}
