//! The faults of a run as stretches of time, from the journal: what the timeline and every chart draw a band for.
//!
//! In one place, so that no two pictures tell of different ones.

use super::{Entry, Mark};
use millrace_trace::SimTime;

/// A fault that began, and ended if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultSpan<'a> {
    /// Its name, as links and the trace have it: `outage`, `slow-server.l2`.
    pub name: &'a str,
    /// How much of it, in what its unit is.
    pub magnitude: i64,
    /// When it began.
    pub from: SimTime,
    /// When it ended; none while it stands.
    pub to: Option<SimTime>,
}

/// The faults that a journal tells of, in the order of their beginnings. An end ends one of those of its kind that stand, and says which.
pub fn fault_spans(journal: &[Entry]) -> Vec<FaultSpan<'_>> {
    let mut spans: Vec<FaultSpan<'_>> = Vec::new();
    for entry in journal {
        match &entry.mark {
            Some(Mark::FaultOn(name, magnitude)) => {
                spans.push(FaultSpan { name, magnitude: *magnitude, from: entry.at, to: None });
            }
            Some(Mark::FaultOff(name, place)) => {
                let mut alike = spans.iter_mut().filter(|span| span.to.is_none() && span.name == name.as_str());
                if let Some(span) = alike.nth(*place) {
                    span.to = Some(entry.at);
                }
            }
            _ => {}
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tone;

    fn entry(at: u64, mark: Mark) -> Entry {
        let (who, text) = ("fault".to_owned(), String::new());
        Entry { event: at, at: SimTime(at), tone: Tone::Server, who, text, mark: Some(mark) }
    }

    #[test]
    fn of_two_outages_that_overlap_each_ends_when_it_ends_and_one_that_stands_has_no_end() {
        let on = |at, magnitude| entry(at, Mark::FaultOn("outage".to_owned(), magnitude));
        let off = |at, place| entry(at, Mark::FaultOff("outage".to_owned(), place));
        let slow = entry(15, Mark::FaultOn("slow-server".to_owned(), 3));
        let journal = [on(10, 1), slow, entry(17, Mark::Change), on(20, 2), off(30, 1), off(40, 0), on(50, 9)];
        let spans: Vec<_> = fault_spans(&journal)
            .into_iter()
            .map(|span| (span.name, span.magnitude, span.from.0, span.to.map(|to| to.0)))
            .collect();
        let expected = [
            ("outage", 1, 10, Some(40)),
            ("slow-server", 3, 15, None),
            ("outage", 2, 20, Some(30)),
            ("outage", 9, 50, None),
        ];
        assert_eq!(spans, expected);
    }
}
