//! A pool that is stopped: drained or aborted.
//!
//! # Problem
//! A program that ends has work in its hands: some begun, some waiting, some still to come. Each piece must be done, or somebody must know
//! that it was not.
//!
//! # Idea
//! A fixed number of workers behind a bounded queue, and a stop that comes first of all to the door: from then on nobody is let in. What
//! is inside is finished (drain), or cut off where it stands (abort). A drain has a deadline, because work that never ends would keep
//! the program for ever; what is not finished by then is cut off.
//!
//! # Watch
//! The pool is stopped at 1 s, with its queue full. Who waits at its door is refused in that instant, and so is whoever comes later.
//! Drained, the queue empties and the last worker is done four rounds later; aborted, the queue is empty at once and what five workers had
//! in hand ends there. Finished, aborted and refused are all who came: nobody is counted twice, and nobody is missing.
//!
//! # Choose
//! Drain what cannot be done again, and give it a deadline. Abort what will be asked for again, or what nobody waits for any more. To cut
//! off is only safe where work can stop at its waits; a task that never waits cannot be cut off, here or elsewhere.
//!
//! # Primitives
//! Worker pool. Channels. Tasks. Timeout.
//!
//! # Origin
//! On the list of what is still to be implemented of the Go documents, as *worker pools*, beside the fan-out that is there.

use millrace_engine::{Env, Job};
use millrace_parts::{Tx, WorkPool};
use millrace_spec::{
    Check, Choice, Deed, Detail, Field, FieldGroup, Flow, Pattern, Place, Preset, Role, SceneSpec, Trial, Values, Wire,
    params,
};
use millrace_trace::{EventKind, Ledger, Outcome, SimTime, Span, StationId, StationKind, Trace, TraceEvent};
use millrace_upstream as upstream;
use serde_json::{Map, Value as Json};

const STOP: &[Choice] = &[
    Choice { id: "drain", label: "Drain", help: "What is inside is finished, until the deadline." },
    Choice { id: "abort", label: "Abort", help: "What is inside is cut off at once." },
];

params! {
    /// The parameters of the pool.
    #[derive(PartialEq)]
    pub struct Params {
        /// How many workers take jobs, each one at a time.
        workers: u32 => Field::count("workers", "Workers", 5, 1..=1_024).simple(),
        /// How many jobs wait for a worker. Who finds it full waits at the door.
        queue: u32 => Field::count("queue", "Queue", 20, 0..=100_000).simple(),
        /// How many jobs come in all.
        jobs: u32 => Field::count("jobs", "Jobs", 200, 1..=1_000_000).simple().role(Role::Jobs),
        /// How long a worker takes for a job.
        work: Span => Field::span("work", "Work", Span::millis(50), Span::ZERO..=Span::secs(60)).simple(),
        /// When the pool is stopped; 0 for when all jobs have been let in.
        stop_at: Span => Field::span("stop-at", "Stop at", Span::secs(1), Span::ZERO..=Span::secs(3600)).simple(),
        /// What becomes of the jobs that are inside then.
        stop: String => Field::choice("stop", "Stop", "drain", STOP).simple(),
        /// How long it may drain before what is left is cut off; 0 for as long as it takes.
        deadline: Span => Field::span("deadline", "Deadline", Span::secs(30), Span::ZERO..=Span::secs(3600)).simple().when(drains),
        /// How long after the one before each job comes; 0 for when there is room for it.
        gap: Span => Field::span("gap", "Gap", Span::ZERO, Span::ZERO..=Span::secs(60)).simple(),
    }
}

fn drains(values: &Values) -> bool {
    values.word("stop") == "drain"
}

