//! How the values of a chart are written.

use crate::number;

/// What a chart's values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// How many.
    #[default]
    Count,
    /// How many on average: with a decimal.
    Mean,
    /// How many a second.
    Rate,
    /// Milliseconds.
    Millis,
    /// Seconds.
    Seconds,
    /// Percent.
    Percent,
}

impl Written {
    /// A value, without its unit.
    pub fn value(self, value: f64) -> String {
        let value = value.max(0.0);
        match self {
            Written::Count => number::short_count((value + 0.5) as u64),
            Written::Mean => format!("{value:.1}"),
            Written::Rate => number::rate(value),
            Written::Millis => number::millis((value * 1e6 + 0.5) as u64),
            Written::Seconds => number::short_seconds((value * 1e9 + 0.5) as u64),
            Written::Percent => format!("{value:.1}"),
        }
    }

    /// The unit behind a value in a sentence.
    pub const fn unit(self) -> &'static str {
        match self {
            Written::Count | Written::Mean => "",
            Written::Rate => "/s",
            Written::Millis => "ms",
            Written::Seconds => "s",
            Written::Percent => "%",
        }
    }
}
