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

/// How many messages wait for a socket. One for which another comes then is let go.
const SEND: usize = 256;
/// How long a write may take. A socket for which one takes longer is let go.
const WRITE_WAIT: Span = Span::secs(10);

/// A socket.
enum Socket {
    /// With what waits for it.
    Open(VecDeque<Frame>),
    Gone,
}

/// When a write is over, in the order of beginning, of which session, and whether it was written by then.
type Due = (SimTime, u64, u32, bool);

/// All sockets.
pub(super) struct Sockets {
    env: Env,
    station: StationId,
    mean: Span,
    times: Stream,
    sockets: RefCell<Vec<Socket>>,
    due: RefCell<BinaryHeap<Reverse<Due>>>,
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
            sockets: RefCell::new((0..sessions).map(|_| Socket::Open(VecDeque::new())).collect()),
            due: RefCell::default(),
            begun: Cell::new(0),
            is_over: Cell::new(false),
            changed: Cond::of(env, station),
        }
    }

    /// Writes the result of a frame to its session, after those that wait there. Whoever has let too many wait is let go: whether that is so now.
    #[must_use = "somebody may be gone"]
    pub(super) fn send(&self, frame: Frame) -> bool {
        let session = frame.session();
        let is_first = {
            let mut sockets = self.sockets.borrow_mut();
            match sockets.get_mut(session as usize) {
                Some(Socket::Open(queue)) if queue.len() < SEND => {
                    let is_first = queue.is_empty();
                    if let Some(job) = frame.held() {
                        job.go(self.station, is_first);
                    }
                    queue.push_back(frame);
                    Some(is_first)
                }
                Some(Socket::Open(_)) => {
                    drop(sockets);
                    frame.goes_unread();
                    return self.let_go(session);
                }
                Some(Socket::Gone) => {
                    frame.goes_unread();
                    None
                }
                // All of them went with the process.
                None => None,
            }
        };
        if is_first == Some(true) {
            self.begin(session);
        }
        false
    }

    /// Whether a session has no socket any more.
    pub(super) fn is_gone(&self, session: u32) -> bool {
        matches!(self.sockets.borrow().get(session as usize), Some(Socket::Gone))
    }

    /// Lets a socket go, with what waits for it. Whether it was there.
    fn let_go(&self, session: u32) -> bool {
        let socket =
            self.sockets.borrow_mut().get_mut(session as usize).map(|socket| std::mem::replace(socket, Socket::Gone));
        let Some(Socket::Open(queue)) = socket else { return false };
        queue.into_iter().for_each(Frame::goes_unread);
        true
    }

    fn begin(&self, session: u32) {
        let number = self.begun.replace(self.begun.get() + 1);
        let takes = Service::Lognormal.sample(self.mean, &mut self.times.draw(number, 0));
        let at = self.env.now() + takes.min(WRITE_WAIT);
        let is_next = {
            let mut due = self.due.borrow_mut();
            let is_next = due.peek().is_none_or(|Reverse((next, ..))| at < *next);
            due.push(Reverse((at, number, session, takes <= WRITE_WAIT)));
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

    /// Writes what is sent, until nothing more comes. `gone` is told of each socket that is let go.
    pub(super) async fn write(&self, gone: impl Fn()) {
        loop {
            let next = self.due.borrow().peek().map(|Reverse((at, ..))| *at);
            match next {
                None if self.is_over.get() => return,
                None => self.changed.wait().await,
                Some(at) if at > self.env.now() => {
                    let _first = select2(&self.env, self.changed.wait(), self.env.sleep_until(at, Wait::Sleep)).await;
                }
                Some(_) => {
                    if self.written() {
                        gone();
                    }
                }
            }
        }
    }

    /// The write that is over next. Whether its socket is let go with that.
    fn written(&self) -> bool {
        let next = self.due.borrow_mut().pop();
        let Some(Reverse((_, _, session, is_written))) = next else { return false };
        if !is_written {
            return self.let_go(session);
        }
        let (frame, following) = {
            let mut sockets = self.sockets.borrow_mut();
            let Some(Socket::Open(queue)) = sockets.get_mut(session as usize) else { return false };
            (queue.pop_front(), queue.front().and_then(|next| next.held().map(|job| job.id())))
        };
        if let Some(frame) = frame {
            frame.ends(Outcome::Completed);
        }
        if let Some(job) = following {
            self.env.emit(EventKind::Started { job });
            self.begin(session);
        }
        false
    }

    /// All that waits goes with the process.
    pub(super) fn cut(&self) {
        self.due.take();
        let sockets = self.sockets.take();
        drop(sockets);
    }
}
