//! The choice between the rules of size, as parameters that a pattern takes: one key says which, and each rule has its knobs.

use super::{
    Forecast, ForecastSettings, Measure, Proportional, ProportionalSettings, SizeRule, Stabilised, StabilisedSettings,
    Steps, StepsSettings, Tuned, TunedSettings,
};
use millrace_spec::{self as spec, Choice, DefaultValue, Field, Share, Value, Values, params};
use millrace_trace::Span;

const STEPS: &str = "steps";
const STABILISED: &str = "stabilised";
const ADAPTIVE: &str = "adaptive";
const TUNED: &str = "tuned";
const FORECAST: &str = "forecast";
const MEASURE: &str = "measure";

const RULES: &[Choice] = &[
    Choice {
        id: STEPS,
        label: "Steps",
        help: "A step more above one threshold, a step fewer below another, and then a rest.",
    },
    Choice {
        id: STABILISED,
        label: "Stabilised",
        help: "At once to the size that fits the use, and down only to the most that was right in the last minutes.",
    },
    Choice { id: ADAPTIVE, label: "Adaptive", help: "One step as large as the load is off, and then a rest." },
    Choice { id: TUNED, label: "Tuned", help: "Adaptive, with a target that moves until no more wait than may." },
    Choice {
        id: FORECAST,
        label: "Forecast",
        help: "As many as the load will need that repeats itself; steps until a period was seen.",
    },
    Choice {
        id: MEASURE,
        label: "Own measure",
        help: "Adaptive, by a measure that you write down in place of the use.",
    },
];

const MEASURES: &[&str] = &["(in-use + waiting) / size", "waiting / size", "wait-p95", "2*waiting+in-use"];
const DAY: Span = Span::secs(86_400);

fn is_one_of(values: &Values, rules: &[&str]) -> bool {
    rules.contains(&values.word("rule"))
}

/// Two thresholds and a step between them.
fn steps(values: &Values) -> bool {
    is_one_of(values, &[STEPS, FORECAST])
}

fn rests(values: &Values) -> bool {
    !stabilises(values)
}

fn stabilises(values: &Values) -> bool {
    is_one_of(values, &[STABILISED])
}

/// It goes by a target, around which nothing changes.
fn tolerates(values: &Values) -> bool {
    !steps(values)
}

/// Of which the use is what is meant to be somewhere.
fn aims(values: &Values) -> bool {
    !is_one_of(values, &[STEPS, MEASURE])
}

fn tunes(values: &Values) -> bool {
    is_one_of(values, &[TUNED])
}

fn measures(values: &Values) -> bool {
    is_one_of(values, &[MEASURE])
}

fn check_measure(text: &str) -> Result<(), String> {
    Measure::read(text).map(drop)
}

/// What makes it grow is not what makes it shrink.
fn thresholds_ordered(values: &Values) -> Result<(), String> {
    let (up, down) = (values.number("up"), values.number("down"));
    if down <= up {
        Ok(())
    } else {
        Err(format!("at a use between {up} % and {down} % it would grow and shrink at once"))
    }
}

/// The lowest target is not above the highest.
fn bounds_ordered(values: &Values) -> Result<(), String> {
    let (least, greatest) = (values.number("aim-least"), values.number("aim-most"));
    if least <= greatest {
        Ok(())
    } else {
        Err(format!("the lowest target, {least} %, is above the highest, {greatest} %"))
    }
}

/// A share in place of a percentage.
fn is_meant_otherwise(values: &Values) -> Option<String> {
    let up = values.number("up");
    (up > 0.0 && up <= 1.0).then(|| format!("{} was meant: {up} % of use grows the pool", spec::plain(up * 100.0)))
}

fn shipped(number: f64) -> DefaultValue {
    DefaultValue::Is(Value::Number(number))
}

