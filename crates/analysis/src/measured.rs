//! A measure, followed through the events of a run.
//!
//! Most begin where the ledger already knows since when: as a job came in, or came to where it is. Only of others the beginning
//! is noted, for as long as the job is between the two steps.

use super::sample::{How, Sample};
use super::series::Series;
use millrace_spec::{At, Measure, Step};
use millrace_trace::ledger::{Fate, JobRow, StationRow};
use millrace_trace::{EventKind, JobId, Ledger, SimTime, StationId, Trace, TraceEvent};
use std::collections::BTreeMap;

/// Since when a job is on its way to the second step.
#[derive(Clone, Debug)]
enum Since {
    /// Since it came in.
    Entered,
    /// Since it came to where it is.
    Here,
    /// Since what was noted.
    Noted(BTreeMap<JobId, SimTime>),
}

/// A measure with its samples.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What is measured.
    pub measure: Measure,
    since: Since,
    series: Vec<(StationId, Series)>,
    /// What was found last: the next is mostly of the same station.
    last: usize,
}

/// What an event means for a job: where it is, where it goes. Found once for all measures.
pub(super) struct Change<'a> {
    kind: &'a EventKind,
    job: JobId,
    row: &'a JobRow,
    from: Option<(StationId, &'a StationRow)>,
    to: Option<(StationId, &'a StationRow)>,
    trace: &'a Trace,
}

impl Measured {
    /// A measure without samples.
    pub fn new(measure: Measure) -> Measured {
        let since = match (&measure.from, &measure.to) {
            (Step::Entered, _) => Since::Entered,
            (Step::Called(from), Step::Answered(to))
            | (Step::Came(from), Step::Went(to))
            | (Step::Queued(from), Step::Served(to))
                if from == to =>
            {
                Since::Here
            }
            _ => Since::Noted(BTreeMap::new()),
        };
        Measured { measure, since, series: Vec::new(), last: 0 }
    }

    /// The stations that have samples of their own, or [`StationId::NONE`] for all together, in the order of their first.
    pub fn series(&self) -> &[(StationId, Series)] {
        &self.series
    }

    pub(super) fn series_mut(&mut self) -> impl Iterator<Item = &mut Series> {
        self.series.iter_mut().map(|(_, series)| series)
    }

    /// Takes in an event at a position, with what it means for its job.
    #[inline]
    pub(super) fn observe(&mut self, event: &TraceEvent, position: u64, change: &Change<'_>) {
        if let Some(station) = change.is(&self.measure.to) {
            let since = match &mut self.since {
                Since::Entered => Some(change.row.entered),
                // Who comes and is served at once has not waited.
                Since::Here => change.from.filter(|(from, _)| *from == station).map(|_| change.row.since),
                Since::Noted(begun) => begun.remove(&change.job),
            };
            if let Some(since) = since {
                let of = if self.measure.by_station { station } else { StationId::NONE };
                let how = change.how(&self.measure.to);
                self.push(of, Sample::new(position, event.at, event.at - since, how));
            }
        }
        if let Since::Noted(begun) = &mut self.since {
            if change.is(&self.measure.from).is_some() {
                begun.insert(change.job, event.at);
            } else if matches!(event.kind, EventKind::Left { .. } | EventKind::Merged { .. }) {
                begun.remove(&change.job);
            }
        }
    }

    fn push(&mut self, of: StationId, sample: Sample) {
        if self.series.get(self.last).is_none_or(|(station, _)| *station != of) {
            self.last = self.series.iter().position(|(station, _)| *station == of).unwrap_or_else(|| {
                self.series.push((of, Series::default()));
                self.series.len() - 1
            });
        }
        if let Some((_, series)) = self.series.get_mut(self.last) {
            series.push(sample);
        }
    }
}

impl<'a> Change<'a> {
    /// What an event means, in the state before it; none where it moves no job that is there.
    #[inline]
    pub(super) fn of(kind: &'a EventKind, before: &'a Ledger, trace: &'a Trace) -> Option<Change<'a>> {
        let (job, to) = match *kind {
            EventKind::Moved { job, station, .. }
            | EventKind::Called { job, station, .. }
            | EventKind::Answered { job, station, .. } => (job, station),
            EventKind::Started { job } | EventKind::Left { job, .. } | EventKind::Merged { job, .. } => {
                (job, StationId::NONE)
            }
            _ => return None,
        };
        let row = before.job(job)?;
        let station = |id: StationId| before.station(id).map(|row| (id, row));
        let from = if let Fate::At(at) = row.fate { station(at) } else { None };
        Some(Change { kind, job, row, from, to: station(to), trace })
    }

    fn at(&self, place: Option<(StationId, &StationRow)>, which: &At) -> Option<StationId> {
        let (id, row) = place?;
        let is = match which {
            At::Kind(kind) => row.kind == *kind,
            At::Named(name) => self.trace.name(row.name) == name,
        };
        is.then_some(id)
    }

    /// Where the job is.
    #[inline]
    pub(super) fn from(&self) -> Option<StationId> {
        self.from.map(|(id, _)| id)
    }

    /// Whether the event is such a step, and at which station.
    #[inline]
    fn is(&self, step: &Step) -> Option<StationId> {
        let (from, to) = (|at| self.at(self.from, at), |at| self.at(self.to, at));
        match (step, self.kind) {
            (Step::Came(at), EventKind::Moved { .. }) => to(at).filter(|_| from(at).is_none()),
            (Step::Queued(at), EventKind::Moved { started: false, .. } | EventKind::Called { started: false, .. }) => {
                to(at)
            }
            (Step::Served(at), EventKind::Started { .. }) => from(at),
            (Step::Served(at), EventKind::Moved { started: true, .. } | EventKind::Called { started: true, .. }) => {
                to(at)
            }
            (Step::Called(at), EventKind::Called { .. }) => to(at),
            (Step::Answered(at), EventKind::Answered { .. }) => from(at),
            (Step::Went(at), EventKind::Moved { .. } | EventKind::Left { .. } | EventKind::Merged { .. }) => {
                from(at).filter(|_| to(at).is_none())
            }
            // Parts leave with their whole.
            (Step::Left, EventKind::Left { .. }) if self.row.root => Some(StationId::NONE),
            _ => None,
        }
    }

    fn how(&self, step: &Step) -> How {
        match (step, self.kind) {
            (Step::Answered(_), EventKind::Answered { answer, .. }) => How::of(*answer),
            (Step::Left, EventKind::Left { outcome, .. }) => How::Left(*outcome),
            _ => How::Reached,
        }
    }
}
