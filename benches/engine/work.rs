//! The works: the same three as in `ARCHITECTURE.md`, the second one in two forms.

use crate::by_hand;
use millrace::engine::{Env, Job, Run, Seed, Setup, StationSpec};
use millrace::parts::{Crew, Rx, Tx, WaitGroup, channel};
use millrace::spec::{Prefix, Share};
use millrace::trace::{Outcome, SimTime, Span, StationId, StationKind, UNLIMITED};
use millrace::upstream::{self, ServerParams};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// The mean of all times that are drawn.
pub const MEAN: f64 = 0.020;
/// Workers of the pool.
pub const WORKERS: u32 = 15;
/// The room in each of its channels.
pub const ROOM: u32 = 100;
/// Requests of the pool.
pub const REQUESTS: u32 = 1_000_000;
/// Tasks that are there at once.
pub const CROWD: u32 = 7_500;
/// Tasks that sleep again and again.
pub const SLEEPERS: u32 = 1_000;
/// How often each of them does.
pub const SLEEPS: u32 = 1_000;

/// The seed of all works.
pub fn seed() -> Seed {
    Seed::from_word("otis")
}

/// How a run ended: to be the same whoever did the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The virtual time.
    pub at: SimTime,
    /// What was completed.
    pub completed: u64,
}

type Program = Pin<Box<dyn Future<Output = ()>>>;

/// A work.
pub struct Work {
    /// What it is.
    pub title: &'static str,
    /// What is counted, in the singular.
    pub unit: &'static str,
    /// How many of them there are.
    pub units: u32,
    /// How often it is done in one measurement: enough for the clock.
    pub repeats: u32,
    /// The work by hand.
    pub by_hand: fn() -> End,
    program: fn(Env, Rc<Cell<u64>>) -> Program,
}

/// All works.
pub const ALL: &[Work] = &[
    Work {
        title: "The pool: a producer, 15 workers, two channels of 100, exponential service",
        unit: "request",
        units: REQUESTS,
        repeats: 1,
        by_hand: || by_hand::pool(REQUESTS, false),
        program: |env, completed| Box::pin(pool(env, completed)),
    },
    Work {
        title: "7,500 tasks at once, each sleeps once",
        unit: "task",
        units: CROWD,
        repeats: 20,
        by_hand: by_hand::crowd_of_sleepers,
        program: |env, completed| Box::pin(crowd_of_sleepers(env, completed)),
    },
    Work {
        title: "7,500 tasks at once, each enters a job and makes a call to the simulated server",
        unit: "task",
        units: CROWD,
        repeats: 20,
        by_hand: by_hand::crowd_of_callers,
        program: |env, completed| Box::pin(crowd_of_callers(env, completed)),
    },
    Work {
        title: "1,000 tasks × 1,000 sleeps",
        unit: "sleep",
        units: SLEEPERS * SLEEPS,
        repeats: 1,
        by_hand: by_hand::sleepers,
        program: |env, completed| Box::pin(sleepers(env, completed)),
    },
];

impl Work {
    /// A run of it, and where it counts what is completed.
    pub fn run(&self) -> (Run, Rc<Cell<u64>>) {
        let (completed, program) = (Rc::new(Cell::new(0)), self.program);
        let count = completed.clone();
        let run = Run::new(Setup::new(seed()), (StationKind::Sink, "collector"), |env| program(env, count));
        (run, completed)
    }
}

/// One more is completed.
pub fn one_more(completed: &Cell<u64>) {
    completed.set(completed.get() + 1);
}

async fn pool(env: Env, completed: Rc<Cell<u64>>) {
    let source =
        StationSpec { kind: StationKind::Source, name: "producer", parent: StationId::NONE, capacity: UNLIMITED };
    let producer = env.open(source);
    let (requests_tx, requests) = channel::<Job>(&env, "requests", ROOM);
    let (responses_tx, responses) = channel::<Job>(&env, "responses", ROOM);
    let (inner, last) = (env.clone(), responses_tx.clone());
    let crew = Crew::start(&env, "workers", "worker", WORKERS, move |_| {
        serve(inner.clone(), requests.clone(), responses_tx.clone())
    })
    .when_done(move || last.close());
    let producer = env.spawn_at("producer", producer, produce(env.clone(), requests_tx));
    while let Some(job) = responses.recv().await {
        one_more(&completed);
        job.leave(Outcome::Completed);
    }
    drop((crew, producer));
}

async fn produce(env: Env, requests: Tx<Job>) {
    for _ in 0..REQUESTS {
        if requests.send(env.job()).await.is_err() {
            return;
        }
    }
    requests.close();
}

async fn serve(env: Env, requests: Rx<Job>, responses: Tx<Job>) {
    while let Some(job) = requests.recv().await {
        let mut draw = env.draw("server", u64::from(job.id().0), 0);
        env.sleep(Span::from_seconds(draw.exponential(MEAN))).await;
        if responses.send(job).await.is_err() {
            return;
        }
    }
}

async fn crowd_of_sleepers(env: Env, completed: Rc<Cell<u64>>) {
    let group = WaitGroup::new(&env);
    for n in 0..CROWD {
        group.add(1);
        let (inner, group, completed) = (env.clone(), group.clone(), completed.clone());
        let task = async move {
            let mut draw = inner.draw("sleep", u64::from(n), 0);
            inner.sleep(Span::from_seconds(draw.exponential(MEAN))).await;
            one_more(&completed);
            group.done();
        };
        env.spawn("sleeper", task).detach();
    }
    group.wait().await;
}

/// A general server with exponential times.
pub fn server() -> ServerParams {
    ServerParams {
        prefix: Prefix::default(),
        server: "general".to_owned(),
        base: Span::ZERO,
        service: "exponential".to_owned(),
        mean: Span::from_seconds(MEAN),
        slots: 0,
        queue: 0,
        gone: "noticed".to_owned(),
        errors: Share(0.0),
        client_errors: Share(0.0),
        outage_answers: "late".to_owned(),
        retry_after: Span::ZERO,
        timeout: Span::ZERO,
    }
}

async fn crowd_of_callers(env: Env, completed: Rc<Cell<u64>>) {
    upstream::open(&env, &server());
    let group = WaitGroup::new(&env);
    for _ in 0..CROWD {
        group.add(1);
        let (inner, group, completed) = (env.clone(), group.clone(), completed.clone());
        let task = async move {
            let job = inner.job();
            let reply = inner.call(&job).await;
            completed.set(completed.get() + u64::from(reply.answer.is_success()));
            job.leave(reply.answer.outcome());
            group.done();
        };
        env.spawn("caller", task).detach();
    }
    group.wait().await;
}

async fn sleepers(env: Env, completed: Rc<Cell<u64>>) {
    let group = WaitGroup::new(&env);
    for n in 0..SLEEPERS {
        group.add(1);
        let (inner, group, completed) = (env.clone(), group.clone(), completed.clone());
        let task = async move {
            for turn in 0..SLEEPS {
                let mut draw = inner.draw("sleep", u64::from(n * SLEEPS + turn), 0);
                inner.sleep(Span::from_seconds(draw.exponential(MEAN))).await;
                one_more(&completed);
            }
            group.done();
        };
        env.spawn("sleeper", task).detach();
    }
    group.wait().await;
}
