//! The recent past of requests that may be tried several times: the tries of one in so many, and how many requests, tries and successes
//! there were by the quarter of a second.
//!
//! One request in so many is kept, by its place in the order of coming, so that two runs on one traffic show the same ones. How many that
//! is follows from how many come: at most so many rows are kept, each with its last tries.

use super::{RECENT, push_back};
use litemap::LiteMap;
use millrace_trace::{Answer, EventKind, JobId, Ledger, Outcome, SimTime, Span, TraceEvent};
use std::collections::VecDeque;

/// One request in so many is kept, each a multiple of the one before: who is kept at one is kept at all before it.
const STRIDES: [u64; 12] = [1, 5, 25, 50, 100, 500, 1_000, 5_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// One request in so many may be shown.
const SHOWN: [u64; 19] = [
    1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000, 10_000_000,
];
/// The most requests that are kept of those that came in the last five seconds, and with those that came before.
const KEPT: usize = 64;
const ALL: usize = 2 * KEPT;
/// The most tries that are kept of one.
const TRIES: usize = 24;
/// A bin of the rates, and how many there are: thirty seconds, and the one that is being filled.
pub const BIN: Span = Span::millis(250);
/// See [`BIN`].
pub const BINS: u64 = 121;

/// One try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Try {
    /// When its call began.
    pub from: SimTime,
    /// When it ended, and how.
    pub end: Option<(SimTime, Answer)>,
    /// Whose call it is: the request's own, or that of a part of it.
    pub job: JobId,
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// Its place in the order of coming, from 1.
    pub number: u64,
    /// Its job.
    pub job: JobId,
    /// When it came.
    pub entered: SimTime,
    /// Its last tries, in the order in which they began.
    pub tries: VecDeque<Try>,
    /// How many there were before those.
    pub before: u32,
    /// When it left, and how.
    pub left: Option<(SimTime, Outcome)>,
}

/// What happened in a bin of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Requests that came.
    pub entered: u32,
    /// Tries that began.
    pub tried: u32,
    /// Requests that got what they wanted.
    pub served: u32,
    /// Whether a fault stood.
    pub fault: bool,
}

/// The recent past of all requests.
#[derive(Clone, Debug, Default)]
pub struct Tries {
    /// Which of the strides is kept.
    stride: usize,
    came: u64,
    rows: VecDeque<Tried>,
    /// Parts of requests that are kept, with whose they are.
    parts: LiteMap<JobId, JobId>,
    bins: VecDeque<(u64, Rates)>,
}

impl Tries {
    /// Takes in an event, with the state after it.
    #[inline]
    pub(super) fn settle(&mut self, event: &TraceEvent, after: &Ledger) {
        let (at, fault) = (event.at, !after.faults.is_empty());
        match event.kind {
            EventKind::Entered { job, .. } => {
                self.count(at, fault, |rates| rates.entered += 1);
                self.entered(job, at);
            }
            EventKind::Called { job, .. } => {
                self.count(at, fault, |rates| rates.tried += 1);
                if let Some(row) = self.row(job) {
                    if row.tries.len() >= TRIES {
                        row.tries.pop_front();
                        row.before += 1;
                    }
                    row.tries.push_back(Try { from: at, end: None, job });
                }
            }
            EventKind::Answered { job, answer, .. } => {
                let open = |of: &&mut Try| of.job == job && of.end.is_none();
                if let Some(open) = self.row(job).and_then(|row| row.tries.iter_mut().rev().find(open)) {
                    open.end = Some((at, answer));
                }
            }
            EventKind::Split { job, child } => {
                if let Some(whole) = self.row(job).map(|row| row.job) {
                    self.parts.insert(child, whole);
                }
            }
            EventKind::Left { job, outcome } => {
                if after.job(job).is_some_and(|row| row.root) {
                    let served = u32::from(outcome.is_served());
                    self.count(at, fault, |rates| rates.served += served);
                }
                self.over(job, Some((at, outcome)));
            }
            EventKind::Merged { job, .. } => self.over(job, None),
            EventKind::Faulted { on: true, .. } => self.count(at, true, |_| {}),
            _ => {}
        }
    }

    /// Counts something in the bin of an instant.
    fn count(&mut self, at: SimTime, fault: bool, count: impl FnOnce(&mut Rates)) {
        let bin = at.0 / BIN.0;
        if self.bins.back().is_none_or(|(last, _)| *last != bin) {
            push_back(&mut self.bins, (bin, Rates::default()), BINS as usize);
        }
        if let Some((_, rates)) = self.bins.back_mut() {
            rates.fault |= fault;
            count(rates);
        }
    }

    fn entered(&mut self, job: JobId, at: SimTime) {
        self.came += 1;
        let stride = |index: usize| STRIDES.get(index).copied().unwrap_or(u64::MAX);
        if !self.came.is_multiple_of(stride(self.stride)) {
            return;
        }
        let row = Tried { number: self.came, job, entered: at, tries: VecDeque::new(), before: 0, left: None };
        self.rows.push_back(row);
        let is_past = |row: &Tried| row.left.is_some_and(|(left, _)| at.since(left) > RECENT);
        while self.rows.len() > ALL || self.rows.front().is_some_and(is_past) {
            self.rows.pop_front();
        }
        // By who came alone, so that it is the same in two runs on one traffic.
        while self.recent(at) > KEPT && self.stride + 1 < STRIDES.len() {
            self.stride += 1;
            let stride = stride(self.stride);
            self.rows.retain(|row| row.number.is_multiple_of(stride));
        }
        // Where hardly any come, more of them are kept.
        if self.recent(at) < 3 && self.came > 3 * stride(self.stride) {
            self.stride = self.stride.saturating_sub(1);
        }
    }

