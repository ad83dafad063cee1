//! What was asked for before is near: a pattern that calls several servers.
//!
//! # Problem
//! The origin is slow, and most of what is asked of it was asked of it a moment ago.
//!
//! # Idea
//! Two caches on the way. Who asks goes from one to the next until somebody has it.
//!
//! # Watch
//! L1 has half of what is asked for, L2 half of the rest. A quarter goes all the way to the origin.
//!
//! # Choose
//! Where the same is asked for again and again.
//!
//! # Primitives
//! Channels. Tasks.
//!
//! # Origin
//! Written for the guide, which quotes it.

use millrace::engine::{Env, Job, Server};
use millrace::parts::{Crew, Rx, channel};
use millrace::spec::{
    Check, Deed, FaultSpec, FieldGroup, Flow, Pattern, Place, Preset, ProgramFuture, SceneSpec, ServerName, Trial,
    Wire, params, server_name,
};
use millrace::trace::{Span, StationKind};
use millrace::upstream::{self as upstream, Load, ServerParams};

pub const L1: ServerName = server_name!("l1");
pub const L2: ServerName = server_name!("l2");

params! {
    /// A cache of two levels before an origin. What a level does not have, it answers with 500.
    pub struct Params {
        ..load: Load { requests: 300 },
        ..l1: ServerParams as "l1" { server: "general", service: "constant", mean: Span::millis(1), errors: 0.5 },
        ..l2: ServerParams as "l2" { server: "general", service: "constant", mean: Span::millis(5), errors: 0.5 },
        ;
        ..origin: ServerParams { server: "general", service: "constant", mean: Span::millis(50) },
    }
}

/// The levels, for the loops over all patterns.
pub static PATTERN: Pattern = Pattern {
    id: "levels",
    name: "Levels",
    title: "Two caches before an origin",
    group: "Resilience",
    glyph: "levels",
    usual: Preset {
        says: "What two levels before it do not have, the origin has, and takes longest.",
        tries: &[Trial::at(500, "Cut L2 off for 1 s", &[Deed::fault("partition.l2", 500, 1_000_000_000)])],
        ..Preset::BASE
    },
    fields: Params::fields,
    scene: |_, _| SceneSpec {
        faults: faults(),
        ..SceneSpec::new(
            Flow::row([
                Flow::from(Place::crew("workers", "Workers")),
                Flow::column([
                    Place::server(L1.as_str(), "L1"),
                    Place::server(L2.as_str(), "L2"),
                    Place::server("server", "Origin"),
                ]),
                Flow::from(Place::sink("results", "Results")),
            ]),
            ["l1", "l2", "server"].map(|server| Wire::new("workers", server)),
        )
    },
    checks: || CHECKS,
    file: file!(),
    home: (StationKind::Sink, "results"),
    run: |env, values, _| -> ProgramFuture { Box::pin(run(env, Params::read(values))) },
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[Check::CONSERVED, Check::WITHIN_CAPACITY, Check::SLOTS_KEPT];

/// Those of the origin first: a link that names no server means it.
pub fn faults() -> Vec<FaultSpec> {
    let mut all = upstream::faults_of(ServerName::DEFAULT, "Origin");
    all.extend(upstream::faults_of(L1, "L1"));
    all.extend(upstream::faults_of(L2, "L2"));
    all
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.origin);
    let levels = [upstream::open_as(&env, L1, &p.l1), upstream::open_as(&env, L2, &p.l2)];
    let (tx, requests) = channel::<Job>(&env, "requests", 10);
    let inner = env.clone();
    let crew =
        Crew::start(&env, "workers", "worker", 4, move |_| work(inner.clone(), levels.clone(), requests.clone()));
    let producer = env.spawn("producer", p.load.produce(&env, tx));
    crew.join().await;
    drop(producer);
}

async fn work(env: Env, levels: [Server; 2], requests: Rx<Job>) {
    while let Some(job) = requests.recv().await {
        let mut answer = levels[0].call(&job).await.answer;
        if !answer.is_success() {
            answer = levels[1].call(&job).await.answer;
        }
        if !answer.is_success() {
            answer = env.call(&job).await.answer;
        }
        job.leave(answer.outcome());
    }
}
