//! The pool manager's further rules of size: a plain loop per rule, written from the formulas of the explanation, agrees on every size; what each scenario says holds
//! on many seeds; a measure that cannot be read says where; what is drawn says what is in force, what is expected and what comes next.

use crate::coordination::detail;
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::follow;
use millrace::engine::Seed;
use millrace::parts::{Look, Measure};
use millrace::session::Scenario;
use millrace::view::text;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;

/// What is wanted, in seconds and connections.
#[derive(Clone, Debug)]
enum Load {
    List(Vec<(u64, u32)>),
    Daily(Vec<(u64, u32)>),
    Wave(u32, u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    Steps,
    Adaptive,
    Tuned,
    Forecast,
    Pressure,
    Waiting,
}

/// The parameters of a run, in seconds, percent and thousandths.
#[derive(Clone, Debug)]
struct Given {
    seed: String,
    load: Load,
    period: u64,
    noise: u32,
    rule: Rule,
    ends: (u32, u32),
    step: u32,
    interval: u64,
    cool_down: u64,
    aim: u32,
    tolerance: u32,
    goal: u32,
    bounds: (u32, u32),
    run_for: u64,
}

const GIVEN: Given = Given {
    seed: String::new(),
    load: Load::Wave(20, 180),
    period: 2_400,
    noise: 100,
    rule: Rule::Steps,
    ends: (10, 200),
    step: 5,
    interval: 30,
    cool_down: 120,
    aim: 70,
    tolerance: 100,
    goal: 10,
    bounds: (20, 95),
    run_for: 7_200,
};

/// What the model found: the sizes, those who had to wait from an instant on, and the connection-hours from then on.
struct Found {
    sizes: Vec<(u64, u32)>,
    waits: u64,
    hours: f64,
    target: f64,
}

impl Given {
    fn link(&self) -> String {
        let list = |list: &[(u64, u32)]| list.iter().map(|(at, n)| format!("{n}@{at}s")).collect::<Vec<_>>().join(";");
        let load = match &self.load {
            Load::List(entries) => format!("load={}", list(entries)),
            Load::Daily(entries) => format!("arrivals=repeated&load={}", list(entries)),
            Load::Wave(from, to) => format!("arrivals=day&rate={from}&to={to}"),
        };
        let rule = match self.rule {
            Rule::Steps => "steps",
            Rule::Adaptive => "adaptive",
            Rule::Tuned => "tuned",
            Rule::Forecast => "forecast",
            Rule::Pressure | Rule::Waiting => "measure",
        };
        let measure = if self.rule == Rule::Waiting { "100*waiting/size" } else { "100*(in-use%2Bwaiting)/size" };
        let share = |thousandths: u32| f64::from(thousandths) / 1_000.0;
        let Given { period, ends: (min, max), step, interval, cool_down, aim, bounds: (least, most), .. } = self;
        format!(
            "pool-manager?{load}&period={period}s&noise={}&rule={rule}&step={step}&min={min}&max={max}&interval={interval}s&cool-down={cool_down}s&aim={aim}\
             &measure={measure}&measure-target={aim}&tolerance={}&goal={}&aim-least={least}&aim-most={most}&run-for={}s&lifetime=0s&seed={}",
            share(self.noise),
            share(self.tolerance),
            share(self.goal),
            self.run_for,
            self.seed
        )
    }

