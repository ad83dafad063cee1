//! What happened so far, as samples over time: calls, departures, levels, the journal, the checks.
//!
//! Folded at the far end of what is computed, with a ledger of its own. Never rewound: [`Prefix`] is what it was at a
//! playhead.

use super::{Checks, Exchanges, Journal, Levels, Prefix, Subject};
use millrace_spec::Check;
use millrace_trace::{
    Answer, EventKind, FarFold, Fold, JobId, Ledger, Outcome, SimTime, Span, StationKind, Trace, TraceEvent,
};

/// A call that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The position of its end in the log.
    pub event: u64,
    /// When it ended.
    pub at: SimTime,
    /// From sending to the answer.
    pub latency: Span,
    /// How it ended.
    pub answer: Answer,
    /// Of which job.
    pub job: JobId,
}

/// How a call ended of which a caller can say how long it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallEnd {
    /// With a success (2xx).
    Success,
    /// With another answer.
    Error,
    /// With no answer until the caller's patience ended; it took as long as that lasted.
    Timeout,
}

impl Call {
    /// How it ended. None where neither an answer came nor patience ended: it was taken back, or could not be made.
    pub const fn end(&self) -> Option<CallEnd> {
        match self.answer {
            answer if !answer.has_latency() => None,
            answer if answer.is_success() => Some(CallEnd::Success),
            Answer::TimedOut => Some(CallEnd::Timeout),
            _ => Some(CallEnd::Error),
        }
    }
}

/// A job that left the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The position in the log.
    pub event: u64,
    /// When.
    pub at: SimTime,
    /// From its intended start to its end.
    pub response: Span,
    /// In which way.
    pub outcome: Outcome,
}

/// A job that a car took on: its waiting is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boarding {
    /// The position in the log.
    pub event: u64,
    /// When.
    pub at: SimTime,
    /// From its intended start until then.
    pub wait: Span,
    /// Which job.
    pub job: JobId,
}

/// A job that a car set down: its ride is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ride {
    /// The position in the log.
    pub event: u64,
    /// When.
    pub at: SimTime,
    /// From boarding until then.
    pub ride: Span,
}

/// The samples of a run.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The state at the far end.
    pub ledger: Ledger,
    /// All calls that ended, in order.
    pub calls: Vec<Call>,
    /// All jobs that left, in order.
    pub departures: Vec<Departure>,
    /// All jobs that a car took on, in order.
    pub boardings: Vec<Boarding>,
    /// All jobs that a car set down, in order.
    pub rides: Vec<Ride>,
    /// What was asked of the running system, and what it answered.
    pub exchanges: Exchanges,
    /// How many calls were under way, and how many jobs queued, rode and waited, over time.
    pub levels: Levels,
    /// How many jobs are at landings and in cars.
    afoot: (i64, i64),
    /// What is worth telling in words.
    pub journal: Journal,
    /// What should hold.
    pub checks: Checks,
}

impl History {
    /// A history that watches these checks.
    pub fn watching(checks: &'static [Check]) -> History {
        History { checks: Checks::new(checks), ..History::default() }
    }

    /// What the history was after so many events, at a playhead.
    pub fn until(&self, events: u64, at: SimTime) -> Prefix<'_> {
        Prefix::new(self, events, at)
    }
}

impl History {
    /// A job goes to a station, or away: what that means for its waiting and its ride.
    fn carried(&mut self, job: JobId, to: millrace_trace::StationId, event: u64, at: SimTime) {
        let is_car = |id| self.ledger.station(id).is_some_and(|s| s.kind == StationKind::Car);
        let Some(row) = self.ledger.job(job) else { return };
        let from_car = matches!(row.fate, millrace_trace::ledger::Fate::At(from) if is_car(from));
        match (from_car, is_car(to)) {
            (false, true) => self.boardings.push(Boarding { event, at, wait: at - row.entered, job }),
            (true, false) => self.rides.push(Ride { event, at, ride: at - row.since }),
            _ => {}
        }
    }
}

impl Fold for History {
    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        let position = self.ledger.events;
        if event.at > self.ledger.now {
            self.checks.instant_over(&self.ledger, trace);
        }
        self.journal.observe(event, position, (&self.ledger, &self.exchanges), trace);
        self.exchanges.observe(event, position);
        match event.kind {
            EventKind::Answered { job, answer, .. } => {
                if let Some(latency) = self.ledger.call_age(job, event.at) {
                    self.calls.push(Call { event: position, at: event.at, latency, answer, job });
                }
            }
            EventKind::Moved { job, station, .. } => self.carried(job, station, position, event.at),
            EventKind::Left { job, outcome } => {
                self.carried(job, millrace_trace::StationId::NONE, position, event.at);
                if let Some(row) = self.ledger.job(job).filter(|row| row.root) {
                    self.departures.push(Departure {
                        event: position,
                        at: event.at,
                        response: event.at - row.entered,
                        outcome,
                    });
                }
            }
            _ => {}
        }
        let (in_flight, before) = (self.ledger.tally.in_flight, level_of(event, &self.ledger));
        self.ledger.apply(event, trace);
        if self.ledger.tally.in_flight != in_flight {
            self.levels.set(Subject::InFlight, position, event.at, self.ledger.tally.in_flight as i64);
        }
        for (station, came) in [(before, -1), (level_of(event, &self.ledger), 1)] {
            let Some((station, row)) = station.and_then(|id| Some((id, self.ledger.station(id)?))) else { continue };
            if matches!(row.kind, StationKind::Channel | StationKind::Car) {
                self.levels.set(Subject::Queue(station), position, event.at, row.levels.present as i64);
            }
            let afoot = match row.kind {
                StationKind::Landing => &mut self.afoot.0,
                StationKind::Car => &mut self.afoot.1,
                _ => continue,
            };
            *afoot += came;
            self.levels.set(Subject::All(row.kind), position, event.at, *afoot);
        }
        if let EventKind::Gauged { station, gauge, value } = event.kind {
            self.levels.set(Subject::Gauge(station, gauge), position, event.at, value);
        }
    }
}

impl FarFold for History {
    fn run_over(&mut self, trace: &Trace) {
        self.checks.run_over(&self.ledger, trace);
    }
}

/// The station of the job that an event moves, in the state that the ledger is in.
fn level_of(event: &TraceEvent, ledger: &Ledger) -> Option<millrace_trace::StationId> {
    let job = match event.kind {
        EventKind::Entered { job, .. }
        | EventKind::Moved { job, .. }
        | EventKind::Called { job, .. }
        | EventKind::Answered { job, .. }
        | EventKind::Merged { job, .. }
        | EventKind::Left { job, .. } => job,
        EventKind::Split { child, .. } => child,
        _ => return None,
    };
    match ledger.job(job)?.fate {
        millrace_trace::ledger::Fate::At(station) => Some(station),
        _ => None,
    }
}