/// The pool, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "worker-pools",
    name: "Worker pools",
    title: "Drain or abort",
    group: "Coordination",
    glyph: "power",
    fields: Params::fields,
    scene: |_, _| {
        let places = [
            Place::source("door", "Door"),
            Place::channel(QUEUE, "Queue"),
            Place::crew(WORKERS, "Workers"),
            Place::sink("results", "Results"),
        ];
        let wires = [Wire::new("door", QUEUE), Wire::new(QUEUE, WORKERS), Wire::new(WORKERS, "results")];
        SceneSpec { faults: vec![upstream::kill_worker()], ..SceneSpec::new(Flow::row(places), wires) }
    },
    usual: Preset {
        label: "Drain",
        says: "Stopped at 1 s: who comes later is refused, and all that is inside is finished.",
        tries: &[
            Trial::at(990, "Abort it", &[Deed::Value("stop", "abort")]),
            Trial::at(1_050, "Give it 100 ms", &[Deed::Value("deadline", "100ms")]),
            Trial::at(
                1_000,
                "Open the code at the stop",
                &[Deed::Code("patterns/worker_pools.rs", "pool.drain(p.deadline)")],
            ),
        ],
        speed: 0.1,
        ..Preset::BASE
    },
    presets: || PRESETS,
    checks: || CHECKS,
    file: file!(),
    detail: Some(|_| Box::<Ends>::default()),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const PRESETS: &[Preset] = &[
    Preset {
        id: "abort",
        label: "Abort",
        says: "Stopped at 1 s: who comes later is refused, and all that is inside is cut off in that instant.",
        help: "The queue is emptied and the workers end where they wait. What they had begun is lost work: nobody has a result of it.",
        tries: &[
            Trial::at(1_100, "Drain it", &[Deed::Value("stop", "drain")]),
            Trial::at(1_000, "Let nothing wait", &[Deed::Value("queue", "0")]),
        ],
        speed: 0.1,
        values: &[("stop", "abort")],
        ..Preset::BASE
    },
    Preset {
        id: "both",
        label: "Drain and abort",
        says: "Stopped at 1 s, whoever comes later is refused; what was inside ends so or so.",
        help: "The same jobs and the same stop, drained in one run and aborted in the other: the same are refused, and the others are \
               finished 200 ms later or never.",
        tries: &[Trial::at(1_150, "Let more wait", &[Deed::Value("queue", "60")])],
        speed: 0.1,
        beside: &[("stop", "abort")],
        ..Preset::BASE
    },
    Preset {
        id: "deadline",
        label: "The deadline passes",
        says: "It may drain for 100 ms, and the queue needs longer: what is not finished by then is cut off.",
        help: "Twenty jobs in the queue take five workers 200 ms. Half of that is allowed.",
        tries: &[
            Trial::at(1_150, "Give it 1 s", &[Deed::Value("deadline", "1s")]),
            Trial::at(500, "Take 20 workers", &[Deed::Value("workers", "20")]),
        ],
        speed: 0.1,
        values: &[("deadline", "100ms")],
        ..Preset::BASE
    },
    Preset {
        id: "late",
        label: "Who comes too late",
        says: "A job comes every 12 ms, before the stop and after it: each that is late is refused at once.",
        help: "Five workers keep up with one job in 12 ms, so hardly anybody waits. At the stop the last ones inside are finished within \
               50 ms, and the door is shut for all that follow.",
        tries: &[
            Trial::at(1_500, "Stop it at 2 s", &[Deed::Value("stop-at", "2s")]),
            Trial::at(990, "Abort it", &[Deed::Value("stop", "abort")]),
        ],
        speed: 0.1,
        values: &[("gap", "12ms")],
        ..Preset::BASE
    },
];

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("whoever comes after the stop is refused at once", |l, t| {
        !has_begun_to_stop(l, t) || l.find("door", t).is_none_or(|(_, door)| door.levels.present == 0)
    })
    .by("who is at the door once nobody is let in"),
    Check::always("nothing is inside once it has stopped", |l, t| {
        let empty = |name| l.find(name, t).is_none_or(|(_, row)| row.levels.present == 0);
        !has_stopped(l, t) || empty(QUEUE) && l.stations.iter().all(|s| s.in_hand.is_none())
    })
    .by("the queue and the hands of the workers"),
    Check::sometimes("somebody was refused", |l, _| l.tally.count(Outcome::Rejected) > 0),
    Check::sometimes("work went on after the stop, and nobody was let in", |l, t| {
        has_begun_to_stop(l, t) && !has_stopped(l, t) && l.stations.iter().any(|s| s.in_hand.is_some())
    })
    .by("the hands of the workers while it drains"),
    Check::sometimes("somebody waited at the door", |l, t| {
        l.find(QUEUE, t).is_some_and(|(_, queue)| queue.levels.present >= u64::from(queue.capacity))
    })
    .by("a queue that is full"),
    Check::sometimes("work was cut off", |l, _| l.tally.count(Outcome::Cancelled) > 0),
    Check::eventually("every job was finished, aborted or refused", |l, _| {
        let ended = [Outcome::Completed, Outcome::Cancelled, Outcome::Rejected];
        ended.iter().map(|outcome| l.tally.count(*outcome)).sum::<u64>() == l.tally.offered
    })
    .by("the outcomes of all jobs"),
    Check::ALL_LEFT,
];

