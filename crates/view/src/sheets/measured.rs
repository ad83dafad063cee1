//! Charts of a measure, whatever it is of: percentiles over time, and how often which length.

use super::{Figure, Sheet, Told, unit_of};
use crate::charts::{Band, Histogram, Line, Mark, Points, TimeChart, Written};
use crate::number;
use millrace_analysis::{Figures, How, Prefix, Summary, WindowPoint, pieces};
use millrace_spec::{Measure, TimeUnit};
use millrace_trace::Span;

/// Percentiles of what people wait for are of this long, or of a window of the charts if that is longer.
const WINDOW: Span = Span::secs(60);

/// How many calls a window needs for its median, its 95th and its 99th percentile.
const ENOUGH: [u64; 3] = [10, 20, 100];
/// Of those who wait for something else there are fewer: the median of five is one of them.
const ENOUGH_PEOPLE: [u64; 3] = [5, 20, 100];

/// Which percentile of a window.
type Pick = fn(&WindowPoint) -> Span;

/// The percentiles, in the order of their lines.
const PERCENTILES: [(&str, Pick); 3] = [("p50", |w| w.p50), ("p95", |w| w.p95), ("p99", |w| w.p99)];

/// Which samples of a measure.
#[derive(Clone, Copy)]
pub struct Of {
    /// The measure.
    pub id: &'static str,
    /// Of one station alone.
    pub station: Option<millrace_trace::StationId>,
    /// Those that ended so.
    pub counts: fn(How) -> bool,
}

impl Of {
    /// All samples of a measure that say how long something takes.
    pub fn all(id: &'static str) -> Of {
        Of { id, station: None, counts: How::has_length }
    }

    fn figures<'a>(self, so_far: &Prefix<'a>) -> Option<Figures<'a>> {
        let all = so_far.of(self.id)?;
        Some(self.station.map_or(all, |station| all.at(station)))
    }
}

/// Lines of percentiles, with how many each window has.
struct Percentiles {
    lines: Vec<Line>,
    counts: Points,
}

/// Median, 95th and 99th percentile by window, in milliseconds: of a run, or of the one before.
fn millis(told: &Told<'_>, so_far: &Prefix<'_>, of: Of) -> Option<Percentiles> {
    let (figures, window) = (of.figures(so_far)?, told.window());
    let points = figures.by_window(so_far.at(), window, of.counts);
    let calls = matches!(of.id, Measure::LATENCY | Measure::RESPONSE);
    let enough = if calls { ENOUGH } else { ENOUGH_PEOPLE };
    Some(percentiles(told, &points, figures.coarse(window), enough, |span| span.as_millis().max(0.01)))
}

/// Median and 95th percentile of the last minute, in seconds.
fn seconds(told: &Told<'_>, so_far: &Prefix<'_>, of: Of) -> Option<Percentiles> {
    let (figures, step) = (of.figures(so_far)?, told.window());
    let points = figures.trailing(so_far.at(), step, Span(WINDOW.0.max(step.0)));
    let mut lines = percentiles(told, &points, figures.coarse(step), ENOUGH_PEOPLE, Span::seconds);
    lines.lines.truncate(2);
    Some(lines)
}

fn percentiles(
    told: &Told<'_>,
    points: &[WindowPoint],
    window: Span,
    enough: [u64; 3],
    unit: fn(Span) -> f64,
) -> Percentiles {
    let p = told.palette;
    let inks = [(p.p50, p.ink, 1.8), (p.p95, p.ink_2, 1.2), (p.p99, p.ink_2, 1.2)];
    let line = |(((name, pick), enough), (colour, ink, width)): (((&str, Pick), u64), _)| {
        let known = pieces(points, window, enough);
        let known = known.iter().map(|piece| piece.iter().map(|w| (w.at.seconds(), unit(pick(w)))).collect());
        Line::windows(name, known.collect(), window.seconds(), (colour, ink), width)
    };
    let lines = PERCENTILES.into_iter().zip(enough).zip(inks).map(line).collect();
    Percentiles { lines, counts: points.iter().map(|w| (w.at.seconds(), w.n as f64)).collect() }
}

/// The bands between the lines, where both are known.
fn bands(told: &Told<'_>, lines: &[Line]) -> Vec<Band> {
    let fills = [told.palette.p_band1, told.palette.p_band2];
    let between = |(pair, fill): (&[Line], _)| {
        let [below, above] = pair else { return None };
        // The upper one has its pieces within those of the lower one: it needs more samples.
        let lower = |piece: &Points| -> Points { piece.iter().filter_map(|q| below.at(q.0)).collect() };
        let low = above.pieces.iter().map(lower).collect();
        Some(Band { low, high: above.pieces.clone(), fill })
    };
    let mut bands: Vec<Band> = lines.windows(2).zip(fills).filter_map(between).collect();
    bands.reverse();
    bands
}

