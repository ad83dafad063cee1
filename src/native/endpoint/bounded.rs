//! A connection that keeps time: whoever begins a request has to finish its head, and whoever asks has to take the answer.
//!
//! The library below closes a connection on which no head is complete for some time, and makes no difference between a client
//! that has nothing to ask and one that sends a byte a minute. The first may stay for long, and the second must not. (One that
//! sends half a head together with the request before it is taken for the first: it is let go when its silence is over.)

use socket2::SockRef;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How many requests of a connection have begun and ended, told by whoever answers them; and how much it may hold of what is written to it.
#[derive(Debug, Default)]
pub struct Requests {
    begun: AtomicU64,
    ended: AtomicU64,
    /// For how many bytes the connection is to have room before more is written to it; 0 to leave it as it is.
    room: AtomicUsize,
}

/// A request that is being answered, as long as it is held.
#[derive(Debug)]
pub struct Answering {
    requests: Arc<Requests>,
    goes_on: bool,
}

impl Answering {
    /// Another protocol begins with this answer: no head is due on this connection any more.
    pub fn goes_on(&mut self) {
        self.goes_on = true;
    }
}

impl Requests {
    /// A request has come whole, as far as its head goes.
    pub fn begin(self: &Arc<Requests>) -> Answering {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Answering { requests: self.clone(), goes_on: false }
    }
}

impl Requests {
    /// From the next write on the system below holds about so much of what the client has not taken.
    pub fn has_room_for(&self, bytes: usize) {
        self.room.store(bytes, Ordering::Relaxed);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if !self.goes_on {
            self.requests.ended.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A deadline that may be set or not.
#[derive(Debug, Default)]
struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    fn set(&mut self, after: Duration) {
        if self.0.is_none() {
            self.0 = Some(Box::pin(sleep_until(Instant::now() + after)));
        }
    }

    fn lift(&mut self) {
        self.0 = None;
    }

    /// Whether it is over. If it is not, the task is woken when it is.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.0.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready())
    }
}

/// A connection with its deadlines.
#[derive(Debug)]
pub struct Bounded {
    stream: TcpStream,
    requests: Arc<Requests>,
    seen: u64,
    head: (Duration, Deadline),
    write: (Duration, Deadline),
}

impl Bounded {
    /// A connection that has just come: the head of its first request is due.
    pub fn new(stream: TcpStream, requests: Arc<Requests>, head: Duration, write: Duration) -> Bounded {
        let mut first = Deadline::default();
        first.set(head);
        Bounded { stream, requests, seen: 0, head: (head, first), write: (write, Deadline::default()) }
    }

    /// Makes the room that is asked for. A system that does not give it has its own.
    fn make_room(&self) {
        let bytes = self.requests.room.swap(0, Ordering::Relaxed);
        if bytes > 0 {
            let _as_it_is = SockRef::from(&self.stream).set_send_buffer_size(bytes);
        }
    }

    /// What came of a write: progress lifts the deadline, and no progress sets it.
    fn written<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let (limit, deadline) = &mut self.write;
        if result.is_ready() {
            deadline.lift();
            return result;
        }
        deadline.set(*limit);
        if deadline.is_over(cx) { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { Poll::Pending }
    }
}

impl AsyncRead for Bounded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let begun = this.requests.begun.load(Ordering::Relaxed);
        let (limit, head) = &mut this.head;
        if begun != this.seen {
            this.seen = begun;
            head.lift();
        }
        let before = buf.filled().len();
        let result = Pin::new(&mut this.stream).poll_read(cx, buf);
        // While a request is answered what comes is its body, which has a deadline of its own.
        if begun != this.requests.ended.load(Ordering::Relaxed) {
            return result;
        }
        if result.is_pending() && head.is_over(cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        ready!(result)?;
        if buf.filled().len() > before {
            head.set(*limit);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.make_room();
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.make_room();
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_connection_has_the_room_that_is_asked_for_from_the_next_write_on() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has one");
        let _client = TcpStream::connect(address).await.expect("it listens");
        let (stream, _) = listener.accept().await.expect("somebody comes");
        let (requests, hour) = (Arc::<Requests>::default(), Duration::from_secs(3_600));
        let mut connection = Bounded::new(stream, requests.clone(), hour, hour);
        let mut room = Vec::new();
        for bytes in [20_000, 200_000] {
            requests.has_room_for(bytes);
            connection.write_all(b"x").await.expect("it is taken");
            room.push(SockRef::from(&connection.stream).send_buffer_size().expect("it says so"));
        }
        // Some systems give more than is asked for.
        assert!((20_000..200_000).contains(&room[0]) && room[1] >= 200_000, "{room:?}");
    }
}
