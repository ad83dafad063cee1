//! The pool of connections: that it agrees with the plainest one that does what the documentation of Go's `database/sql` says, over random traffic;
//! and that whoever gives up at whatever instant leaves no place behind, no connection is in two hands and none is one too many.

use crate::program::{Log, Over, run};
use millrace::engine::Env;
use millrace::parts::{ConnectionPool, ConnectionPoolSettings, NoConnection, Take, at_most};
use millrace::spec::{Closing, ConnectionGauges, ConnectionState, PoolGauges};
use millrace::trace::{Cursor, EventKind, Ledger, Outcome, SimTime, Span, StationId, Wait};
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

const C: ConnectionGauges = ConnectionGauges::ALL;
const G: PoolGauges = PoolGauges::ALL;
const SECOND: u64 = 1_000_000_000;

/// A pool whose connections take so long to be opened, each holding its own number; every so many-th cannot be opened.
fn pool_of(env: &Env, settings: ConnectionPoolSettings, connect: u64, fails: u32) -> ConnectionPool<u32> {
    let inner = env.clone();
    let dial = move |id: u32, _: StationId| -> std::pin::Pin<Box<dyn Future<Output = Option<u32>>>> {
        let env = inner.clone();
        Box::pin(async move {
            env.sleep(Span(connect)).await;
            (fails == 0 || !id.is_multiple_of(fails)).then_some(id)
        })
    };
    ConnectionPool::open(env, "pool", settings, Box::new(dial))
}

/// Somebody who comes, in nanoseconds.
#[derive(Clone, Debug)]
struct Asks {
    at: u64,
    holds: u64,
    patience: u64,
    breaks: bool,
}

/// Gaps of up to 30 ms, and now and then of some seconds; no two things happen at one instant but by a chance of one to a million.
fn traffic() -> impl Strategy<Value = Vec<Asks>> {
    let gap = prop_oneof![12 => 0..30_000_000_u64, 2 => 0..3 * SECOND];
    let patience = prop_oneof![3 => Just(0), 1 => 1_000_000..40_000_000_u64];
    let asks = (gap, 1_000_000..60_000_000_u64, patience, prop::bool::weighted(0.08));
    proptest::collection::vec(asks, 1..80).prop_map(|all| {
        let mut at = 0;
        all.into_iter()
            .map(|(gap, holds, patience, breaks)| {
                at += gap + 1;
                Asks { at, holds, patience, breaks }
            })
            .collect()
    })
}

fn settings() -> impl Strategy<Value = ConnectionPoolSettings> {
    let times = || prop_oneof![1 => Just(Span::ZERO), 3 => (200_000_000..4 * SECOND).prop_map(Span)];
    let warm = prop_oneof![1 => Just(0), 2 => 0..6_u32];
    (1..6_u32, 0..6_u32, warm, times(), times(), prop::bool::ANY).prop_map(
        |(open, idle, warm, lifetime, idle_time, lifo)| ConnectionPoolSettings {
            open,
            idle: idle.min(open),
            min_idle: warm.min(idle).min(open),
            dial: Span(CONNECT + 1),
            lifetime,
            jitter: 0.0,
            idle_time,
            close: Span(3_000_017),
            take: if lifo { Take::Lifo } else { Take::Fifo },
        },
    )
}

const CONNECT: u64 = 15_000_029;

