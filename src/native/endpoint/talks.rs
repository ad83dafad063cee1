//! A stream of a system that listens too: what the client says goes in, a message after the other, and what the system says goes out only as
//! fast as the client's network takes it.
//!
//! Nothing is kept here. One message at a time is on its way out, and the system, which has a queue for each client, learns when it was
//! taken; so a client that does not read fills the buffers of its socket, then its queue, and then the system knows. For that those
//! buffers have to be small ([`WHILE_TALKING`]): the client's own may be as large as it likes, and nobody here can tell what lies in it.
//! One message at a time is on its way in, too: the next is read when the last was handled. Deadlines, pings and who is to go are the
//! system's affair.
//!
//! Who is let go because it does not read has to learn of it all the same, whenever it reads again. So with the last words the buffer gets
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
use tokio::sync::{Semaphore, watch};

/// Bytes that a socket takes while its client is served, before who writes to it has to wait.
const WHILE_TALKING: usize = 16 << 10;
/// Bytes that it takes when all is said but what was begun, and goodbye.
const AT_LAST: usize = 1 << 20;

/// Carries what both say until one of them has gone.
pub async fn talk(
    mut socket: WebSocket,
    mut answers: Conversation,
    first: Option<Answer>,
    stopping: watch::Receiver<bool>,
    connection: Arc<Requests>,
) {
    connection.has_room_for(WHILE_TALKING);
    let last = carry(&mut socket, &mut answers, first, stopping).await;
    // The system hears of it at once, however long the goodbye.
    drop(answers);
    connection.has_room_for(AT_LAST);
    goodbye(socket, last).await;
}

async fn carry(
    socket: &mut WebSocket,
    answers: &mut Conversation,
    first: Option<Answer>,
    mut stopping: watch::Receiver<bool>,
) -> Option<Last> {
    let mut next = first;
    let mut awaits_pong = false;
    let turns = Arc::new(Semaphore::new(1));
    loop {
        match next.take() {
            Some(answer) if answer.status >= REFUSAL => return Some(end(Some(answer))),
            None | Some(Answer { status: Stream::BEGUN, .. }) => {}
            Some(answer) => {
                let message = if answer.status == Stream::PING {
                    awaits_pong = true;
                    Message::Ping(Bytes::new())
                } else {
                    Message::text(answer.body)
                };
                // A client that takes nothing is not read from either: what it says could only bring more for it.
                tokio::select! {
                    sent = socket.send(message) => match sent {
                        Ok(()) => answers.tell(Heard::Took),
                        Err(_gone) => return None,
                    },
                    // The system says one thing at a time; while that is on its way it can only say that it is over.
                    last = answers.next() => return Some(end(last)),
                    _ = stopping.wait_for(|stopping| *stopping) => return Some(shutdown()),
                }
            }
        }
        let heard = async {
            let turn = turns.clone().acquire_owned().await;
            (socket.recv().await, turn)
        };
        tokio::select! {
            answer = answers.next() => match answer {
                None => return Some(end(None)),
                answer => next = answer,
            },
            (heard, turn) = heard => match heard {
                Some(Ok(Message::Text(text))) => answers.tell(Heard::Said(text.to_string(), Box::new(turn))),
                Some(Ok(Message::Binary(bytes))) => {
                    answers.tell(Heard::Said(String::from_utf8_lossy(&bytes).into_owned(), Box::new(turn)));
                }
                // One that was not asked for says nothing, and may come any number of times.
                Some(Ok(Message::Pong(_))) if awaits_pong => {
                    awaits_pong = false;
                    answers.tell(Heard::Pong);
                }
                Some(Ok(Message::Close(_))) | None => return None,
                Some(Ok(_)) => {}
                Some(Err(error)) => return violation(error),
            },
            _ = stopping.wait_for(|stopping| *stopping) => return Some(shutdown()),
        }
    }
}