    /// How many are wanted from when on, up to the end, in nanoseconds.
    fn changes(&self) -> Vec<(u64, u32)> {
        let end = self.run_for * SECOND;
        let plain: Vec<(u64, f64)> = match &self.load {
            Load::List(list) => in_order(list).into_iter().map(|(at, n)| (at * SECOND, n.into())).collect(),
            Load::Daily(list) => (0..=self.run_for / self.period)
                .flat_map(|day| in_order(list).into_iter().map(move |(at, n)| (day, at, n)))
                .map(|(day, at, n)| ((day * self.period + at) * SECOND, n.into()))
                .collect(),
            Load::Wave(from, to) => {
                let (from, to) = (f64::from(*from), f64::from(*to));
                let step = (self.period * SECOND / 288).max(5 * SECOND);
                let at = |n: u64| {
                    let t = (n * step) as f64 / 1e9;
                    let angle = std::f64::consts::TAU * t / self.period as f64;
                    (n * step, (from + to) / 2.0 - (to - from) / 2.0 * libm::cos(angle))
                };
                (0..=end / step).map(at).collect()
            }
        };
        let seed = Seed::from_word(&self.seed);
        let strays = |(n, (at, wanted)): (usize, (u64, f64))| {
            let by = f64::from(self.noise) / 1_000.0;
            let factor = if by > 0.0 { 1.0 + by * (2.0 * seed.draw("load", n as u64, 0).unit() - 1.0) } else { 1.0 };
            (at, libm::round(wanted * factor).clamp(0.0, 1_000.0) as u32)
        };
        plain.into_iter().enumerate().map(strays).collect()
    }

    /// The rules as the explanation has them, over connections that are counted and never opened. Counted from an instant on.
    fn model(&self, from: u64) -> Found {
        let mut size = 32_u32;
        let (mut wanted, mut waits, mut waits_before) = (0_u32, 0_u64, 0_u64);
        let mut changes = self.changes().into_iter().peekable();
        let (mut seen, mut used): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut changed: Option<u64> = None;
        let mut target = f64::from(self.aim);
        if self.rule == Rule::Tuned {
            target = target.clamp(self.bounds.0.into(), self.bounds.1.into());
        }
        let mut since = (0_u64, 0_u64);
        let mut found = Found { sizes: vec![(0, size)], waits: 0, hours: 0.0, target };
        for look in (1..).take_while(|look| look * self.interval <= self.run_for) {
            let now = look * self.interval;
            while let Some((_, n)) = changes.next_if(|(at, _)| *at <= now * SECOND) {
                waits += u64::from(n.saturating_sub(size.max(wanted)));
                wanted = n;
            }
            let lately = waits - waits_before;
            waits_before = waits;
            if now > from {
                found.waits += lately;
                found.hours += f64::from(size) * self.interval as f64 / 3_600.0;
            }
            seen.push(wanted.into());
            used.push(f64::from(wanted.min(size)) / f64::from(size) * 100.0);
            since = (since.0 + lately, since.1 + u64::from(wanted));
            let rests = changed.is_some_and(|at| now < at + self.cool_down);
            if self.rule == Rule::Tuned && !rests {
                self.tune(std::mem::take(&mut since), size, &mut target);
            }
            let wish = self.wish((size, wanted), &seen, &used, target);
            if !rests && wish != size {
                (size, changed) = (wish, Some(now));
                found.sizes.push((now * SECOND, size));
            }
            waits += u64::from(wanted.saturating_sub(size));
        }
        found.target = target;
        found
    }

    fn tune(&self, (waited, wanted): (u64, u64), size: u32, target: &mut f64) {
        if wanted == 0 {
            return;
        }
        let off = f64::from(self.goal) / 1_000.0 - (waited as f64 / wanted as f64).min(1.0);
        if (off < 0.0 && size < self.ends.1) || (off >= 0.0 && size > self.ends.0) {
            *target = (*target + 0.5 * 100.0 * off).clamp(self.bounds.0.into(), self.bounds.1.into());
        }
    }

