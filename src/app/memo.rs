//! A figure that is worked out once for as long as the playhead stands.
//!
//! Tiles, charts and the report ask for the same figures at every look, and each means to go through all samples so far. Where there are
//! hundreds of thousands of them that takes longer than a frame: so while the playhead moves, a figure may be of a moment before, and takes
//! no more than a small share of the time ([`next_after`]). At rest it is of where the playhead stands.

use crate::platform::clock;
use crate::trace::{SimTime, TraceHash};
use std::cell::{Cell, RefCell};

/// Of how much time what is worked out again and again takes one part, at the most, while the playhead moves.
const SHARE: f64 = 50.0;

/// When something may be worked out again that took from one instant of the host to now, in milliseconds.
pub fn next_after(began_ms: f64) -> f64 {
    let now = clock::now_ms();
    now + (now - began_ms) * SHARE
}

/// What a figure is of: the events with a hash, up to a playhead that moves or stands.
#[derive(Clone, Copy, Debug)]
pub struct Upto {
    /// The hash of the events.
    pub hash: TraceHash,
    /// The playhead.
    pub at: SimTime,
    /// Whether it moves.
    pub moves: bool,
}

/// A figure, with what it is of, and until when one that is older is good enough.
#[derive(Debug)]
pub struct Memo<T: Copy>(Cell<Option<(Upto, f64, T)>>);

impl<T: Copy> Default for Memo<T> {
    fn default() -> Memo<T> {
        Memo(Cell::new(None))
    }
}

impl<T: Copy> Memo<T> {
    /// The figure up to there.
    pub fn of(&self, upto: Upto, compute: impl FnOnce() -> T) -> T {
        let began = clock::now_ms();
        let is_good = |of: Upto, until: f64| of.hash == upto.hash || upto.moves && of.at <= upto.at && began < until;
        if let Some((.., known)) = self.0.get().filter(|(of, until, _)| is_good(*of, *until)) {
            return known;
        }
        let figure = compute();
        self.0.set(Some((upto, next_after(began), figure)));
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
    /// The figure with a name up to there.
    pub fn of(&self, upto: Upto, name: &'static str, compute: impl FnOnce() -> T) -> T {
        let mut all = self.0.borrow_mut();
        let place = all.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            all.push((name, Memo::default()));
            all.len() - 1
        });
        match all.get(place) {
            Some((_, memo)) => memo.of(upto, compute),
            None => compute(),
        }
    }
}
