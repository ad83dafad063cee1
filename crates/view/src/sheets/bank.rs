//! The charts of a bank: how long people wait and ride, how many, and what the cars have to do.

use super::levels::steps;
use super::measured::{declared, distribution};
use super::{Sheet, Told, short};
use crate::Rgba;
use crate::charts::{Line, Mark, TimeChart, Written};
use crate::place::tables::Contact;
use millrace_analysis::{LevelPoint, Subject, sum};
use millrace_spec::Bank;
use millrace_trace::{Gauge, StationId, StationKind, UNLIMITED, ledger::StationRow};

/// Up to so many cars have a line of their own.
const LINES: usize = 5;

/// All of them, in order.
pub fn sheets(told: &Told<'_>) -> Vec<Sheet> {
    let Some((_, bank)) = told.spec.bank() else { return Vec::new() };
    // What is most worth knowing comes first, with how it is distributed; the rest comes last.
    let mut measures = told.measures.iter();
    let first = measures.next();
    let mut sheets: Vec<Sheet> = first.into_iter().filter_map(|measure| declared(told, measure)).collect();
    sheets.extend(first.and_then(|measure| distribution(told, measure, ("distribution", "Distribution"))));
    sheets.extend([people(told), pending(told, bank), load(told)]);
    sheets.extend(measures.filter_map(|measure| declared(told, measure)));
    sheets
}

fn people(told: &Told<'_>) -> Sheet {
    let (so_far, p) = (told.so_far(), told.palette);
    let level = |kind, name: &str, inks: (Rgba, Rgba)| {
        let points = steps(so_far.level(Subject::All(kind)), so_far.at().seconds(), 1.0);
        Line::level(name, points, inks, 1.2)
    };
    let lines = vec![
        level(StationKind::Landing, "waiting", (p.queued, p.ink)),
        level(StationKind::Car, "riding", (p.running, p.running_ink)),
    ];
    let chart = TimeChart { lines, unit: "people", ..told.chart() };
    Sheet::time("people", "Waiting, riding", "people".to_owned(), chart)
}

/// The cars that there ever were, in the order of opening.
fn cars<'a>(told: &Told<'a>) -> impl Iterator<Item = (StationId, &'a StationRow)> {
    told.history.ledger.stations_with_ids().filter(|(_, row)| row.kind == StationKind::Car)
}

/// The sum of a level over all cars, as steps.
fn over_cars(told: &Told<'_>, subject: impl Fn(StationId) -> Subject) -> Vec<(f64, f64)> {
    let so_far = told.so_far();
    let series: Vec<&[LevelPoint]> = cars(told).map(|(id, _)| so_far.level(subject(id))).collect();
    let mut points: Vec<_> = sum(&series).into_iter().map(|(at, level)| (at.seconds(), level as f64)).collect();
    if let Some(last) = points.last().copied() {
        points.push((so_far.at().seconds(), last.1));
    }
    points
}

fn pending(told: &Told<'_>, bank: &Bank) -> Sheet {
    let p = told.palette;
    let side = |gauge: Gauge, name: &str, inks: (Rgba, Rgba)| {
        Line::level(name, over_cars(told, |id| Subject::Gauge(id, gauge)), inks, 1.2)
    };
    let lines =
        vec![side(bank.pending.0, "up", (p.running, p.running_ink)), side(bank.pending.1, "down", (p.queued, p.ink_2))];
    let chart = TimeChart { lines, unit: "stops and trips", ..told.chart() };
    Sheet::time("pending", "Pending by direction", "stops and trips, all cars".to_owned(), chart)
}

/// Riders of each car; where there are many cars, their mean.
fn load(told: &Told<'_>) -> Sheet {
    let n = cars(told).count();
    let (lines, written) = if n <= LINES { (each(told), Written::Count) } else { (mean(told, n), Written::Mean) };
    let most = cars(told).map(|(_, row)| row.capacity).filter(|c| *c != UNLIMITED).max();
    let ink = told.palette.ink_3;
    let mark = |most: u32| Mark { value: f64::from(most), label: format!("full {most}"), colour: ink, ink };
    let is_used = cars(told).any(|(_, row)| row.levels.arrivals > 0);
    let marks = most.filter(|_| is_used).map(mark).into_iter().collect();
    let chart = TimeChart { lines, marks, unit: "people", written, ..told.chart() };
    let note = if n > LINES { "riders, mean of all cars" } else { "riders" };
    Sheet::time("load", "Load per car", note.to_owned(), chart)
}

/// A line for each car: in the hue of its breaker where that is not closed, else a shade of its own.
fn each(told: &Told<'_>) -> Vec<Line> {
    let (so_far, p) = (told.so_far(), told.palette);
    let shades = [p.p50, p.queued, p.waiting, p.line_3, p.ink];
    let line_of = |((id, row), shade): ((StationId, &StationRow), Rgba)| {
        let name = told.trace.name(row.name);
        let status = told.cars.iter().find(|(car, _)| car == name).map_or(Contact::Closed, |(_, status)| *status);
        let inks = match status {
            Contact::Closed => (shade, p.ink_2),
            other => (other.colour(p), other.ink(p)),
        };
        let points = steps(so_far.level(Subject::Queue(id)), so_far.at().seconds(), 1.0);
        Line::level(&short(name), points, inks, 1.2)
    };
    cars(told).zip(shades.into_iter().cycle()).map(line_of).filter(|line| line.last().is_some()).collect()
}

fn mean(told: &Told<'_>, n: usize) -> Vec<Line> {
    let mut points = over_cars(told, Subject::Queue);
    points.iter_mut().for_each(|(_, level)| *level /= n.max(1) as f64);
    vec![Line::level("mean", points, (told.palette.running, told.palette.running_ink), 1.2)]
}
