//! Which attempt a call is: the first of its job at that server, the second, and so on.
//!
//! A server that is asked again throws other dice, and one that is asked for the first time those of a first attempt, whoever else
//! was asked before: with a cache in between or without it, a job meets the same at the origin. Nearly every job is called
//! once, and that is written in the job's own handle; only those that go on to a second call are in a table, until they leave.
//! So the memory is that of the jobs that are there, however many there were.

use millrace_trace::{JobId, StationId};
use std::collections::BTreeMap;

/// A call as the server that it goes to sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The job.
    pub job: JobId,
    /// Which call of the job at this server it is, from 0: the key of its dice.
    pub number: u32,
}

/// The calls of a job so far, in two bytes: every job in somebody's hands has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Called(u16);

impl Called {
    /// There was none.
    pub const NEVER: Called = Called(u16::MAX);
    /// There were several, or one at a station whose number takes more than two bytes: the table has them.
    const IN_TABLE: Called = Called(u16::MAX - 1);

    fn once(server: StationId) -> Called {
        u16::try_from(server.0).ok().filter(|number| *number < Called::IN_TABLE.0).map_or(Called::IN_TABLE, Called)
    }

    /// After the first call of a job, where that needs no table.
    #[inline]
    pub fn first(self, server: StationId) -> Option<Called> {
        (self == Called::NEVER).then(|| Called::once(server)).filter(|once| !once.is_in_table())
    }

    /// As a number, and back.
    #[inline]
    pub fn bits(self) -> u16 {
        self.0
    }

    /// What a number stands for.
    #[inline]
    pub fn from_bits(bits: u16) -> Called {
        Called(bits)
    }

    /// Whether the table has to be told when the job has left.
    pub fn is_in_table(self) -> bool {
        self == Called::IN_TABLE
    }
}

/// The calls of those jobs that were called more than once.
#[derive(Debug, Default)]
pub(super) struct Attempts(BTreeMap<(JobId, StationId), u32>);

impl Attempts {
    /// A job is called at a server: what is written in its handle from now on, and which attempt there it is.
    pub fn next(&mut self, job: JobId, called: Called, server: StationId) -> (Called, u32) {
        if called == Called::NEVER {
            let once = Called::once(server);
            if once.is_in_table() {
                self.count(job, server);
            }
            return (once, 0);
        }
        if !called.is_in_table() {
            self.count(job, StationId(u32::from(called.0)));
        }
        (Called::IN_TABLE, self.count(job, server))
    }

    /// How many there were before this one.
    fn count(&mut self, job: JobId, server: StationId) -> u32 {
        let made = self.0.entry((job, server)).or_default();
        std::mem::replace(made, made.saturating_add(1))
    }

    /// A job has left.
    pub fn forget(&mut self, job: JobId) {
        let servers: Vec<_> =
            self.0.range((job, StationId(0))..=(job, StationId::NONE)).map(|(&(_, server), _)| server).collect();
        servers.into_iter().for_each(|server| _ = self.0.remove(&(job, server)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_counted_at_each_server_for_itself_and_forgotten_when_the_job_has_left() {
        let (mut attempts, job) = (Attempts::default(), JobId(3));
        let mut called = Called::NEVER;
        let mut call = |attempts: &mut Attempts, server| {
            let (after, number) = attempts.next(job, called, StationId(server));
            called = after;
            number
        };
        // Stations 70,000 and 65,534 do not fit into the handle.
        let servers = [1, 2, 1, 1, 70_000, 2, 70_000, 65_534];
        assert_eq!(servers.map(|server| call(&mut attempts, server)), [0, 0, 1, 2, 0, 1, 1, 0]);
        attempts.forget(job);
        assert!(attempts.0.is_empty());
        assert_eq!(attempts.next(JobId(4), Called::NEVER, StationId(70_000)), (Called::IN_TABLE, 0));
        assert_eq!(attempts.next(JobId(4), Called::IN_TABLE, StationId(70_000)).1, 1);
    }

    #[test]
    fn a_job_that_is_called_once_is_in_no_table() {
        let mut attempts = Attempts::default();
        let (called, number) = attempts.next(JobId(0), Called::NEVER, StationId(5));
        assert!(!called.is_in_table() && number == 0 && attempts.0.is_empty());
    }
}
