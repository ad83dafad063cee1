//! What the backend tells those outside of itself, as plain numbers.
//!
//! Whoever answers, counts or warns reads these and no part of the system: so each answer is a function of them, and is tested without a run. What the code of the
//! backend would say stands here, not what is the case, where the two differ: as shipped active operations are submitters that are held up, and statistics are of the
//! last beat of whoever looks. What counts only grows; that it begins anew with a reset is worked out by whoever tells it (`reset`).

use crate::background_processor::Statistics;
use millrace_parts::{BreakerState, Machine};
use millrace_trace::{SimTime, Span};

/// What the answers need of a backend.
pub(super) trait Backend {
    /// Its figures now.
    fn figures(&self) -> Figures;
    /// Whether the process is there.
    fn is_up(&self) -> bool;
    /// The counts are told anew from here on, which whoever tells them sees to. What is left to do: the history of the pool, its changes of size and its peak are
    /// forgotten, and so are the times of handler and manager. As shipped both breakers are closed besides; its priority queues would be emptied too, and it has none.
    fn reset(&self);
}

/// All figures at an instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Figures {
    /// When.
    pub now: SimTime,
    /// Since when the process has been there.
    pub begun: SimTime,
    /// The concurrency manager, where it was built.
    pub manager: Option<ManagerFigures>,
    /// The connections to the database, as its driver counts them.
    pub database: DatabaseFigures,
    /// What the manager's monitor found last.
    pub system: SystemFigures,
    /// The machine as it is now.
    pub host: HostFigures,
    /// The pool manager, where it was built.
    pub pool: Option<PoolFigures>,
    /// The request handler, where it was built.
    pub handler: Option<HandlerFigures>,
    /// The background processor, once it was built.
    pub background: Option<Statistics>,
    /// The cache.
    pub cache: CacheFigures,
}

/// Of the concurrency manager, each for the database, HTTP and the cache, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ManagerFigures {
    /// How many operations are active, as it counts.
    pub active: [i64; 3],
    /// How many were submitted.
    pub total: [u64; 3],
    /// How long they take on average: nobody writes that as shipped.
    pub latency: [Span; 3],
    /// How many may be active: the field of the configuration.
    pub limit: [u32; 3],
    /// How many workers there are, and how many of them have something in hand, of all three together.
    pub workers: (u32, u32),
}

/// Of the connections to the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DatabaseFigures {
    pub max_open: u32,
    pub open: u32,
    pub in_use: u32,
    pub idle: u32,
    /// How many had to wait so far, and for how long together.
    pub waits: u64,
    pub waited: Span,
    /// How many were closed as too many were idle, and as their time was over.
    pub idle_closed: u64,
    pub lifetime_closed: u64,
}

/// What a monitor found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SystemFigures {
    pub cpus: u32,
    /// What is in use of the heap, in bytes.
    pub heap: u64,
    /// How much memory there may be. As shipped that is what the process has from the system.
    pub limit: u64,
    pub tasks: u64,
    /// When it looked; never before its first beat.
    pub updated: Option<SimTime>,
}

/// Of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct HostFigures {
    pub cpus: u32,
    /// For how long it has been on.
    pub up_for: Span,
    /// For how long processors have been busy, all together.
    pub busy: Span,
    /// How much memory it has, and which share of it is taken by whomever.
    pub memory: u64,
    pub taken: f64,
    /// What is in use of the heap, and how many tasks there are.
    pub heap: u64,
    pub tasks: u64,
}

impl HostFigures {
    /// The time that all processors had so far.
    pub fn all(&self) -> Span {
        Span(self.up_for.0.saturating_mul(self.cpus.into()))
    }

    /// Those of a machine now.
    pub fn of(machine: &Machine, now: SimTime) -> HostFigures {
        HostFigures {
            cpus: machine.cpus(),
            up_for: now.since(SimTime::ZERO),
            busy: machine.busy_time(),
            memory: machine.memory(),
            taken: machine.memory_in_use(),
            heap: machine.heap(),
            tasks: machine.tasks(),
        }
    }
}

