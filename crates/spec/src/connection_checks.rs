//! What must hold of every pool of connections, and what there is to see at one: asked of its station and of those of its places.

use super::{Check, Closing, ConnectionState, PoolGauges};
use millrace_trace::ledger::StationRow;
use millrace_trace::{Ledger, StationId, Trace};

const G: PoolGauges = PoolGauges::ALL;
/// Up to how many places are counted at every instant.
const COUNTED: u32 = 200;

impl PoolGauges {
    /// The name of the pool that these checks are about.
    pub const POOL: &str = "pool";

    /// The pool, once it is open.
    pub fn pool<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<(StationId, &'a StationRow)> {
        ledger.find(PoolGauges::POOL, trace)
    }

    /// The pool, where its places are few enough to be counted at every instant.
    pub fn counted<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<(StationId, &'a StationRow)> {
        PoolGauges::pool(ledger, trace).filter(|(_, pool)| pool.capacity <= COUNTED)
    }

    /// How many places of the pool stand so.
    pub fn count(ledger: &Ledger, trace: &Trace, pool: StationId, which: impl Fn(ConnectionState) -> bool) -> i64 {
        let stands = |row: &StationRow| row.state.and_then(|state| ConnectionState::of(trace.name(state)));
        ledger.members(pool).filter(|(_, row)| stands(row).is_some_and(&which)).count() as i64
    }

    /// Whether one was closed for this reason.
    pub fn closed_for(ledger: &Ledger, trace: &Trace, why: Closing) -> bool {
        PoolGauges::pool(ledger, trace).is_some_and(|(_, pool)| pool.gauge(G.closed(why)) > 0)
    }
}

impl Check {
    /// No more are open than may be.
    pub const CONNECTIONS_LIMITED: Check = Check::always("never are more connections open than may be", |l, t| {
        PoolGauges::pool(l, t).is_none_or(|(_, pool)| pool.gauge(G.taken) <= i64::from(pool.capacity))
    })
    .by("the places that are taken, those that are being opened and closed included, against how many there may be");

    /// The counts of the pool are those of its places.
    pub const CONNECTIONS_COUNTED: Check = Check::always("what is counted is there", |l, t| {
        PoolGauges::counted(l, t).is_none_or(|(id, pool)| {
            let open = pool.gauge(G.opened) - Closing::ALL.map(|why| pool.gauge(G.closed(why))).iter().sum::<i64>();
            let is_open =
                |state| matches!(state, ConnectionState::Idle | ConnectionState::InUse | ConnectionState::Leaked);
            pool.gauge(G.taken) == PoolGauges::count(l, t, id, ConnectionState::is_there)
                && open == PoolGauges::count(l, t, id, is_open)
        })
    })
    .by("the counts of the pool, against its places, where there are no more than 200");

    /// Nobody has what another has.
    pub const ONE_HAND_A_CONNECTION: Check = Check::always("no connection is in two hands", |l, t| {
        PoolGauges::counted(l, t).is_none_or(|(id, _)| l.members(id).all(|(_, row)| row.holders().len() <= 1))
    })
    .by("who is at each place, where there are no more than 200");

    /// Nobody is passed over.
    pub const NOBODY_WAITS_BESIDE_ONE: Check =
        Check::always("nobody waits beside an idle connection, or a place in which none is being opened", |l, t| {
            PoolGauges::counted(l, t).is_none_or(|(id, pool)| {
                let waiting = pool.queue.len() as i64;
                let opening = || PoolGauges::count(l, t, id, |state| state == ConnectionState::Opening);
                waiting == 0
                    || PoolGauges::count(l, t, id, |state| state == ConnectionState::Idle) == 0
                        && (pool.gauge(G.taken) >= i64::from(pool.capacity) || opening() >= waiting)
            })
        })
        .by("who waits, beside the places of the pool, where there are no more than 200");

    /// Those that are to be idle are, or are on their way; but for those whose opening came to nothing, which are tried again when one is taken or closed.
    pub const KEPT_WARM: Check = Check::always("as many connections as are to be idle are, or are being opened", |l, t| {
        PoolGauges::counted(l, t).is_none_or(|(id, pool)| {
            let comes = |state| matches!(state, ConnectionState::Idle | ConnectionState::Opening);
            pool.gauge(G.taken) >= i64::from(pool.capacity)
                || PoolGauges::count(l, t, id, comes) >= pool.gauge(G.kept_warm)
        })
    })
    .by("the places of the pool, as long as one is free and no opening came to nothing lately, where there are no more than 200");

    /// There was not one for everybody.
    pub const WAITED_FOR_A_CONNECTION: Check = Check::sometimes("somebody had to wait for a connection", |l, t| {
        PoolGauges::pool(l, t).is_some_and(|(_, pool)| !pool.queue.is_empty())
    });

    /// One did not work any more.
    pub const CONNECTION_BROKE: Check = Check::sometimes("a connection was closed because it was broken", |l, t| {
        PoolGauges::closed_for(l, t, Closing::Broken)
    });

    /// The other side did not want one more, or was not there.
    pub const CONNECTION_REFUSED: Check = Check::sometimes("a connection could not be opened", |l, t| {
        PoolGauges::pool(l, t).is_some_and(|(_, pool)| pool.gauge(G.refused) > 0)
    });
}
