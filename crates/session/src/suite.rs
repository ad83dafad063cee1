//! The members of a suite as scenarios that can be compared: one seed, one traffic, one server.

use super::Scenario;
use millrace_patterns as patterns;
use millrace_spec::{Fidelity, Pattern};

impl Scenario {
    /// The members of the suite that the pattern belongs to, in its order. Each shares with this scenario all that both
    /// have: seed, horizon, faults, and the values of the parameters that somebody chose or a preset set. They run as documented,
    /// because the claims that they are compared with are the documents'. None if the pattern belongs to no suite.
    pub fn suite(&self) -> Vec<Scenario> {
        let Some(suite) = self.pattern.suite else { return Vec::new() };
        patterns::suite(suite.name).into_iter().map(|pattern| self.shared_with(pattern)).collect()
    }

    /// The faults of this scenario that some members of its suite have no place for, a sentence each.
    pub fn suite_leaves_out(&self) -> Vec<String> {
        let members = self.suite();
        let mut said = Vec::new();
        for fault in self.planned() {
            let without = members.iter().filter(|member| member.fault(&fault.name).is_none());
            let names: Vec<_> = without.map(|member| member.pattern.name).collect();
            let label = self.fault(&fault.name).map_or(fault.name, |fault| fault.full_label().into_owned());
            let sentence =
                format!("{label} is left out where there is nothing it could happen to: {}.", names.join(", "));
            if !names.is_empty() && !said.contains(&sentence) {
                said.push(sentence);
            }
        }
        said
    }

    fn shared_with(&self, pattern: &'static Pattern) -> Scenario {
        let mut documented = self.clone();
        documented.fidelity = Fidelity::Documented;
        let plain = self.pattern.values(Fidelity::Documented, None, |_| None);
        let mut member = Scenario::new(pattern);
        member.seed = self.seed.clone();
        member.until = self.until;
        for (key, value) in documented.values().iter() {
            if plain.get(key) != Some(value) && member.field(key).is_some() {
                // A value that the other pattern has no place for stays behind.
                let _unfit = member.set(key, &value.to_string());
            }
        }
        // Faults too, at their times: those that the other has.
        member.interventions = self.elsewhere().interventions;
        let _left_out = member.keep_by_time();
        member
    }
}
