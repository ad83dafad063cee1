//! The recent verdicts of one rate limiter: of each request that asked when it did, what it was told, and when it went.
//!
//! It is bounded: so many requests, and of more how many there were in each bin of time.

use super::push_back;
use millrace_spec::{Asked, Verdict};
use millrace_trace::{SimTime, Span};
use std::collections::VecDeque;

/// How far back verdicts are shown.
pub const SHOWN: Span = Span::secs(2);
/// How many are told one by one.
const MARKS: usize = 400;
/// A bin, as wide as two pixels of a ribbon.
pub const BIN: Span = Span::millis(16);
const BINS: usize = (SHOWN.0 / BIN.0) as usize + 2;

/// What became of a request that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was let through at once.
    Passed,
    /// It was let through after a wait.
    Served,
    /// It waits.
    Waits,
    /// It was turned away, or gave up.
    Refused,
}

/// A request that asked.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// When.
    pub at: SimTime,
    /// Its number among those that asked, from 0.
    pub number: u32,
    /// What it asked for.
    pub asked: Asked,
    /// What became of it.
    pub told: Told,
    /// When that was settled.
    pub settled: SimTime,
    /// After how long it may ask again, in ns, where it was turned away; -1 for never.
    pub retry_after: i64,
}

/// The recent verdicts of one limiter.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    marks: VecDeque<Mark>,
    asked: u32,
    /// By bin of time: how many were let through or wait, and how many were turned away.
    bins: VecDeque<(u64, [u32; 2])>,
    retry_after: i64,
}

impl Verdicts {
    /// After how long the next that is turned away may ask again.
    pub(super) fn retry_after(&mut self, after: i64) {
        self.retry_after = after;
    }

    pub(super) fn said(&mut self, at: SimTime, verdict: Verdict) {
        let (asked, told) = match verdict {
            Verdict::Passed(asked) => (asked, Told::Passed),
            Verdict::Waits(asked) => (asked, Told::Waits),
            Verdict::Refused(asked) => (asked, Told::Refused),
            Verdict::Served(number) => return self.settle(at, number, Told::Served),
            Verdict::GaveUp(number) => return self.settle(at, number, Told::Refused),
        };
        let retry_after = if told == Told::Refused { self.retry_after } else { -1 };
        let mark = Mark { at, number: self.asked, asked, told, settled: at, retry_after };
        push_back(&mut self.marks, mark, MARKS);
        self.asked += 1;
        let bin = at.0 / BIN.0;
        if self.bins.back().is_none_or(|(last, _)| *last != bin) {
            push_back(&mut self.bins, (bin, [0; 2]), BINS);
        }
        if let Some((_, [up, down])) = self.bins.back_mut() {
            *(if told == Told::Refused { down } else { up }) += 1;
        }
    }

    fn settle(&mut self, at: SimTime, number: u32, told: Told) {
        let first = self.asked - self.marks.len() as u32;
        let index = number.checked_sub(first).map(|index| index as usize);
        if let Some(mark) = index.and_then(|index| self.marks.get_mut(index)) {
            (mark.told, mark.settled) = (told, at);
        }
    }

    /// Those that are told one by one, oldest first.
    pub fn marks(&self) -> impl DoubleEndedIterator<Item = &Mark> + ExactSizeIterator {
        self.marks.iter()
    }

    /// One of them, by its number.
    pub fn mark(&self, number: u32) -> Option<&Mark> {
        let first = self.asked - self.marks.len() as u32;
        self.marks.get(number.checked_sub(first)? as usize)
    }

    /// Whether all since an instant are told one by one.
    pub fn reaches_back_to(&self, from: SimTime) -> bool {
        self.marks.len() < MARKS || self.marks.front().is_some_and(|mark| mark.at < from)
    }

    /// How many were let through or wait, and how many were turned away, by bin of time.
    pub fn bins(&self) -> impl Iterator<Item = (SimTime, [u32; 2])> + '_ {
        self.bins.iter().map(|(bin, counts)| (SimTime(bin * BIN.0), *counts))
    }
}
