//! A connection, as the server has it: a task that writes to it and one that reads from it.

use super::Server;
use super::line::{Caller, Inbox, Incoming};
use super::messages::Said;
use super::params::Params;
use millrace_engine::{Env, Task};
use millrace_parts::{Client, Either, Hub, Letter, OpenConnection, Ticker, Watch, at_most, select2, timeout};
use millrace_spec::{ClientGauges, HubGauges, Parting};
use millrace_trace::{Outcome, SimTime, Span};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::{Rc, Weak};

const G: HubGauges = HubGauges::ALL;
const C: ClientGauges = ClientGauges::ALL;
/// How many messages of a client lie in its socket before it has to wait.
pub(super) const ROOM: usize = 8;

/// A connection.
pub(super) struct Socket {
    env: Env,
    hub: Hub,
    pub(super) client: Client,
    p: Rc<Params>,
    is_slow: bool,
    /// The line is cut: what is written goes nowhere, and neither side knows.
    pub(super) is_cut: Cell<bool>,
    inbox: Rc<Inbox>,
    /// Who is at the other end, where that is somebody outside; else a simulated client.
    pub(super) caller: Option<Rc<Caller>>,
    server: Weak<Server>,
    /// It is counted as open.
    counted: RefCell<Option<OpenConnection>>,
    /// Nobody writes to it any more.
    written: Watch<bool>,
    handlers: RefCell<Vec<Task<()>>>,
    /// How many of its messages are being handled.
    handled: Rc<Cell<i64>>,
}

impl Socket {
    pub(super) fn new(server: &Rc<Server>, client: Client, number: u32, caller: Option<Rc<Caller>>) -> Socket {
        let (env, p) = (&server.env, &server.p);
        let inbox = match &caller {
            Some(caller) => caller.inbox.clone(),
            None => Rc::new(Inbox::new(env, client.station())),
        };
        Socket {
            env: env.clone(),
            hub: server.hub.clone(),
            p: p.clone(),
            is_slow: caller.is_none() && p.is_slow(number),
            is_cut: Cell::new(false),
            inbox,
            caller,
            server: Rc::downgrade(server),
            counted: RefCell::new(Some(server.metrics.connected())),
            written: Watch::new(env, false),
            handlers: RefCell::default(),
            handled: Rc::default(),
            client,
        }
    }

    /// The client closes its end.
    pub(super) fn goes(&self) {
        self.inbox.goes();
    }

    /// The client sends again and again, as fast as it is read.
    pub(super) async fn sends(self: Rc<Self>, every: Span, first: Span) {
        self.env.sleep(first).await;
        while !self.inbox.has_gone() && self.client.why().is_none() {
            if self.inbox.len() < ROOM && !self.is_cut.get() {
                self.inbox.comes(Incoming::Message);
            }
            self.env.sleep(every).await;
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
        self.inbox.comes(Incoming::Broken(why));
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
        match &self.caller {
            None => self.send(frame.len(), self.env.sleep(self.takes(frame.len()))).await?,
            Some(caller) => {
                let texts: Vec<&str> = frame.iter().map(|letter| letter.text.as_str()).collect();
                self.send(frame.len(), caller.takes(&texts.join("\n"), self.p.write)).await?;
            }
        }
        if !self.is_cut.get() {
            frame.into_iter().for_each(|letter| letter.leave(Outcome::Completed));
        }
        Ok(())
    }

    /// Asks whether the client is there.
    async fn ping(&self) -> Result<(), Parting> {
        self.env.gauge(self.client.station(), C.pinged, self.env.now().0.max(1) as i64);
        let comes_by_itself = match &self.caller {
            None => self.send(1, self.env.sleep(self.takes(1))).await.map(|()| false)?,
            Some(caller) => self.send(1, caller.is_asked(self.p.write)).await?,
        };
        if !self.is_cut.get() && !comes_by_itself {
            self.inbox.comes(Incoming::Pong);
        }
        Ok(())
    }

    /// How long a simulated client takes for a frame.
    fn takes(&self, messages: usize) -> Span {
        let slow = if self.is_slow { self.p.slow_for.0.saturating_mul(messages as u64) } else { 0 };
        Span(self.p.write.0.saturating_add(slow))
    }

    /// Sends a frame, within the time that there is for it.
    async fn send<T>(&self, messages: usize, written: impl Future<Output = T>) -> Result<T, Parting> {
        if self.inbox.has_gone() {
            return Err(Parting::Left);
        }
        self.env.gauge(self.client.station(), C.wrote, messages as i64);
        self.hub.count(G.frames_of(messages), 1);
        let written = at_most(&self.env, self.p.write_wait, written);
        match select2(&self.env, written, self.client.cut()).await {
            Either::First(Ok(written)) => Ok(written),
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
                true => Ok(self.inbox.next().await),
                false => timeout(&self.env, due.since(self.env.now()), self.inbox.next()).await,
            };
            let begun = self.env.now();
            match read {
                Ok(Incoming::Pong) => due = self.answered(),
                Ok(Incoming::Message) => self.handle(None).await,
                Ok(Incoming::Said(text, next)) => self.handle(Some((text, next))).await,
                Ok(Incoming::Broken(why)) => return why,
                Err(_) => return Parting::NoPong,
            }
            // Nothing is read while a message is handled, so a pong behind it is no later for that.
            let handled = self.env.now().since(begun);
            if !handled.is_zero() && !self.p.pong_wait.is_zero() {
                due = self.due_at(due + handled);
            }
        }
    }

