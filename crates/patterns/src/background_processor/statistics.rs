//! The statistics of the processor, by the names that its code has for them; and what it has no name for.
//!
//! They are counted as things happen, for whoever asks a system that runs. The report counts the same by the trace alone, and a test holds the two
//! against each other.

use super::rank::Rank;
use millrace_parts::Times;
use millrace_trace::{Outcome, SimTime, Span};
use serde_json::{Value as Json, json};

/// How long final attempts took: the mean, as the code has it or as it is; the shortest, and the longest.
pub(super) fn of_times(times: &Times, is_shipped: bool) -> [Span; 3] {
    let mean = if is_shipped { times.halved() } else { times.mean() };
    [mean, times.shortest(), times.longest()]
}

/// What is counted as it happens, beside what the gauges say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// By class. As shipped whoever comes again counts again.
    pub came: [u64; 4],
    pub accepted: u64,
    pub completed: u64,
    pub failed: u64,
    /// Tasks that a worker has in hand.
    pub in_hand: u64,
    /// How long final attempts took.
    pub times: Times,
}

impl Tally {
    /// So many came to their end, so long after they were last begun.
    pub fn ended(&mut self, outcome: Outcome, many: u32, took: Span) {
        let count = match outcome {
            Outcome::Completed => &mut self.completed,
            Outcome::Failed => &mut self.failed,
            _ => return,
        };
        *count += u64::from(many);
        (0..many).for_each(|_| self.times.add(took));
    }
}

/// The statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// `total_tasks`.
    pub total: u64,
    /// `completed_tasks`.
    pub completed: u64,
    /// `failed_tasks`.
    pub failed: u64,
    /// `retried_tasks`.
    pub retried: u64,
    /// `queued_tasks`, which never decreases.
    pub queued: u64,
    /// `active_tasks`.
    pub active: u64,
    /// `average_time`, `min_time` and `max_time`.
    pub times: [Span; 3],
    /// `queue_size`.
    pub queue_size: u64,
    /// `active_workers`.
    pub active_workers: u64,
    /// `total_workers`.
    pub total_workers: u64,
    /// When it is asked for, by which `task_throughput` is worked out.
    pub now: SimTime,
    /// `last_reset`: when it began, as nobody ever resets it.
    pub last_reset: SimTime,
    /// Of which type all are: the one of `tasks_by_type`.
    pub kind: String,
    /// `tasks_by_priority`, from what matters most on.
    pub by_priority: [u64; 4],
    /// How many were turned away, thrown away after they were accepted, and never begun; and how many attempts panicked: the code has no name for these.
    pub refused: u64,
    /// See `refused`.
    pub dropped: u64,
    /// See `refused`.
    pub never_run: u64,
    /// See `refused`.
    pub panicked: u64,
}

impl Statistics {
    /// `worker_utilization`.
    pub fn utilization(&self) -> f64 {
        if self.total_workers == 0 { 0.0 } else { self.active_workers as f64 / self.total_workers as f64 }
    }

    /// `task_throughput`, a second.
    pub fn throughput(&self) -> f64 {
        let seconds = self.now.since(self.last_reset).0 as f64 / 1e9;
        if seconds > 0.0 { self.completed as f64 / seconds } else { 0.0 }
    }

    /// `tasks_by_priority`.
    pub fn priorities(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        Rank::ALL.into_iter().map(Rank::id).zip(self.by_priority)
    }

    /// All of them, by their names. Times are nanoseconds.
    pub fn entries(&self) -> [(&'static str, Json); 21] {
        let [average, min, max] = self.times;
        let by_priority = self.priorities().map(|(class, n)| (class.to_owned(), n.into()));
        [
            ("total_tasks", self.total.into()),
            ("completed_tasks", self.completed.into()),
            ("failed_tasks", self.failed.into()),
            ("retried_tasks", self.retried.into()),
            ("queued_tasks", self.queued.into()),
            ("active_tasks", self.active.into()),
            ("average_time", average.0.into()),
            ("min_time", min.0.into()),
            ("max_time", max.0.into()),
            ("queue_size", self.queue_size.into()),
            ("active_workers", self.active_workers.into()),
            ("total_workers", self.total_workers.into()),
            ("worker_utilization", self.utilization().into()),
            ("task_throughput", self.throughput().into()),
            ("last_reset", self.last_reset.0.into()),
            ("tasks_by_type", json!({ self.kind.as_str(): self.total })),
            ("tasks_by_priority", Json::Object(by_priority.collect())),
            ("refused_tasks", self.refused.into()),
            ("dropped_tasks", self.dropped.into()),
            ("never_run_tasks", self.never_run.into()),
            ("panicked_tasks", self.panicked.into()),
        ]
    }
}
