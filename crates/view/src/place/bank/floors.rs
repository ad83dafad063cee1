//! The landings: a line for each with its number, who waits there and for which way, and at the other side of the shafts the
//! car that is to come for them.

use super::eta::eta;
use super::figure::{self, FIGURE, People};
use super::plan::{LINE, Plan, Tier, number};
use super::state::{Call, Car, Landing, State, WAYS, Way};
use crate::number as numbers;
use crate::scene::{Detail, Frame, Look};
use crate::shape::{Ink, Sheet, crisp, cut, text_width};
use millrace_trace::Span;

/// From this width on the column of what is assigned has room for two calls a line.
const TWO_CALLS: f64 = 110.0;
/// From so many on one figure and a count stand for all.
const COUNTED: usize = 12;

/// What a landing says of itself where a car can be called from it.
pub const PRESS: &str = "press one to call a car";

/// The landings that have a line of their own: all, or where there is no room those that wait longest.
pub fn lines<'s, 'a>(state: &'s State<'a>, plan: &Plan) -> Vec<&'s Landing<'a>> {
    if plan.has_lines() {
        return state.landings.iter().collect();
    }
    let mut waiting: Vec<&Landing<'a>> = state.landings.iter().filter(|l| !l.people.is_empty()).collect();
    millrace_trace::order::sort_by_key(&mut waiting, |l| {
        std::cmp::Reverse(l.longest().map_or(Span::ZERO, |call| call.longest))
    });
    let mut lines: Vec<&Landing<'a>> = Vec::new();
    for landing in waiting {
        let y = plan.mid(f64::from(landing.place));
        if lines.iter().all(|other| (plan.mid(f64::from(other.place)) - y).abs() >= LINE) {
            lines.push(landing);
        }
    }
    millrace_trace::order::sort_by_key(&mut lines, |l| l.place);
    lines
}

/// The middle of a landing's line, where words around it stay within the picture.
pub fn middle(plan: &Plan, place: i32) -> f64 {
    let (top, bottom) = (plan.landings.y + LINE / 2.0 - 2.0, plan.bottom - LINE / 2.0 + 1.0);
    plan.mid(f64::from(place)).clamp(top, bottom.max(top))
}

/// Draws the landings' column with its heading, and the column of what is assigned.
pub fn draw(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    let p = look.palette;
    slabs(sheet, state, look, plan);
    if !plan.narrow {
        let (people, calls) = state.waiting();
        let line = match calls {
            0 if state.spec.call.is_some() => PRESS.to_owned(),
            _ => format!("{} waiting on {}", numbers::count(people), numbers::counted(calls, "call", "calls")),
        };
        crate::scene::heading(
            sheet,
            look,
            (plan.landings.x, plan.landings.w - 12.0),
            plan.cell,
            "Landings",
            &line,
            false,
        );
    }
    if let Some(frame) = plan.assigned {
        sheet.text((frame.right(), 25.0), "Assigned", Ink::new(p.ink).size(12.0).bold().end());
        if !plan.narrow {
            sheet.text((frame.right(), 40.0), "car, arrival", Ink::new(p.ink_3).end());
        }
    }
    let with_line = lines(state, plan);
    if !plan.has_lines() {
        bars(sheet, state, look, plan);
    }
    tick_labels(sheet, look, plan, state, &with_line);
    let mut people = [People::new(p.queued, figure_height(plan)), People::new(p.blocked, figure_height(plan))];
    for landing in &with_line {
        let y = middle(plan, landing.place);
        waiting(sheet, &mut people, state, look, plan, landing, y);
        lamps(sheet, state, look, plan, landing, y);
        if let Some(frame) = plan.assigned {
            assigned(sheet, state, look, frame, landing, y);
        }
    }
    people.into_iter().for_each(|some| some.paint(sheet));
}

fn figure_height(plan: &Plan) -> f64 {
    if plan.has_lines() { (plan.row - 3.0).clamp(10.0, figure::HEIGHT) } else { 10.0 }
}

/// The floors themselves, and the ground.
fn slabs(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    let p = look.palette;
    let left = plan.numbers + if plan.narrow { 4.0 } else { 8.0 };
    let mut spans = vec![(left, plan.landings.right())];
    spans.extend(plan.assigned.map(|frame| (frame.x, frame.right())));
    if matches!(plan.tier, Tier::Full | Tier::Medium) {
        // The floors go on behind the shafts.
        spans.extend((1..state.cars.len()).map(|i| (plan.shaft(i - 1).right(), plan.shaft(i).x)));
    }
    let (low, high) = state.ends;
    let drawn = (low..high).filter(|place| plan.row >= 5.0 || (place + 1) % plan.step == 0);
    let ys: Vec<f64> = drawn.map(|place| crisp(plan.slab(f64::from(place + 1)))).collect();
    let lines = ys.iter().flat_map(|y| spans.iter().map(move |(a, b)| [*a, *y, *b, *y].map(|v| v as f32)));
    sheet.segments(lines.collect(), p.line, 1.0);
    let ground = plan.bottom;
    let lines = spans.iter().map(|(a, b)| [*a, ground, *b, ground].map(|v| v as f32));
    sheet.segments(lines.collect(), p.ink_2, 2.0);
}

