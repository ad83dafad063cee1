//! What differs from a scenario in one thing: the alternatives of its raced choice, or its seed.

use super::{Moment, Scenario};
use millrace_engine::Action;
use millrace_spec::{Choice, Kind, Value};

/// One alternative of a raced choice.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// What is chosen.
    pub choice: Choice,
    /// The scenario in which it is.
    pub scenario: Scenario,
}

impl Scenario {
    /// The scenario for other runs than its own: faults and live edits keep their times, and their places among the events of an instant
    /// mean nothing there. What was asked of the running system is left out: what the answer would be asked about is not there.
    pub fn elsewhere(&self) -> Scenario {
        let mut scenario = self.clone();
        scenario.interventions.retain(|i| !matches!(i.action, Action::Ask { .. } | Action::Hang { .. }));
        let _left_out = scenario.keep_by_time();
        scenario.moment = Moment::default();
        scenario
    }

    /// The alternatives of the choice that the pattern races, in the order of the form: each differs from this scenario in
    /// nothing else, so on one seed all meet the same traffic. None if the pattern races nothing.
    pub fn alternatives(&self) -> Vec<Alternative> {
        self.pattern.race.and_then(|race| self.alternatives_of(race.key).ok()).unwrap_or_default()
    }

    /// The alternatives of any choice, in the order of the form.
    ///
    /// # Errors
    /// A sentence, for a key that is no choice of the pattern.
    pub fn alternatives_of(&self, key: &str) -> Result<Vec<Alternative>, String> {
        let id = self.pattern.id;
        let choices = || {
            let fields = (self.pattern.fields)();
            let keys = fields.iter().filter(|f| matches!(f.kind, Kind::Choice(_))).map(|f| f.key);
            keys.collect::<Vec<_>>().join(", ")
        };
        let field =
            self.field(key).ok_or_else(|| format!("{id} has no parameter \"{key}\"; its choices are {}", choices()))?;
        let Kind::Choice(all) = field.kind else {
            return Err(format!(
                "{key} is a {} and has no alternatives; the choices of {id} are {}",
                field.type_word(),
                choices()
            ));
        };
        let base = self.elsewhere();
        let with = |choice: &Choice| {
            let mut scenario = base.clone();
            scenario.choose(field.key, Value::Word(choice.id.to_owned()));
            Alternative { choice: *choice, scenario }
        };
        Ok(all.iter().map(with).collect())
    }
}
