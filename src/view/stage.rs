//! What the stage needs beyond the ledger: the last second of each worker, recent latencies, the recent past of a delay.
//!
//! A fold beside the ledger, bounded in memory: it keeps a second or five, and a fixed number of entries, however long the run.

use crate::trace::{Ending, EventKind, Gauge, Ledger, SimTime, Span, StationId, StationKind, TraceEvent, Wait};
use std::collections::{BTreeMap, VecDeque};

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Nothing to do.
    Idle,
    /// At work on its own.
    Busy,
    /// Waiting for an answer.
    Waiting,
    /// Waiting for room.
    Blocked,
    /// Killed.
    Killed,
}

impl Mode {
    /// The word beside the lane.
    pub const fn word(self) -> &'static str {
        match self {
            Mode::Idle => "idle",
            Mode::Busy => "busy",
            Mode::Waiting => "waiting",
            Mode::Blocked => "blocked",
            Mode::Killed => "killed",
        }
    }

    /// What a wait means, with or without a job in hand.
    pub const fn of(what: Wait, holds_job: bool) -> Mode {
        match what {
            Wait::Call => Mode::Waiting,
            Wait::Receive => Mode::Idle,
            Wait::Send | Wait::Acquire => Mode::Blocked,
            // A select between sending and being cancelled holds a job; one between receiving and being cancelled does not.
            Wait::Select if holds_job => Mode::Blocked,
            Wait::Select | Wait::Signal | Wait::Join => Mode::Idle,
            Wait::Sleep | Wait::Tick | Wait::Turn => Mode::Busy,
        }
    }
}

/// The last second of a worker.
#[derive(Clone, Debug)]
pub struct Ribbon {
    /// Since when it does what it does now.
    pub since: SimTime,
    /// What it does now.
    pub mode: Mode,
    /// What it did before: until when, and what.
    pub past: VecDeque<(SimTime, SimTime, Mode)>,
    /// When it got an answer that was no success.
    pub errors: VecDeque<SimTime>,
}

/// How far back ribbons go.
pub const RIBBON: Span = Span::secs(1);
/// How far back small charts on the stage go.
pub const RECENT: Span = Span::secs(5);
/// The most entries of a ribbon; more would be less than a pixel each.
const RIBBON_ENTRIES: usize = 160;
/// How many calls the recent latency is of.
const CALLS: usize = 128;
/// Bins of the drain rate.
const BINS: usize = 50;

/// The recent past of a run.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    ribbons: BTreeMap<StationId, Ribbon>,
    latencies: VecDeque<u64>,
    gauges: BTreeMap<(StationId, Gauge), VecDeque<(SimTime, i64)>>,
    /// Departures by tenth of a second.
    drained: VecDeque<(u64, u32)>,
}

impl Stage {
    /// Takes in an event, with the state before it; [`Stage::settle`] follows.
    pub fn observe(&mut self, event: &TraceEvent, before: &Ledger) {
        if let EventKind::Answered { job, station, answer } = event.kind {
            if let Some(age) = before.call_age(job, event.at) {
                push_back(&mut self.latencies, age.0, CALLS);
            }
            if let (false, Some(ribbon)) = (answer.is_success(), self.ribbons.get_mut(&station)) {
                push_back(&mut ribbon.errors, event.at, 32);
            }
        }
    }

    /// Takes in the same event, with the state after it.
    pub fn settle(&mut self, event: &TraceEvent, after: &Ledger) {
        match event.kind {
            EventKind::Waits { what, .. } => {
                let home = after.task(event.task).map_or(StationId::NONE, |t| t.station);
                if let Some(row) = after.station(home).filter(|s| s.kind == StationKind::Worker) {
                    let mode = Mode::of(what, row.in_hand.is_some());
                    self.change(home, mode, event.at);
                }
            }
            EventKind::Ended { how } => {
                let home = after.task(event.task).map_or(StationId::NONE, |t| t.station);
                if self.ribbons.contains_key(&home) {
                    self.change(home, if how == Ending::Cancelled { Mode::Killed } else { Mode::Idle }, event.at);
                }
            }
            EventKind::Gauged { station, gauge, value } => {
                let points = self.gauges.entry((station, gauge)).or_default();
                points.push_back((event.at, value));
                // One from before the window stays: it is the level the window begins with.
                while points.get(1).is_some_and(|(at, _)| event.at.since(*at) > RECENT) || points.len() > 1_024 {
                    points.pop_front();
                }
            }
            EventKind::Left { .. } => {
                let bin = event.at.0 / 100_000_000;
                match self.drained.back_mut() {
                    Some((last, n)) if *last == bin => *n += 1,
                    _ => push_back(&mut self.drained, (bin, 1), BINS + 1),
                }
            }
            _ => {}
        }
    }

    fn change(&mut self, station: StationId, mode: Mode, at: SimTime) {
        match self.ribbons.get_mut(&station) {
            None => {
                let ribbon = Ribbon { since: at, mode, past: VecDeque::new(), errors: VecDeque::new() };
                self.ribbons.insert(station, ribbon);
            }
            Some(ribbon) => {
                if ribbon.since < at {
                    push_back(&mut ribbon.past, (ribbon.since, at, ribbon.mode), RIBBON_ENTRIES);
                    while ribbon.past.front().is_some_and(|(_, until, _)| at.since(*until) > RIBBON) {
                        ribbon.past.pop_front();
                    }
                }
                ribbon.since = at;
                ribbon.mode = mode;
            }
        }
    }

    /// The last second of a worker, once it did anything.
    pub fn ribbon(&self, worker: StationId) -> Option<&Ribbon> {
        self.ribbons.get(&worker)
    }

    /// The median of the recent calls, if there were any.
    pub fn recent_p50(&self) -> Option<u64> {
        let mut sorted: Vec<u64> = self.latencies.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len().saturating_sub(1) / 2).copied()
    }

    /// The mean of the recent calls.
    pub fn recent_mean(&self) -> Option<u64> {
        let n = self.latencies.len() as u64;
        self.latencies.iter().sum::<u64>().checked_div(n)
    }

    /// The recent past of a gauge, oldest first.
    pub fn gauge(&self, station: StationId, gauge: Gauge) -> impl DoubleEndedIterator<Item = (SimTime, i64)> + '_ {
        self.gauges.get(&(station, gauge)).into_iter().flatten().copied()
    }

    /// Departures in each tenth of a second of the last five, oldest first.
    pub fn drain(&self, now: SimTime) -> Vec<u32> {
        let last = now.0 / 100_000_000;
        let first = last.saturating_sub(BINS as u64 - 1);
        let mut bins = vec![0; (last - first + 1) as usize];
        for (bin, n) in &self.drained {
            if let Some(slot) = bin.checked_sub(first).and_then(|i| bins.get_mut(i as usize)) {
                *slot = *n;
            }
        }
        bins
    }
}

fn push_back<T>(queue: &mut VecDeque<T>, value: T, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(value);
}
