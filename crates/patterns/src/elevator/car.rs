//! A car: a task that waits for signals and takes a step for each, with a breaker around the step.
//!
//! A signal says no more than that there is something to do. Every accepted request gives one, and every step that has more to
//! do gives one; there is room for ten, and what does not fit is dropped. One step at a time, each of them an operation
//! with a time limit. *Shipped*, the limit only logs and the step goes on; *documented*, it stops the step and counts.

use super::directions::Directions;
use super::floor::{Direction, Floor};
use super::operation::switch_on;
use super::passenger::{Passenger, Whereabouts};
use super::system::System;
use super::works::{STOP_CAR, Works};
use millrace_engine::{Env, StationSpec, Task};
use millrace_parts::{Breaker, BreakerState, Rx, TrySendError, Tx, Watch, channel_of};
use millrace_trace::{Gauge, SimTime, StationId, StationKind, UNLIMITED};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Where it is heading: 1 up, -1 down, 0 nowhere.
pub const HEADING: Gauge = Gauge(0);
/// 1 while its doors are open.
pub const DOORS: Gauge = Gauge(1);
/// The lowest floor it serves.
pub const LOW: Gauge = Gauge(2);
/// The highest.
pub const HIGH: Gauge = Gauge(3);
/// What is left to do upward.
pub const PENDING_UP: Gauge = Gauge(4);
/// What is left to do downward.
pub const PENDING_DOWN: Gauge = Gauge(5);
/// Signals that wait to be taken.
pub const SIGNALS: Gauge = Gauge(6);
/// The floor it is at, or going to next.
pub const FLOOR: Gauge = Gauge(7);
/// Steps of it that failed and of which its breaker never heard, so far.
pub const UNHEARD: Gauge = Gauge(8);
/// Steps of it that went on although their time was up, so far.
pub const OVERTIME: Gauge = Gauge(9);
/// The most steps of it that were under way at once, where that is more than one.
pub const STEPS: Gauge = Gauge(10);
/// The state of a car that works.
pub const IN_SERVICE: &str = "in service";
/// The state of one that a fault has stopped.
pub const STOPPED: &str = "stopped";
/// The state of one that is being deleted.
pub const DELETING: &str = "deleting";
/// How many signals there is room for.
pub const SIGNAL_BUFFER: u32 = 10;

/// A car.
#[derive(Debug)]
pub struct Car {
    pub(super) env: Env,
    /// Its name.
    pub name: String,
    /// Its number, from 1: faults name it by that.
    pub number: i64,
    /// Its station.
    pub station: StationId,
    /// The lowest floor it serves.
    pub min: Floor,
    /// The highest.
    pub max: Floor,
    /// With more than this to do it counts as overloaded.
    pub overload: u32,
    /// Its breaker.
    pub breaker: Breaker,
    pub(super) works: Rc<Works>,
    pub(super) system: RefCell<std::rc::Weak<System>>,
    pub(super) directions: RefCell<Directions>,
    pub(super) riders: RefCell<Vec<Rc<Passenger>>>,
    pub(super) left_behind: RefCell<Vec<Rc<Passenger>>>,
    pub(super) floor: Cell<Floor>,
    heading: Cell<Option<Direction>>,
    /// Where it really is, in thousandths of a floor, and the way it is on, if it is on one: since when and to where.
    pub(super) place: Cell<i32>,
    pub(super) way: Cell<Option<(SimTime, i32)>>,
    pub(super) steps: Cell<u64>,
    pub(super) under_way: Cell<u32>,
    pub(super) unheard: Cell<i64>,
    overtime: Cell<i64>,
    most_steps: Cell<u32>,
    pub(super) signals: (Tx<()>, Rx<()>),
    shown: Cell<(u32, u32)>,
    pub(super) rekicking: Cell<bool>,
    /// When it last came on, and when somebody last got in or out.
    pub(super) came_on: Cell<SimTime>,
    pub(super) moved_at: Cell<SimTime>,
    /// The floor at which its doors were open for as long as they may be, until it has left it.
    pub(super) held_doors: Cell<Option<Floor>>,
    pub(super) idle_since: Cell<Option<SimTime>>,
    deleting: Cell<bool>,
    /// Whether a fault holds it where it is.
    pub(super) stopped: Watch<bool>,
    pub(super) gone: Watch<bool>,
    /// Whether there is nothing to do and nothing being done.
    pub at_rest: Watch<bool>,
    /// Whether its task has ended.
    pub off: Watch<bool>,
    /// The task that sends it to where it is to wait, and the one that wakes it; they end with it.
    pub(super) parks_later: RefCell<Option<Task<()>>>,
    pub(super) wakes_later: RefCell<Option<Task<()>>>,
    pub(super) parking: Cell<Option<Floor>>,
}

