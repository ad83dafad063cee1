//! The charts of a bank: how long people wait and ride, how many, and what the cars have to do.

use super::{Figure, Sheet, end_of, line, measured, short, steps};
use crate::analysis::{LevelPoint, Subject, sum};
use crate::app::lab::Lab;
use crate::app::scene::read_scene;
use crate::spec::{Bank, SceneSpec};
use crate::trace::{Gauge, StationId, StationKind, ledger::StationRow};
use crate::view::charts::{Line, TimeChart};
use crate::view::scene::tables::{self, Contact};
use crate::view::{Palette, Rgba, number};

/// Up to so many cars have a line of their own.
const LINES: usize = 5;

/// All of them, in order.
pub fn sheets(lab: &Lab, scene: &SceneSpec, p: &Palette) -> Vec<Sheet> {
    let Some((_, bank)) = scene.bank() else { return Vec::new() };
    // What is most worth knowing comes first, with how it is distributed; the rest comes last.
    let measures = lab.scenario().measures();
    let mut ids = measures.iter().map(|measure| measure.id);
    let first = ids.next();
    let mut sheets: Vec<Sheet> = first.into_iter().flat_map(|id| measured::percentiles(lab, id, p)).collect();
    sheets.extend(first.and_then(|id| measured::distribution(lab, id, ("distribution", "Distribution"))));
    sheets.extend([people(lab, p), pending(lab, bank, p), load(lab, p)]);
    sheets.extend(ids.flat_map(|id| measured::percentiles(lab, id, p)));
    sheets
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
    Sheet {
        id: "people".into(),
        title: "Waiting, riding".into(),
        note: "people".to_owned(),
        figure: Figure::Time(chart),
    }
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
    Sheet { id: "pending".into(), title: "Pending by direction".into(), note, figure: Figure::Time(chart) }
}

/// Riders of each car; where there are many cars, their mean.
fn load(lab: &Lab, p: &Palette) -> Sheet {
    let end = end_of(lab);
    let n = cars(lab).count();
    let lines = if n <= LINES { each(lab, p) } else { mean(lab, n, p) };
    let most = cars(lab).map(|(_, row)| u64::from(row.capacity)).filter(|c| *c < u64::from(u32::MAX)).max();
    let theory =
        most.filter(|_| cars(lab).any(|(_, row)| row.levels.arrivals > 0)).map(|c| (c as f64, format!("full {c}")));
    let chart = TimeChart { end, lines, theory: theory.into_iter().collect(), unit: "people", ..TimeChart::default() };
    let note = if n > LINES { "riders, mean of all cars" } else { "riders" };
    Sheet { id: "load".into(), title: "Load per car".into(), note: note.to_owned(), figure: Figure::Time(chart) }
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
