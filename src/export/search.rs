//! A search for a seed with which a check comes out otherwise: does not hold, or, where it may hold at some instant, does.
//!
//! Where an order or a delay is drawn by lot, that a check holds on one seed says little. The search tries seed after seed,
//! each in slices, and stops at the first. What it finds is a scenario like any other, with its playhead where it shows.

use super::headless::{Bounds, Headless};
use crate::analysis::History;
use crate::session::Scenario;
use crate::spec::{Check, CheckKind};
use crate::trace::{SimTime, Span};

/// The most seeds that are tried.
pub const MOST_TRIES: u64 = 2_000;
/// The most events that all tries together may take.
const MOST_EVENTS: u64 = 40_000_000;
/// How far one try is followed.
const BOUNDS: Bounds = Bounds::of(Span::secs(7_200), 4_000_000);

/// A search in the course of being made.
#[derive(Debug)]
pub struct Search {
    base: Scenario,
    check: &'static Check,
    most: u64,
    tried: u64,
    /// Tries that were not followed to their end.
    cut: u64,
    events: u64,
    running: Option<Headless<History>>,
    found: Option<Scenario>,
}

impl Search {
    /// A search for a seed that breaks a check of the scenario's pattern, or with which what it says happens: the seeds are
    /// 1, 2, 3, … What people did to the scenario's run at a place among its events is left out. None if the pattern has no
    /// check of that number.
    pub fn new(base: &Scenario, check: usize) -> Option<Search> {
        let check = base.pattern.checks.get(check)?;
        let base = base.untouched();
        let most = MOST_TRIES;
        Some(Search { base, check, most, tried: 0, cut: 0, events: 0, running: None, found: None })
    }

    /// With another number of tries at most.
    pub fn at_most(mut self, tries: u64) -> Search {
        self.most = tries;
        self
    }

    /// The check.
    pub fn check(&self) -> &'static Check {
        self.check
    }

    /// How many seeds were tried.
    pub fn tried(&self) -> u64 {
        self.tried
    }

    /// What it found: the scenario with that seed, and its playhead where the check does not hold, or does.
    pub fn found(&self) -> Option<&Scenario> {
        self.found.as_ref()
    }

    /// Whether it found a seed, or gave up.
    pub fn is_over(&self) -> bool {
        self.found.is_some() || self.tried >= self.most || self.events >= MOST_EVENTS
    }

    /// Searches on, at most so many polls. Whether it is over.
    pub fn work(&mut self, max_polls: u64) -> bool {
        if self.is_over() {
            return true;
        }
        let (base, check, seed) = (&self.base, self.check, self.tried + 1);
        let running = self.running.get_or_insert_with(|| {
            let mut scenario = base.clone();
            scenario.seed = seed.to_string();
            Headless::new(scenario, BOUNDS, History::watching(std::slice::from_ref(check)))
        });
        let ended = running.work(max_polls);
        let witness = witness(running);
        if !ended && witness.is_none() {
            return false;
        }
        self.tried = seed;
        self.events += running.events();
        self.cut += u64::from(witness.is_none() && running.end().is_some_and(|end| !end.over));
        self.found = witness.map(|at| {
            let mut scenario = running.scenario().clone();
            scenario.at = Some(Span(at.0));
            scenario
        });
        self.running = None;
        self.is_over()
    }

    /// What came of it, once it is over: "Seed 5 breaks it at 11.000 s, after 5 tries."
    pub fn says(&self) -> Option<String> {
        let what = match self.check.kind {
            CheckKind::Sometimes => "makes it happen",
            _ => "breaks it",
        };
        if let Some(found) = &self.found {
            let at = found.at.unwrap_or_default().seconds();
            let tries = if self.tried == 1 { "try" } else { "tries" };
            return Some(format!("Seed {} {what} at {at:.3} s, after {} {tries}.", found.seed, self.tried));
        }
        let cut = match self.cut {
            0 => String::new(),
            n => format!(" {n} of them went on for longer than was looked at."),
        };
        self.is_over().then(|| format!("None of the seeds 1 to {} {what}.{cut}", self.tried))
    }
}

/// When a run showed what is searched for.
fn witness(run: &Headless<History>) -> Option<SimTime> {
    let state = run.fold().checks.states().first()?;
    match state.check.kind {
        CheckKind::Always | CheckKind::Sometimes => state.first_seen(),
        CheckKind::Eventually => run.end().filter(|end| end.over).and_then(|end| state.first_violation(end.at, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns;

    fn searched(check: &str, tries: u64) -> Search {
        let mut scenario = Scenario::new(patterns::find("sequential").expect("a pattern"));
        scenario.set("requests", "20").expect("a count");
        let place = scenario.pattern.checks.iter().position(|c| c.name == check).expect("a check");
        let mut search = Search::new(&scenario, place).expect("a search").at_most(tries);
        while !search.work(64) {}
        search
    }

    #[test]
    fn what_holds_with_every_seed_is_given_up_after_as_many_tries_as_are_allowed() {
        let search = searched(Check::CONSERVED.name, 7);
        assert!(search.found().is_none());
        assert_eq!(search.says().as_deref(), Some("None of the seeds 1 to 7 breaks it."));
    }
}
