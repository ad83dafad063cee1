//! Millrace: a playground in which one can see concurrency.
//!
//! `Scenario → Run → Trace → Fold → Shapes → canvas`: a scenario is all that determines a run, a run executes real Rust
//! futures on a deterministic executor and writes a trace, and everything a person sees is a fold of that trace up to the
//! playhead. `ARCHITECTURE.md` says what is where and why.
#![forbid(unsafe_code)]

// The page's html! names what it calls from the root, so that tests can use it too.
#[cfg(target_arch = "wasm32")]
extern crate self as millrace;

pub use millrace_analysis as analysis;
#[cfg(target_arch = "wasm32")]
pub mod app;
pub use millrace_engine as engine;
pub use millrace_export as export;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod native;
pub use millrace_parts as parts;
pub use millrace_patterns as patterns;
#[cfg(target_arch = "wasm32")]
pub mod platform;
pub use millrace_session as session;
pub use millrace_spec as spec;
pub use millrace_trace as trace;
pub use millrace_upstream as upstream;
pub use millrace_view as view;
