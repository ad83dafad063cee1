//! Every request as one cell, in the order of their numbers: a dense grid, never a soup of dots. Up to a few hundred the
//! cells are marks, and up to a few dozen they have numbers; past what an area has room for a cell stands for several.

use super::glyph::{self, Sort};
use super::raster::Raster;
use super::{Frame, Item, Look, Scene};
use crate::number;
use crate::shape::{Ink, Point, Shape, Sheet};
use crate::{Palette, Rgba};
use millrace_trace::ledger::{Fate, JobRow};
use millrace_trace::{JobId, StationKind};

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Not there yet.
    Unsent,
    /// In a queue, without an answer.
    Queued,
    /// In somebody's hands.
    Running,
    /// At the server, without a slot.
    AtDoor,
    /// Waiting for an answer.
    Calling,
    /// Answered, and still inside.
    Answered(Sort),
    /// Gone.
    Left(Sort),
}

impl Cell {
    /// What a job's cell shows.
    pub fn of(scene: &Scene<'_>, job: &JobRow) -> Cell {
        let at = match job.fate {
            Fate::Left(outcome) => return Cell::Left(Sort::left(outcome, job.answer)),
            Fate::In(_) => return Cell::Left(Sort::of(job.answer)),
            Fate::At(at) => at,
        };
        match job.answer {
            _ if job.calling() && !job.started => Cell::AtDoor,
            _ if job.calling() => Cell::Calling,
            Some(answer) => Cell::Answered(Sort::of(Some(answer))),
            None => match scene.ledger.station(at).map(|s| s.kind) {
                Some(StationKind::Worker | StationKind::Crew) => Cell::Running,
                _ => Cell::Queued,
            },
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Cell::Unsent => "not sent",
            Cell::Queued => "queued",
            Cell::Running => "running",
            Cell::AtDoor => "for a slot",
            Cell::Calling => "on server",
            Cell::Answered(_) => "answered",
            Cell::Left(sort) if !sort.is_error() => "done",
            Cell::Left(sort) => sort.word(),
        }
    }

    /// Its colour.
    pub fn colour(self, p: &Palette) -> Rgba {
        match self {
            Cell::Unsent => p.line,
            Cell::Queued => p.queued,
            Cell::Running => p.running,
            Cell::AtDoor => p.idle,
            Cell::Calling => p.waiting,
            Cell::Answered(sort) => sort.colour(p).faint(0.45),
            Cell::Left(Sort::Success) => p.success.faint(0.72),
            // Beside what got lost, which is as dark.
            Cell::Left(Sort::Rejected) => p.rejected.faint(0.6),
            Cell::Left(sort) => sort.colour(p),
        }
    }
}

/// How many requests there are in each state, those that were not sent included.
pub fn census(scene: &Scene<'_>) -> Vec<(Cell, u64)> {
    let mut counts: Vec<(Cell, u64)> = Vec::new();
    let mut count = |cell: Cell, n: u64| match counts.iter_mut().find(|(c, _)| *c == cell) {
        Some((_, known)) => *known += n,
        None => counts.push((cell, n)),
    };
    for ((left, answer), n) in &scene.ledger.tally.ways {
        count(Cell::Left(left.map_or(Sort::of(*answer), |outcome| Sort::left(outcome, *answer))), *n);
    }
    let inside = scene.ledger.jobs.iter().filter(|(_, job)| job.root && matches!(job.fate, Fate::At(_)));
    inside.for_each(|(_, job)| count(Cell::of(scene, job), 1));
    let unsent = scene.total().saturating_sub(scene.ledger.tally.offered);
    if unsent > 0 {
        counts.push((Cell::Unsent, unsent));
    }
    millrace_trace::order::sort_by(&mut counts, Ord::cmp);
    counts
}

/// Of more requests than this there are no cells: each would stand for dozens, and nobody keeps what became of each.
pub const MOST_JOBS: u64 = 200_000;

/// From these pitches on, cells are marks, and marks with numbers.
const MARKS: f64 = 13.0;
const NUMBERS: f64 = 40.0;

