//! Connections that are opened once and used by many.
//!
//! # Problem
//! To open a connection to a database takes a handshake, a login and a slot of the server, of which it has few. To open one for each query
//! costs more than the query, and when many ask at once the server runs out of slots.
//!
//! # Idea
//! A pool keeps connections open and lends them. So many may be open at once, and who comes when all are in use waits for its turn; so many may
//! be idle, and what is given back beyond that is closed. A connection that is too old or has rested for too long is closed as well, when it is
//! taken, given back, or found by a reaper that looks now and then.
//!
//! # Watch
//! Each row is a place in the pool: who has its connection, how old it is, and the way to the server, which it holds a slot of. In a burst 25 are
//! opened, 15 callers wait, and when all is over twenty are closed, as only five may be idle: the next burst opens them again. A connection
//! that is never given back is in its row for good, with the caller and the line. Statements are prepared on a connection and end with it.
//!
//! # Choose
//! Wherever it is dear to connect. As many as may be open should be fewer than the server has slots, for all its clients together, and as many may be
//! idle as a usual rush needs. A lifetime lets connections move to a server that was added; with jitter they do not move all at once. A longest
//! wait says when the pool is too small, where otherwise everybody just waits.
//!
//! # Primitives
//! Connection pool. Timeout. Tasks.
//!
//! # Origin
//! The pool of `database/sql` in Go, as the design of an interview platform configures it: 25 open, 5 idle, five minutes, and an idle time of ten
//! that never acts; with its repository, of which one statement is never prepared and another may be forgotten.

mod database;
mod params;
mod presets;
mod query;
mod report;

use millrace_engine::Env;
use millrace_parts::Arrivals;
use millrace_spec::{
    At, Check, Closing, ConnectionGauges, ConnectionState, Connections, Fidelity, FieldGroup, Flow, GaugeSpec, Measure,
    Pattern, Place, PoolGauges, SceneSpec, Step, Unit, Values, Wire,
};
use millrace_trace::ledger::StationRow;
use millrace_trace::{Outcome, StationKind};
use millrace_upstream as upstream;
use params::Params;
use query::Program;

const CALLERS: &str = "callers";
const POOL: &str = PoolGauges::POOL;
const G: PoolGauges = PoolGauges::ALL;
const C: ConnectionGauges = ConnectionGauges::ALL;

