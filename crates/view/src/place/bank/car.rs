//! The box of a car where it is now: who rides and where to, how full it is, its way, its doors.

use super::figure::{self, FIGURE, People};
use super::plan::{LINE, Plan, Tier, number};
use super::state::{Car, State};
use crate::number as numbers;
use crate::scene::contact::Contact;
use crate::scene::{Detail, Frame, Look};
use crate::shape::{Ink, Sheet, text_width};
use crate::{Palette, Rgba};

/// Draws the cars.
pub fn draw(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    if plan.tier == Tier::Mark {
        marks(sheet, state, look, plan);
        return;
    }
    for (index, car) in state.cars.iter().enumerate() {
        let frame = plan.car_box(index, car.place);
        body(sheet, look, car, frame, plan.tier);
        if plan.tier >= Tier::Medium {
            trouble(sheet, look, plan, car, (plan.shaft(index), frame));
        }
    }
}

/// The colour of a car's outline.
fn outline(car: &Car<'_>, p: &Palette) -> Rgba {
    match car.breaker.map(|breaker| breaker.status) {
        Some(Contact::Open | Contact::ForcedOpen) => p.server,
        Some(Contact::HalfOpen) => p.blocked,
        _ if car.trouble.is_some() => p.rejected,
        _ => p.ink_2,
    }
}

/// Marks where there is no room for boxes, in the colours of the breakers.
fn marks(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    let p = look.palette;
    let mut groups: Vec<(Rgba, Vec<[f32; 4]>)> = Vec::new();
    for (index, car) in state.cars.iter().enumerate() {
        let frame = plan.car_box(index, car.place);
        let rect = [frame.x, frame.y, frame.w, frame.h].map(|v| v as f32);
        let colour = outline(car, p);
        match groups.iter_mut().find(|(other, _)| *other == colour) {
            Some((_, rects)) => rects.push(rect),
            None => groups.push((colour, vec![rect])),
        }
    }
    groups.into_iter().for_each(|(colour, rects)| sheet.boxes(rects, Some(colour), None));
}

fn body(sheet: &mut Sheet, look: &Look<'_>, car: &Car<'_>, frame: Frame, tier: Tier) {
    let p = look.palette;
    let colour = outline(car, p);
    let Frame { x, y, w, h } = frame;
    // The outline lies within the frame.
    sheet.frame((x + 0.8, y + 0.8), (w - 1.6, h - 1.6), 2.0, Some(p.surface), colour, 1.6);
    // The doors: leaves at both sides while they are open, a seam while they are closed.
    let leaf = if car.doors { (w * 0.09).clamp(2.0, 7.0) } else { 0.0 };
    if car.doors {
        for left in [x + 1.6, frame.right() - 1.6 - leaf] {
            sheet.fill((left, y + 1.6), (leaf, h - 3.2), 0.0, p.line_2);
        }
        let edges = [x + 1.6 + leaf, frame.right() - 1.6 - leaf];
        sheet.segments(edges.map(|e| [e, y + 1.6, e, y + h - 1.6].map(|v| v as f32)).to_vec(), p.line_3, 1.0);
    }
    let pad = if tier == Tier::Narrow { 2.0 } else { 3.5 };
    let inner = Frame { x: x + pad + leaf, w: w - 2.0 * (pad + leaf), ..frame };
    if tier == Tier::Narrow {
        count(sheet, look, car, inner, colour);
        return;
    }
    let way = way_mark(sheet, look, car, inner);
    let floor = if h >= 22.0 { 5.5 } else { 3.2 };
    let room = Frame { w: inner.w - if way { 13.0 } else { 0.0 }, h: h - floor, ..inner };
    riders(sheet, look, car, room);
    load_bar(sheet, look, car, inner, h >= 22.0);
}

/// How many ride, and which way the car goes.
fn count(sheet: &mut Sheet, look: &Look<'_>, car: &Car<'_>, inner: Frame, colour: Rgba) {
    let p = look.palette;
    let text = numbers::count(car.riders.len() as u64);
    let w = text_width(&text, 11.0, false);
    let y = inner.y + inner.h / 2.0;
    let both = inner.w >= w + 10.0;
    let x = if both && car.heading.is_some() { inner.middle() - 5.0 } else { inner.middle() };
    if w <= inner.w + 3.0 {
        let ink = if car.riders.is_empty() { p.ink_3 } else { p.ink };
        sheet.text((x, y + 4.0), text, Ink::new(ink).medium().middle());
    }
    if let Some(way) = car.heading.filter(|_| both) {
        figure::arrow(sheet, (x + w / 2.0 + 6.0, y), 3.2, way, Some(colour), None);
    }
}

