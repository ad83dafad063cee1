//! A lock that several may read at once and one may write.
//!
//! It is a semaphore of as many permits as may read at once: who reads takes one, and who writes takes all of them. So a writer waits for
//! the readers that are inside, two writers never meet, and whoever gives up waiting leaves nothing behind, whatever it waited for. Who goes
//! first where both wait is a choice, and each has its price:
//!
//! - *fair*: in the order of coming. A writer waits for those readers alone who were there before it, and holds back those who come after.
//! - *readers*: a reader goes in whenever nobody writes. As long as readers come, a writer may wait for ever.
//! - *writers*: while a writer waits, no reader goes in. As long as writers come, a reader may wait for ever.
//!
//! It is not re-entrant. Who reads and asks to read again while a writer waits stands behind that writer, which waits for the first read to
//! end: neither goes on. Only with *readers* this cannot happen, as no reader ever waits for a writer that waits. The run says so when it
//! stands still: it ends as a deadlock, with the lines at which both wait.
//!
//! Opened under a name it is a station, a *pool*.

use super::semaphore::{Acquire, Order, Semaphore};
use millrace_engine::{Env, Job};
use millrace_trace::StationId;
use std::fmt;

/// Who goes first where readers and writers wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// Whoever came first.
    #[default]
    Fair,
    /// Readers.
    Readers,
    /// Writers.
    Writers,
}

/// A lock. Clones are the same one.
#[derive(Clone)]
pub struct RwLock {
    inner: Semaphore,
    readers: u32,
}

impl fmt::Debug for RwLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RwLock({} of {} held, {} waiting)", self.held(), self.readers, self.waiting())
    }
}

impl RwLock {
    /// The fewest that may read at once: with one, reading would be the same as writing.
    pub const FEWEST: u32 = 2;

    /// A lock that nobody sees, which so many may read at once, at least [`RwLock::FEWEST`]: a detail of something else.
    pub fn new(env: &Env, readers: u32, prefer: Prefer) -> RwLock {
        RwLock::of(Semaphore::new(env, readers.max(RwLock::FEWEST)), readers, prefer)
    }

    /// The same as a pool with a name.
    pub fn open(env: &Env, name: &str, readers: u32, prefer: Prefer) -> RwLock {
        RwLock::of(Semaphore::open(env, name, readers.max(RwLock::FEWEST)), readers, prefer)
    }

    fn of(inner: Semaphore, readers: u32, prefer: Prefer) -> RwLock {
        let order = match prefer {
            Prefer::Fair => Order::FirstCome,
            Prefer::Readers => Order::LightFirst,
            Prefer::Writers => Order::HeavyFirst,
        };
        RwLock { inner: inner.in_order(order), readers: readers.max(RwLock::FEWEST) }
    }

    /// Its station; none where it was not opened under a name.
    pub fn station(&self) -> Option<StationId> {
        self.inner.station()
    }

    /// How many permits are held: as many as read, or all of them where somebody writes.
    pub fn held(&self) -> u32 {
        self.readers.saturating_sub(self.inner.free())
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.inner.waiting()
    }

    /// Waits until it may be read, without a job: of who reads, no picture tells. Dropping what it brings ends the reading.
    #[track_caller]
    pub fn read(&self) -> Acquire<'static> {
        self.inner.acquire()
    }

    /// Waits until a job may read.
    #[track_caller]
    pub fn read_for<'a>(&self, job: &'a Job) -> Acquire<'a> {
        self.inner.acquire_for(job)
    }

    /// Waits until it may be written, without a job. Dropping what it brings ends the writing.
    #[track_caller]
    pub fn write(&self) -> Acquire<'static> {
        self.inner.acquire_many(self.readers)
    }

    /// Waits until a job may write.
    #[track_caller]
    pub fn write_for<'a>(&self, job: &'a Job) -> Acquire<'a> {
        self.inner.acquire_many_for(job, self.readers)
    }
}
