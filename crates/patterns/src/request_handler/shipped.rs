//! The handler as its code has it: a check and then an increment, counters by hand, a breaker that counts everything, and a queue from which nobody comes back.

use super::Handler;
use super::request::{Ended, Request, Ticket, Told};
use millrace_engine::Env;
use millrace_parts::{BreakerState, Cond, Rx, TrySendError, Tx};
use millrace_spec::{BreakerGauges, HandlerGauges, HandlerStep};
use millrace_trace::{SimTime, Span, StationId, StationKind};
use std::cell::Cell;
use std::rc::Rc;

const G: HandlerGauges = HandlerGauges::ALL;
const B: BreakerGauges = BreakerGauges::ALL;

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
        if self.breaker.is_open(handler) {
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
            self.breaker.fails(handler);
        } else {
            self.breaker.succeeds();
        }
        handler.told(ended, let_in)
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

/// The breaker of that code. It counts all failures that there were while it is closed, whoever's they were; the check that finds its time over makes it
/// half-open and turns its own request away; half-open it lets everybody in, and opens again only with as many failures more.
pub(crate) struct CountingBreaker {
    env: Env,
    station: StationId,
    limit: u32,
    open_for: Span,
    state: Cell<BreakerState>,
    failures: Cell<u32>,
    until: Cell<SimTime>,
    turned_away: Cell<i64>,
    /// Those let in since it is half-open.
    let_in: Cell<i64>,
}

impl CountingBreaker {
    pub fn open(env: &Env, name: &str, limit: u32, open_for: Span) -> CountingBreaker {
        let station = env.open_plain(StationKind::Gate, name);
        env.state(station, BreakerState::Closed.word());
        env.gauge(station, B.limit, limit.into());
        env.gauge(station, B.permitted, 1);
        CountingBreaker {
            env: env.clone(),
            station,
            limit,
            open_for,
            state: Cell::new(BreakerState::Closed),
            failures: Cell::new(0),
            until: Cell::new(SimTime::ZERO),
            turned_away: Cell::new(0),
            let_in: Cell::new(0),
        }
    }

    /// Whether it turns a request away.
    fn is_open(&self, handler: &Handler) -> bool {
        if self.state.get() != BreakerState::Open {
            return false;
        }
        if self.env.now() >= self.until.get() {
            self.enters(BreakerState::HalfOpen);
            handler.books.count(G.probe_refused, 1);
        }
        self.turned_away.set(self.turned_away.get() + 1);
        self.env.gauge(self.station, B.turned_away, self.turned_away.get());
        true
    }

    pub fn state(&self) -> BreakerState {
        self.state.get()
    }

    /// It is closed, and has counted nothing.
    pub fn closes(&self) {
        if self.state.get() != BreakerState::Closed || self.failures.get() > 0 {
            self.enters(BreakerState::Closed);
        }
    }

    fn enters(&self, state: BreakerState) {
        self.state.set(state);
        self.env.state(self.station, state.word());
        if state != BreakerState::Open {
            self.fails_so_far(0);
            self.has_let_in(0);
        }
    }

    fn fails_so_far(&self, failures: u32) {
        if self.failures.replace(failures) != failures {
            self.env.gauge(self.station, B.failures, failures.into());
        }
    }

    fn has_let_in(&self, let_in: i64) {
        if self.let_in.replace(let_in) != let_in {
            self.env.gauge(self.station, B.probes, let_in);
        }
    }

    /// Somebody was let in.
    fn lets_in(&self) {
        if self.state.get() == BreakerState::HalfOpen {
            self.has_let_in(self.let_in.get() + 1);
        }
    }

    fn fails(&self, handler: &Handler) {
        self.fails_so_far(self.failures.get().saturating_add(1));
        if self.state.get() == BreakerState::Open {
            return;
        }
        if self.failures.get() >= self.limit {
            let until = self.env.now() + self.open_for;
            self.until.set(until);
            self.env.gauge(self.station, B.until, i64::try_from(until.nanos()).unwrap_or(i64::MAX));
            self.enters(BreakerState::Open);
        } else if self.state.get() == BreakerState::HalfOpen {
            handler.books.count(G.forgiven, 1);
        }
    }

    fn succeeds(&self) {
        if self.state.get() == BreakerState::HalfOpen {
            self.enters(BreakerState::Closed);
        }
    }
}
