//! The way of a frame: past the limit of its socket, into the jobs, to a worker, to the service, and back to its session; and what is stored of
//! it goes into a batch.
//!
//! A broker has what it delivered until that is acknowledged, which a worker does when the result is on its way: what it had in hand when it went is delivered
//! again, to another worker or to the next process. That is at least once: the service may have analysed the frame already, and is asked a second time.
//! Who acknowledges as it takes has what a channel of its own would give it, and loses the same.

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

/// A frame in the hand of a worker. Dropped, it was not acknowledged.
struct Delivery<'a> {
    process: &'a Process,
    frame: Option<Frame>,
}

impl<'a> Delivery<'a> {
    fn of(process: &'a Process, mut frame: Frame) -> Delivery<'a> {
        if frame.is_taken_again() {
            process.books.count(Count::Twice, 1);
        }
        Delivery { process, frame: Some(frame) }
    }

    fn job(&self) -> Option<&Job> {
        self.frame.as_ref().and_then(Frame::held)
    }

    /// The worker is done with it.
    fn acknowledged(mut self) -> Option<Frame> {
        self.frame.take()
    }
}

impl Drop for Delivery<'_> {
    fn drop(&mut self) {
        let Some(frame) = self.frame.take() else { return };
        let process = self.process;
        if !process.p.acknowledges() {
            process.books.count(Count::HandsLost, 1);
            return drop(frame);
        }
        process.books.count(Count::Returned, 1);
        // It goes back to its queue, and where nobody takes from that any more it stays there.
        if process.takes.get() && !process.jobs.1.is_closed() {
            process.jobs.1.give_back(frame);
        } else {
            frame.stays_in_the_queue();
        }
    }
}

/// A worker: has frames analysed, one after the other.
pub(super) async fn work(process: Rc<Process>) {
    while let Some(frame) = process.jobs.1.recv().await {
        let delivery = Delivery::of(&process, frame);
        let Some(job) = delivery.job() else { continue };
        let reply = process.env.call(job).await;
        let Some(mut frame) = delivery.acknowledged() else { continue };
        frame.was_called(reply.latency);
        if reply.answer.is_success() {
            process.deliver(frame);
        } else {
            frame.ends(reply.answer.outcome());
        }
    }
}
