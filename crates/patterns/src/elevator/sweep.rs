//! One step of a car that sweeps: SCAN to the end of its shaft, LOOK as far as somebody wants it.
//!
//! Unlike the original a turn costs nothing, and what a step does is one thing: open the doors, or go one floor.

use super::car::Car;
use super::floor::{Direction, Floor};
use super::operation::Failure;
use std::rc::Rc;

/// Takes a step.
pub async fn step(car: &Rc<Car>, to_ends: bool) -> Result<(), Failure> {
    // Where it is meant to be comes first: a ride that was broken off is finished.
    if car.place.get() != car.floor().place() || car.way.get().is_some() {
        car.ride().await?;
        car.push();
        return Ok(());
    }
    let floor = car.floor();
    let mut heading = car.heading().unwrap_or_else(|| towards_work(car, floor));
    for _ in 0..2 {
        let (stops, beyond, at_end) = {
            let directions = car.directions.borrow();
            let at_end = floor == if heading == Direction::Up { car.max } else { car.min };
            let sweeps = to_ends && !at_end && !directions.is_idle();
            (car.opens_at(heading, floor), directions.has_beyond(floor, heading) || sweeps, at_end)
        };
        if stops {
            car.head(Some(heading));
            car.stopped.until(|stopped| !stopped).await;
            car.stop(heading).await;
            go_on(car);
            return Ok(());
        }
        if beyond && !at_end {
            car.head(Some(heading));
            car.arrive(floor.next(heading));
            let result = car.ride().await;
            if result.is_ok() {
                car.push();
            }
            return result;
        }
        heading = heading.opposite();
    }
    go_on(car);
    Ok(())
}

/// Takes a step towards where the car is to wait.
pub async fn park(car: &Rc<Car>) -> Result<(), Failure> {
    let Some(target) = car.parking.get() else { return Ok(()) };
    let floor = car.floor();
    if floor != target {
        car.arrive(floor.next(Direction::of(floor, target)));
        car.ride().await?;
    }
    // Somebody may have asked for it meanwhile.
    if car.parking.get().is_some() && car.floor() == target {
        car.parking.set(None);
        car.head(None);
    } else {
        car.push();
    }
    Ok(())
}

/// Goes on with what is left, or comes to rest.
fn go_on(car: &Car) {
    if car.directions.borrow().is_idle() {
        car.head(None);
    } else {
        car.push();
    }
}

fn towards_work(car: &Car, floor: Floor) -> Direction {
    let directions = car.directions.borrow();
    let up = directions.stops_at(Direction::Up, floor)
        || (!directions.stops_at(Direction::Down, floor) && directions.has_beyond(floor, Direction::Up));
    if up { Direction::Up } else { Direction::Down }
}

impl Car {
    /// Is at a floor, or going to it next.
    pub(super) fn arrive(&self, floor: Floor) {
        self.floor.set(floor);
        self.env.gauge(self.station, super::car::FLOOR, i64::from(floor.0));
    }
}