    /// The client is there: until when it has to say so again.
    fn answered(&self) -> SimTime {
        self.env.gauge(self.client.station(), C.pinged, 0);
        self.due_at(self.env.now() + self.p.pong_wait)
    }

    /// Its next pong is due then.
    fn due_at(&self, due: SimTime) -> SimTime {
        let shown = if self.p.pong_wait.is_zero() { 0 } else { due.0 as i64 };
        self.env.gauge(self.client.station(), C.pong_due, shown);
        due
    }

    /// Handles what a client sent: before the next is read, or in a task of its own.
    async fn handle(&self, said: Option<(String, Box<dyn Any>)>) {
        let (text, next) = said.unzip();
        // A text may be long, and there may be any number of handlers: they have what it says.
        let said = text.map(|text: String| Said::read(&text));
        if !self.p.handles_at_once() {
            self.handled(said).await;
            return drop(next);
        }
        drop(next);
        let task = self.env.spawn_at("handler", self.hub.station(), self.handled(said));
        keep(&mut self.handlers.borrow_mut(), task, Task::is_finished);
    }

    fn handled(&self, said: Option<Result<Said, String>>) -> impl Future<Output = ()> + 'static {
        let (env, hub, own, takes) = (self.env.clone(), self.hub.clone(), self.handled.clone(), self.p.handle);
        let (server, session) = (self.server.clone(), self.client.session());
        // Nobody may think that all is done between the message and its handling.
        let working = server.upgrade().filter(|_| said.is_some()).map(|server| server.at_work.begin());
        async move {
            let (_working, counted) = (working, Handled::up(hub, own));
            match (said, server.upgrade()) {
                (Some(said), Some(server)) => server.hears(session, said).await,
                _ => env.sleep(takes).await,
            }
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
        self.counted.take();
    }
}

/// Keeps one more, and of many that came and went few: they are looked through only now and then.
fn keep<T>(all: &mut Vec<T>, one: T, is_over: impl Fn(&T) -> bool) {
    if all.len() >= 64 && all.len().is_power_of_two() {
        all.retain(|one| !is_over(one));
    }
    all.push(one);
}

/// A message of a client that is being handled, and counted as long as it is: by the hub, and by its connection.
struct Handled(Hub, Rc<Cell<i64>>);

impl Handled {
    fn up(hub: Hub, own: Rc<Cell<i64>>) -> Handled {
        hub.count(G.handled, 1);
        own.set(own.get() + 1);
        hub.peak(G.most_of_one, own.get());
        Handled(hub, own)
    }
}

impl Drop for Handled {
    fn drop(&mut self) {
        self.0.count(G.handled, -1);
        self.1.set(self.1.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_handlers_few_are_kept_and_they_are_not_looked_through_for_each_message() {
        let looks = Cell::new(0);
        let handled = |lasts: usize, messages: usize| {
            looks.set(0);
            let mut all = Vec::new();
            for now in 0..messages {
                keep(&mut all, now, |begun| {
                    looks.set(looks.get() + 1);
                    begun + lasts < now
                });
            }
            (all.len(), looks.get())
        };
        let (kept, looks) = handled(1, 10_000);
        assert!(kept <= 64 && looks <= 20_000, "{kept} kept, {looks} looks");
        let (kept, looks) = handled(5_000, 10_000);
        assert!(kept <= 10_000 && looks <= 20_000, "{kept} kept, {looks} looks");
    }
}
