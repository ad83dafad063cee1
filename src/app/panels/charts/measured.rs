//! The charts of a measure, whatever it is of: percentiles over time, and how often which length.

use super::{Figure, Sheet, end_of, line, marks_of, now_of, percentile_of, unit_of, window_of};
use crate::analysis::{Figures, WindowPoint};
use crate::app::lab::Lab;
use crate::spec::{Measure, TimeUnit};
use crate::trace::Span;
use crate::view::charts::{Band, Histogram, TimeChart};
use crate::view::{Palette, number};
use yew::AttrValue;

/// Percentiles of what people wait for are of this long, or of a hundredth of the run if that is longer.
const WINDOW: Span = Span::secs(60);

/// The percentiles of a measure over time; of each station that has samples of its own too, where there are several.
pub fn percentiles(lab: &Lab, id: &str, p: &Palette) -> Vec<Sheet> {
    let Some(of) = lab.so_far().of(id) else { return Vec::new() };
    let measure = of.measure();
    let mut sheets = vec![sheet(lab, of, (measure.id.into(), measure.label.into()), p)];
    let stations: Vec<_> = of.stations().collect();
    if stations.len() > 1 {
        let trace = lab.session().run().trace();
        for station in stations {
            let Some(row) = lab.ledger().station(station) else { continue };
            let name = trace.name(row.name);
            let (id, title) = (format!("{}-{name}", measure.id), format!("{}, {name}", measure.label));
            sheets.push(sheet(lab, of.at(station), (id.into(), title.into()), p));
        }
    }
    sheets
}

fn sheet(lab: &Lab, of: Figures<'_>, (id, title): (AttrValue, AttrValue), p: &Palette) -> Sheet {
    let (chart, note) = match of.measure().unit {
        TimeUnit::Millis => millis(lab, of, p),
        TimeUnit::Seconds => seconds(lab, of, p),
    };
    Sheet { id, title, note, figure: Figure::Time(chart) }
}

/// Median, 95th and 99th percentile by window, on a logarithmic axis.
fn millis(lab: &Lab, of: Figures<'_>, p: &Palette) -> (TimeChart, String) {
    let window = window_of(lab);
    let points = of.by_window(lab.session().playhead(), window);
    let step = of.coarse(window);
    let series = |pick: fn(&WindowPoint) -> Span| percentile_of(&points, step, |w| pick(w).as_millis().max(0.01));
    let now = |pick: fn(&WindowPoint) -> Span| now_of(lab, &points, |w| number::millis(pick(w).0));
    let (p50, p95, p99) = (series(|w| w.p50), series(|w| w.p95), series(|w| w.p99));
    let calls = of.measure().by_station;
    let patience = of.measure().patience.or_else(|| lab.scenario().values().patience().filter(|_| calls));
    let theory = patience.map(|span| (span.as_millis(), format!("timeout {}", brief(span)))).into_iter().collect();
    let chart = TimeChart {
        end: end_of(lab),
        log: true,
        bands: vec![
            Band { low: p95.clone(), high: p99.clone(), fill: p.p_band2 },
            Band { low: p50.clone(), high: p95.clone(), fill: p.p_band1 },
        ],
        lines: vec![
            line("p50", now(|w| w.p50), p50, p.p50, p.ink, 1.8),
            line("p95", now(|w| w.p95), p95, p.p95, p.ink_2, 1.2),
            line("p99", now(|w| w.p99), p99, p.p99, p.ink_2, 1.2),
        ],
        theory,
        unit: "ms",
        ..TimeChart::default()
    };
    let limits = if calls && lab.given_up(Measure::LATENCY).is_some() { " · timeouts at limit" } else { " window" };
    (chart, format!("ms, log · {}{limits}", unit_of(window)))
}

/// Room for a few digits is all there is beside a chart: milliseconds as on its axis, from a second on seconds.
fn brief(span: Span) -> String {
    if span.0 < 1_000_000_000 { number::short_millis(span.0) } else { unit_of(span) }
}

/// Median and 95th percentile of the last minute, with what is too long.
fn seconds(lab: &Lab, of: Figures<'_>, p: &Palette) -> (TimeChart, String) {
    let (end, step) = (end_of(lab), window_of(lab));
    let window = Span(WINDOW.0.max(step.0));
    let points = of.trailing(lab.session().playhead(), step, window);
    let step = of.coarse(step);
    let series = |pick: fn(&WindowPoint) -> Span| percentile_of(&points, step, |w| pick(w).seconds());
    let now = |pick: fn(&WindowPoint) -> Span| now_of(lab, &points, |w| number::short_seconds(pick(w).0));
    let (p50, p95) = (series(|w| w.p50), series(|w| w.p95));
    let lines = vec![
        line("p50", now(|w| w.p50), p50.clone(), p.p50, p.ink, 1.8),
        line("p95", now(|w| w.p95), p95.clone(), p.p95, p.ink_2, 1.2),
    ];
    let bands = vec![Band { low: p50, high: p95, fill: p.p_band1 }];
    let patience = of.measure().patience.map(Span::seconds);
    let theory = patience.map(|target| (target, format!("target {target:.0}"))).into_iter().collect();
    let reach = patience.unwrap_or_default();
    (
        TimeChart { end, lines, bands, unit: "s", theory, reach, ..TimeChart::default() },
        format!("s, last {}", unit_of(window)),
    )
}

/// How often which length of a measure.
pub fn distribution(lab: &Lab, id: &'static str, (own, title): (&'static str, &'static str)) -> Option<Sheet> {
    let of = lab.so_far().of(id)?;
    let measure = of.measure();
    let lengths: Vec<_> = of.lengths().collect();
    let all = lab.summary(id);
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
    Some(Sheet { id: own.into(), title: title.into(), note, figure: Figure::Bars(bars) })
}
