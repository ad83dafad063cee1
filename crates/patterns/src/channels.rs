//! Write all, wait for all, then read: it works because everything fits.
//!
//! # Problem
//! A few writers each bring a value at a time of their own. The program wants to go on when all have, and then use each value with a task
//! of its own.
//!
//! # Idea
//! A channel with some room takes the values, a wait group tells when the last is in, and then the channel is drained until it is empty,
//! with a reader for each value. A second channel of the same size takes what the readers make of them.
//!
//! # Watch
//! Three writers and room for five: nobody has to wait to send. With six writers the sixth finds the channel full. Nobody reads before all
//! have written, and it cannot write before somebody reads: all wait for ever.
//!
//! # Choose
//! To learn what a buffer is for. In a program the reader runs beside the writers, and the size of the buffer is a matter of speed alone.
//!
//! # Primitives
//! Channels. Wait group. Tasks.
//!
//! # Origin
//! The command `channels` of a repository of examples in Go: a buffer of five, three jobs, sleeps of up to a second, and each value sent on
//! doubled.

use millrace_engine::{Env, Job};
use millrace_parts::{Tx, WaitGroup, channel};
use millrace_spec::{
    Check, Deed, Detail, Field, FieldGroup, Flow, Pattern, Place, Preset, Role, SceneSpec, Trial, Wire, params,
};
use millrace_trace::{EventKind, JobId, Ledger, Outcome, Span, StationKind, Trace, TraceEvent};
use serde_json::{Map, Value as Json};

params! {
    /// The parameters of the channels.
    pub struct Params {
        /// How many values a channel holds.
        buffer: u32 => Field::count("buffer", "Buffer", 5, 0..=10_000).simple(),
        /// How many writers there are, with a value each.
        jobs: u32 => Field::count("jobs", "Jobs", 3, 1..=10_000).simple().role(Role::Jobs),
    }
}

/// The channels, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "channels",
    name: "Channels",
    title: "Write all, then read",
    group: "Coordination",
    glyph: "stages",
    fields: Params::fields,
    scene: |_, _| {
        let places = [
            Place::source(WRITERS, "Writers"),
            Place::channel(VALUES, "Values"),
            Place::crowd(READERS, "Readers"),
            Place::channel(DOUBLED, "Doubled"),
            Place::sink("results", "Results"),
        ];
        let wires = [
            Wire::new(WRITERS, VALUES),
            Wire::new(VALUES, READERS),
            Wire::new(READERS, DOUBLED),
            Wire::new(DOUBLED, "results"),
        ];
        SceneSpec::new(Flow::row(places), wires)
    },
    usual: Preset {
        label: "Three and room for five",
        says: "Three writers, room for five: all can write before anybody reads, and so all goes well.",
        tries: &[
            Trial::at(500, "Take six writers", &[Deed::Value("jobs", "6")]),
            Trial::at(500, "Take the room away", &[Deed::Value("buffer", "0")]),
            Trial::at(300, "Open the code at the wait", &[Deed::Code("patterns/channels.rs", "written.wait()")]),
        ],
        speed: 0.3,
        ..Preset::BASE
    },
    presets: || PRESETS,
    gets_stuck: &["one-too-many"],
    checks: || CHECKS,
    file: file!(),
    detail: Some(|_| Box::<Received>::default()),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const PRESETS: &[Preset] = &[Preset {
    id: "one-too-many",
    label: "One too many",
    says: "Six writers, room for five: the sixth waits for a reader, and the readers wait for the sixth.",
    help: "Nothing is wrong with any of the lines. The program works for as long as everything fits, and not when one more comes: the wait for \
           all writers and the first read are in an order in which neither can be first.",
    tries: &[
        Trial::at(500, "Give it room for six", &[Deed::Value("buffer", "6")]),
        Trial::at(500, "Take five writers", &[Deed::Value("jobs", "5")]),
    ],
    speed: 0.3,
    values: &[("jobs", "6")],
    beside: &[("buffer", "6")],
    ..Preset::BASE
}];

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("nobody reads before all have written", |l, t| {
        let written = l.find(VALUES, t).map_or(0, |(_, row)| row.levels.arrivals);
        let read = l.find(READERS, t).map_or(0, |(_, row)| row.levels.arrivals);
        read == 0 || written >= l.tally.offered
    })
    .by("what came into the first channel, against what came out of it"),
    Check::sometimes("a writer waited for room that nobody would make", |l, t| {
        l.find(VALUES, t).is_some_and(|(_, row)| {
            row.levels.present >= u64::from(row.capacity) && row.levels.arrivals < l.tally.offered
        })
    })
    .by("the full channel, and those who have written nothing yet"),
    Check::sometimes("every value arrived", |l, _| {
        l.tally.offered > 0 && l.tally.count(Outcome::Completed) == l.tally.offered
    }),
];

const WRITERS: &str = "writers";
const READERS: &str = "readers";
const VALUES: &str = "values";
const DOUBLED: &str = "doubled";

async fn run(env: Env, p: Params) {
    let writers = env.open_plain(StationKind::Source, WRITERS);
    let readers = env.open_plain(StationKind::Crew, READERS);
    let (values_tx, values) = channel::<Job>(&env, VALUES, p.buffer);
    let (doubled_tx, doubled) = channel::<Job>(&env, DOUBLED, p.buffer);
    let written = WaitGroup::new(&env);
    for number in 0..p.jobs {
        written.add(1);
        let work = hand_on(env.clone(), "write", number, None, values_tx.clone(), written.clone());
        env.spawn_at("writer", writers, work).detach();
    }
    written.wait().await;
    let read = WaitGroup::new(&env);
    let mut number = 0;
    while let Some(value) = values.try_recv() {
        // A reader has it in hand from here on.
        value.go(readers, true);
        read.add(1);
        let work = hand_on(env.clone(), "read", number, Some(value), doubled_tx.clone(), read.clone());
        env.spawn_at("reader", readers, work).detach();
        number += 1;
    }
    read.wait().await;
    while let Some(value) = doubled.try_recv() {
        value.leave(Outcome::Completed);
    }
}

/// Sleeps for up to a second and sends a value on: one that it was given, or one of its own.
async fn hand_on(env: Env, what: &'static str, number: u32, value: Option<Job>, to: Tx<Job>, done: WaitGroup) {
    let value = value.unwrap_or_else(|| env.job());
    env.sleep(Span::millis(env.draw(what, number.into(), 0).below(1_000))).await;
    if to.send(value).await.is_ok() {
        done.done();
    }
}

/// What the channels alone report: how many values were received, and which, doubled.
#[derive(Debug, Default)]
struct Received(Vec<JobId>);

impl Detail for Received {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, _: &Trace) {
        if let EventKind::Left { job, outcome: Outcome::Completed } = event.kind {
            self.0.push(job);
        }
    }

    fn report(&self) -> Map<String, Json> {
        let doubled = |job: &JobId| (u64::from(job.0) + 1) * 2;
        let values: Vec<Json> = self.0.iter().map(|job| doubled(job).into()).collect();
        [("received".to_owned(), self.0.len().into()), ("values".to_owned(), values.into())].into_iter().collect()
    }
}