impl Car {
    /// Builds a car, at its lowest floor, and starts its task.
    pub fn start(system: &Rc<System>, number: i64, name: &str, (min, max): (Floor, Floor), overload: u32) -> Rc<Car> {
        let (env, works) = (system.env.clone(), system.works.clone());
        let capacity = if works.p.capacity == 0 { UNLIMITED } else { works.p.capacity };
        let station = env.open(StationSpec { kind: StationKind::Car, name, parent: system.fleet, capacity });
        let car = Rc::new(Car {
            name: name.to_owned(),
            number,
            station,
            min,
            max,
            overload,
            breaker: Breaker::open(&env, station, &format!("{name} breaker"), works.breaker()),
            system: RefCell::new(Rc::downgrade(system)),
            directions: RefCell::default(),
            riders: RefCell::default(),
            left_behind: RefCell::default(),
            floor: Cell::new(min),
            heading: Cell::new(None),
            place: Cell::new(min.place()),
            way: Cell::new(None),
            steps: Cell::new(0),
            under_way: Cell::new(0),
            unheard: Cell::new(0),
            overtime: Cell::new(0),
            most_steps: Cell::new(1),
            signals: channel_of(&env, station, &format!("{name} signals"), SIGNAL_BUFFER),
            shown: Cell::new((0, 0)),
            rekicking: Cell::new(false),
            came_on: Cell::new(env.now()),
            moved_at: Cell::new(env.now()),
            held_doors: Cell::new(None),
            idle_since: Cell::new(Some(env.now())),
            deleting: Cell::new(false),
            stopped: Watch::new(&env, env.faults(STOP_CAR).contains(&number)),
            gone: Watch::new(&env, false),
            at_rest: Watch::new(&env, true),
            off: Watch::new(&env, false),
            parks_later: RefCell::default(),
            wakes_later: RefCell::default(),
            parking: Cell::new(None),
            works,
            env: env.clone(),
        });
        // One that was made upside down serves nothing, and has a shaft none the less.
        env.gauge(station, LOW, i64::from(min.min(max).0));
        env.gauge(station, HIGH, i64::from(min.max(max).0));
        env.gauge(station, FLOOR, i64::from(min.0));
        env.place(station, min.place());
        car.show_state();
        let (inner, running) = (env.clone(), car.clone());
        let life = async move {
            switch_on(inner, running.clone()).await;
            running.off.set(true);
        };
        env.spawn_at(name, station, life).detach();
        car
    }

    /// The floor it is at, or going to next.
    pub fn floor(&self) -> Floor {
        self.floor.get()
    }

    /// Where it is heading.
    pub fn heading(&self) -> Option<Direction> {
        self.heading.get()
    }

    /// Whether it has nothing to do that anybody asked for.
    pub fn is_idle(&self) -> bool {
        self.heading().is_none() || self.parking.get().is_some()
    }

    /// Whether it serves a floor.
    pub fn serves(&self, floor: Floor) -> bool {
        self.min <= floor && floor <= self.max
    }

    /// How much it has to do: the original's count of floors and destinations.
    pub fn load(&self) -> u32 {
        self.directions.borrow().length()
    }

    /// The same, of one direction.
    pub fn load_of(&self, direction: Direction) -> u32 {
        self.directions.borrow().length_of(direction)
    }

    /// Whether it has more to do than it should be given.
    pub fn is_overloaded(&self) -> bool {
        self.load() > self.overload
    }

    /// Whether its breaker lets nothing through. One whose time is over lets a probe through, so as documented the car is one like
    /// any other: without passengers it could never show that it works again.
    pub fn is_blocked(&self) -> bool {
        let in_time = self.breaker.retry_at().is_some_and(|at| self.env.now() < at);
        self.breaker.state() == BreakerState::Open && (in_time || !self.works.forgives())
    }

    /// Whether it takes no new requests because it is being deleted.
    pub fn is_deleting(&self) -> bool {
        self.deleting.get()
    }

    /// Whether it already holds a wish.
    pub fn holds(&self, direction: Direction, from: Floor, to: Floor) -> bool {
        self.directions.borrow().holds(direction, from, to)
    }

    /// Takes no new requests from now on.
    pub fn start_deleting(&self) {
        self.deleting.set(true);
        self.show_state();
    }

    /// A fault holds it where it is, or lets it go.
    pub fn is_to_stop(&self, stop: bool) {
        if self.stopped.get() != stop {
            self.stopped.set(stop);
            // A car that is gone has no state to show.
            if !self.gone.get() {
                self.show_state();
            }
        }
    }

