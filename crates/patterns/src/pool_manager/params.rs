//! The parameters of the pool manager, and what follows from them before anything runs.

use millrace_parts::{ConnectionPoolSettings, SizeRule, Stabilised, StabilisedSettings, Steps, StepsSettings, Take};
use millrace_spec::{Choice, DefaultValue, Field, Share, Value, Values, entries, params, parse_script};
use millrace_trace::Span;

const RULES: &[Choice] = &[
    Choice {
        id: "steps",
        label: "Steps",
        help: "A step more above one threshold, a step fewer below another, and then a rest.",
    },
    Choice {
        id: "stabilised",
        label: "Stabilised",
        help: "At once to the size that fits the use, and down only to the most that was right in the last minutes.",
    },
];

const LOADS: &[&str] = &["20@0s", "20@0s;180@10m", "0@0s; 40@30s;5@1h"];
const HOUR: Span = Span::secs(3_600);
const DAY: Span = Span::secs(86_400);
/// The most connections that may be wanted at once.
const MOST_WANTED: u32 = 1_000;

/// Reads how many connections are wanted from when on, in the order of time.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn read_load(text: &str) -> Result<Vec<(Span, u32)>, String> {
    let mut load: Vec<(Span, u32)> = Vec::new();
    for (number, at, entry) in entries(text, ';') {
        let wrong = |why: &str| format!("entry {number}, at character {at}: {why}");
        for scripted in parse_script(entry)? {
            let wanted = scripted.what.parse().ok().filter(|n| *n <= MOST_WANTED && scripted.times == 1);
            let wanted =
                wanted.ok_or_else(|| wrong("write how many are wanted from when on, as in 180@10m, up to 1,000"))?;
            load.push((scripted.at, wanted));
        }
    }
    if load.len() > 10_000 {
        return Err("10,000 entries are the most".to_owned());
    }
    millrace_trace::order::sort_by_key(&mut load, |(at, _)| *at);
    Ok(load)
}

fn check_load(text: &str) -> Result<(), String> {
    read_load(text).map(|_| ())
}

