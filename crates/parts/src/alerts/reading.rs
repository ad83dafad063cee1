//! What a rule reads: counts of now and of a window ago, and what follows from them.
//!
//! A window begins and ends with a look, so what was counted within it is the difference of two counts, and nothing has to be guessed beyond
//! them: that is what `rate` of Prometheus gives where samples lie on both edges of its range. In a run that is younger than the window the difference is
//! that since its start, over the whole window: there too Prometheus guesses nothing, because a count that is nought then was nought before.
//! Every series is there from the start, with nothing in it, as those who write clients of Prometheus advise.

use crate::exposition::Sample;
use millrace_spec::Reading;
use millrace_trace::{SimTime, Span};
use std::collections::VecDeque;

/// Counts that were taken at an instant.
#[derive(Clone, Debug)]
struct Taken {
    at: SimTime,
    counts: Vec<u64>,
}

/// What was counted at the looks of a window.
#[derive(Clone, Debug)]
pub(super) struct Past {
    window: Span,
    /// The first is at the beginning of the window, or before it where nobody looked right then.
    taken: VecDeque<Taken>,
    /// What each count was at the last look, and what it came to before it began anew.
    last: Vec<u64>,
    before: Vec<u64>,
}

impl Past {
    pub(super) fn new(window: Span) -> Past {
        Past { window, taken: VecDeque::new(), last: Vec::new(), before: Vec::new() }
    }

    /// Looks now. What there is to be read, if there is something.
    pub(super) fn take(&mut self, now: SimTime, reads: &Reading, read: &dyn Fn(&str) -> Option<Sample>) -> Option<f64> {
        let count = |name: &str| match read(name)? {
            Sample::Count(n) => Some(n),
            // Of two times there is a share.
            Sample::Time(span) if matches!(reads, Reading::Share { .. }) => Some(span.0),
            _ => None,
        };
        match *reads {
            Reading::Level(name) => level(read(name)?),
            Reading::Ratio(of, among) => ratio(level(read(of)?)?, level(read(among)?)?),
            Reading::Rate(name, _) => {
                let (grown, over) = self.grown(now, vec![count(name)?]);
                ratio(*grown.first()? as f64, over.seconds())
            }
            Reading::Share { of, among, .. } => {
                let (grown, _) = self.grown(now, vec![count(of)?, count(among)?]);
                ratio(*grown.first()? as f64, *grown.get(1)? as f64)
            }
            Reading::Quantile { q, of, .. } => {
                let Sample::Spread(seen) = read(of)? else { return None };
                let (grown, _) = self.grown(now, seen.counts().to_vec());
                quantile(q, seen.bounds(), &grown)
            }
        }
    }

    /// By how much each count has grown in the window, and over which time that is. One that is less than it was began anew, as its process did, and goes on from there.
    fn grown(&mut self, now: SimTime, counts: Vec<u64>) -> (Vec<u64>, Span) {
        self.before.resize(counts.len(), 0);
        self.last.resize(counts.len(), 0);
        for ((before, last), now) in self.before.iter_mut().zip(&mut self.last).zip(&counts) {
            let last = std::mem::replace(last, *now);
            *before += if *now < last { last } else { 0 };
        }
        let counts = counts.iter().zip(&self.before).map(|(count, before)| count + before).collect();
        // Of those that are a window old or older the last is what it begins with.
        while self.taken.get(1).is_some_and(|next| now.since(next.at) >= self.window) {
            self.taken.pop_front();
        }
        self.taken.push_back(Taken { at: now, counts });
        let (Some(first), Some(last)) = (self.taken.front(), self.taken.back()) else {
            return (Vec::new(), self.window);
        };
        let of = |(index, n): (usize, &u64)| n.saturating_sub(first.counts.get(index).copied().unwrap_or(0));
        (last.counts.iter().enumerate().map(of).collect(), now.since(first.at).max(self.window))
    }
}

fn level(sample: Sample) -> Option<f64> {
    match sample {
        Sample::Level(x) => Some(x),
        Sample::Count(n) => Some(n as f64),
        Sample::Time(span) => Some(span.seconds()),
        Sample::Spread(_) => None,
    }
}

/// Of nothing there is no share of nothing; something of nothing is more than any limit, as in PromQL, where it is infinite.
fn ratio(of: f64, among: f64) -> Option<f64> {
    Some(of / among).filter(|ratio| !ratio.is_nan())
}