params! {
    /// By which rule a size is found, and the knobs of each.
    pub struct Sizing {
        /// By which rule the size is found.
        rule: String => Field::choice("rule", "Rule", STEPS, RULES).simple(),
        /// How many more or fewer at once.
        step: u32 => Field::count("step", "Step", 5, 1..=1_000).simple().when(steps),
        /// Above this mean use there is a step up.
        up: f64 => Field::rate("up", "Scale above", 80.0, 0.0..=100.0).unit("%").shipped(shipped(0.8)).simple().when(steps).fits(thresholds_ordered).remark(is_meant_otherwise),
        /// Below this mean use there is a step down.
        down: f64 => Field::rate("down", "Scale below", 30.0, 0.0..=100.0).unit("%").shipped(shipped(0.3)).simple().when(steps).fits(thresholds_ordered),
        /// How long nothing changes after a step.
        cool_down: Span => Field::span("cool-down", "Cool-down", Span::secs(120), Span::ZERO..=DAY).simple().when(rests),
        /// The use that is meant to be; where the target is tuned, the one that it begins with.
        aim: f64 => Field::rate("aim", "Target use", 70.0, 1.0..=100.0).unit("%").simple().when(aims),
        /// What the rule goes by in place of the use: numbers and in-use, waiting, wanted, size, use, waits, wait-mean, wait-p95 (both in seconds), with + - * / and brackets. What is divided by nothing is nothing.
        measure: String => Field::text("measure", "Measure", "(in-use + waiting) / size", "waiting / size", check_measure, MEASURES).simple().when(measures),
        /// What the measure is meant to be.
        measure_target: f64 => Field::rate("measure-target", "Its target", 0.7, 0.001..=100_000.0).unit("").simple().when(measures),
        /// Within this share of the target nothing changes.
        tolerance: Share => Field::share("tolerance", "Tolerance", 0.1, 1.0).simple().when(tolerates),
        /// It goes down to no less than the most that was right in this time.
        stabilise: Span => Field::span("stabilise", "Window down", Span::secs(300), Span::ZERO..=DAY).simple().when(stabilises),
        /// The share of those who want one that may have to wait. Where more do the target falls, otherwise it rises.
        goal: Share => Field::share("goal", "May wait", 0.01, 1.0).simple().when(tunes),
        /// How far the target moves: so many percent for each percent by which the share of those who waited is off.
        gain: f64 => Field::rate("gain", "Gain", 0.5, 0.0..=10.0).unit("").when(tunes),
        /// The target is never lower.
        aim_least: f64 => Field::rate("aim-least", "Lowest target", 20.0, 1.0..=100.0).unit("%").when(tunes).fits(bounds_ordered),
        /// The target is never higher.
        aim_most: f64 => Field::rate("aim-most", "Highest target", 95.0, 1.0..=100.0).unit("%").when(tunes).fits(bounds_ordered),
    }
}

/// What is scaled: what all rules have to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    /// The least size and the greatest.
    pub ends: (u32, u32),
    /// How often somebody looks.
    pub every: Span,
    /// After how long the load repeats itself, for whoever forecasts it.
    pub season: Span,
}

impl Sizing {
    /// The rule, which has seen nothing yet.
    pub fn rule(&self, of: Scaled) -> SizeRule {
        let Scaled { ends, every, season } = of;
        let Sizing { step, up, down, cool_down, aim, tolerance: Share(tolerance), .. } = *self;
        let steps = StepsSettings { ends, step, up, down, cool_down };
        let proportional = ProportionalSettings { ends, target: aim, tolerance, cool_down };
        match self.rule.as_str() {
            STABILISED => SizeRule::Stabilised(Stabilised::new(StabilisedSettings {
                ends,
                target: aim,
                tolerance,
                up_window: Span::ZERO,
                down_window: self.stabilise,
            })),
            ADAPTIVE => SizeRule::Adaptive(Proportional::new(proportional)),
            TUNED => {
                let bounds = (self.aim_least.min(self.aim_most), self.aim_most);
                let settings = TunedSettings { goal: self.goal.0, gain: self.gain, bounds };
                SizeRule::Tuned(Tuned::new(proportional, settings))
            }
            FORECAST => SizeRule::Forecast(Forecast::new(steps, ForecastSettings { season, every, target: aim })),
            // The field takes no other text.
            MEASURE => match Measure::read(&self.measure) {
                Ok(measure) => {
                    let settings = ProportionalSettings { target: self.measure_target, ..proportional };
                    SizeRule::Measured(measure, Proportional::new(settings))
                }
                Err(_) => SizeRule::Steps(Steps::new(steps)),
            },
            _ => SizeRule::Steps(Steps::new(steps)),
        }
    }

    /// Above which of what the rule goes by it grows, and below which it shrinks, as it begins, in percent.
    pub fn thresholds(&self) -> [f64; 2] {
        let around = |target: f64| [target * (1.0 + self.tolerance.0), target * (1.0 - self.tolerance.0)];
        match self.rule.as_str() {
            STEPS | FORECAST => [self.up, self.down],
            // In percent of its target.
            MEASURE => around(100.0),
            TUNED => around(self.aim.max(self.aim_least).min(self.aim_most)),
            _ => around(self.aim),
        }
    }

    /// Whether it forecasts a load that repeats itself.
    pub fn forecasts(&self) -> bool {
        self.rule == FORECAST
    }

    /// How whatever is scaled so is shown, of which there may be so many at most.
    pub fn shown(&self, of: Scaled, most: u32) -> spec::Scaler {
        let is = |rule: &str| self.rule == rule;
        let steps = is(STEPS) || is(FORECAST);
        let Scaled { every, season, .. } = of;
        spec::Scaler {
            most,
            every,
            rests: if is(STABILISED) { Span::ZERO } else { self.cool_down },
            meant: (steps && self.up > 0.0 && self.up <= 1.0).then_some([self.up * 100.0, self.down * 100.0]),
            trend: false,
            goes_by: match self.rule.as_str() {
                STEPS | FORECAST => spec::GoesBy::Mean,
                STABILISED => spec::GoesBy::Use,
                MEASURE => spec::GoesBy::Own { says: self.measure.clone(), target: self.measure_target },
                _ => spec::GoesBy::Wanted,
            },
            expects: is(FORECAST).then(|| spec::Expects {
                season,
                ahead: Span(every.0.saturating_mul(Forecast::ahead(self.cool_down, every, season))),
            }),
            goal: is(TUNED).then_some(self.goal.0),
        }
    }
}
