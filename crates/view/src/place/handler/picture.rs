//! The picture of a handler of requests, from top to bottom: breaker, bar, host, counts, the last answers. What has no room is left out from below.

use super::super::Here;
use super::super::breaker;
use super::state::{State, sort};
use crate::scene::contact::Contact;
use crate::scene::{Frame, Look, glyph};
use crate::shape::{Ink, Sheet, bold_width, crisp, cut, text_width};
use millrace_spec::HandlerGauges;

const G: HandlerGauges = HandlerGauges::ALL;
const PAD: f64 = 10.0;
/// The heights of the parts: the breaker, the bar with its words, a row of what is counted and how many there may be,
/// and the last answers.
const BREAKER: f64 = 76.0;
const NEVER: f64 = 15.0;
const BAR: f64 = 64.0;
const ROW: f64 = 16.0;
const ROWS: f64 = 9.0;
const ANSWERS: f64 = 38.0;
/// From one answer to the next.
const PITCH: f64 = 11.0;

/// In a low box: the contact alone, what the breaker says of itself, and a bar with its words close to it.
const CONTACT: f64 = 30.0;
const STATUS: f64 = 34.0;
const LOW_BAR: f64 = 56.0;
/// The bar with its words, and nothing of the threshold.
const LOWEST_BAR: f64 = 42.0;

/// Where the parts are.
pub(super) struct Plot {
    breaker: Frame,
    status: Option<Frame>,
    /// Whether there is room for what the breaker never does, and for what was taken for a percentage.
    says: (bool, bool),
    bar: Frame,
    /// Where the threshold is told, below the top of the bar; nowhere, in a box that is lower still.
    threshold: Option<f64>,
    rows: Frame,
    pub answers: Option<Frame>,
}

impl Plot {
    pub(super) fn of(frame: Frame, state: &State<'_>) -> Plot {
        let is_low = frame.h < BREAKER + BAR;
        // What was misread goes first, as it is the reason of what is to be seen.
        let mut room = frame.h - BREAKER - BAR;
        let mut has_room = |is_said: bool| {
            let has = is_said && room >= NEVER;
            room -= if has { NEVER } else { 0.0 };
            has
        };
        let misread = has_room(state.misread().is_some());
        let says = (has_room(state.spec.is_shipped), misread);
        let [never, misread] = [says.0, says.1].map(|says| if says { NEVER } else { 0.0 });
        let has_status = !is_low || frame.h >= CONTACT + STATUS + LOW_BAR;
        let high = if is_low { CONTACT + if has_status { STATUS } else { 0.0 } } else { BREAKER + never };
        let breaker = Frame { h: high, ..frame };
        let status = has_status.then_some(Frame { y: frame.y + CONTACT, h: STATUS, ..frame });
        let bar = Frame { y: breaker.bottom(), h: if is_low { LOW_BAR } else { BAR + misread }, ..frame };
        let threshold = (bar.bottom() <= frame.bottom() + 1.0).then_some(if is_low { 52.0 } else { 57.0 });
        let top = bar.bottom() + 6.0;
        // Below all rows that there may be, or at the foot.
        let answers = Frame { y: (frame.bottom() - ANSWERS).min(top + ROWS * ROW + 8.0), h: ANSWERS, ..frame };
        let answers = (answers.y >= top + 2.0 * ROW).then_some(answers);
        let bottom = answers.map_or(frame.bottom(), |answers| answers.y);
        let rows = Frame { y: top, h: (bottom - top).max(0.0), ..frame };
        Plot { breaker, status, says, bar, threshold, rows, answers }
    }
}

/// What lies inside the box.
pub(super) fn inside(frame: Frame) -> Frame {
    Frame { x: frame.x + PAD, y: frame.y + PAD, w: frame.w - 2.0 * PAD, h: frame.h - 2.0 * PAD }
}

