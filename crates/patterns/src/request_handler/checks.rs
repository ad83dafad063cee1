//! What holds of the handler, and what there is to see at it.

use super::{BREAKER, CLIENTS, G, HANDLER, QUEUE};
use millrace_parts::Breaker;
use millrace_spec::{Check, RailGauges};
use millrace_trace::ledger::StationRow;
use millrace_trace::{Gauge, Ledger, Outcome, Trace};

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("as documented no more are under way than may be", |l, t| {
        is_shipped(l, t) || count(l, t, G.peak) <= limit(l, t)
    }),
    Check::always("as documented as many are counted as under way as there are", |l, t| {
        is_shipped(l, t) || count(l, t, G.installed) == 0 || count(l, t, G.current) == inside(l, t)
    })
    .by("the handler's own count, against who has come and has not left"),
    Check::always("as documented whoever came is counted once", |l, t| {
        let kept = || count(l, t, G.total) == came(l, t) && count(l, t, G.failed) <= count(l, t, G.total);
        is_shipped(l, t) || count(l, t, G.installed) == 0 || kept()
    })
    .by("who came from the clients, against the handler's counts"),
    Check::always("where they go by class nobody is begun while somebody waits who matters more", |l, t| {
        let of_queue = |gauge| row(l, t, QUEUE).map_or(0, |row| row.gauge(gauge));
        of_queue(RailGauges::ALL.is_strict) == 0 || of_queue(RailGauges::ALL.inverted) == 0
    })
    .by("who waits of each class, as a request is begun"),
    Check::always("one that is in no router counts nothing", |l, t| {
        count(l, t, G.installed) == 1 || count(l, t, G.total) + count(l, t, G.failed) + count(l, t, G.peak) == 0
    }),
    Check::sometimes("the limit was reached and nobody had been told that it is degraded", |l, t| {
        count(l, t, G.peak) >= limit(l, t) && limit(l, t) > 0 && count(l, t, G.degraded) == 0
    }),
    Check::sometimes("somebody was told so below 80 % of the limit", |l, t| {
        count(l, t, G.degraded) > 0 && 100 * count(l, t, G.peak) <= 80 * limit(l, t)
    }),
    Check::sometimes("more were under way than may be", |l, t| {
        limit(l, t) > 0 && inside(l, t) > limit(l, t) && count(l, t, G.installed) == 1
    })
    .by("who has come and has not left, against the limit"),
    Check::sometimes("somebody was turned away and no count has it", |l, t| {
        let [breaker, health, over] = G.refused.map(|gauge| count(l, t, gauge));
        breaker + health > 0 && count(l, t, G.total) + over < came(l, t)
    })
    .by("who came from the clients, against the handler's counts"),
    Check::sometimes("more are counted as failed than as come", |l, t| {
        count(l, t, G.total) > 0 && count(l, t, G.failed) > count(l, t, G.total)
    }),
    Check::sometimes("more are counted as under way than there are", |l, t| count(l, t, G.current) > inside(l, t))
        .by("the handler's own count, against who has come and has not left"),
    Check::sometimes("the breaker opened although the server had not failed often enough", |l, t| {
        let [failures, _] = G.server_failures.map(|gauge| count(l, t, gauge));
        is_open(l, t) && failures < breaker(l, t, Breaker::gauges().limit)
    }),
    Check::sometimes("the breaker opened although never so many had failed in a row", |l, t| {
        let [failures, in_a_row] = G.server_failures.map(|gauge| count(l, t, gauge));
        let limit = breaker(l, t, Breaker::gauges().limit);
        is_open(l, t) && failures >= limit && in_a_row < limit
    }),
    Check::sometimes("the first request after the breaker's time was turned away", |l, t| {
        count(l, t, G.probe_refused) > 0
    }),
    Check::sometimes("several were let in by a breaker that was half-open", |l, t| {
        is_at(l, t, "half-open") && breaker(l, t, Breaker::gauges().probes) > 1
    }),
    Check::sometimes("a failure left the breaker half-open", |l, t| count(l, t, G.forgiven) > 0),
    Check::sometimes("the breaker opened and closed again", |l, t| {
        is_at(l, t, "closed") && breaker(l, t, Breaker::gauges().turned_away) > 0
    }),
    Check::sometimes("somebody was served and told nothing", |l, t| count(l, t, G.unanswered) > 0),
    Check::sometimes("a full queue was passed by", |l, t| count(l, t, G.jumped) > 0),
    Check::sometimes("a request was begun while somebody waited who matters more", |l, t| {
        row(l, t, QUEUE).is_some_and(|row| row.gauge(RailGauges::ALL.inverted) > 0)
    }),
    Check::sometimes("the health check turned somebody away", |l, t| {
        let [_, health, _] = G.refused.map(|gauge| count(l, t, gauge));
        health > 0
    }),
    Check::sometimes("requests were served and counted nowhere", |l, t| {
        l.tally.count(Outcome::Completed) > 0 && count(l, t, G.total) == 0
    }),
    Check::sometimes("a request took longer than it may", |l, t| count(l, t, G.timeouts) > 0),
    Check::ALL_LEFT,
];

fn row<'a>(ledger: &'a Ledger, trace: &Trace, name: &str) -> Option<&'a StationRow> {
    ledger.find(name, trace).map(|(_, row)| row)
}

fn count(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    row(ledger, trace, HANDLER).map_or(0, |row| row.gauge(gauge))
}

fn is_shipped(ledger: &Ledger, trace: &Trace) -> bool {
    count(ledger, trace, G.is_shipped) == 1
}

/// How many may be under way.
fn limit(ledger: &Ledger, trace: &Trace) -> i64 {
    count(ledger, trace, G.limit)
}

/// How many are at the clients: they have not come yet.
fn at_clients(ledger: &Ledger, trace: &Trace) -> i64 {
    row(ledger, trace, CLIENTS).map_or(0, |row| row.levels.present as i64)
}

/// How many have come and have not left.
fn inside(ledger: &Ledger, trace: &Trace) -> i64 {
    ledger.tally.in_system as i64 - at_clients(ledger, trace)
}

fn came(ledger: &Ledger, trace: &Trace) -> i64 {
    ledger.tally.offered as i64 - at_clients(ledger, trace)
}

fn breaker(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    row(ledger, trace, BREAKER).map_or(0, |row| row.gauge(gauge))
}

fn is_at(ledger: &Ledger, trace: &Trace, state: &str) -> bool {
    row(ledger, trace, BREAKER).and_then(|row| row.state).is_some_and(|at| trace.name(at) == state)
}

fn is_open(ledger: &Ledger, trace: &Trace) -> bool {
    is_at(ledger, trace, "open")
}
