//! One alternative's figures over all seeds, and how sure one can be of a difference.

use super::RaceRow;
use millrace_analysis::Summary;
use millrace_spec::Choice;
use millrace_trace::Span;

/// One alternative's figures, each the mean over the seeds that are computed.
#[derive(Clone, Debug)]
pub struct Line {
    /// The alternative.
    pub choice: Choice,
    /// The mean of what is compared on each seed, in seconds: what the pattern declares that it measures, else response times.
    pub waits: Vec<f64>,
    /// The mean of those, in seconds. None where nobody was taken on.
    pub mean: Option<f64>,
    /// The median of it, in seconds. None where nobody was taken on.
    pub p50: Option<f64>,
    /// 95 % take no longer; none where there are too few to say.
    pub p95: Option<f64>,
    /// 99 % take no longer; none where there are too few to say.
    pub p99: Option<f64>,
    /// The longest of all, in seconds. None where nobody was taken on.
    pub longest: Option<f64>,
    /// On how many seeds it takes least, or as little as another.
    pub best_on: usize,
    /// The mean time from coming to leaving, in seconds. None where nobody left.
    pub response: Option<f64>,
    /// When the last was gone, in seconds.
    pub end: f64,
    /// How many came, on all seeds.
    pub offered: u64,
    /// How many got what they came for.
    pub delivered: u64,
    /// How many were turned away.
    pub turned_away: u64,
    /// Whether every run came to its end.
    pub drained: bool,
    /// Whether some run can never come to its end.
    pub stuck: bool,
}

/// The figures of these alternatives, in their order. An alternative of which nothing is computed yet has no figures.
pub fn lines(choices: &[Choice], rows: &[RaceRow]) -> Vec<Line> {
    let winners = winners(choices.len(), rows);
    let of = |(index, choice): (usize, &Choice)| {
        let own: Vec<&RaceRow> = rows.iter().filter(|r| r.choice == index).collect();
        Line { best_on: winners.iter().filter(|winner| **winner == index).count(), ..line(*choice, &own) }
    };
    choices.iter().enumerate().map(of).collect()
}

/// Who waits least on each seed, of those that leave the fewest people out: the place of each such choice, once for each seed
/// on which it does. A seed on which not all are computed yet counts for nobody.
fn winners(choices: usize, rows: &[RaceRow]) -> Vec<usize> {
    let seeds = rows.iter().map(|r| r.seed + 1).max().unwrap_or(0);
    let of_seed = |seed: usize| {
        let own: Vec<&RaceRow> = rows.iter().filter(|r| r.seed == seed).collect();
        let left_out = |r: &RaceRow| (!r.drained, r.offered.saturating_sub(r.delivered));
        let fewest = own.iter().map(|r| left_out(r)).min().filter(|_| own.len() == choices);
        let able = own.into_iter().filter(|r| Some(left_out(r)) == fewest);
        let able: Vec<_> = able.filter_map(|r| Some((r.choice, r.compared?.mean))).collect();
        let least = able.iter().map(|(_, mean)| *mean).min();
        able.into_iter().filter(|(_, mean)| Some(*mean) == least).map(|(choice, _)| choice).collect::<Vec<_>>()
    };
    (0..seeds).flat_map(of_seed).collect()
}

fn line(choice: Choice, rows: &[&RaceRow]) -> Line {
    let n = rows.len().max(1) as f64;
    // A mean over seeds is one of all of them: if one has too few samples there is none.
    let mean = |of: fn(&RaceRow) -> Option<Summary>, least: u64, pick: fn(&Summary) -> Span| -> Option<f64> {
        let figure = |r: &&RaceRow| of(r).filter(|s| s.count >= least).map(|s| pick(&s).seconds());
        let figures: Vec<f64> = rows.iter().map(figure).collect::<Option<_>>()?;
        (!figures.is_empty()).then(|| figures.iter().sum::<f64>() / n)
    };
    let compared = |least, pick| mean(|r| r.compared, least, pick);
    let sum = |of: fn(&RaceRow) -> u64| rows.iter().map(|r| of(r)).sum();
    Line {
        choice,
        waits: rows.iter().filter_map(|r| r.compared).map(|s| s.mean.seconds()).collect(),
        mean: compared(1, |s| s.mean),
        p50: compared(1, |s| s.p50),
        p95: compared(20, |s| s.p95),
        p99: compared(100, |s| s.p99),
        longest: rows.iter().filter_map(|r| r.compared).map(|s| s.max).max().map(Span::seconds),
        best_on: 0,
        response: mean(|r| r.response, 1, |s| s.mean),
        end: rows.iter().map(|r| r.end.seconds()).sum::<f64>() / n,
        offered: sum(|r| r.offered),
        delivered: sum(|r| r.delivered),
        turned_away: sum(|r| r.turned_away),
        drained: !rows.is_empty() && rows.iter().all(|r| r.drained),
        stuck: rows.iter().any(|r| r.stuck),
    }
}

/// A mean difference, and how far from it the true one may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// Half the width of the interval of 95 % confidence around it.
    pub half: f64,
}

/// The quantiles of Student's t for 95 % confidence on both sides, by degrees of freedom from 1. Beyond them the normal
/// distribution's is near enough.
const T: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

impl Interval {
    /// The interval of the differences between pairs. None of fewer than two: one difference says nothing of the next.
    pub fn paired(pairs: impl Iterator<Item = (f64, f64)>) -> Option<Interval> {
        let differences: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
        let freedom = differences.len().checked_sub(2)?;
        let n = differences.len() as f64;
        let mean = differences.iter().sum::<f64>() / n;
        let variance = differences.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0);
        let t = T.get(freedom).copied().unwrap_or(1.96);
        Some(Interval { mean, half: t * libm::sqrt(variance / n) })
    }

    /// Whether it does not contain zero.
    pub fn is_clear(&self) -> bool {
        self.mean.abs() > self.half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_sample_is_that_of_the_textbooks() {
        // Differences 1, 2, 3, 4, 5: mean 3, standard deviation √2.5, t of 4 degrees 2.776.
        let pairs = [1.0, 2.0, 3.0, 4.0, 5.0].map(|d| (10.0 + d, 10.0));
        let interval = Interval::paired(pairs.into_iter()).expect("five differences");
        assert!((interval.mean - 3.0).abs() < 1e-12);
        assert!((interval.half - 2.776 * libm::sqrt(2.5 / 5.0)).abs() < 1e-12);
        assert!(interval.is_clear());
    }

    #[test]
    fn one_difference_has_no_interval_and_equal_ones_have_none_to_speak_of() {
        assert_eq!(Interval::paired([(2.0, 1.0)].into_iter()), None);
        let equal = Interval::paired([(2.0, 1.0), (3.0, 2.0), (9.0, 8.0)].into_iter()).expect("three");
        assert_eq!(equal, Interval { mean: 1.0, half: 0.0 });
    }
}
