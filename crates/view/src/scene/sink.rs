//! Where results end up: what the collector does, the outcomes with their marks (which is the legend of outcomes), how fast
//! they come.

use super::super::number;
use super::super::recent::{BIN, Mode};
use super::super::shape::{Ink, Sheet, crisp};
use super::source::{NODE, doing, progress};
use super::{Detail, Frame, Look, Scene, first_fit, glyph, heading, outcomes};
use millrace_trace::StationKind;

/// Draws a sink, joined to what stands before it.
pub fn draw(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    (label, station): (&str, &str),
    frame: Frame,
    before: Option<f64>,
) {
    let p = look.palette;
    let tally = &scene.ledger.tally;
    let done = tally.departed();
    heading(sheet, look, (frame.x, frame.w), label, &format!("{} done", number::count(done)), false);
    // Where the jobs end at a worker of their own, that one has a lane already.
    let own = scene.station(station).is_none_or(|(_, row)| row.kind != StationKind::Worker);
    let mut y = frame.y + 4.0;
    if own {
        let node = Frame { y, h: NODE, ..frame };
        activity(sheet, scene, look, station, node);
        if let Some(before) = before.filter(|b| frame.x - b >= 6.0) {
            let (from, to, y) = (before as f32, frame.x as f32, (y + 28.0) as f32);
            sheet.segments(vec![[from, y - 6.0, to, y - 6.0], [from, y + 6.0, to, y + 6.0]], p.line_3, 1.0);
        }
        y = node.bottom() + 32.0;
    } else {
        y += 12.0;
    }
    sheet.text((frame.x, y), "Outcomes", Ink::new(p.ink).size(12.0).bold());
    y += 22.0;
    for (sort, word, n) in outcomes(scene) {
        if y > frame.bottom() - 4.0 {
            break;
        }
        glyph::job(sheet, (frame.x + 5.0, y - 4.0), 3.7, sort, p);
        sheet.text((frame.x + 16.0, y), word, Ink::new(p.ink_2));
        sheet.text((frame.right(), y), number::count(n), Ink::new(p.ink).mono().end());
        y += 20.0;
    }
    let share = if done > 0 { 1.0 - tally.served() as f64 / done as f64 } else { 0.0 };
    let errors = if done > 0 { format!("{} %", number::percent(share)) } else { "–".to_owned() };
    if y + 12.0 < frame.bottom() {
        sheet.line((frame.x, crisp(y - 7.0)), (frame.right(), crisp(y - 7.0)), p.line, 1.0);
        for (word, value) in [("Errors", errors), ("Inside", number::count(tally.in_system))] {
            y += 9.0;
            if y < frame.bottom() {
                sheet.text((frame.x, y), word, Ink::new(p.ink_3));
                sheet.text((frame.right(), y), value, Ink::new(p.ink).mono().end());
            }
            y += 9.0;
        }
    }
    let h = (frame.bottom() - 18.0 - y - 6.0).min(36.0);
    if h >= 16.0 {
        drain(sheet, scene, look, Frame { x: frame.x, y: frame.bottom() - 18.0 - h, w: frame.w, h });
    }
}

/// What the collector does, since when, and how much of all is done.
fn activity(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, station: &str, node: Frame) {
    let p = look.palette;
    sheet.frame((node.x + 0.5, node.y + 0.5), (node.w - 1.0, node.h), 4.0, Some(p.surface), p.line_3, 1.0);
    let total = scene.total();
    let done = scene.ledger.tally.departed();
    let (word, since) = match doing(scene, station) {
        None => ("Idle", None),
        Some((Mode::Done, _)) => ("Finished", None),
        Some((Mode::Busy, since)) => ("Working", Some(since)),
        Some((Mode::Blocked, since)) => ("Blocked", Some(since)),
        Some((_, _)) if done >= total && total > 0 => ("Finished", None),
        Some((_, since)) => ("Waiting", Some(since)),
    };
    sheet.text((node.x + 10.0, node.y + 19.0), word, Ink::new(p.ink).medium());
    if let (Some(since), true) = (since, look.detail != Detail::Flow) {
        let elapsed = look.now.since(since).0;
        let texts = [
            format!("since {} ms", number::short_millis(elapsed)),
            format!("since {} s", number::seconds(elapsed)),
            format!("{} s", number::seconds(elapsed)),
        ];
        sheet.text((node.x + 10.0, node.y + 34.0), first_fit(&texts, node.w - 18.0), Ink::new(p.ink_3));
    }
    let share = if total > 0 { done as f64 / total as f64 } else { 0.0 };
    progress(sheet, look, Frame { x: node.x + 10.0, y: node.y + 43.0, w: node.w - 20.0, h: 3.0 }, share, p.success);
}

/// Goodput over the last five seconds, and of the last one in figures.
fn drain(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, frame: Frame) {
    let p = look.palette;
    let bins = scene.recent.drain(look.now);
    // The last bin is not over.
    let over = bins.get(..bins.len().saturating_sub(1)).unwrap_or_default();
    let most = f64::from(over.iter().copied().max().unwrap_or(0).max(1));
    let step = frame.w / 99.0;
    let x = |i: usize| frame.right() - step * (over.len().saturating_sub(1 + i)) as f64;
    let y = |n: u32| frame.bottom() - f64::from(n) / most * (frame.h - 2.0);
    sheet.line((frame.x, crisp(frame.bottom())), (frame.right(), crisp(frame.bottom())), p.line_2, 1.0);
    let rate = f64::from(over.iter().rev().take(20).sum::<u32>()) / (BIN.seconds() * over.len().clamp(1, 20) as f64);
    sheet.text((frame.x, frame.bottom() + 14.0), "goodput", Ink::new(p.ink_3));
    if look.detail != Detail::Flow || rate > 0.0 {
        sheet.text(
            (frame.right(), frame.bottom() + 14.0),
            format!("{}/s", number::rate(rate)),
            Ink::new(p.ink).mono().end(),
        );
    }
    let line: Vec<_> = over.iter().enumerate().map(|(i, n)| (x(i).max(frame.x), y(*n))).collect();
    let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) else { return };
    let mut area = line.clone();
    area.push((last.0, frame.bottom()));
    area.push((first.0, frame.bottom()));
    sheet.area(area, p.success_wash);
    sheet.polyline(line, p.success, 1.3);
}
