//! Every test that needs no browser, a module for each area.
#![cfg(not(target_arch = "wasm32"))]

mod program;
mod promises;

mod adaptive_limit;
mod alerts;
mod any_size;
mod bank;
mod bank_measures;
mod batch_fan_out;
mod batches;
mod beside;
mod breaker;
mod breaker_knobs;
mod bucket;
mod bulkhead;
mod cache;
#[cfg(feature = "cli")]
mod calls;
mod channel;
mod channels;
mod charts;
mod cond;
mod condition;
mod connection_pool;
mod connections;
mod console;
mod context;
mod context_tree;
mod coordination;
mod counts;
mod crowd;
mod degradation;
mod dice;
mod elevator;
#[cfg(feature = "cli")]
mod endpoint;
#[cfg(feature = "cli")]
mod endpoint_system;
#[cfg(feature = "cli")]
mod endpoint_wire;
mod engine;
mod everyone;
mod faults;
mod figures;
mod finding;
mod frame_processor;
mod given_up;
mod golden;
mod graceful_shutdown;
mod guide;
mod headline;
mod hedge;
mod hub;
mod hub_outside;
#[cfg(feature = "cli")]
mod hub_served;
mod invariants;
mod levels;
mod limited;
mod limiter_line;
mod limiter_rules;
mod links;
#[path = "../common/listed.rs"]
mod listed;
mod long_runs;
mod many;
mod measured_race;
mod meter;
mod moments;
mod once;
mod parts;
mod pipeline;
mod planned;
mod platform;
mod policies;
mod pool;
mod questions;
mod queueing;
mod rate_limiter;
mod redis_pool;
mod reference;
mod registry;
mod retry;
mod rw_lock;
mod scenarios;
mod scripts;
mod select;
mod semaphore;
mod server_faults;
mod servers;
mod sheets;
mod single_flight;
mod stage;
mod stories;
mod template;
mod tidy;
mod tiles;
mod trace;
mod traffic;
mod tree;
mod trials;
mod tries_on_stage;
mod way;
mod weights;
mod work_pool;