/// Draws the cells.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, area: Frame) {
    let total = scene.total();
    if area.w < 8.0 || area.h < 4.0 || total == 0 || total > MOST_JOBS {
        return;
    }
    let raster = Raster::of(total, area);
    if raster.pitch.1 >= MARKS {
        for index in 0..raster.cells() {
            mark(sheet, look, cell_of(scene, index), index, &raster);
        }
        return;
    }
    let mut shades: Vec<Shade> = Vec::new();
    let groups = raster.groups(&mut |cell| {
        let shade = shade_of(scene, cell, raster.each);
        let known = shades.iter().position(|known| *known == shade);
        known.unwrap_or_else(|| {
            shades.push(shade);
            shades.len() - 1
        })
    });
    let mut groups: Vec<(Shade, Vec<[f32; 4]>)> = shades.into_iter().zip(groups).collect();
    millrace_trace::order::sort_by_key(&mut groups, |(shade, _)| *shade);
    for ((cell, errors), rects) in groups {
        let Some((error, n)) = errors else {
            sheet.boxes(rects, Some(cell.colour(look.palette)), None);
            continue;
        };
        sheet.boxes(rects.clone(), Some(cell.colour(look.palette)), None);
        let share = (n as f64 / raster.each as f64).max(FAINTEST);
        sheet.boxes(rects, Some(error.colour(look.palette).faint(share as f32)), None);
    }
}

/// What a cell shows, and over it the errors among its requests, as dark as their share: what kind the first is of, and how many there are.
type Shade = (Cell, Option<(Cell, u64)>);

/// A single error among many must still be seen.
const FAINTEST: f64 = 0.15;

fn cell_of(scene: &Scene<'_>, request: u64) -> Cell {
    scene.ledger.jobs.get(request as u32).map_or(Cell::Unsent, |job| Cell::of(scene, job))
}

/// What a cell of so many requests shows: what the one in the middle of those does that are no errors, and the errors. If one error coloured
/// its whole cell, a quarter of all would look like four of five.
fn shade_of(scene: &Scene<'_>, index: u64, each: u64) -> Shade {
    let from = index * each;
    if each == 1 {
        return (cell_of(scene, from), None);
    }
    let is_error = |cell: &Cell| matches!(cell, Cell::Left(sort) if sort.is_error());
    let cells = || (from..from + each).map(|request| cell_of(scene, request));
    let mut errors = cells().filter(is_error);
    let Some(error) = errors.next() else { return (cell_of(scene, from + each / 2), None) };
    let n = 1 + errors.count() as u64;
    let middle = cells().filter(|cell| !is_error(cell)).nth(((each - n) / 2) as usize);
    middle.map_or((error, None), |middle| (middle, Some((error, n))))
}

fn mark(sheet: &mut Sheet, look: &Look<'_>, cell: Cell, index: u64, raster: &Raster) {
    let p = look.palette;
    let (x, y) = raster.corner(index);
    let (w, h) = raster.pitch;
    let numbered = h >= NUMBERS;
    let r = if numbered { 7.0 } else { (h / 2.0 - 2.4).clamp(3.4, 6.0) };
    let at = (x + w / 2.0, y + if numbered { h * 0.36 } else { h / 2.0 });
    if numbered {
        sheet.frame((x + 1.5, y + 1.5), (w - 4.0, h - 4.0), 3.0, None, p.line, 1.0);
        let ink = Ink::new(if cell == Cell::Unsent { p.ink_3 } else { p.ink_2 }).mono().middle();
        sheet.text((at.0, y + h - 9.0), format!("#{}", number::count(index + 1)), ink);
    }
    shown(sheet, p, cell, at, r);
}

/// The mark of what a request does.
fn shown(sheet: &mut Sheet, p: &Palette, cell: Cell, at: Point, r: f64) {
    match cell {
        Cell::Unsent => sheet.ring(at, r - 0.4, p.line_2, 1.2),
        Cell::Calling => sheet.shapes.push(Shape::HalfDisc { at, r: r - 0.3, colour: p.waiting }),
        Cell::AtDoor => sheet.ring(at, r - 0.4, p.queued, 1.6),
        Cell::Queued => sheet.disc(at, r, p.queued),
        Cell::Running => {
            let points = vec![(at.0 - r * 0.8, at.1 - r), (at.0 + r, at.1), (at.0 - r * 0.8, at.1 + r)];
            sheet.area(points, p.running);
        }
        Cell::Answered(sort) => {
            sheet.ring(at, r + 1.0, p.line_3, 1.0);
            glyph::job(sheet, at, r - 2.0, sort, p);
        }
        Cell::Left(sort) => glyph::job(sheet, at, r - if sort.is_error() { 0.8 } else { 0.0 }, sort, p),
    }
}

