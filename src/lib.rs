//! Millrace: a playground in which one can see concurrency.
//!
//! `Scenario → Run → Trace → Fold → Shapes → canvas`: a scenario is all that determines a run, a run executes real Rust
//! futures on a deterministic executor and writes a trace, and everything a person sees is a fold of that trace up to the
//! playhead. `ARCHITECTURE.md` says what is where and why.
#![forbid(unsafe_code)]

pub mod engine;
pub mod parts;
pub mod patterns;
pub mod spec;
pub mod trace;
pub mod upstream;
