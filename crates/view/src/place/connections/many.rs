//! Connections that are too many for a row each: short links in columns, then a cell each, then a bar with counts. Those that leaked are always listed.
//! With little room, as one place among many, it is links and how many are in use.

use super::super::{Condition, Here};
use super::state::{Lent, State};
use crate::number;
use crate::scene::{Frame, Look, Raster, first_fit};
use crate::shape::{Ink, Sheet, bold_width, crisp, cut, text_width};
use crate::{Palette, Rgba};
use millrace_spec::{self as spec, Closing, ConnectionState};

/// The height of a line of words.
const LINE: f64 = 14.0;
/// The most leaked ones that are listed.
const LISTED: usize = 5;
/// Up to so many are links, and up to so many cells.
const LINKS: usize = 120;
const CELLS: usize = 500;
/// The columns of links, the width of one, and the height of a row, at least and at most.
const COLUMNS: usize = 5;
const LINK: f64 = 30.0;
const ROW: (f64, f64) = (8.0, 14.0);
/// The greatest pitch of cells.
const MOST: f64 = 16.0;
/// The width of a column from which on a link has its name and its caller beside it.
const NAMED: f64 = 96.0;
/// With less width than this it is drawn with little room.
pub(super) const LEAST: f64 = 390.0;
/// Inside its box, at each side.
const PAD: f64 = 10.0;

/// Whether it is one place among many others.
pub(super) fn is_small(here: Here<'_, '_>) -> bool {
    here.is_one_of_many()
}

/// How they stand in an area.
pub(super) enum Many {
    /// A link each: how wide a column is, how high a row, and how many stand in a row.
    Links((f64, f64), usize),
    /// A cell each.
    Cells(Raster),
    /// A bar.
    Bar,
}

impl Many {
    /// So many, with lines below for those that leaked.
    pub(super) fn of(places: usize, leaked: usize, area: Frame) -> Many {
        let area = above(area, leaked);
        // A few are as long as there is room for.
        for columns in [1, 2, COLUMNS] {
            let high = area.h / places.div_ceil(columns).max(1) as f64;
            let wide = area.w / columns as f64;
            if places <= LINKS && high >= ROW.0 && (columns == COLUMNS || places <= 12 && wide < 200.0) {
                return Many::Links((wide, high.min(ROW.1)), columns);
            }
        }
        let raster = Raster::spaced(places as u64, area, MOST).filter(|raster| places <= CELLS && raster.each == 1);
        raster.map_or(Many::Bar, Many::Cells)
    }

    /// Where the one of a number is, if it can be told apart.
    pub(super) fn at(&self, index: usize, area: Frame) -> Option<Frame> {
        match self {
            Many::Links((w, h), columns) => {
                let (row, column) = ((index / columns) as f64, (index % columns) as f64);
                Some(Frame { x: area.x + column * w, y: area.y + row * h, w: *w, h: *h })
            }
            Many::Cells(raster) => Some(raster.cell(index as u64)),
            Many::Bar => None,
        }
    }

    /// The height that so many take.
    fn high(&self, places: usize) -> f64 {
        match self {
            Many::Links((_, h), columns) => places.div_ceil(*columns) as f64 * h,
            Many::Cells(raster) => raster.used().h,
            Many::Bar => 2.0 * LINE + 24.0,
        }
    }

    /// How dense it is.
    pub(super) fn density(&self) -> &'static str {
        match self {
            Many::Links(..) => "a link each",
            Many::Cells(_) => "one cell each",
            Many::Bar => "a bar of all",
        }
    }
}

/// What is left above those that leaked.
fn above(area: Frame, leaked: usize) -> Frame {
    let listed = leaked.min(LISTED) as f64 * LINE + if leaked > 0 { 8.0 } else { 0.0 };
    Frame { h: (area.h - listed).max(ROW.0), ..area }
}

/// Draws all of them, and those that leaked below.
pub(super) fn draw(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, area: Frame) {
    let (places, leaked) = (state.open as usize, state.leaked().count());
    let many = Many::of(places, leaked, area);
    match &many {
        Many::Links((w, _), columns) => {
            // Alone in its row a link is as long as that is.
            let named = *w >= NAMED && *columns > 1;
            let long = if *columns == 1 { *w } else { LINK.min(*w - 6.0) };
            for index in 0..places {
                let Some(frame) = many.at(index, area) else { continue };
                link(sheet, look, state.places.get(index), frame, (named, long));
            }
        }
        Many::Cells(raster) => {
            let stands = |index: u64| state.places.get(index as usize).map(|lent| lent.stands);
            let shows = &mut |index: u64| stands(index).map_or(0, order);
            raster.draw(sheet, &hues(look.palette), shows);
        }
        Many::Bar => bar(sheet, look, state, area),
    }
    list(sheet, look, state, Frame { y: area.y + many.high(places) + 8.0, ..area }, area.bottom());
}

