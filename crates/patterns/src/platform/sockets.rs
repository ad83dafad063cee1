//! The sockets, as the hub has them: results wait in a queue for each, and are written one after the other.
//!
//! One task has all of them: it sleeps until the next write is over, wherever that is. Ten thousand tasks that each wait for a message and
//! sleep for a write would do the same, and cost three events a message more. What is written to one socket never waits for another.

use super::books::Frame;
use millrace_engine::{Env, Stream};
use millrace_parts::{Cond, select2};
use millrace_trace::{EventKind, Outcome, SimTime, Span, StationId, Wait};
use millrace_upstream::Service;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// How many messages wait for a socket. One that comes then is lost.
const SEND: usize = 256;

/// All sockets.
pub(super) struct Sockets {
    env: Env,
    station: StationId,
    mean: Span,
    times: Stream,
    queues: RefCell<Vec<VecDeque<Frame>>>,
    /// When a write is over, in the order of beginning, and of which session.
    due: RefCell<BinaryHeap<Reverse<(SimTime, u64, u32)>>>,
    begun: Cell<u64>,
    /// Nothing more comes.
    is_over: Cell<bool>,
    changed: Cond,
}

impl Sockets {
    /// So many, at the station of the hub.
    pub(super) fn open(env: &Env, station: StationId, sessions: u32, mean: Span) -> Sockets {
        Sockets {
            env: env.clone(),
            station,
            mean,
            times: env.stream("socket"),
            queues: RefCell::new((0..sessions).map(|_| VecDeque::new()).collect()),
            due: RefCell::default(),
            begun: Cell::new(0),
            is_over: Cell::new(false),
            changed: Cond::of(env, station),
        }
    }

    /// Writes the result of a frame to its session, after those that wait there. Who has let too many wait gets no more.
    pub(super) fn send(&self, frame: Frame) {
        let session = frame.session();
        let is_first = {
            let mut queues = self.queues.borrow_mut();
            let Some(queue) = queues.get_mut(session as usize).filter(|queue| queue.len() < SEND) else { return };
            let is_first = queue.is_empty();
            if let Some(job) = frame.held() {
                job.go(self.station, is_first);
            }
            queue.push_back(frame);
            is_first
        };
        if is_first {
            self.begin(session);
        }
    }

    fn begin(&self, session: u32) {
        let number = self.begun.replace(self.begun.get() + 1);
        let takes = Service::Lognormal.sample(self.mean, &mut self.times.draw(number, 0));
        let at = self.env.now() + takes;
        let is_next = {
            let mut due = self.due.borrow_mut();
            let is_next = due.peek().is_none_or(|Reverse((next, ..))| at < *next);
            due.push(Reverse((at, number, session)));
            is_next
        };
        if is_next {
            self.changed.signal();
        }
    }

    /// Nothing more comes: [`Sockets::write`] ends with the last message.
    pub(super) fn close(&self) {
        self.is_over.set(true);
        self.changed.signal();
    }

    /// Writes what is sent, until nothing more comes.
    pub(super) async fn write(&self) {
        loop {
            let next = self.due.borrow().peek().map(|Reverse((at, ..))| *at);
            match next {
                None if self.is_over.get() => return,
                None => self.changed.wait().await,
                Some(at) if at > self.env.now() => {
                    let _first = select2(&self.env, self.changed.wait(), self.env.sleep_until(at, Wait::Sleep)).await;
                }
                Some(_) => self.written(),
            }
        }
    }

    /// The write that is over next.
    fn written(&self) {
        let next = self.due.borrow_mut().pop();
        let Some(Reverse((_, _, session))) = next else { return };
        let (frame, following) = {
            let mut queues = self.queues.borrow_mut();
            let Some(queue) = queues.get_mut(session as usize) else { return };
            (queue.pop_front(), queue.front().and_then(|next| next.held().map(|job| job.id())))
        };
        if let Some(frame) = frame {
            frame.ends(Outcome::Completed);
        }
        if let Some(job) = following {
            self.env.emit(EventKind::Started { job });
            self.begin(session);
        }
    }

    /// All that waits goes with the process.
    pub(super) fn cut(&self) {
        self.due.take();
        let queues = self.queues.take();
        drop(queues);
    }
}
