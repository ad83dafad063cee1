//! The laboratory: one experiment, how fast it is played, and what a person asks of it.
//!
//! Each frame computes ahead and folds up to the playhead, for a few milliseconds at most, so the page answers clicks however
//! large the run. What is shown is never ahead of what is computed. It must not be borrowed across a frame.

mod before;
mod card;
mod changes;
mod interventions;
mod moment;
mod pace;
mod real_time;
mod side;
mod way;

use super::as_painted::Readers;
use super::memo::Memos;
use super::real::{Consents, NotYet, RealRun};
pub use super::speed::Speed;
use super::stillness::Stillness;
use crate::analysis::{GivenUp, History, Prefix, Summary};
use crate::engine::Progress;
use crate::platform::clock;
use crate::session::{Edits, Keep, Moment, Scenario, Session, Target};
use crate::spec::Measure;
use crate::trace::{Ledger, SimTime};
use crate::upstream::Limits;
use crate::view::Picture;
use before::Before;
use card::OfCard;
use pace::Pace;
pub use side::Side;
use way::Found;

/// A session of the page.
pub type Experiment = Session<Picture, History>;

/// What the run is doing, as `data-state` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not started.
    Idle,
    /// The playhead moves.
    Running,
    /// It stands.
    Paused,
    /// It stands at the end of a run that came to its end.
    Done,
    /// It stands at the end of a run that did not: deadlock, livelock, crash.
    Failed,
}

impl Status {
    /// The word in `data-state`.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Idle => "idle",
            Status::Running => "running",
            Status::Paused => "paused",
            Status::Done => "done",
            Status::Failed => "failed",
        }
    }
}

/// The experiment and its playback.
#[derive(Debug)]
pub struct Lab {
    session: Experiment,
    /// Whether the playhead moves.
    pub playing: bool,
    pace: Pace,
    /// Where it is to stop by itself.
    stop: Option<SimTime>,
    /// Where the playhead is wanted, while computing or folding has not got there.
    wanted: Option<SimTime>,
    /// How many events are to be folded there, where those of its instant are not all wanted.
    exactly: Option<u64>,
    /// How long it has been wanted there, in milliseconds.
    waited_ms: f64,
    stillness: Stillness,
    started: bool,
    last_frame: Option<f64>,
    /// Host time spent on computing, in milliseconds.
    pub host_ms: f64,
    /// What a person allows against a real endpoint.
    pub limits: Limits,
    consents: Consents,
    /// What is missing before a real run can start: an address, or a person's consent.
    asking: Option<NotYet>,
    real: Option<RealRun>,
    /// What was worked out of the samples so far, for each run.
    given_up: [Memos<Option<GivenUp>>; 2],
    summaries: [Memos<Option<Summary>>; 2],
    edits: Edits,
    /// The run before the last change.
    before: Option<Before>,
    /// The run that stands beside this one, under the same playhead.
    second: Option<Experiment>,
    card: OfCard,
    found: Found,
    /// Who reads it whenever its stage is painted.
    pub readers: Readers,
    /// The item of the stage that is lifted out of its order, by its place, and the place that it would get.
    pub lifted: Option<(usize, usize)>,
}

/// Milliseconds a frame may spend on computing and folding.
const BUDGET_MS: f64 = 6.0;
/// Polls between looks at the clock.
const POLLS: u64 = 256;
/// Events between looks at the clock.
const EVENTS: u64 = 4_096;
/// The longest step of the wall clock that counts: a hidden tab must not jump.
const LONGEST_STEP_MS: f64 = 100.0;
/// Milliseconds before the page says that it computes.
const PATIENCE_MS: f64 = 150.0;

