//! An error group: tasks that belong together, cancelled by the first error of one of them.

use crate::engine::{Env, TaskRef};
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
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
    waiters: RefCell<Vec<TaskRef>>,
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
            let waiters = std::mem::take(&mut *self.0.waiters.borrow_mut());
            waiters.into_iter().for_each(|task| self.0.env.wake(task));
        }
    }

    /// The error that cancelled it.
    pub fn error(&self) -> Option<GroupError> {
        self.0.error.borrow().clone()
    }

    /// Ready once the group is cancelled. To be waited for beside something else, in a select.
    pub fn cancelled(&self) -> Cancelled {
        Cancelled(self.clone())
    }
}

/// The future of [`ErrorGroup::cancelled`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Cancelled(ErrorGroup);

impl Future for Cancelled {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let shared = &self.0.0;
        if shared.error.borrow().is_some() {
            return Poll::Ready(());
        }
        let task = shared.env.current();
        let mut waiters = shared.waiters.borrow_mut();
        if !waiters.contains(&task) {
            waiters.push(task);
        }
        Poll::Pending
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        let shared = &self.0.0;
        let task = shared.env.current();
        shared.waiters.borrow_mut().retain(|&t| t != task);
    }
}
