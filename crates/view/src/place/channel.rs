//! A channel: cells that fill from the outlet up to 200, a bar beyond, a slit where there is no room at all.

use super::face::{Face, Note, OnPhone, Room, step};
use super::{Here, Term};
use crate::number;
use crate::scene::glyph::{self, Sort};
use crate::scene::{Detail, Frame, Look, Plan, first_fit, heading};
use crate::shape::{Ink, Sheet, bold_width, crisp, text_width};
use crate::story::{LITTLE, instant};
use crate::text::Row;
use millrace_analysis::{Prefix, Tone};
use millrace_spec::Value;
use millrace_trace::ledger::StationRow;
use millrace_trace::{JobId, StationKind, UNLIMITED};
use std::collections::VecDeque;

/// A channel.
#[derive(Debug)]
pub struct Channel;

/// On a phone: cells in a row, and rows; the height of a channel with its heading.
const ROW: u32 = 50;
const ROWS: u32 = 2;
const BAND: f64 = 54.0;

/// How many values are drawn one by one.
const CELLS: u32 = 200;
/// The pitch of cells, across and down.
const PITCH: (f64, f64) = (12.0, 16.05);
/// Cells that are lower than this cannot be told apart.
const LEAST: f64 = 4.5;
/// Values of a bar whose outcomes are looked up; more are taken in even steps.
const LOOKED_UP: usize = 1_000;

/// The capacity of a channel: its station's, or before the run that of the parameter with its name.
fn capacity(here: Here<'_, '_>) -> Option<u32> {
    if let Some(row) = here.row() {
        return Some(row.capacity);
    }
    let (values, station) = (here.scene.values, &here.shown.place.station);
    let one = station.trim_end_matches('s');
    let keys = [format!("{one}-buffer"), format!("{station}-buffer"), station.clone()];
    let key = keys.iter().find(|key| matches!(values.get(key), Some(Value::Count(_))))?;
    Some(u32::try_from(values.count(key)).unwrap_or(UNLIMITED))
}

/// How many it holds, and of how many, in words; and whether it is full.
fn fill(here: Here<'_, '_>) -> Note {
    let level = here.level();
    match capacity(here) {
        None | Some(UNLIMITED) => (number::count(level), false),
        Some(0) => ("no buffer".to_owned(), false),
        Some(n) => {
            let words = format!("{} of {}", number::count(level), number::count(u64::from(n)));
            (words, level >= u64::from(n))
        }
    }
}

