//! The books of the processor, and a task on its way through it.
//!
//! A task that was let in is a [`Work`]. Dropped without an end, wherever it is, it is what the fidelity makes of it: as documented it
//! falls back to be put into its queue again, as shipped it is lost, and both are counted. So nobody works out what is lost.

use super::rank::Rank;
use super::statistics::Tally;
use millrace_engine::{Carries, Env, Job};
use millrace_parts::{Cond, WaitGroup};
use millrace_spec::{Packed, RailGauges, TriedTask, risen};
use millrace_trace::{Gauge, JobId, Outcome, SimTime, Span, StationId};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

const G: RailGauges = RailGauges::ALL;

/// The books. Clones are the same ones.
#[derive(Clone)]
pub(super) struct Books(Rc<Shared>);

/// Where tasks are that are in no queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aside {
    /// Those that are to be tried again.
    pub retries: StationId,
    /// Those that were put together with one that is in the queue.
    pub batches: StationId,
    /// Those that were handed to somebody who is not there.
    pub stranded: StationId,
}

struct Shared {
    env: Env,
    /// The main queue.
    queue: StationId,
    aside: Aside,
    /// After how long a wait a task counts as of the next higher class.
    age: Span,
    counts: RefCell<[i64; RailGauges::COUNT]>,
    tally: RefCell<Tally>,
    /// Who waits, by class: since when it has been in a queue in which it rises, and who it is. Who is in none does not rise.
    waiting: [RefCell<BTreeSet<(SimTime, JobId)>>; 4],
    /// Tasks that were let in and have not come to their end.
    pending: WaitGroup,
    /// Whether what is dropped falls back.
    is_safe: bool,
    closed: Cell<bool>,
    /// As what is then dropped leaves.
    dropped: Cell<Outcome>,
    fell: RefCell<Vec<Fallen>>,
    changed: Cond,
}

/// A task that fell out of somebody's hands.
struct Fallen {
    job: Job,
    rank: Rank,
    tries: u32,
    with: Vec<Job>,
}

