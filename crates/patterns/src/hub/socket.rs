//! A connection, as the server has it: a task that writes to it and one that reads from it.

use super::params::Params;
use millrace_engine::{Env, Task};
use millrace_parts::{Client, Cond, Either, Hub, Letter, Ticker, Watch, at_most, select2, timeout};
use millrace_spec::{ClientGauges, HubGauges, Parting};
use millrace_trace::{Outcome, SimTime, Span};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;

const G: HubGauges = HubGauges::ALL;
const C: ClientGauges = ClientGauges::ALL;
/// How many messages of a client lie in its socket before it has to wait.
const ROOM: usize = 8;

/// What is read from a socket.
enum Incoming {
    Pong,
    Message,
    /// It is over, and why.
    Broken(Parting),
}

/// A connection.
pub(super) struct Socket {
    env: Env,
    hub: Hub,
    pub(super) client: Client,
    p: Rc<Params>,
    is_slow: bool,
    /// The line is cut: what is written goes nowhere, and neither side knows.
    pub(super) is_cut: Cell<bool>,
    /// The client has closed its end.
    has_gone: Cell<bool>,
    inbox: RefCell<VecDeque<Incoming>>,
    came: Cond,
    /// Nobody writes to it any more.
    written: Watch<bool>,
    handlers: RefCell<Vec<Task<()>>>,
}

impl Socket {
    pub(super) fn new(env: &Env, hub: &Hub, client: Client, p: &Rc<Params>, number: u32) -> Socket {
        Socket {
            env: env.clone(),
            hub: hub.clone(),
            p: p.clone(),
            is_slow: p.is_slow(number),
            is_cut: Cell::new(false),
            has_gone: Cell::new(false),
            inbox: RefCell::default(),
            came: Cond::of(env, client.station()),
            written: Watch::new(env, false),
            handlers: RefCell::default(),
            client,
        }
    }

    /// The client closes its end.
    pub(super) fn goes(&self) {
        if !self.has_gone.replace(true) {
            self.comes(Incoming::Broken(Parting::Left));
        }
    }

    /// The client sends again and again, as fast as it is read.
    pub(super) async fn sends(self: Rc<Self>, every: Span, first: Span) {
        self.env.sleep(first).await;
        while !self.has_gone.get() && self.client.why().is_none() {
            if self.inbox.borrow().len() < ROOM && !self.is_cut.get() {
                self.comes(Incoming::Message);
            }
            self.env.sleep(every).await;
        }
    }

    fn comes(&self, what: Incoming) {
        self.inbox.borrow_mut().push_back(what);
        self.came.signal();
    }

    async fn next(&self) -> Incoming {
        loop {
            let first = self.inbox.borrow_mut().pop_front();
            match first {
                Some(first) => return first,
                None => self.came.wait().await,
            }
        }
    }

    /// Writes messages as they come and a ping now and then, until the client is let go or cannot be written to.
    pub(super) async fn write_pump(self: Rc<Self>) {
        let mut ticker = (!self.p.ping.is_zero()).then(|| Ticker::new(&self.env, self.p.ping));
        let why = loop {
            let next = match &mut ticker {
                Some(ticker) => select2(&self.env, self.client.next(), ticker.tick()).await,
                None => Either::First(self.client.next().await),
            };
            let written = match next {
                Either::First(Some(letter)) => self.write(letter).await,
                Either::First(None) => break self.client.why().unwrap_or(Parting::Left),
                Either::Second(()) => self.ping().await,
            };
            if let Err(why) = written {
                break why;
            }
        };
        self.written.set(true);
        self.comes(Incoming::Broken(why));
    }

    /// Writes a message, and what else lies in the queue, in one frame.
    async fn write(&self, first: Letter) -> Result<(), Parting> {
        let mut frame = vec![first];
        while self.p.coalesces()
            && let Some(next) = self.client.try_next()
        {
            frame.push(next);
        }
        // Dropped on the way, the messages of the frame are lost.
        self.send(frame.len()).await?;
        if !self.is_cut.get() {
            frame.into_iter().for_each(|letter| letter.leave(Outcome::Completed));
        }
        Ok(())
    }

