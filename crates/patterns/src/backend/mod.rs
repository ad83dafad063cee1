//! A backend as a whole, with a layer for concurrency that is promised in all its parts.
//!
//! # Problem
//! A service for language tests is asked by whoever comes. It has a database that takes so many connections, a service elsewhere that may be slow, and a cache; and
//! each can take down all the rest.
//!
//! # Idea
//! One layer between the requests and what they need: a handler that lets in so many, a pool of workers for each kind of operation, a pool of connections that
//! finds its size, and a processor for what can be done later. It tells what it counts, and rules over that say when somebody is called.
//!
//! # Watch
//! As documented each limit holds back what is behind it: a slow service keeps its thirty workers busy, and searches go on. As shipped the handler is in no router and no pool
//! gets a task: all is built, is configured by twelve variables, and does nothing, but for the manager of connections, which takes 0.8 for a percentage: where one connection in a
//! hundred is in use it lets five more be open, every two minutes up to the last. *Checks* has the benefits that the document promises, each with whether it was seen, and the tab *API* what the backend says of itself.
//!
//! # Choose
//! Limits where the resource is, and one test for each that fails when the limit is not there. A layer that nobody installed costs as much to maintain as one that
//! works. Of what the document wants for later more than one region is left out: it is another system with other questions, of which copy of a row is right, and no layer before one database answers them.
//!
//! # Primitives
//! Semaphore. Channels. Crew. Connection pool. Sizing rules. Circuit breaker. Priority queue. Rate limiter. Cache. Machine. Alerts. Shutdown. Tasks.
//!
//! # Origin
//! The backend of a site for language tests, in Go, and the document that describes its concurrency: request handler, concurrency manager, pool manager and background
//! processor, each of which is a pattern of its own here, put together as that code does. What requests ask for, how long each operation takes, and how large the machine
//! is are assumptions.

mod alerts;
mod benefits;
mod books;
mod checks;
mod console;
mod crash;
mod database;
mod detail;
mod figures;
mod health;
mod http;
mod key;
mod life;
mod live;
mod metrics;
mod params;
mod presets;
mod process;
mod requests;
mod reset;
mod said;
mod sections;
mod sockets;
mod throttle;

use crate::background_processor::Names;
use crate::concurrency_manager::Kind;
use books::{Count, status_gauge};
use console::Answers;
use figures::Backend;
use life::Life;
use millrace_engine::Env;
use millrace_parts::{Arrivals, BACKEND_VARIABLES, Ends};
use millrace_spec::{
    Environment, Fidelity, FieldGroup, Flow, GaugeSpec, Handler, Operations, Pattern, Place, PoolGauges, Scaler,
    SceneSpec, ServerName, Unit, Values, Wire, server_name,
};
use millrace_trace::StationKind;
use millrace_upstream as upstream;
use params::Params;
use process::Process;
use sockets::Sockets;
use std::rc::Rc;
use throttle::Throttle;

