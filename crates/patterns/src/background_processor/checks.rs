//! What holds of the processor, and what there is to see at it.

use super::{G, OUTSIDE, QUEUE, WORKERS};
use millrace_spec::Check;
use millrace_trace::ledger::StationRow;
use millrace_trace::{Gauge, Ledger, Outcome, Trace};

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("where they go by class nobody is begun while somebody waits who matters more", |l, t| {
        count(l, t, G.is_strict) == 0 || count(l, t, G.inverted) == 0
    })
    .by("who waits of each class, as a task is begun"),
    Check::always("as documented nothing that was accepted is thrown away", |l, t| {
        count(l, t, G.keeps) == 0 || dropped(l, t) + count(l, t, G.never_run) == 0
    }),
    Check::always("what is lost is what was thrown away or never run", |l, t| {
        let counted = dropped(l, t) + count(l, t, G.never_run);
        l.tally.count(Outcome::Lost) as i64 <= counted
    })
    .by("the outcomes of all tasks, against what the processor counts"),
    Check::sometimes("somebody was turned away because there was no room", |l, t| count(l, t, G.refused) > 0),
    Check::sometimes("a task was thrown away that had been accepted", |l, t| dropped(l, t) > 0),
    Check::sometimes("a task was begun while somebody waited who matters more", |l, t| count(l, t, G.inverted) > 0),
    Check::sometimes("tasks waited outside while the main queue was empty", |l, t| {
        let outside = l.find(OUTSIDE, t).is_some_and(|(_, row)| row.levels.present > 1);
        outside && queue(l, t).is_some_and(|row| row.levels.present == 0)
    })
    .by("who waits where no queue counts it"),
    Check::sometimes("a task was handed to a worker that had gone", |l, t| count(l, t, G.stranded) > 0),
    Check::sometimes("a worker slept with a task in hand that had failed", |l, t| count(l, t, G.sleeping) > 0),
    Check::sometimes("a panic was counted as success", |l, t| count(l, t, G.panics_done) > 0),
    Check::sometimes("a handler ran on although its time was over", |l, t| count(l, t, G.left_running) > 0),
    Check::sometimes("what waited was lost with the processor", |l, t| {
        count(l, t, G.never_run) > count(l, t, G.stranded)
    })
    .by("what was never begun, against what was handed to nobody"),
    Check::sometimes("a task went before others of a higher class because it had waited so long", |l, t| {
        count(l, t, G.aged) > 0
    }),
    Check::sometimes("a task was tried again", |l, t| count(l, t, G.retried) > 0),
    Check::sometimes("there were fewer workers than at the start", |l, t| {
        let there = count(l, t, G.workers);
        there > 0 && l.find(WORKERS, t).is_some_and(|(crew, _)| there < l.members(crew).count() as i64)
    })
    .by("how many there are, against their places"),
    Check::sometimes("several tasks were done in one go", |l, t| {
        count(l, t, G.keeps) == 1
            && l.find(WORKERS, t).is_some_and(|(crew, _)| l.members(crew).any(|(_, row)| row.levels.in_service > 1))
    }),
    Check::ALL_LEFT,
];

fn queue<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(QUEUE, trace).map(|(_, row)| row)
}

fn count(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    queue(ledger, trace).map_or(0, |row| row.gauge(gauge))
}

fn dropped(ledger: &Ledger, trace: &Trace) -> i64 {
    G.dropped.iter().map(|gauge| count(ledger, trace, *gauge)).sum()
}
