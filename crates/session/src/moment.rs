//! Where somebody stands in a run, and what they look at: what a link to a moment carries beside the run itself.
//!
//! It determines nothing: two links that differ in nothing else have the same trace.

use millrace_trace::Span;

/// A moment: the playhead, the lane that is pointed at, the tab that is open. What is not said is as the page has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Where the playhead stands, from the start of the run.
    pub at: Option<Span>,
    /// How many events have happened, where the playhead stands between the events of one instant; without it all of that instant's
    /// have.
    pub events: Option<u64>,
    /// The name of the lane, or of whatever else of the stage, that is pointed at.
    pub lane: Option<String>,
    /// The id of the tab.
    pub tab: Option<String>,
}
