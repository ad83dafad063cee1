//! The two runs of a card on seed after seed: whether they differ in its figure whatever the luck, and by how much.
//!
//! On each seed the document's run is followed to its end and then the code's, in slices, so that a page stays alive meanwhile. Nothing of a run
//! is kept but its figure, as its report has it.

use super::figure::{figure as figure_at, written};
use super::report::Report;
use millrace_analysis::History;
use millrace_session::{Keep, Moment, Scenario, Session, link};
use millrace_trace::{Ledger, SimTime};
use serde_json::Value as Json;

/// Past so many events a run is not followed, and has no figure.
const MOST_EVENTS: u64 = 4_000_000;

/// A figure of both runs on one seed: the document's, and the code's.
pub type Pair = [Json; 2];

/// The runs in the course of being made.
#[derive(Debug)]
pub struct Pairs {
    base: Scenario,
    path: &'static str,
    seeds: Vec<String>,
    done: Vec<Pair>,
    /// The document's figure on the seed of which the code's is still to come.
    half: Option<Json>,
    running: Option<Session<Ledger, History>>,
}

impl Pairs {
    /// The runs of a scenario and the one beside it, on its own seed and on 1, 2, 3, …; the figure stands at this path of a report.
    pub fn new(base: &Scenario, path: &'static str, seeds: usize) -> Pairs {
        let own = base.seed.clone();
        let others = (1..).map(|n: u64| n.to_string()).filter(|seed| *seed != base.seed);
        let seeds = std::iter::once(own).chain(others).take(seeds).collect();
        Pairs { base: plain(base), path, seeds, done: Vec::new(), half: None, running: None }
    }

    /// Whether they are about a scenario, wherever its playhead stands.
    pub fn is_about(&self, scenario: &Scenario) -> bool {
        link::encode(&plain(scenario)) == link::encode(&self.base)
    }

    /// On how many seeds the two are to be run.
    pub fn most(&self) -> usize {
        self.seeds.len()
    }

    /// The figures so far, the own seed's first.
    pub fn figures(&self) -> &[Pair] {
        &self.done
    }

    /// Whether all is computed.
    pub fn is_done(&self) -> bool {
        self.done.len() >= self.seeds.len()
    }

    /// Computes on, at most so many polls. Whether all is computed.
    pub fn work(&mut self, max_polls: u64) -> bool {
        let Some(seed) = self.seeds.get(self.done.len()) else { return true };
        if self.running.is_none() {
            let mut scenario = self.base.clone();
            scenario.seed.clone_from(seed);
            let side = if self.half.is_none() { Some(scenario) } else { scenario.beside() };
            self.running = side.map(|side| {
                let history = History::for_report(side.pattern, &side.values());
                Session::keeping(Keep::NOTHING, side, Ledger::new(), history)
            });
        }
        // Where nothing stands beside it there is no figure, and none of what does not end.
        let mut figure = Json::Null;
        if let Some(running) = &mut self.running {
            if running.compute(SimTime::MAX, max_polls) {
                let report = serde_json::to_value(Report::of(running, Vec::new(), 0)).unwrap_or_default();
                figure = figure_at(&report, self.path);
            } else if running.run().trace().len() < MOST_EVENTS {
                return false;
            }
        }
        self.running = None;
        match self.half.take() {
            None => self.half = Some(figure),
            Some(document) => self.done.push([document, figure]),
        }
        self.is_done()
    }

    /// On how many seeds so far the two differ.
    pub fn apart(&self) -> usize {
        self.done.iter().filter(|[document, code]| document != code).count()
    }

    /// The figures of a side as numbers, where all are.
    pub fn numbers(&self, side: usize) -> Option<Vec<f64>> {
        self.done.iter().map(|pair| pair.get(side)?.as_f64()).collect()
    }

