//! An interview platform as one process: ten thousand sockets, a pool of workers, a service, and what is stored.
//!
//! # Problem
//! Each session of an interview sends a picture of a face every half a second, and is to see what it shows while it still does. Ten thousand
//! sessions are twenty thousand pictures a second, and each takes the service 120 ms.
//!
//! # Idea
//! A hub reads frames from sockets, limits let through what a socket may send, a channel holds what waits, and a pool of workers calls the
//! service. A result goes back to its session at once, and into a batch that is written to Redis and to the database. Beside that an API
//! begins interviews and takes answers.
//!
//! # Watch
//! What is under way at the service is what comes in a second times what a call takes: λ × S. A thousand sessions send some two thousand frames,
//! which at 120 ms keep 250 workers busy: the tile *λ × S* says how many the last second asked for, and so does the frame pool where it has fewer. Then the jobs fill up to the last
//! place: from then on who comes is dropped, and who does not waits for a full channel. *Targets* holds
//! each target of the document against the last second, and the report against the whole run.
//!
//! # Choose
//! As the whole in which the parts have to fit: the pool is sized by the rate and not by the processor, the channel says how late a frame may be,
//! the batch makes one insert of a hundred, and a shutdown stops each before what it needs.
//!
//! # Primitives
//! Hub. Channels. Rate limiter. Batcher. Connection pool. Wait group. Ticker. Tasks.
//!
//! # Origin
//! The strategy of an interview platform, whole: it never left its document. Rates, times and targets that are missing there are from the
//! surroundings of that design, or chosen. Its cache, its pipeline, the results channel of its frame processor, the pings of its hub and the two buckets that a
//! first request for a key may make are left out here: each is shown by a pattern of its own.

mod api;
mod books;
mod checks;
mod console;
mod detail;
mod frames;
mod limits;
mod metrics;
mod params;
mod presets;
mod process;
mod sessions;
mod sockets;
mod store;
mod targets;

use api::Route;
use books::Count;
use millrace_engine::Env;
use millrace_parts::{Arrivals, Ends, Process as _};
use millrace_spec::{
    At, Batch, Connections, CountingLimit, Fidelity, FieldGroup, Flow, GaugeSpec, Hub, LimiterRule, Measure, Pattern,
    Place, SceneSpec, ServerName, Step, Unit, Values, Wire, server_name,
};
use millrace_trace::{SimTime, Span, StationKind, Wait};
use millrace_upstream as upstream;
use params::Params;
use process::Process;

const PROCESS: &str = "process";
const SESSIONS: &str = "sessions";
const HUB: &str = "hub";
const API: &str = "api";
/// The station at which requests to the API come, as the group of the traffic opens it.
const ARRIVALS: &str = Arrivals::STREAM;
const POOL: &str = "workers";
const BATCH: &str = "batch";
const STORE: &str = "store";
const REDIS_POOL: &str = "redis-pool";
const DATABASE_POOL: &str = "db-pool";
const REDIS: ServerName = server_name!("redis");
const DATABASE: ServerName = server_name!("db");
/// The limits: of frames by socket, of requests by user and by address.
const SOCKETS: &str = LimiterRule::TokenBucket.id();
const USERS: &str = "user limit";
const ADDRESSES: &str = "address limit";
/// The first gauge of the process that is one of the books: those before are its shutdown's.
const PROCESS_GAUGES: u8 = 32;

/// The channel in which frames wait: of the process, or of the broker.
fn jobs_of(via: &str) -> &'static str {
    if via == "queue" { "emotion.analysis" } else { "jobs" }
}

