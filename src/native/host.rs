//! What a run costs the host: its clock, the processor time of the thread, the heap.
//!
//! The heap is known where the program counts what it allocates, as the native program does; elsewhere, in tests that run in a
//! process of others, it is not known, and that is said instead of a zero. Which thread does the work matters: a run has one.

use crate::export::{Documents, Heap, Host};
use crate::session::Scenario;
use crate::trace::Trace;
use cpu_time::ThreadTime;
use stats_alloc::{INSTRUMENTED_SYSTEM, Stats};

/// What the figures are of, for who reads them.
const OF: &str = "the native program while it computed this run: its futures, its log, and the samples of this report";

/// A meter that runs.
#[allow(clippy::disallowed_types, reason = "the host's clock is what is measured here")]
#[derive(Debug)]
pub struct Meter {
    clock: std::time::Instant,
    cpu: Option<ThreadTime>,
    before: Stats,
    peak: usize,
}

/// What a meter read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The host's clock.
    pub wall_ns: u64,
    /// The processor time of the thread; none where the system does not tell.
    pub cpu_ns: Option<u64>,
    /// The heap; none where nobody counts.
    pub heap: Option<Heap>,
}

impl Meter {
    /// Starts.
    #[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "the host's clock is what is measured here")]
    pub fn start() -> Meter {
        Meter {
            clock: std::time::Instant::now(),
            cpu: ThreadTime::try_now().ok(),
            before: INSTRUMENTED_SYSTEM.stats(),
            peak: 0,
        }
    }

    /// Looks at the heap. A peak is what was seen: it is looked at often.
    pub fn look(&mut self) {
        let now = INSTRUMENTED_SYSTEM.stats();
        self.peak = self.peak.max(held(&now).saturating_sub(held(&self.before)));
    }

    /// Stops.
    pub fn stop(mut self) -> Cost {
        self.look();
        let after = INSTRUMENTED_SYSTEM.stats();
        let heap = Heap {
            peak_bytes: self.peak as u64,
            allocated_bytes: (after.bytes_allocated - self.before.bytes_allocated) as u64,
            allocations: (after.allocations - self.before.allocations) as u64,
        };
        let nanos = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Cost {
            wall_ns: nanos(self.clock.elapsed()),
            cpu_ns: self.cpu.and_then(|cpu| cpu.try_elapsed().ok()).map(nanos),
            // A program has always allocated something: where nothing is counted, nobody counts.
            heap: (after.allocations > 0).then_some(heap),
        }
    }
}

fn held(stats: &Stats) -> usize {
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

impl Cost {
    /// For the report of a run of this scenario that has left this log.
    pub fn host(&self, scenario: &Scenario, trace: &Trace) -> Host {
        Host {
            of: OF,
            cpu_ns: self.cpu_ns,
            heap: self.heap,
            log_bytes: trace.heap_bytes(),
            documents: Documents::of(scenario.pattern),
        }
    }
}
