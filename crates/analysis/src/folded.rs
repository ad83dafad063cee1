//! Samples that are no longer kept one by one: how many, their sum, and histograms of three digits.
//!
//! A run of hours has more samples than a page has memory. What is older than anybody goes back is put together: for all time by
//! the way of ending, for the report, and by windows of time, for charts. Windows grow with the run, so that there are never
//! more than so many. Counts, least, greatest and mean stay exact; percentiles are those of a histogram.

use super::sample::{How, Sample};
use super::summary::Summary;
use hdrhistogram::Histogram;
use millrace_trace::{SimTime, Span};

/// Digits of a percentile of all time.
const DIGITS: u8 = 3;
/// Digits of one in a window: a pixel of a chart is no finer.
const WINDOW_DIGITS: u8 = 2;
/// The most windows.
const WINDOWS: usize = 96;
/// The first windows are of this many nanoseconds.
const FIRST: u64 = 1 << 24;

/// Counts by the way of ending.
pub type Counts = [u64; How::COUNT];

/// Spans put together.
#[derive(Clone, Debug)]
pub struct Spans {
    count: u64,
    sum: u128,
    least: u64,
    most: u64,
    histogram: Option<Histogram<u32>>,
}

impl Spans {
    /// None yet.
    pub fn new() -> Spans {
        Spans { count: 0, sum: 0, least: u64::MAX, most: 0, histogram: Histogram::new(DIGITS).ok() }
    }

    /// Takes one in.
    pub fn record(&mut self, span: Span) {
        self.count += 1;
        self.sum += u128::from(span.0);
        self.least = self.least.min(span.0);
        self.most = self.most.max(span.0);
        if let Some(histogram) = &mut self.histogram {
            // It grows with what it is given, so nothing is out of its range.
            let _recorded = histogram.record(span.0);
        }
    }

    /// Takes others in.
    pub fn add(&mut self, other: &Spans) {
        self.count += other.count;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        if let (Some(histogram), Some(other)) = (&mut self.histogram, &other.histogram) {
            let _added = histogram.add(other);
        }
    }

    /// Their summary; none of none.
    pub fn summary(&self) -> Option<Summary> {
        let mean = self.sum.checked_div(u128::from(self.count))? as u64;
        let of =
            |histogram: &Histogram<u32>, quantile| histogram.value_at_quantile(quantile).clamp(self.least, self.most);
        let at = |quantile| Span(self.histogram.as_ref().map_or(mean, |histogram| of(histogram, quantile)));
        Some(Summary {
            count: self.count,
            min: Span(self.least),
            mean: Span(mean),
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            p999: at(0.999),
            max: Span(self.most),
        })
    }

    fn bytes(&self) -> usize {
        size_of::<Spans>() + bytes_of(self.histogram.as_ref())
    }
}

fn bytes_of(histogram: Option<&Histogram<u32>>) -> usize {
    histogram.map_or(0, |histogram| histogram.distinct_values() * size_of::<u32>())
}

/// No spans of a window yet. It takes an eighth of what one of all time does, and of microseconds it knows no parts.
fn spans_of_window() -> Option<Histogram<u32>> {
    let mut spans = Histogram::new_with_bounds(1_024, 1 << 20, WINDOW_DIGITS).ok()?;
    spans.auto(true);
    Some(spans)
}

/// What ended in a window of time.
#[derive(Clone, Debug)]
pub struct Window {
    /// From here, exclusive.
    pub from: SimTime,
    /// To here, inclusive.
    pub to: SimTime,
    /// How many, by the way of ending.
    pub counts: Counts,
    spans: Option<Histogram<u32>>,
}

impl Window {
    /// The median, the 95th and the 99th percentile of those that have a length, and how many they are; none of none.
    pub fn percentiles(&self) -> Option<([Span; 3], u64)> {
        let spans = self.spans.as_ref().filter(|spans| !spans.is_empty())?;
        Some(([0.5, 0.95, 0.99].map(|quantile| Span(spans.value_at_quantile(quantile))), spans.len()))
    }

    fn new(number: u64, width: u64) -> Window {
        let from = number * width;
        let (from, to) = (SimTime(from), SimTime(from.saturating_add(width)));
        Window { from, to, counts: [0; How::COUNT], spans: None }
    }

    fn record(&mut self, sample: &Sample, lengths: bool) {
        let how = sample.how();
        if let Some(count) = self.counts.get_mut(how.place()) {
            *count += 1;
        }
        if lengths && how.has_length() {
            if self.spans.is_none() {
                self.spans = spans_of_window();
            }
            if let Some(spans) = &mut self.spans {
                let _recorded = spans.record(sample.span.0);
            }
        }
    }

