//! The manager: it looks at the pool at every beat, says how many there may be, and warns.

use super::clients::Clients;
use super::params::{Params, idle_of};
use super::{G, POOL_SHARE, WAIT_SECONDS, WAITS, rules};
use millrace_engine::Env;
use millrace_parts::exposition::Sample;
use millrace_parts::{AlertRules, ConnectionPool, Look, SizeRule, Ticker, UsageHistory};
use millrace_trace::{Gauge, SimTime, Span, Wait};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What is older is forgotten.
const KEEPS: Span = Span::secs(86_400);
/// Above this use, in percent, the health of the pool is degraded.
const HEALTHY: f64 = 80.0;

/// What the manager reads at a look: the alert rules go by it.
#[derive(Debug, Default)]
struct Read {
    used: Cell<f64>,
    waits: Cell<u64>,
    waited: Cell<Span>,
}

impl Read {
    fn sample(&self, name: &str) -> Option<Sample> {
        match name {
            POOL_SHARE => Some(Sample::Level(self.used.get() / 100.0)),
            WAIT_SECONDS => Some(Sample::Level(self.waited.get().seconds())),
            WAITS => Some(Sample::Level(self.waits.get() as f64)),
            _ => None,
        }
    }
}

pub(super) struct Manager {
    env: Env,
    p: Rc<Params>,
    pool: ConnectionPool<()>,
    clients: Rc<Clients>,
    is_shipped: bool,
    rule: SizeRule,
    history: UsageHistory,
    alerts: AlertRules,
    read: Read,
    /// How many had waited at the look before, and for how long.
    before: (u64, Span),
    shown: RefCell<Vec<(Gauge, i64)>>,
}

impl Manager {
    pub(super) fn new(
        env: &Env,
        p: Rc<Params>,
        pool: ConnectionPool<()>,
        clients: Rc<Clients>,
        is_shipped: bool,
    ) -> Manager {
        let read = Read::default();
        let alerts = AlertRules::open(env, rules(), &|name| read.sample(name));
        let (rule, history) = (p.sizing.rule(p.scaled()), UsageHistory::new(KEEPS));
        let (env, before, shown) = (env.clone(), (0, Span::ZERO), RefCell::default());
        let manager = Manager { env, p, pool, clients, is_shipped, rule, history, alerts, read, before, shown };
        manager.begins();
        manager
    }

    /// As the program starts it writes down how large the pool is.
    fn begins(&self) {
        let size = self.pool.limit();
        self.env.gauge(self.pool.station(), G.size, i64::from(size));
        self.show_thresholds(self.p.sizing.thresholds());
        if !self.is_shipped {
            // As shipped nobody works out where it is going, which is not the same as that it stays.
            self.env.gauge(self.pool.station(), G.trend, 0);
        }
        self.env.note("the pool may have {} connections open", size.into());
        self.env.note("{} of them may be idle", idle_of(size).into());
    }

    /// Looks at every beat up to the end, and ends with it.
    pub(super) async fn work(mut self) {
        let mut ticker = Ticker::new(&self.env, self.p.interval);
        let end = SimTime::ZERO + self.p.run_for;
        while self.env.now() + self.p.interval <= end {
            ticker.tick().await;
            self.clients.waits_end().await;
            self.look();
            self.clients.ask_again();
        }
        self.env.sleep_until(end, Wait::Sleep).await;
    }

    /// What there is to be found now.
    fn found(&self) -> Look {
        let (size, in_use) = (self.pool.limit(), self.pool.taken().saturating_sub(self.pool.idle() as u32));
        Look {
            now: self.env.now(),
            size,
            in_use,
            waiting: self.clients.there().saturating_sub(in_use),
            waits: self.pool.waits().0 - self.before.0,
            wait: Look::wait_of(self.pool.waited_lately()),
        }
    }

    fn look(&mut self) {
        let found = self.found();
        let (size, used) = (found.size, found.used());
        self.history.look(found.now, found.in_use, used);
        let next = self.rule.look(&found);
        let expected = self.rule.expected().map(|expected| libm::round(expected) as i64);
        if next != size {
            self.pool.set_limits(next, idle_of(next));
            let says = if expected.is_some() {
                "as many as will be needed: the pool may have {} connections open"
            } else if next > size {
                "use is high: the pool may have {} connections open"
            } else {
                "use is low: the pool may have {} connections open"
            };
            self.env.note(says, next.into());
        }
        let station = self.pool.station();
        if let Some(expected) = expected {
            self.env.gauge(station, G.expected, expected);
        }
        let mean = self.rule.goes_by();
        for (gauge, value) in [(G.size, i64::from(next)), (G.used, millionths(used)), (G.mean, millionths(mean))] {
            self.env.gauge(station, gauge, value);
        }
        self.show(G.stepped, (i64::from(next) - i64::from(size)).signum());
        self.rule.moved_thresholds().into_iter().for_each(|moved| self.show_thresholds(moved));
        self.rule.wish().into_iter().for_each(|wish| self.show(G.wish, wish.into()));
        self.rule.waited().into_iter().for_each(|share| self.show(G.waited_share, millionths(share * 100.0)));
        self.show(G.peak, millionths(self.history.peak()));
        self.show(G.kept, self.history.len() as i64);
        self.show(G.rests_until, self.rule.rests_until().map_or(0, |until| until.0 as i64));
        self.show(G.in_vain, self.clients.in_vain().into());
        if !self.is_shipped {
            self.show(G.trend, self.history.trend().unwrap_or(0));
        }
        self.warn(used);
        // As shipped it is the highest use that there ever was which is looked at.
        let judged = if self.is_shipped { self.history.peak() } else { used };
        self.show(G.degraded, (judged > HEALTHY).into());
    }

    fn warn(&mut self, used: f64) {
        let (waits, waited) = self.pool.waits();
        let (waits_before, waited_before) = std::mem::replace(&mut self.before, (waits, waited));
        let lately = (waits - waits_before, Span(waited.0 - waited_before.0));
        self.show(G.waits_lately, lately.0 as i64);
        // As shipped both are counted since the program started, so what is over its limit once is so for ever.
        let (waits, waited) = if self.is_shipped { (waits, waited) } else { lately };
        self.read.used.set(used);
        self.read.waits.set(waits);
        self.read.waited.set(waited);
        self.show(G.waits, waits as i64);
        self.show(G.waited, waited.0 as i64);
        let read = &self.read;
        let firing = self.alerts.look(&|name| read.sample(name));
        let mut of_waits = false;
        for (index, (rule, gauge)) in rules().iter().zip(G.alerts).enumerate() {
            if firing.contains(&rule.name) {
                of_waits |= index > 0;
                self.show(gauge, self.shown(gauge) + 1);
            }
        }
        self.show(G.warns_of_waits, of_waits.into());
    }

    fn show_thresholds(&self, [up, down]: [f64; 2]) {
        self.show(G.up, millionths(up));
        self.show(G.down, millionths(down));
    }

    fn shown(&self, gauge: Gauge) -> i64 {
        self.shown.borrow().iter().find(|(shown, _)| *shown == gauge).map_or(0, |(_, value)| *value)
    }

    /// Writes down a number that has changed.
    fn show(&self, gauge: Gauge, value: i64) {
        if self.shown(gauge) == value {
            return;
        }
        let mut shown = self.shown.borrow_mut();
        shown.retain(|(other, _)| *other != gauge);
        shown.push((gauge, value));
        self.env.gauge(self.pool.station(), gauge, value);
    }
}

/// Percent in millionths of one.
fn millionths(percent: f64) -> i64 {
    (percent * 10_000.0 + 0.5) as i64
}