    fn wish(&self, (size, wanted): (u32, u32), seen: &[f64], used: &[f64], target: f64) -> u32 {
        let (least, greatest) = self.ends;
        let fits = |of: f64, target: f64| {
            let off = of / f64::from(size) * 100.0 / target - 1.0;
            let fitting = (of * 100.0 / target - 1e-9).ceil().max(0.0) as u32;
            let next = if off.abs() <= f64::from(self.tolerance) / 1_000.0 + 1e-9 { size } else { fitting };
            next.clamp(least, greatest)
        };
        match self.rule {
            Rule::Adaptive | Rule::Tuned | Rule::Pressure => fits(wanted.into(), target),
            Rule::Waiting => fits(wanted.saturating_sub(size).into(), target),
            Rule::Steps | Rule::Forecast => {
                let last = &used[used.len().saturating_sub(10)..];
                let mean = last.iter().sum::<f64>() / last.len() as f64;
                let plain = if mean > 80.0 && size < greatest {
                    (size + self.step).min(greatest)
                } else if mean < 30.0 && size > least {
                    size.saturating_sub(self.step).max(least)
                } else {
                    size
                };
                let Some(most) = self.most_expected(seen).filter(|_| self.rule == Rule::Forecast) else { return plain };
                let expected = ((most / f64::from(self.aim) * 100.0 - 1e-9).ceil() as u32).max(wanted.min(size));
                if plain > size { expected.max(plain) } else { expected }.clamp(least, greatest)
            }
        }
    }

