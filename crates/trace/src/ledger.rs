//! The basic fold: where every job, task and station is at the playhead.
//!
//! Everything that can be derived from the moves is derived here, once: queue depth, jobs in flight, utilisation, the
//! conservation of jobs. Metrics, checks and the stage build on it. It must not look ahead, and it must not keep history:
//! what a chart needs over time is a fold of its own.

mod exchanges;
mod holding;
mod rows;
mod signs;
mod station;
mod tally;
mod transition;

pub use exchanges::Exchanges;
pub use rows::Rows;
pub use signs::Signs;
pub use station::{GONE_IN_QUEUE, GONE_IN_SLOTS, SERVED_FOR_NOBODY, StationRow};
pub use tally::{Levels, Tally, Way};
pub use transition::Transition;

use super::{
    Answer, EventKind, Fold, JobId, Outcome, SimTime, Site, Span, StationId, StationKind, TaskId, TextId, Trace,
    TraceEvent, Wait,
};
use litemap::LiteMap;
use station::Breaches;
use std::collections::BTreeMap;

/// The state of a run after some of its events.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// When the last event happened.
    pub now: SimTime,
    /// How many events were taken in.
    pub events: u64,
    /// The stations by number.
    pub stations: Vec<StationRow>,
    /// The jobs by number. Of those that left, only the last are held, unless it was made to keep them.
    pub jobs: Rows<JobRow>,
    /// The tasks by number. Of those that ended, only the last are held.
    pub tasks: Rows<TaskRow>,
    /// Sums over the run so far.
    pub tally: Tally,
    /// The faults that stand: the magnitudes of each kind, in the order of their beginnings.
    pub faults: LiteMap<TextId, Vec<i64>>,
    /// Live parameters that were given another value.
    pub edits: LiteMap<TextId, i64>,
    /// What is asked of the running system.
    pub exchanges: Exchanges,
    /// What the simulated program's panic said.
    pub crash: Option<TextId>,
    /// The station with a name: the first that is open, or else the first.
    named: LiteMap<TextId, StationId>,
    /// Of jobs that hold of a pool: who had them before and has them still, the outermost first: a worker's hand, other pools.
    outer: BTreeMap<JobId, Vec<StationId>>,
    /// Whether there ever was a pool: elsewhere nobody holds anything further out.
    has_pools: bool,
    /// Sums over all stations, kept as they change: there may be hundreds, and they are asked for at every instant.
    held: u64,
    overfull: u32,
    idle: u32,
}

/// Where a job is, or how it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In the system, at this station.
    At(StationId),
    /// Gone.
    Left(Outcome),
    /// Part of another job, whose fate it shares.
    In(JobId),
}

/// One job.
#[derive(Clone, Copy, Debug)]
pub struct JobRow {
    /// When its work was meant to start.
    pub entered: SimTime,
    /// When it came to where it is.
    pub since: SimTime,
    /// Where it is.
    pub fate: Fate,
    /// Whether it is being served there.
    pub started: bool,
    /// The station that waits for its answer, while a call is under way.
    pub caller: StationId,
    /// How its last call ended.
    pub answer: Option<Answer>,
    /// Whether it came in from outside, rather than by a split.
    pub root: bool,
    /// The station it is meant for, or [`StationId::NONE`].
    pub bound: StationId,
    /// The station that is to take it there, or [`StationId::NONE`].
    pub via: StationId,
    /// How many things it asks for of a pool: of the one where it waits, or to which it goes next.
    pub weight: u32,
    /// How many jobs from outside it has taken in by merging: they leave when it leaves, and as it does.
    pub carries: u32,
}

impl JobRow {
    /// Whether a call of it is under way.
    pub fn calling(&self) -> bool {
        self.caller != StationId::NONE
    }

    /// The server that it is out at, while a call of it is under way.
    pub fn server(&self) -> Option<StationId> {
        match self.fate {
            Fate::At(server) if self.calling() => server.some(),
            _ => None,
        }
    }
}

/// One task.
#[derive(Clone, Copy, Debug)]
pub struct TaskRow {
    /// Its name.
    pub name: TextId,
    /// Where it works.
    pub station: StationId,
    /// When it was spawned.
    pub spawned: SimTime,
    /// The size of its future, in bytes: at its end the log may have given that up.
    pub bytes: u32,
    /// What it waits for; none before its first poll and after its end.
    pub wait: Option<WaitRow>,
    /// When and how it ended.
    pub ended: Option<(SimTime, super::Ending)>,
}

