//! An error group: tasks that belong together, cancelled by the first error of one of them.

use super::waiters::{Ticket, Waiters};
use millrace_engine::{Env, TaskRef};
use millrace_trace::{StationId, Wait};
use pin_project_lite::pin_project;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What the members of a group share. Cheap to clone.
#[derive(Clone)]
pub struct ErrorGroup(Rc<Shared>);

/// The first error of a group: `[<member>]: <error>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupError(pub String);

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

struct Shared {
    env: Env,
    error: RefCell<Option<GroupError>>,
    /// They are given the news that it is cancelled.
    waiters: RefCell<Waiters<TaskRef, ()>>,
}

impl fmt::Debug for ErrorGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorGroup({:?})", self.0.error.borrow())
    }
}

impl ErrorGroup {
    /// A group in which nothing went wrong yet.
    pub fn new(env: &Env) -> ErrorGroup {
        ErrorGroup(Rc::new(Shared { env: env.clone(), error: RefCell::default(), waiters: RefCell::default() }))
    }

    /// Cancels the group, unless an earlier error did.
    pub fn fail(&self, error: GroupError) {
        if self.error().is_none() {
            self.0.error.replace(Some(error));
            let mut waiters = self.0.waiters.borrow_mut();
            while let Some(task) = waiters.give(()) {
                self.0.env.wake(task);
            }
        }
    }

    /// The error that cancelled it.
    pub fn error(&self) -> Option<GroupError> {
        self.0.error.borrow().clone()
    }

    /// Waits for `future`, and gives it up when the group is cancelled: none then. What is waited for is the future; the group is
    /// only how long.
    pub fn guard<F: Future>(&self, env: &Env, future: F) -> Guard<F> {
        Guard { env: env.clone(), cancelled: self.cancelled(), future: Some(future) }
    }

    /// Ready once the group is cancelled. To be waited for beside something else, in a select.
    #[track_caller]
    pub fn cancelled(&self) -> Cancelled {
        Cancelled { group: self.clone(), ticket: None, site: Location::caller() }
    }
}

/// The future of [`ErrorGroup::cancelled`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Cancelled {
    group: ErrorGroup,
    ticket: Option<Ticket>,
    site: &'static Location<'static>,
}

impl Future for Cancelled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.group.0.clone();
        if shared.error.borrow().is_some() {
            return Poll::Ready(());
        }
        if self.ticket.is_none() {
            self.ticket = Some(shared.waiters.borrow_mut().join(shared.env.current()));
            shared.env.waits(Wait::Signal, StationId::NONE, self.site);
        }
        Poll::Pending
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        // By its ticket: the same task may wait for the group a second time, in another select.
        if let Some(ticket) = self.ticket {
            self.group.0.waiters.borrow_mut().leave(ticket);
        }
    }
}

pin_project! {
    /// The future of [`ErrorGroup::guard`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Guard<F> {
        env: Env,
        cancelled: Cancelled,
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
        let (env, cancelled) = (this.env, this.cancelled);
        if env.muted(|| Pin::new(cancelled).poll(cx)).is_ready() {
            this.future.set(None);
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}
