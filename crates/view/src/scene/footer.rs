//! The footer: the legend of states, and the sum that must always hold.

use super::super::number;
use super::super::recent::Mode;
use super::super::shape::{Ink, Shape, Sheet, crisp, text_width};
use super::source;
use super::worker::Worker;
use super::{Look, Scene, bank, glyph};
use millrace_spec::Place;
use millrace_trace::{Outcome, StationKind};

/// Where all the jobs are, in words: "3,201 sent = 76 queued + … + 3,011 done", and whether they add up to what came in.
///
/// Each job is counted where its station is; what came in is counted on its own. They can only disagree if the executor or
/// a part lost a job or has one twice.
pub fn conservation(scene: &Scene<'_>) -> (String, bool) {
    let (terms, came, holds) = balance(scene);
    let words: Vec<String> = terms.iter().map(|(n, what)| format!("{} {what}", number::count(*n))).collect();
    (format!("{came} {} {}", if holds { "=" } else { "≠" }, words.join(" + ")), holds)
}

/// The same in three terms, for where there is no room.
pub fn short_conservation(scene: &Scene<'_>) -> (String, bool) {
    let (terms, came, holds) = balance(scene);
    let departed = scene.ledger.tally.departed();
    let inside = terms.iter().map(|(n, _)| n).sum::<u64>().saturating_sub(departed);
    let gone = if bank::is_in(scene) { "gone" } else { "done" };
    let (inside, departed) = (number::count(inside), number::count(departed));
    (format!("{came} {} {inside} inside + {departed} {gone}", if holds { "=" } else { "≠" }), holds)
}

fn balance(scene: &Scene<'_>) -> (Vec<(u64, &'static str)>, String, bool) {
    const ORDER: [&str; 12] = [
        "at source",
        "in backlog",
        "queued",
        "running",
        "in flight",
        "in hand",
        "parked",
        "buffered",
        "recording",
        "waiting",
        "riding",
        "elsewhere",
    ];
    let mut sums = [0_u64; ORDER.len()];
    let places = &scene.spec.places;
    let last_crew = places.iter().rposition(|p| matches!(p, Place::Crew { .. })).unwrap_or(places.len());
    let backlog = source::backlog(scene).map(|row| row.name);
    for (id, row) in scene.ledger.stations_with_ids().filter(|(_, row)| row.levels.present > 0) {
        let name = scene.name(row);
        let channel = places.iter().position(|p| matches!(p, Place::Channel { station, .. } if station == name));
        let word = match row.kind {
            StationKind::Source => "at source",
            StationKind::Channel if backlog == Some(row.name) => "in backlog",
            StationKind::Channel => match channel {
                Some(index) if index < last_crew => "queued",
                Some(_) => "buffered",
                None => "elsewhere",
            },
            StationKind::Server => "in flight",
            StationKind::Worker if Worker::of(scene, id, row).mode == Mode::Blocked => "parked",
            StationKind::Worker => "in hand",
            StationKind::Landing => "waiting",
            StationKind::Car => "riding",
            StationKind::Crew => "running",
            StationKind::Sink => "recording",
            StationKind::Gate | StationKind::Pool => "elsewhere",
        };
        let index = ORDER.iter().position(|w| *w == word).unwrap_or(ORDER.len() - 1);
        if let Some(sum) = sums.get_mut(index) {
            *sum += row.levels.present;
        }
    }
    let tally = &scene.ledger.tally;
    let mut terms: Vec<(u64, &str)> = sums.into_iter().zip(ORDER).filter(|(n, _)| *n > 0).collect();
    terms.extend(gone(scene));
    let sum: u64 = terms.iter().map(|(n, _)| n).sum();
    // A job that was split is in several places.
    let parts = tally.afoot.saturating_sub(tally.in_system);
    let verb = if bank::is_in(scene) { "arrived" } else { "sent" };
    let mut came = format!("{} {verb}", number::count(tally.offered));
    if parts > 0 {
        came = format!("{came} + {} parts", number::count(parts));
    }
    (terms, came, sum == tally.offered + parts)
}

/// Those who left, in one term, or where people came and went in one for each way of leaving.
fn gone(scene: &Scene<'_>) -> Vec<(u64, &'static str)> {
    let tally = &scene.ledger.tally;
    if !bank::is_in(scene) {
        return vec![(tally.departed(), "done")];
    }
    let ways = Outcome::ALL.into_iter().map(|outcome| match outcome {
        Outcome::Completed => (outcome, "delivered"),
        Outcome::Rejected => (outcome, "turned away"),
        Outcome::Cancelled => (outcome, "gave up"),
        other => (other, other.word()),
    });
    let counted = ways.map(|(outcome, word)| (tally.count(outcome), word));
    counted.filter(|(n, word)| *n > 0 || *word == "delivered").collect::<Vec<_>>().into_iter().rev().collect()
}

/// Draws the footer.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let p = look.palette;
    let (w, h) = look.size;
    let base = h - 15.0;
    sheet.line((16.0, crisp(h - 34.0)), (w - 16.0, crisp(h - 34.0)), p.line, 1.0);
    let (mut text, holds) = conservation(scene);
    if text_width(&text, 11.0, false) > w - 32.0 {
        text = short_conservation(scene).0;
    }
    let ink = if holds { Ink::new(p.ink_2) } else { Ink::new(p.server_ink).bold() };
    let limit = w - 40.0 - text_width(&text, 11.0, false);
    sheet.text((w - 16.0, base), text, ink.end());
    if scene.spec.places.iter().any(|place| matches!(place, Place::Crew { .. })) {
        legend(sheet, look, (16.0, limit), base - 4.0);
    }
    bank::legend(sheet, scene, look, (16.0, limit), base - 4.0);
}

/// The modes of workers: glyph, piece of ribbon, word.
fn legend(sheet: &mut Sheet, look: &Look<'_>, (left, limit): (f64, f64), y: f64) {
    let p = look.palette;
    // All of them or, where there is less room, all of them without ribbons; part of a legend is none.
    let width =
        |ribbon: f64| Mode::LEGEND.iter().map(|m| 27.0 + ribbon + text_width(m.word(), 11.0, false)).sum::<f64>();
    let ribbon = if left + width(20.0) <= limit {
        20.0
    } else if left + width(0.0) <= limit {
        0.0
    } else {
        return;
    };
    let mut x = left;
    for mode in Mode::LEGEND {
        glyph::mode(sheet, (x + 5.0, y), mode, p);
        if ribbon > 0.0 {
            let (a, b) = (x + 14.0, x + 28.0);
            let rect = |half: f64| vec![[a, y - half, b - a, 2.0 * half].map(|x| x as f32)];
            match mode {
                Mode::Idle | Mode::Done => sheet.line((a, y), (b, y), p.idle, 1.2),
                Mode::Busy => sheet.boxes(rect(5.0), Some(p.running), None),
                Mode::Waiting => sheet.boxes(rect(5.0), Some(p.waiting.faint(0.5)), Some((p.waiting, 0.8))),
                Mode::Blocked => {
                    sheet.boxes(rect(3.5), Some(p.blocked_wash), Some((p.blocked, 0.8)));
                    sheet.shapes.push(Shape::Hatch { rects: rect(3.5), stroke: p.blocked, gap: 5.7 });
                }
                Mode::Killed => sheet.dashed((a, y), (b, y), p.rejected, 1.4, (2.0, 2.0)),
            }
        }
        sheet.text((x + 13.0 + ribbon, y + 4.0), mode.word(), Ink::new(p.ink_2));
        x += 27.0 + ribbon + text_width(mode.word(), 11.0, false);
    }
}
