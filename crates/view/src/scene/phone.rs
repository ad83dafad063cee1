//! The stage on a phone: channels as rows of fifty on top and at the bottom, lanes between, the server beside them. Scenes
//! with several crews are told row by row.

use super::super::number;
use super::super::shape::{Ink, Sheet, crisp, cut, text_width};
use super::glyph::{self, Sort};
use super::lane::{self, Wires};
use super::source::{backlog, sent_and_left};
use super::worker::Worker;
use super::{Frame, Look, Reading, Scene, age, breaker, channel, crew, footer, gate, matrix, outcomes, rows, server};
use millrace_spec::Place;
use millrace_trace::UNLIMITED;

/// Cells in a row of a channel, and rows.
const ROW: u32 = 50;
const ROWS: u32 = 2;
/// The height of a channel with its heading.
const STRIP: f64 = 54.0;
/// The height of a breaker.
const BREAKER: f64 = 34.0;
/// The height of a lane.
const LANE: f64 = 15.8;
/// The least height of a lane.
const THIN: f64 = 12.5;

/// Where things are on a phone.
#[derive(Clone, Debug)]
pub struct Arrangement<'a> {
    /// The channels, with the tops of their strips.
    pub strips: Vec<(&'a Place, f64)>,
    /// The breaker the crew calls through, with the top of its strip.
    pub breaker: Option<(&'a Place, f64)>,
    /// The one crew or crowd.
    pub crew: Option<&'a Place>,
    /// Its lanes, glyphs or cells.
    pub area: Frame,
    /// The server beside them.
    pub server: Option<(&'a Place, Frame)>,
}

/// Where things are, if the scene suits a phone: one crew or crowd at most.
pub fn arrange<'a>(scene: &Scene<'a>, look: &Look<'_>) -> Option<Arrangement<'a>> {
    let (w, h) = look.size;
    let places = &scene.spec.places;
    let is_crew = |p: &&Place| matches!(p, Place::Crew { .. } | Place::Crowd { .. });
    if places.iter().filter(is_crew).count() != 1 {
        return None;
    }
    let at = places.iter().position(|p| is_crew(&p)).unwrap_or(0);
    let channels = |after: bool| {
        let all = places.iter().enumerate().filter(|(_, p)| matches!(p, Place::Channel { .. }));
        all.filter(move |(i, _)| (*i > at) == after).map(|(_, p)| p)
    };
    let mut strips = Vec::new();
    let mut top = 0.0;
    for place in channels(false) {
        strips.push((place, top));
        top += STRIP;
    }
    let breaker = places.iter().find(|p| matches!(p, Place::Breaker { .. })).map(|place| (place, top));
    if breaker.is_some() {
        top += BREAKER;
    }
    top = top.max(8.0) + 18.0;
    let mut bottom = h - 20.0;
    let after: Vec<_> = channels(true).collect();
    for place in after.into_iter().rev() {
        bottom -= STRIP;
        strips.push((place, bottom));
    }
    let called = places.iter().find(|p| matches!(p, Place::Server { .. }));
    let lanes = places.get(at).filter(|p| matches!(p, Place::Crew { .. }));
    let area = Frame { x: 16.0, y: top, w: w - 32.0, h: (bottom - top - 4.0).max(20.0) };
    match (called, lanes) {
        (Some(called), Some(_)) => {
            let used = scene.workers(places.get(at).map_or("", |p| p.station())).len() as f64 * LANE;
            let server = Frame { x: w - 98.0, y: top, w: 56.0, h: area.h.min(used.max(120.0) + 2.0) };
            let area = Frame { w: w - 16.0 - 136.0, ..area };
            Some(Arrangement { strips, breaker, crew: places.get(at), area, server: Some((called, server)) })
        }
        _ => Some(Arrangement { strips, breaker, crew: places.get(at), area, server: None }),
    }
}

/// The height of the lanes, or none if they do not fit as lanes.
pub fn lane_height(workers: usize, area: Frame) -> Option<f64> {
    let each = area.h / workers.max(1) as f64;
    (each >= THIN).then_some(each.min(LANE))
}

/// Draws the phone's picture.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let Some(arrangement) = arrange(scene, look) else {
        rows::draw(sheet, scene, look);
        return;
    };
    let p = look.palette;
    let (w, h) = look.size;
    let last = arrangement.strips.len().saturating_sub(1);
    for (index, (place, top)) in arrangement.strips.iter().enumerate() {
        let note = match index {
            0 => source_note(scene),
            _ if index == last => sink_note(scene),
            _ => (String::new(), false),
        };
        strip(sheet, scene, look, place, *top, note);
    }
    let mut conducts = true;
    if let Some((Place::Breaker { station, gauges, .. }, top)) = arrangement.breaker {
        let reading = Reading::of(scene, station, gauges);
        breaker::strip(sheet, look, &reading, Frame { x: 16.0, y: top + 10.0, w: w - 32.0, h: 24.0 });
        conducts = reading.conducts();
    }
    let area = arrangement.area;
    over_lanes(sheet, scene, look, &arrangement);
    match arrangement.crew {
        Some(Place::Crowd { .. }) => matrix::draw(sheet, scene, look, area),
        Some(place) => {
            let workers = Worker::crew(scene, place.station());
            let server = arrangement.server.map(|(_, frame)| frame);
            if let Some(frame) = server {
                server::body(sheet, scene, look, frame, false);
            }
            match lane_height(workers.len(), area) {
                Some(pitch) => lanes(sheet, scene, look, &workers, (area, pitch), server.map(|s| (s, conducts))),
                None => {
                    crew::grid(sheet, look, &workers, area);
                    if let Some(frame) = server {
                        age::dots(sheet, scene, look, &workers, frame);
                    }
                }
            }
            let below = area.y + workers.len() as f64 * LANE + 8.0;
            if area.bottom() - below > 60.0 {
                let free = Frame { x: 16.0, y: below, w: w - 32.0, h: area.bottom() - below };
                let free = match server {
                    Some(server) if server.bottom() > below => Frame { w: server.x - 28.0, ..free },
                    _ => free,
                };
                matrix::draw(sheet, scene, look, free);
            }
        }
        None => {}
    }
    marks(sheet, scene, look, (16.0, w - 16.0), h - 6.0);
    if !footer::conservation(scene).1 {
        sheet.text((16.0, h - 20.0), footer::short_conservation(scene).0, Ink::new(p.server_ink).bold());
    }
}

