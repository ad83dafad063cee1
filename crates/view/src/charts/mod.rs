//! Charts by plotters, pure: they draw on any backend, a canvas in the page and SVG in native tests.
//!
//! The title, with its units, is HTML beside the canvas; here are the plot, its axes and its labels. Lines are labelled
//! at the right with their values at the playhead. Where the numbers come from is not known here.

mod decimate;
mod histogram;
mod line;
mod over;
mod paper;
mod scale;
mod time;
mod written;

pub use decimate::decimate;
pub use histogram::{Axis, Bin, Histogram};
pub use line::{Line, Points};
pub use over::At;
pub use paper::Paper;
pub use scale::Scale;
pub use time::{Band, Mark, Stretch, TimeChart};
pub use written::Written;

/// What a chart says as a table: a heading and rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The headings.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}
