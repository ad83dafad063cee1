//! Checks, verified at the end of every instant.

use millrace_spec::{Check, CheckKind};
use millrace_trace::{Ledger, SimTime, Trace};

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

/// The checks of one practice.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// The practice; none for what is asked of every pattern.
    pub heading: Option<&'static str>,
    /// Their states, with their numbers.
    pub members: Vec<(usize, &'a CheckState)>,
}

/// What is to be said of a check at a playhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// So far, or to the end.
    Holds,
    /// It did not, at this instant.
    Broken(SimTime),
    /// What it says happened, at this instant.
    Happened(SimTime),
    /// What it says did not happen in the whole run.
    Missed,
    /// Nothing can be said before the run is over.
    Unknown,
}

impl CheckState {
    /// How it stands as far as one can tell at a playhead.
    pub fn standing(&self, at: SimTime, over: bool) -> Standing {
        let seen = self.first.filter(|&first| first <= at);
        match (self.check.kind, self.first_violation(at, over)) {
            (CheckKind::Sometimes, _) => match seen {
                Some(at) => Standing::Happened(at),
                None if over => Standing::Missed,
                None => Standing::Unknown,
            },
            (_, Some(at)) => Standing::Broken(at),
            (CheckKind::Always, None) => Standing::Holds,
            (CheckKind::Eventually, None) if over => Standing::Holds,
            (CheckKind::Eventually, None) => Standing::Unknown,
        }
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

    /// Their states with their numbers, under the practices that they belong to, in the order in which those come first.
    pub fn sections(&self) -> Vec<Section<'_>> {
        let mut sections: Vec<Section<'_>> = Vec::new();
        for (number, state) in self.states.iter().enumerate() {
            let heading = state.check.section;
            match sections.iter_mut().find(|section| section.heading == heading) {
                Some(section) => section.members.push((number, state)),
                None => sections.push(Section { heading, members: vec![(number, state)] }),
            }
        }
        sections
    }

    /// An instant is over, and this is how it left things.
    #[inline(never)]
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

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKS: &[Check] = &[
        Check::always("always so", |ledger, _| ledger.now.0 < 5).under("One"),
        Check::sometimes("once so", |ledger, _| ledger.now.0 == 3).under("Two"),
        Check::eventually("so at last", |ledger, _| ledger.now.0 > 7).under("One"),
        Check::sometimes("never so", |_, _| false),
    ];

    fn seen(instants: &[u64], over: bool) -> Checks {
        let (mut checks, trace) = (Checks::new(CHECKS), Trace::new());
        let ledger = |at| {
            let mut ledger = Ledger::new();
            ledger.now = SimTime(at);
            ledger
        };
        for &at in instants {
            checks.instant_over(&ledger(at), &trace);
        }
        if over {
            let last = instants.last().copied().unwrap_or(0);
            checks.run_over(&ledger(last), &trace);
        }
        checks
    }

    #[test]
    fn a_check_stands_as_it_is_known_to_at_the_playhead() {
        let at = |playhead: u64, over| -> Vec<Standing> {
            seen(&[0, 3, 6], true).states().iter().map(|s| s.standing(SimTime(playhead), over)).collect()
        };
        use Standing::{Broken, Happened, Holds, Missed, Unknown};
        assert_eq!(at(2, false), [Holds, Unknown, Unknown, Unknown]);
        assert_eq!(at(4, false), [Holds, Happened(SimTime(3)), Unknown, Unknown]);
        let end = SimTime(6);
        assert_eq!(at(6, true), [Broken(end), Happened(SimTime(3)), Broken(end), Missed]);
        assert_eq!(seen(&[9], true).states()[2].standing(SimTime(9), true), Holds);
    }

    #[test]
    fn checks_of_one_practice_stand_under_one_heading_with_their_numbers() {
        let checks = seen(&[], false);
        let sections: Vec<_> = checks
            .sections()
            .into_iter()
            .map(|s| (s.heading, s.members.into_iter().map(|(number, _)| number).collect::<Vec<_>>()))
            .collect();
        assert_eq!(sections, [(Some("One"), vec![0, 2]), (Some("Two"), vec![1]), (None, vec![3])]);
    }
}
