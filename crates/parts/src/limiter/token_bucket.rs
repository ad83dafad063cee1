//! The token bucket: tokens come one by one up to a burst, and whoever passes takes as many as it costs.
//!
//! It is golang.org/x/time/rate's: it starts full, holds `burst` at most, and gains `limit` in each `per`. All is counted in whole numbers, a token
//! being as many parts as there are nanoseconds in `per`, so that nothing is lost or won by rounding however long it runs: after a burst of 5
//! at 5 a second two seconds of rest bring 5 again, and never a sixth.

use super::Allowance;
use super::account::{Account, ceil, instant};
use millrace_trace::SimTime;

/// A token bucket, full at first.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    /// Parts that come in a nanosecond.
    rate: u128,
    /// Parts of a token.
    token: u128,
    room: u128,
    level: u128,
    as_of: SimTime,
}

impl TokenBucket {
    /// A full one.
    pub fn new(allowance: &Allowance) -> TokenBucket {
        let token = u128::from(allowance.per.0.max(1));
        let room = u128::from(allowance.burst) * token;
        TokenBucket { rate: u128::from(allowance.limit.max(1)), token, room, level: room, as_of: SimTime::ZERO }
    }

    fn level_at(&self, at: SimTime) -> u128 {
        (self.level + u128::from(at.since(self.as_of).0) * self.rate).min(self.room)
    }

    /// Millionths of tokens at an instant.
    pub fn millionths(&self, at: SimTime) -> u64 {
        u64::try_from(self.level_at(at) * 1_000_000 / self.token).unwrap_or(u64::MAX)
    }
}

impl Account for TokenBucket {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        let needs = u128::from(cost) * self.token;
        let missing = needs.saturating_sub(self.level_at(from));
        if needs > self.room { None } else { instant(u128::from(from.0) + ceil(missing, self.rate)) }
    }

    fn take(&mut self, at: SimTime, cost: u32) {
        self.level = self.level_at(at).saturating_sub(u128::from(cost) * self.token);
        self.as_of = at;
    }

    fn take_back(&mut self, at: SimTime, cost: u32) {
        self.level = (self.level_at(at) + u128::from(cost) * self.token).min(self.room);
        self.as_of = at;
    }

    fn as_new_from(&self) -> SimTime {
        instant(u128::from(self.as_of.0) + ceil(self.room - self.level, self.rate)).unwrap_or(SimTime::MAX)
    }
}
