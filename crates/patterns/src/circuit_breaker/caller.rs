//! The callers: each takes a request, asks the breaker, and calls or does without.

use super::SUBSTITUTES;
use super::params::Params;
use millrace_engine::{Env, Job};
use millrace_parts::{Breaker, Pass, Rx};
use millrace_trace::{Answer, Outcome, StationId};
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
    let settings = p.settings();
    let is_slow = |took| p.counts == "errors-timeouts-slow" && settings.is_slow(took);
    while let Some(job) = requests.recv().await {
        match breaker.admit() {
            Ok(pass) => {
                let reply = env.call(&job).await;
                tell(pass, reply.answer, p, is_slow(reply.latency));
                job.leave(reply.answer.outcome());
                env.sleep(reply.retry_after).await;
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
        Outcome::Substituted
    }
}

/// Tells the breaker how a call went.
fn tell(pass: Pass, answer: Answer, p: &Params, slow: bool) {
    let counts = p.counts.as_str();
    match answer {
        _ if counts == "nothing" => pass.success(),
        Answer::Status(400..=499) if p.client_errors == "failure" => pass.failure(),
        Answer::Status(400..=499) if p.client_errors == "nothing" => pass.ignore(),
        Answer::Status(500..) | Answer::Failed => pass.failure(),
        Answer::TimedOut if counts == "errors" => pass.ignore(),
        Answer::TimedOut => pass.failure(),
        // Whoever took the call back knows nothing about the server.
        Answer::Cancelled => pass.ignore(),
        Answer::Status(_) if slow => pass.failure(),
        Answer::Status(_) => pass.success(),
    }
}