/// A chart of percentiles in milliseconds, on a logarithmic axis, with the limit where there is one.
pub fn of_millis(told: &Told<'_>, of: Of, limit: Option<(Span, &str)>) -> Option<TimeChart> {
    let own = millis(told, &told.so_far(), of)?;
    let p = told.palette;
    let mark = |(span, word): (Span, &str)| {
        let label = format!("{word} {}", brief(span));
        Mark { value: span.as_millis(), label, colour: p.timeout, ink: p.timeout_ink }
    };
    let before = told.earlier().and_then(|earlier| millis(told, &earlier, of));
    let beside = told.beside(|beside| millis(told, beside, of).map_or_else(Vec::new, |beside| beside.lines));
    Some(TimeChart {
        log: true,
        bands: bands(told, &own.lines),
        lines: own.lines.into_iter().chain(beside).collect(),
        before: before.map_or_else(Vec::new, |before| told.ghosts(before.lines, 2)),
        marks: limit.map(mark).into_iter().collect(),
        counts: own.counts,
        unit: "ms",
        written: Written::Millis,
        ..told.chart()
    })
}

/// A chart of percentiles in seconds, with what is too long.
fn of_seconds(told: &Told<'_>, of: Of, target: Option<Span>) -> Option<TimeChart> {
    let own = seconds(told, &told.so_far(), of)?;
    let ink = told.palette.ink_3;
    let mark = |span: Span| {
        let label = format!("target {:.0}", span.seconds());
        Mark { value: span.seconds(), label, colour: ink, ink }
    };
    let before = told.earlier().and_then(|earlier| seconds(told, &earlier, of));
    let beside = told.beside(|beside| seconds(told, beside, of).map_or_else(Vec::new, |beside| beside.lines));
    Some(TimeChart {
        bands: bands(told, &own.lines),
        lines: own.lines.into_iter().chain(beside).collect(),
        before: before.map_or_else(Vec::new, |before| told.ghosts(before.lines, 2)),
        marks: target.map(mark).into_iter().collect(),
        reach: target.map_or(0.0, Span::seconds),
        counts: own.counts,
        unit: "s",
        written: Written::Seconds,
        ..told.chart()
    })
}

/// The percentiles of a measure that a pattern declares.
pub fn declared(told: &Told<'_>, measure: &Measure) -> Option<Sheet> {
    let (of, window) = (Of::all(measure.id), told.window());
    let (chart, note) = match measure.unit {
        TimeUnit::Millis => {
            let limit = measure.patience.map(|span| (span, "timeout"));
            (of_millis(told, of, limit)?, format!("ms, log · {} window", unit_of(window)))
        }
        TimeUnit::Seconds => {
            let last = unit_of(Span(WINDOW.0.max(window.0)));
            (of_seconds(told, of, measure.patience)?, format!("s, last {last}"))
        }
    };
    Some(Sheet::time(measure.id, measure.label, note, chart))
}

/// Room for a few digits is all there is beside a chart: milliseconds as on its axis, from a second on seconds.
fn brief(span: Span) -> String {
    if span.0 < 1_000_000_000 { number::short_millis(span.0) } else { unit_of(span) }
}

/// How often which length of a measure.
pub fn distribution(told: &Told<'_>, measure: &Measure, (id, title): (&str, &str)) -> Option<Sheet> {
    let so_far = told.so_far();
    let of = so_far.of(measure.id)?;
    let (lengths, all) = (of.lengths(), of.summary());
    let n = number::count(all.map_or(0, |s| s.count));
    let (bars, note) = match measure.unit {
        TimeUnit::Millis => {
            let lengths = lengths.iter().map(|(span, how, n)| (span.as_millis(), how.is_good(), *n));
            (Histogram::of(lengths, marks_of(all, Span::as_millis)), format!("ms, log · n = {n}"))
        }
        TimeUnit::Seconds => {
            let in_time = |span: Span| measure.patience.is_none_or(|patience| span <= patience);
            let lengths = lengths.iter().map(|(span, _, n)| (span.seconds(), in_time(*span), *n));
            (Histogram::of_waits(lengths, marks_of(all, Span::seconds)), format!("of {}, s · n = {n}", measure.id))
        }
    };
    Some(Sheet { id: id.to_owned(), title: title.to_owned(), note, hint: String::new(), figure: Figure::Bars(bars) })
}

/// The percentiles that a histogram marks: those that there are enough samples for.
fn marks_of(summary: Option<Summary>, unit: fn(Span) -> f64) -> Vec<(f64, &'static str)> {
    let marks = |s: Summary| [(s.p50, "p50", 1), (s.p95, "p95", 20), (s.p99, "p99", 100)].map(|mark| (mark, s.count));
    let marks = summary.map(marks).into_iter().flatten();
    marks.filter(|((.., enough), count)| count >= enough).map(|((span, name, _), _)| (unit(span), name)).collect()
}
