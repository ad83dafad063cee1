//! What differs from a scenario in one thing: the alternatives of its raced choice, or its seed.

use super::Scenario;
use crate::engine::Action;
use crate::spec::{Choice, Kind, Value};

/// One alternative of a raced choice.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// What is chosen.
    pub choice: Choice,
    /// The scenario in which it is.
    pub scenario: Scenario,
}

impl Scenario {
    /// The scenario without what people did at a place among the events of its run: another run has no such place. Faults and
    /// edits that are a matter of time alone stay.
    pub fn untouched(&self) -> Scenario {
        let mut scenario = self.clone();
        scenario.interventions.retain(|i| {
            let by_time = matches!(i.action, Action::Fault { .. } | Action::Lift { .. } | Action::Live { .. });
            i.ordinal == 0 && by_time
        });
        scenario.at = None;
        scenario
    }

    /// The alternatives of the choice that the pattern races, in the order of the form: each differs from this scenario in
    /// nothing else, so on one seed all meet the same traffic. None if the pattern races nothing.
    pub fn alternatives(&self) -> Vec<Alternative> {
        let field = self.pattern.race.and_then(|race| self.field(race.key));
        let Some((field, Kind::Choice(choices))) = field.map(|f| (f.key, f.kind)) else { return Vec::new() };
        let base = self.untouched();
        let with = |choice: &Choice| {
            let mut scenario = base.clone();
            scenario.choose(field, Value::Word(choice.id.to_owned()));
            Alternative { choice: *choice, scenario }
        };
        choices.iter().map(with).collect()
    }
}