/// What a share of observations is not above, as `histogram_quantile` of Prometheus has it: within the bucket in which it lies the observations
/// are taken to be spread evenly, the first bucket begins at nought, and beyond the last bound it is known only that it is more, which that bound then stands for.
/// `counts` are those of each bucket alone, and of what is beyond the last bound.
pub fn quantile(q: f64, bounds: &[f64], counts: &[u64]) -> Option<f64> {
    let all: u64 = counts.iter().sum();
    if all == 0 {
        return None;
    }
    let rank = q.clamp(0.0, 1.0) * all as f64;
    let (mut below, mut from) = (0.0, 0.0);
    for (to, count) in bounds.iter().zip(counts) {
        let count = *count as f64;
        if below + count >= rank {
            let share = if count > 0.0 { (rank - below) / count } else { 1.0 };
            return Some(from + (to - from) * share);
        }
        (below, from) = (below + count, *to);
    }
    bounds.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_spec::Limit;

    #[test]
    fn within_a_bucket_observations_are_spread_evenly_and_beyond_the_last_bound_it_is_that_bound() {
        let bounds = [0.1, 0.5, 1.0];
        // 10 up to 0.1, 20 up to 0.5, 10 up to 1, none beyond.
        let counts = [10, 20, 10, 0];
        let close = |q: f64, counts: &[u64], to: f64| {
            let value = quantile(q, &bounds, counts).expect("there are observations");
            assert!((value - to).abs() < 1e-12, "{q}: {value}, not {to}");
        };
        // Rank 20 is the tenth of the twenty between 0.1 and 0.5.
        close(0.5, &counts, 0.3);
        close(0.125, &counts, 0.05);
        close(0.25, &counts, 0.1);
        // Rank 38 is the eighth of the ten between 0.5 and 1.
        close(0.95, &counts, 0.9);
        close(0.95, &[10, 20, 10, 60], 1.0);
        close(0.95, &[0, 0, 0, 1], 1.0);
        assert_eq!(quantile(0.95, &bounds, &[0; 4]), None);
    }

    #[test]
    fn something_of_nothing_is_more_than_any_limit_and_nothing_of_nothing_is_nothing() {
        let reads = Reading::Ratio("of", "among");
        let ratio = |of: f64, among: f64| {
            let read = |name: &str| Some(Sample::Level(if name == "of" { of } else { among }));
            Past::new(Span::ZERO).take(SimTime::ZERO, &reads, &read)
        };
        assert_eq!([ratio(3.0, 2.0), ratio(0.0, 2.0), ratio(0.0, 0.0)], [Some(1.5), Some(0.0), None]);
        assert!(Limit::Above(1e12).is_passed(ratio(3.0, 0.0)));
        assert!(!Limit::Below(0.5).is_passed(ratio(3.0, 0.0)));
    }

    #[test]
    fn a_window_is_from_the_look_that_long_ago_to_this_one() {
        let mut past = Past::new(Span::secs(60));
        let at = |secs: u64| SimTime(secs * 1_000_000_000);
        let mut read =
            |secs: u64, n: u64| past.take(at(secs), &Reading::Rate("n", Span::secs(60)), &|_| Some(Sample::Count(n)));
        assert_eq!(read(0, 6), Some(0.0));
        // Younger than the window: what has come since the start, over the whole window.
        assert_eq!(read(30, 36), Some(0.5));
        assert_eq!(read(60, 66), Some(1.0));
        assert_eq!(read(90, 96), Some(1.0), "the first is out of it");
        assert_eq!(read(120, 96), Some(0.5));
        assert_eq!(read(150, 96), Some(0.0));
    }

    #[test]
    fn a_count_that_begins_anew_goes_on_from_there() {
        let mut past = Past::new(Span::secs(60));
        let mut read = |secs: u64, n: u64| {
            let reads = Reading::Rate("n", Span::secs(60));
            past.take(SimTime(secs * 1_000_000_000), &reads, &|_| Some(Sample::Count(n)))
        };
        assert_eq!(
            [read(0, 100), read(15, 130), read(30, 6), read(60, 24)],
            [Some(0.0), Some(0.5), Some(0.6), Some(0.9)]
        );
        assert_eq!(read(75, 24), Some(0.4), "of 60 s ago there were 30");
    }

    #[test]
    fn of_two_times_there_is_a_share() {
        let mut past = Past::new(Span::secs(60));
        let reads = Reading::Share { of: "busy", among: "all", window: Span::secs(60) };
        let mut read = |secs: u64, busy: u64| {
            let time = |name: &str| Some(Sample::Time(Span::secs(if name == "busy" { busy } else { 4 * secs })));
            past.take(SimTime(secs * 1_000_000_000), &reads, &time)
        };
        assert_eq!([read(0, 0), read(15, 30), read(75, 90)], [None, Some(0.5), Some(0.25)]);
    }
}
