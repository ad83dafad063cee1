//! One experiment in progress: a scenario, its run, and a playhead over its trace.
//!
//! Everything that determines a run is in the [`Scenario`]; [`link`] is the only place that knows how a scenario is
//! written in an address. A [`Session`] computes ahead in slices and folds up to the playhead, so running, pausing,
//! stepping and scrubbing are one mechanism.
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

mod alike;
mod alternatives;
mod beside;
mod configured;
mod drawers;
mod edits;
pub mod find;
mod json;
mod keep;
pub mod link;
mod moment;
mod planned;
mod playback;
mod scenario;
mod session;
mod suite;
mod trial;

pub use alternatives::Alternative;
pub use beside::Differences;
pub use configured::Configured;
pub use drawers::Drawers;
pub use edits::Edits;
pub use keep::Keep;
pub use moment::Moment;
pub use planned::Planned;
pub use playback::Playback;
pub use scenario::{DEFAULT_SEED, Scenario, Target};
pub use session::Session;
