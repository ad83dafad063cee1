//! Virtual time: whole nanoseconds since the start of the run.
//!
//! Integers, because a sum of floating-point delays depends on its order, and because "ends at exactly
//! 10,000,000,000 ns" must be a statement one can check.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant: nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(pub u64);

/// A length of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl SimTime {
    /// The start of every run.
    pub const ZERO: SimTime = SimTime(0);
    /// Later than every instant of a run.
    pub const MAX: SimTime = SimTime(u64::MAX);

    /// Nanoseconds since the start.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// How long ago `earlier` was; zero if it is not earlier.
    pub const fn since(self, earlier: SimTime) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// A span of whole nanoseconds.
    pub const fn nanos(n: u64) -> Span {
        Span(n)
    }

    /// A span of whole microseconds.
    pub const fn micros(n: u64) -> Span {
        Span(n.saturating_mul(1_000))
    }

    /// A span of whole milliseconds.
    pub const fn millis(n: u64) -> Span {
        Span(n.saturating_mul(1_000_000))
    }

    /// A span of whole seconds.
    pub const fn secs(n: u64) -> Span {
        Span(n.saturating_mul(1_000_000_000))
    }

    /// The span nearest to `seconds`; negative and undefined values count as zero.
    pub fn from_seconds(seconds: f64) -> Span {
        // `as` saturates, and takes NaN to zero.
        Span((seconds * 1e9 + 0.5) as u64)
    }

    /// The length in seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The length in milliseconds.
    pub fn as_millis(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or the longest span there is.
    pub const fn saturating_add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }

    /// The difference, or zero.
    pub const fn saturating_sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Add<Span> for SimTime {
    type Output = SimTime;

    /// Saturates: a wait of five hundred years ends at the end of time, not at its beginning.
    fn add(self, span: Span) -> SimTime {
        SimTime(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for SimTime {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub for SimTime {
    type Output = Span;

    fn sub(self, earlier: SimTime) -> Span {
        self.since(earlier)
    }
}

impl fmt::Display for Span {
    /// In the largest unit that loses no digit: `24h`, `90m`, `2s`, `500ms`, `0.86ms`. Reads back as the same span.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        if n == 0 {
            f.write_str("0ms")
        } else if n.is_multiple_of(3_600_000_000_000) {
            write!(f, "{}h", n / 3_600_000_000_000)
        } else if n.is_multiple_of(60_000_000_000) {
            write!(f, "{}m", n / 60_000_000_000)
        } else if n.is_multiple_of(1_000_000_000) {
            write!(f, "{}s", n / 1_000_000_000)
        } else if n.is_multiple_of(1_000_000) {
            write!(f, "{}ms", n / 1_000_000)
        } else {
            // A fraction of a millisecond, without trailing zeros.
            let text = format!("{}.{:06}", n / 1_000_000, n % 1_000_000);
            write!(f, "{}ms", text.trim_end_matches('0'))
        }
    }
}
