//! A counting semaphore: so many at once, the rest first come, first served.
//!
//! A freed permit is handed to whoever has waited longest, so nobody can be overtaken for ever.

use super::waiters::{Left, Ticket, Waiters};
use millrace_engine::{Env, TaskRef};
use millrace_trace::{StationId, Wait};
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A number of permits.
#[derive(Clone)]
pub struct Semaphore(Rc<Shared>);

struct Shared {
    env: Env,
    state: RefCell<State>,
}

struct State {
    free: u32,
    /// They are given a permit.
    waiting: Waiters<TaskRef, ()>,
}

/// A permit; dropping it gives it back.
pub struct Permit(Rc<Shared>);

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Semaphore({} free)", self.free())
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

impl Semaphore {
    /// A semaphore with that many permits.
    pub fn new(env: &Env, permits: u32) -> Semaphore {
        let state = State { free: permits, waiting: Waiters::default() };
        Semaphore(Rc::new(Shared { env: env.clone(), state: RefCell::new(state) }))
    }

    /// How many permits nobody holds.
    pub fn free(&self) -> u32 {
        self.0.state.borrow().free
    }

    /// Waits for a permit.
    #[track_caller]
    pub fn acquire(&self) -> Acquire {
        Acquire { shared: self.0.clone(), ticket: None, site: Location::caller() }
    }
}

impl Shared {
    fn release(&self) {
        let mut state = self.state.borrow_mut();
        match state.waiting.give(()) {
            None => state.free += 1,
            Some(task) => self.env.wake(task),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// The future of [`Semaphore::acquire`]. Dropped while it waits, it takes nothing with it.
#[must_use = "futures do nothing unless polled"]
pub struct Acquire {
    shared: Rc<Shared>,
    ticket: Option<Ticket>,
    site: &'static Location<'static>,
}

impl fmt::Debug for Acquire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Acquire")
    }
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Permit> {
        let shared = self.shared.clone();
        let mut state = shared.state.borrow_mut();
        match self.ticket {
            None if state.free > 0 => state.free -= 1,
            None => {
                self.ticket = Some(state.waiting.join(shared.env.current()));
                shared.env.waits(Wait::Acquire, StationId::NONE, self.site);
                return Poll::Pending;
            }
            Some(ticket) if state.waiting.redeem(ticket).is_none() => return Poll::Pending,
            Some(_) => self.ticket = None,
        }
        drop(state);
        Poll::Ready(Permit(shared))
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let left = self.shared.state.borrow_mut().waiting.leave(ticket);
        if let Some(Left::Given(())) = left {
            self.shared.release();
        }
    }
}
