//! Sums: over the whole run, and over time at one station.

use super::super::{Answer, Outcome, SimTime};
use litemap::LiteMap;

/// How a job ended, none for one that became a part of another, and its last answer.
pub type Way = (Option<Outcome>, Option<Answer>);

/// What a run has counted so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Jobs that came in. The sum of the outcomes and of those still in the system.
    pub offered: u64,
    /// Jobs by outcome, in the order of [`Outcome::ALL`].
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Jobs from outside that left or became a part of another, by how, and by their last answer, in the order in which that first
    /// happened.
    pub ways: Vec<(Way, u64)>,
    /// Jobs that are somewhere inside, also those that became parts of others.
    pub in_system: u64,
    /// Jobs that are at a station, those that came by a split included.
    pub at_stations: u64,
    /// Answers of the server by status.
    pub statuses: LiteMap<u16, u64>,
    /// Calls that ended without a status: timed out, cancelled, failed.
    pub unanswered: u64,
    /// Calls under way.
    pub in_flight: u64,
    /// The most calls that were under way at once.
    pub in_flight_peak: u64,
    /// Tasks ever spawned, the main one included.
    pub tasks_spawned: u64,
    /// Tasks that have not ended.
    pub tasks_live: u64,
    /// The most there were at once.
    pub tasks_peak: u64,
    /// The bytes of the live tasks' futures.
    pub task_bytes: u64,
    /// The most there were at once.
    pub task_bytes_peak: u64,
}

impl Tally {
    /// How many jobs left in this way.
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(outcome as usize).copied().unwrap_or(0)
    }

    /// How many jobs left with a result that counts or with a substitute.
    pub fn served(&self) -> u64 {
        self.count(Outcome::Completed) + self.count(Outcome::Substituted)
    }

    /// How many jobs left in any way.
    pub fn departed(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    pub(super) fn leave(&mut self, outcome: Outcome, jobs: u64) {
        self.in_system = self.in_system.saturating_sub(jobs);
        if let Some(count) = self.outcomes.get_mut(outcome as usize) {
            *count += jobs;
        }
    }

    pub(super) fn ended(&mut self, way: Way) {
        match self.ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, n)) => *n += 1,
            None => self.ways.push((way, 1)),
        }
    }

    pub(super) fn call_started(&mut self) {
        self.in_flight += 1;
        self.in_flight_peak = self.in_flight_peak.max(self.in_flight);
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Status(code) => *self.statuses.entry(code).or_default() += 1,
            _ => self.unanswered += 1,
        }
    }

    pub(super) fn task_started(&mut self, bytes: u64) {
        self.tasks_spawned += 1;
        self.tasks_live += 1;
        self.tasks_peak = self.tasks_peak.max(self.tasks_live);
        self.task_bytes += bytes;
        self.task_bytes_peak = self.task_bytes_peak.max(self.task_bytes);
    }

    pub(super) fn task_ended(&mut self, bytes: u64) {
        self.tasks_live = self.tasks_live.saturating_sub(1);
        self.task_bytes = self.task_bytes.saturating_sub(bytes);
    }
}

/// How many jobs are at a station, now, at most, and as integrals over time.
///
/// The integrals are whole numbers (jobs × nanoseconds), so that a mean does not depend on the order of summing.
#[derive(Clone, Copy, Debug)]
pub struct Levels {
    /// Jobs there, waiting or in service.
    pub present: u64,
    /// Of them, in service.
    pub in_service: u64,
    /// The most that were there at once.
    pub present_peak: u64,
    /// The most that waited at once.
    pub waiting_peak: u64,
    /// Jobs that ever came.
    pub arrivals: u64,
    opened: SimTime,
    closed: Option<SimTime>,
    changed: SimTime,
    present_ns: u128,
    service_ns: u128,
    held: u64,
    held_ns: u128,
}

impl Levels {
    pub(super) fn new(at: SimTime) -> Levels {
        Levels {
            present: 0,
            in_service: 0,
            present_peak: 0,
            waiting_peak: 0,
            arrivals: 0,
            opened: at,
            closed: None,
            changed: at,
            present_ns: 0,
            service_ns: 0,
            held: 0,
            held_ns: 0,
        }
    }

    /// When a job last came, went or was started.
    pub fn last_change(&self) -> SimTime {
        self.changed
    }

    /// Jobs that wait.
    pub fn waiting(&self) -> u64 {
        self.present.saturating_sub(self.in_service)
    }

    /// The mean number of waiting jobs from the opening until now, or until the closing.
    pub fn waiting_mean(&self, now: SimTime) -> f64 {
        let open = self.open_seconds(now);
        if open > 0.0 { (self.present_seconds(now) - self.service_seconds(now)) / open } else { 0.0 }
    }

    /// The mean number of jobs, waiting and in service, from the opening until now, or until the closing.
    pub fn present_mean(&self, now: SimTime) -> f64 {
        let open = self.open_seconds(now);
        if open > 0.0 { self.present_seconds(now) / open } else { 0.0 }
    }

    fn open_seconds(&self, now: SimTime) -> f64 {
        self.closed.unwrap_or(now).since(self.opened).seconds()
    }

    pub(super) fn close(&mut self, at: SimTime) {
        self.settle(at);
        self.closed = Some(at);
    }

    pub(super) fn present_seconds(&self, now: SimTime) -> f64 {
        (self.present_ns + self.pending(now, self.present)) as f64 / 1e9
    }

    pub(super) fn service_seconds(&self, now: SimTime) -> f64 {
        (self.service_ns + self.pending(now, self.in_service)) as f64 / 1e9
    }

    pub(super) fn held_seconds(&self, now: SimTime) -> f64 {
        (self.held_ns + self.pending(now, self.held)) as f64 / 1e9
    }

    /// What has come to a sum since the last change.
    #[inline]
    fn pending(&self, now: SimTime, level: u64) -> u128 {
        let elapsed = now.since(self.changed).0;
        if (elapsed | level) >> 32 == 0 {
            // Nearly always. A product of 128 bits is a call in wasm.
            u128::from(elapsed * level)
        } else {
            u128::from(elapsed) * u128::from(level)
        }
    }

    #[inline]
    fn settle(&mut self, at: SimTime) {
        // Most changes come at an instant that is settled already.
        if at > self.changed {
            self.present_ns += self.pending(at, self.present);
            self.service_ns += self.pending(at, self.in_service);
            self.held_ns += self.pending(at, self.held);
            self.changed = at;
        }
    }

    pub(super) fn arrive(&mut self, started: bool, at: SimTime) {
        self.settle(at);
        self.arrivals += 1;
        self.present += 1;
        self.in_service += u64::from(started);
        self.present_peak = self.present_peak.max(self.present);
        self.waiting_peak = self.waiting_peak.max(self.waiting());
    }

    pub(super) fn leave(&mut self, started: bool, at: SimTime) {
        self.settle(at);
        self.present = self.present.saturating_sub(1);
        self.in_service = self.in_service.saturating_sub(u64::from(started));
    }

    pub(super) fn start(&mut self, at: SimTime) {
        self.settle(at);
        self.in_service += 1;
    }

    pub(super) fn set_held(&mut self, held: u64, at: SimTime) {
        self.settle(at);
        self.held = held;
    }
}
