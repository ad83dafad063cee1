//! A circuit breaker: calls to something that keeps failing are turned away at once, until it has had time to recover.
//!
//! The idea and its three states are Michael Nygard's ("Release It!"). Two ways to trip are here. *Consecutive* is the
//! simple one: so many failures in a row open it, one success forgets them, and while half-open one failure opens it again
//! and so many successes close it; the successes are not forgotten on closing, nor the failures on opening. *Rate* is
//! resilience4j's: the shares of failed and of slow calls in a sliding window, from a least number of calls on, and while
//! half-open the same shares over the probes. Each state begins with an empty window, except that an open breaker keeps
//! what opened it.
//!
//! Where *rate* differs from resilience4j:
//! - There min(least number of calls, permitted probes) decide while half-open, and what the others tell is not waited for. Here all the
//!   permitted probes decide, unless [`HalfOpen::deciding`] says how many: with the least number of calls it is theirs.
//! - There a call is slow that takes longer than the limit, here one that takes the limit as well, unless [`Slow::Longer`].
//! - There a window of time is cut in seconds, here in as many slices as one likes.
//! - Both shares open it when they are reached, there and here. A share of nothing (a limit of 0 without a failure) opens nothing here;
//!   there 0 is no limit that one may set.
//!
//! The knobs that are off by default are those that users of its peers know. *Longest time half-open* is resilience4j's
//! `maxWaitDurationInHalfOpenState`: probes that hang give no answer, and with all of them given out nobody else may ask; after that time it
//! is open again. *Forget after* is gobreaker's `Interval`: a closed breaker begins another generation each time that it is over, so that
//! failures in a row which lie an hour apart do not add up. *Growth* is the interval function of resilience4j and the break duration
//! generator of Polly: each time that half-open leads back to open, the next probe is further off, up to a ceiling, and closing forgets it.
//!
//! A pass counts in the state that gave it: every change of state begins another *generation* (the word is sony/gobreaker's),
//! and what an earlier one left under way says nothing about this one.
//!
//! No timer runs. A breaker whose time is over is open until somebody asks, and that call is its first probe. So with the longest time
//! half-open: it is judged when somebody asks or a probe tells, as of the instant at which it was over, so that the open time after it
//! counts from there and nobody is let through who would not have been with a timer. What is shown meanwhile is the state that was
//! last asked for together with the instant at which it ends: a picture says that its time is over, and by whom it will be noticed.
//! Forgetting is noticed in the same way.

mod counting;
mod settings;
mod shown;

use super::window::{Counts, Mark, SlidingWindow};
use millrace_engine::{Env, StationSpec};
use millrace_spec::BreakerGauges;
use millrace_trace::{SimTime, StationId, StationKind, UNLIMITED};
use shown::Shown;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

pub use counting::{Checked, CountingBreaker};
pub use settings::{BreakerSettings, BreakerState, Growth, HalfOpen, Probing, Rejected, Slow, Trip};

/// A circuit breaker. Its clones are the same breaker.
#[derive(Clone)]
pub struct Breaker(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    settings: BreakerSettings,
    inner: RefCell<Inner>,
    shown: RefCell<Shown>,
}

struct Inner {
    state: BreakerState,
    generation: u64,
    failures: u32,
    successes: u32,
    /// When the time of an open one is over, and that of a half-open one which may not last for ever.
    until: SimTime,
    /// When this generation began.
    since: SimTime,
    /// How often it has opened without having closed in between.
    openings: u32,
    window: SlidingWindow,
    /// Probes let through in this half-open period, and not given back.
    probes: u32,
    /// How those went that have ended.
    probed: Counts,
    turned_away: u32,
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Breaker({})", self.state().word())
    }
}

impl Breaker {
    /// A closed breaker, at a station of its own that is a part of `parent`.
    pub fn open(env: &Env, parent: StationId, name: &str, settings: BreakerSettings) -> Breaker {
        let station = env.open(StationSpec { kind: StationKind::Gate, name, parent, capacity: UNLIMITED });
        env.state(station, BreakerState::Closed.word());
        let window = SlidingWindow::new(settings.window);
        let shown = RefCell::new(Shown::new(env, station, &settings, window.size()));
        let inner = RefCell::new(Inner {
            state: BreakerState::Closed,
            generation: 0,
            failures: 0,
            successes: 0,
            until: SimTime::ZERO,
            since: env.now(),
            openings: 0,
            window,
            probes: 0,
            probed: Counts::default(),
            turned_away: 0,
        });
        Breaker(Rc::new(Shared { env: env.clone(), station, settings, inner, shown }))
    }