const CLIENTS: &str = "clients";
const HANDLER: &str = "handler";
const BREAKER: &str = "breaker";
const POOL: &str = PoolGauges::POOL;
const DATABASE: ServerName = server_name!("sql");
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
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || checks::CHECKS,
    practices: benefits::BENEFITS,
    environment: Some(&ENVIRONMENT),
    console: Some(&console::CONSOLE),
    shipped: "the layer is built and nobody uses it",
    disagreement: Some(
        "The document has every request go through the handler and every operation through a pool. In its code the handler is in no router and no pool gets a task, so nothing is limited, \
         degraded or counted. The one part that acts, the manager of connections, takes shares for percent. The limiter before all of it gives each request a bucket of its own. An answer that takes \
         longer than 15 s is written nowhere, and a request may take 30 s. At the end nobody stops the parts, and what they have goes with the process.",
    ),
    file: file!(),
    home: (StationKind::Source, CLIENTS),
    detail: Some(|values| Box::new(detail::Report::of(values))),
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
    times: &[],
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
    let behind = [
        Place::scaler(POOL, "Database pool", scaler),
        Place::server("server", "External"),
        Place::server(CACHE.as_str(), "Cache"),
    ];
    let mut wires = vec![Wire::new(CLIENTS, throttle::ADDRESSES), Wire::new(throttle::ADDRESSES, HANDLER)];
    let (below, fed) = below(&p, fidelity);
    wires.extend(fed.map(|to| Wire::new(HANDLER, to)));
    let front = Flow::column([Place::handler(HANDLER, "Handler", handler), below]);
    let amiss = match (is_shipped, p.is_installed()) {
        (_, false) => "no task ever comes",
        (true, true) => "holds nothing back",
        (false, true) => "",
    };
    let labels = ["Database ops", "HTTP ops", "Cache ops"];
    let rows = Kind::ALL.into_iter().zip(behind).zip(labels).map(|((kind, behind), label)| {
        let [permits, queue, _, workers, _] = kind.stations();
        if !p.is_enabled() {
            wires.push(Wire::new(HANDLER, &behind.name));
            return Flow::from(behind);
        }
        wires.extend([Wire::new(HANDLER, workers), Wire::new(workers, &behind.name)]);
        Flow::row([Place::operations(workers, label, Operations { permits, queue, amiss }), behind])
    });
    let behind = Flow::column(rows);
    let traffic = Flow::column([Place::source(CLIENTS, "Traffic"), Throttle::place(&p.throttling)]);
    let columns = vec![traffic, front, behind];
    let gauge = |id, station: &str, gauge, label, unit| GaugeSpec { id, station: station.into(), gauge, label, unit };
    let answers = Unit::Sum("answers");
    let mut gauges: Vec<_> = key::gauges().collect();
    gauges.extend([
        gauge("too-many", CLIENTS, status_gauge(429), "429", answers),
        gauge("hits", CLIENTS, Count::Hits.gauge(), "Hits", Unit::Sum("words")),
        gauge("misses", CLIENTS, Count::Misses.gauge(), "Misses", Unit::Sum("words")),
    ]);
    let mut faults = upstream::faults_of(ServerName::DEFAULT, "External");
    faults.extend(upstream::faults_of(DATABASE, "Database"));
    faults.extend([crash::fault(), upstream::kill_worker()]);
    faults.extend(p.connected.come_again().then(|| Sockets::fault(&p.connected)));
    let backlog = Some(Arrivals::BACKLOG.into());
    let targets = vec![key::POOL_USE];
    SceneSpec { backlog, gauges, faults, alerts: alerts::rules(), targets, ..SceneSpec::new(Flow::Row(columns), wires) }
}

/// What stands below the handler, and to where that hands something on: what the run is about. Where sockets come and go, they; where it is asked to end, its parts;
/// otherwise what is done later.
fn below(p: &Params, fidelity: Fidelity) -> (Place, Option<&'static str>) {
    if p.connected.come_again() {
        (Sockets::place(&p.connected), Some(sockets::HUB))
    } else if p.lifetime.shutdown_at.is_zero() {
        (p.background(fidelity).place("Background"), Some(BACKGROUND.queue))
    } else {
        (Life::place(&p.lifetime, p.is_enabled()), None)
    }
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    let settings = console::Settings { enabled: p.is_enabled(), is_shipped: fidelity == Fidelity::Shipped };
    let process = Process::open(&env, p, fidelity);
    let ends = Ends(process.clone());
    process.begin();
    let backend: Rc<dyn Backend> = process.clone();
    let answers = Answers::open(&env, &backend, (&process.metrics, &process.since), settings);
    let troubles = (process.p.outages.start(&env), process.p.crashing.start(&env));
    process.life.lasts(&*process, process.over()).await;
    drop((troubles, answers));
    drop(ends);
}

#[cfg(test)]
mod tests {
    use millrace_engine::{Env, Progress, Run, Seed, Setup};
    use millrace_trace::{SimTime, StationKind};
    use std::future::Future;

    /// How many runs a statement about any run is held over.
    pub const SEEDS: u32 = 20;

    /// Runs a program, which has to come to its end.
    pub fn run<F: Future<Output = ()> + 'static>(seed: u32, program: impl FnOnce(Env) -> F) -> Run {
        let setup = Setup::new(Seed::from_word(&seed.to_string()));
        let mut run = Run::new(setup, (StationKind::Worker, "home"), program);
        assert_eq!(run.advance(SimTime::MAX, u64::MAX), Progress::Drained, "seed {seed}");
        run
    }
}
