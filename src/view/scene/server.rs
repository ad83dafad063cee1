//! The server: a box that the lanes run through; across it, the time since the call, on a log scale.

use super::super::number;
use super::super::shape::{Ink, Sheet, crisp};
use super::{Frame, Look, Scene, heading};
use crate::trace::UNLIMITED;

/// Where an age is between the box's left and right edge: from 1 ms up to what calls take.
pub fn age_x(frame: Frame, age_ns: u64, longest_ms: f64) -> f64 {
    let ms = (age_ns as f64 / 1e6).max(1.0);
    let share = libm::log10(ms) / libm::log10(longest_ms.max(10.0));
    frame.x + 6.0 + share.clamp(0.0, 1.0) * (frame.w - 12.0)
}

/// The right end of the box's scale, in milliseconds.
pub fn longest_ms(scene: &Scene<'_>) -> f64 {
    let p50 = scene.stage.recent_p50().unwrap_or(0) as f64 / 1e6;
    match p50 {
        p50 if p50 > 4_000.0 => 100_000.0,
        p50 if p50 > 80.0 => 10_000.0,
        _ => 250.0,
    }
}

/// Draws the box and its heading.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, label: &str, station: &str, frame: Frame) {
    let p = look.palette;
    let row = scene.station(station).map(|(_, row)| row);
    let (busy, capacity) = row.map_or((0, UNLIMITED), |r| (r.levels.in_service, r.capacity));
    let queued = row.map_or(0, |r| r.levels.waiting());
    let slots = match capacity {
        UNLIMITED => format!("{} in", number::count(busy)),
        n => format!("{busy}/{n}"),
    };
    let mean = scene.stage.recent_mean().map_or(String::new(), |ns| format!("{} ms", number::short_millis(ns)));
    let line = if queued > 0 { format!("{slots} +{}", number::count(queued)) } else { slots };
    heading(sheet, look, frame.x, label, &line, false);
    let (word, colour) = condition(scene, look);
    sheet.text((frame.right(), 25.0), word, Ink::new(colour).size(11.5).bold().end());
    sheet.text((frame.right(), 41.0), mean, Ink::new(p.ink_3).size(11.5).end());
    sheet.frame(
        (crisp(frame.x), crisp(frame.y - 4.0)),
        (libm::floor(frame.w), libm::floor(frame.h + 4.0)),
        5.0,
        Some(p.sunken),
        p.line_3,
        1.5,
    );
    let longest = longest_ms(scene);
    // A long scale has a label every second decade, and in a narrow box, or with five decades, at its ends only.
    let stride = match longest {
        longest if longest <= 1_000.0 => 10.0,
        longest if frame.w < 150.0 || longest > 10_000.0 => longest,
        _ => 100.0,
    };
    let mut tick = 1.0;
    while tick <= longest {
        let x = age_x(frame, (tick * 1e6) as u64, longest);
        if tick > 1.0 && tick < longest {
            sheet.line((crisp(x), frame.y - 2.0), (crisp(x), frame.bottom() - 16.0), p.line, 1.0);
        }
        if frame.w > 70.0 {
            let text = number::count(tick as u64);
            let ink = Ink::new(p.ink_3);
            let last = tick * stride > longest;
            let ink = if tick <= 1.0 {
                ink
            } else if last {
                ink.end()
            } else {
                ink.middle()
            };
            let x = if tick <= 1.0 {
                frame.x + 5.0
            } else if last {
                (x + 12.0).min(frame.right() - 4.0)
            } else {
                x
            };
            sheet.text((x, frame.bottom() - 5.0), if last { format!("{text} ms") } else { text }, ink);
        }
        tick *= stride;
    }
    if let Some(p50) = scene.stage.recent_p50().filter(|_| busy + queued > 0) {
        let x = age_x(frame, p50, longest);
        sheet.dashed((x, frame.y + 12.0), (x, frame.bottom() - 18.0), p.p50, 1.5, (2.0, 3.0));
        let ink = Ink::new(p.running_ink);
        let x = x.clamp(frame.x + 16.0, frame.right() - 16.0);
        sheet.text((x, frame.y + 8.0), "p50", ink.middle());
    }
}

/// How it does: a word and its colour.
fn condition(scene: &Scene<'_>, look: &Look<'_>) -> (&'static str, super::super::Rgba) {
    let p = look.palette;
    let on = |id: &str| scene.ledger.faults.keys().any(|fault| scene.trace.name(*fault) == id);
    if on("outage") {
        ("down", p.server_ink)
    } else if on("error-burst") {
        ("errors", p.server_ink)
    } else if on("slow-server") {
        ("slow", p.blocked_ink)
    } else {
        ("OK", p.success_ink)
    }
}

/// For callers without lanes: how old the calls under way are, a bar for each step of the scale.
pub fn draw_ages(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, station: &str, frame: Frame) {
    let Some((id, _)) = scene.station(station) else { return };
    let longest = longest_ms(scene);
    let mut bins = [0_u32; 24];
    let at_server = |j: &&crate::trace::ledger::JobRow| j.fate == crate::trace::ledger::Fate::At(id);
    for job in scene.ledger.jobs.iter().filter(at_server) {
        let x = age_x(frame, look.now.since(job.since).0, longest);
        let share = (x - frame.x) / frame.w;
        if let Some(bin) = bins.get_mut((share * 24.0) as usize) {
            *bin += 1;
        }
    }
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    for (i, n) in bins.iter().enumerate().filter(|(_, n)| **n > 0) {
        let w = frame.w / 24.0;
        let h = ((frame.h - 40.0) * f64::from(*n) / f64::from(most)).max(2.0);
        sheet.fill((frame.x + i as f64 * w + 0.5, frame.bottom() - 18.0 - h), (w - 1.0, h), 0.0, look.palette.waiting);
    }
}
