//! What holds of the manager, and what there is to see at it.

use super::kind::Kind;
use super::{MANAGER, monitor, pool};
use millrace_spec::Check;
use millrace_trace::ledger::StationRow;
use millrace_trace::{Gauge, Ledger, Outcome, Trace};

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("as documented no more of a kind run than there are permits", |l, t| {
        manager(l, t, monitor::AS_DOCUMENTED) == 0 || !any(l, t, runs_beyond)
    })
    .by("who is in the hand of a worker, against the permits of its kind"),
    Check::always("as documented whoever runs or waits for a worker holds a permit", |l, t| {
        manager(l, t, monitor::AS_DOCUMENTED) == 0
            || !any(l, t, |l, t, of| {
                let inside = running(l, t, of) as u64 + of.rows(l, t, 1) + of.rows(l, t, 2);
                inside > of.permits(l, t).map_or(0, StationRow::taken)
            })
    })
    .by("the workers and the queue of each kind, against its permits"),
    Check::sometimes("more of a kind ran at once than there are permits", |l, t| any(l, t, runs_beyond)),
    Check::sometimes("submitters with a permit stood before a full queue", |l, t| {
        any(l, t, |l, t, of| {
            let is_full = of.row(l, t, 1).is_some_and(|queue| queue.levels.present >= u64::from(queue.capacity));
            is_full && of.permits(l, t).is_some_and(|permits| permits.taken() > 0)
        })
    })
    .by("who holds a permit while the queue has no room"),
    Check::sometimes("handlers ran, and no operation counted as active", |l, t| {
        any(l, t, |l, t, of| running(l, t, of) > 0 && of.gauge(l, t, pool::ACTIVE) == 0)
    })
    .by("the hands of the workers, beside the count"),
    Check::sometimes("a result was thrown away because nobody reads any", |l, t| {
        any(l, t, |l, t, of| of.gauge(l, t, pool::DROPPED) > 0)
    }),
    Check::sometimes("operations were done, and their average latency was said to be nought", |l, t| {
        l.tally.count(Outcome::Completed) > 0 && !any(l, t, |l, t, of| of.gauge(l, t, pool::LATENCY) > 0)
    }),
    Check::sometimes("a task was begun while somebody waited who matters more", |l, t| {
        any(l, t, |l, t, of| of.gauge(l, t, pool::INVERTED) > 0)
    }),
    Check::sometimes("a panic in a handler ended the process", |l, _| l.crash.is_some()),
    Check::sometimes("handlers ran for a second, and the statistics knew of no task", |l, t| {
        l.now.0 >= 1_000_000_000 && manager(l, t, monitor::TASKS) == 0 && any(l, t, |l, t, of| running(l, t, of) > 0)
    })
    .by("the hands of the workers, beside what the monitor said last"),
    Check::sometimes("the limit of memory that was told was twice the heap, whatever the host has", |l, t| {
        let [limit, heap] = [monitor::LIMIT, monitor::HEAP].map(|gauge| manager(l, t, gauge));
        limit > 0 && limit / 2 == heap
    }),
    Check::sometimes("what waited was thrown away at the end", |l, _| l.tally.count(Outcome::Lost) > 0),
    Check::sometimes("somebody who came was refused", |l, _| l.tally.count(Outcome::Rejected) > 0),
    Check::sometimes("somebody waited for a permit", |l, t| {
        any(l, t, |l, t, of| of.permits(l, t).is_some_and(|permits| !permits.queue.is_empty()))
    }),
    Check::ALL_LEFT,
];

/// The stations of a kind.
struct Of([&'static str; 5]);

impl Of {
    fn row<'a>(&self, ledger: &'a Ledger, trace: &Trace, place: usize) -> Option<&'a StationRow> {
        ledger.find(self.0.get(place)?, trace).map(|(_, row)| row)
    }

    fn permits<'a>(&self, ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
        self.row(ledger, trace, 0)
    }

    /// How many are at one of them.
    fn rows(&self, ledger: &Ledger, trace: &Trace, place: usize) -> u64 {
        self.row(ledger, trace, place).map_or(0, |row| row.levels.present)
    }

    fn gauge(&self, ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
        self.permits(ledger, trace).map_or(0, |row| row.gauge(gauge))
    }
}

/// Whether something is so of any kind.
fn any(ledger: &Ledger, trace: &Trace, is: impl Fn(&Ledger, &Trace, &Of) -> bool) -> bool {
    Kind::ALL.into_iter().any(|kind| is(ledger, trace, &Of(kind.stations())))
}

/// How many of its workers have a task in hand.
fn running(ledger: &Ledger, trace: &Trace, of: &Of) -> usize {
    let [.., workers, _] = of.0;
    ledger
        .find(workers, trace)
        .map_or(0, |(crew, _)| ledger.members(crew).filter(|(_, row)| row.in_hand.is_some()).count())
}

fn runs_beyond(ledger: &Ledger, trace: &Trace, of: &Of) -> bool {
    of.permits(ledger, trace).is_some_and(|permits| running(ledger, trace, of) as u64 > u64::from(permits.capacity))
}

fn manager(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    ledger.find(MANAGER, trace).map_or(0, |(_, row)| row.gauge(gauge))
}
