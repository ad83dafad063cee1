//! A wait group as Go has it: count up before a task starts, count down when it ends, wait for zero.

use millrace_engine::{Env, TaskRef};
use millrace_trace::{StationId, Wait};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A counter of unfinished work.
#[derive(Clone)]
pub struct WaitGroup(Rc<Shared>);

struct Shared {
    env: Env,
    count: Cell<u64>,
    /// How often the count fell to zero: whoever waited then is released, also if it rises again at once.
    zeros: Cell<u64>,
    waiters: RefCell<Vec<TaskRef>>,
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WaitGroup({})", self.0.count.get())
    }
}

impl WaitGroup {
    /// Nothing to wait for yet.
    pub fn new(env: &Env) -> WaitGroup {
        WaitGroup(Rc::new(Shared {
            env: env.clone(),
            count: Cell::new(0),
            zeros: Cell::new(0),
            waiters: RefCell::default(),
        }))
    }

    /// There is this much more to wait for.
    pub fn add(&self, n: u64) {
        self.0.count.set(self.0.count.get() + n);
    }

    /// One is done. As in Go, one too many is a panic of the program.
    #[track_caller]
    pub fn done(&self) {
        match self.0.count.get().checked_sub(1) {
            None => drop(self.0.env.crash("sync: negative WaitGroup counter")),
            Some(left) => {
                self.0.count.set(left);
                if left == 0 {
                    self.0.zeros.set(self.0.zeros.get() + 1);
                    let waiters = std::mem::take(&mut *self.0.waiters.borrow_mut());
                    waiters.into_iter().for_each(|task| self.0.env.wake(task));
                }
            }
        }
    }

    /// Waits until all is done.
    #[track_caller]
    pub fn wait(&self) -> WaitAll {
        WaitAll { group: self.clone(), site: Location::caller(), since: None }
    }
}

/// The future of [`WaitGroup::wait`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct WaitAll {
    group: WaitGroup,
    site: &'static Location<'static>,
    /// The zeros there had been when the wait began.
    since: Option<u64>,
}

impl Future for WaitAll {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.group.0.clone();
        let zeros = shared.zeros.get();
        if shared.count.get() == 0 || self.since.is_some_and(|since| since != zeros) {
            return Poll::Ready(());
        }
        let task = shared.env.current();
        let mut waiters = shared.waiters.borrow_mut();
        if !waiters.contains(&task) {
            waiters.push(task);
        }
        drop(waiters);
        if self.since.replace(zeros).is_none() {
            shared.env.waits(Wait::Join, StationId::NONE, self.site);
        }
        Poll::Pending
    }
}
