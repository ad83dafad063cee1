//! A request on its way: the first level, the second one, the origin; and what is kept on the way back.

use super::book::{Book, G};
use super::params::Params;
use millrace_engine::{Env, Job, Server};
use millrace_parts::{Cache, Elapsed, SingleFlight, Tx, WaitGroup, at_most};
use millrace_trace::{Outcome, SimTime, StationId};
use millrace_upstream::Keys;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A value that was found, or what became of the request that did not get one.
pub(super) type Loaded = Result<Found, Outcome>;

/// Where a value was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// From which level it came, 0 for the first.
    level: usize,
    form: Form,
}

/// What a value is handed out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The type that was stored.
    Typed,
    /// What the second level made of it, which has texts and nothing else.
    Text,
}

/// What the first level keeps of a value: until when it is good, and as what it was put there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    good: SimTime,
    form: Form,
}

/// A write to the first level that waits to be carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write {
    key: u32,
    kept: Kept,
    /// Until when the level keeps it.
    until: SimTime,
}

impl millrace_engine::Carries for Write {
    fn job(&self) -> Option<millrace_trace::JobId> {
        None
    }
}

/// A cache of two levels before an origin. What the second keeps of a value is until when that is good.
pub(super) struct Levels {
    pub env: Env,
    pub p: Params,
    pub keys: Keys,
    pub station: StationId,
    pub book: Book,
    pub servers: [Server; 2],
    pub l1: RefCell<Cache<u32, Kept>>,
    pub l2: RefCell<Cache<u32, SimTime>>,
    pub flights: SingleFlight<u32, Loaded>,
    /// Where writes to the first level wait, if they do.
    pub writes: Option<Tx<Write>>,
    /// By key: what was written to the first level and cannot be seen there, and until when it should have been.
    pub unseen: RefCell<BTreeMap<u32, SimTime>>,
    /// Values that are being loaded before their time is over: for whoever waits until none is, and by key.
    pub refreshes: WaitGroup,
    pub refreshing: RefCell<BTreeSet<u32>>,
}

impl Levels {
    /// A request for a key, until it has left.
    pub(super) async fn ask(self: Rc<Self>, job: Job, key: u32) {
        let outcome = match at_most(&self.env, self.p.deadline, self.get(&job, key)).await {
            Ok(Ok(found)) if found.form == Form::Text && self.p.expects_its_type() => {
                self.book.count(G.mistyped, 1);
                Outcome::Failed
            }
            Ok(Ok(Found { level, .. })) => {
                G.hits.get(level).into_iter().for_each(|hits| self.book.count(*hits, 1));
                Outcome::Completed
            }
            Ok(Err(outcome)) => outcome,
            Err(Elapsed) => Outcome::TimedOut,
        };
        job.leave(outcome);
    }

    async fn get(self: &Rc<Self>, job: &Job, key: u32) -> Loaded {
        let [l1, _] = &self.servers;
        // A memory cannot fail.
        l1.call(job).await;
        if let Some(Kept { good, form }) = self.look(key) {
            self.may_refresh(job, key, good);
            return Ok(Found { level: 0, form });
        }
        if !self.p.shares_loads() {
            return self.load(job, key).await;
        }
        let follows = self.flights.is_under_way(&key);
        self.book.count(G.followed, follows.into());
        let load = || {
            self.book.count(G.took_over, follows.into());
            self.load(job, key)
        };
        self.flights.load_for(job, key, load).await
    }

    /// Asks the second level, and then the origin.
    async fn load(self: &Rc<Self>, job: &Job, key: u32) -> Loaded {
        // Whoever led before may have kept it already.
        let kept = self.l1.borrow().peek(&key, self.env.now()).copied();
        if let Some(Kept { form, .. }) = kept {
            return Ok(Found { level: 0, form });
        }
        let [_, l2] = &self.servers;
        let answer = l2.call(job).await.answer;
        if !answer.is_success() {
            if self.p.fails_on_error() {
                self.book.count(G.failed_by_l2, 1);
                return Err(answer.outcome());
            }
            self.book.count(G.taken_for_miss, 1);
            return self.fetch(job, key).await;
        }
        let found = self.l2.borrow_mut().get(&key, self.env.now()).copied();
        let Some(good) = found else { return self.fetch(job, key).await };
        let until = if self.p.copies_have_a_time() { self.in_l1_until(good) } else { SimTime::MAX };
        let form = if self.p.l2_gives_text() { Form::Text } else { Form::Typed };
        self.write(Write { key, kept: Kept { good, form }, until });
        self.may_refresh(job, key, good);
        Ok(Found { level: 1, form })
    }

