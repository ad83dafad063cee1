//! A crowd: any number of tasks at home at one station. Every request is a cell, and beside them stands how many are in
//! each state, which is the legend of the cells.

use super::Here;
use super::face::{Face, Note, OnPhone, Room};
use super::{sink, source};
use crate::number;
use crate::scene::glyph::Sort;
use crate::scene::matrix::{self, Cell};
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Raster, census, heading, strips};
use crate::shape::{Ink, Point, Sheet};
use crate::text::Row;
use millrace_trace::StationKind;

/// Any number of tasks at home at one station.
#[derive(Debug)]
pub struct Crowd;

/// The width of the column of states, and the gap behind it.
const STATES: (f64, f64) = (112.0, 22.0);

/// Below this height the counts of the states stand closer.
const LOW: f64 = 160.0;

/// Where the cells of a crowd are.
fn cells_frame(frame: Frame) -> Frame {
    let (w, gap) = STATES;
    Frame { x: frame.x + w + gap, y: frame.y + 4.0, w: (frame.w - w - gap).max(10.0), h: frame.h - 8.0 }
}

impl Face for Crowd {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "Too many for lanes of their own: a square for each in the colour of its state, and how many are in which."
    }

    fn room(&self, _: Here<'_, '_>, _: usize) -> Room {
        Room::new(300.0).hungry(1.0)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let (scene, p) = (here.scene, look.palette);
        let spot = plan.spot(here.index());
        let (cell, frame) = (spot.cell, spot.frame);
        heading(sheet, look, (frame.x, STATES.0 + 20.0), cell, here.label(), &at_once(here), false);
        let cells = cells_frame(frame);
        sheet.text((cells.x, cell.y + 17.0), "Every request", Ink::new(p.ink).size(12.0).bold());
        sheet.text((cells.x, cell.y + 32.0), matrix::note(scene, cells), Ink::new(p.ink_3));
        states(sheet, here, look, Frame { w: STATES.0, y: frame.y + 4.0, ..frame });
        matrix::draw(sheet, scene, look, cells);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Main
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let census = matrix::census(here.scene);
        let sent = census.iter().filter(|(cell, _)| *cell != Cell::Unsent);
        let parts: Vec<_> = sent.map(|(cell, n)| (cell.colour(look.palette), *n)).collect();
        strips::stacked(sheet, look, bar, &parts, census.iter().map(|(_, n)| n).sum());
        (at_once(here), false)
    }

    fn widest_bar(&self, _: Here<'_, '_>) -> f64 {
        strips::BAR
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, arrangement: &Arrangement) {
        matrix::draw(sheet, here.scene, look, arrangement.area);
    }

    fn over(&self, here: Here<'_, '_>, _: &Arrangement) -> String {
        format!("{}, {}", source::note(here.scene).0, sink::note(here.scene).0)
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, at: (f64, f64)) -> Option<Item> {
        matrix::at(here.scene, look, area(here, layout)?, at)
    }

    fn cells(&self, here: Here<'_, '_>, _: &Look<'_>, layout: &Layout) -> Option<Raster> {
        matrix::cells(here.scene, area(here, layout)?)
    }

    fn cell(&self, here: Here<'_, '_>, look: &Look<'_>, raster: &Raster, index: u64) -> Option<Item> {
        Some(matrix::item(here.scene, look, raster, index))
    }

    fn magnified(
        &self,
        sheet: &mut Sheet,
        here: Here<'_, '_>,
        look: &Look<'_>,
        _: u64,
        some: &[(u64, Point)],
    ) -> Vec<(String, Option<u64>)> {
        matrix::magnified(sheet, here.scene, look, some)
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let states = by_word(census(here.scene));
        let states = states.into_iter().map(|(word, n)| format!("{} {word}", number::count(n)));
        std::iter::once(at_once(here)).chain(states).collect()
    }

    fn rows(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<Row> {
        let row = |(cell, n): (&str, u64)| Row { what: format!("{}, {cell}", here.label()), says: number::count(n) };
        by_word(census(here.scene)).into_iter().map(row).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        let states = by_word(census(here.scene));
        let states: Vec<String> = states.into_iter().map(|(word, n)| format!("{} {word}", number::count(n))).collect();
        Some(format!("{}: {}", here.label(), states.join(", ")))
    }
}

