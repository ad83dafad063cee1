//! Tries, as reports tell of them: how many calls were made for each request that came in, and when each began.
//!
//! A request is a job from outside. A call of a job that was split off it, as a hedge is, is a try of the request. Of the first 10,000
//! requests the beginnings are kept; the sums are of all.

use millrace_trace::{EventKind, JobId, SimTime, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The tries of all requests.
#[derive(Clone, Debug, Default)]
pub struct Tries {
    /// By job that is there: which request it is for, from 0.
    request: BTreeMap<JobId, u64>,
    /// By request of which something is there: how many jobs, and how many tries it had.
    open: BTreeMap<u64, (u32, u32)>,
    starts: Vec<Vec<SimTime>>,
    requests: u64,
    tried: u64,
    made: u64,
    most: u32,
}

impl Tries {
    /// The most entries of a list in a report.
    pub const LISTED: usize = 10_000;

    /// Takes in an event.
    pub fn apply(&mut self, event: &TraceEvent) {
        match event.kind {
            EventKind::Entered { job, .. } => {
                self.request.insert(job, self.requests);
                self.open.insert(self.requests, (1, 0));
                if self.starts.len() < Tries::LISTED {
                    self.starts.push(Vec::new());
                }
                self.requests += 1;
            }
            EventKind::Split { job, child } => {
                if let Some(request) = self.request.get(&job).copied() {
                    self.request.insert(child, request);
                    self.open.entry(request).or_default().0 += 1;
                }
            }
            EventKind::Called { job, .. } => self.called(job, event.at),
            EventKind::Left { job, .. } | EventKind::Merged { job, .. } => {
                let Some(request) = self.request.remove(&job) else { return };
                let left = self.open.get_mut(&request).map_or(0, |(jobs, _)| {
                    *jobs = jobs.saturating_sub(1);
                    *jobs
                });
                if left == 0 {
                    self.open.remove(&request);
                }
            }
            _ => {}
        }
    }

    fn called(&mut self, job: JobId, at: SimTime) {
        let Some(request) = self.request.get(&job).copied() else { return };
        let (_, tries) = self.open.entry(request).or_default();
        *tries += 1;
        self.made += 1;
        self.tried += u64::from(*tries == 1);
        self.most = self.most.max(*tries);
        if let Some(starts) = usize::try_from(request).ok().and_then(|index| self.starts.get_mut(index)) {
            starts.push(at);
        }
    }

    /// How many were made.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// How many were made for each request that came.
    pub fn amplification(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.made as f64 / self.requests as f64)
    }

    /// `attempts`, as reports have it: all that were made, the mean and the most of those requests that were tried at all, and how many were
    /// made for each that came.
    pub fn attempts(&self) -> Json {
        let mean = (self.tried > 0).then(|| self.made as f64 / self.tried as f64);
        json!({ "made": self.made, "mean": mean, "max": self.most, "amplification": self.amplification() })
    }

    /// Puts `tries` into a report: for each request, in the order of coming, when its tries began; and how many requests are left off.
    pub fn list_in(&self, report: &mut Map<String, Json>) {
        let nanos = |starts: &Vec<SimTime>| starts.iter().map(|at| at.0).collect::<Vec<u64>>();
        report.insert("tries".to_owned(), json!(self.starts.iter().map(nanos).collect::<Vec<_>>()));
        report.insert("truncated".to_owned(), json!(self.requests - self.starts.len() as u64));
    }
}
