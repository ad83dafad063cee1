//! Checks: statements about a run that the page and the tests verify while it goes.

use millrace_trace::{Ledger, Trace};
use std::borrow::Cow;

/// A statement about a run.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The practice it verifies, as a heading; none for what is asked of every pattern.
    pub section: Option<&'static str>,
    /// The statement, in words.
    pub statement: &'static str,
    /// When it must hold.
    pub kind: CheckKind,
    /// What is looked at to verify it, in words; empty where the statement says it.
    pub by: &'static str,
    /// Whether it holds in a state. It is asked at the end of every instant, not between the events of one: a hand-over takes
    /// several events and no time.
    pub holds: fn(&Ledger, &Trace) -> bool,
}

/// When a check must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// At every instant. One that does not is an error of the program.
    Always,
    /// At some instant. One that does not is worth knowing.
    Sometimes,
    /// When the run is over.
    Eventually,
}

impl CheckKind {
    /// The word for it in reports.
    pub const fn word(self) -> &'static str {
        match self {
            CheckKind::Always => "always",
            CheckKind::Sometimes => "sometimes",
            CheckKind::Eventually => "eventually",
        }
    }
}

impl Check {
    /// At every instant.
    pub const fn always(statement: &'static str, holds: fn(&Ledger, &Trace) -> bool) -> Check {
        Check { section: None, statement, kind: CheckKind::Always, by: "", holds }
    }

    /// At some instant.
    pub const fn sometimes(statement: &'static str, holds: fn(&Ledger, &Trace) -> bool) -> Check {
        Check { section: None, statement, kind: CheckKind::Sometimes, by: "", holds }
    }

    /// When the run is over.
    pub const fn eventually(statement: &'static str, holds: fn(&Ledger, &Trace) -> bool) -> Check {
        Check { section: None, statement, kind: CheckKind::Eventually, by: "", holds }
    }

    /// With what is looked at to verify it.
    pub const fn by(self, by: &'static str) -> Check {
        Check { by, ..self }
    }

    /// Under a heading: the practice it verifies.
    pub const fn under(self, section: &'static str) -> Check {
        Check { section: Some(section), ..self }
    }

    /// Its name in reports: the statement, after its section where it has one.
    pub fn name(&self) -> Cow<'static, str> {
        match self.section {
            Some(section) => format!("{section}: {}", self.statement).into(),
            None => self.statement.into(),
        }
    }

    /// Every job is in one place or has left: true of every pattern.
    pub const CONSERVED: Check = Check::always("every request is in one place, or has left", |l, _| l.is_conserved())
        .by("who came, against who is at each station and who has left");
    /// No station holds more than it has room for: true of every pattern.
    pub const WITHIN_CAPACITY: Check =
        Check::always("no station holds more than its capacity", |l, _| l.is_within_capacity())
            .by("who is at each station, against its room");
    /// What a server counts as in service is there: a slot that was never given back would stay empty beside a queue. True of
    /// every pattern with a server.
    pub const SLOTS_KEPT: Check =
        Check::always("no slot of a server is free while a request waits for one", |l, _| l.keeps_its_slots_busy())
            .by("who is at each server and who is in service there, against its slots");
    /// Nothing is left behind.
    pub const ALL_LEFT: Check = Check::eventually("every request has left at the end", |l, _| l.tally.in_system == 0)
        .by("who is still inside when the run is over");
    /// No result is lost.
    pub const NOTHING_LOST: Check = Check::eventually("no result was lost", |l, _| {
        l.tally.count(millrace_trace::Outcome::Lost) == 0 && l.crash.is_none()
    })
    .by("the outcomes of all requests, and whether the program panicked");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_has_its_section_in_its_name() {
        let check = Check::always("one step at a time", |_, _| true).under("Concurrency");
        assert_eq!(check.name(), "Concurrency: one step at a time");
        assert_eq!(Check::ALL_LEFT.name(), Check::ALL_LEFT.statement);
    }
}
