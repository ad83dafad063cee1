//! A pool of connections that finds its size.
//!
//! # Problem
//! How many connections a program needs changes with the hour. Too few, and callers stand in line; too many, and the database keeps memory and slots for
//! nobody. Whoever chooses one number is wrong for most of the day.
//!
//! # Idea
//! A manager looks every thirty seconds at how much of the pool is in use. Where the mean of ten looks is above a threshold the pool may have five more, below
//! another five fewer, and after each step it rests for two minutes. It keeps a day of looks, of which no more than the last ten decide, and warns.
//!
//! The document names five things to come. Four are rules here, each against the plain one on the same load; with w for what is wanted (in use and waiting) of n:
//!
//! Adaptive: one step to ⌈w ÷ target⌉, and then the rest. Nothing changes while w ÷ n is within a tenth of the target. It has to know who waits, as of a full pool one
//! sees only that it is full; and it is as late as the rest is long.
//!
//! Tuned: adaptive, with a target that moves by gain × (goal − share), where share is how many of those who wanted one had to wait since it was moved last. It stays within its
//! bounds, only counts while the pool rests, and stays where it is when the pool is at an end already. It learns from those who waited: with a goal of nothing its target only falls.
//!
//! Forecast: level + h × trend + season, each smoothed from what was at this hour on the days before (α 0.2, β 0.01, γ 0.3), and as many as the most that is expected of any of the
//! looks h within a rest and one look, ÷ target. Until one period was seen it takes the plain steps, and where the use is above their threshold later on too. What has never
//! been it does not expect; a holiday is a day like others to it; and the period is told to it, not found.
//!
//! Own measure: adaptive, by an expression that you write, against a target that you set: (in-use + waiting) / size, or wait-p95. It has to become less as the pool grows. One that is
//! nothing when all is well closes what it has opened.
//!
//! The fifth, several regions, is not built: how far apart they are and what may be stale between them is another subject than how large one pool is.
//!
//! # Watch
//! Twenty of 32 are wanted, and after ten minutes 180. Two minutes later the mean has understood, and five more every two minutes is all that may come:
//! at the end of the hour many still wait. The stabilised rule has enough after three minutes. As shipped the thresholds are shares that are compared with percent:
//! more than one in a hundred in use, and the pool grows to the last. On a day that repeats itself the dashed line of the forecast runs ahead of now, and the size with it.
//!
//! # Choose
//! Where a load changes over minutes and somebody has to pay for what is open. Against what changes within seconds there is only a pool that is large enough, or a
//! limit on who comes. A forecast where days are alike; a tuned target where nobody knows how far the load strays; a measure of your own where use says nothing about those who wait.
//!
//! # Primitives
//! Connection pool. Sizing rules. Ticker. Condition variable. Circuit breaker. Alerts.
//!
//! # Origin
//! The connection pool manager of a backend for language tests in Go (`connection_pool_manager.go`), and the set-up of its pool (`pool.go`), by which it begins: the 100 connections that
//! the manager is told to begin with are read by nobody. Its breaker counts all failures since it was closed, and half-open lets everybody through; beside it the
//! Horizontal Pod Autoscaler of Kubernetes, whose formula the adaptive rule and the one by a measure take too. The controller is the integral law of Hellerstein and others ("Feedback Control of
//! Computing Systems", 2004), on the target use as in Lim and others (ACDC 2009); the forecast is that of Winters (Management Science, 1960).

mod checks;
mod clients;
mod guard;
mod manager;
mod params;
mod presets;
mod report;
mod wanted;

use clients::{Clients, come_and_go};
use guard::Guard;
pub(crate) use manager::Manager;
use millrace_engine::Env;
use millrace_parts::{BACKEND_VARIABLES, ConnectionPool, Dial};
use millrace_spec::{
    AlertRule, AlertUnit, At, Environment, FaultSpec, FaultUnit, Fidelity, FieldGroup, Flow, GaugeSpec, Limit, Measure,
    Pattern, Place, PoolGauges, Race, Reading, Scaler, ScalerGauges, SceneSpec, Step, Unit, Values, Wire,
};
use millrace_trace::{SimTime, Span, StationKind};
pub(crate) use params::Params;
use std::rc::Rc;

const CLIENTS: &str = "clients";
const POOL: &str = PoolGauges::POOL;
const BREAKER: &str = "breaker";
/// The database takes no new connections while this stands.
const REFUSES: &str = "no-connections";
pub(crate) const G: ScalerGauges = ScalerGauges::ALL;
/// What the alert rules read.
const POOL_SHARE: &str = "pool_in_use_share";
const WAIT_SECONDS: &str = "pool_wait_seconds";
const WAITS: &str = "pool_waits";

