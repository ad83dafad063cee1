//! Charts of levels: how many are under way, wait, ride; what gauges show.

use super::{Sheet, Told, short};
use crate::charts::{Line, Mark, Points, TimeChart, Written};
use crate::number;
use millrace_analysis::{LevelPoint, Little, Prefix, Subject};
use millrace_spec::{GaugeSpec, Regulator, SceneSpec, Unit};
use millrace_trace::ledger::StationRow;
use millrace_trace::{StationKind, UNLIMITED};

/// The points of a level until an instant.
pub(super) fn steps(points: &[LevelPoint], until: f64, scale: f64) -> Points {
    let mut series: Vec<_> = points.iter().map(|q| (q.at.seconds(), q.level as f64 * scale)).collect();
    if let Some(last) = series.last().copied() {
        series.push((until, last.1));
    }
    series
}

/// The calls under way.
fn flight(of: &Prefix<'_>, told: &Told<'_>) -> Vec<Line> {
    let p = told.palette;
    let points = steps(of.level(Subject::InFlight), of.at().seconds(), 1.0);
    vec![Line::level("in flight", points, (p.running, p.running_ink), 1.2)]
}

/// Calls under way, at each server where there are several, and what is in channels and waits for pools; nothing where nobody calls
/// and nothing can queue.
pub fn in_flight(told: &Told<'_>) -> Option<Sheet> {
    let (p, so_far, ledger) = (told.palette, told.so_far(), &told.history.ledger);
    let calls = told.spec.has_server();
    let mut lines = if calls { flight(&so_far, told) } else { Vec::new() };
    lines.extend(told.beside(|beside| flight(beside, told)).filter(|_| calls));
    for subject in told.history.levels.subjects() {
        let Subject::Queue(station) = subject else { continue };
        let Some(row) = ledger.station(station).filter(|row| row.levels.arrivals > 0) else { continue };
        let full = row.capacity > 0 && row.capacity != UNLIMITED && row.levels.present >= u64::from(row.capacity);
        let inks = if full { (p.blocked, p.blocked_ink) } else { (p.ink_2, p.ink) };
        let points = steps(so_far.level(subject), so_far.at().seconds(), 1.0);
        lines.push(Line::level(&short(told.trace.name(row.name)), points, inks, 1.0));
    }
    let can_queue = |row: &StationRow| matches!(row.kind, StationKind::Channel | StationKind::Pool);
    if !calls && !ledger.stations.iter().any(can_queue) {
        return None;
    }
    let law = Little::of(&so_far, ledger).filter(|law| calls && law.holds());
    let note = law.as_ref().map_or_else(|| "requests".to_owned(), said);
    let mark = |law: Little| Mark { value: law.product(), label: "λW".to_owned(), colour: p.ink_3, ink: p.ink_3 };
    let marks = law.map(mark).into_iter().collect();
    let before = told.earlier().filter(|_| calls).map(|earlier| told.ghosts(flight(&earlier, told), 1));
    let chart = TimeChart { lines, before: before.unwrap_or_default(), marks, unit: "requests", ..told.chart() };
    let title = if calls { "In flight, queues" } else { "Queues" };
    Some(Sheet::time("in-flight", title, note, chart))
}

/// The law with its numbers, where it holds: both sides measured, over the same time.
fn said(law: &Little) -> String {
    let (rate, wait) = (number::rate(law.rate), number::time_text(law.wait.0));
    let level = if law.level < 99.95 { format!("{:.1}", law.level) } else { number::rate(law.level) };
    format!("L {level} = λ {rate}/s × W {wait}")
}

/// The gauges that the scene declares, times in milliseconds. A sum that only grows is in none.
pub fn gauges(told: &Told<'_>) -> Vec<Sheet> {
    let p = told.palette;
    let sheet = |g: &GaugeSpec| {
        let (station, _) = told.history.ledger.find(&g.station, told.trace)?;
        let (scale, unit, written) = match g.unit {
            Unit::Sum(_) | Unit::Word(_) => return None,
            Unit::Time => (1e-6, "ms", Written::Millis),
            Unit::Share => (1e-4, "%", Written::Percent),
            Unit::Count(of) => (1.0, of, Written::Count),
        };
        let so_far = told.so_far();
        let points = steps(so_far.level(Subject::Gauge(station, g.gauge)), so_far.at().seconds(), scale);
        let line = Line::level("", points, (p.blocked, p.blocked_ink), 1.2);
        let lines = vec![Line { fill: Some(p.blocked_wash), ..line }];
        let chart = TimeChart { lines, marks: thresholds(told, told.spec, g), unit, written, ..told.chart() };
        Some(Sheet::time(g.id, g.label, unit.to_owned(), chart))
    };
    told.spec.gauges.iter().filter_map(sheet).collect()
}

/// The thresholds of the regulator whose pressure a gauge is.
fn thresholds(told: &Told<'_>, scene: &SceneSpec, gauge: &GaugeSpec) -> Vec<Mark> {
    let of = |(station, r): &(&str, &Regulator)| *station == gauge.station && r.pressure == gauge.gauge;
    let Some((_, r)) = scene.regulators().into_iter().find(of) else { return Vec::new() };
    let ink = told.palette.ink_3;
    let mark = |(word, value)| Mark { value: value as f64, label: format!("{word} {value}"), colour: ink, ink };
    [("low", r.low), ("high", r.high)].map(mark).into()
}
