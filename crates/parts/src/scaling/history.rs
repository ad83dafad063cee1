//! What was measured, for a time: the highest use there was, and where it is going.
//!
//! The trend is the slope of the straight line that fits best how many were in use. It is of things and not of percent: where a load stays as it is and
//! the size grows, the percentage falls, and a trend of that would say that there is less and less to do. The sums that it is made of are whole numbers,
//! which are added to and taken from look by look: so it costs the same however long the history, and what has left the window is gone without a rest.

use millrace_trace::{SimTime, Span};
use std::collections::VecDeque;

/// Looks of the time that is kept.
#[derive(Clone, Debug)]
pub struct UsageHistory {
    keep: Span,
    looks: VecDeque<(SimTime, u32)>,
    peak: f64,
    sums: Sums,
}

/// Over all looks that are kept: of times in ms and of numbers in use.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    t: i128,
    tt: i128,
    n: i128,
    tn: i128,
}

impl Sums {
    fn add(&mut self, (at, in_use): (SimTime, u32), sign: i128) {
        let (t, n) = (i128::from(at.0 / 1_000_000), i128::from(in_use));
        self.t += sign * t;
        self.tt += sign * t * t;
        self.n += sign * n;
        self.tn += sign * t * n;
    }
}

impl UsageHistory {
    /// A history that keeps what is no older than this.
    pub fn new(keep: Span) -> UsageHistory {
        UsageHistory { keep, looks: VecDeque::new(), peak: 0.0, sums: Sums::default() }
    }

    /// Takes in a look: how many are in use, and how many percent that is.
    pub fn look(&mut self, now: SimTime, in_use: u32, used: f64) {
        self.peak = self.peak.max(used);
        self.looks.push_back((now, in_use));
        self.sums.add((now, in_use), 1);
        while self.looks.front().is_some_and(|(at, _)| now.since(*at) > self.keep) {
            if let Some(old) = self.looks.pop_front() {
                self.sums.add(old, -1);
            }
        }
    }

    /// How many looks are kept.
    pub fn len(&self) -> usize {
        self.looks.len()
    }

    /// Whether nobody has looked yet.
    pub fn is_empty(&self) -> bool {
        self.looks.is_empty()
    }

    /// The highest use there ever was, in percent. It does not become less, however long ago that is.
    pub fn peak(&self) -> f64 {
        self.peak
    }

    /// How many more are in use after an hour if it goes on as it did, in thousandths; nothing before there are two looks.
    pub fn trend(&self) -> Option<i64> {
        let (k, Sums { t, tt, n, tn }) = (self.looks.len() as i128, self.sums);
        let spread = k * tt - t * t;
        let hour = 3_600_000 * 1_000;
        (spread > 0).then(|| i64::try_from((k * tn - t * n) * hour / spread).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(looks: &[(u64, u32)]) -> UsageHistory {
        let mut history = UsageHistory::new(Span::secs(86_400));
        looks.iter().for_each(|(secs, in_use)| history.look(SimTime(secs * 1_000_000_000), *in_use, 50.0));
        history
    }

    #[test]
    fn the_trend_of_a_straight_line_is_its_slope_and_of_one_look_there_is_none() {
        assert_eq!(of(&[]).trend(), None);
        assert_eq!(of(&[(30, 7)]).trend(), None);
        assert_eq!(of(&[(0, 10), (1_800, 15), (3_600, 20)]).trend(), Some(10_000));
        assert_eq!(of(&[(0, 20), (60, 19), (120, 18)]).trend(), Some(-60_000));
        assert_eq!(of(&[(0, 40), (60, 40), (120, 40)]).trend(), Some(0));
    }

    #[test]
    fn what_is_older_than_a_day_is_no_part_of_the_trend_and_of_no_memory_and_what_is_a_day_old_is_kept() {
        // A steep day, and then one that is level: after it nothing is left of the first.
        let mut history = UsageHistory::new(Span::secs(86_400));
        for look in 0..=2 * 2_880_u64 {
            let in_use = if look < 2_880 { look as u32 / 10 } else { 100 };
            history.look(SimTime(look * 30 * 1_000_000_000), in_use, 10.0);
        }
        assert_eq!((history.len(), history.trend()), (2_881, Some(0)));
    }

    #[test]
    fn a_peak_stays() {
        let mut history = UsageHistory::new(Span::secs(60));
        [90.0, 10.0, 20.0].iter().enumerate().for_each(|(at, used)| {
            history.look(SimTime(at as u64 * 1_000_000_000_000), 1, *used);
        });
        assert_eq!((history.len(), history.peak()), (1, 90.0));
    }
}
