//! What must hold of a breaker and of those who call through it.

use super::{BREAKER, UNBOUNDED};
use millrace_parts::Breaker;
use millrace_spec::Check;
use millrace_trace::{Ledger, SimTime, Span, Trace};

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("no more probes are let through than permitted", probes_within_limit),
    Check::always("as many probes are counted as under way as there are", probes_are_there).by(
        "the probes that were let through and have not told, against the calls that were made since it is half-open",
    ),
    Check::sometimes("the breaker opened", |l, t| {
        l.find(BREAKER, t).is_some_and(|(_, s)| s.state.is_some_and(|state| t.name(state) == "open"))
    }),
    Check::ALL_LEFT,
];

fn probes_within_limit(ledger: &Ledger, trace: &Trace) -> bool {
    let gauges = Breaker::gauges();
    let unbounded = ledger.find("results", trace).is_some_and(|(_, row)| row.gauge(UNBOUNDED) > 0);
    unbounded
        || ledger.find(BREAKER, trace).is_none_or(|(_, row)| row.gauge(gauges.probes) <= row.gauge(gauges.permitted))
}

/// What is counted is what is there. A call that was made at the very instant at which it became half-open may be a probe or the
/// last of the calls before.
fn probes_are_there(ledger: &Ledger, trace: &Trace) -> bool {
    let (gauges, Some((_, row))) = (Breaker::gauges(), ledger.find(BREAKER, trace)) else { return true };
    if row.state.is_none_or(|state| trace.name(state) != "half-open") {
        return row.gauge(gauges.probes) == 0;
    }
    let Some((callers, _)) = ledger.find("callers", trace) else { return true };
    let made_since = |since: SimTime| {
        let jobs = ledger.members(callers).filter_map(|(_, caller)| ledger.job(caller.in_hand?));
        jobs.filter(|job| job.calling() && job.since >= since).count() as i64
    };
    let (since, counted) = (row.state_since, row.gauge(gauges.probes) - row.gauge(gauges.calls));
    (made_since(since + Span::nanos(1))..=made_since(since)).contains(&counted)
}
