//! The callers: each sends its request through all layers, and takes what comes back.

use millrace_engine::Job;
use millrace_parts::Stack;
use millrace_trace::StationId;

pub(super) async fn ask(stack: Stack, callers: StationId, job: Job) {
    job.go(callers, true);
    let came = stack.call(&job).await;
    job.leave(came.outcome());
}
