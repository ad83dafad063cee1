//! What should hold of a bank; the best-practice lists of its document as statements that a run can verify.
//!
//! Each looks at gauges, states and counts of the run itself, so that it can come out either way: as shipped several of them
//! do not hold. What no run can show, such as fields that are pre-allocated, is not among them.

use super::car::{
    FLOOR, HEADING, HIGH, LOW, OVERTIME, PENDING_DOWN, PENDING_UP, SIGNAL_BUFFER, SIGNALS, STEPS, UNHEARD,
};
use super::system::{BETWEEN, FLEET, STALE};
use litemap::LiteMap;
use millrace_spec::Check;
use millrace_trace::{Gauge, Ledger, Outcome, StationId, StationKind, TaskId, Trace, ledger::StationRow};

fn cars(ledger: &Ledger) -> impl Iterator<Item = &StationRow> {
    cars_with_ids(ledger).map(|(_, car)| car)
}

fn cars_with_ids(ledger: &Ledger) -> impl Iterator<Item = (StationId, &StationRow)> {
    ledger.stations_with_ids().filter(|(_, s)| s.kind == StationKind::Car && s.closed.is_none())
}

fn breakers(ledger: &Ledger) -> impl Iterator<Item = &StationRow> {
    ledger.stations.iter().filter(|s| s.kind == StationKind::Gate)
}

/// Whether a station's declared state reads so.
fn is(station: &StationRow, state: &str, trace: &Trace) -> bool {
    station.state.is_some_and(|text| trace.name(text) == state)
}

/// The breaker of a car.
fn breaker(ledger: &Ledger, car: StationId) -> Option<&StationRow> {
    ledger.members(car).map(|(_, s)| s).find(|s| s.kind == StationKind::Gate)
}

fn has_work(car: &StationRow) -> bool {
    car.gauge(PENDING_UP) + car.gauge(PENDING_DOWN) > 0
}

fn in_range(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| {
        let (floor, low, high) = (car.gauge(FLOOR), car.gauge(LOW), car.gauge(HIGH));
        // A car whose range is upside down never moves.
        low > high || (low..=high).contains(&floor)
    })
}

fn nobody_stranded(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| car.gauge(HEADING) != 0 || !has_work(car))
}

fn signals_bounded(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| car.gauge(SIGNALS) <= i64::from(SIGNAL_BUFFER))
}

fn one_step_at_a_time(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| car.gauge(STEPS) <= 1)
}

fn no_name_twice(ledger: &Ledger, _: &Trace) -> bool {
    let mut names = LiteMap::new_vec();
    cars(ledger).all(|car| names.insert(car.name, ()).is_none())
}

fn fleet_gauge(ledger: &Ledger, gauge: Gauge, trace: &Trace) -> i64 {
    ledger.find(FLEET, trace).map_or(0, |(_, fleet)| fleet.gauge(gauge))
}

fn one_look_and_add_at_a_time(ledger: &Ledger, trace: &Trace) -> bool {
    fleet_gauge(ledger, BETWEEN, trace) <= 1
}

fn nobody_chooses_from_the_past(ledger: &Ledger, trace: &Trace) -> bool {
    fleet_gauge(ledger, STALE, trace) == 0
}

fn nobody_outlives(ledger: &Ledger, _: &Trace) -> bool {
    // As long as the main task is there the bank is open.
    ledger.live_tasks().any(|(id, _)| id == TaskId::MAIN) || ledger.live_tasks().next().is_none()
}

fn no_overtime(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| car.gauge(OVERTIME) == 0)
}

fn every_failure_heard(ledger: &Ledger, _: &Trace) -> bool {
    cars(ledger).all(|car| car.gauge(UNHEARD) == 0)
}

fn nobody_dropped(ledger: &Ledger, _: &Trace) -> bool {
    ledger.tally.count(Outcome::Cancelled) == 0
}

fn nobody_refused(ledger: &Ledger, _: &Trace) -> bool {
    ledger.tally.count(Outcome::Rejected) == 0
}

fn a_breaker_opened(ledger: &Ledger, trace: &Trace) -> bool {
    breakers(ledger).any(|breaker| is(breaker, "open", trace))
}

