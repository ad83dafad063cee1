//! A hundred commands in one round trip, over connections that are kept warm.
//!
//! # Problem
//! Redis sets a key in a microsecond, and the way there and back takes a thousand. Who sends one command after the other waits for the way,
//! not for Redis; and each that waits has a connection meanwhile, of which there are few.
//!
//! # Idea
//! A pipeline sends many commands without waiting, and reads all their answers in one go: one round trip, and one connection, for all of them. A pool
//! lends the connections. It keeps some idle, so that who comes has not to open one first, and each step has a time of its own after which it is given
//! up: the wait for a connection, the opening, the sending, the answer. What nobody has answered is tried again a little later.
//!
//! # Watch
//! Each row is a connection, with what it did lately: one command at a time has a bar for each, a pipeline one bar for all. With ten connections and
//! 20 callers half of them wait. When answers are slower than a read may take, the connection is closed, another is opened, and the same commands go
//! again: the round trips grow beyond the commands. A batch that cannot be cancelled keeps its connection although nobody waits for it any more.
//!
//! # Choose
//! Pipeline what does not need the answer of what goes before it. As many connections as there are round trips under way, not more. Let a pool
//! timeout be shorter than the patience of whoever asks, and a batch end with its caller: who has gone needs no answer, and those who are there
//! need the connection.
//!
//! # Primitives
//! Connection pool. Retry. Backoff. Timeout. Tasks.
//!
//! # Origin
//! The `RedisPool` of an interview platform's design, with the go-redis client: size 10, five idle, three retries, and its `SaveEmotionsBatch`, which sets
//! `emotion:{session}:{timestamp}` for an hour in a pipeline whose context is nobody's. The waits between tries are go-redis' `RetryBackoff`
//! (`internal/internal.go`): 8 ms and by lot up to 8 × 2ⁿ more, at most 512. What is tried again and what ends a connection is its `shouldRetry` and its
//! `isBadConn` (`error.go`), pool timeouts included. An error of one command is that of the whole batch: so its `Exec` returns it.

mod keys;
mod params;
mod presets;
mod report;
mod save;

use millrace_engine::Env;
use millrace_parts::Arrivals;
use millrace_spec::{
    At, Check, ConnectionGauges, ConnectionState, Connections, Fidelity, Flow, GaugeSpec, Measure, Pattern, Place,
    PoolGauges, SceneSpec, Step, Unit, Values, Wire,
};
use millrace_trace::{Gauge, Ledger, Outcome, StationKind, Trace};
use millrace_upstream as upstream;
use params::Params;
use save::Program;

const CALLERS: &str = "callers";
const POOL: &str = PoolGauges::POOL;
const G: PoolGauges = PoolGauges::ALL;
const C: ConnectionGauges = ConnectionGauges::ALL;
/// Gauges of the pool that only this one has: round trips of commands, tries after the first, what was too late, the keys on the server and those that are
/// over, batches that run on although their callers have gone, and batches with nothing in them.
const ROUND_TRIPS: Gauge = Gauge(16);
const RETRIES: Gauge = Gauge(17);
const POOL_TIMEOUTS: Gauge = Gauge(18);
const READ_TIMEOUTS: Gauge = Gauge(19);
const WRITE_TIMEOUTS: Gauge = Gauge(20);
const KEYS: Gauge = Gauge(21);
const EXPIRED: Gauge = Gauge(22);
const FOR_NOBODY: Gauge = Gauge(23);
const EMPTY: Gauge = Gauge(24);

