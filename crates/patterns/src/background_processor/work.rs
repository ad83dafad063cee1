//! The books of the processor, and a task on its way through it.
//!
//! A task that was let in is a [`Work`]. Dropped without an end, wherever it is, it is what the fidelity makes of it: as documented it
//! falls back to be put into its queue again, as shipped it is lost, and both are counted. So nobody works out what is lost.

use super::rank::Rank;
use millrace_engine::{Carries, Env, Job};
use millrace_parts::{Cond, WaitGroup};
use millrace_spec::{Packed, RailGauges, TriedTask};
use millrace_trace::{Gauge, JobId, Outcome, SimTime, StationId};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

const G: RailGauges = RailGauges::ALL;

/// The books. Clones are the same ones.
#[derive(Clone)]
pub(super) struct Books(Rc<Shared>);

struct Shared {
    env: Env,
    /// The main queue, and where those are that are to be tried again.
    queue: StationId,
    retries: StationId,
    counts: RefCell<[i64; RailGauges::COUNT]>,
    /// How many wait, by class.
    waiting: [Cell<u32>; 4],
    /// Tasks that were let in and have not come to their end.
    pending: WaitGroup,
    /// Whether what is dropped falls back.
    is_safe: bool,
    closed: Cell<bool>,
    fell: RefCell<Vec<Fallen>>,
    changed: Cond,
}

/// A task that fell out of somebody's hands.
struct Fallen {
    job: Job,
    rank: Rank,
    tries: u32,
    many: u32,
}

impl Books {
    pub fn open(env: &Env, queue: StationId, retries: StationId, is_safe: bool) -> Books {
        Books(Rc::new(Shared {
            env: env.clone(),
            queue,
            retries,
            counts: RefCell::new([0; RailGauges::COUNT]),
            waiting: Default::default(),
            pending: WaitGroup::new(env),
            is_safe,
            closed: Cell::new(false),
            fell: RefCell::default(),
            changed: Cond::of(env, retries),
        }))
    }

    /// So many more, or fewer.
    pub fn count(&self, gauge: Gauge, more: i64) {
        let now = self.counted(gauge) + more;
        self.set(gauge, now);
    }

    pub fn set(&self, gauge: Gauge, value: i64) {
        let mut counts = self.0.counts.borrow_mut();
        let Some(count) = counts.get_mut(usize::from(gauge.0)).filter(|count| **count != value) else { return };
        *count = value;
        self.0.env.gauge(self.0.queue, gauge, value);
    }

    pub fn counted(&self, gauge: Gauge) -> i64 {
        self.0.counts.borrow().get(usize::from(gauge.0)).copied().unwrap_or_default()
    }

    /// So many are let in.
    pub fn let_in(&self, many: u32) {
        self.0.pending.add(u64::from(many));
    }

    /// So many have come to their end.
    fn settled(&self, many: u32) {
        (0..many).for_each(|_| self.0.pending.done());
    }

    /// Waits until all that were let in have come to their end.
    pub async fn all_settled(&self) {
        self.0.pending.wait().await;
    }

    /// From here on what is dropped is dropped.
    pub fn close(&self) {
        self.0.closed.set(true);
        drop(self.0.fell.take());
    }

    /// Waits until something has fallen out of somebody's hands, and gives it.
    pub async fn fallen(&self) -> Vec<Work> {
        loop {
            let fell = self.0.fell.take();
            if !fell.is_empty() {
                let work = |Fallen { job, rank, tries, many }| Work {
                    job: Some(job),
                    rank,
                    tries,
                    many,
                    stage: Cell::new(Stage::Elsewhere),
                    since: Cell::new(self.0.env.now()),
                    books: self.clone(),
                };
                return fell.into_iter().map(work).collect();
            }
            self.0.changed.wait().await;
        }
    }

    /// Whether somebody waits who matters more than one that counts as this class.
    fn is_inverted(&self, counts_as: usize) -> bool {
        self.0.waiting.iter().take(counts_as).any(|waiting| waiting.get() > 0)
    }
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// In a queue, or for a worker.
    Waits,
    /// With a worker.
    InHand,
    /// With one that is not there any more.
    Stranded,
    /// On its way from the one to the other.
    Elsewhere,
}

/// A task that was let in; or several that are done in one go.
pub(super) struct Work {
    job: Option<Job>,
    pub rank: Rank,
    /// How often it was tried.
    pub tries: u32,
    many: u32,
    stage: Cell<Stage>,
    /// Since when it has been waiting.
    since: Cell<SimTime>,
    books: Books,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Work({:?}, {:?}, {:?})", self.job, self.rank, self.stage)
    }
}