/// The least size is not above the greatest.
fn ends_ordered(values: &Values) -> Result<(), String> {
    let (least, greatest) = (values.count("min"), values.count("max"));
    if least <= greatest { Ok(()) } else { Err(format!("the least size, {least}, is above the greatest, {greatest}")) }
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

/// A share in place of a percentage.
fn is_meant_otherwise(values: &Values) -> Option<String> {
    let up = values.number("up");
    (up > 0.0 && up <= 1.0).then(|| format!("{} was meant: {up} % of use grows the pool", up * 100.0))
}

fn steps(values: &Values) -> bool {
    values.word("rule") != "stabilised"
}

fn stabilises(values: &Values) -> bool {
    !steps(values)
}

fn refuses(values: &Values) -> bool {
    !values.span("refuse-at").is_zero()
}

fn shipped(number: f64) -> DefaultValue {
    DefaultValue::Is(Value::Number(number))
}

params! {
    /// The parameters of the pool manager.
    pub struct Params {
        /// How many connections are wanted from when on: n@time joined by ;. Who finds none waits until the next look, and asks again.
        load: String => Field::text("load", "Load", "20@0s;180@10m", "n@time;…", check_load, LOADS).simple(),
        /// How many processors there are. The pool begins with four connections for each, but no fewer than 20 and no more than 100.
        cpus: u32 => Field::count("cpus", "Processors", 8, 1..=256).simple(),
        /// The least size of the pool.
        min: u32 => Field::count("min", "Least size", 10, 1..=1_000).simple().fits(ends_ordered),
        /// The greatest size of the pool.
        max: u32 => Field::count("max", "Greatest size", 200, 1..=1_000).simple().fits(ends_ordered),
        /// By which rule the size is found.
        rule: String => Field::choice("rule", "Rule", "steps", RULES).simple(),
        /// How many more or fewer at once.
        step: u32 => Field::count("step", "Step", 5, 1..=1_000).simple().when(steps),
        /// Above this mean use there is a step up.
        up: f64 => Field::rate("up", "Scale above", 80.0, 0.0..=100.0).unit("%").shipped(shipped(0.8)).simple().when(steps).fits(thresholds_ordered).remark(is_meant_otherwise),
        /// Below this mean use there is a step down.
        down: f64 => Field::rate("down", "Scale below", 30.0, 0.0..=100.0).unit("%").shipped(shipped(0.3)).simple().when(steps).fits(thresholds_ordered),
        /// How long nothing changes after a step.
        cool_down: Span => Field::span("cool-down", "Cool-down", Span::secs(120), Span::ZERO..=DAY).simple().when(steps),
        /// The use that is meant to be.
        aim: f64 => Field::rate("aim", "Target use", 70.0, 1.0..=100.0).unit("%").simple().when(stabilises),
        /// Within this share of the target nothing changes.
        tolerance: Share => Field::share("tolerance", "Tolerance", 0.1, 1.0).simple().when(stabilises),
        /// It goes down to no less than the most that was right in this time.
        stabilise: Span => Field::span("stabilise", "Window down", Span::secs(300), Span::ZERO..=DAY).simple().when(stabilises),
        /// How often the manager looks.
        interval: Span => Field::span("interval", "Interval", Span::secs(30), Span::secs(1)..=HOUR).simple(),
        /// How long it takes to open a connection.
        connect: Span => Field::span("connect", "Connect", Span::millis(15), Span::ZERO..=HOUR),
        /// How old a connection may become; it is looked at when it is given back or idle. 0 for no limit.
        lifetime: Span => Field::span("lifetime", "Lifetime", Span::secs(600), Span::ZERO..=DAY),
        /// How long a connection may be idle; 0 for no limit.
        idle_time: Span => Field::span("idle-time", "Idle time", Span::secs(120), Span::ZERO..=DAY),
        /// From when on the database takes no more connections; 0 for never. Those that are open stay.
        refuse_at: Span => Field::span("refuse-at", "Refuses from", Span::ZERO, Span::ZERO..=DAY),
        /// For how long it takes no more.
        refuse_for: Span => Field::span("refuse-for", "Refuses for", Span::secs(300), Span::secs(1)..=DAY).when(refuses),
        /// How long it is watched. What happens at the very end still happens.
        run_for: Span => Field::span("run-for", "Run for", HOUR, Span::secs(1)..=Span::secs(7 * 86_400)),
    }
}

/// How many may be idle in a pool of a size.
pub(super) fn idle_of(size: u32) -> u32 {
    (size / 3).max(5)
}

impl Params {
    /// How many connections the pool may have open when the program starts.
    pub(super) fn initial(&self) -> u32 {
        self.cpus.saturating_mul(4).clamp(20, 100)
    }

    pub(super) fn pool(&self) -> ConnectionPoolSettings {
        ConnectionPoolSettings {
            open: self.initial(),
            idle: idle_of(self.initial()),
            min_idle: 0,
            dial: Span::ZERO,
            lifetime: self.lifetime,
            jitter: 0.0,
            idle_time: self.idle_time,
            close: Span::ZERO,
            take: Take::Lifo,
        }
    }

    pub(super) fn rule(&self) -> SizeRule {
        let ends = (self.min.min(self.max), self.max);
        if self.rule == "stabilised" {
            let (up_window, down_window) = (Span::ZERO, self.stabilise);
            let (target, tolerance) = (self.aim, self.tolerance.0);
            return SizeRule::Stabilised(Stabilised::new(StabilisedSettings {
                ends,
                target,
                tolerance,
                up_window,
                down_window,
            }));
        }
        let Params { step, up, down, cool_down, .. } = *self;
        SizeRule::Steps(Steps::new(StepsSettings { ends, step, up, down, cool_down }))
    }

    /// The thresholds in percent. The stabilised rule has none: around its target nothing changes.
    pub(super) fn thresholds(&self) -> [f64; 2] {
        if self.rule == "stabilised" {
            let off = self.aim * self.tolerance.0;
            [self.aim + off, self.aim - off]
        } else {
            [self.up, self.down]
        }
    }
}
