//! What a person does to a run while it runs, as data.
//!
//! Many events share an instant, so an intervention has its place in the run: virtual time and the number of events that
//! came before it. With that it is a part of the scenario, and a link replays it.

use super::faults::Onset;
use millrace_trace::SimTime;

/// Something done to a run, at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervention {
    /// When.
    pub at: SimTime,
    /// Where among the events of that instant.
    pub ordinal: Ordinal,
    /// What.
    pub action: Action,
}

/// Where among the events of its instant an intervention comes. By time alone is before all others of the instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ordinal {
    /// By time alone: it is applied before anything else happens at its instant, whatever happened before.
    ByTime,
    /// Once at least this many events have been logged: after the first poll that ends at or past this many.
    At(u64),
}

impl Ordinal {
    /// After this many events; after none is by time alone, and so a link writes it.
    pub const fn after(events: u64) -> Ordinal {
        if events == 0 { Ordinal::ByTime } else { Ordinal::At(events) }
    }

    /// How many events it waits for.
    pub const fn events(self) -> u64 {
        match self {
            Ordinal::ByTime => 0,
            Ordinal::At(events) => events,
        }
    }
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A fault begins.
    Fault {
        /// The fault's id in the pattern's scene.
        id: String,
        /// How it begins, and how long it lasts.
        onset: Onset,
    },
    /// A fault is switched off: the earliest of its kind that stands.
    Lift {
        /// The fault's id in the pattern's scene.
        id: String,
        /// Of which magnitude, where that is said: which member is let go.
        magnitude: Option<i64>,
    },
    /// A live parameter gets another value.
    Live {
        /// The parameter's key.
        key: String,
        /// Its value: nanoseconds, a count, or millionths of a share.
        value: i64,
    },
    /// Somebody asks the running system for something, over its own interface.
    Ask {
        /// Who: limits on the number of requests are kept by it.
        client: String,
        /// The method: `POST`.
        method: String,
        /// The path: `/v1/floors/request`.
        path: String,
        /// The body as it was sent, whatever it is.
        body: String,
    },
    /// Who asked does not want to hear of it any more: a stream ends.
    Hang {
        /// The exchange.
        exchange: u32,
    },
}
