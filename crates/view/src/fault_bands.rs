//! How faults look wherever time goes to the right: a wash with a rule in the hue of what they do to whoever waits.

use super::{Palette, Rgba, number};
use millrace_analysis::{Entry, FaultSpan, fault_spans};
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

/// The name of one that is still to come.
pub fn scheduled_name(name: &str, from: SimTime) -> String {
    format!("{name}, at {} s", number::short_seconds(from.0))
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
    FaultBand { label, from, to, hue: Hue::of(fault, p) }
}

/// The bands of the faults that a journal tells of, in the order of their beginnings.
pub fn fault_bands(journal: &[Entry], faults: &[FaultSpec], p: &Palette) -> Vec<FaultBand> {
    let band = |span: FaultSpan<'_>| {
        let fault = faults.iter().find(|fault| fault.name() == span.name);
        let label = fault.map_or_else(|| span.name.replace('-', " "), |fault| fault.full_label().into_owned());
        FaultBand { label, from: span.from, to: span.to, hue: Hue::of(fault, p) }
    };
    fault_spans(journal).into_iter().map(band).collect()
}
