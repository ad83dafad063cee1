//! A search for a seed with which a check comes out otherwise: does not hold, or, where it may hold at some instant, does.
//!
//! Where an order or a delay is drawn by lot, that a check holds on one seed says little. The search tries seed after seed,
//! each in slices, and stops at the first. Where tasks can go by lot and the scenario lets them go in turn, each seed is tried
//! both ways: much bad luck is luck of the order. What it finds is a scenario like any other, with its playhead where it
//! shows.

use super::headless::{Bounds, Headless};
use millrace_analysis::History;
use millrace_session::{Scenario, link};
use millrace_spec::{Check, CheckKind, SCHEDULE, SHUFFLED, Value};
use millrace_trace::{SimTime, Span};

/// The seeds that are tried before a search gives up, and that are tried more if it goes on.
pub const TRIES: u64 = 200;
/// The most events that all tries together may take, each time that a search sets out.
const MOST_EVENTS: u64 = 40_000_000;
/// How far one try is followed.
const BOUNDS: Bounds = Bounds::of(Span::secs(7_200), 4_000_000);

/// A search in the course of being made.
#[derive(Debug)]
pub struct Search {
    base: Scenario,
    check: &'static Check,
    /// Up to which seed.
    most: u64,
    tried: u64,
    /// Tries that were not followed to their end.
    cut: u64,
    events: u64,
    most_events: u64,
    /// Whether each seed is tried with the order by lot too, and whether the one under way is.
    both_ways: bool,
    by_lot: bool,
    running: Option<Headless<History>>,
    found: Option<Scenario>,
}

impl Search {
    /// A search for a seed that breaks a check of the scenario's pattern, or with which what it says happens: the seeds are
    /// 1, 2, 3, … What people did to the scenario's run at a place among its events is left out. None if the pattern has no
    /// check of that number.
    pub fn new(base: &Scenario, check: usize) -> Option<Search> {
        let check = base.pattern.checks().get(check)?;
        let base = base.elsewhere();
        let both_ways = base.field(SCHEDULE).is_some() && base.values().word(SCHEDULE) != SHUFFLED;
        Some(Search {
            base,
            check,
            most: TRIES,
            tried: 0,
            cut: 0,
            events: 0,
            most_events: MOST_EVENTS,
            both_ways,
            by_lot: false,
            running: None,
            found: None,
        })
    }

    /// With another number of tries at most.
    pub fn at_most(mut self, tries: u64) -> Search {
        self.most = tries;
        self
    }

    /// Has more seeds to try, where it gave up, and goes on to the next one where it found one.
    pub fn try_more(&mut self) {
        if self.is_over() {
            self.found = None;
            self.most = self.tried + TRIES;
            self.most_events = self.events + MOST_EVENTS;
        }
    }

