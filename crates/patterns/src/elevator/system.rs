//! The manager: which cars there are, who takes a request, who is let go.
//!
//! As in the original it is shared state rather than a task that owns it; a request is a task of its own (the handler) that
//! looks, chooses and hands over. *Shipped*, looking and handing over are two things, and what happens in between is not
//! seen: two requests may choose the same idle car, two cars may be added under one name. *Documented*, they are one.

use super::building::Building;
use super::car::Car;
use super::dispatch;
use super::floor::{Direction, Floor, HIGHEST, LOWEST};
use super::in_time::in_time;
use super::metrics::Metrics;
use super::params::Params;
use super::passenger::{self, Passenger};
use super::refusal::{Class, Refusal};
use super::works::{STOP_CAR, Works};
use millrace_engine::Env;
use millrace_parts::{Ticker, Watch, timeout};
use millrace_spec::Fidelity;
use millrace_trace::{Gauge, Span, StationId, StationKind};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

/// The station that the cars are parts of.
pub const FLEET: &str = "bank";
/// Cars that were chosen from a list which had changed since it was read, so far. On the fleet.
pub const STALE: Gauge = Gauge(0);
/// The most additions of cars at once that had looked for their name and not added it, where that is more than one. On the fleet.
pub const BETWEEN: Gauge = Gauge(1);
/// How often a deletion looks whether the car is empty.
const DELETION_POLL: Span = Span::millis(100);
/// What the original takes a floor to take when it estimates.
pub const ESTIMATE: Span = Span::secs(2);

/// What became of a request: the car that takes it, or why none does.
pub type Answer = Result<Rc<Car>, Refusal>;

/// The bank.
#[derive(Debug)]
pub struct System {
    pub(super) env: Env,
    /// What all cars share.
    pub works: Rc<Works>,
    /// The landings.
    pub building: Building,
    /// The station that the cars are parts of.
    pub fleet: StationId,
    /// What is counted.
    pub metrics: RefCell<Metrics>,
    /// How many people are in the building.
    pub people: Watch<u64>,
    cars: RefCell<Vec<Rc<Car>>>,
    /// Cars that were deleted and whose tasks may not have heard of it yet.
    leaving: RefCell<Vec<Rc<Car>>>,
    made: Cell<i64>,
    stale: Cell<i64>,
    /// Additions that have looked and not added, and the most of them at once.
    between: Cell<(i64, i64)>,
    came: Cell<u64>,
}

impl System {
    /// A bank without cars.
    pub fn open(env: &Env, p: Params, fidelity: Fidelity) -> Rc<System> {
        let system = Rc::new(System {
            env: env.clone(),
            works: Rc::new(Works::new(p, fidelity)),
            fleet: env.open_plain(StationKind::Crew, FLEET),
            building: Building::open(env),
            metrics: RefCell::new(Metrics::new()),
            cars: RefCell::default(),
            leaving: RefCell::default(),
            made: Cell::new(0),
            stale: Cell::new(0),
            between: Cell::new((0, 0)),
            came: Cell::new(0),
            people: Watch::new(env, 0),
        });
        let bank = Rc::downgrade(&system);
        env.on_fault(STOP_CAR, move |numbers| {
            let Some(system) = bank.upgrade() else { return };
            // As shipped a step of one that was deleted may hang there still.
            let cars = system.cars().into_iter().chain(system.leaving.borrow().clone());
            cars.for_each(|car| car.is_to_stop(numbers.contains(&car.number)));
        });
        system
    }

    /// The cars, a copy of the list: who reads it does not hold it.
    pub fn cars(&self) -> Vec<Rc<Car>> {
        self.cars.borrow().clone()
    }

    /// A car by name.
    pub fn car(&self, name: &str) -> Option<Rc<Car>> {
        self.cars.borrow().iter().find(|car| car.name == name).cloned()
    }

