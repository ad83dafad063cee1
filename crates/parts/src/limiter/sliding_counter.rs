//! The sliding counter: two counters that estimate what a log would know.
//!
//! Of the window before, the share that still lies in sight is taken to count: it lets a request pass while previous × that share + current + cost
//! is no more than the limit. The share is not rounded. What it estimates is right where requests come evenly; where they come in a bunch
//! at the end of a window, it forgets them too soon, and up to one and a half times the limit passes. And under a steady load the last of a window
//! never passes: its turn comes when nothing of the window before is in sight any more, and that is the next window.

use super::Allowance;
use super::account::{Account, instant};
use super::windows::Windows;
use millrace_trace::SimTime;

/// Two counters, empty at first.
#[derive(Clone, Debug)]
pub struct SlidingCounter(Windows);

impl SlidingCounter {
    /// One that has counted nothing.
    pub fn new(allowance: &Allowance) -> SlidingCounter {
        SlidingCounter(Windows::new(allowance))
    }

    /// What was counted in this window and in the one before, and when this one began.
    pub fn counts(&self) -> (u64, u64, SimTime) {
        self.0.counts()
    }

    /// How far a window must have gone until a request passes; nothing where it does not pass in it.
    fn passes_after(&self, (count, before): (u64, u64), cost: u64) -> Option<u64> {
        let free = u128::from(self.0.limit.checked_sub(count.checked_add(cost)?)?);
        let per = u128::from(self.0.per);
        // before × (per − gone) ≤ free × per
        let gone = match (free * per).checked_div(u128::from(before)) {
            Some(in_sight) => per.saturating_sub(in_sight),
            None => 0,
        };
        u64::try_from(gone).ok().filter(|gone| *gone < self.0.per)
    }
}

impl Account for SlidingCounter {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        if u64::from(cost) > self.0.limit {
            return None;
        }
        let first = from.0 / self.0.per;
        // In this window, in the next, or in the one after it, of which nothing is known.
        (first..=first + 2).find_map(|window| {
            let gone = self.passes_after(self.0.counts_at(window), cost.into())?;
            let at = instant(u128::from(window) * u128::from(self.0.per) + u128::from(gone))?;
            Some(at.max(from))
        })
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
        let windows = match (self.0.count, self.0.before) {
            (0, 0) => 0,
            (0, _) => self.0.window + 1,
            _ => self.0.window + 2,
        };
        SimTime(windows.saturating_mul(self.0.per))
    }
}