    /// Holt and Winters over all that was seen, from the first look on, as the textbook writes it: a value a look, and none forgotten.
    fn most_expected(&self, seen: &[f64]) -> Option<f64> {
        let m = (self.period / self.interval) as usize;
        let n = seen.len();
        if n <= m {
            return None;
        }
        let (mut level, mut trend) = (seen[..m].iter().sum::<f64>() / m as f64, 0.0);
        let mut season: Vec<f64> = seen[..m].iter().map(|y| y - level).collect();
        for (t, y) in seen.iter().enumerate().skip(m) {
            let next = 0.2 * (y - season[t - m]) + 0.8 * (level + trend);
            season.push(0.3 * (y - level - trend) + 0.7 * season[t - m]);
            trend = 0.01 * (next - level) + 0.99 * trend;
            level = next;
        }
        let ahead = (self.cool_down + self.interval).div_ceil(self.interval) as usize;
        (1..=ahead).map(|h| (level + h as f64 * trend + season[n - m + (h - 1) % m]).max(0.0)).reduce(f64::max)
    }
}

/// In the order of time; of those at one instant the last is in force.
fn in_order(list: &[(u64, u32)]) -> Vec<(u64, u32)> {
    let mut list = list.to_vec();
    list.sort_by_key(|(at, _)| *at);
    let lasts = |(index, (at, _)): &(usize, &(u64, u32))| list.get(index + 1).is_none_or(|(next, _)| next > at);
    list.iter().enumerate().filter(lasts).map(|(_, entry)| *entry).collect()
}

fn sizes_of(link: &str) -> Vec<(u64, u32)> {
    let detail = detail(link);
    let sizes = detail["sizes"].as_array().expect("a list").clone();
    let number = |of: &serde_json::Value| of.as_u64().expect("a number");
    sizes.iter().map(|entry| (number(&entry[0]), number(&entry[1]) as u32)).collect()
}

fn given() -> impl Strategy<Value = Given> {
    let rule = prop_oneof![
        2 => Just(Rule::Adaptive), 3 => Just(Rule::Tuned), 4 => Just(Rule::Forecast), 2 => Just(Rule::Pressure), 1 => Just(Rule::Waiting)
    ];
    let list = || proptest::collection::vec((0..600_u64, 0..120_u32), 1..7);
    let load = prop_oneof![
        list().prop_map(Load::List),
        list().prop_map(Load::Daily),
        (0..60_u32, 0..120_u32).prop_map(|(from, to)| Load::Wave(from, to)),
    ];
    let knobs = (10..100_u32, prop_oneof![Just(0_u32), Just(100), 1..400_u32], 0..200_u32, (1..50_u32, 0..50_u32));
    let pace =
        (prop_oneof![Just(30_u64), Just(20), Just(60)], prop_oneof![Just(0_u64), Just(120), 1..300_u64], 1..30_u32);
    let ends = (1..60_u32, 0..140_u32);
    ("[a-z]{1,6}", load, prop_oneof![Just(0_u32), 1..400_u32], rule, knobs, pace, ends, 600..2_600_u64).prop_map(
        |(
            seed,
            load,
            noise,
            rule,
            (aim, tolerance, goal, (least, more)),
            (interval, cool_down, step),
            (min, span),
            run_for,
        )| {
            let (ends, bounds) = ((min, min + span), (least, least + more));
            // A whole number of looks, as a textbook has it.
            let period = 600;
            Given {
                seed,
                load,
                period,
                noise,
                rule,
                ends,
                step,
                interval,
                cool_down,
                aim,
                tolerance,
                goal,
                bounds,
                run_for,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_plain_loop_agrees_on_every_size_of_every_rule(given in given()) {
        prop_assert_eq!(sizes_of(&given.link()), given.model(0).sizes, "{}", given.link());
    }
}

/// A text, and what it is worth at a look at which 15 of 20 are used and five wait.
fn expression() -> impl Strategy<Value = (String, f64)> {
    let leaf = prop_oneof![
        Just(("in-use".to_owned(), 15.0)),
        Just(("waiting".to_owned(), 5.0)),
        Just(("size".to_owned(), 20.0)),
        Just(("wanted".to_owned(), 20.0)),
        (0..100_u32).prop_map(|n| (format!("{n}.5"), f64::from(n) + 0.5)),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!['+', '-', '*', '/']), inner).prop_map(|((a, x), sign, (b, y))| {
            let value = match sign {
                '+' => x + y,
                '-' => x - y,
                '*' => x * y,
                _ if y == 0.0 => 0.0,
                _ => x / y,
            };
            (format!("({a} {sign} {b})"), value)
        })
    })
}

proptest! {
    #[test]
    fn a_measure_is_worth_what_its_expression_is_and_any_other_text_says_where_it_is_wrong((text, value) in expression(), any in "[a-z0-9 ()+*/.é-]{0,30}") {
        let found = Look { size: 20, in_use: 15, waiting: 5, ..Look::default() };
        if text.contains(|c: char| c.is_ascii_alphabetic()) && text.len() <= 120 {
            prop_assert_eq!(Measure::read(&text).map(|measure| measure.of(&found)), Ok(value), "{}", text);
        }
        if let Err(message) = Measure::read(&any) {
            let at = message.strip_prefix("at character ").and_then(|rest| rest.split_once(':')).map(|(at, _)| at.parse());
            let at: usize = at.expect("it says where").expect("a number");
            prop_assert!((1..=any.chars().count() + 1).contains(&at), "{any:?}: {message}");
        }
    }
}

fn with_seed(given: &Given, seed: u32) -> Given {
    Given { seed: format!("s{seed}"), ..given.clone() }
}

/// What a run did from an instant on, by its report: who waited, and connection-hours.
fn waits_and_hours(link: &str) -> (u64, f64) {
    let detail = detail(link);
    (detail["waits"].as_u64().expect("a number"), detail["connection_hours"].as_f64().expect("a number"))
}

/// Twenty and a hundred and eighty, in a day of forty minutes, as in the scenario.
fn days(rule: Rule) -> Given {
    Given { rule, step: 10, ..GIVEN }
}

#[test]
fn from_the_second_day_on_a_forecast_lets_nobody_wait_at_fewer_connection_hours_than_the_plain_rule() {
    for seed in 0..40 {
        let found = |rule| with_seed(&days(rule), seed).model(2_400);
        let (plain, forecast) = (found(Rule::Steps), found(Rule::Forecast));
        assert!(plain.waits >= 500, "seed {seed}: {} waited", plain.waits);
        assert_eq!(forecast.waits, 0, "seed {seed}");
        assert!(forecast.hours < plain.hours * 0.95, "seed {seed}: {} and {} hours", forecast.hours, plain.hours);
    }
    // What runs is what was counted.
    for rule in [Rule::Steps, Rule::Forecast] {
        let given = with_seed(&days(rule), 3);
        assert_eq!(sizes_of(&given.link()), given.model(0).sizes);
    }
    let whole = |rule: &str| waits_and_hours(&format!("pool-manager?preset=forecast&rule={rule}&seed=s5"));
    let ((plain, _), (forecast, _)) = (whole("steps"), whole("forecast"));
    // The first day, on which nothing is known, is the same in both.
    assert!(forecast < plain, "{forecast} and {plain}");
}

fn tuned(rule: Rule, aim: u32) -> Given {
    Given { load: Load::Wave(60, 100), period: 7_200, noise: 200, rule, aim, ..GIVEN }
}

#[test]
fn a_target_that_is_too_high_or_too_low_is_moved_until_about_as_many_wait_as_may() {
    for seed in 0..40 {
        let found = |rule, aim| with_seed(&tuned(rule, aim), seed).model(3_600);
        let (high, low) = (found(Rule::Tuned, 95), found(Rule::Tuned, 30));
        let (left_high, left_low) = (found(Rule::Adaptive, 95), found(Rule::Adaptive, 30));
        assert!(high.waits * 2 < left_high.waits, "seed {seed}: {} and {}", high.waits, left_high.waits);
        assert!(low.hours * 5.0 < left_low.hours * 4.0, "seed {seed}: {} and {} hours", low.hours, left_low.hours);
        // A hundred or so want one at each of 120 looks, of which one in a hundred may wait.
        for (from, found) in [(95, &high), (30, &low)] {
            assert!(found.waits < 250, "seed {seed}, from {from}: {} waited", found.waits);
            assert!((60.0..=95.0).contains(&found.target), "seed {seed}, from {from}: at {}", found.target);
        }
    }
    let given = with_seed(&tuned(Rule::Tuned, 95), 3);
    assert_eq!(sizes_of(&given.link()), given.model(0).sizes);
    let target = detail("pool-manager?preset=tuned")["target_percent"].as_f64().expect("a target");
    assert!((60.0..95.0).contains(&target), "{target}");
    assert!(detail("pool-manager?preset=adaptive")["target_percent"].is_null());
}

#[test]
fn a_measure_that_is_nothing_when_all_is_well_opens_and_closes_and_one_that_counts_all_does_not() {
    let list = Load::List(vec![(0, 20), (300, 100), (900, 110)]);
    let given = Given { load: list, noise: 100, run_for: 1_800, ..GIVEN };
    for seed in 0..40 {
        let changes = |rule| with_seed(&Given { rule, ..given.clone() }, seed).model(0).sizes.len();
        assert!(changes(Rule::Waiting) >= 8 && changes(Rule::Pressure) <= 5, "seed {seed}");
    }
    let changes = |measure: &str| sizes_of(&format!("pool-manager?preset=measure&measure={measure}")).len();
    assert!(changes("waiting/size") >= 8 && changes("(in-use%2Bwaiting)/size") <= 5);
}

#[test]
fn one_step_is_enough_for_nine_times_the_load_and_five_at_a_time_are_not() {
    assert_eq!(sizes_of("pool-manager?preset=adaptive")[..2], [(0, 32), (30 * SECOND, 29)]);
    let sizes = sizes_of("pool-manager?preset=adaptive");
    assert_eq!(sizes[2], (600 * SECOND, 200), "⌈180 ÷ 0.7⌉ is above the greatest");
    assert_eq!(sizes.len(), 3);
}

#[test]
fn how_long_they_waited_is_a_measure_too() {
    // Ninety come 15 s before a look, of whom 58 wait, and nobody after it.
    let sizes = sizes_of(
        "pool-manager?rule=measure&measure=wait-p95&measure-target=10&tolerance=0&cool-down=0s&load=20@0s;90@15s&max=500&min=1&run-for=30s",
    );
    assert_eq!(sizes, [(0, 32), (30 * SECOND, 48)], "15 s in place of 10");
}

#[test]
fn all_rules_race_on_the_same_traffic() {
    let base = Scenario::read("pool-manager?preset=forecast&run-for=50m&period=20m").expect("a link").scenario;
    let mut race = millrace::export::race::RaceRun::new(&base, 1).expect("a race");
    while !race.work(100_000) {}
    assert_eq!(race.rows().len(), 6);
    let text = millrace::export::race::text(&race);
    // Of each rule there is a figure, and the same clients came to all.
    assert!(race.lines().iter().all(|line| line.mean.is_some()), "{text}");
    assert!(text.contains("All met the same"), "{text}");
}

#[test]
fn what_cannot_be_read_or_stand_together_is_said_at_its_field() {
    let notices = |query: &str| Scenario::read(&format!("pool-manager?{query}")).expect("a link").notices.join(" ");
    for (query, says) in [
        ("rule=measure&measure=waiting / sise", "at character 11: \"sise\" is none of in-use, waiting"),
        ("rule=measure&measure=(waiting", "at character 9: a bracket is not closed"),
        ("rule=measure&measure=", "at character 1: a name or a number is missing"),
        ("rule=tuned&aim-least=90&aim-most=30", "the lowest target, 90 %, is above the highest, 30 %"),
        ("arrivals=repeated&period=5m", "what is to come at 10m never does, as every 5m all begins anew"),
        ("rule=forecast&period=1m&interval=1m&arrivals=day", "who looks every 1m sees nothing repeat itself every 1m"),
    ] {
        assert!(notices(query).contains(says), "{query}: {}", notices(query));
    }
    // Where they do not matter they are no reason to complain.
    assert_eq!(notices("aim-least=90&aim-most=30&rule=adaptive"), "");
}

#[test]
fn the_picture_of_every_rule_stays_on_its_canvas_and_says_what_is_in_force_expected_and_next() {
    for preset in ["adaptive", "forecast", "tuned", "measure"] {
        for (minutes, size) in [(0, WIDE), (13, PHONE), (29, (620.0, 300.0)), (29, WIDE)] {
            let scenario = Scenario::read(&format!("pool-manager?preset={preset}")).expect("a good link").scenario;
            stays_on_canvas(scenario, minutes * 60_000, size);
        }
    }
    let rows = |link: &str, seconds: u64| {
        seen(&format!("pool-manager?{link}"), seconds * 1_000 + 500, WIDE, |scene, look| {
            text::rows(scene, look).into_iter().map(|row| row.says).collect::<Vec<_>>().join(" · ")
        })
    };
    let forecast = |seconds| rows("preset=forecast&noise=0", seconds);
    assert!(forecast(600).contains("learns a period, 30:00 left"), "{}", forecast(600));
    assert!(forecast(3_000).contains("expected in 2:30"), "{}", forecast(3_000));
    assert!(forecast(3_001).contains("rests for") && forecast(3_001).contains(", then "), "{}", forecast(3_001));
    // 95 % and a tenth of it, before anything was moved.
    let tuned = rows("preset=tuned", 1);
    assert!(tuned.contains("grows above 104.5 %, shrinks below 85.5 %; 0 % waited, 1 % may"), "{tuned}");
    let measure = rows("preset=measure&noise=0", 30);
    assert!(measure.contains("(in-use + waiting) / size is 89.3 % of 0.7, grows above 110 %"), "{measure}");
}

#[test]
fn as_shipped_the_rules_that_nobody_built_are_there_as_they_are_documented() {
    // Only the two thresholds are other ones: what a proportional rule goes by is not touched by them.
    let sizes = |fidelity: &str| sizes_of(&format!("pool-manager?preset=adaptive&fidelity={fidelity}"));
    assert_eq!(sizes("shipped"), sizes("documented"));
    assert!(follow("pool-manager?preset=tuned&fidelity=shipped").history().detail().is_some());
}
