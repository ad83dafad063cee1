//! Shafts: walls as far as the car serves, the last minute of where it was, and the rail with its stops at the right, which is
//! now.

use super::plan::{LINE, Plan, Tier};
use super::state::{Car, State, Stop};
use crate::recent::PAST;
use crate::scene::Scene;
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Point, Shape, Sheet, crisp, text_width};
use millrace_trace::SimTime;

/// From this width on a shaft has ticks and a rail.
const RAIL: f64 = 18.0;

/// Draws the shafts with everything but the cars.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    let p = look.palette;
    if state.cars.is_empty() {
        // Before the start there is nothing yet that could be missing.
        if !scene.ledger.stations.is_empty() {
            let at = (plan.shafts.0 + 5.0, plan.landings.y + LINE);
            sheet.text(at, "There are no cars", Ink::new(p.ink_2));
        }
        return;
    }
    let (mut bodies, mut open) = (Vec::new(), Vec::new());
    let (mut walls, mut ticks, mut beyond) = (Vec::new(), Vec::new(), Vec::new());
    for (index, car) in state.cars.iter().enumerate() {
        let shaft = served(plan, state, car, index);
        let rect = [shaft.x, shaft.y, shaft.w, shaft.h].map(|v| v as f32);
        let is_open = car.breaker.is_some_and(|breaker| breaker.is_open());
        if is_open {
            open.push(rect)
        } else {
            bodies.push(rect)
        }
        if shaft.w < 6.0 {
            continue;
        }
        let whole = plan.shaft(index);
        for x in [shaft.x, shaft.right()] {
            walls.push([x, shaft.y, x, shaft.bottom()].map(|v| v as f32));
            // Beyond its range the shaft is there, and the car never.
            if whole.y + 1.0 < shaft.y {
                beyond.push(((x, whole.y), (x, shaft.y)));
            }
            if shaft.bottom() + 1.0 < whole.bottom() {
                beyond.push(((x, shaft.bottom()), (x, whole.bottom())));
            }
        }
        if shaft.w >= RAIL && plan.row >= 6.0 {
            for place in range(state, car).0..=range(state, car).1 {
                let y = crisp(plan.slab(f64::from(place)));
                ticks.push([shaft.x, y, shaft.x + 4.0, y].map(|v| v as f32));
                ticks.push([shaft.right() - 4.0, y, shaft.right(), y].map(|v| v as f32));
            }
        }
    }
    sheet.boxes(bodies, Some(p.sunken.faint(0.55)), None);
    sheet.boxes(open, Some(p.server_wash), None);
    sheet.segments(walls, p.line_3, if plan.shafts.2 < 14.0 { 0.7 } else { 1.2 });
    sheet.segments(ticks, p.line_3, 1.0);
    beyond.into_iter().for_each(|(a, b)| sheet.dashed(a, b, p.line_2, 1.0, (2.0, 3.0)));
    if plan.tier >= Tier::Medium {
        for (index, car) in state.cars.iter().enumerate() {
            past(sheet, scene, state, look, plan, (index, car));
        }
        axis(sheet, state, look, plan);
    }
    if plan.shafts.2 >= RAIL {
        for (index, car) in state.cars.iter().enumerate() {
            rail(sheet, look, plan, (index, car));
        }
    }
}

/// What a car serves of the building. A car may be said to serve what is not there.
fn range(state: &State<'_>, car: &Car<'_>) -> (i32, i32) {
    let within = |place: i32| place.clamp(state.ends.0, state.ends.1);
    (within(car.range.0), within(car.range.1))
}

/// The part of a shaft that its car serves.
fn served(plan: &Plan, state: &State<'_>, car: &Car<'_>, index: usize) -> Frame {
    let whole = plan.shaft(index);
    let (low, high) = range(state, car);
    // The roof of the highest landing has room for a car.
    let top = if high >= state.ends.1 { whole.y } else { plan.slab(f64::from(high) + 1.0) };
    let bottom = plan.slab(f64::from(low));
    Frame { y: top, h: (bottom - top).max(1.0), ..whole }
}