impl Books {
    pub fn open(env: &Env, queue: StationId, aside: Aside, age: Span, is_safe: bool) -> Books {
        Books(Rc::new(Shared {
            env: env.clone(),
            queue,
            aside,
            age,
            counts: RefCell::new([0; RailGauges::COUNT]),
            tally: RefCell::default(),
            waiting: Default::default(),
            pending: WaitGroup::new(env),
            is_safe,
            closed: Cell::new(false),
            dropped: Cell::new(Outcome::Cancelled),
            fell: RefCell::default(),
            changed: Cond::of(env, aside.retries),
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

    /// The main queue.
    pub fn queue(&self) -> StationId {
        self.0.queue
    }

    /// What the gauges do not say.
    pub fn tally(&self) -> Tally {
        *self.0.tally.borrow()
    }

    fn tallies(&self, change: impl FnOnce(&mut Tally)) {
        change(&mut self.0.tally.borrow_mut());
    }

    /// One of a class is submitted: whether it was accepted.
    pub fn came(&self, rank: Rank, is_in: bool) {
        self.tallies(|tally| {
            if let Some(came) = tally.came.get_mut(rank.place()) {
                *came += 1;
            }
            tally.accepted += u64::from(is_in);
        });
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

    /// The process is gone: from here on what is dropped is lost, until it begins anew.
    pub fn crashes(&self) {
        self.0.dropped.set(Outcome::Lost);
        self.0.closed.set(true);
        for Fallen { job, with, .. } in self.0.fell.take() {
            self.drops(job, with);
        }
    }

    /// The process is there again, and has counted nothing but how it is. What went with it nobody but a bystander knows.
    pub fn begins_anew(&self) {
        let thrown: i64 = G.dropped.into_iter().chain([G.never_run]).map(|gauge| self.counted(gauge)).sum();
        self.count(G.until_crash, thrown);
        self.0.dropped.set(Outcome::Cancelled);
        self.0.closed.set(false);
        self.0.tally.take();
        let all = (0..RailGauges::COUNT).map(|gauge| Gauge(gauge as u8));
        all.filter(|gauge| ![G.is_strict, G.keeps, G.until_crash].contains(gauge)).for_each(|gauge| self.set(gauge, 0));
    }

    /// Tasks that were let in go with whoever had them.
    pub fn drops(&self, job: Job, with: Vec<Job>) {
        let many = with.len() as u32 + 1;
        if self.0.dropped.get() == Outcome::Lost {
            self.count(G.until_crash, many.into());
        }
        std::iter::once(job).chain(with).for_each(|job| job.leave(self.0.dropped.get()));
        self.settled(many);
    }

    /// Waits until something has fallen out of somebody's hands, and gives it.
    pub async fn fallen(&self) -> Vec<Work> {
        loop {
            let fell = self.0.fell.take();
            if !fell.is_empty() {
                let work = |Fallen { job, rank, tries, with }| Work {
                    job: Some(job),
                    rank,
                    tries,
                    with,
                    stage: Cell::new(Stage::Elsewhere),
                    since: Cell::new(self.0.env.now()),
                    begun: self.0.env.now(),
                    rises: Cell::new(false),
                    books: self.clone(),
                };
                return fell.into_iter().map(work).collect();
            }
            self.0.changed.wait().await;
        }
    }

    /// Whether somebody waits who matters more than one that counts as this class.
    fn is_inverted(&self, counts_as: usize) -> bool {
        let now = self.0.env.now();
        self.0.waiting.iter().enumerate().any(|(class, waiting)| {
            let first = waiting.borrow().first().map(|(since, _)| *since);
            first.is_some_and(|since| risen(class, now.since(since.min(now)), self.0.age) < counts_as)
        })
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
    /// Those that are done in one go with it.
    with: Vec<Job>,
    stage: Cell<Stage>,
    /// Since when it has been waiting, and whether it rises by that.
    since: Cell<SimTime>,
    rises: Cell<bool>,
    /// When it was last begun.
    begun: SimTime,
    books: Books,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Work({:?}, {:?}, {:?})", self.job, self.rank, self.stage)
    }
}

impl Work {
    /// A task that is let in from here on.
    pub fn new(books: &Books, job: Job, rank: Rank) -> Work {
        books.let_in(1);
        Work::batch(books, job, rank, Vec::new())
    }

    /// Several that were let in before, and go as one.
    pub fn batch(books: &Books, job: Job, rank: Rank, with: Vec<Job>) -> Work {
        let now = books.0.env.now();
        let (stage, since, rises) = (Cell::new(Stage::Elsewhere), Cell::new(now), Cell::new(false));
        Work { job: Some(job), rank, tries: 0, with, stage, since, rises, begun: now, books: books.clone() }
    }

    /// How many tasks it is.
    fn many(&self) -> u32 {
        self.with.len() as u32 + 1
    }

    /// All of them.
    fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.job.iter().chain(&self.with)
    }

    pub fn id(&self) -> JobId {
        self.job.as_ref().map_or(JobId(u32::MAX), Job::id)
    }

    /// Which ones they are.
    pub fn ids(&self) -> Vec<JobId> {
        self.jobs().map(Job::id).collect()
    }

    fn is_now(&self, stage: Stage) {
        let in_hand = |is: bool| if is { u64::from(self.many()) } else { 0 };
        let (was, is) = (in_hand(self.stage.get() == Stage::InHand), in_hand(stage == Stage::InHand));
        self.books.tallies(|tally| tally.in_hand = (tally.in_hand + is).saturating_sub(was));
        let Some(waiting) = self.books.0.waiting.get(self.rank.place()) else { return };
        let entry = (if self.rises.get() { self.since.get() } else { SimTime(u64::MAX) }, self.id());
        match (self.stage.replace(stage), stage) {
            (Stage::Waits, Stage::Waits) => {}
            (Stage::Waits, _) => drop(waiting.borrow_mut().remove(&entry)),
            (_, Stage::Waits) => drop(waiting.borrow_mut().insert(entry)),
            _ => {}
        }
    }

    /// It waits for somebody to work on it; in a queue in which it rises, or for room in that.
    pub fn waits(&self, rises: bool) {
        self.is_now(Stage::Elsewhere);
        self.since.set(self.books.0.env.now());
        self.rises.set(rises);
        self.is_now(Stage::Waits);
    }

    /// Those that go with it lie where they were put together, as only one stands in the queue.
    pub fn lies_together(&self) {
        self.with.iter().for_each(|job| job.go(self.books.0.aside.batches, false));
    }

    /// It is to be tried again, and waits for the time to come.
    pub fn rests(&self) {
        self.is_now(Stage::Elsewhere);
        let shared = &self.books.0;
        for job in self.jobs() {
            let tried = TriedTask { job: job.id().0, tries: self.tries };
            shared.env.gauge(shared.queue, G.tried, tried.packed());
            job.go(shared.aside.retries, false);
        }
    }

    /// A worker has it, and counts it as of this class. It goes to that worker's station, unless its queue has taken it there: then only those do that go with it.
    pub fn is_in_hand(&mut self, station: StationId, is_moved: bool, counts_as: usize) {
        self.is_now(Stage::InHand);
        self.tries += 1;
        self.begun = self.books.0.env.now();
        let waited = self.books.0.env.now().since(self.since.get()).0;
        let longest = self.books.counted(G.longest).max(i64::try_from(waited).unwrap_or(i64::MAX));
        self.books.set(G.longest, longest);
        if self.books.is_inverted(counts_as) {
            self.books.count(G.inverted, 1);
        }
        if counts_as < self.rank.place()
            && self.books.0.waiting.iter().take(self.rank.place()).any(|w| !w.borrow().is_empty())
        {
            self.books.count(G.aged, 1);
        }
        self.jobs().skip(usize::from(is_moved)).for_each(|job| job.go(station, true));
    }

    /// It was handed to somebody who is not there any more.
    pub fn is_stranded(&self) {
        self.is_now(Stage::Stranded);
        self.counts_as_lost();
        self.books.count(G.stranded, i64::from(self.many()));
        self.jobs().for_each(|job| job.go(self.books.0.aside.stranded, false));
        self.books.settled(self.many());
    }

    /// Who was never begun was never run, and who was is thrown away.
    fn counts_as_lost(&self) {
        let dropped = G.dropped.get(self.rank.place()).filter(|_| self.tries > 0);
        self.books.count(*dropped.unwrap_or(&G.never_run), i64::from(self.many()));
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
            self.books.count(*gauge, i64::from(self.many()));
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
        let many = self.many();
        if let Some(job) = self.job.take() {
            let took = self.books.0.env.now().since(self.begun);
            self.books.tallies(|tally| tally.ended(outcome, many, took));
            std::iter::once(job).chain(self.with.drain(..)).for_each(|job| job.leave(outcome));
            if !is_settled {
                self.books.settled(many);
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
            let with = std::mem::take(&mut self.with);
            if shared.closed.get() {
                return self.books.drops(job, with);
            }
            std::iter::once(&job).chain(&with).for_each(|job| job.go(shared.aside.retries, false));
            shared.fell.borrow_mut().push(Fallen { job, rank: self.rank, tries: self.tries, with });
            shared.changed.signal();
        } else if self.job.is_some() {
            match self.stage.get() {
                Stage::InHand => self.is_lost(),
                Stage::Stranded => self.leaves(Outcome::Lost),
                Stage::Waits | Stage::Elsewhere => {
                    self.counts_as_lost();
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