impl Work {
    /// A task that is let in from here on, or several that are counted already and go as one.
    pub fn new(books: &Books, job: Job, rank: Rank, counted: Option<u32>) -> Work {
        if counted.is_none() {
            books.let_in(1);
        }
        let (stage, since) = (Cell::new(Stage::Elsewhere), Cell::new(books.0.env.now()));
        Work { job: Some(job), rank, tries: 0, many: counted.unwrap_or(1), stage, since, books: books.clone() }
    }

    pub fn id(&self) -> JobId {
        self.job.as_ref().map_or(JobId(u32::MAX), Job::id)
    }

    fn is_now(&self, stage: Stage) {
        let waiting = self.books.0.waiting.get(self.rank.place());
        let count = |more: bool| {
            if let Some(waiting) = waiting {
                waiting.set(if more { waiting.get() + 1 } else { waiting.get().saturating_sub(1) });
            }
        };
        match (self.stage.replace(stage), stage) {
            (Stage::Waits, Stage::Waits) => {}
            (Stage::Waits, _) => count(false),
            (_, Stage::Waits) => count(true),
            _ => {}
        }
    }

    /// It waits for somebody to work on it.
    pub fn waits(&self) {
        self.since.set(self.books.0.env.now());
        self.is_now(Stage::Waits);
    }

    /// It is to be tried again, and waits for the time to come.
    pub fn rests(&self) {
        self.is_now(Stage::Elsewhere);
        if let Some(job) = &self.job {
            let shared = &self.books.0;
            let tried = TriedTask { job: job.id().0, tries: self.tries };
            shared.env.gauge(shared.queue, G.tried, tried.packed());
            job.go(shared.retries, false);
        }
    }

    /// A worker has it, and counts it as of this class. It goes to that worker's station, unless its queue has taken it there.
    pub fn is_in_hand(&mut self, station: Option<StationId>, counts_as: usize) {
        self.is_now(Stage::InHand);
        self.tries += 1;
        let waited = self.books.0.env.now().since(self.since.get()).0;
        let longest = self.books.counted(G.longest).max(i64::try_from(waited).unwrap_or(i64::MAX));
        self.books.set(G.longest, longest);
        if self.books.is_inverted(counts_as) {
            self.books.count(G.inverted, 1);
        }
        if counts_as < self.rank.place() && self.books.0.waiting.iter().take(self.rank.place()).any(|w| w.get() > 0) {
            self.books.count(G.aged, 1);
        }
        if let (Some(job), Some(station)) = (&self.job, station) {
            job.go(station, true);
        }
    }

    /// It was handed to somebody who is not there any more.
    pub fn is_stranded(&self, station: StationId) {
        self.is_now(Stage::Stranded);
        self.books.count(G.never_run, i64::from(self.many));
        self.books.count(G.stranded, i64::from(self.many));
        if let Some(job) = &self.job {
            job.go(station, false);
        }
        self.books.settled(self.many);
    }

    /// It is turned away, as it was never let in.
    pub fn refused(mut self) {
        self.leaves(Outcome::Rejected);
    }

    /// It was let in, and is thrown away.
    pub fn thrown_away(mut self) {
        self.is_lost();
    }

    fn is_lost(&mut self) {
        if let Some(gauge) = G.dropped.get(self.rank.place()) {
            self.books.count(*gauge, i64::from(self.many));
        }
        self.books.count(G.failures, 1);
        self.leaves(Outcome::Lost);
    }

    /// It comes to its end.
    pub fn ends(mut self, outcome: Outcome) {
        self.leaves(outcome);
    }

    fn leaves(&mut self, outcome: Outcome) {
        let is_settled = self.stage.get() == Stage::Stranded;
        self.is_now(Stage::Elsewhere);
        if let Some(job) = self.job.take() {
            job.leave(outcome);
            if !is_settled {
                self.books.settled(self.many);
            }
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let shared = self.books.0.clone();
        if shared.is_safe {
            self.is_now(Stage::Elsewhere);
            let Some(job) = self.job.take() else { return };
            if shared.closed.get() {
                drop(job);
                self.books.settled(self.many);
                return;
            }
            job.go(shared.retries, false);
            shared.fell.borrow_mut().push(Fallen { job, rank: self.rank, tries: self.tries, many: self.many });
            shared.changed.signal();
        } else if self.job.is_some() {
            match self.stage.get() {
                Stage::InHand => self.is_lost(),
                Stage::Stranded => self.leaves(Outcome::Lost),
                Stage::Waits | Stage::Elsewhere => {
                    self.books.count(G.never_run, i64::from(self.many));
                    self.leaves(Outcome::Lost);
                }
            }
        }
    }
}

impl Carries for Work {
    fn job(&self) -> Option<JobId> {
        self.job.as_ref().map(Job::id)
    }
}
