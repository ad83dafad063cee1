//! What the frame processor alone reports: frames with a result, frames without one, and how long Stop took.

use super::{CUT, FRAMES, JOBS, PUT_ASIDE, READER, RESULTS, USED_OLD};
use millrace_spec::Detail;
use millrace_trace::{EventKind, JobId, Ledger, Outcome, SimTime, StationId, Trace, TraceEvent};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// The counts of the frame processor.
#[derive(Debug)]
pub(super) struct Frames {
    frames: StationId,
    jobs: StationId,
    results: StationId,
    reader: StationId,
    /// Results that lie in their channel.
    unread: BTreeSet<JobId>,
    lost: u64,
    processed: u64,
    abandoned: u64,
    /// Results that say no more than that their frame was cancelled.
    cut: i64,
    /// Results that were too old: used all the same, and put aside.
    used_old: i64,
    put_aside: i64,
    not_submitted: u64,
    stop: Option<SimTime>,
    over: Option<SimTime>,
    panicked: bool,
}

impl Default for Frames {
    fn default() -> Frames {
        Frames {
            frames: StationId::NONE,
            jobs: StationId::NONE,
            results: StationId::NONE,
            reader: StationId::NONE,
            unread: BTreeSet::new(),
            lost: 0,
            processed: 0,
            abandoned: 0,
            cut: 0,
            used_old: 0,
            put_aside: 0,
            not_submitted: 0,
            stop: None,
            over: None,
            panicked: false,
        }
    }
}

impl Detail for Frames {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } => match trace.name(name) {
                FRAMES => self.frames = station,
                JOBS => self.jobs = station,
                RESULTS => self.results = station,
                READER => self.reader = station,
                _ => {}
            },
            EventKind::Moved { job, station, .. } if station == self.results => {
                // One that was handed to a reader that is there no more comes back, and is no other result.
                self.processed += u64::from(self.unread.insert(job));
            }
            EventKind::Moved { job, station, .. } if station == self.reader => {
                self.processed += u64::from(!self.unread.remove(&job));
            }
            EventKind::Left { outcome: Outcome::Cancelled, .. } => self.abandoned += 1,
            EventKind::Left { outcome: Outcome::Rejected, .. } => self.not_submitted += 1,
            EventKind::Left { outcome: Outcome::Lost, .. } => self.lost += 1,
            EventKind::Stated { station, state } if trace.name(state) == "closed" => {
                if station == self.jobs {
                    self.stop = Some(event.at);
                } else if station == self.results {
                    self.over = Some(event.at);
                }
            }
            EventKind::Gauged { station, gauge, value } if station == self.frames => match gauge {
                CUT => self.cut = value,
                USED_OLD => self.used_old = value,
                PUT_ASIDE => self.put_aside = value,
                _ => {}
            },
            EventKind::Crashed { .. } => self.panicked = true,
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let waited = self.stop.zip(self.over).map(|(stop, over)| over.since(stop).0);
        let stop = match (self.stop, self.over) {
            (None, _) => "never called",
            (_, None) => "never returned",
            _ => "returned",
        };
        let members: [(&str, Json); 10] = [
            ("processed", self.processed.into()),
            ("abandoned", self.abandoned.into()),
            ("cut", self.cut.into()),
            ("used_old", self.used_old.into()),
            ("put_aside", self.put_aside.into()),
            ("stop_waited_ns", waited.into()),
            ("panicked", self.panicked.into()),
            ("stop", stop.into()),
            ("not_submitted", self.not_submitted.into()),
            ("unread", (self.lost + self.unread.len() as u64).into()),
        ];
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}
