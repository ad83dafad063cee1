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
//! slices without a lock: two appends that overlap keep only one, and if the statuses end up shorter than the latencies
//! the report panics with an index out of range.
//!
//! # Choose
//! For the highest throughput, where memory is plentiful, order does not matter and the server can take it.
//!
//! # Primitives
//! Wait group. Tasks.
//!
//! # Origin
//! The client `waitgroups` of a collection of Go concurrency patterns. Its document shows the racing appends as a correct example;
//! other pages of the same repository say they were fixed. In 60 runs on 8 threads 28 panicked and 28 came out short.

use crate::engine::{Env, Job, StationSpec};
use crate::params;
use crate::parts::{Arrivals, Semaphore, WaitGroup};
use crate::spec::{
    Check, Claims, Fidelity, Field, Group, Ideal, Pattern, Place, Preset, ProgramFuture, SceneSpec, Source, Suite,
    Values,
};
use crate::trace::{Outcome, Span, StationId, StationKind, UNLIMITED};
use crate::upstream::{self, Load, ServerParams};
use std::cell::RefCell;
use std::rc::Rc;

params! {
    /// The parameters of the wait group client.
    pub struct Params {
        ..load: Load,
        /// How many tasks run at the same instant, as threads of the Go runtime do. Only as shipped: it is what makes appends
        /// overlap.
        threads: u32 => Field::count("threads", "Threads", 8, 1..=64).simple().when(shipped),
        ;
        ..server: ServerParams,
    }
}

fn shipped(values: &Values) -> bool {
    values.fidelity() == Fidelity::Shipped
}

/// The wait group client, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "wait-group",
    name: "WaitGroup",
    title: "A task for every request",
    group: "Request patterns",
    glyph: "burst",
    fields: Params::fields,
    scene,
    presets: &[
        Preset {
            id: "new-config",
            label: "NewConfig: 10 requests",
            help: "The configuration that NewConfig really gives: 10 requests, not 7,500.",
            fidelity: None,
            values: &[("requests", "10")],
        },
        Preset {
            id: "lost-results",
            label: "Lost results",
            help: "The shipped code against the shipped server: appends race, and results are lost.",
            fidelity: Some(Fidelity::Shipped),
            values: &[("server", "shipped")],
        },
        Preset {
            id: "one-thread",
            label: "One thread loses nothing",
            help: "The same code on one thread: no append is interrupted, so nothing is lost.",
            fidelity: Some(Fidelity::Shipped),
            values: &[("server", "shipped"), ("threads", "1")],
        },
    ],
    checks: &[Check::CONSERVED, Check::WITHIN_CAPACITY, Check::SLOTS_KEPT, Check::ALL_LEFT, Check::NOTHING_LOST],
    disagreement: Some(
        "Documented results are kept one by one, shipped ones are appended by all tasks at once without a lock: look at the \
         results that are lost, and at the panic of the report when statuses are fewer than latencies.",
    ),
    source: Source { path: file!(), text: include_str!("wait_group.rs") },
    more: &[],
    parts: &["wait_group", "arrivals", "semaphore"],
    home: (StationKind::Sink, "results"),
    suite: Some(Suite {
        name: "Request patterns",
        place: 1,
        claims: Claims { time: Some(20.0), memory: Some(400.0), throughput: Some(500.0) },
    }),
    ideal,
    console: None,
    race: None,
    detail: Pattern::no_detail,
    run: |env, values, fidelity| -> ProgramFuture { Box::pin(run(env, Params::read(values), fidelity)) },
};

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    SceneSpec {
        places: vec![
            Place::Crowd { station: "tasks".into(), label: "Tasks".into() },
            Place::Server { station: "server".into(), label: "Server".into() },
            Place::Sink { station: "results".into(), label: "Results".into() },
        ],
        regulator: None,
        gauges: Vec::new(),
        faults: upstream::faults(),
    }
}

fn ideal(_: &Values, _: Fidelity) -> Option<Ideal> {
    // The slowest of all requests: no closed form in these parameters.
    None
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    upstream::open(&env, &p.server);
    let results = env.station();
    let tasks =
        env.open(StationSpec { kind: StationKind::Crew, name: "tasks", parent: StationId::NONE, capacity: UNLIMITED });
    let racing = (fidelity == Fidelity::Shipped).then(|| Rc::new(Racing::new(&env, p.threads)));
    let group = WaitGroup::new(&env);
    let mut arrivals = Arrivals::start(&env, p.load.requests, p.load.traffic());
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
/// What a thread does with an answer around the appends: read the body, print a dot.
const HANDLE: Span = Span::nanos(8_000);
/// From reading a slice's header to writing it back.
const APPEND: Span = Span::nanos(250);

/// The two slices of the shipped client, appended to by all tasks without a lock.
struct Racing {
    env: Env,
    threads: Semaphore,
    latencies: Slice<()>,
    statuses: Slice<(Job, Outcome)>,
}

impl Racing {
    fn new(env: &Env, threads: u32) -> Racing {
        Racing {
            env: env.clone(),
            threads: Semaphore::new(env, threads),
            latencies: Slice::new(),
            statuses: Slice::new(),
        }
    }

    /// Appends a result, on one of the threads.
    async fn record(&self, job: Job, outcome: Outcome) {
        let _thread = self.threads.acquire().await;
        let mut draw = self.env.draw("handle", u64::from(job.id().0), 0);
        self.env.sleep(draw.span(Span::ZERO, HANDLE)).await;
        self.latencies.append(&self.env, ()).await;
        self.env.sleep(draw.span(Span::ZERO, HANDLE)).await;
        if let Some((job, _)) = self.statuses.append(&self.env, (job, outcome)).await {
            job.leave(Outcome::Lost);
        }
    }

    /// What the original's report does with what is left: it indexes the statuses by the latencies.
    async fn report(&self, env: &Env) {
        let (latencies, statuses) = (self.latencies.len(), self.statuses.len());
        for (index, (job, outcome)) in self.statuses.take().into_iter().enumerate() {
            job.leave(if index < statuses { outcome } else { Outcome::Lost });
        }
        env.note("{} latencies were recorded", latencies as i64);
        env.note("{} statuses were recorded", statuses as i64);
        if latencies == 0 {
            env.crash("runtime error: integer divide by zero").await;
        }
        if statuses < latencies {
            env.crash(&format!("runtime error: index out of range [{statuses}] with length {statuses}")).await;
        }
    }
}

/// A Go slice as `append` treats it: read the length, write the element, write the length. In between, others run.
struct Slice<T> {
    state: RefCell<(Vec<Option<T>>, usize)>,
}

impl<T> Slice<T> {
    fn new() -> Slice<T> {
        Slice { state: RefCell::new((Vec::new(), 0)) }
    }

    /// Appends, and gives back the element that was there already, if somebody else had put one in the meantime.
    async fn append(&self, env: &Env, value: T) -> Option<T> {
        let index = self.state.borrow().1;
        env.sleep(APPEND).await;
        let mut state = self.state.borrow_mut();
        let (elements, len) = &mut *state;
        if elements.len() <= index {
            elements.resize_with(index + 1, || None);
        }
        // The length goes back too, if others appended more than one since.
        *len = index + 1;
        elements.get_mut(index).and_then(|slot| slot.replace(value))
    }

    fn len(&self) -> usize {
        self.state.borrow().1
    }

    /// All elements, those beyond the length too.
    fn take(&self) -> Vec<T> {
        self.state.borrow_mut().0.drain(..).flatten().collect()
    }
}
