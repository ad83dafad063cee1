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

/// What somebody reads of it who is told nothing by a station: the numbers of its last look, and its last step.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Looked {
    /// The mean that it goes by and the highest use, in percent.
    pub mean: f64,
    /// See [`Looked::mean`].
    pub peak: f64,
    /// When it last changed the size, from what to what, and by which mean.
    pub event: Option<(SimTime, u32, u32, f64)>,
}

pub(crate) struct Manager {
    env: Env,
    p: Rc<Params>,
    pool: ConnectionPool<()>,
    is_shipped: bool,
    /// Those who come for connections, and whom it warns. Where it is a part of something larger both are somebody else's affair.
    alone: Option<Alone>,
    found: RefCell<Found>,
    looked: Cell<Looked>,
    shown: RefCell<Vec<(Gauge, i64)>>,
}

struct Alone {
    clients: Rc<Clients>,
    alerts: RefCell<AlertRules>,
    read: Read,
}

/// What it has found so far.
struct Found {
    rule: SizeRule,
    history: UsageHistory,
    /// How many had waited at the look before, and for how long.
    before: (u64, Span),
}

impl Found {
    fn nothing(p: &Params) -> Found {
        Found { rule: p.sizing.rule(p.scaled()), history: UsageHistory::new(KEEPS), before: (0, Span::ZERO) }
    }
}

impl Manager {
    pub(crate) fn new(
        env: &Env,
        p: Rc<Params>,
        pool: ConnectionPool<()>,
        clients: Option<Rc<Clients>>,
        is_shipped: bool,
    ) -> Manager {
        let alone = clients.map(|clients| {
            let read = Read::default();
            let alerts = RefCell::new(AlertRules::open(env, rules(), &|name| read.sample(name)));
            Alone { clients, alerts, read }
        });
        let (found, looked) = (RefCell::new(Found::nothing(&p)), Cell::default());
        let (env, shown) = (env.clone(), RefCell::default());
        let manager = Manager { env, p, pool, is_shipped, alone, found, looked, shown };
        manager.begins();
        manager
    }

    /// What it found when it looked last.
    pub(crate) fn looked(&self) -> Looked {
        self.looked.get()
    }

    /// It forgets what it has found so far, its steps too. The size stays.
    pub(crate) fn resets(&self) {
        // Whoever has waited by now is none of those of the next look.
        let before = self.pool.waits();
        self.found.replace(Found { before, ..Found::nothing(&self.p) });
        self.looked.take();
    }

    /// The program starts anew, and with it the pool: what was found before is not known any more.
    pub(crate) fn begins_anew(&self) {
        self.pool.begins_anew();
        self.resets();
        for gauge in [G.used, G.mean] {
            self.env.gauge(self.pool.station(), gauge, 0);
        }
        for gauge in [G.peak, G.kept, G.stepped, G.rests_until, G.waits_lately, G.waits, G.waited, G.degraded] {
            self.show(gauge, 0);
        }
        self.begins();
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
    pub(crate) async fn work(self) {
        let mut ticker = Ticker::new(&self.env, self.p.interval);
        let end = SimTime::ZERO + self.p.run_for;
        while self.env.now() + self.p.interval <= end {
            ticker.tick().await;
            if let Some(alone) = &self.alone {
                alone.clients.waits_end().await;
            }
            self.look();
            if let Some(alone) = &self.alone {
                alone.clients.ask_again();
            }
        }
        self.env.sleep_until(end, Wait::Sleep).await;
    }

    /// Looks at every beat, as long as there is somebody else for whom a run goes on.
    pub(crate) async fn watches(&self) {
        let mut ticker = Ticker::new(&self.env, self.p.interval).in_background();
        loop {
            ticker.tick().await;
            self.look();
        }
    }

    /// What there is to be seen now, where so many had waited before.
    fn sees(&self, waits_before: u64) -> Look {
        let (size, in_use) = (self.pool.limit(), self.pool.taken().saturating_sub(self.pool.idle() as u32));
        Look {
            now: self.env.now(),
            size,
            in_use,
            waiting: match &self.alone {
                Some(alone) => alone.clients.there().saturating_sub(in_use),
                None => u32::try_from(self.pool.waiting()).unwrap_or(u32::MAX),
            },
            waits: self.pool.waits().0.saturating_sub(waits_before),
            wait: Look::wait_of(self.pool.waited_lately()),
        }
    }

    fn look(&self) {
        let mut found = self.found.borrow_mut();
        let Found { rule, history, before } = &mut *found;
        let seen = self.sees(before.0);
        let (now, size, used) = (seen.now, seen.size, seen.used());
        history.look(now, seen.in_use, used);
        let next = rule.look(&seen);
        let expected = rule.expected().map(|expected| libm::round(expected) as i64);
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
        let mean = rule.goes_by();
        for (gauge, value) in [(G.size, i64::from(next)), (G.used, millionths(used)), (G.mean, millionths(mean))] {
            self.env.gauge(station, gauge, value);
        }
        self.show(G.stepped, (i64::from(next) - i64::from(size)).signum());
        rule.moved_thresholds().into_iter().for_each(|moved| self.show_thresholds(moved));
        rule.wish().into_iter().for_each(|wish| self.show(G.wish, wish.into()));
        rule.waited().into_iter().for_each(|share| self.show(G.waited_share, millionths(share * 100.0)));
        self.show(G.peak, millionths(history.peak()));
        self.show(G.kept, history.len() as i64);
        self.show(G.rests_until, rule.rests_until().map_or(0, |until| until.0 as i64));
        if let Some(alone) = &self.alone {
            self.show(G.in_vain, alone.clients.in_vain().into());
        }
        if !self.is_shipped {
            self.show(G.trend, history.trend().unwrap_or(0));
        }
        let event = (next != size).then_some((now, size, next, mean)).or(self.looked.get().event);
        self.looked.set(Looked { mean, peak: history.peak(), event });
        self.warn(used, before);
        // As shipped it is the highest use that there ever was which is looked at.
        let judged = if self.is_shipped { history.peak() } else { used };
        self.show(G.degraded, (judged > HEALTHY).into());
    }

    fn warn(&self, used: f64, before: &mut (u64, Span)) {
        let (waits, waited) = self.pool.waits();
        let (waits_before, waited_before) = std::mem::replace(before, (waits, waited));
        let lately = (waits.saturating_sub(waits_before), Span(waited.0.saturating_sub(waited_before.0)));
        self.show(G.waits_lately, lately.0 as i64);
        // As shipped both are counted since the program started, so what is over its limit once is so for ever.
        let (waits, waited) = if self.is_shipped { (waits, waited) } else { lately };
        let Some(Alone { alerts, read, .. }) = &self.alone else {
            self.show(G.waits, waits as i64);
            self.show(G.waited, waited.0 as i64);
            return;
        };
        read.used.set(used);
        read.waits.set(waits);
        read.waited.set(waited);
        self.show(G.waits, waits as i64);
        self.show(G.waited, waited.0 as i64);
        let firing = alerts.borrow_mut().look(&|name| read.sample(name));
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
