//! The sliding log: every request that passed is remembered, and no time of that length ever holds more than the limit.
//!
//! What lies in (t − per, t] counts. The one that is exact, and the one whose memory grows with the limit. Refused requests are not in the log unless
//! they are to be ([`Allowance::log_refused`]): then whoever keeps asking keeps itself out, for good if it never rests.

use super::Allowance;
use super::account::{Account, instant};
use millrace_trace::SimTime;
use std::collections::VecDeque;

/// A log, empty at first.
#[derive(Clone, Debug)]
pub struct SlidingLog {
    limit: u64,
    per: u64,
    logs_refused: bool,
    /// When, and what it cost: in the order of time, those of one instant together.
    entries: VecDeque<(u64, u64)>,
    /// What they cost together.
    sum: u64,
}

impl SlidingLog {
    /// One without an entry.
    pub fn new(allowance: &Allowance) -> SlidingLog {
        let (limit, per) = (u64::from(allowance.limit), allowance.per.0.max(1));
        SlidingLog { limit, per, logs_refused: allowance.log_refused, entries: VecDeque::new(), sum: 0 }
    }

    /// What its entries cost together, as of the last that was made, and when the oldest was made.
    pub fn held(&self) -> (u64, SimTime) {
        (self.sum, SimTime(self.entries.front().map_or(0, |(at, _)| *at)))
    }

    fn enter(&mut self, at: SimTime, cost: u32) {
        while let Some((_, old)) = self.entries.pop_front_if(|(made, _)| self.per <= at.0.saturating_sub(*made)) {
            self.sum -= old;
        }
        let cost = u64::from(cost);
        self.sum += cost;
        match self.entries.back_mut().filter(|(made, _)| *made == at.0) {
            Some((_, sum)) => *sum += cost,
            None => self.entries.push_back((at.0, cost)),
        }
    }
}

impl Account for SlidingLog {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        let room = self.limit.checked_sub(u64::from(cost))?;
        // The oldest entries leave, one after the other, until there is room.
        let (mut sum, mut at) = (self.sum, from);
        for (made, cost) in &self.entries {
            let leaves = instant(u128::from(*made) + u128::from(self.per))?;
            if leaves > from && sum <= room {
                break;
            }
            (sum, at) = (sum - cost, at.max(leaves));
        }
        Some(at)
    }

    fn take(&mut self, at: SimTime, cost: u32) {
        self.enter(at, cost);
    }

    fn take_back(&mut self, at: SimTime, cost: u32) {
        let Some((_, last)) = self.entries.back_mut().filter(|(made, _)| *made == at.0) else { return };
        let cost = u64::from(cost).min(*last);
        (*last, self.sum) = (*last - cost, self.sum - cost);
        self.entries.pop_back_if(|(_, left)| *left == 0);
    }

    fn refuse(&mut self, at: SimTime, cost: u32) {
        if self.logs_refused {
            self.enter(at, cost);
        }
    }

    fn as_new_from(&self) -> SimTime {
        self.entries.back().map_or(SimTime::ZERO, |(made, _)| SimTime(made.saturating_add(self.per)))
    }
}
