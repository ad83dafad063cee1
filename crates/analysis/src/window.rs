//! Points of series for charts: percentiles and rates over windows of time.

use super::Rates;
use millrace_trace::{SimTime, Span};

/// Percentiles of what ended in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowPoint {
    /// The end of the window.
    pub at: SimTime,
    /// The median.
    pub p50: Span,
    /// 95 % were no longer.
    pub p95: Span,
    /// 99 % were no longer.
    pub p99: Span,
}

/// Jobs a second in a window, by how they left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatePoint {
    /// The end of the window.
    pub at: SimTime,
    /// The rates.
    pub rates: Rates,
}

/// The windows of this length from the start until `end`, the last one cut short.
pub(super) fn edges(end: SimTime, window: Span) -> impl Iterator<Item = (SimTime, SimTime)> {
    let window = window.0.max(1);
    (0..end.0.div_ceil(window)).map(move |i| (SimTime(i * window), SimTime(((i + 1) * window).min(end.0))))
}

/// The points with no window left out between them, in pieces: across a window without a sample nothing is known.
pub fn pieces(points: &[WindowPoint], step: Span) -> impl Iterator<Item = &[WindowPoint]> {
    points.chunk_by(move |a, b| b.at - a.at <= step)
}
