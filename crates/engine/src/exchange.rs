//! What somebody outside asks of the running system: a request over an interface that the program has of its own.
//!
//! It comes in as an intervention, so a link replays it, and it is data: whoever mounts the same interface on a real
//! network asks the same way.

use super::core::{AskHandler, Core};
use millrace_trace::{EventKind, SimTime};
use std::any::Any;
use std::fmt;

/// A request, with the number under which it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Its number in the run.
    pub number: u32,
    /// Who asks.
    pub client: String,
    /// The method, as HTTP has it.
    pub method: String,
    /// The path, with its query if it has one.
    pub path: String,
    /// The body as it was sent.
    pub body: String,
    /// How it came, where it came over a real network.
    pub terms: Terms,
}

/// How a request came, beyond what it says. From a link or from the page it comes without a word about that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Its id, which its answer repeats. Where it has none, the system makes one of its number.
    pub id: Option<String>,
    /// The type of content that its answer should have, one of those that the route offers; none for the route's first.
    pub accept: Option<String>,
    /// What it says of who asks, as the header has it: `Bearer …`.
    pub authorization: Option<String>,
    /// Why it can be counted and answered, and nothing more.
    pub unfit: Option<Unfit>,
}

/// Why a request cannot be worked on, whatever it asks for. It came all the same: it counts, and it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// What it asks for streams, and it offers no protocol that can.
    Plain,
    /// Its body is larger than anything that is read.
    TooLarge,
    /// Its body did not arrive in time.
    TooLate,
    /// Its body broke off.
    Cut,
}

impl Unfit {
    /// The status of HTTP that says so.
    pub const fn status(self) -> u16 {
        match self {
            Unfit::Plain => 426,
            Unfit::TooLarge => 413,
            Unfit::TooLate => 408,
            Unfit::Cut => 400,
        }
    }

    /// The same in words.
    pub const fn message(self) -> &'static str {
        match self {
            Unfit::Plain => "this route streams: connect to it by a WebSocket",
            Unfit::TooLarge => "the body is larger than a mebibyte",
            Unfit::TooLate => "the body did not arrive in time",
            Unfit::Cut => "the body broke off",
        }
    }
}

impl Exchange {
    /// The path without its query.
    pub fn place(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// Its id: its own, or one made of its number.
    pub fn id(&self) -> String {
        self.terms.id.clone().unwrap_or_else(|| Exchange::id_of(self.number))
    }

    /// The id of an exchange that came without one.
    pub fn id_of(number: u32) -> String {
        format!("req-{number}")
    }
}

/// What whoever carries an exchange that goes on says of it, where time is real.
pub enum Heard {
    /// The client said something. What comes with it is dropped when that was handled, and only then the next is read.
    Said(String, Handle),
    /// The client's network took what was said to it last.
    Took,
    /// The client answered that it is there.
    Pong,
}

/// What holds back the next message of a client, whatever it is made of.
pub type Handle = Box<dyn Any + Send>;

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Heard::Said(text, _) => write!(f, "Said({} bytes)", text.len()),
            Heard::Took => f.write_str("Took"),
            Heard::Pong => f.write_str("Pong"),
        }
    }
}

impl Core {
    /// Begins an exchange.
    pub fn asked(&self, client: &str, request: &str) -> u32 {
        let exchange = self.next_exchange.replace(self.next_exchange.get() + 1);
        if !self.closed.get() {
            let (client, request) = {
                let mut trace = self.trace_mut();
                (trace.text(client), trace.text(request))
            };
            self.emit(EventKind::Asked { exchange, client, request });
        }
        exchange
    }

    /// Somebody outside asks the program for something. The number of the exchange.
    pub(super) fn ask(&self, client: &str, (method, path, body): (&str, &str, &str), terms: Terms) -> u32 {
        let gap = if body.is_empty() { "" } else { "\n" };
        let number = self.asked(client, &format!("{method} {path}{gap}{body}"));
        let exchange = Exchange {
            number,
            client: client.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            body: body.to_owned(),
            terms,
        };
        let handler = self.ask_handler.borrow().clone();
        match handler {
            Some(handler) => handler(exchange),
            // The program's first turn is still to come.
            None if self.now() == SimTime::ZERO => self.early.borrow_mut().push(exchange),
            None => {
                self.emit_text("nobody answers here", |body| EventKind::Replied {
                    exchange: number,
                    status: 404,
                    body,
                });
            }
        }
        number
    }

    /// The program listens from now on.
    pub(super) fn listen(&self, handler: AskHandler) {
        self.ask_handler.replace(Some(handler.clone()));
        let early = std::mem::take(&mut *self.early.borrow_mut());
        early.into_iter().for_each(|exchange| handler(exchange));
    }

    /// Whoever carries an exchange says something of it.
    pub(super) fn heard(&self, exchange: u32, heard: Heard) {
        let handler = self.heard_handler.borrow().clone();
        if let Some(handler) = handler {
            handler(exchange, heard);
        }
    }

    /// Who asked has gone.
    pub(super) fn hang(&self, exchange: u32) {
        let handler = self.hang_handler.borrow().clone();
        if let Some(handler) = handler {
            handler(exchange);
        }
    }
}
