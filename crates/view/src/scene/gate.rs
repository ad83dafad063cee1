//! The regulator: a gate between the source and what it feeds, and the gauge of the pressure that moves it.
//!
//! The thresholds belong to the pressure, never to a channel's level.

use super::super::number;
use super::super::recent::RECENT;
use super::super::shape::{Ink, Sheet, crisp, text_width};
use super::{Frame, Look, Scene};
use millrace_spec::Regulator;

/// More segments than this cannot be told apart.
const SEGMENTS: u64 = 40;

/// The pressure and the delay at the playhead.
pub fn reading(scene: &Scene<'_>, regulator: &Regulator) -> (u64, u64) {
    scene.station(&regulator.station).map_or((0, 0), |(_, row)| {
        (row.gauge(regulator.pressure).max(0) as u64, row.gauge(regulator.delay).max(0) as u64)
    })
}

/// Which of the rules holds: above, between, below.
pub fn active_rule(regulator: &Regulator, pressure: u64) -> usize {
    if pressure > regulator.high {
        0
    } else if pressure < regulator.low {
        2
    } else {
        1
    }
}

/// The word for the pressure's unit.
pub fn unit(scene: &Scene<'_>, regulator: &Regulator) -> &'static str {
    let of = |g: &&millrace_spec::GaugeSpec| g.station == regulator.station && g.gauge == regulator.pressure;
    scene.spec.gauges.iter().find(of).map_or("pressure", |g| g.unit.word())
}

/// The sluice in a pipe: a plate that covers delay ÷ maximum of the opening.
pub fn sluice(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    regulator: &Regulator,
    (from, to): (f64, f64),
    y: f64,
) {
    let p = look.palette;
    let (_, delay) = reading(scene, regulator);
    let share = (delay as f64 / regulator.delay_max.max(1) as f64).clamp(0.0, 1.0);
    let x = libm::floor((from + to) / 2.0) + 1.0;
    sheet.segments(
        vec![
            [from as f32, (y - 8.0) as f32, to as f32, (y - 8.0) as f32],
            [from as f32, (y + 8.0) as f32, to as f32, (y + 8.0) as f32],
            [(x - 4.0) as f32, (y - 24.0) as f32, (x - 4.0) as f32, (y + 8.0) as f32],
            [(x + 4.0) as f32, (y - 24.0) as f32, (x + 4.0) as f32, (y + 8.0) as f32],
        ],
        p.line_3,
        1.0,
    );
    let colour = if delay > 0 { p.blocked } else { p.queued };
    sheet.fill((x - 2.5, y - 22.0), (5.0, 14.0 + 16.0 * share), 0.0, colour);
    sheet.line((x - 6.0, y - 24.0), (x + 6.0, y - 24.0), p.line_3, 1.5);
}

/// The gauge: pressure by segments with the thresholds, the rules, the delay and its recent past.
pub fn gauge(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, regulator: &Regulator, frame: Frame) {
    let p = look.palette;
    let (x, right, y) = (frame.x, frame.right(), frame.y);
    let (pressure, delay) = reading(scene, regulator);
    sheet.text((x, y), regulator.label.clone(), Ink::new(p.ink).size(12.0).bold());
    sheet.text((x, y + 19.0), unit(scene, regulator), Ink::new(p.ink_3));
    let of = format!(" of {}", number::count(regulator.pressure_max));
    sheet.text((right, y + 19.0), of.clone(), Ink::new(p.ink_2).end());
    let before = right - text_width(&of, 11.0, false);
    sheet.text((before, y + 19.0), number::count(pressure), Ink::new(p.ink).bold().end());
    segments(sheet, look, regulator, pressure, Frame { y: y + 27.0, h: 9.0, ..frame });
    let active = scene.station(&regulator.station).map(|_| active_rule(regulator, pressure));
    for (index, (when, what)) in regulator.rules.iter().enumerate() {
        let line = y + 74.0 + index as f64 * 18.0;
        let ink = if active == Some(index) { Ink::new(p.ink).medium() } else { Ink::new(p.ink_3) };
        if active == Some(index) {
            sheet.fill((x, line - 12.5), (frame.w, 17.0), 3.0, p.blocked_wash);
        }
        sheet.text((x + 6.0, line), when.clone(), ink);
        sheet.text((right - 6.0, line), spaced(what), ink.end());
    }
    if frame.h < 150.0 {
        return;
    }
    let line = y + 142.0;
    let number = big_millis(delay);
    sheet.text((x, line), number.clone(), Ink::new(p.ink).size(20.0).bold());
    let after = x + text_width(&number, 20.0, false) + 4.0;
    sheet.text((after, line), "ms delay", Ink::new(p.ink_3));
    let share = (delay as f64 / regulator.delay_max.max(1) as f64).clamp(0.0, 1.0);
    sheet.frame((x, line + 8.0), (frame.w, 7.0), 2.0, Some(p.sunken), p.line_2, 0.8);
    sheet.fill((x, line + 8.0), (frame.w * share, 7.0), 2.0, p.blocked);
    sheet.text((x, line + 28.0), "0", Ink::new(p.ink_3));
    sheet.text((right, line + 28.0), big_millis(regulator.delay_max), Ink::new(p.ink_3).end());
    let room = frame.bottom() - (line + 34.0) - 18.0;
    if room >= 16.0 {
        let h = room.min(38.0);
        past(sheet, scene, look, regulator, Frame { x, y: frame.bottom() - 18.0 - h, w: frame.w, h });
    }
}

/// With a space between a number and its unit.
pub fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut digit = false;
    for c in text.chars() {
        if digit && c.is_alphabetic() {
            out.push(' ');
        }
        digit = c.is_ascii_digit();
        out.push(c);
    }
    out
}