    fn join(&mut self, later: &Window, lengths: bool) {
        for (count, more) in self.counts.iter_mut().zip(later.counts) {
            *count += more;
        }
        match (&mut self.spans, &later.spans) {
            _ if !lengths => {}
            (Some(spans), Some(more)) => {
                let _added = spans.add(more);
            }
            (spans @ None, more) => spans.clone_from(more),
            _ => {}
        }
    }
}

/// Samples of a series that are put together.
#[derive(Clone, Debug)]
pub struct Folded {
    ways: Vec<(How, Spans)>,
    windows: Vec<Window>,
    /// Nanoseconds a window.
    width: u64,
    /// When the last one ended.
    last: SimTime,
}

/// The number of the window that an instant is in.
fn number(at: SimTime, width: u64) -> u64 {
    at.0.saturating_sub(1) / width
}

/// Windows that come in order, put together to windows of a width that is a multiple of each of theirs; of how long what took only where
/// that is asked for.
fn of_width<'a>(windows: impl Iterator<Item = &'a Window>, width: u64, lengths: bool) -> Vec<Window> {
    let mut joined: Vec<Window> = Vec::new();
    for window in windows {
        let own = number(window.to, width);
        match joined.last_mut().filter(|last| number(last.to, width) == own) {
            Some(last) => last.join(window, lengths),
            None => {
                let mut fresh = Window::new(own, width);
                fresh.join(window, lengths);
                joined.push(fresh);
            }
        }
    }
    joined
}

/// The windows of several series together, up to the instant to which the first of them is put together, with what others still
/// keep one by one of that time; and that instant. None where nothing is. Who only counts asks for no lengths, which are most of the work.
///
/// Each sample goes into the window that it is in. A window of its own for each of a few thousand took seven hundred megabytes and most of
/// the time of a page with three servers, five times a second.
pub(super) fn together<'a>(
    series: impl Iterator<Item = &'a Folded> + Clone,
    kept: impl Iterator<Item = &'a Sample>,
    lengths: bool,
) -> Option<(Vec<Window>, SimTime)> {
    let width = series.clone().map(|folded| folded.width).max()?;
    let upto = series.clone().map(|folded| folded.last).max()?;
    let mut all: Vec<&Window> = series.flat_map(|folded| folded.windows.iter()).collect();
    millrace_trace::order::sort_by_key(&mut all, |window| window.to);
    let mut all = of_width(all.into_iter(), width, lengths);
    for sample in kept.filter(|sample| sample.at <= upto) {
        let own = number(sample.at, width);
        let place = all.partition_point(|window| number(window.to, width) < own);
        if all.get(place).is_none_or(|window| number(window.to, width) > own) {
            all.insert(place, Window::new(own, width));
        }
        if let Some(window) = all.get_mut(place) {
            window.record(sample, lengths);
        }
    }
    if let Some(last) = all.last_mut() {
        last.to = last.to.min(upto);
    }
    Some((all, upto))
}

impl Folded {
    /// None yet.
    pub fn new() -> Folded {
        Folded { ways: Vec::new(), windows: Vec::new(), width: FIRST, last: SimTime::ZERO }
    }

    /// Takes one in that is not older than the last; by window of time too, if there will be charts.
    pub fn take(&mut self, sample: &Sample, charts: bool) {
        let how = sample.how();
        let place = self.ways.iter().position(|(known, _)| *known == how).unwrap_or_else(|| {
            self.ways.push((how, Spans::new()));
            self.ways.len() - 1
        });
        if let Some((_, spans)) = self.ways.get_mut(place) {
            spans.record(sample.span);
        }
        self.last = self.last.max(sample.at);
        if charts && let Some(window) = self.window(sample.at) {
            window.record(sample, true);
        }
    }

    /// The window of an instant no earlier than the last.
    fn window(&mut self, at: SimTime) -> Option<&mut Window> {
        if self.windows.last().is_none_or(|last| at > last.to) {
            while self.windows.len() >= WINDOWS {
                self.width *= 2;
                self.windows = of_width(self.windows.iter(), self.width, true);
            }
            if self.windows.last().is_none_or(|last| at > last.to) {
                self.windows.push(Window::new(number(at, self.width), self.width));
            }
        }
        self.windows.last_mut()
    }

    /// Those that ended in ways that count, added to others.
    pub fn add_to(&self, spans: &mut Spans, counts: impl Fn(How) -> bool) {
        self.ways.iter().filter(|(how, _)| counts(*how)).for_each(|(_, own)| spans.add(own));
    }

    /// Adds how many ended in each way.
    pub fn add_counts(&self, counts: &mut Counts) {
        for (how, own) in &self.ways {
            if let Some(count) = counts.get_mut(how.place()) {
                *count += own.count;
            }
        }
    }

    /// The lengths with how many there are of each, rounded, by the way of ending.
    pub fn lengths(&self) -> impl Iterator<Item = (Span, How, u64)> {
        self.ways.iter().flat_map(|(how, own)| {
            let recorded = own.histogram.iter().flat_map(|histogram| histogram.iter_recorded());
            recorded.map(|step| (Span(step.value_iterated_to()), *how, u64::from(step.count_at_value())))
        })
    }

