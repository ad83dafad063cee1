//! The host of a run in real time: its clocks, and how much of it the program takes.
//!
//! A served system is asked what the date is, how long an answer took and how much memory there is, and only the host knows. In
//! virtual time there is no host: a run is its own world, and nothing of that kind is made up.

use super::env::Env;
use millrace_trace::{SimTime, Span};
use std::rc::Rc;

/// Whoever runs the program.
pub trait Host {
    /// The date, counted from the beginning of 1970.
    fn date(&self) -> SimTime;

    /// A clock to measure by, from some moment on. It goes on while a task works, unlike that of the run.
    fn clock(&self) -> SimTime;

    /// The memory that the program takes and may take, in bytes; none where the host does not say.
    fn memory(&self) -> Option<Memory>;

    /// How many tasks there are outside of the run.
    fn tasks(&self) -> u64;
}

/// Memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// What is taken.
    pub taken: u64,
    /// What there is to take.
    pub limit: u64,
}

/// The beginning of something that is measured.
#[derive(Clone, Copy, Debug)]
pub struct Lap(SimTime);

impl Env {
    /// The date, counted from the beginning of 1970: the host's where time is real. In virtual time a run begins there.
    pub fn date(&self) -> SimTime {
        self.host().map_or(self.now(), |host| host.date())
    }

    /// Whether somebody runs it in real time, for others to use.
    pub fn is_hosted(&self) -> bool {
        self.core().host.borrow().is_some()
    }

    /// Starts to measure how long something takes.
    pub fn lap(&self) -> Lap {
        Lap(self.host_clock())
    }

    /// How long it took: by the host's clock where time is real, for that of the run stands still while a task works.
    pub fn took(&self, lap: Lap) -> Span {
        self.host_clock().since(lap.0)
    }

    fn host(&self) -> Option<Rc<dyn Host>> {
        self.core().host.borrow().clone()
    }

    fn host_clock(&self) -> SimTime {
        self.host().map_or(self.now(), |host| host.clock())
    }

    /// The memory of the host, where time is real and the host says so.
    pub fn memory(&self) -> Option<Memory> {
        self.host().and_then(|host| host.memory())
    }

    /// How many tasks have not ended: those of the run and, where time is real, those of the program around it.
    pub fn tasks(&self) -> u64 {
        self.core().live_tasks() + self.host().map_or(0, |host| host.tasks())
    }
}
