//! A figure that is worked out once for as long as the playhead stands.
//!
//! Tiles, charts and the report ask for the same figures at every look, and each means to go through all samples so far.

use crate::trace::TraceHash;
use std::cell::{Cell, RefCell};

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

/// Figures of one kind, by name.
#[derive(Debug)]
pub struct Memos<T: Copy>(RefCell<Vec<(&'static str, Memo<T>)>>);

impl<T: Copy> Default for Memos<T> {
    fn default() -> Memos<T> {
        Memos(RefCell::default())
    }
}

impl<T: Copy> Memos<T> {
    /// The figure with a name of the events with this hash.
    pub fn of(&self, hash: TraceHash, name: &'static str, compute: impl FnOnce() -> T) -> T {
        let mut all = self.0.borrow_mut();
        let place = all.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            all.push((name, Memo::default()));
            all.len() - 1
        });
        match all.get(place) {
            Some((_, memo)) => memo.of(hash, compute),
            None => compute(),
        }
    }
}
