//! Where a value is in a chart. Stacked charts share their left and right margins, and so one scale of time.

use crate::number;
use millrace_spec::plain;

/// Room for the labels of the axis.
pub(super) const LEFT: f64 = 34.0;
/// Room for the labels of the lines.
pub(super) const RIGHT: f64 = 94.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 20.0;

/// The scales of a chart of a size.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The left edge of the plot.
    pub left: f64,
    /// The right edge.
    pub right: f64,
    /// The upper edge.
    pub top: f64,
    /// The base line.
    pub bottom: f64,
    /// The seconds at the right edge.
    pub end: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) log: bool,
}

impl Scale {
    /// That of a picture of a size; none where there is no room for a plot.
    pub(super) fn new((w, h): (f64, f64), end: f64, (low, high): (f64, f64), log: bool) -> Option<Scale> {
        let end = if end.is_finite() { end.max(1e-6) } else { 1.0 };
        let scale = Scale { left: LEFT, right: w - RIGHT, top: TOP, bottom: h - BOTTOM, end, low, high, log };
        (scale.right > scale.left + 10.0 && scale.bottom > scale.top + 10.0).then_some(scale)
    }

    /// Where an instant is.
    pub fn x(&self, seconds: f64) -> f64 {
        self.left + (seconds / self.end).clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// The instant at a place; none beside the plot.
    pub fn seconds(&self, x: f64) -> Option<f64> {
        let share = (x - self.left) / (self.right - self.left);
        (-0.02..=1.02).contains(&share).then(|| share.clamp(0.0, 1.0) * self.end)
    }

    /// Where a value is.
    pub fn y(&self, value: f64) -> f64 {
        let lift = |v: f64| if self.log { libm::log10(v.max(1e-9)) } else { v };
        let share = (lift(value) - lift(self.low)) / (lift(self.high) - lift(self.low)).max(1e-12);
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    /// The values that have a line across.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let (low, high) = (self.low, self.high);
        if self.log {
            let mut ticks = Vec::new();
            let mut at = low;
            while at <= high {
                ticks.push(at);
                if at * 3.0 <= high && high / low < 300.0 {
                    ticks.push(at * 3.0);
                }
                at *= 10.0;
            }
            return ticks;
        }
        let step = number::round_step(high - low, 3.0);
        (0..=6).map(|i| low + f64::from(i) * step).take_while(|t| *t <= high * 1.0001).collect()
    }
}

/// An axis label: no more digits than needed.
pub(super) fn label(value: f64) -> String {
    if value >= 1_000_000.0 {
        format!("{}M", plain(value / 1e6))
    } else if value >= 1_000.0 {
        format!("{}k", plain(value / 1e3))
    } else if value >= 10.0 || value == libm::floor(value) {
        format!("{value:.0}")
    } else if value >= 0.1 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}").trim_end_matches('0').to_owned()
    }
}
