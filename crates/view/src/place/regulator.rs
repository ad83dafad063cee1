//! The regulator: a gate between the source and what it feeds, and the gauge of the pressure that moves it.
//!
//! The thresholds belong to the pressure, never to a channel's level.

use super::Here;
use super::face::{Face, Note, OnPhone, Room, Valve};
use crate::number;
use crate::recent::RECENT;
use crate::scene::{Frame, Look, Plan};
use crate::shape::{Ink, Sheet, bold_width, crisp, cut, text_width};
use crate::story::length;
use crate::text::{Row, capital};
use millrace_analysis::{Prefix, Subject};
use millrace_spec as spec;
use millrace_trace::{Span, StationKind};

/// A feedback loop.
#[derive(Debug)]
pub struct Regulator<'a> {
    /// What its gauges and rules are.
    pub spec: &'a spec::Regulator,
}

/// From this width on its gauge can be read.
const READABLE: f64 = 80.0;

impl Face for Regulator<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Gate]
    }

    fn reads(&self) -> &'static str {
        "The gauge is the pressure, with a tick at each threshold; the delay that follows from it narrows the pipe."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let delays = so_far.level(Subject::Gauge(here.id(), self.spec.delay));
        let most = delays.iter().map(|point| point.level).max().filter(|most| *most > 0)?;
        let now = delays.last().map_or(0, |point| point.level);
        let ms = |level: i64| length(Span(level.max(0) as u64));
        let changed = number::counted(delays.len() as u64, "time", "times");
        Some(format!(
            "{}: the delay changed {changed}; it was {} at most, and is {} now.",
            here.label(),
            ms(most),
            ms(now)
        ))
    }

    fn room(&self, _: Here<'_, '_>, _: usize) -> Room {
        Room { head: 0.0, foot: -1.0, ..Room::new(0.0).high(128.0, f64::INFINITY) }
    }

    fn least_width(&self) -> f64 {
        READABLE
    }

    fn valve(&self) -> Option<&dyn Valve> {
        Some(self)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let frame = plan.spot(here.index()).frame;
        if frame.w >= READABLE {
            gauge(sheet, here, look, self.spec, Frame { y: frame.y + 10.0, h: frame.h - 10.0, ..frame });
        }
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Note
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let (pressure, delay) = reading(here, self.spec);
        segments(sheet, look, self.spec, pressure, bar);
        (format!("{} ms delay", big_millis(delay)), delay > 0)
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        vec![says(here, self.spec)]
    }

    fn rows(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<Row> {
        vec![Row { what: here.label().to_owned(), says: says(here, self.spec) }]
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        Some(capital(&says(here, self.spec)))
    }
}

impl Valve for Regulator<'_> {
    fn room(&self) -> f64 {
        28.0
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, pipe: (f64, f64), y: f64) {
        sluice(sheet, here, look, self.spec, pipe, y);
    }

    fn note(&self, here: Here<'_, '_>) -> Note {
        let (_, delay) = reading(here, self.spec);
        (format!("producer waits {} ms", big_millis(delay)), delay > 0)
    }

    fn line(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), base: f64) {
        let (p, regulator) = (look.palette, self.spec);
        let (pressure, _) = reading(here, regulator);
        let unit = unit(here, regulator);
        sheet.text((left, base), unit, Ink::new(p.ink_3));
        let x = left + text_width(unit, 11.0, false) + 8.0;
        let bar = Frame { x, y: base - 8.0, w: 82.0, h: 8.0 };
        segments(sheet, look, regulator, pressure, bar);
        let rule =
            regulator.rules.get(active_rule(regulator, pressure)).map_or(String::new(), |(_, what)| spaced(what));
        let text = format!("{} of {}: {rule}", number::count(pressure), number::count(regulator.pressure_max));
        sheet.text((bar.right() + 8.0, base), cut(&text, right - bar.right() - 8.0, 11.0, false), Ink::new(p.ink_2));
    }
}

/// More segments than this cannot be told apart.
const SEGMENTS: u64 = 40;

/// The pressure and the delay at the playhead.
fn reading(here: Here<'_, '_>, regulator: &spec::Regulator) -> (u64, u64) {
    here.row()
        .map_or((0, 0), |row| (row.gauge(regulator.pressure).max(0) as u64, row.gauge(regulator.delay).max(0) as u64))
}

/// Which of the rules holds: above, between, below.
fn active_rule(regulator: &spec::Regulator, pressure: u64) -> usize {
    if pressure > regulator.high {
        0
    } else if pressure < regulator.low {
        2
    } else {
        1
    }
}

