//! A measure, followed through the events of a run.
//!
//! Most begin where the ledger already knows since when: as a job came in, or came to where it is. Only of others the beginning
//! is noted, for as long as the job is between the two steps.

use super::sample::{How, Sample};
use super::series::Series;
use millrace_spec::{At, Measure, Step};
use millrace_trace::ledger::{Signs, StationRow, Transition};
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
    /// What may matter to it: it looks no closer at anything else.
    cares: Signs,
    series: Vec<(StationId, Series)>,
    /// What was found last: the next is mostly of the same station.
    last: usize,
}

/// Those after which a job is on its way to nowhere.
const GONE: Signs = Signs::LEFT.and(Signs::MERGED);

/// Those of events that may be a step.
const fn of(step: &Step) -> Signs {
    match step {
        // What comes in has come from nowhere: that is no step between two.
        Step::Entered => Signs::NONE,
        Step::Came(_) => Signs::MOVED,
        Step::Queued(_) => Signs::MOVED.and(Signs::CALLED),
        Step::Served(_) => Signs::STARTED.and(Signs::MOVED).and(Signs::CALLED),
        Step::Called(_) => Signs::CALLED,
        Step::Answered(_) => Signs::ANSWERED,
        Step::Went(_) => Signs::MOVED.and(GONE),
        Step::Left => Signs::LEFT,
    }
}

/// What an event meant for a job, with the stations that it was and is at.
pub(super) struct Change<'a> {
    kind: &'a EventKind,
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
        let ends = of(&measure.to);
        let cares = match since {
            Since::Noted(_) => ends.and(of(&measure.from)).and(GONE),
            Since::First(_) => ends.and(GONE),
            Since::Entered | Since::Here => ends,
        };
        Measured { measure, since, cares, series: Vec::new(), last: 0 }
    }

    /// The stations that have samples of their own, or [`StationId::NONE`] for all together, in the order of their first.
    pub fn series(&self) -> &[(StationId, Series)] {
        &self.series
    }

    /// What may matter to it.
    pub(super) fn cares(&self) -> Signs {
        self.cares
    }

    pub(super) fn series_mut(&mut self) -> impl Iterator<Item = &mut Series> {
        self.series.iter_mut().map(|(_, series)| series)
    }

    /// Takes in an event at a position, with what it meant for its job.
    #[inline]
    pub(super) fn observe(&mut self, event: &TraceEvent, position: u64, change: &Change<'_>) {
        if self.cares.has(change.job.signs) {
            self.look_closer(event, position, change);
        }
    }

    #[inline(never)]
    fn look_closer(&mut self, event: &TraceEvent, position: u64, change: &Change<'_>) {
        if let Some(station) = change.is(&self.measure.to) {
            let since = match &mut self.since {
                Since::Entered => Some(change.job.entered),
                // Who comes and is served at once has not waited.
                Since::Here => (change.job.from == station).then_some(change.job.since),
                Since::First(taken) => first(taken, change.job),
                Since::Noted(begun) => begun.remove(&change.job.job),
            };
            if let Some(since) = since {
                let of = if self.measure.by_station { station } else { StationId::NONE };
                let how = change.how(&self.measure.to);
                let took = change.took.filter(|_| matches!(self.measure.from, Step::Called(_)));
                self.push(of, Sample::new(position, event.at, took.unwrap_or(event.at - since), how));
            }
        }
        if let Since::Noted(_) | Since::First(_) = self.since {
            self.note(event, change);
        }
    }

    /// Whose way to the second step begins, or is over.
    #[inline(never)]
    fn note(&mut self, event: &TraceEvent, change: &Change<'_>) {
        let is_gone = GONE.has(change.job.signs);
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

    #[inline]
    fn push(&mut self, of: StationId, sample: Sample) {
        if self.series.get(self.last).is_none_or(|(station, _)| *station != of) {
            self.find(of);
        }
        if let Some((_, series)) = self.series.get_mut(self.last) {
            series.push(sample);
        }
    }

    #[cold]
    fn find(&mut self, of: StationId) {
        self.last = self.series.iter().position(|(station, _)| *station == of).unwrap_or_else(|| {
            self.series.push((of, Series::default()));
            self.series.len() - 1
        });
    }
}

/// Since when a job is on its way to a step that it takes for the first time.
#[inline(never)]
fn first(taken: &mut BTreeSet<JobId>, job: &Transition) -> Option<SimTime> {
    taken.insert(job.job).then_some(job.entered)
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
        Change { kind, job, took, ledger, trace }
    }

    /// The station, if it is one of these.
    #[inline]
    fn at(&self, station: StationId, which: &At) -> Option<StationId> {
        let row: &StationRow = self.ledger.station(station)?;
        let is = match which {
            At::Kind(kind) => row.kind == *kind,
            At::Named(name) => self.is_named(row, name),
        };
        is.then_some(station)
    }

    #[inline(never)]
    fn is_named(&self, row: &StationRow, name: &str) -> bool {
        self.trace.name(row.name) == name
    }

    /// Whether the event is such a step, and at which station.
    #[inline]
    fn is(&self, step: &Step) -> Option<StationId> {
        match (step, self.kind) {
            (Step::Answered(at), EventKind::Answered { .. }) => self.at(self.job.from, at),
            // Parts leave with their whole.
            (Step::Left, EventKind::Left { .. }) => self.job.root.then_some(StationId::NONE),
            _ => self.is_on_the_way(step),
        }
    }

    #[inline(never)]
    fn is_on_the_way(&self, step: &Step) -> Option<StationId> {
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
            (Step::Went(at), EventKind::Moved { .. } | EventKind::Left { .. } | EventKind::Merged { .. }) => {
                from(at).filter(|_| to(at).is_none())
            }
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
