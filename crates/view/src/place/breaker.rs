//! A breaker: its contact, what it counted against what opens it, its window, and which state comes next.
//!
//! It is a box that the lanes of its callers run into; where they leave it again they are cut while it is open.

mod machine;
mod story;
mod window;

use super::Here;
use super::face::{Face, Note, OnPhone, Room, step};
use crate::Palette;
use crate::number;
use crate::scene::contact::{self, Contact};
use crate::scene::{Frame, Look, Plan, first_fit, heading};
use crate::shape::{Ink, Sheet, crisp, text_width};
use millrace_analysis::{Prefix, Tone};
use millrace_spec::{BreakerGauges, WindowCell};
use millrace_trace::{Gauge, SimTime, StationKind, ledger::StationRow};

/// A breaker.
#[derive(Debug)]
pub struct Breaker;

/// Its height on a phone.
const BAND: f64 = 34.0;

/// Left and right inside the box.
const PAD: f64 = 10.0;
/// The height of the chip with the contact.
const CHIP: f64 = 24.0;
/// More failures or probes than this are a bar.
const MOST_MARKS: u64 = 12;

/// What a breaker shows at the playhead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Its state.
    pub contact: Contact,
    /// Since when.
    pub since: SimTime,
    /// Failures that count.
    pub failures: u64,
    /// Failures in a row that open it; 0 where a rate does.
    pub limit: u64,
    /// Calls in the window, or probes that told.
    pub calls: u64,
    /// Those that were slow.
    pub slow: u64,
    /// Calls before a rate counts.
    pub minimum: u64,
    /// The failure rate that opens it, in percent.
    pub rate: u64,
    /// The slow-call rate that opens it, in percent.
    pub slow_rate: u64,
    /// When it lets probes through, while it is open; until when it may be half-open, 0 for ever.
    pub until: SimTime,
    /// How many probes are permitted.
    pub permitted: u64,
    /// How many of them decide.
    pub deciding: u64,
    /// Probes let through.
    pub probes: u64,
    /// Those that passed.
    pub passed: u64,
    /// Calls turned away so far.
    pub turned_away: u64,
    /// The cells of the window.
    pub cells: Vec<WindowCell>,
    /// The one that is written next.
    pub next: usize,
}

impl Reading {
    /// What the breaker at a station shows; closed with nothing counted before it is there.
    pub fn of(here: Here<'_, '_>) -> Reading {
        Reading::at(here, here.row())
    }

    /// The same of a breaker that is a part of a place.
    pub fn at(here: Here<'_, '_>, row: Option<&StationRow>) -> Reading {
        let gauges = BreakerGauges::ALL;
        let Some(row) = row else { return Reading::default() };
        let read = |gauge: Gauge| row.gauge(gauge).max(0) as u64;
        Reading {
            contact: row.state.map_or(Contact::Closed, |state| Contact::of(here.scene.trace.name(state))),
            since: row.state_since,
            failures: read(gauges.failures),
            limit: read(gauges.limit),
            calls: read(gauges.calls),
            slow: read(gauges.slow),
            minimum: read(gauges.minimum),
            rate: read(gauges.rate),
            slow_rate: read(gauges.slow_rate),
            until: SimTime(read(gauges.until)),
            permitted: read(gauges.permitted),
            deciding: match read(gauges.deciding) {
                0 => read(gauges.permitted),
                some => some.min(read(gauges.permitted)),
            },
            probes: read(gauges.probes),
            passed: read(gauges.passed),
            turned_away: read(gauges.turned_away),
            cells: gauges.window.read(row),
            next: read(gauges.next) as usize,
        }
    }

    /// Whether calls come through: the wires behind it are whole.
    pub fn conducts(&self) -> bool {
        !matches!(self.contact, Contact::Open | Contact::ForcedOpen)
    }

    /// Whether it has been half-open for longer than it may, and nobody has asked since: whoever asks next is turned away, or is a
    /// probe if the open time that counts from there is over as well.
    fn is_overdue(&self, now: SimTime) -> bool {
        self.contact == Contact::HalfOpen && self.until > SimTime::ZERO && now > self.until
    }

    /// Probes that failed. A row of failures needs but one to open it again.
    fn failed(&self) -> u64 {
        if self.limit > 0 { 0 } else { self.failures }
    }

    /// The share of calls that failed and that were slow; none of none.
    fn shares(&self) -> Option<(f64, f64)> {
        let of = |n: u64| n as f64 / self.calls as f64;
        (self.calls > 0).then(|| (of(self.failures), of(self.slow)))
    }