    /// Adds a car.
    ///
    /// # Errors
    /// [`Class::Validation`] and [`Class::Conflict`], with the original's words.
    pub async fn add(self: &Rc<System>, name: &str, min: Floor, max: Floor, overload: Option<u32>) -> Answer {
        for floor in [min, max] {
            in_range(floor)?;
        }
        if name.is_empty() {
            return Err(Refusal::validation("elevator name cannot be empty"));
        }
        if min == max {
            return Err(Refusal::validation("minFloor and maxFloor cannot be equal"));
        }
        if self.car(name).is_some() {
            return Err(Refusal::new(Class::Conflict, format!("elevator with name {name} already exists")));
        }
        if !self.works.forgives() {
            // The name was looked for under one lock, the car is added under another.
            let _between = Between::look_and_add(self, name);
            self.env.turn().await;
        }
        self.made.set(self.made.get() + 1);
        self.building.reach(min, max);
        let overload = overload.unwrap_or(self.works.p.overload);
        let car = Car::start(self, self.made.get(), name, (min, max), overload);
        self.cars.borrow_mut().push(car.clone());
        Ok(car)
    }

    /// Deletes a car: it takes no new requests, is given some time to bring its people to their floors, and goes. That time is
    /// over when who asked hangs up: as in the original the deletion is in the scope of its request, and what is in no scope
    /// any more is done at once.
    ///
    /// # Errors
    /// [`Class::NotFound`], [`Class::Validation`] where it is being deleted already, [`Class::Internal`] where it was not done in
    /// time; it is gone then all the same.
    pub async fn delete(&self, name: &str, hung_up: &Cell<bool>) -> Answer {
        let Some(car) = self.car(name) else {
            return Err(Refusal::new(Class::NotFound, format!("elevator {name} not found")));
        };
        if car.is_deleting() {
            return Err(Refusal::validation(format!("elevator {name} is already being deleted")));
        }
        car.start_deleting();
        let mut poll = Ticker::new(&self.env, DELETION_POLL);
        let empty = async {
            while car.load() > 0 && !hung_up.get() {
                poll.tick().await;
            }
        };
        let drained = timeout(&self.env, self.works.p.create_timeout, empty).await.is_ok() && car.load() == 0;
        self.cars.borrow_mut().retain(|other| !Rc::ptr_eq(other, &car));
        self.let_out(&car);
        car.shut_down();
        self.leaving.borrow_mut().retain(|other| !other.off.get());
        self.leaving.borrow_mut().push(car.clone());
        self.env.close(car.breaker.station());
        self.env.close(car.station);
        if drained {
            Ok(car)
        } else {
            Err(Refusal::new(Class::Internal, "elevator deleted but some pending requests may have been dropped"))
        }
    }

    /// Who is aboard a car that goes away stands on the floor it is at. Documented, they wait for another one there.
    fn let_out(&self, car: &Rc<Car>) {
        // Where it is, not the floor it would go to next.
        let floor = car.whereabouts();
        let landing = self.building.station(floor);
        let riders = car.riders.borrow().clone();
        for (person, landing) in riders.iter().zip(landing.into_iter().cycle()) {
            person.step_out(floor, landing);
            self.building.enter(person);
        }
    }

    /// Somebody comes in: a task of their own, from their floor to their floor. What they are told when they press the button
    /// first is what this waits for; they go on by themselves.
    pub fn welcome(self: &Rc<System>, from: Floor, to: Floor) -> impl Future<Output = Answer> + use<> {
        let told: Rc<RefCell<Option<Answer>>> = Rc::default();
        let heard = Watch::new(&self.env, false);
        let (system, tell, hear) = (self.clone(), told.clone(), heard.clone());
        let present = Present::enter(self);
        self.came.set(self.came.get() + 1);
        let person = async move {
            let answered = |answer: &Answer| {
                tell.replace(Some(answer.clone()));
                hear.set(true);
            };
            passenger::travel(system.env.clone(), system, from, to, answered).await;
            drop(present);
        };
        self.env.spawn(&format!("passenger {}", self.came.get()), person).detach();
        async move {
            heard.until(|heard| heard).await;
            let answer = told.borrow_mut().take();
            answer.unwrap_or_else(|| Err(Refusal::new(Class::Internal, "nobody answered")))
        }
    }

