//! Steps: a step more when the mean use is above a threshold, a step fewer when it is below another, and after each a rest.
//!
//! The mean is that of the last ten looks, so what begins now is believed only after some of them; and it does not know that the size has changed
//! since. Before the first step there is none to rest from: the first look may already be one. The thresholds are percent, as the use is: one of 0.8 is less
//! than one in a hundred.

use super::rest::Rest;
use millrace_trace::{SimTime, Span};
use std::collections::VecDeque;

/// Over how many looks the mean goes.
const LOOKS: usize = 10;

/// The knobs of [`Steps`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepsSettings {
    /// The least size and the greatest. A size beyond them is left where it is, unless a step leads towards them.
    pub ends: (u32, u32),
    /// How many more or fewer at once.
    pub step: u32,
    /// Above this mean there are to be more, in percent.
    pub up: f64,
    /// Below this one fewer.
    pub down: f64,
    /// How long it rests after a step.
    pub cool_down: Span,
}

/// See [the module](self).
#[derive(Clone, Debug)]
pub struct Steps {
    settings: StepsSettings,
    used: VecDeque<f64>,
    rest: Rest,
}

impl Steps {
    /// A rule that has seen nothing yet.
    pub fn new(settings: StepsSettings) -> Steps {
        Steps { settings, used: VecDeque::new(), rest: Rest::of(settings.cool_down) }
    }

    /// The mean use over the last looks.
    pub fn mean(&self) -> f64 {
        if self.used.is_empty() { 0.0 } else { self.used.iter().sum::<f64>() / self.used.len() as f64 }
    }

    /// Until when it rests.
    pub fn rests_until(&self) -> Option<SimTime> {
        self.rest.until()
    }

    /// Takes in a look. How many there should be.
    pub fn look(&mut self, now: SimTime, used: f64, size: u32) -> u32 {
        self.take_in(used);
        let next = self.wish(size);
        self.step(now, size, next)
    }

    pub(super) fn take_in(&mut self, used: f64) {
        if self.used.len() == LOOKS {
            self.used.pop_front();
        }
        self.used.push_back(used);
    }

    pub(super) fn step(&mut self, now: SimTime, size: u32, next: u32) -> u32 {
        if self.rest.is_on(now) { size } else { self.rest.step(now, size, next) }
    }

    pub(super) fn ends(&self) -> (u32, u32) {
        self.settings.ends
    }

    /// The size that it would go to, if it does not rest.
    pub(super) fn wish(&self, size: u32) -> u32 {
        let StepsSettings { ends: (least, greatest), step, up, down, .. } = self.settings;
        let mean = self.mean();
        if mean > up && size < greatest {
            size.saturating_add(step).min(greatest)
        } else if mean < down && size > least {
            size.saturating_sub(step).max(least)
        } else {
            size
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn rule(up: f64, down: f64) -> Steps {
        Steps::new(StepsSettings { ends: (10, 50), step: 5, up, down, cool_down: Span::secs(120) })
    }

    /// The sizes after looks at every 30 s.
    fn sizes(rule: &mut Steps, mut size: u32, used: impl IntoIterator<Item = f64>) -> Vec<u32> {
        let looks = used.into_iter().enumerate();
        let look = |(index, used): (usize, f64)| {
            size = rule.look(SimTime((index as u64 + 1) * 30 * SECOND), used, size);
            size
        };
        looks.map(look).collect()
    }

    #[test]
    fn the_first_look_may_be_a_step_and_the_next_comes_after_the_rest_at_the_earliest() {
        assert_eq!(sizes(&mut rule(80.0, 30.0), 20, [95.0; 9]), [25, 25, 25, 25, 30, 30, 30, 30, 35]);
        assert_eq!(sizes(&mut rule(80.0, 30.0), 20, [5.0; 5]), [15, 15, 15, 15, 10]);
    }

    #[test]
    fn it_stops_at_the_ends_and_no_step_is_no_reason_to_rest() {
        let mut rule = rule(80.0, 30.0);
        assert_eq!(sizes(&mut rule, 48, [95.0; 6]), [50; 6]);
        assert_eq!(rule.rests_until(), Some(SimTime(150 * SECOND)), "the step of two is the only one");
    }

    #[test]
    fn a_peak_among_ten_looks_is_averaged_away_and_what_lasts_is_believed_late() {
        let mut peak = vec![50.0; 9];
        peak.push(100.0);
        assert_eq!(sizes(&mut rule(80.0, 30.0), 20, peak).last(), Some(&20));
        // Ten looks at 50 %, and then all is used: 50 + 5 n is above 80 from the seventh on.
        let step = sizes(&mut rule(80.0, 30.0), 20, [[50.0; 10], [100.0; 10]].concat());
        assert_eq!(step.iter().position(|size| *size == 25), Some(16));
    }

    #[test]
    fn a_threshold_that_was_meant_as_a_share_is_passed_by_one_in_a_hundred() {
        assert_eq!(sizes(&mut rule(0.8, 0.3), 20, [1.0]), [25]);
        assert_eq!(sizes(&mut rule(0.8, 0.3), 20, [0.5]), [20], "between them");
        assert_eq!(sizes(&mut rule(0.8, 0.3), 20, [0.2]), [15]);
        assert_eq!(sizes(&mut rule(80.0, 30.0), 20, [80.0, 80.0]), [20, 20], "at the threshold it is not above it");
    }

    #[test]
    fn a_size_beyond_the_ends_is_only_led_towards_them() {
        assert_eq!(sizes(&mut rule(80.0, 30.0), 60, [95.0]), [60]);
        assert_eq!(sizes(&mut rule(80.0, 30.0), 60, [5.0]), [55]);
        assert_eq!(sizes(&mut rule(80.0, 30.0), 5, [5.0]), [5]);
        assert_eq!(sizes(&mut rule(80.0, 30.0), 5, [95.0]), [10]);
    }
}
