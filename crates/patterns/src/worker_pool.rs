//! A fixed number of workers between two channels.
//!
//! # Problem
//! One request at a time is too slow, and all at once is too much: memory grows with the work, and the server gets
//! whatever there is.
//!
//! # Idea
//! A producer puts requests into a channel, a fixed number of workers take them from there, and what they get goes into a
//! second channel that a collector empties. The number of workers bounds what is under way; the channels bound what waits.
//!
//! # Watch
//! As documented the request channel holds 100: it fills at once and the producer blocks; from then on it sends only as
//! fast as the workers take. As shipped it holds all the requests: the producer is done at once, the queue shows 7,485 and
//! falls to nothing, and nothing ever pushes back. Both take the same time: requests × mean ÷ workers.
//!
//! # Choose
//! For production: what is under way is known beforehand, and so is the memory.
//!
//! # Primitives
//! Channels. Tasks.
//!
//! # Origin
//! The client `fanoutin` ("fan-out / fan-in") of a collection of Go concurrency patterns. Its document says channels of 100, its code
//! makes them as large as the number of requests; its formula "15 × average latency" is not the total time.

use millrace_engine::{Env, Job};
use millrace_parts::{Crew, Rx, Tx, channel};
use millrace_spec::{
    Benchmark, Check, Claims, Deed, DefaultValue, Fidelity, Field, FieldGroup, Ideal, Pattern, Preset, Primitive,
    Profile, Question, SceneSpec, Suite, Trial, Values, Words, params,
};
use millrace_trace::{Span, StationKind};
use millrace_upstream::{self as upstream, Load, Response, ServerParams};

params! {
    /// The parameters of the worker pool.
    pub struct Params {
        ..load: Load,
        /// How many workers take requests, each one at a time.
        workers: u32 => Field::count("workers", "Workers", 15, 1..=1_024).simple(),
        /// How many requests wait for a worker before the producer blocks. As shipped: all of them, up to 200,000, for which
        /// there is memory.
        request_buffer: u32 => Field::count("request-buffer", "Request channel", 100, 0..=200_000)
            .simple().shipped(DefaultValue::SameAs("requests")),
        /// How many results wait for the collector before a worker blocks. As shipped: all of them, up to 200,000, for which
        /// there is memory.
        response_buffer: u32 => Field::count("response-buffer", "Response channel", 100, 0..=200_000)
            .simple().shipped(DefaultValue::SameAs("requests")),
        ;
        ..server: ServerParams,
    }
}