    /// How long a window is.
    pub fn width(&self) -> Span {
        Span(self.width)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let windows: usize =
            self.windows.iter().map(|window| size_of::<Window>() + bytes_of(window.spans.as_ref())).sum();
        self.ways.iter().map(|(_, spans)| spans.bytes()).sum::<usize>() + windows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_trace::Outcome;

    /// A sample each 10 ms, of lengths all over six orders of magnitude.
    fn samples() -> Vec<Sample> {
        let length = |i: u64| Span(1_000 + i * i * 37 % 1_000_003 * 1_009);
        (0..50_000).map(|i| Sample::new(i, SimTime(i * 10_000_000), length(i), How::at((i % 3) as usize))).collect()
    }

    #[test]
    fn percentiles_are_right_to_three_digits_and_all_else_exactly() {
        let (mut folded, samples) = (Folded::new(), samples());
        samples.iter().for_each(|sample| folded.take(sample, true));
        let mut spans = Spans::new();
        folded.add_to(&mut spans, How::has_length);
        let (rounded, exact) =
            (spans.summary().expect("some"), Summary::of(samples.iter().map(|s| s.span.0).collect()));
        let exact = exact.expect("some");
        assert_eq!(
            (rounded.count, rounded.min, rounded.mean, rounded.max),
            (exact.count, exact.min, exact.mean, exact.max)
        );
        let pairs =
            [(rounded.p50, exact.p50), (rounded.p90, exact.p90), (rounded.p99, exact.p99), (rounded.p999, exact.p999)];
        for (rounded, exact) in pairs {
            assert!((rounded.0 as f64 / exact.0 as f64 - 1.0).abs() <= 0.001, "{rounded:?} for {exact:?}");
        }
        let mut counts = [0; How::COUNT];
        folded.add_counts(&mut counts);
        assert_eq!(counts[How::Error.place()], 16_667);
    }

    #[test]
    fn windows_hold_everything_once_however_long_the_run_and_are_never_many() {
        let mut folded = Folded::new();
        for sample in samples() {
            folded.take(&sample, true);
            assert!(folded.windows.len() <= WINDOWS);
        }
        let all: u64 = folded.windows.iter().flat_map(|window| window.counts).sum();
        assert_eq!(all, 50_000);
        assert!(folded.windows.windows(2).all(|pair| pair[0].to <= pair[1].from && pair[0].from < pair[0].to));
        assert!(folded.bytes() < 2_000_000, "{} bytes", folded.bytes());
    }

    #[test]
    fn series_together_are_what_one_of_all_samples_would_be_and_no_larger() {
        // Of one all is put together; of the other, which has a sample where the first has none, half of it is kept one by one.
        let samples = samples();
        let (gap, half) = (100..140, samples.len() / 2);
        let (odd, even): (Vec<_>, Vec<_>) = (0..samples.len()).partition(|i| i % 2 == 1 && !gap.contains(&(i / 100)));
        let (mut first, mut second, mut all) = (Folded::new(), Folded::new(), Folded::new());
        odd.iter().for_each(|i| first.take(&samples[*i], true));
        even.iter().filter(|i| **i < half).for_each(|i| second.take(&samples[*i], true));
        let kept: Vec<_> = even.iter().filter(|i| **i >= half).map(|i| &samples[*i]).collect();
        let upto = samples[*odd.last().expect("some")].at;
        samples.iter().filter(|sample| sample.at <= upto).for_each(|sample| all.take(sample, true));
        let told = |windows: &[Window]| {
            windows.iter().map(|w| (w.from, w.to.min(upto), w.counts, w.percentiles())).collect::<Vec<_>>()
        };
        let found =
            together([&first, &second].into_iter(), kept.iter().copied(), true).expect("something is put together");
        assert_eq!(found.1, upto);
        assert_eq!(told(&found.0), told(&all.windows));
        assert!(found.0.len() <= WINDOWS, "{} windows of {} samples", found.0.len(), kept.len());
        let counted = together([&first, &second].into_iter(), kept.into_iter(), false).expect("the same");
        let counts = |windows: &[Window]| windows.iter().map(|w| (w.from, w.to, w.counts)).collect::<Vec<_>>();
        assert_eq!(counts(&counted.0), counts(&found.0));
        assert!(counted.0.iter().all(|window| window.spans.is_none()), "who only counts gets no lengths");
    }

    #[test]
    fn who_was_turned_away_is_counted_and_has_no_length() {
        let mut folded = Folded::new();
        folded.take(&Sample::new(0, SimTime(1), Span::ZERO, How::Left(Outcome::Rejected)), true);
        assert_eq!(folded.windows.first().map(|w| (w.counts.iter().sum::<u64>(), w.percentiles())), Some((1, None)));
    }
}
