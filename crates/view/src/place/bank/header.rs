//! The heading of a car: its name, what it is about, its load, its breaker, the signals queued for it.

use super::breaker::Breaker;
use super::plan::{Plan, Tier, number};
use super::state::{Car, State};
use crate::number as numbers;
use crate::scene::contact::{Contact, WIDTH, contact};
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Sheet, cut, text_width};

/// In a shaft from this width on a cut name still says something.
const CUT: f64 = 30.0;

/// Draws the headings of all cars.
pub fn draw(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    if plan.tier == Tier::Mark {
        names(sheet, state, look, plan, plan.landings.y - 10.0);
        states(sheet, state, look, plan);
        return;
    }
    // Where shafts are so narrow that a cut name would be none, as many as fit beside each other have theirs in full.
    let tight = |car: &Car<'_>| text_width(car.name, 12.0, false) > plan.shafts.2 + 1.0;
    let crowded = plan.tier == Tier::Narrow && plan.shafts.2 < CUT && state.cars.iter().any(tight);
    let name_base = if plan.narrow { 17.0 } else { 25.0 };
    if crowded {
        names(sheet, state, look, plan, name_base);
    }
    for (index, car) in state.cars.iter().enumerate() {
        let shaft = plan.shaft(index);
        match plan.tier {
            Tier::Full | Tier::Medium => full(sheet, state, look, car, shaft),
            _ => narrow(sheet, look, car, shaft, name_base, !crowded),
        }
    }
}

/// The names that have room beside each other.
fn names(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan, base: f64) {
    let p = look.palette;
    let mut free = plan.landings.right() - 8.0;
    for (index, car) in state.cars.iter().enumerate() {
        let shaft = plan.shaft(index);
        let w = text_width(car.name, 11.0, false);
        let left = shaft.middle() - w / 2.0;
        let last = plan.shaft(state.cars.len().saturating_sub(1)).right();
        if left >= free && left + w <= last.max(look.size.0 - 16.0) {
            sheet.text((shaft.middle(), base), car.name, Ink::new(p.ink_2).middle());
            free = left + w + 3.0;
        }
    }
}

/// The state of each car as a mark.
fn states(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    let p = look.palette;
    for (index, car) in state.cars.iter().enumerate() {
        let shaft = plan.shaft(index);
        let status = car.breaker.map_or(Contact::Closed, |breaker| breaker.status);
        if status != Contact::Closed {
            let w = shaft.w.min(8.0);
            sheet.fill((shaft.middle() - w / 2.0, plan.landings.y - 6.0), (w, 3.0), 0.0, status.colour(p));
        }
    }
}

/// The name over the contact.
fn narrow(sheet: &mut Sheet, look: &Look<'_>, car: &Car<'_>, shaft: Frame, base: f64, named: bool) {
    let p = look.palette;
    if named {
        let name = cut(car.name, shaft.w + 1.0, 12.0, false);
        sheet.text((shaft.middle(), base), name, Ink::new(p.ink).size(12.0).bold().middle());
    }
    if let Some(breaker) = car.breaker {
        let w = (shaft.w - 4.0).min(26.0);
        contact(sheet, (shaft.middle() - w / 2.0, base + 17.0), breaker.status, p, w / WIDTH);
    }
}

/// Name and load; the breaker; what it waits for; the signals.
fn full(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, car: &Car<'_>, shaft: Frame) {
    let p = look.palette;
    // The chip has a little air at both sides of the shaft's walls, the words stand flush with it.
    let (x, w) = (shaft.x + 4.0, shaft.w - 8.0);
    let right = x + w;
    let wish = text_width(car.name, 15.0, false).min(w * 0.6);
    let loads = [load(car), numbers::count(car.riders.len() as u64)];
    let load = first_fit(&loads, w - wish - 5.0);
    let load_w = text_width(&load, 11.0, false);
    sheet.text((right, 26.0), load, Ink::new(p.ink).medium().end());
    let room = w - load_w - 5.0;
    let name = cut(car.name, wish.min(room), 15.0, false);
    let name_w = text_width(&name, 15.0, false);
    sheet.text((x, 26.0), name, Ink::new(p.ink).size(15.0).bold());
    let room = room - name_w - 6.0;
    let what = first_fit(&about(state, car), room);
    if text_width(&what, 11.0, false) <= room {
        let ink = if car.is_stuck() { p.server_ink } else { p.ink_2 };
        sheet.text((right - load_w - 5.0, 26.0), what, Ink::new(ink).end());
    }
    if let Some(breaker) = car.breaker {
        chip(sheet, look, &breaker, (x, w));
    }
    signals(sheet, state, look, car, (x, right));
}

