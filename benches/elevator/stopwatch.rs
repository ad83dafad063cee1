//! What passes between a start and a stop: time, and what is allocated.

use crate::{HEAP, clock};
use stats_alloc::Region;
use std::alloc::System;

/// A stopwatch that runs.
pub struct Stopwatch {
    region: Region<'static, System>,
    start: f64,
}

/// What passed.
#[derive(Clone, Copy, Debug)]
pub struct Passed {
    /// The host's time.
    pub seconds: f64,
    /// Bytes that were allocated, kept or not.
    pub bytes: usize,
    /// Allocations, and every time that something grew.
    pub allocations: usize,
}

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Stopwatch {
        let region = Region::new(HEAP);
        Stopwatch { region, start: clock::seconds() }
    }

    /// What passed since.
    pub fn stop(self) -> Passed {
        let seconds = clock::seconds() - self.start;
        let change = self.region.change();
        Passed { seconds, bytes: change.bytes_allocated, allocations: change.allocations + change.reallocations }
    }
}
