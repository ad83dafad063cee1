//! A measure, followed through the events of a run.
//!
//! Most begin where the ledger already knows since when: as a job came in, or came to where it is. Only of others the beginning
//! is noted, for as long as the job is between the two steps.

use super::sample::{How, Sample};
use super::series::Series;
use millrace_spec::{At, Measure, Step};
use millrace_trace::ledger::{StationRow, Transition};
use millrace_trace::{EventKind, JobId, Ledger, SimTime, Span, StationId, Trace, TraceEvent};
use std::collections::{BTreeMap, BTreeSet};

/// Since when a job is on its way to the second step.
#[derive(Clone, Debug)]
enum Since {
    /// Since it came in.
    Entered,
    /// The same, to a step that a job may take several times: it comes in but once, so the first of them is meant. Those who are inside and have taken it.
    First(BTreeSet<JobId>),
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
    /// The events that may matter to it: it looks no closer at the others.
    kinds: Kinds,
    series: Vec<(StationId, Series)>,
    /// What was found last: the next is mostly of the same station.
    last: usize,
}

/// Kinds of events that move a job, a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kinds(u8);

impl Kinds {
    const MOVED: Kinds = Kinds(1);
    const STARTED: Kinds = Kinds(1 << 1);
    const CALLED: Kinds = Kinds(1 << 2);
    const ANSWERED: Kinds = Kinds(1 << 3);
    const LEFT: Kinds = Kinds(1 << 4);
    const MERGED: Kinds = Kinds(1 << 5);
    /// Those after which a job is on its way to nowhere.
    const GONE: Kinds = Kinds::LEFT.and(Kinds::MERGED);

    pub(super) const fn and(self, others: Kinds) -> Kinds {
        Kinds(self.0 | others.0)
    }

    pub(super) const fn has(self, one: Kinds) -> bool {
        self.0 & one.0 != 0
    }

    /// Those that may be a step.
    const fn of(step: &Step) -> Kinds {
        match step {
            // What comes in has come from nowhere: that is no step between two.
            Step::Entered => Kinds(0),
            Step::Came(_) => Kinds::MOVED,
            Step::Queued(_) => Kinds::MOVED.and(Kinds::CALLED),
            Step::Served(_) => Kinds::STARTED.and(Kinds::MOVED).and(Kinds::CALLED),
            Step::Called(_) => Kinds::CALLED,
            Step::Answered(_) => Kinds::ANSWERED,
            Step::Went(_) => Kinds::MOVED.and(Kinds::GONE),
            Step::Left => Kinds::LEFT,
        }
    }

    /// That of an event.
    pub(super) const fn one(kind: &EventKind) -> Kinds {
        match kind {
            EventKind::Moved { .. } => Kinds::MOVED,
            EventKind::Started { .. } => Kinds::STARTED,
            EventKind::Called { .. } => Kinds::CALLED,
            EventKind::Answered { .. } => Kinds::ANSWERED,
            EventKind::Left { .. } => Kinds::LEFT,
            EventKind::Merged { .. } => Kinds::MERGED,
            _ => Kinds(0),
        }
    }
}

/// What an event meant for a job, with the stations that it was and is at.
pub(super) struct Change<'a> {
    kind: &'a EventKind,
    kinds: Kinds,
    job: &'a Transition,
    /// How long the call took that ends here, where that was said.
    took: Option<Span>,
    ledger: &'a Ledger,
    trace: &'a Trace,
}

impl Measured {
    /// A measure without samples.
    pub fn new(measure: Measure) -> Measured {
        let since = match (&measure.from, &measure.to) {
            (Step::Entered, Step::Left) => Since::Entered,
            (Step::Entered, _) => Since::First(BTreeSet::new()),
            (Step::Called(from), Step::Answered(to))
            | (Step::Came(from), Step::Went(to))
            | (Step::Queued(from), Step::Served(to))
                if from == to =>
            {
                Since::Here
            }
            _ => Since::Noted(BTreeMap::new()),
        };
        let ends = Kinds::of(&measure.to);
        let kinds = match since {
            Since::Noted(_) => ends.and(Kinds::of(&measure.from)).and(Kinds::GONE),
            Since::First(_) => ends.and(Kinds::GONE),
            Since::Entered | Since::Here => ends,
        };
        Measured { measure, since, kinds, series: Vec::new(), last: 0 }
    }

    /// The stations that have samples of their own, or [`StationId::NONE`] for all together, in the order of their first.
    pub fn series(&self) -> &[(StationId, Series)] {
        &self.series
    }

    /// The kinds of events that may matter to it.
    pub(super) fn kinds(&self) -> Kinds {
        self.kinds
    }

    pub(super) fn series_mut(&mut self) -> impl Iterator<Item = &mut Series> {
        self.series.iter_mut().map(|(_, series)| series)
    }

    /// Takes in an event at a position, with what it meant for its job.
    #[inline]
    pub(super) fn observe(&mut self, event: &TraceEvent, position: u64, change: &Change<'_>) {
        if !self.kinds.has(change.kinds) {
            return;
        }
        if let Some(station) = change.is(&self.measure.to) {
            let since = match &mut self.since {
                Since::Entered => Some(change.job.entered),
                Since::First(taken) => taken.insert(change.job.job).then_some(change.job.entered),
                // Who comes and is served at once has not waited.
                Since::Here => (change.job.from == station).then_some(change.job.since),
                Since::Noted(begun) => begun.remove(&change.job.job),
            };
            if let Some(since) = since {
                let of = if self.measure.by_station { station } else { StationId::NONE };
                let how = change.how(&self.measure.to);
                let took = change.took.filter(|_| matches!(self.measure.from, Step::Called(_)));
                self.push(of, Sample::new(position, event.at, took.unwrap_or(event.at - since), how));
            }
        }
        let is_gone = Kinds::GONE.has(change.kinds);
        match &mut self.since {
            Since::Noted(begun) => {
                if change.is(&self.measure.from).is_some() {
                    begun.insert(change.job.job, event.at);
                } else if is_gone {
                    begun.remove(&change.job.job);
                }
            }
            Since::First(taken) if is_gone => _ = taken.remove(&change.job.job),
            _ => {}
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
    /// What an event meant, in the state after it.
    #[inline]
    pub(super) fn new(
        kind: &'a EventKind,
        job: &'a Transition,
        took: Option<Span>,
        (ledger, trace): (&'a Ledger, &'a Trace),
    ) -> Change<'a> {
        Change { kind, kinds: Kinds::one(kind), job, took, ledger, trace }
    }

    /// The station, if it is one of these.
    fn at(&self, station: StationId, which: &At) -> Option<StationId> {
        let row: &StationRow = self.ledger.station(station)?;
        let is = match which {
            At::Kind(kind) => row.kind == *kind,
            At::Named(name) => self.trace.name(row.name) == name,
        };
        is.then_some(station)
    }

    /// Whether the event is such a step, and at which station.
    #[inline]
    fn is(&self, step: &Step) -> Option<StationId> {
        let (from, to) = (|at| self.at(self.job.from, at), |at| self.at(self.job.to, at));
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
            (Step::Left, EventKind::Left { .. }) if self.job.root => Some(StationId::NONE),
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
