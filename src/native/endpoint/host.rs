//! The host of a served system: its date, a clock to measure by, its memory, and the tasks of the server around it.

use crate::engine::{Host, Memory};
use crate::trace::SimTime;
use std::cell::RefCell;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::runtime::Handle;
use tokio::time::Instant;

/// This machine, and this process on it.
pub struct RealHost {
    since: Instant,
    runtime: Option<Handle>,
    /// None where nobody can say which process this is.
    process: Option<Pid>,
    /// None on a host that tells nothing.
    seen: RefCell<Option<System>>,
}

impl RealHost {
    /// From now on. The tasks are those of this runtime.
    pub fn new(runtime: Option<Handle>) -> RealHost {
        let process = sysinfo::get_current_pid().ok();
        RealHost { since: Instant::now(), runtime, process, seen: RefCell::new(System::new().ok()) }
    }
}

impl Host for RealHost {
    #[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "the host's date is what is asked for here")]
    fn date(&self) -> SimTime {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
        SimTime(since_1970.ok().and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0))
    }

    fn clock(&self) -> SimTime {
        SimTime(u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// What is resident of this process, of what its control group or else the machine has.
    fn memory(&self) -> Option<Memory> {
        let pid = self.process?;
        let mut seen = self.seen.borrow_mut();
        let seen = seen.as_mut()?;
        seen.refresh_memory();
        seen.refresh_processes_specifics(
            ProcessesToUpdate::Some(&[pid]),
            true,
            ProcessRefreshKind::nothing().with_memory(),
        );
        let group = seen.cgroup_limits().map_or(u64::MAX, |group| group.total_memory);
        let limit = seen.total_memory().min(group);
        seen.process(pid).filter(|_| limit > 0).map(|process| Memory { taken: process.memory(), limit })
    }

    fn tasks(&self) -> u64 {
        self.runtime.as_ref().map_or(0, |runtime| runtime.metrics().num_alive_tasks() as u64)
    }
}
