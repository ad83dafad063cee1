//! When a car will have brought everybody to their floors, if it sweeps as it does now and nobody else comes.
//!
//! The basis of the two policies that look ahead. What an assignment costs is the time to the newcomer's destination, and
//! the delay of all others (Barney, "Elevator Traffic Handbook": estimated time to destination).

use super::car::Car;
use super::floor::{Direction, Floor};
use super::passenger::Passenger;
use millrace_trace::Span;
use std::rc::Rc;

/// Somebody the car has to carry: from a floor, or already aboard.
#[derive(Clone, Copy, Debug)]
struct Fare {
    from: Option<Floor>,
    to: Floor,
    direction: Direction,
}

/// A car as it stands, and whom it has to carry.
#[derive(Debug)]
pub struct Forecast {
    floor: Floor,
    heading: Option<Direction>,
    floor_time: Span,
    stop_time: Span,
    fares: Vec<Fare>,
}

impl Forecast {
    /// A car with those who are aboard and those of `waiting` who wait for it.
    pub fn of(car: &Car, waiting: &[Rc<Passenger>]) -> Forecast {
        let fare = |p: &Rc<Passenger>, from| Fare { from, to: p.to, direction: p.direction() };
        let riders = car.riders.borrow();
        let aboard = riders.iter().map(|p| fare(p, None));
        let fares = aboard.chain(waiting.iter().filter(|p| p.is_for(car)).map(|p| fare(p, Some(p.from())))).collect();
        Forecast {
            floor: car.floor(),
            heading: car.heading().filter(|_| !car.is_idle()),
            floor_time: car.works.p.floor_time,
            stop_time: car.works.p.door_time,
            fares,
        }
    }

    /// What it costs to take somebody too: the time to their floor, and the delay of the others, in nanoseconds.
    pub fn cost_of(&self, from: Floor, to: Floor) -> u64 {
        let newcomer = Fare { from: Some(from), to, direction: Direction::of(from, to) };
        let before: u64 = self.times(&self.fares).iter().sum();
        let mut fares = self.fares.clone();
        fares.push(newcomer);
        let after: u64 = self.times(&fares).iter().sum();
        after.saturating_sub(before)
    }

    /// When each fare is at its floor, in nanoseconds from now.
    fn times(&self, fares: &[Fare]) -> Vec<u64> {
        let mut done: Vec<Option<u64>> = vec![None; fares.len()];
        let mut left: Vec<(usize, Fare)> = fares.iter().copied().enumerate().collect();
        let (mut at, mut now) = (self.floor, 0_u64);
        let mut heading = self.heading.unwrap_or_else(|| match left.first() {
            Some((_, fare)) => Direction::of(at, fare.from.unwrap_or(fare.to)),
            None => Direction::Up,
        });
        // Every sweep brings somebody on, so there are at most two for each fare, and one to begin with.
        for _ in 0..2 * fares.len() + 2 {
            while let Some(next) = next_stop(&left, at, heading) {
                now += self.floor_time.0 * u64::from(at.distance(next)) + self.stop_time.0;
                at = next;
                for (index, fare) in &mut left {
                    if fare.from.is_none() && fare.to == at {
                        if let Some(slot) = done.get_mut(*index) {
                            *slot = Some(now);
                        }
                    } else if fare.from == Some(at) && fare.direction == heading {
                        fare.from = None;
                    }
                }
                left.retain(|(index, _)| done.get(*index).is_some_and(Option::is_none));
            }
            if left.is_empty() {
                break;
            }
            // On to the last who waits to go the other way, and back.
            let calls = left.iter().filter_map(|(_, f)| f.from).filter(|f| f.is_beyond(at, heading));
            let last = calls.max_by_key(|f| f.distance(at));
            if let Some(last) = last {
                now += self.floor_time.0 * u64::from(at.distance(last));
                at = last;
            }
            heading = heading.opposite();
        }
        done.into_iter().map(|time| time.unwrap_or(now)).collect()
    }
}

/// The next floor at or ahead of a car where it stops: to let somebody out, or in who goes the same way.
fn next_stop(left: &[(usize, Fare)], at: Floor, heading: Direction) -> Option<Floor> {
    let stop = |(_, fare): &(usize, Fare)| match fare.from {
        None => Some(fare.to),
        Some(from) => (fare.direction == heading).then_some(from),
    };
    left.iter().filter_map(stop).filter(|f| !at.is_beyond(*f, heading)).min_by_key(|f| f.distance(at))
}