/// A connection as both tell of it: when it was open, when it was closed and why, and how often it was used.
type Told = (u64, Option<(u64, &'static str)>, u64);

/// What happens in the model.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Comes(usize),
    /// A connection is open, which somebody opened for itself or for whoever waits.
    IsOpen(u32, Option<usize>),
    /// One is that was opened to be idle.
    IsWarm(u32),
    ComesBack(usize, u32),
    GivesUp(usize),
    IsClosed(u32, &'static str),
}

/// The plainest pool: `SetMaxOpenConns`, `SetMaxIdleConns`, `SetConnMaxLifetime`, `SetConnMaxIdleTime`, and what is said of them; and `MinIdleConns` of
/// go-redis, which looks at the start, when an idle one is taken, and when one is closed. Those who wait are served in their order, and the cleaner looks when the next is due, at most once a second.
struct Model<'a> {
    settings: ConnectionPoolSettings,
    asks: &'a [Asks],
    now: u64,
    to_come: BTreeMap<(u64, usize), Happens>,
    number: usize,
    /// Idle ones with when they came back.
    idle: Vec<(u32, u64)>,
    waiting: VecDeque<usize>,
    taken: u32,
    ids: u32,
    /// Being opened for whoever waits.
    opening: usize,
    /// Being opened to be idle.
    warming: usize,
    /// Those that are being opened by somebody for itself.
    own: BTreeMap<usize, u32>,
    told: BTreeMap<u32, Told>,
    /// Who got which connection, and when.
    got: BTreeMap<usize, (u32, u64)>,
    looked: Option<u64>,
}

impl Model<'_> {
    fn later(&mut self, after: u64, what: Happens) {
        self.number += 1;
        self.to_come.insert((self.now + after, self.number), what);
    }

    fn too_old(&self, id: u32) -> u64 {
        let Span(lifetime) = self.settings.lifetime;
        if lifetime == 0 { u64::MAX } else { self.told[&id].0 + lifetime }
    }

    fn too_idle(&self, since: u64) -> u64 {
        let Span(time) = self.settings.idle_time;
        if time == 0 { u64::MAX } else { since + time }
    }

    fn why_due(&self, (id, since): (u32, u64)) -> Option<&'static str> {
        match self.now {
            now if now >= self.too_old(id) => Some("lifetime"),
            now if now >= self.too_idle(since) => Some("idle-time"),
            _ => None,
        }
    }

    fn close(&mut self, id: u32, why: &'static str) {
        self.later(self.settings.close.0, Happens::IsClosed(id, why));
        self.dial_to_keep_warm();
    }

    fn dial(&mut self, whose: Option<usize>) {
        self.taken += 1;
        self.ids += 1;
        match whose {
            Some(asks) => drop(self.own.insert(asks, self.ids)),
            None => self.opening += 1,
        }
        self.later(CONNECT, Happens::IsOpen(self.ids, whose));
    }

    fn dial_for_those_who_wait(&mut self) {
        while self.waiting.len() > self.opening && self.taken < self.settings.open {
            self.dial(None);
        }
    }

    fn dial_to_keep_warm(&mut self) {
        while self.idle.len() + self.warming < self.settings.min_idle as usize && self.taken < self.settings.open {
            self.taken += 1;
            self.ids += 1;
            self.warming += 1;
            self.later(CONNECT, Happens::IsWarm(self.ids));
        }
    }

    fn hand(&mut self, asks: usize, id: u32) {
        self.got.insert(asks, (id, self.now));
        self.told.get_mut(&id).expect("it is open").2 += 1;
        self.later(self.asks[asks].holds, Happens::ComesBack(asks, id));
    }

    fn put(&mut self, id: u32) {
        if let Some(first) = self.waiting.pop_front() {
            self.hand(first, id);
        } else if self.idle.len() < self.settings.idle as usize {
            self.idle.push((id, self.now));
        } else {
            self.close(id, "idle-limit");
        }
    }

    fn comes(&mut self, asks: usize) {
        if self.asks[asks].patience > 0 {
            self.later(self.asks[asks].patience, Happens::GivesUp(asks));
        }
        while !self.idle.is_empty() {
            let lifo = self.settings.take == Take::Lifo;
            let idle = self.idle.remove(if lifo { self.idle.len() - 1 } else { 0 });
            match self.why_due(idle) {
                Some(why) => self.close(idle.0, why),
                None => {
                    self.hand(asks, idle.0);
                    return self.dial_to_keep_warm();
                }
            }
        }
        if self.taken < self.settings.open { self.dial(Some(asks)) } else { self.waiting.push_back(asks) }
    }

    fn happens(&mut self, what: Happens) {
        match what {
            Happens::Comes(asks) => self.comes(asks),
            Happens::IsOpen(id, Some(asks)) => {
                if self.own.remove(&asks).is_some() {
                    self.told.insert(id, (self.now, None, 0));
                    self.hand(asks, id);
                }
            }
            Happens::IsOpen(id, None) => {
                self.opening -= 1;
                self.told.insert(id, (self.now, None, 0));
                self.put(id);
            }
            Happens::IsWarm(id) => {
                self.warming -= 1;
                self.told.insert(id, (self.now, None, 0));
                self.put(id);
            }
            Happens::ComesBack(asks, id) if self.asks[asks].breaks => self.close(id, "broken"),
            Happens::ComesBack(_, id) if self.now >= self.too_old(id) => self.close(id, "lifetime"),
            Happens::ComesBack(_, id) => self.put(id),
            Happens::GivesUp(asks) => {
                self.waiting.retain(|waits| *waits != asks);
                if self.own.remove(&asks).is_some() {
                    self.taken -= 1;
                    self.dial_for_those_who_wait();
                }
            }
            Happens::IsClosed(id, why) => {
                self.told.get_mut(&id).expect("it was open").1 = Some((self.now, why));
                self.taken -= 1;
                self.dial_for_those_who_wait();
                self.dial_to_keep_warm();
            }
        }
    }

    /// When the cleaner looks next.
    fn looks(&self) -> Option<u64> {
        let due = self.idle.iter().map(|(id, since)| self.too_old(*id).min(self.too_idle(*since))).min()?;
        let earliest = self.looked.map_or(0, |looked| looked + SECOND);
        (due < u64::MAX).then_some(due.max(earliest))
    }

    fn cleans(&mut self) {
        self.looked = Some(self.now);
        let (due, stay) = std::mem::take(&mut self.idle).into_iter().partition(|idle| self.why_due(*idle).is_some());
        self.idle = stay;
        for idle in due {
            let why = self.why_due(idle).expect("it is due");
            self.close(idle.0, why);
        }
    }

    /// Runs until an instant.
    fn run(&mut self, until: u64) {
        loop {
            let next = self.to_come.first_key_value().map(|(at, _)| at.0);
            let looks = self.looks().map(|at| at.max(self.now));
            let at = next.into_iter().chain(looks).min().filter(|at| *at <= until);
            let Some(at) = at else { return };
            self.now = at;
            if next == Some(at) {
                let (_, what) = self.to_come.pop_first().expect("it is to come");
                self.happens(what);
            } else {
                self.cleans();
            }
        }
    }
}

