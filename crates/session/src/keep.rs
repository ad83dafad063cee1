//! How much of a run a session keeps, to go back in.
//!
//! A run of hours has more events than any memory. Past its budget the oldest part of the log is given up, together with the key
//! frames in it, and samples of that time are put together; the run and its hash go on unchanged. One can scrub from where the
//! log is still held, and a restart computes everything again from the seed.

use millrace_trace::TraceEvent;

/// A budget, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Of the log. Zero: nobody goes back, and nobody looks at a playhead.
    pub log: usize,
    /// Of key frames.
    pub frames: usize,
}

impl Keep {
    /// Everything, as long as there is memory.
    pub const ALL: Keep = Keep { log: usize::MAX, frames: 96 << 20 };
    /// Nothing but what is folded at the far end.
    pub const NOTHING: Keep = Keep { log: 0, frames: 0 };
    /// What a page may take: with the samples of a history, 64 MiB.
    pub const PAGE: Keep = Keep { log: 28 << 20, frames: 6 << 20 };

    /// Events between key frames, at most: the log can be cut only where there is one.
    pub(super) fn longest_stride(self) -> u64 {
        (self.log / size_of::<TraceEvent>() / 8).max(1) as u64
    }
}
