//! A request on its way through the handler, and its ticket in a queue.
//!
//! It belongs to the task that serves it. Who hands it on to a processor hands on a ticket, and a ticket that is dropped, wherever it is, says so to whoever waits
//! for the answer: so nobody waits for what nobody does any more.

use super::books::Books;
use super::rank::Rank;
use millrace_engine::{Carries, Env, Job};
use millrace_parts::Cond;
use millrace_spec::HandlerStep;
use millrace_trace::{Answer, JobId, Outcome, SimTime, Span, StationId};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How a handler came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub answer: Answer,
    pub panicked: bool,
    /// Whether it says something of the server that was called.
    of_server: bool,
    /// For how long whoever asked is to stay away.
    pub rest: Span,
}

impl Ended {
    /// One that came to no answer.
    pub const fn with(answer: Answer) -> Ended {
        Ended { answer, panicked: false, of_server: true, rest: Span::ZERO }
    }

    /// One whose time was over, of which the server had less than half, or nothing: the rest of it went by in our own queue.
    pub const fn late_by_us() -> Ended {
        Ended { of_server: false, ..Ended::with(Answer::TimedOut) }
    }

    /// One whose handler panicked, whatever it had been answered: that is a mistake of ours.
    pub const fn panic(self) -> Ended {
        Ended { answer: Answer::Status(500), panicked: true, of_server: false, ..self }
    }

    /// Whether it says something of the server: what nobody asked it, what it had no time for and what went wrong afterwards do not.
    pub const fn is_of_server(self) -> bool {
        self.of_server && !matches!(self.answer, Answer::Cancelled)
    }

    /// The status that goes out: where nobody could be asked 502, and where its time was over 504.
    pub const fn status(self) -> u16 {
        match self.answer {
            Answer::Status(status) => status,
            Answer::Failed => 502,
            Answer::TimedOut => 504,
            Answer::Cancelled => 503,
        }
    }

    pub const fn is_late(self) -> bool {
        matches!(self.answer, Answer::TimedOut)
    }
}

/// What whoever asked is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub status: u16,
    pub step: HandlerStep,
    pub outcome: Outcome,
    /// Whether it says something of the server.
    pub of_server: bool,
    pub degraded: bool,
    /// How many were under way when it was let in.
    pub active: u32,
    pub rest: Span,
}

/// A request.
pub(crate) struct Request {
    job: RefCell<Option<Job>>,
    pub id: JobId,
    pub rank: Rank,
    /// Since when it has been there.
    pub since: SimTime,
    ended: Cell<Option<Ended>>,
    changed: Cond,
}

impl Request {
    pub fn new(env: &Env, at: StationId, job: Job, rank: Rank) -> Rc<Request> {
        let (id, since, changed) = (job.id(), env.now(), Cond::of(env, at));
        Rc::new(Request { job: RefCell::new(Some(job)), id, rank, since, ended: Cell::new(None), changed })
    }

    /// Its work: a call.
    pub async fn call(&self, env: &Env) -> Ended {
        let call = self.job.borrow().as_ref().map(|job| env.call(job));
        match call {
            Some(call) => {
                let reply = call.await;
                Ended { rest: reply.retry_after, ..Ended::with(reply.answer) }
            }
            None => Ended::with(Answer::Cancelled),
        }
    }

    /// Its job, for whoever does what it asks for by other ways than a call.
    pub fn lent(&self) -> Option<Lent<'_>> {
        self.job.take().map(|job| Lent { request: self, job: Some(job) })
    }

    /// Its job, which is its no more.
    pub fn takes(&self) -> Option<Job> {
        self.job.take()
    }

    /// It goes to a station.
    pub fn goes(&self, station: StationId, started: bool) {
        if let Some(job) = &*self.job.borrow() {
            job.go(station, started);
        }
    }

    /// Waits until somebody has done it.
    pub async fn done(&self) -> Ended {
        loop {
            if let Some(ended) = self.ended.get() {
                return ended;
            }
            self.changed.wait().await;
        }
    }

    fn is_done(&self, ended: Ended) {
        if self.ended.get().is_none() {
            self.ended.set(Some(ended));
            self.changed.signal();
        }
    }

    /// It leaves.
    pub fn leaves(&self, outcome: Outcome) {
        if let Some(job) = self.job.take() {
            job.leave(outcome);
        }
    }
}

/// The job of a request, which has it back when this is dropped.
pub(crate) struct Lent<'a> {
    request: &'a Request,
    job: Option<Job>,
}

impl Lent<'_> {
    pub fn job(&self) -> Option<&Job> {
        self.job.as_ref()
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.request.job.replace(self.job.take());
    }
}

/// A request's place in a queue, and then in the hand of a processor.
pub(crate) struct Ticket {
    pub request: Rc<Request>,
    books: Books,
    waits: bool,
    /// How it is to end if it is dropped.
    otherwise: Option<Answer>,
}

impl Ticket {
    pub fn new(request: &Rc<Request>, books: &Books) -> Ticket {
        books.waits(request.rank, true);
        Ticket { request: request.clone(), books: books.clone(), waits: true, otherwise: Some(Answer::Cancelled) }
    }

    /// A processor has it: what falls out of its hands from here on was a failure.
    pub fn begins(&mut self) {
        self.waits_no_more();
        self.books.is_begun(self.request.rank);
        self.otherwise = Some(Answer::Status(500));
    }

    /// It was done.
    pub fn ends(mut self, ended: Ended) {
        self.otherwise = None;
        self.request.is_done(ended);
    }

    /// It is of no use: whoever has it goes on without.
    pub fn lapses(mut self) {
        self.otherwise = None;
    }

    fn waits_no_more(&mut self) {
        if std::mem::take(&mut self.waits) {
            self.books.waits(self.request.rank, false);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.waits_no_more();
        if let Some(answer) = self.otherwise {
            self.request.is_done(Ended::with(answer));
        }
    }
}

impl Carries for Ticket {
    fn job(&self) -> Option<JobId> {
        Some(self.request.id)
    }
}
