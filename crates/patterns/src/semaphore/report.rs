//! What the semaphore alone reports: how many permits were held at once, and how long callers waited, all and by weight.

use super::PERMITS;
use millrace_spec::{Detail, Waits};
use millrace_trace::{Ledger, Trace, TraceEvent};
use serde_json::{Map, Value as Json};

/// What was held, and who waited.
#[derive(Debug)]
pub(super) struct Permits {
    waits: Waits,
    peak: u64,
    /// Each once, lightest first.
    weights: Vec<u32>,
}

impl Permits {
    pub(super) fn of(mut weights: Vec<u32>) -> Permits {
        weights.sort_unstable();
        weights.dedup();
        Permits { waits: Waits::at(PERMITS), peak: 0, weights }
    }
}

impl Detail for Permits {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.waits.apply(event, trace);
        self.peak = self.peak.max(after.station(self.waits.station()).map_or(0, |pool| pool.taken()));
    }

    fn report(&self) -> Map<String, Json> {
        let by_weight =
            self.weights.iter().map(|weight| (weight.to_string(), self.waits.summary_where(|of| of == *weight)));
        let mut detail = Map::new();
        detail.insert("peak_held".to_owned(), self.peak.into());
        detail.insert("waits_ns".to_owned(), self.waits.summary_ns());
        detail.insert("by_weight".to_owned(), Json::Object(by_weight.collect()));
        detail
    }
}