impl Lab {
    /// An experiment that has not started. The playhead goes to where the scenario says.
    pub fn new(scenario: Scenario) -> Lab {
        // A link never starts real requests, also not by saying where the playhead is to stand.
        let Moment { at, events, .. } = scenario.moment;
        let wanted = at.filter(|_| scenario.target == Target::Sim).map(|span| SimTime(span.0));
        Lab {
            lifted: None,
            second: beside(&scenario),
            card: OfCard::by(wanted),
            pace: Pace::of(&scenario),
            session: fresh(scenario),
            playing: false,
            stop: None,
            wanted,
            exactly: events,
            waited_ms: 0.0,
            stillness: Stillness::default(),
            started: wanted.is_some(),
            last_frame: None,
            host_ms: 0.0,
            limits: Limits::DEFAULT,
            consents: Consents::default(),
            asking: None,
            real: None,
            given_up: Default::default(),
            summaries: Default::default(),
            edits: Edits::default(),
            before: None,
            found: Found::default(),
            readers: Readers::default(),
        }
    }

    /// Another scenario, from its start, with the speed that a person chose, the same limits and consents. A real run that was under way is
    /// aborted.
    pub fn open(&mut self, scenario: Scenario) {
        self.begin(scenario);
        (self.edits, self.before) = (Edits::default(), None);
    }

    /// A scenario from its start. What was changed before can still be undone.
    fn begin(&mut self, scenario: Scenario) {
        let pace = self.pace.then_of(&scenario);
        let fresh = Lab::new(scenario);
        let (limits, consents) = (self.limits, std::mem::take(&mut self.consents));
        let (edits, before) = (std::mem::take(&mut self.edits), self.before.take());
        let readers = std::mem::take(&mut self.readers);
        *self = Lab { pace, limits, consents, edits, before, readers, ..fresh };
    }

    /// The session.
    pub fn session(&self) -> &Experiment {
        &self.session
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        self.session.scenario()
    }

    /// The state at the playhead.
    pub fn ledger(&self) -> &Ledger {
        &self.session.state().ledger
    }

