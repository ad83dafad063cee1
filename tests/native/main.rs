//! Every test that needs no browser, a module for each area.
#![cfg(not(target_arch = "wasm32"))]

mod program;

mod channel;
mod engine;
mod parts;
mod queueing;
mod registry;
mod tidy;
mod trace;
