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
    let count = sorted.len() as u64;
    let rank = (count * per_mille).div_ceil(1000).clamp(1, count.max(1)) as usize;
    Span(sorted.get(rank - 1).copied().unwrap_or(0))
}

/// Below so many numbers the standard library's sort takes no longer.
const MANY: usize = 256;

/// Sorts numbers, in a time that grows with their number and no faster.
pub(crate) fn sort(nanos: &mut [u64]) {
    if nanos.len() < MANY { nanos.sort_unstable() } else { radsort::sort(nanos) }
}

impl Summary {
    /// The summary of these nanoseconds, in any order; none of none.
    pub fn of(mut nanos: Vec<u64>) -> Option<Summary> {
        sort(&mut nanos);
        let (count, min, max) = (nanos.len(), Span(*nanos.first()?), Span(*nanos.last()?));
        let sum: u128 = nanos.iter().map(|n| u128::from(*n)).sum();
        let [p50, p90, p95, p99, p999] = [500, 900, 950, 990, 999].map(|p| percentile(&nanos, p));
        Some(Summary {
            count: count as u64,
            min,
            mean: Span((sum / count as u128) as u64),
            p50,
            p90,
            p95,
            p99,
            p999,
            max,
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
    fn the_quantiles_are_those_of_the_sorted_values_however_many_there_are_and_in_whatever_order() {
        for count in (1..120).chain([MANY as u64 - 1, MANY as u64, 999, 1_000, 1_001, 4_096]) {
            // A step that has no factor in common with the prime below leaves no order. Every byte of a number counts.
            let values: Vec<u64> = (0..count).map(|i| (i * 7_919 % 1_009 / 3) * 0x0001_0203_0405_0607).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let summary = Summary::of(values).expect("there are values");
            let found = [summary.p50, summary.p90, summary.p95, summary.p99, summary.p999];
            // By the definition: the smallest value that at least that share does not exceed.
            let share = |per_mille: u64| {
                let enough = |value: &&u64| {
                    sorted.iter().filter(|other| other <= value).count() as u64 * 1000 >= count * per_mille
                };
                Span(*sorted.iter().find(enough).expect("all do not exceed the greatest"))
            };
            assert_eq!(found, [500, 900, 950, 990, 999].map(share), "of {count}");
            assert_eq!((Some(summary.min.0), Some(summary.max.0)), (sorted.first().copied(), sorted.last().copied()));
        }
    }

    #[test]
    fn a_single_value_is_every_percentile_and_no_value_has_none() {
        let one = Summary::of(vec![7]).expect("there is a value");
        assert_eq!((one.p50, one.p999, one.mean), (Span(7), Span(7), Span(7)));
        assert_eq!(Summary::of(Vec::new()), None, "zero would be the best latency there is");
    }
}
