//! What is known of jobs and of things of a kind by number: where a call comes back to, which of several that are alike one is.

use litemap::LiteMap;
use millrace_trace::{JobId, StationId};
use std::collections::BTreeMap;

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// Where the calls of a job come back to, if not to the caller's own station.
    homes: BTreeMap<JobId, StationId>,
    kinds: LiteMap<&'static str, u32>,
}

impl Numbers {
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
