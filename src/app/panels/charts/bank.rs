//! The charts of a bank: how long people wait and ride, how many, and what the cars have to do.

use super::{Figure, Sheet, end_of, line, marks_of, now_of, percentile_of, short, steps, unit_of, window_of};
use crate::analysis::{LevelPoint, Subject, WindowPoint, sum};
use crate::app::lab::Lab;
use crate::app::scene::read_scene;
use crate::spec::{Bank, SceneSpec};
use crate::trace::{Gauge, Span, StationId, StationKind, ledger::StationRow};
use crate::view::charts::{Band, Histogram, Line, TimeChart};
use crate::view::scene::tables::{self, Contact};
use crate::view::{Palette, Rgba, number};

/// Up to so many cars have a line of their own.
const LINES: usize = 5;
/// Percentiles are of this long, or of a hundredth of the run if that is longer.
const WINDOW: Span = Span::secs(60);

/// All of them, in order.
pub fn sheets(lab: &Lab, scene: &SceneSpec, p: &Palette) -> Vec<Sheet> {
    let Some((_, bank)) = scene.bank() else { return Vec::new() };
    vec![
        waiting(lab, bank, p),
        distribution(lab, bank),
        people(lab, p),
        pending(lab, bank, p),
        load(lab, p),
        riding(lab, p),
    ]
}

/// Median and 95th percentile over time, with what is too long.
fn percentiles(lab: &Lab, id: &str, p: &Palette) -> (TimeChart, String) {
    let (end, step) = (end_of(lab), window_of(lab));
    let window = Span(WINDOW.0.max(step.0));
    let of = lab.so_far().of(id);
    let points = of.map_or_else(Vec::new, |of| of.trailing(lab.session().playhead(), step, window));
    let step = of.map_or(step, |of| of.coarse(step));
    let series = |pick: fn(&WindowPoint) -> Span| percentile_of(&points, step, |w| pick(w).seconds());
    let now = |pick: fn(&WindowPoint) -> Span| now_of(lab, &points, |w| number::short_seconds(pick(w).0));
    let (p50, p95) = (series(|w| w.p50), series(|w| w.p95));
    let lines = vec![
        line("p50", now(|w| w.p50), p50.clone(), p.p50, p.ink, 1.8),
        line("p95", now(|w| w.p95), p95.clone(), p.p95, p.ink_2, 1.2),
    ];
    let bands = vec![Band { low: p50, high: p95, fill: p.p_band1 }];
    (TimeChart { end, lines, bands, unit: "s", ..TimeChart::default() }, format!("s, last {}", unit_of(window)))
}

fn waiting(lab: &Lab, bank: &Bank, p: &Palette) -> Sheet {
    let (chart, note) = percentiles(lab, "waiting", p);
    let patience = bank.patience.seconds();
    let chart = TimeChart { theory: vec![(patience, format!("target {patience:.0}"))], reach: patience, ..chart };
    Sheet { id: "waiting", title: "Waiting time", note, figure: Figure::Time(chart) }
}

fn riding(lab: &Lab, p: &Palette) -> Sheet {
    let (chart, note) = percentiles(lab, "riding", p);
    Sheet { id: "riding", title: "Riding time", note, figure: Figure::Time(chart) }
}

fn distribution(lab: &Lab, bank: &Bank) -> Sheet {
    let so_far = lab.so_far();
    let lengths: Vec<_> = so_far.of("waiting").into_iter().flat_map(|waits| waits.lengths()).collect();
    let waits = lengths.iter().map(|(wait, _, n)| (wait.seconds(), *wait <= bank.patience, *n));
    let all = lab.summary("waiting");
    let marks = marks_of(all, Span::seconds);
    let note = format!("of waiting, s · n = {}", number::count(all.map_or(0, |s| s.count)));
    Sheet { id: "distribution", title: "Distribution", note, figure: Figure::Bars(Histogram::of_waits(waits, marks)) }
}

fn people(lab: &Lab, p: &Palette) -> Sheet {
    let (so_far, end) = (lab.so_far(), end_of(lab));
    let level = |kind, name: &str, colour: Rgba, ink: Rgba| {
        let points = steps(so_far.level(Subject::All(kind)), end, 1.0);
        let value = points.last().map_or("0".to_owned(), |q| number::count(q.1.max(0.0) as u64));
        Line { steps: true, ..line(name, value, vec![points], colour, ink, 1.2) }
    };
    let lines = vec![
        level(StationKind::Landing, "waiting", p.queued, p.ink),
        level(StationKind::Car, "riding", p.running, p.running_ink),
    ];
    let chart = TimeChart { end, lines, unit: "people", ..TimeChart::default() };
    Sheet { id: "people", title: "Waiting, riding", note: "people".to_owned(), figure: Figure::Time(chart) }
}

