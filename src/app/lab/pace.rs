//! How fast the playhead moves, and where it is to stop.
//!
//! A scenario is played at a speed that suits it, until a person chooses one: theirs stays, whatever they open. Where the playhead is to
//! stop by itself is no part of the scenario and of no link: it is forgotten with the next press of Run.

use super::{Lab, Speed};
use crate::session::Scenario;
use crate::trace::{SimTime, Span};

/// A speed, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) speed: Speed,
    /// Whether a person chose it.
    chosen: bool,
}

impl Pace {
    /// The pace of a scenario.
    pub(super) fn of(scenario: &Scenario) -> Pace {
        Pace { speed: Speed::Times(scenario.began_as().speed), chosen: false }
    }

    /// The pace of another scenario, unless a person chose this one.
    pub(super) fn then_of(self, scenario: &Scenario) -> Pace {
        if self.chosen { self } else { Pace::of(scenario) }
    }
}

impl Lab {
    /// How fast it is played.
    pub fn speed(&self) -> Speed {
        self.pace.speed
    }

    /// Plays at a speed that a person chose.
    pub fn choose_speed(&mut self, speed: Speed) {
        self.pace = Pace { speed, chosen: true };
    }

    /// Lets the playhead move to an instant and stop there.
    pub fn play_until(&mut self, at: SimTime) {
        self.play();
        self.stop = Some(at);
    }

    /// Moves the playhead to an instant and lets it move on from there.
    pub fn play_from(&mut self, at: SimTime) {
        if self.is_out_of_reach() {
            return;
        }
        self.play();
        (self.wanted, self.waited_ms) = (Some(at), 0.0);
    }

    /// Where the playhead is to be after so many milliseconds of the wall clock.
    pub(super) fn next_stop(&self, step_ms: f64) -> SimTime {
        let target = match self.pace.speed {
            Speed::Times(speed) => self.playhead() + Span::from_seconds(step_ms / 1e3 * speed),
            Speed::Max => SimTime::MAX,
        };
        self.stop.map_or(target, |stop| stop.max(self.playhead()).min(target))
    }

    /// Whether it stands where it was to stop, and nobody has moved it since.
    pub fn has_stopped(&self) -> bool {
        !self.playing && self.stop == Some(self.playhead())
    }

    /// Whether it is where it was to stop.
    pub(super) fn has_arrived(&self) -> bool {
        self.stop.is_some_and(|stop| self.playhead() >= stop)
    }
}
