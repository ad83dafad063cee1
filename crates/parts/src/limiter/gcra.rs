//! GCRA, the generic cell rate algorithm: all that it remembers is one instant.
//!
//! Requests should come `per ÷ limit` apart. The *theoretical arrival time* is when the next one should; who comes earlier than that by no more
//! than the tolerance is let through, and pushes it on by its own length. The tolerance lets `burst` through at once. It is the token bucket, seen
//! from the other side: the bucket is full when that time has come, and every length that it lies ahead is a token that is missing. So the two always agree.
//!
//! From ITU-T I.371 (1993), for ATM cells; as a rate limiter in the crate `governor`, which a test holds it against. Time is counted in parts of a
//! nanosecond, `limit` of them, so that a length that is no whole number of nanoseconds is exact.

use super::Allowance;
use super::account::{Account, ceil, instant};
use millrace_trace::SimTime;

/// A GCRA limiter, with nothing booked at first.
#[derive(Clone, Debug)]
pub struct Gcra {
    /// Parts of a nanosecond.
    parts: u128,
    /// From one request to the next, in parts.
    step: u128,
    burst: u32,
    /// The theoretical arrival time, in parts from the start.
    tat: u128,
}

impl Gcra {
    /// One with nothing booked.
    pub fn new(allowance: &Allowance) -> Gcra {
        let parts = u128::from(allowance.limit.max(1));
        Gcra { parts, step: u128::from(allowance.per.0.max(1)), burst: allowance.burst, tat: 0 }
    }

    /// The theoretical arrival time, up to a nanosecond.
    pub fn tat(&self) -> SimTime {
        instant(ceil(self.tat, self.parts)).unwrap_or(SimTime::MAX)
    }
}

impl Account for Gcra {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        // What it may lie ahead once this request is booked is the whole tolerance; so long it may lie ahead before.
        let ahead = u128::from(self.burst.checked_sub(cost)?) * self.step;
        instant(ceil(self.tat.saturating_sub(ahead), self.parts).max(u128::from(from.0)))
    }

    fn take(&mut self, at: SimTime, cost: u32) {
        self.tat = self.tat.max(u128::from(at.0) * self.parts) + u128::from(cost) * self.step;
    }

    fn take_back(&mut self, _: SimTime, cost: u32) {
        self.tat = self.tat.saturating_sub(u128::from(cost) * self.step);
    }

    fn as_new_from(&self) -> SimTime {
        self.tat()
    }
}