    /// What it is about at the moment, from long to short.
    fn status(&self, now: SimTime) -> Vec<String> {
        match self.contact {
            Contact::Open => {
                let left = self.until.since(now).0;
                if left == 0 {
                    return vec!["next call is a probe".to_owned(), "probe next".to_owned()];
                }
                let left = number::seconds(left);
                vec![format!("retry in {left} s"), format!("{left} s")]
            }
            Contact::HalfOpen if self.is_overdue(now) => {
                vec!["next call finds it open".to_owned(), "its time is over".to_owned(), "over".to_owned()]
            }
            Contact::HalfOpen if self.probes > self.permitted => {
                let (n, of) = (number::count(self.probes), self.deciding);
                vec![format!("{n} probes, {} of {of} passed", self.passed), format!("{n} probes")]
            }
            Contact::HalfOpen if self.passed + self.failed() > 0 || self.limit > 0 => {
                vec![
                    format!("{} of {} passed", self.passed, self.deciding),
                    format!("{} of {}", self.passed, self.deciding),
                ]
            }
            Contact::HalfOpen => vec![format!("{} probes", self.permitted)],
            Contact::ForcedOpen => vec!["held open".to_owned(), "held".to_owned()],
            Contact::Disabled => vec!["counts nothing".to_owned(), "bridged".to_owned()],
            Contact::Closed if self.limit > 0 => {
                let (n, of) = (number::count(self.failures), number::count(self.limit));
                vec![format!("{n} of {of} failures"), format!("{n} of {of}")]
            }
            Contact::Closed if self.calls < self.minimum => {
                let (n, of) = (number::count(self.calls), number::count(self.minimum));
                vec![format!("{n} of {of} calls"), format!("{n} of {of}")]
            }
            Contact::Closed => vec![format!("{} calls", number::count(self.calls))],
        }
    }

    /// Its state and what came of it.
    pub fn summary(&self) -> String {
        format!("{}, {} calls turned away", self.contact.word(), number::count(self.turned_away))
    }

    /// Everything there is to say, a phrase each.
    pub fn says(&self, now: SimTime) -> Vec<String> {
        let mut says = vec![self.contact.word().to_owned()];
        if matches!(self.contact, Contact::Open | Contact::HalfOpen) {
            says.extend(self.status(now).into_iter().next());
        }
        if self.contact == Contact::HalfOpen {
            says.push(format!("{} probes let through", number::count(self.probes)));
            if self.deciding < self.permitted {
                says.push(format!("the first {} that tell decide", number::count(self.deciding)));
            }
            if self.until > now {
                says.push(format!("opens again in {} s unless they do", number::seconds(self.until.since(now).0)));
            }
        }
        if self.limit > 0 {
            let (n, of) = (number::count(self.failures), number::count(self.limit));
            says.push(format!("{n} failures in a row, {of} open it"));
        } else {
            match self.shares() {
                Some((failed, slow)) => {
                    let (calls, failed, slow) =
                        (number::count(self.calls), number::percent(failed), number::percent(slow));
                    says.push(format!("{failed} % of {calls} calls failed, {} % open it", self.rate));
                    says.push(format!("{slow} % slow, {} % open it", self.slow_rate));
                }
                None => says.push(format!("no calls, {} % failed or {} % slow open it", self.rate, self.slow_rate)),
            }
            says.push(format!("from {} calls on", number::count(self.minimum)));
        }
        says.push(format!("{} turned away", number::count(self.turned_away)));
        says
    }
}

impl Face for Breaker {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Gate]
    }

    fn reads(&self) -> &'static str {
        "The contact is closed, open or half-open; below it stands what it counts, and what will change it."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let stated = so_far.journal().iter().filter(|e| e.tone == Tone::State && e.who == here.shown.place.station);
        story::told(&here, stated, so_far.at())
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room::new(step([140.0, 120.0, 84.0, 60.0], level)).around_lanes()
    }

    fn after(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([18.0, 15.0, 10.0, 8.0], level)
    }

    fn conducts(&self, here: Here<'_, '_>) -> bool {
        Reading::of(here).conducts()
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let (cell, frame) = (spot.cell, spot.frame);
        let reading = Reading::of(here);
        let turned_away = number::count(reading.turned_away);
        let line = first_fit(&[format!("{turned_away} turned away"), turned_away], frame.w);
        heading(sheet, look, (frame.x, frame.w), cell, here.label(), &line, false);
        body(sheet, look, &reading, frame);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Band(BAND)
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let reading = Reading::of(here);
        strip(sheet, look, &reading, Frame { y: bar.y - 3.0, h: 14.0, ..bar });
        (format!("{} refused", number::count(reading.turned_away)), false)
    }

    fn band(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame, _: Note) {
        let reading = Reading::of(here);
        strip(sheet, look, &reading, Frame { y: frame.y + 10.0, h: 24.0, ..frame });
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        Reading::of(here).says(look.now)
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), Reading::of(here).summary()))
    }
}

