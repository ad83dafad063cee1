//! A scene on a phone of which no one place stands out: a strip for each place, in the order in which they are read, and below their
//! names the lanes of those that have lanes.

use super::{Frame, Look, Scene, phone};
use crate::Rgba;
use crate::place::{Here, Note, OnPhone};
use crate::shape::{Ink, Sheet, cut};

/// The width of the labels, and of the numbers at the right.
const LABEL: f64 = 92.0;
const NUMBER: f64 = 74.0;
/// The height of a strip.
pub const STRIP: f64 = 24.0;

/// The width of a bar that is a share of a whole.
pub const BAR: f64 = 112.0;

/// The height of the name above lanes.
pub const HEAD: f64 = 22.0;
/// The height of a strip where there is room to spare; who is higher has lanes.
const ROOMY: f64 = 30.0;
/// The least part of their height that lanes are drawn with.
const LEAST: f64 = 0.8;

/// The strips of all places. Several that have lanes have them here too, where there is room for all of them.
pub fn frames(scene: &Scene<'_>, look: &Look<'_>) -> Vec<(usize, Frame)> {
    let (w, h) = look.size;
    let each = ((h - 28.0) / scene.places.len().max(1) as f64).clamp(14.0, ROOMY);
    let sum = |heights: &dyn Fn(Here<'_, '_>) -> f64| scene.all().map(heights).sum::<f64>();
    let heads = sum(&|here| lanes(here).map_or(band(here).unwrap_or(STRIP), |_| HEAD));
    let all = sum(&|here| lanes(here).unwrap_or(0.0));
    let share = ((h - 28.0 - heads) / all.max(1.0)).min(1.0);
    let mut top = 4.0;
    let frame = |here: Here<'_, '_>| {
        let high = match lanes(here).filter(|_| share >= LEAST) {
            Some(lanes) => HEAD + lanes * share,
            None => band(here).unwrap_or(if all > 0.0 && share >= LEAST { STRIP } else { each }),
        };
        top += high;
        (here.index(), Frame { x: 16.0, y: top - high, w: w - 32.0, h: high })
    };
    scene.all().map(frame).filter(|(_, f)| f.bottom() <= h - 20.0).collect()
}

/// The height of a place that has a band of its own.
fn band(here: Here<'_, '_>) -> Option<f64> {
    match here.face().on_phone(here) {
        OnPhone::Band(high) => Some(high),
        _ => None,
    }
}

/// The height of the lanes of a place that would be drawn in full if it were the only one.
fn lanes(here: Here<'_, '_>) -> Option<f64> {
    let main = here.face().on_phone(here) == OnPhone::Main;
    Some(here.face().height_of_lanes(here)).filter(|high| main && *high > 0.0)
}

/// Whether a place has more room than a strip: for its lanes.
pub fn is_high(row: Frame) -> bool {
    row.h > ROOMY
}

/// Draws the strips.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, frames: &[(usize, Frame)]) {
    for (index, row) in frames {
        let Some(here) = scene.here(*index) else { continue };
        match band(here).or(lanes(here).filter(|_| is_high(*row))) {
            Some(_) => here.face().band(sheet, here, look, *row, Note::default()),
            None => strip(sheet, here, look, *row),
        }
    }
    phone::marks(sheet, scene, look, (16.0, look.size.0 - 16.0), look.size.1 - 6.0);
}

/// Draws one strip: label, what the place shows, number.
pub fn strip(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, row: Frame) {
    let p = look.palette;
    let base = row.y + row.h / 2.0 + 4.0;
    // Names are set bold, which is a little wider.
    let quiet = here.face().is_quiet();
    let ink = if quiet { Ink::new(p.ink_3) } else { Ink::new(p.ink).bold() };
    let name = cut(here.label(), LABEL - 6.0, if quiet { 11.0 } else { 11.8 }, false);
    sheet.text((row.x, base), name, ink);
    let whole = bar(row);
    let bar = Frame { w: whole.w.min(here.face().widest_bar(here)), ..whole };
    let (text, hot) = here.face().strip(sheet, here, look, bar);
    // What the bar leaves free is the number's.
    let room = row.right() - bar.right() - 4.0;
    let ink = if hot { Ink::new(p.blocked_ink).bold() } else { Ink::new(p.ink_2) };
    sheet.text((row.right(), base), cut(&text, room, 11.0, false), ink.end());
}

/// How much of a whole is of which colour: a bar, and what is left of it.
pub fn stacked(sheet: &mut Sheet, look: &Look<'_>, bar: Frame, parts: &[(Rgba, u64)], whole: u64) {
    let w = bar.w.min(BAR);
    sheet.fill((bar.x, bar.y - 0.5), (w, 9.0), 0.0, look.palette.line);
    let (mut x, right) = (bar.x, bar.x + w);
    for (colour, n) in parts.iter().filter(|(_, n)| *n > 0) {
        // A few among many must still be seen.
        let part = (w * *n as f64 / whole.max(1) as f64).max(1.5).min(right - x);
        sheet.fill((x, bar.y - 0.5), (part, 9.0), 0.0, *colour);
        x += part;
    }
}

/// Where a strip shows what its place shows.
pub fn bar(row: Frame) -> Frame {
    Frame { x: row.x + LABEL, y: row.y + row.h / 2.0 - 4.0, w: row.w - LABEL - NUMBER, h: 8.0 }
}
