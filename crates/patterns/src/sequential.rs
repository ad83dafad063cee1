//! One request after the other.
//!
//! # Problem
//! Thousands of requests are to be made, and nobody has thought about concurrency yet. How long does it take, and what is
//! everything else to be measured against?
//!
//! # Idea
//! A loop. The next request is made when the last was answered: no task beside the main one, no channel, no lock.
//!
//! # Watch
//! The lane never has a gap, and the server never has more than one request: its time, and nothing else, is the total.
//! With the general server at a constant 20 ms, 7,500 requests take exactly 150 s.
//!
//! # Choose
//! As a baseline; where order matters; where the server must not be hurried; to debug.
//!
//! # Primitives
//! None.
//!
//! # Origin
//! The client `simple` of a collection of Go concurrency patterns, measured by its authors at 25.18 s for 7,500 requests.

use millrace_engine::Env;
use millrace_parts::Arrivals;
use millrace_spec::{
    Benchmark, Check, Claims, Deed, Fidelity, FieldGroup, Flow, Ideal, Pattern, Place, Preset, Profile, SceneSpec,
    Suite, Trial, Values, Wire, Words, params,
};
use millrace_trace::StationKind;
use millrace_upstream::{self as upstream, Load, ServerParams};

params! {
    /// The parameters of the sequential client.
    pub struct Params {
        ..load: Load,
        ;
        ..server: ServerParams,
    }
}

/// The sequential client, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "sequential",
    name: "Sequential",
    title: "One request after the other",
    group: "Request patterns",
    glyph: "chain",
    fields: Params::fields,
    scene,
    usual: Preset {
        label: "7,500 requests",
        says: "Never more than one request is under way: 7,500 of them take more than 20 minutes.",
        tries: &[
            Trial::at(2_000, "Slow the server ×3 at 2 s", &[Deed::fault_for("slow-server", 2_000, 3, 3_000)]),
            Trial::at(
                1_000,
                "Give every call 20 ms",
                &[Deed::Value("server", "general"), Deed::Value("service", "constant")],
            ),
            Trial::at(1_000, "Open the code at the call", &[Deed::Code("patterns/sequential.rs", "env.call(&job)")]),
        ],
        ..Preset::BASE
    },
    presets: || PRESETS,
    checks: || CHECKS,
    file: file!(),
    home: (StationKind::Worker, "client"),
    suite: Some(Suite {
        name: "Request patterns",
        place: 0,
        claims: Claims {
            time: Some(100.0),
            memory: Some(100.0),
            throughput: Some(100.0),
            goroutines: "0",
            sync: "none",
            words: Words { memory: "Low", throughput: "Slowest", latency: "High" },
            benchmark: Some(Benchmark { time: "25.18 s", memory: "352.5 KB", collections: Some(36), measured: true }),
            choose: &["a baseline", "order matters", "the least of everything", "to debug"],
            primitives: &[],
            profile: Profile::Differences,
        },
    }),
    ideal,
    ceiling: |values, _| upstream::ceiling(values, Some(1)),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const PRESETS: &[Preset] = &[Preset {
    id: "new-config",
    label: "NewConfig: 10 requests",
    says: "Ten requests, one after the other: each is sent when the one before it was answered.",
    help: "The configuration that NewConfig really gives: 10 requests, not 7,500.",
    tries: &[
        Trial::at(160, "Send 100", &[Deed::Value("requests", "100")]),
        Trial::at(0, "Lose a quarter to errors", &[Deed::fault("error-burst", 0, 25)]),
    ],
    speed: 0.03,
    values: &[("requests", "10")],
    ..Preset::BASE
}];

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("at most one request is under way", |l, _| l.tally.in_flight <= 1),
    Check::ALL_LEFT,
];

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    let flow = Flow::row([
        Place::crew("client", "Client"),
        Place::server("server", "Server"),
        // The client has its results itself.
        Place::sink("client", "Results").named("results"),
    ]);
    let wires = [Wire::new("client", "results").through(["server"])];
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, faults: upstream::faults(), ..SceneSpec::new(flow, wires) }
}

fn ideal(values: &Values, _: Fidelity) -> Option<Ideal> {
    upstream::ideal(values, 1)
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let mut arrivals = p.load.arrivals(&env);
    while let Some(job) = arrivals.next().await {
        let reply = env.call(&job).await;
        job.leave(reply.answer.outcome());
        env.sleep(reply.retry_after).await;
    }
}
