//! A race: the alternatives of a choice, each on the same seed and the same traffic, and what came of it.
//!
//! Computed in slices, one alternative after the other, so a page stays alive meanwhile and can give it up. That all met the
//! same traffic is not taken for granted: every run keeps a digest of who came when, from where and where to, and the
//! verdict looks at it. One seed is one sample, so a race can be run over several; then each difference is between runs
//! on one seed, which takes out what the seeds have in common.

mod arrivals;
mod line;
mod row;
mod verdict;
mod words;
mod written;

pub use line::{Interval, Line, lines};
pub use row::RaceRow;
pub use verdict::{Verdict, best, least_written, most, seconds, verdict};
pub use words::Words;
pub use written::{json, text};

use super::headless::{Bounds, Headless};
use millrace_session::{Alternative, Scenario};
use millrace_spec::Choice;
use millrace_trace::Span;
use row::Samples;

/// How far a run is followed that does not end: two hours, or five million events.
pub const BOUNDS: Bounds = Bounds::of(Span::secs(7_200), 5_000_000);

/// A race in the course of being computed.
#[derive(Debug)]
pub struct RaceRun {
    base: Scenario,
    key: String,
    choices: Vec<Choice>,
    seeds: Vec<String>,
    rows: Vec<RaceRow>,
    running: Option<Headless<Samples>>,
}

impl RaceRun {
    /// A race of the choice that the scenario's pattern races, on the scenario's seed and, beyond one, on 1, 2, 3, … None if
    /// the pattern races nothing.
    pub fn new(base: &Scenario, seeds: usize) -> Option<RaceRun> {
        RaceRun::of(base, base.pattern.race?.key, seeds).ok()
    }

    /// A race of any choice of the scenario's pattern.
    ///
    /// # Errors
    /// A sentence, for a key that is no choice of the pattern.
    pub fn of(base: &Scenario, key: &str, seeds: usize) -> Result<RaceRun, String> {
        let choices: Vec<Choice> = base.alternatives_of(key)?.into_iter().map(|a| a.choice).collect();
        let own = base.seed.clone();
        let others = (1..).map(|n: u64| n.to_string()).filter(|seed| *seed != base.seed);
        let seeds = std::iter::once(own).chain(others).take(seeds.max(1)).collect();
        Ok(RaceRun { base: base.elsewhere(), key: key.to_owned(), choices, seeds, rows: Vec::new(), running: None })
    }

    /// Computes on, at most so many polls. Whether all is computed.
    pub fn work(&mut self, max_polls: u64) -> bool {
        let Some((seed, choice)) = self.next() else { return true };
        if self.running.is_none() {
            let mut scenario = self.base.clone();
            if let Some(seed) = self.seeds.get(seed) {
                scenario.seed.clone_from(seed);
            }
            let alternative = self.alternatives(&scenario).into_iter().nth(choice);
            self.running = alternative.map(|a| {
                let samples = Samples::of(&a.scenario);
                Headless::new(a.scenario, BOUNDS, samples)
            });
        }
        if let Some(running) = &mut self.running
            && running.work(max_polls)
        {
            self.rows.extend(RaceRow::of(running, choice, seed));
            self.running = None;
        }
        self.is_done()
    }

    fn alternatives(&self, scenario: &Scenario) -> Vec<Alternative> {
        scenario.alternatives_of(&self.key).unwrap_or_default()
    }

    /// The key of what is chosen.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The words that its verdict is made of.
    pub fn words(&self) -> Words {
        Words::of(&self.base)
    }

    /// The places of what is computed next: of the seed, and of the choice.
    fn next(&self) -> Option<(usize, usize)> {
        let (done, each) = (self.rows.len(), self.choices.len().max(1));
        (done < self.runs()).then_some((done / each, done % each))
    }

    /// How many runs there are.
    pub fn runs(&self) -> usize {
        self.choices.len() * self.seeds.len()
    }

    /// Whether all is computed.
    pub fn is_done(&self) -> bool {
        self.next().is_none()
    }

    /// What is being computed.
    pub fn computing(&self) -> Option<&Choice> {
        self.choices.get(self.next()?.1)
    }

    /// The share of the work that is done, by runs and by who has left in the one that is being computed.
    pub fn progress(&self) -> f64 {
        let part = self.running.as_ref().map_or(0.0, |running| running.fold().share());
        if self.runs() == 0 { 1.0 } else { (self.rows.len() as f64 + part) / self.runs() as f64 }
    }

    /// The scenario it was made from, without what was done at a place in its run.
    pub fn base(&self) -> &Scenario {
        &self.base
    }

    /// The seeds, the scenario's own first.
    pub fn seeds(&self) -> &[String] {
        &self.seeds
    }

    /// The figures of the runs that are computed.
    pub fn rows(&self) -> &[RaceRow] {
        &self.rows
    }

    /// On how many seeds all alternatives are computed.
    pub fn compared(&self) -> usize {
        self.rows.len() / self.choices.len().max(1)
    }

    /// The figures of those seeds: where some alternatives have run on one seed more, that one would make the difference. On
    /// the first seed, whatever there is.
    pub fn compared_rows(&self) -> &[RaceRow] {
        match self.compared() {
            0 => &self.rows,
            seeds => self.rows.get(..seeds * self.choices.len()).unwrap_or_default(),
        }
    }

    /// The alternatives with their figures over the seeds that all are computed on, in the order of the form.
    pub fn lines(&self) -> Vec<Line> {
        lines(&self.choices, self.compared_rows())
    }

    /// Whether the figures are about a scenario: it may choose another alternative, and differ in nothing else.
    pub fn is_about(&self, scenario: &Scenario) -> bool {
        let plain = |s: &Scenario| self.alternatives(s).first().map(|a| millrace_session::link::encode(&a.scenario));
        plain(&self.base) == plain(scenario)
    }

    /// How many requests to the running system a race of it leaves out.
    pub fn leaves_out(scenario: &Scenario) -> usize {
        scenario.interventions.len() - scenario.elsewhere().interventions.len()
    }
}
