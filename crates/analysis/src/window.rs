//! Points of series for charts: percentiles and rates over windows of time.

use super::Rates;
use millrace_trace::{SimTime, Span};

/// Percentiles of what ended in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowPoint {
    /// The end of the window.
    pub at: SimTime,
    /// Of how many; not too few is up to who shows them.
    pub n: u64,
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

/// The windows of this length from the start until `end` that are over by then: what is known of an open one is not what it will be.
pub(super) fn closed(end: SimTime, window: Span) -> impl Iterator<Item = (SimTime, SimTime)> {
    let window = window.0.max(1);
    (0..end.0 / window).map(move |i| (SimTime(i * window), SimTime((i + 1) * window)))
}

/// Every `step` from the start until `end`, and the end itself.
pub(super) fn instants(end: SimTime, step: Span) -> impl Iterator<Item = SimTime> {
    let step = step.0.max(1);
    (0..end.0.div_ceil(step)).map(move |i| SimTime(((i + 1) * step).min(end.0)))
}

/// The points of at least `enough` samples with no window left out between them, in pieces: across a window with fewer nothing is known.
pub fn pieces(points: &[WindowPoint], step: Span, enough: u64) -> Vec<Vec<WindowPoint>> {
    let known: Vec<WindowPoint> = points.iter().filter(|point| point.n >= enough).copied().collect();
    known.chunk_by(|a, b| b.at - a.at <= step).map(<[WindowPoint]>::to_vec).collect()
}
