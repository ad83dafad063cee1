//! The other end of a connection: what has come in on it, and how what is said goes out where somebody outside listens.
//!
//! On a real network a frame is written when the client's network has taken it, a pong comes when it comes, and the next message is read
//! when the last was handled. In virtual time there is no network: who listens takes a frame in the time that frames take, and is there.

use millrace_engine::{Env, Heard};
use millrace_parts::{Cond, Watch};
use millrace_spec::{Parting, Stream};
use millrace_trace::{Span, StationId};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// What is read from a socket.
pub(super) enum Incoming {
    Pong,
    /// A message of a simulated client, which says nothing.
    Message,
    /// One of somebody outside, with what is held until it was handled.
    Said(String, Box<dyn Any>),
    /// It is over, and why.
    Broken(Parting),
}

/// What has come in on a connection and was not read.
pub(super) struct Inbox {
    queue: RefCell<VecDeque<Incoming>>,
    came: Cond,
    /// The client has closed its end.
    has_gone: Cell<bool>,
}

impl Inbox {
    pub fn new(env: &Env, station: StationId) -> Inbox {
        Inbox { queue: RefCell::default(), came: Cond::of(env, station), has_gone: Cell::new(false) }
    }

    /// How much lies in it.
    pub fn len(&self) -> usize {
        self.queue.borrow().len()
    }

    pub fn comes(&self, what: Incoming) {
        self.queue.borrow_mut().push_back(what);
        self.came.signal();
    }

    /// The client closes its end.
    pub fn goes(&self) {
        if !self.has_gone.replace(true) {
            self.comes(Incoming::Broken(Parting::Left));
        }
    }

    /// Whether the client has closed its end.
    pub fn has_gone(&self) -> bool {
        self.has_gone.get()
    }

    pub async fn next(&self) -> Incoming {
        loop {
            let first = self.queue.borrow_mut().pop_front();
            match first {
                Some(first) => return first,
                None => self.came.wait().await,
            }
        }
    }
}

/// Somebody outside who has connected.
pub(super) struct Caller {
    env: Env,
    /// The number of the exchange in which it is told what it is told.
    exchange: u32,
    pub(super) session: u32,
    pub(super) inbox: Rc<Inbox>,
    /// Something is on its way to it, and not taken.
    on_its_way: Watch<bool>,
}

impl Caller {
    pub fn new(env: &Env, exchange: u32, session: u32, station: StationId) -> Caller {
        let inbox = Rc::new(Inbox::new(env, station));
        Caller { env: env.clone(), exchange, session, inbox, on_its_way: Watch::new(env, false) }
    }

    /// What whoever carries the connection says of it.
    pub fn heard(&self, heard: Heard) {
        match heard {
            Heard::Said(text, handle) => self.inbox.comes(Incoming::Said(text, handle)),
            Heard::Took => self.on_its_way.set(false),
            Heard::Pong => self.inbox.comes(Incoming::Pong),
        }
    }

    /// Writes a frame to it: until its network has taken that, or as long as it takes where there is none.
    pub async fn takes(&self, text: &str, time: Span) {
        self.say(200, text, time).await;
    }

    /// Asks whether it is there. Whether the answer comes by itself, when it does.
    pub async fn is_asked(&self, time: Span) -> bool {
        let is_real = self.env.is_hosted();
        match is_real {
            true => self.say(Stream::PING, "", time).await,
            false => self.env.sleep(time).await,
        }
        is_real
    }

    async fn say(&self, status: u16, text: &str, time: Span) {
        self.on_its_way.set(true);
        self.env.reply(self.exchange, status, text);
        if self.env.is_hosted() {
            self.on_its_way.until(|on_its_way| !on_its_way).await;
        } else {
            self.env.sleep(time).await;
        }
    }

    /// Tells it why it is over, unless it has gone itself.
    pub fn is_told(&self, why: Parting) {
        let code = match why {
            // Whoever has gone hears nothing, and a process that ends says nothing.
            Parting::Left | Parting::Exit => return,
            Parting::Shutdown => 1_001,
            Parting::Replaced => 1_000,
            // It broke the rules of the house.
            Parting::Slow | Parting::Write | Parting::NoPong => 1_008,
        };
        if !self.inbox.has_gone() {
            self.env.reply(self.exchange, code, why.reason());
        }
    }
}
