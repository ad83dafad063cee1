//! The stage on a phone: channels as rows on top and below, lanes between, the server beside them.

use super::super::number;
use super::super::shape::{Ink, Sheet, crisp};
use super::glyph::{self, Sort};
use super::{Frame, Look, Scene, crew, crowd, footer};
use crate::spec::{Place, SceneSpec};
use crate::trace::UNLIMITED;

/// Whether a scene fits the phone's picture: at most one crew or crowd.
pub fn suits(spec: &SceneSpec) -> bool {
    spec.places.iter().filter(|p| matches!(p, Place::Crew { .. } | Place::Crowd { .. })).count() == 1
}

/// Cells in a row of a channel.
const ROW: u32 = 50;

/// Draws the phone's picture.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let (w, h) = look.size;
    let (mut top, mut bottom) = (6.0, h - 20.0);
    let crew_at =
        scene.spec.places.iter().position(|p| matches!(p, Place::Crew { .. } | Place::Crowd { .. })).unwrap_or(0);
    for (index, place) in scene.spec.places.iter().enumerate() {
        if let Place::Channel { station, label } = place {
            if index < crew_at {
                row(sheet, scene, look, label, station, top);
                top += 42.0;
            } else {
                bottom -= 42.0;
                row(sheet, scene, look, label, station, bottom);
            }
        }
    }
    let p = look.palette;
    if let Some(regulator) = &scene.spec.regulator {
        let station = scene.station(&regulator.station).map(|(_, row)| row);
        let pressure = station.map_or(0, |r| r.gauge(regulator.pressure));
        let delay = station.map_or(0, |r| r.gauge(regulator.delay).max(0) as u64);
        let text = format!("pressure {pressure} of {}", regulator.pressure_max);
        sheet.text((16.0, top + 12.0), text, Ink::new(p.ink_2));
        sheet.text(
            (w - 16.0, top + 12.0),
            format!("producer waits {} ms", number::short_millis(delay)),
            Ink::new(p.blocked_ink).end(),
        );
        top += 20.0;
    }
    for place in &scene.spec.places {
        match place {
            Place::Crowd { .. } => {
                let total = scene.values.count("requests").max(scene.ledger.jobs.len() as u64);
                crowd::cells(
                    sheet,
                    scene,
                    look,
                    total,
                    Frame { x: 16.0, y: top + 4.0, w: w - 32.0, h: (bottom - top - 8.0).max(10.0) },
                );
            }
            Place::Crew { station, .. } => lanes(sheet, scene, look, station, top, bottom),
            _ => {}
        }
    }
    let (text, holds) = footer::conservation(scene);
    let short = text
        .split(" + ")
        .last()
        .map_or(text.clone(), |done| format!("{} sent, {done}", number::count(scene.ledger.tally.offered)));
    sheet.text((w - 16.0, h - 5.0), short, Ink::new(if holds { p.ink_2 } else { p.server_ink }).end());
}

fn lanes(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, station: &str, top: f64, bottom: f64) {
    let w = look.size.0;
    let p = look.palette;
    let workers = scene.workers(station);
    let frame = Frame { x: 16.0, y: top + 4.0, w: w - 130.0, h: (bottom - top - 8.0).max(10.0) };
    let server = Frame { x: w - 98.0, y: frame.y, w: 56.0, h: frame.h };
    sheet.frame(
        (crisp(server.x), crisp(server.y)),
        (server.w, libm::floor(server.h)),
        5.0,
        Some(p.sunken),
        p.line_3,
        1.5,
    );
    let pitch = (frame.h / workers.len().max(1) as f64).min(15.8);
    for (index, (id, row)) in workers.iter().enumerate() {
        let y = frame.y + pitch * (index as f64 + 0.5);
        let mode = crew::mode_of(scene, *id);
        if pitch >= 11.0 {
            sheet.text((frame.x, y + 4.0), format!("{:02}", index + 1), Ink::new(p.ink_3).mono());
            sheet.text((frame.x + 36.0, y + 4.0), mode.word(), Ink::new(glyph::mode_ink(mode, p)).size(11.5));
            let since = scene.stage.ribbon(*id).map_or(row.opened, |r| r.since);
            sheet.text(
                (frame.x + 122.0, y + 4.0),
                number::short_millis(look.now.since(since).0),
                Ink::new(p.ink).mono().end(),
            );
            crew::ribbon(sheet, scene, look, *id, frame.x + 130.0, frame.right(), y);
            glyph::mode(sheet, (frame.x + 24.0, y), mode, p);
        } else if pitch >= 3.0 {
            crew::ribbon(sheet, scene, look, *id, frame.x, frame.right(), y);
        }
        if pitch >= 6.0 {
            crew::wire(sheet, scene, look, (row, mode), y, frame.right(), server);
        }
    }
    let (busy, colour) = (scene.ledger.tally.in_flight, p.ink_3);
    sheet.text((server.x + server.w / 2.0, server.bottom() - 6.0), format!("{busy} in"), Ink::new(colour).middle());
}

fn row(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, label: &str, station: &str, y: f64) {
    let p = look.palette;
    let w = look.size.0;
    let level = scene.station(station).map_or(0, |(_, r)| r.levels.present);
    let capacity = super::channel::capacity(scene, station).unwrap_or(100);
    let text = if capacity == UNLIMITED {
        number::count(level)
    } else {
        format!("{} of {}", number::count(level), number::count(u64::from(capacity)))
    };
    sheet.text((16.0, y + 12.0), label, Ink::new(p.ink).size(12.0).bold());
    let full = capacity > 0 && level >= u64::from(capacity);
    sheet.text((84.0, y + 12.0), text, Ink::new(if full { p.blocked_ink } else { p.ink_3 }).size(11.5));
    let (left, right) = (16.0, w - 16.0);
    for edge in [y + 17.0, y + 38.0] {
        sheet.line((left, crisp(edge)), (right, crisp(edge)), p.line_3, 1.2);
    }
    if capacity > 0 && capacity <= 2 * ROW {
        let pitch = (right - left) / f64::from(ROW);
        let queue = scene.station(station).map(|(_, r)| &r.queue);
        for (index, job) in queue.into_iter().flatten().enumerate().take(2 * ROW as usize) {
            let (line, column) = (index as u32 / ROW, index as u32 % ROW);
            let at = (right - (f64::from(column) + 0.5) * pitch, y + 33.0 - f64::from(line) * 10.0);
            glyph::job(sheet, at, 2.9, Sort::of(scene.ledger.job(*job).and_then(|j| j.answer)), p);
        }
    } else if capacity > 0 {
        let share = if capacity == UNLIMITED { 0.0 } else { level as f64 / f64::from(capacity) };
        sheet.fill((left, y + 20.0), ((right - left) * share.clamp(0.0, 1.0), 15.0), 0.0, p.queued);
    }
}