const QUEUE: &str = "queue";
const WORKERS: &str = "workers";

fn has_begun_to_stop(ledger: &Ledger, trace: &Trace) -> bool {
    ledger.find(WORKERS, trace).is_some_and(|(_, crew)| crew.state.is_some())
}

fn has_stopped(ledger: &Ledger, trace: &Trace) -> bool {
    ledger.find(WORKERS, trace).is_some_and(|(_, crew)| crew.state.is_some_and(|state| trace.name(state) == "stopped"))
}

async fn run(env: Env, p: Params) {
    let door = env.open_plain(StationKind::Source, "door");
    let (inner, takes) = (env.clone(), p.work);
    let pool = WorkPool::start(&env, (QUEUE, p.queue), (WORKERS, p.workers), move |job: Job| {
        let env = inner.clone();
        async move {
            env.sleep(takes).await;
            job.leave(Outcome::Completed);
        }
    });
    let mut submitter = Some(env.spawn_at("submitter", door, submit(env.clone(), p.jobs, p.gap, pool.intake())));
    if !p.stop_at.is_zero() {
        env.sleep(p.stop_at).await;
    } else if let Some(submitter) = submitter.take() {
        submitter.await;
    }
    let stopped = if p.stop == "abort" { pool.abort().await } else { pool.drain(p.deadline).await };
    for job in stopped.left {
        job.leave(Outcome::Cancelled);
    }
    if let Some(submitter) = submitter {
        submitter.await;
    }
}

async fn submit(env: Env, jobs: u32, gap: Span, intake: Tx<Job>) {
    for number in 0..jobs {
        if number > 0 {
            env.sleep(gap).await;
        }
        if let Err(refused) = intake.send(env.job()).await {
            refused.0.leave(Outcome::Rejected);
        }
    }
}

/// What it alone reports: how the jobs ended, and when the pool had stopped.
#[derive(Debug, Default)]
struct Ends {
    crew: Option<StationId>,
    finished: u64,
    aborted: u64,
    refused: u64,
    stopped: Option<SimTime>,
}

impl Detail for Ends {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == WORKERS => self.crew = Some(station),
            EventKind::Stated { station, state } if Some(station) == self.crew && trace.name(state) == "stopped" => {
                self.stopped = Some(event.at);
            }
            EventKind::Left { outcome: Outcome::Completed, .. } => self.finished += 1,
            EventKind::Left { outcome: Outcome::Cancelled, .. } => self.aborted += 1,
            EventKind::Left { outcome: Outcome::Rejected, .. } => self.refused += 1,
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let entries: [(&str, Json); 4] = [
            ("finished", self.finished.into()),
            ("aborted", self.aborted.into()),
            ("refused", self.refused.into()),
            ("stopped_ns", self.stopped.map(|at| at.0).into()),
        ];
        entries.map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
    }
}
