//! What has to hold of a process that ends, and what may happen to it.

use super::{DATABASE, G, HUB, Kind, MODEL_FAILED, NO_BATCH, NO_CONNECTION, NO_POOL, PROCESS, Part};
use millrace_spec::{Check, PartState, Parting};
use millrace_trace::ledger::StationRow;
use millrace_trace::{Gauge, Ledger, Outcome, StationKind, Trace};

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("each request, frame, result and item is there, came to its end, or is known to be lost", |l, t| {
        let books = Books::of(l, t);
        let four = [Kind::Request, Kind::Frame, Kind::Result, Kind::Item];
        four.into_iter().map(|kind| books.inside(kind)).sum::<i64>() == l.tally.in_system as i64
            && four.into_iter().map(|kind| books.lost(kind)).sum::<i64>() == l.tally.count(Outcome::Lost) as i64
    })
    .by("the books of the process, against who is inside and the outcomes of all"),
    Check::always("a frame becomes one result, and a result one item", |l, t| {
        let books = Books::of(l, t);
        books.done(Kind::Frame) == books.came(Kind::Result) + books.count(MODEL_FAILED)
            && books.done(Kind::Result) == books.came(Kind::Item)
    })
    .by("the books of the process"),
    Check::always("a socket is open, got its close frame, or was cut off", |l, t| {
        let Some((hub, _)) = l.find(HUB, t) else { return true };
        let is_open = |row: &StationRow| row.closed.is_none() && !is_in(row, t, Parting::Exit.id());
        let sockets = l.members(hub).filter(|(_, row)| row.kind == StationKind::Worker);
        Books::of(l, t).inside(Kind::Socket) == sockets.filter(|(_, row)| is_open(row)).count() as i64
    })
    .by("the sockets of the hub, against the books"),
    Check::always("one part is stopped at a time", |l, t| {
        Part::ALL.into_iter().filter(|part| stands(l, t, *part, PartState::Stopping)).count() <= 1
    })
    .by("the state of each part"),
    Check::always("the process is gone when its grace is over", |l, t| {
        let deadline = Books::of(l, t).count(G.deadline);
        deadline == 0 || l.now.0 as i64 <= deadline
    })
    .by("the end of the grace"),
    Check::sometimes("a socket was cut off without a close frame", |l, t| loses(l, t, Kind::Socket)),
    Check::sometimes("frames were lost", |l, t| loses(l, t, Kind::Frame)),
    Check::sometimes("results were lost", |l, t| loses(l, t, Kind::Result)),
    Check::sometimes("items of a batch were lost", |l, t| loses(l, t, Kind::Item)),
    Check::sometimes("requests were cut off", |l, t| loses(l, t, Kind::Request)),
    Check::sometimes("what came after the signal was taken in and lost", |l, t| Books::of(l, t).count(G.late) > 0),
    Check::sometimes("a part was cut off because the grace was over", |l, t| {
        Part::ALL.into_iter().any(|part| stands(l, t, part, PartState::Forced))
    }),
    Check::sometimes("the last batch was written while the process waited for it", |l, t| {
        stands(l, t, Part::Batch, PartState::Stopping) && present(l, t, DATABASE.as_str()) > 0
    })
    .by("the batch processor, which is being stopped, and who is at the database"),
    Check::sometimes("a batch came to a connection that was closed", |l, t| Books::of(l, t).count(NO_CONNECTION) > 0),
    Check::sometimes("a frame came to a pool that takes none", |l, t| Books::of(l, t).count(NO_POOL) > 0),
    Check::sometimes("a result came to a batch that takes none", |l, t| Books::of(l, t).count(NO_BATCH) > 0),
    Check::sometimes("a request was turned away at the door", |l, t| Books::of(l, t).count(G.refused) > 0),
    Check::ALL_LEFT,
];

/// The books as the process keeps them.
struct Books<'a>(Option<&'a StationRow>);

impl<'a> Books<'a> {
    fn of(ledger: &'a Ledger, trace: &Trace) -> Books<'a> {
        Books(ledger.find(PROCESS, trace).map(|(_, row)| row))
    }

    fn count(&self, gauge: Gauge) -> i64 {
        self.0.map_or(0, |row| row.gauge(gauge))
    }

    fn came(&self, kind: Kind) -> i64 {
        self.count(G.came(kind.number()))
    }

    fn done(&self, kind: Kind) -> i64 {
        self.count(G.done(kind.number()))
    }

    fn lost(&self, kind: Kind) -> i64 {
        self.count(G.lost(kind.number()))
    }

    fn inside(&self, kind: Kind) -> i64 {
        self.came(kind) - self.done(kind) - self.lost(kind) - self.count(G.before(kind.number()))
    }
}

fn loses(ledger: &Ledger, trace: &Trace, kind: Kind) -> bool {
    Books::of(ledger, trace).lost(kind) > 0
}

fn is_in(row: &StationRow, trace: &Trace, state: &str) -> bool {
    row.state.is_some_and(|word| trace.name(word) == state)
}

fn stands(ledger: &Ledger, trace: &Trace, part: Part, state: PartState) -> bool {
    ledger.find(part.name(), trace).is_some_and(|(_, row)| is_in(row, trace, state.word()))
}

fn present(ledger: &Ledger, trace: &Trace, station: &str) -> u64 {
    ledger.find(station, trace).map_or(0, |(_, row)| row.levels.present)
}
