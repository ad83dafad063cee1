//! The members of a crew that are too many for lanes: a glyph for each, a cell for each, or how many are in which state.

use super::super::Here;
use super::ground::{MOST_GLYPHS, raster};
use crate::number;
use crate::recent::Mode;
use crate::scene::{Frame, Item, Look, Raster, Worker, about, first_fit, glyph, lens, strips};
use crate::shape::{Ink, Point, Sheet, text_width};
use crate::{Palette, Rgba};

/// The greatest pitch of cells: from the next one on they are glyphs.
const MOST: f64 = 10.0;
/// The height of a row of counts.
const ROW: f64 = 18.0;

/// How so many are drawn in an area.
pub(super) enum Many {
    /// A glyph for each.
    Glyphs,
    /// A cell for each, or for several.
    Cells(Raster),
    /// Counts: not even cells have room.
    Counts,
}

impl Many {
    pub(super) fn of(n: usize, area: Frame) -> Many {
        let (columns, pitch) = raster(n, area);
        if n <= MOST_GLYPHS && n.div_ceil(columns) as f64 * pitch <= area.h + 1.0 {
            return Many::Glyphs;
        }
        // A lens has its room below the cells, if they lose nothing but size by it.
        let all = Frame { h: area.h - ROW, ..area };
        lens::room(n as u64, all, MOST).map_or(Many::Counts, Many::Cells)
    }
}

