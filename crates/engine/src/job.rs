//! A job: one unit of work on its way through the stations.
//!
//! The handle is owned by whoever has the job in hand, so a job is never in two places. Dropped without an outcome (its
//! task was cancelled, the channel it was in went away), the job leaves as cancelled: none is ever unaccounted for.

use super::attempts::Called;
use super::core::Core;
use millrace_trace::{EventKind, JobId, Outcome, StationId};
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// A job in somebody's hands.
pub struct Job {
    core: Rc<Core>,
    slip: Cell<Slip>,
}

/// What is written down of a job: its number, [`GONE`] for one that has left, and its calls. All in one word: then a job is two
/// words, which the compiler hands on in registers. As three fields it was written piece by piece and read as a whole at each
/// hand-over, and for that the processor waits.
#[derive(Clone, Copy)]
struct Slip(u64);

impl Slip {
    #[inline]
    fn new(id: JobId, called: Called) -> Slip {
        Slip(u64::from(id.0) << 32 | u64::from(called.bits()))
    }

    #[inline]
    fn id(self) -> JobId {
        JobId((self.0 >> 32) as u32)
    }

    #[inline]
    fn called(self) -> Called {
        Called::from_bits(self.0 as u16)
    }
}

/// The number of a handle whose job has left: what is taken apart need not be told from what is dropped by a field of its own.
const GONE: JobId = JobId(u32::MAX);

/// What can travel through a channel: it may carry a job.
pub trait Carries {
    /// The job it carries, if any.
    fn job(&self) -> Option<JobId>;
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({})", self.id().0)
    }
}

impl Job {
    pub(super) fn enter(core: &Rc<Core>, station: StationId) -> Job {
        let id = core.next_job();
        core.emit(EventKind::Entered { job: id, station });
        Job::numbered(core, id)
    }

    fn numbered(core: &Rc<Core>, id: JobId) -> Job {
        Job { core: core.clone(), slip: Cell::new(Slip::new(id, Called::NEVER)) }
    }

    /// The job is called at a server: which attempt there it is.
    pub(super) fn next_attempt(&self, server: StationId) -> u32 {
        let (id, called) = (self.id(), self.slip.get().called());
        if let Some(once) = called.first(server) {
            self.slip.set(Slip::new(id, once));
            return 0;
        }
        let (called, number) = self.core.attempts.borrow_mut().next(id, called, server);
        self.slip.set(Slip::new(id, called));
        number
    }

    /// The job is gone from here on: its number.
    fn gone(&mut self) -> JobId {
        let slip = self.slip.replace(Slip::new(GONE, Called::NEVER));
        if slip.called().is_in_table() {
            self.core.attempts.borrow_mut().forget(slip.id());
        }
        slip.id()
    }

    /// The job's number.
    #[inline]
    pub fn id(&self) -> JobId {
        self.slip.get().id()
    }

    /// The job leaves the system.
    pub fn leave(mut self, outcome: Outcome) {
        let job = self.gone();
        self.core.emit(EventKind::Left { job, outcome });
    }

    /// Takes the job to a station, to be served there at once or to queue.
    pub fn go(&self, station: StationId, started: bool) {
        self.core.emit(EventKind::Moved { job: self.id(), station, started });
    }

    /// Says what station the job is meant for, and by way of which, where that is known.
    pub fn bind(&self, to: StationId, via: Option<StationId>) {
        self.core.emit(EventKind::Bound { job: self.id(), to, via: via.unwrap_or(StationId::NONE) });
    }

    /// Takes off a part of the job: a hedged attempt, an item of a batch. The child is accounted for on its own.
    pub fn split(&self) -> Job {
        let child = self.core.next_job();
        self.core.emit(EventKind::Split { job: self.id(), child });
        Job::numbered(&self.core, child)
    }

    /// Makes the job a part of another.
    pub fn merge_into(mut self, whole: &Job) {
        let job = self.gone();
        self.core.emit(EventKind::Merged { job, into: whole.id() });
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if self.id() != GONE {
            let job = self.gone();
            self.core.emit(EventKind::Left { job, outcome: Outcome::Cancelled });
        }
    }
}

impl Carries for Job {
    fn job(&self) -> Option<JobId> {
        Some(self.id())
    }
}

/// Signals and plain values carry no job.
macro_rules! carries_no_job {
    ($($t:ty)*) => { $(impl Carries for $t {
        fn job(&self) -> Option<JobId> {
            None
        }
    })* };
}
carries_no_job!(() bool u32 u64 i64 &'static str);
