//! The server: a box that lanes run through, with its scale of ages, the median, and a word on how it does. Where no lanes run
//! through it, the calls in it stand there by their age.

use super::face::{Face, Note, OnPhone, Room, step};
use super::{Condition, Here};
use crate::number;
use crate::scene::age::{self, Scale};
use crate::scene::{Frame, Look, Plan, first_fit, wires};
use crate::shape::{Ink, Point, Sheet, bold_width, crisp, cut, text_width};
use crate::story::{listed, spread};
use crate::text::Row;
use millrace_analysis::{How, Prefix};
use millrace_trace::{SimTime, StationKind, UNLIMITED};

/// A server.
#[derive(Debug)]
pub struct Server;

/// The width in which large numbers have room.
const LARGE: f64 = 124.0;

impl Face for Server {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Server]
    }

    fn reads(&self) -> &'static str {
        "A call comes in at the left and is the further right the longer it takes, on a scale by powers of ten."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let (calls, row) = (so_far.calls()?.at(here.id()), here.row()?);
        let of = |way: How| calls.count(|how| how == way);
        let ways = [(How::Success, "with a result"), (How::Error, "with an error"), (How::Timeout, "not in time")];
        let ways = ways.map(|(way, words)| (of(way), words)).into_iter().filter(|(n, _)| *n > 0).enumerate();
        let calls_ended = |index| if index == 0 { " calls ended" } else { "" };
        let ended: Vec<String> =
            ways.map(|(index, (n, words))| format!("{}{} {words}", number::count(n), calls_ended(index))).collect();
        let took = calls.summary().map(spread)?;
        let (label, ended, peak) = (here.label(), listed(&ended), number::count(row.levels.present_peak));
        Some(format!("{label}: {ended}; {took}. At most {peak} were there at once."))
    }

    fn room(&self, here: Here<'_, '_>, level: usize) -> Room {
        let width: f64 = step([96.0, 66.0, 62.0, 52.0], level);
        // What is called by those without lanes is told in large numbers.
        let from = |path: &super::Path| path.from().and_then(|index| here.other(index));
        let lanes = here.across().filter_map(from).all(|caller| caller.face().has_lanes());
        let width = if lanes { width } else { width.max(LARGE) };
        // There is always room for its name.
        let width = width.max(bold_width(here.label(), 12.0).min(LARGE));
        let room = Room::new(width).around_lanes();
        // Where wires end in it, among many, it takes the width that others leave and makes do with little height.
        if here.is_one_of_many() && here.across().next().is_none() {
            return room.hungry(1.0).high(110.0, f64::INFINITY);
        }
        room
    }

    fn before(&self, here: Here<'_, '_>, level: usize) -> f64 {
        // Who waits for a slot waits at its door.
        let first = |path: &&super::Path| path.stops.get(1) == Some(&here.index());
        let mut callers = here.across().filter(first).filter_map(|path| here.other(path.from()?));
        let lanes = callers.any(|caller| caller.face().has_lanes());
        if lanes { step([36.0, 22.0, 14.0, 10.0], level) } else { 0.0 }
    }

    fn after(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([26.0, 21.0, 16.0, 14.0], level)
    }

    fn holds_calls(&self) -> bool {
        true
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let (scene, p) = (here.scene, look.palette);
        let spot = plan.spot(here.index());
        let frame = spot.frame;
        let (name, second) = (spot.cell.y + 17.0, spot.cell.y + 32.0);
        let condition = condition(here, look);
        let state = condition.words();
        let label = here.label();
        sheet.text((frame.x, name), cut(label, frame.w + 4.0, 12.0, false), Ink::new(p.ink).size(12.0).bold());
        let room = frame.w - bold_width(label, 12.0) - 6.0;
        let word = Ink::new(condition.ink(p)).bold().end();
        let fitting = if bold_width(&state, 11.0) <= room { state.clone() } else { condition.brief() };
        let beside = bold_width(&fitting, 11.0) <= room;
        if beside {
            sheet.text((frame.right(), name), fitting, word);
        } else {
            // No room beside the name: it takes the second line.
            sheet.text((frame.right(), second), state, word);
        }
        let mean = recent_mean(here).map(|ns| format!("{} ms", number::short_millis(ns)));
        let load = load(here);
        let mean_w = mean.as_ref().map_or(0.0, |m| text_width(m, 11.0, false));
        if beside && text_width(&load, 11.0, false) + mean_w + 4.0 <= frame.w {
            sheet.text((frame.x, second), load, Ink::new(p.ink_3));
            sheet.text((frame.right(), second), mean.unwrap_or_default(), Ink::new(p.ink_3).end());
        } else if beside {
            // How many are in it comes before how long they take, and who waits before who does not.
            let waiting = here.row().map_or(0, |row| row.levels.waiting());
            let brief = (waiting > 0).then(|| format!("{} wait", number::count(waiting)));
            let texts: Vec<String> = [load].into_iter().chain(brief).chain([number::count(here.level())]).collect();
            sheet.text((frame.x, second), first_fit(&texts, frame.w), Ink::new(p.ink_3));
        }
        body(sheet, here, look, frame, true);
        words(sheet, here, look, frame);
        // Calls of lanes stand on them.
        let in_lanes = scene.all().any(|caller| wires::run(caller, plan).through.contains(&here.index()));
        if !in_lanes {
            age::draw(sheet, scene, look, here.shown.station, frame);
            door(sheet, here, look, frame);
        }
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Beside
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let condition = condition(here, look);
        sheet.text((bar.x, bar.y + 8.0), condition.words(), Ink::new(condition.ink(look.palette)).bold());
        (load(here), false)
    }

    fn beside(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        body(sheet, here, look, frame, false);
    }

    fn caption(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, at: Point) {
        let condition = condition(here, look);
        let words = first_fit(&[format!("server {}", condition.words()), condition.words(), condition.brief()], 86.0);
        sheet.text(at, words, Ink::new(condition.ink(look.palette)).middle());
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let mut lines = vec![load(here), condition(here, look).words()];
        let mean = recent_mean(here);
        lines.extend(mean.map(|ns| format!("mean of recent calls {} ms", number::millis(ns))));
        lines
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        vec![Row { what: here.label().to_owned(), says: says(here, look.now) }]
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), says(here, look.now)))
    }
}

