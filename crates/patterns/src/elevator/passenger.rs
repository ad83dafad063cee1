//! One person on the way from a floor to another: a task that presses the button, waits, rides, and is gone.

use super::car::Car;
use super::floor::{Direction, Floor};
use super::system::System;
use millrace_engine::{Env, Job};
use millrace_parts::Watch;
use millrace_trace::{Outcome, SimTime, StationId};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How far a person has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// At the landing.
    Waiting,
    /// At the landing, and the car that came was full: the button has to be pressed again.
    LeftBehind,
    /// In a car.
    Aboard,
    /// Where they wanted to go.
    Arrived,
    /// Out of luck: the car is no more.
    Dropped,
}

/// A person.
#[derive(Debug)]
pub struct Passenger {
    env: Env,
    /// From which floor: the one where they were let out, if a car went no further.
    from: Cell<Floor>,
    /// Since when they have waited there.
    since: Cell<SimTime>,
    /// When they last heard of a car.
    told_at: Cell<Option<SimTime>>,
    /// To which floor.
    pub to: Floor,
    /// How far they have come.
    pub stage: Watch<Whereabouts>,
    /// The car they were told to take.
    assigned: RefCell<Option<Rc<Car>>>,
    /// Cars that come for them too, because it has not come.
    also: RefCell<Vec<Rc<Car>>>,
    /// Until they are gone: a car that left them behind may hold them for longer.
    job: RefCell<Option<Job>>,
    destination: StationId,
}

impl Passenger {
    /// From which floor.
    pub fn from(&self) -> Floor {
        self.from.get()
    }

    /// The direction of the trip.
    pub fn direction(&self) -> Direction {
        Direction::of(self.from(), self.to)
    }

    /// Tells them which car to take.
    pub fn assign(&self, car: &Rc<Car>) {
        self.assigned.replace(Some(car.clone()));
        self.heard(car);
    }

    /// Another car comes for them too.
    pub fn is_fetched_too(&self, car: &Rc<Car>) {
        self.also.borrow_mut().push(car.clone());
        self.heard(car);
    }

    fn heard(&self, car: &Car) {
        self.told_at.set(Some(self.env.now()));
        self.with(|job| job.bind(self.destination, Some(car.station)));
    }

    /// A car does not come for them any more. Whether no other does.
    pub fn loses(&self, car: &Car) -> bool {
        self.assigned.borrow_mut().take_if(|known| known.station == car.station);
        self.also.borrow_mut().retain(|other| other.station != car.station);
        let next = self.coming().first().map(|other| other.station);
        self.with(|job| job.bind(self.destination, next));
        next.is_none()
    }

    /// The cars that come for them: the one they were told to take first.
    pub fn coming(&self) -> Vec<Rc<Car>> {
        self.assigned.borrow().iter().chain(self.also.borrow().iter()).cloned().collect()
    }

    fn with(&self, act: impl FnOnce(&Job)) {
        if let Some(job) = &*self.job.borrow() {
            act(job);
        }
    }

    /// They step into a car.
    pub fn board(&self, car: &Car) {
        self.with(|job| job.go(car.station, true));
        self.stage.set(Whereabouts::Aboard);
    }

    /// They step out at a landing.
    pub fn alight(&self, landing: StationId) {
        self.with(|job| job.go(landing, false));
        self.stage.set(Whereabouts::Arrived);
    }

    /// They step out of a car that goes no further.
    pub fn step_out(&self, floor: Floor, landing: StationId) {
        self.from.set(floor);
        self.since.set(self.env.now());
        self.with(|job| job.go(landing, false));
        self.assigned.take();
        self.also.take();
        self.with(|job| job.bind(self.destination, None));
    }

    /// Since when they have been told of no other car and have waited at their floor; none while they are being told.
    pub fn waits_since(&self) -> Option<SimTime> {
        let told_at = self.told_at.get().filter(|_| !self.coming().is_empty())?;
        Some(told_at.max(self.since.get()))
    }

    /// Whether a car comes for them.
    pub fn is_for(&self, car: &Car) -> bool {
        let is_it = |other: &Rc<Car>| other.station == car.station;
        self.assigned.borrow().as_ref().is_some_and(is_it) || self.also.borrow().iter().any(is_it)
    }
}

/// A person's way, from coming to a floor to being gone. What the first answer to the button was is told to `answered`.
pub async fn travel(
    env: Env,
    system: Rc<System>,
    from: Floor,
    to: Floor,
    answered: impl FnOnce(&super::system::Answer),
) {
    let at = system.building.station(from).unwrap_or(env.station());
    let destination = system.building.station(to).unwrap_or(StationId::NONE);
    let job = env.job_at(at);
    job.bind(destination, None);
    let stage = Watch::new(&env, Whereabouts::Waiting);
    let person = Rc::new(Passenger {
        env: env.clone(),
        from: Cell::new(from),
        since: Cell::new(env.now()),
        told_at: Cell::new(None),
        to,
        stage,
        assigned: RefCell::default(),
        also: RefCell::default(),
        job: RefCell::new(Some(job)),
        destination,
    });
    system.building.enter(&person);
    let mut answered = Some(answered);
    let outcome = loop {
        let is_refused = {
            // In a box of its own, which is gone when the answer is there: a served building may hold many who only wait.
            let answer = Box::pin(system.handle(&person)).await;
            if let Some(answered) = answered.take() {
                answered(&answer);
            }
            answer.is_err()
        };
        if is_refused {
            break Outcome::Rejected;
        }
        match person
            .stage
            .until(|s| matches!(s, Whereabouts::LeftBehind | Whereabouts::Arrived | Whereabouts::Dropped))
            .await
        {
            Whereabouts::LeftBehind => person.stage.set(Whereabouts::Waiting),
            // As documented no request is lost: who was dropped asks again, on the floor where they were let out.
            Whereabouts::Dropped if system.works.forgives() && person.from() != to => {
                person.stage.set(Whereabouts::Waiting)
            }
            Whereabouts::Arrived => break Outcome::Completed,
            Whereabouts::Dropped if person.from() == to => break Outcome::Completed,
            _ => break Outcome::Cancelled,
        }
    };
    system.building.leave(&person);
    if let Some(job) = person.job.take() {
        job.leave(outcome);
    }
}
