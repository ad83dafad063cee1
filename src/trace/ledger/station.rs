//! One station's row in the ledger: who is there, and the sums over time that means are made of.

use super::super::{Gauge, JobId, SimTime, StationId, StationKind, Text, UNLIMITED};
use super::Levels;
use std::collections::VecDeque;

/// The state of a station.
#[derive(Clone, Debug)]
pub struct StationRow {
    /// What kind of station.
    pub kind: StationKind,
    /// Its name.
    pub name: Text,
    /// The station it is a part of, or [`StationId::NONE`].
    pub parent: StationId,
    /// How much it holds, or serves at once where it is a server.
    pub capacity: u32,
    /// When it was opened.
    pub opened: SimTime,
    /// When it was closed, if it was.
    pub closed: Option<SimTime>,
    /// Its declared state, and since when.
    pub state: Option<Text>,
    /// Since when it is in that state.
    pub state_since: SimTime,
    /// Where it is, if it travels, in thousandths.
    pub place: i32,
    /// How many jobs are there, now and summed over time.
    pub levels: Levels,
    /// The waiting jobs in order of arrival; kept for channels and sources only.
    pub queue: VecDeque<JobId>,
    /// The job a worker has in hand, also while it is out on a call.
    pub in_hand: Option<JobId>,
    gauges: Vec<i64>,
}

impl StationRow {
    pub(super) fn new(kind: StationKind, name: Text, parent: StationId, at: SimTime) -> StationRow {
        StationRow {
            kind,
            name,
            parent,
            capacity: UNLIMITED,
            opened: at,
            closed: None,
            state: None,
            state_since: at,
            place: 0,
            levels: Levels::new(at),
            queue: VecDeque::new(),
            in_hand: None,
            gauges: Vec::new(),
        }
    }

    /// The value of a gauge; zero before it was first set.
    pub fn gauge(&self, gauge: Gauge) -> i64 {
        self.gauges.get(gauge.0 as usize).copied().unwrap_or(0)
    }

    /// Whether jobs queue here in an order one can see.
    pub fn is_queue(&self) -> bool {
        matches!(self.kind, StationKind::Channel | StationKind::Source)
    }

    /// The share of its capacity in use over time: servers by service, workers by having a job in hand, channels by
    /// fill. Zero where there is no limit to take a share of.
    pub fn utilisation(&self, now: SimTime) -> f64 {
        let open = self.closed.unwrap_or(now).since(self.opened).seconds();
        let limit = match self.kind {
            StationKind::Worker => 1.0,
            _ if self.capacity == UNLIMITED || self.capacity == 0 => return 0.0,
            _ => f64::from(self.capacity),
        };
        let used = match self.kind {
            StationKind::Worker => self.levels.held_seconds(now),
            StationKind::Server => self.levels.service_seconds(now),
            _ => self.levels.present_seconds(now),
        };
        if open > 0.0 { used / (open * limit) } else { 0.0 }
    }

    pub(super) fn set_gauge(&mut self, gauge: Gauge, value: i64) {
        let index = gauge.0 as usize;
        if self.gauges.len() <= index {
            self.gauges.resize(index + 1, 0);
        }
        if let Some(slot) = self.gauges.get_mut(index) {
            *slot = value;
        }
    }

    pub(super) fn close(&mut self, at: SimTime) {
        self.closed = Some(at);
    }

    pub(super) fn arrive(&mut self, job: JobId, started: bool, at: SimTime) {
        self.levels.arrive(started, at);
        if self.is_queue() {
            self.queue.push_back(job);
        }
        if self.kind == StationKind::Worker {
            self.in_hand = Some(job);
            self.levels.set_held(true, at);
        }
    }

    pub(super) fn leave(&mut self, job: JobId, started: bool, at: SimTime) {
        self.levels.leave(started, at);
        if self.is_queue()
            && let Some(index) = self.queue.iter().position(|&j| j == job)
        {
            self.queue.remove(index);
        }
        if self.in_hand == Some(job) {
            self.in_hand = None;
            self.levels.set_held(false, at);
        }
    }

    /// The job is out on a call, and still this worker's.
    pub(super) fn hold(&mut self, job: JobId, at: SimTime) {
        if self.kind == StationKind::Worker {
            self.in_hand = Some(job);
            self.levels.set_held(true, at);
        }
    }

    /// The job was lost while it was out.
    pub(super) fn let_go(&mut self, job: JobId, at: SimTime) {
        if self.in_hand == Some(job) {
            self.in_hand = None;
            self.levels.set_held(false, at);
        }
    }

    pub(super) fn start(&mut self, at: SimTime) {
        self.levels.start(at);
    }
}
