//! When to stop watching: a run that goes on for ever although nobody comes, moves or goes any more.
//!
//! A breaker that is tried again every half minute for a machine that stays broken is such a run. At full speed it would be
//! centuries on, and its trace large, before somebody pressed a key. It pauses once for each standstill: after Run was pressed it does not
//! pause again for the same one. One that has an end of its own is not paused: it does not go on for ever.

use crate::session::Scenario;
use crate::trace::{Ledger, SimTime, Span};

/// How long nothing has come of anything.
const LONG: Span = Span::secs(3_600);

/// What is said of it.
pub const SAYS: &str =
    "For more than an hour nobody has come, moved or left, so the run was paused. Run goes on all the same.";

/// The stillness that somebody was told of, by when it began.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stillness(Option<SimTime>);

impl Stillness {
    /// Whether it is time to pause.
    pub fn is_news(&mut self, ledger: &Ledger, now: SimTime, scenario: &Scenario) -> bool {
        let since = begun(ledger, now);
        let news = since.is_some() && since != self.0 && scenario.values().lasts().is_none();
        if news {
            self.0 = since;
        }
        news
    }

    /// Whether it was paused for what still lasts.
    pub fn lasts(self, ledger: &Ledger, now: SimTime) -> bool {
        self.0.is_some() && begun(ledger, now) == self.0
    }
}

fn begun(ledger: &Ledger, now: SimTime) -> Option<SimTime> {
    ledger.stands_since().filter(|since| now.since(*since) > LONG)
}
