//! Beside the ring: who is in the map and who is not, whose pong is due first, and how many messages a frame had.

use super::state::{G, Stands, State};
use crate::number;
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Sheet, bold_width, text_width};
use millrace_spec::HubGauges;

/// Its width.
pub(super) const WIDTH: f64 = 150.0;
const ROW: f64 = 15.0;
const HEAD: f64 = 18.0;
/// How many deadlines are told at most.
const DEADLINES: usize = 5;

/// Draws what there is room for.
pub(super) fn draw(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let sizes = HubGauges::SIZES.len() as f64;
    let frames = HEAD + sizes * ROW + 8.0;
    let map = HEAD + 4.0 * ROW + 10.0;
    let mut y = frame.y + 10.0;
    if frame.h >= map + frames {
        y = counts(sheet, look, state, Frame { y, ..frame });
        let room = ((frame.bottom() - frames - y - HEAD - 10.0) / ROW).max(0.0) as usize;
        if room >= 2 {
            deadlines(sheet, look, state, Frame { y, ..frame }, room.min(DEADLINES));
        }
    }
    if frame.h >= frames {
        per_frame(sheet, look, state, Frame { y: frame.bottom() - frames + 8.0, h: frames, ..frame });
    }
}

fn head(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, label: &str, note: &str) -> f64 {
    let p = look.palette;
    sheet.text((frame.x, frame.y), label, Ink::new(p.ink).size(12.0).bold());
    if bold_width(label, 12.0) + text_width(note, 11.0, false) + 8.0 <= frame.w {
        sheet.text((frame.right(), frame.y), note, Ink::new(p.ink_3).end());
    }
    frame.y + HEAD
}

fn counts(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame) -> f64 {
    let p = look.palette;
    let entries = state.gauge(G.entries);
    let mut y = head(sheet, look, frame, "Map", &number::counted(entries, "entry", "entries"));
    let (silent, dropped) = (state.count("silent"), state.gauge(G.dropped));
    let (sent, torn) = (state.gauge(G.handled), state.gauge(G.torn));
    let stuck = state.count("stuck");
    let all = [
        ("connected", state.there(), false, true),
        ("let go", dropped, dropped > 0, true),
        ("open, no entry", silent, silent > 0, stuck == 0),
        ("wait to be taken out", stuck, true, stuck > 0),
        ("removed under a reader", torn, true, torn > 0),
        ("handled at once", sent, sent > state.there(), torn == 0 && sent > 0),
    ];
    for (word, n, is_bad, shown) in all {
        if !shown {
            continue;
        }
        sheet.text((frame.x, y), word, Ink::new(p.ink_2));
        let style = if is_bad { Ink::new(p.server_ink).bold() } else { Ink::new(p.ink) };
        sheet.text((frame.right(), y), number::count(n), style.end());
        y += ROW;
    }
    y + 12.0
}

/// Whose time for a pong is over first.
fn deadlines(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame, rows: usize) {
    let p = look.palette;
    let those = state.clients.iter().filter(|client| client.stands.is_there());
    let mut due: Vec<_> = those.filter_map(|client| Some((client.left(look.now)?, client))).collect();
    if due.is_empty() {
        return;
    }
    millrace_trace::order::sort_by_key(&mut due, |(left, client)| (*left, client.session));
    let mut y = head(sheet, look, frame, "Deadlines", "pong in");
    for (left, client) in due.into_iter().take(rows) {
        let style = if client.stands == Stands::NoPong { Ink::new(p.timeout_ink) } else { Ink::new(p.ink_2) };
        sheet.text((frame.x, y), client.name, style);
        sheet.text((frame.right(), y), number::time_text(left), style.end());
        y += ROW;
    }
}

/// How many frames had how many messages, on a scale of decades: a bar each.
fn per_frame(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let p = look.palette;
    let all: Vec<u64> = (0..HubGauges::SIZES.len()).map(|place| state.gauge(G.frames_at(place))).collect();
    let most = all.iter().copied().max().unwrap_or(0).max(1);
    let log = |n: u64| libm::log10(1.0 + n as f64);
    let mut y = head(sheet, look, frame, "Messages a frame", "log");
    let (from, wide) = (frame.x + 46.0, frame.w - 46.0 - 48.0);
    for (word, n) in HubGauges::SIZES.iter().zip(all) {
        sheet.text((frame.x + 38.0, y), *word, Ink::new(p.ink_3).end());
        sheet.fill((from, y - 8.0), (wide, 7.0), 0.0, p.line);
        sheet.fill((from, y - 8.0), (wide * log(n) / log(most), 7.0), 0.0, p.p50);
        let style = Ink::new(if n == 0 { p.ink_3 } else { p.ink });
        sheet.text((frame.right(), y), number::count(n), style.end());
        y += ROW;
    }
}
