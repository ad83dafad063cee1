//! A breaker as it is often written at first: it counts all failures that there were while it is closed, however many calls succeed in between. Half-open it lets everybody
//! through, the first success closes it, and a failure there is but one of as many as it takes to open it.
//!
//! Each of these is one line less than in [`Breaker`](super::Breaker): no count of failures in a row, no count of probes. What each costs can be seen beside that one. Whether
//! the check that finds its time over lets its own call through is left to whoever asks; there is code of both sorts.

use super::BreakerState;
use millrace_engine::Env;
use millrace_spec::BreakerGauges;
use millrace_trace::{SimTime, Span, StationId, StationKind};
use std::cell::Cell;
use std::fmt;

const GAUGES: BreakerGauges = BreakerGauges::ALL;

/// What a check finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is closed, or half-open.
    Admits,
    /// Its time was over, so it is half-open from now on.
    Ripe,
    /// It is open.
    Rejects,
}

/// See [the module](self).
pub struct CountingBreaker {
    env: Env,
    station: StationId,
    limit: u32,
    open_for: Span,
    state: Cell<BreakerState>,
    failures: Cell<u32>,
    until: Cell<SimTime>,
    turned_away: Cell<i64>,
    /// Those let in since it is half-open.
    let_in: Cell<i64>,
}

impl fmt::Debug for CountingBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountingBreaker({})", self.state.get().word())
    }
}

impl CountingBreaker {
    /// A closed one, at a station of its own. So many failures open it, for that long.
    pub fn open(env: &Env, name: &str, limit: u32, open_for: Span) -> CountingBreaker {
        let station = env.open_plain(StationKind::Gate, name);
        env.state(station, BreakerState::Closed.word());
        env.gauge(station, GAUGES.limit, limit.into());
        env.gauge(station, GAUGES.permitted, 1);
        CountingBreaker {
            env: env.clone(),
            station,
            limit,
            open_for,
            state: Cell::new(BreakerState::Closed),
            failures: Cell::new(0),
            until: Cell::new(SimTime::ZERO),
            turned_away: Cell::new(0),
            let_in: Cell::new(0),
        }
    }

    /// Whether somebody may make a call. Whoever may says so by [`CountingBreaker::lets_in`], and whoever may not by [`CountingBreaker::turns_away`].
    pub fn checks(&self) -> Checked {
        if self.state.get() != BreakerState::Open {
            return Checked::Admits;
        }
        if self.env.now() < self.until.get() {
            return Checked::Rejects;
        }
        self.enters(BreakerState::HalfOpen);
        Checked::Ripe
    }

    /// Somebody was turned away.
    pub fn turns_away(&self) {
        self.turned_away.set(self.turned_away.get() + 1);
        self.env.gauge(self.station, GAUGES.turned_away, self.turned_away.get());
    }

    /// Somebody was let in.
    pub fn lets_in(&self) {
        if self.state.get() == BreakerState::HalfOpen {
            self.has_let_in(self.let_in.get() + 1);
        }
    }

    /// A call failed. Whether it is half-open all the same.
    pub fn fails(&self) -> bool {
        self.fails_so_far(self.failures.get().saturating_add(1));
        if self.state.get() != BreakerState::Open && self.failures.get() >= self.limit {
            let until = self.env.now() + self.open_for;
            self.until.set(until);
            self.env.gauge(self.station, GAUGES.until, i64::try_from(until.nanos()).unwrap_or(i64::MAX));
            self.enters(BreakerState::Open);
        }
        self.state.get() == BreakerState::HalfOpen
    }

    /// A call succeeded.
    pub fn succeeds(&self) {
        if self.state.get() == BreakerState::HalfOpen {
            self.enters(BreakerState::Closed);
        }
    }

    /// Its state. An open one whose time is over is open until somebody asks.
    pub fn state(&self) -> BreakerState {
        self.state.get()
    }

    /// It is closed, and has counted nothing.
    pub fn closes(&self) {
        if self.state.get() != BreakerState::Closed || self.failures.get() > 0 {
            self.enters(BreakerState::Closed);
        }
    }

    fn enters(&self, state: BreakerState) {
        self.state.set(state);
        self.env.state(self.station, state.word());
        if state != BreakerState::Open {
            self.fails_so_far(0);
            self.has_let_in(0);
        }
    }

    fn fails_so_far(&self, failures: u32) {
        if self.failures.replace(failures) != failures {
            self.env.gauge(self.station, GAUGES.failures, failures.into());
        }
    }

    fn has_let_in(&self, let_in: i64) {
        if self.let_in.replace(let_in) != let_in {
            self.env.gauge(self.station, GAUGES.probes, let_in);
        }
    }
}
