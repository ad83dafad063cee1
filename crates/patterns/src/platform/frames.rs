//! The way of a frame: past the limit of its socket, into the jobs, to a worker, to the service, and back to its session; and what is stored of
//! it goes into a batch.

use super::books::{Count, Frame, Items};
use super::process::Process;
use millrace_engine::Job;
use millrace_parts::{Decision, TrySendError};
use millrace_trace::Outcome;
use std::rc::Rc;

impl Process {
    /// A frame is read from a socket.
    pub(super) fn receive(&self, session: u32) {
        let frame = Frame::new(&self.books, session);
        if let Decision::Refused(_) = self.limits.per_socket.ask(session, "", 1) {
            // That its session hears of it, by a message of its own, is left out.
            self.books.count(Count::FramesLimited, 1);
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
        if let Some(item) = frame.held().map(Job::split)
            && let Err(late) = self.batcher.add(item)
        {
            // Nobody takes it any more: it is lost.
            drop(Items::new(&self.books, vec![late]));
        }
        if self.sockets.send(frame) {
            self.socket_is_gone();
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
