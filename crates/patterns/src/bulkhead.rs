//! Compartments: what is slow fills its own, and the rest stays afloat.
//!
//! # Problem
//! A service calls several things with the threads, connections and memory that it has. One of them becomes slow, whoever calls it holds what it has for
//! longer, and soon all there is waits for the one that is slow. What works is down with it.
//!
//! # Idea
//! As a hull has bulkheads: so many at once for each kind of call, so many more before its door, and whoever finds no place is refused at once. A compartment that
//! is flooded is lost, and nothing beside it.
//!
//! # Watch
//! Ten at once are let in and the others are refused: with 20 ms a call ten places serve some 500 a second, whatever comes. With slow calls in the same
//! compartment they fill it within a second, and then almost everybody is refused, whoever they wanted to call. With two compartments the slow ones fill
//! theirs, and the others are served as if nothing were.
//!
//! # Choose
//! Between what may fail by itself: one compartment for each thing that is called, or for each tenant. Few places and a short line: who waits before a full
//! compartment mostly waits in vain. A bulkhead bounds how many are inside, and not how many come: see the rate limiter.
//!
//! # Primitives
//! Bulkhead. Semaphore. Wait groups. Tasks. Timeout.
//!
//! # Origin
//! Michael Nygard, "Release It!"; limit, queue and longest wait as in resilience4j and Polly.

use millrace_engine::{Env, Job};
use millrace_parts::{Arrivals, Bulkhead, BulkheadSettings, Semaphore, Traffic, WaitGroup};
use millrace_spec::{
    At, Check, Deed, Detail, Fidelity, Field, FieldGroup, Flow, Measure, Pattern, Place, Preset, SceneSpec, ServerName,
    Share, Step, Trial, Values, Waits, Wire, params, server_name,
};
use millrace_trace::{EventKind, Ledger, Outcome, Span, StationKind, Trace, TraceEvent, ledger::StationRow};
use millrace_upstream::{self as upstream, Load, ServerParams};
use serde_json::{Map, Value as Json};
use std::rc::Rc;

const SLOW: ServerName = server_name!("slow");

fn has_slow(values: &Values) -> bool {
    values.number("slow-share") > 0.0
}

fn has_line(values: &Values) -> bool {
    values.count("queue") > 0
}

params! {
    /// The parameters of the bulkhead.
    pub struct Params {
        ..load: Load,
        /// How many may be in a compartment at once.
        limit: u32 => Field::count("limit", "Limit", 10, 1..=10_000).simple(),
        /// How many may wait before a compartment; 0 to refuse at once when it is full.
        queue: u32 => Field::count("queue", "Queue", 0, 0..=1_000_000).simple(),
        /// How long one waits before a compartment until it is refused; 0 for as long as it takes.
        max_wait: Span => Field::span("max-wait", "Longest wait", Span::ZERO, Span::ZERO..=Span::secs(3600)).simple().when(has_line),
        /// How many compartments there are. Slow calls have the last of them, the others share the rest by turns; where there is one, all share it.
        compartments: u32 => Field::count("compartments", "Compartments", 1, 1..=8).simple(),
        /// The share of requests that call the slow server instead.
        slow_share: Share => Field::share("slow-share", "Slow calls", 0.0, 1.0).simple(),
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 15, 1..=10_000).simple().when(Values::is_closed_loop),
        /// How long a caller that was refused rests before it takes its next request.
        pause: Span => Field::span("pause", "Pause when refused", Span::millis(10), Span::ZERO..=Span::secs(3600)).when(Values::is_closed_loop),
        ;
        ..server: ServerParams { server: "general" },
        ..slow: ServerParams as "slow" { server: "general", mean: Span::secs(2) },
    }
}

