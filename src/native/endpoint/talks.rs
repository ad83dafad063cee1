//! A stream of a system that listens too: what the client says goes in, a message after the other, and what the system says goes out only as
//! fast as the client reads it.
//!
//! Nothing is kept here. One message at a time is on its way out, and the system, which has a queue for each client, learns when it was
//! taken; so whoever does not read fills that queue, and then the system knows. That a socket took a message says little: the systems
//! below hold megabytes of what a client has not looked at. So now and then a ping goes out behind what was said, and its pong says that
//! all before it was read; with more than [`WINDOW`] not known to be read nothing counts as taken. One message at a time is on its way
//! in, too: the next is read when the last was handled. Deadlines, the question whether a client is there, and who is to go are the
//! system's affair.
//!
//! Who is let go because it does not read has to learn of it all the same, whenever it reads again. So with the last words the socket gets
//! room for them ([`AT_LAST`]): what was begun and the close frame go there, and the system below delivers them after the connection
//! is closed on this side.

use super::bounded::Requests;
use super::streams::{Last, REFUSAL, end, goodbye, shutdown, violation};
use super::system::{Answer, Conversation};
use crate::engine::Heard;
use crate::spec::Stream;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Bytes that may be on their way to a client, as far as is known, before what is said next has to wait for it to read.
const WINDOW: usize = 32 << 10;
/// Bytes after which it is asked how far it has read, if it was not asked already.
const ASK: usize = WINDOW / 2;
/// What stands in a ping that asks so. Those of the system are empty.
const HOW_FAR: Bytes = Bytes::from_static(b"read");
/// Bytes for which a socket has room when all is said but what was begun, and goodbye.
const AT_LAST: usize = 1 << 20;

/// Carries what both say until one of them has gone.
pub async fn talk(
    socket: WebSocket,
    answers: Conversation,
    first: Option<Answer>,
    stopping: watch::Receiver<bool>,
    connection: Arc<Requests>,
) {
    let mut carrier =
        Carrier { socket, answers, stopping, unread: Unread::default(), awaits_pong: false, withheld: false };
    let last = carrier.carry(first).await;
    let Carrier { socket, answers, .. } = carrier;
    // The system hears of it at once, however long the goodbye.
    drop(answers);
    connection.has_room_for(AT_LAST);
    goodbye(socket, last).await;
}

/// How much is not known to be read.
#[derive(Debug, Default)]
struct Unread {
    bytes: usize,
    /// How much went out before the question how far it has read, if that is not answered.
    asked: Option<usize>,
}

impl Unread {
    /// More went out. Whether to ask how far it has read.
    fn sent(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.asks()
    }

    /// It has read up to where it was asked. Whether to ask again.
    fn answered(&mut self) -> bool {
        self.bytes -= self.asked.take().unwrap_or(0);
        self.asks()
    }

    fn asks(&mut self) -> bool {
        let asks = self.asked.is_none() && self.bytes >= ASK;
        if asks {
            self.asked = Some(self.bytes);
        }
        asks
    }

    fn is_too_much(&self) -> bool {
        self.bytes > WINDOW
    }
}

/// What comes next, from either side.
enum Came {
    Answer(Option<Answer>),
    /// With what holds back the next message.
    Heard(Option<Result<Message, axum::Error>>, Option<OwnedSemaphorePermit>),
    Stop,
}

struct Carrier {
    socket: WebSocket,
    answers: Conversation,
    stopping: watch::Receiver<bool>,
    unread: Unread,
    /// The system has asked whether the client is there.
    awaits_pong: bool,
    /// What was said last is out, and the system does not know, as too much is not read.
    withheld: bool,
}

impl Carrier {
    /// Why it is over, where the client is to know.
    async fn carry(&mut self, first: Option<Answer>) -> Option<Last> {
        let turns = Arc::new(Semaphore::new(1));
        let mut next = first;
        loop {
            if let Some(answer) = next.take()
                && let Err(last) = self.say(answer).await
            {
                return last;
            }
            let came = {
                let heard = async {
                    let turn = turns.clone().acquire_owned().await;
                    (self.socket.recv().await, turn.ok())
                };
                tokio::select! {
                    answer = self.answers.next() => Came::Answer(answer),
                    (heard, turn) = heard => Came::Heard(heard, turn),
                    _ = self.stopping.wait_for(|stopping| *stopping) => Came::Stop,
                }
            };
            match came {
                Came::Answer(None) => return Some(end(None)),
                Came::Answer(answer) => next = answer,
                Came::Heard(Some(Ok(message)), turn) => {
                    if let Err(last) = self.hears(message, turn).await {
                        return last;
                    }
                }
                Came::Heard(Some(Err(error)), _) => return violation(error),
                Came::Heard(None, _) => return None,
                Came::Stop => return Some(shutdown()),
            }
        }
    }

    /// Passes on what the system says.
    async fn say(&mut self, answer: Answer) -> Result<(), Option<Last>> {
        match answer.status {
            REFUSAL.. => return Err(Some(end(Some(answer)))),
            Stream::BEGUN => {}
            Stream::PING => {
                self.awaits_pong = true;
                self.send(Message::Ping(Bytes::new())).await?;
                self.answers.tell(Heard::Took);
            }
            _ => {
                let bytes = answer.body.len();
                self.send(Message::text(answer.body)).await?;
                if self.unread.sent(bytes) {
                    self.send(Message::Ping(HOW_FAR)).await?;
                }
                self.withheld = self.unread.is_too_much();
                if !self.withheld {
                    self.answers.tell(Heard::Took);
                }
            }
        }
        Ok(())
    }

    /// Sends something. A client that takes nothing is not read from either: what it says could only bring more for it.
    async fn send(&mut self, message: Message) -> Result<(), Option<Last>> {
        tokio::select! {
            sent = self.socket.send(message) => sent.map_err(|_gone| None),
            // The system says one thing at a time; while that is on its way it can only say that it is over.
            last = self.answers.next() => Err(Some(end(last))),
            _ = self.stopping.wait_for(|stopping| *stopping) => Err(Some(shutdown())),
        }
    }

    /// Passes on what the client says.
    async fn hears(&mut self, message: Message, turn: Option<OwnedSemaphorePermit>) -> Result<(), Option<Last>> {
        match message {
            Message::Text(text) => self.answers.tell(Heard::Said(text.to_string(), Box::new(turn))),
            Message::Binary(bytes) => {
                self.answers.tell(Heard::Said(String::from_utf8_lossy(&bytes).into_owned(), Box::new(turn)));
            }
            Message::Pong(said) if said == HOW_FAR && self.unread.asked.is_some() => {
                if self.unread.answered() {
                    self.send(Message::Ping(HOW_FAR)).await?;
                }
                if self.withheld && !self.unread.is_too_much() {
                    self.withheld = false;
                    self.answers.tell(Heard::Took);
                }
            }
            // One that was not asked for says nothing, and may come any number of times.
            Message::Pong(_) if self.awaits_pong => {
                self.awaits_pong = false;
                self.answers.tell(Heard::Pong);
            }
            Message::Close(_) => return Err(None),
            Message::Pong(_) | Message::Ping(_) => {}
        }
        Ok(())
    }
}
