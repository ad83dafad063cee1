//! One step of a car as the original takes it.
//!
//! Floor and direction are read once, at the start. Every step costs the time of a floor, a mere change of direction too. The
//! nine rules stand in the order of the original, the ones that mirror each other written once: 1 and 3, 2 and 4, 5 and 6,
//! 7 and 8, and the last.

use super::car::Car;
use super::directions::Directions;
use super::floor::{Direction, Floor};
use super::operation::Failure;
use std::rc::Rc;

/// Takes a step.
pub async fn step(car: &Rc<Car>) -> Result<(), Failure> {
    let (floor, heading) = (car.floor(), car.heading());
    car.ride().await?;
    if let Some(direction) = heading
        && on_the_way(car, floor, direction).await
    {
        return Ok(());
    }
    // Rule 9. As shipped the emptiness is looked at under one lock and the direction written under another: a request that
    // comes in between is appended to a car which is about to call itself idle, and no step will ever serve it.
    if car.directions.borrow().is_idle() {
        if !car.works.forgives() {
            car.env.turn().await;
        }
        car.head(None);
    }
    Ok(())
}

/// Rules 1 to 8, for a car that is heading somewhere. Whether one of them ended the step.
async fn on_the_way(car: &Rc<Car>, floor: Floor, direction: Direction) -> bool {
    let back = direction.opposite();
    let at_end = floor == end(car, direction);
    // 1, 3: at the end, with nothing to do this way and something the other.
    if at_end && !has(car, direction) && has(car, back) {
        return turn(car, back);
    }
    // 2, 4: something to do this way.
    if has(car, direction) {
        if car.opens_at(direction, floor) {
            car.stop(direction).await;
        }
        if at_end && (has(car, back) || lies(car, direction, back, floor)) {
            return turn(car, back);
        }
        if lies(car, direction, direction, floor) {
            return go_on(car, floor, direction);
        }
    }
    // 5, 6: somebody further on wants to go the other way.
    if has(car, back) {
        return if lies(car, back, direction, floor) { go_on(car, floor, direction) } else { turn(car, back) };
    }
    // 7, 8: overshot.
    let furthest = furthest(&car.directions.borrow(), direction, direction);
    if furthest.is_some_and(|stop| floor.is_beyond(stop, direction)) {
        return turn(car, back);
    }
    false
}

fn has(car: &Car, direction: Direction) -> bool {
    car.directions.borrow().has(direction)
}

/// The stop of one direction's map that lies furthest towards a side.
fn furthest(directions: &Directions, map: Direction, side: Direction) -> Option<Floor> {
    match side {
        Direction::Up => directions.highest(map),
        Direction::Down => directions.lowest(map),
    }
}

/// Whether a direction's map has a stop beyond a floor, on a side.
fn lies(car: &Car, map: Direction, side: Direction, floor: Floor) -> bool {
    furthest(&car.directions.borrow(), map, side).is_some_and(|stop| stop.is_beyond(floor, side))
}

fn end(car: &Car, direction: Direction) -> Floor {
    match direction {
        Direction::Up => car.max,
        Direction::Down => car.min,
    }
}

fn turn(car: &Car, direction: Direction) -> bool {
    car.head(Some(direction));
    car.push();
    true
}

fn go_on(car: &Car, floor: Floor, direction: Direction) -> bool {
    car.arrive(floor.next(direction));
    car.push();
    true
}