/// What is counted as at work.
pub(super) fn busy(workers: &[Worker<'_>]) -> usize {
    workers.iter().filter(|worker| worker.is_up() && worker.mode != Mode::Idle).count()
}

/// "2,600 of 2,600 busy", and how dense the cells are, from long to short.
pub(super) fn lines(workers: &[Worker<'_>], raster: &Raster) -> [String; 4] {
    let (busy, n) = (number::count(busy(workers) as u64), number::count(workers.len() as u64));
    let all = format!("{busy} of {n} busy");
    [format!("{all}, {}", raster.density()), all, format!("{busy} busy"), busy]
}

/// The hue of a cell. Who has nothing to do recedes.
fn hue(mode: Mode, p: &Palette) -> Rgba {
    match mode {
        Mode::Idle => p.line_2,
        Mode::Done => p.line,
        mode => glyph::mode_colour(mode, p),
    }
}

fn count(workers: &[Worker<'_>], mode: Mode) -> u64 {
    workers.iter().filter(|worker| worker.mode == mode).count() as u64
}

/// Draws the cells, and below them what they show in numbers; in which density, where that stands nowhere else, and how many would be needed.
pub(super) fn cells(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    workers: &[Worker<'_>],
    (raster, area): (&Raster, Frame),
    (note, needed): (bool, Option<&str>),
) {
    let p = look.palette;
    let place = |mode: Mode| Mode::ALL.iter().position(|one| *one == mode).unwrap_or(0);
    let shows = &mut |cell: u64| {
        let from = (cell * raster.each) as usize;
        let these = workers.get(from..workers.len().min(from + raster.each as usize)).unwrap_or_default();
        // What most of them do.
        let mut counts = [0_usize; Mode::ALL.len()];
        for worker in these {
            if let Some(count) = counts.get_mut(place(worker.mode)) {
                *count += 1;
            }
        }
        let most = counts.iter().copied().max().unwrap_or(0);
        counts.iter().position(|count| *count == most).unwrap_or(0)
    };
    let hues = Mode::ALL.map(|mode| if look.stuck && mode == Mode::Blocked { p.server } else { hue(mode, p) });
    raster.draw(sheet, &hues, shows);
    let used = raster.used();
    let end = lens::words_end(look, here, raster, area);
    let mut below = Frame { y: used.bottom() + 4.0, h: end - used.bottom() - 4.0, ..area };
    if let Some(needed) = needed.filter(|_| below.h >= 14.0) {
        let lines = [needed.to_owned(), needed.replace("would be ", "")];
        sheet.text((below.x, below.y + 11.0), first_fit(&lines, area.w + 4.0), Ink::new(p.blocked_ink).bold());
        below = Frame { y: below.y + ROW, h: below.h - ROW, ..below };
    }
    if note && below.h >= 14.0 {
        sheet.text((below.x, below.y + 11.0), raster.density(), Ink::new(p.ink_3));
        below = Frame { y: below.y + ROW, h: below.h - ROW, ..below };
    }
    tally(sheet, look, workers, below);
}

/// How many are in each state that somebody is in, beside each other and in rows.
fn tally(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], area: Frame) {
    let p = look.palette;
    let wide = area.w >= 100.0;
    let (mut x, mut y) = (area.x, area.y + 8.0);
    for mode in Mode::ALL {
        let n = count(workers, mode);
        if n == 0 {
            continue;
        }
        let (word, n) = (if wide { format!("{} ", mode.word()) } else { String::new() }, number::count(n));
        let (word_w, n_w) = (text_width(&word, 11.0, false), text_width(&n, 11.0, true));
        let w = 14.0 + word_w + n_w;
        if x > area.x && x + w > area.right() {
            (x, y) = (area.x, y + ROW);
        }
        if y + 6.0 > area.bottom() {
            return;
        }
        glyph::mode(sheet, (x + 5.0, y), mode, p);
        sheet.text((x + 14.0, y + 4.0), word, Ink::new(glyph::mode_ink(mode, p)));
        sheet.text((x + 14.0 + word_w, y + 4.0), n, Ink::new(p.ink).mono());
        x += w + 16.0;
    }
}

/// What there is to say about the one of a number, or about those that are one cell with it.
pub(super) fn item(here: Here<'_, '_>, look: &Look<'_>, raster: &Raster, index: u64) -> Option<Item> {
    let workers = here.workers();
    let cell = index / raster.each;
    let name = |worker: &Worker<'_>| here.scene.name(worker.row).to_owned();
    if raster.each == 1 {
        let worker = workers.get(index as usize)?;
        return Some(Item::new(raster.cell(cell), name(worker), about(here.scene, look, worker)).of(worker.id));
    }
    let from = (cell * raster.each) as usize;
    let these = workers.get(from..workers.len().min(from + raster.each as usize))?;
    let title = format!("{} to {}", name(these.first()?), name(these.last()?));
    Some(Item::new(raster.cell(cell), title, vec![states(these)]))
}

/// Some of them as marks.
pub(super) fn magnified(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    some: &[(u64, Point)],
) -> Vec<(String, Option<u64>)> {
    let workers = here.workers();
    let one = |(index, at): &(u64, Point)| {
        let worker = workers.get(*index as usize)?;
        glyph::mode(sheet, *at, worker.mode, look.palette);
        Some((here.scene.name(worker.row).to_owned(), Some(look.now.since(worker.since).0)))
    };
    some.iter().filter_map(one).collect()
}

/// How high so many glyphs are.
pub(super) fn grid_height(n: usize, area: Frame) -> f64 {
    let (columns, pitch) = raster(n, area);
    n.div_ceil(columns) as f64 * pitch
}

/// A glyph for each worker, and perhaps a line right below them.
pub(super) fn grid(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], area: Frame, has_line: bool) {
    let p = look.palette;
    let (columns, pitch) = raster(workers.len(), area);
    let rows = workers.len().div_ceil(columns) as f64;
    for (index, worker) in workers.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let at = (area.x + (column as f64 + 0.5) * pitch, area.y + (row as f64 + 0.5) * pitch);
        if look.stuck && worker.mode == Mode::Blocked {
            sheet.ring(at, pitch / 2.0 - 0.6, p.server, 1.0);
        }
        glyph::mode(sheet, at, worker.mode, p);
    }
    // Below the grid, in numbers what it shows, where there is room.
    let below = area.y + rows * pitch + 12.0 + if has_line { ROW } else { 0.0 };
    let left = Frame { y: below, h: area.bottom() - below, ..area };
    if left.h >= 60.0 && area.w >= 90.0 {
        counts(sheet, look, workers, left);
    }
}

/// How many workers are in each state.
pub(super) fn counts(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], area: Frame) {
    let p = look.palette;
    let mut y = area.y + 10.0;
    for mode in Mode::ALL {
        let n = count(workers, mode);
        if n == 0 && matches!(mode, Mode::Killed | Mode::Done) || y + 4.0 > area.bottom() {
            continue;
        }
        glyph::mode(sheet, (area.x + 5.0, y), mode, p);
        if area.w >= 90.0 {
            sheet.text((area.x + 16.0, y + 4.0), mode.word(), Ink::new(glyph::mode_ink(mode, p)));
            let right = area.x + area.w.min(110.0);
            sheet.text((right, y + 4.0), number::count(n), Ink::new(p.ink).mono().end());
        } else {
            sheet.text((area.x + 13.0, y + 4.0), number::count(n), Ink::new(p.ink).mono());
        }
        y += 20.0;
    }
}

/// How many workers are in each state: a bar of a strip.
pub(super) fn bar(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], bar: Frame) {
    let parts: Vec<(Rgba, u64)> =
        Mode::ALL.into_iter().map(|mode| (hue(mode, look.palette), count(workers, mode))).collect();
    strips::stacked(sheet, look, bar, &parts, workers.len() as u64);
}

/// "1 idle, 6 waiting on the server, 5 blocked".
pub(super) fn states(workers: &[Worker<'_>]) -> String {
    let words = |mode: Mode| match mode {
        Mode::Waiting => "waiting on the server",
        mode => mode.word(),
    };
    let some = Mode::ALL.into_iter().filter(|mode| count(workers, *mode) > 0);
    let all: Vec<String> =
        some.map(|mode| format!("{} {}", number::count(count(workers, mode)), words(mode))).collect();
    all.join(", ")
}
