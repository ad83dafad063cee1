//! The targets of the document, held against every second of the run; and what the rate of frames asks for, by Little's law.

use super::books::Count;
use super::process::Process;
use millrace_parts::Ticker;
use millrace_trace::Span;
use std::rc::Rc;

const SECOND: Span = Span::secs(1);

/// Writes down how the last second was, again and again.
pub(super) async fn watch(process: Rc<Process>) {
    let (env, books) = (&process.env, &process.books);
    let mut ticker = Ticker::new(env, SECOND).in_background();
    loop {
        ticker.tick().await;
        let mut second = books.take_second();
        books.set(Count::CameIn, second.came);
        books.set(Count::AnsweredIn, second.answered);
        books.set(Count::ApiP95, p95(&mut second.api));
        books.set(Count::SocketP95, p95(&mut second.added));
        // λ × S, with what let past the limits this second and how long its calls took.
        let mean = second.called.0.checked_div(second.calls.max(0) as u64).unwrap_or(0);
        let asks = second.admitted.max(0) as u64;
        books.set(Count::Needed, (asks.saturating_mul(mean).div_ceil(SECOND.0)) as i64);
    }
}

/// The 95th percentile by nearest rank, in ns; 0 of none.
fn p95(times: &mut [Span]) -> i64 {
    let rank = (times.len() * 95).div_ceil(100).max(1) - 1;
    if times.is_empty() {
        return 0;
    }
    let (_, at, _) = times.select_nth_unstable(rank);
    at.0 as i64
}
