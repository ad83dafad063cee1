//! So much in a time, and no more: who comes too soon is refused, or waits.
//!
//! # Problem
//! A service can do so many requests a second, or one of its users may have so many. What comes above that has to be turned away or to wait, before it costs
//! anything, and the bursts in which requests come should not all count as abuse.
//!
//! # Idea
//! A limiter keeps an account of what passed and says of each request at once whether it may. Six rules are in use: tokens that come one by one, a queue that
//! leaks, a count for each window, a log, two counts that estimate the log, and an instant that stands for all of it. They agree on the long run
//! and differ in which bursts they let through.
//!
//! # Watch
//! Ten requests go at once, and from then on one each 10 ms. Fifteen callers want more, so at each token all of them ask and one is let through. With all
//! six rules on one burst at the edge of a window, the fixed window lets nearly twice its limit pass within a second, the log never more than the
//! limit, the sliding counter up to half as much again, and the leaky bucket none closer than 50 ms. As shipped the bucket of a key
//! is looked up and stored in two steps: of requests that come at once with a new key each makes a bucket, and all of them pass.
//!
//! # Choose
//! A token bucket or GCRA where bursts are welcome, a leaky bucket where what comes after bears none, a log where the limit is a promise, a counter where memory
//! is dear. A fixed window only where twice the limit does no harm. A limit protects from load that one can foresee; what a server can
//! do at the moment it does not know: see the adaptive limit.
//!
//! # Primitives
//! Limiter. Semaphore. Wait groups. Tasks. Timeout.
//!
//! # Origin
//! Token bucket as in golang.org/x/time/rate, GCRA from ITU-T I.371. The race is that of a Go service for interviews, whose limiter loads a bucket from a
//! `sync.Map` and stores a new one in two steps, and never throws one away.

mod checks;
mod client;
mod decisions;
mod params;
mod presets;
mod store;

use client::{Desk, request};
use decisions::Decisions;
use millrace_engine::Env;
use millrace_parts::{Arrivals, KeyedLimiter, Semaphore, Traffic, WaitGroup};
use millrace_spec::{
    Bucket, Fidelity, FieldGroup, Flow, GaugeSpec, LimiterGauges, Pattern, Place, SceneSpec, Unit, Values, Wire,
};
use millrace_trace::{StationId, StationKind};
use millrace_upstream::{self as upstream, Asking};
use params::{Params, rules};
use std::rc::Rc;
use store::Store;

/// The rate limiter, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "rate-limiter",
    name: "Rate limiter",
    title: "Rate limiter",
    group: "Resilience",
    glyph: "bucket",
    fields: Params::with_costs,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || checks::CHECKS,
    shipped: "two buckets may be made for one key",
    disagreement: Some(
        "Documented, each key has one bucket; shipped, it is looked up and stored in two steps: look at requests of one key that come at once, \
         each of which makes a bucket of its own.",
    ),
    file: file!(),
    detail: Some(|values| Box::new(Decisions::new(values))),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CLIENTS: &str = "clients";

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let rules = rules(values.word("algorithm"));
    let p = Params::read(values);
    let bucket = |rule| Place::bucket(Bucket { rule, limit: p.limit, per: p.per, burst: p.burst, refuses: true });
    let mut gauges = Vec::new();
    if let [rule] = *rules.as_slice() {
        let gauge = |id, gauge, label, unit| GaugeSpec { id, station: rule.id().into(), gauge, label, unit };
        gauges.push(gauge("waiting", LimiterGauges::ALL.waiting, "Waiting", Unit::Count("requests")));
        gauges.push(gauge("passed", LimiterGauges::ALL.passed, "Let through", Unit::Sum("requests")));
        gauges.push(gauge("refused", LimiterGauges::ALL.refused, "Refused, 429", Unit::Sum("requests")));
        gauges.push(gauge("most", LimiterGauges::ALL.most, "Most passed", Unit::Sum("requests")));
    }
    let backlog = Some(Arrivals::BACKLOG.into());
    if rules.len() > 1 {
        let flow = Flow::column(rules.into_iter().map(bucket));
        return SceneSpec { backlog, gauges, ..SceneSpec::new(flow, []) };
    }
    let limiter: Vec<Place> = rules.into_iter().map(bucket).collect();
    let through: Vec<String> = limiter.iter().map(|place| place.name.clone()).chain(["server".to_owned()]).collect();
    let mut places = vec![Place::source(CLIENTS, "Clients")];
    places.extend(limiter);
    places.extend([Place::server("server", "Server"), Place::sink("results", "Results")]);
    let wires = [Wire::new(CLIENTS, "results").through(through)];
    SceneSpec { backlog, gauges, faults: upstream::faults(), ..SceneSpec::new(Flow::row(places), wires) }
}

async fn run(env: Env, p: Params) {
    let rules = p.rules();
    let is_one = rules.len() == 1;
    if is_one {
        upstream::open(&env, &p.server);
    }
    let clients = is_one.then(|| env.open_plain(StationKind::Source, CLIENTS));
    let store = |rule: millrace_spec::LimiterRule| Store {
        limiter: KeyedLimiter::open(&env, rule.id(), p.settings(rule), p.forgets()),
        racing: p.store == "racing",
    };
    let stores: Vec<Store> = rules.into_iter().map(store).collect();
    // Where nothing comes after the limiters, whoever asks is with the first of them.
    let first = stores.first().map(|store| store.limiter.station());
    let home = clients.or(first).unwrap_or(StationId::NONE);
    let desk = Rc::new(Desk { env: env.clone(), keys: p.keys(), stores, params: p });
    env.spawn_at(CLIENTS, home, clients_come(desk)).await;
}

/// Takes in the requests as they come, each with a task of its own, and waits until the last has left.
async fn clients_come(desk: Rc<Desk>) {
    let (env, p) = (&desk.env, &desk.params);
    let (total, traffic) = p.traffic();
    // In a closed loop the next is made when one of the callers is free.
    let callers = if traffic == Traffic::Closed { p.callers } else { u32::MAX - 1 };
    let callers = Semaphore::new(env, callers);
    let under_way = WaitGroup::new(env);
    let mut asking = Asking::start(env);
    let mut arrivals = Arrivals::start(env, total, traffic);
    loop {
        let caller = callers.acquire().await;
        let Some(job) = arrivals.next().await else { break };
        let wanted = asking.next(&desk.keys, &job);
        let (inner, under_way) = (desk.clone(), under_way.clone());
        under_way.add(1);
        let client = async move {
            let rest = request(&inner, job, wanted).await;
            inner.env.sleep(rest).await;
            drop(caller);
            under_way.done();
        };
        env.spawn("client", client).detach();
    }
    under_way.wait().await;
}