/// The worker pool, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "worker-pool",
    name: "Worker pool",
    title: "Fan-out / fan-in worker pool",
    group: "Request patterns",
    glyph: "pool",
    fields: Params::fields,
    scene,
    usual: Preset {
        label: "Fifteen workers",
        says: "Fifteen workers share one channel: never more than fifteen calls are at the server.",
        tries: &[
            Trial::at(
                2_000,
                "Kill two workers",
                &[Deed::fault("kill-worker", 2_000, 1), Deed::fault("kill-worker", 2_000, 2)],
            ),
            Trial::at(2_000, "Take 60 workers", &[Deed::Value("workers", "60")]),
            Trial::at(2_000, "Open the code at the call", &[Deed::Code("patterns/worker_pool.rs", "env.call(&job)")]),
        ],
        ..Preset::BASE
    },
    presets: || PRESETS,
    question: Some(Question {
        place: 1,
        asks: "Drown a server",
        preset: "drowned",
        beside: &[],
        stops: Span::secs(1),
        fact: "80 % of calls time out",
        picture: "drown",
    }),
    checks: || CHECKS,
    shipped: "the channels hold every request",
    disagreement: Some(
        "Documented channels hold 100, shipped ones hold every request: look at the producer, which blocks in the one and \
         is done at once in the other.",
    ),
    file: file!(),
    home: (StationKind::Sink, "collector"),
    suite: Some(Suite {
        name: "Request patterns",
        place: 2,
        claims: Claims {
            time: Some(25.0),
            memory: Some(150.0),
            throughput: Some(400.0),
            goroutines: "15 (+1)",
            sync: "channels",
            words: Words { memory: "Medium", throughput: "Fast", latency: "Stable" },
            benchmark: Some(Benchmark { time: "~5–6 s", memory: "5–8 MB", collections: None, measured: false }),
            choose: &["predictable resources", "production"],
            primitives: &[Primitive::Channels, Primitive::Goroutines],
            profile: Profile::Absolute,
        },
    }),
    ideal,
    ceiling: |values, _| upstream::ceiling(values, Some(values.count("workers"))),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const PRESETS: &[Preset] = &[
    Preset {
        id: "new-config",
        label: "NewConfig: 10 requests, 4 workers",
        says: "Ten requests and four workers: whoever is free takes the next, until none is left.",
        help: "The configuration that NewConfig really gives, where its manual says 7,500 and 15.",
        tries: &[
            Trial::at(10, "Take one worker", &[Deed::Value("workers", "1")]),
            Trial::at(20, "Send 100", &[Deed::Value("requests", "100")]),
        ],
        speed: 0.01,
        values: &[("requests", "10"), ("workers", "4")],
        ..Preset::BASE
    },
    Preset {
        id: "constant",
        label: "Constant 20 ms",
        says: "Every call takes 20 ms: fifteen workers do 750 a second, and 7,500 take 10 s exactly.",
        help: "A server that always takes 20 ms: the total is exactly 7,500 × 20 ms ÷ 15 = 10 s.",
        tries: &[
            Trial::at(4_900, "Take 30 workers", &[Deed::Value("workers", "30")]),
            Trial::at(
                2_000,
                "Kill five workers at 2 s",
                &[
                    Deed::fault("kill-worker", 2_000, 1),
                    Deed::fault("kill-worker", 2_000, 2),
                    Deed::fault("kill-worker", 2_000, 3),
                    Deed::fault("kill-worker", 2_000, 4),
                    Deed::fault("kill-worker", 2_000, 5),
                ],
            ),
        ],
        values: &[("server", "general"), ("service", "constant"), ("mean", "20ms")],
        ..Preset::BASE
    },
    Preset {
        id: "open",
        label: "Open arrivals",
        says: "Requests come by chance, at 90 % of what the workers can do: now and then a line grows.",
        help: "Requests come when they come, at 90 % of what the workers can do: the backlog and the response time tell what latency hides.",
        tries: &[
            Trial::at(
                3_000,
                "Triple the rate at 3 s",
                &[Deed::Value("arrivals", "step"), Deed::Value("to", "2025"), Deed::Value("step-at", "3s")],
            ),
            Trial::at(2_000, "Slow the server ×3 for 1 s", &[Deed::fault_for("slow-server", 2_000, 3, 1_000)]),
            Trial::at(2_000, "Take 20 workers", &[Deed::Value("workers", "20")]),
        ],
        values: &[
            ("requests", "5000"),
            ("arrivals", "poisson"),
            ("rate", "675"),
            ("server", "general"),
            ("mean", "20ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "drowned",
        label: "More workers than slots",
        says: "A hundred workers ask a server that has four slots: most calls wait longer than they may.",
        help: "Four slots of 20 ms answer 200 calls a second at most. A hundred calls wait for them, so nearly everybody \
               gives up in the queue: a caller waits 100 ms and no longer.",
        tries: &[
            Trial::at(1_000, "Take 8 workers", &[Deed::Value("workers", "8")]),
            Trial::at(1_000, "Wait without a limit", &[Deed::Value("timeout", "0ms")]),
            Trial::at(1_000, "Give the server 100 slots", &[Deed::Value("slots", "100")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "5000"),
            ("workers", "100"),
            ("server", "general"),
            ("mean", "20ms"),
            ("slots", "4"),
            ("timeout", "100ms"),
        ],
        ..Preset::BASE
    },
];

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::sometimes("the request channel was full", |l, t| {
        l.find("requests", t).is_some_and(|(_, s)| s.levels.present >= u64::from(s.capacity))
    }),
    Check::ALL_LEFT,
];

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    SceneSpec { faults: upstream::faults_with_crew(), ..upstream::fan_out(None) }
}

fn ideal(values: &Values, _: Fidelity) -> Option<Ideal> {
    upstream::ideal(values, values.count("workers"))
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let producer = env.open_plain(StationKind::Source, "producer");
    let (requests_tx, requests) = channel::<Job>(&env, "requests", p.request_buffer);
    let (responses_tx, responses) = channel::<Response>(&env, "responses", p.response_buffer);

    let (inner, last) = (env.clone(), responses_tx.clone());
    let crew = Crew::start(&env, "workers", "worker", p.workers, move |_| {
        work(inner.clone(), requests.clone(), responses_tx.clone())
    })
    .when_done(move || last.close());
    let producer = env.spawn_at("producer", producer, p.load.produce(&env, requests_tx));

    // The collector. It ends when the last worker has.
    while let Some(Response { job, reply }) = responses.recv().await {
        job.leave(reply.answer.outcome());
    }
    drop((crew, producer));
}

async fn work(env: Env, requests: Rx<Job>, responses: Tx<Response>) {
    while let Some(job) = requests.recv().await {
        let reply = env.call(&job).await;
        if responses.send(Response { job, reply }).await.is_err() {
            return;
        }
        env.sleep(reply.retry_after).await;
    }
}
