//! What should hold of a bank; the best-practice list of its document as statements that a run can verify.

use super::car::{FLOOR, HEADING, HIGH, LOW, PENDING_DOWN, PENDING_UP, SIGNAL_BUFFER, SIGNALS};
use crate::spec::Check;
use crate::trace::{Ledger, Outcome, StationKind, Trace, ledger::StationRow};

fn cars(ledger: &Ledger) -> impl Iterator<Item = &StationRow> {
    ledger.stations.iter().filter(|s| s.kind == StationKind::Car && s.closed.is_none())
}

fn in_range(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| {
        let (floor, low, high) = (car.gauge(FLOOR), car.gauge(LOW), car.gauge(HIGH));
        // A car whose range is upside down never moves.
        low > high || (low..=high).contains(&floor)
    })
}

fn nobody_stranded(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| car.gauge(HEADING) != 0 || car.gauge(PENDING_UP) + car.gauge(PENDING_DOWN) == 0)
}

fn signals_bounded(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| car.gauge(SIGNALS) <= i64::from(SIGNAL_BUFFER))
}

fn a_breaker_opened(ledger: &Ledger, trace: &Trace) -> bool {
    ledger.stations.iter().any(|s| s.kind == StationKind::Gate && s.state.is_some_and(|t| trace.name(t) == "open"))
}

fn nobody_dropped(ledger: &Ledger, _: &Trace) -> bool {
    ledger.tally.count(Outcome::Cancelled) == 0
}

fn nobody_refused(ledger: &Ledger, _: &Trace) -> bool {
    ledger.tally.count(Outcome::Rejected) == 0
}

/// The checks.
pub static CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("no car is outside its range", in_range),
    Check::eventually("no car stands still with work to do", nobody_stranded),
    Check::always("Concurrency: a car has at most ten signals waiting", signals_bounded),
    Check::sometimes("Performance: a breaker opened", a_breaker_opened),
    Check::eventually("Error handling: nobody was dropped on the way", nobody_dropped),
    Check::eventually("Error handling: nobody was turned away", nobody_refused),
    Check::ALL_LEFT,
];
