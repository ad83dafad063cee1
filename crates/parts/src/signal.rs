//! A signal that is given once: whoever waits for it goes on, and whoever comes later does not wait at all.
//!
//! It is what a cancellation is made of, that of an error group and that of a context. Those who wait are told in the order in which
//! they came; one that gives up leaves nothing behind.

use super::waiters::{Ticket, Waiters};
use millrace_engine::{Env, TaskRef};
use millrace_trace::{StationId, Wait};
use pin_project_lite::pin_project;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A signal that has not been given yet, or has. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Signal(Rc<Shared>);

struct Shared {
    env: Env,
    given: Cell<bool>,
    /// They are given the news.
    waiters: RefCell<Waiters<TaskRef, ()>>,
}

impl Signal {
    /// One that has not been given.
    pub fn new(env: &Env) -> Signal {
        Signal(Rc::new(Shared { env: env.clone(), given: Cell::new(false), waiters: RefCell::default() }))
    }

    /// The run it belongs to.
    pub fn env(&self) -> &Env {
        &self.0.env
    }

    /// Gives it, once: whoever waits is woken.
    pub fn give(&self) {
        self.0.given.set(true);
        let mut waiters = self.0.waiters.borrow_mut();
        while let Some(task) = waiters.give(()) {
            self.0.env.wake(task);
        }
    }

    /// How many wait for it.
    pub fn waiting(&self) -> usize {
        self.0.waiters.borrow().iter().count()
    }

    /// Ready once it is given.
    #[track_caller]
    pub fn given(&self) -> Given {
        Given { signal: self.clone(), ticket: None, site: Location::caller() }
    }

    /// Waits for `future`, and gives it up when the signal is given: none then. What is waited for is the future; the signal is only
    /// how long.
    #[track_caller]
    pub fn guard<F: Future>(&self, future: F) -> Guard<F> {
        Guard { given: self.given(), future: Some(future) }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signal({})", self.0.given.get())
    }
}

/// The future of a signal: ready once it is given. Dropped while it waits, it leaves nothing behind.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Given {
    signal: Signal,
    ticket: Option<Ticket>,
    site: &'static Location<'static>,
}

impl Future for Given {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.signal.0.clone();
        if shared.given.get() {
            return Poll::Ready(());
        }
        if self.ticket.is_none() {
            self.ticket = Some(shared.waiters.borrow_mut().join(shared.env.current()));
            shared.env.waits(Wait::Signal, StationId::NONE, self.site);
        }
        Poll::Pending
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        // By its ticket: the same task may wait for the signal a second time, in another select.
        if let Some(ticket) = self.ticket {
            self.signal.0.waiters.borrow_mut().leave(ticket);
        }
    }
}

pin_project! {
    /// The future of something that is given up when a signal is given.
    #[must_use = "futures do nothing unless polled"]
    pub struct Guard<F> {
        given: Given,
        #[pin]
        future: Option<F>,
    }
}

impl<F: Future> Future for Guard<F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(future) = this.future.as_mut().as_pin_mut()
            && let Poll::Ready(value) = future.poll(cx)
        {
            return Poll::Ready(Some(value));
        }
        let env = this.given.signal.env().clone();
        // Polled muted: the task shows one wait, that of the future.
        if env.muted(|| Pin::new(this.given).poll(cx)).is_ready() {
            this.future.set(None);
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}
