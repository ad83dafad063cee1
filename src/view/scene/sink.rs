//! Where results end up: the outcomes with their marks, which is the legend of outcomes, and how fast they come.

use super::super::number;
use super::super::shape::{Ink, Shape, Sheet, crisp};
use super::glyph::{self, Sort};
use super::{Frame, Look, Scene, heading};
use crate::trace::Outcome;

/// Draws a sink.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, label: &str, frame: Frame) {
    let p = look.palette;
    let tally = &scene.ledger.tally;
    heading(sheet, look, frame.x, label, &format!("{} done", number::count(tally.departed())), false);
    sheet.text((frame.x, frame.y + 14.0), "Outcomes", Ink::new(p.ink).size(12.0).bold());
    let mut y = frame.y + 36.0;
    for (sort, word, n) in outcomes(scene) {
        glyph::job(sheet, (frame.x + 5.0, y - 4.0), 3.8, sort, p);
        sheet.text((frame.x + 16.0, y), word, Ink::new(p.ink_2).size(11.5));
        sheet.text((frame.right(), y), number::count(n), Ink::new(p.ink).size(11.5).end());
        y += 20.0;
    }
    y += 6.0;
    sheet.line((frame.x, crisp(y - 12.0)), (frame.right(), crisp(y - 12.0)), p.line, 1.0);
    let departed = tally.departed();
    let share = if departed > 0 { 1.0 - tally.count(Outcome::Completed) as f64 / departed as f64 } else { 0.0 };
    sheet.text((frame.x, y + 4.0), "Errors", Ink::new(p.ink_3));
    sheet.text((frame.right(), y + 4.0), format!("{} %", number::percent(share)), Ink::new(p.ink).end());
    sheet.text((frame.x, y + 20.0), "Inside", Ink::new(p.ink_3));
    sheet.text((frame.right(), y + 20.0), number::count(tally.in_system), Ink::new(p.ink).end());
    if frame.bottom() - y > 96.0 {
        drain(sheet, scene, look, Frame { x: frame.x, y: frame.bottom() - 60.0, w: frame.w, h: 44.0 });
    }
}

/// The statuses that came, and the ways of leaving that have no status; a success at least, so that there is a legend.
fn outcomes(scene: &Scene<'_>) -> Vec<(Sort, String, u64)> {
    let tally = &scene.ledger.tally;
    let mut all: Vec<(Sort, String, u64)> = tally
        .statuses
        .iter()
        .map(|(code, n)| (Sort::of(Some(crate::trace::Answer::Status(*code))), code.to_string(), *n))
        .collect();
    if tally.statuses.is_empty() {
        all.push((Sort::Success, "done".to_owned(), tally.count(Outcome::Completed)));
    }
    for (outcome, sort) in [
        (Outcome::TimedOut, Sort::TimedOut),
        (Outcome::Rejected, Sort::Rejected),
        (Outcome::Cancelled, Sort::Rejected),
        (Outcome::Lost, Sort::Lost),
    ] {
        let n = tally.count(outcome);
        if n > 0 {
            all.push((sort, outcome.word().to_owned(), n));
        }
    }
    all
}

/// Departures over the last five seconds.
fn drain(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, frame: Frame) {
    let p = look.palette;
    let bins = scene.stage.drain(look.now);
    let most = f64::from(bins.iter().copied().max().unwrap_or(0).max(1));
    let step = frame.w / 49.0;
    let start = frame.right() - step * (bins.len().saturating_sub(1)) as f64;
    let line: Vec<_> = bins
        .iter()
        .enumerate()
        .map(|(i, n)| (start + i as f64 * step, frame.bottom() - f64::from(*n) / most * (frame.h - 4.0)))
        .collect();
    let mut area = line.clone();
    area.push((frame.right(), frame.bottom()));
    area.push((start, frame.bottom()));
    sheet.area(area, p.success_wash);
    sheet.shapes.push(Shape::Line { points: line, stroke: p.success, width: 1.2, dash: None });
    sheet.line((frame.x, crisp(frame.bottom())), (frame.right(), crisp(frame.bottom())), p.line_3, 1.0);
    sheet.text((frame.x, frame.bottom() + 14.0), "done, last 5 s", Ink::new(p.ink_3));
}
