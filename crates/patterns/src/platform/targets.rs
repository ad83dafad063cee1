//! The targets of the document, held against every second of the run; and what the rate of frames asks for, by Little's law.

use super::books::Count;
use super::process::Process;
use millrace_parts::Ticker;
use millrace_spec::{TargetSpec, Wanted};
use millrace_trace::Span;
use std::rc::Rc;

const SECOND: Span = Span::secs(1);

/// How many sessions there are to be, and how many messages a second.
pub(super) const SESSIONS: i64 = 10_000;
pub(super) const MESSAGES: i64 = 10_000;
/// API requests at the 95th percentile, and what the platform may add to a frame.
pub(super) const API_WITHIN: i64 = 100_000_000;
pub(super) const SOCKET_WITHIN: i64 = 50_000_000;

/// The targets of the document, each on a gauge of the scene.
pub(super) fn declared() -> Vec<TargetSpec> {
    let second = |name, gauge, wanted| TargetSpec { name, gauge, wanted, window: SECOND };
    vec![
        TargetSpec { window: Span::ZERO, ..second("Sessions", "connected", Wanted::AtLeast(SESSIONS)) },
        second("API p95", "api-second", Wanted::Below(API_WITHIN)),
        second("Socket p95", "socket-second", Wanted::Below(SOCKET_WITHIN)),
        second("Messages/s", "answered", Wanted::AtLeast(MESSAGES)),
    ]
}
/// A bucket that nobody has asked for so long is one that is kept for nothing: after twelve seconds even that of a user is as if it were new.
const IDLE: Span = Span::secs(120);

/// Writes down how the last second was, again and again.
pub(super) async fn watch(process: Rc<Process>) {
    let (env, books) = (&process.env, &process.books);
    let mut ticker = Ticker::new(env, SECOND).in_background();
    let mut mean = 0;
    loop {
        ticker.tick().await;
        let mut second = books.take_second();
        books.set(Count::CameIn, second.came);
        books.set(Count::AnsweredIn, second.answered);
        // Of a second in which nothing was answered there is none: what was last stays, as 0 would say that all was well.
        for (what, times) in [(Count::ApiP95, &mut second.api), (Count::SocketP95, &mut second.added)] {
            if let Some(p95) = p95(times) {
                books.set(what, p95);
            }
        }
        // λ × S, with what was let past the limits this second and how long its calls took: those of the last second in which one came to an end.
        mean = second.called.0.checked_div(second.calls.max(0) as u64).unwrap_or(mean);
        let asks = second.admitted.max(0) as u64;
        books.set(Count::Needed, (asks.saturating_mul(mean).div_ceil(SECOND.0)) as i64);
        let [kept, idle] = process.limits.kept(IDLE);
        books.set(Count::Buckets, kept as i64);
        books.set(Count::Idle, idle as i64);
        books.count(Count::Unseen, process.metrics.hides_the_queue().into());
        books.set(Count::SocketsUnseen, process.metrics.hidden_sockets());
    }
}

/// The 95th percentile by nearest rank, in ns; none of none.
fn p95(times: &mut [Span]) -> Option<i64> {
    let rank = (times.len() * 95).div_ceil(100).max(1) - 1;
    if times.is_empty() {
        return None;
    }
    let (_, at, _) = times.select_nth_unstable(rank);
    Some(at.0 as i64)
}
