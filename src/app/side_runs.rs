//! What is computed beside the run on the stage: a race of a choice's alternatives, searches for seeds that break a check, the two runs of a card on
//! other seeds.
//!
//! It outlives the panels that show it. Each frame gives it a few milliseconds, fewer while the stage is busy. What it found
//! is about the scenario it set out with: when that becomes another, a race is marked as old, and a search is forgotten.

use super::slices::work_for;
use crate::export::pairs::Pairs;
use crate::export::race::{Line, RaceRun, Verdict, verdict};
use crate::export::search::Search;
use crate::session::Scenario;

/// Milliseconds a frame may spend here while the stage has nothing to do, and while it has.
const BUDGET_MS: f64 = 9.0;
const BUSY_MS: f64 = 4.0;

/// On how many seeds the two runs of a card are run.
const SEEDS: usize = 30;

/// A race, and how far it is.
#[derive(Debug)]
pub struct Race {
    run: RaceRun,
    lines: Vec<Line>,
    computed: usize,
    cancelled: bool,
    old: bool,
}

impl Race {
    /// The run of it.
    pub fn run(&self) -> &RaceRun {
        &self.run
    }

    /// The alternatives with their figures, in the order of the form.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether it is being computed.
    pub fn is_running(&self) -> bool {
        !self.cancelled && !self.run.is_done()
    }

    /// Whether a person gave it up.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled
    }

    /// Whether the scenario is another since.
    pub fn is_old(&self) -> bool {
        self.old
    }

    /// Whether nothing more comes, and there is a seed on which all alternatives can be compared.
    pub fn is_settled(&self) -> bool {
        !self.is_running() && self.run.compared() > 0
    }

    /// What it says where `current` is chosen, once it is computed, or given up.
    pub fn verdict(&self, current: &str) -> Option<Verdict> {
        verdict(&self.lines, self.run.compared_rows(), current, &self.run.words()).filter(|_| self.is_settled())
    }
}

/// The side_runs.
#[derive(Debug, Default)]
pub struct SideRuns {
    race: Option<Race>,
    /// At most one for each check, by its number.
    searches: Vec<(usize, Search)>,
    searching: Option<usize>,
    /// The check whose search was over last.
    latest: Option<usize>,
    pairs: Option<Pairs>,
    pairing: bool,
}

impl SideRuns {
    /// The race, if there was one for the pattern on the stage.
    pub fn race(&self) -> Option<&Race> {
        self.race.as_ref()
    }

    /// Races the alternatives of a scenario's choice, over so many seeds.
    pub fn start_race(&mut self, scenario: &Scenario, seeds: usize) {
        self.race = RaceRun::new(scenario, seeds).map(|run| {
            let lines = run.lines();
            Race { run, lines, computed: 0, cancelled: false, old: false }
        });
    }

    /// Gives the race up. What is computed of it stays.
    pub fn cancel_race(&mut self) {
        if let Some(race) = self.race.as_mut().filter(|race| race.is_running()) {
            race.cancelled = true;
        }
    }

    /// The search for a seed that breaks the check of this number, if there was one.
    pub fn search(&self, check: usize) -> Option<&Search> {
        self.searches.iter().find(|(of, _)| *of == check).map(|(_, search)| search)
    }

    fn search_mut(&mut self, check: usize) -> Option<&mut Search> {
        self.searches.iter_mut().find(|(of, _)| *of == check).map(|(_, search)| search)
    }

    /// The check for which a seed is being looked for.
    pub fn searching(&self) -> Option<usize> {
        self.searching
    }

    /// The check whose search was over last.
    pub fn latest(&self) -> Option<usize> {
        self.latest
    }

    /// Looks for a seed, or goes on looking. One search at a time: another one that is under way stops where it is.
    pub fn find_seed(&mut self, scenario: &Scenario, check: usize) {
        match self.search_mut(check) {
            Some(search) => search.try_more(),
            None => self.searches.extend(Search::new(scenario, check).map(|search| (check, search))),
        }
        self.searching = self.search(check).filter(|search| !search.is_over()).map(|_| check);
        self.latest = None;
    }

    /// Stops looking.
    pub fn cancel_search(&mut self) {
        self.latest = self.searching.take();
    }

    /// The two runs of a card on several seeds, if somebody asked for them.
    pub fn pairs(&self) -> Option<&Pairs> {
        self.pairs.as_ref()
    }

    /// Whether they are being computed.
    pub fn is_pairing(&self) -> bool {
        self.pairing
    }

    /// Runs a scenario and the one beside it on several seeds, or goes on where that was given up.
    pub fn run_pairs(&mut self, scenario: &Scenario, path: &'static str) {
        if self.pairs.is_none() {
            self.pairs = Some(Pairs::new(scenario, path, SEEDS));
        }
        self.pairing = true;
    }

    /// Gives them up. What is computed stays.
    pub fn cancel_pairs(&mut self) {
        self.pairing = false;
    }

    /// The scenario is this one now.
    pub fn look_at(&mut self, scenario: &Scenario) {
        let same_pattern = |race: &Race| race.run.base().pattern.id == scenario.pattern.id;
        if let Some(race) = &mut self.race {
            race.old = !race.run.is_about(scenario);
            race.cancelled |= race.old && race.is_running();
        }
        self.race = self.race.take().filter(same_pattern);
        self.searches.retain(|(_, search)| search.is_about(scenario));
        self.searching = self.searching.filter(|check| self.search(*check).is_some());
        self.latest = self.latest.filter(|check| self.search(*check).is_some());
        self.pairs = self.pairs.take().filter(|pairs| pairs.is_about(scenario));
        self.pairing &= self.pairs.is_some();
    }

    /// Whether there is something to compute.
    pub fn is_busy(&self) -> bool {
        self.pairing || self.searching.is_some() || self.race.as_ref().is_some_and(Race::is_running)
    }

    /// One frame. Whether there is something new to see.
    pub fn frame(&mut self, stage_is_busy: bool) -> bool {
        if !self.is_busy() {
            return false;
        }
        let ms = if stage_is_busy { BUSY_MS } else { BUDGET_MS };
        if let Some(race) = self.race.as_mut().filter(|race| race.is_running()) {
            work_for(ms, |polls| race.run.work(polls));
            if race.run.rows().len() != race.computed {
                race.computed = race.run.rows().len();
                race.lines = race.run.lines();
            }
        } else if let Some(check) = self.searching
            && self.search_mut(check).is_none_or(|search| work_for(ms, |polls| search.work(polls)))
        {
            self.searching = None;
            self.latest = Some(check);
        } else if let Some(pairs) = self.pairs.as_mut().filter(|_| self.pairing && self.searching.is_none()) {
            self.pairing = !work_for(ms, |polls| pairs.work(polls));
        }
        true
    }
}
