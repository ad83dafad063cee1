//! Whichever is ready first, and of several by lot.
//!
//! # Problem
//! Values come on several channels, nobody knows on which the next one does, and whoever waits on one of them hears nothing of the others.
//! And it must not wait for ever.
//!
//! # Idea
//! One wait for all of them: the first case that is ready is taken, a timeout is a case like the others, and with a default nobody waits at
//! all. Where several are ready one of them is picked by lot, so that none starves.
//!
//! # Watch
//! Three producers make a value each 20 ms on average. A turn takes one value; whose it was stands in the counts. A channel that is nil is never ready,
//! and one that is closed always is: its zero value wins turn after turn.
//!
//! # Choose
//! Where one task serves several sources, or where a wait needs an end. If it is always the same source whose turn it is, read from that.
//!
//! # Primitives
//! Select. Channels. Timeout. Tasks.
//!
//! # Origin
//! Planned by a collection of Go concurrency patterns as *select statement* and never built. The rules are those of Go: a case by lot
//! among those that are ready, nil never ready, closed always ready with the zero value.

mod presets;
mod report;

use millrace_engine::{Env, Job};
use millrace_parts::{Case, Crew, Rx, Tx, channel, select_any};
use millrace_spec::{
    Check, Choice, Field, FieldGroup, Flow, GaugeSpec, Pattern, Place, SceneSpec, Unit, Values, Wire, params,
};
use millrace_trace::{Gauge, Ledger, Outcome, Span, StationId, Trace};
use std::cell::Cell;

const SWITCH: &[Choice] = &[
    Choice { id: "off", label: "No", help: "A turn waits until a case is ready." },
    Choice { id: "on", label: "Yes", help: "Where no case is ready, the turn goes on without one." },
];

/// An input that is named is there.
fn nil_is_there(values: &Values) -> Result<(), String> {
    named(values, "nil")
}

fn closed_is_there(values: &Values) -> Result<(), String> {
    named(values, "closed")
}

fn named(values: &Values, key: &str) -> Result<(), String> {
    let (nil, closed, inputs) = (values.count("nil"), values.count("closed"), values.count("inputs"));
    match values.count(key) {
        n if n > inputs => Err(format!("there is no input {n}: they are numbered from 1 to {inputs}")),
        n if n > 0 && nil == closed => Err(format!("input {n} cannot be nil and closed")),
        _ => Ok(()),
    }
}

/// Something can become ready in a turn.
fn can_end(values: &Values) -> Result<(), String> {
    let waits = values.span("timeout").is_zero() && values.word("with-default") != "on";
    if waits && values.count("inputs") == 1 && values.count("nil") == 1 {
        return Err("no case could ever be ready: the only input is nil".to_owned());
    }
    Ok(())
}

fn has_default(values: &Values) -> bool {
    values.word("with-default") == "on"
}

params! {
    /// The parameters of the select.
    pub struct Params {
        /// How many inputs there are.
        inputs: u32 => Field::count("inputs", "Inputs", 3, 1..=8).simple(),
        /// How long it takes on average until an input has its next value, by chance; 0 for an input that always has one.
        mean: Span => Field::span("mean", "Mean gap", Span::millis(20), Span::ZERO..=Span::secs(60)).simple(),
        /// How long a turn waits; 0 for as long as it takes.
        timeout: Span => Field::span("timeout", "Timeout", Span::millis(100), Span::ZERO..=Span::secs(3_600)).simple().fits(can_end),
        /// Whether a turn has a default.
        with_default: String => Field::choice("with-default", "Default", "off", SWITCH).simple(),
        /// How long the work of the default takes.
        default_work: Span => Field::span("default-work", "Default's work", Span::millis(1), Span::ZERO..=Span::secs(60)).when(has_default),
        /// Which input is nil; 0 for none.
        nil: u32 => Field::count("nil", "Nil input", 0, 0..=8).simple().fits(nil_is_there),
        /// Which input is closed; 0 for none.
        closed: u32 => Field::count("closed", "Closed input", 0, 0..=8).simple().fits(closed_is_there),
        /// How many turns there are.
        turns: u32 => Field::count("turns", "Turns", 1_000, 1..=100_000).simple(),
        /// How long a turn takes after its select.
        pause: Span => Field::span("pause", "Work of a turn", Span::ZERO, Span::ZERO..=Span::secs(60)),
    }
}

