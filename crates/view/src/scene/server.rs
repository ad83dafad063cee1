//! The server: a box that lanes run through, with its scale of ages, the median, and a word on how it does.

use super::super::Rgba;
use super::super::number;
use super::super::shape::{Ink, Sheet, crisp, text_width};
use super::age::Scale;
use super::{Frame, Look, Scene, first_fit};
use millrace_spec::FaultUnit;
use millrace_trace::UNLIMITED;

/// Draws the box with its heading, scale and median.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, (label, station): (&str, &str), frame: Frame) {
    let p = look.palette;
    let (state, colour) = condition(scene, look);
    sheet.text((frame.x, 25.0), label, Ink::new(p.ink).size(12.0).bold());
    let room = frame.w - text_width(label, 12.0, false) - 6.0;
    let word = Ink::new(colour).bold().end();
    let short = state.split(' ').next().unwrap_or("").to_owned();
    let fitting = first_fit(&[state.clone(), short], room);
    let beside = text_width(&fitting, 11.0, false) <= room;
    if beside {
        sheet.text((frame.right(), 25.0), fitting, word);
    } else {
        // No room beside the name: it takes the second line.
        sheet.text((frame.right(), 40.0), first_fit(&[state], frame.w), word);
    }
    let mean = scene.recent.recent_mean().map(|ns| format!("{} ms", number::short_millis(ns)));
    let load = load(scene, station);
    let mean_w = mean.as_ref().map_or(0.0, |m| text_width(m, 11.0, false));
    if beside && text_width(&load, 11.0, false) + mean_w + 4.0 <= frame.w {
        sheet.text((frame.x, 40.0), load, Ink::new(p.ink_3));
        sheet.text((frame.right(), 40.0), mean.unwrap_or_default(), Ink::new(p.ink_3).end());
    } else if beside {
        let short = scene.station(station).map_or(0, |(_, row)| row.levels.present);
        let texts = [mean.unwrap_or(load), number::count(short)];
        sheet.text((frame.x, 40.0), first_fit(&texts, frame.w), Ink::new(p.ink_3));
    }
    body(sheet, scene, look, frame, true);
    words(sheet, scene, look, frame);
}

/// The box itself.
pub fn body(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, frame: Frame, labels: bool) {
    let p = look.palette;
    sheet.frame((frame.x + 0.5, frame.y + 0.5), (frame.w - 1.0, frame.h - 1.0), 4.0, Some(p.sunken), p.line_3, 1.0);
    let scale = Scale::of(scene);
    let foot = if labels { 16.0 } else { 4.0 };
    let lines = scale.ticks().map(|(age, _)| {
        let x = crisp(scale.x(frame, age));
        [x, frame.y + 6.0, x, frame.bottom() - foot].map(|x| x as f32)
    });
    sheet.segments(lines.to_vec(), p.line, 1.0);
    if let Some(p50) = scene.recent.recent_p50() {
        let x = crisp(scale.x(frame, p50));
        let top = if labels { 14.0 } else { 3.0 };
        sheet.dashed((x, frame.y + top), (x, frame.bottom() - foot), p.p50, 1.0, (2.0, 3.0));
    }
}

/// The words in the box, above and below the lanes that run through it.
fn words(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, frame: Frame) {
    let p = look.palette;
    let scale = Scale::of(scene);
    let mut free = frame.x + 2.0;
    let mut write = |text: &str, x: f64, base: f64, ink: Ink, free: f64| -> Option<f64> {
        let half = text_width(text, 11.0, false) / 2.0;
        let middle = x.clamp(frame.x + half + 3.0, (frame.right() - half - 3.0).max(frame.x + half + 3.0));
        if middle - half < free || middle + half > frame.right() {
            return None;
        }
        sheet.text((middle, base), text, ink.middle());
        Some(middle + half)
    };
    for (age, text) in scale.ticks() {
        let x = scale.x(frame, age);
        free = write(&text, x, frame.bottom() - 5.0, Ink::new(p.ink_3), free).unwrap_or(free);
    }
    if let Some(p50) = scene.recent.recent_p50() {
        write("p50", scale.x(frame, p50), frame.y + 11.0, Ink::new(p.running_ink), 0.0);
    }
}

/// How many slots are used, or how many calls are under way.
pub fn load(scene: &Scene<'_>, station: &str) -> String {
    match scene.station(station) {
        Some((_, row)) if row.capacity != UNLIMITED => {
            format!("{}/{} slots", number::count(row.levels.in_service), number::count(u64::from(row.capacity)))
        }
        row => match row.map_or(0, |(_, r)| r.levels.present) {
            1 => "1 call".to_owned(),
            n => format!("{} calls", number::count(n)),
        },
    }
}

/// How it does, in a word and its colour: the faults that are on, by what their magnitude is.
pub fn condition(scene: &Scene<'_>, look: &Look<'_>) -> (String, Rgba) {
    let p = look.palette;
    let on = |unit: FaultUnit| {
        // The server's own faults come first; further ones of the same unit are somebody else's.
        let fault = scene.spec.faults.iter().find(|f| f.unit == unit)?;
        scene.ledger.strongest(fault.id, scene.trace)
    };
    if on(FaultUnit::Lasts).is_some() {
        ("down".to_owned(), p.server_ink)
    } else if let Some(percent) = on(FaultUnit::Percent) {
        (format!("errors {percent} %"), p.server_ink)
    } else if let Some(times) = on(FaultUnit::Times) {
        (format!("slow ×{times}"), p.blocked_ink)
    } else {
        ("OK".to_owned(), p.success_ink)
    }
}
