//! The server that is tried: what comes in beside what it can do, who waits for a slot and who has one, and which of these have no caller
//! any more.

use super::super::{Condition, Here};
use crate::number;
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Sheet, text_width};
use millrace_spec as spec;
use millrace_spec::PlaceKind;
use millrace_trace::{UNLIMITED, ledger::StationRow};

/// How high it is.
pub(super) const HEIGHT: f64 = 104.0;
/// The inlet meter.
const METER: (f64, f64) = (10.0, 64.0);
/// The largest and the smallest pitch of the cells of its queue, and the most that are drawn.
const PITCH: (f64, f64) = (8.0, 6.0);
const CELLS: u64 = 200;

/// The station's name.
pub(super) fn name<'a>(here: Here<'_, 'a>) -> &'a str {
    match &here.shown.place.kind {
        PlaceKind::Attempts(at) => &at.server,
        _ => "",
    }
}

fn row<'a>(here: Here<'_, 'a>, at: &spec::Attempts) -> Option<&'a StationRow> {
    here.scene.station(&at.server).map(|(_, row)| row)
}

/// How many in queue and slots have no caller any more.
pub(super) fn gone(here: Here<'_, '_>, at: &spec::Attempts) -> (u64, u64) {
    row(here, at).map_or((0, 0), |row| (row.gone_in_queue(), row.gone_in_slots()))
}

/// Who waits and who is served, with those who have gone.
fn load(here: Here<'_, '_>, at: &spec::Attempts) -> (u64, u64) {
    let (in_queue, in_slots) = gone(here, at);
    row(here, at).map_or((0, 0), |row| (row.levels.waiting() + in_queue, row.levels.in_service + in_slots))
}

fn slots(here: Here<'_, '_>, at: &spec::Attempts) -> Option<u64> {
    let capacity = row(here, at).map(|row| row.capacity)?;
    (capacity != UNLIMITED).then_some(u64::from(capacity))
}

/// The line below its heading.
pub(super) fn line(here: Here<'_, '_>, at: &spec::Attempts) -> String {
    let mean = row(here, at).and_then(|_| here.scene.station(&at.server));
    let mean = mean.and_then(|(id, _)| here.scene.recent.calls(id)?.recent_mean());
    let calls = mean.map_or(String::new(), |ns| format!(", recent calls {} ms", number::short_millis(ns)));
    match slots(here, at) {
        Some(slots) => format!("{}{calls}", number::counted(slots, "slot", "slots")),
        None => format!("no limit of slots{calls}"),
    }
}

/// In the text alternative.
pub(super) fn says(here: Here<'_, '_>, look: &Look<'_>, at: &spec::Attempts) -> String {
    let (waiting, served) = load(here, at);
    let (in_queue, in_slots) = gone(here, at);
    let [queue, slots] = words(here, at);
    let condition = Condition::of(here.scene, &at.server, look.now).words();
    let nobody = match in_queue + in_slots {
        0 => String::new(),
        _ => format!(
            "; for callers that have gone: {} of the {} in the queue, {} of the {} in slots",
            number::count(in_queue),
            number::count(waiting),
            number::count(in_slots),
            number::count(served)
        ),
    };
    format!("{condition}, {queue}, {slots}{nobody}")
}

/// "queue 110 of 110", "10 of 10 slots".
fn words(here: Here<'_, '_>, at: &spec::Attempts) -> [String; 2] {
    let (waiting, served) = load(here, at);
    let queue = match at.queue {
        Some(room) => format!("queue {} of {}", number::count(waiting), number::count(room)),
        None => format!("queue {}", number::count(waiting)),
    };
    let slots = match slots(here, at) {
        Some(slots) => format!("{} of {} slots", number::count(served), number::count(slots)),
        None => number::counted(served, "call under way", "calls under way"),
    };
    [queue, slots]
}

