//! The figures of a measure at a playhead: its summary, percentiles and rates over time, how often which length.
//!
//! Of one station or of all together. Exact as long as each sample is kept; what is older comes from histograms and windows of
//! time, and whoever reads the figures need not know.

use super::folded::{Counts, Folded, Window, together};
use super::measured::Measured;
use super::rates::Rates;
use super::sample::{How, Sample};
use super::series::{self, Series};
use super::summary::{Summary, percentile, sort};
use super::window::{RatePoint, WindowPoint, closed, instants};
use millrace_spec::Measure;
use millrace_trace::{Outcome, SimTime, Span, StationId};

/// What was given up among samples: of none of it anybody knows how long it would have taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// How many.
    pub count: u64,
    /// The shortest time after which one was.
    pub least: Span,
}

impl GivenUp {
    /// Whether a percentile of this length is at least that, rather than that: some of what counts as shorter may have been longer.
    pub fn reaches(self, percentile: Span) -> bool {
        percentile >= self.least
    }
}

/// The samples of a measure up to a playhead.
#[derive(Clone, Copy, Debug)]
pub struct Figures<'a> {
    measured: &'a Measured,
    events: u64,
    /// Of this station alone.
    of: Option<StationId>,
}

impl<'a> Figures<'a> {
    pub(super) fn new(measured: &'a Measured, events: u64) -> Figures<'a> {
        Figures { measured, events, of: None }
    }

    /// What is measured.
    pub fn measure(self) -> &'a Measure {
        &self.measured.measure
    }