/// The numbers: each landing with a line has one, and between them every so many.
fn tick_labels(sheet: &mut Sheet, look: &Look<'_>, plan: &Plan, state: &State<'_>, lines: &[&Landing<'_>]) {
    let p = look.palette;
    let mut taken: Vec<f64> = Vec::new();
    let mut label = |place: i32, strong: bool| {
        let y = middle(plan, place);
        if taken.iter().any(|other| (other - y).abs() < LINE - 1.5) {
            return;
        }
        taken.push(y);
        let ink = if strong { Ink::new(p.ink).medium() } else { Ink::new(p.ink_3) };
        sheet.text((plan.numbers, y + 4.0), number(place), ink.end());
    };
    let (low, high) = state.ends;
    if plan.has_lines() {
        for place in low..=high {
            label(place, place == low || place % 5 == 0);
        }
        return;
    }
    lines.iter().for_each(|landing| label(landing.place, true));
    label(low, false);
    label(high, false);
    (low..=high).filter(|place| place % plan.step == 0).for_each(|place| label(place, false));
}

/// Where landings are too thin for a line each, all of them have a bar as long as those who wait are many.
fn bars(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    let p = look.palette;
    let left = plan.numbers + 6.0;
    let (mut patient, mut late) = (Vec::new(), Vec::new());
    for landing in state.landings.iter().filter(|l| !l.people.is_empty()) {
        let w = (landing.people.len() as f64 * 2.0).min(plan.bars).max(1.5);
        let h = (plan.row - 1.0).clamp(1.5, 8.0);
        let rect = [left, plan.slab(f64::from(landing.place)) - h - 0.5, w, h].map(|v| v as f32);
        let over = landing.people.iter().any(|waits| *waits > state.spec.patience);
        if over { late.push(rect) } else { patient.push(rect) }
    }
    sheet.boxes(patient, Some(p.queued), None);
    sheet.boxes(late, Some(p.blocked), None);
}

/// Who waits at a landing: a figure for each, or one and a count.
fn waiting(
    sheet: &mut Sheet,
    people: &mut [People; 2],
    state: &State<'_>,
    look: &Look<'_>,
    plan: &Plan,
    landing: &Landing<'_>,
    y: f64,
) {
    let p = look.palette;
    let n = landing.people.len();
    if n == 0 {
        return;
    }
    let ground = if plan.has_lines() { plan.slab(f64::from(landing.place)) - 1.0 } else { y + 5.0 };
    let right = plan.lamps.0 - 11.0;
    let room = right - plan.numbers - plan.bars - 8.0;
    let late = |waits: &Span| usize::from(*waits > state.spec.patience);
    let pitch = (room / n as f64).min(13.0);
    let one_by_one = n < COUNTED && pitch > FIGURE && look.detail != Detail::Flow && !plan.narrow;
    if look.stuck {
        let w = if one_by_one { n as f64 * pitch } else { room.min(FIGURE + 22.0) };
        let foot = if one_by_one { ground } else { y + 6.0 };
        sheet.frame((right - w, foot - 13.0), (w + 2.0, 14.0), 2.0, None, p.server, 1.0);
    }
    if one_by_one {
        for (index, waits) in landing.people.iter().enumerate() {
            if let Some(some) = people.get_mut(late(waits)) {
                some.stand((right - (index as f64 + 0.5) * pitch, ground));
            }
        }
        return;
    }
    let any = landing.people.iter().map(late).max().unwrap_or(0);
    let text = numbers::count(n as u64);
    let w = text_width(&text, 11.0, false);
    // The figure stands beside the count, wherever the floor is; the bars say it too.
    let fits = room >= w + FIGURE + 2.0;
    if let Some(some) = people.get_mut(any).filter(|_| fits) {
        some.stand((right - w - 7.0, y + 5.0));
    }
    let ink = if any > 0 { p.blocked_ink } else { p.ink };
    sheet.text((right, y + 4.0), text, Ink::new(ink).medium().end());
}

/// The lamps of a landing's calls, lit where somebody waits, and how long the first has waited.
fn lamps(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan, landing: &Landing<'_>, y: f64) {
    let p = look.palette;
    let (up, down) = plan.lamps;
    for way in WAYS {
        let (x, end) = match way {
            Way::Up => (up, state.ends.1),
            Way::Down => (down, state.ends.0),
        };
        let lit = landing.call(way).is_some();
        if lit {
            figure::arrow(sheet, (x, y), 4.0, way, Some(p.running), None);
        } else if landing.place != end && !plan.narrow {
            figure::arrow(sheet, (x, y), 3.6, way, None, Some(p.line_2));
        }
    }
    let Some(call) = landing.longest() else { return };
    let late = call.longest > state.spec.patience;
    let ink = if late { Ink::new(p.blocked_ink).medium() } else { Ink::new(p.ink) };
    let right = plan.landings.right() - if plan.narrow { 0.0 } else { 8.0 };
    // Where nothing can happen any more no time passes either: what was waited so far is not what is to be known.
    let waits = if look.stuck { "∞".to_owned() } else { seconds(call.longest) };
    sheet.text((right, y + 4.0), waits, ink.end());
}

/// Whole seconds; where they are many minutes and seconds, and hours at last: never wider than "999 s".
pub fn seconds(span: Span) -> String {
    let seconds = span.seconds();
    let whole = seconds as u64;
    match whole {
        _ if seconds < 999.5 => format!("{seconds:.0} s"),
        ..6_000 => format!("{}:{:02}", whole / 60, whole % 60),
        _ => format!("{:.1} h", seconds / 3_600.0),
    }
}

/// How long the first of a call has waited: of a run that cannot go on, for ever.
pub fn waits(look: &Look<'_>, call: &Call) -> String {
    if look.stuck { "for ever".to_owned() } else { seconds(call.longest) }
}

/// The car that is to come, and when.
fn assigned(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, frame: Frame, landing: &Landing<'_>, y: f64) {
    let p = look.palette;
    // Two calls share the line: the one that waits longer has the right half, or where there is no room for two, all of it.
    let slim = frame.w < TWO_CALLS;
    let mut calls: Vec<&Call> = landing.calls.iter().collect();
    millrace_trace::order::sort_by_key(&mut calls, |call| call.longest);
    let half = calls.len() == 2 && !slim;
    let w = match (half, slim) {
        (true, _) => frame.w / 2.0 - 3.0,
        (_, true) => frame.w - 4.0,
        _ => (frame.w - 8.0).min(96.0),
    };
    for (index, call) in calls.into_iter().rev().enumerate().take(if slim { 1 } else { 2 }) {
        let right = frame.right() - if index == 0 { 0.0 } else { frame.w / 2.0 + 3.0 };
        let x = right - w;
        figure::arrow(sheet, (x + 4.0, y), 3.6, call.way, Some(p.ink_3), None);
        let car = state.car(call.via);
        let arrives = arrival(state, look, landing, call, half);
        let says = text_width(&arrives, 11.0, false);
        let name = car.map_or("no car", |car| car.name);
        let ink = if car.is_some() { Ink::new(p.ink).bold() } else { Ink::new(p.blocked_ink) };
        // The name is bold, and wider than it is measured.
        let name = cut(name, w - 14.0 - says - if half || slim { 4.0 } else { 9.0 }, 11.0, false);
        sheet.text((x + 13.0, y + 4.0), name, ink);
        if car.is_some() {
            let here = car.is_some_and(|car| is_here(car, landing));
            let ink = if here { Ink::new(p.ink).medium() } else { Ink::new(p.ink_2) };
            sheet.text((right, y + 4.0), arrives, ink.end());
        }
    }
}

fn is_here(car: &Car<'_>, landing: &Landing<'_>) -> bool {
    car.nearest() == landing.place && car.is_at_landing() && !car.moves()
}

/// When the car is expected: "in 14 s", "here", "boarding", "held".
pub fn arrival(state: &State<'_>, look: &Look<'_>, landing: &Landing<'_>, call: &Call, short: bool) -> String {
    let Some(car) = state.car(call.via) else { return String::new() };
    if is_here(car, landing) {
        return match car.doors {
            true if !short => "boarding".to_owned(),
            _ => "here".to_owned(),
        };
    }
    // What was announced does not hold for a car that goes nowhere.
    if car.is_held() || car.is_stuck() {
        return "held".to_owned();
    }
    let left = match &state.spec.pace {
        Some(pace) => Some(eta(state, car, (landing, call.way), pace, state.slow)),
        None if call.due == 0 => return "—".to_owned(),
        None => call.due.checked_sub(look.now.0).map(Span),
    };
    match left {
        Some(left) if short => seconds(left),
        Some(left) => format!("in {}", seconds(left)),
        None => "due".to_owned(),
    }
}
