//! What happened in a run: an append-only log of small events, and folds over it.
//!
//! This is the leaf of the crate. Everything a person sees is a fold of this log up to the playhead, so pausing,
//! rewinding, comparing and sharing are one mechanism. The vocabulary ([`EventKind`]) is small and closed, in the words
//! of queueing networks: a *job* enters at a *station*, moves, is started, calls, leaves with an *outcome*.
//!
//! Nothing here may know what executes a run or what draws it, and nothing that can be derived from the moves is an
//! event of its own: queue depth, jobs in flight and utilisation come from the [`Ledger`], so that a pattern cannot
//! contradict its own picture.

mod event;
mod hash;
mod ids;
pub mod ledger;
mod log;
pub mod order;
mod text;
mod time;

pub use event::{Answer, Ending, EventKind, Outcome, Site, StationKind, TraceEvent, UNLIMITED, Wait};
pub use hash::TraceHash;
pub use ids::{Gauge, JobId, Speaker, StationId, TaskId, TextId};
pub use ledger::Ledger;
pub use log::{Cursor, Passed, Trace};
pub use text::Texts;
pub use time::{SimTime, Span};

/// A state that is built up from events, one after the other.
///
/// The state after the first `n` events is the same whether they came one by one or in slices; a fold is `Clone` so
/// that a seek can start from a key frame. It must look at nothing but the events it was given.
pub trait Fold {
    /// Takes in the next event. `trace` gives the texts that events refer to, never later events.
    fn apply(&mut self, event: &TraceEvent, trace: &Trace);

    /// The same, and takes the hash of what is passed along: whoever asks what an event is asks once for both.
    #[inline]
    fn apply_passing(&mut self, event: &TraceEvent, trace: &Trace, passed: &mut Passed) {
        passed.pass(event, trace);
        self.apply(event, trace);
    }

    /// About how many bytes a clone of it takes: key frames are kept within a budget.
    fn bytes(&self) -> usize {
        std::mem::size_of_val(self)
    }
}

/// A fold at the far end of what is computed, which is told when the run is over.
pub trait FarFold: Fold {
    /// No event will come any more.
    fn run_over(&mut self, trace: &Trace);

    /// Nobody goes back to before an event any more: what is kept of it one by one may be put together.
    fn put_together(&mut self, _before: u64) {}
}
