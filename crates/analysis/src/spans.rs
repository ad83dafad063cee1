//! One job's spans through the services: where it was for how long, and within which call.
//!
//! A tree as a trace of a distributed system has it. A call lies within whatever it was made from, and what is made by a connection within the time for
//! which that was had. Who hands a job on ends its own span: so what follows one another stands side by side. What became of a part of it (an item of a batch, a
//! second attempt) is a branch of its own, which may outlast it. Read from the log, for whoever follows a single request.

use millrace_trace::{EventKind, JobId, SimTime, Span, StationId, StationKind, Trace};

/// A span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceSpan {
    /// Whose: of the job that is followed, or of a part of it.
    pub job: JobId,
    /// Where; none for all of the job.
    pub station: StationId,
    /// How many others it lies within.
    pub depth: u32,
    /// From when.
    pub from: SimTime,
    /// Until when; nothing while it lasts.
    pub to: Option<SimTime>,
}

impl ServiceSpan {
    /// How long it takes, or has taken by an instant.
    pub fn length(&self, now: SimTime) -> Span {
        Span(self.to.unwrap_or(now).0.saturating_sub(self.from.0))
    }
}

/// The spans of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    /// Each after the one it lies within.
    pub list: Vec<ServiceSpan>,
    /// How many parts of it have none here, because there are too many.
    pub more: u64,
}

/// So many parts of a job are followed.
const PARTS: usize = 8;
/// A job has no more spans than that: one that is retried for ever has too many for anybody.
const MOST: usize = 200;

impl Spans {
    /// Those of a job, as far as the log goes; nothing if the log does not have its beginning.
    pub fn of(trace: &Trace, job: JobId) -> Option<Spans> {
        let mut finder = Finder::default();
        for event in trace.iter() {
            finder.hear(job, event.at, &event.kind);
            if !finder.jobs.is_empty() && finder.jobs.iter().all(|own| own.open.is_empty()) {
                break;
            }
        }
        let mut all = finder.jobs.into_iter();
        let mut list = all.next()?.list;
        list.extend(all.flat_map(|part| part.list));
        // What takes no time is no span. A job is one however short it was.
        list.retain(|span| span.station == StationId::NONE || span.to != Some(span.from));
        Some(Spans { list, more: finder.more })
    }

    /// Whether it was in more than one place with another inside, so that there is something to see beside where it waited.
    pub fn is_deep(&self) -> bool {
        self.list.iter().any(|span| span.depth > 2)
            || self.list.iter().any(|span| span.depth > 0 && span.station == StationId::NONE)
    }
}

/// A job that is followed.
struct Own {
    job: JobId,
    list: Vec<ServiceSpan>,
    /// Those that last, each within the one before; the first is all of the job.
    open: Vec<usize>,
}

impl Own {
    fn new(job: JobId, depth: u32, at: SimTime) -> Own {
        let whole = ServiceSpan { job, station: StationId::NONE, depth, from: at, to: None };
        Own { job, list: vec![whole], open: vec![0] }
    }

    fn close(&mut self, keep: usize, at: SimTime) {
        for index in self.open.drain(keep.min(self.open.len())..) {
            if let Some(span) = self.list.get_mut(index) {
                span.to = Some(at);
            }
        }
    }

    fn push(&mut self, station: StationId, at: SimTime) {
        let within = self.open.last().and_then(|index| self.list.get(*index));
        let Some(depth) = within.map(|span| span.depth + 1).filter(|_| self.list.len() < MOST) else { return };
        self.open.push(self.list.len());
        self.list.push(ServiceSpan { job: self.job, station, depth, from: at, to: None });
    }

    /// It is at a station: back there, within the last one, or handed on.
    fn goes(&mut self, station: StationId, within: bool, at: SimTime) {
        let is_it = |index: &usize| self.list.get(*index).is_some_and(|span| span.station == station);
        if let Some(place) = self.open.iter().rposition(is_it) {
            return self.close(place + 1, at);
        }
        if !within {
            self.close(1, at);
        }
        self.push(station, at);
    }
}

#[derive(Default)]
struct Finder {
    /// By station: its kind, and that of the one it is a part of.
    kinds: Vec<(Option<StationKind>, Option<StationKind>)>,
    jobs: Vec<Own>,
    more: u64,
}

impl Finder {
    fn own(&mut self, job: JobId) -> Option<&mut Own> {
        self.jobs.iter_mut().find(|own| own.job == job)
    }

    fn hear(&mut self, job: JobId, at: SimTime, kind: &EventKind) {
        match *kind {
            EventKind::Opened { station, kind, parent, .. } => {
                let of = self.kinds.get(parent.0 as usize).and_then(|(kind, _)| *kind);
                let place = station.0 as usize;
                if self.kinds.len() <= place {
                    self.kinds.resize(place + 1, (None, None));
                }
                if let Some(known) = self.kinds.get_mut(place) {
                    *known = (Some(kind), of);
                }
            }
            EventKind::Entered { job: other, station } if other == job => {
                let mut own = Own::new(job, 0, at);
                own.push(station, at);
                self.jobs.push(own);
            }
            EventKind::Split { job: whole, child } if child == job || self.own(whole).is_some() => {
                let depth = u32::from(child != job);
                if self.jobs.len() > PARTS {
                    self.more += 1;
                } else {
                    self.jobs.push(Own::new(child, depth, at));
                }
            }
            EventKind::Moved { job, station, .. } => {
                let pool = Some(StationKind::Pool);
                let kinds = self.kinds.get(station.0 as usize).copied();
                let within = kinds.is_some_and(|(kind, of)| kind == pool || of == pool);
                if let Some(own) = self.own(job) {
                    own.goes(station, within, at);
                }
            }
            EventKind::Called { job, station, .. } => {
                if let Some(own) = self.own(job) {
                    own.push(station, at);
                }
            }
            EventKind::Answered { job, station, .. } => {
                if let Some(own) = self.own(job) {
                    own.goes(station, false, at);
                }
            }
            EventKind::Left { job, .. } | EventKind::Merged { job, .. } => {
                if let Some(own) = self.own(job) {
                    own.close(0, at);
                }
            }
            _ => {}
        }
    }
}
