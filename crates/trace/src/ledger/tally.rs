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
    held: u64,
    opened: SimTime,
    closed: Option<SimTime>,
    changed: SimTime,
    present_area: Area,
    service_area: Area,
    held_area: Area,
}

/// The area under a level over time: the level times now, less the instants at which it rose, and those at which it fell again. So a
/// change is one addition, and nothing has to be summed up before it. Modulo 2^128, where only the whole has to fit.
#[derive(Clone, Copy, Debug, Default)]
struct Area(u128);

impl Area {
    #[inline]
    fn rises(&mut self, at: SimTime) {
        self.0 = self.0.wrapping_sub(u128::from(at.0));
    }

    #[inline]
    fn falls(&mut self, at: SimTime) {
        self.0 = self.0.wrapping_add(u128::from(at.0));
    }

    /// The level rises by so much at once.
    #[inline]
    fn rises_by(&mut self, much: u64, at: SimTime) {
        self.0 = self.0.wrapping_sub(u128::from(much) * u128::from(at.0));
    }

    #[inline]
    fn falls_by(&mut self, much: u64, at: SimTime) {
        self.0 = self.0.wrapping_add(u128::from(much) * u128::from(at.0));
    }

    /// In seconds, where the level has been the same until now since its last change.
    fn seconds(self, level: u64, now: SimTime) -> f64 {
        (u128::from(level) * u128::from(now.0)).wrapping_add(self.0) as f64 / 1e9
    }
}

impl Levels {
    /// Since when as many are there, waiting or in service, as there are.
    pub fn changed(&self) -> SimTime {
        self.changed
    }

    pub(super) fn new(at: SimTime) -> Levels {
        Levels {
            present: 0,
            in_service: 0,
            present_peak: 0,
            waiting_peak: 0,
            arrivals: 0,
            held: 0,
            opened: at,
            closed: None,
            changed: at,
            present_area: Area::default(),
            service_area: Area::default(),
            held_area: Area::default(),
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
        self.changed = at;
        self.closed = Some(at);
    }

    pub(super) fn present_seconds(&self, now: SimTime) -> f64 {
        self.present_area.seconds(self.present, now.max(self.changed))
    }

    pub(super) fn service_seconds(&self, now: SimTime) -> f64 {
        self.service_area.seconds(self.in_service, now.max(self.changed))
    }

    pub(super) fn held_seconds(&self, now: SimTime) -> f64 {
        self.held_area.seconds(self.held, now.max(self.changed))
    }

    #[inline]
    pub(super) fn arrive(&mut self, started: bool, at: SimTime) {
        self.changed = at;
        self.arrivals += 1;
        self.present += 1;
        self.present_area.rises(at);
        if started {
            self.in_service += 1;
            self.service_area.rises(at);
        }
        if self.present > self.present_peak || self.present > self.in_service + self.waiting_peak {
            self.rises_above();
        }
    }

    /// There are more than there ever were.
    #[inline(never)]
    fn rises_above(&mut self) {
        self.present_peak = self.present_peak.max(self.present);
        self.waiting_peak = self.waiting_peak.max(self.waiting());
    }

    /// Somebody goes, if anybody is there. Whether anybody is.
    #[inline]
    pub(super) fn leave(&mut self, started: bool, at: SimTime) -> bool {
        self.changed = at;
        let is_there = self.present > 0;
        if is_there {
            self.present -= 1;
            self.present_area.falls(at);
        }
        if started && self.in_service > 0 {
            self.in_service -= 1;
            self.service_area.falls(at);
        }
        is_there
    }

    pub(super) fn start(&mut self, at: SimTime) {
        self.changed = at;
        self.in_service += 1;
        self.service_area.rises(at);
    }

    /// So many are held from now on.
    #[inline]
    pub(super) fn set_held(&mut self, held: u64, at: SimTime) {
        self.changed = at;
        if held > self.held {
            self.held_area.rises_by(held - self.held, at);
        } else {
            self.held_area.falls_by(self.held - held, at);
        }
        self.held = held;
    }
}
