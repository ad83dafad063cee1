//! A limit on a task: what is done at the very instant is in time, wherever in the instant its turn comes.
//!
//! A timeout around a future of one's own sees that by itself. A task has to be polled first, and whether that happens before or after the
//! limit is looked at is an accident of the order in which both were started.

use millrace_engine::{Env, Task};
use millrace_parts::{Elapsed, timeout};
use millrace_trace::{SimTime, Span};
use std::future::poll_fn;
use std::task::Poll;

/// A task's result, if it has one within the limit, counted from now or from when it last came on, of which `came_on` tells.
///
/// # Errors
/// [`Elapsed`]: the task is cancelled then.
pub async fn in_time<T: 'static>(
    env: &Env,
    limit: Span,
    task: Task<T>,
    came_on: impl Fn() -> SimTime,
) -> Result<T, Elapsed> {
    let mut task = std::pin::pin!(task.join());
    let mut since = env.now();
    loop {
        let left = (since + limit).since(env.now());
        if let Ok(result) = timeout(env, left, task.as_mut()).await {
            return Ok(result);
        }
        if came_on() <= since {
            break;
        }
        since = came_on();
    }
    others_first(env).await;
    timeout(env, Span::ZERO, task).await
}

/// Lets everybody who is ready go first, without a word of it in the trace; a few times, for those who give way themselves.
pub async fn others_first(env: &Env) {
    let mut turns = 3;
    poll_fn(|_| {
        if turns == 0 {
            return Poll::Ready(());
        }
        turns -= 1;
        env.wake(env.current());
        Poll::Pending
    })
    .await;
}
