//! A stream of a system that listens too: what the client says goes in, a message after the other, and what the system says goes out only as
//! fast as the client reads it.
//!
//! Nothing is kept here. One message at a time is on its way out, and the system, which has a queue for each client, learns when it was
//! taken; so whoever does not read fills that queue, and then the system knows. That a socket took a message says little: the systems
//! below hold megabytes of what a client has not looked at. So now and then a ping goes out behind what was said, and its pong says that
//! all before it was read; with more than [`WINDOW`] not known to be read nothing counts as taken. A client need not answer each ping that
//! it has read, but only the last one: so all are numbered, and a pong answers the pings up to its own. One message at a time is on its way
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
        Carrier { socket, answers, stopping, unread: Unread::default(), pings: Pings::default(), withheld: false };
    let last = carrier.carry(first).await;
    let Carrier { socket, answers, .. } = carrier;
    // The system hears of it at once, however long the goodbye.
    drop(answers);
    connection.has_room_for(AT_LAST);
    goodbye(socket, last).await;
}

/// The pings that went out, by their numbers, which stand in them and in their pongs.
#[derive(Debug, Default)]
struct Pings {
    sent: u64,
    /// All up to this one are answered.
    answered: u64,
    /// Those of the system that are not answered lie between these two.
    of_system: Option<(u64, u64)>,
}

impl Pings {
    /// The number of the next one.
    fn next(&mut self) -> u64 {
        self.sent += 1;
        self.sent
    }

    /// The same for one by which the system asks whether the client is there.
    fn next_of_system(&mut self) -> u64 {
        let number = self.next();
        let first = self.of_system.map_or(number, |(first, _)| first);
        self.of_system = Some((first, number));
        number
    }

    /// A pong came: up to which ping it answers all, and whether one of the system is among those. None for one that was not asked for: that
    /// says nothing, and may come any number of times.
    fn answer(&mut self, said: &[u8]) -> Option<(u64, bool)> {
        let number = std::str::from_utf8(said).ok()?.parse().ok()?;
        if number <= self.answered || number > self.sent {
            return None;
        }
        self.answered = number;
        let of_system = self.of_system.filter(|(first, _)| *first <= number);
        if let Some((_, last)) = of_system {
            self.of_system = (last > number).then_some((number + 1, last));
        }
        Some((number, of_system.is_some()))
    }
}

/// A ping with its number.
fn ping(number: u64) -> Message {
    Message::Ping(Bytes::from(number.to_string()))
}

/// How much is not known to be read.
#[derive(Debug, Default)]
struct Unread {
    bytes: usize,
    /// The ping that asks how far it has read, and how much went out before it, if that is not answered.
    asked: Option<(u64, usize)>,
}

impl Unread {
    /// More went out.
    fn sent(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// It has read up to this ping.
    fn answered(&mut self, number: u64) {
        if let Some((_, bytes)) = self.asked.take_if(|(asked, _)| *asked <= number) {
            self.bytes -= bytes;
        }
    }

    /// The ping to ask it how far it has read, if it is time for that.
    fn asks(&mut self, pings: &mut Pings) -> Option<Message> {
        if self.asked.is_some() || self.bytes < ASK {
            return None;
        }
        let number = pings.next();
        self.asked = Some((number, self.bytes));
        Some(ping(number))
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
    pings: Pings,
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
                let number = self.pings.next_of_system();
                self.send(ping(number)).await?;
                self.answers.tell(Heard::Took);
            }
            _ => {
                let bytes = answer.body.len();
                self.send(Message::text(answer.body)).await?;
                self.unread.sent(bytes);
                self.asks().await?;
                self.withheld = self.unread.is_too_much();
                if !self.withheld {
                    self.answers.tell(Heard::Took);
                }
            }
        }
        Ok(())
    }

    /// Asks how far it has read, if it is time for that.
    async fn asks(&mut self) -> Result<(), Option<Last>> {
        match self.unread.asks(&mut self.pings) {
            Some(ping) => self.send(ping).await,
            None => Ok(()),
        }
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
            Message::Pong(said) => {
                let Some((number, is_there)) = self.pings.answer(&said) else { return Ok(()) };
                if is_there {
                    self.answers.tell(Heard::Pong);
                }
                self.unread.answered(number);
                self.asks().await?;
                if self.withheld && !self.unread.is_too_much() {
                    self.withheld = false;
                    self.answers.tell(Heard::Took);
                }
            }
            Message::Close(_) => return Err(None),
            Message::Ping(_) => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pong_answers_all_pings_up_to_its_own_whoever_asked() {
        let (mut pings, mut unread) = (Pings::default(), Unread::default());
        unread.sent(ASK);
        assert!(unread.asks(&mut pings).is_some() && unread.asks(&mut pings).is_none(), "it is asked once");
        assert_eq!(pings.next_of_system(), 2);
        // Only the last one is answered.
        assert_eq!(pings.answer(b"2"), Some((2, true)));
        unread.answered(2);
        assert_eq!((unread.bytes, unread.asked), (0, None));
        assert_eq!((pings.next_of_system(), pings.next()), (3, 4));
        assert_eq!(pings.answer(b"4"), Some((4, true)), "it has read that of the system");
    }

    #[test]
    fn a_pong_that_was_not_asked_for_says_nothing() {
        let mut pings = Pings::default();
        let numbers = [pings.next_of_system(), pings.next(), pings.next_of_system()];
        assert_eq!(numbers, [1, 2, 3]);
        for said in [&b""[..], b"0", b"4", b"read", b"\xff", b"99999999999999999999"] {
            assert_eq!(pings.answer(said), None, "{said:?}");
        }
        assert_eq!(pings.answer(b"1"), Some((1, true)));
        assert_eq!(pings.answer(b"1"), None, "it was answered");
        assert_eq!(pings.answer(b"3"), Some((3, true)));
        assert_eq!((pings.answer(b"2"), pings.answer(b"3")), (None, None));
    }
}
