//! Where jobs come from: what comes next and what is left, what the source does, the backlog of open arrivals.

use super::face::{Face, Note, OnPhone, Room, step};
use super::{Here, Term};
use crate::number;
use crate::recent::Mode;
use crate::scene::item::waits_at;
use crate::scene::{Detail, Frame, Look, Plan, Scene, glyph, heading, wires};
use crate::shape::{Ink, Sheet, crisp, text_width};
use crate::text::{Row, join, waiting};
use millrace_trace::{SimTime, StationKind, ledger::StationRow};

/// The station whose task makes the jobs or takes them in.
#[derive(Debug)]
pub struct Source;

/// The height of a node.
pub const NODE: f64 = 56.0;

/// How many jobs have been sent on by their source, and how many there are still to come.
pub fn sent_and_left(scene: &Scene<'_>) -> (u64, u64) {
    let held: u64 =
        scene.ledger.stations.iter().filter(|s| s.kind == StationKind::Source).map(|s| s.levels.present).sum();
    let sent = scene.ledger.tally.offered.saturating_sub(held + scene.backlog.map_or(0, |row| row.levels.present));
    (sent, scene.values.jobs().unwrap_or(0).saturating_sub(sent))
}

/// What the task at a station does, and since when.
pub fn doing(here: Here<'_, '_>) -> Option<(Mode, SimTime)> {
    let (id, row) = here.shown.station?;
    let task = here.scene.ledger.tasks.iter().map(|(_, t)| t).find(|t| t.station == id)?;
    Some(match (task.ended, task.wait) {
        (Some((at, _)), _) => (Mode::Done, at),
        (None, Some(wait)) => (Mode::of(wait.what, row.levels.present > 0), wait.since),
        (None, None) => (Mode::Idle, task.spawned),
    })
}

impl Face for Source {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Source]
    }

    fn reads(&self) -> &'static str {
        "Where all of it comes from: the number of the next one, and how many are left."
    }

    fn room(&self, here: Here<'_, '_>, level: usize) -> Room {
        // The backlog stands below, where there may be one.
        let high = 48.0 + NODE + 23.0 + if here.scene.backlog.is_some() { 86.0 } else { 0.0 };
        Room { foot: 0.0, ..Room::new(step([92.0, 74.0, 64.0, 60.0], level)).high(high, high) }
    }

    fn after(&self, here: Here<'_, '_>, level: usize) -> f64 {
        let valves = here.valves().filter_map(|valve| Some(valve.face().valve()?.room()));
        valves.fold(step([32.0, 18.0, 12.0, 10.0], level), f64::max)
    }

    fn port(&self, _: Here<'_, '_>, frame: Frame) -> f64 {
        frame.y + 4.0 + NODE / 2.0
    }

    fn draws_wires(&self) -> bool {
        true
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let frame = spot.frame;
        let (sent, left) = sent_and_left(here.scene);
        let line = format!("{} sent", number::count(sent));
        heading(sheet, look, (frame.x, frame.w + 6.0), spot.cell, here.label(), &line, false);
        let node = Frame { y: frame.y + 4.0, h: NODE, ..frame };
        next(sheet, look, node, (sent, left));
        let y = node.y + 28.0;
        if let Some((_, walls)) = wires::pipe_to(here, plan) {
            pipe(sheet, here, look, (node.right(), walls.x), y);
        }
        // In a low column the next place begins there.
        if frame.bottom() >= node.bottom() + 17.0 {
            doing_line(sheet, here, look, node);
        }
        let below = node.bottom() + 41.0;
        if let Some(backlog) = here.scene.backlog.filter(|_| frame.bottom() - below > 52.0) {
            draw_backlog(sheet, look, backlog, Frame { y: below, h: 80.0, ..frame });
        }
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Note
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let (sent, left) = sent_and_left(here.scene);
        let thin = Frame { y: bar.y + 2.5, h: 3.0, ..bar };
        progress(sheet, look, thin, sent as f64 / (sent + left).max(1) as f64, look.palette.queued);
        (format!("{} sent", number::count(sent)), false)
    }

    fn note(&self, here: Here<'_, '_>) -> Option<Note> {
        let held_back = here.valves().filter_map(|valve| Some(valve.face().valve()?.note(valve))).next();
        held_back.or_else(|| Some(note(here.scene)))
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let (sent, left) = sent_and_left(here.scene);
        let mut lines = vec![format!("{} sent, {} left", number::count(sent), number::count(left))];
        lines.extend(waits_at(here.scene, here.id()));
        lines
    }

    fn rows(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<Row> {
        let sent = format!("{} sent", number::count(here.scene.ledger.tally.offered));
        vec![Row { what: here.label().to_owned(), says: join(sent, waiting(here.scene, here.id())) }]
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, _: &StationRow) -> Term {
        Term::AT_SOURCE
    }
}

