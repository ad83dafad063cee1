//! A channel: cells that fill from the outlet up to 200, a bar beyond, a slit where there is no room at all.

use super::super::number;
use super::super::shape::{Ink, Sheet, crisp, text_width};
use super::glyph::{self, Sort};
use super::{Frame, Look, Scene, first_fit, heading};
use millrace_trace::{JobId, UNLIMITED};
use std::collections::VecDeque;

/// How many values are drawn one by one.
const CELLS: u32 = 200;
/// The pitch of cells, across and down.
const PITCH: (f64, f64) = (12.0, 16.05);
/// Cells that are lower than this cannot be told apart.
const LEAST: f64 = 4.5;
/// Values of a bar whose outcomes are looked up; more are taken in even steps.
const LOOKED_UP: usize = 1_000;

/// The capacity of a channel: its station's, or before the run that of the parameter with its name.
pub fn capacity(scene: &Scene<'_>, station: &str) -> Option<u32> {
    if let Some((_, row)) = scene.station(station) {
        return Some(row.capacity);
    }
    let key = format!("{}-buffer", station.trim_end_matches('s'));
    scene.values.get(&key).map(|_| u32::try_from(scene.values.count(&key)).unwrap_or(UNLIMITED))
}

/// How many it holds, and of how many, in words; and whether it is full.
pub fn fill(scene: &Scene<'_>, station: &str) -> (String, bool) {
    let level = scene.station(station).map_or(0, |(_, row)| row.levels.present);
    match capacity(scene, station) {
        None | Some(UNLIMITED) => (number::count(level), false),
        Some(0) => ("no buffer".to_owned(), false),
        Some(n) => {
            let words = format!("{} of {}", number::count(level), number::count(u64::from(n)));
            (words, level >= u64::from(n))
        }
    }
}

/// Columns and pitch of the cells of a channel, if its values can be drawn one by one.
fn raster(capacity: u32, frame: Frame) -> Option<(u32, (f64, f64))> {
    if capacity == 0 || capacity > CELLS {
        return None;
    }
    let columns = (libm::floor((frame.w - 7.0) / PITCH.0) as u32).max(1).min(capacity.div_ceil(20));
    let high = (frame.h - 8.0) / f64::from(capacity.div_ceil(columns));
    (high >= LEAST).then_some((columns, (PITCH.0, high.min(PITCH.1))))
}

/// The walls of a channel within its frame.
pub fn vessel(scene: &Scene<'_>, station: &str, frame: Frame) -> Frame {
    let capacity = capacity(scene, station).unwrap_or(UNLIMITED);
    let (w, h) = match raster(capacity, frame) {
        _ if capacity == 0 => (8.0, frame.h),
        Some((columns, pitch)) => {
            let rows = capacity.div_ceil(columns);
            (f64::from(columns) * pitch.0 + 8.0, f64::from(rows) * pitch.1 + 8.0)
        }
        None => (frame.w.min(68.0), frame.h),
    };
    Frame { x: libm::floor(frame.middle() - w / 2.0), y: frame.bottom() - h, w, h }
}

/// Draws a channel, with the pointer to its level where there is room on its left.
pub fn draw(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    (label, station): (&str, &str),
    frame: Frame,
    before: Option<f64>,
) {
    let p = look.palette;
    let row = scene.station(station).map(|(_, row)| row);
    let capacity = capacity(scene, station).unwrap_or(UNLIMITED);
    let level = row.map_or(0, |r| r.levels.present);
    let (words, full) = fill(scene, station);
    // Names are set bold, which is a little wider.
    let name = if text_width(label, 12.8, false) <= frame.w + 5.0 { label } else { "" };
    let short =
        if capacity == 0 { ["direct".to_owned(), String::new()] } else { [number::count(level), String::new()] };
    let line = first_fit(&[[words].as_slice(), &short].concat(), frame.w + 9.0);
    heading(sheet, look, (frame.x, frame.w + 14.0), name, &line, full);
    let vessel = vessel(scene, station, frame);
    if capacity == 0 {
        slit(sheet, look, frame);
        return;
    }
    match raster(capacity, frame) {
        Some((columns, pitch)) => {
            let empty = VecDeque::new();
            cells(sheet, scene, look, vessel, (columns, capacity), pitch, row.map_or(&empty, |r| &r.queue));
        }
        None => bar(sheet, scene, look, vessel, capacity, row),
    }
    for x in [vessel.x + 0.5, vessel.right() - 0.5] {
        // Above a low vessel its walls go on as thin lines, so that the wires to it end somewhere.
        sheet.line((x, frame.y), (x, vessel.y), p.line, 1.0);
        sheet.line((x, vessel.y), (x, vessel.bottom()), p.line_3, 1.5);
    }
    sheet.line((vessel.x, vessel.bottom()), (vessel.right(), vessel.bottom()), p.line_3, 1.5);
    let room = before.map_or(0.0, |right| frame.x - right);
    let share = if capacity == UNLIMITED { 0.0 } else { level as f64 / f64::from(capacity) };
    if room >= 28.0 && share > 0.0 && share < 1.0 && look.detail != super::Detail::Flow {
        let y = vessel.bottom() - 4.0 - share * (vessel.h - 8.0);
        let x = vessel.x - 2.0;
        if y < frame.y + 62.0 {
            // There the pipe from the source comes in.
            return;
        }
        sheet.area(vec![(x, y), (x - 6.0, y - 3.5), (x - 6.0, y + 3.5)], p.ink_2);
        if text_width(&level.to_string(), 11.0, false) < room - 10.0 {
            sheet.text((x - 9.0, y + 4.0), number::count(level), Ink::new(p.ink).bold().end());
        }
    }
}

