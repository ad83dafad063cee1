//! The lens: where things are so many that each is a cell of a few pixels, the 28 around the one that is pointed at are drawn as marks, with how long
//! each has been as it is. It stands beside the cells, below them where there is room, and never on them.

use super::raster::{LENS, Raster};
use super::{Frame, Item, Layout, Look, Scene, first_fit};
use crate::number;
use crate::place::Here;
use crate::shape::{Ink, Point, Sheet, cut, text_width};

/// The size of its frame.
pub const SIZE: Point = (300.0, 122.0);
/// What is free between it and the cells: a line of what they are.
pub const GAP: f64 = 24.0;
/// The least width that it can be drawn in.
const LEAST: f64 = 216.0;
/// How far the marks are apart from top to bottom, and where the first row stands.
const ROW: (f64, f64) = (22.0, 37.0);
/// Left and right inside.
const PAD: f64 = 12.0;

/// Whom it is on: a place, and the number of one of those that its cells stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The place, by its number.
    pub place: usize,
    /// Who of it, counted from 0.
    pub index: u64,
    /// It stays where it is, whatever is pointed at.
    pub pinned: bool,
}

impl Lens {
    fn on(place: usize, index: u64) -> Lens {
        Lens { place, index, pinned: false }
    }
}

/// The lens on what is at a point, if there are cells.
fn lens_at(scene: &Scene<'_>, look: &Look<'_>, at: Point) -> Option<Lens> {
    let layout = Layout::of(scene, look);
    scene.all().find_map(|here| Some(Lens::on(here.index(), here.face().cells(here, look, &layout)?.at(at)?)))
}

/// The lens when a point is pointed at: on what is there, unless it is pinned elsewhere.
pub fn lens_over(scene: &Scene<'_>, look: &Look<'_>, at: Point) -> Option<Lens> {
    look.lens.filter(|lens| lens.pinned).or_else(|| lens_at(scene, look, at))
}

/// The lens when a point is pressed: pinned there, and let go by a second press on the same. Nothing where there are no cells.
pub fn lens_pressed(scene: &Scene<'_>, look: &Look<'_>, at: Point) -> Option<Option<Lens>> {
    let lens = Lens { pinned: true, ..lens_at(scene, look, at)? };
    Some(Some(lens).filter(|lens| look.lens != Some(*lens)))
}

/// The lens after a key, or none where it is no key of a lens: the arrows move it by one, the page keys by a row, Enter pins it, Escape takes it away. It
/// begins at the first of the cells that belong to the item that is chosen.
pub fn lens_after(scene: &Scene<'_>, look: &Look<'_>, item: Option<usize>, key: &str) -> Option<Option<Lens>> {
    let moves = matches!(key, "ArrowLeft" | "ArrowRight" | "PageUp" | "PageDown");
    match (key, look.lens) {
        ("Enter", Some(lens)) => Some(Some(Lens { pinned: !lens.pinned, ..lens })),
        ("Escape", Some(_)) => Some(None),
        (_, Some(lens)) if moves => Some(Some(moved(scene, look, lens, key))),
        (_, None) if moves => lens_of(scene, look, item?).map(Some),
        _ => None,
    }
}

/// A lens on the first of the cells of a place, by one of its items.
fn lens_of(scene: &Scene<'_>, look: &Look<'_>, item: usize) -> Option<Lens> {
    let layout = Layout::of(scene, look);
    let mut places = scene.all().flat_map(|here| here.face().items(here, look, &layout).into_iter().map(move |_| here));
    let here = places.nth(item)?;
    here.face().cells(here, look, &layout).map(|_| Lens::on(here.index(), 0))
}

/// A lens after a step. At an end it stays.
fn moved(scene: &Scene<'_>, look: &Look<'_>, lens: Lens, key: &str) -> Lens {
    let layout = Layout::of(scene, look);
    let cells = scene.here(lens.place).and_then(|here| here.face().cells(here, look, &layout));
    let Some(Raster { columns, each, n, .. }) = cells else { return lens };
    let row = columns * each;
    let index = match key {
        "ArrowLeft" => lens.index.saturating_sub(1),
        "ArrowRight" => lens.index + 1,
        "PageUp" => lens.index.checked_sub(row).unwrap_or(lens.index),
        _ => Some(lens.index + row).filter(|index| *index < n).unwrap_or(lens.index),
    };
    Lens { index: index.min(n.saturating_sub(1)), ..lens }
}

