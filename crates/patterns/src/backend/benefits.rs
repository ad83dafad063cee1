//! What the document says that one gets of all this, and by which check of a run each can be seen.
//!
//! Each is something that happens, so one is seen or is not: as shipped most never are. They are asked at the beats of the key metrics and at no other instant, when those
//! say anything new.

use super::POOL;
use super::checks::is_beat;
use super::key::{self, ACTIVE, LATENCY, MODE, RECOVERED, SHRANK};
use millrace_spec::{Check, Closing, PoolGauges, Practice, ScalerGauges, Seen};
use millrace_trace::ledger::StationRow;
use millrace_trace::{Ledger, Trace};

/// Whether a key metric is more than nothing, at a beat.
fn is(ledger: &Ledger, trace: &Trace, key: usize) -> bool {
    is_beat(ledger) && key::read(key, ledger, trace) > 0
}

/// Whether a number of the pool of connections is anything, at a beat.
fn pool(ledger: &Ledger, trace: &Trace, is: impl Fn(&StationRow) -> bool) -> bool {
    is_beat(ledger) && ledger.find(POOL, trace).is_some_and(|(_, row)| is(row))
}

const ALLOCATED: &str = "fewer connections may be open when few of them are in use";
const DEGRADED: &str = "who came was told that the service is degraded";
const HEALED: &str = "the breaker opened, and closed again";
const COUNTED: &str = "operations count as active while they are worked on";
const TIMED: &str = "it is told how long operations take";
const TREND: &str = "it is told where the use of the pool is going";
const CLOSED: &str = "a connection that nobody needed was closed";

/// The checks of the benefits.
pub(super) const CHECKS: [Check; 7] = [
    Check::sometimes(ALLOCATED, |l, t| is(l, t, SHRANK)).by("the size of the pool, once a second"),
    Check::sometimes(DEGRADED, |l, t| is(l, t, MODE)).by("the mode of the handler, once a second"),
    Check::sometimes(HEALED, |l, t| is(l, t, RECOVERED)).by("the state of the breaker, once a second"),
    Check::sometimes(COUNTED, |l, t| ACTIVE.iter().any(|key| is(l, t, *key)))
        .by("what the manager counts, once a second"),
    Check::sometimes(TIMED, |l, t| is(l, t, LATENCY)).by("the mean latencies of the manager, once a second"),
    Check::sometimes(TREND, |l, t| pool(l, t, |row| row.gauge(ScalerGauges::ALL.trend) != 0))
        .by("the trend that the manager of the pool works out, once a second"),
    Check::sometimes(CLOSED, |l, t| {
        let unneeded = [Closing::IdleLimit, Closing::IdleTime, Closing::Lifetime];
        pool(l, t, |row| unneeded.iter().any(|why| row.gauge(PoolGauges::ALL.closed(*why)) > 0))
    })
    .by("what was closed as too many were idle, or for too long, or as it was too old, once a second"),
];

/// The benefits, by the headings of the document.
pub(super) const BENEFITS: &[Practice] = &[
    benefit("Scalability", "Resources are allocated by need", &[ALLOCATED]),
    benefit("Reliability", "Degrades instead of failing", &[DEGRADED]),
    benefit("Reliability", "A breaker against failures that spread", &[HEALED]),
    benefit("Observability", "Metrics of all operations", &[COUNTED]),
    benefit("Observability", "Times of all operations", &[TIMED]),
    benefit("Observability", "Trends of what is used", &[TREND]),
    benefit("Resources", "Nothing is kept that leaks", &[CLOSED]),
];

const fn benefit(list: &'static str, item: &'static str, checks: &'static [&'static str]) -> Practice {
    Practice { list, item, seen: Seen::Checked(checks) }
}
