//! What should hold of a cache, and what may be seen of it.

use super::book::G;
use super::{FLIGHTS, REQUESTS};
use millrace_spec::Check;
use millrace_trace::ledger::StationRow;
use millrace_trace::{Gauge, Ledger, Outcome, Trace};

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("every request that was served got its value from one of the three", |l, t| {
        cache(l, t).is_none_or(|cache| {
            let served: i64 = G.hits.iter().map(|hits| cache.gauge(*hits)).sum();
            served == l.tally.count(Outcome::Completed) as i64
        })
    })
    .by("the hits of both levels and the origin, against the requests that are done"),
    Check::always("as many loads are counted as there are calls at the origin", |l, t| {
        let origin = l.find("server", t).map_or(0, |(_, origin)| origin.levels.present);
        count(l, t, G.loads) == origin as i64
    }),
    Check::always("with single flight no key is loaded twice at once", |l, t| {
        l.find(FLIGHTS, t).is_none() || count(l, t, G.most_of_one) <= 1
    })
    .by("the most loads of one key that were ever under way at once"),
    Check::sometimes("L1 served a request", |l, t| hits(l, t, 0) > 0),
    Check::sometimes("L2 served a request", |l, t| hits(l, t, 1) > 0),
    Check::sometimes("somebody waited for a load of somebody else", |l, t| count(l, t, G.followed) > 0),
    Check::sometimes("a load was taken over from somebody who had gone", |l, t| count(l, t, G.took_over) > 0),
    Check::sometimes("one key was loaded several times at once", |l, t| count(l, t, G.most_of_one) > 1)
        .by("the most loads of one key that were ever under way at once"),
    Check::sometimes("somebody was handed a copy past its time", |l, t| count(l, t, G.stale) > 0)
        .by("until when the value was good, as it was loaded, against when it was read"),
    Check::sometimes("a write to L1 was dropped", |l, t| count(l, t, G.dropped) > 0),
    Check::sometimes("somebody did not find in L1 what had been written there", |l, t| count(l, t, G.unseen) > 0)
        .by("the writes that wait or were dropped, against what is looked up"),
    Check::sometimes("the origin was asked because L2 had failed", |l, t| count(l, t, G.taken_for_miss) > 0),
    Check::sometimes("somebody was handed a text where it had stored something else", |l, t| {
        count(l, t, G.mistyped) > 0
    })
    .by("what comes from L2 or was copied from there, where whoever asks expects the type that was stored"),
    Check::sometimes("a request failed because L2 had, and the origin was not asked", |l, t| {
        count(l, t, G.failed_by_l2) > 0
    }),
    Check::sometimes("a value was loaded again before its time was over", |l, t| count(l, t, G.refreshed) > 0),
    Check::ALL_LEFT,
];

fn cache<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(REQUESTS, trace).map(|(_, row)| row)
}

fn count(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    cache(ledger, trace).map_or(0, |cache| cache.gauge(gauge))
}

fn hits(ledger: &Ledger, trace: &Trace, level: usize) -> i64 {
    G.hits.get(level).map_or(0, |gauge| count(ledger, trace, *gauge))
}