impl TaskRow {
    /// Whether it has not ended.
    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }
}

/// What a task waits for.
#[derive(Clone, Copy, Debug)]
pub struct WaitRow {
    /// The kind of wait.
    pub what: Wait,
    /// At which station, if at one.
    pub station: StationId,
    /// The line in the pattern.
    pub site: Site,
    /// The line in the innermost part.
    pub inner: Site,
    /// Since when.
    pub since: SimTime,
}

impl Ledger {
    /// The state before the first event.
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// The state before the first event, which keeps the rows of jobs that left too, as long as there are no more than so many.
    pub fn keeping(jobs: usize) -> Ledger {
        Ledger { jobs: Rows::keeping(jobs), ..Ledger::default() }
    }

    /// A station.
    pub fn station(&self, id: StationId) -> Option<&StationRow> {
        self.stations.get(id.0 as usize)
    }

    /// A job.
    pub fn job(&self, id: JobId) -> Option<&JobRow> {
        self.jobs.get(id.0)
    }

    /// A task.
    pub fn task(&self, id: TaskId) -> Option<&TaskRow> {
        self.tasks.get(id.0)
    }

    /// The station with a name: the open one, where others of that name were closed before.
    pub fn find(&self, name: &str, trace: &Trace) -> Option<(StationId, &StationRow)> {
        let id = *self.named.get(&trace.texts().find(name)?)?;
        Some((id, self.station(id)?))
    }

    /// All stations with their numbers.
    pub fn stations_with_ids(&self) -> impl Iterator<Item = (StationId, &StationRow)> {
        self.stations.iter().enumerate().map(|(i, s)| (StationId(i as u32), s))
    }

    /// The stations that are parts of another.
    pub fn members(&self, of: StationId) -> impl Iterator<Item = (StationId, &StationRow)> {
        self.stations_with_ids().filter(move |(_, s)| s.parent == of)
    }

    /// The tasks that have not ended.
    pub fn live_tasks(&self) -> impl Iterator<Item = (TaskId, &TaskRow)> {
        self.tasks.iter().filter(|(_, t)| t.is_live()).map(|(i, t)| (TaskId(i), t))
    }

    /// How long the call that just ended took: to be asked before [`Fold::apply`] takes its `Answered` in. Which server it went to
    /// its row says until then ([`JobRow::server`]).
    pub fn call_age(&self, job: JobId, at: SimTime) -> Option<Span> {
        self.job(job).filter(|j| j.calling()).map(|j| at - j.since)
    }

