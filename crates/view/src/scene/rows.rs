//! A scene with several crews on a phone: a row for each place, in the order of the flow.

use super::super::number;
use super::super::recent::Mode;
use super::super::shape::{Ink, Sheet, cut, text_width};
use super::source::{progress, sent_and_left};
use super::worker::Worker;
use super::{Frame, Look, Reading, Scene, breaker, channel, glyph, phone, server};
use millrace_spec::Place;
use millrace_trace::UNLIMITED;

/// The width of the labels, and of the numbers at the right.
const LABEL: f64 = 92.0;
const NUMBER: f64 = 74.0;
/// The pitch of glyphs.
const GLYPH: f64 = 13.0;

/// The rows of all places.
pub fn frames<'a>(scene: &Scene<'a>, look: &Look<'_>) -> Vec<(&'a Place, Frame)> {
    let (w, h) = look.size;
    let places = &scene.spec.places;
    let each = ((h - 28.0) / places.len().max(1) as f64).clamp(14.0, 30.0);
    let frame = |index: usize| Frame { x: 16.0, y: 4.0 + each * index as f64, w: w - 32.0, h: each };
    places.iter().enumerate().map(|(i, p)| (p, frame(i))).filter(|(_, f)| f.bottom() <= h - 20.0).collect()
}

/// Draws the rows.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let p = look.palette;
    for (place, row) in frames(scene, look) {
        let (y, base) = (row.y + row.h / 2.0, row.y + row.h / 2.0 + 4.0);
        let strong = !matches!(place, Place::Channel { .. });
        let ink = if strong { Ink::new(p.ink).bold() } else { Ink::new(p.ink_3) };
        sheet.text((row.x, base), cut(place.label(), LABEL - 6.0, 11.0, false), ink);
        let bar = Frame { x: row.x + LABEL, y: y - 4.0, w: row.w - LABEL - NUMBER, h: 8.0 };
        let (text, hot) = content(sheet, scene, look, place, bar);
        let ink = if hot { Ink::new(p.blocked_ink).bold() } else { Ink::new(p.ink_2) };
        sheet.text((row.right(), base), cut(&text, NUMBER - 4.0, 11.0, false), ink.end());
    }
    phone::marks(sheet, scene, look, (16.0, look.size.0 - 16.0), look.size.1 - 6.0);
}

/// Draws what is between label and number, and says the number.
fn content(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, place: &Place, bar: Frame) -> (String, bool) {
    let p = look.palette;
    let thin = Frame { y: bar.y + 2.5, h: 3.0, ..bar };
    match place {
        Place::Source { .. } => {
            let (sent, left) = sent_and_left(scene);
            progress(sheet, look, thin, sent as f64 / (sent + left).max(1) as f64, p.queued);
            (format!("{} sent", number::count(sent)), false)
        }
        Place::Sink { .. } => {
            let done = scene.ledger.tally.departed();
            progress(sheet, look, thin, done as f64 / scene.total().max(1) as f64, p.success);
            (format!("{} done", number::count(done)), false)
        }
        Place::Channel { station, .. } => {
            let row = scene.station(station).map(|(_, row)| row);
            let capacity = channel::capacity(scene, station).unwrap_or(UNLIMITED);
            let most = match capacity {
                UNLIMITED => row.map_or(1, |r| r.levels.present_peak.max(1)),
                n => u64::from(n),
            };
            if capacity > 0 {
                let share = row.map_or(0, |r| r.levels.present) as f64 / most.max(1) as f64;
                sheet.frame((bar.x, bar.y), (bar.w, bar.h), 0.0, Some(p.sunken), p.line_2, 0.8);
                sheet.fill((bar.x, bar.y), (bar.w * share.min(1.0), bar.h), 0.0, p.queued);
            }
            channel::fill(scene, station)
        }
        Place::Server { station, .. } => {
            let (words, colour) = server::condition(scene, look);
            sheet.text((bar.x, bar.y + 8.0), words, Ink::new(colour).bold());
            (server::load(scene, station), false)
        }
        Place::Crew { station, .. } | Place::Crowd { station, .. } => {
            let workers = Worker::crew(scene, station);
            let up = workers.iter().filter(|w| w.is_up()).count();
            if let Some(cells) = glyphs(&workers, bar) {
                for (worker, cell) in workers.iter().zip(cells) {
                    glyph::mode(sheet, (cell.middle(), cell.y + cell.h / 2.0), worker.mode, p);
                }
            } else {
                counts(sheet, look, &workers, bar);
            }
            (format!("{up} of {} up", workers.len()), false)
        }
        Place::Breaker { station, gauges, .. } => {
            let reading = Reading::of(scene, station, gauges);
            breaker::strip(sheet, look, &reading, Frame { y: bar.y - 3.0, h: 14.0, ..bar });
            (format!("{} refused", number::count(reading.turned_away)), false)
        }
        Place::Bank { .. } => (String::new(), false),
    }
}

/// A cell for each worker in one row, if they fit.
pub fn glyphs(workers: &[Worker<'_>], bar: Frame) -> Option<Vec<Frame>> {
    let pitch = (bar.w / workers.len().max(1) as f64).min(GLYPH);
    let cell = |i: usize| Frame { x: bar.x + i as f64 * pitch, w: pitch, y: bar.y - 2.0, h: 12.0 };
    (pitch >= 9.5).then(|| (0..workers.len()).map(cell).collect())
}

/// Where the glyphs of a row are.
pub fn glyph_bar(row: Frame) -> Frame {
    Frame { x: row.x + LABEL, y: row.y + row.h / 2.0 - 4.0, w: row.w - LABEL - NUMBER, h: 8.0 }
}

fn counts(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], bar: Frame) {
    let p = look.palette;
    let mut x = bar.x;
    for mode in Mode::ALL {
        let n = workers.iter().filter(|w| w.mode == mode).count();
        let text = number::count(n as u64);
        let w = text_width(&text, 11.0, true);
        if n == 0 || x + 13.0 + w > bar.right() {
            continue;
        }
        glyph::mode(sheet, (x + 5.0, bar.y + 4.0), mode, p);
        sheet.text((x + 13.0, bar.y + 8.0), text, Ink::new(p.ink).mono());
        x += 13.0 + w + 10.0;
    }
}
