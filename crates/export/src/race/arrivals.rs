//! A digest of the traffic of a run: who came when, from where and where to. Equal digests are the proof that two runs met
//! the same people.

use millrace_trace::{EventKind, Fold, JobId, SimTime, StationId, TaskId, Trace, TraceEvent, TraceHash};

/// Those who came in from outside, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    all: Vec<Arrival>,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    job: JobId,
    at: SimTime,
    from: StationId,
    to: StationId,
}

impl Fold for Arrivals {
    fn apply(&mut self, event: &TraceEvent, _: &Trace) {
        match event.kind {
            EventKind::Entered { job, station } => {
                self.all.push(Arrival { job, at: event.at, from: station, to: StationId::NONE });
            }
            EventKind::Bound { job, to, .. } => {
                // Jobs are numbered in the order of entering.
                let index = self.all.partition_point(|a| a.job < job);
                if let Some(arrival) = self.all.get_mut(index).filter(|a| a.job == job && a.to == StationId::NONE) {
                    arrival.to = to;
                }
            }
            _ => {}
        }
    }
}

impl Arrivals {
    /// The digest: of times and the names of places, with people by their place in the queue. Numbers of jobs and stations are
    /// a run's own affair; so are the times, unless the traffic sets them.
    pub fn digest<'a>(&self, timed: bool, name: impl Fn(StationId) -> &'a str) -> TraceHash {
        let mut hash = TraceHash::default();
        for (job, arrival) in (0..).zip(&self.all) {
            let kind = EventKind::Entered { job: JobId(job), station: StationId::NONE };
            let site = millrace_trace::Site::NONE;
            let at = if timed { arrival.at } else { SimTime::ZERO };
            hash.event(&TraceEvent { at, task: TaskId::NONE, kind, site });
            hash.text(name(arrival.from));
            hash.text(name(arrival.to));
        }
        hash
    }
}