    /// Lets one whose time is over know it, although nobody wants to make a call: it is half-open from now on.
    pub fn revisit(&self) {
        let shared = &self.0;
        let inner = &mut *shared.inner.borrow_mut();
        shared.ripens(inner);
        shared.show(inner);
    }

    /// Asks to make a call. Whoever gets a pass says on it how the call went.
    ///
    /// # Errors
    /// [`Rejected`] while the breaker is open, or half-open with all its probes given out.
    pub fn admit(&self) -> Result<Pass, Rejected> {
        let shared = &self.0;
        let inner = &mut *shared.inner.borrow_mut();
        let now = shared.env.now();
        shared.ripens(inner);
        inner.window.roll(now);
        let HalfOpen { permitted, counts, .. } = shared.settings.half_open;
        let admits = match (inner.state, counts) {
            (BreakerState::Closed | BreakerState::Disabled, _) => true,
            (BreakerState::Open | BreakerState::ForcedOpen, _) => false,
            (BreakerState::HalfOpen, Probing::InFlight) => inner.probes < permitted.max(1),
            (BreakerState::HalfOpen, Probing::Passed) => inner.successes < permitted.max(1),
        };
        if !admits {
            inner.turned_away = inner.turned_away.saturating_add(1);
        } else if inner.state == BreakerState::HalfOpen {
            inner.probes = inner.probes.saturating_add(1);
        }
        shared.show(inner);
        if admits {
            Ok(Pass { breaker: self.clone(), generation: inner.generation, given: now, settled: false })
        } else {
            Err(Rejected { until: (inner.state == BreakerState::Open).then_some(inner.until) })
        }
    }

    /// Its state. An open breaker whose time is over is open until somebody asks.
    pub fn state(&self) -> BreakerState {
        self.0.inner.borrow().state
    }

    /// Failures in a row: a success forgets them, opening does not.
    pub fn failures(&self) -> u32 {
        self.0.inner.borrow().failures
    }

    /// Successes of the last half-open period: the next one forgets them, closing does not.
    pub fn successes(&self) -> u32 {
        self.0.inner.borrow().successes
    }

    /// When an open breaker lets probes through again.
    pub fn retry_at(&self) -> Option<SimTime> {
        let inner = self.0.inner.borrow();
        (inner.state == BreakerState::Open).then_some(inner.until)
    }

    /// Turns every call away until it is reset.
    pub fn force_open(&self) {
        self.switch(BreakerState::ForcedOpen);
    }

    /// Lets every call through and counts nothing until it is reset.
    pub fn disable(&self) {
        self.switch(BreakerState::Disabled);
    }

    /// Closes it, whatever it was, and forgets everything but how many it turned away.
    pub fn reset(&self) {
        let inner = &mut *self.0.inner.borrow_mut();
        (inner.failures, inner.successes) = (0, 0);
        inner.window.clear();
        self.0.enter(inner, BreakerState::Closed);
        self.0.show(inner);
    }

    /// Its station.
    pub fn station(&self) -> StationId {
        self.0.station
    }

    /// What the gauges on its station mean.
    pub const fn gauges() -> BreakerGauges {
        BreakerGauges::ALL
    }

    fn switch(&self, state: BreakerState) {
        let inner = &mut *self.0.inner.borrow_mut();
        if inner.state != state {
            self.0.enter(inner, state);
            self.0.show(inner);
        }
    }
}

impl Shared {
    fn show(&self, inner: &Inner) {
        self.shown.borrow_mut().update(inner, &self.settings);
    }

    /// An open breaker whose time is over is half-open from now on.
    fn ripens(&self, inner: &mut Inner) {
        self.judge(inner);
        if inner.state == BreakerState::Open && self.env.now() >= inner.until {
            inner.successes = 0;
            self.enter(inner, BreakerState::HalfOpen);
        }
    }

    /// Begins another generation now.
    fn enter(&self, inner: &mut Inner, state: BreakerState) {
        self.enter_at(inner, state, self.env.now());
    }

    /// Ends a state whose time was over before now.
    fn judge(&self, inner: &mut Inner) {
        let now = self.env.now();
        match (inner.state, self.settings.half_open.at_most, self.settings.forget_after) {
            // A probe that tells at the very end is in time.
            (BreakerState::HalfOpen, Some(_), _) if now > inner.until => {
                self.enter_at(inner, BreakerState::Open, inner.until);
            }
            (BreakerState::Closed, _, Some(span)) if now > inner.since + span => {
                if let Trip::Consecutive(_) = self.settings.trip {
                    inner.failures = 0;
                    self.enter(inner, BreakerState::Closed);
                }
            }
            _ => {}
        }
    }

