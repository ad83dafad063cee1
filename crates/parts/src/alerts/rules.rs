//! Rules that somebody looks at: how each stands, on a station of its own.

use super::reading::Past;
use crate::exposition::Sample;
use crate::shown::Shown;
use millrace_engine::{Env, StationSpec};
use millrace_spec::{AlertGauges, AlertRule, AlertState, Packed, Read};
use millrace_trace::{SimTime, Span, StationId, StationKind, UNLIMITED};

const GAUGES: AlertGauges = AlertGauges::ALL;

/// Rules for a system that looks at them at a beat of its own. Who has no such beat lets [`super::Alerts::watch`] look.
pub struct AlertRules {
    env: Env,
    home: StationId,
    watched: Vec<Watched>,
}

impl std::fmt::Debug for AlertRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AlertRules({})", self.watched.len())
    }
}

impl AlertRules {
    /// Rules that are quiet. `read` says what a name in a rule is now, where there is such a thing. The rules must be those that the scene declares, for
    /// whoever shows them.
    #[track_caller]
    pub fn open(env: &Env, rules: Vec<AlertRule>, read: &dyn Fn(&str) -> Option<Sample>) -> AlertRules {
        let home = env.open_plain(StationKind::Gate, AlertGauges::STATION);
        let watched = rules.into_iter().map(|rule| {
            let spec = StationSpec { kind: StationKind::Gate, name: rule.name, parent: home, capacity: UNLIMITED };
            let mut past = Past::new(rule.reads.window());
            // What was counted before anybody looks is not of this window.
            past.take(env.now(), &rule.reads, read);
            Watched { station: env.open(spec), past, held: Held::new(rule.lasts), shown: Shown::default(), rule }
        });
        AlertRules { env: env.clone(), home, watched: watched.collect() }
    }

    /// The station of which each rule is a member.
    pub fn station(&self) -> StationId {
        self.home
    }

    /// Looks at each rule. Those that are firing now, by name.
    pub fn look(&mut self, read: &dyn Fn(&str) -> Option<Sample>) -> Vec<&'static str> {
        let mut firing = Vec::new();
        for rule in &mut self.watched {
            rule.look(&self.env, read);
            if rule.held.state == AlertState::Firing {
                firing.push(rule.rule.name);
            }
        }
        firing
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
