//! The books of the process: how many of each kind came, came to their end, and are lost.
//!
//! What is in hand or in a buffer is a [`Held`]. Dropped, wherever it is, it is lost, and says so: a task that ends with the process, a
//! channel that nobody reads any more, a call that is cut off. So nobody works out what a shutdown loses. What goes before the process is
//! asked to end, with a worker that is killed, is no loss of its shutdown, and has a count of its own.

use super::{Kind, MODEL_FAILED, NO_BATCH};
use millrace_engine::{Carries, Env, Job};
use millrace_spec::ShutdownGauges;
use millrace_trace::{Gauge, JobId, Outcome, StationId};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

const G: ShutdownGauges = ShutdownGauges::ALL;

/// The books. Clones are the same ones.
#[derive(Clone)]
pub(super) struct Books(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    counts: RefCell<[i64; 32]>,
    /// The process was asked to end.
    asked: Cell<bool>,
    /// Who came after that and is there still, whatever has become of it.
    late: RefCell<BTreeSet<JobId>>,
}

impl Books {
    /// Of the process at a station. Nothing has come yet.
    pub fn open(env: &Env, station: StationId) -> Books {
        Books(Rc::new(Shared {
            env: env.clone(),
            station,
            counts: RefCell::new([0; 32]),
            asked: Cell::new(false),
            late: RefCell::default(),
        }))
    }

    /// From here on who comes is late.
    pub fn asked(&self) {
        self.0.asked.set(true);
    }

    /// The count of those of a kind that are lost now.
    fn losing(&self, kind: Kind) -> Gauge {
        if self.0.asked.get() { G.lost(kind.number()) } else { G.before(kind.number()) }
    }

    /// So many more.
    pub fn count(&self, gauge: Gauge, more: usize) {
        let mut counts = self.0.counts.borrow_mut();
        let Some(count) = counts.get_mut(usize::from(gauge.0)).filter(|_| more > 0) else { return };
        *count += more as i64;
        self.0.env.gauge(self.0.station, gauge, *count);
    }

    /// These are there no longer: how many of them had come late.
    fn forget(&self, jobs: &[Job]) -> usize {
        let mut late = self.0.late.borrow_mut();
        jobs.iter().filter(|job| late.remove(&job.id())).count()
    }
}

/// One or several of a kind, in somebody's hand or in a buffer.
pub(super) struct Held {
    jobs: Vec<Job>,
    kind: Kind,
    /// Of a frame and its result: the session that it is of.
    session: u32,
    books: Books,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({:?}, {:?})", self.kind, self.jobs)
    }
}

impl Held {
    /// It came.
    pub fn new(books: &Books, kind: Kind, job: Job) -> Held {
        books.count(G.came(kind.number()), 1);
        if books.0.asked.get() {
            books.0.late.borrow_mut().insert(job.id());
        }
        Held { jobs: vec![job], kind, session: 0, books: books.clone() }
    }

    /// A frame of a session came.
    pub fn frame(books: &Books, job: Job, session: u32) -> Held {
        let mut frame = Held::new(books, Kind::Frame, job);
        frame.session = session;
        frame
    }

    /// Items that came one by one, and are taken out of their batch.
    pub fn items(books: &Books, jobs: Vec<Job>) -> Held {
        Held { jobs, kind: Kind::Item, session: 0, books: books.clone() }
    }

    /// The one, or the first of several.
    pub fn job(&self) -> Option<&Job> {
        self.jobs.first()
    }

    /// All of them.
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// The session that it is of.
    pub fn session(&self) -> u32 {
        self.session
    }

    /// It came to its end.
    pub fn ends(mut self, outcome: Outcome) {
        self.books.count(G.done(self.kind.number()), self.jobs.len());
        if self.kind == Kind::Frame {
            self.books.count(MODEL_FAILED, self.jobs.len());
        }
        self.books.forget(&self.jobs);
        self.jobs.drain(..).for_each(|job| job.leave(outcome));
    }

    /// What was tried with it failed, and nobody tries again: it is lost.
    pub fn fails(mut self, outcome: Outcome) {
        if !self.books.0.asked.get() {
            self.books.count(self.books.losing(self.kind), self.jobs.len());
            self.jobs.drain(..).for_each(|job| job.leave(outcome));
        }
    }

    /// It goes on as something else.
    pub fn becomes(mut self, kind: Kind) -> Held {
        self.books.count(G.done(self.kind.number()), self.jobs.len());
        self.books.count(G.came(kind.number()), self.jobs.len());
        self.kind = kind;
        self
    }

    /// It goes into a batch as an item, unless that takes none: then it is lost.
    pub fn goes_into_batch(mut self, add: impl FnOnce(Job) -> Result<(), Job>) {
        let Some(job) = self.jobs.pop() else { return };
        match add(job) {
            Ok(()) => {
                self.books.count(G.done(self.kind.number()), 1);
                self.books.count(G.came(Kind::Item.number()), 1);
            }
            Err(job) => {
                self.books.count(NO_BATCH, 1);
                self.jobs.push(job);
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.books.count(self.books.losing(self.kind), self.jobs.len());
        self.books.count(G.late, self.books.forget(&self.jobs));
        let outcome = if self.books.0.asked.get() { Outcome::Lost } else { Outcome::Cancelled };
        self.jobs.drain(..).for_each(|job| job.leave(outcome));
    }
}

impl Carries for Held {
    fn job(&self) -> Option<JobId> {
        self.jobs.first().map(Job::id)
    }
}

/// A socket that is open. Dropped, it is cut off: no close frame was sent.
pub(super) struct Open {
    books: Books,
    station: StationId,
    is_told: bool,
}

impl Open {
    /// It came.
    pub fn new(books: &Books, station: StationId) -> Open {
        books.count(G.came(Kind::Socket.number()), 1);
        Open { books: books.clone(), station, is_told: false }
    }

    /// It got its close frame.
    pub fn closes(mut self) {
        self.is_told = true;
        self.books.count(G.done(Kind::Socket.number()), 1);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_told {
            self.books.0.env.state(self.station, millrace_spec::Parting::Exit.id());
            self.books.count(self.books.losing(Kind::Socket), 1);
        }
    }
}
