//! What a queue by class shows of itself, for whoever draws it, checks it or reports it.
//!
//! Everything stands in the gauges of one station, that of the main queue; the rails, and what waits elsewhere, are members of it. Which class a job
//! is of is said as it comes: it is bound for the station of its rail.

use super::Packed;
use millrace_trace::{Gauge, Span};

/// What the gauges of the station of a queue by class mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RailGauges {
    /// How many were let in and then thrown away, or lost after they had been begun, by class, of which there are four at most.
    pub dropped: [Gauge; 4],
    /// How many were let in and never begun, as they were handed to somebody who is not there any more, or lay there as all came to its end.
    pub never_run: Gauge,
    /// How many were lost until the process that they were in crashed, or with it. It does not know of them afterwards; whoever watches does.
    pub until_crash: Gauge,
    /// How many were handed to somebody who is not there.
    pub stranded: Gauge,
    /// How many were turned away because there was no room.
    pub refused: Gauge,
    /// 1 where who matters more goes first, whenever it came.
    pub is_strict: Gauge,
    /// 1 where what was let in is never thrown away.
    pub keeps: Gauge,
    /// How many were begun while somebody who matters more was waiting.
    pub inverted: Gauge,
    /// How many were begun before others of a higher class because they had waited for so long.
    pub aged: Gauge,
    /// How many attempts failed.
    pub failures: Gauge,
    /// How many attempts are to be made again, or were.
    pub retried: Gauge,
    /// How many attempts panicked.
    pub panicked: Gauge,
    /// How many of them are counted as done.
    pub panics_done: Gauge,
    /// How many workers sleep with a task in hand that failed.
    pub sleeping: Gauge,
    /// How many handlers go on although their time was over and nobody waits for them.
    pub left_running: Gauge,
    /// How many workers there are.
    pub workers: Gauge,
    /// How many there were, and how many of them at work, when the statistics last looked.
    pub seen: [Gauge; 2],
    /// How many were put into a queue, again and again where they came again.
    pub submitted: Gauge,
    /// The longest that anybody has waited so far until it was begun, in ns.
    pub longest: Gauge,
    /// How often a task was tried that is to be tried again: see [`TriedTask`]. It is no count, and no other channel has a gauge of this number.
    pub tried: Gauge,
}

/// The class that somebody of a class counts as who has waited so long.
pub fn risen(class: usize, waited: Span, age: Span) -> usize {
    let gained = waited.0.checked_div(age.0).unwrap_or(0);
    class.saturating_sub(usize::try_from(gained).unwrap_or(usize::MAX))
}

/// How often a task was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriedTask {
    /// The number of its job.
    pub job: u32,
    /// How often.
    pub tries: u32,
}

impl Packed for TriedTask {
    fn packed(self) -> i64 {
        (i64::from(self.job) << 16) | i64::from(self.tries.min(0xFFFF))
    }

    fn read(packed: i64) -> TriedTask {
        TriedTask { job: (packed >> 16) as u32, tries: packed as u32 & 0xFFFF }
    }
}

impl RailGauges {
    /// The gauges of every such station.
    pub const ALL: RailGauges = RailGauges {
        dropped: [Gauge(0), Gauge(1), Gauge(2), Gauge(3)],
        never_run: Gauge(4),
        stranded: Gauge(19),
        refused: Gauge(5),
        is_strict: Gauge(6),
        inverted: Gauge(7),
        aged: Gauge(8),
        failures: Gauge(9),
        retried: Gauge(10),
        panicked: Gauge(11),
        panics_done: Gauge(12),
        sleeping: Gauge(13),
        left_running: Gauge(14),
        workers: Gauge(15),
        seen: [Gauge(16), Gauge(17)],
        submitted: Gauge(18),
        longest: Gauge(20),
        keeps: Gauge(21),
        until_crash: Gauge(22),
        tried: Gauge(60),
    };

    /// How many numbers the counts take.
    pub const COUNT: usize = 23;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_a_task_was_tried_reads_back() {
        for (job, tries) in [(0, 0), (7, 3), (u32::MAX, 101)] {
            let tried = TriedTask { job, tries };
            assert_eq!(TriedTask::read(tried.packed()), tried);
        }
    }
}
