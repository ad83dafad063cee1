//! What one pattern alone reports: a fold of its own, which runs along with the run. At the end it would have to read the whole log,
//! and the run would have to keep it.

use super::Values;
use millrace_trace::{Ledger, Trace, TraceEvent};
use serde_json::{Map, Value as Json};
use std::fmt;

/// What a pattern alone reports of a run.
pub trait Detail: fmt::Debug {
    /// Takes in the next event, with the state after it.
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace);

    /// What it reports of all that it has taken in.
    fn report(&self) -> Map<String, Json>;
}

/// Before the first event of a run with some values.
pub type NewDetail = fn(&Values) -> Box<dyn Detail>;
