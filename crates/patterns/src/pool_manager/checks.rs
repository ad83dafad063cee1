//! What holds of a pool that is scaled, and what there is to see at it.

use super::{BREAKER, G, POOL};
use millrace_spec::{Check, Closing, ConnectionState, PoolGauges};
use millrace_trace::{Gauge, Ledger, Trace, ledger::StationRow};

/// Of the size, in millionths: half of it, and what its health is degraded above.
const HALF: i64 = 500_000;
const HIGH: i64 = 800_000;

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::CONNECTIONS_COUNTED,
    Check::ONE_HAND_A_CONNECTION,
    Check::NOBODY_WAITS_BESIDE_ONE,
    Check::always(
        "no more are idle or used than there may be, but those that were being opened as there became fewer",
        |l, t| {
            PoolGauges::counted(l, t).is_none_or(|(id, pool)| {
                let open = |state| matches!(state, ConnectionState::Idle | ConnectionState::InUse);
                PoolGauges::count(l, t, id, open) <= i64::from(pool.capacity)
            })
        },
    )
    .by("the places of the pool, where there are no more than 200"),
    Check::always("the size that the manager says is the one that the pool has", |l, t| {
        pool(l, t).is_none_or(|pool| pool.gauge(G.size) == i64::from(pool.capacity))
    }),
    Check::WAITED_FOR_A_CONNECTION,
    Check::sometimes("the pool grew", |l, t| count(l, t, G.stepped) > 0),
    Check::sometimes("the pool shrank", |l, t| count(l, t, G.stepped) < 0),
    Check::sometimes("the pool grew although less than half of it was in use", |l, t| {
        count(l, t, G.stepped) > 0 && count(l, t, G.mean) < HALF
    })
    .by("what the rule went by at a step"),
    Check::sometimes("the pool grew for what was expected, while the use was below what makes it grow", |l, t| {
        count(l, t, G.stepped) > 0 && count(l, t, G.expected) > 0 && count(l, t, G.mean) < count(l, t, G.up)
    }),
    Check::sometimes("an alert told of waits although nobody had waited since the look before", |l, t| {
        count(l, t, G.warns_of_waits) > 0 && count(l, t, G.waits_lately) == 0
    })
    .by("what was waited between the last two looks"),
    Check::sometimes("the health was degraded although no more than 80 % was in use", |l, t| {
        count(l, t, G.degraded) > 0 && count(l, t, G.used) <= HIGH
    })
    .by("the use at the last look"),
    Check::sometimes("more than ten were refused between two looks, and the breaker was closed", |l, t| {
        count(l, t, G.in_vain) > 10 && breaker(l, t) == Some("closed")
    }),
    Check::sometimes("the breaker opened", |l, t| breaker(l, t) == Some("open")),
    Check::sometimes("a connection was closed because there were to be fewer, or enough were idle", |l, t| {
        PoolGauges::closed_for(l, t, Closing::IdleLimit)
    }),
    Check::ALL_LEFT,
];

fn pool<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(POOL, trace).map(|(_, row)| row)
}

fn count(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    pool(ledger, trace).map_or(0, |row| row.gauge(gauge))
}

fn breaker<'t>(ledger: &Ledger, trace: &'t Trace) -> Option<&'t str> {
    let (_, row) = ledger.find(BREAKER, trace)?;
    row.state.map(|state| trace.name(state))
}
