//! Where jobs come from: what comes next and what is left; the backlog of open arrivals; the regulator and its gate.

use super::super::number;
use super::super::shape::{Ink, Shape, Sheet, crisp};
use super::super::stage::RECENT;
use super::{Frame, Look, Scene, heading};
use crate::spec::Regulator;

/// Draws a source.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, label: &str, _station: &str, frame: Frame) {
    let p = look.palette;
    let (sent, total) = (scene.ledger.tally.offered, scene.values.count("requests"));
    heading(sheet, look, frame.x, label, &format!("{} sent", number::count(sent)), false);
    let wide = frame.w >= 90.0;
    let node_w = if scene.spec.regulator.is_some() { frame.w - 24.0 } else { frame.w };
    let h = if wide { 56.0 } else { 40.0 };
    sheet.frame((crisp(frame.x), crisp(frame.y)), (libm::floor(node_w), h), 4.0, Some(p.surface), p.line_3, 1.2);
    let mut rows: Vec<(&str, String)> = Vec::new();
    if wide {
        let next = if sent < total { format!("#{}", number::count(sent + 1)) } else { "–".to_owned() };
        rows.push(("Next", next));
    }
    rows.push(("Left", number::count(total.saturating_sub(sent))));
    for (index, (word, value)) in rows.iter().enumerate() {
        let y = frame.y + 18.0 + index as f64 * 16.0;
        // In a narrow box the number comes first.
        if node_w - 16.0 >= 28.0 + 7.0 * value.chars().count() as f64 {
            sheet.text((frame.x + 8.0, y), *word, Ink::new(p.ink_3));
        }
        sheet.text((frame.x + node_w - 8.0, y), value.clone(), Ink::new(p.ink).mono().end());
    }
    let bar_y = frame.y + h - 12.0;
    let share = if total > 0 { (sent as f64 / total as f64).min(1.0) } else { 0.0 };
    sheet.fill((frame.x + 8.0, bar_y), (node_w - 16.0, 3.0), 1.5, p.line);
    sheet.fill((frame.x + 8.0, bar_y), ((node_w - 16.0) * share, 3.0), 1.5, p.queued);
    if let Some(regulator) = &scene.spec.regulator {
        gate(sheet, scene, look, regulator, (frame.x + node_w, frame.y + 22.0));
        gauge(
            sheet,
            scene,
            look,
            regulator,
            Frame { y: frame.y + h + 22.0, w: node_w, h: frame.h - h - 22.0, ..frame },
        );
    } else if let Some((_, backlog)) = scene.station("backlog") {
        let waiting = backlog.levels.present;
        sheet.text((frame.x, frame.y + h + 22.0), "Backlog", Ink::new(p.ink).size(12.0).bold());
        sheet.text((frame.x, frame.y + h + 46.0), number::count(waiting), Ink::new(p.ink).size(20.0).bold());
        sheet.text((frame.x, frame.y + h + 62.0), "waiting since they came", Ink::new(p.ink_3));
        let most = backlog.levels.present_peak.max(1);
        sheet.fill((frame.x, frame.y + h + 70.0), (node_w, 5.0), 2.0, p.line);
        sheet.fill((frame.x, frame.y + h + 70.0), (node_w * waiting as f64 / most as f64, 5.0), 2.0, p.queued);
        sheet.text((frame.x, frame.y + h + 90.0), format!("at most {}", number::count(most)), Ink::new(p.ink_3));
    }
}

/// The sluice: a plate that covers delay ÷ maximum of the opening.
fn gate(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, regulator: &Regulator, (x, y): (f64, f64)) {
    let p = look.palette;
    let share = delay(scene, regulator) as f64 / regulator.delay_max.max(1) as f64;
    sheet.line((x, crisp(y)), (x + 24.0, crisp(y)), p.line_3, 1.0);
    for side in [x + 8.0, x + 17.0] {
        sheet.line((side, y - 17.0), (side, y + 17.0), p.line_3, 1.2);
    }
    sheet.line((x + 6.0, y - 17.0), (x + 19.0, y - 17.0), p.line_3, 1.2);
    let colour = if share > 0.0 { p.blocked } else { p.queued };
    sheet.fill((x + 10.0, y - 16.0), (5.0, 8.0 + 24.0 * share.clamp(0.0, 1.0)), 0.0, colour);
}

fn delay(scene: &Scene<'_>, regulator: &Regulator) -> u64 {
    scene.station(&regulator.station).map_or(0, |(_, row)| row.gauge(regulator.delay).max(0) as u64)
}

