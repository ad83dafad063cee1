//! A counting semaphore: so many at once, the rest in line.
//!
//! Who comes takes one permit or several, and gives back all of them at once. Unless another [`Order`] is asked for, it is first come,
//! first served: a freed permit is handed to whoever has waited longest, so nobody can be overtaken for ever, and a task that asks
//! again at once waits behind those who were there before. With weights that has its price: while the first waits for five, permits lie
//! free that would be enough for those behind it. With overtaking none do, and the first may wait for as long as lighter ones come. Both
//! are right somewhere, so it is a choice.
//!
//! Whoever gives up waiting takes nothing with it; permits that it was given and did not fetch go to the next, and those behind it for
//! whom there is enough now go at that instant. Permits come back by a guard alone: nobody can give back what it did not take.
//!
//! Opened under a name it is a station, a *pool*, and its waits are told by that name. A job that acquires is in the pool as long as it
//! waits and holds; its worker keeps it in hand, and a call that it makes meanwhile comes back to the pool. That it cannot leave
//! before its permit is given back is held by the compiler: the permit borrows the job.

mod turns;

use super::stay::Stay;
use millrace_engine::{Env, Job, StationSpec};
use millrace_trace::{EventKind, StationId, StationKind, UNLIMITED, Wait};
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
pub use turns::Order;
use turns::{Place, Turns};

/// A number of permits. Clones are the same one.
#[derive(Clone)]
pub struct Semaphore(Rc<Shared>);

struct Shared {
    env: Env,
    /// Where it is seen, or nowhere.
    station: StationId,
    state: RefCell<State>,
}

struct State {
    free: u32,
    /// Those that are held included, and those that were forgotten not.
    permits: u32,
    waiting: Turns,
}

/// A permit, or several that are one; dropping it gives it back. With a job, the job is in the pool as long.
#[must_use = "a permit that is dropped is given back"]
pub struct Permit<'a> {
    shared: Rc<Shared>,
    stay: Option<Stay<'a>>,
    weight: u32,
    forgotten: bool,
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Semaphore({} free)", self.free())
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

impl Semaphore {
    /// A semaphore with that many permits that nobody sees: a detail of something else.
    pub fn new(env: &Env, permits: u32) -> Semaphore {
        Semaphore::at(env, StationId::NONE, permits)
    }

    /// A semaphore with that many permits, as a pool with a name.
    pub fn open(env: &Env, name: &str, permits: u32) -> Semaphore {
        let station =
            env.open(StationSpec { kind: StationKind::Pool, name, parent: StationId::NONE, capacity: permits });
        Semaphore::at(env, station, permits)
    }

    fn at(env: &Env, station: StationId, permits: u32) -> Semaphore {
        let state = RefCell::new(State { free: permits, permits, waiting: Turns::default() });
        Semaphore(Rc::new(Shared { env: env.clone(), station, state }))
    }

    /// The same, in which those who wait are served in this order. To be said before anybody waits.
    pub fn in_order(self, order: Order) -> Semaphore {
        self.0.state.borrow_mut().waiting = Turns::new(order);
        self
    }

    /// Its station; none where it was not opened under a name.
    pub fn station(&self) -> Option<StationId> {
        self.0.station.some()
    }

    /// How many permits nobody holds.
    pub fn free(&self) -> u32 {
        self.0.state.borrow().free
    }

    /// How many wait for one.
    pub fn waiting(&self) -> usize {
        self.0.state.borrow().waiting.count()
    }

    /// Waits for a permit, without a job: of who holds it, no picture tells.
    #[track_caller]
    pub fn acquire(&self) -> Acquire<'static> {
        self.acquire_many(1)
    }

    /// Waits for so many permits at once, at least one. Who asks for more than there are waits until some are added, and so do those
    /// whose turn comes after it.
    #[track_caller]
    pub fn acquire_many(&self, weight: u32) -> Acquire<'static> {
        Acquire { shared: self.0.clone(), job: None, weight: weight.max(1), waits: None, site: Location::caller() }
    }

    /// Waits for a permit for a job.
    #[track_caller]
    pub fn acquire_for<'a>(&self, job: &'a Job) -> Acquire<'a> {
        self.acquire_many_for(job, 1)
    }

    /// Waits for so many permits at once for a job, as [`Semaphore::acquire_many`] does.
    #[track_caller]
    pub fn acquire_many_for<'a>(&self, job: &'a Job, weight: u32) -> Acquire<'a> {
        Acquire { shared: self.0.clone(), job: Some(job), weight: weight.max(1), waits: None, site: Location::caller() }
    }

    /// A permit, if one is free now. Nobody who waits is overtaken: what comes back is theirs at once.
    pub fn try_acquire(&self) -> Option<Permit<'static>> {
        self.0.take(1).then(|| Permit { shared: self.0.clone(), stay: None, weight: 1, forgotten: false })
    }

    /// A permit for a job, if one is free now.
    pub fn try_acquire_for<'a>(&self, job: &'a Job) -> Option<Permit<'a>> {
        self.0.take(1).then(|| Permit::begin(self.0.clone(), Some(job), 1))
    }

    /// Adds permits. They go to those whose turn it is.
    pub fn add_permits(&self, more: u32) {
        self.0.resize(|permits| permits.saturating_add(more));
        self.0.release(more);
    }
}

