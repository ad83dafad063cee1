//! The handler as its code has it: a check and then an increment, counters by hand, a breaker that counts everything, and a queue from which nobody comes back.

use super::Handler;
use super::request::{Ended, Request, Ticket, Told};
use millrace_parts::{Checked, Cond, CountingBreaker, Rx, TrySendError, Tx};
use millrace_spec::{HandlerGauges, HandlerStep};
use millrace_trace::StationId;
use std::rc::Rc;

const G: HandlerGauges = HandlerGauges::ALL;

/// What only this handler has.
pub(crate) struct Shipped {
    pub breaker: CountingBreaker,
    /// The station of the queues, if there are some, and a queue for each class.
    pub main: Option<StationId>,
    /// See [`Shipped::main`].
    pub rails: Vec<(Tx<Ticket>, Rx<Ticket>)>,
    /// Where those are who were served and are told nothing.
    pub unanswered: StationId,
    /// The channel that is nil: who waits for it waits for ever.
    pub nil: Cond,
}

impl Shipped {
    /// Serves a request.
    pub async fn serve(&self, handler: &Handler, request: &Rc<Request>) -> Told {
        let books = &handler.books;
        if self.is_turned_away(handler) {
            return handler.refuses(HandlerStep::Breaker);
        }
        if !handler.is_healthy() {
            return handler.refuses(HandlerStep::Health);
        }
        if books.counted(G.current) >= i64::from(handler.p.limit()) {
            books.count(G.failed, 1);
            return handler.refuses(HandlerStep::Limit);
        }
        // An atomic load and then an atomic add: whoever runs in between has been let in by the same load.
        handler.env.turn().await;
        let before = books.counted(G.current);
        books.count(G.current, 1);
        let _there = books.there();
        books.count(G.total, 1);
        let let_in = handler.lets_in(before);
        self.breaker.lets_in();
        let ended = match self.queues(handler, request) {
            true => self.never_comes().await,
            false => handler.runs(request).await,
        };
        if ended.panicked {
            // It goes up the stack past all that would have counted it.
            return handler.told(ended, let_in);
        }
        if ended.status() >= 400 {
            books.count(G.failed, 1);
        }
        books.count(G.current, -1);
        handler.settles(request, ended);
        if ended.is_late() || ended.status() >= 400 {
            if self.breaker.fails() {
                handler.books.count(G.forgiven, 1);
            }
        } else {
            self.breaker.succeeds();
        }
        handler.told(ended, let_in)
    }

    /// Whether the breaker turns a request away. The check that finds its time over makes it half-open, and turns its own request away all the same.
    fn is_turned_away(&self, handler: &Handler) -> bool {
        let found = self.breaker.checks();
        if found == Checked::Ripe {
            handler.books.count(G.probe_refused, 1);
        }
        let is_turned_away = found != Checked::Admits;
        if is_turned_away {
            self.breaker.turns_away();
        }
        is_turned_away
    }

    /// Puts a request into the queue of its class. One that is full, or is not there, lets it run at once.
    fn queues(&self, handler: &Handler, request: &Rc<Request>) -> bool {
        let Some((rail, _)) = self.rails.get(request.rank.place()) else { return false };
        match rail.try_send(Ticket::new(request, &handler.books)) {
            Ok(()) => true,
            Err(TrySendError::Full(ticket) | TrySendError::Closed(ticket)) => {
                ticket.lapses();
                handler.books.count(G.jumped, 1);
                false
            }
        }
    }

    /// Waits until the context of the request is done: its channel is nil.
    async fn never_comes(&self) -> Ended {
        loop {
            self.nil.wait().await;
        }
    }
}

/// The processor of a class. What it does is done, and nobody hears of it.
pub(crate) async fn process(handler: Rc<Handler>, of: Rc<Shipped>, class: usize) {
    let Some((_, rail)) = of.rails.get(class) else { return };
    while let Some(mut ticket) = rail.recv().await {
        ticket.begins();
        let request = ticket.request.clone();
        let back = Back { request: &request, station: of.unanswered };
        let ended = handler.runs(&request).await;
        drop(back);
        handler.books.count(G.unanswered, 1);
        ticket.ends(ended);
    }
}

/// Whatever becomes of its processor, a request is with those who wait for ever afterwards.
struct Back<'a> {
    request: &'a Request,
    station: StationId,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.request.goes(self.station, false);
    }
}