/// The bulkhead, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "bulkhead",
    name: "Bulkhead",
    title: "Bulkhead",
    group: "Resilience",
    glyph: "permits",
    fields: Params::fields,
    scene,
    measures: |_| {
        // All compartments are pools.
        let inside = || At::Kind(StationKind::Pool);
        let waits = Measure::new("waiting", "Waiting time", "Waits", Step::Queued(inside()), Step::Served(inside()));
        vec![waits]
    },
    usual: Preset {
        label: "Ten places",
        says: "Ten places for fifteen callers: whoever finds them taken is refused at once.",
        tries: &[
            Trial::at(300, "Let five wait", &[Deed::Value("queue", "5")]),
            Trial::at(1_000, "Slow the server ×5 for 2 s", &[Deed::fault_for("slow-server", 1_000, 5, 2_000)]),
            Trial::at(300, "Open the code at the door", &[Deed::Code("parts/bulkhead.rs", "Crowded::Full")]),
        ],
        speed: 0.1,
        ..Preset::BASE
    },
    presets: || PRESETS,
    checks: || CHECKS,
    file: file!(),
    ceiling: |values, _| upstream::ceiling(values, None),
    detail: Some(|values| Box::new(Compartments::new(values))),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const PRESETS: &[Preset] = &[
    Preset {
        id: "one-hull",
        label: "One hull",
        says: "One call of ten is slow, and soon slow calls hold all places: the fast ones are refused too.",
        help: "Slow calls take two seconds, fast ones 20 ms. Ten places for both: the slow ones stay a hundred times as long, so they are who is inside.",
        tries: &[
            Trial::at(3_000, "Put a bulkhead between them", &[Deed::Value("compartments", "2")]),
            Trial::at(3_000, "Give it 40 places", &[Deed::Value("limit", "40")]),
        ],
        speed: 0.3,
        values: &[("requests", "1500"), ("arrivals", "poisson"), ("rate", "150"), ("slow-share", "0.1")],
        ..Preset::BASE
    },
    Preset {
        id: "two-compartments",
        label: "Two compartments",
        says: "The same calls, but the slow ones have a compartment of their own: the fast ones are served.",
        help: "The slow compartment is full and refuses nearly all of its own. Beside it nobody notices.",
        tries: &[
            Trial::at(3_000, "Take the bulkhead out", &[Deed::Value("compartments", "1")]),
            Trial::at(3_000, "Let ten wait before each", &[Deed::Value("queue", "10")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "1500"),
            ("arrivals", "poisson"),
            ("rate", "150"),
            ("slow-share", "0.1"),
            ("compartments", "2"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "line",
        label: "A line that waits in vain",
        says: "More come than ten places can serve: a long line only makes all of them wait first.",
        help: "600 a second come and some 500 can be served. A line of 200 refuses as many as no line does, and everybody who is served has waited 400 ms.",
        tries: &[
            Trial::at(3_000, "Let nobody wait", &[Deed::Value("queue", "0")]),
            Trial::at(3_000, "Wait 50 ms at most", &[Deed::Value("max-wait", "50ms")]),
        ],
        speed: 0.3,
        values: &[("requests", "4000"), ("arrivals", "poisson"), ("rate", "600"), ("queue", "200")],
        ..Preset::BASE
    },
];

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("never are more in a compartment than it has places", |l, _| {
        pools(l).all(|pool| pool.holders().len() <= pool.capacity as usize)
    })
    .by("who is in each compartment, against its places"),
    Check::always("nobody waits before a place that is free", |l, _| {
        pools(l).all(|pool| pool.queue.is_empty() || pool.holders().len() >= pool.capacity as usize)
    })
    .by("who waits before each compartment, beside who is in it"),
    Check::sometimes("a compartment was full", |l, _| {
        pools(l).any(|pool| pool.holders().len() >= pool.capacity as usize)
    }),
    Check::sometimes("a compartment was full while another had places", |l, _| {
        let full = |pool: &StationRow| pool.holders().len() >= pool.capacity as usize;
        pools(l).any(full) && pools(l).any(|pool| !full(pool))
    }),
    Check::sometimes("somebody had to wait", |l, _| pools(l).any(|pool| !pool.queue.is_empty())),
    Check::sometimes("somebody was refused", |l, _| l.tally.count(Outcome::Rejected) > 0),
    Check::eventually("every place is free again", |l, _| pools(l).all(|pool| pool.holders().len() == 0))
        .by("who is in each compartment at the end"),
    Check::ALL_LEFT,
];

const CLIENTS: &str = "clients";
/// The names of the compartments.
const NAMES: [&str; 8] = [
    "compartment 1",
    "compartment 2",
    "compartment 3",
    "compartment 4",
    "compartment 5",
    "compartment 6",
    "compartment 7",
    "compartment 8",
];

fn names(compartments: u64) -> impl ExactSizeIterator<Item = &'static str> {
    NAMES.into_iter().take(compartments as usize)
}

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let slow = has_slow(values);
    let compartments = values.count("compartments");
    // Slow calls have the last of several.
    let label = |index: usize| match compartments {
        1 => "Bulkhead".to_owned(),
        _ if slow && index as u64 + 1 == compartments => "Slow calls".to_owned(),
        2 if slow => "Fast calls".to_owned(),
        _ => format!("Calls {}", index + 1),
    };
    let pools: Vec<Place> =
        names(compartments).enumerate().map(|(index, name)| Place::pool(name, label(index))).collect();
    let mut servers = vec![Place::server("server", "Server")];
    let mut faults = upstream::faults();
    if slow {
        servers.push(Place::server(SLOW.as_str(), "Slow server"));
        faults.extend(upstream::faults_of(SLOW, "Slow server"));
    }
    let last = names(compartments).len() - 1;
    let mut wires = Vec::new();
    for (index, name) in names(compartments).enumerate() {
        let own = if slow && compartments > 1 && index == last { SLOW.as_str() } else { "server" };
        wires.push(Wire::new(CLIENTS, "results").through([name, own]));
    }
    if slow && compartments == 1 {
        wires.push(Wire::new(CLIENTS, "results").through(NAMES.into_iter().take(1).chain([SLOW.as_str()])));
    }
    let flow = Flow::Row(vec![
        Place::source(CLIENTS, "Clients").into(),
        column(pools),
        column(servers),
        Place::sink("results", "Results").into(),
    ]);
    SceneSpec { backlog: Some(Arrivals::BACKLOG.into()), faults, ..SceneSpec::new(flow, wires) }
}

