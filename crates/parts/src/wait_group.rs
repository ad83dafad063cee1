//! A wait group as Go has it: count up before a task starts, count down when it ends, wait for zero.

use super::waiters::{Ticket, Waiters};
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
    /// They are given leave to go when the count falls to zero, also if it rises again at once.
    waiters: RefCell<Waiters<TaskRef, ()>>,
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WaitGroup({})", self.0.count.get())
    }
}

impl WaitGroup {
    /// Nothing to wait for yet.
    pub fn new(env: &Env) -> WaitGroup {
        WaitGroup(Rc::new(Shared { env: env.clone(), count: Cell::new(0), waiters: RefCell::default() }))
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
                    let mut waiters = self.0.waiters.borrow_mut();
                    while let Some(task) = waiters.give(()) {
                        self.0.env.wake(task);
                    }
                }
            }
        }
    }

    /// There is one more to wait for, as long as this is held: on whatever way it ends, it is done then.
    pub fn under_way(&self) -> UnderWay {
        self.add(1);
        UnderWay(self.clone())
    }

    /// Waits until all is done.
    #[track_caller]
    pub fn wait(&self) -> WaitAll {
        WaitAll { group: self.clone(), site: Location::caller(), ticket: None }
    }
}

/// One that is to be waited for, as long as it is held.
#[derive(Debug)]
#[must_use = "it is done when this is dropped"]
pub struct UnderWay(WaitGroup);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.done();
    }
}

/// The future of [`WaitGroup::wait`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct WaitAll {
    group: WaitGroup,
    site: &'static Location<'static>,
    ticket: Option<Ticket>,
}

impl Future for WaitAll {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let shared = &this.group.0;
        let mut waiters = shared.waiters.borrow_mut();
        match this.ticket {
            None if shared.count.get() == 0 => Poll::Ready(()),
            None => {
                this.ticket = Some(waiters.join(shared.env.current()));
                shared.env.waits(Wait::Join, StationId::NONE, this.site);
                Poll::Pending
            }
            Some(ticket) if waiters.redeem(ticket).is_none() => Poll::Pending,
            Some(_) => {
                this.ticket = None;
                Poll::Ready(())
            }
        }
    }
}

impl Drop for WaitAll {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.group.0.waiters.borrow_mut().leave(ticket);
        }
    }
}
