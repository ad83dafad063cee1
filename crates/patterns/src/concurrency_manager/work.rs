//! A task on its way through its pool: from its submission until it has left, however it does.

use super::kind::Operation;
use millrace_engine::{Carries, Env, Job};
use millrace_parts::{WaitGroup, Working, at_most};
use millrace_trace::{Answer, JobId, Outcome, Span};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};

/// A task. Dropped without an end, it leaves as what goes at that moment with the manager, and whoever waits for it goes on.
pub(crate) struct Work {
    job: Option<Job>,
    pub operation: Operation,
    dropped: Rc<Cell<Outcome>>,
    /// It is one of the urgent that wait, until it is begun.
    pub waits: Option<Counted>,
    /// What it does, where that is somebody's errand.
    pub errand: Option<Errand>,
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
        let _handled = Handled(handled.clone());
        Work { job: Some(job), operation, dropped, waits: None, errand: None, _handled, _working: working }
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

/// Does something with a job.
type Does = Box<dyn for<'a> FnOnce(&'a Job) -> Pin<Box<dyn Future<Output = Answer> + 'a>>>;

/// What somebody wants to have done by a worker, and waits for.
pub(crate) struct Errand {
    does: Does,
    answer: Weak<Cell<Option<Answer>>>,
}

impl Errand {
    /// Its answer goes to whoever holds this place for it. When nobody does any more it is not begun.
    pub fn new(
        does: impl for<'a> FnOnce(&'a Job) -> Pin<Box<dyn Future<Output = Answer> + 'a>> + 'static,
        answer: &Rc<Cell<Option<Answer>>>,
    ) -> Errand {
        Errand { does: Box::new(does), answer: Rc::downgrade(answer) }
    }

    pub fn is_wanted(&self) -> bool {
        self.answer.strong_count() > 0
    }

    pub async fn runs(self, env: &Env, timeout: Span, work: &Work) -> Answer {
        let answer = match &work.job {
            Some(job) => at_most(env, timeout, (self.does)(job)).await.unwrap_or(Answer::TimedOut),
            None => Answer::Cancelled,
        };
        if let Some(place) = self.answer.upgrade() {
            place.set(Some(answer));
        }
        answer
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
pub(crate) struct Counted(Rc<Cell<u32>>);

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