    /// From where to where the figures of both sides go, nought with them: as numbers and in writing. None where they are words.
    pub fn ends(&self) -> Option<[(f64, String); 2]> {
        let all = self.done.iter().flatten().map(|figure| Some((figure.as_f64()?, written(figure, self.path))));
        let all: Vec<(f64, String)> = all.collect::<Option<_>>()?;
        let nought = || (0.0, "0".to_owned());
        let low = all.iter().filter(|(n, _)| *n < 0.0).min_by(|a, b| a.0.total_cmp(&b.0)).cloned();
        let high = all.into_iter().filter(|(n, _)| *n > 0.0).max_by(|a, b| a.0.total_cmp(&b.0));
        Some([low.unwrap_or_else(nought), high.unwrap_or_else(nought)])
    }

    /// What a side has on all seeds so far: "0", "133 to 307", "no"; of words that differ, on how many it is which: "yes on 28, no on 2".
    pub fn says(&self, side: usize) -> String {
        let of = |pair: &Pair| pair.get(side).map(|figure| written(figure, self.path)).unwrap_or_default();
        if let Some(numbers) = self.numbers(side) {
            let place = |worst: fn(&f64, &f64) -> bool| {
                let start = numbers.first().map(|first| (0, *first));
                numbers.iter().enumerate().fold(start, |best, (place, n)| match best {
                    Some((_, other)) if !worst(n, &other) => best,
                    _ => Some((place, *n)),
                })
            };
            let ends = [place(|n, other| n < other), place(|n, other| n > other)];
            let [low, high] =
                ends.map(|end| end.and_then(|(place, _)| self.done.get(place)).map(of).unwrap_or_default());
            return if low == high { low } else { format!("{low} to {high}") };
        }
        let mut words: Vec<(String, usize)> = Vec::new();
        for word in self.done.iter().map(of) {
            match words.iter_mut().find(|(known, _)| *known == word) {
                Some((_, n)) => *n += 1,
                None => words.push((word, 1)),
            }
        }
        match words.as_slice() {
            [(word, _)] => word.clone(),
            all => all.iter().map(|(word, n)| format!("{word} on {n}")).collect::<Vec<_>>().join(", "),
        }
    }
}

/// A scenario for other seeds than its own: what was done to its run keeps its times, what was asked of it too, and nobody stands anywhere.
fn plain(scenario: &Scenario) -> Scenario {
    let mut plain = scenario.clone();
    let _left_out = plain.keep_by_time();
    plain.moment = Moment::default();
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(link: &str, path: &'static str, seeds: usize) -> Pairs {
        let scenario = link::decode(link).expect("a link").scenario;
        let mut pairs = Pairs::new(&scenario, path, seeds);
        while !pairs.work(64) {}
        pairs
    }

    #[test]
    fn on_each_seed_there_is_a_figure_of_both_and_none_is_lost_where_a_lock_is_held() {
        let link = "#/wait-group?preset=lost-results&fidelity=documented&requests=300&seed=6&vs=fidelity=shipped";
        let pairs = lost(link, "requests.lost", 5);
        assert_eq!((pairs.figures().len(), pairs.most(), pairs.says(0).as_str()), (5, 5, "0"));
        let code = pairs.numbers(1).expect("numbers");
        assert!(code.iter().any(|lost| *lost > 0.0), "{code:?}");
        assert_eq!(pairs.apart(), code.iter().filter(|lost| **lost > 0.0).count());
        let own = lost(link, "requests.lost", 1);
        assert_eq!(own.figures(), &pairs.figures()[..1], "the own seed is the first");
    }

    #[test]
    fn words_are_counted_and_it_is_about_its_scenario_wherever_one_stands() {
        let link = "#/wait-group?preset=lost-results&fidelity=documented&requests=300&seed=6&vs=fidelity=shipped";
        let pairs = lost(link, "outcome", 4);
        assert_eq!(pairs.says(0), "drained");
        assert!(pairs.says(1).contains("crashed"), "{}", pairs.says(1));
        let mut scenario = link::decode(link).expect("a link").scenario;
        scenario.moment.at = Some(millrace_trace::Span::millis(3));
        assert!(pairs.is_about(&scenario));
        scenario.set("requests", "301").expect("a count");
        assert!(!pairs.is_about(&scenario));
    }
}