impl<'a> Permit<'a> {
    /// A permit for somebody who did not have to wait.
    fn begin(shared: Rc<Shared>, job: Option<&'a Job>, weight: u32) -> Permit<'a> {
        let stay = shared.comes(job, weight, true);
        stay.iter().for_each(|stay| stay.holds(&shared.env));
        Permit { shared, stay, weight, forgotten: false }
    }

    /// Lets the permit be lost: it does not come back, and there are as many less from now on. A token that is used up.
    pub fn forget(mut self) {
        self.forgotten = true;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(stay) = self.stay.take() {
            stay.end(&self.shared.env);
        }
        if self.forgotten {
            self.shared.resize(|permits| permits.saturating_sub(self.weight));
        } else {
            self.shared.release(self.weight);
        }
    }
}

impl Shared {
    /// A job comes to the pool, if it is seen: to wait there, or with what it wants.
    fn comes<'a>(&self, job: Option<&'a Job>, weight: u32, started: bool) -> Option<Stay<'a>> {
        let job = job.filter(|_| self.station.some().is_some())?;
        if weight != 1 {
            self.env.emit(EventKind::Weighs { job: job.id(), weight });
        }
        Some(Stay::begin(&self.env, self.station, job, started))
    }

    /// Takes so many permits, if they are free and nobody is to be served before.
    fn take(&self, weight: u32) -> bool {
        let mut state = self.state.borrow_mut();
        let taken = state.waiting.lets_in(weight, state.free);
        if taken {
            state.free -= weight;
        }
        taken
    }

    fn release(&self, weight: u32) {
        self.state.borrow_mut().free += weight;
        self.serve();
    }

    /// Hands what is free to those whose turn it is.
    fn serve(&self) {
        let mut state = self.state.borrow_mut();
        loop {
            let free = state.free;
            let Some(waiter) = state.waiting.serve(free) else { return };
            state.free -= waiter.weight;
            // From this moment on the job holds the permit, although its task will only learn of it.
            if let Some(job) = waiter.job {
                self.env.emit(EventKind::Started { job });
            }
            self.env.wake(waiter.task);
        }
    }

    fn resize(&self, change: impl Fn(u32) -> u32) {
        let mut state = self.state.borrow_mut();
        state.permits = change(state.permits).min(UNLIMITED - 1);
        if let Some(station) = self.station.some() {
            self.env.resize(station, state.permits);
        }
    }
}

/// The future of [`Semaphore::acquire`]. Dropped while it waits, it takes nothing with it.
#[must_use = "futures do nothing unless polled"]
pub struct Acquire<'a> {
    shared: Rc<Shared>,
    job: Option<&'a Job>,
    weight: u32,
    /// The place among those who wait, and the job's in the pool.
    waits: Option<(Place, Option<Stay<'a>>)>,
    site: &'static Location<'static>,
}

impl fmt::Debug for Acquire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Acquire")
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Permit<'a>> {
        let (shared, weight) = (self.shared.clone(), self.weight);
        if let Some((place, _)) = self.waits {
            if !shared.state.borrow_mut().waiting.redeem(place) {
                return Poll::Pending;
            }
            let stay = self.waits.take().and_then(|(_, stay)| stay);
            if let Some(stay) = &stay {
                stay.holds(&shared.env);
            }
            return Poll::Ready(Permit { shared, stay, weight, forgotten: false });
        }
        if shared.take(weight) {
            return Poll::Ready(Permit::begin(shared, self.job, weight));
        }
        let stay = shared.comes(self.job, weight, false);
        let job = stay.as_ref().map(|stay| stay.job.id());
        let place = shared.state.borrow_mut().waiting.join(shared.env.current(), job, weight);
        self.waits = Some((place, stay));
        shared.env.waits(Wait::Acquire, shared.station, self.site);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some((place, stay)) = self.waits.take() else { return };
        let served = self.shared.state.borrow_mut().waiting.leave(place);
        if let Some(stay) = stay {
            stay.end(&self.shared.env);
        }
        // What it had is the next one's; and whoever waited behind it may not have to wait any more.
        self.shared.release(if served { self.weight } else { 0 });
    }
}