    /// Asks whether the client is there.
    async fn ping(&self) -> Result<(), Parting> {
        self.env.gauge(self.client.station(), C.pinged, self.env.now().0.max(1) as i64);
        self.send(1).await?;
        if !self.is_cut.get() {
            self.comes(Incoming::Pong);
        }
        Ok(())
    }

    /// Sends a frame, within the time that there is for it.
    async fn send(&self, messages: usize) -> Result<(), Parting> {
        if self.has_gone.get() {
            return Err(Parting::Left);
        }
        self.env.gauge(self.client.station(), C.wrote, messages as i64);
        self.hub.count(G.frames_of(messages), 1);
        let slow = if self.is_slow { self.p.slow_for.0.saturating_mul(messages as u64) } else { 0 };
        let takes = Span(self.p.write.0.saturating_add(slow));
        let written = at_most(&self.env, self.p.write_wait, self.env.sleep(takes));
        match select2(&self.env, written, self.client.cut()).await {
            Either::First(Ok(())) => Ok(()),
            Either::First(Err(_)) => Err(Parting::Write),
            Either::Second(()) => Err(self.client.why().unwrap_or(Parting::Left)),
        }
    }

    /// Reads until the client is gone or does not answer; then it is taken out of the map, and the connection closed.
    pub(super) async fn read_pump(self: Rc<Self>) {
        let why = self.read().await;
        self.leaving(1);
        self.client.leave(why).await;
        self.leaving(-1);
        self.written.until(|over| over).await;
        self.close();
    }

    fn leaving(&self, by: i64) {
        self.hub.count(G.leaving, by);
        self.env.gauge(self.client.station(), C.leaving, by.max(0));
    }

    async fn read(&self) -> Parting {
        let mut due = self.answered();
        loop {
            let read = match self.p.pong_wait.is_zero() {
                true => Ok(self.next().await),
                false => timeout(&self.env, due.since(self.env.now()), self.next()).await,
            };
            match read {
                Ok(Incoming::Pong) => due = self.answered(),
                Ok(Incoming::Message) => self.handle().await,
                Ok(Incoming::Broken(why)) => return why,
                Err(_) => return Parting::NoPong,
            }
        }
    }

    /// The client is there: until when it has to say so again.
    fn answered(&self) -> SimTime {
        let (env, station) = (&self.env, self.client.station());
        let due = env.now() + self.p.pong_wait;
        env.gauge(station, C.pinged, 0);
        env.gauge(station, C.pong_due, if self.p.pong_wait.is_zero() { 0 } else { due.0 as i64 });
        due
    }

    /// Handles what a client sent: before the next is read, or in a task of its own.
    async fn handle(&self) {
        if !self.p.handles_at_once() {
            return self.handled().await;
        }
        let task = self.env.spawn_at("handler", self.hub.station(), self.handled());
        let mut handlers = self.handlers.borrow_mut();
        handlers.retain(|task| !task.is_finished());
        handlers.push(task);
    }

    fn handled(&self) -> impl Future<Output = ()> + 'static {
        let (env, hub, takes) = (self.env.clone(), self.hub.clone(), self.p.handle);
        async move {
            let counted = Handled::up(hub);
            env.sleep(takes).await;
            drop(counted);
        }
    }

    /// Closes it, once. What is left in its queue goes nowhere.
    fn close(&self) {
        while let Some(letter) = self.client.try_next() {
            letter.leave(Outcome::Lost);
        }
        self.env.close(self.client.queue());
        self.env.close(self.client.station());
    }
}

/// A message of a client that is being handled, and counted as long as it is.
struct Handled(Hub);

impl Handled {
    fn up(hub: Hub) -> Handled {
        hub.count(G.handled, 1);
        Handled(hub)
    }
}

impl Drop for Handled {
    fn drop(&mut self) {
        self.0.count(G.handled, -1);
    }
}
