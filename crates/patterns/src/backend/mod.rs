//! A backend as a whole, with a layer for concurrency that is promised in all its parts.
//!
//! # Problem
//! A service for language tests is asked by whoever comes. It has a database that takes so many connections, a service elsewhere that may be slow, and a cache; and
//! each can take down all the rest.
//!
//! # Idea
//! One layer between the requests and what they need: a handler that lets in so many, a pool of workers for each kind of operation, a pool of connections that
//! finds its size, and a processor for what can be done later.
//!
//! # Watch
//! As documented each limit holds back what is behind it. As shipped the handler is in no router and no pool gets a task: all is built, is configured by twelve
//! variables, and does nothing, but for the manager of connections, which takes 0.8 for a percentage and opens one after the other up to the last.
//!
//! # Choose
//! Limits where the resource is, and one test for each that fails when the limit is not there. A layer that nobody installed costs as much to maintain as one that
//! works.
//!
//! # Primitives
//! Semaphore. Channels. Crew. Connection pool. Sizing rules. Circuit breaker. Machine. Tasks.
//!
//! # Origin
//! The backend of a site for language tests, in Go, and the document that describes its concurrency. How long each operation takes is added.

mod books;
mod database;
mod params;
mod process;
mod requests;

use crate::background_processor::Names;
use crate::concurrency_manager::Kind;
use books::{Count, status_gauge};
use millrace_engine::Env;
use millrace_parts::{Arrivals, BACKEND_VARIABLES};
use millrace_spec::{
    Check, Environment, Fidelity, FieldGroup, Flow, GaugeSpec, Handler, Pattern, Place, PoolGauges, Preset, Scaler,
    SceneSpec, ServerName, Trial, Unit, Values, Wire, server_name,
};
use millrace_trace::StationKind;
use millrace_upstream as upstream;
use params::Params;
use process::Process;

const CLIENTS: &str = "clients";
const HANDLER: &str = "handler";
const BREAKER: &str = "breaker";
const POOL: &str = PoolGauges::POOL;
const DATABASE: ServerName = server_name!("database");
const CACHE: ServerName = server_name!("cache");

const BACKGROUND: Names =
    Names { queue: "background", workers: "background workers", tokens: "task tokens", batch: "warm-ups" };

/// The backend, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "backend",
    name: "Backend",
    title: "Backend",
    group: "Systems",
    glyph: "stack",
    fields: Params::with_script,
    scene,
    usual: Preset {
        label: "A layer that works",
        says: "Each request goes through the handler, and what it does through the pool of its kind.",
        tries: &[Trial::at(1_000, "Take it out", &[])],
        ..Preset::BASE
    },
    presets: &[],
    checks: &[Check::CONSERVED, Check::WITHIN_CAPACITY, Check::SLOTS_KEPT, Check::ALL_LEFT],
    environment: Some(&ENVIRONMENT),
    shipped: "the layer is built and nobody uses it",
    disagreement: Some("The layer is not installed."),
    file: file!(),
    home: (StationKind::Source, CLIENTS),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

static ENVIRONMENT: Environment = Environment {
    variables: &BACKEND_VARIABLES,
    takes: &[
        ("CONCURRENCY_ENABLED", "concurrency-enabled"),
        ("MAX_CONCURRENT_DB_OPS", "max-concurrent-db-ops"),
        ("MAX_CONCURRENT_HTTP_OPS", "max-concurrent-http-ops"),
        ("MAX_CONCURRENT_CACHE_OPS", "max-concurrent-cache-ops"),
        ("WORKER_POOL_SIZE_DB", "worker-pool-size-db"),
        ("WORKER_POOL_SIZE_HTTP", "worker-pool-size-http"),
        ("WORKER_POOL_SIZE_CACHE", "worker-pool-size-cache"),
        ("BACKGROUND_WORKER_COUNT", "background-worker-count"),
        ("BACKGROUND_QUEUE_SIZE", "background-queue-size"),
        ("CIRCUIT_BREAKER_THRESHOLD", "circuit-breaker-threshold"),
        ("REQUEST_TIMEOUT_SECONDS", "request-timeout-seconds"),
        ("HEALTH_CHECK_INTERVAL", "health-check-interval"),
    ],
};

fn scene(values: &Values, fidelity: Fidelity) -> SceneSpec {
    let (p, is_shipped) = (Params::read(values), fidelity == Fidelity::Shipped);
    let own = p.handler(fidelity);
    let handler = Handler {
        breaker: BREAKER,
        unanswered: "unanswered",
        max: own.max.into(),
        degrades: (own.degrades_from(), own.degrade),
        is_shipped,
        installed: own.is_installed(),
    };
    let pool = p.pool(fidelity);
    let most = pool.max.max(pool.initial());
    let scaler = Scaler { trend: !is_shipped, ..pool.sizing.shown(pool.scaled(), most) };
    let rails = p.background(fidelity).place("Background");
    let front = Flow::column([Place::handler(HANDLER, "Handler", handler), rails]);
    let behind = [
        Place::scaler(POOL, "Database pool", scaler),
        Place::server("server", "External service"),
        Place::server(CACHE.as_str(), "Cache"),
    ];
    let mut wires = vec![Wire::new(CLIENTS, HANDLER), Wire::new(HANDLER, BACKGROUND.queue)];
    let rows = Kind::ALL.into_iter().zip(behind).map(|(kind, behind)| {
        let [.., workers, _] = kind.stations();
        if !p.is_enabled() {
            wires.push(Wire::new(HANDLER, &behind.name));
            return Flow::from(behind);
        }
        wires.extend([Wire::new(HANDLER, workers), Wire::new(workers, &behind.name)]);
        Flow::row([Place::crew(workers, format!("{} ops", kind.label())), behind])
    });
    let behind = Flow::column(rows);
    let columns = vec![Place::source(CLIENTS, "Traffic").into(), front, behind];
    let of_all = |id, gauge, label, unit| GaugeSpec { id, station: CLIENTS.into(), gauge, label, unit };
    let gauges = vec![
        of_all("ok", status_gauge(200), "200", Unit::Sum("answers")),
        of_all("hits", Count::Hits.gauge(), "Cache hits", Unit::Sum("words")),
        of_all("misses", Count::Misses.gauge(), "Cache misses", Unit::Sum("words")),
    ];
    let mut faults = upstream::faults_of(ServerName::DEFAULT, "External");
    faults.extend(upstream::faults_of(DATABASE, "Database"));
    faults.push(upstream::kill_worker());
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, gauges, faults, ..SceneSpec::new(Flow::Row(columns), wires) }
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    let process = Process::open(&env, p, fidelity);
    let working = process.begin();
    let outages = process.p.outages.start(&env);
    requests::come(process.clone()).await;
    // What they set off is done too.
    process.background.settled().await;
    drop((outages, working));
}