    /// How many are kept of those that came in the last five seconds.
    fn recent(&self, at: SimTime) -> usize {
        self.rows.iter().rev().take_while(|row| at.since(row.entered) < RECENT).count()
    }

    /// The row of a request or of a part of one.
    fn row(&mut self, job: JobId) -> Option<&mut Tried> {
        let whole = self.parts.get(&job).copied().unwrap_or(job);
        let index = self.rows.binary_search_by_key(&whole, |row| row.job).ok()?;
        self.rows.get_mut(index)
    }

    fn over(&mut self, job: JobId, left: Option<(SimTime, Outcome)>) {
        if self.parts.remove(&job).is_none()
            && left.is_some()
            && let Some(row) = self.row(job)
        {
            row.left = left;
        }
    }

    /// The last requests, newest first, at most so many, and one in how many they are.
    pub fn rows(&self, now: SimTime, most: usize) -> (u64, Vec<&Tried>) {
        let came = |row: &&Tried| now.since(row.entered) < RECENT && row.entered <= now;
        let seen = |row: &&Tried| row.left.is_none_or(|(left, _)| now.since(left) < RECENT) && row.entered <= now;
        let kept = STRIDES.get(self.stride).copied().unwrap_or(1);
        let mut strides = SHOWN.into_iter().filter(|stride| stride.is_multiple_of(kept));
        let of = |stride: u64| self.rows.iter().filter(move |row| row.number.is_multiple_of(stride));
        // A few more than there is room for are no reason to show half as many.
        let fits = |stride: &u64| of(*stride).filter(came).count() <= most + most / 4;
        let stride = strides.find(fits).unwrap_or(kept);
        (stride, of(stride).rev().filter(seen).take(most).collect())
    }

    /// What happened in the bins of the last thirty seconds, oldest first, with the start of each. The last may not be over.
    pub fn rates(&self, now: SimTime) -> Vec<(SimTime, Rates)> {
        let last = now.0 / BIN.0;
        let first = last.saturating_sub(BINS - 1);
        let mut bins: Vec<_> = (first..=last).map(|bin| (SimTime(bin * BIN.0), Rates::default())).collect();
        for (bin, rates) in &self.bins {
            if let Some(slot) = bin.checked_sub(first).and_then(|index| bins.get_mut(index as usize)) {
                slot.1 = *rates;
            }
        }
        bins
    }

    /// Requests, tries and successes a second over the last five, or since the start.
    pub fn per_second(&self, now: SimTime) -> [f64; 3] {
        let bins = self.rates(now);
        let first = bins.len().saturating_sub((RECENT.0 / BIN.0) as usize);
        let recent = bins.get(first..).unwrap_or_default();
        let since = recent.first().map_or(SimTime::ZERO, |(at, _)| *at);
        let seconds = now.since(since).seconds();
        let sum = |of: fn(&Rates) -> u32| recent.iter().map(|(_, rates)| f64::from(of(rates))).sum::<f64>();
        [sum(|r| r.entered), sum(|r| r.tried), sum(|r| r.served)].map(|n| if seconds > 0.0 { n / seconds } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> SimTime {
        SimTime(ms * 1_000_000)
    }

    #[test]
    fn of_many_requests_few_are_kept_and_the_same_whatever_else_happens() {
        let (mut some, mut all) = (Tries::default(), Tries::default());
        for n in 0..100_000_u32 {
            some.entered(JobId(n), at(u64::from(n)));
            // In the other run each has a part, so that jobs have other numbers.
            all.entered(JobId(2 * n), at(u64::from(n)));
        }
        let now = at(99_999);
        let numbers = |tries: &Tries| {
            let (stride, rows) = tries.rows(now, 12);
            (stride, rows.iter().map(|row| row.number).collect::<Vec<_>>())
        };
        assert_eq!(numbers(&some), numbers(&all));
        let (stride, shown) = numbers(&some);
        assert!((2..=12).contains(&shown.len()), "one in {stride}: {shown:?}");
        assert!(some.rows.len() <= ALL);
    }

    #[test]
    fn where_hardly_any_come_after_many_each_is_kept_again() {
        let mut tries = Tries::default();
        (0..2_000).for_each(|n| tries.entered(JobId(n), at(u64::from(n))));
        (0..200).for_each(|n| tries.entered(JobId(2_000 + n), at(10_000 + 1_000 * u64::from(n))));
        let (stride, rows) = tries.rows(at(210_000), 12);
        assert_eq!((stride, rows.len()), (1, 12));
    }

    #[test]
    fn rates_are_of_the_last_five_seconds() {
        let mut tries = Tries::default();
        for n in 0..1_000_u64 {
            tries.count(at(n * 10), false, |rates| rates.entered += 1);
        }
        let [requests, tried, served] = tries.per_second(at(9_999));
        assert!((requests - 100.0).abs() < 1.0, "{requests}");
        assert_eq!((tried, served), (0.0, 0.0));
    }
}
