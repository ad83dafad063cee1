//! A stream of the system over a WebSocket: who listens has to show that they do.
//!
//! A client that does not take what it is sent, or says nothing for too long, is let go; one that breaks the protocol is told so. A
//! message that is too old when its turn comes is left out, because a newer one follows.

use super::system::{Answer, Conversation};
use crate::spec::{Rhythm, Stream};
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use tungstenite::Error as WsError;

/// How long a client may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// A status from which on a stream has nothing more to say.
pub const REFUSAL: u16 = 400;
/// The longest reason that fits into a close frame.
const LONGEST_REASON: usize = 123;

/// Why a stream ends, for whoever listens: the code and the reason of a close frame.
pub type Last = (u16, String);

/// Passes on what the system says until somebody hangs up.
pub async fn converse(
    mut socket: WebSocket,
    mut answers: Conversation,
    first: Option<Answer>,
    mut stopping: watch::Receiver<bool>,
    rhythm: Rhythm,
) {
    let [update, ping, read, write] =
        [rhythm.update, rhythm.ping, rhythm.read, rhythm.write].map(|span| Duration::from_nanos(span.0));
    let mut pings = interval_at(Instant::now() + ping, ping);
    let mut silent_until = Instant::now() + read;
    let mut message = first.map(|answer| Message::text(answer.body));
    let last = loop {
        if let Some(message) = message.take()
            && !matches!(timeout(write, socket.send(message)).await, Ok(Ok(())))
        {
            return;
        }
        tokio::select! {
            answer = answers.next() => match answer {
                Some(answer) if answer.status < REFUSAL => {
                    message = (answer.at.elapsed() <= update).then(|| Message::text(answer.body));
                }
                last => break Some(end(last)),
            },
            heard = socket.recv() => match heard {
                Some(Ok(Message::Pong(_))) => silent_until = Instant::now() + read,
                Some(Ok(Message::Close(_))) | None => break None,
                // Whatever else is said to a stream, nobody listens; and only a pong shows that the client does.
                Some(Ok(_)) => {}
                Some(Err(error)) => break violation(error),
            },
            () = sleep_until(silent_until) => {
                break Some((close_code::POLICY, format!("No pong in {}", rhythm.read)));
            }
            _ = pings.tick() => message = Some(Message::Ping(Bytes::new())),
            _ = stopping.wait_for(|stopping| *stopping) => break Some(shutdown()),
        }
    };
    // The system hears of it at once, however long the goodbye.
    drop(answers);
    goodbye(socket, last).await;
}

/// What a client is told by an answer that is the last; or where there is no answer any more.
pub fn end(last: Option<Answer>) -> Last {
    match last {
        Some(Answer { status, body, .. }) if status >= Stream::CLOSED => (status, body),
        Some(Answer { body, .. }) => (close_code::NORMAL, body),
        None => (close_code::NORMAL, "Nothing more to say".to_owned()),
    }
}

/// What a client is told when the server is told to stop.
pub fn shutdown() -> Last {
    (close_code::AWAY, "Server shutdown".to_owned())
}

/// Tells a client why it is over, if there is something to tell, and takes its own goodbye.
pub async fn goodbye(mut socket: WebSocket, last: Option<Last>) {
    let goodbye = async {
        if let Some((code, mut reason)) = last {
            reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
            socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await?;
        }
        // Reading on is what sends and takes the other half of a goodbye.
        while let Some(heard) = socket.recv().await {
            heard?;
        }
        Ok::<(), axum::Error>(())
    };
    let _gone = timeout(GOODBYE, goodbye).await;
}

/// What a client is told that broke the protocol; nothing if it is simply gone.
pub fn violation(error: axum::Error) -> Option<Last> {
    let error = error.into_inner();
    let code = match error.downcast_ref::<WsError>() {
        Some(WsError::Capacity(_)) => close_code::SIZE,
        Some(WsError::Utf8(_)) => close_code::INVALID,
        Some(WsError::Protocol(_)) => close_code::PROTOCOL,
        _ => return None,
    };
    Some((code, error.to_string()))
}
