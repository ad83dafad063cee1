//! How faults look wherever time goes to the right: a wash with a rule in the hue of what they do to whoever waits.
//!
//! Each has a band of its own, with its name. Where several stand at once, one that began later lies lower, so that its rule, its name and its
//! edges are not those of another.

use super::{Palette, Rgba, number};
use millrace_analysis::{Entry, FaultSpan, Mark, fault_spans};
use millrace_spec::{FaultSpec, FaultUnit};
use millrace_trace::SimTime;

/// The colours of a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hue {
    /// What it is filled with.
    pub wash: Rgba,
    /// The rule above it.
    pub rule: Rgba,
    /// Its words.
    pub ink: Rgba,
}

/// A fault as a band.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultBand {
    /// Its name on the page, with whose it is where there are several.
    pub label: String,
    /// When it began.
    pub from: SimTime,
    /// When it ended; none while it stands.
    pub to: Option<SimTime>,
    /// Its colours.
    pub hue: Hue,
    /// How many others lie above it where it stands.
    pub level: usize,
}

/// Puts bands that stand at the same time on levels of their own, in the order in which they begin.
pub fn lay(bands: &mut [FaultBand]) {
    // Until when each level is taken.
    let mut taken: Vec<SimTime> = Vec::new();
    for band in bands {
        let free = taken.iter().position(|until| *until <= band.from).unwrap_or(taken.len());
        let until = band.to.unwrap_or(SimTime::MAX);
        match taken.get_mut(free) {
            Some(level) => *level = until,
            None => taken.push(until),
        }
        band.level = free;
    }
}

impl Hue {
    /// That of a fault. What only takes longer makes people wait; everything else takes something away.
    pub fn of(fault: Option<&FaultSpec>, p: &Palette) -> Hue {
        match fault.map(|fault| fault.unit) {
            Some(FaultUnit::Times) => Hue { wash: p.waiting_wash, rule: p.waiting, ink: p.waiting_ink },
            _ => Hue { wash: p.server_wash, rule: p.server, ink: p.server_ink },
        }
    }
}

/// A fault and how much of it. Where that is a time, the band says it.
pub fn planned_name(fault: &FaultSpec, magnitude: i64) -> String {
    if fault.unit == FaultUnit::Lasts {
        return fault.full_label().into_owned();
    }
    format!("{} {}", fault.full_label(), fault.unit.written(magnitude))
}

/// Who an entry of the journal is about, and what it says. The trace knows a fault by its id and a number, a person by its label and a size
/// with its unit.
pub fn entry_words(entry: &Entry, faults: &[FaultSpec]) -> (String, String) {
    let (id, magnitude) = match &entry.mark {
        Some(Mark::FaultOn(id, magnitude)) => (id.as_str(), Some(*magnitude)),
        Some(Mark::FaultOff(id, _)) => (id.as_str(), None),
        _ => return (entry.who.clone(), entry.text.clone()),
    };
    let Some(fault) = faults.iter().find(|fault| fault.name() == id) else {
        return (entry.who.clone(), entry.text.clone());
    };
    let text = match magnitude {
        // That it is on until it is lifted needs no sign for ever.
        Some(magnitude) if magnitude != 0 || fault.unit != FaultUnit::Lasts => {
            format!("{}, {}", entry.text, fault.unit.written(magnitude))
        }
        _ => entry.text.clone(),
    };
    (fault.full_label().into_owned(), text)
}

/// The name of one that is still to come.
pub fn scheduled_name(name: &str, from: SimTime) -> String {
    format!("{name}, at {}", number::short_moment(from.0))
}

/// The band of a fault that is planned: with how much of it, where that is no time.
pub fn planned_band(
    (name, magnitude): (&str, i64),
    (from, to): (SimTime, Option<SimTime>),
    faults: &[FaultSpec],
    p: &Palette,
) -> FaultBand {
    let fault = faults.iter().find(|fault| fault.name() == name);
    let label = fault.map_or_else(|| name.replace('-', " "), |fault| planned_name(fault, magnitude));
    FaultBand { label, from, to, hue: Hue::of(fault, p), level: 0 }
}

/// The bands of the faults that a journal tells of, in the order of their beginnings.
pub fn fault_bands(journal: &[Entry], faults: &[FaultSpec], p: &Palette) -> Vec<FaultBand> {
    let band = |span: FaultSpan<'_>| {
        let fault = faults.iter().find(|fault| fault.name() == span.name);
        let label = fault.map_or_else(|| span.name.replace('-', " "), |fault| fault.full_label().into_owned());
        FaultBand { label, from: span.from, to: span.to, hue: Hue::of(fault, p), level: 0 }
    };
    let mut bands: Vec<FaultBand> = fault_spans(journal).into_iter().map(band).collect();
    lay(&mut bands);
    bands
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_analysis::Tone;

    #[test]
    fn what_stands_at_once_lies_on_levels_of_its_own_and_what_follows_comes_up_again() {
        let p = Palette::of(crate::Theme::Light);
        let on = |at, id: &str| (at, Mark::FaultOn(id.to_owned(), 1));
        let off = |at, id: &str| (at, Mark::FaultOff(id.to_owned(), 0));
        let marks = [on(1, "a"), on(2, "b"), off(3, "a"), on(3, "c"), off(4, "b"), off(5, "c"), on(6, "d")];
        let entry = |(at, mark)| {
            let (who, text) = (String::new(), String::new());
            Entry { event: 0, at: SimTime(at), tone: Tone::Server, who, text, mark: Some(mark) }
        };
        let bands = fault_bands(&marks.map(entry), &[], p);
        let told: Vec<_> = bands.iter().map(|band| (band.label.as_str(), band.level)).collect();
        assert_eq!(told, [("a", 0), ("b", 1), ("c", 0), ("d", 0)]);
    }

    #[test]
    fn a_fault_in_the_journal_has_its_size_with_its_unit() {
        let fault = |id, label, unit| FaultSpec::of_program((id, label), "", unit, (1, 0, 100));
        let faults = [
            fault("slow", "Slow", FaultUnit::Times),
            fault("outage", "Outage", FaultUnit::Lasts),
            fault("flaky", "Flaky", FaultUnit::Percent),
        ];
        let words = |id: &str, text: &str, mark| {
            let (who, text) = (id.to_owned(), text.to_owned());
            let entry = Entry { event: 0, at: SimTime(0), tone: Tone::Server, who, text, mark: Some(mark) };
            let (who, text) = entry_words(&entry, &faults);
            format!("{who}: {text}")
        };
        let on = |id: &str, magnitude| words(id, "on", Mark::FaultOn(id.to_owned(), magnitude));
        assert_eq!(on("slow", 3), "Slow: on, ×3");
        // "on, magnitude 3000000000" stood there.
        assert_eq!(on("outage", 3_000_000_000), "Outage: on, 3s");
        assert_eq!(on("outage", 0), "Outage: on");
        assert_eq!(on("flaky", 5), "Flaky: on, 5 %");
        assert_eq!(on("of another pattern", 7), "of another pattern: on");
        assert_eq!(words("flaky", "off", Mark::FaultOff("flaky".to_owned(), 0)), "Flaky: off");
    }
}
