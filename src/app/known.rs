//! A summary that is worked out once for as long as the playhead stands.
//!
//! Tiles, charts and the report ask for the same figures at every look, and each means to sort all samples so far.

use crate::analysis::Summary;
use crate::trace::TraceHash;
use std::cell::Cell;

/// A summary, with the events that it is of.
#[derive(Debug, Default)]
pub struct Known(Cell<Option<(TraceHash, Summary)>>);

impl Known {
    /// The summary of the events with this hash.
    pub fn of(&self, hash: TraceHash, compute: impl FnOnce() -> Summary) -> Summary {
        if let Some((_, known)) = self.0.get().filter(|(of, _)| *of == hash) {
            return known;
        }
        let summary = compute();
        self.0.set(Some((hash, summary)));
        summary
    }
}
