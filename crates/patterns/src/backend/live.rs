//! The figures of a process that runs, read off its parts.

use super::figures::{
    CacheFigures, DatabaseFigures, Figures, HandlerFigures, HostFigures, ManagerFigures, PoolFigures, SystemFigures,
};
use super::process::Process;
use crate::concurrency_manager::{ACTIVE, LATENCY, SUBMITTED};
use crate::request_handler::G;
use millrace_spec::Closing;
use millrace_trace::{Gauge, Span};

fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// All of them, now.
pub(super) fn figures(of: &Process) -> Figures {
    let pool = &of.database.pool;
    let (waits, waited) = pool.waits();
    let (open, idle) = (pool.taken(), pool.idle() as u32);
    let database = DatabaseFigures {
        max_open: pool.limit(),
        open,
        in_use: open.saturating_sub(idle),
        idle,
        waits,
        waited,
        idle_closed: pool.closed(Closing::IdleLimit),
        lifetime_closed: pool.closed(Closing::Lifetime),
    };
    let manager = of.manager.as_ref().map(|manager| ManagerFigures {
        active: manager.told(ACTIVE),
        total: manager.told(SUBMITTED).map(whole),
        latency: manager.told(LATENCY).map(|nanos| Span(whole(nanos))),
        limit: of.p.limits(),
        workers: manager.workers(),
    });
    let found = of.manager.as_ref().and_then(|manager| manager.found());
    let cpus = of.machine.cpus();
    let system = found.map_or(SystemFigures { cpus, ..SystemFigures::default() }, |found| SystemFigures {
        cpus,
        heap: found.heap,
        limit: if of.is_shipped { found.resident } else { of.machine.memory() },
        tasks: found.tasks,
        updated: Some(found.at),
    });
    let sized = of.pool_manager.as_ref().map(|manager| {
        let looked = manager.looked();
        PoolFigures {
            max_open: database.max_open,
            open,
            in_use: database.in_use,
            idle,
            peak: looked.peak,
            mean: looked.mean,
            scaled: looked.event.map(|(at, ..)| at),
        }
    });
    let [hits, misses] = of.looked_up();
    Figures {
        now: of.env.now(),
        begun: of.begun.get(),
        manager,
        database,
        system,
        host: HostFigures::of(&of.machine, of.env.now()),
        pool: sized,
        handler: of.p.is_enabled().then(|| handler(of)),
        background: Some(of.background.statistics()),
        cache: CacheFigures { hits, misses },
    }
}

fn handler(of: &Process) -> HandlerFigures {
    let counted = |gauge: Gauge| of.handler.books.counted(gauge);
    let (times, updated) = of.times.get();
    let mean = if of.is_shipped { times.halved() } else { times.mean() };
    HandlerFigures {
        limit: of.p.http_ops,
        active: counted(G.current),
        total: whole(counted(G.total)),
        completed: whole(counted(G.completed)),
        failed: whole(counted(G.failed)),
        timeouts: whole(counted(G.timeouts)),
        degraded: whole(counted(G.degraded)),
        mean,
        most: times.longest(),
        updated,
        is_degraded: of.p.is_installed() && of.handler.is_degraded(),
        breaker: of.handler.breaker(),
        is_healthy: of.handler.is_healthy(),
    }
}
