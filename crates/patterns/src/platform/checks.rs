//! What has to hold of the platform, and what may happen to it.
//!
//! All of it is asked at every instant, of which there are sixty thousand a second: so the books are looked up by their place and not by name.

use super::books::Count;
use super::targets::{API_WITHIN, SOCKET_WITHIN};
use super::{BATCH, metrics};
use millrace_spec::Check;
use millrace_trace::ledger::StationRow;
use millrace_trace::{Ledger, Outcome};

pub(super) const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("what is turned away is over a limit, found the jobs full, or came after the signal", |l, _| {
        let why = [Count::FramesLimited, Count::Full, Count::Limited, Count::Refused];
        sum(l, &why) == l.tally.count(Outcome::Rejected) as i64
    })
    .by("the books, against the outcomes of all frames and requests"),
    Check::always("a frame or a request that is lost is known to be lost", |l, _| {
        sum(l, &[Count::FramesLost, Count::Unread, Count::RequestsLost]) == l.tally.count(Outcome::Lost) as i64
    })
    .by("the books, against the outcomes of all frames and requests"),
    Check::always("a frame that stays in the queue of the broker is known to", |l, _| {
        count(l, Count::LeftInQueue) == l.tally.count(Outcome::Cancelled) as i64
    })
    .by("the books, against the outcomes of all frames"),
    Check::always("an item that went into the batch is there, was written, failed, or is lost", |l, t| {
        let Some((_, batch)) = l.find(BATCH, t) else { return true };
        let inside = l.tally.at_stations as i64 - l.tally.in_system as i64;
        let gone = sum(l, &[Count::ItemsWritten, Count::ItemsFailed, Count::ItemsLost]);
        batch.levels.arrivals as i64 == gone + inside
    })
    .by("the batch, the books, and who is at the stations"),
    Check::sometimes("more workers were asked for than there are", |l, _| {
        count(l, Count::Needed) > count(l, Count::Workers)
    })
    .by("the frames of a second times the mean of their calls, λ × S"),
    Check::sometimes("a frame found the jobs full, and was dropped", |l, _| count(l, Count::Full) > 0),
    Check::sometimes("a socket sent more frames than it may", |l, _| count(l, Count::FramesLimited) > 0),
    Check::sometimes("an API request was over a limit", |l, _| count(l, Count::Limited) > 0),
    Check::sometimes("a user asked more often than it may", |l, _| count(l, Count::OverUser) > 0)
        .by("the bucket of a user who has a name"),
    Check::sometimes("more requests came from an address than may", |l, _| count(l, Count::OverAddress) > 0)
        .by("the bucket of an address"),
    Check::sometimes("who has no name was refused for what others without one had asked", |l, _| {
        count(l, Count::Anonymous) > 0
    })
    .by("the bucket of the user \"\""),
    Check::sometimes("a bucket was kept that nobody had asked for two minutes", |l, _| count(l, Count::Idle) > 0)
        .by("the buckets of users and addresses, once a second"),
    Check::sometimes("the API missed its 100 ms for a second", |l, _| count(l, Count::ApiP95) >= API_WITHIN)
        .by("the 95th percentile of a second"),
    Check::sometimes("the platform missed its 50 ms for a second", |l, _| count(l, Count::SocketP95) >= SOCKET_WITHIN)
        .by("the 95th percentile of what frames took beside their calls, in a second"),
    Check::sometimes("the row of an interview that never began was left", |l, _| count(l, Count::RowsLeft) > 0),
    Check::sometimes("a batch was sent to Redis again", |l, _| count(l, Count::Retries) > 0),
    Check::sometimes("a batch got no connection to Redis in time", |l, _| count(l, Count::PoolTimeouts) > 0),
    Check::sometimes("a query was cut off, and its connection closed", |l, _| count(l, Count::CutOff) > 0)
        .by("calls to a store that ended before they were answered"),
    Check::sometimes("a batch was refused by a store", |l, _| count(l, Count::ItemsFailed) > 0),
    Check::sometimes("frames were lost", |l, _| count(l, Count::FramesLost) > 0)
        .by("those that went with a worker, or with the process"),
    Check::sometimes("a frame was lost in the hand of a worker", |l, _| count(l, Count::HandsLost) > 0)
        .by("those that a worker had as it was killed, or as the process ended"),
    Check::sometimes("a frame went back to its broker from a worker that was gone", |l, _| {
        count(l, Count::Returned) > 0
    }),
    Check::sometimes("the service was asked for a frame a second time", |l, _| count(l, Count::Twice) > 0),
    Check::sometimes("a socket did not keep up, and was let go", |l, _| count(l, Count::LetGo) > 0),
    Check::sometimes("frames stayed in the queue of the broker", |l, _| count(l, Count::LeftInQueue) > 0),
    Check::sometimes("items of a batch were lost", |l, _| count(l, Count::ItemsLost) > 0),
    Check::sometimes("API requests were cut off", |l, _| count(l, Count::RequestsLost) > 0),
    metrics::ERRORS_FIRED,
    metrics::LATENCY_FIRED,
    metrics::QUEUE_FIRED,
    metrics::QUEUE_UNSEEN,
    metrics::SOCKETS_UNSEEN,
    Check::ALL_LEFT,
];

/// The station of the process is opened before any other, as the main task is at home there.
pub(super) fn process(ledger: &Ledger) -> Option<&StationRow> {
    ledger.stations.first()
}

/// What the books say.
pub(super) fn count(ledger: &Ledger, what: Count) -> i64 {
    process(ledger).map_or(0, |row| row.gauge(what.gauge()))
}

fn sum(ledger: &Ledger, what: &[Count]) -> i64 {
    what.iter().map(|what| count(ledger, *what)).sum()
}
