//! One load for all who want the same at once: the first who comes for a key leads and loads it, and whoever comes until that is done follows.
//!
//! Followers get what the load brought, an error as well as a value: never a success that there was not. Nothing is kept, errors neither:
//! whoever comes when the load is over begins another. What is to be kept is the affair of a cache.
//!
//! A leader that is dropped in the middle fails nobody else: whoever has followed longest takes the lead and loads anew, in its own task and
//! by its own patience. Where nobody follows, there is no flight any more. So no load goes on that nobody waits for; the price is that a load which
//! is given up begins again from nothing. A follower that is dropped leaves alone.
//!
//! Opened under a name it is a station, a *pool* without an end: who leads holds of it, and who follows waits in line.

use super::stay::Stay;
use super::waiters::{Left, Ticket, Waiters};
use millrace_engine::{Env, Job, StationSpec, TaskRef};
use millrace_trace::{EventKind, JobId, StationId, StationKind, UNLIMITED, Wait};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Loads that are shared, by key. Clones are the same ones.
pub struct SingleFlight<K, T>(Rc<Shared<K, T>>);

struct Shared<K, T> {
    env: Env,
    /// Where it is seen, or nowhere.
    station: StationId,
    flights: RefCell<BTreeMap<K, Rc<Flight<T>>>>,
}

/// Those who follow one load.
struct Flight<T>(RefCell<Waiters<Follower, Word<T>>>);

/// Who follows: its task, and its job where that is in the pool.
type Follower = (TaskRef, Option<JobId>);

/// What a follower is told.
#[derive(Debug)]
enum Word<T> {
    /// It is over, and this came of it.
    Over(T),
    /// Whoever led has gone: you lead.
    YouLead,
}

impl<K, T> Clone for SingleFlight<K, T> {
    fn clone(&self) -> SingleFlight<K, T> {
        SingleFlight(self.0.clone())
    }
}

impl<K, T> fmt::Debug for SingleFlight<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SingleFlight({} under way)", self.0.flights.borrow().len())
    }
}

impl<K: Ord + Clone, T: Clone> SingleFlight<K, T> {
    /// One that nobody sees: a detail of something else.
    pub fn new(env: &Env) -> SingleFlight<K, T> {
        SingleFlight::at(env, StationId::NONE)
    }

    /// The same as a pool with a name, a part of another station where that is one.
    pub fn open(env: &Env, name: &str, parent: StationId) -> SingleFlight<K, T> {
        let pool = StationSpec { kind: StationKind::Pool, name, parent, capacity: UNLIMITED };
        SingleFlight::at(env, env.open(pool))
    }

    fn at(env: &Env, station: StationId) -> SingleFlight<K, T> {
        SingleFlight(Rc::new(Shared { env: env.clone(), station, flights: RefCell::default() }))
    }

    /// Whether a key is being loaded.
    pub fn is_under_way(&self, key: &K) -> bool {
        self.0.flights.borrow().contains_key(key)
    }

    /// How many loads are under way.
    pub fn under_way(&self) -> usize {
        self.0.flights.borrow().len()
    }

    /// How many follow the load of a key.
    pub fn following(&self, key: &K) -> usize {
        self.0.flights.borrow().get(key).map_or(0, |flight| flight.0.borrow().iter().count())
    }

    /// Loads what a key stands for, or waits for whoever is at it already; a leader that goes hands the load on.
    #[track_caller]
    pub fn load<F: Future<Output = T>>(&self, key: K, load: impl FnOnce() -> F) -> impl Future<Output = T> {
        fly(self.0.clone(), key, None, load, Location::caller())
    }

    /// The same for a job, which is at the station as long as its task leads or follows.
    #[track_caller]
    pub fn load_for<F: Future<Output = T>>(
        &self,
        job: &Job,
        key: K,
        load: impl FnOnce() -> F,
    ) -> impl Future<Output = T> {
        let job = self.0.station.some().map(|_| job);
        fly(self.0.clone(), key, job, load, Location::caller())
    }
}

