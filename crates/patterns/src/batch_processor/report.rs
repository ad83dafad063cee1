//! What the batch processor alone reports: each batch, and what came, was written and was lost.

use super::{BATCH, G};
use millrace_spec::{Detail, Flush};
use millrace_trace::{EventKind, Ledger, Outcome, SimTime, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};

/// The most batches that a report has.
const MOST: usize = 10_000;

/// The batches so far.
#[derive(Debug, Default)]
pub(super) struct Batches {
    list: Vec<(SimTime, u64, Flush)>,
    more: u64,
    came: u64,
    written: u64,
    failed: u64,
    lost: u64,
}

impl Detail for Batches {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        let batch = || after.find(BATCH, trace);
        match event.kind {
            EventKind::Gauged { station, gauge, .. } => {
                let Some((_, row)) = batch().filter(|(id, _)| *id == station) else { return };
                let Some(why) = G.why(gauge) else { return };
                if self.list.len() < MOST {
                    self.list.push((event.at, row.levels.present, why));
                } else {
                    self.more += 1;
                }
            }
            EventKind::Moved { station, .. } if batch().is_some_and(|(id, _)| id == station) => self.came += 1,
            EventKind::Left { outcome: Outcome::Completed, .. } => self.written += 1,
            EventKind::Left { outcome: Outcome::Failed, .. } => self.failed += 1,
            EventKind::Left { outcome: Outcome::Lost, .. } => self.lost += 1,
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let row = |(at, items, why): &(SimTime, u64, Flush)| json!({ "at_ns": at.0, "items": items, "why": why.id() });
        let mut detail = Map::new();
        detail.insert("batches".to_owned(), self.list.iter().map(row).collect());
        for (key, n) in [("in", self.came), ("out", self.written), ("failed", self.failed), ("lost", self.lost)] {
            detail.insert(key.to_owned(), n.into());
        }
        if self.more > 0 {
            detail.insert("truncated".to_owned(), self.more.into());
        }
        detail
    }
}
