//! Stabilised: it goes at once to the size at which the use would be as it is meant to be, up with the least and down with the greatest of what it would have
//! recommended in a window. It is the Horizontal Pod Autoscaler of Kubernetes, as its documentation has it
//! (<https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>, *Algorithm details* and *Configurable scaling behavior*).
//!
//! recommended = ⌈size × use ÷ target⌉, or the size as it is where the ratio is within the tolerance of one. What a window holds is no rest after a change: a
//! single look that asks for more keeps the size up for the whole of the downward window, and however much less is wanted it is not lost before. Upward
//! the window is none by default, so more are there at the next look. In one look it goes no further up than to twice as many, or four more. Where the default
//! period of 15 s is longer than the time between two looks, the original goes no further in that; here each look may.

use super::proportional::fitting;
use millrace_trace::{SimTime, Span};
use std::collections::VecDeque;

/// The knobs of [`Stabilised`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StabilisedSettings {
    /// The least size and the greatest.
    pub ends: (u32, u32),
    /// The use that is meant to be, in percent.
    pub target: f64,
    /// Within this share of the target nothing changes: 0.1.
    pub tolerance: f64,
    /// How far back it looks before it goes up: by default not at all.
    pub up_window: Span,
    /// How far back before it goes down: by default five minutes.
    pub down_window: Span,
}

/// See [the module](self).
#[derive(Clone, Debug)]
pub struct Stabilised {
    settings: StabilisedSettings,
    /// When which size was recommended, as far back as the longer window goes.
    recommended: VecDeque<(SimTime, u32)>,
    last: Option<f64>,
}

impl Stabilised {
    /// A rule that has seen nothing yet.
    pub fn new(settings: StabilisedSettings) -> Stabilised {
        Stabilised { settings, recommended: VecDeque::new(), last: None }
    }

    /// The use at the last look.
    pub fn last(&self) -> f64 {
        self.last.unwrap_or(0.0)
    }

    /// Takes in a look. How many there should be.
    pub fn look(&mut self, now: SimTime, used: f64, size: u32) -> u32 {
        let StabilisedSettings { ends: (least, greatest), target, tolerance, up_window, down_window } = self.settings;
        if self.last.is_none() {
            // As many as there are when it begins were right, as far as anybody knows.
            self.recommended.push_back((now, size));
        }
        self.last = Some(used);
        let wanted = fitting(size, used, target, tolerance);
        let window = up_window.max(down_window);
        // Those that are no longer of the window are of no use to anybody.
        while self.recommended.front().is_some_and(|(at, _)| now.since(*at) >= window) {
            self.recommended.pop_front();
        }
        let within = |window: Span| {
            let recent = self.recommended.iter().filter(move |(at, _)| now.since(*at) < window);
            recent.map(|(_, size)| *size).chain([wanted])
        };
        let up = within(up_window).min().unwrap_or(wanted);
        let down = within(down_window).max().unwrap_or(wanted);
        self.recommended.push_back((now, wanted));
        let most = size.saturating_mul(2).max(size.saturating_add(4));
        size.max(up).min(down).min(most).max(least).min(greatest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const USUAL: StabilisedSettings = StabilisedSettings {
        ends: (10, 200),
        target: 70.0,
        tolerance: 0.1,
        up_window: Span::ZERO,
        down_window: Span::secs(300),
    };

    /// The sizes after looks at every 30 s at which so many are wanted, of which no more are used than there are.
    fn sizes(settings: StabilisedSettings, mut size: u32, wanted: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut rule = Stabilised::new(settings);
        let look = |(index, wanted): (usize, u32)| {
            let used = f64::from(wanted.min(size)) / f64::from(size) * 100.0;
            size = rule.look(SimTime((index as u64 + 1) * 30 * SECOND), used, size);
            size
        };
        wanted.into_iter().enumerate().map(look).collect()
    }

    #[test]
    fn within_the_tolerance_nothing_changes_and_beyond_it_the_size_is_the_one_that_fits() {
        // 70 % of 50 is 35; a tenth more and less is from 31.5 to 38.5.
        assert_eq!(sizes(USUAL, 50, [38, 32, 35]), [50, 50, 50]);
        assert_eq!(sizes(USUAL, 50, [40]), [58], "⌈50 × 80 ÷ 70⌉");
    }

    #[test]
    fn it_is_at_what_is_needed_after_a_few_looks() {
        // All of 32, and then of each next size: a factor of 100 ÷ 70 each time.
        assert_eq!(sizes(USUAL, 32, [180; 6]), [46, 66, 95, 136, 195, 200]);
    }

    #[test]
    fn down_goes_the_greatest_of_the_window_so_a_valley_changes_nothing() {
        let valley = [[100; 4], [20; 4], [100; 4]].concat();
        let sizes_of = sizes(USUAL, 143, valley);
        assert!(sizes_of.iter().all(|size| *size == 143), "{sizes_of:?}");
        // Whoever looks back no further than now follows it.
        let nervous = StabilisedSettings { down_window: Span::ZERO, ..USUAL };
        assert_eq!(sizes(nervous, 143, [100, 20, 100])[1], 29);
    }

    #[test]
    fn what_lasts_longer_than_the_window_is_believed_when_nothing_in_it_says_otherwise() {
        let sizes = sizes(USUAL, 143, [[100; 2].as_slice(), [20; 12].as_slice()].concat());
        // The last look that wanted 143 is at 60 s, and is of the window for the looks up to 330 s.
        assert_eq!(sizes.iter().position(|size| *size < 143), Some(11));
        assert_eq!(sizes[11], 29);
    }

    #[test]
    fn up_goes_no_further_than_to_twice_as_many_or_four_more_and_never_beyond_the_ends() {
        let low = StabilisedSettings { target: 10.0, ..USUAL };
        assert_eq!(sizes(low, 20, [20; 4]), [40, 80, 160, 200]);
        let small = StabilisedSettings { ends: (1, 200), target: 10.0, ..USUAL };
        assert_eq!(sizes(small, 2, [2]), [6]);
        let nervous = StabilisedSettings { down_window: Span::ZERO, ..USUAL };
        assert_eq!(sizes(nervous, 12, [0; 2]), [10, 10]);
    }

    #[test]
    fn what_it_begins_with_counts_as_recommended() {
        let sizes = sizes(USUAL, 40, [0; 12]);
        assert_eq!(sizes.iter().position(|size| *size == 10), Some(10), "five minutes after the first look");
    }

    #[test]
    fn an_upward_window_waits_for_the_least_that_was_recommended_in_it() {
        let slow = StabilisedSettings { up_window: Span::secs(60), ..USUAL };
        // At 30 s 50 were right, so nothing more at 60 s; at 90 s that look is out of the window.
        assert_eq!(sizes(slow, 50, [35, 50, 50]), [50, 50, 72]);
    }
}