/// The platform, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "platform",
    name: "Interview platform",
    title: "Interview platform",
    group: "Systems",
    glyph: "spokes",
    fields: params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || checks::CHECKS,
    shipped: "nobody stops sockets, pool and batch",
    disagreement: Some(
        "The document promises a graceful shutdown, limits for each user, and an interview that begins or does not. Its code waits for API \
         requests alone, and what lies in pool and batch goes with the process. All who have no name share the bucket of the user \"\", and no bucket \
         is ever thrown away. Where the service cannot begin an interview, its row stays. A queue is a drawing beside it: taken as its workers would take \
         from a channel, a frame is acknowledged as it is taken, and is lost with whoever has it in hand.",
    ),
    detail: Some(|values| Box::new(detail::Report::of(values))),
    measures: |_| {
        let writes = Step::Came(At::Named(HUB.into()));
        let writes = Measure::new("socket-write", "Socket write", "Writes", writes, Step::Went(At::Named(HUB.into())));
        let api = Measure::new("api", "API request", "API", Step::Went(At::Named(ARRIVALS.into())), Step::Left);
        vec![Measure { who: "results", ..writes }, api]
    },
    file: file!(),
    home: (StationKind::Crew, PROCESS),
    console: Some(&console::CONSOLE),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let count = |key| values.count(key) as u32;
    let limit = |station, each, key, secs| CountingLimit { station, each, limit: count(key), per: Span::secs(secs) };
    let limits = vec![
        limit(SOCKETS, "socket", "frame-limit", 1),
        limit(USERS, "user", "user-limit", 60),
        limit(ADDRESSES, "address", "address-limit", 60),
    ];
    let connections = |server: ServerName, leads_to, open, idle| Connections {
        server: server.as_str().to_owned(),
        leads_to,
        open,
        idle,
        lifetime: Span::secs(300),
        idle_time: Span::secs(600),
        statements: 0,
        commands: false,
        counts: Vec::new(),
    };
    let redis = connections(REDIS, ["Redis", "Redis"], count("redis-size"), count("redis-size"));
    let database = connections(DATABASE, ["Database", "DB"], count("open"), count("idle").min(count("open")));
    let batch = Batch { size: count("batch-size"), interval: values.span("interval") };
    let hub = Hub { clients: count("sessions"), pong_wait: Span::ZERO };
    let jobs = jobs_of(values.word("via"));
    let frames = Flow::row([
        Place::hub(HUB, "Hub", hub),
        Place::limits("Limits", limits),
        Place::channel(jobs, if jobs == "jobs" { "Jobs" } else { "Queue" }),
        Place::crew(POOL, "Frame pool").needing("needed"),
        Place::server("server", "Emotion service"),
    ]);
    let stored = Flow::row([
        Place::batch(BATCH, "Batch", batch),
        Place::connections(REDIS_POOL, "Redis", redis),
        Place::connections(DATABASE_POOL, "Database", database),
    ]);
    let flow = Flow::row([
        Flow::Place(Place::sessions(SESSIONS, "Sessions", count("sessions"))),
        Flow::column([frames, stored]),
    ]);
    let wires = [
        Wire::new(SESSIONS, HUB),
        Wire::new(HUB, SOCKETS),
        Wire::new(SOCKETS, jobs),
        Wire::new(jobs, POOL),
        // A result goes to its session at once, and into the batch.
        Wire::new(POOL, HUB).through(["server"]),
        Wire::new("server", BATCH),
        Wire::new(BATCH, REDIS_POOL),
        Wire::new(REDIS_POOL, DATABASE_POOL),
    ];
    let gauge =
        |id, what: Count, label, unit| GaugeSpec { id, station: PROCESS.into(), gauge: what.gauge(), label, unit };
    let gauges = vec![
        gauge("needed", Count::Needed, "λ × S", Unit::Count("workers")),
        gauge("came", Count::CameIn, "Frames, 1 s", Unit::Count("frames")),
        gauge("answered", Count::AnsweredIn, "Results, 1 s", Unit::Count("frames")),
        gauge("socket-second", Count::SocketP95, "Socket p95", Unit::Time),
        gauge("api-second", Count::ApiP95, "API p95, 1 s", Unit::Time),
        gauge("connected", Count::Connected, "Connected", Unit::Count("sessions")),
        gauge("buckets", Count::Buckets, "Buckets kept", Unit::Count("buckets")),
        gauge("full", Count::Full, "Jobs full", Unit::Sum("frames")),
        gauge("lost-frames", Count::FramesLost, "Frames lost", Unit::Sum("frames")),
        gauge("lost-items", Count::ItemsLost, "Items lost", Unit::Sum("items")),
    ];
    let mut faults = upstream::faults_of(ServerName::DEFAULT, "Emotion service");
    faults.extend(upstream::faults_of(REDIS, "Redis"));
    faults.extend(upstream::faults_of(DATABASE, "Database"));
    faults.push(upstream::kill_worker());
    SceneSpec { gauges, faults, alerts: metrics::rules(), targets: targets::declared(), ..SceneSpec::new(flow, wires) }
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    let (asked, over) = (SimTime(p.shutdown_at.0), SimTime(p.run_for.0));
    let (slow_at, slow_by) = (SimTime(p.slow_at.0), p.slow_by);
    let service = ["base", "mean"].map(|key| (key, if key == "base" { p.emotion.base } else { p.emotion.mean }));
    let process = Process::open(&env, p, fidelity);
    let ends = Ends(process.clone());
    process.begin();
    let _outages = process.p.outages.start(&env);
    let _slower =
        (slow_at > SimTime::ZERO).then(|| env.spawn("service", slows(env.clone(), slow_at, slow_by, service)));
    if asked > SimTime::ZERO && asked <= over {
        env.sleep_until(asked, Wait::Sleep).await;
        process.shut_down(process.p.grace, process.order()).await;
    } else {
        env.sleep_until(over, Wait::Sleep).await;
        process.finish().await;
    }
    drop(ends);
}

/// The service becomes slower.
async fn slows(env: Env, at: SimTime, by: f64, service: [(&'static str, Span); 2]) {
    env.sleep_until(at, Wait::Sleep).await;
    env.note("the emotion service takes {} % of its time", (by * 100.0 + 0.5) as i64);
    for (key, usual) in service {
        let live = env.live(key, usual.0 as i64);
        live.set((live.get() as f64 * by + 0.5) as i64);
    }
}
