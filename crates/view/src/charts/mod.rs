//! Charts by plotters, pure: they draw on any backend, a canvas in the page and SVG in native tests.
//!
//! The title, with its units, is HTML beside the canvas; here are the plot, its axes and its labels. Lines are labelled
//! at their right ends with their current values. Where the numbers come from is not known here.

mod decimate;
mod histogram;
mod paper;
mod time;

pub use decimate::decimate;
pub use histogram::{Axis, Bin, Histogram};
pub use paper::Paper;
pub use time::{Band, Line, Points, TimeChart};

/// What a chart says as a table: a heading and rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The headings.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}