/// The pool manager, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "pool-manager",
    name: "Pool manager",
    title: "Pool manager",
    group: "Services",
    glyph: "scale",
    fields: Params::fields,
    scene,
    measures: |_| {
        let pool = || At::Named(POOL.into());
        let waits = Measure::new("waiting", "Wait in line", "Waits", Step::Queued(pool()), Step::Went(pool()));
        // Also of those who are served at once: of a rule with which nobody waits there would be nothing to compare.
        let has_one = Step::Came(At::Kind(StationKind::Worker));
        let served = Measure::new("until-served", "Until served", "Served", Step::Entered, has_one);
        [served, waits].into_iter().map(|measure| Measure { who: "clients", ..measure }).collect()
    },
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || checks::CHECKS,
    environment: Some(&ENVIRONMENT),
    shipped: "0.8 % of use grows the pool",
    disagreement: Some(
        "The document scales at 80 and 30 percent. Its code is set up with 0.8 and 0.3, and compares them with percent: more than 0.8 % of use grows the pool by \
         five every two minutes to the last, and only below 0.3 % does it shrink. Its alerts read counts since the start, so one that has come never goes; its health \
         goes by the highest use that there ever was; its history is kept and read by nobody; and nobody tells its breaker of a failure.",
    ),
    file: file!(),
    home: (StationKind::Source, CLIENTS),
    race: Some(Race { key: "rule", measure: "mean time until served", who: "clients" }),
    detail: Some(|_| Box::<report::Report>::default()),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

/// When somebody is called. As shipped what has been waited is that since the start.
fn rules() -> Vec<AlertRule> {
    let rule = |name, reads, above, unit| AlertRule {
        name,
        reads: Reading::Level(reads),
        limit: Limit::Above(above),
        lasts: Span::ZERO,
        unit,
    };
    vec![
        rule("usage", POOL_SHARE, 0.9, AlertUnit::PERCENT),
        rule("wait duration", WAIT_SECONDS, 5.0, AlertUnit::SECONDS),
        rule("wait count", WAITS, 100.0, AlertUnit::NUMBER),
    ]
}

static ENVIRONMENT: Environment = Environment {
    variables: &BACKEND_VARIABLES,
    takes: &[("MAX_CONCURRENT_DB_OPS", "max"), ("HEALTH_CHECK_INTERVAL", "interval")],
    times: &[("max", 2)],
};

fn scene(values: &Values, fidelity: Fidelity) -> SceneSpec {
    let p = Params::read(values);
    let trend = fidelity == Fidelity::Documented;
    let scaler = Scaler { trend, ..p.sizing.shown(p.scaled(), p.max.max(p.initial())) };
    let flow = Flow::row([Place::scaler(POOL, "Connection pool", scaler), Place::breaker(BREAKER, "Breaker")]);
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: POOL.into(), gauge, label, unit };
    let mut gauges = vec![
        gauge("size", G.size, "Size", Unit::Count("connections")),
        gauge("mean-use", G.mean, if p.sizing.rule == "measure" { "Measure" } else { "Mean use" }, Unit::Share),
        gauge("peak-use", G.peak, "Peak use", Unit::Share),
        gauge("waits", G.waits_lately, "Waits", Unit::Count("waits")),
    ];
    if p.sizing.forecasts() {
        gauges.push(gauge("expected", G.expected, "Expected", Unit::Count("connections")));
    }
    let refuses = FaultSpec::of_program(
        (REFUSES, "Refuse"),
        "The database takes no more connections. Those that are open stay.",
        FaultUnit::Lasts,
        (300_000_000_000, 0, 3_600_000_000_000),
    );
    SceneSpec { gauges, faults: vec![refuses], alerts: rules(), ..SceneSpec::new(flow, Vec::<Wire>::new()) }
}

/// How a connection is opened: it takes its time, or is refused at once.
pub(crate) fn dial(env: &Env, p: &Params) -> Dial<()> {
    let (env, takes) = (env.clone(), p.connect);
    let refuses = (!p.refuse_at.is_zero()).then(|| SimTime::ZERO + p.refuse_at);
    let until = SimTime::ZERO + p.refuse_at + p.refuse_for;
    Box::new(move |_, _| {
        let env = env.clone();
        Box::pin(async move {
            let now = env.now();
            if env.fault(REFUSES).is_some() || refuses.is_some_and(|from| from <= now && now < until) {
                return None;
            }
            env.sleep(takes).await;
            Some(())
        })
    })
}

/// The end of the program, however it comes: what is being opened is given up.
struct Ends(ConnectionPool<()>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.give_up_openings();
    }
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    let (p, is_shipped) = (Rc::new(p), fidelity == Fidelity::Shipped);
    let pool = ConnectionPool::open(&env, POOL, p.pool(), dial(&env, &p));
    let _ends = Ends(pool.clone());
    let guard = Guard::open(&env, &p, is_shipped);
    let clients = Clients::new(&env, env.station(), pool.clone(), guard);
    let _reaper = env.spawn_at("reaper", pool.station(), pool.clone().reap());
    let load = env.spawn_at("load", env.station(), come_and_go(clients.clone(), p.clone()));
    let manager = Manager::new(&env, p, pool.clone(), Some(clients), is_shipped);
    env.spawn_at("manager", pool.station(), manager.work()).await;
    drop(load);
}
