//! How many of something there should be: rules that are told what was found, look after look, and say a size.
//!
//! A rule has no clock, no task and nothing that it resizes: whoever looks tells it the time, the size, what is used of it and who waits, and does what it says. So a
//! pool of connections, workers and copies of a service can be scaled by the same one, and two of them can be raced on one load.
//!
//! [`Steps`] goes up or down by a step and then rests. [`Stabilised`] goes to where the use would be as it is meant to be, and goes down only when it would have been right
//! for a while. [`Proportional`] does it in one step, and rests; by a [`Measure`] that somebody declares, too. [`Tuned`] moves the target of that towards a share of those
//! who may have to wait. [`Forecast`] has as many as will be needed, where the load repeats itself ([`Season`]). [`Sizing`] is the choice between them, as parameters.
//! What was measured, for whoever shows a mean or a trend, is kept by [`UsageHistory`].

mod forecast;
mod history;
mod look;
mod measure;
mod proportional;
mod rest;
mod season;
mod sizing;
mod stabilised;
mod steps;
mod tuned;

pub use forecast::{Forecast, ForecastSettings};
pub use history::UsageHistory;
pub use look::Look;
pub use measure::Measure;
pub use proportional::{Proportional, ProportionalSettings};
pub use season::Season;
pub use sizing::{Scaled, Sizing};
pub use stabilised::{Stabilised, StabilisedSettings};
pub use steps::{Steps, StepsSettings};
pub use tuned::{Tuned, TunedSettings};

use millrace_trace::SimTime;

/// How the next size is found.
#[derive(Clone, Debug)]
pub enum SizeRule {
    /// See [`Steps`].
    Steps(Steps),
    /// See [`Stabilised`].
    Stabilised(Stabilised),
    /// See [`Proportional`]: by what is wanted, in percent of the size.
    Adaptive(Proportional),
    /// See [`Tuned`].
    Tuned(Tuned),
    /// See [`Forecast`].
    Forecast(Forecast),
    /// See [`Proportional`] and [`Measure`].
    Measured(Measure, Proportional),
}

impl SizeRule {
    /// Takes in a look. How many there should be from now on.
    pub fn look(&mut self, found: &Look) -> u32 {
        let Look { now, size, .. } = *found;
        match self {
            SizeRule::Steps(rule) => rule.look(now, found.used(), size),
            SizeRule::Stabilised(rule) => rule.look(now, found.used(), size),
            SizeRule::Adaptive(rule) => rule.look(now, found.pressed(), size),
            SizeRule::Tuned(rule) => rule.look(found),
            SizeRule::Forecast(rule) => rule.look(found),
            SizeRule::Measured(measure, rule) => rule.look(now, measure.of(found), size),
        }
    }

    /// The rule that goes by a target, with the one that is in force.
    fn proportional(&self) -> Option<&Proportional> {
        match self {
            SizeRule::Adaptive(rule) | SizeRule::Measured(_, rule) => Some(rule),
            SizeRule::Tuned(rule) => Some(rule.rule()),
            _ => None,
        }
    }

    /// What it went by at the last look, in percent: of the size that is used, or wanted; or of the target of a measure of one's own.
    pub fn goes_by(&self) -> f64 {
        match self {
            SizeRule::Steps(rule) => rule.mean(),
            SizeRule::Forecast(rule) => rule.steps().mean(),
            SizeRule::Stabilised(rule) => rule.last(),
            SizeRule::Measured(_, rule) => rule.last() / rule.settings().target * 100.0,
            _ => self.proportional().map_or(0.0, Proportional::last),
        }
    }

    /// Above which of that it grows, and below which it shrinks, where those move; nothing where they stay as they were set.
    pub fn moved_thresholds(&self) -> Option<[f64; 2]> {
        match self {
            SizeRule::Tuned(rule) => Some(rule.rule().thresholds()),
            _ => None,
        }
    }

    /// Until when it rests, whatever comes; if it does.
    pub fn rests_until(&self) -> Option<SimTime> {
        match self {
            SizeRule::Steps(rule) => rule.rests_until(),
            SizeRule::Forecast(rule) => rule.rests_until(),
            SizeRule::Stabilised(_) => None,
            _ => self.proportional().and_then(Proportional::rests_until),
        }
    }

    /// The size that it would have gone to at the last look, whether or not it rested; of a rule that knows it.
    pub fn wish(&self) -> Option<u32> {
        match self {
            SizeRule::Forecast(rule) => rule.wish(),
            _ => self.proportional().and_then(Proportional::wish),
        }
    }

    /// How many are expected to be wanted a rest and one look from now, where somebody knows.
    pub fn expected(&self) -> Option<f64> {
        match self {
            SizeRule::Forecast(rule) => rule.expected(),
            _ => None,
        }
    }

    /// The share of those who wanted one and had to wait, where the rule goes by it.
    pub fn waited(&self) -> Option<f64> {
        match self {
            SizeRule::Tuned(rule) => rule.share(),
            _ => None,
        }
    }
}
