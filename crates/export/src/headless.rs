//! A scenario computed without a playhead: in slices, so a page stays alive meanwhile, and folded as it goes.
//!
//! The log is forgotten behind the fold, so what a run leaves is what its fold kept. Some programs never end; bounds say how
//! far such a run is followed. A bound ends only the following: nothing may be concluded about an end that was not seen.

use millrace_engine::{Progress, Run};
use millrace_session::Scenario;
use millrace_trace::{Cursor, FarFold, SimTime, Span};

/// Folded events that are kept at most before the log gives them up.
const FORGET_EVERY: u64 = 65_536;

/// How far a run is followed that does not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// To this instant.
    pub at: SimTime,
    /// For so many events, to the end of the slice in which they are reached.
    pub events: u64,
}

impl Bounds {
    /// To its end, whenever that is.
    pub const NONE: Bounds = Bounds { at: SimTime::MAX, events: u64::MAX };

    /// For a length of virtual time and a number of events.
    pub const fn of(span: Span, events: u64) -> Bounds {
        Bounds { at: SimTime(span.0), events }
    }
}

/// How following a run came to an end.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// When, in virtual time.
    pub at: SimTime,
    /// How far the run got.
    pub how: Progress,
    /// Whether that was the run's own end or its scenario's horizon, rather than a bound.
    pub over: bool,
}

/// A run in the course of being computed, and what is folded of it.
#[derive(Debug)]
pub struct Headless<F> {
    scenario: Scenario,
    bounds: Bounds,
    run: Option<Run>,
    far: Cursor,
    fold: F,
    end: Option<End>,
    forgotten: u64,
}

impl<F: FarFold> Headless<F> {
    /// A run that has not started.
    pub fn new(scenario: Scenario, bounds: Bounds, fold: F) -> Headless<F> {
        Headless { scenario, bounds, run: None, far: Cursor::new(), fold, end: None, forgotten: 0 }
    }

    /// What it runs.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What is folded of it so far.
    pub fn fold(&self) -> &F {
        &self.fold
    }

    /// How many events are folded.
    pub fn events(&self) -> u64 {
        self.far.index
    }

    /// When and how it ended, once it has.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Computes on, at most so many polls. Whether it has ended.
    pub fn work(&mut self, max_polls: u64) -> bool {
        if self.end.is_some() {
            return true;
        }
        let own = self.scenario.until.map_or(SimTime::MAX, |span| SimTime(span.0));
        let horizon = own.min(self.bounds.at);
        let scenario = &self.scenario;
        let run = self.run.get_or_insert_with(|| scenario.run(None));
        let how = run.advance(horizon, max_polls);
        let over = how.is_final() || (how == Progress::Reached && horizon == own);
        {
            let trace = run.trace();
            self.far.catch_up(&trace, &mut self.fold);
            if over {
                self.fold.run_over(&trace);
            }
            self.fold.put_together(self.far.index);
        }
        if how == Progress::BudgetSpent && self.far.index < self.bounds.events {
            if self.far.index >= self.forgotten + FORGET_EVERY {
                self.forgotten = self.far.index;
                run.forget_before(self.far.index);
            }
            return false;
        }
        let at = if how == Progress::Reached { horizon } else { run.now() };
        self.end = Some(End { at, how, over });
        self.run = None;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_analysis::History;
    use millrace_patterns as patterns;

    fn of(bounds: Bounds) -> Headless<History> {
        let mut scenario = Scenario::new(patterns::find("sequential").expect("a pattern"));
        scenario.set("requests", "50").expect("a count");
        let history = History::watching(scenario.pattern.checks());
        Headless::new(scenario, bounds, history)
    }

    #[test]
    fn a_run_without_bounds_is_followed_to_its_end_and_its_checks_are_asked_then() {
        let mut run = of(Bounds::NONE);
        while !run.work(16) {}
        let end = run.end().expect("an end");
        assert_eq!((&end.how, end.over), (&Progress::Drained, true));
        assert_eq!(run.fold().ledger.tally.departed(), 50);
    }

    #[test]
    fn a_bound_ends_the_following_and_not_the_run() {
        let whole = {
            let mut run = of(Bounds::NONE);
            while !run.work(16) {}
            (run.end().expect("an end").at, run.events())
        };
        let by_time = Bounds { at: SimTime(whole.0.0 / 2), ..Bounds::NONE };
        for bounds in [by_time, Bounds { events: whole.1 / 2, ..Bounds::NONE }] {
            let mut run = of(bounds);
            while !run.work(16) {}
            let end = run.end().expect("an end");
            assert!(!end.over && end.at < whole.0 && run.events() < whole.1);
            // Half of the requests are still to be made, and nobody may say that this is how the run ended.
            assert!(run.fold().checks.states().iter().all(|s| s.holds(end.at, end.over)));
        }
    }
}