/// Draws meter, queue and slots in a column.
pub(super) fn draw(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, at: &spec::Attempts, frame: Frame) {
    let p = look.palette;
    let condition = Condition::of(here.scene, &at.server, look.now);
    let [_, rate, _] = here.scene.recent.tries().per_second(look.now);
    let left = if frame.w >= 240.0 { 106.0 } else { 0.0 };
    if left > 0.0 {
        sheet.text((frame.x, frame.y + 9.0), condition.words(), Ink::new(condition.ink(p)).bold());
        meter(sheet, look, at, rate, Frame { y: frame.y + 18.0, w: left, h: METER.1, ..frame });
        let beside = frame.x + METER.0 + 8.0;
        let nobody = {
            let (in_queue, in_slots) = gone(here, at);
            in_queue + in_slots
        };
        sheet.text((beside, frame.y + 30.0), format!("{}/s", number::rate(rate)), Ink::new(p.ink).bold());
        if let Some(most) = at.ceiling {
            sheet.text((beside, frame.y + 54.0), format!("λmax {}", number::rate(most)), Ink::new(p.ink_3));
        }
        if nobody > 0 {
            let text = format!("{} for nobody", number::count(nobody));
            sheet.text((beside, frame.y + 80.0), text, Ink::new(p.timeout_ink));
        }
    }
    // Without slots nobody waits for one.
    let share = if slots(here, at).is_some() { 0.64 } else { 0.0 };
    let queue = Frame { x: frame.x + left, w: (frame.w - left) * share, h: 82.0, ..frame };
    let x = if share > 0.0 { queue.right() + 12.0 } else { queue.x };
    let box_of_slots = Frame { x, w: frame.right() - x, ..queue };
    let [queue_word, slots_word] = words(here, at);
    if share > 0.0 {
        queue_of(sheet, here, look, at, queue);
    }
    slots_of(sheet, here, look, at, box_of_slots);
    let full = at.queue.is_some_and(|room| load(here, at).0 >= room);
    let ink = if full { Ink::new(p.blocked_ink) } else { Ink::new(p.ink_2) };
    let brief = format!("{} wait", number::count(load(here, at).0));
    let texts = [queue_word, brief];
    if share > 0.0 {
        sheet.text((queue.x, queue.bottom() + 14.0), first_fit(&texts, queue.w + 4.0), ink);
    }
    let (_, served) = load(here, at);
    let brief = slots(here, at).map_or_else(
        || number::counted(served, "call", "calls"),
        |slots| format!("{}/{}", number::count(served), number::count(slots)),
    );
    let texts = [slots_word, brief];
    sheet.text((box_of_slots.x, queue.bottom() + 14.0), first_fit(&texts, box_of_slots.w + 4.0), Ink::new(p.ink_2));
}

/// What comes in against what it can do.
fn meter(sheet: &mut Sheet, look: &Look<'_>, at: &spec::Attempts, rate: f64, frame: Frame) {
    let p = look.palette;
    let most = at.ceiling.unwrap_or(rate).max(1.0);
    let scale = (rate.max(most) * 1.05).max(most * 2.0);
    let y = |rate: f64| frame.bottom() - frame.h * (rate / scale).clamp(0.0, 1.0);
    sheet.fill((frame.x, frame.y), (METER.0, frame.h), 0.0, p.sunken);
    let within = rate.min(most);
    sheet.fill((frame.x, y(within)), (METER.0, frame.bottom() - y(within)), 0.0, p.queued);
    if rate > most {
        sheet.fill((frame.x, y(rate)), (METER.0, y(most) - y(rate)), 0.0, p.blocked);
    }
    if at.ceiling.is_some() {
        sheet.line((frame.x - 3.0, y(most)), (frame.x + METER.0 + 3.0, y(most)), p.ink, 2.0);
    }
}

/// Who waits for a slot: next at the right. Whose caller has gone came before those who still wait.
fn queue_of(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, at: &spec::Attempts, frame: Frame) {
    let p = look.palette;
    let (waiting, _) = load(here, at);
    let (gone, _) = gone(here, at);
    let room = at.queue.unwrap_or(0).max(waiting);
    for y in [frame.y, frame.bottom()] {
        sheet.line((frame.x, y), (frame.right(), y), p.line_3, 1.0);
    }
    sheet.line(
        (frame.right(), frame.y),
        (frame.right(), frame.bottom()),
        p.line_3,
        if waiting > 0 { 2.0 } else { 1.0 },
    );
    let fit = |pitch: f64| {
        let along = |length: f64| libm::floor(length / pitch).max(1.0) as u64;
        (along(frame.h - 4.0), along(frame.w - 6.0))
    };
    let mut pitch = PITCH.0;
    while pitch > PITCH.1 && room > fit(pitch).0 * fit(pitch).1 {
        pitch -= 0.5;
    }
    let (lines, columns) = fit(pitch);
    if room > CELLS || room > lines * columns {
        let share = waiting as f64 / room.max(1) as f64;
        let h = 12.0;
        let y = frame.y + (frame.h - h) / 2.0;
        let w = (frame.w - 8.0) * share;
        let mine = w * gone as f64 / waiting.max(1) as f64;
        sheet.fill((frame.right() - 4.0 - w, y), (w - mine, h), 0.0, p.queued);
        if gone > 0 {
            sheet.frame((frame.right() - 4.0 - mine, y), (mine, h), 0.0, None, p.timeout, 1.4);
        }
        return;
    }
    let cell = |index: u64| {
        let (column, line) = (index / lines, index % lines);
        (frame.right() - 7.0 - column as f64 * pitch, frame.y + 6.0 + line as f64 * pitch)
    };
    let dots = |range: std::ops::Range<u64>| range.map(cell).map(|(x, y)| (x as f32, y as f32)).collect::<Vec<_>>();
    for (x, y) in (0..gone).map(cell) {
        sheet.ring((x, y), pitch * 0.36 - 0.3, p.timeout, 1.3);
    }
    sheet.dots(dots(gone..waiting), pitch * 0.36, p.queued);
    sheet.dots(dots(waiting..room), 0.7, p.line_3);
}

