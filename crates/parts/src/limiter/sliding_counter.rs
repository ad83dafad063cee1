//! The sliding counter: two counters that estimate what a log would know.
//!
//! Of the window before, the share that still lies in sight is taken to count: it lets a request pass while previous × that share + current + cost
//! is no more than the limit. The share is not rounded. What it estimates is right where requests come evenly; where they come in a bunch
//! at the end of a window, it forgets them too soon, and up to one and a half times the limit passes. And under a steady load the last of a window
//! never passes: its turn comes when nothing of the window before is in sight any more, and that is the next window.

use super::Allowance;
use super::account::{Account, instant};
use millrace_trace::SimTime;

/// Two counters, empty at first.
#[derive(Clone, Debug)]
pub struct SlidingCounter {
    limit: u64,
    per: u64,
    counts_refused: bool,
    /// Which window it is, what was counted in it, and in the one before.
    window: u64,
    count: u64,
    before: u64,
}

impl SlidingCounter {
    /// One that has counted nothing.
    pub fn new(allowance: &Allowance) -> SlidingCounter {
        let (limit, per) = (u64::from(allowance.limit), allowance.per.0.max(1));
        SlidingCounter { limit, per, counts_refused: allowance.log_refused, window: 0, count: 0, before: 0 }
    }

    /// What was counted in this window and in the one before, and when this one began.
    pub fn counts(&self) -> (u64, u64, SimTime) {
        (self.count, self.before, SimTime(self.window.saturating_mul(self.per)))
    }

    /// The counts of the window of an instant and of the one before it.
    fn counts_at(&self, window: u64) -> (u64, u64) {
        match window.saturating_sub(self.window) {
            0 => (self.count, self.before),
            1 => (0, self.count),
            _ => (0, 0),
        }
    }

    fn count(&mut self, at: SimTime, cost: u64) {
        let window = at.0 / self.per;
        (self.count, self.before) = self.counts_at(window);
        self.window = self.window.max(window);
        self.count += cost;
    }

    /// How far a window must have gone until a request passes; nothing where it does not pass in it.
    fn passes_after(&self, (count, before): (u64, u64), cost: u64) -> Option<u64> {
        let free = u128::from(self.limit.checked_sub(count.checked_add(cost)?)?);
        let per = u128::from(self.per);
        // before × (per − gone) ≤ free × per
        let gone = match (free * per).checked_div(u128::from(before)) {
            Some(in_sight) => per.saturating_sub(in_sight),
            None => 0,
        };
        u64::try_from(gone).ok().filter(|gone| *gone < self.per)
    }
}

impl Account for SlidingCounter {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        if u64::from(cost) > self.limit {
            return None;
        }
        let first = from.0 / self.per;
        // In this window, in the next, or in the one after it, of which nothing is known.
        (first..=first + 2).find_map(|window| {
            let gone = self.passes_after(self.counts_at(window), cost.into())?;
            let at = instant(u128::from(window) * u128::from(self.per) + u128::from(gone))?;
            Some(at.max(from))
        })
    }

    fn take(&mut self, at: SimTime, cost: u32) {
        self.count(at, cost.into());
    }

    fn take_back(&mut self, _: SimTime, cost: u32) {
        self.count = self.count.saturating_sub(cost.into());
    }

    fn refuse(&mut self, at: SimTime, cost: u32) {
        self.count(at, if self.counts_refused { cost.into() } else { 0 });
    }

    fn as_new_from(&self) -> SimTime {
        let windows = match (self.count, self.before) {
            (0, 0) => 0,
            (0, _) => self.window + 1,
            _ => self.window + 2,
        };
        SimTime(windows.saturating_mul(self.per))
    }
}
