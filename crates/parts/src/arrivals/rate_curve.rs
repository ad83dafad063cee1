//! Rates that change over time, and when what comes at such a rate has come.
//!
//! The arrivals are a Poisson process whose rate changes. They are made by inverting the integrated rate (Çinlar, "Introduction to
//! Stochastic Processes", 1975, section 4.7): the sums of exponential gaps of mean one are the arrivals on the scale of expected
//! counts, and each goes back to the instant by which so many are expected. So every arrival has one draw, that of its number: on one
//! seed the same dice make another curve's arrivals. Thinning (Lewis and Shedler 1979) would need as many draws as the highest rate asks
//! for, and which they are would depend on the curve.

use millrace_trace::Span;

/// A rate per second over time. Rates are greater than nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RateCurve {
    /// One rate, and another from an instant on.
    Step {
        /// Until then.
        before: f64,
        /// From then on.
        after: f64,
        /// When.
        at: Span,
    },
    /// From one rate evenly to another, which then stays.
    Ramp {
        /// At the start.
        from: f64,
        /// From the end of the ramp on.
        to: f64,
        /// How long it takes.
        over: Span,
    },
    /// A sine: it begins at one rate, has come to the other after half a period, and goes back.
    Day {
        /// At the start of each period.
        from: f64,
        /// In its middle.
        to: f64,
        /// How long it is.
        period: Span,
    },
}

/// More steps than any curve takes: each halves what is left at least.
const STEPS: u32 = 64;

impl RateCurve {
    /// The rate at a time in seconds from the start.
    pub fn at(&self, t: f64) -> f64 {
        match *self {
            RateCurve::Step { before, after, at } => {
                if t < at.seconds() {
                    before
                } else {
                    after
                }
            }
            RateCurve::Ramp { from, to, over } => {
                let over = over.seconds();
                if t < over { from + (to - from) * t / over } else { to }
            }
            RateCurve::Day { from, to, period } => {
                let angle = std::f64::consts::TAU * t / period.seconds();
                (from + to) / 2.0 - (to - from) / 2.0 * libm::cos(angle)
            }
        }
    }

    /// How many are expected by a time in seconds.
    pub fn expected(&self, t: f64) -> f64 {
        match *self {
            RateCurve::Step { before, after, at } => before * t.min(at.seconds()) + after * (t - at.seconds()).max(0.0),
            RateCurve::Ramp { from, to, over } => {
                let over = over.seconds();
                let (ramp, rest) = (t.min(over), (t - over).max(0.0));
                let climbed = if over > 0.0 { (to - from) * ramp * ramp / (2.0 * over) } else { 0.0 };
                from * ramp + climbed + to * rest
            }
            RateCurve::Day { from, to, period } => {
                let turns = std::f64::consts::TAU / period.seconds();
                (from + to) / 2.0 * t - (to - from) / 2.0 / turns * libm::sin(turns * t)
            }
        }
    }

    /// The time in seconds by which so many are expected: the inverse of [`RateCurve::expected`].
    pub fn when(&self, count: f64) -> f64 {
        match *self {
            RateCurve::Step { before, after, at } => {
                let first = before * at.seconds();
                if count < first { count / before } else { at.seconds() + (count - first) / after }
            }
            RateCurve::Ramp { from, to, over } => {
                let climbed = self.expected(over.seconds());
                if count < climbed {
                    // The root of slope ÷ 2 · t² + from · t = count, in the form that loses no digits where the slope is small.
                    let slope = (to - from) / over.seconds();
                    2.0 * count / (from + libm::sqrt((from * from + 2.0 * slope * count).max(0.0)))
                } else {
                    over.seconds() + (count - climbed) / to
                }
            }
            RateCurve::Day { from, to, period } => {
                let a_day = (from + to) / 2.0 * period.seconds();
                let days = libm::floor(count / a_day);
                days * period.seconds() + self.within_a_day(count - days * a_day, period.seconds())
            }
        }
    }

    /// The same within one period: Newton's steps, and half of what is left where one would leave it.
    fn within_a_day(&self, count: f64, period: f64) -> f64 {
        let (mut low, mut high) = (0.0, period);
        let mut t = (low + high) / 2.0;
        for _ in 0..STEPS {
            let excess = self.expected(t) - count;
            if excess > 0.0 {
                high = t
            } else {
                low = t
            }
            let newton = t - excess / self.at(t);
            let next = if newton > low && newton < high { newton } else { (low + high) / 2.0 };
            // A nanosecond is what there is of time.
            if (next - t).abs() < 1e-10 {
                return next;
            }
            t = next;
        }
        t
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: [RateCurve; 8] = [
        RateCurve::Step { before: 5.0, after: 80.0, at: Span::secs(3) },
        RateCurve::Step { before: 0.001, after: 1e6, at: Span::ZERO },
        RateCurve::Ramp { from: 10.0, to: 100.0, over: Span::secs(7) },
        RateCurve::Ramp { from: 100.0, to: 0.001, over: Span::secs(7) },
        RateCurve::Ramp { from: 4.0, to: 9.0, over: Span::ZERO },
        RateCurve::Ramp { from: 50.0, to: 50.0, over: Span::secs(2) },
        RateCurve::Day { from: 0.001, to: 1_000.0, period: Span::secs(86_400) },
        RateCurve::Day { from: 30.0, to: 3.0, period: Span::secs(2) },
    ];

    #[test]
    fn what_is_expected_is_the_sum_of_the_rate() {
        for curve in CURVES {
            // By the trapezoidal rule, away from where a curve has a corner.
            let (mut sum, step) = (0.0, 1e-4);
            for i in 0..50_000 {
                let (a, b) = (f64::from(i) * step, f64::from(i + 1) * step);
                sum += (curve.at(a) + curve.at(b)) / 2.0 * step;
            }
            let expected = curve.expected(5.0);
            assert!((sum - expected).abs() < 1e-3 * expected.max(1.0), "{curve:?}: {sum} and {expected}");
        }
    }

    #[test]
    fn the_instant_by_which_so_many_are_expected_is_the_inverse() {
        for curve in CURVES {
            let mut last = 0.0;
            for i in 1..=4_000 {
                let count = f64::from(i) * 0.37;
                let t = curve.when(count);
                let back = curve.expected(t);
                assert!((back - count).abs() < 1e-6 * count.max(1.0), "{curve:?}: {count} at {t} is {back}");
                assert!(t >= last, "{curve:?}: time goes back at {count}");
                last = t;
            }
        }
    }

    #[test]
    fn a_day_begins_at_one_rate_and_is_at_the_other_at_noon() {
        let day = RateCurve::Day { from: 10.0, to: 50.0, period: Span::secs(24) };
        assert_eq!([0.0, 12.0, 24.0].map(|t| libm::round(day.at(t) * 1e6) / 1e6), [10.0, 50.0, 10.0]);
        assert!((day.expected(24.0) - 30.0 * 24.0).abs() < 1e-9);
    }
}