/// The line over the lanes: the pressure where there is a regulator, who is up, how the server does.
fn over_lanes(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, arrangement: &Arrangement<'_>) {
    let p = look.palette;
    let w = look.size.0;
    let base = arrangement.area.y - 6.0;
    let right = arrangement.server.map_or(w - 16.0, |(_, frame)| frame.x - 8.0);
    if let Some(regulator) = &scene.spec.regulator {
        let (pressure, _) = gate::reading(scene, regulator);
        let unit = gate::unit(scene, regulator);
        sheet.text((16.0, base), unit, Ink::new(p.ink_3));
        let x = 16.0 + text_width(unit, 11.0, false) + 8.0;
        let bar = Frame { x, y: base - 8.0, w: 82.0, h: 8.0 };
        gate::segments(sheet, look, regulator, pressure, bar);
        let rule = regulator
            .rules
            .get(gate::active_rule(regulator, pressure))
            .map_or(String::new(), |(_, what)| gate::spaced(what));
        let text = format!("{} of {}: {rule}", number::count(pressure), number::count(regulator.pressure_max));
        sheet.text((bar.right() + 8.0, base), cut(&text, right - bar.right() - 8.0, 11.0, false), Ink::new(p.ink_2));
    } else if let Some(place) = arrangement.crew {
        let text = match place {
            Place::Crowd { .. } => format!("{}, {}", source_note(scene).0, sink_note(scene).0),
            _ if arrangement.strips.is_empty() => sink_note(scene).0,
            _ => {
                let workers = Worker::crew(scene, place.station());
                format!("{} of {} up", workers.iter().filter(|w| w.is_up()).count(), workers.len())
            }
        };
        sheet.text((16.0, base), cut(&text, right - 16.0, 11.0, false), Ink::new(p.ink_3));
    }
    if let Some((_, frame)) = arrangement.server {
        let (words, colour) = server::condition(scene, look);
        let words = cut(&format!("server {words}"), 86.0, 11.0, false);
        sheet.text((frame.middle(), base), words, Ink::new(colour).middle());
    }
}

fn source_note(scene: &Scene<'_>) -> (String, bool) {
    if let Some(regulator) = &scene.spec.regulator {
        let (_, delay) = gate::reading(scene, regulator);
        return (format!("producer waits {} ms", gate::big_millis(delay)), delay > 0);
    }
    if let Some(backlog) = backlog(scene) {
        return (format!("{} in the backlog", number::count(backlog.levels.present)), false);
    }
    let (sent, left) = sent_and_left(scene);
    (format!("{} of {} sent", number::count(sent), number::count(sent + left)), false)
}

fn sink_note(scene: &Scene<'_>) -> (String, bool) {
    let done = number::count(scene.ledger.tally.departed());
    (format!("{done} of {} done", number::count(scene.total())), false)
}

