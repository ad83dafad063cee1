//! What is known of jobs and of things of a kind by number: which attempt a call is, where it comes back to, which of several
//! that are alike it is.

use millrace_trace::{JobId, StationId};
use std::collections::BTreeMap;

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// How many calls were made with each job, by number.
    calls: Vec<u32>,
    /// Where the calls of a job come back to, if not to the caller's own station.
    homes: BTreeMap<JobId, StationId>,
    kinds: BTreeMap<&'static str, u32>,
}

impl Numbers {
    /// A call is made with a job.
    pub fn call_made(&mut self, job: JobId) {
        let index = job.0 as usize;
        if self.calls.len() <= index {
            self.calls.resize(index + 1, 0);
        }
        if let Some(made) = self.calls.get_mut(index) {
            *made = made.saturating_add(1);
        }
    }

    /// Which attempt the last call of a job is, from 0.
    pub fn attempt(&self, job: JobId) -> u32 {
        self.calls.get(job.0 as usize).map_or(0, |made| made.saturating_sub(1))
    }

    /// Where the calls of a job come back to, if that was said.
    pub fn home(&self, job: JobId) -> Option<StationId> {
        self.homes.get(&job).copied()
    }

    /// Says where the calls of a job come back to from now on; none for the caller's own station.
    pub fn set_home(&mut self, job: JobId, home: Option<StationId>) {
        match home {
            Some(home) => self.homes.insert(job, home),
            None => self.homes.remove(&job),
        };
    }

    /// How many of a kind there were before this one.
    pub fn next_of(&mut self, kind: &'static str) -> u32 {
        let next = self.kinds.entry(kind).or_default();
        std::mem::replace(next, next.saturating_add(1))
    }
}