/// How far it is, in a few words: what waits in the backlog, or what was sent of all.
pub fn note(scene: &Scene<'_>) -> Note {
    if let Some(backlog) = scene.backlog {
        return (format!("{} in the backlog", number::count(backlog.levels.present)), false);
    }
    let (sent, left) = sent_and_left(scene);
    (format!("{} of {} sent", number::count(sent), number::count(sent + left)), false)
}

/// The job that comes next, what is left, and how much of all that is.
fn next(sheet: &mut Sheet, look: &Look<'_>, node: Frame, (sent, left): (u64, u64)) {
    let p = look.palette;
    sheet.frame((node.x + 0.5, node.y + 0.5), (node.w - 1.0, node.h), 4.0, Some(p.surface), p.line_3, 1.0);
    let number = if left > 0 { format!("#{}", number::count(sent + 1)) } else { "–".to_owned() };
    let pad = if node.w >= 84.0 { 10.0 } else { 6.0 };
    for (line, word, value) in [(19.0, "Next", number), (34.0, "Left", number::count(left))] {
        let ink = Ink::new(p.ink).mono();
        let room = node.w - 2.0 * pad;
        let value_w = text_width(&value, 11.0, true);
        if text_width(word, 11.0, false) + value_w + 2.0 <= room {
            sheet.text((node.x + pad, node.y + line), word, Ink::new(p.ink_3));
        }
        sheet.text((node.right() - pad, node.y + line), value, ink.end());
    }
    let total = sent + left;
    let share = if total > 0 { sent as f64 / total as f64 } else { 0.0 };
    progress(sheet, look, Frame { x: node.x + pad, y: node.y + 43.0, w: node.w - 2.0 * pad, h: 3.0 }, share, p.queued);
}

/// The pipe to what it feeds, with what acts on it and what stands at its door.
fn pipe(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, (from, to): (f64, f64), y: f64) {
    let p = look.palette;
    let mut acted_on = false;
    for valve in here.valves() {
        if let Some(face) = valve.face().valve() {
            face.draw(sheet, valve, look, (from, to), y);
            acted_on = true;
        }
    }
    if !acted_on {
        sheet.line((from, crisp(y) - 8.0), (to, crisp(y) - 8.0), p.line_3, 1.0);
        sheet.line((from, crisp(y) + 8.0), (to, crisp(y) + 8.0), p.line_3, 1.0);
    }
    if doing(here).is_some_and(|(mode, _)| mode == Mode::Blocked) {
        // What it has in hand stands at the channel's door.
        sheet.disc((to - 9.0, y), 3.4, p.queued);
        sheet.line((to - 3.5, y - 6.0), (to - 3.5, y + 6.0), p.blocked, 2.0);
    }
}

/// What its task does, and since when.
fn doing_line(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, node: Frame) {
    let p = look.palette;
    let Some((mode, since)) = doing(here) else { return };
    let y = node.bottom() + 17.0;
    glyph::mode(sheet, (node.x + 4.5, y - 4.0), mode, p);
    let ink = Ink::new(glyph::mode_ink(mode, p));
    let word = if mode == Mode::Busy { "pacing" } else { mode.word() };
    sheet.text((node.x + 13.0, y), word, ink);
    let elapsed = number::short_millis(look.now.since(since).0);
    let end = node.x + 13.0 + text_width(word, 11.0, false) + 6.0 + text_width(&elapsed, 11.0, true);
    if mode != Mode::Done && look.detail == Detail::Numbers && end <= node.right() {
        sheet.text((node.right(), y), elapsed, Ink::new(p.ink).mono().end());
    }
}

fn draw_backlog(sheet: &mut Sheet, look: &Look<'_>, backlog: &StationRow, frame: Frame) {
    let p = look.palette;
    let (waiting, most) = (backlog.levels.present, backlog.levels.present_peak.max(1));
    sheet.text((frame.x, frame.y), "Backlog", Ink::new(p.ink).size(12.0).bold());
    sheet.text((frame.x, frame.y + 24.0), number::count(waiting), Ink::new(p.ink).size(20.0).bold());
    let bar = Frame { y: frame.y + 33.0, h: 5.0, ..frame };
    progress(sheet, look, bar, waiting as f64 / most as f64, p.queued);
    sheet.text((frame.x, frame.y + 54.0), format!("at most {}", number::count(most)), Ink::new(p.ink_3));
}

/// A bar that is filled to a share.
pub fn progress(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, share: f64, colour: crate::Rgba) {
    sheet.fill((frame.x, frame.y), (frame.w, frame.h), frame.h / 2.0, look.palette.line);
    let w = frame.w * share.clamp(0.0, 1.0);
    sheet.fill((frame.x, frame.y), (w, frame.h), (frame.h / 2.0).min(w / 2.0), colour);
}
