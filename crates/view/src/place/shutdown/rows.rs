//! A row for each part of the process: its name, what it has, a bar from when it was told to stop until it was over, and what is lost.

use super::state::{Part, State};
use crate::number;
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Rgba, Sheet, crisp, cut, text_width};
use millrace_spec::PartState;
use millrace_trace::SimTime;

/// The most and the least between rows, the height of the axis, and the gap between columns.
const ROW: (f64, f64) = (28.0, 10.5);
const AXIS: f64 = 19.0;
const GAP: f64 = 10.0;
/// From this width on what a part has stands in a column of its own.
const WIDE: f64 = 340.0;
/// How much time the axis has at least, in ns.
const LEAST: f64 = 1e9;

/// The columns and rows of an area.
pub(super) struct Rows {
    area: Frame,
    pitch: f64,
    /// The parts that have a row, by their places; where there is no room for all, those at which something happens go first.
    shown: Vec<usize>,
    has_axis: bool,
    /// Where the bars are, and where the columns beside them begin.
    bars: (f64, f64),
    has: Option<f64>,
}

impl Rows {
    pub fn of(area: Frame, state: &State) -> Rows {
        let fit = (libm::floor(area.h / ROW.1) as usize).max(1);
        let mut shown: Vec<usize> = (0..state.parts.len()).collect();
        if shown.len() > fit {
            let is_quiet = |index: &usize| state.parts.get(*index).is_none_or(Part::is_quiet);
            millrace_trace::order::sort_by_key(&mut shown, |index| (is_quiet(index), *index));
            shown.truncate(fit);
            millrace_trace::order::sort_by_key(&mut shown, |index| *index);
        }
        let rows = shown.len().max(1) as f64;
        let has_axis = area.h - AXIS >= rows * ROW.1;
        let pitch = ((area.h - if has_axis { AXIS } else { 0.0 }) / rows).clamp(ROW.1, ROW.0);
        let names = (area.w * 0.25).clamp(100.0, 112.0);
        let has = (area.w >= WIDE).then_some(area.x + names + GAP);
        let left = has.map_or(area.x + names + GAP, |x| x + (area.w * 0.24).clamp(76.0, 130.0) + GAP);
        let right = area.right() - (area.w * 0.24).clamp(76.0, 130.0) - GAP;
        Rows { area, pitch, shown, has_axis, bars: (left, right.max(left + 20.0)), has }
    }

    /// The parts that have a row, by their places, and where it is.
    pub fn each(&self) -> impl Iterator<Item = (usize, Frame)> {
        let row = |index: usize| Frame { y: self.area.y + index as f64 * self.pitch, h: self.pitch, ..self.area };
        self.shown.iter().enumerate().map(move |(index, part)| (*part, row(index)))
    }
}

/// From the signal to a round instant after now.
struct Axis {
    from: SimTime,
    end: f64,
    left: f64,
    width: f64,
}

impl Axis {
    fn of(rows: &Rows, state: &State, now: SimTime) -> Option<Axis> {
        let from = state.asked?;
        let nanos = (state.gone.unwrap_or(now).since(from).0 as f64).max(LEAST);
        let decade = libm::pow(10.0, libm::floor(libm::log10(nanos)));
        let end =
            [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0].map(|times| times * decade).into_iter().find(|end| *end >= nanos);
        Some(Axis { from, end: end.unwrap_or(nanos), left: rows.bars.0, width: rows.bars.1 - rows.bars.0 })
    }

    fn x(&self, at: SimTime) -> f64 {
        self.left + self.width * (at.since(self.from).0 as f64 / self.end).min(1.0)
    }
}

/// The colours of a state: wash, line, words.
fn colours(state: PartState, look: &Look<'_>) -> (Rgba, Rgba, Rgba) {
    let p = look.palette;
    match state {
        PartState::Running => (p.surface, p.line_3, p.ink_3),
        PartState::Stopping => (p.running_wash, p.running, p.running_ink),
        PartState::Stopped => (p.success_wash, p.success, p.ink_3),
        PartState::Forced | PartState::Left => (p.server_wash, p.server, p.server_ink),
    }
}

/// Draws the rows, and below them the axis.
pub(super) fn draw(sheet: &mut Sheet, look: &Look<'_>, state: &State, rows: &Rows) {
    let p = look.palette;
    let axis = Axis::of(rows, state, look.now);
    let bottom = crisp(rows.area.y + rows.shown.len() as f64 * rows.pitch + 1.0);
    let (left, right) = rows.bars;
    sheet.line((left, bottom), (right, bottom), p.line_2, 1.0);
    if let Some(axis) = &axis {
        time(sheet, look, state, rows, (axis, bottom));
    }
    for (index, row) in rows.each() {
        if let Some(part) = state.parts.get(index) {
            one(sheet, look, rows, axis.as_ref(), part, row);
        }
    }
    // Where nothing of the parts is counted nobody knows what is lost of it.
    if !rows.has_axis || !state.counts() {
        return;
    }
    let lost = state.lost();
    let (text, ink) = match (lost, state.gone) {
        (0, None) => ("none lost".to_owned(), p.ink_3),
        (0, Some(_)) if state.before() == 0 => ("nothing lost".to_owned(), p.success_ink),
        // Not since it was asked to end.
        (0, Some(_)) => ("none lost since".to_owned(), p.ink_3),
        (n, _) => (format!("{} lost", number::count(n)), p.server_ink),
    };
    sheet.text((right + GAP, bottom + 14.0), text, Ink::new(ink).bold());
}

