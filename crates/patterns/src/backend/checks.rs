//! What holds of the backend as a whole, and what there is to see at it.
//!
//! They are asked once a second, at the beats of whoever says the figures, and not at every instant: what they look at only grows. What grows after the last beat is
//! seen at the end, when nobody is inside any more.

use super::books::Count;
use super::{CLIENTS, HANDLER, POOL, benefits, crash, key, life, sockets, throttle};
use crate::request_handler::G;
use millrace_spec::{Check, RailGauges, ScalerGauges};
use millrace_trace::{Gauge, Ledger, Trace};

const S: ScalerGauges = ScalerGauges::ALL;
/// Half of the size of the pool, in millionths.
const HALF: i64 = 500_000;

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("as documented no more operations run than there are permits", |l, t| {
        !is_beat(l) || at(l, t, CLIENTS, Count::Beyond.gauge()) == 0 || is_shipped(l, t)
    })
    .by("the operations of each kind that run, against the permits of its pool"),
    Check::always("as documented no more requests are under way than may be", |l, t| {
        !is_beat(l) || at(l, t, HANDLER, G.peak) <= at(l, t, HANDLER, G.limit) || is_shipped(l, t)
    }),
    Check::always("as documented nothing is lost that was let in", |l, t| {
        !is_beat(l) || lost(l, t) == 0 || is_shipped(l, t)
    })
    .by("the tasks in the background that were thrown away or never run; what goes with the process counts nobody"),
    Check::always("a handler that is in no router counts nothing", |l, t| {
        !is_beat(l) || at(l, t, HANDLER, G.installed) == 1 || at(l, t, HANDLER, G.total) == 0
    }),
    Check::sometimes("requests were served and the handler counts none", |l, t| {
        is_beat(l) && at(l, t, CLIENTS, Gauge(0)) > 0 && at(l, t, HANDLER, G.total) == 0
    }),
    Check::sometimes("more operations ran than there are permits", |l, t| {
        is_beat(l) && at(l, t, CLIENTS, Count::Beyond.gauge()) > 0
    })
    .by("the operations of each kind that run, against the permits of its pool"),
    Check::sometimes("the limit was reached and nobody had been told that it is degraded", |l, t| {
        let reached = || at(l, t, HANDLER, G.peak) >= at(l, t, HANDLER, G.limit);
        is_beat(l) && at(l, t, HANDLER, G.installed) == 1 && reached() && at(l, t, HANDLER, G.degraded) == 0
    }),
    Check::sometimes("the pool grew although it was never half in use", |l, t| {
        is_beat(l) && at(l, t, POOL, S.stepped) > 0 && at(l, t, POOL, S.peak) < HALF
    })
    .by("the highest use that its manager ever saw"),
    Check::sometimes("somebody was turned away at the limit", |l, t| {
        let [_, _, over] = G.refused;
        is_beat(l) && at(l, t, HANDLER, over) > 0
    }),
    Check::sometimes("a word was found in the cache", |l, t| is_beat(l) && at(l, t, CLIENTS, Count::Hits.gauge()) > 0),
    benefits::CHECKS[0],
    benefits::CHECKS[1],
    benefits::CHECKS[2],
    benefits::CHECKS[3],
    benefits::CHECKS[4],
    benefits::CHECKS[5],
    benefits::CHECKS[6],
    throttle::CHECKS[0],
    throttle::CHECKS[1],
    life::CHECKS[0],
    life::CHECKS[1],
    crash::CHECKS[0],
    sockets::CHECKS[0],
    sockets::CHECKS[1],
    Check::ALL_LEFT,
];

/// Whether somebody says the figures at this instant, or nobody is inside, as at the end: to look for stations at each of millions takes longer than the run.
pub(super) fn is_beat(ledger: &Ledger) -> bool {
    ledger.now.0.is_multiple_of(key::EVERY.0) || ledger.tally.in_system == 0
}

/// A gauge of a station.
fn at(ledger: &Ledger, trace: &Trace, station: &str, gauge: Gauge) -> i64 {
    ledger.find(station, trace).map_or(0, |(_, row)| row.gauge(gauge))
}

fn is_shipped(ledger: &Ledger, trace: &Trace) -> bool {
    at(ledger, trace, HANDLER, G.is_shipped) == 1
}

/// How many tasks of the background were lost.
fn lost(ledger: &Ledger, trace: &Trace) -> i64 {
    const R: RailGauges = RailGauges::ALL;
    let all = R.dropped.into_iter().chain([R.never_run]);
    all.map(|gauge| at(ledger, trace, super::BACKGROUND.queue, gauge)).sum()
}
