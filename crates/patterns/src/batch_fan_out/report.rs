//! What the batches alone report: for each what it brought, what failed, and whether results came in the order of the frames.

use super::RESULTS;
use millrace_spec::Detail;
use millrace_trace::{EventKind, JobId, Ledger, Outcome, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};

/// The batches so far. The last is the one that is under way.
#[derive(Debug, Default)]
pub(super) struct Batches(Vec<Batch>);

#[derive(Debug, Default)]
struct Batch {
    results: u64,
    errors: u64,
    /// The frame of the last result. Frames are numbered as they are in their batch.
    last: Option<JobId>,
    out_of_order: bool,
}

impl Detail for Batches {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { name, .. } if trace.name(name) == RESULTS => self.0.push(Batch::default()),
            EventKind::Left { job, outcome } => {
                let Some(batch) = self.0.last_mut() else { return };
                if outcome == Outcome::Completed {
                    batch.results += 1;
                    batch.out_of_order |= batch.last.is_some_and(|last| last > job);
                    batch.last = Some(job);
                } else {
                    batch.errors += 1;
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let one = |batch: &Batch| json!({ "results": batch.results, "errors": batch.errors, "in_order": !batch.out_of_order });
        let batches: Vec<Json> = self.0.iter().map(one).collect();
        [("batches".to_owned(), batches.into())].into_iter().collect()
    }
}
