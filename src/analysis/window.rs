//! Series for charts: percentiles and rates over windows of time.

use super::{Call, Departure, percentile};
use crate::trace::{Answer, Outcome, SimTime, Span};

/// Percentiles of the calls that ended in a window.
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

/// Departures a second in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatePoint {
    /// The end of the window.
    pub at: SimTime,
    /// All departures a second.
    pub rate: f64,
    /// Of them, those that were no success.
    pub failed: f64,
}

/// The windows of this length from the start until `end`, the last one cut short.
fn edges(end: SimTime, window: Span) -> impl Iterator<Item = (SimTime, SimTime)> {
    let window = window.0.max(1);
    (0..end.0.div_ceil(window)).map(move |i| (SimTime(i * window), SimTime(((i + 1) * window).min(end.0))))
}

/// Percentiles of answered calls by window; windows without any are left out.
pub fn windows(calls: &[Call], end: SimTime, window: Span) -> Vec<WindowPoint> {
    let mut points = Vec::new();
    let mut rest = calls;
    for (_, to) in edges(end, window) {
        let (inside, after) = rest.split_at(rest.partition_point(|c| c.at <= to));
        rest = after;
        let mut nanos: Vec<u64> =
            inside.iter().filter(|c| matches!(c.answer, Answer::Status(_))).map(|c| c.latency.0).collect();
        if nanos.is_empty() {
            continue;
        }
        nanos.sort_unstable();
        let p = |per_mille| percentile(&nanos, per_mille);
        points.push(WindowPoint { at: to, p50: p(500), p95: p(950), p99: p(990) });
    }
    points
}

/// Percentiles of what came in the last `window` before each `step` from the start until `end`, and before the end itself;
/// where nothing came, none. `of` says when an item came and what it measures; items are in order of time.
pub fn trailing<T>(
    items: &[T],
    of: impl Fn(&T) -> (SimTime, Span),
    end: SimTime,
    step: Span,
    window: Span,
) -> Vec<WindowPoint> {
    let mut points = Vec::new();
    for (_, to) in edges(end, step) {
        let from = to.0.checked_sub(window.0);
        let first = from.map_or(0, |from| items.partition_point(|item| of(item).0.0 <= from));
        let last = items.partition_point(|item| of(item).0 <= to);
        let mut nanos: Vec<u64> = items.get(first..last).unwrap_or_default().iter().map(|item| of(item).1.0).collect();
        if nanos.is_empty() {
            continue;
        }
        nanos.sort_unstable();
        let p = |per_mille| percentile(&nanos, per_mille);
        points.push(WindowPoint { at: to, p50: p(500), p95: p(950), p99: p(990) });
    }
    points
}

/// Departures a second by window.
pub fn rates(departures: &[Departure], end: SimTime, window: Span) -> Vec<RatePoint> {
    let mut points = Vec::new();
    let mut rest = departures;
    for (from, to) in edges(end, window) {
        let (inside, after) = rest.split_at(rest.partition_point(|d| d.at <= to));
        rest = after;
        let seconds = to.since(from).seconds();
        let failed = inside.iter().filter(|d| d.outcome != Outcome::Completed).count();
        if seconds > 0.0 {
            points.push(RatePoint { at: to, rate: inside.len() as f64 / seconds, failed: failed as f64 / seconds });
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_window_forgets_what_came_before_it() {
        let items: Vec<(SimTime, Span)> = (1..=10).map(|i| (SimTime(i * 10), Span(i))).collect();
        let points = trailing(&items, |item| *item, SimTime(105), Span(50), Span(30));
        // At 50 there are 3, 4 and 5; at 100 there are 8, 9 and 10; at 105 still 8, 9 and 10.
        let at: Vec<_> = points.iter().map(|p| (p.at.0, p.p50.0, p.p95.0)).collect();
        assert_eq!(at, [(50, 4, 5), (100, 9, 10), (105, 9, 10)]);
    }
}