    /// The stations that have samples of their own up to the playhead, in the order of their first.
    pub fn stations(self) -> impl Iterator<Item = StationId> + use<'a> {
        let some = move |own: &Series| own.folded().is_some() || !own.until(self.events).is_empty();
        self.measured.series().iter().filter(move |(_, own)| some(own)).map(|(id, _)| *id)
    }

    /// Those of one station.
    pub fn at(self, station: StationId) -> Figures<'a> {
        Figures { of: Some(station), ..self }
    }

    fn series(self) -> impl Iterator<Item = &'a Series> + Clone {
        let own = self.measured.series().iter().filter(move |(id, _)| self.of.is_none_or(|of| of == *id));
        own.map(|(_, series)| series)
    }

    fn folded(self) -> impl Iterator<Item = &'a Folded> + Clone {
        self.series().filter_map(Series::folded)
    }

    /// The windows of what was put together, with how long what took where that is wanted, and up to when; none, and the start, where
    /// nothing was.
    fn windows(self, lengths: bool) -> (Vec<Window>, Option<SimTime>) {
        match together(self.folded(), self.kept(), lengths) {
            Some((windows, upto)) => (windows, Some(upto)),
            None => (Vec::new(), None),
        }
    }

    fn kept(self) -> impl Iterator<Item = &'a Sample> + Clone {
        self.series().flat_map(move |own| own.until(self.events).iter())
    }

    /// Whether there is no sample.
    pub fn is_empty(self) -> bool {
        self.series().all(|own| own.folded().is_none() && own.until(self.events).is_empty())
    }

    /// The summary of all that say how long something takes. None without such a sample.
    pub fn summary(self) -> Option<Summary> {
        self.summary_of(How::has_length)
    }

    /// The summary of those that ended in ways that count.
    pub fn summary_of(self, counts: impl Fn(How) -> bool + Copy) -> Option<Summary> {
        series::summary(self.series(), self.events, counts)
    }

    /// How many ended in ways that count.
    pub fn count(self, counts: impl Fn(How) -> bool + Copy) -> u64 {
        self.counts().iter().enumerate().filter(|(place, _)| counts(How::at(*place))).map(|(_, n)| n).sum()
    }

    /// What was given up among them, if anything was.
    pub fn given_up(self) -> Option<GivenUp> {
        let summary = self.summary_of(How::is_given_up)?;
        Some(GivenUp { count: summary.count, least: summary.min })
    }

    /// How many ended in each way, in the order of [`How::place`].
    pub fn counts(self) -> Counts {
        let mut counts = [0; How::COUNT];
        self.folded().for_each(|folded| folded.add_counts(&mut counts));
        self.kept().for_each(|sample| {
            if let Some(count) = counts.get_mut(sample.place()) {
                *count += 1;
            }
        });
        counts
    }

    /// The lengths, each with how many there are of it, by the way of ending.
    pub fn lengths(self) -> Vec<(Span, How, u64)> {
        // With room for all that are kept: growing by copying took longer than what is done with them.
        let mut lengths = Vec::with_capacity(self.series().map(|own| own.until(self.events).len()).sum());
        self.folded().for_each(|folded| lengths.extend(folded.lengths()));
        lengths.extend(self.kept().map(|sample| (sample.span, sample.how(), 1)));
        lengths.retain(|(_, how, _)| how.has_length());
        lengths
    }

    /// The windows of what was put together are at least this long, and `step` is a step that none of them exceeds.
    pub fn coarse(self, step: Span) -> Span {
        let widths = self.folded().map(Folded::width);
        widths.fold(step, Span::max)
    }

    /// Percentiles by window of this length from the start until `end` of what ended in ways that count; windows without any, and one
    /// that is still open, are left out. Of what was put together all that say how long something takes counts.
    pub fn by_window(self, end: SimTime, window: Span, counts: impl Fn(How) -> bool) -> Vec<WindowPoint> {
        let (mut points, since) = self.folded_points();
        let mut inside: Vec<Vec<u64>> = Vec::new();
        for sample in self.kept().filter(|sample| counts(sample.how()) && since.is_none_or(|since| sample.at > since)) {
            push_at(&mut inside, sample.at, window).push(sample.span.0);
        }
        points.extend(closed(end, window).zip(inside).filter_map(|((_, to), nanos)| point(to, nanos)));
        points
    }

    /// Percentiles of what came in the last `window` before each `step` from the start until `end`, and before the end itself;
    /// where nothing came, none.
    pub fn trailing(self, end: SimTime, step: Span, window: Span) -> Vec<WindowPoint> {
        let (mut points, since) = self.folded_points();
        let mut kept: Vec<&Sample> = self.kept().filter(|sample| sample.how().has_length()).collect();
        // Those of several stations come one station after the other.
        millrace_trace::order::sort_by_key(&mut kept, |sample| sample.at);
        for to in instants(end, step).filter(|to| since.is_none_or(|since| *to > since)) {
            let from = to.0.checked_sub(window.0);
            let first = from.map_or(0, |from| kept.partition_point(|sample| sample.at.0 <= from));
            let last = kept.partition_point(|sample| sample.at <= to);
            let inside = kept.get(first..last).unwrap_or_default();
            points.extend(point(to, inside.iter().map(|sample| sample.span.0).collect()));
        }
        points
    }

    fn folded_points(self) -> (Vec<WindowPoint>, Option<SimTime>) {
        let (windows, since) = self.windows(true);
        let point = |window: &Window| {
            let ([p50, p95, p99], n) = window.percentiles()?;
            Some(WindowPoint { at: window.to, n, p50, p95, p99 })
        };
        (windows.iter().filter_map(point).collect(), since)
    }

    /// How often a second what in windows of this length from the start until `end`; one that is still open is left out.
    pub fn rates(self, end: SimTime, window: Span) -> Vec<RatePoint> {
        let of = |to: SimTime, counts: &Counts, time: Span| {
            Rates::counted(outcomes(counts), time).map(|rates| RatePoint { at: to, rates })
        };
        let (windows, since) = self.windows(false);
        let mut points: Vec<RatePoint> =
            windows.iter().filter_map(|w| of(w.to, &w.counts, w.to.since(w.from))).collect();
        let mut inside: Vec<Counts> = Vec::new();
        for sample in self.kept().filter(|sample| since.is_none_or(|since| sample.at > since)) {
            if let Some(count) = push_at(&mut inside, sample.at, window).get_mut(sample.place()) {
                *count += 1;
            }
        }
        let since = since.unwrap_or(SimTime::ZERO);
        for (index, (from, to)) in closed(end, window).enumerate().filter(|(_, (_, to))| *to > since) {
            let counts = inside.get(index).copied().unwrap_or_default();
            points.extend(of(to, &counts, to.since(from.max(since))));
        }
        points
    }

    /// How often a second what in the last `window` before a playhead, or since the start if that is shorter.
    pub fn recent_rates(self, at: SimTime, window: Span) -> Option<Rates> {
        let from = SimTime(at.0.saturating_sub(window.0));
        let mut counts = [0; How::COUNT];
        for own in self.series() {
            let kept = own.until(self.events);
            let recent = kept.between(kept.partition_point(|sample| sample.at < from), kept.len());
            for sample in recent.iter() {
                if let Some(count) = counts.get_mut(sample.place()) {
                    *count += 1;
                }
            }
        }
        Rates::counted(outcomes(&counts), at.since(from))
    }

    /// How many ended in each of so many equal parts of the time until `end`, and how many of them badly.
    pub fn bins(self, end: SimTime, bins: usize) -> Vec<(f64, f64)> {
        let mut counts = vec![(0.0, 0.0); bins];
        let last = bins.saturating_sub(1);
        let scaled = |at: SimTime| (at.seconds() / end.seconds().max(1e-9)).min(1.0) * bins as f64;
        let place = |at: SimTime| (scaled(at) as usize).min(last);
        let mut add = |bin: usize, how: How, n: f64| {
            if let Some((all, bad)) = counts.get_mut(bin) {
                *all += n;
                *bad += if how.is_good() { 0.0 } else { n };
            }
        };
        let (windows, since) = self.windows(false);
        for window in &windows {
            // What is known of a window is spread over all of it.
            let (from, to) = (scaled(window.from), scaled(window.to));
            let length = (to - from).max(1e-9);
            for bin in place(window.from)..=place(window.to) {
                let share = (to.min(bin as f64 + 1.0) - from.max(bin as f64)).max(0.0) / length;
                for (way, n) in window.counts.iter().enumerate().filter(|(_, n)| **n > 0) {
                    add(bin, How::at(way), *n as f64 * share);
                }
            }
        }
        let kept = self.kept().filter(|sample| since.is_none_or(|since| sample.at > since));
        kept.for_each(|sample| add(place(sample.at), sample.how(), 1.0));
        counts
    }
}