/// The word for the pressure's unit.
fn unit(here: Here<'_, '_>, regulator: &spec::Regulator) -> &'static str {
    let of = |g: &&spec::GaugeSpec| g.station == here.shown.place.station && g.gauge == regulator.pressure;
    here.scene.spec.gauges.iter().find(of).map_or("pressure", |g| g.unit.word())
}

/// The sluice in a pipe: a plate that covers delay ÷ maximum of the opening.
fn sluice(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    regulator: &spec::Regulator,
    (from, to): (f64, f64),
    y: f64,
) {
    let p = look.palette;
    let (_, delay) = reading(here, regulator);
    let share = (delay as f64 / regulator.delay_max.max(1) as f64).clamp(0.0, 1.0);
    let x = libm::floor((from + to) / 2.0) + 1.0;
    sheet.segments(
        vec![
            [from as f32, (y - 8.0) as f32, to as f32, (y - 8.0) as f32],
            [from as f32, (y + 8.0) as f32, to as f32, (y + 8.0) as f32],
            [(x - 4.0) as f32, (y - 24.0) as f32, (x - 4.0) as f32, (y + 8.0) as f32],
            [(x + 4.0) as f32, (y - 24.0) as f32, (x + 4.0) as f32, (y + 8.0) as f32],
        ],
        p.line_3,
        1.0,
    );
    let colour = if delay > 0 { p.blocked } else { p.queued };
    sheet.fill((x - 2.5, y - 22.0), (5.0, 14.0 + 16.0 * share), 0.0, colour);
    sheet.line((x - 6.0, y - 24.0), (x + 6.0, y - 24.0), p.line_3, 1.5);
}

/// The gauge: pressure by segments with the thresholds, the rules, the delay and its recent past.
fn gauge(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, regulator: &spec::Regulator, frame: Frame) {
    let p = look.palette;
    let (x, right, y) = (frame.x, frame.right(), frame.y);
    let (pressure, delay) = reading(here, regulator);
    sheet.text((x, y), here.label(), Ink::new(p.ink).size(12.0).bold());
    sheet.text((x, y + 19.0), unit(here, regulator), Ink::new(p.ink_3));
    let of = format!(" of {}", number::count(regulator.pressure_max));
    sheet.text((right, y + 19.0), of.clone(), Ink::new(p.ink_2).end());
    let before = right - text_width(&of, 11.0, false);
    sheet.text((before, y + 19.0), number::count(pressure), Ink::new(p.ink).bold().end());
    segments(sheet, look, regulator, pressure, Frame { y: y + 27.0, h: 9.0, ..frame });
    let active = here.row().map(|_| active_rule(regulator, pressure));
    for (index, (when, what)) in regulator.rules.iter().enumerate() {
        let line = y + 74.0 + index as f64 * 18.0;
        if line + 3.0 > frame.bottom() {
            return;
        }
        let ink = if active == Some(index) { Ink::new(p.ink).medium() } else { Ink::new(p.ink_3) };
        if active == Some(index) {
            sheet.fill((x, line - 12.5), (frame.w, 17.0), 3.0, p.blocked_wash);
        }
        sheet.text((x + 6.0, line), when.clone(), ink);
        // With a gap between, whatever room there is.
        let room = frame.w - 18.0 - bold_width(when, 11.0);
        sheet.text((right - 6.0, line), cut(&spaced(what), room / 1.1, 11.0, false), ink.end());
    }
    // Whatever reaches below its frame would run through what stands there.
    if frame.h < 144.0 {
        return;
    }
    let line = y + 142.0;
    let number = big_millis(delay);
    sheet.text((x, line), number.clone(), Ink::new(p.ink).size(20.0).bold());
    let after = x + bold_width(&number, 20.0) + 4.0;
    sheet.text((after, line), "ms delay", Ink::new(p.ink_3));
    if frame.h < 159.0 {
        return;
    }
    let share = (delay as f64 / regulator.delay_max.max(1) as f64).clamp(0.0, 1.0);
    sheet.frame((x, line + 8.0), (frame.w, 7.0), 2.0, Some(p.sunken), p.line_2, 0.8);
    sheet.fill((x, line + 8.0), (frame.w * share, 7.0), 2.0, p.blocked);
    if frame.h < 173.0 {
        return;
    }
    sheet.text((x, line + 28.0), "0", Ink::new(p.ink_3));
    sheet.text((right, line + 28.0), big_millis(regulator.delay_max), Ink::new(p.ink_3).end());
    let room = frame.bottom() - (line + 34.0) - 18.0;
    if room >= 16.0 {
        let h = room.min(38.0);
        past(sheet, here, look, regulator, Frame { x, y: frame.bottom() - 18.0 - h, w: frame.w, h });
    }
}

