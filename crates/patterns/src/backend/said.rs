//! The figures as they were said last, as the interface tells them, without what was counted before a reset: once a second each that has changed is a gauge of a
//! station, so what it would tell at any playhead is a fold.

use super::figures::{Backend, Figures, HandlerFigures, ManagerFigures, PoolFigures};
use super::key;
use super::process::Process;
use millrace_parts::{Shown, Ticker};
use millrace_trace::{Gauge, SimTime, Span, StationKind};
use std::rc::Rc;

/// The station.
pub(super) const STATION: &str = "figures";

/// A figure as a whole number.
trait Number {
    fn get(&self) -> i64;
    fn set(&mut self, n: i64);
}

macro_rules! whole {
    ($($t:ty)*) => { $(impl Number for $t {
        fn get(&self) -> i64 {
            i64::try_from(*self).unwrap_or(i64::MAX)
        }

        fn set(&mut self, n: i64) {
            *self = <$t>::try_from(n).unwrap_or_default();
        }
    })* };
}
whole!(u32 u64 i64);

impl Number for Span {
    fn get(&self) -> i64 {
        self.0.get()
    }

    fn set(&mut self, n: i64) {
        self.0.set(n);
    }
}

/// In millionths.
impl Number for f64 {
    fn get(&self) -> i64 {
        (self * 1e6 + 0.5) as i64
    }

    fn set(&mut self, n: i64) {
        *self = n as f64 / 1e6;
    }
}

/// An instant, or never.
impl Number for Option<SimTime> {
    fn get(&self) -> i64 {
        self.map_or(0, |at| at.0.get() + 1)
    }

    fn set(&mut self, n: i64) {
        *self = (n > 0).then(|| SimTime(n.unsigned_abs() - 1));
    }
}

/// All that the sections of the interface are made of, one after the other.
fn each(figures: &mut Figures, visit: &mut dyn FnMut(&mut dyn Number)) {
    if let Some(ManagerFigures { active, total, latency, .. }) = &mut figures.manager {
        active.iter_mut().for_each(|n| visit(n));
        total.iter_mut().for_each(|n| visit(n));
        latency.iter_mut().for_each(|n| visit(n));
    }
    let of = &mut figures.database;
    [&mut of.max_open, &mut of.open, &mut of.in_use, &mut of.idle].into_iter().for_each(|n| visit(n));
    [&mut of.waits, &mut of.idle_closed, &mut of.lifetime_closed].into_iter().for_each(|n| visit(n));
    visit(&mut of.waited);
    let of = &mut figures.system;
    visit(&mut of.cpus);
    [&mut of.heap, &mut of.limit, &mut of.tasks].into_iter().for_each(|n| visit(n));
    visit(&mut of.updated);
    if let Some(PoolFigures { max_open, open, in_use, idle, peak, mean, scaled }) = &mut figures.pool {
        [max_open, open, in_use, idle].into_iter().for_each(|n| visit(n));
        visit(peak);
        visit(mean);
        visit(scaled);
    }
    if let Some(HandlerFigures { active, total, completed, failed, timeouts, degraded, mean, most, updated, .. }) =
        &mut figures.handler
    {
        visit(active);
        [total, completed, failed, timeouts, degraded].into_iter().for_each(|n| visit(n));
        visit(mean);
        visit(most);
        visit(updated);
    }
}

/// Says them again and again, and no run goes on for it.
pub(super) async fn watch(process: Rc<Process>) {
    let station = process.env.open_plain(StationKind::Gate, STATION);
    let (mut ticker, mut shown) = (Ticker::new(&process.env, key::EVERY).in_background(), Shown::default());
    loop {
        let figures = process.since.borrow_mut().tell(process.figures(), process.is_shipped);
        let (mut figures, mut gauge) = (figures, 0);
        let mut said = Vec::new();
        each(&mut figures, &mut |number| {
            said.push((Gauge(gauge), number.get()));
            gauge += 1;
        });
        shown.show(&process.env, station, said);
        ticker.tick().await;
    }
}

/// What was said last, with or without the layer, by what the gauges of the station are.
pub(super) fn last(gauge_is: impl Fn(Gauge) -> i64, is_enabled: bool) -> Figures {
    let mut figures = Figures::default();
    if is_enabled {
        figures.manager = Some(ManagerFigures::default());
        figures.pool = Some(PoolFigures::default());
        figures.handler = Some(HandlerFigures::default());
    }
    let mut gauge = 0;
    each(&mut figures, &mut |number| {
        number.set(gauge_is(Gauge(gauge)));
        gauge += 1;
    });
    figures
}