/// Who has a slot.
fn slots_of(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, at: &spec::Attempts, frame: Frame) {
    let p = look.palette;
    let (_, served) = load(here, at);
    let (_, gone) = gone(here, at);
    let slots = slots(here, at).unwrap_or(served).max(served);
    sheet.frame((frame.x, frame.y), (frame.w, frame.h), 4.0, Some(p.sunken), p.line_3, 1.0);
    let pitch = 13.0;
    let lines = (libm::floor((frame.h - 8.0) / pitch)).max(1.0) as u64;
    let columns = (libm::floor((frame.w - 8.0) / pitch)).max(1.0) as u64;
    if slots > lines * columns {
        let text = number::count(served);
        sheet.text((frame.middle(), frame.y + frame.h / 2.0 + 4.0), text, Ink::new(p.ink).bold().middle());
        return;
    }
    let used = slots.div_ceil(lines).max(1);
    let lines = slots.div_ceil(used).max(1);
    let (dx, dy) = (frame.w / (used as f64), (frame.h - 8.0) / lines as f64);
    for index in 0..slots {
        let (column, line) = (index / lines, index % lines);
        let (x, y) = (frame.x + (column as f64 + 0.5) * dx, frame.y + 4.0 + (line as f64 + 0.5) * dy);
        slot(sheet, look, (x, y), index, (gone, served));
    }
}

/// One slot: its caller has gone, or waits for its answer; or it is free.
fn slot(sheet: &mut Sheet, look: &Look<'_>, at: (f64, f64), index: u64, (gone, served): (u64, u64)) {
    let p = look.palette;
    if index < gone {
        sheet.ring(at, 3.4, p.timeout, 1.4);
    } else if index < served {
        crate::scene::glyph::mode(sheet, at, crate::recent::Mode::Waiting, p);
    } else {
        sheet.ring(at, 3.4, p.line_3, 1.0);
    }
}

/// Draws queue and slots in a line, on a phone.
pub(super) fn draw_small(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, at: &spec::Attempts, frame: Frame) {
    let p = look.palette;
    let base = frame.y + 12.0;
    let (waiting, served) = load(here, at);
    let (in_queue, in_slots) = gone(here, at);
    sheet.text((frame.x, base), "queue", Ink::new(p.ink_2));
    let bar = Frame { x: frame.x + 38.0, y: base - 9.0, w: 100.0, h: 11.0 };
    let room = at.queue.unwrap_or(100).max(waiting).max(1) as f64;
    sheet.frame((bar.x, bar.y), (bar.w, bar.h), 0.0, Some(p.sunken), p.line_3, 1.0);
    let w = bar.w * waiting as f64 / room;
    let mine = bar.w * in_queue as f64 / room;
    sheet.fill((bar.x, bar.y), (w, bar.h), 0.0, p.queued);
    sheet.fill((bar.x + w - mine, bar.y), (mine, bar.h), 0.0, p.timeout);
    let text = at.queue.map_or_else(
        || number::count(waiting),
        |room| format!("{} of {}", number::count(waiting), number::count(room)),
    );
    let full = at.queue.is_some_and(|room| waiting >= room);
    sheet.text((bar.right() + 6.0, base), text.clone(), Ink::new(if full { p.blocked_ink } else { p.ink_2 }));
    let x = bar.right() + 18.0 + text_width(&text, 11.0, false);
    sheet.text((x, base), "slots", Ink::new(p.ink_2));
    let left = x + 32.0;
    let slots = slots(here, at).unwrap_or(served);
    if left + slots as f64 * 11.0 <= frame.right() {
        for index in 0..slots {
            slot(sheet, look, (left + 5.0 + index as f64 * 11.0, base - 4.0), index, (in_slots, served));
        }
    } else {
        sheet.text((left, base), number::count(served), Ink::new(p.ink).bold());
    }
}