/// The way it is heading, or a cross where its breaker holds it.
fn way_mark(sheet: &mut Sheet, look: &Look<'_>, car: &Car<'_>, inner: Frame) -> bool {
    let p = look.palette;
    let (x, y) = (inner.right() - 5.0, inner.y + (inner.h / 2.0 - 1.0));
    if car.breaker.is_some_and(|breaker| breaker.is_open()) || car.is_stuck() {
        let colour = outline(car, p);
        sheet.line((x - 3.2, y - 3.2), (x + 3.2, y + 3.2), colour, 1.7);
        sheet.line((x + 3.2, y - 3.2), (x - 3.2, y + 3.2), colour, 1.7);
        return true;
    }
    let Some(way) = car.heading else { return false };
    figure::arrow(sheet, (x, y), 4.0, way, Some(p.ink_2), None);
    true
}

/// The riders: each with the number of its landing, or as a figure, or all as one figure and a count.
fn riders(sheet: &mut Sheet, look: &Look<'_>, car: &Car<'_>, room: Frame) {
    let p = look.palette;
    let n = car.riders.len();
    let height = (room.h - 5.0).clamp(8.0, 10.5);
    let ground = room.bottom() - if room.h >= 18.0 { 2.5 } else { 1.5 };
    let base = ground - (height - 8.2) / 2.0;
    if n == 0 {
        let empty = "empty";
        let fits = text_width(empty, 11.0, false) <= room.w;
        sheet.text((room.x + 1.0, base), if fits { empty } else { "0" }, Ink::new(p.ink_3));
        return;
    }
    let mut people = People::new(p.queued, height);
    let scale = height / figure::HEIGHT;
    let numbers: Vec<String> = car.riders.iter().map(|to| to.map_or("?".to_owned(), number)).collect();
    let pitch = |text: &str| FIGURE * scale + 2.0 + text_width(text, 11.0, false) + 4.0;
    let whole: f64 = numbers.iter().map(|text| pitch(text)).sum();
    if look.detail == Detail::Numbers && whole <= room.w + 4.0 {
        let mut x = room.x;
        for text in numbers {
            people.stand((x + FIGURE * scale / 2.0, ground));
            let next = x + pitch(&text);
            sheet.text((x + FIGURE * scale + 2.0, base), text, Ink::new(p.ink_2));
            x = next;
        }
    } else if look.detail != Detail::Flow && n as f64 * (FIGURE * scale + 0.6) <= room.w {
        let pitch = (room.w / n as f64).min(FIGURE * scale + 2.0);
        (0..n).for_each(|index| people.stand((room.x + (index as f64 + 0.5) * pitch, ground)));
    } else {
        people.stand((room.x + 4.0, ground));
        // A bare number beside a figure is where somebody wants to go.
        sheet.text((room.x + 11.0, base), format!("×{}", numbers::count(n as u64)), Ink::new(p.ink).medium());
    }
    people.paint(sheet);
}

/// How full it is.
fn load_bar(sheet: &mut Sheet, look: &Look<'_>, car: &Car<'_>, inner: Frame, tall: bool) {
    let p = look.palette;
    let Some(capacity) = car.capacity.filter(|capacity| *capacity > 0) else { return };
    let h = if tall { 2.5 } else { 1.6 };
    let at = (inner.x, inner.bottom() - 2.2 - h);
    let share = (car.riders.len() as f64 / f64::from(capacity)).clamp(0.0, 1.0);
    sheet.fill(at, (inner.w, h), 0.0, p.line);
    sheet.fill(at, (inner.w * share, h), 0.0, if share >= 1.0 { p.blocked } else { p.queued });
}

/// Why it is not in service, and where it is held, below it or above.
fn trouble(sheet: &mut Sheet, look: &Look<'_>, plan: &Plan, car: &Car<'_>, (shaft, frame): (Frame, Frame)) {
    let p = look.palette;
    let held = car.is_held();
    let mut lines: Vec<String> = car.trouble.iter().map(|word| (*word).to_owned()).collect();
    if held {
        let (below, above) = (libm::floor(car.place + 1e-3) as i32, libm::ceil(car.place - 1e-3) as i32);
        let at = if below == above { number(below) } else { format!("{}–{}", number(below), number(above)) };
        lines.push(format!("held at {at}"));
    }
    lines.retain(|line| text_width(line, 11.0, false) <= shaft.w - 4.0);
    let h = lines.len() as f64 * LINE;
    let below = frame.bottom() + h + 3.0 <= plan.bottom;
    let top = if below { frame.bottom() + 1.0 } else { frame.y - h - 3.0 };
    let ink = if held || car.is_stuck() { p.server_ink } else { p.rejected_ink };
    for (index, line) in lines.into_iter().enumerate() {
        let w = text_width(&line, 11.0, false);
        let x = frame.middle().min(shaft.right() - w / 2.0 - 3.0).max(shaft.x + w / 2.0 + 2.0);
        sheet.text((x, top + 10.0 + index as f64 * LINE), line, Ink::new(ink).middle());
    }
}
