//! A fold at a playhead that can go back.
//!
//! Forward, only the new events are folded. Back, the fold starts again from the nearest key frame: a clone of itself, kept
//! every so many events; when there are too many, every second one is dropped, so memory stays bounded however long the
//! run. The hash at the playhead is folded with it.

use super::Keep;
use millrace_trace::{Cursor, Fold, SimTime, Trace, TraceHash};

/// Events between key frames, at first.
const STRIDE: u64 = 16_384;
/// The most key frames.
const MOST: usize = 48;

/// A fold with a playhead and key frames.
#[derive(Clone, Debug)]
pub struct Playback<F> {
    /// From where one goes forward when there is no later key frame: the start, or where the log begins.
    start: (Cursor, F),
    fold: F,
    cursor: Cursor,
    frames: Vec<(Cursor, F)>,
    stride: u64,
    keep: Keep,
}

impl<F: Fold + Clone> Playback<F> {
    /// At the start.
    pub fn new(start: F, keep: Keep) -> Playback<F> {
        let (fold, start, cursor) = (start.clone(), (Cursor::new(), start), Cursor::new());
        // Fractions of a power of two: a frame is where it was when every second one is dropped.
        let stride = STRIDE.min(1 << keep.longest_stride().ilog2());
        Playback { start, fold, cursor, frames: Vec::new(), stride, keep }
    }

    /// The state at the playhead.
    pub fn state(&self) -> &F {
        &self.fold
    }

    /// How many events are folded.
    pub fn events(&self) -> u64 {
        self.cursor.index
    }

    /// The hash of the events folded so far.
    pub fn hash(&self) -> TraceHash {
        self.cursor.hash()
    }

    /// Folds forward up to an instant, at most `budget` events. Whether it got there.
    pub fn forward(&mut self, trace: &Trace, until: SimTime, budget: u64) -> bool {
        for _ in 0..budget {
            if !self.cursor.step(trace, until, &mut self.fold) {
                return true;
            }
            self.keep_frame();
        }
        trace.get(self.cursor.index).is_none_or(|e| e.at > until)
    }

    /// Folds the next event, if there is one.
    pub fn step(&mut self, trace: &Trace) -> Option<SimTime> {
        let stepped = self.cursor.step(trace, SimTime::MAX, &mut self.fold);
        self.keep_frame();
        stepped.then(|| trace.get(self.cursor.index.saturating_sub(1)).map(|e| e.at)).flatten()
    }

    /// Goes back to the last key frame at or before a position; [`Playback::forward`] does the rest.
    pub fn rewind(&mut self, index: u64) {
        if index >= self.cursor.index {
            return;
        }
        let later = self.frames.partition_point(|(cursor, _)| cursor.index <= index);
        let (cursor, fold) = match later.checked_sub(1).and_then(|i| self.frames.get(i)) {
            Some((cursor, fold)) => (cursor.clone(), fold.clone()),
            None => self.start.clone(),
        };
        self.cursor = cursor;
        self.fold = fold;
    }

    /// Folds up to exactly so many events.
    pub fn seek(&mut self, trace: &Trace, index: u64) {
        self.rewind(index);
        while self.cursor.index < index && self.cursor.step(trace, SimTime::MAX, &mut self.fold) {
            self.keep_frame();
        }
    }

    /// About how many bytes its key frames take.
    pub fn bytes(&self) -> usize {
        self.frames.len().saturating_mul(self.fold.bytes())
    }

    /// Gives up what lies before a position, as far as there is a key frame to begin with: how many events one can go back to from
    /// now on, at the least, and when the last of those happened.
    pub fn forget_before(&mut self, index: u64, at: impl Fn(u64) -> Option<SimTime>) -> (u64, Option<SimTime>) {
        let upto = self.frames.partition_point(|(cursor, _)| cursor.index <= index.min(self.cursor.index));
        if let Some(first) = self.frames.drain(..upto).next_back() {
            self.start = first;
        }
        let first = self.start.0.index;
        (first, first.checked_sub(1).and_then(at))
    }

    fn keep_frame(&mut self) {
        let index = self.cursor.index;
        if !index.is_multiple_of(self.stride) || self.frames.last().is_some_and(|(c, _)| c.index >= index) {
            return;
        }
        self.frames.push((self.cursor.clone(), self.fold.clone()));
        // The latest frame is the largest: all of them take less than as many of it.
        let full = self.frames.len() > MOST || self.bytes() > self.keep.frames;
        if full && self.frames.len() > 1 && self.stride * 2 <= self.keep.longest_stride() {
            self.stride *= 2;
            let stride = self.stride;
            self.frames.retain(|(cursor, _)| cursor.index.is_multiple_of(stride));
        }
    }
}
