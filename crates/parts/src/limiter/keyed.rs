//! A bucket for each key: of a user, an address, a tenant.
//!
//! A bucket is made when its key first comes, with the map in hand: two who come with a new key at once find one bucket. One that nobody asked for a time is
//! thrown away, but not before it is as if it were new. Thrown away sooner it would take its debt with it, and whoever stays away for so long would get a fresh
//! burst; so what is forgotten changes no decision, and only the memory that it takes.

use super::{Book, Decision, Limiter, LimiterSettings};
use millrace_engine::Env;
use millrace_trace::{SimTime, Span, StationId};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

/// Buckets by the numbers of their keys. Its clones are the same one.
#[derive(Clone)]
pub struct KeyedLimiter(Rc<Shared>);

struct Shared {
    book: Book,
    settings: LimiterSettings,
    forget_after: Option<Span>,
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    buckets: BTreeMap<u32, (Limiter, StationId)>,
    /// When to look at a bucket again: it may be thrown away then.
    due: BTreeSet<(SimTime, u32)>,
}

impl fmt::Debug for KeyedLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedLimiter({} buckets)", self.kept())
    }
}

impl KeyedLimiter {
    /// No bucket yet, as a gate with a name. A bucket that nobody asked for so long is forgotten, once it is as if it were new; none for never.
    pub fn open(env: &Env, name: &str, settings: LimiterSettings, forget_after: Option<Span>) -> KeyedLimiter {
        KeyedLimiter::with(Book::open(env, name, &settings.allowance), settings, forget_after)
    }

    /// The same for so many who ask that of each nothing is told: it shows how many passed and were refused, and no bucket.
    pub fn counting(env: &Env, name: &str, settings: LimiterSettings, forget_after: Option<Span>) -> KeyedLimiter {
        KeyedLimiter::with(Book::of_counts(env, name, &settings.allowance), settings, forget_after)
    }

    fn with(book: Book, settings: LimiterSettings, forget_after: Option<Span>) -> KeyedLimiter {
        KeyedLimiter(Rc::new(Shared { book, settings, forget_after, inner: RefCell::default() }))
    }

    /// Its station.
    pub fn station(&self) -> StationId {
        self.0.book.station()
    }

    /// How many buckets it keeps.
    pub fn kept(&self) -> usize {
        self.0.inner.borrow().buckets.len()
    }

    /// How many buckets it keeps that nobody has asked for so long. It looks at each.
    pub fn idle_for(&self, long: Span) -> usize {
        let now = self.0.book.env().now();
        let is_idle = |limiter: &Limiter| now.since(limiter.idle().0) >= long;
        self.0.inner.borrow().buckets.values().filter(|(limiter, _)| is_idle(limiter)).count()
    }

    /// Asks the bucket of a key, which has this name where it is shown.
    #[track_caller]
    pub fn ask(&self, key: u32, name: &str, cost: u32) -> Decision {
        self.forget();
        let bucket = self.bucket(key, name);
        bucket.ask(cost)
    }

    /// The bucket of a key, which is made if there is none.
    fn bucket(&self, key: u32, name: &str) -> Limiter {
        let known = self.0.inner.borrow().buckets.get(&key).map(|(limiter, _)| limiter.clone());
        known.unwrap_or_else(|| {
            let made = self.make(key, name);
            self.put(key, made.clone());
            made
        })
    }

    /// Makes a bucket that nobody finds yet: for who looks first and puts afterwards, as it should not be done.
    pub fn make(&self, key: u32, name: &str) -> Limiter {
        let station = self.0.book.open_bucket(name);
        Limiter::of(&self.0.book, key, station, self.0.settings)
    }

    /// The bucket of a key, if there is one.
    pub fn get(&self, key: u32) -> Option<Limiter> {
        self.0.inner.borrow().buckets.get(&key).map(|(limiter, _)| limiter.clone())
    }

    /// Puts a bucket in the place of a key. One that was there is found by nobody any more.
    pub fn put(&self, key: u32, bucket: Limiter) {
        let inner = &mut *self.0.inner.borrow_mut();
        if let Some(after) = self.0.forget_after {
            inner.due.insert((self.0.book.env().now() + after, key));
        }
        let station = bucket.bucket_station();
        if let Some((_, station)) = inner.buckets.insert(key, (bucket, station)) {
            self.0.drop_bucket(station);
            self.0.book.loses();
        }
    }

    /// Knows nobody any more, as a process that begins anew.
    pub fn forgets_all(&self) {
        let Inner { buckets, .. } = self.0.inner.take();
        let stations = buckets.values().filter_map(|(_, station)| station.some());
        stations.for_each(|station| self.0.book.env().close(station));
        self.0.book.keeps(-(buckets.len() as i64));
    }

    /// Throws away what was idle for long enough and is as if it were new. Whoever asks has it done; where nobody may ask for long, somebody else should.
    pub fn forget(&self) {
        let Some(after) = self.0.forget_after else { return };
        let (now, inner) = (self.0.book.env().now(), &mut *self.0.inner.borrow_mut());
        while let Some((_, key)) = inner.due.first().copied().filter(|(at, _)| *at <= now) {
            inner.due.pop_first();
            let Some((limiter, station)) = inner.buckets.get(&key) else { continue };
            let (used, as_new) = limiter.idle();
            let at = (used + after).max(as_new);
            if at <= now {
                self.0.drop_bucket(*station);
                inner.buckets.remove(&key);
            } else {
                // While somebody waits it is in use: it is looked at again after the time that it may lie idle.
                inner.due.insert((if at == SimTime::MAX { now + after } else { at }, key));
            }
        }
    }
}

impl Shared {
    fn drop_bucket(&self, station: StationId) {
        if let Some(station) = station.some() {
            self.book.env().close(station);
        }
        self.book.keeps(-1);
    }
}