/// Whom a lens is on, with what there is to say; its label box stands outside of both cells and lens.
pub fn lens_item(scene: &Scene<'_>, look: &Look<'_>, lens: Lens) -> Option<Item> {
    let layout = Layout::of(scene, look);
    let here = scene.here(lens.place)?;
    let raster = here.face().cells(here, look, &layout)?;
    let item = here.face().cell(here, look, &raster, lens.index)?;
    let label = frame(look, &raster).map_or(item.label, |lens| {
        // What stands below the edge is moved up onto the stage: beside is better there.
        if lens.bottom() + 4.0 * 18.0 < look.size.1 {
            (lens.x + 8.0, lens.bottom() + 4.0)
        } else {
            (lens.right() + 6.0, lens.y)
        }
    });
    Some(item.labelled(label))
}

/// Where the lens stands: below the cells, to their right, to their left, above them; nowhere where there is no room.
fn frame(look: &Look<'_>, raster: &Raster) -> Option<Frame> {
    let used = raster.used();
    let (w, h) = look.size;
    let wide = SIZE.0.min(w - 2.0 * super::layout::SIDE);
    let foot = if w < super::PHONE { 22.0 } else { super::layout::FOOT };
    let x = used.x.min(w - super::layout::SIDE - wide).max(0.0);
    let y = used.y.min(h - foot - SIZE.1);
    let at = [(x, used.bottom() + GAP), (used.right() + GAP, y), (used.x - GAP - wide, y), (x, used.y - GAP - SIZE.1)];
    let fits = |(x, y): &Point| *x >= 4.0 && *y >= 4.0 && x + wide <= w - 4.0 && y + SIZE.1 <= h - foot + 1.0;
    let free = at.into_iter().find(fits).filter(|_| wide >= LEAST)?;
    Some(Frame { x: free.0, y: free.1, w: wide, h: SIZE.1 })
}

/// What is left of an area for cells where their lens gets its room below them, if that is enough.
pub fn above(area: Frame, least: f64) -> Frame {
    let h = area.h - SIZE.1 - GAP;
    if h >= least && area.w >= LEAST { Frame { h, ..area } } else { area }
}

/// The cells of so many in an area, with room for a lens below them where they lose nothing but size by it.
pub fn room(n: u64, area: Frame, most: f64) -> Option<Raster> {
    let fits = |area: Frame| Raster::spaced(n, area, most);
    let (high, low) = (fits(area), fits(above(area, 0.0)));
    let each = |raster: &Option<Raster>| raster.as_ref().map(|raster| raster.each);
    if each(&low) == each(&high) { low } else { high }
}

/// The lens that is there from the start: below the cells of who has one, in the midst of them.
fn from_the_start(scene: &Scene<'_>, look: &Look<'_>, layout: &Layout) -> Option<Lens> {
    let Layout::Desk(plan) = layout else { return None };
    let here = scene.all().find(|here| here.face().magnifies())?;
    let raster = here.face().cells(here, look, layout)?;
    let row = raster.cells() / raster.columns / 3;
    let index = (row * raster.columns + raster.columns / 3) * raster.each;
    // Nobody asked for it, so it takes no room that is another's.
    let cell = plan.spot(here.index()).cell;
    let own = |lens: Frame| lens.bottom() <= cell.bottom() + 1.0 && lens.right() <= cell.right() + 1.0;
    let free = frame(look, &raster).is_some_and(own);
    Some(Lens::on(here.index(), index.min(raster.n.saturating_sub(1)))).filter(|_| free)
}

/// How far down there may be words below cells: where a lens stands there now, only its gap.
pub fn words_end(look: &Look<'_>, here: Here<'_, '_>, raster: &Raster, area: Frame) -> f64 {
    let looks = look.lens.is_some_and(|lens| lens.place == here.index()) && frame(look, raster).is_some();
    if looks { area.bottom().min(raster.used().bottom() + GAP) } else { area.bottom() }
}

