//! Changes of the scenario, each a step that can be undone.
//!
//! A change of what is done to the run, a fault that is moved, leaves the playhead where it is: the run is computed again up to there. Any
//! other change makes another run, from its start. The run as it was before stays to be compared with.

use super::before::Before;
use super::{Lab, fresh};
use crate::session::{Edits, Moment, Scenario, Target, link};

impl Lab {
    /// The steps so far.
    pub fn edits(&self) -> &Edits {
        &self.edits
    }

    /// Another scenario in place of this one, as a step with a name.
    pub fn edit(&mut self, name: &str, scenario: Scenario) {
        self.edits.did(name, self.session.scenario(), &scenario);
        self.become_scenario(scenario);
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        if let Some(scenario) = self.edits.undo() {
            self.become_scenario(scenario);
        }
    }

    /// Takes the step again that was undone last.
    pub fn redo(&mut self) {
        if let Some(scenario) = self.edits.redo() {
            self.become_scenario(scenario);
        }
    }

    fn become_scenario(&mut self, scenario: Scenario) {
        let program = |scenario: &Scenario| {
            let mut plain = scenario.clone();
            (plain.interventions, plain.moment) = (Vec::new(), Moment::default());
            link::encode(&plain)
        };
        let playing = self.playing;
        let same_program = program(self.scenario()) == program(&scenario);
        if same_program && !self.session.is_real() {
            let at = self.session.playhead();
            let earlier = std::mem::replace(&mut self.session, fresh(scenario));
            self.remember(earlier);
            if self.started {
                // Go on afterwards as before.
                (self.wanted, self.waited_ms) = (Some(at), 0.0);
            }
            return;
        }
        let earlier = std::mem::replace(&mut self.session, fresh(scenario.clone()));
        if scenario.pattern.id == earlier.scenario().pattern.id {
            self.remember(earlier);
        } else {
            self.before = None;
        }
        self.begin(scenario);
        if playing && self.scenario().target == Target::Sim {
            self.play();
        }
    }

    /// Keeps a run that is no more, if there is something of it to be seen.
    fn remember(&mut self, earlier: super::Experiment) {
        if self.started && !earlier.is_real() && !earlier.run().trace().is_empty() {
            self.before = Some(Before::new(earlier));
        }
    }

    /// The run before the last change, until it is dismissed.
    pub fn before(&self) -> Option<&Before> {
        self.before.as_ref()
    }

    /// Nobody wants to see the earlier run any more.
    pub fn dismiss_before(&mut self) {
        self.before = None;
    }
}
