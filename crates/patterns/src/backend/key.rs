//! The key metrics that the document asks to be watched, as numbers of a station of their own.
//!
//! They are read off the figures once a second, so a check or a tile needs to know no other station. One that has not changed is no event.

use super::figures::Figures;
use millrace_engine::Env;
use millrace_parts::{BreakerState, Shown};
use millrace_spec::{GaugeSpec, TargetSpec, Unit, Wanted};
use millrace_trace::{Gauge, Ledger, SimTime, Span, StationId, StationKind, Trace};
use std::cell::{Cell, RefCell};

/// The station.
const STATION: &str = "key metrics";
/// How often somebody looks.
pub(super) const EVERY: Span = Span::secs(1);

/// A key metric: its id, its label, and what it is in figures.
struct Key(&'static str, &'static str, Unit, fn(&Figures) -> i64);

/// A share of one in millionths.
fn share(of: u32, among: u32) -> i64 {
    i64::from(of) * 1_000_000 / i64::from(among.max(1))
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn active(figures: &Figures, kind: usize) -> i64 {
    figures.manager.and_then(|manager| manager.active.get(kind).copied()).unwrap_or_default()
}

const CLOSED: i64 = 0;
const OPEN: i64 = 2;

/// How the breaker of the handler stands, by the place of the word for it.
fn breaker(figures: &Figures) -> i64 {
    match figures.handler.map_or(BreakerState::Closed, |handler| handler.breaker) {
        BreakerState::Closed | BreakerState::Disabled => CLOSED,
        BreakerState::HalfOpen => 1,
        BreakerState::Open | BreakerState::ForcedOpen => OPEN,
    }
}

const OPERATIONS: Unit = Unit::Count("operations");

/// All, in the order of their gauges.
const KEYS: [Key; 9] = [
    Key("pool-use", "Pool use", Unit::Share, |of| share(of.database.in_use, of.database.max_open)),
    Key("active-db", "DB active", OPERATIONS, |of| active(of, 0)),
    Key("active-http", "HTTP active", OPERATIONS, |of| active(of, 1)),
    Key("active-cache", "Cache active", OPERATIONS, |of| active(of, 2)),
    Key("mode", "Mode", Unit::Word(&["normal", "degraded"]), |of| {
        of.handler.is_some_and(|handler| handler.is_degraded).into()
    }),
    Key("workers-busy", "Workers busy", Unit::Share, |of| {
        let (all, at_work) = of.manager.map_or((0, 0), |manager| manager.workers);
        share(at_work, all)
    }),
    Key("breaker-state", "Breaker", Unit::Word(&["closed", "half-open", "open"]), breaker),
    Key("heap", "Heap, MiB", Unit::Count("MiB"), |of| whole(of.host.heap >> 20)),
    Key("tasks", "Tasks", Unit::Count("tasks"), |of| whole(of.host.tasks)),
];

/// What the document wants of one of them: less than four fifths of the connections in use.
pub(super) const POOL_USE: TargetSpec =
    TargetSpec { name: "Pool use", gauge: "pool-use", wanted: Wanted::Below(800_000), window: Span::ZERO };

/// Which of them is what, for checks: the mode, and the active operations.
pub(super) const MODE: usize = 4;
pub(super) const ACTIVE: [usize; 3] = [1, 2, 3];
/// What only checks want to know, after them: whether the pool was ever made smaller, whether the breaker was open and is closed, and whether a latency is told.
pub(super) const SHRANK: usize = KEYS.len();
pub(super) const RECOVERED: usize = SHRANK + 1;
pub(super) const LATENCY: usize = SHRANK + 2;

/// The gauges that the scene declares.
pub(super) fn gauges() -> impl Iterator<Item = GaugeSpec> {
    KEYS.iter().zip(0..).map(|(Key(id, label, unit, _), gauge)| GaugeSpec {
        id,
        station: STATION.to_owned(),
        gauge: Gauge(gauge),
        label,
        unit: *unit,
    })
}

/// Whoever writes them.
#[derive(Debug)]
pub(super) struct KeyMetrics {
    env: Env,
    station: StationId,
    shown: RefCell<Shown>,
    /// Since when the process was there, how large its pool was, whether it was ever made smaller, and whether the breaker was ever open.
    before: Cell<(SimTime, u32, bool, bool)>,
}

impl KeyMetrics {
    pub fn open(env: &Env) -> KeyMetrics {
        let station = env.open_plain(StationKind::Gate, STATION);
        KeyMetrics { env: env.clone(), station, shown: RefCell::default(), before: Cell::default() }
    }

    /// They are so now.
    pub fn show(&self, figures: &Figures) {
        let (size, breaker) = (figures.database.max_open, breaker(figures));
        let (begun, was, mut shrank, mut opened) = self.before.get();
        // One that begins anew is no smaller one.
        shrank |= size < was && begun == figures.begun;
        opened |= breaker == OPEN;
        self.before.set((figures.begun, size, shrank, opened));
        let is_told = figures.manager.is_some_and(|of| of.latency.iter().any(|latency| !latency.is_zero()));
        let seen = [shrank, opened && breaker == CLOSED, is_told].map(i64::from);
        let values = KEYS.iter().map(|key| key.3(figures)).chain(seen).zip(0..);
        let gauges = values.map(|(value, gauge)| (Gauge(gauge), value));
        self.shown.borrow_mut().show(&self.env, self.station, gauges);
    }
}

/// What a key metric is in a state, by its place: for checks.
pub(super) fn read(key: usize, ledger: &Ledger, trace: &Trace) -> i64 {
    ledger.find(STATION, trace).map_or(0, |(_, row)| row.gauge(Gauge(key as u8)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::figures::{DatabaseFigures, HandlerFigures, ManagerFigures};
    use millrace_engine::{Run, Seed, Setup};
    use millrace_trace::Cursor;

    /// What is said after each of these, a second apart.
    fn said(all: Vec<Figures>) -> Vec<[i64; 12]> {
        let seconds = all.len() as u64;
        let program = move |env: Env| async move {
            let shown = KeyMetrics::open(&env);
            for figures in all {
                shown.show(&figures);
                env.sleep(EVERY).await;
            }
        };
        let mut run = Run::new(Setup::new(Seed::from_word("otis")), (StationKind::Worker, "home"), program);
        run.advance(SimTime::MAX, u64::MAX);
        let trace = run.trace();
        let (mut ledger, mut cursor) = (Ledger::new(), Cursor::new());
        let at = |second: u64| {
            let until = SimTime(second * EVERY.0);
            while trace.get(cursor.index).is_some_and(|event| event.at <= until) {
                cursor.step(&trace, SimTime::MAX, &mut ledger);
            }
            std::array::from_fn(|key| read(key, &ledger, &trace))
        };
        (0..seconds).map(at).collect()
    }

    fn with(size: u32, breaker: BreakerState) -> Figures {
        let database = DatabaseFigures { max_open: size, in_use: 5, ..DatabaseFigures::default() };
        let handler = Some(HandlerFigures { breaker, ..HandlerFigures::default() });
        Figures { database, handler, ..Figures::default() }
    }

    #[test]
    fn that_the_pool_was_made_smaller_is_seen_from_then_on_and_that_it_grew_is_nothing() {
        let sizes = [20, 25, 25, 20, 40].map(|size| with(size, BreakerState::Closed));
        let shrank = said(sizes.into()).iter().map(|keys| keys[SHRANK]).collect::<Vec<_>>();
        assert_eq!(shrank, [0, 0, 0, 1, 1]);
    }

    #[test]
    fn a_breaker_has_recovered_when_it_is_closed_after_it_was_open() {
        use BreakerState::{Closed, HalfOpen, Open};
        let states = [Closed, Open, HalfOpen, Closed, Open].map(|state| with(20, state));
        let recovered = said(states.into()).iter().map(|keys| keys[RECOVERED]).collect::<Vec<_>>();
        assert_eq!(recovered, [0, 0, 0, 1, 0]);
    }

    #[test]
    fn each_key_metric_is_read_off_its_figure() {
        let manager =
            ManagerFigures { active: [1, 2, 3], workers: (75, 15), latency: [Span(1); 3], ..ManagerFigures::default() };
        let mut figures = with(20, BreakerState::HalfOpen);
        figures.manager = Some(manager);
        figures.handler = figures.handler.map(|handler| HandlerFigures { is_degraded: true, ..handler });
        (figures.host.heap, figures.host.tasks) = (145 << 20, 303);
        assert_eq!(said(vec![figures]), [[250_000, 1, 2, 3, 1, 200_000, 1, 145, 303, 0, 0, 1]]);
        assert_eq!(said(vec![Figures::default()]), [[0; 12]], "a layer that is switched off");
    }

    /// A check is asked in any state: a number that nobody has is none.
    #[test]
    fn the_gauges_of_the_scene_are_those_that_are_written() {
        let all: Vec<_> = gauges().collect();
        assert_eq!(all.len(), SHRANK);
        assert!(all.iter().zip(0..).all(|(spec, n)| spec.gauge == Gauge(n) && spec.label.len() <= 12), "{all:?}");
        assert_eq!(all[MODE].id, "mode");
        assert_eq!(ACTIVE.map(|key| all[key].id), ["active-db", "active-http", "active-cache"]);
    }
}