fn strip(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, place: &Place, top: f64, (note, hot): (String, bool)) {
    let p = look.palette;
    let (left, right) = (16.0, look.size.0 - 16.0);
    let station = place.station();
    let (fill, full) = channel::fill(scene, station);
    sheet.text((left, top + 20.0), place.label(), Ink::new(p.ink).size(12.0).bold());
    let x = left + text_width(place.label(), 12.0, false) + 8.0;
    let ink = if full { Ink::new(p.blocked_ink).bold() } else { Ink::new(p.ink_3) };
    sheet.text((x, top + 20.0), fill, ink);
    let ink = if hot { Ink::new(p.blocked_ink).bold() } else { Ink::new(p.ink_3) };
    sheet.text((right, top + 20.0), note, ink.end());
    for edge in [top + 29.0, top + 53.0] {
        sheet.line((left - 3.0, crisp(edge)), (right + 3.0, crisp(edge)), p.line_3, 1.3);
    }
    let row = scene.station(station).map(|(_, row)| row);
    let capacity = channel::capacity(scene, station).unwrap_or(UNLIMITED);
    if capacity == 0 {
        return;
    }
    if capacity > ROW * ROWS {
        let level = row.map_or(0, |r| r.levels.present);
        let most =
            if capacity == UNLIMITED { row.map_or(1, |r| r.levels.present_peak.max(100)) } else { u64::from(capacity) };
        sheet.fill((left, top + 33.0), (right - left, 17.0), 0.0, p.sunken);
        let share = (level as f64 / most as f64).clamp(0.0, 1.0);
        sheet.fill((left, top + 33.0), ((right - left) * share, 17.0), 0.0, p.queued);
        return;
    }
    let pitch = (right - left) / f64::from(ROW);
    let place = |index: u32| {
        let (line, column) = (index / ROW, index % ROW);
        (left + (f64::from(column) + 0.5) * pitch, top + 36.5 + f64::from(line) * 10.0)
    };
    let held = row.map_or(0, |r| r.queue.len() as u32).min(capacity);
    let free = (held..capacity).map(|i| {
        let (x, y) = place(i);
        [x - 2.7, y - 3.8, 5.4, 7.6].map(|x| x as f32)
    });
    sheet.boxes(free.collect(), None, Some((p.line_2, 0.8)));
    let (mut open, mut good) = (vec![], vec![]);
    for (id, index) in row.into_iter().flat_map(|r| &r.queue).zip(0..held) {
        let (x, y) = place(index);
        match Sort::of(scene.ledger.job(*id).and_then(|job| job.answer)) {
            Sort::Open => open.push((x as f32, y as f32)),
            Sort::Success => good.push((x as f32, y as f32)),
            sort => glyph::job(sheet, (x, y), 2.8, sort, p),
        }
    }
    sheet.dots(open, 2.9, p.queued);
    sheet.dots(good, 2.9, p.success);
}

fn lanes(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    workers: &[Worker<'_>],
    (area, pitch): (Frame, f64),
    server: Option<(Frame, bool)>,
) {
    let p = look.palette;
    let right = look.size.0 - 16.0;
    for (index, worker) in workers.iter().enumerate() {
        let y = area.y + pitch * (index as f64 + 0.5);
        sheet.text((area.x, y + 4.0), format!("{:02}", index + 1), Ink::new(p.ink_3).mono());
        glyph::mode(sheet, (area.x + 26.0, y), worker.mode, p);
        sheet.text((area.x + 36.0, y + 4.0), worker.mode.word(), Ink::new(glyph::mode_ink(worker.mode, p)));
        let elapsed = number::short_millis(look.now.since(worker.since).0);
        sheet.text((area.x + 122.0, y + 4.0), elapsed, Ink::new(p.ink).mono().end());
    }
    let rules = (1..workers.len()).map(|i| crisp(area.y + pitch * i as f64) as f32);
    sheet.segments(rules.map(|y| [area.x as f32, y, area.right() as f32, y]).collect(), p.line, 0.8);
    let bare = Frame { x: area.right(), w: 0.0, ..area };
    // The breaker stands above; its wires are cut here.
    let breaker = server.map(|(_, conducts)| (Frame { w: 5.0, ..bare }, conducts));
    let server = server.map(|(frame, _)| frame);
    let wires = Wires { from: None, breaker, server, to: server.map(|_| right) };
    lane::draw_wires(sheet, scene, look, workers, bare, pitch, wires);
    lane::ribbons(sheet, scene, look, workers, (area.x + 130.0, area.right()), (area.y, pitch));
}

/// What became of the requests, as marks with numbers in one line.
pub fn marks(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, (left, right): (f64, f64), base: f64) {
    let p = look.palette;
    let mut x = left;
    for (sort, word, n) in outcomes(scene) {
        let (word, n) = (format!("{word} "), number::count(n));
        let word_w = text_width(&word, 11.0, false);
        let w = word_w + text_width(&n, 11.0, true);
        if x + 12.0 + w > right {
            break;
        }
        glyph::job(sheet, (x + 4.0, base - 4.0), 3.4, sort, p);
        sheet.text((x + 12.0, base), word, Ink::new(p.ink_3));
        sheet.text((x + 12.0 + w, base), n, Ink::new(p.ink).mono().end());
        x += 12.0 + w + 14.0;
    }
}