/// Milliseconds for a large number: whole ones without decimals.
pub fn big_millis(nanos: u64) -> String {
    if nanos.is_multiple_of(1_000_000) { number::count(nanos / 1_000_000) } else { number::millis(nanos) }
}

/// One segment for each unit of pressure, or one bar where there are too many.
pub fn segments(sheet: &mut Sheet, look: &Look<'_>, regulator: &Regulator, pressure: u64, frame: Frame) {
    let p = look.palette;
    let max = regulator.pressure_max.max(1);
    let x_of = |value: u64| frame.x + frame.w * (value.min(max) as f64 / max as f64);
    let (mut calm, mut high, mut free) = (vec![], vec![], vec![]);
    let step = max.div_ceil(SEGMENTS).max(1);
    let mut from = 0;
    while from < max {
        let to = (from + step).min(max);
        let gap = if step == 1 { 1.4 } else { 0.0 };
        let rect = [x_of(from), frame.y, x_of(to) - x_of(from) - gap, frame.h].map(|x| x as f32);
        if from >= pressure {
            free.push(rect);
        } else if from >= regulator.high {
            high.push(rect);
        } else {
            calm.push(rect);
        }
        from = to;
    }
    let edge = (step == 1).then_some((p.line_2, 0.8));
    sheet.boxes(free, Some(p.sunken), edge);
    sheet.boxes(calm, Some(p.queued), None);
    sheet.boxes(high, Some(p.blocked), None);
    let mut last = f64::MIN;
    for threshold in [regulator.low, regulator.high] {
        let x = x_of(threshold) - 0.7;
        sheet.line((x, frame.y - 3.0), (x, frame.bottom() + 5.0), p.ink, 1.2);
        let text = number::count(threshold);
        let half = text_width(&text, 11.0, false) / 2.0;
        if frame.h >= 9.0 && x - half > last {
            let middle = x.clamp(frame.x + half, frame.right() - half);
            sheet.text((middle, frame.bottom() + 16.0), text, Ink::new(p.ink).middle());
            last = x + half + 3.0;
        }
    }
}

/// The delay over the last seconds, as steps.
fn past(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, regulator: &Regulator, frame: Frame) {
    let p = look.palette;
    sheet.line((frame.x, crisp(frame.bottom())), (frame.right(), crisp(frame.bottom())), p.line_2, 1.0);
    sheet.text((frame.x, frame.bottom() + 14.0), "delay, last 5 s", Ink::new(p.ink_3));
    let Some((id, _)) = scene.station(&regulator.station) else { return };
    let from = look.now.0.saturating_sub(RECENT.0);
    let x = |at: u64| frame.right() - look.now.0.saturating_sub(at.max(from)) as f64 / RECENT.0 as f64 * frame.w;
    let y = |value: i64| {
        let share = (value.max(0) as f64 / regulator.delay_max.max(1) as f64).min(1.0);
        frame.bottom() - share * (frame.h - 1.0)
    };
    let mut points = Vec::new();
    let mut last = 0;
    for (at, value) in scene.recent.gauge(id, regulator.delay).filter(|(at, _)| at.0 <= look.now.0) {
        if !points.is_empty() || last != 0 {
            points.push((x(at.0), y(last)));
        }
        points.push((x(at.0), y(value)));
        last = value;
    }
    points.push((frame.right(), y(last)));
    let mut area = points.clone();
    area.push((frame.right(), frame.bottom()));
    area.push((points.first().map_or(frame.x, |q| q.0), frame.bottom()));
    sheet.area(area, p.blocked_wash);
    sheet.polyline(points, p.blocked, 1.2);
}