/// The cells in an area, where they are so small that they cannot be told apart but under a lens.
pub fn cells(scene: &Scene<'_>, area: Frame) -> Option<Raster> {
    let total = scene.total();
    let drawn = area.w >= 8.0 && area.h >= 4.0 && total > 0 && total <= MOST_JOBS;
    drawn.then(|| Raster::of(total, area)).filter(|raster| raster.pitch.1 < MARKS)
}

/// Draws some requests as marks, and says what each is called, and since when it is as it is.
pub fn magnified(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    some: &[(u64, Point)],
) -> Vec<(String, Option<u64>)> {
    let one = |(index, at): &(u64, Point)| {
        shown(sheet, look.palette, cell_of(scene, *index), *at, 4.2);
        let since = scene.ledger.jobs.get(*index as u32).map(|job| look.now.since(job.since).0);
        (format!("#{}", number::count(index + 1)), since)
    };
    some.iter().map(one).collect()
}

/// The cell at a point of an area, and what there is to say about its requests.
pub fn at(scene: &Scene<'_>, look: &Look<'_>, area: Frame, at: Point) -> Option<Item> {
    let raster = Raster::of(scene.total(), area);
    raster.at(at).map(|first| item(scene, look, &raster, first))
}

/// What there is to say about the requests of a cell.
pub fn item(scene: &Scene<'_>, look: &Look<'_>, raster: &Raster, index: u64) -> Item {
    let cell = index / raster.each;
    let (x, y) = raster.corner(cell);
    let (title, lines) = about_job(scene, look, cell * raster.each, raster.each);
    Item::new(Frame { x, y, w: raster.pitch.0, h: raster.pitch.1 }, title, lines)
}

fn about_job(scene: &Scene<'_>, look: &Look<'_>, first: u64, each: u64) -> (String, Vec<String>) {
    if each > 1 {
        let title = format!("Requests #{} to #{}", number::count(first + 1), number::count(first + each));
        let (_, errors) = shade_of(scene, first / each, each);
        let line =
            errors.map(|(error, n)| format!("{} of {}: {}", number::count(n), number::count(each), error.word()));
        return (title, line.into_iter().collect());
    }
    let title = format!("Request #{}", number::count(first + 1));
    let Some(job) = scene.ledger.job(JobId(first as u32)) else { return (title, vec!["not sent".to_owned()]) };
    let cell = Cell::of(scene, job);
    let state = match cell {
        Cell::Answered(sort) if sort.is_error() => format!("{}: {}", cell.word(), sort.word()),
        _ => cell.word().to_owned(),
    };
    let elapsed = number::millis(look.now.since(job.since).0);
    (title, vec![format!("{state}, since {elapsed} ms")])
}

/// The cells under a title of their own, for what is free below few lanes.
pub fn titled(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, area: Frame) {
    if scene.total() > MOST_JOBS {
        return;
    }
    let p = look.palette;
    sheet.text((area.x, area.y + 10.0), "Every request", Ink::new(p.ink).size(12.0).bold());
    sheet.text((area.right(), area.y + 10.0), note(scene, below_title(area)), Ink::new(p.ink_3).end());
    draw(sheet, scene, look, below_title(area));
}

/// What is left below the title.
pub fn below_title(area: Frame) -> Frame {
    Frame { y: area.y + 20.0, h: (area.h - 20.0).max(0.0), ..area }
}

/// How many requests a cell stands for, and how many there are in a row.
pub fn note(scene: &Scene<'_>, area: Frame) -> String {
    let raster = Raster::of(scene.total(), area);
    if raster.each == 1 {
        format!("one cell each, {} in a row", number::count(raster.columns.min(scene.total())))
    } else {
        format!("{} requests a cell", number::count(raster.each))
    }
}
