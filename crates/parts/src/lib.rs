//! The concurrency parts, one file each, usable on their own.
//!
//! A part is ordinary Rust that a reader could lift into a program: it takes the time, never reads it from the host. Where
//! a Go word is used (channel, wait group, ticker, select), it has Go's semantics. The parts do most of the emitting, so
//! that pattern code reads like ordinary async Rust. No part knows a pattern.
// A panic kills the page.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented
    )
)]

mod adaptive_limit;
mod alerts;
mod arrivals;
mod at_work;
mod backend_environment;
mod backoff;
mod batcher;
mod breaker;
mod bulkhead;
mod cache;
mod channel;
mod cond;
mod connection_pool;
mod context;
mod crew;
mod degradation;
mod entries;
mod error_group;
pub mod exposition;
mod hedge;
mod hub;
mod limiter;
mod machine;
mod once;
mod pipeline_stage;
mod priority_queue;
mod process;
mod retry;
mod retry_budget;
mod rw_lock;
mod scaling;
mod select;
mod semaphore;
mod service_metrics;
mod shown;
mod shutdown;
mod signal;
mod single_flight;
mod stack;
mod stay;
mod ticker;
mod timeout;
mod times;
mod wait_group;
mod waiters;
mod watch;
mod window;
mod work_pool;

pub use adaptive_limit::{
    AdaptiveLimit, Aimd, Gradient2, Gradient2Settings, LimitRule, Limited, Sample, Underway, Vegas,
};
pub use alerts::{AlertRules, Alerts, quantile};
pub use arrivals::{Arrivals, RateCurve, Traffic};
pub use at_work::{AtWork, Working};
pub use backend_environment::BACKEND_VARIABLES;
pub use backoff::{Backoff, Grows, Jitter};
pub use batcher::{Batch, Batcher, BatcherSettings};
pub use breaker::{
    Breaker, BreakerSettings, BreakerState, Checked, CountingBreaker, Growth, HalfOpen, Pass, Probing, Rejected, Slow,
    Trip,
};
pub use bulkhead::{Bulkhead, BulkheadSettings, Crowded};
pub use cache::Cache;
pub use channel::{Closed, Rx, TrySendError, Tx, channel, channel_of};
pub use cond::{Cond, WaitFor};
pub use connection_pool::{
    Connection, ConnectionPool, ConnectionPoolSettings, Dial, IDLE, InUse, NoConnection, Take, idle_acts_as, idle_fits,
};
pub use context::{Context, Ended, Leak, Scope};
pub use crew::{Crew, JoinCrew, KILL_WORKER, Worker};
pub use degradation::{Admitted, Degradation, DegradationSettings, Shed};
pub use entries::Entries;
pub use error_group::{ErrorGroup, GroupError};
pub use hedge::{Hedge, HedgePolicy, Hedged, Trigger};
pub use hub::{Client, Hub, HubSettings, Letter};
pub use limiter::{
    Account, Admission, Allowance, Decision, FixedWindow, Gcra, KeyedLimiter, LeakyBucket, Limiter, LimiterSettings,
    Refusal, Reservation, Rule, SlidingCounter, SlidingLog, TokenBucket,
};
pub use machine::{CpuMark, Held, Holds, Machine, MachineParams, MachineSettings, PROCESS_CRASH};
pub use once::{AfterPanic, Once, Panicked};
pub use pipeline_stage::{Message, PipelineStage, PipelineStageHandle};
pub use priority_queue::{PriorityQueue, PriorityQueueSettings, Put, Taken};
pub use process::{Ends, Parts, Process};
pub use retry::{Retry, RetryPolicy, Stop, Tried, Verdict};
pub use retry_budget::RetryBudget;
pub use rw_lock::{Prefer, RwLock};
pub use scaling::{
    Forecast, ForecastSettings, Look, Measure, Proportional, ProportionalSettings, Scaled, Season, SizeRule, Sizing,
    Stabilised, StabilisedSettings, Steps, StepsSettings, Tuned, TunedSettings, UsageHistory,
};
pub use select::{Case, Either, SelectAny, select_any, select2};
pub use semaphore::{Acquire, Order, Permit, Semaphore};
pub use service_metrics::{BUCKETS, OpenConnection, ServiceMetrics};
pub use shown::Shown;
pub use shutdown::Shutdown;
pub use signal::{Given, Guard};
pub use single_flight::SingleFlight;
pub use stack::{Came, Stack, StackSettings};
pub use ticker::{Tick, Ticker};
pub use timeout::{Elapsed, at_most, timeout};
pub use times::Times;
pub use wait_group::{UnderWay, WaitGroup};
pub use watch::{Until, Watch};
pub use window::{Counts, Mark, SlidingWindow, Window};
pub use work_pool::{Stopped, WorkPool};
