//! A task for every request, all at once, and one wait for all of them.
//!
//! # Problem
//! A loop is slow because each request waits for the last. What if none waits?
//!
//! # Idea
//! Start a task for each request, count them up in a wait group before they start and down when they end, and wait once.
//!
//! # Watch
//! All requests are under way at the same time: the grid fills at once, memory is at its peak before the first answer,
//! and a server whose latency depends on load pays for it. As shipped every task appends its result to the same two
//! slices without a lock. A thread that loses its processor in the middle of an append writes back, when it goes on, a length that
//! the others have long passed: all that they appended meanwhile is gone. If the statuses end up shorter than the latencies the
//! report panics with an index out of range. A run on two threads may well lose nothing, and the next one thousands.
//!
//! # Choose
//! For the highest throughput, where memory is plentiful, order does not matter and the server can take it.
//!
//! # Primitives
//! Wait group. Tasks.
//!
//! # Origin
//! The client `waitgroups` of a collection of Go concurrency patterns. Its document shows the racing appends as a correct example;
//! other pages of the same repository say they were fixed. In 60 runs on 8 threads 28 panicked and 28 came out short, on 2 threads
//! 18 and 8; the worst lost 5,707 and 2,248 results.

mod presets;
mod racing;
mod threads;

use millrace_engine::{Env, StationSpec};
use millrace_parts::{Arrivals, WaitGroup};
use millrace_spec::{
    Benchmark, Check, Claims, Fidelity, Field, FieldGroup, Flow, Kind, Pattern, Place, Primitive, Profile, Role,
    SceneSpec, Suite, Values, Wire, Words, params,
};
use millrace_trace::{Span, StationId, StationKind, UNLIMITED};
use millrace_upstream::{self as upstream, Load, ServerParams};
use racing::Racing;
use std::rc::Rc;

params! {
    /// The parameters of the wait group client.
    pub struct Params {
        ..load: Load,
        /// How many threads of the Go runtime run the tasks, on two processors. Only as shipped: a thread that loses its processor
        /// in the middle of an append is what makes appends overlap.
        threads: u32 => Field::count("threads", "Threads", 8, 1..=64).simple().when(shipped),
        ;
        ..server: ServerParams,
    }
}

fn shipped(values: &Values) -> bool {
    values.fidelity() == Fidelity::Shipped
}

/// The form: of requests there may be no more than fit into memory all at once.
fn fields() -> Vec<Field> {
    let mut fields = Params::fields();
    if let Some(requests) = fields.iter_mut().find(|field| field.role == Some(Role::Jobs)) {
        requests.kind = Kind::Count { min: 1, max: 200_000 };
        requests.help = "How many requests the run sends: up to 200,000, because each has a task of its own and all are under way at once.";
    }
    fields
}

/// The wait group client, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "wait-group",
    name: "WaitGroup",
    title: "A task for every request",
    group: "Request patterns",
    glyph: "burst",
    fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    question: Some(presets::QUESTION),
    checks: || CHECKS,
    shipped: "results get lost in a race",
    disagreement: Some(
        "Documented results are kept one by one, shipped ones are appended by all tasks at once without a lock: look at the \
         results that are lost, and at the panic of the report when statuses are fewer than latencies.",
    ),
    file: file!(),
    ceiling: |values, _| upstream::ceiling(values, None),
    suite: Some(Suite {
        name: "Request patterns",
        place: 1,
        claims: Claims {
            time: Some(20.0),
            memory: Some(400.0),
            throughput: Some(500.0),
            goroutines: "7,500",
            sync: "WaitGroup",
            words: Words { memory: "Very high", throughput: "Fastest", latency: "Variable" },
            benchmark: Some(Benchmark { time: "~4–5 s", memory: "18–25 MB", collections: None, measured: false }),
            choose: &["the most throughput", "memory is plentiful", "order does not matter"],
            primitives: &[Primitive::WaitGroup, Primitive::Goroutines],
            profile: Profile::Differences,
        },
    }),
    detail: Some(|_| racing::detail()),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

const CHECKS: &[Check] =
    &[Check::CONSERVED, Check::WITHIN_CAPACITY, Check::SLOTS_KEPT, Check::ALL_LEFT, Check::NOTHING_LOST];

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    let flow = Flow::row([
        Place::crowd("tasks", "Tasks"),
        Place::server("server", "Server"),
        Place::sink("results", "Results"),
    ]);
    let wires = [Wire::new("tasks", "results").through(["server"])];
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, faults: upstream::faults(), ..SceneSpec::new(flow, wires) }
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    upstream::open(&env, &p.server);
    let results = env.station();
    let tasks =
        env.open(StationSpec { kind: StationKind::Crew, name: "tasks", parent: StationId::NONE, capacity: UNLIMITED });
    let racing = (fidelity == Fidelity::Shipped).then(|| Rc::new(Racing::new(&env, p.threads)));
    let group = WaitGroup::new(&env);
    let mut arrivals = p.load.arrivals(&env);
    while let Some(job) = arrivals.next().await {
        group.add(1);
        let (inner, group, racing) = (env.clone(), group.clone(), racing.clone());
        let one = async move {
            job.go(inner.station(), true);
            let reply = inner.call(&job).await;
            match racing {
                None => job.leave(reply.answer.outcome()),
                Some(racing) => {
                    job.go(results, false);
                    racing.record(job, reply.answer.outcome()).await;
                }
            }
            group.done();
        };
        env.spawn_at("request", tasks, one).detach();
        if fidelity == Fidelity::Shipped {
            env.sleep(LAUNCH).await;
        }
    }
    group.wait().await;
    if let Some(racing) = racing {
        racing.report(&env).await;
    }
}

/// What it takes to start a goroutine: launching 7,500 takes about as long as an early request.
const LAUNCH: Span = Span::nanos(1_000);