    /// A job comes to a station. Whether that is full now, which is asked of those who go `onward` to another.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn arrives(&mut self, id: StationId, job: JobId, started: bool, weight: u32, onward: bool) -> Signs {
        let now = self.now;
        let Some(station) = self.stations.get_mut(id.0 as usize) else { return Signs::NONE };
        station.arrive(job, started, weight, now);
        self.held += u64::from(station.closed.is_none());
        if !station.is_limited() {
            return Signs::NONE;
        }
        let filled = onward && station.fills();
        if let Some(looked) = station.look() {
            self.looked(looked);
        }
        Signs::FILLED.only_if(filled)
    }

    /// A job goes from a station; with `keeping` only for the time being. Whether nobody is left there, which is asked of the same.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn leaves(&mut self, id: StationId, job: JobId, started: bool, keeping: bool, onward: bool) -> Signs {
        let now = self.now;
        let Some(station) = self.stations.get_mut(id.0 as usize) else { return Signs::NONE };
        if station.leave(job, started, keeping, now) && station.closed.is_none() {
            self.held -= 1;
        }
        if !station.is_limited() {
            return Signs::NONE;
        }
        let emptied = onward && station.empties();
        if let Some(looked) = station.look() {
            self.looked(looked);
        }
        Signs::EMPTIED.only_if(emptied)
    }

    /// What is to be seen at the two stations of a job that went on. What fills the one and empties the other is seen of the first alone: the
    /// other is empty when it is so again.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn seen(&mut self, from: StationId, emptied: Signs, filled: Signs) -> Signs {
        if emptied != Signs::NONE && filled != Signs::NONE {
            self.was_full_still(from);
            return filled;
        }
        emptied.and(filled)
    }

    #[cold]
    fn was_full_still(&mut self, id: StationId) {
        if let Some(station) = self.stations.get_mut(id.0 as usize) {
            station.was_full_still();
        }
    }

    /// What rules a station has broken until now and breaks from now on, for the sums over all of them.
    #[cold]
    fn looked(&mut self, (before, now): (Breaches, Breaches)) {
        self.overfull = self.overfull - u32::from(before.overfull) + u32::from(now.overfull);
        self.idle = self.idle - u32::from(before.idle) + u32::from(now.idle);
    }

    /// Changes a station, and with it the sums over all of them.
    fn change(&mut self, id: StationId, change: impl FnOnce(&mut StationRow)) {
        let Some(station) = self.stations.get_mut(id.0 as usize) else { return };
        let held = station.held();
        change(station);
        self.held = self.held - held + station.held();
        if station.is_limited()
            && let Some(looked) = station.look()
        {
            self.looked(looked);
        }
    }

    fn opened(&mut self, id: StationId, row: StationRow) {
        self.has_pools |= row.kind == StationKind::Pool;
        let known = self.named.get(&row.name).and_then(|known| self.station(*known));
        if known.is_none_or(|known| known.closed.is_some()) {
            self.named.insert(row.name, id);
        }
        self.stations.resize(id.0 as usize, row.clone());
        self.stations.push(row);
    }

    fn closed(&mut self, id: StationId) {
        let now = self.now;
        self.change(id, |station| station.close(now));
        // Its name goes to the next that is open; where there is none, the first keeps it.
        let Some(name) = self.station(id).map(|station| station.name) else { return };
        let named = || self.stations_with_ids().filter(|(_, station)| station.name == name);
        let next = named().find(|(_, station)| station.closed.is_none()).or_else(|| named().next());
        if let Some((next, _)) = next {
            self.named.insert(name, next);
        }
    }

    fn spawned(&mut self, child: TaskId, row: TaskRow) {
        let (home, bytes) = (row.station, row.bytes);
        self.tasks.put(child.0, row);
        if let Some(home) = self.stations.get_mut(home.0 as usize) {
            home.task_started();
        }
        self.tally.task_started(bytes.into());
    }
}

impl Fold for Ledger {
    fn bytes(&self) -> usize {
        use std::mem::size_of;
        let queued: usize = self.stations.iter().map(|s| s.queue.len() * size_of::<JobId>()).sum();
        self.jobs.bytes() + self.tasks.bytes() + self.stations.len() * size_of::<StationRow>() + queued
    }

    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        let _what_it_meant = self.take_in(event, trace);
    }
}

impl Ledger {
    /// Takes in the next event, as [`Fold::apply`] does; what it meant for a job, for folds that build on this one and need not
    /// look for it again. Nothing where it moved no job that is known.
    ///
    /// A fold that has asked already what an event is says [`Ledger::goes_on`], and then what it was.
    pub fn take_in(&mut self, event: &TraceEvent, trace: &Trace) -> Option<Transition> {
        self.goes_on(event);
        match event.kind {
            EventKind::Waits { .. } => {
                self.waits(event);
                None
            }
            EventKind::Entered { job, station } => self.comes_in(job, station),
            EventKind::Moved { job, station, started } => self.moves(job, station, started),
            EventKind::Called { job, station, started } => self.calls(job, station, started),
            EventKind::Answered { job, station, answer } => self.comes_back(job, station, answer),
            EventKind::Left { job, outcome } => self.end(job, Fate::Left(outcome)),
            _ => self.take_in_seldom(event, trace),
        }
    }

    /// The next event is about to be taken in.
    #[inline]
    pub fn goes_on(&mut self, event: &TraceEvent) {
        self.now = event.at;
        self.events += 1;
    }

    /// A task waits.
    #[inline]
    pub fn waits(&mut self, event: &TraceEvent) {
        if let EventKind::Waits { what, station, inner } = event.kind
            && let Some(task) = self.tasks.get_mut(event.task.0)
        {
            task.wait = Some(WaitRow { what, station, site: event.site, inner, since: event.at });
        }
    }

    /// What is neither a wait nor one of the steps that most jobs take.
    #[inline(never)]
    pub fn take_in_seldom(&mut self, event: &TraceEvent, trace: &Trace) -> Option<Transition> {
        match event.kind {
            EventKind::Started { job } => self.start(job),
            EventKind::Split { job, child } => self.split(job, child),
            EventKind::Merged { job, into } => self.end(job, Fate::In(into)),
            _ => self.take_in_rare(event, trace),
        }
    }

