//! The monitor: what the statistics say of the process and its host, which is what was so when it looked last.
//!
//! As shipped it looks every 30 s, so what comes and goes in between is in no statistics, and before the first look they say that there is nothing. Two of
//! them nobody ever writes: how busy the processors are, and the load. What they call the limit of memory is what the process has from the system. As documented it looks at the
//! start and each second, both are there, and the limit is one. The second is a choice: the document promises what is so now, and names no beat.

use super::Manager;
use super::gauges::Gauges;
use millrace_engine::Env;
use millrace_parts::{CpuMark, Ticker};
use millrace_trace::{Gauge, SimTime, Span, StationId};
use std::cell::Cell;
use std::rc::Rc;

/// The gauges of the statistics: tasks, heap in MB, how busy the processors were and the load for each of them in millionths, how often somebody looked,
/// whether all is as documented, and how many MB there may be. As shipped that is what the process has from the system.
pub(crate) const TASKS: Gauge = Gauge(0);
pub(crate) const HEAP: Gauge = Gauge(1);
pub(crate) const CPU: Gauge = Gauge(2);
pub(crate) const LOAD: Gauge = Gauge(3);
pub(crate) const LOOKS: Gauge = Gauge(4);
pub(crate) const AS_DOCUMENTED: Gauge = Gauge(5);
pub(crate) const LIMIT: Gauge = Gauge(6);

/// The statistics.
pub(crate) struct Statistics {
    said: Gauges<7>,
    since: Cell<CpuMark>,
    looks: Cell<i64>,
    found: Cell<Option<Found>>,
}

/// What the monitor found when it looked last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub at: SimTime,
    pub tasks: u64,
    pub heap: u64,
    /// What the process had from the system.
    pub resident: u64,
}

impl Statistics {
    /// Nobody has looked yet.
    pub fn open(env: &Env, station: StationId, since: CpuMark, as_documented: bool) -> Statistics {
        let said = Gauges::of(env, station);
        said.set(AS_DOCUMENTED, as_documented.into());
        Statistics { said, since: Cell::new(since), looks: Cell::new(0), found: Cell::new(None) }
    }

    /// Nobody has looked yet, as the process begins anew.
    pub fn forgets(&self) {
        self.looks.set(0);
        self.found.set(None);
        [TASKS, HEAP, CPU, LOAD, LOOKS, LIMIT].into_iter().for_each(|gauge| self.said.set(gauge, 0));
    }

    /// What was found when somebody looked last; nothing before that.
    pub fn found(&self) -> Option<Found> {
        self.found.get()
    }
}

/// Looks again and again. No run goes on for it.
pub(crate) async fn watch(manager: Rc<Manager>, every: Span) {
    let _task = manager.machine.holds_task();
    let mut ticker = Ticker::new(&manager.env, every).in_background();
    if !manager.is_shipped {
        look(&manager);
    }
    loop {
        ticker.tick().await;
        look(&manager);
    }
}

fn look(manager: &Manager) {
    let Manager { machine, statistics, .. } = manager;
    let busy = machine.cpu_since(statistics.since.replace(machine.mark())).unwrap_or(0.0);
    let load = machine.load() / f64::from(machine.cpus());
    statistics.looks.set(statistics.looks.get() + 1);
    let (at, tasks, heap, resident) = (manager.env.now(), machine.tasks(), machine.heap(), machine.resident());
    statistics.found.set(Some(Found { at, tasks, heap, resident }));
    let millionths = |share: f64| if manager.is_shipped { 0 } else { (share * 1e6) as i64 };
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let limit = if manager.is_shipped { resident } else { machine.memory() };
    for (gauge, value) in [
        (TASKS, whole(machine.tasks())),
        (HEAP, whole(machine.heap() >> 20)),
        (CPU, millionths(busy)),
        (LOAD, millionths(load)),
        (LOOKS, statistics.looks.get()),
        (LIMIT, whole(limit >> 20)),
    ] {
        statistics.said.set(gauge, value);
    }
}
