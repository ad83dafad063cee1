//! A task on its way through its pool: from its submission until it has left, however it does.

use super::kind::Operation;
use millrace_engine::{Carries, Env, Job};
use millrace_parts::{WaitGroup, Watch, Working, at_most};
use millrace_trace::{Answer, JobId, Outcome, Span};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

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
    shared: Rc<Shared>,
}

/// What both sides of an errand know.
struct Shared {
    answer: Cell<Option<Answer>>,
    gone: Watch<bool>,
}

/// Whoever wants an errand to be done. Once this is dropped nobody does: it is not begun, and given up where it was.
pub(crate) struct Wanted(Rc<Shared>);

impl Wanted {
    /// The answer, once it has come.
    pub fn answer(&self) -> Option<Answer> {
        self.0.answer.get()
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        if self.0.answer.get().is_none() {
            self.0.gone.set(true);
        }
    }
}

impl Errand {
    pub fn new(
        env: &Env,
        does: impl for<'a> FnOnce(&'a Job) -> Pin<Box<dyn Future<Output = Answer> + 'a>> + 'static,
    ) -> (Errand, Wanted) {
        let shared = Rc::new(Shared { answer: Cell::new(None), gone: Watch::new(env, false) });
        (Errand { does: Box::new(does), shared: shared.clone() }, Wanted(shared))
    }

    pub fn is_wanted(&self) -> bool {
        !self.shared.gone.get()
    }

    /// Does it, as long as somebody wants it and it has time.
    pub async fn runs(self, env: &Env, timeout: Span, work: &Work) -> Answer {
        let Some(job) = &work.job else { return Answer::Cancelled };
        let (mut done, mut gone) =
            (pin!(at_most(env, timeout, (self.does)(job))), pin!(self.shared.gone.until(|is_gone| is_gone)));
        let answer = poll_fn(|cx| match done.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(done.unwrap_or(Answer::TimedOut)),
            // Muted: the worker shows one wait, that of what it does.
            Poll::Pending => env.muted(|| gone.as_mut().poll(cx)).map(|_| Answer::Cancelled),
        })
        .await;
        self.shared.answer.set(Some(answer));
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
