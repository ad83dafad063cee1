//! Waits at a pool, as reports tell of them: how many had to wait, and how long.
//!
//! A wait begins when a job queues at the pool, and ends when it is served there or goes away: whoever gave up has waited too. Who was
//! served at once is not counted, and a wait that is not over neither.

use millrace_trace::{EventKind, JobId, SimTime, Span, StationId, Trace, TraceEvent};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The waits at a station of a name.
#[derive(Clone, Debug)]
pub struct Waits {
    name: &'static str,
    station: StationId,
    since: BTreeMap<JobId, (SimTime, u32)>,
    /// How many things the job asks for that comes next, where that is not one.
    asks: Option<(JobId, u32)>,
    /// Each with how many things it was for.
    over: Vec<(Span, u32)>,
}

impl Waits {
    /// None yet.
    pub fn at(name: &'static str) -> Waits {
        Waits { name, station: StationId::NONE, since: BTreeMap::new(), asks: None, over: Vec::new() }
    }

    /// The station, once it is open.
    pub fn station(&self) -> StationId {
        self.station
    }

    /// Takes in an event.
    pub fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == self.name => self.station = station,
            EventKind::Moved { job, station, started: false } if station == self.station => {
                let weight = self.asks.take().filter(|(asks, _)| *asks == job).map_or(1, |(_, weight)| weight);
                self.since.insert(job, (event.at, weight));
            }
            EventKind::Weighs { job, weight } => self.asks = Some((job, weight)),
            EventKind::Started { job } | EventKind::Moved { job, .. } | EventKind::Left { job, .. } => {
                self.over.extend(self.since.remove(&job).map(|(since, weight)| (event.at.since(since), weight)));
            }
            _ => {}
        }
    }

    /// Those that are over, as reports have them; see [`summary_ns`].
    pub fn summary_ns(&self) -> Json {
        Waits::summary_of(std::slice::from_ref(self))
    }

    /// Those at several stations together.
    pub fn summary_of(all: &[Waits]) -> Json {
        summary_ns(all.iter().flat_map(|waits| waits.over.iter().map(|(wait, _)| *wait)).collect())
    }

    /// Those that were for such a number of things at once.
    pub fn summary_where(&self, of: impl Fn(u32) -> bool) -> Json {
        summary_ns(self.over.iter().filter(|(_, weight)| of(*weight)).map(|(wait, _)| *wait).collect())
    }
}

/// Times as reports have them: `{count, mean, p50, p99, max}` in nanoseconds. Of no times at all there is no mean: all but the count
/// are null. Percentiles are by nearest rank, and exact.
fn summary_ns(spans: Vec<Span>) -> Json {
    let mut nanos: Vec<u64> = spans.into_iter().map(|span| span.0).collect();
    nanos.sort_unstable();
    let count = nanos.len() as u64;
    let sum: u128 = nanos.iter().copied().map(u128::from).sum();
    let mean = sum.checked_div(u128::from(count)).map(|mean| mean as u64);
    let rank = |percent: u64| nanos.get(((count * percent).div_ceil(100).max(1) - 1) as usize);
    json!({ "count": count, "mean": mean, "p50": rank(50), "p99": rank(99), "max": rank(100) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_no_wait_there_is_no_mean_and_percentiles_are_waits_that_were() {
        assert_eq!(summary_ns(Vec::new()), json!({ "count": 0, "mean": null, "p50": null, "p99": null, "max": null }));
        let spans = (1..=200).rev().map(Span).collect();
        assert_eq!(summary_ns(spans), json!({ "count": 200, "mean": 100, "p50": 100, "p99": 198, "max": 200 }));
    }
}