fn a_breaker_closed_again(ledger: &Ledger, trace: &Trace) -> bool {
    // It begins closed; where that is so since later, it was something else meanwhile.
    breakers(ledger).any(|breaker| is(breaker, "closed", trace) && breaker.state_since > breaker.opened)
}

fn nobody_kept_from_work(ledger: &Ledger, trace: &Trace) -> bool {
    let kept = |id| breaker(ledger, id).is_some_and(|breaker| is(breaker, "open", trace));
    !cars_with_ids(ledger).any(|(id, car)| has_work(car) && kept(id))
}

fn half_are_healthy(ledger: &Ledger, trace: &Trace) -> bool {
    let healthy = |id| breaker(ledger, id).is_some_and(|breaker| !is(breaker, "open", trace));
    let (all, well) =
        cars_with_ids(ledger).fold((0, 0), |(all, well), (id, _)| (all + 1, well + u32::from(healthy(id))));
    2 * well >= all
}

fn the_stopped_are_noticed(ledger: &Ledger, trace: &Trace) -> bool {
    let noticed = |id| breaker(ledger, id).is_some_and(|breaker| !is(breaker, "closed", trace));
    cars_with_ids(ledger).filter(|(_, car)| is(car, "stopped", trace) && has_work(car)).all(|(id, _)| noticed(id))
}

fn all_are_answered(ledger: &Ledger, _: &Trace) -> bool {
    ledger.exchanges.open.is_empty()
}

fn no_internal_error(ledger: &Ledger, _: &Trace) -> bool {
    ledger.exchanges.internal_errors == 0
}

/// The checks.
pub static CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("no car is outside its range", in_range).by("the floor of every car, against its lowest and highest"),
    Check::ALL_LEFT,
    Check::always("a car has at most ten signals waiting", signals_bounded)
        .under("Concurrency")
        .by("the signals in the buffer of every car"),
    Check::eventually("a car takes one step at a time", one_step_at_a_time)
        .under("Concurrency")
        .by("the most steps of every car that were under way at once"),
    Check::eventually("no two cars have one name", no_name_twice)
        .under("Concurrency")
        .by("the names of the cars in service"),
    Check::eventually("to look for a name and to take it is one step", one_look_and_add_at_a_time)
        .under("Concurrency")
        .by("the most additions of cars that had looked and not added at once"),
    Check::eventually("a car is chosen from the list as it is", nobody_chooses_from_the_past)
        .under("Concurrency")
        .by("the choices from a list that had changed since it was read"),
    Check::eventually("no task outlives the bank", nobody_outlives)
        .under("Concurrency")
        .by("the tasks that have not ended when the bank has closed"),
    Check::eventually("no step goes on when its time is up", no_overtime)
        .under("Performance")
        .by("the steps of every car that outlasted the operation timeout"),
    Check::eventually("every failed step is told to its breaker", every_failure_heard)
        .under("Error handling")
        .by("the steps that failed or timed out, against what the breaker was told"),
    Check::eventually("nobody was dropped on the way", nobody_dropped)
        .under("Error handling")
        .by("the people who left without having arrived"),
    Check::eventually("nobody was turned away", nobody_refused)
        .under("Error handling")
        .by("the people no car was found for"),
    Check::eventually("no car stands still with work to do", nobody_stranded)
        .under("Resilience")
        .by("the heading of every car, against what is pending there"),
    Check::eventually("no breaker keeps a car from its work for good", nobody_kept_from_work)
        .under("Resilience")
        .by("the cars with something pending whose breaker is open"),
    Check::sometimes("a breaker opened", a_breaker_opened).under("Resilience").by("the states of the breakers"),
    Check::sometimes("a breaker closed again", a_breaker_closed_again)
        .under("Resilience")
        .by("the states of the breakers"),
    Check::eventually("at least half of the cars are healthy", half_are_healthy)
        .under("Monitoring")
        .by("the cars whose breaker is not open, as the health checker counts them"),
    Check::eventually("no car that is stopped counts as in order", the_stopped_are_noticed)
        .under("Monitoring")
        .by("the cars that are stopped with something pending, against their breakers"),
    Check::eventually("every request was answered", all_are_answered)
        .under("API")
        .by("each exchange, and whether it has an answer"),
    Check::eventually("no request ended in an internal error", no_internal_error)
        .under("API")
        .by("the statuses of all answers"),
];