/// Riders of how many.
pub fn load(car: &Car<'_>) -> String {
    let riders = numbers::count(car.riders.len() as u64);
    car.capacity.map_or(riders.clone(), |capacity| format!("{riders}/{capacity}"))
}

/// What a car is about, from long to short.
fn about(state: &State<'_>, car: &Car<'_>) -> Vec<String> {
    if car.is_shut {
        return vec!["shut down".to_owned(), String::new()];
    }
    if let Some(trouble) = car.trouble {
        let first = trouble.split(' ').next().unwrap_or_default();
        return vec![trouble.to_owned(), first.to_owned(), String::new()];
    }
    if car.is_held() {
        return vec!["held".to_owned(), String::new()];
    }
    let verb = match car.breaker.map(|breaker| breaker.status) {
        Some(Contact::HalfOpen) => "probe",
        _ => car.heading.map_or("idle", |way| way.word()),
    };
    let to = car.furthest().map(number);
    let doors = car.doors.then(|| {
        let somebody =
            state.landings.iter().any(|l| l.place == car.nearest() && l.calls.iter().any(|c| c.via == car.id));
        if somebody { "loading" } else { "doors open" }.to_owned()
    });
    match (doors, to) {
        (Some(doors), _) => vec![doors, format!("at {}", number(car.nearest())), String::new()],
        (None, Some(to)) => vec![format!("{verb} to {to}"), format!("to {to}"), to, String::new()],
        (None, None) => vec![format!("{verb} at {}", number(car.nearest())), verb.to_owned(), String::new()],
    }
}

/// The breaker's chip, and the line below it.
fn chip(sheet: &mut Sheet, look: &Look<'_>, breaker: &Breaker, (x, w): (f64, f64)) {
    let p = look.palette;
    let right = x + w;
    let (colour, ink, wash) = (breaker.status.colour(p), breaker.status.ink(p), breaker.status.wash(p));
    sheet.fill((x, 36.0), (w, 22.0), 4.0, wash);
    let word = breaker.status.word();
    if text_width(word, 11.0, false) + WIDTH + 16.0 <= w {
        contact(sheet, (x + 6.0, 48.5), breaker.status, p, 1.0);
        sheet.text((right - 7.0, 51.0), word, Ink::new(ink).medium().end());
    } else {
        contact(sheet, (x + (w - WIDTH) / 2.0, 48.5), breaker.status, p, 1.0);
    }
    let says = breaker.says();
    match (breaker.status, breaker.retry) {
        (Contact::Open, Some((left, whole))) => {
            let bar = (w * 0.25).clamp(16.0, 30.0);
            let share = if whole.is_zero() { 0.0 } else { (left.seconds() / whole.seconds()).clamp(0.0, 1.0) };
            sheet.fill((x, 68.5), (bar, 5.0), 2.0, p.line);
            sheet.fill((x, 68.5), (bar * share, 5.0), (bar * share / 2.0).min(2.0), colour);
            sheet.text((right, 75.0), first_fit(&says, w - bar - 5.0), Ink::new(p.ink_3).end());
        }
        (Contact::HalfOpen, _) => {
            let (permitted, let_through, passed) = breaker.probes;
            let shortest = says.last().map_or(0.0, |text| text_width(text, 11.0, false));
            let fits = ((w - shortest - 6.0) / 10.0).max(0.0) as u64;
            let mut end = x;
            if permitted <= fits {
                for index in 0..permitted {
                    let at = (x + 4.0 + index as f64 * 10.0, 71.0);
                    if index < passed {
                        sheet.disc(at, 3.8, p.success);
                    } else if index < let_through {
                        sheet.disc(at, 1.6, colour);
                        sheet.ring(at, 3.4, colour, 1.4);
                    } else {
                        sheet.ring(at, 3.4, colour, 1.4);
                    }
                }
                end += permitted as f64 * 10.0 - 2.0;
            }
            sheet.text((right, 75.0), first_fit(&says, right - end - 2.0), Ink::new(p.ink_3).end());
        }
        _ => sheet.text((x, 75.0), first_fit(&says, w), Ink::new(p.ink_3)),
    }
}

/// The signals queued for a car: a tick for each, and room for the others.
fn signals(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, car: &Car<'_>, (x, right): (f64, f64)) {
    let p = look.palette;
    let room = u64::from(state.spec.signals.1);
    let all = room.max(car.signals).min(((right - x) / 4.0) as u64);
    let tick = |index: u64| [x + index as f64 * 4.0, 80.5, 2.0, 5.0].map(|v| v as f32);
    let queued = car.signals.min(all);
    sheet.boxes((queued..all).map(tick).collect(), Some(p.line_2), None);
    sheet.boxes((0..queued).map(tick).collect(), Some(p.queued), None);
}