    /// The check.
    pub fn check(&self) -> &'static Check {
        self.check
    }

    /// How many seeds were tried.
    pub fn tried(&self) -> u64 {
        self.tried
    }

    /// How many are to be tried at most.
    pub fn most(&self) -> u64 {
        self.most
    }

    /// What it found: the scenario with that seed, and its playhead where the check does not hold, or does.
    pub fn found(&self) -> Option<&Scenario> {
        self.found.as_ref()
    }

    /// Whether it found a seed, or gave up.
    pub fn is_over(&self) -> bool {
        self.found.is_some() || self.tried >= self.most || self.events >= self.most_events
    }

    /// Whether what it says is about a scenario: that may have another seed, and differ in nothing else. What it found is the
    /// same scenario too.
    pub fn is_about(&self, scenario: &Scenario) -> bool {
        let plain = |scenario: &Scenario| {
            let mut plain = scenario.elsewhere();
            plain.seed.clear();
            link::encode(&plain)
        };
        let own = plain(scenario);
        own == plain(&self.base) || self.found.as_ref().is_some_and(|found| own == plain(found))
    }

    /// Searches on, at most so many polls. Whether it is over.
    pub fn work(&mut self, max_polls: u64) -> bool {
        if self.is_over() {
            return true;
        }
        let (base, check, seed, by_lot) = (&self.base, self.check, self.tried + 1, self.by_lot);
        let running = self.running.get_or_insert_with(|| {
            let mut scenario = base.clone();
            scenario.seed = seed.to_string();
            if by_lot {
                scenario.choose(SCHEDULE, Value::Word(SHUFFLED.to_owned()));
            }
            Headless::new(scenario, BOUNDS, History::watching(std::slice::from_ref(check)).without_charts())
        });
        let ended = running.work(max_polls);
        let witness = witness(running);
        if !ended && witness.is_none() {
            return false;
        }
        self.events += running.events();
        self.cut += u64::from(witness.is_none() && running.end().is_some_and(|end| !end.over));
        self.found = witness.map(|at| {
            let mut scenario = running.scenario().clone();
            scenario.moment.at = Some(Span(at.0));
            scenario
        });
        self.running = None;
        if self.both_ways && !by_lot && self.found.is_none() {
            self.by_lot = true;
            return false;
        }
        self.by_lot = false;
        self.tried = seed;
        self.is_over()
    }

    /// Whether what it found has its tasks go by lot, where the scenario has them go in turn.
    pub fn is_by_lot(&self) -> bool {
        self.both_ways && self.found.as_ref().is_some_and(|found| found.values().word(SCHEDULE) == SHUFFLED)
    }

    /// What came of it, once it is over: "Seed 5 breaks it at 11.000 s, after 5 tries."
    pub fn says(&self) -> Option<String> {
        let what = match self.check.kind {
            CheckKind::Sometimes => "makes it happen",
            _ => "breaks it",
        };
        if let Some(found) = &self.found {
            let at = found.moment.at.unwrap_or_default().seconds();
            let tries = if self.tried == 1 { "seed was" } else { "seeds were" };
            let how = if self.is_by_lot() { ", with the schedule shuffled," } else { "" };
            return Some(format!("Seed {}{how} {what} at {at:.3} s. {} {tries} tried.", found.seed, self.tried));
        }
        let ways = if self.both_ways { ", with the schedule as it is or shuffled" } else { "" };
        let cut = match self.cut {
            0 => String::new(),
            n => format!(" {n} runs went on for longer than was looked at."),
        };
        self.is_over().then(|| format!("None of the seeds 1 to {} {what}{ways}.{cut}", self.tried))
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
    use millrace_patterns as patterns;

    fn searching(check: &str, tries: u64) -> Search {
        let mut scenario = Scenario::new(patterns::find("sequential").expect("a pattern"));
        scenario.set("requests", "20").expect("a count");
        let place = scenario.pattern.checks().iter().position(|c| c.name() == check).expect("a check");
        Search::new(&scenario, place).expect("a search").at_most(tries)
    }

    #[test]
    fn what_holds_with_every_seed_is_given_up_after_as_many_tries_as_are_allowed_and_can_be_tried_more() {
        let mut search = searching(Check::CONSERVED.statement, 7);
        while !search.work(64) {}
        assert!(search.found().is_none());
        assert_eq!(search.says().as_deref(), Some("None of the seeds 1 to 7 breaks it."));
        search.try_more();
        assert!(!search.is_over() && search.says().is_none());
        while !search.work(64) {}
        assert_eq!(search.tried(), 7 + TRIES);
    }

    #[test]
    fn what_it_says_is_about_the_scenario_with_any_seed_and_about_no_other() {
        let search = searching(Check::CONSERVED.statement, 1);
        let mut scenario = search.base.clone();
        scenario.seed = "another".to_owned();
        assert!(search.is_about(&scenario));
        scenario.set("requests", "21").expect("a count");
        assert!(!search.is_about(&scenario));
    }
}
