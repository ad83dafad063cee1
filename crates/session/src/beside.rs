//! A second scenario that stands beside one, under the same playhead: what differs, and nothing else.
//!
//! It is written as its differences, `vs=workers=45,fidelity=shipped`, so that whatever changes in the first changes in both. On one
//! seed both meet the same traffic. What is done to a run is done to both, at its time.

use super::{Scenario, link};
use millrace_spec::{Fidelity, Problem, Value};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What would be read as something else within a value.
const WITHIN: &AsciiSet = &CONTROLS.add(b'|').add(b'%');
/// The most scenarios beside one.
const MOST: usize = 5;
/// Keys that say how a run is looked at or reached, not what it is.
const NOT_OF_A_RUN: [&str; 9] = ["target", "url", "at", "vs", "lane", "tab", "embed", "card", "v"];

/// How a scenario differs from the one that it stands beside: keys and values as links have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences(Vec<(String, String)>);

impl Differences {
    /// The keys and values, in the order in which they were written.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// As a link has them, `workers=45,fidelity=shipped`.
    fn written(&self) -> String {
        let pair = |(key, value): &(String, String)| format!("{key}={}", utf8_percent_encode(value, WITHIN));
        self.0.iter().map(pair).collect::<Vec<_>>().join(",")
    }
}

impl Scenario {
    /// The scenario that stands beside this one, if one does; the first, where there are several.
    pub fn beside(&self) -> Option<Scenario> {
        Some(self.differing(self.versus.first()?).0)
    }

    /// This scenario with some differences, and what of them was ignored or clamped.
    fn differing(&self, differences: &Differences) -> (Scenario, Vec<String>) {
        let mut base = self.clone();
        base.versus.clear();
        base.card = None;
        // Those of an instant have their places among its events, and the other run has others.
        let _left_out = base.keep_by_time();
        let read = link::from_pairs(base, differences.0.iter().cloned());
        let mut other = read.scenario;
        let _left_out = other.keep_by_time();
        (other, read.notices)
    }

    /// Lets a scenario stand beside this one that differs in a value, as somebody wrote it; what it differs in already stays.
    ///
    /// # Errors
    /// What is wrong with the value; nothing is changed then.
    pub fn differ(&mut self, key: &str, text: &str) -> Result<(), Problem> {
        let mut trial = self.clone();
        trial.set(key, text)?;
        let text = trial.values().get(key).map_or_else(|| text.to_owned(), Value::to_string);
        self.differ_in(key, text);
        Ok(())
    }

    /// The same, for a fidelity.
    pub fn differ_in_fidelity(&mut self, fidelity: Fidelity) {
        self.differ_in("fidelity", fidelity.id().to_owned());
    }

    /// Lets the run stand beside this one that its preset says, or none.
    pub fn stand_as_written(&mut self) {
        let written = self.began_as().beside;
        self.versus.clear();
        for (key, text) in written {
            self.differ_in(key, (*text).to_owned());
        }
    }

    /// The scenarios that may stand beside this one, in an order that does not depend on which of them does: where each is among
    /// `versus`, and what it differs in.
    pub fn choices_beside(&self) -> Vec<(usize, Scenario)> {
        let mut all: Vec<_> = self.versus.iter().enumerate().map(|(number, one)| (one.written(), number)).collect();
        millrace_trace::order::sort_by(&mut all, |a, b| a.0.cmp(&b.0));
        let of = |(_, number): (String, usize)| Some((number, self.differing(self.versus.get(number)?).0));
        all.into_iter().filter_map(of).collect()
    }

    /// Lets another of those that may stand beside this one do so; they stay in the link, and the first is the one that does.
    pub fn stand_beside(&mut self, number: usize) {
        if number < self.versus.len() {
            let chosen = self.versus.remove(number);
            self.versus.insert(0, chosen);
        }
    }

    /// Whether there is room for one more.
    pub fn has_room_beside(&self) -> bool {
        (1..MOST).contains(&self.versus.len())
    }

    /// One more, like the one that stands beside this, but for a value.
    ///
    /// # Errors
    /// What is wrong with the value; nothing is changed then.
    pub fn differ_also(&mut self, key: &str, text: &str) -> Result<(), Problem> {
        let mut next = self.clone();
        let Some(first) = self.versus.first().cloned().filter(|_| self.has_room_beside()) else { return Ok(()) };
        next.versus.insert(0, first);
        next.differ(key, text)?;
        *self = next;
        Ok(())
    }

    fn differ_in(&mut self, key: &str, text: String) {
        if self.versus.is_empty() {
            self.versus.push(Differences::default());
        }
        let Some(Differences(pairs)) = self.versus.first_mut() else { return };
        match pairs.iter_mut().find(|(known, _)| known == key) {
            Some((_, value)) => *value = text,
            None => pairs.push((key.to_owned(), text)),
        }
    }

    /// Whether the scenario beside this one differs in a value, and has this one.
    pub fn differs_in(&self, key: &str, text: &str) -> bool {
        self.versus.first().is_some_and(|Differences(pairs)| pairs.iter().any(|(k, value)| k == key && value == text))
    }

    /// Lets the scenario beside this one not differ in a value any more. Where it differed in nothing else, none stands there.
    pub fn agree(&mut self, key: &str) {
        if let Some(Differences(pairs)) = self.versus.first_mut() {
            pairs.retain(|(known, _)| known != key);
        }
        self.versus.retain(|differences| !differences.0.is_empty());
    }
}

/// The differences as a link has them.
pub(super) fn encode(versus: &[Differences]) -> String {
    versus.iter().map(Differences::written).collect::<Vec<_>>().join("|")
}

/// Reads the differences of a link to a scenario. What cannot be read is said.
pub(super) fn decode(text: &str, scenario: &Scenario, notices: &mut Vec<String>) -> Vec<Differences> {
    let mut all = Vec::new();
    for group in text.split('|').filter(|group| !group.is_empty()) {
        if all.len() == MOST {
            notices.push(format!("vs: only the first {MOST} runs beside this one were taken"));
            break;
        }
        let differences = one(group, scenario, notices);
        if !differences.0.is_empty() {
            all.push(differences);
        }
    }
    all
}

/// One group of pairs. A piece without `=` goes on with the value before it: values may have commas.
fn one(group: &str, scenario: &Scenario, notices: &mut Vec<String>) -> Differences {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in group.split(',') {
        match (piece.split_once('='), pairs.last_mut()) {
            (Some((key, value)), _) => pairs.push((key.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(piece);
            }
            (None, None) => notices.push(format!("vs: \"{piece}\" is no key=value; it was ignored")),
        }
    }
    for (_, value) in &mut pairs {
        *value = percent_decode_str(value).decode_utf8_lossy().into_owned();
    }
    pairs.retain(|(key, _)| {
        let fits = !NOT_OF_A_RUN.contains(&key.as_str());
        if !fits {
            notices.push(format!("vs: {key} makes no other run; it was ignored"));
        }
        fits
    });
    let (other, said) = scenario.differing(&Differences(pairs.clone()));
    notices.extend(said.into_iter().map(|notice| format!("vs: {notice}")));
    let values = other.values();
    // Only what is understood, as it was understood.
    let kept = pairs.into_iter().filter_map(|(key, value)| {
        let own = values.get(&key).map(Value::to_string);
        let text = match key.as_str() {
            "fidelity" => other.fidelity.id().to_owned(),
            "preset" => other.preset.map(|preset| preset.id.to_owned())?,
            "seed" => other.seed.clone(),
            "x" | "until" => value,
            _ => own?,
        };
        Some((key, text))
    });
    Differences(kept.collect())
}