/// Who got which connection when, and what became of each, by the documentation.
fn by_the_documentation(
    settings: ConnectionPoolSettings,
    asks: &[Asks],
    until: u64,
) -> (BTreeMap<usize, (u32, u64)>, BTreeMap<u32, Told>) {
    let mut model = Model {
        settings,
        asks,
        now: 0,
        to_come: BTreeMap::new(),
        number: 0,
        idle: Vec::new(),
        waiting: VecDeque::new(),
        taken: 0,
        ids: 0,
        opening: 0,
        warming: 0,
        own: BTreeMap::new(),
        told: BTreeMap::new(),
        got: BTreeMap::new(),
        looked: None,
    };
    for (number, ask) in asks.iter().enumerate() {
        model.to_come.insert((ask.at, 0), Happens::Comes(number));
    }
    model.dial_to_keep_warm();
    model.run(until);
    (model.got, model.told)
}

/// What a run's trace tells of each connection.
fn told(over: &Over) -> BTreeMap<u32, Told> {
    let trace = over.run.trace();
    let (mut there, mut told) = (BTreeMap::<StationId, u32>::new(), BTreeMap::<u32, Told>::new());
    for event in trace.iter() {
        match event.kind {
            EventKind::Gauged { station, gauge, value } if gauge == C.id && station != StationId(1) => {
                there.insert(station, value as u32);
            }
            EventKind::Gauged { station, gauge, value }
                if gauge == C.opened && value > 0 && station != StationId(1) =>
            {
                told.insert(there[&station], (value as u64, None, 0));
            }
            EventKind::Stated { station, state } => match ConnectionState::of(trace.name(state)) {
                Some(ConnectionState::InUse) => told.get_mut(&there[&station]).expect("it is open").2 += 1,
                Some(ConnectionState::Closed(why)) => {
                    told.get_mut(&there[&station]).expect("it was open").1 = Some((event.at.0, why.id()));
                }
                _ => {}
            },
            _ => {}
        }
    }
    told
}

/// How long after the last has come all is looked at.
const AFTER: u64 = 7 * SECOND;

