//! What waiting costs in memory, and what a request allocates on its way: the works of the bench `engine`, counted.
//!
//! A program of its own, because counting costs time, some 20 ns a request: what is timed must not be counted.
#![forbid(unsafe_code)]

#[path = "../engine/by_hand.rs"]
mod by_hand;
#[path = "../shared/host.rs"]
mod host;
#[path = "../shared/numbers.rs"]
mod numbers;
#[path = "../engine/work.rs"]
#[expect(dead_code, reason = "nothing is timed here, so nothing is done by hand")]
mod work;

use host::say;
use millrace::trace::{EventKind, SimTime, TaskId};
use numbers::thousands;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use work::Work;

/// Counts what is allocated.
#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// From so many tasks on, what else is on the heap does not show.
const CROWD: usize = 1_000;

fn main() {
    say(&format!("What the works take of the heap, {}", host::NAME));
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    for work in work::ALL.iter().filter(|work| work.title.contains(&wanted)) {
        print(work, &measure(work));
    }
}

fn print(work: &Work, memory: &Memory) {
    let each = memory.allocations as f64 / f64::from(work.units);
    say(&format!("  {}; {} {}s", work.title, thousands(work.units), work.unit));
    say(&format!("    {each:.2} allocations a {}", work.unit));
    if let Some(Waiting { heap, future }) = &memory.waiting {
        say(&format!("    a waiting task: {heap:.0} bytes, of which its boxed future {future}"));
    }
}

/// The memory of one work.
struct Memory {
    /// Allocations in a whole run.
    allocations: usize,
    /// While its tasks wait.
    waiting: Option<Waiting>,
}

/// The memory of tasks that wait.
struct Waiting {
    /// A task's future, as boxed at spawn.
    future: u64,
    /// All that is on the heap for a task, the log aside: future, handle, slot in the slab, timer, call.
    heap: f64,
}

/// Measures one work, in runs of its own.
fn measure(work: &Work) -> Memory {
    let region = Region::new(HEAP);
    let (mut run, _) = work.run();
    while !run.advance(SimTime::MAX, u64::MAX).is_final() {}
    drop(run);
    let allocations = region.change().allocations;
    Memory { allocations, waiting: waiting(work) }
}

/// Of a work in which so many tasks wait from time zero on that they are what is on the heap.
fn waiting(work: &Work) -> Option<Waiting> {
    let region = Region::new(HEAP);
    let (mut run, _) = work.run();
    // Everything that happens at time zero: from then on all tasks wait.
    run.advance(SimTime::ZERO, u64::MAX);
    let change = region.change();
    let held = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
    let trace = run.trace();
    let waits = trace.iter().filter(|e| matches!(e.kind, EventKind::Waits { .. }) && e.task != TaskId::MAIN).count();
    let log = usize::try_from(trace.heap_bytes()).unwrap_or(usize::MAX);
    let future = trace.bytes_of(TaskId(u32::try_from(waits).ok()?)).into();
    (waits >= CROWD).then(|| Waiting { future, heap: held.saturating_sub(log) as f64 / waits as f64 })
}