fn gauge(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, regulator: &Regulator, frame: Frame) {
    let p = look.palette;
    let station = scene.station(&regulator.station);
    let pressure = station.map_or(0, |(_, row)| row.gauge(regulator.pressure).max(0) as u64);
    sheet.text((frame.x, frame.y), regulator.label.clone(), Ink::new(p.ink).size(12.0).bold());
    sheet.text((frame.x, frame.y + 18.0), "pressure", Ink::new(p.ink_3));
    sheet.text(
        (frame.right(), frame.y + 18.0),
        format!("{pressure} of {}", regulator.pressure_max),
        Ink::new(p.ink).bold().end(),
    );
    let n = regulator.pressure_max.clamp(1, 40);
    let step = frame.w / n as f64;
    for i in 0..n {
        let value = (i + 1) * regulator.pressure_max / n;
        let colour = if value > pressure {
            p.line
        } else if value > regulator.high {
            p.blocked
        } else {
            p.queued
        };
        sheet.fill((frame.x + i as f64 * step, frame.y + 24.0), ((step - 1.0).max(1.0), 9.0), 0.0, colour);
    }
    for threshold in [regulator.low, regulator.high] {
        let x = crisp(frame.x + threshold as f64 / regulator.pressure_max.max(1) as f64 * frame.w);
        sheet.line((x, frame.y + 22.0), (x, frame.y + 37.0), p.ink, 1.0);
        sheet.text((x, frame.y + 48.0), threshold.to_string(), Ink::new(p.ink_2).middle());
    }
    let active = if pressure > regulator.high {
        0
    } else if pressure < regulator.low {
        2
    } else {
        1
    };
    for (i, (when, what)) in regulator.rules.iter().enumerate() {
        let y = frame.y + 68.0 + i as f64 * 17.0;
        if i == active && station.is_some() {
            sheet.fill((frame.x - 2.0, y - 12.0), (frame.w + 4.0, 17.0), 3.0, p.blocked_wash);
        }
        let ink = Ink::new(if i == active { p.blocked_ink } else { p.ink_3 });
        sheet.text((frame.x + 2.0, y), when.clone(), ink);
        sheet.text((frame.right() - 2.0, y), what.clone(), ink.end());
    }
    let (ns, y) = (delay(scene, regulator), frame.y + 142.0);
    let text = number::short_millis(ns);
    let text = text.strip_suffix(".0").unwrap_or(&text).to_owned();
    let width = super::super::shape::text_width(&text, 20.0, false);
    sheet.text((frame.x, y), text, Ink::new(p.ink).size(20.0).bold());
    sheet.text((frame.x + width + 5.0, y), "ms delay", Ink::new(p.ink_3).size(11.5));
    let share = (ns as f64 / regulator.delay_max.max(1) as f64).clamp(0.0, 1.0);
    sheet.fill((frame.x, y + 8.0), (frame.w, 5.0), 2.0, p.line);
    sheet.fill((frame.x, y + 8.0), (frame.w * share, 5.0), 2.0, p.blocked);
    if frame.bottom() - y > 70.0 {
        delay_history(
            sheet,
            scene,
            look,
            regulator,
            Frame { x: frame.x, y: y + 30.0, w: frame.w, h: (frame.bottom() - y - 46.0).min(44.0) },
        );
    }
}

/// The delay over the last seconds, as steps.
fn delay_history(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, regulator: &Regulator, frame: Frame) {
    let p = look.palette;
    let Some((id, _)) = scene.station(&regulator.station) else { return };
    let from = look.now.0.saturating_sub(RECENT.0);
    let x = |at: u64| frame.right() - (look.now.0.saturating_sub(at.max(from))) as f64 / RECENT.0 as f64 * frame.w;
    let most = scene.stage.gauge(id, regulator.delay).map(|(_, v)| v).max().unwrap_or(0).max(1) as f64;
    let y = |value: i64| frame.bottom() - value.max(0) as f64 / most * (frame.h - 2.0);
    let mut points = Vec::new();
    let mut last = 0;
    for (at, value) in scene.stage.gauge(id, regulator.delay).filter(|(at, _)| at.0 <= look.now.0) {
        points.push((x(at.0), y(last)));
        points.push((x(at.0), y(value)));
        last = value;
    }
    points.push((frame.right(), y(last)));
    let mut area = points.clone();
    area.push((frame.right(), frame.bottom()));
    area.push((points.first().map_or(frame.x, |q| q.0), frame.bottom()));
    sheet.area(area, p.blocked_wash);
    sheet.shapes.push(Shape::Line { points, stroke: p.blocked, width: 1.2, dash: None });
    sheet.line((frame.x, crisp(frame.bottom())), (frame.right(), crisp(frame.bottom())), p.line_3, 1.0);
    sheet.text((frame.x, frame.bottom() + 14.0), "delay, last 5 s", Ink::new(p.ink_3));
}
