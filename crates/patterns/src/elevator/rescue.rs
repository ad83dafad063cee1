//! Nobody waits beside an idle car: as documented a car that has nothing to do looks around.
//!
//! Which car takes a request is chosen when the button is pressed, and things may turn out otherwise: the chosen one is stopped,
//! full, held by its breaker, or has a long way still to go. So for whoever has waited for a trip of the shaft while a car stood idle that
//! may take them that one comes too, and the first to be there takes them. The call is not taken away from the other: cars would
//! rob each other of it in turn, and one that hangs has a breaker which must learn of it.
//!
//! Looking costs no event. An idle car is woken when somebody comes, and when the longest wait will be a trip long.

use super::building::Building;
use super::car::Car;
use super::directions::Directions;
use super::passenger::{Passenger, Whereabouts};
use super::system::System;
use millrace_engine::{Env, Sleep};
use millrace_trace::{SimTime, Span, Wait};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

impl Car {
    /// How long it takes from one end of its shaft to the other.
    pub fn trip(&self) -> Span {
        Span(self.works.p.floor_time.0.saturating_mul(u64::from(self.min.distance(self.max))))
    }

    /// Whether it has work and has not come on for as long as a trip of its shaft takes.
    pub(super) fn hangs(&self) -> bool {
        !self.at_rest.get() && self.env.now().since(self.came_on.get()) >= self.trip()
    }

    /// It has come on: a floor further, or somebody more or less aboard.
    pub(super) fn comes_on(&self) {
        self.came_on.set(self.env.now());
    }

    /// Nobody is fetched by it any more who waits for it: they ask again. Whom it has aboard it keeps.
    pub(super) fn releases(&self) {
        let Some(system) = self.system.borrow().upgrade() else { return };
        for person in system.building.everybody().into_iter().filter(|p| p.is_for(self)) {
            self.forgets(&person);
            if person.loses(self) {
                person.stage.set(Whereabouts::LeftBehind);
            }
        }
    }

    /// Nobody waits anywhere: what is left of its calls is forgotten.
    pub fn has_nobody_to_fetch(&self) {
        if self.riders.borrow().is_empty() && !self.directions.borrow().is_idle() {
            self.directions.replace(Directions::default());
            self.show_pending();
            self.push();
        }
    }

    /// Somebody need not be fetched by it any more. Whoever waits for it with the very same wish has the same entry in its list.
    pub(super) fn forgets(&self, person: &Passenger) {
        let (direction, floor) = (person.direction(), person.from());
        let Some(system) = self.system.borrow().upgrade() else { return };
        let shares = |other: &Passenger| !std::ptr::eq(other, person) && other.to == person.to && other.is_for(self);
        if system.building.first(floor, shares).is_none() {
            let wanted = self.riders.borrow().iter().any(|p| p.direction() == direction && p.to == floor);
            self.directions.borrow_mut().withdraw(direction, floor, person.to, wanted);
            self.show_pending();
        }
        self.push();
    }

    /// Whether somebody may be fetched by it.
    fn may_fetch(&self, person: &Passenger) -> bool {
        person.stage.get() == Whereabouts::Waiting
            && !person.is_for(self)
            && self.serves(person.from())
            && self.serves(person.to)
    }

    /// Whom it is to fetch next, as long as it is idle, and when.
    fn next_to_fetch(&self, building: &Building) -> Option<(SimTime, Rc<Passenger>)> {
        let idle = self.idle_since.get().filter(|_| !self.is_deleting() && !self.is_blocked() && self.at_rest.get())?;
        let due = |person: &Rc<Passenger>| Some(person.waits_since()?.max(idle) + self.trip());
        let waiting = building.everybody().into_iter().filter(|person| self.may_fetch(person));
        waiting.filter_map(|person| Some((due(&person)?, person))).min_by_key(|(due, _)| *due)
    }

    /// Comes for somebody too.
    fn fetches(self: &Rc<Car>, person: &Rc<Passenger>, system: &System) {
        self.env.note(&format!("{} comes too for who waits at {}", self.name, person.from()), 0);
        person.is_fetched_too(self);
        system.announce(self, person.from(), person.direction());
        self.request(person.direction(), person.from(), person.to);
    }
}

/// Waits for `signal`, and looks around meanwhile.
pub(super) fn looking_around<F: Future>(env: &Env, car: &Rc<Car>, signal: F) -> Lookout<F> {
    Lookout { env: env.clone(), car: car.clone(), alarm: None, signal }
}

pin_project! {
    /// The future of [`looking_around`].
    pub(super) struct Lookout<F> {
        env: Env,
        car: Rc<Car>,
        alarm: Option<Sleep>,
        #[pin]
        signal: F,
    }
}

impl<F: Future> Future for Lookout<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if let Poll::Ready(signal) = this.signal.as_mut().poll(cx) {
            return Poll::Ready(signal);
        }
        let system = this.car.system.borrow().upgrade().filter(|system| system.works.forgives());
        let Some(system) = system else { return Poll::Pending };
        *this.alarm = None;
        let Some((due, person)) = this.car.next_to_fetch(&system.building) else {
            return this.env.muted(|| hear(&system, cx));
        };
        if due <= this.env.now() {
            this.car.fetches(&person, &system);
            return this.signal.poll(cx);
        }
        let mut alarm = this.env.sleep_until(due, Wait::Sleep);
        this.env.muted(|| {
            // It is not due, and wakes this task when it is.
            let _pending = Pin::new(&mut alarm).poll(cx);
            *this.alarm = Some(alarm);
            hear(&system, cx)
        })
    }
}

/// Hears of the next one who comes.
fn hear<T>(system: &System, cx: &mut Context<'_>) -> Poll<T> {
    let known = system.building.stirs.get();
    let mut news = std::pin::pin!(system.building.stirs.until(move |now| now != known));
    let _pending = news.as_mut().poll(cx);
    Poll::Pending
}
