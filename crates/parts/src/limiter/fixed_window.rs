//! The fixed window: so many in each window, and windows lie at whole multiples of their length from the start.
//!
//! The cheapest of all, a counter; and the one that lets twice the limit through: as many as are allowed at the end of a window, and as many again
//! at the beginning of the next, within any time however short. With a limit of 100 a second, 100 at 0.9 s and 100 at 1.1 s all pass.

use super::Allowance;
use super::account::{Account, instant};
use millrace_trace::SimTime;

/// A counter for each window, empty at first.
#[derive(Clone, Debug)]
pub struct FixedWindow {
    limit: u64,
    per: u64,
    counts_refused: bool,
    /// Which window it is, what was counted in it, and in the one before.
    window: u64,
    count: u64,
    before: u64,
}

impl FixedWindow {
    /// One that has counted nothing.
    pub fn new(allowance: &Allowance) -> FixedWindow {
        let (limit, per) = (u64::from(allowance.limit), allowance.per.0.max(1));
        FixedWindow { limit, per, counts_refused: allowance.log_refused, window: 0, count: 0, before: 0 }
    }

    /// What was counted in this window and in the one before, and when this one began.
    pub fn counts(&self) -> (u64, u64, SimTime) {
        (self.count, self.before, SimTime(self.window.saturating_mul(self.per)))
    }

    fn roll(&mut self, at: SimTime) {
        let window = at.0 / self.per;
        if window > self.window {
            self.before = if window == self.window + 1 { self.count } else { 0 };
            (self.window, self.count) = (window, 0);
        }
    }
}

impl Account for FixedWindow {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        if u64::from(cost) > self.limit {
            return None;
        }
        let is_over = from.0 / self.per > self.window;
        if is_over || self.count + u64::from(cost) <= self.limit {
            return Some(from);
        }
        instant(u128::from(self.window + 1) * u128::from(self.per))
    }

    fn take(&mut self, at: SimTime, cost: u32) {
        self.roll(at);
        self.count += u64::from(cost);
    }

    fn take_back(&mut self, _: SimTime, cost: u32) {
        self.count = self.count.saturating_sub(cost.into());
    }

    fn refuse(&mut self, at: SimTime, cost: u32) {
        self.roll(at);
        self.count += if self.counts_refused { u64::from(cost) } else { 0 };
    }

    fn as_new_from(&self) -> SimTime {
        SimTime(if self.count == 0 { 0 } else { (self.window + 1).saturating_mul(self.per) })
    }
}
