//! Where results end up: what the collector does, the outcomes with their marks (which is the legend of outcomes), how fast
//! they come.

use super::face::{Face, Note, OnPhone, Room, step};
use super::source::{NODE, doing, progress};
use super::{Here, Term};
use crate::number;
use crate::recent::{BIN, Mode};
use crate::scene::glyph::Sort;
use crate::scene::item::waits_at;
use crate::scene::{Detail, Frame, Look, Plan, Scene, first_fit, glyph, heading, outcomes, wires};
use crate::shape::{Ink, Sheet, crisp, cut, text_width};
use crate::text::{Row, join, waiting};
use millrace_trace::StationKind;
use millrace_trace::ledger::Tally;

/// Where results end up: a station of its own, or the worker that has them anyway.
#[derive(Debug)]
pub struct Sink;

impl Face for Sink {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Sink, StationKind::Worker]
    }

    fn reads(&self) -> &'static str {
        "What became of all of them: each outcome has the shape and colour that it has everywhere."
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room::new(step([98.0, 88.0, 88.0, 84.0], level))
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([12.0, 10.0, 8.0, 8.0], level)
    }

    fn port(&self, _: Here<'_, '_>, frame: Frame) -> f64 {
        frame.y + 4.0 + NODE / 2.0
    }

    fn draws_wires(&self) -> bool {
        true
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let before = wires::pipe_from(here, plan).map(|(_, walls)| walls.right());
        draw(sheet, here, look, plan, before);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Note
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let scene = here.scene;
        let done = scene.ledger.tally.departed();
        let thin = Frame { y: bar.y + 2.5, h: 3.0, ..bar };
        progress(sheet, look, thin, done as f64 / scene.total().max(1) as f64, look.palette.success);
        (format!("{} done", number::count(done)), false)
    }

    fn note(&self, here: Here<'_, '_>) -> Option<Note> {
        Some(note(here.scene))
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let mut lines = vec![format!("{} done", number::count(here.scene.ledger.tally.departed()))];
        lines.extend(waits_at(here.scene, here.id()));
        lines
    }

    fn rows(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<Row> {
        let scene = here.scene;
        let ways = outcomes(scene).into_iter().map(|(_, word, n)| format!("{} {word}", number::count(n)));
        let says = format!("{}: {}", note(scene).0, ways.collect::<Vec<_>>().join(", "));
        vec![Row { what: here.label().to_owned(), says: join(says, waiting(scene, here.id())) }]
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        let scene = here.scene;
        let share = failed_share(&scene.ledger.tally);
        let errors = share.map_or_else(String::new, |share| format!(", {} percent failed", number::percent(share)));
        Some(format!("{}: {}{errors}", here.label(), note(scene).0))
    }

    fn queue_term(&self) -> Term {
        Term::BUFFERED
    }
}

/// The share of the attempts that failed, in whatever way: with an error, not in time, turned away, given up, lost. None before the
/// first has ended.
pub fn failed_share(tally: &Tally) -> Option<f64> {
    let departed = tally.departed();
    (departed > 0).then(|| 1.0 - tally.served() as f64 / departed as f64)
}

/// "3,011 of 7,500 done"
pub fn note(scene: &Scene<'_>) -> Note {
    let done = number::count(scene.ledger.tally.departed());
    (format!("{done} of {} done", number::count(scene.total())), false)
}

/// Below this height under the worker's box there is room for outcomes, but not for a heading too.
const LOW: f64 = 44.0;

/// From line to line of the outcomes, where there is room and at least.
const PITCH: f64 = 20.0;
const LINE: f64 = 13.0;

/// Outcomes in so many lines at most: those that have none are counted together in the last.
fn in_so_many_lines(mut all: Vec<(Sort, String, u64)>, most: usize) -> Vec<(Sort, String, u64)> {
    if all.len() > most {
        // What was lost is told by its name, whatever else is counted together.
        let kept = most.saturating_sub(2);
        if let Some(lost) = all.iter().position(|(sort, _, n)| *sort == Sort::Lost && *n > 0).filter(|at| *at > kept) {
            all.swap(kept, lost);
        }
        let rest = all.split_off(most.saturating_sub(1));
        let others = rest.len();
        let n = rest.iter().map(|(_, _, n)| n).sum();
        all.extend(rest.into_iter().next().map(|(sort, ..)| (sort, format!("{others} others"), n)));
    }
    all
}

