//! A crowd: any number of tasks at home at one station. Every request is a cell, and beside them stands how many are in
//! each state, which is the legend of the cells.

use super::super::number;
use super::super::shape::{Ink, Sheet};
use super::matrix::{self, Cell};
use super::{Frame, Look, Scene, heading};

/// The width of the column of states, and the gap behind it.
const STATES: (f64, f64) = (112.0, 22.0);

/// Where the cells of a crowd are.
pub fn cells_frame(frame: Frame) -> Frame {
    let (w, gap) = STATES;
    Frame { x: frame.x + w + gap, y: frame.y + 4.0, w: (frame.w - w - gap).max(10.0), h: frame.h - 8.0 }
}

/// Draws the crowd.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, (label, _): (&str, &str), frame: Frame) {
    let p = look.palette;
    let tally = &scene.ledger.tally;
    let live = format!("{} at once", number::count(tally.tasks_live.saturating_sub(1)));
    heading(sheet, look, (frame.x, STATES.0 + 20.0), label, &live, false);
    let cells = cells_frame(frame);
    sheet.text((cells.x, 25.0), "Every request", Ink::new(p.ink).size(12.0).bold());
    sheet.text((cells.x, 40.0), matrix::note(scene, cells), Ink::new(p.ink_3));
    states(sheet, scene, look, Frame { w: STATES.0, y: frame.y + 4.0, ..frame });
    matrix::draw(sheet, scene, look, cells);
}

/// How many requests are in each state; the ways of leaving stand at the sink.
fn states(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, area: Frame) {
    let p = look.palette;
    let census = matrix::census(scene);
    let rows = [Cell::Unsent, Cell::Queued, Cell::Running, Cell::AtDoor, Cell::Calling].map(|cell| {
        (cell.word(), cell.colour(p), census.iter().filter(|(c, _)| *c == cell).map(|(_, n)| n).sum::<u64>())
    });
    let sum = |accepts: &dyn Fn(&Cell) -> bool| census.iter().filter(|(c, _)| accepts(c)).map(|(_, n)| n).sum::<u64>();
    let answered = sum(&|c| matches!(c, Cell::Answered(_)));
    let done = sum(&|c| matches!(c, Cell::Left(_)));
    let answered_colour = Cell::Answered(super::glyph::Sort::Success).colour(p);
    let done_colour = Cell::Left(super::glyph::Sort::Success).colour(p);
    let ends = [("answered", answered_colour, answered), ("done", done_colour, done)];
    let mut y = area.y + 12.0;
    for (word, colour, n) in rows.into_iter().chain(ends) {
        // States of a kind that never were are no part of the picture.
        if n == 0 && matches!(word, "for a slot" | "queued" | "answered" | "running") {
            continue;
        }
        sheet.fill((area.x, y - 8.5), (9.0, 9.0), 1.0, colour);
        sheet.text((area.x + 16.0, y), word, Ink::new(p.ink_2));
        sheet.text((area.right(), y), number::count(n), Ink::new(p.ink).mono().end());
        y += 20.0;
    }
    let tally = &scene.ledger.tally;
    sheet.line((area.x, y - 8.0), (area.right(), y - 8.0), p.line, 1.0);
    for (word, n) in [("Most at once", tally.tasks_peak.saturating_sub(1)), ("Most calls", tally.in_flight_peak)] {
        y += 9.0;
        sheet.text((area.x, y), word, Ink::new(p.ink_3));
        sheet.text((area.right(), y), number::count(n), Ink::new(p.ink).mono().end());
        y += 9.0;
    }
}
