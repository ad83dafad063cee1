//! What is to be expected of a load that repeats itself: the additive method of Holt and Winters.
//!
//! With y what is seen, m looks a season and s the part of the season that a look is in:
//!
//! level ← α (y − s) + (1 − α) (level + trend) ·
//! trend ← β (level − level before) + (1 − β) trend ·
//! s ← γ (y − level before − trend before) + (1 − γ) s ·
//! expected after h looks = level + h × trend + the s of then
//!
//! (Winters, "Forecasting Sales by Exponentially Weighted Moving Averages", Management Science 6(3), 1960; as in Hyndman and Athanasopoulos, "Forecasting: Principles and
//! Practice", third edition, section 8.3.) It begins when one season was seen: with its mean as the level, no trend, and what each part was above or below the
//! mean. Before that nothing is expected of anything.
//!
//! A look is of the part of the season that its time is in, so it does not matter whether a season is a whole number of looks. There are no more parts than
//! [`MOST`], whatever the season is, so memory is bounded; where looks are nearer together than that several are of one part. All of it is sums and products, the
//! same on every machine.

use millrace_trace::{SimTime, Span};

/// The most parts of a season: a day of looks every thirty seconds.
pub const MOST: u64 = 2_880;

/// How much of what is new is taken in: of the level, the trend and the season.
const ALPHA: f64 = 0.2;
const BETA: f64 = 0.01;
const GAMMA: f64 = 0.3;

/// A load that repeats itself.
#[derive(Clone, Debug)]
pub struct Season {
    period: Span,
    every: Span,
    first: Option<SimTime>,
    /// What is above or below the level in each part; while the first season is seen, the sum of what was seen in it, and of how many looks.
    parts: Vec<(f64, u32)>,
    known: Option<Known>,
}

/// What is known after the first season.
#[derive(Clone, Copy, Debug)]
struct Known {
    level: f64,
    trend: f64,
}

impl Season {
    /// Nothing seen yet of a season that is so long, by one who looks so often.
    pub fn new(period: Span, every: Span) -> Season {
        let (period, every) = (Span(period.0.max(1)), Span(every.0.max(1)));
        let parts = (period.0 / every.0).clamp(1, MOST) as usize;
        Season { period, every, first: None, parts: vec![(0.0, 0); parts], known: None }
    }

    /// Of how many parts it is.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    fn part(&self, at: SimTime) -> usize {
        let phase = u128::from(at.0 % self.period.0) * self.parts.len() as u128;
        (phase / u128::from(self.period.0)) as usize
    }

    /// Takes in a look.
    pub fn look(&mut self, now: SimTime, seen: f64) {
        let first = *self.first.get_or_insert(now);
        if self.known.is_none() && now.since(first) >= self.period {
            self.begin();
        }
        let part = self.part(now);
        let Some((of_part, looks)) = self.parts.get_mut(part) else { return };
        let Some(Known { level, trend }) = &mut self.known else {
            *of_part += seen;
            *looks += 1;
            return;
        };
        let (level_before, trend_before) = (*level, *trend);
        *level = ALPHA * (seen - *of_part) + (1.0 - ALPHA) * (level_before + trend_before);
        *trend = BETA * (*level - level_before) + (1.0 - BETA) * trend_before;
        *of_part = GAMMA * (seen - level_before - trend_before) + (1.0 - GAMMA) * *of_part;
    }

    /// One season was seen: its mean, and what each part is above or below it.
    fn begin(&mut self) {
        let seen = |(sum, looks): &(f64, u32)| (*looks > 0).then(|| sum / f64::from(*looks));
        let means: Vec<f64> = self.parts.iter().filter_map(seen).collect();
        let level = means.iter().sum::<f64>() / means.len().max(1) as f64;
        self.parts.iter_mut().for_each(|part| *part = (seen(part).unwrap_or(level) - level, 0));
        self.known = Some(Known { level, trend: 0.0 });
    }

    /// What is to be expected so many looks after this one, no less than nothing; unknown before a season was seen.
    pub fn expected(&self, now: SimTime, looks: u64) -> Option<f64> {
        let Known { level, trend } = self.known?;
        let then = SimTime(now.0.saturating_add(self.every.0.saturating_mul(looks)));
        let (of_part, _) = self.parts.get(self.part(then))?;
        Some((level + looks as f64 * trend + of_part).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn at(look: u64) -> SimTime {
        SimTime((look + 1) * 30 * SECOND)
    }

    #[test]
    fn a_load_that_repeats_itself_is_expected_as_it_was_and_nothing_before_a_season_is_over() {
        let of = |look: u64| [3.0, 8.0, 40.0, 9.0, 0.0, 6.0][look as usize % 6];
        let mut season = Season::new(Span::secs(180), Span::secs(30));
        for look in 0..60 {
            season.look(at(look), of(look));
            for ahead in 1..=9 {
                let expected = season.expected(at(look), ahead);
                assert_eq!(expected.is_some(), look >= 6, "look {look}");
                let off = expected.map_or(0.0, |expected| (expected - of(look + ahead)).abs());
                assert!(off < 1e-9, "look {look}, {ahead} ahead: {expected:?}");
            }
        }
    }

    #[test]
    fn what_grows_from_day_to_day_is_expected_to_grow_on() {
        // A tenth of one more each look, on top of a wave.
        let of = |look: u64| [10.0, 20.0, 60.0, 30.0][look as usize % 4] + look as f64 / 10.0;
        let mut season = Season::new(Span::secs(120), Span::secs(30));
        (0..4_000).for_each(|look| season.look(at(look), of(look)));
        for ahead in [1, 2, 5] {
            let off = season.expected(at(3_999), ahead).expect("many seasons were seen") - of(3_999 + ahead);
            assert!(off.abs() < 0.1, "{ahead} ahead: {off}");
        }
    }

    #[test]
    fn it_forgets_what_is_no_more_so() {
        let mut season = Season::new(Span::secs(120), Span::secs(30));
        (0..40).for_each(|look| season.look(at(look), [0.0, 0.0, 100.0, 0.0][look as usize % 4]));
        (40..200).for_each(|look| season.look(at(look), 50.0));
        for ahead in 1..=4 {
            let expected = season.expected(at(199), ahead).expect("many seasons were seen");
            assert!((expected - 50.0).abs() < 1.0, "{expected}");
        }
    }

    #[test]
    fn its_memory_is_bounded_and_a_season_that_is_no_whole_number_of_looks_is_one_too() {
        assert_eq!(Season::new(Span::secs(7 * 86_400), Span::secs(1)).parts(), 2_880);
        assert_eq!(Season::new(Span::ZERO, Span::secs(30)).parts(), 1);
        let mut odd = Season::new(Span::secs(100), Span::secs(30));
        assert_eq!(odd.parts(), 3);
        (0..30).for_each(|look| odd.look(at(look), 7.0));
        assert_eq!(odd.expected(at(29), 1), Some(7.0));
    }
}