/// The select, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "select",
    name: "Select",
    title: "Select",
    group: "Coordination",
    glyph: "ways",
    fields: Params::fields,
    scene: |values, _| scene(values),
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    file: file!(),
    detail: Some(|values| Box::new(report::Picks::new(values))),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("as many values came out of the inputs as were picked", |l, t| {
        let picked: i64 = INPUTS.iter().zip(0..).map(|(_, input)| counted(l, t, Gauge(input))).sum();
        picked - counted(l, t, ZERO_VALUES) == l.tally.count(Outcome::Completed) as i64
    })
    .by("the counts of the cases, against the values that were taken"),
    Check::sometimes("a turn timed out", |l, t| counted(l, t, TIMEOUTS) > 0),
    Check::sometimes("a turn went on with its default", |l, t| counted(l, t, DEFAULTS) > 0),
    Check::sometimes("a zero value was taken from a closed input", |l, t| counted(l, t, ZERO_VALUES) > 0),
    Check::sometimes("every input was picked", |l, t| {
        let inputs = INPUTS.iter().zip(0..).filter(|(name, _)| l.find(name, t).is_some());
        inputs.map(|(_, input)| counted(l, t, Gauge(input))).all(|n| n > 0)
    }),
    Check::sometimes("an input that is nil was passed over", |l, t| {
        let all = || INPUTS.iter().zip(0..).filter(|(name, _)| l.find(name, t).is_some());
        let turns: i64 = all().map(|(_, input)| counted(l, t, Gauge(input))).sum();
        let never = |(name, input): (&&str, u8)| {
            let row = l.find(name, t).map(|(_, row)| row);
            row.is_some_and(|row| row.levels.arrivals == 0) && counted(l, t, Gauge(input)) == 0
        };
        turns >= 50 && all().any(never)
    })
    .by("an input to which no value ever came, when fifty had been taken from the others"),
    Check::ALL_LEFT,
];

const MOST_INPUTS: usize = 8;
/// The channels of the inputs, and what their counts are called.
const INPUTS: [&str; MOST_INPUTS] =
    ["input 1", "input 2", "input 3", "input 4", "input 5", "input 6", "input 7", "input 8"];
const LABELS: [&str; MOST_INPUTS] =
    ["Input 1", "Input 2", "Input 3", "Input 4", "Input 5", "Input 6", "Input 7", "Input 8"];
const PICKED: [&str; MOST_INPUTS] =
    ["picked-1", "picked-2", "picked-3", "picked-4", "picked-5", "picked-6", "picked-7", "picked-8"];
const RESULTS: &str = "results";
/// Gauges of the results: how often each input was picked, and what became of the other turns.
const TIMEOUTS: Gauge = Gauge(8);
const DEFAULTS: Gauge = Gauge(9);
const ZERO_VALUES: Gauge = Gauge(10);

fn counted(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    ledger.find(RESULTS, trace).map_or(0, |(_, row)| row.gauge(gauge))
}

fn scene(values: &Values) -> SceneSpec {
    let inputs = values.count("inputs") as usize;
    let channels = INPUTS.iter().zip(LABELS).take(inputs).map(|(name, label)| Place::channel(*name, label));
    let channels: Vec<Place> = channels.collect();
    let channels = match <[Place; 1]>::try_from(channels) {
        Ok([only]) => only.into(),
        Err(channels) => Flow::column(channels),
    };
    let flow =
        Flow::Row(vec![Place::crew(PRODUCERS, "Producers").into(), channels, Place::sink(RESULTS, "Select").into()]);
    let wires = INPUTS.iter().take(inputs).flat_map(|name| [Wire::new(PRODUCERS, *name), Wire::new(*name, RESULTS)]);
    let gauge = |id, gauge, label| GaugeSpec { id, station: RESULTS.into(), gauge, label, unit: Unit::Sum("turns") };
    let mut gauges: Vec<GaugeSpec> =
        PICKED.iter().zip(LABELS).zip(0..).take(inputs).map(|((id, label), n)| gauge(*id, Gauge(n), label)).collect();
    gauges.push(gauge("timeouts", TIMEOUTS, "Timeouts"));
    gauges.push(gauge("defaults", DEFAULTS, "Defaults"));
    gauges.push(gauge("zero-values", ZERO_VALUES, "Zero values"));
    SceneSpec { gauges, ..SceneSpec::new(flow, wires) }
}

