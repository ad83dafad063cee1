//! What a person is invited to try with a scenario: "Kill two workers", "Open the code at the append".
//!
//! A trial is data of the scenario, so that it can be done natively too: a test does each, and holds that it changes the run, or leads
//! to a place that is there. It never does anything that a person could not do and take back by other ways.

use super::Fidelity;
use millrace_trace::Span;

/// Something to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// What it does, as the button says it.
    pub label: &'static str,
    /// What it does.
    pub does: &'static [Deed],
    /// Where in the run that shows: there the playhead goes. Where it is not said the playhead stays.
    pub shows: Option<Span>,
}

/// One thing that a trial does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deed {
    /// Gives a parameter another value: key and value, as in a link.
    Value(&'static str, &'static str),
    /// Runs the documents' system, or the code's.
    Fidelity(Fidelity),
    /// Lets a second run stand beside this one, under the same playhead, that differs in a value: key and value, as in a link; `fidelity`
    /// is one too.
    Beside(&'static str, &'static str),
    /// Lets a fault begin at an instant.
    Fault {
        /// Its name: `outage`, `outage.l2`.
        name: &'static str,
        /// When, in virtual time.
        at: Span,
        /// Its magnitude, in its unit.
        magnitude: i64,
        /// For how long, where that does not follow from its magnitude.
        lasts: Option<Span>,
    },
    /// Opens the code: the file by the name that the page has for it, `patterns/worker_pool.rs`, at the first line with this text.
    Code(&'static str, &'static str),
    /// Opens a tab: the id in `tab-<id>`.
    Tab(&'static str),
}

impl Deed {
    /// A fault that begins at so many milliseconds, for as long as its magnitude says, or for good.
    pub const fn fault(name: &'static str, at_ms: u64, magnitude: i64) -> Deed {
        Deed::Fault { name, at: Span::millis(at_ms), magnitude, lasts: None }
    }

    /// A fault that begins at so many milliseconds, and lasts for so many.
    pub const fn fault_for(name: &'static str, at_ms: u64, magnitude: i64, lasts_ms: u64) -> Deed {
        Deed::Fault { name, at: Span::millis(at_ms), magnitude, lasts: Some(Span::millis(lasts_ms)) }
    }
}

impl Trial {
    /// A trial that leaves the playhead where it is.
    pub const fn new(label: &'static str, does: &'static [Deed]) -> Trial {
        Trial { label, does, shows: None }
    }

    /// A trial that shows at so many milliseconds.
    pub const fn at(ms: u64, label: &'static str, does: &'static [Deed]) -> Trial {
        Trial { label, does, shows: Some(Span::millis(ms)) }
    }

    /// Whether it changes the run, and not only what is looked at.
    pub fn changes_the_run(&self) -> bool {
        self.does.iter().any(|deed| !matches!(deed, Deed::Code(..) | Deed::Tab(_)))
    }
}

/// The number of the first line of a source with a text, from 1. What stands in words, or is a scenario's own telling of the text, is passed over.
pub fn line_with(source: &str, text: &str) -> Option<usize> {
    let is_it = |line: &str| line.contains(text) && !line.trim_start().starts_with("//") && !line.contains("Deed::");
    source.lines().position(is_it).map(|index| index + 1)
}
