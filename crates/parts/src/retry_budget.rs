//! A budget of retries: however much fails, the load grows by a share and no more.
//!
//! Three attempts for each request are three times the load at the very moment at which a server can bear least. A budget is a bucket of
//! retries: each request puts a share of one in, time puts a few a second in, a retry takes one out, and where there is none to take
//! nobody retries. With everything failing, so many requests bring at most (1 + share) × their number of attempts, and what time put in.
//! The shape is that of Finagle's `RetryBudget` and of tower's; theirs forgets what is older than ten seconds, this one saves up to
//! [`RetryBudget::MOST`], so that an hour of quiet pays for no storm. It starts empty.

use millrace_engine::Env;
use millrace_trace::SimTime;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// A bucket of retries. Clones are the same one.
#[derive(Clone)]
pub struct RetryBudget(Rc<Shared>);

struct Shared {
    env: Env,
    /// What a request puts in, and a nanosecond, in units of [`ONE`].
    share: u64,
    drip: u64,
    most: u64,
    saved: Cell<u64>,
    /// Until when time has put in its part.
    counted: Cell<SimTime>,
}

/// One retry, so fine that a thousandth of one a second is a whole number of units a nanosecond.
const ONE: u64 = 1_000_000_000_000;

impl fmt::Debug for RetryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RetryBudget({} left)", self.left())
    }
}

impl RetryBudget {
    /// The most retries that are saved up, unless time alone puts in more a second.
    pub const MOST: u32 = 100;

    /// An empty one, into which each request puts a share of a retry, and time so many a second, to the thousandth.
    pub fn new(env: &Env, share: f64, per_second: f64) -> RetryBudget {
        let per_second = per_second.max(0.0);
        let units = |retries: f64| (retries * ONE as f64 + 0.5) as u64;
        RetryBudget(Rc::new(Shared {
            env: env.clone(),
            share: units(share.max(0.0)),
            drip: (per_second * 1e3 + 0.5) as u64,
            most: units(per_second.max(f64::from(RetryBudget::MOST))),
            saved: Cell::new(0),
            counted: Cell::new(env.now()),
        }))
    }

    /// A request is made, for the first time.
    pub fn request(&self) {
        let shared = &self.0;
        shared.save(shared.share);
    }

    /// Takes a retry out, if there is one.
    pub fn take(&self) -> bool {
        let shared = &self.0;
        shared.drips();
        let left = shared.saved.get().checked_sub(ONE);
        left.inspect(|left| shared.saved.set(*left)).is_some()
    }

    /// How many whole retries there are to take now.
    pub fn left(&self) -> u64 {
        self.0.drips();
        self.0.saved.get() / ONE
    }
}

impl Shared {
    fn save(&self, units: u64) {
        self.saved.set(self.saved.get().saturating_add(units).min(self.most));
    }

    fn drips(&self) {
        let now = self.env.now();
        let passed = now.since(self.counted.replace(now));
        self.save(passed.0.saturating_mul(self.drip));
    }
}
