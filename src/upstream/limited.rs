//! An upstream within limits: so many requests at once, so many in all, and so much patience with each.
//!
//! What keeps a run from flooding a real endpoint sits here, not in the browser's adapter, so that it is tested natively
//! against an endpoint that only pretends. A call beyond the limit in all is answered as failed and never sent.

use super::evidence::{Failure, Witness};
use crate::engine::{Env, Upstream};
use crate::parts::{Semaphore, timeout};
use crate::trace::{Answer, EventKind, JobId, SimTime, Span};
use std::cell::OnceCell;
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
    witness: Witness,
    slots: OnceCell<Semaphore>,
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
        Limited { inner, limits, witness, slots: OnceCell::new() }
    }

    fn is_spent(&self) -> bool {
        self.witness.sent() >= u64::from(self.limits.at_most)
    }
}

/// A call that has not ended. Dropped before its end, it was taken back, or its caller lost patience.
struct Open {
    env: Env,
    witness: Witness,
    called: SimTime,
    patience: Span,
    ended: bool,
}

impl Open {
    fn end(&mut self) {
        self.ended = true;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // The caller's own patience counts from the call; at its very end the call is dropped.
        if self.env.now().since(self.called) >= self.patience {
            self.witness.failed(Failure::TimedOut);
        } else {
            self.witness.taken_back();
        }
    }
}

impl Upstream for Limited {
    fn has_room(&self) -> bool {
        self.is_spent() || self.slots.get().is_none_or(|slots| slots.free() > 0)
    }

    fn call(&self, env: &Env, job: JobId) -> Pin<Box<dyn Future<Output = Answer>>> {
        let queues = !self.has_room();
        let slots = self.slots.get_or_init(|| Semaphore::new(env, self.limits.at_once.max(1))).clone();
        let (env, inner, limits, witness) = (env.clone(), self.inner.clone(), self.limits, self.witness.clone());
        let mut open = Open {
            env: env.clone(),
            witness: witness.clone(),
            called: env.now(),
            patience: limits.patience,
            ended: false,
        };
        Box::pin(async move {
            let spent = || witness.sent() >= u64::from(limits.at_most);
            let _slot = if spent() { None } else { Some(slots.acquire().await) };
            if queues {
                env.emit(EventKind::Started { job });
            }
            if spent() {
                open.end();
                witness.failed(Failure::OverTheCap);
                return Answer::Failed;
            }
            witness.sends();
            let answer = timeout(&env, limits.patience, inner.call(&env, job)).await;
            open.end();
            answer.unwrap_or_else(|_| {
                witness.failed(Failure::TimedOut);
                Answer::TimedOut
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Progress;
    use crate::patterns;
    use crate::session::Scenario;
    use std::cell::Cell;

    /// An endpoint that takes its time, and remembers how many requests it had at once.
    struct Pretended {
        takes: Span,
        now: Rc<Cell<u32>>,
        peak: Rc<Cell<u32>>,
        dropped: Rc<Cell<u32>>,
    }

    struct Held(Rc<Cell<u32>>, Rc<Cell<u32>>, bool);

    impl Drop for Held {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
            if !self.2 {
                self.1.set(self.1.get() + 1);
            }
        }
    }

    impl Upstream for Pretended {
        fn has_room(&self) -> bool {
            true
        }

        fn call(&self, env: &Env, _: JobId) -> Pin<Box<dyn Future<Output = Answer>>> {
            let (env, takes) = (env.clone(), self.takes);
            let (now, peak, dropped) = (self.now.clone(), self.peak.clone(), self.dropped.clone());
            Box::pin(async move {
                now.set(now.get() + 1);
                peak.set(peak.get().max(now.get()));
                let mut held = Held(now, dropped, false);
                env.sleep(takes).await;
                held.2 = true;
                Answer::Status(200)
            })
        }
    }

    struct Seen {
        witness: Witness,
        peak: u32,
        taken_back: u32,
        over: Progress,
    }

    fn run(pattern: &str, requests: u64, limits: Limits, takes: Span, until: SimTime) -> Seen {
        let mut scenario = Scenario::new(patterns::find(pattern).expect("a pattern"));
        scenario.choose("requests", crate::spec::Value::Count(requests));
        let (now, peak, dropped) = (Rc::<Cell<u32>>::default(), Rc::<Cell<u32>>::default(), Rc::<Cell<u32>>::default());
        let inner = Pretended { takes, now, peak: peak.clone(), dropped: dropped.clone() };
        let witness = Witness::default();
        let limited = Limited::new(Rc::new(inner), limits, witness.clone());
        let over = {
            let mut run = scenario.run(Some(Rc::new(limited)));
            run.advance(until, u64::MAX)
        };
        Seen { witness, peak: peak.get(), taken_back: dropped.get(), over }
    }

    #[test]
    fn no_more_requests_are_under_way_at_once_than_allowed_however_many_callers_there_are() {
        let limits = Limits { at_once: 3, ..Limits::DEFAULT };
        let seen = run("wait-group", 20, limits, Span::millis(10), SimTime::MAX);
        assert_eq!((seen.peak, seen.over), (3, Progress::Drained));
        assert_eq!((seen.witness.evidence().sent, seen.taken_back), (20, 0));
    }

    #[test]
    fn requests_beyond_the_limit_in_all_are_never_sent_and_the_run_still_ends() {
        let limits = Limits { at_most: 5, ..Limits::DEFAULT };
        let seen = run("wait-group", 20, limits, Span::millis(10), SimTime::MAX);
        assert_eq!(seen.over, Progress::Drained);
        assert_eq!(seen.witness.evidence().sent, 5);
        assert_eq!(seen.witness.evidence().count(Failure::OverTheCap), 15);
    }

    #[test]
    fn a_request_that_takes_longer_than_the_patience_is_taken_back_at_the_endpoint() {
        let limits = Limits { patience: Span::millis(5), ..Limits::DEFAULT };
        let seen = run("sequential", 4, limits, Span::secs(60), SimTime::MAX);
        assert_eq!((seen.over, seen.taken_back), (Progress::Drained, 4));
        assert_eq!(seen.witness.evidence().count(Failure::TimedOut), 4);
    }

    #[test]
    fn dropping_the_run_takes_back_what_is_under_way_and_sends_nothing_more() {
        let limits = Limits { at_once: 2, ..Limits::DEFAULT };
        let seen = run("wait-group", 20, limits, Span::secs(1), SimTime(500_000_000));
        assert_eq!((seen.witness.evidence().sent, seen.taken_back), (2, 2));
        assert_eq!(seen.witness.evidence().failed(), 0);
    }
}
