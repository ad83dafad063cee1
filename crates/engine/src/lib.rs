//! Deterministic execution of futures over a clock.
//!
//! The order contract, which tests hold: ready tasks are polled first in, first out, until none is ready; then the
//! clock is set to the smallest deadline, and *all* timers due at that instant fire in the order in which they were
//! created; repeat. Nothing else decides what happens next: not the host's clock, not the size of a slice
//! ([`Run::advance`]), not an address in memory.
//!
//! The engine cannot fail. A program that waits for ever is a [`Progress::Deadlock`] with the waiting lines, one that
//! spins is a [`Progress::Livelock`]; both are results to be shown.
//!
//! It must not know that a browser exists, and it must never hold a `RefCell` borrow while it polls or drops a future, or calls a handler.
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

mod attempts;
mod call;
mod core;
mod env;
mod exchange;
mod faults;
mod host;
mod injected;
mod intervention;
mod job;
mod joins;
mod numbers;
mod outside;
mod rng;
mod run;
mod site;
mod sleep;
mod task;
mod tasks;
mod timers;
mod travel;
mod turn;

pub use attempts::Attempt;
pub use call::{Between, Call, Reply, Scheduled, Server, Upstream};
pub use env::{Env, StationSpec};
pub use exchange::{Exchange, Handle, Heard, Terms, Unfit};
pub use faults::{Again, Onset};
pub use host::{Host, Lap, Memory};
pub use injected::Injected;
pub use intervention::{Action, Intervention, Ordinal};
pub use job::{Carries, Job};
pub use rng::{Draw, Seed, Stream};
pub use run::{Clock, Order, Progress, Run, Setup, WaitingTask};
pub use site::Within;
pub use sleep::Sleep;
pub use task::{JoinTask, Task, TaskRef};
pub use travel::Travel;
pub use turn::Turn;
