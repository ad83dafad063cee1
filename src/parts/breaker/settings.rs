//! What a breaker is told, and the words for what it does.

use crate::parts::window::Window;
use crate::trace::{SimTime, Span};
use std::fmt;

/// When a breaker opens, for how long, and how it closes again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerSettings {
    /// What opens it.
    pub trip: Trip,
    /// The calls that rates are taken of. With [`Trip::Consecutive`] it is only shown.
    pub window: Window,
    /// A call that takes at least this long is slow.
    pub slow_after: Option<Span>,
    /// How long it turns calls away.
    pub open_for: Span,
    /// What it lets through then.
    pub half_open: HalfOpen,
}

impl BreakerSettings {
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

/// How a breaker probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HalfOpen {
    /// How many probes decide, at least one.
    pub permitted: u32,
    /// What is limited to that number.
    pub counts: Probing,
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
