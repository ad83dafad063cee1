//! How many of something there should be: rules that are told how much is used, look after look, and say a size.
//!
//! A rule has no clock, no task and nothing that it resizes: whoever looks tells it the time, the use in percent and the size, and does what it says. So a
//! pool of connections, workers and copies of a service can be scaled by the same one, and two of them can be raced on one load. [`Steps`] goes up or down by
//! a step and then rests; [`Stabilised`] goes to where the use would be as it is meant to be, and goes down only when it would have been right for a while.
//! What was measured, for whoever shows a mean or a trend, is kept by [`UsageHistory`].

mod history;
mod stabilised;
mod steps;

pub use history::UsageHistory;
pub use stabilised::{Stabilised, StabilisedSettings};
pub use steps::{Steps, StepsSettings};

use millrace_trace::SimTime;

/// How the next size is found.
#[derive(Clone, Debug)]
pub enum SizeRule {
    /// See [`Steps`].
    Steps(Steps),
    /// See [`Stabilised`].
    Stabilised(Stabilised),
}

impl SizeRule {
    /// Takes in a look: when it is, how many percent of how many are used. How many there should be from now on.
    pub fn look(&mut self, now: SimTime, used: f64, size: u32) -> u32 {
        match self {
            SizeRule::Steps(rule) => rule.look(now, used, size),
            SizeRule::Stabilised(rule) => rule.look(now, used, size),
        }
    }

    /// The use that it went by at the last look, in percent.
    pub fn goes_by(&self) -> f64 {
        match self {
            SizeRule::Steps(rule) => rule.mean(),
            SizeRule::Stabilised(rule) => rule.last(),
        }
    }

    /// Until when it rests, whatever comes; if it does.
    pub fn rests_until(&self) -> Option<SimTime> {
        match self {
            SizeRule::Steps(rule) => rule.rests_until(),
            SizeRule::Stabilised(_) => None,
        }
    }
}
