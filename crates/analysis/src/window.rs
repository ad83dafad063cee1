//! Series for charts: percentiles and rates over windows of time.

use super::{Call, Departure, Rates, percentile};
use millrace_trace::{SimTime, Span};

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

/// Jobs a second in a window, by how they left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatePoint {
    /// The end of the window.
    pub at: SimTime,
    /// The rates.
    pub rates: Rates,
}

/// The windows of this length from the start until `end`, the last one cut short.
fn edges(end: SimTime, window: Span) -> impl Iterator<Item = (SimTime, SimTime)> {
    let window = window.0.max(1);
    (0..end.0.div_ceil(window)).map(move |i| (SimTime(i * window), SimTime(((i + 1) * window).min(end.0))))
}

/// Percentiles of calls by window, of those that a caller can say the length of; windows without any are left out.
pub fn windows(calls: &[Call], end: SimTime, window: Span) -> Vec<WindowPoint> {
    let mut points = Vec::new();
    let mut rest = calls;
    for (_, to) in edges(end, window) {
        let (inside, after) = rest.split_at(rest.partition_point(|c| c.at <= to));
        rest = after;
        points.extend(point(to, inside.iter().filter(|c| c.end().is_some()).map(|c| c.latency.0).collect()));
    }
    points
}

/// The percentiles of these nanoseconds; none of none.
fn point(at: SimTime, mut nanos: Vec<u64>) -> Option<WindowPoint> {
    nanos.sort_unstable();
    let p = |per_mille| percentile(&nanos, per_mille);
    (!nanos.is_empty()).then(|| WindowPoint { at, p50: p(500), p95: p(950), p99: p(990) })
}

/// The points with no window left out between them, in pieces: across a window without a sample nothing is known.
pub fn pieces(points: &[WindowPoint], step: Span) -> impl Iterator<Item = &[WindowPoint]> {
    points.chunk_by(move |a, b| b.at - a.at <= step)
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
        let inside = items.get(first..last).unwrap_or_default();
        points.extend(point(to, inside.iter().map(|item| of(item).1.0).collect()));
    }
    points
}

/// Jobs a second by window, by how they left.
pub fn rates(departures: &[Departure], end: SimTime, window: Span) -> Vec<RatePoint> {
    let mut points = Vec::new();
    let mut rest = departures;
    for (from, to) in edges(end, window) {
        let (inside, after) = rest.split_at(rest.partition_point(|d| d.at <= to));
        rest = after;
        points.extend(Rates::of(inside, to.since(from)).map(|rates| RatePoint { at: to, rates }));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_trace::{Answer, JobId};

    #[test]
    fn a_trailing_window_forgets_what_came_before_it() {
        let items: Vec<(SimTime, Span)> = (1..=10).map(|i| (SimTime(i * 10), Span(i))).collect();
        let points = trailing(&items, |item| *item, SimTime(105), Span(50), Span(30));
        // At 50 there are 3, 4 and 5; at 100 there are 8, 9 and 10; at 105 still 8, 9 and 10.
        let at: Vec<_> = points.iter().map(|p| (p.at.0, p.p50.0, p.p95.0)).collect();
        assert_eq!(at, [(50, 4, 5), (100, 9, 10), (105, 9, 10)]);
    }

    #[test]
    fn a_window_without_a_sample_parts_the_points_before_it_from_those_after() {
        // A line was once drawn across an outage, through three seconds in which nobody was answered.
        let items = [1, 2, 6, 7].map(|at| (SimTime(at * 10), Span(at)));
        let points = trailing(&items, |item| *item, SimTime(75), Span(10), Span(10));
        let at: Vec<Vec<u64>> = pieces(&points, Span(10)).map(|piece| piece.iter().map(|p| p.at.0).collect()).collect();
        assert_eq!(at, [[10, 20].as_slice(), &[60, 70, 75]]);
    }

    #[test]
    fn a_call_that_timed_out_is_in_its_window_with_all_the_time_it_took() {
        let call =
            |at, ms, answer| Call { event: 0, at: SimTime(at), latency: Span::millis(ms), answer, job: JobId(0) };
        let calls = [call(1, 40, Answer::Status(200)), call(2, 250, Answer::TimedOut), call(3, 1, Answer::Cancelled)];
        let points = windows(&calls, SimTime(10), Span(10));
        let point =
            WindowPoint { at: SimTime(10), p50: Span::millis(40), p95: Span::millis(250), p99: Span::millis(250) };
        assert_eq!(points, [point], "and one that was taken back says nothing");
    }
}