async fn fly<K: Ord + Clone, T: Clone, F: Future<Output = T>>(
    shared: Rc<Shared<K, T>>,
    key: K,
    job: Option<&Job>,
    load: impl FnOnce() -> F,
    site: &'static Location<'static>,
) -> T {
    let there = shared.flights.borrow().get(&key).cloned();
    let mut lead = match there {
        None => {
            let flight = Rc::new(Flight(RefCell::default()));
            shared.flights.borrow_mut().insert(key.clone(), flight.clone());
            let stay = job.map(|job| Stay::begin(&shared.env, shared.station, job, true));
            Lead { shared: shared.clone(), key, flight, stay, over: false }
        }
        Some(flight) => {
            let (shared, flight) = (shared.clone(), flight.clone());
            let mut line = Line { shared, key, flight, job, waits: None, site };
            match (&mut line).await {
                (Word::Over(what), stay) => {
                    stay.into_iter().for_each(|stay| stay.end(&line.shared.env));
                    return what;
                }
                (Word::YouLead, stay) => {
                    let (shared, key, flight) = (line.shared.clone(), line.key.clone(), line.flight.clone());
                    Lead { shared, key, flight, stay, over: false }
                }
            }
        }
    };
    lead.stay.iter().for_each(|stay| stay.holds(&shared.env));
    let what = load().await;
    lead.lands(&what);
    what
}

/// The lead of a load. Dropped before that is over, it goes to whoever has followed longest.
struct Lead<'a, K: Ord, T> {
    shared: Rc<Shared<K, T>>,
    key: K,
    flight: Rc<Flight<T>>,
    stay: Option<Stay<'a>>,
    over: bool,
}

impl<K: Ord, T: Clone> Lead<'_, K, T> {
    /// The load is over: all who follow are told what came of it.
    fn lands(&mut self, what: &T) {
        self.over = true;
        self.shared.flights.borrow_mut().remove(&self.key);
        let mut followers = self.flight.0.borrow_mut();
        while let Some((task, _)) = followers.give(Word::Over(what.clone())) {
            self.shared.env.wake(task);
        }
    }
}

impl<K: Ord, T> Drop for Lead<'_, K, T> {
    fn drop(&mut self) {
        if let Some(stay) = self.stay.take() {
            stay.end(&self.shared.env);
        }
        if !self.over {
            self.shared.hand_over(&self.key, &self.flight);
        }
    }
}

impl<K: Ord, T> Shared<K, T> {
    /// Whoever led has gone: the next one leads, and where there is none, nobody flies.
    fn hand_over(&self, key: &K, flight: &Flight<T>) {
        let next = flight.0.borrow_mut().give(Word::YouLead);
        match next {
            None => drop(self.flights.borrow_mut().remove(key)),
            Some((task, job)) => {
                if let Some(job) = job {
                    self.env.emit(EventKind::Started { job });
                }
                self.env.wake(task);
            }
        }
    }
}

/// The wait of whoever finds somebody else at it.
struct Line<'a, K: Ord, T> {
    shared: Rc<Shared<K, T>>,
    key: K,
    flight: Rc<Flight<T>>,
    job: Option<&'a Job>,
    /// The place among those who follow, and the job's in the pool.
    waits: Option<(Ticket, Option<Stay<'a>>)>,
    site: &'static Location<'static>,
}

impl<'a, K: Ord, T> Future for &mut Line<'a, K, T> {
    type Output = (Word<T>, Option<Stay<'a>>);

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (shared, flight) = (self.shared.clone(), self.flight.clone());
        let mut followers = flight.0.borrow_mut();
        if let Some((ticket, _)) = self.waits {
            let Some(word) = followers.redeem(ticket) else { return Poll::Pending };
            return Poll::Ready((word, self.waits.take().and_then(|(_, stay)| stay)));
        }
        let stay = self.job.map(|job| Stay::begin(&shared.env, shared.station, job, false));
        let ticket = followers.join((shared.env.current(), stay.as_ref().map(|stay| stay.job.id())));
        self.waits = Some((ticket, stay));
        shared.env.waits(Wait::Acquire, shared.station, self.site);
        Poll::Pending
    }
}

impl<K: Ord, T> Drop for Line<'_, K, T> {
    fn drop(&mut self) {
        let Some((ticket, stay)) = self.waits.take() else { return };
        let left = self.flight.0.borrow_mut().leave(ticket);
        if let Some(stay) = stay {
            stay.end(&self.shared.env);
        }
        if matches!(left, Some(Left::Given(Word::YouLead))) {
            self.shared.hand_over(&self.key, &self.flight);
        }
    }
}
