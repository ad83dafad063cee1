//! A crowd: one cell for each request, however many, in the order of their numbers. A dense grid, never a soup of dots.

use super::super::number;
use super::super::shape::{Ink, Shape, Sheet};
use super::super::{Palette, Rgba};
use super::glyph::{self, Sort};
use super::{Frame, Look, Scene, heading};
use crate::trace::ledger::{Fate, JobRow};
use std::collections::BTreeMap;

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Not there yet.
    Unsent,
    /// Waiting for an answer.
    Calling,
    /// Somewhere else inside.
    Inside,
    /// Gone.
    Left(Sort),
}

impl Cell {
    /// What a job's cell shows.
    pub fn of(job: &JobRow) -> Cell {
        match job.fate {
            Fate::At(_) if job.calling() => Cell::Calling,
            Fate::At(_) | Fate::In(_) => Cell::Inside,
            Fate::Left(outcome) => Cell::Left(Sort::left(outcome, job.answer)),
        }
    }

    fn colour(self, p: &Palette) -> Rgba {
        match self {
            Cell::Unsent => p.line,
            Cell::Calling => p.waiting,
            Cell::Inside => p.queued,
            Cell::Left(sort) => sort.colour(p),
        }
    }
}

/// The greatest and the least pitch of cells.
const PITCH: (f64, f64) = (18.0, 1.5);
/// From this pitch on, cells are glyphs.
const GLYPHS: f64 = 9.0;

/// The pitch at which `n` cells fill an area.
pub fn pitch(n: u64, w: f64, h: f64) -> f64 {
    let fits = |pitch: f64| libm::floor(w / pitch) * libm::floor(h / pitch) >= n as f64;
    let mut pitch = libm::sqrt(w * h / n.max(1) as f64).clamp(PITCH.1, PITCH.0);
    while !fits(pitch) && pitch > PITCH.1 {
        pitch -= 0.05;
    }
    pitch
}

/// Draws the crowd.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, label: &str, station: &str, frame: Frame) {
    let total = scene.values.count("requests").max(scene.ledger.jobs.len() as u64);
    let live =
        scene.station(station).map_or(0, |(id, _)| scene.ledger.live_tasks().filter(|(_, t)| t.station == id).count());
    heading(sheet, look, frame.x, label, &format!("{} at once", number::count(live as u64)), false);
    let p = look.palette;
    let text = format!("one cell per request, {} in all", number::count(total));
    sheet.text((frame.right(), 41.0), text, Ink::new(p.ink_3).end());
    cells(sheet, scene, look, total, frame);
}

/// The cells, in an area.
pub fn cells(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, total: u64, frame: Frame) {
    let p = look.palette;
    let pitch = pitch(total, frame.w, frame.h);
    let columns = libm::floor(frame.w / pitch).max(1.0) as u64;
    let place = |index: u64| (frame.x + (index % columns) as f64 * pitch, frame.y + (index / columns) as f64 * pitch);
    let mut by_cell: BTreeMap<Cell, Vec<(f32, f32)>> = BTreeMap::new();
    for index in 0..total {
        let cell = scene.ledger.jobs.get(index as usize).map_or(Cell::Unsent, Cell::of);
        let (x, y) = place(index);
        if y > frame.bottom() {
            break;
        }
        if pitch >= GLYPHS {
            let at = (x + pitch / 2.0, y + pitch / 2.0);
            big_cell(sheet, at, cell, p);
        } else {
            by_cell.entry(cell).or_default().push((x as f32, y as f32));
        }
    }
    let side = if pitch > 3.0 { pitch - 1.0 } else { pitch * 0.75 };
    for (cell, at) in by_cell {
        sheet.shapes.push(Shape::Cells { at, size: (side, side), fill: cell.colour(p) });
    }
}

fn big_cell(sheet: &mut Sheet, at: (f64, f64), cell: Cell, p: &Palette) {
    match cell {
        Cell::Unsent => sheet.ring(at, 3.6, p.line_2, 1.2),
        Cell::Calling => sheet.shapes.push(Shape::HalfDisc { at, r: 3.8, colour: p.waiting }),
        Cell::Inside => sheet.disc(at, 3.8, p.queued),
        Cell::Left(sort) => glyph::job(sheet, at, 3.8, sort, p),
    }
}
