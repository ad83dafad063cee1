//! Numbers that a station shows, as they were said last: one that has not changed is no event.

use millrace_engine::Env;
use millrace_trace::{Gauge, StationId};
use std::cell::Cell;

/// The gauges of a station, numbered from 0.
pub(crate) struct Gauges<const N: usize> {
    env: Env,
    pub station: StationId,
    values: [Cell<i64>; N],
}

impl<const N: usize> Gauges<N> {
    /// All are zero.
    pub fn of(env: &Env, station: StationId) -> Gauges<N> {
        Gauges { env: env.clone(), station, values: std::array::from_fn(|_| Cell::new(0)) }
    }

    /// What it is now.
    pub fn get(&self, gauge: Gauge) -> i64 {
        self.values.get(usize::from(gauge.0)).map_or(0, Cell::get)
    }

    /// It is something else now, made of what it was.
    pub fn change(&self, gauge: Gauge, change: impl FnOnce(i64) -> i64) {
        let Some(value) = self.values.get(usize::from(gauge.0)) else { return };
        let after = change(value.get());
        if value.replace(after) != after {
            self.env.gauge(self.station, gauge, after);
        }
    }

    /// All are zero again.
    pub fn forget(&self) {
        (0..N).for_each(|gauge| self.set(Gauge(gauge as u8), 0));
    }

    /// It is this now.
    pub fn set(&self, gauge: Gauge, value: i64) {
        self.change(gauge, |_| value);
    }
}