    /// What comes seldom, and moves no job.
    #[inline(never)]
    fn take_in_rare(&mut self, event: &TraceEvent, trace: &Trace) -> Option<Transition> {
        match event.kind {
            EventKind::Opened { station, kind, name, parent } => {
                let mut row = StationRow::new(kind, name, parent, event.at);
                row.site = event.site;
                self.opened(station, row)
            }
            EventKind::Closed { station } => {
                self.closed(station);
            }
            EventKind::Sized { station, capacity } => {
                self.change(station, |s| s.size(capacity, event.at));
            }
            EventKind::Stated { station, state } => {
                self.change(station, |s| {
                    s.state = Some(state);
                    s.state_since = event.at;
                });
            }
            EventKind::Gauged { station, gauge, value } => {
                self.change(station, |s| s.set_gauge(gauge, value, event.at));
            }
            EventKind::Travelled { station, place, pace } => {
                self.change(station, |s| s.travel(place, pace, event.at));
            }
            EventKind::Bound { job, to, via } => {
                if let Some(row) = self.jobs.get_mut(job.0) {
                    row.bound = to;
                    row.via = via;
                }
            }
            EventKind::Weighs { job, weight } => {
                if let Some(row) = self.jobs.get_mut(job.0) {
                    row.weight = weight;
                }
            }
            EventKind::Spawned { child, name, station } => {
                let bytes = trace.bytes_of(child);
                self.spawned(child, TaskRow { name, station, spawned: event.at, bytes, wait: None, ended: None });
            }
            EventKind::Ended { how } => {
                if let Some(task) = self.tasks.get_mut(event.task.0) {
                    task.wait = None;
                    task.ended = Some((event.at, how));
                    let (home, bytes) = (task.station, task.bytes);
                    self.tasks.over(event.task.0);
                    self.tally.task_ended(bytes.into());
                    if let Some(home) = self.stations.get_mut(home.0 as usize) {
                        home.task_ended();
                    }
                }
            }
            EventKind::Faulted { fault, on, magnitude } => {
                let standing = self.faults.entry(fault).or_default();
                match usize::try_from(magnitude) {
                    _ if on => standing.push(magnitude),
                    Ok(place) if place < standing.len() => drop(standing.remove(place)),
                    _ => {}
                }
                if standing.is_empty() {
                    self.faults.remove(&fault);
                }
            }
            EventKind::Edited { field, value } => {
                self.edits.insert(field, value);
            }
            EventKind::Asked { exchange, .. } => self.exchanges.asked(exchange),
            EventKind::Replied { exchange, status, .. } => self.exchanges.replied(exchange, status),
            EventKind::Crashed { text } => self.crash = Some(text),
            _ => {}
        }
        None
    }
}

impl Ledger {
    /// The magnitudes of the faults of a kind that stand, in the order of their beginnings.
    pub fn standing(&self, fault: &str, trace: &Trace) -> &[i64] {
        let of = self.faults.iter().find(|(name, _)| trace.name(**name) == fault);
        of.map_or(&[], |(_, magnitudes)| magnitudes)
    }

    /// The greatest of them.
    pub fn strongest(&self, fault: &str, trace: &Trace) -> Option<i64> {
        self.standing(fault, trace).iter().copied().max()
    }

    /// The time of the last movement of a job; none when no job is inside. Used to stop runs that make no progress.
    pub fn stands_since(&self) -> Option<SimTime> {
        let last = self.stations.iter().map(|station| station.levels.last_change()).max();
        last.filter(|_| self.tally.in_system > 0)
    }

    /// Whether every job is in exactly one place, none of them a station that was closed, and every job that came in is
    /// there or has left: the sums that must always hold.
    pub fn is_conserved(&self) -> bool {
        let t = &self.tally;
        t.offered == t.departed() + t.in_system && self.held == t.at_stations
    }

    /// Whether every server that has a queue has all its slots in use.
    pub fn keeps_its_slots_busy(&self) -> bool {
        self.idle == 0
    }

    /// Whether no station holds more than its capacity. One that shrank may hold what it held, until it has drained.
    pub fn is_within_capacity(&self) -> bool {
        self.overfull == 0
    }
}