/// The box, with all it has room for.
fn body(sheet: &mut Sheet, look: &Look<'_>, reading: &Reading, frame: Frame) {
    let p = look.palette;
    let edge = reading.contact.colour(p);
    sheet.frame((frame.x + 0.5, frame.y + 0.5), (frame.w - 1.0, frame.h - 1.0), 4.0, Some(p.surface), edge, 1.6);
    let pad = PAD.min(frame.w / 10.0);
    let mut inner = Frame { x: frame.x + pad, y: frame.y + pad, w: frame.w - 2.0 * pad, h: frame.h - 2.0 * pad };
    let mut take = |h: f64| -> Option<Frame> {
        let part = Frame { h, ..inner };
        (inner.h >= h).then(|| {
            inner.y += h;
            inner.h -= h;
            part
        })
    };
    if let Some(part) = take(CHIP) {
        chip(sheet, p, reading, part);
    }
    take(8.0);
    if let Some(part) = take(34.0) {
        status(sheet, look, reading, part);
    }
    if reading.limit == 0
        && let Some(part) = take(64.0)
    {
        rates(sheet, p, reading, part);
    }
    // The diagram stands at the foot of the box, and the window has what is between, as far as it needs it.
    let foot = Frame { y: inner.bottom() - machine::HEIGHT, h: machine::HEIGHT, ..inner };
    let diagram = inner.w >= machine::WIDTH && inner.h >= machine::HEIGHT + 60.0;
    let room = if diagram { inner.h - machine::HEIGHT - 12.0 } else { inner.h };
    window::draw(sheet, p, reading, Frame { h: room, ..inner });
    if diagram {
        machine::draw(sheet, p, reading.contact, foot);
    }
}

/// The contact with the word for its state.
pub(super) fn chip(sheet: &mut Sheet, p: &Palette, reading: &Reading, part: Frame) {
    let state = reading.contact;
    sheet.fill((part.x, part.y), (part.w, part.h), 3.0, state.wash(p));
    let y = part.y + part.h / 2.0;
    let word = text_width(state.word(), 11.0, false);
    if part.w >= contact::WIDTH + word + 14.0 {
        contact::contact(sheet, (part.x + 6.0, y + 2.0), state, p, 1.0);
        sheet.text((part.right() - 6.0, y + 4.0), state.word(), Ink::new(state.ink(p)).bold().end());
    } else {
        let scale = (part.w / contact::WIDTH).min(1.0);
        contact::contact(sheet, (part.middle() - contact::WIDTH / 2.0 * scale, y + 2.0), state, p, scale);
    }
}

/// A line of words, and marks or a bar below it.
pub(super) fn status(sheet: &mut Sheet, look: &Look<'_>, reading: &Reading, part: Frame) {
    let p = look.palette;
    sheet.text((part.x, part.y + 11.0), first_fit(&reading.status(look.now), part.w), Ink::new(p.ink));
    let bar = Frame { y: part.y + 18.0, h: 8.0, ..part };
    match reading.contact {
        Contact::Open => {
            let whole = reading.until.since(reading.since).0.max(1);
            let left = reading.until.since(look.now).0 as f64 / whole as f64;
            measure(sheet, p, bar, left, p.server);
        }
        Contact::HalfOpen => probes(sheet, p, reading, bar),
        Contact::Closed if reading.limit > 0 => failures(sheet, p, reading, bar),
        Contact::Closed => {
            let share = reading.calls as f64 / reading.minimum.max(1) as f64;
            measure(sheet, p, bar, share, p.queued);
        }
        Contact::ForcedOpen | Contact::Disabled => {}
    }
}

/// A bar that is filled in part.
fn measure(sheet: &mut Sheet, p: &Palette, bar: Frame, share: f64, colour: crate::Rgba) {
    sheet.frame((bar.x, bar.y), (bar.w, bar.h), 2.0, Some(p.sunken), p.line_2, 0.8);
    sheet.fill((bar.x, bar.y), (bar.w * share.clamp(0.0, 1.0), bar.h), 2.0, colour);
}

/// A square for each failure in a row, of those that open it.
fn failures(sheet: &mut Sheet, p: &Palette, reading: &Reading, bar: Frame) {
    if reading.limit > MOST_MARKS || bar.w < reading.limit as f64 * 7.0 {
        return measure(sheet, p, bar, reading.failures as f64 / reading.limit.max(1) as f64, p.server);
    }
    let pitch = (bar.w / reading.limit as f64).min(11.0);
    let square = |i: u64| [bar.x + i as f64 * pitch, bar.y, pitch - 2.4, bar.h].map(|x| x as f32);
    let full = reading.failures.min(reading.limit);
    sheet.boxes((full..reading.limit).map(square).collect(), Some(p.sunken), Some((p.line_3, 1.0)));
    sheet.boxes((0..full).map(square).collect(), Some(p.server), None);
}

