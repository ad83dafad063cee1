//! What a car does between floors and at them: it rides, it opens its doors, people get out and in.

use super::car::{Car, DOORS};
use super::floor::{Direction, Floor};
use super::operation::Failure;
use super::passenger::{Passenger, Stage};
use super::works::FAILING_MOTOR;
use crate::trace::Span;
use std::rc::Rc;

impl Car {
    /// The time of one floor: to where the car is meant to be, or no further than here.
    pub(super) async fn ride(&self) -> Result<(), Failure> {
        let time = self.works.p.floor_time;
        self.stopped.until(|stopped| !stopped).await;
        let step = self.steps.replace(self.steps.get() + 1);
        let share = self.env.fault(FAILING_MOTOR).unwrap_or(0) as f64 / 100.0;
        if share > 0.0 && self.env.draw("motor", self.number as u64, step as u32).chance(share) {
            self.env.sleep(time).await;
            return Err(Failure::Motor);
        }
        let to = self.floor().place();
        let from = self.whereabouts(time);
        if from != to {
            self.away();
            self.way.set(Some((self.env.now(), to)));
        }
        self.env.travel(self.station, from, to, time).await;
        self.way.set(None);
        self.place.set(to);
        Ok(())
    }

    /// Where it is, also when a ride was broken off.
    fn whereabouts(&self, time: Span) -> i32 {
        let Some((since, to)) = self.way.take() else { return self.place.get() };
        let share = self.env.now().since(since).seconds() / time.seconds().max(1e-9);
        let way = f64::from(to - self.place.get()) * share.min(1.0);
        self.place.set(self.place.get() + way as i32);
        self.place.get()
    }

    /// The doors closed and the car is leaving: who found no room presses the button again.
    pub(super) fn away(&self) {
        let left = std::mem::take(&mut *self.left_behind.borrow_mut());
        for person in left.into_iter().filter(|p| p.stage.get() == Stage::Waiting) {
            person.stage.set(Stage::LeftBehind);
        }
    }

    /// Opens the doors at the floor for those who go in a direction, and does what there is to do there.
    pub(super) async fn stop(&self, direction: Direction) {
        let floor = self.floor();
        let _open = Doors::open(self);
        self.env.sleep(self.works.door_time(&self.env)).await;
        self.let_out(floor).await;
        self.let_in(floor, direction).await;
        let riders = self.riders.borrow();
        self.directions.borrow_mut().flush(direction, floor, |to| riders.iter().any(|p| p.to == to));
        drop(riders);
        self.show_pending();
    }

    async fn let_out(&self, floor: Floor) {
        let landing = self.system.borrow().upgrade().and_then(|s| s.building.station(floor));
        let Some(landing) = landing else { return };
        let next = || self.riders.borrow().iter().position(|p| p.to == floor);
        while next().is_some() {
            self.env.sleep(self.works.p.boarding_time).await;
            let Some(index) = next() else { return };
            let person = self.riders.borrow_mut().remove(index);
            person.alight(landing);
        }
    }

    async fn let_in(&self, floor: Floor, direction: Direction) {
        let system = self.system.borrow().upgrade();
        let Some(system) = system else { return };
        let next = || system.building.first(floor, |p| self.takes(p, direction));
        while self.has_room() && next().is_some() {
            self.env.sleep(self.works.p.boarding_time).await;
            // As shipped another step of this car may have filled it meanwhile.
            let Some(person) = next().filter(|_| self.has_room()) else { break };
            system.building.leave(&person);
            self.let_others_know(&person);
            self.riders.borrow_mut().push(person.clone());
            person.board(self);
            if !self.works.policy.is_binding() {
                self.directions.borrow_mut().mark(direction, person.to);
            }
        }
        if !self.has_room() {
            let left = system.building.all(floor, |p| self.takes(p, direction));
            left.iter().for_each(|p| p.unassign());
            self.left_behind.borrow_mut().extend(left);
        }
    }

    /// Whether somebody at the landing gets in: told to, or on the way where people take what comes.
    fn takes(&self, person: &Passenger, direction: Direction) -> bool {
        let on_the_way = person.stage.get() == Stage::Waiting && person.direction() == direction;
        // Shipped, the last step of a car that was deleted goes on beside its end.
        let on_the_way = on_the_way && !self.gone.get();
        let may = if self.works.policy.is_binding() { person.is_for(self) } else { self.serves(person.to) };
        on_the_way && may
    }

    /// The car that was to come for them need not.
    fn let_others_know(&self, person: &Rc<Passenger>) {
        let assigned = person.assigned.borrow().clone();
        if let Some(other) = assigned.filter(|other| other.station != self.station) {
            let (direction, floor) = (person.direction(), person.from());
            let wanted = other.riders.borrow().iter().any(|p| p.direction() == direction && p.to == floor);
            other.directions.borrow_mut().withdraw(direction, floor, person.to, wanted);
            other.show_pending();
            other.push();
        }
    }
}

/// Open doors: closing takes no time, and they close also where a step is broken off.
struct Doors<'a>(&'a Car);

impl<'a> Doors<'a> {
    fn open(car: &'a Car) -> Doors<'a> {
        car.env.gauge(car.station, DOORS, 1);
        Doors(car)
    }
}

impl Drop for Doors<'_> {
    fn drop(&mut self) {
        self.0.env.gauge(self.0.station, DOORS, 0);
    }
}
