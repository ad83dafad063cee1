//! A value that tasks watch: whoever needs it to be something waits until it is.
//!
//! Every change wakes all who wait, and each looks for itself. So nobody who waits misses a value that stays, and a value
//! that came and went between two looks was never there.
//!
//! There is no list of waiters as other parts have it: nobody is given anything. A change wakes every task that has looked since the
//! last one, also where its wait is over, so that a future of one's own may look in passing and hear of the next change.

use millrace_engine::{Env, TaskRef};
use millrace_trace::{StationId, Wait};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A value and those who watch it. Clones are the same one.
pub struct Watch<T: Copy>(Rc<Shared<T>>);

struct Shared<T: Copy> {
    env: Env,
    value: Cell<T>,
    watching: RefCell<Vec<TaskRef>>,
}

impl<T: Copy> Clone for Watch<T> {
    fn clone(&self) -> Self {
        Watch(self.0.clone())
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for Watch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watch({:?})", self.get())
    }
}

impl<T: Copy> Watch<T> {
    /// A value that nobody watches yet.
    pub fn new(env: &Env, value: T) -> Watch<T> {
        Watch(Rc::new(Shared { env: env.clone(), value: Cell::new(value), watching: RefCell::default() }))
    }

    /// The value.
    pub fn get(&self) -> T {
        self.0.value.get()
    }

    /// Changes the value.
    pub fn set(&self, value: T) {
        self.0.value.set(value);
        let watching = std::mem::take(&mut *self.0.watching.borrow_mut());
        watching.into_iter().for_each(|task| self.0.env.wake(task));
    }

    /// Waits until the value is as wanted, and gives it.
    #[track_caller]
    pub fn until<F: Fn(T) -> bool>(&self, wanted: F) -> Until<T, F> {
        Until { watch: self.clone(), wanted, said: false, site: Location::caller() }
    }
}

/// The future of [`Watch::until`].
#[must_use = "futures do nothing unless polled"]
pub struct Until<T: Copy, F> {
    watch: Watch<T>,
    wanted: F,
    said: bool,
    site: &'static Location<'static>,
}

impl<T: Copy + fmt::Debug, F> fmt::Debug for Until<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Until({:?})", self.watch)
    }
}

impl<T: Copy, F: Fn(T) -> bool + Unpin> Future for Until<T, F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<T> {
        let value = self.watch.get();
        if (self.wanted)(value) {
            return Poll::Ready(value);
        }
        let env = &self.watch.0.env;
        let task = env.current();
        let mut watching = self.watch.0.watching.borrow_mut();
        if !watching.contains(&task) {
            watching.push(task);
        }
        drop(watching);
        if !self.said {
            env.waits(Wait::Signal, StationId::NONE, self.site);
            self.said = true;
        }
        Poll::Pending
    }
}