    /// Somebody presses a button over the interface. In a run they are one more who waits. A served bank is there for days, and whoever
    /// presses a button again that is lit is nobody new: the answer is the car that comes already, as the original has it, and
    /// memory does not grow with the presses.
    pub async fn press(self: &Rc<System>, from: Floor, to: Floor) -> Answer {
        let lit = self.building.first(from, |person| person.to == to && !person.coming().is_empty());
        match lit.and_then(|person| person.coming().first().cloned()).filter(|_| self.env.is_hosted()) {
            Some(car) => {
                let lap = self.env.lap();
                self.metrics.borrow_mut().requested((from, to), &Ok(car.clone()), self.env.took(lap));
                Ok(car)
            }
            None => self.welcome(from, to).await,
        }
    }

    /// Handles a press of the button, in a task of its own.
    pub async fn handle(self: &Rc<System>, person: &Rc<Passenger>) -> Answer {
        let exchange = self.env.ask("passenger", &format!("{}->{}", person.from(), person.to));
        let (system, inner) = (self.clone(), person.clone());
        let lap = self.env.lap();
        let answer = self.env.spawn("request", async move { system.request(&inner).await }).await;
        self.metrics.borrow_mut().requested((person.from(), person.to), &answer, self.env.took(lap));
        match &answer {
            Ok(car) => self.env.reply(exchange, 200, &car.name),
            Err(refusal) => self.env.reply(exchange, refusal.class.status(), &refusal.message),
        }
        answer
    }

    /// Finds a car for somebody, and hands the request to it.
    async fn request(self: &Rc<System>, person: &Rc<Passenger>) -> Answer {
        let (from, to) = (person.from(), person.to);
        in_range(from)?;
        in_range(to)?;
        if from == to {
            return Err(Refusal::validation("requested floor must be different from current floor"));
        }
        let direction = person.direction();
        let cars = self.cars();
        let car = match cars.as_slice() {
            [] => return Err(Refusal::new(Class::Internal, "no elevators created yet")),
            [only] if !only.serves(from) || !only.serves(to) => {
                let (min, max) = (only.min, only.max);
                return Err(Refusal::validation(format!("floors {from} and {to} are not both within {min} to {max}")));
            }
            [only] if only.is_deleting() => {
                return Err(Refusal::validation(format!("elevator {} is being deleted", only.name)));
            }
            [only] => only.clone(),
            several => {
                // Somebody asked for the very same thing, and is not aboard yet.
                let held = |car: &Car| self.works.forgives() && car.is_blocked();
                let comes = |car: &Car| !car.is_deleting() && !held(car);
                let same = |car: &&Rc<Car>| comes(car) && car.holds(direction, from, to);
                if let Some(car) = several.iter().find(same) {
                    person.assign(car);
                    self.announce(car, from, direction);
                    return Ok(car.clone());
                }
                self.choose(from, to).await?
            }
        };
        person.assign(&car);
        self.announce(&car, from, direction);
        car.request(direction, from, to);
        Ok(car)
    }

    /// Chooses among several cars, in a task of its own that has some time. Shipped, what it saw may have changed when its
    /// result is taken; documented, the look follows the thinking, in one go with the handing over.
    async fn choose(self: &Rc<System>, from: Floor, to: Floor) -> Answer {
        let (env, thinks, forgives) = (self.env.clone(), self.works.p.choose_time, self.works.forgives());
        if forgives && thinks.is_zero() {
            return dispatch::choose(self, self.cars(), from, to);
        }
        let (system, seen) = (self.clone(), self.cars());
        let read = seen.clone();
        let choice = self.env.spawn("choose", async move {
            env.sleep(thinks).await;
            (!forgives).then(|| dispatch::choose(&system, seen, from, to))
        });
        let started = self.env.now();
        match in_time(&self.env, self.works.p.request_timeout, choice, || started).await {
            Ok(Some(answer)) => {
                self.was_chosen_from(&read);
                answer
            }
            Ok(None) => dispatch::choose(self, self.cars(), from, to),
            Err(_) => Err(Refusal::new(Class::NotFound, "choosing an elevator took too long")),
        }
    }

