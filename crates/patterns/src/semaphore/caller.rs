//! The callers: each takes what it needs, holds it and gives it back, or is refused.

use super::Params;
use millrace_engine::{Env, Job};
use millrace_parts::{Semaphore, at_most};
use millrace_trace::Outcome;
use std::rc::Rc;

pub(super) async fn call(env: Env, p: Rc<Params>, permits: Semaphore, job: Job, weight: u32) {
    let outcome = match at_most(&env, p.max_wait, permits.acquire_many_for(&job, weight)).await {
        Ok(_permit) => {
            env.sleep(p.hold).await;
            Outcome::Completed
        }
        Err(_) => Outcome::Rejected,
    };
    job.leave(outcome);
}
