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

mod arrivals;
mod breaker;
mod channel;
mod crew;
mod error_group;
mod pipeline_stage;
mod select;
mod semaphore;
mod ticker;
mod timeout;
mod wait_group;
mod waiters;
mod watch;
mod window;

pub use arrivals::{Arrivals, RateCurve, Traffic};
pub use breaker::{Breaker, BreakerSettings, BreakerState, Growth, HalfOpen, Pass, Probing, Rejected, Slow, Trip};
pub use channel::{Closed, Rx, TrySendError, Tx, channel, channel_of};
pub use crew::{Crew, JoinCrew, KILL_WORKER, Worker};
pub use error_group::{Cancelled, ErrorGroup, GroupError};
pub use pipeline_stage::{Message, PipelineStage, PipelineStageHandle};
pub use select::{Either, select2};
pub use semaphore::{Acquire, Permit, Semaphore};
pub use ticker::{Tick, Ticker};
pub use timeout::{Elapsed, at_most, timeout};
pub use wait_group::WaitGroup;
pub use watch::{Until, Watch};
pub use window::{Counts, Mark, SlidingWindow, Window};

/// The text of this file, which says where each name comes from.
pub const ROOT: &str = include_str!("lib.rs");

/// The sources of the parts, for the code pane: path as the compiler gives it, and text.
pub const SOURCES: &[(&str, &str)] = &[
    ("crates/parts/src/arrivals.rs", include_str!("arrivals.rs")),
    ("crates/parts/src/breaker.rs", include_str!("breaker.rs")),
    ("crates/parts/src/channel.rs", include_str!("channel.rs")),
    ("crates/parts/src/crew.rs", include_str!("crew.rs")),
    ("crates/parts/src/error_group.rs", include_str!("error_group.rs")),
    ("crates/parts/src/select.rs", include_str!("select.rs")),
    ("crates/parts/src/semaphore.rs", include_str!("semaphore.rs")),
    ("crates/parts/src/pipeline_stage.rs", include_str!("pipeline_stage.rs")),
    ("crates/parts/src/ticker.rs", include_str!("ticker.rs")),
    ("crates/parts/src/timeout.rs", include_str!("timeout.rs")),
    ("crates/parts/src/wait_group.rs", include_str!("wait_group.rs")),
    ("crates/parts/src/waiters.rs", include_str!("waiters.rs")),
    ("crates/parts/src/watch.rs", include_str!("watch.rs")),
    ("crates/parts/src/window.rs", include_str!("window.rs")),
];