/// One place, or several above each other.
fn column(places: Vec<Place>) -> Flow {
    match <[Place; 1]>::try_from(places) {
        Ok([only]) => only.into(),
        Err(places) => Flow::column(places),
    }
}

/// What all clients share.
struct Ship {
    env: Env,
    params: Params,
    compartments: Vec<Bulkhead>,
    slow: Option<millrace_engine::Server>,
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let slow = (p.slow_share.0 > 0.0).then(|| upstream::open_as(&env, SLOW, &p.slow));
    let clients = env.open_plain(StationKind::Source, CLIENTS);
    let settings = BulkheadSettings { limit: p.limit, queue: p.queue, max_wait: p.max_wait };
    let compartments = names(p.compartments.into()).map(|name| Bulkhead::open(&env, name, settings)).collect();
    let ship = Rc::new(Ship { env: env.clone(), params: p, compartments, slow });
    env.spawn_at(CLIENTS, clients, clients_come(ship)).await;
}

/// Takes in the requests as they come, each with a task of its own, and waits until the last has left.
async fn clients_come(ship: Rc<Ship>) {
    let (env, p) = (&ship.env, &ship.params);
    // In a closed loop the next is made when one of the callers is free.
    let callers = if p.load.traffic() == Traffic::Closed { p.callers } else { u32::MAX - 1 };
    let callers = Semaphore::new(env, callers);
    let under_way = WaitGroup::new(env);
    let mut arrivals = p.load.arrivals(env);
    let mut fast = 0;
    loop {
        let caller = callers.acquire().await;
        let Some(job) = arrivals.next().await else { break };
        let is_slow = env.draw("slow", u64::from(job.id().0), 0).chance(p.slow_share.0);
        let turn = fast;
        fast += usize::from(!is_slow);
        let (inner, under_way) = (ship.clone(), under_way.clone());
        under_way.add(1);
        let client = async move {
            let rest = request(&inner, job, is_slow, turn).await;
            inner.env.sleep(rest).await;
            drop(caller);
            under_way.done();
        };
        env.spawn("client", client).detach();
    }
    under_way.wait().await;
}

/// A request, until it has left. How long whoever made it stays away after it.
async fn request(ship: &Ship, job: Job, is_slow: bool, turn: usize) -> Span {
    let Ship { env, params: p, compartments, slow } = ship;
    // The last is for slow calls alone, where there are some.
    let shared = if slow.is_some() && compartments.len() > 1 { compartments.len() - 1 } else { compartments.len() };
    let own = if is_slow { compartments.last() } else { compartments.get(turn % shared.max(1)) };
    let Some(compartment) = own else { return Span::ZERO };
    let reply = match compartment.enter(&job).await {
        Ok(_permit) => Some(match slow.as_ref().filter(|_| is_slow) {
            Some(slow) => slow.call(&job).await,
            None => env.call(&job).await,
        }),
        Err(_) => None,
    };
    match reply {
        Some(reply) => {
            job.leave(reply.answer.outcome());
            reply.retry_after
        }
        None => {
            job.leave(Outcome::Rejected);
            p.pause
        }
    }
}

fn pools(ledger: &Ledger) -> impl Iterator<Item = &StationRow> {
    ledger.stations.iter().filter(|row| row.kind == StationKind::Pool)
}

/// What the bulkhead alone reports: the most in one compartment at once, how many were refused, and how long it was waited for.
#[derive(Debug)]
struct Compartments {
    waits: Vec<Waits>,
    peaks: Vec<usize>,
    refused: u64,
}

impl Compartments {
    fn new(values: &Values) -> Compartments {
        let waits: Vec<Waits> = names(values.count("compartments")).map(Waits::at).collect();
        Compartments { peaks: vec![0; waits.len()], waits, refused: 0 }
    }
}

impl Detail for Compartments {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        for (waits, peak) in self.waits.iter_mut().zip(&mut self.peaks) {
            waits.apply(event, trace);
            *peak = (*peak).max(after.station(waits.station()).map_or(0, |pool| pool.holders().len()));
        }
        if matches!(event.kind, EventKind::Left { outcome: Outcome::Rejected, .. }) {
            self.refused += 1;
        }
    }

    fn report(&self) -> Map<String, Json> {
        let mut detail = Map::new();
        detail.insert("peak".to_owned(), self.peaks.iter().copied().max().unwrap_or(0).into());
        detail.insert("peaks".to_owned(), self.peaks.clone().into());
        detail.insert("refused".to_owned(), self.refused.into());
        detail.insert("waits_ns".to_owned(), Waits::summary_of(&self.waits));
        detail
    }
}