/// From hand to hand: two lips and nothing between them.
fn slit(sheet: &mut Sheet, look: &Look<'_>, frame: Frame) {
    let (p, x) = (look.palette, crisp(frame.middle()));
    let middle = frame.y + frame.h / 2.0;
    sheet.line((x - 3.0, frame.y), (x - 3.0, frame.bottom()), p.line_3, 1.5);
    sheet.dashed((x + 3.0, frame.y), (x + 3.0, frame.bottom()), p.line_3, 1.5, (4.0, 4.0));
    sheet.area(vec![(x + 7.0, middle), (x + 1.0, middle - 4.0), (x + 1.0, middle + 4.0)], p.ink_3);
}

/// A cell a value, from the outlet at the bottom; the next to go is in the lowest row.
fn cells(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    vessel: Frame,
    (columns, capacity): (u32, u32),
    pitch: (f64, f64),
    queue: &VecDeque<JobId>,
) {
    let p = look.palette;
    let place = |index: u32| {
        let (row, column) = (index / columns, index % columns);
        let x = vessel.x + 4.0 + (f64::from(column) + 0.5) * pitch.0;
        (x, vessel.bottom() - 4.0 - (f64::from(row) + 0.5) * pitch.1)
    };
    let (w, h) = (pitch.0 - 2.0, (pitch.1 - 2.65).max(pitch.1 * 0.8));
    let around = |(x, y): (f64, f64), w: f64, h: f64| [x - w / 2.0, y - h / 2.0, w, h].map(|x| x as f32);
    let r = (pitch.1 / 2.0 - 0.4).clamp(1.6, 3.8);
    let (mut free, mut taken, mut open, mut good, mut marks) = (vec![], vec![], vec![], vec![], vec![]);
    let held = (queue.len() as u32).min(capacity);
    if pitch.1 >= 6.0 {
        free.extend((held..capacity).map(|index| around(place(index), w - 1.0, h - 1.0)));
    }
    for (id, index) in queue.iter().zip(0..held) {
        let at = place(index);
        let sort = Sort::of(scene.ledger.job(*id).and_then(|job| job.answer));
        taken.push(around(at, w, h));
        match sort {
            // The most frequent marks are painted at once.
            Sort::Open => open.push((at.0 as f32, at.1 as f32)),
            Sort::Success => good.push((at.0 as f32, at.1 as f32)),
            _ => marks.push((at, sort)),
        }
    }
    sheet.boxes(free, None, Some((p.line, 1.0)));
    sheet.boxes(taken, Some(p.queued_wash), None);
    sheet.dots(open, r, p.queued);
    sheet.dots(good, r * 0.95, p.success);
    for (at, sort) in marks {
        if h >= 9.0 {
            // So that an error shows in greyscale too.
            let rect = around(at, w + 0.4, h + 0.4);
            sheet.boxes(vec![rect], Some(sort.wash(p)), Some((sort.colour(p), 1.2)));
        }
        glyph::job(sheet, at, r.min(3.4), sort, p);
    }
}

/// A vessel with a level, in the colours of what it holds, oldest at the bottom.
fn bar(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    vessel: Frame,
    capacity: u32,
    row: Option<&millrace_trace::ledger::StationRow>,
) {
    let p = look.palette;
    let level = row.map_or(0, |r| r.levels.present);
    // Without a limit the most that there ever was fills it.
    let most =
        if capacity == UNLIMITED { row.map_or(1, |r| r.levels.present_peak.max(100)) } else { u64::from(capacity) };
    let inner = Frame { x: vessel.x + 4.0, y: vessel.y + 4.0, w: vessel.w - 8.0, h: vessel.h - 8.0 };
    sheet.fill((inner.x, inner.y), (inner.w, inner.h), 0.0, p.sunken);
    let height = inner.h * (level as f64 / most.max(1) as f64).clamp(0.0, 1.0);
    let empty = VecDeque::new();
    let queue = row.map_or(&empty, |r| &r.queue);
    let step = queue.len().div_ceil(LOOKED_UP).max(1);
    let mut sorts: Vec<(Sort, u32)> = Vec::new();
    let mut sampled = 0;
    for id in queue.iter().step_by(step) {
        let sort = Sort::of(scene.ledger.job(*id).and_then(|job| job.answer));
        sampled += 1;
        match sorts.iter_mut().find(|(s, _)| *s == sort) {
            Some((_, n)) => *n += 1,
            None => sorts.push((sort, 1)),
        }
    }
    sorts.sort();
    let mut bottom = inner.bottom();
    for (sort, n) in sorts {
        let h = height * f64::from(n) / f64::from(sampled.max(1));
        sheet.fill((inner.x, bottom - h), (inner.w, h), 0.0, sort.colour(p));
        bottom -= h;
    }
    if level > 0 && vessel.w >= 40.0 {
        let y = (inner.bottom() - height - 5.0).max(inner.y + 12.0);
        let on_fill = inner.bottom() - height < inner.y + 16.0;
        let ink = if on_fill { p.stage } else { p.ink };
        sheet.text((vessel.middle(), y), number::count(level), Ink::new(ink).bold().middle());
    }
}
