//! Forecast: as many as will be needed, while there is still time to open them. It is *load prediction*.
//!
//! A rule that follows the use is late by what it takes to believe it and by the rest after its last step. This one goes by what the load is expected to be
//! ([`Season`]): whatever size it chooses now stays until a rest and one look later, so it takes
//!
//! size = ⌈the most that is expected of any look up to then × 100 ÷ target⌉
//!
//! Until one season was seen it takes [`Steps`], and later too where the use is above their threshold all the same: a forecast is no reason to have fewer than the plain
//! rule would. So do the predictive policies of public clouds, where the higher of the two is in force (Amazon EC2 Auto Scaling, *How predictive scaling works*).
//! What has never been, it does not expect; and the hour of the day is all that it knows.

use super::look::Look;
use super::proportional::fitting;
use super::season::{MOST, Season};
use super::steps::{Steps, StepsSettings};
use millrace_trace::{SimTime, Span};

/// The knobs of [`Forecast`], beside those of the steps that it takes where nothing is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForecastSettings {
    /// After how long the load repeats itself.
    pub season: Span,
    /// How often somebody looks.
    pub every: Span,
    /// The use that is meant to be, in percent.
    pub target: f64,
}

/// See [the module](self).
#[derive(Clone, Debug)]
pub struct Forecast {
    steps: Steps,
    season: Season,
    target: f64,
    /// For how many looks a size has to do.
    looks: u64,
    expected: Option<f64>,
    wish: Option<u32>,
}

impl Forecast {
    /// For how many looks a size has to do that is chosen now: up to the first at which it may be changed again, and the one after; beyond a season all repeats itself.
    pub fn ahead(cool_down: Span, every: Span, season: Span) -> u64 {
        let looks = |span: u64| span.div_ceil(every.0.max(1));
        looks(cool_down.0.saturating_add(every.0)).min(looks(season.0)).max(1)
    }

    /// A rule that has seen nothing yet.
    pub fn new(steps: StepsSettings, settings: ForecastSettings) -> Forecast {
        let looks = Forecast::ahead(steps.cool_down, settings.every, settings.season);
        let season = Season::new(settings.season, settings.every);
        Forecast { steps: Steps::new(steps), season, target: settings.target, looks, expected: None, wish: None }
    }

    /// Takes in a look. How many there should be.
    pub fn look(&mut self, found: &Look) -> u32 {
        let (now, size) = (found.now, found.size);
        self.season.look(now, found.wanted().into());
        self.steps.take_in(found.used());
        let plain = self.steps.wish(size);
        self.expected = self.season.expected(now, self.looks);
        let up_to_then = || self.ahead_of_now().filter_map(|ahead| self.season.expected(now, ahead));
        let most = self.expected.and_then(|_| up_to_then().reduce(f64::max));
        let wish = most.map_or(plain, |most| {
            let (least, greatest) = self.steps.ends();
            // Nobody gives back what is used for the sake of a forecast.
            let expected = fitting(1, most * 100.0, self.target, 0.0).max(found.in_use);
            if plain > size { expected.max(plain) } else { expected }.max(least).min(greatest)
        });
        self.wish = Some(wish);
        self.steps.step(now, size, wish)
    }

    /// The looks up to then: one in each part of the season where there are more of them, as those of one part are expected alike.
    fn ahead_of_now(&self) -> impl Iterator<Item = u64> + use<> {
        let (looks, n) = (self.looks, self.looks.min(MOST));
        (1..=n).map(move |turn| (u128::from(looks) * u128::from(turn) / u128::from(n)) as u64)
    }

    /// The steps that it takes where nothing is expected.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// How many are expected to be wanted when a size that is chosen now has had its time; unknown before a season was seen.
    pub fn expected(&self) -> Option<f64> {
        self.expected
    }

    /// The size that it would have gone to at the last look, whether or not it rested.
    pub fn wish(&self) -> Option<u32> {
        self.wish
    }

