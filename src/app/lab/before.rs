//! The run before the last change: what it would have come to stays beside what comes now.
//!
//! It is computed to its end with what the frames have left, as far as a person may look at it; nobody folds it at a playhead.

use super::{Experiment, POLLS};
use crate::analysis::History;
use crate::platform::clock;
use crate::session::Scenario;
use crate::trace::SimTime;

/// Events past which it is not computed on: a million requests that nobody looks at any more.
const MOST_EVENTS: u64 = 10_000_000;

/// An earlier run.
#[derive(Debug)]
pub struct Before {
    session: Experiment,
}

impl Before {
    pub(super) fn new(session: Experiment) -> Before {
        Before { session }
    }

    /// Its scenario.
    pub fn scenario(&self) -> &Scenario {
        self.session.scenario()
    }

    /// Its samples, as far as it is computed.
    pub fn history(&self) -> &History {
        self.session.history()
    }

    /// Everything up to here has happened in it.
    pub fn computed(&self) -> SimTime {
        self.session.computed()
    }

    /// Whether there is more of it to be computed.
    pub fn is_open(&self) -> bool {
        self.session.outcome().is_none() && self.session.run().trace().len() < MOST_EVENTS
    }

    /// Computes on until the deadline.
    pub(super) fn work(&mut self, deadline: f64) {
        while self.is_open() && clock::now_ms() < deadline {
            self.session.compute(SimTime::MAX, POLLS);
        }
    }
}
