//! Changes of the scenario, each a step that can be undone.
//!
//! A change of what is done to the run, a fault that is moved, leaves the playhead where it is: the run is computed again up to there. Any
//! other change makes another run, from its start. The run as it was before stays to be compared with.

use super::before::Before;
use super::{Lab, beside, fresh};
use crate::session::{Edits, Moment, Scenario, Target, link};
use crate::trace::SimTime;

impl Lab {
    /// The steps so far.
    pub fn edits(&self) -> &Edits {
        &self.edits
    }

    /// Another scenario in place of this one, as a step with a name.
    pub fn edit(&mut self, name: &str, mut scenario: Scenario) {
        // Where the playhead was to stand at first has no meaning any more.
        scenario.moment = Moment::default();
        let asked = self.asked().clone();
        self.edits.did(name, &asked, &scenario);
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
        let without = |scenario: &Scenario, what: fn(&mut Scenario)| {
            let mut plain = scenario.clone();
            plain.moment = Moment::default();
            plain.versus.clear();
            what(&mut plain);
            link::encode(&plain)
        };
        let same = |what: fn(&mut Scenario)| without(self.scenario(), what) == without(&scenario, what);
        let (same_program, same_run) = (same(|plain| plain.interventions.clear()), same(|_| ()));
        if self.session.is_real() || !same_program {
            return self.begin_anew(scenario);
        }
        // Go on afterwards as before.
        if self.started {
            (self.wanted, self.waited_ms) = (Some(self.playhead()), 0.0);
        }
        self.second = beside(&scenario);
        self.card.forget();
        if same_run {
            // Only what stands beside it is another: the run stays as it is.
            let own = self.session.scenario_mut();
            (own.versus, own.moment) = (scenario.versus, scenario.moment);
        } else {
            let earlier = std::mem::replace(&mut self.session, fresh(scenario));
            self.remember(earlier);
        }
    }

    /// Another run, from its start.
    fn begin_anew(&mut self, scenario: Scenario) {
        let playing = self.playing;
        let was = self.session.scenario();
        let same_kind =
            was.pattern.id == scenario.pattern.id && was.preset.map(|p| p.id) == scenario.preset.map(|p| p.id);
        let to_the_end = self.started && same_kind && !self.session.is_real() && self.at_end();
        let earlier = std::mem::replace(&mut self.session, fresh(scenario.clone()));
        if scenario.pattern.id == earlier.scenario().pattern.id {
            self.remember(earlier);
        } else {
            self.before = None;
        }
        self.begin(scenario);
        if playing && self.scenario().target == Target::Sim {
            self.play();
        } else if to_the_end && self.scenario().target == Target::Sim {
            self.seek(SimTime::MAX);
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
