//! What leaves the program: the report of a run, and its trace as lines of JSON, and the comparison of a suite.

pub mod headless;
mod jsonl;
mod perfetto;
pub mod race;
mod report;
pub mod search;
pub mod suite;
mod text;

pub use jsonl::json_line;
pub use perfetto::perfetto;
pub use report::{Blocked, CheckLine, RatesLine, Report, Requests, StationLine, Tasks};
pub use text::text;
