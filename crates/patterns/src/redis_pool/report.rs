//! What the Redis pool alone reports: how many round trips it took, what was too late where, how often was tried again, and what lives on the server.

use super::{
    C, EMPTY, EXPIRED, FOR_NOBODY, G, KEYS, POOL, POOL_TIMEOUTS, READ_TIMEOUTS, RETRIES, ROUND_TRIPS, WRITE_TIMEOUTS,
};
use millrace_spec::{Closing, Detail, Waits};
use millrace_trace::{EventKind, Gauge, Ledger, Outcome, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The counts so far.
#[derive(Debug)]
pub(super) struct Trips {
    waits: Waits,
    /// The last values of the pool's gauges.
    counts: BTreeMap<Gauge, i64>,
    /// How many batches were left to themselves, and the key that was set last.
    left: i64,
    last: Option<String>,
}

impl Default for Trips {
    fn default() -> Trips {
        Trips { waits: Waits::at(POOL), counts: BTreeMap::new(), left: 0, last: None }
    }
}

impl Detail for Trips {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        self.waits.apply(event, trace);
        match event.kind {
            EventKind::Gauged { station, gauge, value } if station == self.waits.station() && gauge != C.id => {
                let before = self.counts.insert(gauge, value).unwrap_or(0);
                self.left += i64::from(gauge == FOR_NOBODY && value > before);
            }
            EventKind::Left { job, outcome: Outcome::Completed } => {
                self.last = Some(format!("emotion:s{}:{}", job.number(), event.at.0 / 1_000_000));
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let count = |gauge: Gauge| self.counts.get(&gauge).copied().unwrap_or(0);
        let mut detail = Map::new();
        let mut put = |key: &str, value: Json| drop(detail.insert(key.to_owned(), value));
        put("round_trips", count(ROUND_TRIPS).into());
        let timeouts = json!({
            "pool": count(POOL_TIMEOUTS),
            "read": count(READ_TIMEOUTS),
            "write": count(WRITE_TIMEOUTS),
        });
        put("timeouts", timeouts);
        put("retries", count(RETRIES).into());
        put("opened", count(G.opened).into());
        put("refused", count(G.refused).into());
        put("broken", count(G.closed(Closing::Broken)).into());
        put("left_running", self.left.into());
        put("empty_batches", count(EMPTY).into());
        put("keys", json!({ "there": count(KEYS), "expired": count(EXPIRED), "last": self.last }));
        put("waits_ns", self.waits.summary_ns());
        detail
    }
}
