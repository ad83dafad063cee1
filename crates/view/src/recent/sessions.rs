//! The sessions of a source: of each what became of the last that it sent, and how many of all became what.
//!
//! A session is no station. Whose one is that comes in stands in a gauge right before (see [`SessionGauges`]), and where it is while it is inside the ledger
//! knows; so what is kept is who was the last of each session, whose those are that are inside, and the ends. It is a part of key frames: sixteen bytes
//! a session, and no more for a longer run.

use millrace_spec::{LimiterGauges, SessionGauges};
use millrace_trace::{EventKind, JobId, Ledger, Outcome, SimTime, StationId, StationKind, TraceEvent};
use std::collections::{BTreeMap, VecDeque};

/// More sessions than these have no place of their own.
const MOST: usize = 20_000;
/// A bin of what came and what was answered, in ns: so many make a second.
const BIN: u64 = 50_000_000;
const BINS: u64 = 20;

/// What became of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is inside.
    Inside,
    /// It was answered.
    Answered,
    /// What it came to was full.
    Full,
    /// It was over a limit.
    Limited,
    /// It failed.
    Failed,
    /// It is lost.
    Lost,
}

/// The ends, in the order of their numbers.
const ENDS: usize = Became::Lost as usize;

/// The last of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// It.
    pub job: JobId,
    /// What became of it.
    pub became: Became,
    /// When it came, while it is inside; else when it left.
    pub at: SimTime,
}

/// The sessions of a source.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    last: Vec<Option<Last>>,
    /// Those that are inside, with whose they are.
    inside: BTreeMap<JobId, u32>,
    ends: [u64; ENDS],
    came: u64,
    /// By bin: how many came, and how many were answered.
    lately: VecDeque<(u64, [u32; 2])>,
    /// Of which session the next one is.
    whose: u32,
    /// A limiter refused what came last.
    refused: bool,
}

impl Sessions {
    /// There are so many.
    pub(super) fn are(&mut self, n: i64) {
        self.last.resize(usize::try_from(n).unwrap_or(0).min(MOST), None);
    }

    /// Takes in an event, with the state after it.
    pub(super) fn settle(&mut self, source: StationId, event: &TraceEvent, after: &Ledger) {
        match event.kind {
            EventKind::Gauged { station, gauge, value } => {
                if station == source && gauge == SessionGauges::ALL.whose {
                    self.whose = u32::try_from(value).unwrap_or(0);
                } else if gauge == LimiterGauges::ALL.refused
                    && after.station(station).is_some_and(|row| row.kind == StationKind::Gate)
                {
                    self.refused = true;
                }
            }
            EventKind::Entered { job, station } if station == source => {
                self.refused = false;
                self.came += 1;
                self.inside.insert(job, self.whose);
                self.count(event.at, 0);
                if let Some(last) = self.last.get_mut(self.whose as usize) {
                    *last = Some(Last { job, became: Became::Inside, at: event.at });
                }
            }
            EventKind::Left { job, outcome } => self.left(job, outcome, event.at),
            _ => {}
        }
    }

    fn left(&mut self, job: JobId, outcome: Outcome, at: SimTime) {
        let Some(whose) = self.inside.remove(&job) else { return };
        let became = match outcome {
            Outcome::Rejected if self.refused => Became::Limited,
            Outcome::Rejected => Became::Full,
            Outcome::Lost => Became::Lost,
            _ if outcome.is_served() => Became::Answered,
            _ => Became::Failed,
        };
        if became == Became::Answered {
            self.count(at, 1);
        }
        if let Some(n) = self.ends.get_mut(became as usize - 1) {
            *n += 1;
        }
        if let Some(Some(last)) = self.last.get_mut(whose as usize)
            && last.job == job
        {
            *last = Last { job, became, at };
        }
    }

    fn count(&mut self, at: SimTime, what: usize) {
        let bin = at.0 / BIN;
        if self.lately.back().is_none_or(|(last, _)| *last < bin) {
            self.lately.push_back((bin, [0; 2]));
            while self.lately.front().is_some_and(|(first, _)| first + BINS < bin) {
                self.lately.pop_front();
            }
        }
        if let Some(n) = self.lately.back_mut().and_then(|(_, counts)| counts.get_mut(what)) {
            *n += 1;
        }
    }

    /// The last of each session, if it sent one yet.
    pub fn last(&self) -> &[Option<Last>] {
        &self.last
    }

    /// Those that are inside.
    pub fn inside(&self) -> impl Iterator<Item = JobId> + '_ {
        self.inside.keys().copied()
    }

    /// How many came.
    pub fn came(&self) -> u64 {
        self.came
    }

    /// How many of those that left became so.
    pub fn ended(&self, became: Became) -> u64 {
        (became as usize).checked_sub(1).and_then(|place| self.ends.get(place)).copied().unwrap_or(0)
    }

    /// How many came in a second lately, and how many were answered: in the bins of the last second that are over.
    pub fn rates(&self, now: SimTime) -> (f64, f64) {
        let bin = now.0 / BIN;
        let over = bin.clamp(1, BINS);
        let shown = self.lately.iter().filter(|(at, _)| *at < bin && at + over >= bin);
        let (came, answered) = shown.fold((0, 0), |sum, (_, [came, answered])| (sum.0 + came, sum.1 + answered));
        let each_second = BINS as f64 / over as f64;
        (f64::from(came) * each_second, f64::from(answered) * each_second)
    }

    /// The memory that it takes, about.
    pub(super) fn bytes(&self) -> usize {
        self.last.len() * std::mem::size_of::<Option<Last>>() + self.inside.len() * 16
    }
}