/// Of the pool manager: how the pool is now, and what was found up to its last beat.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PoolFigures {
    pub max_open: u32,
    pub open: u32,
    pub in_use: u32,
    pub idle: u32,
    /// The highest use so far and the mean of the last ten, in percent.
    pub peak: f64,
    pub mean: f64,
    /// When it last changed the size.
    pub scaled: Option<SimTime>,
}

/// Of the request handler.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HandlerFigures {
    /// How many may be active: the field of the configuration.
    pub limit: u32,
    pub active: i64,
    pub total: u64,
    pub completed: u64,
    pub failed: u64,
    pub timeouts: u64,
    pub degraded: u64,
    /// How long requests took, in the mean and at the most: as the code averages, half of the mean is the last one.
    pub mean: Span,
    pub most: Span,
    /// When somebody was last served.
    pub updated: Option<SimTime>,
    /// Whether whoever came last was told that the service is degraded.
    pub is_degraded: bool,
    /// How its breaker stands.
    pub breaker: BreakerState,
    /// Whether its health check lets anybody in.
    pub is_healthy: bool,
}

impl Default for HandlerFigures {
    fn default() -> HandlerFigures {
        HandlerFigures {
            limit: 0,
            active: 0,
            total: 0,
            completed: 0,
            failed: 0,
            timeouts: 0,
            degraded: 0,
            mean: Span::ZERO,
            most: Span::ZERO,
            updated: None,
            is_degraded: false,
            breaker: BreakerState::Closed,
            is_healthy: true,
        }
    }
}

/// Of the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CacheFigures {
    pub hits: u64,
    pub misses: u64,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use millrace_engine::Env;
    use std::cell::{Cell, RefCell};

    /// A backend whose figures are what a test says that they are.
    #[derive(Debug)]
    pub struct Scripted {
        env: Env,
        pub figures: RefCell<Figures>,
        pub up: Cell<bool>,
        pub resets: Cell<u32>,
    }

    impl Scripted {
        pub fn new(env: &Env, figures: Figures) -> Scripted {
            let (figures, up, resets) = (RefCell::new(figures), Cell::new(true), Cell::new(0));
            Scripted { env: env.clone(), figures, up, resets }
        }
    }

    impl Backend for Scripted {
        fn figures(&self) -> Figures {
            let mut figures = self.figures.borrow().clone();
            figures.now = self.env.now();
            figures.host.up_for = figures.now.since(SimTime::ZERO);
            figures
        }

        fn is_up(&self) -> bool {
            self.up.get()
        }

        fn reset(&self) {
            self.resets.set(self.resets.get() + 1);
        }
    }

    /// Figures of which no two are alike.
    pub fn some() -> Figures {
        let secs = |n: u64| SimTime(n * 1_000_000_000);
        Figures {
            now: secs(100),
            begun: SimTime::ZERO,
            manager: Some(ManagerFigures {
                active: [1, 2, 3],
                total: [11, 12, 13],
                latency: [21, 22, 23].map(Span::millis),
                limit: [31, 32, 33],
                workers: (34, 35),
            }),
            database: DatabaseFigures {
                max_open: 41,
                open: 42,
                in_use: 43,
                idle: 44,
                waits: 45,
                waited: Span::millis(46),
                idle_closed: 47,
                lifetime_closed: 48,
            },
            system: SystemFigures { cpus: 51, heap: 52, limit: 53, tasks: 54, updated: Some(secs(55)) },
            host: HostFigures {
                cpus: 4,
                up_for: Span::secs(56),
                busy: Span::secs(57),
                memory: 1_000,
                taken: 0.25,
                heap: 59,
                tasks: 60,
            },
            pool: Some(PoolFigures {
                max_open: 61,
                open: 62,
                in_use: 63,
                idle: 64,
                peak: 65.5,
                mean: 66.5,
                scaled: Some(secs(67)),
            }),
            handler: Some(HandlerFigures {
                limit: 70,
                active: 71,
                total: 72,
                completed: 73,
                failed: 74,
                timeouts: 75,
                degraded: 76,
                mean: Span::millis(77),
                most: Span::millis(78),
                updated: Some(secs(79)),
                ..HandlerFigures::default()
            }),
            background: None,
            cache: CacheFigures { hits: 91, misses: 92 },
        }
    }
}
