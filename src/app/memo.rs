//! A figure that is worked out once for as long as the playhead stands.
//!
//! Tiles, charts and the report ask for the same figures at every look, and each means to go through all samples so far.

use crate::trace::TraceHash;
use std::cell::Cell;

/// A figure, with the events that it is of.
#[derive(Debug)]
pub struct Memo<T: Copy>(Cell<Option<(TraceHash, T)>>);

impl<T: Copy> Default for Memo<T> {
    fn default() -> Memo<T> {
        Memo(Cell::new(None))
    }
}

impl<T: Copy> Memo<T> {
    /// The figure of the events with this hash.
    pub fn of(&self, hash: TraceHash, compute: impl FnOnce() -> T) -> T {
        if let Some((_, known)) = self.0.get().filter(|(of, _)| *of == hash) {
            return known;
        }
        let figure = compute();
        self.0.set(Some((hash, figure)));
        figure
    }
}
