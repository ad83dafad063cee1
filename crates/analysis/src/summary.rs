//! Order statistics of a sample.

use millrace_trace::Span;
use serde::Serialize;

/// Minimum, mean, percentiles and maximum of spans, of which there is at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many.
    pub count: u64,
    /// The smallest.
    pub min: Span,
    /// The arithmetic mean, to the nanosecond below.
    pub mean: Span,
    /// The median.
    pub p50: Span,
    /// 90 % are no longer.
    pub p90: Span,
    /// 95 % are no longer.
    pub p95: Span,
    /// 99 % are no longer.
    pub p99: Span,
    /// 99.9 % are no longer.
    pub p999: Span,
    /// The greatest.
    pub max: Span,
}

/// The `per_mille` ÷ 1000 quantile of sorted values by nearest rank: the smallest value that at least that share of the
/// values does not exceed. Zero for no values.
pub fn percentile(sorted: &[u64], per_mille: u64) -> Span {
    let n = sorted.len() as u64;
    let rank = (n * per_mille).div_ceil(1000).clamp(1, n.max(1));
    Span(sorted.get(rank as usize - 1).copied().unwrap_or(0))
}

impl Summary {
    /// The summary of these nanoseconds, in any order; none of none.
    pub fn of(mut nanos: Vec<u64>) -> Option<Summary> {
        nanos.sort_unstable();
        let (&min, &max) = (nanos.first()?, nanos.last()?);
        let sum: u128 = nanos.iter().map(|&n| u128::from(n)).sum();
        Some(Summary {
            count: nanos.len() as u64,
            min: Span(min),
            mean: Span((sum / nanos.len() as u128) as u64),
            p50: percentile(&nanos, 500),
            p90: percentile(&nanos, 900),
            p95: percentile(&nanos, 950),
            p99: percentile(&nanos, 990),
            p999: percentile(&nanos, 999),
            max: Span(max),
        })
    }
}

impl Serialize for Summary {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut s = serializer.serialize_struct("Summary", 9)?;
        s.serialize_field("count", &self.count)?;
        s.serialize_field("min", &self.min.0)?;
        s.serialize_field("mean", &self.mean.0)?;
        s.serialize_field("p50", &self.p50.0)?;
        s.serialize_field("p90", &self.p90.0)?;
        s.serialize_field("p95", &self.p95.0)?;
        s.serialize_field("p99", &self.p99.0)?;
        s.serialize_field("p999", &self.p999.0)?;
        s.serialize_field("max", &self.max.0)?;
        s.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_rank_of_the_sorted_values() {
        let summary = Summary::of((1..=1000).rev().collect()).expect("there are values");
        assert_eq!((summary.p50, summary.p95, summary.p99, summary.p999), (Span(500), Span(950), Span(990), Span(999)));
        assert_eq!((summary.min, summary.max, summary.mean), (Span(1), Span(1000), Span(500)));
    }

    #[test]
    fn a_single_value_is_every_percentile_and_no_value_has_none() {
        let one = Summary::of(vec![7]).expect("there is a value");
        assert_eq!((one.p50, one.p999, one.mean), (Span(7), Span(7), Span(7)));
        assert_eq!(Summary::of(Vec::new()), None, "zero would be the best latency there is");
    }
}
