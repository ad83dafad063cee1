//! What leaves the program: the report of a run, and its trace as lines of JSON.

mod jsonl;
mod report;
mod text;

pub use jsonl::json_line;
pub use report::{Blocked, CheckLine, Report, Requests, StationLine, Tasks};
pub use text::text;
