//! The fixed window: so many in each window, and windows lie at whole multiples of their length from the start.
//!
//! The cheapest of all, a counter; and the one that lets twice the limit through: as many as are allowed at the end of a window, and as many again
//! at the beginning of the next, within any time however short. With a limit of 100 a second, 100 at 0.9 s and 100 at 1.1 s all pass.

use super::Allowance;
use super::account::{Account, instant};
use super::windows::Windows;
use millrace_trace::SimTime;

/// A counter for each window, empty at first.
#[derive(Clone, Debug)]
pub struct FixedWindow(Windows);

impl FixedWindow {
    /// One that has counted nothing.
    pub fn new(allowance: &Allowance) -> FixedWindow {
        FixedWindow(Windows::new(allowance))
    }

    /// What was counted in this window and in the one before, and when this one began.
    pub fn counts(&self) -> (u64, u64, SimTime) {
        self.0.counts()
    }
}

impl Account for FixedWindow {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        let Windows { limit, per, window, .. } = self.0;
        if u64::from(cost) > limit {
            return None;
        }
        let (count, _) = self.0.counts_at(from.0 / per);
        if count + u64::from(cost) <= limit {
            return Some(from);
        }
        instant(u128::from(window + 1) * u128::from(per))
    }

    fn take(&mut self, at: SimTime, cost: u32) {
        self.0.take(at, cost);
    }

    fn take_back(&mut self, _: SimTime, cost: u32) {
        self.0.take_back(cost);
    }

    fn refuse(&mut self, at: SimTime, cost: u32) {
        self.0.refuse(at, cost);
    }

    fn as_new_from(&self) -> SimTime {
        SimTime(if self.0.count == 0 { 0 } else { (self.0.window + 1).saturating_mul(self.0.per) })
    }
}