    /// Asks the origin, and keeps what it says in both levels.
    async fn fetch(&self, job: &Job, key: u32) -> Loaded {
        let loading = self.book.begins(key);
        let answer = self.env.call(job).await.answer;
        drop(loading);
        if !answer.is_success() {
            return Err(answer.outcome());
        }
        let good = self.env.now() + self.p.l2_ttl;
        let form = Form::Typed;
        self.write(Write { key, kept: Kept { good, form }, until: self.in_l1_until(good) });
        let [_, l2] = &self.servers;
        if l2.call(job).await.answer.is_success() && good > self.env.now() {
            self.l2.borrow_mut().put(key, good, good);
            self.book.keeps(1, key, good);
        }
        Ok(Found { level: 2, form })
    }

    /// Until when the first level keeps what it has got now: not longer than the value is good.
    fn in_l1_until(&self, good: SimTime) -> SimTime {
        (self.env.now() + self.p.l1_ttl).min(good)
    }

    /// What the first level has, be it past its time or not.
    fn look(&self, key: u32) -> Option<Kept> {
        let now = self.env.now();
        let found = {
            let mut l1 = self.l1.borrow_mut();
            let found = l1.get(&key, now).copied();
            self.book.set(G.held, l1.len() as i64);
            found
        };
        match found {
            Some(Kept { good, .. }) => self.book.count(G.stale, (good <= now).into()),
            None => {
                let was_written = self.unseen.borrow().get(&key).is_some_and(|until| *until > now);
                self.book.count(G.unseen, was_written.into());
            }
        }
        found
    }

    /// A write to the first level, which is done at once or waits; where there is no room to wait, nobody will ever know of it.
    fn write(&self, write: Write) {
        let Some(writes) = &self.writes else { return self.keep(write) };
        self.unseen.borrow_mut().insert(write.key, write.until);
        if writes.try_send(write).is_err() {
            self.book.count(G.dropped, 1);
        }
    }

    /// Carries a write out.
    pub(super) fn keep(&self, Write { key, kept, until }: Write) {
        self.unseen.borrow_mut().remove(&key);
        if until <= self.env.now() {
            return;
        }
        let mut l1 = self.l1.borrow_mut();
        if let Some(gone) = l1.put(key, kept, until) {
            self.book.keeps(0, gone, SimTime::ZERO);
        }
        self.book.good(kept.good);
        self.book.keeps(0, key, until);
        self.book.set(G.held, l1.len() as i64);
    }

    /// Removes a key from both levels.
    pub(super) fn remove(&self, key: u32) {
        self.unseen.borrow_mut().remove(&key);
        let had = [self.l1.borrow_mut().remove(&key).is_some(), self.l2.borrow_mut().remove(&key).is_some()];
        for (level, _) in had.into_iter().enumerate().filter(|(_, had)| *had) {
            self.book.keeps(level, key, SimTime::ZERO);
        }
        self.book.set(G.held, self.l1.borrow().len() as i64);
    }

    /// Loads a value again whose time is nearly over, while whoever asked for it goes on. Once: who comes meanwhile finds it under way.
    fn may_refresh(self: &Rc<Self>, job: &Job, key: u32, good: SimTime) {
        let within = self.p.refreshes_within();
        let left = good.since(self.env.now());
        if within.is_zero() || left > within || left.is_zero() || !self.refreshing.borrow_mut().insert(key) {
            return;
        }
        self.book.count(G.refreshed, 1);
        let part = job.split();
        self.book.asks(&part, key);
        self.refreshes.add(1);
        let levels = self.clone();
        let refresh = async move {
            let load = || levels.fetch(&part, key);
            let loaded = levels.flights.load_for(&part, key, load).await;
            part.leave(loaded.err().unwrap_or(Outcome::Completed));
            levels.refreshing.borrow_mut().remove(&key);
            levels.refreshes.done();
        };
        self.env.spawn_at("refresh", self.station, refresh).detach();
    }
}
