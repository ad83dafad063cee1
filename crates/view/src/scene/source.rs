//! Where jobs come from: what comes next and what is left, what the source does, the backlog of open arrivals.

use super::super::number;
use super::super::recent::Mode;
use super::super::shape::{Ink, Sheet, crisp, text_width};
use super::{Frame, Look, Scene, gate, glyph, heading};
use millrace_trace::{SimTime, StationKind, UNLIMITED, ledger::StationRow};

/// The height of a node.
pub const NODE: f64 = 56.0;

/// How many jobs have been sent on by their source, and how many there are still to come.
pub fn sent_and_left(scene: &Scene<'_>) -> (u64, u64) {
    let held: u64 =
        scene.ledger.stations.iter().filter(|s| s.kind == StationKind::Source).map(|s| s.levels.present).sum();
    let sent = scene.ledger.tally.offered.saturating_sub(held + backlog(scene).map_or(0, |b| b.levels.present));
    (sent, scene.values.jobs().unwrap_or(0).saturating_sub(sent))
}

/// What waits for the source: an unlimited channel that the scene does not list, fed by arrivals of its own.
pub fn backlog<'a>(scene: &Scene<'a>) -> Option<&'a StationRow> {
    let listed = |name: &str| scene.spec.places.iter().any(|place| place.station() == name);
    let open = scene.ledger.stations.iter().any(|s| s.kind == StationKind::Source && !listed(scene.name(s)));
    let mut rows = scene.ledger.stations.iter();
    rows.find(|s| open && s.kind == StationKind::Channel && s.capacity == UNLIMITED && !listed(scene.name(s)))
}

/// What the task at a station does, and since when.
pub fn doing(scene: &Scene<'_>, station: &str) -> Option<(Mode, SimTime)> {
    let (id, row) = scene.station(station)?;
    let task = scene.ledger.tasks.iter().map(|(_, t)| t).find(|t| t.station == id)?;
    Some(match (task.ended, task.wait) {
        (Some((at, _)), _) => (Mode::Done, at),
        (None, Some(wait)) => (Mode::of(wait.what, row.levels.present > 0), wait.since),
        (None, None) => (Mode::Idle, task.spawned),
    })
}

/// Draws a source, with the gate between it and what it feeds.
pub fn draw(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    (label, station): (&str, &str),
    frame: Frame,
    next: Option<Frame>,
) {
    let p = look.palette;
    let (sent, left) = sent_and_left(scene);
    heading(sheet, look, (frame.x, frame.w + 6.0), label, &format!("{} sent", number::count(sent)), false);
    let node = Frame { y: frame.y + 4.0, h: NODE, ..frame };
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
    if let Some(next) = next {
        let y = node.y + 28.0;
        match &scene.spec.regulator {
            Some(regulator) => gate::sluice(sheet, scene, look, regulator, (node.right(), next.x), y),
            None => {
                sheet.line((node.right(), crisp(y) - 8.0), (next.x, crisp(y) - 8.0), p.line_3, 1.0);
                sheet.line((node.right(), crisp(y) + 8.0), (next.x, crisp(y) + 8.0), p.line_3, 1.0);
            }
        }
        if doing(scene, station).is_some_and(|(mode, _)| mode == Mode::Blocked) {
            // What it has in hand stands at the channel's door.
            sheet.disc((next.x - 9.0, y), 3.4, p.queued);
            sheet.line((next.x - 3.5, y - 6.0), (next.x - 3.5, y + 6.0), p.blocked, 2.0);
        }
    }
    let mut y = node.bottom() + 17.0;
    if let Some((mode, since)) = doing(scene, station) {
        glyph::mode(sheet, (node.x + 4.5, y - 4.0), mode, p);
        let ink = Ink::new(glyph::mode_ink(mode, p));
        let word = if mode == Mode::Busy { "pacing" } else { mode.word() };
        sheet.text((node.x + 13.0, y), word, ink);
        let elapsed = number::short_millis(look.now.since(since).0);
        let end = node.x + 13.0 + text_width(word, 11.0, false) + 6.0 + text_width(&elapsed, 11.0, true);
        if mode != Mode::Done && look.detail == super::Detail::Numbers && end <= node.right() {
            sheet.text((node.right(), y), elapsed, Ink::new(p.ink).mono().end());
        }
    }
    y += 24.0;
    match (&scene.spec.regulator, backlog(scene)) {
        (Some(regulator), _) if frame.w >= 80.0 => {
            let gauge = Frame { x: frame.x, y, w: frame.w, h: frame.bottom() - y + 10.0 };
            gate::gauge(sheet, scene, look, regulator, gauge);
        }
        (_, Some(backlog)) => draw_backlog(sheet, look, backlog, Frame { y, h: 80.0, ..frame }),
        _ => {}
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
pub fn progress(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, share: f64, colour: super::super::Rgba) {
    sheet.fill((frame.x, frame.y), (frame.w, frame.h), frame.h / 2.0, look.palette.line);
    let w = frame.w * share.clamp(0.0, 1.0);
    sheet.fill((frame.x, frame.y), (w, frame.h), (frame.h / 2.0).min(w / 2.0), colour);
}
