//! A bucket of tokens that only asks whether there is one: so many come a second, and as many are there at most.

use millrace_trace::SimTime;

/// The bucket. It starts full.
#[derive(Debug)]
pub(super) struct Tokens {
    per_second: u64,
    /// In billionths of a token, of which each nanosecond brings as many as tokens come a second.
    saved: u64,
    counted: SimTime,
}

const ONE: u64 = 1_000_000_000;

impl Tokens {
    pub fn new(per_second: u32) -> Tokens {
        let per_second = u64::from(per_second);
        Tokens { per_second, saved: per_second * ONE, counted: SimTime::ZERO }
    }

    /// Takes one, if there is one.
    pub fn take(&mut self, now: SimTime) -> bool {
        let come = now.since(std::mem::replace(&mut self.counted, now)).0.saturating_mul(self.per_second);
        self.saved = self.saved.saturating_add(come).min(self.per_second * ONE);
        let left = self.saved.checked_sub(ONE);
        left.inspect(|left| self.saved = *left).is_some()
    }
}