/// The box, with all it has room for.
pub(super) fn boxed(sheet: &mut Sheet, _: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let p = look.palette;
    let (edge, first) = match (state.down, state.spec.installed) {
        (Some(_), _) => (p.server, Ink::new(p.server_ink).bold()),
        (None, true) if state.is_full() => (p.blocked, Ink::new(p.ink_3)),
        (None, true) => (p.line_3, Ink::new(p.ink_3)),
        (None, false) => (p.line_2, Ink::new(p.ink_3)),
    };
    sheet.frame((frame.x + 0.5, frame.y + 0.5), (frame.w - 1.0, frame.h - 1.0), 4.0, Some(p.surface), edge, 1.3);
    let (inner, instead) = (inside(frame), state.instead());
    if let [only, ..] = instead {
        let says =
            if inner.h >= instead.len() as f64 * 16.0 { instead.to_vec() } else { vec![only.trim_end_matches(':')] };
        for (line, text) in says.into_iter().enumerate() {
            let base = inner.y + 14.0 + 16.0 * line as f64;
            let ink = if line == 0 { first } else { Ink::new(p.ink_3) };
            sheet.text((inner.x, base), cut(text, inner.w, 11.0, false), ink);
        }
        return;
    }
    if inner.h < CONTACT + LOWEST_BAR {
        return lowest(sheet, look, state, inner);
    }
    let plot = Plot::of(inner, state);
    breaker::chip(sheet, p, &state.breaker, Frame { h: 24.0, ..plot.breaker });
    if let Some(status) = plot.status {
        breaker::status(sheet, look, &state.breaker, status);
        if plot.says.0 {
            let at = (inner.x, status.bottom() + 12.0);
            sheet.text(at, cut("never counts back", inner.w, 11.0, false), Ink::new(p.ink_3));
        }
    }
    flight(sheet, look, state, &plot);
    rows(sheet, look, state, plot.rows);
    if let Some(row) = plot.answers {
        sheet.line((row.x, crisp(row.y + 2.0)), (row.right(), crisp(row.y + 2.0)), p.line, 1.0);
        sheet.text((row.x, row.y + 17.0), "last answers", Ink::new(p.ink_3));
        for (index, answer) in state.answers.iter().enumerate() {
            let at = cell(row, index, state.answers.len());
            if at.x >= row.x - 1.0 {
                glyph::job(sheet, (at.x + 4.0, at.y + 4.0), 3.4, sort(answer.status), p);
            }
        }
    }
}

/// In a box that has no room for both: how many are under way, and how the breaker stands where it is not closed.
fn lowest(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, inner: Frame) {
    let (p, contact) = (look.palette, state.breaker.contact);
    let (word, ink) = match contact {
        Contact::Closed => ("In flight".to_owned(), p.ink),
        other => (format!("Breaker {}", other.word()), other.ink(p)),
    };
    let under_way = state.under_way();
    if bold_width(&word, 11.0) + bold_width(&under_way, 11.0) + 6.0 <= inner.w {
        sheet.text((inner.x, inner.y + 6.0), word, Ink::new(ink).bold());
    }
    let ink = if state.is_full() { p.blocked_ink } else { p.ink };
    sheet.text((inner.right(), inner.y + 6.0), under_way, Ink::new(ink).bold().end());
    bar(sheet, look, state, Frame { y: inner.y + 14.0, h: 10.0, ..inner });
}

/// The cell of an answer: the newest on the right.
pub(super) fn cell(row: Frame, index: usize, n: usize) -> Frame {
    let pitch = (row.w / 16.0).min(PITCH);
    let right = row.right() - 9.0 - pitch * n.saturating_sub(index + 1) as f64;
    Frame { x: right, y: row.y + 24.0, w: 8.0, h: 9.0 }
}

