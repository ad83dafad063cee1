//! A figure that is worked out once for as long as the playhead stands.
//!
//! Tiles, charts and the report ask for the same figures at every look, and each means to go through all samples so far. Where there are
//! hundreds of thousands of them that takes longer than a frame: so while the playhead moves, a figure may be of a moment before, and takes
//! no more than a small share of the time ([`next_after`]). At rest it is of where the playhead stands.

use crate::platform::clock;
use crate::trace::{SimTime, StationId, TraceHash};
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

/// Milliseconds that a look may spend on figures that are there in an older state: those that are left come with the next looks.
const LOOK_MS: f64 = 2.0;

/// Which figure: of what, and of which station where each has its own.
type Name = (&'static str, StationId);

/// A figure, with what it is of, until when one that is older is good enough, and how long it took.
#[derive(Clone, Copy, Debug)]
struct Memo<T> {
    of: Upto,
    until: f64,
    took: f64,
    figure: T,
}

/// Figures of one kind, by name.
#[derive(Debug)]
pub struct Memos<T: Copy> {
    known: RefCell<Vec<(Name, Memo<T>)>>,
    /// What was spent at one playhead.
    spent: Cell<(SimTime, f64)>,
}

impl<T: Copy> Default for Memos<T> {
    fn default() -> Memos<T> {
        Memos { known: RefCell::default(), spent: Cell::new((SimTime::MAX, 0.0)) }
    }
}

impl<T: Copy> Memos<T> {
    /// The figure with a name up to there. All together take a small share of the time, and none waits for ever: whoever was worked out waits until the
    /// others had as much time as they need.
    pub fn of(&self, upto: Upto, name: Name, compute: impl FnOnce() -> T) -> T {
        let began = clock::now_ms();
        let spent = Some(self.spent.get()).filter(|(at, _)| *at == upto.at).map_or(0.0, |(_, ms)| ms);
        let is_good = |memo: &Memo<T>| {
            let older = upto.moves && memo.of.at <= upto.at;
            memo.of.hash == upto.hash || older && (began < memo.until || spent >= LOOK_MS)
        };
        let mut known = self.known.borrow_mut();
        let place = known.iter().position(|(of, _)| *of == name);
        if let Some((_, memo)) = place.and_then(|place| known.get(place)).filter(|(_, memo)| is_good(memo)) {
            return memo.figure;
        }
        let figure = compute();
        let now = clock::now_ms();
        let took = now - began;
        self.spent.set((upto.at, spent + took));
        let others = known.iter().filter(|(of, _)| *of != name).map(|(_, memo)| memo.took).sum::<f64>();
        let memo = Memo { of: upto, until: now + (took + others) * SHARE, took, figure };
        match place.and_then(|place| known.get_mut(place)) {
            Some((_, old)) => *old = memo,
            None => known.push((name, memo)),
        }
        figure
    }
}
