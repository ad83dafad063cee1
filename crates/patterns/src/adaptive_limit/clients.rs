//! The clients: each asks the limit, calls, and says how the call went.

use super::params::Params;
use millrace_engine::{Env, Job};
use millrace_parts::{AdaptiveLimit, Semaphore, Traffic, Underway, WaitGroup};
use millrace_trace::{Answer, Outcome, Span};
use std::rc::Rc;

/// Takes in the requests as they come, each with a task of its own, and waits until the last has left.
pub(super) async fn clients_come(env: Env, p: Rc<Params>, limit: AdaptiveLimit) {
    // In a closed loop the next is made when one of the callers is free.
    let callers = if p.load.traffic() == Traffic::Closed { p.callers } else { u32::MAX - 1 };
    let callers = Semaphore::new(&env, callers);
    let under_way = WaitGroup::new(&env);
    let mut arrivals = p.load.arrivals(&env);
    loop {
        let caller = callers.acquire().await;
        let Some(job) = arrivals.next().await else { break };
        let (inner, p, limit, under_way) = (env.clone(), p.clone(), limit.clone(), under_way.clone());
        under_way.add(1);
        let client = async move {
            let rest = request(&inner, &p, &limit, job).await;
            inner.sleep(rest).await;
            drop(caller);
            under_way.done();
        };
        env.spawn("client", client).detach();
    }
    under_way.wait().await;
}

/// A request, until it has left. How long whoever made it stays away after it.
async fn request(env: &Env, p: &Params, limit: &AdaptiveLimit, job: Job) -> Span {
    let Ok(pass) = limit.admit() else {
        job.leave(Outcome::Rejected);
        return p.pause;
    };
    let reply = env.call(&job).await;
    tell(pass, reply.answer);
    job.leave(reply.answer.outcome());
    reply.retry_after
}

/// Tells the limit how a call went. An error that has nothing to do with how much there is says nothing, and how long it took neither.
fn tell(pass: Underway, answer: Answer) {
    match answer {
        Answer::Status(200..=299) => pass.answered(),
        Answer::Status(429 | 503) | Answer::TimedOut | Answer::Failed => pass.dropped(),
        Answer::Status(_) | Answer::Cancelled => drop(pass),
    }
}