fn by_ours(settings: ConnectionPoolSettings, asks: Vec<Asks>) -> (BTreeMap<usize, (u32, u64)>, BTreeMap<u32, Told>) {
    let got = Log::new();
    let (log, until) = (got.clone(), asks.last().expect("somebody").at + AFTER);
    let over = run(move |env| async move {
        let pool = pool_of(&env, settings, CONNECT, 0);
        assert_eq!(pool.station(), StationId(1));
        let _reaper = env.spawn_at("reaper", pool.station(), pool.clone().reap());
        let mut tasks = Vec::new();
        for (number, ask) in asks.into_iter().enumerate() {
            let (inner, pool, log) = (env.clone(), pool.clone(), log.clone());
            tasks.push(env.spawn("asks", async move {
                inner.sleep_until(SimTime(ask.at), Wait::Sleep).await;
                let job = inner.job();
                if let Ok(Ok(connection)) = at_most(&inner, Span(ask.patience), pool.take(&job)).await {
                    log.push((number, (connection.id(), inner.now().0)));
                    assert_eq!(*connection.session(), connection.id());
                    inner.sleep(Span(ask.holds)).await;
                    if ask.breaks {
                        connection.broken();
                    }
                }
                job.leave(Outcome::Completed);
            }));
        }
        env.sleep_until(SimTime(until), Wait::Sleep).await;
        for task in tasks {
            task.await;
        }
    });
    (got.all().into_iter().collect(), told(&over))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_opens_closes_and_hands_out_as_the_documentation_says(settings in settings(), asks in traffic()) {
        let until = asks.last().expect("somebody").at + AFTER;
        let (got, all) = by_the_documentation(settings, &asks, until);
        let ours = by_ours(settings, asks);
        prop_assert_eq!(ours.0, got, "who got which, and when");
        prop_assert_eq!(ours.1, all, "what became of each");
    }
}

/// What somebody does with a pool, in milliseconds, so that many things happen at one instant.
#[derive(Clone, Debug)]
struct Does {
    at: u64,
    holds: u64,
    /// Its task is dropped then, wherever it waits.
    dropped_at: Option<u64>,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    GivesBack,
    Breaks,
    Leaks,
}

fn deeds() -> impl Strategy<Value = Vec<Does>> {
    let end = prop_oneof![20 => Just(End::GivesBack), 3 => Just(End::Breaks), 1 => Just(End::Leaks)];
    let does = (0..60_u64, 1..12_u64, proptest::option::of(0..40_u64), end);
    proptest::collection::vec(does, 1..60).prop_map(|all| {
        let does = |(at, holds, dropped, end): (u64, u64, Option<u64>, End)| Does {
            at,
            holds,
            dropped_at: dropped.map(|after| at + after),
            end,
        };
        all.into_iter().map(does).collect()
    })
}

