//! Clients of a hub that are too many for rings: a cell for each, of which those that are not as the others stand out; far too many, how many there are
//! of each level of their queues; and where all of them have no room at all, the hub alone with how many are how.

use super::super::Here;
use super::ring;
use super::state::{Stands, State};
use crate::number;
use crate::scene::{Detail, Frame, Look, Raster, first_fit, lens};
use crate::shape::{Ink, Sheet, crisp, cut, text_width};

/// The greatest pitch of cells.
const MOST: f64 = 12.0;
/// More clients than this are told by the levels of their queues.
const MOST_CELLS: usize = 20_000;
/// Bars of the levels, from empty to full.
const BARS: usize = 20;
/// The room below the cells for their density.
const NOTE: f64 = 18.0;
/// The radius of the hub where it stands alone, and the height of a line below it.
const ALONE: f64 = 21.0;
const LINE: f64 = 15.0;
/// The least width of a column of those that are told by name.
const COLUMN: f64 = 150.0;

/// The cells of so many clients in an area, with room for a lens below them where they lose nothing by it.
pub(super) fn raster(clients: usize, area: Frame) -> Option<Raster> {
    let area = Frame { y: area.y + 2.0, h: area.h - 2.0 - NOTE, ..area };
    lens::room(clients as u64, area, MOST).filter(|_| clients <= MOST_CELLS)
}

/// A cell for each: its hue is its state, and who is being written to is told among those that are well.
pub(super) fn cells(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    state: &State<'_>,
    (raster, area): (&Raster, Frame),
) {
    let p = look.palette;
    let hues = [p.line_2, p.running, p.sunken, p.blocked, p.timeout, p.server, p.server_ink];
    let shows = &mut |cell: u64| {
        let from = (cell * raster.each) as usize;
        let these = state.clients.get(from..state.clients.len().min(from + raster.each as usize)).unwrap_or_default();
        // Among several the worst is told.
        let hue = |stands: Stands, frame: u64| match stands {
            Stands::Gone(_) => 2,
            Stands::Open => usize::from(frame > 0),
            Stands::Slow => 3,
            Stands::NoPong => 4,
            Stands::Dropped(_) => 5,
            Stands::Silent | Stands::Stuck => 6,
        };
        these.iter().map(|client| hue(client.stands, client.frame)).max().unwrap_or(0)
    };
    raster.draw(sheet, &hues, shows);
    let (used, end) = (raster.used(), lens::words_end(look, here, raster, area));
    let detail = if look.detail == Detail::Flow { "" } else { "; blue: being written to" };
    let texts = [format!("{}, by session{detail}", raster.density()), raster.density()];
    sheet.text((used.x, used.bottom() + 12.0), first_fit(&texts, used.w.max(120.0)), Ink::new(p.ink_3));
    worst(sheet, look, state, Frame { y: used.bottom() + NOTE, h: end - used.bottom() - NOTE, ..area });
}

/// As many of those that are not as the others as have room, the worst first, from top to bottom and then beside each other.
fn worst(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, area: Frame) {
    let rows = libm::floor(area.h / LINE).max(0.0) as usize;
    let columns = libm::floor(area.w / COLUMN).max(1.0) as usize;
    let pitch = area.w / columns as f64;
    for (place, index) in state.abnormal().into_iter().take(rows * columns).enumerate() {
        let Some(client) = state.clients.get(index) else { continue };
        let at = (area.x + (place / rows) as f64 * pitch, area.y + (place % rows) as f64 * LINE + 11.0);
        let text = cut(&first_fit(&client.labels(look.now), pitch - 8.0), pitch - 8.0, 11.0, false);
        sheet.text(at, text, Ink::new(ring::ink_of(client.stands.word(), look.palette)));
    }
}

/// How many clients there are of each level of their queues, on a scale of decades.
pub(super) fn levels(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, area: Frame) {
    let p = look.palette;
    let mut bars = [0_u64; BARS];
    for client in state.clients.iter().filter(|client| client.stands.is_there()) {
        let place = (client.fill() * BARS as f64) as usize;
        if let Some(bar) = bars.get_mut(place.min(BARS - 1)) {
            *bar += 1;
        }
    }
    let log = |n: u64| libm::log10(1.0 + n as f64);
    let most = bars.iter().copied().max().unwrap_or(0).max(1);
    let (top, foot) = (area.y + 18.0, area.bottom() - 18.0);
    let pitch = area.w / BARS as f64;
    sheet.text((area.x, area.y + 10.0), "clients by the level of their queues, log", Ink::new(p.ink_3));
    let bar = |(place, n): (usize, &u64)| {
        let high = (foot - top).max(0.0) * log(*n) / log(most);
        [area.x + place as f64 * pitch, foot - high, pitch - 1.5, high].map(|x| x as f32)
    };
    let (well, slow): (Vec<_>, Vec<_>) = bars.iter().enumerate().filter(|(_, n)| **n > 0).partition(|(at, _)| *at < 2);
    sheet.boxes(well.into_iter().map(bar).collect(), Some(p.queued), None);
    sheet.boxes(slow.into_iter().map(bar).collect(), Some(p.blocked), None);
    sheet.line((area.x, crisp(foot)), (area.right(), crisp(foot)), p.line_3, 1.0);
    sheet.text((area.x, foot + 14.0), "empty", Ink::new(p.ink_3));
    sheet.text((area.right(), foot + 14.0), "full", Ink::new(p.ink_3).end());
    let [first, ..] = bars;
    if first > 0 {
        sheet.text((area.x + pitch + 4.0, top + 10.0), number::count(first), Ink::new(p.ink));
    }
}

/// How large the hub is where it stands alone.
pub(super) fn radius(frame: Frame) -> f64 {
    ALONE.min(frame.w / 2.0).min(frame.h / 2.0).max(8.0)
}

/// The hub alone: what is the matter with how many stands below it.
pub(super) fn alone(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame, y: f64) {
    let p = look.palette;
    let radius = radius(frame);
    let centre = (frame.middle(), y);
    let stroke = if state.is_over { p.line_2 } else { p.ink_2 };
    sheet.disc(centre, radius, p.surface);
    sheet.ring(centre, radius, stroke, 1.5);
    let word = if state.is_over { "over" } else { "Hub" };
    sheet.text((centre.0, y + 4.0), word, Ink::new(if state.is_over { p.ink_3 } else { p.ink }).middle());
    let mut base = y + radius + LINE + 2.0;
    for word in Stands::ABNORMAL {
        let n = state.count(word);
        if n == 0 || base > frame.bottom() {
            continue;
        }
        let texts = [format!("{} {word}", number::count(n)), format!("{} {word}", number::short_count(n))];
        let text = first_fit(&texts, frame.w);
        if text_width(&text, 11.0, false) <= frame.w + 8.0 {
            sheet.text((centre.0, base), text, Ink::new(ring::ink_of(word, p)).middle());
            base += LINE;
        }
    }
}
