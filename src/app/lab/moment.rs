//! Where somebody stands in the experiment, so that a link can say it, and going there.

use super::Lab;
use crate::session::Moment;
use crate::trace::{SimTime, Span};

impl Lab {
    /// Where the playhead stands, or is on its way to. A run that has not begun, and one in real time, have no moment that could be
    /// found again.
    pub fn moment(&mut self) -> Moment {
        if !self.started || self.wants_real() {
            return Moment::default();
        }
        let (at, events) = match self.wanted {
            Some(at) => (at, self.exactly),
            None => self.session.standing(),
        };
        Moment { at: Some(Span(at.0)), events, ..Moment::default() }
    }

    /// Moves the playhead to a moment of the same run.
    pub fn seek_moment(&mut self, at: Span, moment: Moment) {
        self.seek(SimTime(at.0));
        self.exactly = moment.events.filter(|_| self.wanted.is_some());
        self.session.scenario_mut().moment = moment;
    }

    /// Moves the playhead to right after an event that has been computed.
    pub fn seek_event(&mut self, event: u64) {
        let at = self.session.run().trace().get(event).map(|event| event.at);
        if let Some(at) = at {
            self.seek(at);
            self.exactly = Some(event + 1).filter(|_| self.wanted.is_some());
        }
    }

    /// The scenario said where somebody stood, and somebody has moved on.
    pub fn leave_moment(&mut self) {
        self.session.scenario_mut().moment = Moment::default();
    }

    /// A playhead that has come to its instant goes back to where it is wanted among the events of that.
    pub(super) fn settle_exactly(&mut self) {
        if let Some(events) = self.exactly.take() {
            self.session.stand_after(events);
        }
    }
}
