//! A task on its way through its pool: from its submission until it has left, however it does.

use super::kind::Operation;
use millrace_engine::{Carries, Job};
use millrace_parts::{WaitGroup, Working};
use millrace_trace::{JobId, Outcome};
use std::cell::Cell;
use std::rc::Rc;

/// A task. Dropped without an end, it leaves as what goes at that moment with the manager, and whoever waits for it goes on.
pub(super) struct Work {
    job: Option<Job>,
    pub operation: Operation,
    dropped: Rc<Cell<Outcome>>,
    /// It is one of the urgent that wait, until it is begun.
    pub waits: Option<Counted>,
    _handled: Handled,
    _working: Working,
}

impl Work {
    /// A task of a job. `dropped` is what becomes of whoever is dropped, and `handled` is told when it has left.
    pub fn new(
        job: Job,
        operation: Operation,
        dropped: Rc<Cell<Outcome>>,
        handled: &WaitGroup,
        working: Working,
    ) -> Work {
        handled.add(1);
        Work { job: Some(job), operation, dropped, waits: None, _handled: Handled(handled.clone()), _working: working }
    }

    /// Its result, as something that goes its own way.
    pub fn result(&self) -> Option<Job> {
        self.job.as_ref().map(Job::split)
    }

    /// It has come to its end.
    pub fn ends(mut self, outcome: Outcome) {
        if let Some(job) = self.job.take() {
            job.leave(outcome);
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            job.leave(self.dropped.get());
        }
    }
}

impl Carries for Work {
    fn job(&self) -> Option<JobId> {
        self.job.as_ref().map(Job::id)
    }
}

/// Whoever waits until it is handled hears of it when this is dropped.
struct Handled(WaitGroup);

impl Drop for Handled {
    fn drop(&mut self) {
        self.0.done();
    }
}

/// One more of something, as long as it is held.
pub(super) struct Counted(Rc<Cell<u32>>);

impl Counted {
    pub fn one(count: &Rc<Cell<u32>>) -> Counted {
        count.set(count.get() + 1);
        Counted(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}
