//! The states of the one breaker of a run as stretches of time, from the journal: for a strip below the axis of the timeline.
//!
//! Where several stations have states of their own one strip would tell of none, so there is none.

use super::{Palette, Rgba};
use millrace_analysis::Entry;
use millrace_trace::SimTime;

/// A state that held for a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<'a> {
    /// The state, as the station declares it: *closed*, *open*, *half-open*.
    pub state: &'a str,
    /// From when.
    pub from: SimTime,
    /// Until when; nothing while it holds.
    pub to: Option<SimTime>,
}

/// The colour of a state; nothing for one that is no breaker's.
pub fn colour(state: &str, p: &Palette) -> Option<Rgba> {
    match state {
        "closed" => Some(p.success),
        "open" | "forced open" => Some(p.server),
        "half-open" => Some(p.blocked),
        "disabled" => Some(p.line_3),
        _ => None,
    }
}

/// The states of the only station that was ever open, one after the other.
pub fn states(journal: &[Entry]) -> Vec<Held<'_>> {
    let mut opened = journal.iter().filter(|e| e.mark.is_some() && matches!(e.text.as_str(), "open" | "half-open"));
    let Some(who) = opened.next().map(|entry| entry.who.as_str()) else { return Vec::new() };
    if opened.any(|entry| entry.who != who) {
        return Vec::new();
    }
    let mut all: Vec<Held<'_>> = Vec::new();
    for entry in journal.iter().filter(|e| e.mark.is_some() && e.who == who) {
        if let Some(last) = all.last_mut() {
            last.to = Some(entry.at);
        }
        all.push(Held { state: &entry.text, from: entry.at, to: None });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_analysis::{Mark, Tone};

    fn entry(at: u64, who: &str, text: &str) -> Entry {
        let (who, text) = (who.to_owned(), text.to_owned());
        Entry { event: at, at: SimTime(at), tone: Tone::State, who, text, mark: Some(Mark::Change) }
    }

    #[test]
    fn the_states_of_the_only_breaker_follow_one_another_and_a_closed_channel_is_none() {
        let journal = [
            entry(0, "breaker", "closed"),
            entry(20, "breaker", "open"),
            entry(40, "breaker", "half-open"),
            entry(50, "requests", "closed"),
        ];
        let told: Vec<_> = states(&journal).into_iter().map(|s| (s.state, s.from.0, s.to.map(|to| to.0))).collect();
        assert_eq!(told, [("closed", 0, Some(20)), ("open", 20, Some(40)), ("half-open", 40, None)]);
        assert_eq!(states(&journal[3..]), []);
    }

    #[test]
    fn of_two_breakers_there_is_no_strip() {
        assert_eq!(states(&[entry(1, "A", "open"), entry(2, "B", "open")]), []);
    }
}
