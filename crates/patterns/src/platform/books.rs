//! The books of the platform: what has become of each frame, request and item, beside what outcomes and stations tell.
//!
//! Each is a guard while it is in somebody's hand or in a buffer. Dropped there, with a worker that is killed or with the process, it is lost
//! and says so: nobody works out what is lost. A frame that is answered is no event here, as its outcome says it.

use super::PROCESS_GAUGES;
use millrace_engine::{Carries, Env, Job};
use millrace_spec::SessionGauges;
use millrace_trace::{Gauge, JobId, Outcome, SimTime, Span, StationId};
use std::cell::RefCell;
use std::rc::Rc;

/// What is counted. Its number is that of its gauge, from [`PROCESS_GAUGES`] on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// Frames that were over the limit of their socket.
    FramesLimited,
    /// Frames that found the jobs full, and were dropped.
    Full,
    /// Frames that are lost.
    FramesLost,
    /// Items that were written.
    ItemsWritten,
    /// Items that a store refused.
    ItemsFailed,
    /// Items that are lost.
    ItemsLost,
    /// API requests that were answered.
    Answered,
    /// API requests that were answered with an error.
    Failed,
    /// API requests that were over a limit.
    Limited,
    /// API requests that came after the signal.
    Refused,
    /// API requests that are lost.
    RequestsLost,
    /// Anonymous API requests that were over the limit of the user "".
    Anonymous,
    /// Rows of interviews that never began.
    RowsLeft,
    /// API requests under way.
    UnderWay,
    /// Sessions that are connected.
    Connected,
    /// How many workers there are.
    Workers,
    /// The 95th percentile of API requests in the last second in which one was answered.
    ApiP95,
    /// The 95th percentile of what the platform adds to a frame, in the last second in which one was answered.
    SocketP95,
    /// Frames that came in the last second.
    CameIn,
    /// Frames that were answered in the last second.
    AnsweredIn,
    /// Workers that a rate times a mean call asks for, in the last second.
    Needed,
    /// Sockets that were let go as they did not keep up.
    LetGo,
    /// Frames that are lost with those.
    Unread,
    /// Frames that stay in the queue of the broker when the process ends.
    LeftInQueue,
    /// How often a long queue was looked at while its gauge said that there is none.
    Unseen,
    /// Frames that a worker had in hand as it went, and that are lost with it.
    HandsLost,
    /// Frames that a worker had in hand as it went, and that the broker has again.
    Returned,
    /// How often the service was asked for a frame that it had been asked for before.
    Twice,
    /// How often a store was tried again.
    Retries,
    /// How often nobody got a connection in time.
    PoolTimeouts,
    /// Calls to a store that were cut off, with their connections.
    CutOff,
    /// Buckets of users and addresses that are kept.
    Buckets,
    /// Those of them that nobody has asked for long.
    Idle,
    /// API requests that were over the limit of their user.
    OverUser,
    /// API requests that were over the limit of their address.
    OverAddress,
    /// Sockets that are open while their gauge says that there is none.
    SocketsUnseen,
}

impl Count {
    const COUNT: usize = Count::SocketsUnseen as usize + 1;

    /// Its gauge, of the station of the process.
    pub(super) const fn gauge(self) -> Gauge {
        Gauge(PROCESS_GAUGES + self as u8)
    }
}

/// The books. Clones are the same ones.
#[derive(Clone)]
pub(super) struct Books(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    counts: RefCell<[i64; Count::COUNT]>,
    second: RefCell<Second>,
}

/// What happened since the last second was over.
#[derive(Debug, Default)]
pub(super) struct Second {
    pub came: i64,
    pub admitted: i64,
    pub answered: i64,
    pub calls: i64,
    pub called: Span,
    pub api: Vec<Span>,
    pub added: Vec<Span>,
}

impl Books {
    pub(super) fn open(env: &Env, station: StationId) -> Books {
        Books(Rc::new(Shared {
            env: env.clone(),
            station,
            counts: RefCell::new([0; Count::COUNT]),
            second: RefCell::default(),
        }))
    }

    /// So many more.
    pub(super) fn count(&self, what: Count, more: i64) {
        let mut counts = self.0.counts.borrow_mut();
        let Some(count) = counts.get_mut(what as usize).filter(|_| more != 0) else { return };
        *count += more;
        self.0.env.gauge(self.0.station, what.gauge(), *count);
    }

    /// It is so much.
    pub(super) fn set(&self, what: Count, value: i64) {
        let mut counts = self.0.counts.borrow_mut();
        if let Some(count) = counts.get_mut(what as usize).filter(|count| **count != value) {
            *count = value;
            self.0.env.gauge(self.0.station, what.gauge(), value);
        }
    }

    /// What happened since this was asked last.
    pub(super) fn take_second(&self) -> Second {
        self.0.second.take()
    }

    /// A frame is within its limit.
    pub(super) fn admitted(&self) {
        self.0.second.borrow_mut().admitted += 1;
    }

    /// A call of a frame is over.
    fn called(&self, took: Span) {
        let second = &mut *self.0.second.borrow_mut();
        second.calls += 1;
        second.called = Span(second.called.0.saturating_add(took.0));
    }
}

