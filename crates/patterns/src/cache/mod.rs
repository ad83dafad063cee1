//! Two levels of a cache before an origin: near and small, farther and large, and slow.
//!
//! # Problem
//! The origin takes 50 ms for a value and can make only so many at once, and most of what it is asked for it was asked for a moment ago.
//!
//! # Idea
//! Keep what was loaded: what is wanted most in the memory of the process, for a short time, and all of it in a store that all processes share. Who
//! misses both loads, and all who miss the same at once share one load.
//!
//! # Watch
//! Of a thousand keys, asked for as the words of a text, the hundred that fit in the first level serve more than half of all requests. The
//! second one serves nearly all of the rest once it is warm. Remove the key that is asked for most: without single flight everybody who misses it
//! loads it, for as long as the first load takes; with it one does, and the others follow. As shipped a copy from the second level has no time of
//! its own: it is handed out long after the value is past its time. Writes to the first level wait in a buffer and are dropped where that is
//! full. An error of the second level is taken for a miss, so that its outage is the origin's too. And the second level gives back texts: whoever
//! expects the type that it has stored cannot use them, nor their copies in the first level.
//!
//! # Choose
//! Where the same is read again and again, and may be a little old. A time to live bounds how old; it does not make two levels agree. Single flight
//! costs nothing and saves the origin from its most wanted key; early refresh saves those who wait for it as well. Where a value must be the last that
//! was written, a cache is the wrong tool.
//!
//! # Primitives
//! Cache. Single flight. Channels. Wait groups. Timeout. Tasks.
//!
//! # Origin
//! The cache manager of a strategy for an interview platform: ristretto in the process and Redis behind it, with 2 h for a session, 1 h for what was
//! read of a face, half an hour for a user. Its copies from Redis have no time, every error of Redis is a miss, and there is no single flight. That
//! writes to the first level are asynchronous and may be dropped, 32 × 1,024 of them waiting, is the library's. So are its ten million counters, its
//! greatest cost of 2³⁰ and its 64 reads in a buffer, by which it admits what is asked for often once it is full. As each copy costs 1 there, that takes a
//! thousand million of them: no run comes near it, so they are not modelled. Here the first level has room for a number of entries, and lets go what was
//! not asked for longest. Single flight is that of golang.org/x/sync, but for a leader that goes: there a follower takes the lead.

mod book;
mod checks;
mod lookup;
mod params;
mod presets;
mod report;

use book::{Book, G};
use lookup::{Levels, Write};
use millrace_engine::{Env, Task};
use millrace_parts::{Arrivals, Cache, Rx, SingleFlight, WaitGroup, channel};
use millrace_spec::{
    self as spec, FaultSpec, FaultUnit, Fidelity, Flow, GaugeSpec, Measure, Pattern, Place, SceneSpec, ServerName,
    Step, Unit, Values, server_name,
};
use millrace_trace::{Span, StationKind};
use millrace_upstream::{self as upstream, Asking};
use params::Params;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const CLIENTS: &str = "clients";
const REQUESTS: &str = "requests";
const FLIGHTS: &str = "flights";
const L1: ServerName = server_name!("l1");
const L2: ServerName = server_name!("l2");
/// The fault that removes a key from both levels. Its magnitude is the key's number, from 1.
const REMOVE_KEY: &str = "remove-key";
/// For how long it is to be seen that a key was removed.
const SEEN: Span = Span::millis(50);

