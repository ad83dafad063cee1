//! Checks, verified at the end of every instant.

use crate::spec::{Check, CheckKind};
use crate::trace::{Ledger, SimTime, Trace};

/// What is known about one check.
#[derive(Clone, Copy, Debug)]
pub struct CheckState {
    /// The check.
    pub check: &'static Check,
    /// When it first did not hold (always), or first held (sometimes), or held at the end (eventually).
    first: Option<SimTime>,
    /// Whether it did not hold at the end (eventually).
    failed_at_end: bool,
}

impl CheckState {
    /// When it was first violated, as seen from a playhead; for checks of the end only once the run is over and seen to
    /// its end.
    pub fn first_violation(&self, at: SimTime, over: bool) -> Option<SimTime> {
        match self.check.kind {
            CheckKind::Always => self.first.filter(|&first| first <= at),
            CheckKind::Sometimes => (over && self.first.is_none()).then_some(at),
            CheckKind::Eventually => (over && self.failed_at_end).then_some(at),
        }
    }

    /// When it was first seen to be so, wherever a playhead stands: not to hold (always), or to hold (sometimes). Checks of the
    /// end have no such instant.
    pub fn first_seen(&self) -> Option<SimTime> {
        self.first
    }

    /// Whether it holds as far as one can tell at a playhead.
    pub fn holds(&self, at: SimTime, over: bool) -> bool {
        self.first_violation(at, over).is_none()
    }
}

/// The checks of a pattern.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    states: Vec<CheckState>,
}

impl Checks {
    /// Checks about which nothing is known yet.
    pub fn new(checks: &'static [Check]) -> Checks {
        Checks { states: checks.iter().map(|check| CheckState { check, first: None, failed_at_end: false }).collect() }
    }

    /// Their states.
    pub fn states(&self) -> &[CheckState] {
        &self.states
    }

    /// An instant is over, and this is how it left things.
    pub(super) fn instant_over(&mut self, ledger: &Ledger, trace: &Trace) {
        for state in self.states.iter_mut().filter(|s| s.first.is_none()) {
            let noteworthy = match state.check.kind {
                CheckKind::Always => !(state.check.holds)(ledger, trace),
                CheckKind::Sometimes => (state.check.holds)(ledger, trace),
                CheckKind::Eventually => false,
            };
            if noteworthy {
                state.first = Some(ledger.now);
            }
        }
    }

    /// The run is over, and this is how it left things.
    pub fn run_over(&mut self, ledger: &Ledger, trace: &Trace) {
        self.instant_over(ledger, trace);
        for state in self.states.iter_mut().filter(|s| s.check.kind == CheckKind::Eventually) {
            state.failed_at_end = !(state.check.holds)(ledger, trace);
        }
    }
}