/// With a space between a number and its unit.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut digit = false;
    for c in text.chars() {
        if digit && c.is_ascii_alphabetic() {
            out.push(' ');
        }
        digit = c.is_ascii_digit();
        out.push(c);
    }
    out
}

/// Milliseconds for a large number: whole ones without decimals.
fn big_millis(nanos: u64) -> String {
    if nanos.is_multiple_of(1_000_000) { number::count(nanos / 1_000_000) } else { number::millis(nanos) }
}

/// One segment for each unit of pressure, or one bar where there are too many.
fn segments(sheet: &mut Sheet, look: &Look<'_>, regulator: &spec::Regulator, pressure: u64, frame: Frame) {
    let p = look.palette;
    let max = regulator.pressure_max.max(1);
    let x_of = |value: u64| frame.x + frame.w * (value.min(max) as f64 / max as f64);
    let (mut calm, mut high, mut free) = (vec![], vec![], vec![]);
    let step = max.div_ceil(SEGMENTS).max(1);
    let mut from = 0;
    while from < max {
        let to = (from + step).min(max);
        let gap = if step == 1 { 1.4 } else { 0.0 };
        let rect = [x_of(from), frame.y, x_of(to) - x_of(from) - gap, frame.h].map(|x| x as f32);
        if from >= pressure {
            free.push(rect);
        } else if from >= regulator.high {
            high.push(rect);
        } else {
            calm.push(rect);
        }
        from = to;
    }
    let edge = (step == 1).then_some((p.line_2, 0.8));
    sheet.boxes(free, Some(p.sunken), edge);
    sheet.boxes(calm, Some(p.queued), None);
    sheet.boxes(high, Some(p.blocked), None);
    let mut last = f64::MIN;
    for threshold in [regulator.low, regulator.high] {
        let x = x_of(threshold) - 0.7;
        sheet.line((x, frame.y - 3.0), (x, frame.bottom() + 5.0), p.ink, 1.2);
        let text = number::count(threshold);
        let half = text_width(&text, 11.0, false) / 2.0;
        if frame.h >= 9.0 && x - half > last {
            let middle = x.clamp(frame.x + half, (frame.right() - half).max(frame.x + half));
            sheet.text((middle, frame.bottom() + 16.0), text, Ink::new(p.ink).middle());
            last = x + half + 3.0;
        }
    }
}

/// The delay over the last seconds, as steps.
fn past(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, regulator: &spec::Regulator, frame: Frame) {
    let p = look.palette;
    sheet.line((frame.x, crisp(frame.bottom())), (frame.right(), crisp(frame.bottom())), p.line_2, 1.0);
    sheet.text((frame.x, frame.bottom() + 14.0), "delay, last 5 s", Ink::new(p.ink_3));
    let Some((id, _)) = here.shown.station else { return };
    let from = look.now.0.saturating_sub(RECENT.0);
    let x = |at: u64| frame.right() - look.now.0.saturating_sub(at.max(from)) as f64 / RECENT.0 as f64 * frame.w;
    let y = |value: i64| {
        let share = (value.max(0) as f64 / regulator.delay_max.max(1) as f64).min(1.0);
        frame.bottom() - share * (frame.h - 1.0)
    };
    let mut points = Vec::new();
    let mut last = 0;
    for (at, value) in here.scene.recent.gauge(id, regulator.delay).filter(|(at, _)| at.0 <= look.now.0) {
        if !points.is_empty() || last != 0 {
            points.push((x(at.0), y(last)));
        }
        points.push((x(at.0), y(value)));
        last = value;
    }
    points.push((frame.right(), y(last)));
    let mut area = points.clone();
    area.push((frame.right(), frame.bottom()));
    area.push((points.first().map_or(frame.x, |q| q.0), frame.bottom()));
    sheet.area(area, p.blocked_wash);
    sheet.polyline(points, p.blocked, 1.2);
}

/// "delay 35 ms of 50 ms; pressure 13 of 15, above the threshold of 10".
fn says(here: Here<'_, '_>, regulator: &spec::Regulator) -> String {
    let (pressure, delay) = reading(here, regulator);
    let level = if pressure > regulator.high {
        format!("above the threshold of {}", regulator.high)
    } else if pressure < regulator.low {
        format!("below the threshold of {}", regulator.low)
    } else {
        format!("between the thresholds of {} and {}", regulator.low, regulator.high)
    };
    let (delay, most) = (number::millis(delay), number::millis(regulator.delay_max));
    let (pressure, max) = (number::count(pressure), number::count(regulator.pressure_max));
    format!("delay {delay} ms of at most {most} ms; pressure {pressure} of {max}, {level}")
}