/// A mark for each probe: a disc that passed, a cross that failed, a ring that is under way, a dot that may still come.
fn probes(sheet: &mut Sheet, p: &Palette, reading: &Reading, bar: Frame) {
    let (passed, failed) = (reading.passed, reading.failed());
    let all = reading.permitted.max(reading.probes);
    let pitch = (bar.w / all.max(1) as f64).min(13.0);
    let fit = if pitch >= 7.0 { all } else { (bar.w / 9.0) as u64 };
    let (pitch, r) = (pitch.max(9.0).min(bar.w / fit.max(1) as f64), (pitch.max(9.0) / 2.0 - 1.2).min(4.0));
    for i in 0..fit {
        let at = (bar.x + pitch * (i as f64 + 0.5), bar.y + 4.0);
        if i < passed {
            sheet.disc(at, r, p.success);
        } else if i < passed + failed {
            let (x, y, r) = (at.0, at.1, r * 0.8);
            sheet.line((x - r, y - r), (x + r, y + r), p.server, 1.6);
            sheet.line((x + r, y - r), (x - r, y + r), p.server, 1.6);
        } else if i < reading.probes {
            sheet.ring(at, r - 0.4, p.blocked, 1.5);
        } else {
            sheet.disc(at, 1.4, p.line_3);
        }
    }
}

/// A share in whole percent, without the sign.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| number::count((share * 100.0 + 0.5) as u64))
}

/// Both rates against what opens it, pale as long as there are too few calls.
fn rates(sheet: &mut Sheet, p: &Palette, reading: &Reading, part: Frame) {
    let (failed, slow) = reading.shares().unzip();
    let counts = reading.calls >= reading.minimum;
    let alpha = if counts { 1.0 } else { 0.45 };
    let lines = [("failed", failed, reading.rate, p.server), ("slow", slow, reading.slow_rate, p.blocked)];
    for (index, (word, share, limit, colour)) in lines.into_iter().enumerate() {
        let y = part.y + 32.0 * index as f64;
        let percent = percent(share);
        sheet.text((part.x, y + 11.0), word, Ink::new(p.ink_3));
        let told = first_fit(&[format!("{percent} of {limit} %"), format!("{percent} %")], part.w - 38.0);
        sheet.text((part.right(), y + 11.0), told, Ink::new(if counts { p.ink } else { p.ink_3 }).end());
        measure(sheet, p, Frame { y: y + 16.0, h: 7.0, ..part }, share.unwrap_or_default(), colour.faint(alpha));
        let x = crisp(part.x + part.w * (limit as f64 / 100.0).min(1.0) - 1.0);
        sheet.line((x, y + 13.0), (x, y + 26.0), p.ink, 1.2);
    }
}

/// A breaker in one line: contact, word, what it is about, and marks where there is room. For phones.
fn strip(sheet: &mut Sheet, look: &Look<'_>, reading: &Reading, bar: Frame) {
    let p = look.palette;
    let word = text_width(reading.contact.word(), 11.0, false);
    let part = Frame { w: (contact::WIDTH + 1.08 * word + 24.0).min(bar.w), ..bar };
    chip(sheet, p, reading, part);
    let rest = Frame { x: part.right() + 8.0, w: bar.right() - part.right() - 8.0, ..bar };
    let words = match reading.contact {
        Contact::Closed if reading.limit == 0 && reading.calls >= reading.minimum => {
            let (failed, slow) = reading.shares().unzip();
            let failed = format!("{} of {} % failed", percent(failed), reading.rate);
            let both = format!("{failed}, {} of {} % slow", percent(slow), reading.slow_rate);
            first_fit(&[both, failed], rest.w)
        }
        _ => first_fit(&reading.status(look.now), rest.w),
    };
    let base = bar.y + bar.h / 2.0 + 4.0;
    sheet.text((rest.x, base), words.clone(), Ink::new(p.ink_2));
    let after = rest.x + text_width(&words, 11.0, false) + 10.0;
    let marks = Frame { x: after, y: bar.y + bar.h / 2.0 - 4.0, w: rest.right() - after, h: 8.0 };
    if marks.w < 30.0 {
        return;
    }
    match reading.contact {
        Contact::Open => {
            let whole = reading.until.since(reading.since).0.max(1);
            measure(sheet, p, marks, reading.until.since(look.now).0 as f64 / whole as f64, p.server);
        }
        Contact::HalfOpen => probes(sheet, p, reading, marks),
        Contact::Closed if reading.limit > 0 => failures(sheet, p, reading, marks),
        // A rate is told in words.
        Contact::Closed | Contact::ForcedOpen | Contact::Disabled => {}
    }
}