/// Half as high as the words in a car are, with some room.
const HALF_A_LINE: f64 = 11.0;

/// What a shaft's width means, in the first whose car is not where the words would be. They have the shaft's own ground, so that no trace goes
/// through them.
fn axis(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, plan: &Plan) {
    let p = look.palette;
    let free = |(index, car): &(usize, &Car<'_>)| plan.mid(car.place) - HALF_A_LINE > plan.shaft(*index).y + LINE;
    let Some((index, car)) = state.cars.iter().enumerate().find(free) else { return };
    let shaft = plan.shaft(index);
    if shaft.w < text_width("−60 s  now", 11.0, false) + 14.0 {
        return;
    }
    let base = shaft.y + LINE;
    let is_open = car.breaker.is_some_and(|breaker| breaker.is_open());
    let ground = if is_open { p.server_wash } else { p.sunken.faint(0.55) };
    let words = [("−60 s", shaft.x + 5.0), ("now", shaft.right() - 7.0 - text_width("now", 11.0, false))];
    for (word, x) in words {
        let (at, size) = ((x - 2.0, base - 10.0), (text_width(word, 11.0, false) + 4.0, 13.0));
        sheet.fill(at, size, 0.0, p.stage);
        sheet.fill(at, size, 0.0, ground);
        sheet.text((x, base), word, Ink::new(p.ink_3));
    }
}

/// Where a car was in the last minute: thick where its doors were open.
fn past(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    state: &State<'_>,
    look: &Look<'_>,
    plan: &Plan,
    (index, car): (usize, &Car<'_>),
) {
    let p = look.palette;
    let Some(path) = scene.recent.path(car.id) else { return };
    let shaft = plan.shaft(index);
    let start = look.now.0 as f64 - PAST.0 as f64;
    let (low, high) = (f64::from(state.ends.0), f64::from(state.ends.1));
    let x = |at: SimTime| shaft.x + ((at.0 as f64 - start) / PAST.0 as f64).clamp(0.0, 1.0) * shaft.w;
    let point = |(at, place): (SimTime, f64)| -> Point { (x(at), plan.mid(place.clamp(low, high))) };
    let is_open = car.breaker.is_some_and(|breaker| breaker.is_open());
    let colour = if is_open { p.server } else { p.waiting };
    let mut points: Vec<Point> = path.corners(look.now).into_iter().map(point).collect();
    points.push((shaft.right(), plan.mid(car.place)));
    sheet.polyline(points, colour, 1.3);
    let open = path.on(state.spec.doors, look.now).into_iter().filter_map(|(from, until)| {
        let y = plan.mid(path.place(from)?.clamp(low, high));
        Some([x(from), y, x(until), y].map(|v| v as f32))
    });
    sheet.segments(open.collect(), colour, 3.0);
}

/// The stops ahead, on the rail: filled where a rider gets off, hollow where somebody waits for this car.
fn rail(sheet: &mut Sheet, look: &Look<'_>, plan: &Plan, (index, car): (usize, &Car<'_>)) {
    let p = look.palette;
    let x = plan.shaft(index).right();
    let (Some(first), Some(last)) = (car.stops.first(), car.stops.last()) else { return };
    let at = plan.mid(car.place);
    let y = |stop: &Stop| plan.mid(f64::from(stop.place));
    let (top, bottom) = (y(last).min(at), y(first).max(at));
    sheet.line((x, top), (x, bottom), p.ink_2, 1.8);
    let r = (plan.row * 0.36).clamp(1.5, 3.6);
    let rides = car.stops.iter().filter(|stop| stop.ride);
    sheet.dots(rides.map(|stop| (x as f32, y(stop) as f32)).collect(), r, p.ink_2);
    for stop in car.stops.iter().filter(|stop| stop.call) {
        // Both: a ring around the dot.
        let (fill, r) = if stop.ride { (None, r + 1.6) } else { (Some(p.stage), r) };
        sheet.shapes.push(Shape::Circle { at: (x, y(stop)), r, fill, stroke: Some((p.ink_2, 1.5)) });
    }
}