    /// A car was chosen from a list that was read before. A reader's copy is whole, and it is of the past.
    fn was_chosen_from(&self, seen: &[Rc<Car>]) {
        let known = self.cars.borrow();
        let same =
            seen.len() == known.len() && seen.iter().zip(known.iter()).all(|(one, other)| Rc::ptr_eq(one, other));
        if !same {
            self.stale.set(self.stale.get() + 1);
            self.env.gauge(self.fleet, STALE, self.stale.get());
            let (then, now) = (seen.len(), known.len());
            self.env.note(
                &format!("manager: a car was chosen from the list as it was, of {then} cars; it has {now} now"),
                0,
            );
        }
    }

    /// Writes at a landing when a car is due, by the original's estimate.
    pub(super) fn announce(&self, car: &Car, from: Floor, direction: Direction) {
        let wait = Span(ESTIMATE.0 * u64::from(car.floor().distance(from)));
        self.building.due(from, direction, self.env.now() + wait);
        self.building.stir();
    }

    /// A car came to rest.
    pub fn rests(self: &Rc<System>, car: &Car) {
        let Some(target) = dispatch::parking(self, car) else { return };
        let (env, after, system, name) = (self.env.clone(), self.works.p.park_after, self.clone(), car.name.clone());
        let wait = async move {
            env.sleep(after).await;
            if let Some(car) = system.car(&name) {
                car.park(target);
            }
        };
        // Whoever was to send it there earlier need not: it has had something to do since.
        car.parks_later.replace(Some(self.env.spawn("parking", wait)));
    }

    /// Waits until nobody is in the building and every car is at rest. Documented, with nobody there a call is a call for nobody.
    pub async fn empty(&self) {
        loop {
            self.people.until(|people| people == 0).await;
            for car in self.cars() {
                if self.works.forgives() {
                    car.has_nobody_to_fetch();
                }
                car.at_rest.until(|rest| rest).await;
            }
            if self.people.get() == 0 {
                return;
            }
        }
    }

    /// Shuts all cars down, and waits until the task of each has ended.
    pub async fn shut_down(&self) {
        let cars = std::mem::take(&mut *self.cars.borrow_mut());
        cars.iter().for_each(|car| car.shut_down());
        let leaving = self.leaving.borrow().clone();
        for car in cars.into_iter().chain(leaving) {
            car.off.until(|off| off).await;
        }
    }
}

/// Somebody in the building, counted as long as they are: their task may end on whatever way.
struct Present(Rc<System>);

impl Present {
    fn enter(system: &Rc<System>) -> Present {
        system.people.set(system.people.get() + 1);
        Present(system.clone())
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.people.set(self.0.people.get().saturating_sub(1));
    }
}

/// An addition between its look and its add.
struct Between<'a>(&'a System);

impl Between<'_> {
    fn look_and_add<'a>(system: &'a System, name: &str) -> Between<'a> {
        let (now, most) = system.between.get();
        system.between.set((now + 1, most.max(now + 1)));
        // One at a time is as it should be, and not worth an event.
        if now + 1 > most.max(1) {
            system.env.gauge(system.fleet, BETWEEN, now + 1);
            system
                .env
                .note(&format!("manager: {name} is looked for while another car is between its look and its add"), 0);
        }
        Between(system)
    }
}

impl Drop for Between<'_> {
    fn drop(&mut self) {
        let (now, most) = self.0.between.get();
        self.0.between.set((now - 1, most));
    }
}

/// No floor outside the range that anybody may name.
fn in_range(floor: Floor) -> Result<(), Refusal> {
    if floor < LOWEST || floor > HIGHEST {
        return Err(Refusal::validation(format!("floor {floor} is outside the range {LOWEST} to {HIGHEST}")));
    }
    Ok(())
}
