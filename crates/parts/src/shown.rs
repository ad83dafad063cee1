//! The gauges of a station as they were written last: one that has not changed is no event.

use millrace_engine::Env;
use millrace_trace::{Gauge, StationId};

/// What a station shows. Before it is first written a gauge is zero.
#[derive(Debug, Default)]
pub struct Shown(Vec<(Gauge, i64)>);

impl Shown {
    /// Writes those of these gauges that have changed.
    pub fn show(&mut self, env: &Env, station: StationId, values: impl IntoIterator<Item = (Gauge, i64)>) {
        for (gauge, value) in values {
            match self.0.iter_mut().find(|(shown, _)| *shown == gauge) {
                Some((_, shown)) if *shown == value => continue,
                Some((_, shown)) => *shown = value,
                None if value == 0 => continue,
                None => self.0.push((gauge, value)),
            }
            env.gauge(station, gauge, value);
        }
    }
}