/// What belongs to the window of an instant.
fn push_at<T: Clone + Default>(windows: &mut Vec<T>, at: SimTime, window: Span) -> &mut T {
    let index = (at.0.saturating_sub(1) / window.0.max(1)) as usize;
    if windows.len() <= index {
        windows.resize(index + 1, T::default());
    }
    &mut windows[index]
}

/// The counts of jobs by how they left, in the order of [`Outcome::ALL`].
fn outcomes(counts: &Counts) -> [u64; Outcome::ALL.len()] {
    let mut outcomes = [0; Outcome::ALL.len()];
    for (outcome, n) in Outcome::ALL.into_iter().zip(&mut outcomes) {
        *n = counts.get(How::Left(outcome).place()).copied().unwrap_or(0);
    }
    outcomes
}

/// The percentiles of these nanoseconds; none of none.
fn point(at: SimTime, mut nanos: Vec<u64>) -> Option<WindowPoint> {
    sort(&mut nanos);
    let (p, n) = (|per_mille| percentile(&nanos, per_mille), nanos.len() as u64);
    (n > 0).then(|| WindowPoint { at, n, p50: p(500), p95: p(950), p99: p(990) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::pieces;
    use crate::{Budget, History};
    use millrace_trace::{
        Answer, Cursor, EventKind, FarFold, JobId, Site, StationKind, TaskId, Trace, TraceEvent, UNLIMITED,
    };

    const CALLER: StationId = StationId(0);
    const MS: u64 = 1_000_000;

    /// A log of calls to two servers: how each ended, to which server it was, when it was made and answered, in milliseconds.
    fn log(calls: impl IntoIterator<Item = (u64, u64, u32, Answer)>) -> Trace {
        let mut trace = Trace::new();
        let push = |trace: &mut Trace, ms: u64, kind| {
            trace.push(TraceEvent { at: SimTime(ms * MS), task: TaskId::MAIN, kind, site: Site::NONE });
        };
        for (id, (name, kind)) in
            [("caller", StationKind::Worker), ("a", StationKind::Server), ("b", StationKind::Server)]
                .into_iter()
                .enumerate()
        {
            let (station, name) = (StationId(id as u32), trace.text(name));
            push(&mut trace, 0, EventKind::Opened { station, kind, name, parent: StationId::NONE });
            push(&mut trace, 0, EventKind::Sized { station, capacity: UNLIMITED });
        }
        for (job, (made, answered, server, answer)) in (0..).map(JobId).zip(calls) {
            push(&mut trace, made, EventKind::Entered { job, station: CALLER });
            push(&mut trace, made, EventKind::Called { job, station: StationId(server), started: true });
            push(&mut trace, answered, EventKind::Answered { job, station: CALLER, answer });
            push(&mut trace, answered, EventKind::Left { job, outcome: answer.outcome() });
        }
        trace
    }

    fn folded(trace: &Trace, budget: Budget) -> History {
        let (mut cursor, mut history) = (Cursor::new(), History::default().within(budget));
        while cursor.step(trace, SimTime::MAX, &mut history) {
            if cursor.index.is_multiple_of(1_000) {
                history.put_together(cursor.index);
            }
        }
        history
    }

    const OK: Answer = Answer::Status(200);

    #[test]
    fn a_trailing_window_forgets_what_came_before_it() {
        let trace = log((1..=10).map(|i| (i * 10 - i, i * 10, 1, OK)));
        let history = folded(&trace, Budget::default());
        let calls = history.until(u64::MAX, SimTime(105 * MS)).calls().expect("calls are measured");
        let points = calls.trailing(SimTime(105 * MS), Span::millis(50), Span::millis(30));
        // At 50 there are 3, 4 and 5; at 100 there are 8, 9 and 10; at 105 still 8, 9 and 10.
        let at: Vec<_> = points.iter().map(|p| (p.at.0 / MS, p.p50.0 / MS, p.p95.0 / MS)).collect();
        assert_eq!(at, [(50, 4, 5), (100, 9, 10), (105, 9, 10)]);
    }

    #[test]
    fn a_window_without_a_sample_parts_the_points_before_it_from_those_after() {
        // A line was once drawn across an outage, through three seconds in which nobody was answered.
        let trace = log([1, 2, 6, 7].map(|at| (at * 10 - 1, at * 10, 1, OK)));
        let history = folded(&trace, Budget::default());
        let calls = history.until(u64::MAX, SimTime(75 * MS)).calls().expect("calls are measured");
        let step = Span::millis(10);
        let by_window = calls.by_window(SimTime(75 * MS), step, How::has_length);
        for points in [calls.trailing(SimTime(75 * MS), step, step), by_window] {
            let at: Vec<Vec<u64>> =
                pieces(&points, step, 1).iter().map(|piece| piece.iter().map(|p| p.at.0 / MS).collect()).collect();
            assert_eq!(at.first().map(Vec::as_slice), Some([10, 20].as_slice()));
            assert_eq!(at.get(1).map(|piece| &piece[..2]), Some([60, 70].as_slice()));
            assert!(pieces(&points, step, 2).is_empty(), "one call is no percentile where two are needed");
        }
    }

    #[test]
    fn a_call_that_timed_out_is_in_its_window_with_all_the_time_it_took() {
        let trace = log([(0, 40, 1, OK), (0, 250, 1, Answer::TimedOut), (249, 250, 1, Answer::Cancelled)]);
        let history = folded(&trace, Budget::default());
        let calls = history.until(u64::MAX, SimTime(300 * MS)).calls().expect("calls are measured");
        let all = WindowPoint {
            at: SimTime(300 * MS),
            n: 2,
            p50: Span::millis(40),
            p95: Span::millis(250),
            p99: Span::millis(250),
        };
        let window = Span::millis(300);
        let points = calls.by_window(SimTime(300 * MS), window, How::has_length);
        assert_eq!(points, [all], "and one that was taken back says nothing");
        assert_eq!(calls.by_window(SimTime(299 * MS), window, How::has_length), [], "an open window is no window yet");
        let answers = calls.by_window(SimTime(300 * MS), window, How::is_answer);
        assert_eq!(answers.first().map(|point| (point.n, point.p99)), Some((1, Span::millis(40))));
        assert_eq!(calls.given_up(), Some(GivenUp { count: 1, least: Span::millis(250) }));
    }

    #[test]
    fn each_server_has_figures_of_its_own_and_all_together_have_theirs() {
        let trace = log([(0, 10, 1, OK), (10, 40, 2, OK), (40, 50, 1, Answer::Status(500)), (50, 90, 2, OK)]);
        let history = folded(&trace, Budget::default());
        let calls = history.until(u64::MAX, SimTime(90 * MS)).calls().expect("calls are measured");
        let means: Vec<_> =
            calls.stations().map(|id| (id.0, calls.at(id).summary().map(|s| (s.count, s.mean.0 / MS)))).collect();
        assert_eq!(means, [(1, Some((2, 10))), (2, Some((2, 35)))]);
        assert_eq!(calls.summary().map(|s| s.count), Some(4));
        assert_eq!(calls.at(StationId(1)).count(|how| how == How::Error), 1);
        // A playhead knows nothing of what comes after it.
        let early = history.until(10, SimTime(10 * MS)).calls().expect("calls are measured");
        assert_eq!(early.stations().map(|id| id.0).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_summary_that_is_asked_for_again_and_again_is_that_of_who_asks_once() {
        let answer = |i: u64| if i.is_multiple_of(7) { Answer::TimedOut } else { OK };
        let trace = log((0..9_000).map(|i| (i * 100, i * 100 + 1 + i * i % 97, 1 + (i % 2) as u32, answer(i))));
        let budget = Budget { samples: 100_000, levels: 50_000 };
        let ask = |history: &History, upto: u64| {
            let calls = history.until(upto, SimTime::MAX).calls().expect("calls are measured");
            (calls.summary(), calls.given_up(), calls.at(StationId(1)).summary(), calls.at(StationId(2)).given_up())
        };
        let (mut cursor, mut history) = (Cursor::new(), History::default().within(budget));
        let mut asked = 0;
        while cursor.step(&trace, SimTime::MAX, &mut history) {
            if cursor.index.is_multiple_of(2_500) {
                history.put_together(cursor.index - 1_000);
                // A look back, and then on from there.
                for upto in [cursor.index, cursor.index - 700, cursor.index] {
                    let (mut once, mut fresh) = (Cursor::new(), History::default().within(budget));
                    while once.index < cursor.index && once.step(&trace, SimTime::MAX, &mut fresh) {
                        if once.index.is_multiple_of(2_500) {
                            fresh.put_together(once.index - 1_000);
                        }
                    }
                    assert_eq!(ask(&history, upto), ask(&fresh, upto), "of {upto} events, at {}", cursor.index);
                    asked += 1;
                }
            }
        }
        assert!(asked > 30 && !history.is_exact(), "{asked}");
    }

    #[test]
    fn past_the_budget_memory_stays_and_the_figures_are_those_of_all_samples() {
        let of = |n: u64| {
            let answer = |i: u64| if i.is_multiple_of(10) { Answer::Status(500) } else { OK };
            log((0..n).map(move |i| (i * 10, i * 10 + 1 + i * i % 97, 1 + (i % 2) as u32, answer(i))).scan(
                0,
                |at, call| {
                    // A log goes forward.
                    *at = u64::max(*at, call.0);
                    let made = *at;
                    *at = made + 1 + call.1 - call.0;
                    Some((made, *at, call.2, call.3))
                },
            ))
        };
        let (short, long) = (of(20_000), of(60_000));
        let budget = Budget { samples: 200_000, levels: 50_000 };
        let (small, large) = (folded(&short, budget), folded(&long, budget));
        assert!(!small.is_exact() && large.bytes() * 4 < small.bytes() * 5, "{} {}", small.bytes(), large.bytes());
        let exact = folded(&long, Budget { samples: usize::MAX, levels: usize::MAX });
        assert!(exact.is_exact() && exact.bytes() > 2 * large.bytes());
        let at = long.last_at();
        let summary = |history: &History| history.until(u64::MAX, at).latency().expect("there were calls");
        let (rounded, exact_summary) = (summary(&large), summary(&exact));
        assert_eq!((rounded.count, rounded.mean), (exact_summary.count, exact_summary.mean));
        for (rounded, exact) in [(rounded.p50, exact_summary.p50), (rounded.p99, exact_summary.p99)] {
            assert!((rounded.0 as f64 / exact.0 as f64 - 1.0).abs() < 0.001, "{rounded:?} for {exact:?}");
        }
        // Charts go on from the start to the end, and the timeline has everybody once.
        let left = large.until(u64::MAX, at).responses().expect("responses are measured");
        let bins = left.bins(at, 100);
        let all: f64 = bins.iter().map(|(all, _)| *all).sum();
        assert!(bins.iter().all(|(all, _)| (450.0..750.0).contains(all)), "steady work has no spikes: {bins:?}");
        assert!((all - 60_000.0).abs() < 1e-3, "{all}");
        let calls = large.until(u64::MAX, at).calls().expect("calls are measured");
        let points = calls.by_window(at, Span::secs(10), How::has_length);
        assert!(points.is_sorted_by_key(|p| p.at) && points.len() > 20);
        let rates = left.rates(at, Span::secs(10));
        assert!(rates.is_sorted_by_key(|p| p.at) && rates.iter().all(|p| p.rates.throughput() > 1.0));
    }
}