/// Where its cells are, if it is drawn in full.
fn area(here: Here<'_, '_>, layout: &Layout) -> Option<Frame> {
    match layout {
        Layout::Desk(plan) => Some(cells_frame(plan.spot(here.index()).frame)),
        Layout::Phone(arrangement) if arrangement.main == here.index() => Some(arrangement.area),
        _ => None,
    }
}

/// How many tasks are at home there. Others of the program are none of its crowd.
fn at_once(here: Here<'_, '_>) -> String {
    format!("{} at once", number::count(here.row().map_or(0, |row| row.tasks_live)))
}

/// How many requests are in each state, and how many left in which way: what the colours of the cells mean.
fn states(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, area: Frame) {
    let (scene, p) = (here.scene, look.palette);
    let census = matrix::census(scene);
    let rows = [Cell::Unsent, Cell::Queued, Cell::Running, Cell::AtDoor, Cell::Calling].map(|cell| {
        (cell.word(), cell.colour(p), census.iter().filter(|(c, _)| *c == cell).map(|(_, n)| n).sum::<u64>())
    });
    let sum = |accepts: &dyn Fn(&Cell) -> bool| census.iter().filter(|(c, _)| accepts(c)).map(|(_, n)| n).sum::<u64>();
    let answered = sum(&|c| matches!(c, Cell::Answered(_)));
    let done = sum(&|c| matches!(c, Cell::Left(sort) if !sort.is_error()));
    let otherwise = census.iter().filter(|(c, _)| matches!(c, Cell::Left(sort) if sort.is_error()));
    let otherwise = by_word(otherwise.copied().collect()).into_iter().filter_map(|(word, n)| {
        let (cell, _) = census.iter().find(|(cell, _)| matches!(cell, Cell::Left(_)) && cell.word() == word)?;
        Some((word, cell.colour(p), n))
    });
    let answered_colour = Cell::Answered(Sort::Success).colour(p);
    let done_colour = Cell::Left(Sort::Success).colour(p);
    let ends = [("answered", answered_colour, answered), ("done", done_colour, done)];
    // Where nobody can be called, nothing is said of calls.
    let has_server = scene.ledger.stations.iter().any(|row| row.kind == StationKind::Server);
    let mut y = area.y + 12.0;
    for (word, colour, n) in rows.into_iter().chain(ends).chain(otherwise) {
        // States of a kind that never were are no part of the picture.
        if n == 0
            && (matches!(word, "for a slot" | "queued" | "answered" | "running")
                || word == Cell::Calling.word() && !has_server)
        {
            continue;
        }
        sheet.fill((area.x, y - 8.5), (9.0, 9.0), 1.0, colour);
        sheet.text((area.x + 16.0, y), word, Ink::new(p.ink_2));
        sheet.text((area.right(), y), number::count(n), Ink::new(p.ink).mono().end());
        y += if area.h < LOW { 16.0 } else { 20.0 };
    }
    let (tally, most) = (&scene.ledger.tally, here.row().map_or(0, |row| row.tasks_peak));
    sheet.line((area.x, y - 8.0), (area.right(), y - 8.0), p.line, 1.0);
    let calls = has_server.then_some(("Most calls", tally.in_flight_peak));
    for (word, n) in [("Most at once", most)].into_iter().chain(calls) {
        y += 9.0;
        // Below there are the foot of the stage and its legend.
        if y > area.bottom() {
            return;
        }
        sheet.text((area.x, y), word, Ink::new(p.ink_3));
        sheet.text((area.right(), y), number::count(n), Ink::new(p.ink).mono().end());
        y += 9.0;
    }
}

/// States that have the same word are one.
fn by_word(census: Vec<(Cell, u64)>) -> Vec<(&'static str, u64)> {
    let mut words: Vec<(&'static str, u64)> = Vec::new();
    for (cell, n) in census {
        match words.iter_mut().find(|(word, _)| *word == cell.word()) {
            Some((_, sum)) => *sum += n,
            None => words.push((cell.word(), n)),
        }
    }
    words
}