/// The same in the text alternative.
fn says(here: Here<'_, '_>) -> String {
    let Some(row) = here.row() else { return "empty".to_owned() };
    let level = row.levels.present;
    let n = number::count(level);
    match row.capacity {
        UNLIMITED => format!("{n}, no limit"),
        0 => "hands over directly, no buffer".to_owned(),
        capacity if level >= u64::from(capacity) => format!("full, {n} of {}", number::count(u64::from(capacity))),
        capacity => format!("{n} of {}", number::count(u64::from(capacity))),
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
fn vessel(here: Here<'_, '_>, frame: Frame) -> Frame {
    let capacity = capacity(here).unwrap_or(UNLIMITED);
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

impl Face for Channel {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Channel]
    }

    fn reads(&self) -> &'static str {
        "A queue as long as it may be: each dot is one that waits, and the next to go stands at the outlet."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let row = here.row().filter(|row| row.levels.present_mean(so_far.at()) >= LITTLE)?;
        let full =
            so_far.journal().iter().find(|entry| entry.tone == Tone::Blocked && entry.who == here.shown.place.station);
        let full = full.map(|entry| format!(", full for the first time at {}", instant(entry.at))).unwrap_or_default();
        let (mean, peak) = (row.levels.present_mean(so_far.at()), number::count(row.levels.present_peak));
        Some(format!("{}: {mean:.1} in it on average, {peak} at most{full}.", here.label()))
    }

    fn room(&self, here: Here<'_, '_>, level: usize) -> Room {
        match capacity(here) {
            Some(0) => Room::new(step([60.0, 22.0, 14.0, 12.0], level)),
            _ => Room::new(step([68.0, 44.0, 30.0, 22.0], level)),
        }
    }

    fn after(&self, here: Here<'_, '_>, level: usize) -> f64 {
        // Lanes that begin at its wall need some room; what ends in a pipe says itself how much it needs.
        let lanes = here.feeds().is_none_or(|next| next.face().has_lanes());
        match capacity(here) {
            _ if lanes => step([18.0, 13.0, 8.0, 6.0], level),
            // Its one word is wider than it is.
            Some(0) => step([0.0, 14.0, 0.0, 0.0], level),
            _ => 0.0,
        }
    }

    fn walls(&self, here: Here<'_, '_>, frame: Frame) -> Frame {
        vessel(here, frame)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let p = look.palette;
        let spot = plan.spot(here.index());
        let frame = spot.frame;
        let capacity = capacity(here).unwrap_or(UNLIMITED);
        let level = here.level();
        let (words, full) = fill(here);
        let name = if bold_width(here.label(), 11.64) <= frame.w + 5.0 { here.label() } else { "" };
        let short =
            if capacity == 0 { ["direct".to_owned(), String::new()] } else { [number::count(level), String::new()] };
        let line = first_fit(&[[words].as_slice(), &short].concat(), frame.w + if full { 4.0 } else { 9.0 });
        heading(sheet, look, (frame.x, frame.w + 14.0), spot.cell, name, &line, full);
        let vessel = vessel(here, frame);
        if capacity == 0 {
            slit(sheet, look, frame);
            return;
        }
        match raster(capacity, frame) {
            Some((columns, pitch)) => cells(sheet, here, look, vessel, (columns, capacity), pitch),
            None => bar(sheet, here, look, vessel, capacity),
        }
        for x in [vessel.x + 0.5, vessel.right() - 0.5] {
            // Above a low vessel its walls go on as thin lines, so that the wires to it end somewhere.
            sheet.line((x, frame.y), (x, vessel.y), p.line, 1.0);
            sheet.line((x, vessel.y), (x, vessel.bottom()), p.line_3, 1.5);
        }
        sheet.line((vessel.x, vessel.bottom()), (vessel.right(), vessel.bottom()), p.line_3, 1.5);
        let room = spot.left.map_or(0.0, |right| frame.x - right);
        let share = if capacity == UNLIMITED { 0.0 } else { level as f64 / f64::from(capacity) };
        if room >= 28.0 && share > 0.0 && share < 1.0 && look.detail != Detail::Flow {
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

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Band(BAND)
    }

    fn is_quiet(&self) -> bool {
        true
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let p = look.palette;
        let capacity = capacity(here).unwrap_or(UNLIMITED);
        let most = match capacity {
            UNLIMITED => here.row().map_or(1, |r| r.levels.present_peak.max(1)),
            n => u64::from(n),
        };
        if capacity > 0 {
            let share = here.level() as f64 / most.max(1) as f64;
            sheet.frame((bar.x, bar.y), (bar.w, bar.h), 0.0, Some(p.sunken), p.line_2, 0.8);
            sheet.fill((bar.x, bar.y), (bar.w * share.min(1.0), bar.h), 0.0, p.queued);
        }
        fill(here)
    }

    fn band(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame, note: Note) {
        band(sheet, here, look, frame, note);
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let mut lines = vec![fill(here).0];
        if let Some(head) = here.row().and_then(|row| row.queue.front()) {
            lines.push(format!("next is #{}", number::count(u64::from(head.number()))));
        }
        lines.extend(here.row().map(|row| format!("at most {}", number::count(row.levels.present_peak))));
        lines
    }

    fn rows(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<Row> {
        vec![Row { what: here.label().to_owned(), says: says(here) }]
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        Some(format!("{} {}", here.label(), says(here)))
    }

    fn term(&self, here: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, _: &StationRow) -> Term {
        here.feeds().map_or(Term::QUEUED, |next| next.face().queue_term())
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
    here: Here<'_, '_>,
    look: &Look<'_>,
    vessel: Frame,
    (columns, capacity): (u32, u32),
    pitch: (f64, f64),
) {
    let p = look.palette;
    let empty = VecDeque::new();
    let queue: &VecDeque<JobId> = here.row().map_or(&empty, |row| &row.queue);
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
        let sort = Sort::of(here.scene.ledger.job(*id).and_then(|job| job.answer));
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
fn bar(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, vessel: Frame, capacity: u32) {
    let p = look.palette;
    let (row, level) = (here.row(), here.level());
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
        let sort = Sort::of(here.scene.ledger.job(*id).and_then(|job| job.answer));
        sampled += 1;
        match sorts.iter_mut().find(|(s, _)| *s == sort) {
            Some((_, n)) => *n += 1,
            None => sorts.push((sort, 1)),
        }
    }
    millrace_trace::order::sort_by(&mut sorts, Ord::cmp);
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

/// A phone's channel: rows of cells under a heading, with what is to be said of its neighbour.
fn band(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame, (note, hot): Note) {
    let p = look.palette;
    let (left, right, top) = (frame.x, frame.right(), frame.y);
    let (fill, full) = fill(here);
    sheet.text((left, top + 20.0), here.label(), Ink::new(p.ink).size(12.0).bold());
    let x = left + bold_width(here.label(), 12.0) + 8.0;
    let ink = if full { Ink::new(p.blocked_ink).bold() } else { Ink::new(p.ink_3) };
    sheet.text((x, top + 20.0), fill, ink);
    let ink = if hot { Ink::new(p.blocked_ink).bold() } else { Ink::new(p.ink_3) };
    sheet.text((right, top + 20.0), note, ink.end());
    for edge in [top + 29.0, top + 53.0] {
        sheet.line((left - 3.0, crisp(edge)), (right + 3.0, crisp(edge)), p.line_3, 1.3);
    }
    let row = here.row();
    let capacity = capacity(here).unwrap_or(UNLIMITED);
    if capacity == 0 {
        return;
    }
    if capacity > ROW * ROWS {
        let level = row.map_or(0, |r| r.levels.present);
        let most =
            if capacity == UNLIMITED { row.map_or(1, |r| r.levels.present_peak.max(100)) } else { u64::from(capacity) };
        sheet.fill((left, top + 33.0), (right - left, 17.0), 0.0, p.sunken);
        let share = (level as f64 / most as f64).clamp(0.0, 1.0);
        sheet.fill((left, top + 33.0), ((right - left) * share, 17.0), 0.0, p.queued);
        return;
    }
    let pitch = (right - left) / f64::from(ROW);
    let place = |index: u32| {
        let (line, column) = (index / ROW, index % ROW);
        (left + (f64::from(column) + 0.5) * pitch, top + 36.5 + f64::from(line) * 10.0)
    };
    let held = row.map_or(0, |r| r.queue.len() as u32).min(capacity);
    let free = (held..capacity).map(|i| {
        let (x, y) = place(i);
        [x - 2.7, y - 3.8, 5.4, 7.6].map(|x| x as f32)
    });
    sheet.boxes(free.collect(), None, Some((p.line_2, 0.8)));
    let (mut open, mut good) = (vec![], vec![]);
    for (id, index) in row.into_iter().flat_map(|r| &r.queue).zip(0..held) {
        let (x, y) = place(index);
        match Sort::of(here.scene.ledger.job(*id).and_then(|job| job.answer)) {
            Sort::Open => open.push((x as f32, y as f32)),
            Sort::Success => good.push((x as f32, y as f32)),
            sort => glyph::job(sheet, (x, y), 2.8, sort, p),
        }
    }
    sheet.dots(open, 2.9, p.queued);
    sheet.dots(good, 2.9, p.success);
}
