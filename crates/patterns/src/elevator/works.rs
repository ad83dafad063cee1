//! What all cars of a bank share: times, limits, faults, and which of the two systems this is.

use super::params::Params;
use millrace_engine::Env;
use millrace_parts::{BreakerSettings, HalfOpen, Probing};
use millrace_spec::Fidelity;
use millrace_trace::Span;

/// The fault that stops a car.
pub const STOP_CAR: &str = "stop-car";
/// The fault that makes doors slow.
pub const SLOW_DOOR: &str = "slow-door";
/// The fault that lets motors fail.
pub const FAILING_MOTOR: &str = "failing-motor";

/// How cars move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// As the original: each step costs the time of a floor, a turn too.
    Reference,
    /// Sweeps as far as somebody wants, or to the end of the shaft.
    Sweep {
        /// Whether to the end.
        to_ends: bool,
    },
}

/// How a car is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The original's three classes.
    Reference,
    /// Whoever is closest.
    Nearest,
    /// Whose sweep comes by first.
    Sweep {
        /// Whether sweeps go to the end of the shaft.
        to_ends: bool,
    },
    /// Whoever brings everybody to their floors with the least delay.
    Time,
    /// The same, and people ride in the car they were told.
    Destination,
}

impl Policy {
    fn from_id(id: &str) -> Policy {
        match id {
            "nearest" => Policy::Nearest,
            "scan" => Policy::Sweep { to_ends: true },
            "look" => Policy::Sweep { to_ends: false },
            "etd" => Policy::Time,
            "destination" => Policy::Destination,
            _ => Policy::Reference,
        }
    }

    /// Whether people take the car they were told to, rather than the first that comes their way.
    pub fn is_binding(self) -> bool {
        matches!(self, Policy::Reference | Policy::Destination)
    }

    /// How cars move.
    pub fn rules(self) -> Rules {
        match self {
            Policy::Reference => Rules::Reference,
            Policy::Sweep { to_ends } => Rules::Sweep { to_ends },
            Policy::Nearest | Policy::Time | Policy::Destination => Rules::Sweep { to_ends: false },
        }
    }
}

/// What all cars share.
#[derive(Debug)]
pub struct Works {
    /// The parameters.
    pub p: Params,
    /// The documents' system or the code's.
    pub fidelity: Fidelity,
    /// How a car is chosen.
    pub policy: Policy,
}

impl Works {
    /// As the parameters say.
    pub fn new(p: Params, fidelity: Fidelity) -> Works {
        Works { policy: Policy::from_id(&p.policy), p, fidelity }
    }

    /// Whether this is the system that the document promises: one lock where there are two, timeouts that stop and count,
    /// nobody turned away whom a car could take.
    pub fn forgives(&self) -> bool {
        self.fidelity == Fidelity::Documented
    }

    /// Whether the breaker hears of failures.
    pub fn counts(&self) -> bool {
        self.p.breaker_counts == "all"
    }

    /// Whether a car is woken when its breaker lets calls through again.
    pub fn rekicks(&self) -> bool {
        self.p.rekick == "on"
    }

    /// The breaker of a car.
    pub fn breaker(&self) -> BreakerSettings {
        let half_open = HalfOpen { counts: Probing::Passed, ..HalfOpen::of(self.p.half_open) };
        BreakerSettings::plain(self.p.breaker_failures, self.p.breaker_reset, half_open)
    }

    /// How long the doors take, slow or not.
    pub fn door_time(&self, env: &Env) -> Span {
        let times = env.fault(SLOW_DOOR).unwrap_or(1).max(1) as u64;
        Span(self.p.door_time.0.saturating_mul(times))
    }
}
