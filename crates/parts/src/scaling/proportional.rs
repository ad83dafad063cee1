//! Proportional: one step that is as large as the load is off, and then a rest. It is *adaptive scaling*.
//!
//! fitting = ⌈size × measure ÷ target⌉, or the size as it is where the ratio is within the tolerance of one: the formula of the Horizontal Pod Autoscaler of
//! Kubernetes (<https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>, *Algorithm details*), which [`Stabilised`](super::Stabilised) goes
//! by too. What differs is what follows. There no change waits, and a window keeps the size up; here each change is followed by a rest, as after
//! a [step](super::Steps), and no step is limited. So it takes what is wanted for the measure, which passes a hundred percent where somebody waits, and not what
//! is used, which cannot: a rule that never sees more than a full pool would need a rest for each factor of 100 ÷ 70.
//!
//! The measure may be any that becomes less as the size grows. Of one that is nothing when all is well the formula makes the least size: whoever takes such a
//! measure opens and closes for ever.

use super::rest::Rest;
use millrace_trace::{SimTime, Span};

const LAST_BITS: f64 = 1e-9;

/// The size at which a measure would be as it is meant to be; the same size where it is so within the tolerance.
pub(super) fn fitting(size: u32, measure: f64, target: f64, tolerance: f64) -> u32 {
    let ratio = measure / target.max(f64::MIN_POSITIVE);
    // What is whole, or at the edge, but for the last bits of a quotient is so.
    if (ratio - 1.0).abs() <= tolerance + LAST_BITS {
        return size;
    }
    libm::ceil(ratio * f64::from(size) - LAST_BITS) as u32
}

/// The knobs of [`Proportional`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProportionalSettings {
    /// The least size and the greatest.
    pub ends: (u32, u32),
    /// What the measure is meant to be.
    pub target: f64,
    /// Within this share of the target nothing changes: 0.1.
    pub tolerance: f64,
    /// How long it rests after a change.
    pub cool_down: Span,
}

/// See [the module](self).
#[derive(Clone, Debug)]
pub struct Proportional {
    settings: ProportionalSettings,
    rest: Rest,
    last: f64,
    wish: Option<u32>,
}

impl Proportional {
    /// A rule that has seen nothing yet.
    pub fn new(settings: ProportionalSettings) -> Proportional {
        Proportional { settings, rest: Rest::of(settings.cool_down), last: 0.0, wish: None }
    }

    /// Takes in a look: what the measure is. How many there should be.
    pub fn look(&mut self, now: SimTime, measure: f64, size: u32) -> u32 {
        let ProportionalSettings { ends: (least, greatest), target, tolerance, .. } = self.settings;
        let wish = fitting(size, measure, target, tolerance).max(least).min(greatest);
        (self.last, self.wish) = (measure, Some(wish));
        if self.rest.is_on(now) { size } else { self.rest.step(now, size, wish) }
    }

    /// The measure at the last look.
    pub fn last(&self) -> f64 {
        self.last
    }

    /// The size that it would have gone to at the last look, whether or not it rested.
    pub fn wish(&self) -> Option<u32> {
        self.wish
    }

    /// Until when it rests.
    pub fn rests_until(&self) -> Option<SimTime> {
        self.rest.until()
    }

    /// Whether it rests now.
    pub(super) fn is_resting(&self, now: SimTime) -> bool {
        self.rest.is_on(now)
    }

    pub(super) fn settings(&self) -> &ProportionalSettings {
        &self.settings
    }

    pub(super) fn aim_at(&mut self, target: f64) {
        self.settings.target = target;
    }

    /// Above the first it grows, and below the second it shrinks.
    pub fn thresholds(&self) -> [f64; 2] {
        let off = self.settings.target * self.settings.tolerance;
        [self.settings.target + off, self.settings.target - off]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// The sizes after looks at every 30 s at which so many are wanted.
    fn sizes(mut size: u32, wanted: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let settings =
            ProportionalSettings { ends: (10, 200), target: 70.0, tolerance: 0.1, cool_down: Span::secs(120) };
        let mut rule = Proportional::new(settings);
        let look = |(index, wanted): (usize, u32)| {
            let measure = f64::from(wanted) / f64::from(size) * 100.0;
            size = rule.look(SimTime((index as u64 + 1) * 30 * SECOND), measure, size);
            size
        };
        wanted.into_iter().enumerate().map(look).collect()
    }

    #[test]
    fn one_step_is_as_large_as_the_load_is_off_and_then_it_rests() {
        // ⌈100 ÷ 0.7⌉ at once, and 126 ÷ 0.7 not before two minutes are over.
        assert_eq!(sizes(32, [100, 126, 126, 126, 126]), [143, 143, 143, 143, 180]);
        assert_eq!(sizes(200, [35; 2]), [50, 50]);
    }

    #[test]
    fn within_the_tolerance_nothing_changes_and_a_whole_quotient_is_not_one_more() {
        assert_eq!(sizes(50, [38, 32, 35]), [50, 50, 50]);
        for size in 1..=200 {
            // As many as fit exactly: 7 of 10 for each ten.
            for tens in 1..=20 {
                assert_eq!(
                    fitting(size, f64::from(tens * 7) / f64::from(size) * 100.0, 70.0, 0.0),
                    tens * 10,
                    "{size}"
                );
            }
        }
    }

    #[test]
    fn it_goes_beyond_no_end_and_a_measure_of_nothing_or_less_is_the_least_size() {
        assert_eq!(sizes(32, [1_000]), [200]);
        assert_eq!(sizes(32, [0]), [10]);
        assert_eq!(fitting(32, -5.0, 70.0, 0.1), 0);
    }
}
