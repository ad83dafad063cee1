//! Alerts: rules that are looked at again and again while a system runs, as Prometheus does it.
//!
//! At every beat each rule reads what the system counts about itself. One that is over its limit is *pending*; when it has been so at every beat for its
//! time it is *firing*, with the first beat after that; and at the first beat at which it is not, it is quiet at once. So an alert that is to come
//! after five minutes comes up to a beat later than five minutes after the fault, and what comes and goes between two beats is seen by nobody: that is how
//! it is, and not a flaw of the model. The beat ([`Alerts::EVERY`]) is 15 seconds: that of the configuration that Prometheus comes with, and of the
//! one project among those behind the patterns here that has one. Where nobody configures anything it would be a minute.
//!
//! Whoever looks keeps no run alive, and is gone with the handle.

mod reading;

pub use reading::quantile;

use super::Ticker;
use super::exposition::Sample;
use super::shown::Shown;
use millrace_engine::{Env, StationSpec, Task};
use millrace_spec::{AlertGauges, AlertRule, AlertState, Packed, Read};
use millrace_trace::{SimTime, Span, StationId, StationKind, UNLIMITED};
use reading::Past;

const GAUGES: AlertGauges = AlertGauges::ALL;

/// Rules that are looked at as long as this is held.
#[derive(Debug)]
pub struct Alerts {
    _looks: Task<()>,
}

impl Alerts {
    /// How often rules are looked at.
    pub const EVERY: Span = Span::secs(15);

    /// Looks at rules from now on, at every beat, the first of which comes after one period. `read` says what a name in a rule is now, where there is
    /// such a thing. The rules must be those that the scene declares, for whoever shows them.
    #[track_caller]
    pub fn watch(
        env: &Env,
        every: Span,
        rules: Vec<AlertRule>,
        read: impl Fn(&str) -> Option<Sample> + 'static,
    ) -> Alerts {
        let home = env.open_plain(StationKind::Gate, AlertGauges::STATION);
        let watched = rules.into_iter().map(|rule| {
            let spec = StationSpec { kind: StationKind::Gate, name: rule.name, parent: home, capacity: UNLIMITED };
            let mut past = Past::new(rule.reads.window());
            // What was counted before anybody looks is not of this window.
            past.take(env.now(), &rule.reads, &read);
            Watched { station: env.open(spec), past, held: Held::new(rule.lasts), shown: Shown::default(), rule }
        });
        let watched = watched.collect();
        let looks = look(env.clone(), Ticker::new(env, every).in_background(), watched, read);
        Alerts { _looks: env.spawn_at("alerts", home, looks) }
    }
}

async fn look(
    env: Env,
    mut ticker: Ticker,
    mut watched: Vec<Watched>,
    read: impl Fn(&str) -> Option<Sample> + 'static,
) {
    loop {
        ticker.tick().await;
        for rule in &mut watched {
            rule.look(&env, &read);
        }
    }
}

/// A rule that is looked at.
struct Watched {
    rule: AlertRule,
    station: StationId,
    past: Past,
    held: Held,
    shown: Shown,
}

impl Watched {
    fn look(&mut self, env: &Env, read: &dyn Fn(&str) -> Option<Sample>) {
        let now = env.now();
        let value = self.past.take(now, &self.rule.reads, read);
        let changed = self.held.is(now, self.rule.limit.is_passed(value));
        let since = self.held.since.map_or(0, |since| since.0 as i64);
        self.shown.show(env, self.station, [(GAUGES.now, Read(value).packed()), (GAUGES.since, since)]);
        if let Some(state) = changed {
            env.state(self.station, state.word());
        }
    }
}

/// For how long a rule has been over its limit.
#[derive(Clone, Copy, Debug)]
struct Held {
    lasts: Span,
    state: AlertState,
    since: Option<SimTime>,
}

impl Held {
    fn new(lasts: Span) -> Held {
        Held { lasts, state: AlertState::Quiet, since: None }
    }

    /// It was looked at, and is over its limit or not. How it stands now, where that is another.
    fn is(&mut self, now: SimTime, passed: bool) -> Option<AlertState> {
        self.since = if passed { self.since.or(Some(now)) } else { None };
        let state = match self.since {
            None => AlertState::Quiet,
            // Who fires goes on firing until it is over.
            Some(_) if self.state == AlertState::Firing => AlertState::Firing,
            Some(since) if now.since(since) >= self.lasts => AlertState::Firing,
            Some(_) => AlertState::Pending,
        };
        (std::mem::replace(&mut self.state, state) != state).then_some(state)
    }
}