/// A place among the hues.
fn order(stands: ConnectionState) -> usize {
    match stands {
        ConnectionState::Closed(_) | ConnectionState::Unopened => 0,
        ConnectionState::Closing(_) => 1,
        ConnectionState::Opening => 2,
        ConnectionState::Idle => 3,
        ConnectionState::InUse => 4,
        ConnectionState::Leaked => 5,
    }
}

fn hues(p: &Palette) -> [Rgba; 6] {
    [p.line, p.rejected, p.running, p.idle.faint(0.45), p.waiting, p.server]
}

/// A link with both of its sockets; where there is room its name and who has it.
fn link(sheet: &mut Sheet, look: &Look<'_>, lent: Option<&Lent<'_>>, frame: Frame, (named, wide): (bool, f64)) {
    let p = look.palette;
    let y = crisp(frame.y + frame.h / 2.0 - 0.5);
    let stands = lent.map_or(ConnectionState::Unopened, |lent| lent.stands);
    let left = frame.x + if named { 38.0 } else { 0.0 };
    let (from, to) = (left + 5.5, left + wide - 5.5);
    let outline = if stands == ConnectionState::Leaked {
        p.server
    } else if stands.is_there() {
        p.line_3
    } else {
        p.line_2
    };
    match stands {
        ConnectionState::InUse => sheet.line((from, y), (to, y), p.waiting, 2.2),
        ConnectionState::Leaked => sheet.line((from, y), (to, y), p.server, 3.0),
        ConnectionState::Idle => sheet.line((from, y), (to, y), p.line_3, 1.0),
        ConnectionState::Opening => sheet.dashed((from, y), (to, y), p.running, 1.6, (3.0, 2.0)),
        ConnectionState::Closing(why) => {
            let colour = if why == Closing::Broken { p.server } else { p.rejected };
            let stubs = [(from, from + 4.0), (to, to - 4.0)];
            let lines = stubs.into_iter().flat_map(|(x, end)| [[x, y, end, y], [end, y - 3.0, end, y + 3.0]]);
            sheet.segments(lines.map(|line| line.map(|x| x as f32)).collect(), colour, 1.4);
        }
        ConnectionState::Closed(_) | ConnectionState::Unopened => {}
    }
    let high = (frame.h - 3.0).clamp(4.0, 6.0);
    let socket = |x: f64| [x, y - high / 2.0, 5.0, high].map(|x| x as f32);
    sheet.boxes(vec![socket(from - 5.0), socket(to)], Some(p.stage), Some((outline, 1.0)));
    let Some(lent) = lent.filter(|_| named) else { return };
    let style = Ink::new(if stands.is_there() { p.ink_2 } else { p.ink_3 });
    sheet.text((frame.x, y + 4.0), cut(&lent.name(), 36.0, 11.0, true), style.mono());
    let x = to + 9.0;
    let texts = [lent.caller().unwrap_or_default(), String::new()];
    let style = Ink::new(if stands == ConnectionState::Leaked { p.server_ink } else { p.ink_2 });
    sheet.text((x, y + 4.0), first_fit(&texts, frame.right() - x - 4.0), style);
}

/// How many stand how: a bar, and below it in numbers.
fn bar(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, area: Frame) {
    let p = look.palette;
    let high = 12.0_f64.min(area.h);
    sheet.fill((area.x, area.y), (area.w, high), 0.0, p.line);
    let words = ["closed", "closing", "opening", "idle", "in use", "leaked"];
    let all: Vec<(&str, Rgba, u64)> =
        words.into_iter().zip(hues(p)).map(|(word, hue)| (word, hue, state.count(word))).collect();
    let whole = u64::from(state.open).max(1) as f64;
    let (mut x, mut at, mut base) = (area.x, area.x, area.y + high + 16.0);
    // Those that are there stand at the left.
    for (word, hue, n) in all.into_iter().rev().filter(|(_, _, n)| *n > 0) {
        let w = (area.w * n as f64 / whole).max(1.5).min(area.right() - x);
        sheet.fill((x, area.y), (w, high), 0.0, hue);
        x += w;
        let text = format!("{} {word}", number::count(n));
        let w = text_width(&text, 11.0, false);
        if at > area.x && at + 12.0 + w > area.right() {
            (at, base) = (area.x, base + LINE);
        }
        if base <= area.bottom() {
            sheet.fill((at, base - 7.5), (7.0, 7.0), 1.0, hue);
            sheet.text((at + 11.0, base), text, Ink::new(p.ink_2));
        }
        at += 11.0 + w + 12.0;
    }
}