/// The pool of connections, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "connection-pool",
    name: "Connection pool",
    title: "Connection pool",
    group: "Services",
    glyph: "links",
    fields: Params::fields,
    scene,
    measures: |_| {
        let pool = || At::Named(POOL.into());
        let waits = Measure::new("waiting", "Wait for a connection", "Waits", Step::Queued(pool()), Step::Went(pool()));
        vec![Measure { who: "callers", ..waits }]
    },
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    shipped: "one statement is nil, one is forgotten",
    disagreement: Some(
        "The document promises three prepared statements that live as long as the program. Its code declares the update and never prepares \
         it: the first who uses it uses a nil pointer. And when the second preparation fails it returns the error and forgets the first \
         statement, which nobody closes. A lock for the statements is declared and never taken, which no run shows: what nobody takes holds nobody up. Both agree on an idle time of ten minutes beside a lifetime of five, which never acts.",
    ),
    file: file!(),
    home: (StationKind::Source, CALLERS),
    ceiling: |values, _| upstream::ceiling(values, Some(values.count("open"))),
    detail: Some(|_| Box::<report::Connections>::default()),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
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
    Check::WAITED_FOR_A_CONNECTION,
    Check::sometimes("a connection was closed because enough were idle", |l, t| {
        PoolGauges::closed_for(l, t, Closing::IdleLimit)
    }),
    Check::sometimes("a connection was closed because it was too old", |l, t| {
        PoolGauges::closed_for(l, t, Closing::Lifetime)
    }),
    Check::sometimes("a connection was closed because it had rested for too long", |l, t| {
        PoolGauges::closed_for(l, t, Closing::IdleTime)
    }),
    Check::sometimes("a connection that rested was too old before it had rested for too long", |l, t| {
        let aged = ConnectionState::Closing(Closing::Lifetime);
        let is_aged =
            |row: &StationRow| row.state.is_some_and(|state| ConnectionState::of(t.name(state)) == Some(aged));
        PoolGauges::pool(l, t)
            .filter(|(_, pool)| pool.gauge(G.closed(Closing::Lifetime)) > 0)
            .is_some_and(|(id, _)| l.members(id).any(|(_, row)| is_aged(row) && row.levels.changed() < row.state_since))
    })
    .by("the places in which one is being closed for its age that nobody had until then"),
    Check::CONNECTION_BROKE,
    Check::sometimes("half of all connections were being closed for their age at once", |l, t| {
        PoolGauges::counted(l, t).is_some_and(|(id, pool)| {
            let old = ConnectionState::Closing(Closing::Lifetime);
            pool.gauge(G.closed(Closing::Lifetime)) > 0
                && 2 * PoolGauges::count(l, t, id, |state| state == old) >= i64::from(pool.capacity).max(4)
        })
    })
    .by("the places in which a connection is being closed because it is too old"),
    Check::sometimes("somebody waited for as long as it may and was refused", |l, _| {
        l.tally.count(Outcome::Rejected) > 0
    }),
    Check::CONNECTION_REFUSED,
    Check::sometimes("a connection was never given back", |l, t| {
        PoolGauges::pool(l, t).is_some_and(|(_, pool)| pool.gauge(G.leaked) > 0)
    }),
    Check::sometimes("a statement was used that was never prepared", |l, _| l.crash.is_some())
        .by("the panic of a nil pointer"),
    Check::sometimes("a statement was left behind that nobody will close", |l, t| {
        PoolGauges::pool(l, t).is_some_and(|(_, pool)| pool.gauge(G.statements_left) > 0)
    }),
    Check::ALL_LEFT,
];

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let connections = Connections {
        server: "server".to_owned(),
        leads_to: ["Database", "DB"],
        open: values.count("open") as u32,
        idle: values.count("idle").min(values.count("open")) as u32,
        lifetime: values.span("lifetime"),
        idle_time: values.span("idle-time"),
        statements: 3,
        commands: false,
        counts: Vec::new(),
    };
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: POOL.into(), gauge, label, unit };
    let mut gauges = vec![
        gauge("taken", G.taken, "Taken", Unit::Count("connections")),
        gauge("opened", G.opened, "Opened", Unit::Sum("connections")),
        gauge("idle-limit", G.closed(Closing::IdleLimit), "Idle limit", Unit::Sum("connections")),
        gauge("too-old", G.closed(Closing::Lifetime), "Too old", Unit::Sum("connections")),
    ];
    if values.number("leak") > 0.0 {
        gauges.push(gauge("leaked", G.leaked, "Leaked", Unit::Count("connections")));
    }
    if values.count("prepare-fails") > 0 {
        gauges.push(gauge("statements-left", G.statements_left, "Forgotten", Unit::Sum("statements")));
    }
    let mut faults = upstream::faults();
    faults.push(upstream::break_connection());
    let flow = Flow::row([Place::connections(POOL, "Pool", connections)]);
    SceneSpec { backlog: Some(Arrivals::BACKLOG.into()), gauges, faults, ..SceneSpec::new(flow, Vec::<Wire>::new()) }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let program = Program::new(&env, p);
    let pool = &program.pool;
    let _reaper = env.spawn_at("reaper", pool.station(), pool.clone().reap());
    program.start().await;
    let (p, inner) = (&program.p, program.clone());
    p.load.each(&env, env.station(), p.callers, move |job| ask(inner.clone(), job)).await;
    // What was given back last is closed in peace.
    pool.settled().await;
}

async fn ask(program: std::rc::Rc<Program>, job: millrace_engine::Job) {
    program.ask(job).await;
}