    fn show_state(&self) {
        let state = match (self.stopped.get(), self.is_deleting()) {
            (true, _) => STOPPED,
            (false, true) => DELETING,
            (false, false) => IN_SERVICE,
        };
        self.env.state(self.station, state);
    }

    /// Somebody waits at `from`, for `to`.
    pub fn request(&self, direction: Direction, from: Floor, to: Floor) {
        self.parking_ends();
        if self.heading().is_none() {
            let first = match direction {
                Direction::Down if self.floor() < from => Direction::Up,
                Direction::Up if self.floor() > from => Direction::Down,
                direction => direction,
            };
            self.head(Some(first));
        }
        if self.at_rest.get() {
            self.comes_on();
        }
        self.idle_since.set(None);
        self.at_rest.set(false);
        self.directions.borrow_mut().append(direction, from, to);
        self.show_pending();
        self.push();
    }

    fn parking_ends(&self) {
        if self.parking.take().is_some() {
            self.head(None);
        }
    }

    /// Sends it somewhere to wait, if it has nothing else to do.
    pub fn park(&self, at: Floor) {
        if self.at_rest.get() && at != self.floor() && self.serves(at) {
            self.parking.set(Some(at));
            self.at_rest.set(false);
            self.head(Some(Direction::of(self.floor(), at)));
            self.push();
        }
    }

    /// Gives a signal, unless ten wait already.
    pub(super) fn push(&self) {
        // One that does not fit is dropped, as in the original: there are ten others.
        match self.signals.0.try_send(()) {
            Ok(()) | Err(TrySendError::Full(()) | TrySendError::Closed(())) => self.show_signals(),
        }
    }

    pub(super) fn show_signals(&self) {
        self.env.gauge(self.station, SIGNALS, self.signals.1.len() as i64);
    }

    pub(super) fn show_pending(&self) {
        let now = (self.load_of(Direction::Up), self.load_of(Direction::Down));
        let before = self.shown.replace(now);
        if before.0 != now.0 {
            self.env.gauge(self.station, PENDING_UP, i64::from(now.0));
        }
        if before.1 != now.1 {
            self.env.gauge(self.station, PENDING_DOWN, i64::from(now.1));
        }
    }

    pub(super) fn head(&self, heading: Option<Direction>) {
        if self.heading.replace(heading) != heading {
            self.env.gauge(self.station, HEADING, heading.map_or(0, Direction::sign));
        }
    }

    pub(super) fn goes_on_too_long(&self) {
        self.overtime.set(self.overtime.get() + 1);
        self.env.gauge(self.station, OVERTIME, self.overtime.get());
    }

    pub(super) fn takes_steps(&self, steps: u32) {
        self.under_way.set(steps);
        // One at a time is the rule, and not worth an event.
        if steps > self.most_steps.get() {
            self.most_steps.set(steps);
            self.env.gauge(self.station, STEPS, i64::from(steps));
        }
    }

    /// Whether there is room for one more.
    pub(super) fn has_room(&self) -> bool {
        self.works.p.capacity == 0 || self.riders.borrow().len() < self.works.p.capacity as usize
    }

    pub(super) fn settle(&self) {
        // A car that was shut down is at rest for good.
        if self.gone.get() {
            return;
        }
        let rest = self.under_way.get() == 0
            && self.heading().is_none()
            && self.parking.get().is_none()
            && self.directions.borrow().is_idle();
        if rest {
            self.idle_since.set(self.idle_since.get().or(Some(self.env.now())));
        }
        if rest != self.at_rest.get() {
            self.at_rest.set(rest);
            if let (true, Some(system)) = (rest, self.system.borrow().upgrade()) {
                system.rests(self);
            }
        }
    }

    /// The floor that it stands at, or is closest to.
    pub fn whereabouts(&self) -> Floor {
        Floor::nearest(self.place_now())
    }

    /// Stops for good. Who is aboard is let out where the car is, and who waits for it waits for another.
    pub fn shut_down(&self) {
        self.gone.set(true);
        self.env.state(self.station, "removed");
        drop((self.parks_later.take(), self.wakes_later.take()));
        self.idle_since.set(None);
        let system = self.system.borrow().upgrade();
        let stranded =
            system.map(|s| s.building.everybody()).unwrap_or_default().into_iter().filter(|p| p.is_for(self));
        let riders = std::mem::take(&mut *self.riders.borrow_mut());
        for person in stranded.collect::<Vec<_>>() {
            if person.loses(self) {
                person.stage.set(Whereabouts::Dropped);
            }
        }
        riders.iter().for_each(|person| person.stage.set(Whereabouts::Dropped));
        self.directions.replace(Directions::default());
        self.show_pending();
        // Who waits for it to come to rest need not wait for it any more.
        self.at_rest.set(true);
    }
}