/// Those that leaked, each with who lost it and where; the first five, and how many more there are.
fn list(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, area: Frame, bottom: f64) {
    let leaked: Vec<&Lent<'_>> = state.leaked().collect();
    for (index, lent) in leaked.iter().take(LISTED).enumerate() {
        let base = area.y + (index as f64 + 0.8) * LINE;
        let parts = [Some(lent.name()), Some("leaked".to_owned()), lent.caller(), lent.line()];
        let all: Vec<String> = parts.into_iter().flatten().collect();
        let more = leaked.len().saturating_sub(LISTED);
        let and = if index + 1 == LISTED && more > 0 { format!(" and {more} more") } else { String::new() };
        let texts = [format!("{}{and}", all.join(", ")), format!("{} leaked{and}", lent.name())];
        if base <= bottom {
            sheet.text(
                (area.x, base),
                cut(&first_fit(&texts, area.w), area.w, 11.0, false),
                Ink::new(look.palette.server_ink),
            );
        }
    }
}

/// Where its links stand where it has little room: inside its box, below its words.
pub(super) fn inside(frame: Frame) -> Frame {
    let top = if frame.h >= 110.0 { 46.0 } else { 26.0 };
    let foot = if frame.h >= 110.0 { 18.0 } else { 6.0 };
    Frame { x: frame.x + PAD, y: frame.y + top, w: frame.w - 2.0 * PAD, h: (frame.h - top - foot).max(ROW.0) }
}

/// With little room: a box with its name, how the server does, how many are in use, and a link each.
pub(super) fn small(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    spec: &spec::Connections,
    state: &State<'_>,
    frame: Frame,
) {
    let p = look.palette;
    let stroke = if state.is_full() { p.blocked } else { p.line_3 };
    sheet.frame((frame.x + 0.5, frame.y + 0.5), (frame.w - 1.0, frame.h - 1.0), 4.0, Some(p.surface), stroke, 1.3);
    let (left, right) = (frame.x + PAD, frame.right() - PAD);
    let base = frame.y + 18.0;
    sheet.text((left, base), cut(here.label(), right - left, 12.0, false), Ink::new(p.ink).size(12.0).bold());
    let condition = Condition::of(here.scene, &spec.server, look.now);
    let room = right - left - bold_width(here.label(), 12.0) - 6.0;
    let fits = |words: &String| bold_width(words, 11.0) <= room;
    if let Some(words) = [condition.words(), condition.brief()].into_iter().find(fits) {
        sheet.text((right, base), words, Ink::new(condition.ink(p)).bold().end());
    }
    let (used, open) = (number::count(state.count("in use")), number::count(state.open.into()));
    let ink = Ink::new(if state.is_full() { p.blocked_ink } else { p.ink });
    if frame.h >= 110.0 {
        let texts = [format!("{used} of {open} in use"), format!("{used} of {open}")];
        sheet.text((left, base + 20.0), first_fit(&texts, right - left), ink);
        let told = [("idle", state.count("idle")), ("opening", state.count("opening")), ("waiting", state.waiting())];
        let told = told.into_iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{} {word}", number::count(n)));
        let all: Vec<String> = told.collect();
        let texts = [all.join(", "), all.last().cloned().unwrap_or_default()];
        sheet.text(
            (left, frame.bottom() - 8.0),
            cut(&first_fit(&texts, right - left), right - left, 11.0, false),
            Ink::new(p.ink_3),
        );
    }
    draw(sheet, look, state, inside(frame));
}

/// How many stand how: a bar of a strip.
pub(super) fn strip(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, bar: Frame) {
    let p = look.palette;
    let words = ["leaked", "in use", "idle", "opening", "closing"];
    let hues = [p.server, p.waiting, p.idle.faint(0.45), p.running, p.rejected];
    let parts: Vec<(Rgba, u64)> = words.into_iter().zip(hues).map(|(word, hue)| (hue, state.count(word))).collect();
    crate::scene::strips::stacked(sheet, look, bar, &parts, state.open.into());
}
