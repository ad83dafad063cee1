//! Jobs a second, by how they left.
//!
//! Attempts, throughput and goodput are sums of the same parts. A refusal that costs nothing is an attempt, and in neither of the others: counted in, an open
//! breaker would look like a fast server.

use millrace_trace::{Outcome, Span};

/// Jobs a second over a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    counts: [u64; Outcome::ALL.len()],
    seconds: f64,
}

impl Rates {
    /// The rates of so many jobs by outcome, in the order of [`Outcome::ALL`], over a time. None over no time at all.
    pub fn counted(counts: [u64; Outcome::ALL.len()], time: Span) -> Option<Rates> {
        (!time.is_zero()).then(|| Rates { counts, seconds: time.seconds() })
    }

    fn sum(&self, outcomes: &[Outcome]) -> f64 {
        let counts = outcomes.iter().filter_map(|o| self.counts.get(*o as usize));
        counts.sum::<u64>() as f64 / self.seconds
    }

    /// Jobs a second that left in this way.
    pub fn rate(&self, outcome: Outcome) -> f64 {
        self.sum(&[outcome])
    }

    /// Jobs a second that left, in whatever way.
    pub fn attempts(&self) -> f64 {
        self.sum(&Outcome::ALL)
    }

    /// Jobs a second that left with a result or a substitute: what whoever wanted them got.
    pub fn goodput(&self) -> f64 {
        self.sum(&[Outcome::Completed, Outcome::Substituted])
    }

    /// Jobs a second that left with a result, a substitute or an error: what was worked off.
    pub fn throughput(&self) -> f64 {
        self.sum(&[Outcome::Completed, Outcome::Substituted, Outcome::Failed])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_turned_away_or_timed_out_is_no_throughput_and_an_error_is_no_goodput() {
        // An open breaker once showed 150 requests a second, all of them refusals.
        let all = [2; Outcome::ALL.len()];
        let rates = Rates::counted(all, Span::secs(2)).expect("there was time");
        assert_eq!((rates.throughput(), rates.goodput()), (3.0, 2.0));
        assert_eq!(rates.attempts(), Outcome::ALL.len() as f64, "and each was an attempt");
        assert!(Outcome::ALL.into_iter().all(|outcome| rates.rate(outcome) == 1.0));
        assert_eq!(Rates::counted(all, Span::ZERO), None, "over no time there is no rate");
    }
}