/// At the end of each instant: what is counted is there, no more than may be is, nobody waits beside a connection or a place that it could have.
fn looks_sound(
    ledger: &Ledger,
    name: impl Fn(&millrace::trace::ledger::StationRow) -> Option<ConnectionState>,
    most: (u32, u32),
) {
    let pool = ledger.station(StationId(1)).expect("the pool");
    let places: Vec<_> = ledger.members(StationId(1)).map(|(_, row)| (name(row), row)).collect();
    let count =
        |which: fn(ConnectionState) -> bool| places.iter().filter(|(state, _)| state.is_some_and(which)).count() as i64;
    let now = ledger.now.0;
    assert_eq!(pool.gauge(G.taken), count(ConnectionState::is_there), "taken at {now}");
    assert!(pool.gauge(G.taken) <= i64::from(most.0), "one too many at {now}");
    assert!(count(|state| state == ConnectionState::Idle) <= i64::from(most.1), "too many idle at {now}");
    assert_eq!(pool.gauge(G.leaked), count(|state| state == ConnectionState::Leaked));
    let to_come = count(|state| matches!(state, ConnectionState::Idle | ConnectionState::Opening));
    assert!(
        to_come >= pool.gauge(G.kept_warm) || pool.gauge(G.taken) == i64::from(most.0),
        "fewer are kept warm than are to be at {now}"
    );
    for (state, row) in &places {
        let holders = row.holders().len();
        assert!(holders <= 1, "in two hands at {now}");
        if holders == 1 {
            assert!(matches!(state, Some(ConnectionState::InUse | ConnectionState::Opening)), "{state:?} at {now}");
        }
    }
    let waiting = pool.queue.len() as i64;
    if waiting > 0 {
        assert_eq!(count(|state| state == ConnectionState::Idle), 0, "somebody waits beside an idle one at {now}");
        let opening = count(|state| state == ConnectionState::Opening);
        assert!(
            pool.gauge(G.taken) == i64::from(most.0) || opening >= waiting,
            "somebody waits beside a place at {now}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_is_dropped_wherever_nothing_is_lost_and_nobody_is_passed_over(
        (open, idle, fails, connect, close, dial) in (1..5_u32, 0..5_u32, 0..5_u32, 0..6_u64, 0..4_u64, 0..6_u64),
        deeds in deeds(),
    ) {
        let settings = ConnectionPoolSettings {
            open,
            idle: idle.min(open),
            min_idle: idle.min(open),
            dial: Span::millis(dial),
            lifetime: Span::millis(25),
            jitter: 0.4,
            idle_time: Span::millis(9),
            close: Span::millis(close),
            take: if fails == 1 { Take::Fifo } else { Take::Lifo },
        };
        // One of one could never be opened.
        let fails = if fails == 1 { 0 } else { fails };
        let (served, asked) = (Log::new(), Log::new());
        let (log, came) = (served.clone(), asked.clone());
        let over = run(move |env| async move {
            let pool = pool_of(&env, settings, connect * 1_000_000, fails);
            let reaper = env.spawn_at("reaper", pool.station(), pool.clone().reap());
            let mut tasks = Vec::new();
            for (number, does) in deeds.into_iter().enumerate() {
                let (inner, pool, log, came) = (env.clone(), pool.clone(), log.clone(), came.clone());
                let asks = env.spawn("asks", {
                    let env = env.clone();
                    async move {
                        env.sleep_until(SimTime(does.at * 1_000_000), Wait::Sleep).await;
                        let job = env.job();
                        let at_once = pool.idle() > 0 || pool.taken() < settings.open;
                        came.push((number, at_once));
                        let Ok(connection) = pool.take(&job).await else { return job.leave(Outcome::Failed) };
                        log.push(number);
                        env.sleep(Span::millis(does.holds)).await;
                        match does.end {
                            End::GivesBack => drop(connection),
                            End::Breaks => connection.broken(),
                            End::Leaks => connection.leak(),
                        }
                        job.leave(Outcome::Completed);
                    }
                });
                let held = env.spawn("holds", async move {
                    match does.dropped_at {
                        Some(at) => {
                            inner.sleep_until(SimTime(at * 1_000_000), Wait::Sleep).await;
                            drop(asks);
                        }
                        // Where connections leak not everybody is served.
                        None => {
                            let _either = at_most(&inner, Span::secs(2), asks.join()).await;
                        }
                    }
                });
                tasks.push(held);
            }
            for task in tasks {
                task.await;
            }
            env.sleep(Span::secs(3)).await;
            drop(reaper);
            assert_eq!(pool.waiting(), 0);
        });
        // Those who waited were served in the order in which they came.
        let waited: Vec<usize> = asked.all().into_iter().filter(|(_, at_once)| !at_once).map(|(number, _)| number).collect();
        let order: Vec<usize> = served.all().into_iter().filter(|number| waited.contains(number)).collect();
        let expected: Vec<usize> = waited.iter().copied().filter(|number| order.contains(number)).collect();
        prop_assert_eq!(order, expected);
        prop_assert_eq!(over.ledger.tally.in_system, 0);
        let trace = over.run.trace();
        let (mut ledger, mut cursor) = (Ledger::new(), Cursor::new());
        while let Some(next) = trace.get(cursor.index) {
            if next.at > ledger.now && ledger.station(StationId(1)).is_some() {
                looks_sound(&ledger, |row| ConnectionState::of(trace.name(row.state?)), (open, settings.idle));
            }
            cursor.step(&trace, SimTime::MAX, &mut ledger);
        }
        // In the end nobody has one. Those that nobody uses are gone, but for those that are kept warm, which come and go as none outlives its
        // time; and none of them has been coming for longer than that takes.
        let places = ledger.members(StationId(1)).filter_map(|(_, row)| {
            Some((ConnectionState::of(trace.name(row.state?))?, ledger.now.since(row.state_since)))
        });
        let left: Vec<_> = places.collect();
        let may_stay = |(state, lasts): &(ConnectionState, Span)| match state {
            ConnectionState::Leaked => true,
            ConnectionState::Opening => settings.min_idle > 0 && *lasts <= Span::millis(10),
            ConnectionState::Idle | ConnectionState::Closing(_) => settings.min_idle > 0,
            _ => !state.is_there(),
        };
        prop_assert!(left.iter().all(may_stay), "{:?}", left);
        let warm = left.iter().filter(|(state, _)| matches!(state, ConnectionState::Idle | ConnectionState::Opening)).count();
        prop_assert!(warm <= settings.min_idle as usize, "{:?}", left);
    }
}

#[test]
fn a_burst_of_25_closes_the_20_that_may_not_be_idle() {
    let settings = ConnectionPoolSettings {
        open: 25,
        idle: 5,
        min_idle: 0,
        dial: Span::ZERO,
        lifetime: Span::ZERO,
        jitter: 0.0,
        idle_time: Span::ZERO,
        close: Span::millis(3),
        take: Take::Lifo,
    };
    let asks = (0..25).map(|n| Asks { at: 1 + n, holds: 5_000_000 + n * 1_000, patience: 0, breaks: false }).collect();
    let (_, all) = by_ours(settings, asks);
    let closed: Vec<_> = all.values().filter_map(|(_, closed, _)| *closed).collect();
    assert_eq!((all.len(), closed.len()), (25, 20));
    assert!(closed.iter().all(|(_, why)| *why == Closing::IdleLimit.id()));
}

#[test]
fn whoever_waits_too_long_is_told_so_and_an_opening_that_takes_too_long_is_given_up() {
    let told = Log::new();
    let log = told.clone();
    run(move |env| async move {
        let settings = ConnectionPoolSettings {
            open: 1,
            idle: 1,
            min_idle: 0,
            dial: Span::millis(5),
            lifetime: Span::ZERO,
            jitter: 0.0,
            idle_time: Span::ZERO,
            close: Span::ZERO,
            take: Take::Lifo,
        };
        for connect in [6, 5] {
            let pool = pool_of(&env, settings, connect * 1_000_000, 0);
            let (first, second) = (env.job(), env.job());
            let began = env.now();
            match pool.take_within(&first, Span::millis(1)).await {
                // The wait is that for a place alone: the opening has a limit of its own.
                Ok(held) => {
                    log.push((connect, "opened", (env.now() - began).0));
                    let waits = pool.take_within(&second, Span::millis(4)).await.map(drop);
                    assert_eq!(waits, Err(NoConnection::TooLate));
                    log.push((connect, "waited", (env.now() - began).0));
                    drop(held);
                    assert!(pool.take_within(&second, Span::millis(4)).await.is_ok(), "nobody left a place behind");
                }
                Err(none) => {
                    assert_eq!((none, pool.taken()), (NoConnection::TooSlow, 0));
                    log.push((connect, "given up", (env.now() - began).0));
                }
            }
            first.leave(Outcome::Completed);
            second.leave(Outcome::Completed);
        }
    });
    let ms = 1_000_000;
    assert_eq!(told.all(), [(6, "given up", 5 * ms), (5, "opened", 5 * ms), (5, "waited", 9 * ms)]);
}

/// Places for so many, of which so many are kept warm; it takes so long to open one, in milliseconds.
fn plain(open: u32, min_idle: u32) -> ConnectionPoolSettings {
    ConnectionPoolSettings {
        open,
        idle: open,
        min_idle,
        dial: Span::ZERO,
        lifetime: Span::ZERO,
        jitter: 0.0,
        idle_time: Span::ZERO,
        close: Span::ZERO,
        take: Take::Lifo,
    }
}

#[test]
fn a_server_that_is_gone_is_asked_once_for_each_who_comes_and_is_kept_warm_again_once_it_is_back() {
    let told = Log::new();
    let log = told.clone();
    let over = run(move |env| async move {
        let (gone, inner) = (Rc::new(Cell::new(true)), env.clone());
        let is_gone = gone.clone();
        let dial = move |id: u32, _: StationId| -> std::pin::Pin<Box<dyn Future<Output = Option<u32>>>> {
            let (env, gone) = (inner.clone(), is_gone.clone());
            Box::pin(async move {
                env.sleep(Span::millis(1)).await;
                (!gone.get()).then_some(id)
            })
        };
        let pool = ConnectionPool::open(&env, "pool", plain(8, 4), Box::new(dial));
        for _ in 0..6 {
            env.sleep(Span::millis(5)).await;
            log.push((pool.take_alone().await.is_ok(), pool.idle()));
        }
        gone.set(false);
        // The first opens its own, and leaves the only one that is idle; who takes that has the others opened.
        drop(pool.take_alone().await);
        env.sleep(Span::millis(5)).await;
        log.push((true, pool.idle()));
        let taken = pool.take_alone().await;
        env.sleep(Span::millis(5)).await;
        log.push((taken.is_ok(), pool.idle()));
    });
    assert_eq!(told.all(), [[(false, 0); 6].as_slice(), &[(true, 1), (true, 4)]].concat());
    let pool = over.ledger.station(StationId(1)).expect("the pool");
    // Four at the start, and one for each who came.
    assert_eq!((pool.gauge(G.refused), pool.gauge(G.opened)), (4 + 6, 1 + 4));
}

#[test]
fn what_is_being_opened_when_the_program_ends_is_not_opened_and_no_task_of_the_pool_outlives_it() {
    let over = run(|env| async move {
        let pool = pool_of(&env, plain(3, 2), 10_000_000, 0);
        env.sleep(Span::millis(1)).await;
        assert_eq!(pool.taken(), 2);
        // One of its own, and one that is opened for somebody who waited and has gone.
        let own = at_most(&env, Span::millis(5), pool.take_alone());
        assert!(own.await.is_err());
        pool.settled().await;
        assert_eq!((pool.taken(), env.now()), (0, SimTime(6_000_000)));
    });
    assert_eq!(over.run.waiting().len(), 0);
}

/// Whoever is cut off while something is under way has no connection to give back, and whoever waits gets another.
#[test]
fn a_connection_in_use_is_closed_unless_its_answer_has_come_and_who_waits_gets_a_new_one() {
    let told = Log::new();
    let log = told.clone();
    let over = run(move |env| async move {
        let pool = pool_of(&env, ConnectionPoolSettings { close: Span::millis(3), ..plain(1, 0) }, 1_000_000, 0);
        let (first, inner) = (pool.clone(), env.clone());
        let asks = async move {
            let connection = first.take_alone().await.expect("one").in_use();
            inner.sleep(Span::millis(50)).await;
            connection.is_good();
        };
        assert!(at_most(&env, Span::millis(10), asks).await.is_err());
        let second = pool.take_alone().await.expect("another");
        // Three to close the one, and one to open the other.
        log.push((second.id(), env.now().0));
        second.in_use().is_good();
        let third = pool.take_alone().await.expect("the same");
        log.push((third.id(), env.now().0));
        // The process ends while one is being closed: that is seen at once.
        third.broken();
        env.sleep(Span::millis(1)).await;
        pool.ends();
        assert_eq!(pool.taken(), 0);
    });
    assert_eq!(told.all(), [(2, 14_000_000), (2, 14_000_000)]);
    assert_eq!((over.nanos(), over.run.waiting().len()), (15_000_000, 0));
}

#[test]
fn a_leak_is_told_with_the_line_that_it_happened_at() {
    let line = Log::new();
    let log = line.clone();
    let over = run(move |env| async move {
        let settings = ConnectionPoolSettings {
            open: 2,
            idle: 2,
            min_idle: 0,
            dial: Span::ZERO,
            lifetime: Span::ZERO,
            jitter: 0.0,
            idle_time: Span::ZERO,
            close: Span::ZERO,
            take: Take::Lifo,
        };
        let pool = pool_of(&env, settings, 1_000, 0);
        let job = env.job();
        let connection = pool.take(&job).await.expect("one");
        log.push(line!() + 1);
        connection.leak();
        job.leave(Outcome::Completed);
        // The other place is all there is.
        let first = pool.take_alone().await.expect("one");
        assert!(at_most(&env, Span::secs(9), pool.take_alone()).await.is_err());
        drop(first);
    });
    let trace = over.run.trace();
    let leak =
        |kind| matches!(kind, EventKind::Stated { state, .. } if trace.name(state) == ConnectionState::Leaked.word());
    let leaked = trace.iter().find(|event| leak(event.kind)).copied().expect("told");
    assert_eq!(leaked.site.line(), line.all().first().copied());
    assert!(leaked.site.file().is_some_and(|file| file.ends_with("connections.rs")));
}
