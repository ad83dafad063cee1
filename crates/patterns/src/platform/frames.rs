//! The way of a frame: past the limit of its socket, into the jobs, to a worker, to the service, and back to its session; and what is stored of
//! it goes into a batch.

use super::books::{Books, Count, Frame};
use super::process::Process;
use millrace_parts::{Decision, TrySendError};
use millrace_trace::Outcome;
use std::rc::Rc;

impl Process {
    /// A frame is read from a socket.
    pub(super) fn receive(&self, session: u32) {
        let frame = Frame::new(&self.books, session);
        if let Decision::Refused(_) = self.limits.per_socket.ask(session, "", 1) {
            // Its session is told: {"error":"rate limit exceeded"}.
            return frame.ends(Outcome::Rejected);
        }
        self.books.admitted();
        if let Err(TrySendError::Full(frame) | TrySendError::Closed(frame)) = self.jobs.0.try_send(frame) {
            self.books.count(Count::Full, 1);
            frame.ends(Outcome::Rejected);
        }
    }

    /// Stores the result of a frame, and tells its session.
    fn deliver(&self, frame: Frame) {
        if let Some(item) = frame.held().map(|job| job.split()) {
            self.add(&self.books, item);
        }
        self.sockets.send(frame);
    }

    fn add(&self, books: &Books, item: millrace_engine::Job) {
        if let Err(late) = self.batcher.add(item) {
            drop(super::books::Items::new(books, vec![late]));
        }
    }
}

/// A worker: has frames analysed, one after the other.
pub(super) async fn work(process: Rc<Process>) {
    while let Some(mut frame) = process.jobs.1.recv().await {
        let Some(job) = frame.held() else { continue };
        let reply = process.env.call(job).await;
        frame.was_called(reply.latency);
        if reply.answer.is_success() {
            process.deliver(frame);
        } else {
            frame.ends(reply.answer.outcome());
        }
    }
}
