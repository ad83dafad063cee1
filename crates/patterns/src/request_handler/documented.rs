//! The handler that the document promises: its limit holds, it says so when it is degraded, what matters more goes first, and its breaker recovers.
//!
//! To ask whether there is room and to take it is one step, and whoever has it gives it back by a guard: so the count is who is there, whatever becomes of them.
//! A request that is let in waits in the queue of its class until a processor takes it, and no longer than its time.

use super::Handler;
use super::request::{Ended, Request, Ticket, Told};
use millrace_parts::{Breaker, Cond, Pass, PriorityQueue, at_most};
use millrace_spec::{HandlerGauges, HandlerStep};
use millrace_trace::{Answer, StationId};
use std::cell::Cell;
use std::rc::Rc;

const G: HandlerGauges = HandlerGauges::ALL;

/// What only this handler has.
pub(crate) struct Documented {
    pub breaker: Breaker,
    /// Where requests wait for a processor, if they do.
    pub queue: Option<Queue>,
}

/// The queue by class.
pub(crate) struct Queue {
    pub all: PriorityQueue<Ticket>,
    pub came: Cond,
    pub closed: Cell<bool>,
}

impl Queue {
    /// Nobody works any more: who waits is told so.
    pub fn close(&self, nowhere: StationId) {
        self.closed.set(true);
        while self.all.take(nowhere).is_some() {}
    }
}

impl Documented {
    /// Serves a request.
    pub async fn serve(&self, handler: &Handler, request: &Rc<Request>) -> Told {
        let books = &handler.books;
        books.count(G.total, 1);
        let refuses = |step| {
            books.count(G.failed, 1);
            handler.refuses(step)
        };
        let Ok(pass) = self.breaker.admit() else { return refuses(HandlerStep::Breaker) };
        if !handler.is_healthy() {
            return refuses(HandlerStep::Health);
        }
        let before = books.counted(G.current);
        if before >= i64::from(handler.p.limit()) {
            return refuses(HandlerStep::Limit);
        }
        let place = books.under_way();
        let let_in = handler.lets_in(before);
        let ended = match &self.queue {
            Some(queue) => self.in_its_turn(handler, queue, request).await,
            None => handler.runs(request).await,
        };
        drop(place);
        handler.settles(request, ended);
        if ended.status() >= 400 {
            books.count(G.failed, 1);
        }
        tells(pass, ended);
        handler.told(ended, let_in)
    }

    /// Waits for a processor, and until that has done it; at most for as long as a request may take.
    async fn in_its_turn(&self, handler: &Handler, queue: &Queue, request: &Rc<Request>) -> Ended {
        if queue.closed.get() {
            return Ended::with(Answer::Cancelled);
        }
        let ticket = Ticket::new(request, &handler.books);
        // A full rail keeps its class waiting behind it, in its order: as many as may be under way have room.
        if queue.all.offer(ticket, request.rank.place()).is_ok() {
            queue.came.signal();
        }
        match at_most(&handler.env, handler.p.server.timeout, request.done()).await {
            Ok(ended) => ended,
            // Whoever is in hand has the same deadline there, and is told at this instant.
            Err(_) => match queue.all.withdraw(request.rank.place(), |ticket| ticket.request.id == request.id) {
                Some(ticket) => {
                    ticket.lapses();
                    request.goes(handler.station, true);
                    Ended::late_by_us()
                }
                None => request.done().await,
            },
        }
    }
}

/// Tells the breaker how it went. A mistake of whoever asked says nothing against the server; and nothing at all do a panic of our own, which the server has
/// answered before, and a time that was over in our own queue: who turned everybody away for that would have a short queue, and serve nobody.
fn tells(pass: Pass, ended: Ended) {
    match ended.is_of_server() {
        false => pass.ignore(),
        true if ended.status() >= 500 => pass.failure(),
        true => pass.success(),
    }
}

/// A processor: what matters most first.
pub(crate) async fn process(handler: Rc<Handler>, of: Rc<Documented>, station: StationId) {
    let Some(queue) = &of.queue else { return };
    loop {
        let Some(taken) = queue.all.take(station) else {
            queue.came.wait().await;
            continue;
        };
        let mut ticket = taken.item;
        ticket.begins();
        let (request, timeout) = (ticket.request.clone(), handler.p.server.timeout);
        let ended = if timeout.is_zero() {
            handler.runs(&request).await
        } else {
            let left = (request.since + timeout).since(handler.env.now());
            let done = millrace_parts::timeout(&handler.env, left, handler.runs(&request)).await;
            let had_most_of_it = left.0 >= timeout.0 / 2;
            done.unwrap_or(if had_most_of_it { Ended::with(Answer::TimedOut) } else { Ended::late_by_us() })
        };
        request.goes(handler.station, true);
        ticket.ends(ended);
    }
}
