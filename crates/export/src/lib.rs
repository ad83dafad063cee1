//! What leaves the program: the report of a run, and its trace as lines of JSON, and the comparison of a suite.

mod figure;
pub mod headless;
mod headline;
mod host;
mod jsonl;
pub mod pairs;
mod perfetto;
mod picture;
pub mod race;
mod report;
pub mod search;
pub mod suite;
mod table;
mod text;

pub use figure::{figure, written};
pub use headline::headline;
pub use host::{Documents, Heap, Host, costs};
pub use jsonl::json_line;
pub use perfetto::perfetto;
pub use picture::{Canvas, picture, picture_problems};
pub use report::{
    Blocked, CheckLine, MeasuredLine, RatesLine, Report, Requests, ServerLine, StationLine, Tasks, outcome_word,
};
pub use text::text;
