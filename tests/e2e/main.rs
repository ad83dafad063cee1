//! The built page in a real browser: what a person who opens the site gets.
//!
//! It looks at `dist/`, so build the site first: `make build`, then `cargo test --features e2e --test e2e`, or `make test`,
//! which does both.

mod bank;
mod browser;
mod by_keyboard;
mod cabinet;
mod chromium;
mod driver;
mod edits;
mod endpoint;
mod every_scenario;
mod figures;
mod first_load;
mod follow;
mod front_door;
mod hashes;
mod history;
mod in_every_frame;
mod keyboard;
mod layers;
mod leads;
mod limiter;
mod links;
mod long_tasks;
mod opening;
mod page;
mod params;
mod playhead;
mod race;
mod readable;
mod report;
mod sharing;
mod sharpness;
mod site;
mod suite;
mod touch;
mod traffic;
mod traps;
mod two_runs;
mod views;
mod walk;
mod windows;
