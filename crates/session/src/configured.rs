//! A scenario by the configuration of its system: lines as a process finds them in its environment, all of them or none.

use super::scenario::Scenario;
use millrace_spec::{Assigned, Wrong};

/// A scenario with the values of a configuration.
#[derive(Clone, Debug)]
pub struct Configured {
    /// The scenario.
    pub scenario: Scenario,
    /// How many of its parameters were set.
    pub taken: usize,
    /// The variables that are good and of which the pattern shows nothing.
    pub left: Vec<&'static str>,
}

impl Scenario {
    /// Its configuration, as it can be read again; nothing where its system has none.
    pub fn configuration(&self) -> Option<String> {
        let values = self.values();
        let written = |key: &str| values.get(key).map(ToString::to_string);
        self.pattern.environment.map(|environment| environment.write(written))
    }

    /// The same with the values that some text says.
    ///
    /// # Errors
    /// Each line that cannot be read, or whose value is not good by itself or beside the others, with where it is.
    pub fn configured(&self, text: &str) -> Result<Configured, Vec<Wrong>> {
        let Some(environment) = self.pattern.environment else {
            return Ok(Configured { scenario: self.clone(), taken: 0, left: Vec::new() });
        };
        let (lines, mut wrong) = environment.read(text);
        let mut scenario = self.clone();
        let bad = |line: &Assigned, why: &str| Wrong { at: line.at, what: format!("{}: {why}", line.name) };
        let taken: Vec<(&Assigned, &'static str)> =
            lines.iter().filter_map(|line| line.key.map(|key| (line, key))).collect();
        let set = |(line, key): &(&Assigned, &'static str)| {
            scenario.set_one_of_several(key, &line.value).err().map(|problem| bad(line, problem.message()))
        };
        wrong.extend(taken.iter().filter_map(set));
        if wrong.is_empty() {
            let misfits = scenario.misfits();
            let of_line = |(key, why): &(&'static str, String)| {
                taken.iter().find(|(_, taken)| taken == key).map(|(line, _)| bad(line, why))
            };
            wrong.extend(misfits.iter().filter_map(of_line));
        }
        if !wrong.is_empty() {
            millrace_trace::order::sort_by_key(&mut wrong, |wrong| wrong.at.line);
            return Err(wrong);
        }
        let left = lines.iter().filter(|line| line.key.is_none()).map(|line| line.name).collect();
        Ok(Configured { scenario, taken: taken.len(), left })
    }
}
