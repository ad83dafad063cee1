//! Answers that no client should trust, to see what it makes of them.
//!
//! Over a bare socket: a library for HTTP takes care never to send such things.

use super::call::EndpointCall;
use super::server::pass;
use std::future::Future;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A kind of garbage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Garbage {
    /// A 200 whose body is not the JSON that clients expect.
    Body,
    /// A 200 that ends in the middle of its body.
    Cut,
    /// Something that is not HTTP.
    Noise,
}

/// More than any request needs that is meant well.
const LONGEST_REQUEST: usize = 64 * 1024;

/// Answers each request with garbage and closes its connection, until `stop` ends.
pub async fn answer_all(listener: &TcpListener, kind: Garbage, call: &EndpointCall, stop: impl Future<Output = ()>) {
    let (answer, delay) = (text(kind, !call.no_cors), call.delay);
    // Dropped with what is still under way.
    let mut answers = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return,
            Some(_ended) = answers.join_next() => {}
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let answer = answer.clone();
                    answers.spawn(async move {
                        pass(delay).await;
                        // A client that goes away misses nothing.
                        let _gone = throw(stream, &answer).await;
                    });
                }
            }
        }
    }
}

fn text(kind: Garbage, cors: bool) -> String {
    let (body, missing) = match kind {
        Garbage::Noise => return "220 this is a mail server, and it speaks no HTTP\r\n".to_owned(),
        Garbage::Body => ("<!doctype html><p>Welcome!", ""),
        Garbage::Cut => (r#"{"message":"Hello, Wor"#, r#"ld!"}"#),
    };
    let length = body.len() + missing.len();
    let cors = if cors { "Access-Control-Allow-Origin: *\r\n" } else { "" };
    format!(
        "HTTP/1.1 200 OK\r\n{cors}Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Reads a request to the end of its head, answers it, and closes the connection.
async fn throw(mut stream: TcpStream, answer: &str) -> io::Result<()> {
    // Whoever closes a connection with something unread resets it, and the answer may be lost.
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < LONGEST_REQUEST {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
