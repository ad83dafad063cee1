//! What the buffer alone reports: items taken, and wake-ups that found nothing.

use super::{BUFFER, MISSED, TOOK_NOTHING};
use millrace_spec::Detail;
use millrace_trace::{EventKind, Ledger, Outcome, Trace, TraceEvent};
use serde_json::{Map, Value as Json};

/// The counts of the buffer.
#[derive(Debug, Default)]
pub(super) struct Counts {
    taken: u64,
    missed: i64,
    took_nothing: i64,
}

impl Detail for Counts {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Left { outcome: Outcome::Completed, .. } => self.taken += 1,
            EventKind::Gauged { station, gauge, value }
                if after.find(BUFFER, trace).is_some_and(|b| b.0 == station) =>
            {
                match gauge {
                    MISSED => self.missed = value,
                    TOOK_NOTHING => self.took_nothing = value,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let entries =
            [("taken", self.taken.into()), ("missed", self.missed.into()), ("took_nothing", self.took_nothing.into())];
        entries.map(|(key, n): (&str, Json)| (key.to_owned(), n)).into_iter().collect()
    }
}
