//! Numbers from the trace, as folds.
//!
//! What a chart or a percentile needs over time is append-only: [`History`] is folded once, at the far end of what is
//! computed, and the state at any playhead is a prefix of it. So scrubbing costs nothing, and a number on the page and the
//! same number in a report come from the same samples. Percentiles are exact, by sorting: no histogram's rounding. What has
//! no sample is no number: zero would be the best there is.

mod checks;
mod exchanges;
mod history;
mod journal;
mod level;
mod prefix;
mod rates;
mod summary;
mod window;

pub use checks::{CheckState, Checks, Standing};
pub use exchanges::{ExchangeRow, Exchanges, PAGE, Reply, Request};
pub use history::{Boarding, Call, CallEnd, Departure, History, Ride};
pub use journal::{Entry, Journal, Mark, Tone};
pub use level::{LevelPoint, Levels, Subject, sum};
pub use prefix::{ByOutcome, Prefix};
pub use rates::Rates;
pub use summary::{Summary, percentile};
pub use window::{RatePoint, WindowPoint, pieces, rates, trailing, windows};