const PRODUCERS: &str = "producers";

/// What came of a turn.
enum Came {
    /// A value of an input, or its zero value.
    Value(Option<Job>),
    TimedOut,
}

/// How often each case was taken, on the station that shows it.
struct Counts {
    env: Env,
    station: StationId,
    of: [Cell<i64>; MOST_INPUTS + 3],
}

impl Counts {
    fn one_more(&self, gauge: Gauge) {
        let Some(count) = self.of.get(usize::from(gauge.0)) else { return };
        count.set(count.get() + 1);
        self.env.gauge(self.station, gauge, count.get());
    }
}

async fn run(env: Env, p: Params) {
    let channels: Vec<(Tx<Job>, Rx<Job>)> =
        INPUTS.iter().take(p.inputs as usize).map(|name| channel::<Job>(&env, name, 1)).collect();
    // In Go a channel that is nil has nobody behind it either.
    let inputs: Vec<Option<Rx<Job>>> =
        (1..).zip(&channels).map(|(number, (_, rx))| (number != p.nil).then(|| rx.clone())).collect();
    let outputs: Vec<Option<Tx<Job>>> = (1..)
        .zip(channels)
        .map(|(number, (tx, _))| {
            if number == p.closed {
                tx.close();
            }
            (number != p.closed && number != p.nil).then_some(tx)
        })
        .collect();
    let (inner, mean) = (env.clone(), p.mean);
    let producers = Crew::start(&env, PRODUCERS, "producer", p.inputs, move |worker| {
        let output = outputs.get(worker.number.saturating_sub(1) as usize).cloned().flatten();
        produce(inner.clone(), mean, worker.number, output)
    });
    let counts = Counts { env: env.clone(), station: env.station(), of: Default::default() };
    for _ in 0..p.turns {
        turn(&env, &p, &inputs, &counts).await;
        // Whoever had no room for a value has the chance to put it in.
        env.turn().await;
    }
    drop(producers);
}

/// One select, and what is done with what came of it.
async fn turn(env: &Env, p: &Params, inputs: &[Option<Rx<Job>>], counts: &Counts) {
    let mut cases: Vec<Case<'_, Came>> = Vec::new();
    for input in inputs {
        cases.push(match input {
            Some(input) => Box::pin(async { Came::Value(input.recv().await) }),
            None => Box::pin(std::future::pending()),
        });
    }
    if !p.timeout.is_zero() {
        cases.push(Box::pin(async {
            env.sleep(p.timeout).await;
            Came::TimedOut
        }));
    }
    let select = select_any(env, cases);
    let came = if p.with_default == "on" { select.or_default().await } else { Some(select.await) };
    match came {
        None => {
            counts.one_more(DEFAULTS);
            env.sleep(p.default_work).await;
            return;
        }
        Some((_, Came::TimedOut)) => return counts.one_more(TIMEOUTS),
        Some((input, Came::Value(value))) => {
            match value {
                Some(job) => job.leave(Outcome::Completed),
                None => counts.one_more(ZERO_VALUES),
            }
            counts.one_more(Gauge(input as u8));
        }
    }
    env.sleep(p.pause).await;
}

/// Makes one value after the other and waits until its input has room.
async fn produce(env: Env, mean: Span, number: u32, input: Option<Tx<Job>>) {
    let Some(input) = input else { return };
    for value in 0_u64.. {
        let job = env.job();
        let seconds = env.draw("produce", u64::from(number) << 32 | value, 0).exponential(mean.seconds());
        env.sleep(Span::from_seconds(seconds)).await;
        if input.send(job).await.is_err() {
            return;
        }
    }
}
