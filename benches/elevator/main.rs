//! What the operations of the elevator bank cost, and how much of a frame a large bank takes.
//!
//! The operations have the names and sizes of the original's benchmarks (see `drill`), in the same three columns that Go
//! prints. Below them stand the practices that its document lists, each beside what it is better than. The rush is a bank of 50 cars on 200 floors with 2,000 passengers, in slices of 1/60 s of virtual time: the mark is
//! 100 µs of the host's time a slice, natively.
//!
//! The same program runs natively (`cargo bench --bench elevator`) and in wasm under Node; `scripts/bench.sh` does both. It must
//! not time the making of what an operation needs.
#![forbid(unsafe_code)]

mod car;
#[path = "../shared/clock.rs"]
mod clock;
mod drill;
#[path = "../shared/host.rs"]
mod host;
mod manager;
mod practice;
mod rush;
mod stopwatch;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;

/// Counts what is allocated.
#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    host::say(&format!("The elevator bank, {}: the best of {} rounds", host::NAME, drill::ROUNDS));
    // `cargo bench --bench elevator -- Selection` measures what has the word in its name.
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let names = |name: &str| name.contains(&wanted);
    host::say(&format!("  {:<36} {:>12} {:>12} {:>12}", "", "ns/op", "B/op", "allocs/op"));
    for drill in car::ALL.iter().chain(manager::ALL).chain(practice::ALL).filter(|drill| names(drill.name)) {
        drill.print();
    }
    if names("rush") {
        rush::print();
    }
}
