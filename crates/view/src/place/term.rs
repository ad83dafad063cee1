//! The terms of the sum that must always hold: in which words jobs are where they are.

use millrace_trace::{StationKind, ledger::StationRow};

/// A word for where jobs are, with its place in the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// Terms stand in this order.
    pub order: u8,
    /// "queued"
    pub word: &'static str,
}

impl Term {
    /// A word at its place in the sum.
    pub const fn new(order: u8, word: &'static str) -> Term {
        Term { order, word }
    }

    /// With whoever makes them.
    pub const AT_SOURCE: Term = Term::new(0, "at source");
    /// Come, and not yet taken in.
    pub const BACKLOG: Term = Term::new(1, "in backlog");
    /// In a channel on the way to somebody who works on them.
    pub const QUEUED: Term = Term::new(2, "queued");
    /// With tasks of their own.
    pub const RUNNING: Term = Term::new(3, "running");
    /// Out on a call.
    pub const IN_FLIGHT: Term = Term::new(4, "in flight");
    /// With a worker.
    pub const IN_HAND: Term = Term::new(5, "in hand");
    /// With a worker that cannot go on.
    pub const PARKED: Term = Term::new(6, "parked");
    /// In a channel on the way to where results end up.
    pub const BUFFERED: Term = Term::new(7, "buffered");
    /// With whoever records them.
    pub const RECORDING: Term = Term::new(8, "recording");
    /// With something of a pool.
    pub const HOLDING: Term = Term::new(8, "holding");
    /// At a landing, or for something of a pool.
    pub const WAITING: Term = Term::new(9, "waiting");
    /// In something that travels.
    pub const RIDING: Term = Term::new(10, "riding");
    /// Where the picture shows nothing.
    pub const ELSEWHERE: Term = Term::new(255, "elsewhere");

    /// The term of a station that no place accounts for in words of its own.
    pub const fn of(row: &StationRow) -> Term {
        match row.kind {
            StationKind::Source => Term::AT_SOURCE,
            StationKind::Server => Term::IN_FLIGHT,
            StationKind::Worker => Term::IN_HAND,
            StationKind::Landing => Term::WAITING,
            StationKind::Car => Term::RIDING,
            StationKind::Crew => Term::RUNNING,
            StationKind::Sink => Term::RECORDING,
            StationKind::Channel | StationKind::Gate | StationKind::Pool => Term::ELSEWHERE,
        }
    }
}
