//! What the backend counts as a whole: its answers by status, how often the cache had what was asked for, and how many operations ran that had no permit.
//!
//! Each is a gauge of the station of the clients, so what it was at any playhead is a fold.

use millrace_engine::Env;
use millrace_trace::{Gauge, StationId};
use std::cell::Cell;

/// The statuses that are counted, each by itself; another counts as 500.
pub(super) const STATUSES: [u16; 9] = [200, 401, 403, 404, 429, 500, 502, 503, 504];

/// Something that is counted beside answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    Hits,
    Misses,
    /// Requests that were told nothing.
    Unheard,
    /// The most operations of a kind that ran at once beyond the permits of their pool.
    Beyond,
}

impl Count {
    const ALL: usize = 4;

    pub(super) const fn gauge(self) -> Gauge {
        Gauge(STATUSES.len() as u8 + self as u8)
    }
}

/// The gauge of a status.
pub(super) fn status_gauge(status: u16) -> Gauge {
    let place = |status| STATUSES.iter().position(|known| *known == status);
    Gauge(place(status).or(place(500)).unwrap_or_default() as u8)
}

pub(super) struct Books {
    env: Env,
    station: StationId,
    counts: [Cell<i64>; STATUSES.len() + Count::ALL],
}

impl Books {
    pub(super) fn open(env: &Env, station: StationId) -> Books {
        Books { env: env.clone(), station, counts: Default::default() }
    }

    fn sets(&self, gauge: Gauge, change: impl FnOnce(i64) -> i64) {
        let Some(count) = self.counts.get(usize::from(gauge.0)) else { return };
        let (before, after) = (count.get(), change(count.get()));
        if before != after {
            count.set(after);
            self.env.gauge(self.station, gauge, after);
        }
    }

    pub(super) fn count(&self, what: Count) {
        self.sets(what.gauge(), |n| n + 1);
    }

    /// It was at least this.
    pub(super) fn reaches(&self, what: Count, n: i64) {
        self.sets(what.gauge(), |before| before.max(n));
    }

    /// A request was answered with this.
    pub(super) fn answered(&self, status: u16) {
        self.sets(status_gauge(status), |n| n + 1);
    }

    pub(super) fn counted(&self, what: Count) -> u64 {
        self.counts.get(usize::from(what.gauge().0)).map_or(0, |count| count.get().max(0) as u64)
    }
}