/// The times below, the mark of now, and the end of the grace.
fn time(sheet: &mut Sheet, look: &Look<'_>, state: &State, rows: &Rows, (axis, bottom): (&Axis, f64)) {
    let p = look.palette;
    let top = rows.area.y - 2.0;
    let now = crisp(axis.x(state.gone.unwrap_or(look.now)));
    for tick in 0..=2_u32 {
        let span = axis.end * f64::from(tick) / 2.0;
        let x = crisp(axis.left + axis.width * f64::from(tick) / 2.0);
        sheet.line((x, top), (x, bottom), p.grid, 1.0);
        let text = if tick == 0 { "0".to_owned() } else { format!("+{}", number::time_text(span as u64)) };
        let half = text_width(&text, 11.0, false) / 2.0;
        // The first and the last stand within the bars.
        let at = match tick {
            0 => x + half,
            2 => x - half,
            _ => x,
        };
        if rows.has_axis && (tick != 1 || axis.width > 190.0) {
            sheet.text((at, bottom + 14.0), text, Ink::new(p.ink_3).middle());
        }
    }
    if let Some(deadline) = state.deadline.filter(|at| at.since(axis.from).0 as f64 <= axis.end) {
        let x = crisp(axis.x(deadline));
        sheet.dashed((x, top), (x, bottom), p.server, 1.4, (3.0, 2.4));
    }
    sheet.line((now, top), (now, bottom), p.ink, 1.5);
}

fn one(sheet: &mut Sheet, look: &Look<'_>, rows: &Rows, axis: Option<&Axis>, part: &Part, row: Frame) {
    let p = look.palette;
    let (y, base) = (row.y + row.h / 2.0, row.y + row.h / 2.0 + 4.0);
    let (left, right) = rows.bars;
    let (wash, line, words) = colours(part.state, look);
    let names = rows.has.unwrap_or(left) - row.x - GAP;
    sheet.text((row.x, base), cut(part.name, names, 11.0, false), Ink::new(p.ink));
    let has = part.has();
    let lost = part.lost();
    if let Some(x) = rows.has {
        let is_over = part.counts.iter().all(|count| count.inside == 0);
        let ink = if is_over { p.ink_3 } else { p.ink_2 };
        sheet.text((x, base), cut(&first_fit(&has, left - x - GAP), left - x - GAP, 11.0, false), Ink::new(ink));
    }
    let half = (row.h / 2.0 - 2.0).min(6.0);
    let mut end = left;
    match (axis, part.began) {
        (Some(axis), Some(began)) => {
            let (from, to) = (axis.x(began), axis.x(part.over.unwrap_or(look.now)));
            end = to;
            sheet.frame((from, y - half), ((to - from).max(2.0), half * 2.0), 1.0, Some(wash), line, 1.0);
            if part.state == PartState::Forced {
                sheet.hatch(vec![[from, y - half, (to - from).max(2.0), half * 2.0].map(|v| v as f32)], line, 4.0);
            }
        }
        (_, None) if part.state == PartState::Left => {
            sheet.dashed((left, crisp(y)), (right, crisp(y)), line, 1.0, (3.0, 3.0));
        }
        _ => sheet.dashed((left, crisp(y)), (right, crisp(y)), p.line_2, 1.0, (2.0, 4.0)),
    }
    said(sheet, look, part, (end, left, right, base), words);
    let x = right + GAP;
    let room = row.right() - x;
    match lost {
        Some(lost) => {
            let text = if text_width(&lost, 11.0, false) * 1.1 <= room { lost } else { short(part) };
            sheet.text((x, base), cut(&text, room, 11.0, false), Ink::new(p.server_ink).bold());
        }
        // Without a column of its own, what it has stands where its losses will.
        None if rows.has.is_none() && part.counts.iter().any(|count| count.inside > 0) => {
            sheet.text((x, base), cut(&first_fit(&has, room), room, 11.0, false), Ink::new(p.ink_2));
        }
        None if part.counts.is_empty() => {}
        None => sheet.text((x, base), "–", Ink::new(p.ink_3)),
    }
}

/// What is said of a part behind its bar, or before it where that has more room.
fn said(sheet: &mut Sheet, look: &Look<'_>, part: &Part, (end, left, right, base): (f64, f64, f64, f64), ink: Rgba) {
    if part.state == PartState::Running {
        return;
    }
    let full = part.says(look.now);
    let brief = match part.state {
        PartState::Forced => "forced".to_owned(),
        PartState::Left => full.clone(),
        _ => number::time_text(part.took(look.now).unwrap_or(0)),
    };
    for text in [full, brief] {
        let width = text_width(&text, 11.0, false);
        if end + 6.0 + width <= right {
            let x = end + 6.0;
            // Clear of the line that it would stand on.
            if part.state == PartState::Left {
                sheet.fill((x - 2.0, base - 9.0), (width + 4.0, 11.0), 0.0, look.palette.surface);
            }
            return sheet.text((x, base), text, Ink::new(ink));
        }
        let began = end.min(right) - 6.0;
        if part.state == PartState::Stopped && began - width >= left && part.took(look.now).unwrap_or(0) < 20_000_000 {
            return sheet.text((began, base), text, Ink::new(ink).end());
        }
    }
}

/// "31 + 2 lost", where there is no room for words.
fn short(part: &Part) -> String {
    let all: Vec<String> = part.counts.iter().filter(|count| count.lost > 0).map(|c| number::count(c.lost)).collect();
    format!("{} lost", all.join(" + "))
}