/// How many are under way, with words above and below.
fn flight(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, frame) = (look.palette, plot.bar);
    sheet.line((frame.x, crisp(frame.y + 1.0)), (frame.right(), crisp(frame.y + 1.0)), p.line, 1.0);
    let under_way = state.under_way();
    if bold_width("In flight", 11.0) + bold_width(&under_way, 11.0) + 6.0 <= frame.w {
        sheet.text((frame.x, frame.y + 18.0), "In flight", Ink::new(p.ink).bold());
    }
    let ink = if state.is_full() { p.blocked_ink } else { p.ink };
    sheet.text((frame.right(), frame.y + 18.0), under_way, Ink::new(ink).bold().end());
    bar(sheet, look, state, Frame { y: frame.y + 26.0, h: 13.0, ..frame });
    let ink = if state.is_reached() { p.ink_2 } else { p.server_ink };
    let Some(below) = plot.threshold else { return };
    let base = frame.y + below;
    sheet.text((frame.x, base), cut(&state.threshold(), frame.w, 11.0, false), Ink::new(ink));
    if let Some(says) = state.misread().filter(|_| plot.says.1) {
        sheet.text((frame.x, base + NEVER), cut(&says, frame.w, 11.0, false), Ink::new(p.ink_3));
    }
}

/// The bar itself: up to the limit or the threshold, whichever is more, with a tick at each; beyond the limit nobody ever is.
pub(super) fn bar(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, bar: Frame) {
    let p = look.palette;
    let (max, current) = (state.spec.max, state.count(G.current));
    // A threshold far above the limit stands at the rim: how far says its name.
    let from = state.spec.degrades.0.min(max.saturating_mul(8) / 5);
    let whole = max.max(from).max(current.min(max.saturating_mul(2))).max(1) as f64;
    let x = |n: u64| bar.x + bar.w * (n as f64 / whole).min(1.0);
    sheet.frame((bar.x, bar.y), (bar.w, bar.h), 0.0, Some(p.sunken), p.line_2, 0.8);
    let beyond = x(max);
    if beyond < bar.right() {
        sheet.hatch(vec![[beyond, bar.y, bar.right() - beyond, bar.h].map(|part| part as f32)], p.line_3, 5.0);
    }
    let colour = if state.is_full() { p.blocked } else { p.queued };
    sheet.fill((bar.x, bar.y), (x(current) - bar.x, bar.h), 0.0, colour);
    let tick = |at: f64| crisp(at.clamp(bar.x + 1.0, bar.right() - 1.0));
    sheet.line((tick(beyond), bar.y - 3.0), (tick(beyond), bar.bottom() + 3.0), p.ink, 1.6);
    let ink = if state.is_reached() { p.ink_2 } else { p.server };
    sheet.dashed((tick(x(from)), bar.y - 3.0), (tick(x(from)), bar.bottom() + 3.0), ink, 1.6, (3.0, 2.0));
}

/// A name and a value in each row, as many as there is room for; what is amiss goes first where not all have room.
fn rows(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let p = look.palette;
    let fit = (frame.h / ROW) as usize;
    let mut all = state.counts();
    all.extend(state.host());
    if all.len() > fit {
        let (amiss, fine): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, _, is_amiss)| *is_amiss);
        all = amiss.into_iter().chain(fine).collect();
    }
    for (line, (word, value, is_amiss)) in all.into_iter().take(fit).enumerate() {
        let base = frame.y + 12.0 + ROW * line as f64;
        let ink = if is_amiss { p.server_ink } else { p.ink };
        let room = frame.w - text_width(&value, 11.0, true) - 8.0;
        // Where both have no room the number is cut: a row without its name says nothing.
        if room >= text_width(word, 11.0, false) {
            sheet.text((frame.x, base), word, Ink::new(p.ink_3));
            sheet.text((frame.right(), base), value, Ink::new(ink).mono().end());
        } else {
            let short = value.split([',', ' ']).next().unwrap_or_default().to_owned();
            let room = frame.w - text_width(&short, 11.0, true) - 6.0;
            sheet.text((frame.x, base), cut(word, room, 11.0, false), Ink::new(p.ink_3));
            sheet.text((frame.right(), base), short, Ink::new(ink).mono().end());
        }
    }
}