    /// Begins another generation as of an instant.
    fn enter_at(&self, inner: &mut Inner, state: BreakerState, at: SimTime) {
        inner.generation += 1;
        inner.since = at;
        (inner.probes, inner.probed) = (0, Counts::default());
        if matches!(state, BreakerState::HalfOpen | BreakerState::Closed) {
            inner.window.clear();
        }
        match (state, self.settings.half_open.at_most) {
            (BreakerState::Open, _) => {
                inner.openings = inner.openings.saturating_add(1);
                inner.until = at + self.settings.open_time(inner.openings);
            }
            (BreakerState::Closed, _) => inner.openings = 0,
            (BreakerState::HalfOpen, Some(span)) => inner.until = at + span,
            _ => {}
        }
        if std::mem::replace(&mut inner.state, state) != state {
            self.env.state(self.station, state.word());
        }
    }

    /// A call of this generation has ended.
    fn settle(&self, inner: &mut Inner, mark: Mark) {
        if mark.failed {
            inner.failures = inner.failures.saturating_add(1);
        } else {
            inner.failures = 0;
        }
        match inner.state {
            BreakerState::Closed => {
                inner.window.record(self.env.now(), mark);
                let trips = match self.settings.trip {
                    Trip::Consecutive(limit) => mark.failed && inner.failures >= limit,
                    Trip::Rate { .. } => {
                        inner.window.total().calls >= self.settings.minimum() && self.is_too_much(inner.window.total())
                    }
                };
                if trips {
                    self.enter(inner, BreakerState::Open);
                }
            }
            BreakerState::HalfOpen => {
                inner.probed.add(mark);
                inner.successes = inner.successes.saturating_add(u32::from(!mark.failed));
                let deciding = self.settings.half_open.deciding();
                let next = match self.settings.trip {
                    Trip::Consecutive(_) if mark.failed => Some(BreakerState::Open),
                    Trip::Consecutive(_) => (inner.successes >= deciding).then_some(BreakerState::Closed),
                    Trip::Rate { .. } if inner.probed.calls < deciding => None,
                    Trip::Rate { .. } if self.is_too_much(inner.probed) => Some(BreakerState::Open),
                    Trip::Rate { .. } => Some(BreakerState::Closed),
                };
                if let Some(next) = next {
                    self.enter(inner, next);
                }
            }
            // No pass of these generations counts.
            BreakerState::Open | BreakerState::ForcedOpen | BreakerState::Disabled => {}
        }
    }

    fn is_too_much(&self, counts: Counts) -> bool {
        let Trip::Rate { failures, slow, .. } = self.settings.trip else { return false };
        let reaches = |part: u32, share: f64| part > 0 && f64::from(part) / f64::from(counts.calls) >= share;
        reaches(counts.failures, failures) || reaches(counts.slow, slow)
    }
}

/// Leave to make one call. Dropped without a word, it gives its probe back and counts for nothing.
#[must_use = "a pass that is dropped says nothing about its call"]
pub struct Pass {
    breaker: Breaker,
    generation: u64,
    given: SimTime,
    settled: bool,
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pass(generation {})", self.generation)
    }
}

impl Pass {
    /// The call succeeded.
    pub fn success(self) {
        self.settle(false);
    }

    /// The call failed.
    pub fn failure(self) {
        self.settle(true);
    }

    /// The call was not made, or says nothing about the other side.
    pub fn ignore(self) {}

    fn settle(mut self, failed: bool) {
        self.settled = true;
        let shared = &self.breaker.0;
        let inner = &mut *shared.inner.borrow_mut();
        shared.judge(inner);
        if inner.generation == self.generation && inner.state != BreakerState::Disabled {
            let took = shared.env.now().since(self.given);
            shared.settle(inner, Mark { failed, slow: shared.settings.is_slow(took) });
        }
        shared.show(inner);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let shared = &self.breaker.0;
        let inner = &mut *shared.inner.borrow_mut();
        if !self.settled && inner.generation == self.generation && inner.state == BreakerState::HalfOpen {
            inner.probes = inner.probes.saturating_sub(1);
            shared.show(inner);
        }
    }
}
