//! The leaky bucket as a queue: requests leave it one by one, at equal distances, however they came.
//!
//! Whoever comes while nothing is in it and the last one left long enough ago goes at once; others wait in the bucket, which holds `burst` of them,
//! and whoever finds it full is turned away. So nothing ever bursts, and everything that comes in a bunch is late. How many wait is the affair of the
//! line before it ([`super::Limiter`]); here is only when the next may go.

use super::Allowance;
use super::account::{Account, ceil, instant};
use millrace_trace::SimTime;

/// The outlet of a leaky bucket, free at first.
#[derive(Clone, Debug)]
pub struct LeakyBucket {
    /// Parts of a nanosecond.
    parts: u128,
    /// From one that leaves to the next, in parts.
    step: u128,
    room: u32,
    /// When the next may leave, in parts from the start.
    next: u128,
}

impl LeakyBucket {
    /// One whose outlet is free.
    pub fn new(allowance: &Allowance) -> LeakyBucket {
        let parts = u128::from(allowance.limit.max(1));
        LeakyBucket { parts, step: u128::from(allowance.per.0.max(1)), room: allowance.burst, next: 0 }
    }

    /// When the next may leave.
    pub fn next(&self) -> SimTime {
        instant(ceil(self.next, self.parts)).unwrap_or(SimTime::MAX)
    }
}

impl Account for LeakyBucket {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        if cost > self.room { None } else { instant(ceil(self.next, self.parts).max(u128::from(from.0))) }
    }

    fn take(&mut self, at: SimTime, cost: u32) {
        // Who waited for its turn leaves when that is exactly, and not at the nanosecond after it: else the rate would be a little lower.
        let at = u128::from(at.0) * self.parts;
        let left = if at < self.next + self.parts { self.next } else { at };
        self.next = left + u128::from(cost) * self.step;
    }

    fn take_back(&mut self, _: SimTime, cost: u32) {
        self.next = self.next.saturating_sub(u128::from(cost) * self.step);
    }

    fn as_new_from(&self) -> SimTime {
        // As long as whoever comes is taken to have waited for its turn, it still knows the fraction of the nanosecond.
        let fraction = u128::from(!self.next.is_multiple_of(self.parts));
        instant(ceil(self.next, self.parts) + fraction).unwrap_or(SimTime::MAX)
    }
}