    /// The samples up to the playhead.
    pub fn so_far(&self) -> Prefix<'_> {
        self.so_far_of(Side::First)
    }

    /// The latencies up to the playhead; calls that timed out count at their limit.
    pub fn latency(&self) -> Option<Summary> {
        self.summary(Measure::LATENCY)
    }

    /// What was given up among the samples of a measure up to the playhead.
    pub fn given_up(&self, id: &'static str) -> Option<GivenUp> {
        self.given_up_of(Side::First, id)
    }

    /// The summary of a measure up to the playhead.
    pub fn summary(&self, id: &'static str) -> Option<Summary> {
        self.summary_of(Side::First, id)
    }

    /// What is to be said once the run has become too long to be kept as a whole.
    pub fn forgets(&self) -> Option<String> {
        let (session, exact) = (&self.session, self.session.history().is_exact());
        let from = (!session.is_whole()).then(|| {
            "The run is longer than the 64 MB that the page keeps of one: the timeline is hatched where one cannot go back to any more. The \
             hash goes on, and a restart computes all of it again."
                .to_owned()
        });
        let rounded = (!exact).then(|| "Percentiles are those of a histogram, to three digits.".to_owned());
        from.map(|from| [Some(from), rounded].into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    /// What the run is doing.
    pub fn status(&self) -> Status {
        match self.session.outcome() {
            _ if !self.started => Status::Idle,
            _ if self.playing => Status::Running,
            Some(Progress::Drained | Progress::Reached) if self.at_end() => Status::Done,
            Some(Progress::Deadlock(_) | Progress::Livelock(_) | Progress::Crashed(_)) if self.at_end() => {
                Status::Failed
            }
            _ => Status::Paused,
        }
    }

    /// How far a seek or a replay has come, as a share, while it is under way and takes long enough to speak of.
    pub fn progress(&self) -> Option<f64> {
        let wanted = self.wanted?;
        if self.waited_ms < PATIENCE_MS {
            return None;
        }
        let share = if wanted == SimTime::MAX {
            // When it ends is not known yet, how many there are to be mostly is.
            let expected = self.scenario().expects().map_or(f64::INFINITY, |expected| expected as f64);
            self.ledger().tally.departed() as f64 / expected.max(1.0)
        } else {
            self.playhead().seconds() / wanted.seconds().max(1e-9)
        };
        Some(share.clamp(0.0, 1.0))
    }

    /// Whether the playhead stands at the far end of what is computed.
    pub fn is_live(&self) -> bool {
        self.playhead() >= self.computed()
    }

    /// Whether frames have something to do.
    pub fn is_busy(&self) -> bool {
        self.playing || self.wanted.is_some() || self.before.as_ref().is_some_and(Before::is_open) || self.runs_ahead()
    }

    /// Runs or pauses; at the end of a run, starts it again.
    pub fn toggle(&mut self) {
        if self.playing && self.session.is_real() {
            self.stop_real();
        } else if self.playing {
            self.playing = false;
        } else {
            if self.at_end() {
                self.restart();
            }
            self.play();
        }
    }

    /// Lets the playhead move.
    pub fn play(&mut self) {
        self.started = true;
        self.playing = true;
        self.wanted = None;
        self.stop = None;
        self.last_frame = None;
    }

    /// Lets the playhead stand.
    pub fn pause(&mut self) {
        self.playing = false;
    }

    /// Gives up a seek: the playhead stays where it got to.
    pub fn cancel(&mut self) {
        self.wanted = None;
        self.playing = false;
    }

    /// Back to the start of the same run, which is computed anew.
    pub fn restart(&mut self) {
        let mut scenario = self.asked().clone();
        scenario.moment = Moment::default();
        self.begin(scenario);
    }

    /// Moves the playhead, computing as far as that needs.
    pub fn seek(&mut self, at: SimTime) {
        if self.is_out_of_reach() {
            return;
        }
        self.started = true;
        self.playing = false;
        self.wanted = Some(at);
        self.exactly = None;
        self.waited_ms = 0.0;
    }

    /// To the far end of what is computed.
    pub fn go_live(&mut self) {
        self.seek(self.computed());
    }

    /// One event on.
    pub fn step(&mut self) {
        if self.is_out_of_reach() {
            return;
        }
        self.started = true;
        self.playing = false;
        self.wanted = None;
        // The next event may be many polls of nothing away, but never many instants.
        for _ in 0..1_000 {
            if self.session.step() || self.session.outcome().is_some() {
                return self.bring_second_along();
            }
            let next = self.session.run().next_deadline().unwrap_or(self.session.computed());
            self.session.compute(next.max(self.session.computed()), POLLS);
        }
    }

    /// Whether it was paused because nothing comes of it any more.
    pub fn stands_still(&self) -> bool {
        !self.playing && self.stillness.lasts(self.ledger(), self.session.playhead())
    }

    /// Whether the playhead cannot be moved: real time does not stand still, and a run that may only be real has not
    /// happened before it was started.
    pub fn is_out_of_reach(&self) -> bool {
        if self.session.is_real() { self.playing } else { self.wants_real() }
    }

    /// One event back.
    pub fn step_back(&mut self) {
        if self.is_out_of_reach() {
            return;
        }
        self.playing = false;
        self.wanted = None;
        self.session.step_back();
        self.bring_second_along();
    }

    /// The second run goes to where a step has brought the first.
    fn bring_second_along(&mut self) {
        let at = self.session.playhead();
        if let Some(second) = &mut self.second {
            second.compute(at, u64::MAX);
            second.show(at, u64::MAX);
        }
    }

    /// One frame: compute, fold, move the playhead; what is left of its time is the earlier run's. Whether anything that is shown may
    /// have changed.
    pub fn frame(&mut self, now_ms: f64) -> bool {
        let share = if self.playing || self.wanted.is_some() { BUDGET_MS / 3.0 } else { BUDGET_MS };
        let changed = self.move_on(now_ms);
        let earlier = self.before.as_mut().filter(|before| before.is_open());
        let computed = earlier.map(|before| before.work(clock::now_ms() + share)).is_some();
        let ahead = self.run_ahead(clock::now_ms() + share);
        changed || computed || ahead
    }

    fn move_on(&mut self, now_ms: f64) -> bool {
        let step_ms = (now_ms - self.last_frame.unwrap_or(now_ms)).clamp(0.0, LONGEST_STEP_MS);
        self.last_frame = Some(now_ms);
        let deadline = clock::now_ms() + BUDGET_MS;
        let before = (self.session.events(), self.playhead());
        if self.playing && self.session.is_real() {
            return self.real_frame();
        }
        match self.wanted {
            Some(at) => {
                self.waited_ms += step_ms;
                if self.work(at, deadline) {
                    self.wanted = None;
                    self.settle_exactly();
                    self.waited_ms = 0.0;
                }
            }
            None if self.playing => {
                self.work(self.next_stop(step_ms), deadline);
                let (ledger, now) = (&self.session.state().ledger, self.session.playhead());
                // Of two runs one may stand still while the other goes on.
                let rests = self.second.is_none() && self.stillness.is_news(ledger, now, self.session.scenario());
                if self.has_arrived() || self.at_end() || rests {
                    self.playing = false;
                }
            }
            None => return false,
        }
        before != (self.session.events(), self.playhead()) || !self.playing
    }

    /// Computes and folds towards an instant until the deadline. Whether it got there. Two runs get there together.
    fn work(&mut self, target: SimTime, deadline: f64) -> bool {
        let start = clock::now_ms();
        let mut reached = false;
        while !reached && clock::now_ms() < deadline {
            reached = self.session.compute(target, POLLS);
            if let Some(second) = &mut self.second {
                reached &= second.compute(target, POLLS);
            }
        }
        self.host_ms += clock::now_ms() - start;
        // At max speed half the budget computes and what remains folds; what is not folded now is next frame.
        let front = |run: &Experiment| if run.outcome().is_some() { SimTime::MAX } else { run.computed() };
        let to = self.runs().map(front).fold(target, SimTime::min);
        let mut shown = self.show(to);
        while !shown && clock::now_ms() < deadline + BUDGET_MS {
            shown = self.show(to);
        }
        reached && shown
    }

    /// Moves the playhead of both runs. Whether both folds got there.
    fn show(&mut self, to: SimTime) -> bool {
        let shown = self.session.show(to, EVENTS);
        self.second.as_mut().is_none_or(|second| second.show(to, EVENTS)) && shown
    }

    /// The run, and the one that stands beside it.
    fn runs(&self) -> impl Iterator<Item = &Experiment> {
        [Some(&self.session), self.second.as_ref()].into_iter().flatten()
    }

    /// The run that stands beside this one, if one does.
    pub fn second(&self) -> Option<&Experiment> {
        self.second.as_ref()
    }

    /// Where the playhead stands: one of two runs may be over before.
    pub fn playhead(&self) -> SimTime {
        self.runs().map(Experiment::playhead).max().unwrap_or_default()
    }

    /// Where the playhead is wanted: what goes on from there must not lose the steps before it that are still on their way.
    pub fn aimed(&self) -> SimTime {
        self.wanted.unwrap_or_else(|| self.playhead())
    }

    /// Everything up to here has happened, in each of the runs that is not over.
    pub fn computed(&self) -> SimTime {
        self.runs().map(Experiment::computed).max().unwrap_or_default()
    }

    /// Whether the playhead shows the end of all runs.
    fn at_end(&self) -> bool {
        self.runs().all(Experiment::at_end)
    }
}

fn fresh(scenario: Scenario) -> Experiment {
    let of_card = scenario.card.is_some();
    start(scenario, of_card)
}

/// A run that has not begun; with what its pattern alone reports where a figure of that is wanted.
fn start(scenario: Scenario, detailed: bool) -> Experiment {
    let values = scenario.values();
    let history = History::of(scenario.pattern, &values);
    let history = if detailed { history.detailed(scenario.pattern, &values) } else { history };
    Session::keeping(Keep::PAGE, scenario, Picture::default(), history)
}

/// The run that stands beside a scenario's own, if one does. A real endpoint has no second.
fn beside(scenario: &Scenario) -> Option<Experiment> {
    let of_card = scenario.card.is_some();
    scenario.beside().filter(|_| scenario.target == Target::Sim).map(|second| start(second, of_card))
}