/// Draws the lens that is looked through.
pub(super) fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, layout: &Layout) {
    let lens = look.lens.or_else(|| from_the_start(scene, look, layout));
    let found = lens.and_then(|lens| Some((lens, scene.here(lens.place)?)));
    let Some((lens, here)) = found else { return };
    let Some(raster) = here.face().cells(here, look, layout).filter(|raster| raster.n > 0) else { return };
    let p = look.palette;
    let (some, block) = raster.around(lens.index);
    sheet.frame((block.x - 1.5, block.y - 1.5), (block.w + 3.0, block.h + 3.0), 2.0, None, p.ink, 1.5);
    let Some(frame) = frame(look, &raster) else { return };
    joined(sheet, look, block, frame);
    sheet.frame((frame.x + 0.5, frame.y + 0.5), (frame.w - 1.0, frame.h - 1.0), 4.0, Some(p.surface), p.ink, 1.5);
    let (column, shown) = ((frame.w - 2.0 * PAD) / LENS.0 as f64, raster.columns.min(LENS.0).max(1));
    // Where a cell is several they stand one after the other.
    let beside = if raster.each == 1 { shown } else { LENS.0 };
    let at = |place: u64| {
        let (column_at, row) = ((place % beside) as f64, (place / beside) as f64);
        (frame.x + PAD + 4.5 + column_at * column, frame.y + ROW.1 + row * ROW.0)
    };
    let marks: Vec<(u64, Point)> = some.iter().zip(0..).map(|(index, place)| (*index, at(place))).collect();
    if let Some((_, (x, y))) = marks.iter().find(|(index, _)| *index == lens.index.min(raster.n - 1)) {
        sheet.fill((x - 8.0, y - 10.0), (column - 1.0, 20.0), 3.0, p.accent_wash);
    }
    let told = here.face().magnified(sheet, here, look, raster.n, &marks);
    title(sheet, here, look, frame, &raster, &told);
    let room = ((column - 11.0) / text_width("0", 11.0, true)) as usize;
    for ((_, since), (_, (x, y))) in told.iter().zip(&marks) {
        let ms = since.and_then(|since| number::millis_within(since, room));
        sheet.text((x + 8.0, y + 4.0), ms.unwrap_or_default(), Ink::new(p.ink_2).mono());
    }
}

/// Who they are, how many of how many, and what is told of each.
fn title(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    frame: Frame,
    raster: &Raster,
    told: &[(String, Option<u64>)],
) {
    let p = look.palette;
    let names = match (told.first(), told.last()) {
        (Some((first, _)), Some((last, _))) if first != last => format!("{first} to {last}"),
        (Some((first, _)), _) => first.clone(),
        _ => here.label().to_owned(),
    };
    let base = frame.y + 18.0;
    let room = frame.w - 2.0 * PAD;
    let names = cut(&names, room, 11.0, true);
    let left = room - text_width(&names, 11.0, true) - 8.0;
    sheet.text((frame.x + PAD, base), names, Ink::new(p.ink).mono());
    let of = format!("{} of {}", number::count(told.len() as u64), number::count(raster.n));
    let texts = [format!("lens, {of} · ms since"), format!("{of} · ms since"), "ms since".to_owned(), String::new()];
    sheet.text((frame.right() - PAD, base), first_fit(&texts, left), Ink::new(p.ink_3).end());
}

/// The lines from the cells that are magnified to the lens.
fn joined(sheet: &mut Sheet, look: &Look<'_>, block: Frame, lens: Frame) {
    let corners = |f: Frame| (f.x as f32, f.y as f32, f.right() as f32, f.bottom() as f32);
    let ((left, top, right, bottom), (l, t, r, b)) = (corners(block), corners(lens));
    let lines = if t >= bottom {
        vec![[left, bottom, l, t], [right, bottom, r, t]]
    } else if b <= top {
        vec![[left, top, l, b], [right, top, r, b]]
    } else if l >= right {
        vec![[right, top, l, t], [right, bottom, l, b]]
    } else {
        vec![[left, top, r, t], [left, bottom, r, b]]
    };
    sheet.segments(lines, look.palette.line_3, 1.0);
}
