//! The patterns, one file each, and the registry that lists them.
//!
//! A pattern does not know that a picture exists, and no pattern knows another: what they share sits in `parts` and
//! `upstream`. What a pattern shows emerges from its awaits; remove the await and the effect is gone.
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

use millrace_spec::Pattern;

/// Files of a pattern's folder, for the code pane.
macro_rules! sources {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Source {
            path: concat!("crates/patterns/src/", $folder, "/", $name, ".rs"),
            text: include_str!(concat!($name, ".rs")),
        }),*]
    };
}

// Plain modules, for rustfmt and every other reader of the sources: what a macro declares, it does not see. So a pattern has two
// words here, its module and its place in the catalogue; a test says so where the second was forgotten.
pub mod backpressure;
pub mod circuit_breaker;
pub mod elevator;
pub mod pipeline;
pub mod semaphore;
pub mod sequential;
pub mod wait_group;
pub mod worker_pool;

/// The patterns of these modules.
macro_rules! catalogue {
    ($($name:ident),* $(,)?) => { &[$(&$name::PATTERN),*] };
}

/// All patterns, in the order of the catalogue.
pub static ALL: &[&Pattern] =
    catalogue![sequential, wait_group, worker_pool, backpressure, pipeline, semaphore, circuit_breaker, elevator];

/// The pattern with an id.
pub fn find(id: &str) -> Option<&'static Pattern> {
    ALL.iter().find(|p| p.id == id).copied()
}

/// The patterns of the first suite, in its order: those that run all together on one seed.
pub fn suite(name: &str) -> Vec<&'static Pattern> {
    let mut members: Vec<_> = ALL.iter().filter(|p| p.suite.is_some_and(|s| s.name == name)).copied().collect();
    members.sort_by_key(|p| p.suite.map_or(0, |s| s.place));
    members
}
