//! What the HTTP server lets in, and what it writes.
//!
//! It gives a request times of its own: so long to be read, so long from then on until its answer is written, and so long a connection may be idle. A handler
//! knows nothing of them. Where it may take longer than there is time to write, what it has worked out is written nowhere, and its statistics call it
//! completed: so as documented there is more time to write than a request may take, and as shipped half as much.
//!
//! What must never be: a request that is let in and not waited for. So it counts as under way for as long as its future is there.

use super::life::Lifetime;
use millrace_engine::Env;
use millrace_parts::WaitGroup;
use millrace_trace::{Gauge, SimTime, StationId};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;

/// What the server counts, as gauges of the station of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// Connections that clients opened.
    Opened,
    /// Requests that were turned away, as the server does not listen any more.
    Refused,
    /// Requests that were not read within their time.
    Unread,
    /// Answers that were written nowhere.
    Unwritten,
}

impl Count {
    /// Its gauge: those before are of the shutdown, and of whatever else the process counts.
    pub const fn gauge(self) -> Gauge {
        Gauge(200 + self as u8)
    }
}

/// Why somebody was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// The server does not listen any more.
    Refused,
    /// It took too long to read.
    Unread,
    /// There was an answer, and no time left to write it.
    Unwritten,
}

/// The server. Hand each request to [`Http::serve`].
pub(super) struct Http {
    env: Env,
    station: StationId,
    p: Lifetime,
    listens: Cell<bool>,
    under_way: WaitGroup,
    /// When somebody last came from an address, or had its answer.
    last: RefCell<BTreeMap<u32, SimTime>>,
    counts: RefCell<[i64; 4]>,
}

impl Http {
    /// One that listens, and counts at a station.
    pub fn open(env: &Env, station: StationId, p: &Lifetime) -> Http {
        Http {
            env: env.clone(),
            station,
            p: p.clone(),
            listens: Cell::new(true),
            under_way: WaitGroup::new(env),
            last: RefCell::default(),
            counts: RefCell::default(),
        }
    }

    /// How much of something there was.
    #[cfg(test)]
    pub fn counted(&self, what: Count) -> i64 {
        self.counts.borrow().get(what as usize).copied().unwrap_or_default()
    }

    fn count(&self, what: Count) {
        let mut counts = self.counts.borrow_mut();
        if let Some(count) = counts.get_mut(what as usize) {
            *count += 1;
            self.env.gauge(self.station, what.gauge(), *count);
        }
    }

    /// A request comes from an address, and is handled: what its handler says, where the client gets to hear that. Dropped while it runs, it is under way no more.
    pub async fn serve<T>(&self, address: u32, handler: impl Future<Output = T>) -> Result<T, Unanswered> {
        if !self.listens.get() {
            self.count(Count::Refused);
            return Err(Unanswered::Refused);
        }
        let _under_way = self.under_way.under_way();
        self.connects(address);
        let Lifetime { sent_within, read_timeout, write_timeout, .. } = self.p;
        if !read_timeout.is_zero() && sent_within > read_timeout {
            self.env.sleep(read_timeout).await;
            self.leaves(address, false);
            self.count(Count::Unread);
            return Err(Unanswered::Unread);
        }
        if !sent_within.is_zero() {
            self.env.sleep(sent_within).await;
        }
        let read = self.env.now();
        // Nobody tells it that the time to write is over.
        let told = handler.await;
        let in_time = write_timeout.is_zero() || self.env.now().since(read) <= write_timeout;
        self.leaves(address, in_time);
        if !in_time {
            self.count(Count::Unwritten);
        }
        in_time.then_some(told).ok_or(Unanswered::Unwritten)
    }

    /// Somebody comes: on the connection that it has, or on a new one.
    fn connects(&self, address: u32) {
        let (now, idle) = (self.env.now(), self.p.idle_timeout);
        let last = self.last.borrow_mut().insert(address, now);
        if last.is_none_or(|last| !idle.is_zero() && now.since(last.min(now)) > idle) {
            self.count(Count::Opened);
        }
    }

    /// It has its answer, and its connection is idle from now on; or is closed, where it has none.
    fn leaves(&self, address: u32, is_answered: bool) {
        let mut last = self.last.borrow_mut();
        if is_answered {
            last.insert(address, self.env.now());
        } else {
            last.remove(&address);
        }
    }

    /// Nobody is let in any more, and who was is waited for.
    pub async fn closes(&self) {
        self.listens.set(false);
        self.under_way.wait().await;
    }

    /// Nobody is let in any more.
    pub fn hangs_up(&self) {
        self.listens.set(false);
    }

    /// Its process is gone: nobody is let in, and nobody is connected any more.
    pub fn crashes(&self) {
        self.hangs_up();
        self.last.take();
    }

    /// It listens again.
    pub fn listens(&self) {
        self.listens.set(true);
    }
}

#[cfg(test)]
mod tests {
    use super::super::life::tests::{read, span};
    use super::super::tests::run;
    use super::*;
    use millrace_spec::Fidelity;
    use millrace_trace::Span;
    use std::rc::Rc;

    #[test]
    fn what_is_ready_after_the_time_to_write_is_written_nowhere_and_its_handler_has_done_its_work() {
        let one = |takes: u64, fidelity| {
            let answer = Rc::new(Cell::new(None));
            let told = answer.clone();
            run(1, move |env| async move {
                let http = Http::open(&env, env.station(), &read(fidelity, &[]));
                let (inner, done) = (env.clone(), Cell::new(false));
                let answer = http.serve(0, async {
                    inner.sleep(Span::secs(takes)).await;
                    done.set(true);
                });
                told.set(Some(answer.await));
                assert!(done.get());
                // Nothing sooner: whoever waits for it hears of it when its handler is over.
                assert_eq!(env.now(), SimTime(Span::secs(takes).0));
            });
            answer.get()
        };
        assert_eq!(one(15, Fidelity::Shipped), Some(Ok(())));
        assert_eq!(one(16, Fidelity::Shipped), Some(Err(Unanswered::Unwritten)));
        // As documented a request never may take so long.
        assert_eq!(one(30, Fidelity::Documented), Some(Ok(())));
        let write = |fidelity| read(fidelity, &[]).write_timeout;
        assert!(write(Fidelity::Documented) >= Span::secs(30) && write(Fidelity::Shipped) < Span::secs(30));
    }

    #[test]
    fn who_sends_too_slowly_is_not_read_and_who_was_idle_for_too_long_needs_a_new_connection() {
        run(1, |env| async move {
            let http = Http::open(&env, env.station(), &read(Fidelity::Shipped, &[("sent-within", span(10_001))]));
            assert_eq!(http.serve(0, async {}).await, Err(Unanswered::Unread));
            assert_eq!((env.now(), http.counted(Count::Unread)), (SimTime(Span::secs(10).0), 1));
            let http = Http::open(&env, env.station(), &read(Fidelity::Shipped, &[("sent-within", span(10_000))]));
            for (rest, opened) in [(0, 1), (119, 1), (120, 1), (121, 2), (1, 2)] {
                env.sleep(Span::secs(rest)).await;
                assert_eq!(http.serve(3, async {}).await, Ok(()));
                assert_eq!(http.counted(Count::Opened), opened, "after {rest} s");
            }
            // One that was not answered lost its connection.
            assert_eq!(http.serve(4, async { env.sleep(Span::secs(16)).await }).await, Err(Unanswered::Unwritten));
            assert_eq!(http.serve(4, async {}).await, Ok(()));
            assert_eq!(http.counted(Count::Opened), 4);
        });
    }
}
