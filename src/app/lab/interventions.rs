//! What a person does to the run while it goes on: faults, live values, requests to the running system.
//!
//! Each has its place at the playhead, and the run is computed again from the start up to there. What was planned for later stays.

use super::Lab;
use crate::analysis::PAGE;
use crate::engine::{Action, Intervention, Ordinal};
use crate::session::Scenario;
use crate::spec::{FaultUnit, Value};
use crate::trace::SimTime;

impl Lab {
    /// The playhead's place: virtual time, and how many events happened before.
    pub fn here(&self) -> (SimTime, Ordinal) {
        (self.session.playhead(), Ordinal::after(self.session.events()))
    }

    /// The magnitudes with which a fault stands at the playhead. Before the start those count that it will begin with.
    pub fn standing(&self, name: &str) -> Vec<i64> {
        if self.started {
            return self.ledger().standing(name, &self.session.run().trace()).to_vec();
        }
        let (at, ordinal) = self.here();
        let planned = self.scenario().planned();
        planned.iter().filter(|p| p.name == name && p.stands(at, ordinal)).map(|p| p.magnitude).collect()
    }

    /// Begins a fault at the playhead; at the end of a run that is over from its start on, because there it would meet nobody any more. One
    /// that has a time of its own takes the place of the one that stands.
    pub fn begin_fault(&mut self, id: &str, magnitude: i64) {
        let Some(fault) = self.scenario().fault(id) else { return };
        let (stands, is_over) = (!self.standing(id).is_empty(), self.at_end());
        let name = format!("{} {}", fault.full_label(), fault.unit.written(magnitude));
        self.intervene(&name, |scenario, at, ordinal| {
            let (at, ordinal) = if is_over { (SimTime::ZERO, Ordinal::ByTime) } else { (at, ordinal) };
            if stands && fault.unit == FaultUnit::Lasts {
                scenario.end_fault(id, None, at, ordinal);
            }
            let action = scenario.begin_fault(id, magnitude);
            scenario.intervene(at, ordinal, action.map(|action| Intervention { at, ordinal, action }));
        });
    }

    /// Switches a fault off at the playhead.
    pub fn lift_fault(&mut self, id: &str, magnitude: Option<i64>) {
        let label = self.scenario().fault(id).map_or_else(|| id.to_owned(), |fault| fault.full_label().into_owned());
        let name = format!("{label} off");
        self.intervene(&name, |scenario, at, ordinal| scenario.end_fault(id, magnitude, at, ordinal));
    }

    /// Changes a planned fault. The playhead stays where it is.
    pub fn replan(&mut self, number: usize, word: &str, change: impl FnOnce(&mut Scenario)) {
        let Some(planned) = self.scenario().planned().into_iter().nth(number) else { return };
        let fault = self.scenario().fault(&planned.name);
        let label = fault.map_or(planned.name, |fault| fault.full_label().into_owned());
        self.intervene(&format!("{label} {word}"), |scenario, _, _| change(scenario));
    }

    /// Gives a live parameter another value at the playhead.
    pub fn edit_live(&mut self, key: &str, value: &Value) {
        let action = Action::Live { key: key.to_owned(), value: value.as_live() };
        let name = self.scenario().field(key).map_or_else(|| key.to_owned(), |field| field.label.to_owned());
        self.act(&format!("{name} {value}, from here on"), action);
    }

    /// Asks the running system for something at the playhead. A run that has not started starts, so that there is somebody
    /// to answer; one that stands stays where it is.
    pub fn ask_system(&mut self, method: String, path: String, body: String) {
        // Nobody listens before the first instant is over.
        self.session.settle();
        let name = format!("{method} {path}");
        self.act(&name, Action::Ask { client: PAGE.to_owned(), method, path, body });
        if !self.started {
            self.play();
        }
    }

    /// Tells the running system, at the playhead, that nobody listens to an exchange any more.
    pub fn hang_up(&mut self, exchange: u32) {
        self.act("Hang up", Action::Hang { exchange });
    }

    /// Whether somebody has hung up on an exchange by the playhead.
    pub fn has_hung_up(&self, exchange: u32) -> bool {
        let here = self.here();
        let mut done = self.scenario().interventions.iter().filter(|i| (i.at, i.ordinal) <= here);
        done.any(|i| i.action == Action::Hang { exchange })
    }

    fn act(&mut self, name: &str, action: Action) {
        self.intervene(name, |scenario, at, ordinal| {
            scenario.intervene(at, ordinal, [Intervention { at, ordinal, action }]);
        });
    }

    /// A change of the scenario at the playhead, which stays where it is.
    fn intervene(&mut self, name: &str, change: impl FnOnce(&mut Scenario, SimTime, Ordinal)) {
        let (at, ordinal) = self.here();
        let mut scenario = self.scenario().clone();
        change(&mut scenario, at, ordinal);
        self.edit(name, scenario);
    }
}
