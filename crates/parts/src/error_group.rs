//! An error group: tasks that belong together, cancelled by the first error of one of them.

use super::signal::{Given, Guard, Signal};
use millrace_engine::Env;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::rc::Rc;

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
    error: RefCell<Option<GroupError>>,
    cancelled: Signal,
}

impl fmt::Debug for ErrorGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorGroup({:?})", self.0.error.borrow())
    }
}

impl ErrorGroup {
    /// A group in which nothing went wrong yet.
    pub fn new(env: &Env) -> ErrorGroup {
        ErrorGroup(Rc::new(Shared { error: RefCell::default(), cancelled: Signal::new(env) }))
    }

    /// Cancels the group, unless an earlier error did.
    pub fn fail(&self, error: GroupError) {
        if self.error().is_none() {
            self.0.error.replace(Some(error));
            self.0.cancelled.give();
        }
    }

    /// The error that cancelled it.
    pub fn error(&self) -> Option<GroupError> {
        self.0.error.borrow().clone()
    }

    /// Waits for `future`, and gives it up when the group is cancelled: none then. What is waited for is the future; the group is
    /// only how long.
    #[track_caller]
    pub fn guard<F: Future>(&self, future: F) -> Guard<F> {
        self.0.cancelled.guard(future)
    }

    /// Ready once the group is cancelled. To be waited for beside something else, in a select.
    #[track_caller]
    pub fn cancelled(&self) -> Given {
        self.0.cancelled.given()
    }
}
