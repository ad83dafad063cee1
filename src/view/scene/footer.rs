//! The footer: the legend of states, and the sum that must always hold.

use super::super::number;
use super::super::shape::{Ink, Sheet, crisp, text_width};
use super::super::stage::Mode;
use super::glyph;
use super::{Look, Scene};
use crate::spec::Place;
use crate::trace::{StationId, StationKind};

/// Where all the jobs are, in words: "76 in requests", and whether they add up to what came in.
pub fn conservation(scene: &Scene<'_>) -> (String, bool) {
    let ledger = scene.ledger;
    let mut parts: Vec<(u64, String)> = Vec::new();
    let mut add = |n: u64, what: String| match parts.iter_mut().find(|(_, w)| *w == what) {
        Some((sum, _)) => *sum += n,
        None => parts.push((n, what)),
    };
    for (_, row) in ledger.stations_with_ids() {
        let n = row.levels.present;
        match row.kind {
            StationKind::Channel => {
                if row.levels.arrivals > 0 {
                    add(n, format!("in {}", scene.name(row)));
                }
            }
            StationKind::Server => add(n, "in flight".to_owned()),
            StationKind::Worker if row.parent == StationId::NONE => add(n, "in hand".to_owned()),
            _ if n == 0 => {}
            StationKind::Worker | StationKind::Crew | StationKind::Car => add(n, "in hand".to_owned()),
            StationKind::Source => add(n, "at the source".to_owned()),
            StationKind::Sink => add(n, "recorded".to_owned()),
            StationKind::Gate | StationKind::Pool => add(n, format!("at {}", scene.name(row))),
        }
    }
    add(ledger.tally.departed(), "done".to_owned());
    let sum: u64 = parts.iter().map(|(n, _)| n).sum();
    let holds = sum == ledger.tally.offered;
    let words: Vec<String> = parts.iter().map(|(n, what)| format!("{} {what}", number::count(*n))).collect();
    let sign = if holds { "=" } else { "≠" };
    (format!("{} sent {sign} {}", number::count(ledger.tally.offered), words.join(" + ")), holds)
}

/// Draws the footer.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let p = look.palette;
    let (w, h) = look.size;
    sheet.line((16.0, crisp(h - 34.0)), (w - 16.0, crisp(h - 34.0)), p.line, 1.0);
    let (text, holds) = conservation(scene);
    let ink = Ink::new(if holds { p.ink_2 } else { p.server_ink }).size(11.5).end();
    let width = text_width(&text, 11.5, false);
    sheet.text((w - 16.0, h - 13.0), text, if holds { ink } else { ink.bold() });
    let lanes = scene.spec.places.iter().any(|place| matches!(place, Place::Crew { .. }));
    let modes: &[Mode] =
        if lanes { &[Mode::Idle, Mode::Busy, Mode::Waiting, Mode::Blocked, Mode::Killed] } else { &[Mode::Waiting] };
    let mut x = 22.0;
    for mode in modes {
        let end = x + 12.0 + text_width(mode.word(), 11.5, false) + 16.0;
        if end > w - 24.0 - width {
            break;
        }
        glyph::mode(sheet, (x, h - 17.0), *mode, p);
        sheet.text((x + 10.0, h - 13.0), mode.word(), Ink::new(p.ink_2).size(11.5));
        x = end;
    }
}
