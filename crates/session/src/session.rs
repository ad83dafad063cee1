//! A scenario, its run, and two folds of its trace: one at the far end of what is computed, one at the playhead.

use super::{Keep, Playback, Scenario};
use millrace_engine::{Action, Intervention, Ordinal, Progress, Run, Upstream};
use millrace_trace::{Cursor, FarFold, Fold, SimTime, Span, TraceEvent, TraceHash};
use std::fmt;
use std::rc::Rc;

/// Events that are folded for each poll that is asked for, at least: several times as many as a poll writes, but for one that spawns all
/// tasks of a program.
const EVENTS_A_POLL: u64 = 64;

/// An experiment in progress. `H` is folded once, at the far end; `F` at the playhead, and it can go back.
pub struct Session<F, H> {
    scenario: Scenario,
    run: Run,
    far: Cursor,
    history: H,
    playback: Playback<F>,
    keep: Keep,
    /// How many events one can go back to at the least, and when the last of them happened.
    earliest: (u64, SimTime),
    /// Everything up to here has happened.
    computed: SimTime,
    playhead: SimTime,
    over: Option<Progress>,
    real: bool,
}

impl<F, H> fmt::Debug for Session<F, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({} at {} ns of {} ns)", self.scenario.pattern.id, self.playhead.0, self.computed.0)
    }
}

impl<F: Fold + Clone, H: FarFold> Session<F, H> {
    /// A session at the start of a scenario's run. Nothing is computed yet.
    pub fn new(scenario: Scenario, fold: F, history: H) -> Session<F, H> {
        Session::start(scenario, None, fold, history, Keep::ALL)
    }

    /// A session against a real endpoint, in real time.
    pub fn real(scenario: Scenario, endpoint: Rc<dyn Upstream>, fold: F, history: H) -> Session<F, H> {
        Session::start(scenario, Some(endpoint), fold, history, Keep::PAGE)
    }

    /// A session at the start of a scenario's run that keeps no more of it than it may.
    pub fn keeping(keep: Keep, scenario: Scenario, fold: F, history: H) -> Session<F, H> {
        Session::start(scenario, None, fold, history, keep)
    }

