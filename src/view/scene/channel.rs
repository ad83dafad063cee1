//! A channel: cells that fill from the outlet up to 200, a bar beyond, a slit where there is no room at all.

use super::super::number;
use super::super::shape::{Ink, Sheet, crisp};
use super::glyph::{self, Sort};
use super::{Frame, Look, Scene, heading};
use crate::trace::{JobId, UNLIMITED};

/// How many values are drawn one by one.
const CELLS: u32 = 200;
/// Columns of cells.
const COLUMNS: u32 = 5;

/// The capacity of a channel: its station's, or before the run that of the parameter with its name.
pub fn capacity(scene: &Scene<'_>, station: &str) -> Option<u32> {
    if let Some((_, row)) = scene.station(station) {
        return Some(row.capacity);
    }
    let singular = station.trim_end_matches('s');
    let value = scene.values.get(&format!("{singular}-buffer"));
    value.map(|_| scene.values.count(&format!("{singular}-buffer")) as u32)
}

/// Draws a channel.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, label: &str, station: &str, frame: Frame) {
    let row = scene.station(station).map(|(_, row)| row);
    let capacity = capacity(scene, station).unwrap_or(100);
    let level = row.map_or(0, |r| r.levels.present);
    let full = capacity > 0 && capacity != UNLIMITED && level >= u64::from(capacity);
    let line = match capacity {
        UNLIMITED => number::count(level),
        0 => "direct".to_owned(),
        n => format!("{} of {}", number::count(level), number::count(u64::from(n))),
    };
    heading(sheet, look, frame.x, label, &line, full);
    let p = look.palette;
    let (left, right) = (crisp(frame.x), crisp(frame.right()));
    if capacity == 0 {
        let middle = crisp(frame.x + frame.w / 2.0);
        sheet.dashed((middle, frame.y), (middle, frame.bottom()), p.line_3, 1.5, (4.0, 4.0));
        return;
    }
    for x in [left, right] {
        sheet.line((x, frame.y - 4.0), (x, frame.bottom()), p.line_3, 1.5);
    }
    sheet.line((left, crisp(frame.bottom())), (right, crisp(frame.bottom())), p.line_3, 1.5);
    if capacity <= CELLS && frame.w >= 40.0 {
        cells(sheet, scene, look, frame, capacity, row.map(|r| r.queue.iter().copied().collect()).unwrap_or_default());
    } else {
        bar(sheet, look, frame, capacity, level);
    }
}

/// A cell a value, from the outlet at the bottom; the next to go is in the lowest row.
fn cells(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, frame: Frame, capacity: u32, queue: Vec<JobId>) {
    let p = look.palette;
    let rows = capacity.div_ceil(COLUMNS);
    let (pitch_x, pitch_y) = ((frame.w - 6.0) / f64::from(COLUMNS), ((frame.h - 4.0) / f64::from(rows)).min(18.0));
    let place = |index: u32| {
        let (row, column) = (index / COLUMNS, index % COLUMNS);
        let x = frame.right() - 3.0 - (f64::from(column) + 0.5) * pitch_x;
        (x, frame.bottom() - 2.0 - (f64::from(row) + 0.5) * pitch_y)
    };
    let r = (pitch_x.min(pitch_y) / 2.0 - 0.8).clamp(1.2, 4.0);
    if pitch_y >= 9.0 {
        for index in queue.len() as u32..capacity {
            let (x, y) = place(index);
            let (w, h) = ((pitch_x - 2.0).max(2.0), (pitch_y - 2.0).max(2.0));
            sheet.frame(
                (crisp(x - w / 2.0), crisp(y - h / 2.0)),
                (libm::floor(w), libm::floor(h)),
                0.0,
                None,
                p.line,
                1.0,
            );
        }
    }
    let mut dots = Vec::with_capacity(queue.len());
    for (index, id) in queue.iter().enumerate().take(capacity as usize) {
        let (x, y) = place(index as u32);
        match Sort::of(scene.ledger.job(*id).and_then(|j| j.answer)) {
            // The most frequent marks are painted at once.
            Sort::Open => dots.push((x as f32, y as f32)),
            sort => {
                if !matches!(sort, Sort::Success) && pitch_y >= 9.0 {
                    sheet.frame(
                        (crisp(x - pitch_x / 2.0), crisp(y - pitch_y / 2.0)),
                        (libm::floor(pitch_x), libm::floor(pitch_y)),
                        0.0,
                        None,
                        sort.colour(p),
                        1.0,
                    );
                }
                glyph::job(sheet, (x, y), r, sort, p);
            }
        }
    }
    sheet.shapes.push(super::super::Shape::Dots { at: dots, r, fill: p.queued });
}

fn bar(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, capacity: u32, level: u64) {
    let p = look.palette;
    let share =
        if capacity == UNLIMITED { level as f64 / (level as f64 + 100.0) } else { level as f64 / f64::from(capacity) };
    let height = (frame.h - 6.0) * share.clamp(0.0, 1.0);
    sheet.fill((frame.x + 4.0, frame.y), (frame.w - 8.0, frame.h - 3.0), 2.0, p.sunken);
    sheet.fill((frame.x + 4.0, frame.bottom() - 3.0 - height), (frame.w - 8.0, height), 2.0, p.queued);
    let y = (frame.bottom() - 8.0 - height).max(frame.y + 12.0);
    sheet.text((frame.x + frame.w / 2.0, y), number::count(level), Ink::new(p.ink).bold().middle());
}