/// A frame, from its socket to its result.
pub(super) struct Frame {
    job: Option<Job>,
    session: u32,
    came: SimTime,
    /// How long its call took.
    called: Span,
    /// A worker had it in hand.
    was_taken: bool,
    books: Books,
}

impl Frame {
    /// It came by the socket of a session, to the station of the current task.
    pub(super) fn new(books: &Books, session: u32) -> Frame {
        let env = &books.0.env;
        books.0.second.borrow_mut().came += 1;
        env.gauge(env.station(), SessionGauges::ALL.whose, session.into());
        Frame {
            job: Some(env.job()),
            session,
            came: env.now(),
            called: Span::ZERO,
            was_taken: false,
            books: books.clone(),
        }
    }

    pub(super) fn session(&self) -> u32 {
        self.session
    }

    pub(super) fn held(&self) -> Option<&Job> {
        self.job.as_ref()
    }

    /// A worker takes it in hand: whether another had it before.
    pub(super) fn is_taken_again(&mut self) -> bool {
        std::mem::replace(&mut self.was_taken, true)
    }

    /// Its call took so long.
    pub(super) fn was_called(&mut self, took: Span) {
        self.called = took;
        self.books.called(took);
    }

    /// It is over, and its session knows.
    pub(super) fn ends(mut self, outcome: Outcome) {
        if outcome == Outcome::Completed {
            let added = (self.books.0.env.now() - self.came).saturating_sub(self.called);
            let second = &mut *self.books.0.second.borrow_mut();
            second.answered += 1;
            second.added.push(added);
        }
        if let Some(job) = self.job.take() {
            job.leave(outcome);
        }
    }

    /// It stays in the queue of the broker, and whoever sent it has gone.
    pub(super) fn stays_in_the_queue(mut self) {
        if let Some(job) = self.job.take() {
            self.books.count(Count::LeftInQueue, 1);
            job.leave(Outcome::Cancelled);
        }
    }

    /// Its socket is let go, and nobody reads its result.
    pub(super) fn goes_unread(mut self) {
        if let Some(job) = self.job.take() {
            self.books.count(Count::Unread, 1);
            job.leave(Outcome::Lost);
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            self.books.count(Count::FramesLost, 1);
            job.leave(Outcome::Lost);
        }
    }
}

impl Carries for Frame {
    fn job(&self) -> Option<JobId> {
        self.job.as_ref().map(Job::id)
    }
}

/// The row of an interview that has not begun, from its creation on. Dropped, it is left: nothing will ever belong to it.
pub(super) struct Row {
    books: Books,
    is_left: bool,
}

impl Row {
    pub(super) fn created(books: &Books) -> Row {
        Row { books: books.clone(), is_left: true }
    }

    pub(super) fn has_its_interview(mut self) {
        self.is_left = false;
    }

    pub(super) fn deleted(mut self) {
        self.is_left = false;
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        self.books.count(Count::RowsLeft, self.is_left.into());
    }
}

/// The items of a batch.
pub(super) struct Items {
    items: Vec<Job>,
    books: Books,
}

impl Items {
    pub(super) fn new(books: &Books, items: Vec<Job>) -> Items {
        Items { items, books: books.clone() }
    }

    pub(super) fn all(&self) -> &[Job] {
        &self.items
    }

    /// All of them are written, or none is.
    pub(super) fn ends(mut self, outcome: Outcome) {
        let what = if outcome == Outcome::Completed { Count::ItemsWritten } else { Count::ItemsFailed };
        self.books.count(what, self.items.len() as i64);
        self.items.drain(..).for_each(|item| item.leave(outcome));
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        self.books.count(Count::ItemsLost, self.items.len() as i64);
        self.items.drain(..).for_each(|item| item.leave(Outcome::Lost));
    }
}

/// A request to the API.
pub(super) struct Request {
    job: Option<Job>,
    came: SimTime,
    books: Books,
}

impl Request {
    pub(super) fn new(books: &Books, job: Job) -> Request {
        books.count(Count::UnderWay, 1);
        Request { job: Some(job), came: books.0.env.now(), books: books.clone() }
    }

    pub(super) fn held(&self) -> Option<&Job> {
        self.job.as_ref()
    }

    /// It is turned away at the door.
    pub(super) fn refused(mut self) {
        if let Some(job) = self.job.take() {
            job.leave(Outcome::Rejected);
        }
    }

    /// It is answered.
    pub(super) fn ends(mut self, outcome: Outcome) {
        let what = match outcome {
            Outcome::Completed => Count::Answered,
            Outcome::Rejected => Count::Limited,
            _ => Count::Failed,
        };
        if outcome != Outcome::Rejected {
            let took = self.books.0.env.now() - self.came;
            self.books.0.second.borrow_mut().api.push(took);
        }
        self.books.count(what, 1);
        if let Some(job) = self.job.take() {
            job.leave(outcome);
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.books.count(Count::UnderWay, -1);
        if let Some(job) = self.job.take() {
            self.books.count(Count::RequestsLost, 1);
            job.leave(Outcome::Lost);
        }
    }
}
