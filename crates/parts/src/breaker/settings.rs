//! What a breaker is told, and the words for what it does.

use crate::window::Window;
use millrace_trace::{SimTime, Span};
use std::fmt;

/// When a breaker opens, for how long, and how it closes again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerSettings {
    /// What opens it.
    pub trip: Trip,
    /// The calls that rates are taken of. With [`Trip::Consecutive`] it is only shown.
    pub window: Window,
    /// A call that takes so long is slow.
    pub slow_after: Option<Span>,
    /// Whether one that takes exactly so long is.
    pub slow_is: Slow,
    /// After how long a closed breaker forgets what it counted; with [`Trip::Rate`] the window does that.
    pub forget_after: Option<Span>,
    /// How long it turns calls away.
    pub open_for: Span,
    /// How that grows when probes fail; none if it does not.
    pub growth: Option<Growth>,
    /// What it lets through then.
    pub half_open: HalfOpen,
}

impl BreakerSettings {
    /// The plainest breaker there is: so many failures in a row open it for that long, and so many probes close it.
    pub fn plain(failures: u32, open_for: Span, half_open: HalfOpen) -> BreakerSettings {
        BreakerSettings {
            trip: Trip::Consecutive(failures),
            window: Window::Calls(failures.clamp(1, 100)),
            slow_after: None,
            slow_is: Slow::AtLeast,
            forget_after: None,
            open_for,
            growth: None,
            half_open,
        }
    }

    /// Whether a call that took so long is slow.
    pub fn is_slow(&self, took: Span) -> bool {
        self.slow_after.is_some_and(|limit| match self.slow_is {
            Slow::AtLeast => took >= limit,
            Slow::Longer => took > limit,
        })
    }

    /// How long it stays open when it opens for the `nth` time, from 1, without having closed in between.
    pub(super) fn open_time(&self, nth: u32) -> Span {
        let Some(Growth { factor, most }) = self.growth else { return self.open_for };
        let (mut time, most) = (self.open_for.0 as f64, most.max(self.open_for).0 as f64);
        for _ in 1..nth {
            if time >= most || factor <= 1.0 {
                break;
            }
            time *= factor;
        }
        Span(time.min(most) as u64)
    }

    /// The fewest calls that a rate is taken of.
    pub(super) fn minimum(&self) -> u32 {
        match (self.trip, self.window) {
            (Trip::Consecutive(_), _) => 0,
            (Trip::Rate { minimum, .. }, Window::Calls(calls)) => minimum.min(calls).max(1),
            (Trip::Rate { minimum, .. }, Window::Time { .. }) => minimum.max(1),
        }
    }
}

/// What opens a breaker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trip {
    /// So many failures in a row.
    Consecutive(u32),
    /// A share of the calls in the window. No failure, or no slow call, is no share.
    Rate {
        /// The share of failed calls that opens it, from 0 to 1.
        failures: f64,
        /// The share of slow calls that opens it, from 0 to 1.
        slow: f64,
        /// Calls in the window before a share counts; at most the size of a window of calls.
        minimum: u32,
    },
}

/// Which calls are slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slow {
    /// Those that take the limit or longer.
    AtLeast,
    /// Those that take longer than the limit, as in resilience4j.
    Longer,
}

/// How the time for which a breaker is open grows each time a probe sends it back, until it closes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// By what it is multiplied, at least 1.
    pub factor: f64,
    /// Its ceiling; no less than the first time.
    pub most: Span,
}

/// How a breaker probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HalfOpen {
    /// How many probes are let through, at least one.
    pub permitted: u32,
    /// What is limited to that number.
    pub counts: Probing,
    /// How many of them decide, at most all; none for all.
    pub deciding: Option<u32>,
    /// How long it may last: then it opens again. None for ever.
    pub at_most: Option<Span>,
}

impl HalfOpen {
    /// So many probes let through until they have told, all of which decide, however long they take.
    pub const fn of(permitted: u32) -> HalfOpen {
        HalfOpen { permitted, counts: Probing::InFlight, deciding: None, at_most: None }
    }

    /// How many probes decide.
    pub(super) fn deciding(&self) -> u32 {
        let permitted = self.permitted.max(1);
        self.deciding.map_or(permitted, |deciding| deciding.clamp(1, permitted))
    }
}

/// What the number of permitted probes limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probing {
    /// The probes let through, whether or not they have ended.
    InFlight,
    /// Those that passed: any number may be under way, which is a thundering herd at a server that is just coming back.
    Passed,
}

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Lets them through, and counts.
    Closed,
    /// Turns them away until its time is over.
    Open,
    /// Lets probes through.
    HalfOpen,
    /// Turns them away until it is reset.
    ForcedOpen,
    /// Lets them through and counts nothing.
    Disabled,
}

impl BreakerState {
    /// The word for it on its station.
    pub fn word(self) -> &'static str {
        match self {
            BreakerState::Closed => "closed",
            BreakerState::Open => "open",
            BreakerState::HalfOpen => "half-open",
            BreakerState::ForcedOpen => "forced open",
            BreakerState::Disabled => "disabled",
        }
    }
}

/// The breaker turned the call away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// When it lets probes through again, if that is known.
    pub until: Option<SimTime>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("circuit breaker is open - request rejected")
    }
}

impl std::error::Error for Rejected {}
