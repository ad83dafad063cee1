//! Numbers from the trace, as folds.
//!
//! What a chart or a percentile needs over time is append-only: [`History`] is folded once, at the far end of what is
//! computed, and the state at any playhead is a prefix of it. So scrubbing costs nothing, and a number on the page and the
//! same number in a report come from the same samples. Percentiles are exact, by sorting, as long as there is room for each
//! sample; of more they are those of a histogram of three digits, and whoever shows them can say so. What has no sample is no
//! number: zero would be the best there is.

mod blocks;
mod checks;
mod exchanges;
mod fault_spans;
mod figures;
mod folded;
mod history;
mod journal;
mod level;
mod little;
mod measured;
mod parting;
mod prefix;
mod rates;
mod sample;
mod series;
mod spans;
mod summary;
mod way;
mod window;

pub use blocks::View;
pub use checks::{CheckState, Checks, Standing};
pub use exchanges::{ExchangeRow, Exchanges, PAGE, Reply, Request};
pub use fault_spans::{FaultSpan, fault_spans};
pub use figures::{Figures, GivenUp};
pub use history::{Budget, History};
pub use journal::{Entry, Journal, Mark, Tone};
pub use level::{LevelPoint, Levels, Subject, sum};
pub use little::Little;
pub use measured::Measured;
pub use parting::{Happened, Next, Parting, Who, parting};
pub use prefix::{ByOutcome, Prefix};
pub use rates::Rates;
pub use sample::{How, Sample};
pub use series::Series;
pub use spans::{ServiceSpan, Spans};
pub use summary::{Summary, percentile};
pub use way::{Doing, Stretch, Way};
pub use window::{RatePoint, WindowPoint, pieces};
