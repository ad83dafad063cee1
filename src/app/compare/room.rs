//! Where a suite is computed and raced: the suite, the playhead, and how fast it moves.

use crate::app::lab::Speed;
use crate::app::slices::work_for;
use crate::engine::Progress;
use crate::export::suite::{Member, RaceCell, Standing, SuiteRow, SuiteRun};
use crate::platform::host;
use crate::session::Scenario;
use crate::trace::{SimTime, Span};

/// Milliseconds a frame may spend on computing.
const BUDGET_MS: f64 = 9.0;
/// The longest step of the wall clock that counts: a hidden tab must not jump.
const LONGEST_STEP_MS: f64 = 100.0;
/// Seconds that a race is meant to take at first, at most.
const RACE_SECONDS: f64 = 20.0;

/// How far things are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The members are being computed.
    Computing,
    /// A person gave that up.
    Cancelled,
    /// All members are computed.
    Computed,
}

/// A suite and its race.
#[derive(Debug)]
pub struct Room {
    suite: SuiteRun,
    cancelled: bool,
    rows: Vec<SuiteRow>,
    standings: Vec<Standing>,
    at: SimTime,
    playing: bool,
    /// How fast the race is.
    pub speed: Speed,
    last_frame: Option<f64>,
    done: usize,
}

impl Room {
    /// A room for the suite that a scenario's pattern belongs to.
    pub fn new(base: &Scenario) -> Option<Room> {
        let suite = SuiteRun::new(base)?;
        let standings = suite.members().iter().map(|_| Standing::default()).collect();
        Some(Room {
            suite,
            cancelled: false,
            rows: Vec::new(),
            standings,
            at: SimTime::ZERO,
            playing: false,
            speed: Speed::Times(10.0),
            last_frame: None,
            done: 0,
        })
    }

    /// The scenario that it was made from.
    pub fn base(&self) -> &Scenario {
        self.suite.base()
    }

    /// How many members there are.
    pub fn members(&self) -> usize {
        self.suite.members().len()
    }

    /// How many of them are computed.
    pub fn members_done(&self) -> usize {
        self.done
    }

    /// A member.
    pub fn member(&self, index: usize) -> Option<&Member> {
        self.suite.members().get(index)
    }

    /// The most requests that a member sends.
    pub fn requests(&self) -> u64 {
        self.suite.members().iter().map(Member::requests).max().unwrap_or(0)
    }

    /// The name of the member that is being computed.
    pub fn computing(&self) -> Option<&'static str> {
        self.suite.computing().map(|m| m.pattern().name)
    }

    /// The figures of those that are computed.
    pub fn rows(&self) -> &[SuiteRow] {
        &self.rows
    }

    /// The share that is computed.
    pub fn progress(&self) -> f64 {
        self.suite.progress()
    }

    /// How far things are.
    pub fn stage(&self) -> Phase {
        match (self.suite.is_done(), self.cancelled) {
            (true, _) => Phase::Computed,
            (false, true) => Phase::Cancelled,
            (false, false) => Phase::Computing,
        }
    }

    /// Where the playhead of the race stands.
    pub fn at(&self) -> SimTime {
        self.at
    }

    /// Whether it moves.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Whether it stands at the end of the last member.
    pub fn is_at_end(&self) -> bool {
        self.at >= self.suite.end()
    }

    /// Whether a member came to its end.
    pub fn is_drained(&self, index: usize) -> bool {
        self.member(index).and_then(Member::end).is_some_and(|(_, how)| *how == Progress::Drained)
    }

    /// How a member stands.
    pub fn standing(&self, index: usize) -> Option<&Standing> {
        self.standings.get(index)
    }

    /// How many of a member's requests have left, and how many of these without a result.
    pub fn counts(&self, index: usize) -> (u64, u64) {
        self.standing(index).map_or((0, 0), |s| (s.ended(), s.errors()))
    }

    /// Whether the legend needs a state: the usual ones always, others once they were seen.
    pub fn has_seen(&self, state: RaceCell) -> bool {
        !state.is_error() || self.standings.iter().any(|s| s.count(state) > 0)
    }

    /// Gives the computation up.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// Goes on with it.
    pub fn resume(&mut self) {
        self.cancelled = false;
    }

    /// Runs or pauses the race; at its end, starts it again.
    pub fn toggle(&mut self) {
        if !self.playing && self.is_at_end() {
            self.go(SimTime::ZERO);
        }
        self.playing = !self.playing;
        self.last_frame = None;
    }

    /// Back to the start, and off.
    pub fn restart(&mut self) {
        self.go(SimTime::ZERO);
        self.playing = true;
        self.last_frame = None;
    }

    /// To the end.
    pub fn finish(&mut self) {
        self.playing = false;
        self.go(self.suite.end());
    }

    fn go(&mut self, at: SimTime) {
        self.at = at;
        for (standing, member) in self.standings.iter_mut().zip(self.suite.members()) {
            standing.go(member.race(), at);
        }
    }

    /// One frame: compute, or move the playhead. Whether something changed, and whether things have come to rest.
    pub fn frame(&mut self, now_ms: f64) -> (bool, bool) {
        let step_ms = (now_ms - self.last_frame.unwrap_or(now_ms)).clamp(0.0, LONGEST_STEP_MS);
        self.last_frame = Some(now_ms);
        match self.stage() {
            Phase::Cancelled => (false, true),
            Phase::Computing => (true, self.compute()),
            Phase::Computed if self.playing => {
                let end = self.suite.end();
                let at = match self.speed {
                    Speed::Times(speed) => (self.at + Span::from_seconds(step_ms / 1e3 * speed)).min(end),
                    Speed::Max => end,
                };
                self.go(at);
                self.playing = at < end;
                (true, !self.playing)
            }
            Phase::Computed => (false, true),
        }
    }

    /// Computes for a while. Whether a member or all of them came to an end.
    fn compute(&mut self) -> bool {
        work_for(BUDGET_MS, |polls| self.suite.work(polls));
        let done = self.suite.members().iter().filter(|m| m.end().is_some()).count();
        let news = done != self.done;
        if news {
            self.done = done;
            self.rows = self.suite.rows();
        }
        if self.suite.is_done() {
            self.set_off();
        }
        news
    }

    /// Everything is computed: race, at a speed at which the longest takes some seconds. Who wants less motion sees the end.
    fn set_off(&mut self) {
        let seconds = self.suite.end().seconds();
        let fits = |speed: &&Speed| matches!(speed, Speed::Times(x) if seconds / x <= RACE_SECONDS);
        self.speed = Speed::STOPS.iter().find(fits).copied().unwrap_or(Speed::Times(1_000.0));
        if host::prefers_less_motion() {
            self.finish();
        } else {
            self.restart();
        }
    }
}
