//! A limit on what is under way that nobody has to choose.
//!
//! # Problem
//! A server can do so much at once; beyond that it does no more and everything takes longer. Where that is nobody knows, and tomorrow it is elsewhere. A
//! limit that was chosen too high protects from nothing, one that was chosen too low leaves the server idle.
//!
//! # Idea
//! The limit is looked for while it runs: it is raised as long as calls take no longer than before, and lowered when they do. Whoever comes while as many are under
//! way is refused at once. AIMD goes by calls that are late, Vegas by the quickest call, Gradient2 by a long average.
//!
//! # Watch
//! Twenty slots of 20 ms can do 1,000 calls a second, and 1,500 come. From 100 the limit falls to a little above twenty and stays: the server is busy and hardly
//! anybody waits in it. Fixed at 200 as many are served, each after 200 ms. Fixed at 8 calls are quick, and less than half are served.
//!
//! # Choose
//! Before a server whose capacity changes or that nobody has measured. Samples have to be alike: where one call reads a row and the next a table, how long one took
//! says little. It bounds what is under way and not how often somebody may come: see the rate limiter.
//!
//! # Primitives
//! Adaptive limit. Semaphore. Wait groups. Tasks.
//!
//! # Origin
//! Netflix concurrency-limits (AIMDLimit, VegasLimit, Gradient2Limit with their defaults), after TCP Vegas and Little's law.

mod clients;
mod params;
mod presets;

use clients::clients_come;
use millrace_engine::Env;
use millrace_parts::AdaptiveLimit;
use millrace_spec::{
    Check, Detail, Fidelity, FieldGroup, Flow, GaugeSpec, Meter, MeterGauges, Pattern, Place, SceneSpec, Unit, Values,
    Wire,
};
use millrace_trace::{EventKind, Ledger, Outcome, StationId, StationKind, Trace, TraceEvent};
use millrace_upstream as upstream;
use params::Params;
use serde_json::{Map, Value as Json, json};
use std::rc::Rc;

/// The adaptive limit, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "adaptive-limit",
    name: "Adaptive limit",
    title: "Adaptive limit",
    group: "Resilience",
    glyph: "scale",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    file: file!(),
    ceiling: |values, _| upstream::ceiling(values, None),
    detail: Some(|_| Box::<Limits>::default()),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CLIENTS: &str = "clients";
const LIMIT: &str = "limit";
const G: MeterGauges = MeterGauges::ALL;

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("as many are counted as under way as there are", |l, t| {
        limit(l, t).is_none_or(|row| row.gauge(G.under_way) == l.tally.in_flight as i64)
    })
    .by("the count of the limit, against the calls that are out"),
    Check::sometimes("the limit was reached", |l, t| {
        limit(l, t).is_some_and(|row| row.gauge(G.under_way) >= row.gauge(G.limit))
    }),
    Check::sometimes("the limit came within twice the server's slots from above", |l, t| {
        let server = l.find("server", t).map(|(_, server)| server.capacity).filter(|slots| *slots < 100_000);
        let within = |slots: u32| {
            let slots = i64::from(slots);
            limit(l, t).is_some_and(|row| (slots..=2 * slots).contains(&row.gauge(G.limit)) && row.gauge(G.refused) > 0)
        };
        server.is_some_and(within)
    })
    .by("the limit, against the slots of the server"),
    Check::sometimes("somebody was refused", |l, _| l.tally.count(Outcome::Rejected) > 0),
    Check::eventually("nobody is counted as under way when it is over", |l, t| {
        limit(l, t).is_none_or(|row| row.gauge(G.under_way) == 0)
    }),
    Check::ALL_LEFT,
];

fn limit<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a millrace_trace::ledger::StationRow> {
    ledger.find(LIMIT, trace).map(|(_, row)| row)
}

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let inside = match values.word("algorithm") {
        "vegas" => vec![("quickest call", Unit::Time), ("queue, estimated", Unit::Count("calls"))],
        "gradient2" => vec![("long average", Unit::Time), ("last call", Unit::Time), ("gradient", Unit::Share)],
        _ => Vec::new(),
    };
    let most = if values.word("algorithm") == "fixed" { values.count("initial") } else { values.count("max") };
    let meter = Place::meter(LIMIT, "Limit", Meter { most, inside, degrades: None });
    let places = [
        Place::source(CLIENTS, "Clients"),
        meter,
        Place::server("server", "Server"),
        Place::sink("results", "Results"),
    ];
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: LIMIT.into(), gauge, label, unit };
    let gauges = vec![
        gauge("limit", G.limit, "Limit", Unit::Count("calls")),
        gauge("refused", G.refused, "Refused", Unit::Sum("requests")),
    ];
    let wires = [Wire::new(CLIENTS, "results").through([LIMIT, "server"])];
    let backlog = Some(millrace_parts::Arrivals::BACKLOG.into());
    SceneSpec { backlog, gauges, faults: upstream::faults(), ..SceneSpec::new(Flow::row(places), wires) }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let clients = env.open_plain(StationKind::Source, CLIENTS);
    let limit = AdaptiveLimit::open(&env, LIMIT, p.rule(&env));
    env.spawn_at(CLIENTS, clients, clients_come(env.clone(), Rc::new(p), limit)).await;
}

/// The most changes of the limit that a report has.
const MOST: usize = 10_000;

/// What the adaptive limit alone reports: the limit, whenever it changed, and how many were refused.
#[derive(Debug)]
struct Limits {
    station: StationId,
    list: Vec<(u64, i64)>,
    changes: usize,
    refused: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { station: StationId::NONE, list: Vec::new(), changes: 0, refused: 0 }
    }
}

impl Detail for Limits {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == LIMIT => self.station = station,
            EventKind::Gauged { station, gauge, value } if station == self.station => {
                if gauge == G.refused {
                    self.refused = value;
                }
                if gauge == G.limit {
                    self.changes += 1;
                    if self.list.len() < MOST {
                        self.list.push((event.at.0, value));
                    }
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let mut detail = Map::new();
        detail.insert("limits".to_owned(), self.list.iter().map(|(at, limit)| json!([at, limit])).collect());
        if self.changes > self.list.len() {
            detail.insert("truncated".to_owned(), (self.changes - self.list.len()).into());
        }
        detail.insert("refused".to_owned(), self.refused.into());
        detail
    }
}
