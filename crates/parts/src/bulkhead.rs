//! A bulkhead: so many at once in a compartment, so many more before its door, and nobody else.
//!
//! It is a semaphore with a line of bounded length and of bounded patience. Whoever finds the compartment full and the line too is refused at once and has
//! cost nothing; so what is slow fills its own compartment, and nothing else waits for it. Those who wait go in the order in which they came.
//! The idea and the word are Michael Nygard's ("Release It!"), the three knobs are those of resilience4j and Polly.

use super::semaphore::{Permit, Semaphore};
use super::timeout::at_most;
use millrace_engine::{Env, Job};
use millrace_trace::{Span, StationId};
use std::fmt;
use std::future::Future;
use std::panic::Location;

/// How much goes into a compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkheadSettings {
    /// How many may be inside at once.
    pub limit: u32,
    /// How many may wait before it. With none whoever finds it full is refused.
    pub queue: u32,
    /// How long one waits at most; no time at all for as long as it takes.
    pub max_wait: Span,
}

/// Why somebody was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
    /// The compartment was full, and so was the line before it.
    Full,
    /// It waited for as long as it may.
    WaitedTooLong,
}

impl fmt::Display for Crowded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Crowded::Full => "bulkhead is full",
            Crowded::WaitedTooLong => "waited too long before a full bulkhead",
        })
    }
}

/// A compartment. Its clones are the same one.
#[derive(Clone)]
pub struct Bulkhead {
    env: Env,
    inside: Semaphore,
    settings: BulkheadSettings,
}

impl fmt::Debug for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bulkhead({} free, {} waiting)", self.inside.free(), self.inside.waiting())
    }
}

impl Bulkhead {
    /// An empty compartment, as a pool with a name.
    pub fn open(env: &Env, name: &str, settings: BulkheadSettings) -> Bulkhead {
        Bulkhead { env: env.clone(), inside: Semaphore::open(env, name, settings.limit), settings }
    }

    /// Its station.
    pub fn station(&self) -> Option<StationId> {
        self.inside.station()
    }

    /// Goes in, or waits before the door. Whoever is inside leaves by dropping the permit; dropped while it waits, it takes nothing with it.
    ///
    /// # Errors
    /// [`Crowded`], where there is no place inside, and none before the door or none soon enough.
    #[track_caller]
    pub fn enter<'a>(&self, job: &'a Job) -> impl Future<Output = Result<Permit<'a>, Crowded>> + use<'a> {
        let (own, site) = (self.clone(), Location::caller());
        self.env.at(site, async move {
            if let Some(permit) = own.inside.try_acquire_for(job) {
                return Ok(permit);
            }
            if own.inside.waiting() >= own.settings.queue as usize {
                return Err(Crowded::Full);
            }
            let waits = at_most(&own.env, own.settings.max_wait, own.inside.acquire_for(job));
            waits.await.map_err(|_| Crowded::WaitedTooLong)
        })
    }
}