/// The Redis pool, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "redis-pool",
    name: "Redis pool",
    title: "Redis pool",
    group: "Services",
    glyph: "arrows",
    fields: Params::all,
    scene,
    measures: |_| {
        let pool = || At::Named(POOL.into());
        let waits = Measure::new("waiting", "Wait for a connection", "Waits", Step::Queued(pool()), Step::Went(pool()));
        vec![Measure { who: "batches", ..waits }]
    },
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    shipped: "a batch runs on for nobody",
    disagreement: Some(
        "The document saves emotions for an interview that somebody may leave. Its code runs the pipeline with a background context: \
         when the caller gives up the batch goes on, waits for a connection, keeps it until the answer or the read timeout, and tries \
         again for nobody, while those who are there wait for the connection.",
    ),
    file: file!(),
    home: (StationKind::Source, CALLERS),
    ceiling: |values, _| Params::of(values).ceiling(),
    detail: Some(|_| Box::<report::Trips>::default()),
    run: |env, values, _| Box::pin(run(env, Params::of(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::CONNECTIONS_LIMITED,
    Check::CONNECTIONS_COUNTED,
    Check::ONE_HAND_A_CONNECTION,
    Check::NOBODY_WAITS_BESIDE_ONE,
    Check::KEPT_WARM,
    Check::WAITED_FOR_A_CONNECTION,
    Check::sometimes("nobody got a connection in time", |l, t| seen(l, t, POOL_TIMEOUTS)),
    Check::sometimes("an answer took longer than a read may", |l, t| seen(l, t, READ_TIMEOUTS)),
    Check::sometimes("a batch could not be sent in time", |l, t| seen(l, t, WRITE_TIMEOUTS)),
    Check::sometimes("a batch was tried again", |l, t| seen(l, t, RETRIES)),
    Check::sometimes("several commands went in one round trip", |l, t| {
        let is_called = |job| l.job(job).is_some_and(|job| job.server().is_some());
        PoolGauges::counted(l, t).is_some_and(|(id, _)| {
            l.members(id).any(|(_, row)| row.gauge(C.commands) > 1 && row.in_hand.is_some_and(is_called))
        })
    }),
    Check::sometimes("a connection was open before anybody asked for it", |l, t| {
        PoolGauges::counted(l, t).is_some_and(|(id, _)| {
            l.tally.offered == 0 && PoolGauges::count(l, t, id, |state| state == ConnectionState::Idle) > 0
        })
    }),
    Check::sometimes("a batch ran on although its caller had gone", |l, t| seen(l, t, FOR_NOBODY)),
    Check::sometimes("a key was over", |l, t| seen(l, t, EXPIRED)),
    Check::CONNECTION_BROKE,
    Check::CONNECTION_REFUSED,
    Check::eventually("every command was answered, failed, or was too late", |l, _| {
        let ways = [Outcome::Completed, Outcome::Failed, Outcome::TimedOut];
        ways.map(|way| l.tally.count(way)).iter().sum::<u64>() == l.tally.offered
    })
    .by("the outcomes of all commands, against those that came"),
    Check::ALL_LEFT,
];

/// Whether a count of the pool is not nought.
fn seen(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> bool {
    PoolGauges::pool(ledger, trace).is_some_and(|(_, pool)| pool.gauge(gauge) > 0)
}

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let p = Params::of(values);
    let connections = Connections {
        server: "server".to_owned(),
        leads_to: ["Redis", "Redis"],
        open: p.size,
        idle: p.size,
        lifetime: millrace_trace::Span::ZERO,
        idle_time: millrace_trace::Span::ZERO,
        statements: 0,
        commands: p.pipeline > 1,
        counts: vec![
            ("round trips", ROUND_TRIPS, false),
            ("retries", RETRIES, true),
            ("pool timeouts", POOL_TIMEOUTS, true),
            ("read timeouts", READ_TIMEOUTS, true),
            ("write timeouts", WRITE_TIMEOUTS, true),
            ("for nobody now", FOR_NOBODY, true),
            ("keys there", KEYS, false),
        ],
    };
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: POOL.into(), gauge, label, unit };
    let mut gauges = vec![
        gauge("taken", G.taken, "Taken", Unit::Count("connections")),
        gauge("round-trips", ROUND_TRIPS, "Round trips", Unit::Sum("round trips")),
        gauge("retries", RETRIES, "Retries", Unit::Sum("tries")),
        gauge("keys", KEYS, "Keys", Unit::Count("keys")),
    ];
    if !p.server.timeout.is_zero() && !p.cancels() {
        gauges.push(gauge("for-nobody", FOR_NOBODY, "For nobody", Unit::Count("batches")));
    }
    let mut faults = upstream::faults();
    faults.push(upstream::break_connection());
    let flow = Flow::row([Place::connections(POOL, "Pool", connections)]);
    SceneSpec { backlog: Some(Arrivals::BACKLOG.into()), gauges, faults, ..SceneSpec::new(flow, Vec::<Wire>::new()) }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.redis());
    let program = Program::new(&env, p);
    let _expires = env.spawn_at("expires", program.pool.station(), program.keys.clone().expire());
    let p = &program.p;
    for _ in 0..p.empty_batches {
        program.clone().save(Vec::new()).await;
    }
    let save = |batch| program.clone().save(batch);
    p.load.batches(&env, env.station(), p.callers, p.pipeline, save).await;
    // Those that run on for nobody end in their own time.
    program.apart.wait().await;
    // What is being opened for nobody yet is not opened any more.
    program.pool.settled().await;
}