/// In the text alternative: its slots, how it is, how long calls took, what was injected.
fn says(here: Here<'_, '_>, now: SimTime) -> String {
    let scene = here.scene;
    let words = Condition::of(scene, &here.shown.place.station, now).words();
    let Some(row) = here.row() else { return words };
    let n = number::count(row.levels.in_service);
    let mut text = match row.capacity {
        UNLIMITED => format!("{n} calls under way, {words}"),
        slots => {
            let waiting = number::count(row.levels.waiting());
            format!("{n} of {} slots in use, {waiting} waiting for one, {words}", number::count(u64::from(slots)))
        }
    };
    if let Some(mean) = recent_mean(here) {
        text = format!("{text}, recent calls took {} ms", number::millis(mean));
    }
    let own = scene.spec.faults_of(&here.shown.place.station);
    let standing = own.filter(|f| !scene.ledger.standing(&f.name(), scene.trace).is_empty());
    let faults: Vec<&str> = standing.map(|f| f.label).collect();
    if faults.is_empty() { text } else { format!("{text}, injected: {}", faults.join(", ")) }
}

/// The mean of its recent calls.
fn recent_mean(here: Here<'_, '_>) -> Option<u64> {
    here.scene.recent.calls(here.id())?.recent_mean()
}

/// The box itself.
fn body(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame, labels: bool) {
    let p = look.palette;
    sheet.frame((frame.x + 0.5, frame.y + 0.5), (frame.w - 1.0, frame.h - 1.0), 4.0, Some(p.sunken), p.line_3, 1.0);
    let scale = Scale::of(here.scene, here.id());
    let foot = if labels { 16.0 } else { 4.0 };
    let lines = scale.ticks().map(|(age, _)| {
        let x = crisp(scale.x(frame, age));
        [x, frame.y + 6.0, x, frame.bottom() - foot].map(|x| x as f32)
    });
    sheet.segments(lines.to_vec(), p.line, 1.0);
    if let Some(p50) = here.scene.recent.calls(here.id()).and_then(|calls| calls.recent_p50()) {
        let x = crisp(scale.x(frame, p50));
        let top = if labels { 14.0 } else { 3.0 };
        sheet.dashed((x, frame.y + top), (x, frame.bottom() - foot), p.p50, 1.0, (2.0, 3.0));
    }
}

/// Those who wait for a slot, in front of the box: a bar beside those inside, as high against the slots as they are many.
fn door(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
    let Some(row) = here.row().filter(|row| row.levels.waiting() > 0) else { return };
    let (waiting, slots) = (row.levels.waiting() as f64, f64::from(row.capacity.max(1)));
    let h = (frame.h - 52.0).max(4.0) * (waiting / slots).clamp(0.02, 1.0);
    sheet.fill((frame.x - 6.0, frame.bottom() - 20.0 - h), (4.0, h), 0.0, look.palette.queued);
}

/// The words in the box, above and below the lanes that run through it.
fn words(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
    let p = look.palette;
    let scale = Scale::of(here.scene, here.id());
    let mut free = frame.x + 2.0;
    let mut write = |text: &str, x: f64, base: f64, ink: Ink, free: f64| -> Option<f64> {
        let half = text_width(text, 11.0, false) / 2.0;
        let middle = x.clamp(frame.x + half + 3.0, (frame.right() - half - 3.0).max(frame.x + half + 3.0));
        if middle - half < free || middle + half > frame.right() {
            return None;
        }
        sheet.text((middle, base), text, ink.middle());
        Some(middle + half)
    };
    for (age, text) in scale.ticks() {
        let x = scale.x(frame, age);
        free = write(&text, x, frame.bottom() - 5.0, Ink::new(p.ink_3), free).unwrap_or(free);
    }
    if let Some(p50) = here.scene.recent.calls(here.id()).and_then(|calls| calls.recent_p50())
        && frame.h >= 32.0
    {
        write("p50", scale.x(frame, p50), frame.y + 11.0, Ink::new(p.running_ink), 0.0);
    }
}

/// How many slots are used, or how many calls are under way.
fn load(here: Here<'_, '_>) -> String {
    match here.row() {
        Some(row) if row.capacity != UNLIMITED => {
            let (used, slots) = (number::count(row.levels.in_service), number::count(u64::from(row.capacity)));
            match row.levels.waiting() {
                0 => format!("{used}/{slots} slots"),
                waiting => format!("{used}/{slots}, {} wait", number::count(waiting)),
            }
        }
        row => match row.map_or(0, |r| r.levels.present) {
            1 => "1 call".to_owned(),
            n => format!("{} calls", number::count(n)),
        },
    }
}

/// How it is now.
fn condition(here: Here<'_, '_>, look: &Look<'_>) -> Condition {
    Condition::of(here.scene, &here.shown.place.station, look.now)
}
