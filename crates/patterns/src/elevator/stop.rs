//! What a car does between floors and at them: it rides, it opens its doors, people get out and in.

use super::car::{Car, DOORS};
use super::floor::{Direction, Floor};
use super::operation::Failure;
use super::passenger::{Passenger, Whereabouts};
use super::works::FAILING_MOTOR;
use millrace_trace::SimTime;
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
        let from = self.place_now();
        self.place.set(from);
        self.way.set((from != to).then(|| (self.env.now(), to)));
        self.env.travel(self.station, from, to, time).await;
        self.way.set(None);
        self.place.set(to);
        self.held_doors.set(None);
        self.comes_on();
        Ok(())
    }

    /// Where it is, in thousandths of a floor, also between floors.
    pub(super) fn place_now(&self) -> i32 {
        let Some((since, to)) = self.way.get() else { return self.place.get() };
        let share = self.env.now().since(since).seconds() / self.works.p.floor_time.seconds().max(1e-9);
        let way = f64::from(to - self.place.get()) * share.min(1.0);
        self.place.get() + way as i32
    }

    /// The doors closed: who found no room presses the button again.
    fn leaves_behind(&self) {
        let left = std::mem::take(&mut *self.left_behind.borrow_mut());
        for person in left.into_iter().filter(|p| p.stage.get() == Whereabouts::Waiting) {
            person.stage.set(Whereabouts::LeftBehind);
        }
    }

    /// Whether it opens its doors at a floor on its way in a direction. A car without room does not stop for those who wait there,
    /// nor does one at the floor whose doors were open for long enough: it stops for those aboard who want to get out.
    pub(super) fn opens_at(&self, direction: Direction, floor: Floor) -> bool {
        let takes_in = self.has_room() && self.held_doors.get() != Some(floor);
        let stops = self.directions.borrow().stops_at(direction, floor);
        stops && (takes_in || self.riders.borrow().iter().any(|p| p.to == floor))
    }

    /// Opens the doors at the floor for those who go in a direction, and does what there is to do there.
    pub(super) async fn stop(&self, direction: Direction) {
        let floor = self.floor();
        let _open = Doors::open(self);
        self.env.sleep(self.works.door_time(&self.env)).await;
        let opened = self.env.now();
        self.let_out(floor).await;
        self.let_in(floor, direction, opened).await;
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
            self.moves_somebody();
            self.env.sleep(self.works.p.boarding_time).await;
            let Some(index) = next() else { return };
            let person = self.riders.borrow_mut().remove(index);
            person.alight(landing);
            self.moves_somebody();
        }
    }

    async fn let_in(&self, floor: Floor, direction: Direction, opened: SimTime) {
        let system = self.system.borrow().upgrade();
        let Some(system) = system else { return };
        let next = || system.building.first(floor, |p| self.takes(p, direction));
        let limit = self.works.p.door_limit;
        let mut held = false;
        while self.has_room() && !held && next().is_some() {
            self.moves_somebody();
            self.env.sleep(self.works.p.boarding_time).await;
            // As shipped another step of this car may have filled it meanwhile.
            let Some(person) = next().filter(|_| self.has_room()) else { break };
            system.building.leave(&person);
            self.let_others_know(&person);
            self.riders.borrow_mut().push(person.clone());
            person.board(self);
            self.moves_somebody();
            // With nobody aboard there would be nowhere to go, so the first comes in however long that takes.
            held = !limit.is_zero() && self.env.now().since(opened) >= limit;
            if !self.works.policy.is_binding() {
                self.directions.borrow_mut().mark(direction, person.to);
            }
        }
        if held || !self.has_room() {
            self.held_doors.set(held.then_some(floor));
            let left = system.building.all(floor, |p| self.takes(p, direction));
            // For whom another car comes too, that one comes.
            self.left_behind.borrow_mut().extend(left.into_iter().filter(|p| p.loses(self)));
        }
    }

    /// Somebody gets in or out, or has: what is under way is no failure.
    fn moves_somebody(&self) {
        self.moved_at.set(self.env.now());
        self.comes_on();
    }

    /// Whether somebody at the landing gets in: told to, or on the way where people take what comes.
    fn takes(&self, person: &Passenger, direction: Direction) -> bool {
        let on_the_way = person.stage.get() == Whereabouts::Waiting && person.direction() == direction;
        // Shipped, the last step of a car that was deleted goes on beside its end.
        let on_the_way = on_the_way && !self.gone.get();
        // One that is being deleted brings those to their floors who were promised it, and takes nobody else in.
        let may = if self.works.policy.is_binding() || self.is_deleting() {
            person.is_for(self)
        } else {
            self.serves(person.to)
        };
        on_the_way && may
    }

    /// The cars that were to come for them need not.
    fn let_others_know(&self, person: &Rc<Passenger>) {
        for other in person.coming().into_iter().filter(|other| other.station != self.station) {
            // The breaker of one that does not come on has to learn of it: its call stays.
            if !(self.works.forgives() && other.hangs()) {
                other.forgets(person);
            }
        }
    }
}

/// Open doors: closing takes no time, and they close also where a step is broken off.
struct Doors<'a>(&'a Car);

impl<'a> Doors<'a> {
    fn open(car: &'a Car) -> Doors<'a> {
        car.env.gauge(car.station, DOORS, 1);
        car.comes_on();
        Doors(car)
    }
}

impl Drop for Doors<'_> {
    fn drop(&mut self) {
        self.0.env.gauge(self.0.station, DOORS, 0);
        self.0.leaves_behind();
    }
}
