//! What must hold of limiters, and what is to be seen of them.

use millrace_spec::{Check, LimiterGauges, LimiterRule};
use millrace_trace::{Ledger, Trace, Wait, ledger::StationRow};

const G: LimiterGauges = LimiterGauges::ALL;

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("all who asked were let through, were refused, or wait", |l, t| {
        limiters(l, t).all(|(_, row)| {
            let [asked, passed, refused, waiting] =
                [G.asked, G.passed, G.refused, G.waiting].map(|gauge| row.gauge(gauge));
            asked == passed + refused + waiting
        })
    })
    .by("what each limiter counts"),
    Check::always("as many are counted as waiting as there are", waiting_are_there)
        .by("the count of each limiter, against the tasks that wait at it"),
    Check::always("a log never lets more than its limit pass in any such time", |l, t| {
        limiter(l, t, LimiterRule::SlidingLog).is_none_or(|row| row.gauge(G.lost) > 0 || within_limit(row))
    })
    .by("the most that passed of one key in any time so long, unless a bucket was lost"),
    Check::always("GCRA and the token bucket say the same", |l, t| {
        let [bucket, gcra] = [LimiterRule::TokenBucket, LimiterRule::Gcra].map(|rule| limiter(l, t, rule));
        let (Some(bucket), Some(gcra)) = (bucket, gcra) else { return true };
        bucket.gauge(G.lost) > 0
            || [G.passed, G.refused, G.waiting].into_iter().all(|gauge| bucket.gauge(gauge) == gcra.gauge(gauge))
    })
    .by("what both count, where both are asked and no bucket was lost"),
    Check::sometimes("more than the limit passed within one such time", |l, t| {
        limiters(l, t).any(|(_, row)| !within_limit(row))
    })
    .by("the most that passed of one key in any time so long"),
    Check::sometimes("a fixed window let more than its limit pass within one such time", |l, t| {
        limiter(l, t, LimiterRule::FixedWindow).is_some_and(|row| !within_limit(row))
    })
    .by("the most that passed of one key in any time so long"),
    Check::sometimes("somebody was refused", |l, t| limiters(l, t).any(|(_, row)| row.gauge(G.refused) > 0)),
    Check::sometimes("somebody had to wait", |l, t| limiters(l, t).any(|(_, row)| row.gauge(G.waiting) > 0)),
    Check::sometimes("two buckets were made for one key, and one was lost", |l, t| {
        limiters(l, t).any(|(_, row)| row.gauge(G.lost) > 0)
    }),
    Check::eventually("nobody waits when it is over", |l, t| limiters(l, t).all(|(_, row)| row.gauge(G.waiting) == 0)),
    Check::ALL_LEFT,
];

fn limiter<'a>(ledger: &'a Ledger, trace: &Trace, rule: LimiterRule) -> Option<&'a StationRow> {
    ledger.find(rule.id(), trace).map(|(_, row)| row)
}

fn limiters<'a>(
    ledger: &'a Ledger,
    trace: &'a Trace,
) -> impl Iterator<Item = (millrace_trace::StationId, &'a StationRow)> {
    LimiterRule::ALL.into_iter().filter_map(|rule| ledger.find(rule.id(), trace))
}

fn within_limit(row: &StationRow) -> bool {
    row.gauge(G.most) <= row.gauge(G.limit)
}

fn waiting_are_there(ledger: &Ledger, trace: &Trace) -> bool {
    limiters(ledger, trace).all(|(id, row)| {
        let waits = |wait: &millrace_trace::ledger::WaitRow| wait.what == Wait::Acquire && wait.station == id;
        let there = ledger.live_tasks().filter(|(_, task)| task.wait.as_ref().is_some_and(waits)).count();
        row.gauge(G.waiting) == there as i64
    })
}
