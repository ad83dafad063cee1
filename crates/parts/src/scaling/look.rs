//! What whoever looks has found: how many there are and are used, who waits for one, and how long those waited whose wait is over.

use millrace_trace::{SimTime, Span};

/// What was found at a look, and since the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// When it is.
    pub now: SimTime,
    /// How many there are.
    pub size: u32,
    /// How many of them are used.
    pub in_use: u32,
    /// How many want one and have none.
    pub waiting: u32,
    /// How many had to wait since the look before, also where that is over.
    pub waits: u64,
    /// How long those waited whose wait has ended since the look before: the mean of them, and what 95 of a hundred did not wait longer than.
    pub wait: (Span, Span),
}

impl Look {
    /// How much is used, in percent of the size.
    pub fn used(&self) -> f64 {
        self.percent(self.in_use)
    }

    /// How many are wanted: what is used, and what is waited for. It is the load, which does not depend on how many there are.
    pub fn wanted(&self) -> u32 {
        self.in_use.saturating_add(self.waiting)
    }

    /// How much is wanted, in percent of the size: more than a hundred where somebody waits beside a full pool.
    pub fn pressed(&self) -> f64 {
        self.percent(self.wanted())
    }

    fn percent(&self, n: u32) -> f64 {
        f64::from(n) / f64::from(self.size.max(1)) * 100.0
    }

    /// The mean of these times, and their 95th percentile (nearest rank): nothing of none.
    pub fn wait_of(mut waits: Vec<Span>) -> (Span, Span) {
        waits.sort_unstable();
        let sum: u128 = waits.iter().map(|wait| u128::from(wait.0)).sum();
        let mean = sum / (waits.len() as u128).max(1);
        let p95 = waits.get((waits.len() * 95).div_ceil(100).saturating_sub(1)).copied();
        (Span(u64::try_from(mean).unwrap_or(u64::MAX)), p95.unwrap_or(Span::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_waits_the_95th_is_the_percentile_and_of_none_there_is_none() {
        let waits = (1..=100).rev().map(Span::secs).collect();
        assert_eq!(Look::wait_of(waits), (Span::millis(50_500), Span::secs(95)));
        assert_eq!(Look::wait_of(vec![Span::secs(3)]), (Span::secs(3), Span::secs(3)));
        assert_eq!(Look::wait_of(Vec::new()), (Span::ZERO, Span::ZERO));
    }

    #[test]
    fn what_is_wanted_may_be_more_than_there_is() {
        let look = Look { size: 20, in_use: 20, waiting: 10, ..Look::default() };
        assert_eq!((look.used(), look.pressed(), look.wanted()), (100.0, 150.0, 30));
    }
}
