//! What of a bank is at a point: a car anywhere in its shaft, a landing anywhere on its line.

use super::plan::{LINE, Plan};
use super::state::{Car, State, Way};
use super::{floors, frame, words};
use crate::scene::{Frame, Item, Look, Scene};
use crate::shape::{Point, text_width};
use crate::text::capital;
use millrace_trace::StationId;

fn plan<'a>(scene: &Scene<'a>, look: &Look<'_>) -> Option<(State<'a>, Plan)> {
    let state = State::of(scene, look)?;
    let plan = Plan::of(&state, look, frame(scene, look)?);
    Some((state, plan))
}

/// The cars, then the landings that have a line, from the highest: what can be walked through.
pub fn items(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Item> {
    let Some((state, plan)) = plan(scene, look) else { return Vec::new() };
    let item = |frame: Frame, label: Point, title: String, lines: Vec<String>| {
        let label = beside(look, label, &title, &lines);
        Item::new(frame, title, lines).labelled(label)
    };
    let car = |(index, car): (usize, &Car<'_>)| {
        let shaft = plan.shaft(index);
        // Its heading is the car's too, and so is the gap to the next shaft.
        let frame = Frame { y: 8.0, h: plan.bottom - 8.0, w: plan.shafts.1, ..shaft };
        let label = (shaft.x + 8.0, plan.slab(car.place) + 4.0);
        item(frame, label, format!("Car {}", car.name), words::about_car(&state, car)).of(car.id)
    };
    let mut items: Vec<Item> = state.cars.iter().enumerate().map(car).collect();
    items.extend(floors::lines(&state, &plan).into_iter().rev().map(|landing| {
        let frame = line_frame(&plan, landing.place);
        let mut lines = words::about_landing(&state, look, landing);
        lines.extend(state.spec.call.map(|_| "press it to call a car".to_owned()));
        item(frame, (frame.x + 60.0, frame.bottom() + 2.0), capital(landing.name), lines).of(landing.id)
    }));
    items
}

/// The line of a landing in the landings' column.
fn line_frame(plan: &Plan, place: i32) -> Frame {
    let column = plan.landings;
    if plan.has_lines() {
        return Frame { y: plan.slab(f64::from(place)) - plan.row, h: plan.row, ..column };
    }
    Frame { y: floors::middle(plan, place) - LINE / 2.0, h: LINE, ..column }
}

/// A label box stays within the picture.
fn beside(look: &Look<'_>, (x, y): Point, title: &str, lines: &[String]) -> Point {
    let widest = lines.iter().map(|line| text_width(line, 11.0, false)).fold(text_width(title, 11.0, false), f64::max);
    let (w, h) = (widest + 20.0, 15.0 * (lines.len() as f64 + 1.0) + 10.0);
    (x.min(look.size.0 - w - 4.0).max(4.0), y.min(look.size.1 - h - 4.0).max(4.0))
}

/// Where the number of a landing ends, at the level of its line.
pub fn number_of(scene: &Scene<'_>, look: &Look<'_>, landing: StationId) -> Option<Point> {
    let (state, plan) = plan(scene, look)?;
    let landing = state.landings.iter().find(|l| l.id == landing)?;
    Some((plan.numbers, floors::middle(&plan, landing.place)))
}

/// The left top corner of a box about a landing that was pressed at a point: right of it, and where there is no room for that
/// below or above the number of the landing, since who reads the box wants to see which one it is about.
pub fn box_about((x, y): Point, number: Point, (w, h): (f64, f64), room: (f64, f64)) -> Point {
    const EDGE: f64 = 8.0;
    let within = |at: f64, size: f64, room: f64| at.min(room - size - EDGE).max(EDGE);
    let wish = (x + 12.0).max(number.0 + EDGE);
    let left = within(wish, w, room.0);
    if left >= number.0 {
        return (left, within(y - 20.0, h, room.1));
    }
    let below = number.1 + LINE;
    let top = if below + h + EDGE <= room.1 { below } else { number.1 - LINE - h };
    (left, within(top, h, room.1))
}

/// The landing at a point of the landings' column, with 1 at the lamp up, −1 at the lamp down, and 0 elsewhere on its line.
pub fn landing_at(scene: &Scene<'_>, look: &Look<'_>, (x, y): Point) -> Option<(StationId, i8)> {
    let (state, plan) = plan(scene, look)?;
    let column = plan.landings;
    if x < column.x || x >= column.right() || y < column.y || y > plan.bottom {
        return None;
    }
    // Where landings are too thin to be pointed at, a line belongs to the landing whose words it shows.
    let line = floors::lines(&state, &plan).into_iter().find(|landing| {
        let frame = line_frame(&plan, landing.place);
        y >= frame.y && y < frame.bottom()
    });
    let place = plan.place(y).clamp(state.ends.0, state.ends.1);
    let landing =
        line.or_else(|| state.landings.iter().min_by_key(|l| (i64::from(l.place) - i64::from(place)).abs()))?;
    let (up, down) = plan.lamps;
    let between = (up + down) / 2.0;
    let way = match x {
        x if x >= up - 12.0 && x < between => Some(Way::Up),
        x if x >= between && x < down + 12.0 => Some(Way::Down),
        _ => None,
    };
    let end = |way: Way| landing.place == if way == Way::Up { state.ends.1 } else { state.ends.0 };
    Some((landing.id, way.filter(|way| !end(*way)).map_or(0, Way::sign)))
}