/// The cars that there ever were, in the order of opening.
fn cars(lab: &Lab) -> impl Iterator<Item = (StationId, &StationRow)> {
    lab.ledger().stations_with_ids().filter(|(_, row)| row.kind == StationKind::Car)
}

/// The sum of a level over all cars, as steps.
fn over_cars(lab: &Lab, subject: impl Fn(StationId) -> Subject) -> Vec<(f64, f64)> {
    let so_far = lab.so_far();
    let series: Vec<&[LevelPoint]> = cars(lab).map(|(id, _)| so_far.level(subject(id))).collect();
    let mut points: Vec<_> = sum(&series).into_iter().map(|(at, level)| (at.seconds(), level as f64)).collect();
    if let Some(last) = points.last().copied() {
        points.push((end_of(lab), last.1));
    }
    points
}

fn pending(lab: &Lab, bank: &Bank, p: &Palette) -> Sheet {
    let side = |gauge: Gauge, name: &str, colour: Rgba, ink: Rgba| {
        let points = over_cars(lab, |id| Subject::Gauge(id, gauge));
        let value = points.last().map_or("0".to_owned(), |q| number::count(q.1.max(0.0) as u64));
        Line { steps: true, ..line(name, value, vec![points], colour, ink, 1.2) }
    };
    let lines =
        vec![side(bank.pending.0, "up", p.running, p.running_ink), side(bank.pending.1, "down", p.queued, p.ink_2)];
    let chart = TimeChart { end: end_of(lab), lines, unit: "stops and trips", ..TimeChart::default() };
    let note = "stops and trips, all cars".to_owned();
    Sheet { id: "pending", title: "Pending by direction", note, figure: Figure::Time(chart) }
}

/// Riders of each car; where there are many cars, their mean.
fn load(lab: &Lab, p: &Palette) -> Sheet {
    let (so_far, end) = (lab.so_far(), end_of(lab));
    let n = cars(lab).count();
    let lines = if n <= LINES { each(lab, p) } else { mean(lab, n, p) };
    let most = cars(lab).map(|(_, row)| u64::from(row.capacity)).filter(|c| *c < u64::from(u32::MAX)).max();
    let theory = most
        .filter(|_| so_far.of("waiting").is_some_and(|waits| !waits.is_empty()))
        .map(|c| (c as f64, format!("full {c}")));
    let chart = TimeChart { end, lines, theory: theory.into_iter().collect(), unit: "people", ..TimeChart::default() };
    let note = if n > LINES { "riders, mean of all cars" } else { "riders" };
    Sheet { id: "load", title: "Load per car", note: note.to_owned(), figure: Figure::Time(chart) }
}

/// A line for each car: in the hue of its breaker where that is not closed, else a shade of its own.
fn each(lab: &Lab, p: &Palette) -> Vec<Line> {
    let (so_far, end) = (lab.so_far(), end_of(lab));
    let trace = lab.session().run().trace();
    let states = read_scene(lab, tables::health).map(|health| health.cars).unwrap_or_default();
    let shades = [p.p50, p.queued, p.waiting, p.line_3, p.ink];
    let line_of = |((id, row), shade): ((StationId, &StationRow), Rgba)| {
        let name = trace.name(row.name);
        let status = states.iter().find(|car| car.name == name).map_or(Contact::Closed, |car| car.status);
        let (colour, ink) = match status {
            Contact::Closed => (shade, p.ink_2),
            other => (other.colour(p), other.ink(p)),
        };
        let points = steps(so_far.level(Subject::Queue(id)), end, 1.0);
        let value = number::count(row.levels.present);
        Line { steps: true, ..line(&short(name), value, vec![points], colour, ink, 1.2) }
    };
    cars(lab).zip(shades.into_iter().cycle()).map(line_of).filter(|line| line.last().is_some()).collect()
}

fn mean(lab: &Lab, n: usize, p: &Palette) -> Vec<Line> {
    let mut points = over_cars(lab, Subject::Queue);
    points.iter_mut().for_each(|(_, level)| *level /= n.max(1) as f64);
    let value = points.last().map_or("–".to_owned(), |q| format!("{:.1}", q.1));
    vec![Line { steps: true, ..line("mean", value, vec![points], p.running, p.running_ink, 1.2) }]
}
