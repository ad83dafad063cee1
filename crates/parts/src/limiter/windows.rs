//! Windows of one length at whole multiples of it from the start, with a count for the one that is and the one before: what the fixed window and
//! the sliding counter have in common. They differ in what they make of the counts.

use super::Allowance;
use millrace_trace::SimTime;

/// Two counters, empty at first.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    pub limit: u64,
    pub per: u64,
    counts_refused: bool,
    /// Which window it is, what was counted in it, and in the one before.
    pub window: u64,
    pub count: u64,
    pub before: u64,
}

impl Windows {
    pub fn new(allowance: &Allowance) -> Windows {
        let (limit, per) = (u64::from(allowance.limit), allowance.per.0.max(1));
        Windows { limit, per, counts_refused: allowance.log_refused, window: 0, count: 0, before: 0 }
    }

    /// What was counted in this window and in the one before, and when this one began.
    pub fn counts(&self) -> (u64, u64, SimTime) {
        (self.count, self.before, SimTime(self.window.saturating_mul(self.per)))
    }

    /// The counts of a window that is not over yet and of the one before it.
    pub fn counts_at(&self, window: u64) -> (u64, u64) {
        match window.saturating_sub(self.window) {
            0 => (self.count, self.before),
            1 => (0, self.count),
            _ => (0, 0),
        }
    }

    pub fn take(&mut self, at: SimTime, cost: u32) {
        let window = at.0 / self.per;
        (self.count, self.before) = self.counts_at(window);
        self.window = self.window.max(window);
        self.count += u64::from(cost);
    }

    pub fn take_back(&mut self, cost: u32) {
        self.count = self.count.saturating_sub(cost.into());
    }

    pub fn refuse(&mut self, at: SimTime, cost: u32) {
        self.take(at, if self.counts_refused { cost } else { 0 });
    }
}
