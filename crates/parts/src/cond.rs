//! A condition variable: who finds that it is not yet as needed waits, and who changes it says so.
//!
//! It has no memory. A signal wakes whoever has waited longest, and where nobody waits it is lost: so a task looks first, waits only
//! where it must, and nothing may come between the look and the wait. In this program nothing can, as a task goes on alone until its
//! next await; where threads share what is looked at, a lock around both sees to it.
//!
//! To be woken says only that it is worth to look again. By the time a woken task runs somebody else may have taken what it was woken
//! for, so it waits in a loop. Who is dropped after it was signalled and before it ran passes the signal on: otherwise the one wake-up
//! there was would be gone, and somebody would wait beside what it waits for. A broadcast woke everybody, so nobody passes it on.

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

/// A condition that tasks wait for. Clones are the same one.
#[derive(Clone)]
pub struct Cond(Rc<Shared>);

struct Shared {
    env: Env,
    /// By the name of which its waits are told.
    station: StationId,
    waiting: RefCell<Waiters<TaskRef, Woken>>,
}

/// What a waiter was woken by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Woken {
    /// A signal, which was for one alone.
    Signal,
    /// A broadcast, which was for all.
    Broadcast,
}

impl fmt::Debug for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cond({} waiting)", self.waiting())
    }
}

impl Cond {
    /// A condition that nobody waits for yet.
    pub fn new(env: &Env) -> Cond {
        Cond::of(env, StationId::NONE)
    }

    /// The same, of what a station holds: its waits are told by the station's name.
    pub fn of(env: &Env, station: StationId) -> Cond {
        Cond(Rc::new(Shared { env: env.clone(), station, waiting: RefCell::default() }))
    }

    /// How many wait and were not woken.
    pub fn waiting(&self) -> usize {
        self.0.waiting.borrow().iter().count()
    }

    /// Waits until it is woken: by a signal that is meant for it, or by a broadcast. It begins to wait when it is first polled.
    #[track_caller]
    pub fn wait(&self) -> WaitFor {
        WaitFor { cond: self.clone(), ticket: None, site: Location::caller() }
    }

    /// Wakes whoever has waited longest. Where nobody waits nothing happens, and nobody will hear of it later. Whether somebody was
    /// woken.
    pub fn signal(&self) -> bool {
        let woken = self.0.waiting.borrow_mut().give(Woken::Signal);
        woken.inspect(|task| self.0.env.wake(*task)).is_some()
    }

    /// Wakes all who wait. How many.
    pub fn broadcast(&self) -> usize {
        let mut waiting = self.0.waiting.borrow_mut();
        let mut woken = 0;
        while let Some(task) = waiting.give(Woken::Broadcast) {
            self.0.env.wake(task);
            woken += 1;
        }
        woken
    }
}

/// The future of [`Cond::wait`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct WaitFor {
    cond: Cond,
    ticket: Option<Ticket>,
    site: &'static Location<'static>,
}

impl Future for WaitFor {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.cond.0.clone();
        let mut waiting = shared.waiting.borrow_mut();
        let Some(ticket) = self.ticket else {
            self.ticket = Some(waiting.join(shared.env.current()));
            shared.env.waits(Wait::Signal, shared.station, self.site);
            return Poll::Pending;
        };
        if waiting.redeem(ticket).is_none() {
            return Poll::Pending;
        }
        self.ticket = None;
        Poll::Ready(())
    }
}

impl Drop for WaitFor {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let left = self.cond.0.waiting.borrow_mut().leave(ticket);
        if left == Some(Left::Given(Woken::Signal)) {
            self.cond.signal();
        }
    }
}