    /// Until when it rests.
    pub fn rests_until(&self) -> Option<SimTime> {
        self.steps.rests_until()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const STEPS: StepsSettings =
        StepsSettings { ends: (10, 200), step: 5, up: 80.0, down: 30.0, cool_down: Span::secs(120) };

    fn rule() -> Forecast {
        let settings = ForecastSettings { season: Span::secs(1_200), every: Span::secs(30), target: 70.0 };
        Forecast::new(STEPS, settings)
    }

    /// The sizes after each look at which so many are wanted.
    fn sizes(mut size: u32, wanted: impl Fn(u64) -> u32, looks: u64) -> Vec<u32> {
        let mut rule = rule();
        let look = |look: u64| {
            let wanted = wanted(look);
            let in_use = wanted.min(size);
            let now = SimTime((look + 1) * 30 * SECOND);
            size = rule.look(&Look { now, size, in_use, waiting: wanted - in_use, ..Look::default() });
            size
        };
        (0..looks).map(look).collect()
    }

    #[test]
    fn a_size_has_to_do_for_a_rest_and_one_look() {
        let ahead = |rest, every| Forecast::ahead(Span::secs(rest), Span::secs(every), Span::secs(86_400));
        assert_eq!([ahead(120, 30), ahead(0, 30), ahead(100, 30)], [5, 1, 5]);
        assert_eq!([ahead(7_200, 1), ahead(86_400, 1)], [7_201, 86_400], "and no longer than a season");
    }

    #[test]
    fn until_a_season_was_seen_it_takes_the_steps_of_the_plain_rule() {
        let wanted = |look: u64| if look % 40 < 20 { 20 } else { 150 };
        let mut plain = (Steps::new(STEPS), 32);
        let expected: Vec<u32> = (0..40)
            .map(|look| {
                let used = f64::from(wanted(look).min(plain.1)) / f64::from(plain.1) * 100.0;
                plain.1 = plain.0.look(SimTime((look + 1) * 30 * SECOND), used, plain.1);
                plain.1
            })
            .collect();
        assert_eq!(sizes(32, wanted, 40), expected);
    }

    #[test]
    fn what_was_yesterday_is_there_before_it_is_needed() {
        // 20 for ten minutes and 140 for ten: 200 are open before the 140 come, and 29 when they have gone.
        let sizes = sizes(32, |look| if look % 40 < 20 { 20 } else { 140 }, 160);
        for day in 1..3 {
            let rise = day * 40 + 20;
            assert_eq!(sizes[rise - 1], 200, "day {day}: {:?}", &sizes[rise - 6..=rise]);
            assert!(sizes[rise + 25..rise + 35].iter().all(|size| *size == 29), "day {day}");
            assert!(sizes[rise..rise + 20].iter().all(|size| *size >= 140), "day {day}: nobody has to give back one");
        }
    }

    /// A day of looks every second has more of them than a season has parts.
    #[test]
    fn what_comes_within_a_rest_of_hours_is_there_though_somebody_looks_every_second() {
        let steps = StepsSettings { cool_down: Span::secs(7_200), ..STEPS };
        let settings = ForecastSettings { season: Span::secs(86_400), every: Span::secs(1), target: 70.0 };
        let mut rule = Forecast::new(steps, settings);
        // For a quarter of an hour at noon 140 are wanted, and 20 before and after it.
        let wanted = |second: u64| if (43_200..44_100).contains(&(second % 86_400)) { 140 } else { 20 };
        let look = |rule: &mut Forecast, second: u64| {
            rule.look(&Look { now: SimTime(second * SECOND), size: 200, in_use: wanted(second), ..Look::default() })
        };
        (0..=86_400).for_each(|second| _ = look(&mut rule, second));
        let before = |rule: &Forecast, seconds: u64| {
            let mut rule = rule.clone();
            look(&mut rule, 86_400 + 43_200 - seconds);
            rule.wish()
        };
        assert_eq!([before(&rule, 7_000), before(&rule, 7_400)], [Some(200), Some(29)]);
    }

    #[test]
    fn where_more_come_than_were_expected_it_takes_the_step_of_the_plain_rule() {
        let sizes = sizes(32, |look| if look < 60 { 20 } else { 180 }, 80);
        assert_eq!(sizes[59], 29, "⌈20 ÷ 0.7⌉");
        assert!(sizes[79] > sizes[59] + 5, "{:?}", &sizes[59..]);
    }
}
