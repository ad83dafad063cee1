//! What the backend counts as a whole: its answers by status, and how often the cache had what was asked for.
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
}

impl Count {
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
    counts: [Cell<i64>; STATUSES.len() + 2],
}

impl Books {
    pub(super) fn open(env: &Env, station: StationId) -> Books {
        Books { env: env.clone(), station, counts: Default::default() }
    }

    fn adds(&self, gauge: Gauge) {
        let Some(count) = self.counts.get(usize::from(gauge.0)) else { return };
        count.set(count.get() + 1);
        self.env.gauge(self.station, gauge, count.get());
    }

    pub(super) fn count(&self, what: Count) {
        self.adds(what.gauge());
    }

    /// A request was answered with this.
    pub(super) fn answered(&self, status: u16) {
        self.adds(status_gauge(status));
    }

    pub(super) fn counted(&self, what: Count) -> u64 {
        self.counts.get(usize::from(what.gauge().0)).map_or(0, |count| count.get().max(0) as u64)
    }
}