/// The cache, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "cache",
    name: "Cache",
    title: "Cache with two levels",
    group: "Services",
    glyph: "levels",
    fields: Params::with_levels,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    measures: |_| vec![Measure::new("total", "Time to answer", "Totals", Step::Entered, Step::Left)],
    checks: || checks::CHECKS,
    shipped: "a copy is handed out past its time",
    disagreement: Some(
        "The document promises two levels with times to live. In its code a copy that the first level takes from the second has none, so it is \
         handed out long after the value is past its time: look at who reads it. Whoever misses a key loads it, however many do. An error of \
         the second level is a miss, so its outage sends everything to the origin. And writes to the first level wait in a buffer: one that \
         is full drops them, and who has just written does not find it. And what the second level gives back is a text, whatever was \
         stored: who expects the type that it stored fails on that, and on its copies.",
    ),
    file: file!(),
    detail: Some(|values| Box::new(report::Report::new(values))),
    run: |env, values, _| Box::pin(run(env, Params::of(values))),
    home: (StationKind::Source, CLIENTS),
    ..Pattern::BASE
};

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let p = Params::of(values);
    let keys = p.all_keys();
    let levels = spec::Levels {
        servers: [L1, L2, ServerName::DEFAULT].map(|server| server.as_str().to_owned()),
        flights: p.shares_loads().then(|| FLIGHTS.to_owned()),
        keys: keys.len() as u32,
        words: keys.words().to_vec(),
        skew: p.skew,
        l1_size: p.l1_size,
        ttl: [p.l1_ttl, p.l2_ttl],
        usual: p.origin,
    };
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: REQUESTS.into(), gauge, label, unit };
    let [l1, l2, origin] = G.hits;
    let mut gauges = vec![
        gauge("loads", G.loads, "Loads", Unit::Count("loads")),
        gauge("l1-hits", l1, "From L1", Unit::Sum("requests")),
        gauge("l2-hits", l2, "From L2", Unit::Sum("requests")),
        gauge("origin-hits", origin, "From origin", Unit::Sum("requests")),
        gauge("stale-reads", G.stale, "Stale reads", Unit::Sum("reads")),
    ];
    if p.waiting_writes().is_some() {
        gauges.push(gauge("dropped-writes", G.dropped, "Dropped", Unit::Sum("writes")));
    }
    if p.refresh_early == "on" {
        gauges.push(gauge("refreshed", G.refreshed, "Refreshed", Unit::Sum("values")));
    }
    if !p.fails_on_error() {
        gauges.push(gauge("errors-as-misses", G.taken_for_miss, "L2 errors", Unit::Sum("errors")));
    }
    if p.expects_its_type() {
        gauges.push(gauge("mistyped", G.mistyped, "Wrong type", Unit::Sum("requests")));
    }
    let mut faults = upstream::faults_of(ServerName::DEFAULT, "Origin");
    faults.extend(upstream::faults_of(L2, "L2"));
    let most = keys.len().max(1) as i64;
    faults.push(FaultSpec::of_program(
        (REMOVE_KEY, "Remove key"),
        "Both levels lose what they have of this key, as if somebody had changed it.",
        FaultUnit::Member,
        (1, 1, most),
    ));
    let backlog = Some(Arrivals::BACKLOG.into());
    let place = Place::levels(REQUESTS, "Keys", levels);
    SceneSpec { backlog, gauges, faults, ..SceneSpec::new(Flow::row([place]), []) }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let servers = [upstream::open_as(&env, L1, &p.l1), upstream::open_as(&env, L2, &p.l2)];
    let station = env.open_plain(StationKind::Crew, REQUESTS);
    let flights = if p.shares_loads() { SingleFlight::open(&env, FLIGHTS, station) } else { SingleFlight::new(&env) };
    let (writes, waiting) = p.waiting_writes().map(|room| channel::<Write>(&env, "l1-writes", room)).unzip();
    let outages = p.l2_outages.start_at(&env, L2);
    let keys = p.all_keys();
    let levels = Rc::new(Levels {
        env: env.clone(),
        station,
        book: Book::new(&env, station),
        servers,
        l1: RefCell::new(Cache::new(p.l1_size as usize)),
        l2: RefCell::new(Cache::new(keys.len())),
        flights,
        writes,
        unseen: RefCell::default(),
        refreshes: WaitGroup::new(&env),
        refreshing: RefCell::default(),
        keys,
        p,
    });
    let writer = waiting.map(|waiting| env.spawn_at("writer", station, carry_out(levels.clone(), waiting)));
    let removal = removals(&levels);
    let asking = RefCell::new(Asking::start(&env));
    let p = &levels.p;
    p.load
        .each(&env, station, p.callers, |job| {
            let (key, _) = asking.borrow_mut().next(&levels.keys, &job);
            levels.book.asks(&job, key);
            levels.clone().ask(job, key)
        })
        .await;
    levels.refreshes.wait().await;
    drop((outages, removal, writer));
}

/// Carries out the writes to the first level, one after the other.
async fn carry_out(levels: Rc<Levels>, writes: Rx<Write>) {
    while let Some(write) = writes.recv().await {
        levels.env.sleep(levels.p.l1_write).await;
        levels.keep(write);
    }
}

/// Removes keys as that is asked for, and the first of them at the time that it is to be removed.
fn removals(levels: &Rc<Levels>) -> Option<Task<()>> {
    let (env, weak) = (&levels.env, Rc::downgrade(levels));
    let before = Cell::new(0);
    env.on_fault(REMOVE_KEY, move |numbers| {
        // One more than there were: the last is new.
        let is_new = numbers.len() > before.replace(numbers.len());
        if let (true, Some(levels), Some(number)) = (is_new, weak.upgrade(), numbers.last()) {
            levels.remove(u32::try_from(number - 1).unwrap_or(u32::MAX));
        }
    });
    let at = levels.p.remove_at;
    let inner = env.clone();
    let remove = async move {
        inner.sleep(at).in_background().await;
        let removed = inner.inject(REMOVE_KEY, 1);
        inner.sleep(SEEN).in_background().await;
        drop(removed);
    };
    (!at.is_zero()).then(|| env.spawn("removal", remove))
}