/// Draws a sink, joined to what stands before it.
fn draw(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan, before: Option<f64>) {
    let (scene, p) = (here.scene, look.palette);
    let spot = plan.spot(here.index());
    let frame = spot.frame;
    let tally = &scene.ledger.tally;
    let done = tally.departed();
    let line = format!("{} done", number::count(done));
    heading(sheet, look, (frame.x, frame.w), spot.cell, here.label(), &line, false);
    // Where the jobs end at a worker of their own, that one has a lane already.
    let own = here.row().is_none_or(|row| row.kind != StationKind::Worker);
    let mut y = frame.y + 4.0;
    if own {
        let node = Frame { y, h: NODE, ..frame };
        activity(sheet, here, look, node);
        if let Some(before) = before.filter(|b| frame.x - b >= 6.0) {
            let (from, to, y) = (before as f32, frame.x as f32, (y + 28.0) as f32);
            sheet.segments(vec![[from, y - 6.0, to, y - 6.0], [from, y + 6.0, to, y + 6.0]], p.line_3, 1.0);
        }
        y = node.bottom() + 32.0;
    } else {
        y += 12.0;
    }
    // In a low picture the list goes without its heading.
    if frame.bottom() - y >= LOW {
        sheet.text((frame.x, y), "Outcomes", Ink::new(p.ink).size(12.0).bold());
        y += 22.0;
    } else {
        y -= 12.0;
    }
    let all = outcomes(scene);
    // Where there is little room the lines stand closer, and what has none is told as one.
    let room = (frame.bottom() - 4.0 - y).max(0.0);
    let pitch = (room / (all.len().max(2) - 1) as f64).clamp(LINE, PITCH);
    let fit = (room / pitch + 1e-6) as usize + 1;
    for (sort, word, n) in in_so_many_lines(all, fit) {
        glyph::job(sheet, (frame.x + 5.0, y - 4.0), 3.7, sort, p);
        // Never into its own name; the text alternative has every digit.
        let n = number::count_within(n, room_for_digits(frame.w - 20.0, &word));
        let room = frame.w - 20.0 - text_width(&n, 11.0, true);
        sheet.text((frame.x + 16.0, y), cut(&word, room, 11.0, false), Ink::new(p.ink_2));
        sheet.text((frame.right(), y), n, Ink::new(p.ink).mono().end());
        y += pitch;
    }
    let failed = number::dashed(failed_share(tally), |share| format!("{} %", number::percent(share)));
    if y + 12.0 < frame.bottom() {
        sheet.line((frame.x, crisp(y - 7.0)), (frame.right(), crisp(y - 7.0)), p.line, 1.0);
        let rest = "Not ended";
        let inside = number::count_within(tally.in_system, room_for_digits(frame.w - 4.0, rest));
        for (word, value) in [("Failed", failed), (rest, inside)] {
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

/// How many digits have room beside a word.
fn room_for_digits(width: f64, word: &str) -> usize {
    ((width - text_width(word, 11.0, false)) / text_width("0", 11.0, true)).max(0.0) as usize
}

/// What the collector does, since when, and how much of all is done.
fn activity(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, node: Frame) {
    let (scene, p) = (here.scene, look.palette);
    sheet.frame((node.x + 0.5, node.y + 0.5), (node.w - 1.0, node.h), 4.0, Some(p.surface), p.line_3, 1.0);
    let total = scene.total();
    let done = scene.ledger.tally.departed();
    let (word, since) = match doing(here) {
        None => ("Idle", None),
        Some((Mode::Done, _)) => ("Finished", None),
        Some((Mode::Busy, since)) => ("Working", Some(since)),
        Some((Mode::Blocked, since)) => ("Blocked", Some(since)),
        Some((_, _)) if done >= total && total > 0 => ("Finished", None),
        Some((_, since)) => ("Waiting", Some(since)),
    };
    sheet.text((node.x + 10.0, node.y + 19.0), word, Ink::new(p.ink).medium());
    if let (Some(since), true) = (since, look.detail != Detail::Flow) {
        let elapsed = number::time_text(look.now.since(since).0);
        let texts = [format!("since {elapsed}"), elapsed];
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
    let says = (look.detail != Detail::Flow || rate > 0.0).then(|| format!("{}/s", number::rate(rate)));
    // Where there is no room for both the number stands alone.
    let taken = says.as_ref().map_or(0.0, |says| text_width(says, 11.0, true) + 6.0);
    if text_width("goodput", 11.0, false) + taken <= frame.w {
        sheet.text((frame.x, frame.bottom() + 14.0), "goodput", Ink::new(p.ink_3));
    }
    if let Some(says) = says {
        sheet.text((frame.right(), frame.bottom() + 14.0), says, Ink::new(p.ink).mono().end());
    }
    let line: Vec<_> = over.iter().enumerate().map(|(i, n)| (x(i).max(frame.x), y(*n))).collect();
    let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) else { return };
    let mut area = line.clone();
    area.push((last.0, frame.bottom()));
    area.push((first.0, frame.bottom()));
    sheet.area(area, p.success_wash);
    sheet.polyline(line, p.success, 1.3);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_requests_is_told_of_all_however_few_lines_there_are() {
        let all = || [5, 4, 3, 2].map(|n| (Sort::Success, n.to_string(), n)).to_vec();
        for most in 1..6 {
            let told = in_so_many_lines(all(), most);
            assert!(told.len() <= most, "{told:?}");
            assert_eq!(told.iter().map(|(_, _, n)| n).sum::<u64>(), 14, "nothing vanishes in {most} lines");
        }
        assert_eq!(in_so_many_lines(all(), 2)[1], (Sort::Success, "3 others".to_owned(), 9));
    }

    #[test]
    fn what_was_lost_is_named_although_there_is_no_line_for_each() {
        // "2 others 1,160" stood beside a scenario that is about the 1,032 of them that were lost.
        let row = |sort, word: &str, n| (sort, word.to_owned(), n);
        let all = vec![row(Sort::Success, "200", 6_340), row(Sort::Server, "500", 128), row(Sort::Lost, "lost", 1_032)];
        let told = in_so_many_lines([all, vec![row(Sort::TimedOut, "timeout", 3)]].concat(), 3);
        assert_eq!(told[1], row(Sort::Lost, "lost", 1_032), "{told:?}");
        assert_eq!(told[2].2, 131, "{told:?}");
    }
}