    fn start(scenario: Scenario, endpoint: Option<Rc<dyn Upstream>>, fold: F, history: H, keep: Keep) -> Session<F, H> {
        let real = endpoint.is_some();
        let run = scenario.run(endpoint);
        Session {
            scenario,
            run,
            far: Cursor::new(),
            history,
            playback: Playback::new(fold, keep),
            keep,
            earliest: (0, SimTime::ZERO),
            computed: SimTime::ZERO,
            playhead: SimTime::ZERO,
            over: None,
            real,
        }
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Changes how the scenario is looked at, not what it determines.
    pub fn scenario_mut(&mut self) -> &mut Scenario {
        &mut self.scenario
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Whether it is in real time, against a real endpoint.
    pub fn is_real(&self) -> bool {
        self.real
    }

    /// The fold at the far end.
    pub fn history(&self) -> &H {
        &self.history
    }

    /// The fold at the playhead.
    pub fn state(&self) -> &F {
        self.playback.state()
    }

    /// How many events are folded at the playhead.
    pub fn events(&self) -> u64 {
        self.playback.events()
    }

    /// The hash of the events folded at the playhead.
    pub fn hash(&self) -> TraceHash {
        self.playback.hash()
    }

    /// The hash of all events that are computed.
    pub fn far_hash(&self) -> TraceHash {
        self.far.hash()
    }

    /// Where the playhead stands.
    pub fn playhead(&self) -> SimTime {
        self.playhead
    }

    /// Everything up to here has happened.
    pub fn computed(&self) -> SimTime {
        self.computed
    }

    /// How the run ended, once it is computed to its end. [`Progress::Reached`] if its horizon ended it.
    pub fn outcome(&self) -> Option<&Progress> {
        self.over.as_ref()
    }

    /// When the run ended, once it is known.
    pub fn end(&self) -> Option<SimTime> {
        self.over.as_ref().map(|_| self.computed)
    }

    /// The horizon.
    pub fn horizon(&self) -> SimTime {
        self.scenario.until.map_or(SimTime::MAX, |span| SimTime(span.0))
    }

    /// Whether the playhead shows the end of a run that is over.
    pub fn at_end(&self) -> bool {
        self.over.is_some() && self.playhead >= self.computed && self.playback.events() >= self.run.trace().len()
    }

    /// Computes on towards an instant, at most `max_polls` polls. Whether everything up to there has happened, or the run
    /// is over.
    pub fn compute(&mut self, until: SimTime, max_polls: u64) -> bool {
        if self.over.is_some() {
            return true;
        }
        let until = until.min(self.horizon());
        // One poll may write as many events as a program has tasks: who gives little time for polls has little for events too.
        let events = max_polls.saturating_mul(EVENTS_A_POLL);
        if !self.catch_up(events) {
            return false;
        }
        let progress = self.run.advance(until, max_polls);
        if !self.catch_up(events) {
            return false;
        }
        self.give_up();
        match progress {
            Progress::BudgetSpent => {
                self.computed = self.computed.max(self.run.now());
                false
            }
            Progress::Reached => {
                self.computed = self.computed.max(until);
                if until >= self.horizon() {
                    self.close(Progress::Reached);
                }
                true
            }
            over => {
                self.computed = self.run.now();
                self.close(over);
                true
            }
        }
    }

    /// Folds what is new at the far end, about so many events. Whether that is all.
    fn catch_up(&mut self, events: u64) -> bool {
        self.far.catch_up_some(&self.run.trace(), &mut self.history, events)
    }

    /// Gives up the oldest part of what is kept, where that is more than may be.
    fn give_up(&mut self) {
        if self.keep.log == 0 {
            self.earliest = (self.far.index, self.run.now());
        } else {
            let trace = self.run.trace();
            // What key frames take beyond their share is the log's to give: of a program of thousands of stations each takes megabytes.
            let beyond = self.playback.bytes().saturating_sub(self.keep.frames);
            let log = self.keep.log.saturating_sub(beyond).max(self.keep.log / 2);
            if trace.held_bytes() <= log {
                return;
            }
            let held = (log / size_of::<TraceEvent>()) as u64;
            let at = |index| trace.get(index).map(|event| event.at);
            let (first, at) = self.playback.forget_before(trace.len().saturating_sub(held), at);
            self.earliest = (first, at.unwrap_or(self.earliest.1));
        }
        self.run.forget_before(self.earliest.0);
        self.history.put_together(self.earliest.0);
    }

    /// The earliest instant to which one can go back: the start, unless the oldest part of the log was given up.
    pub fn earliest(&self) -> SimTime {
        self.earliest.1
    }

    /// Whether all that happened is still in the log.
    pub fn is_whole(&self) -> bool {
        self.earliest.0 == 0
    }

    /// The most bytes of log and key frames that it keeps.
    pub fn keep(&self) -> Keep {
        self.keep
    }

    /// About how many bytes its log and its key frames take.
    pub fn bytes(&self) -> usize {
        self.run.trace().held_bytes() + self.playback.bytes()
    }

    fn close(&mut self, over: Progress) {
        self.over = Some(over);
        self.history.run_over(&self.run.trace());
    }

    /// Moves the playhead to an instant, at most to where things are computed, and folds up to there, at most `budget`
    /// events. Whether the fold got there.
    pub fn show(&mut self, at: SimTime, budget: u64) -> bool {
        let at = at.max(self.earliest.1).min(self.computed);
        let trace = self.run.trace();
        if at < self.playhead {
            self.playback.rewind(trace.count_until(at));
        }
        self.playhead = at;
        // A playhead that stands between the events of an instant is past all of them once it is moved.
        self.playback.forward(&trace, at, budget)
    }

    /// Moves the playhead past all events of its instant. A program that has not started yet does not listen; when the first
    /// instant is over it does.
    pub fn settle(&mut self) {
        let at = self.playhead;
        self.compute(at, u64::MAX);
        self.show(at, u64::MAX);
    }

    /// The playhead, so that [`Session::show`] and [`Session::stand_after`] show the same events again: its instant and, where it
    /// stands between the events of that instant, how many of the run are folded. The instant is computed to its end.
    pub fn standing(&mut self) -> (SimTime, Option<u64>) {
        self.compute(self.playhead, u64::MAX);
        let (events, trace) = (self.playback.events(), self.run.trace());
        if events >= trace.count_until(self.playhead) {
            return (self.playhead, None);
        }
        // At high speed the fold may be behind the playhead: what is shown is of the last event that is folded.
        let last = events.checked_sub(1).and_then(|index| trace.get(index)).map_or(self.earliest.1, |event| event.at);
        let whole = events >= trace.count_until(last);
        (last, (!whole).then_some(events))
    }

    /// Folds exactly so many events, of those up to the playhead.
    pub fn stand_after(&mut self, events: u64) {
        let trace = self.run.trace();
        let events = events.clamp(self.earliest.0, trace.count_until(self.playhead).max(self.earliest.0));
        self.playback.seek(&trace, events);
        self.playhead = events.checked_sub(1).and_then(|i| trace.get(i)).map_or(self.earliest.1, |event| event.at);
    }

    /// One event on. Whether there was one; more may have to be computed.
    pub fn step(&mut self) -> bool {
        let stepped = self.playback.step(&self.run.trace());
        if let Some(at) = stepped {
            self.playhead = at;
        }
        stepped.is_some()
    }

    /// One event back.
    pub fn step_back(&mut self) -> bool {
        let Some(index) = self.playback.events().checked_sub(1).filter(|index| *index >= self.earliest.0) else {
            return false;
        };
        self.stand_after(index);
        true
    }

    /// Does something to a run in real time, now.
    pub fn act(&mut self, action: Action) {
        self.run.intervene(action);
    }

    /// Ends the run where it is: requests under way are aborted and none is sent any more. What happened stays to be seen.
    pub fn halt(&mut self) {
        if self.over.is_none() {
            self.run.halt();
            self.close(Progress::Reached);
        }
    }

    /// The scenario with something done at the playhead: to be run again from the start up to there.
    pub fn with_interventions(
        &self,
        actions: impl FnOnce(&Scenario, SimTime, Ordinal) -> Vec<Intervention>,
    ) -> Scenario {
        let (at, ordinal) = (self.playhead, Ordinal::after(self.playback.events()));
        let mut scenario = self.scenario.clone();
        let actions = actions(&scenario, at, ordinal);
        scenario.intervene(at, ordinal, actions);
        scenario
    }

    /// The time from the playhead to where things are computed.
    pub fn ahead(&self) -> Span {
        self.computed.since(self.playhead)
    }
}
