//! A counting semaphore: so many at once, the rest first come, first served.
//!
//! A freed permit is handed to whoever has waited longest, so nobody can be overtaken for ever, and a task that asks again at once
//! waits behind those who were there before. Whoever gives up waiting takes nothing with it; a permit that it was given and did not
//! fetch goes to the next.
//!
//! Opened under a name it is a station, a *pool*, and its waits are told by that name. A job that acquires is in the pool as long as it
//! waits and holds; its worker keeps it in hand, and a call that it makes meanwhile comes back to the pool. That it cannot leave
//! before its permit is given back is held by the compiler: the permit borrows the job.

use super::stay::Stay;
use super::waiters::{Left, Ticket, Waiters};
use millrace_engine::{Env, Job, StationSpec, TaskRef};
use millrace_trace::{EventKind, JobId, StationId, StationKind, UNLIMITED, Wait};
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

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
    /// They are given a permit. Each brings its task, and its job where that is in the pool.
    waiting: Waiters<(TaskRef, Option<JobId>), ()>,
}

/// A permit; dropping it gives it back. With a job, the job is in the pool as long.
#[must_use = "a permit that is dropped is given back"]
pub struct Permit<'a> {
    shared: Rc<Shared>,
    stay: Option<Stay<'a>>,
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
        let state = RefCell::new(State { free: permits, permits, waiting: Waiters::default() });
        Semaphore(Rc::new(Shared { env: env.clone(), station, state }))
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
        self.0.state.borrow().waiting.iter().count()
    }

    /// Waits for a permit, without a job: of who holds it, no picture tells.
    #[track_caller]
    pub fn acquire(&self) -> Acquire<'static> {
        Acquire { shared: self.0.clone(), job: None, waits: None, site: Location::caller() }
    }

    /// Waits for a permit for a job.
    #[track_caller]
    pub fn acquire_for<'a>(&self, job: &'a Job) -> Acquire<'a> {
        Acquire { shared: self.0.clone(), job: Some(job), waits: None, site: Location::caller() }
    }

    /// A permit, if one is free now. Nobody who waits is overtaken: what comes back is theirs at once.
    pub fn try_acquire(&self) -> Option<Permit<'static>> {
        self.0.take().then(|| Permit { shared: self.0.clone(), stay: None, forgotten: false })
    }

    /// A permit for a job, if one is free now.
    pub fn try_acquire_for<'a>(&self, job: &'a Job) -> Option<Permit<'a>> {
        self.0.take().then(|| Permit::begin(self.0.clone(), Some(job)))
    }

    /// Adds permits. They go to those who have waited longest.
    pub fn add_permits(&self, more: u32) {
        self.0.resize(|permits| permits.saturating_add(more));
        (0..more).for_each(|_| self.0.release());
    }
}

impl<'a> Permit<'a> {
    /// A permit for somebody who did not have to wait.
    fn begin(shared: Rc<Shared>, job: Option<&'a Job>) -> Permit<'a> {
        let job = job.filter(|_| shared.station.some().is_some());
        let stay = job.map(|job| Stay::begin(&shared.env, shared.station, job, true));
        stay.iter().for_each(|stay| stay.holds(&shared.env));
        Permit { shared, stay, forgotten: false }
    }

    /// Lets the permit be lost: it does not come back, and there is one less from now on. A token that is used up.
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
            self.shared.resize(|permits| permits.saturating_sub(1));
        } else {
            self.shared.release();
        }
    }
}

impl Shared {
    /// Takes a permit, if one is free.
    fn take(&self) -> bool {
        let mut state = self.state.borrow_mut();
        let left = state.free.checked_sub(1);
        left.inspect(|left| state.free = *left).is_some()
    }

    fn release(&self) {
        let mut state = self.state.borrow_mut();
        match state.waiting.give(()) {
            None => state.free += 1,
            Some((task, job)) => {
                // From this moment on the job holds the permit, although its task will only learn of it.
                if let Some(job) = job {
                    self.env.emit(EventKind::Started { job });
                }
                self.env.wake(task);
            }
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
    /// The place among those who wait, and the job's in the pool.
    waits: Option<(Ticket, Option<Stay<'a>>)>,
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
        let shared = self.shared.clone();
        if let Some((ticket, _)) = self.waits {
            if shared.state.borrow_mut().waiting.redeem(ticket).is_none() {
                return Poll::Pending;
            }
            let stay = self.waits.take().and_then(|(_, stay)| stay);
            if let Some(stay) = &stay {
                stay.holds(&shared.env);
            }
            return Poll::Ready(Permit { shared, stay, forgotten: false });
        }
        if shared.take() {
            return Poll::Ready(Permit::begin(shared, self.job));
        }
        let job = self.job.filter(|_| shared.station.some().is_some());
        let stay = job.map(|job| Stay::begin(&shared.env, shared.station, job, false));
        let ticket =
            shared.state.borrow_mut().waiting.join((shared.env.current(), stay.as_ref().map(|stay| stay.job.id())));
        self.waits = Some((ticket, stay));
        shared.env.waits(Wait::Acquire, shared.station, self.site);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some((ticket, stay)) = self.waits.take() else { return };
        let left = self.shared.state.borrow_mut().waiting.leave(ticket);
        if let Some(stay) = stay {
            stay.end(&self.shared.env);
        }
        if let Some(Left::Given(())) = left {
            self.shared.release();
        }
    }
}
