//! The callers: each takes a request, asks the breaker, and calls or does without.

use super::SUBSTITUTES;
use super::params::Params;
use crate::engine::{Env, Job};
use crate::parts::{Breaker, Pass, Rx};
use crate::trace::{Answer, Outcome, StationId};
use std::cell::Cell;
use std::rc::Rc;

/// What all callers share.
pub(super) struct Caller {
    pub env: Env,
    pub params: Rc<Params>,
    pub breaker: Breaker,
    pub results: StationId,
    pub substitutes: Cell<i64>,
}

pub(super) async fn work(caller: Rc<Caller>, requests: Rx<Job>) {
    let Caller { env, params: p, breaker, .. } = &*caller;
    let slow = (p.counts == "errors-timeouts-slow" && !p.slow_after.is_zero()).then_some(p.slow_after);
    while let Some(job) = requests.recv().await {
        match breaker.admit() {
            Ok(pass) => {
                let reply = env.call(&job).await;
                tell(pass, reply.answer, &p.counts, slow.is_some_and(|slow| reply.latency >= slow));
                job.leave(reply.answer.outcome());
            }
            Err(_) => {
                job.leave(caller.without());
                env.sleep(p.pause).await;
            }
        }
    }
}

impl Caller {
    /// What becomes of a request whose call was turned away.
    fn without(&self) -> Outcome {
        if self.params.on_open != "fallback" {
            return Outcome::Rejected;
        }
        self.substitutes.set(self.substitutes.get() + 1);
        self.env.gauge(self.results, SUBSTITUTES, self.substitutes.get());
        Outcome::Completed
    }
}

/// Tells the breaker how a call went.
fn tell(pass: Pass, answer: Answer, counts: &str, slow: bool) {
    match answer {
        _ if counts == "nothing" => pass.success(),
        Answer::Status(500..) | Answer::Failed => pass.failure(),
        Answer::TimedOut if counts == "errors" => pass.ignore(),
        Answer::TimedOut => pass.failure(),
        // Whoever took the call back knows nothing about the server.
        Answer::Cancelled => pass.ignore(),
        Answer::Status(_) if slow => pass.failure(),
        Answer::Status(_) => pass.success(),
    }
}
