//! What waiting costs in memory, and what a request allocates on its way.

use crate::HEAP;
use crate::work::Work;
use millrace::trace::{EventKind, SimTime, TaskId};
use stats_alloc::Region;

/// The memory of one work.
pub struct Memory {
    /// Allocations in a whole run.
    pub allocations: usize,
    /// While its tasks wait.
    pub waiting: Option<Waiting>,
}

/// The memory of tasks that wait.
pub struct Waiting {
    /// A task's future, as boxed at spawn.
    pub future: u64,
    /// All that is on the heap for a task, the log aside: future, handle, slot in the slab, timer, call.
    pub heap: f64,
}

/// Measures one work, in runs of its own.
pub fn measure(work: &Work) -> Memory {
    let region = Region::new(HEAP);
    let (mut run, _) = work.run();
    while !run.advance(SimTime::MAX, u64::MAX).is_final() {}
    drop(run);
    let allocations = region.change().allocations;
    Memory { allocations, waiting: work.waiting.map(|tasks| waiting(work, tasks)) }
}

fn waiting(work: &Work, tasks: u32) -> Waiting {
    let region = Region::new(HEAP);
    let (mut run, _) = work.run();
    // Everything that happens at time zero: from then on all tasks wait.
    run.advance(SimTime::ZERO, u64::MAX);
    let change = region.change();
    let held = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
    let trace = run.trace();
    let waits = trace.iter().filter(|e| matches!(e.kind, EventKind::Waits { .. }) && e.task != TaskId::MAIN).count();
    assert_eq!(waits, tasks as usize, "all tasks wait");
    let log = usize::try_from(trace.heap_bytes()).unwrap_or(usize::MAX);
    Waiting { future: trace.bytes_of(TaskId(tasks)), heap: held.saturating_sub(log) as f64 / f64::from(tasks) }
}
