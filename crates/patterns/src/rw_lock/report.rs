//! What the lock alone reports: how many read at once, how long readers and writers waited, and that nobody met a writer inside.

use super::LOCK;
use millrace_spec::{Detail, Waits};
use millrace_trace::{Ledger, Trace, TraceEvent};
use serde_json::{Map, Value as Json};

/// The turns at the lock.
#[derive(Debug)]
pub(super) struct Turns {
    waits: Waits,
    peak_readers: usize,
    overlaps: u64,
    /// Whether somebody is inside with a writer: counted once for each time that begins.
    overlap: bool,
}

impl Default for Turns {
    fn default() -> Turns {
        Turns { waits: Waits::at(LOCK), peak_readers: 0, overlaps: 0, overlap: false }
    }
}

impl Detail for Turns {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.waits.apply(event, trace);
        let Some(lock) = after.station(self.waits.station()).filter(|_| event.kind.moves_a_job()) else { return };
        // Who reads again inside is the same reader.
        let reads = |job| after.job(job).is_some_and(|job| job.root);
        let (mut readers, mut writers) = (0, 0);
        for ((job, _), weight) in lock.holders().zip(lock.weights()) {
            if weight > 1 {
                writers += 1;
            } else if reads(job) {
                readers += 1;
            }
        }
        let overlap = writers > 1 || (writers == 1 && readers > 0);
        self.overlaps += u64::from(overlap && !self.overlap);
        self.overlap = overlap;
        if writers == 0 {
            self.peak_readers = self.peak_readers.max(readers);
        }
    }

    fn report(&self) -> Map<String, Json> {
        let mut detail = Map::new();
        detail.insert("peak_readers".to_owned(), self.peak_readers.into());
        detail.insert("reader_waits_ns".to_owned(), self.waits.summary_where(|weight| weight == 1));
        detail.insert("writer_waits_ns".to_owned(), self.waits.summary_where(|weight| weight > 1));
        detail.insert("overlaps".to_owned(), self.overlaps.into());
        detail
    }
}
