//! Which car takes a request: the original's way, and others to race it against.

use super::car::Car;
use super::floor::{Direction, Floor};
use super::forecast::Forecast;
use super::passenger::Passenger;
use super::refusal::{Class, Refusal};
use super::system::{Answer, System};
use super::works::Policy;
use std::rc::Rc;

/// Chooses a car for a trip, among several: those of a list that was read before.
///
/// # Errors
/// [`Class::NotFound`] where none can be had.
pub fn choose(system: &System, cars: Vec<Rc<Car>>, from: Floor, to: Floor) -> Answer {
    let cars: Vec<Rc<Car>> =
        cars.into_iter().filter(|car| !car.is_deleting() && car.serves(from) && car.serves(to)).collect();
    let direction = Direction::of(from, to);
    // As documented, a car whose breaker is open is the last that anybody is sent to, and before it one that will be full when it
    // comes by.
    let cars = if system.works.forgives() {
        let waiting = if system.works.p.capacity == 0 { Vec::new() } else { system.building.everybody() };
        let roomy = |car: &Rc<Car>| car.will_have_room(from, direction, &waiting);
        preferring(preferring(cars, |car| !car.is_blocked()), roomy)
    } else {
        cars
    };
    let chosen = match system.works.policy {
        Policy::Reference => reference(system, &cars, from, direction),
        policy => by_policy(system, policy, &cars, from, to),
    };
    // As documented nobody is turned away whom a car could take.
    let last = || system.works.forgives().then(|| least(system, cars.iter(), |car| u64::from(car.load()))).flatten();
    let none = || Refusal::new(Class::NotFound, "no elevators available for this request");
    chosen.or_else(last).ok_or_else(none)
}

/// Those of whom something holds, or all if it holds of none.
fn preferring(cars: Vec<Rc<Car>>, holds: impl Fn(&Rc<Car>) -> bool) -> Vec<Rc<Car>> {
    let some: Vec<_> = cars.iter().filter(|car| holds(car)).cloned().collect();
    if some.is_empty() { cars } else { some }
}

/// The car for which a figure is least; of equals the first that was added, or one by lot.
fn least<'a>(
    system: &System,
    cars: impl Iterator<Item = &'a Rc<Car>>,
    figure: impl Fn(&Car) -> u64,
) -> Option<Rc<Car>> {
    let rated: Vec<(u64, &Rc<Car>)> = cars.map(|car| (figure(car), car)).collect();
    let best = rated.iter().map(|(figure, _)| *figure).min()?;
    let mut equals = rated.into_iter().filter(|(figure, _)| *figure == best).map(|(_, car)| car.clone());
    if system.works.p.ties != "seed" {
        return equals.next();
    }
    let equals: Vec<_> = equals.collect();
    let lot = system.env.draw("ties", system.env.serial(), 0).below(equals.len() as u64);
    equals.get(lot as usize).cloned()
}

/// The original: an idle car, else one that comes by, else one that goes the other way.
fn reference(system: &System, cars: &[Rc<Car>], from: Floor, direction: Direction) -> Option<Rc<Car>> {
    let distance = |car: &Car| u64::from(car.floor().distance(from));
    let fits = |car: &&Rc<Car>| !car.is_overloaded();
    let idle = cars.iter().filter(|car| car.is_idle()).filter(fits);
    if let Some(car) = least(system, idle, distance) {
        return Some(car);
    }
    let heading = |way: Direction| cars.iter().filter(move |car| !car.is_idle() && car.heading() == Some(way));
    // A car that has passed the floor is not looked at again: with all cars past it, the request is refused.
    let comes_by = |car: &&Rc<Car>| !car.floor().is_beyond(from, direction);
    if let Some(car) = least(system, heading(direction).filter(comes_by).filter(fits), distance) {
        return Some(car);
    }
    least(system, heading(direction.opposite()).filter(fits), |car| u64::from(car.load_of(direction)))
}

fn by_policy(system: &System, policy: Policy, cars: &[Rc<Car>], from: Floor, to: Floor) -> Option<Rc<Car>> {
    let direction = Direction::of(from, to);
    let roomy = cars.iter().filter(|car| !car.is_overloaded());
    match policy {
        Policy::Reference | Policy::Nearest => least(system, roomy, |car| u64::from(car.floor().distance(from))),
        Policy::Sweep { to_ends } => least(system, roomy, |car| sweep(car, from, direction, to_ends)),
        Policy::Time | Policy::Destination => {
            let waiting = system.building.everybody();
            least(system, roomy, |car| Forecast::of(car, &waiting).cost_of(from, to))
        }
    }
}

impl Car {
    /// Whether there will be room when it comes by at a floor in a direction, for all that is known: of those aboard and those whom it is
    /// to fetch before, who will still be in it.
    fn will_have_room(&self, from: Floor, direction: Direction, waiting: &[Rc<Passenger>]) -> bool {
        let capacity = self.works.p.capacity as usize;
        if capacity == 0 {
            return true;
        }
        let on_its_way = self.heading() == Some(direction) && !self.floor().is_beyond(from, direction);
        let stays = |p: &Rc<Passenger>| p.direction() == direction && p.to.is_beyond(from, direction);
        // One that turns first has let out by then whoever is aboard.
        let aboard = self.riders.borrow().iter().filter(|p| on_its_way && stays(p)).count();
        let before =
            waiting.iter().filter(|p| p.is_for(self) && stays(p) && !p.from().is_beyond(from, direction)).count();
        aboard + before < capacity
    }
}

/// How many floors a car's sweep goes until it comes by in a direction.
fn sweep(car: &Car, from: Floor, direction: Direction, to_ends: bool) -> u64 {
    let at = car.floor();
    let Some(heading) = car.heading().filter(|_| !car.is_idle()) else { return u64::from(at.distance(from)) };
    let directions = car.directions.borrow();
    // Where it turns: at the end of its shaft, or at the last floor that somebody wants, this one included.
    let turning = |way: Direction, beyond: Floor| {
        let stops = [Direction::Up, Direction::Down].into_iter().filter_map(|map| match way {
            Direction::Up => directions.highest(map),
            Direction::Down => directions.lowest(map),
        });
        let wanted = stops.chain([beyond]);
        match (to_ends, way) {
            (true, Direction::Up) => car.max,
            (true, Direction::Down) => car.min,
            (false, Direction::Up) => wanted.max().unwrap_or(beyond),
            (false, Direction::Down) => wanted.min().unwrap_or(beyond),
        }
    };
    if heading == direction && !at.is_beyond(from, direction) {
        return u64::from(at.distance(from));
    }
    let first = turning(heading, if from.is_beyond(at, heading) { from } else { at });
    if heading != direction {
        return u64::from(at.distance(first) + first.distance(from));
    }
    let second = turning(heading.opposite(), from);
    u64::from(at.distance(first) + first.distance(second) + second.distance(from))
}

/// Where a car that came to rest is to wait.
pub fn parking(system: &System, car: &Car) -> Option<Floor> {
    match system.works.p.parking.as_str() {
        "main" => Some(car.min),
        "spread" => {
            let cars = system.cars();
            let index = cars.iter().position(|other| other.station == car.station)?;
            // The middle of the car's share of the building.
            let (shares, height) = (cars.len() as i32, car.max.0 - car.min.0);
            Some(Floor(car.min.0 + height * (2 * index as i32 + 1) / (2 * shares)))
        }
        _ => None,
    }
}
