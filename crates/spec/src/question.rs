//! What the front door asks: a question that a scenario answers at a glance, if one stops it at the right instant.

use millrace_trace::Span;

/// A question and the scenario that answers it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// Its place among all questions, from 0; the first is what the page opens with.
    pub place: u32,
    /// What it promises: "See a breaker open".
    pub asks: &'static str,
    /// The preset; empty for the defaults.
    pub preset: &'static str,
    /// What that preset has beside it, as it says itself; here once more, so that the door's links need no presets. A test holds them together.
    pub beside: &'static [(&'static str, &'static str)],
    /// Where in the run there is something to see: there it stops.
    pub stops: Span,
    /// What happens, in a few words with the run's own figures: "80 % of calls time out". A test holds it against the run.
    pub fact: &'static str,
    /// The word for its picture; one that nobody drew is the pattern's glyph.
    pub picture: &'static str,
}
