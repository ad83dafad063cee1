//! Millrace: a playground in which one can see concurrency.
//!
//! `Scenario → Run → Trace → Fold → Shapes → canvas`: a scenario is all that determines a run, a run executes real Rust
//! futures on a deterministic executor and writes a trace, and everything a person sees is a fold of that trace up to the
//! playhead. `ARCHITECTURE.md` says what is where and why.
#![forbid(unsafe_code)]

pub mod analysis;
#[cfg(target_arch = "wasm32")]
pub mod app;
pub mod engine;
pub mod export;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod native;
pub mod parts;
pub mod patterns;
#[cfg(target_arch = "wasm32")]
pub mod platform;
pub mod session;
pub mod spec;
pub mod trace;
pub mod upstream;
pub mod view;
