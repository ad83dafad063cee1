//! Calls to a server: where simulated and real meet.
//!
//! A server is a value: a pattern that has several calls each by its handle, `l2.call(&job)`. `env.call(&job)` goes to the default
//! one, and that one alone can be a real endpoint: whether a simulated server answers or a real one over `fetch` is the affair
//! of its [`Upstream`]. A call that is dropped is cancelled, at the real endpoint too. The calls of a job are counted
//! here, where they are made, so that no pattern has to: a server that is asked again throws other dice.

use super::attempts::Attempt;
use super::core::Core;
use super::env::Env;
use super::job::Job;
use super::timers::{Purpose, TimerId};
use millrace_trace::{Answer, EventKind, JobId, SimTime, Span, StationId, Wait};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Something that answers calls.
pub trait Upstream {
    /// Whether a call that is made now is served at once, rather than queued. If not, the future of [`Upstream::call`]
    /// says when service starts, by `EventKind::Started`.
    fn has_room(&self) -> bool;

    /// How long a caller that was answered so is asked to stay away.
    fn retry_after(&self, answer: Answer) -> Span {
        let _says_nothing = answer;
        Span::ZERO
    }

    /// How long the call took whose answer has just come, where it knows better than the run's clock: that of a run against a real
    /// endpoint stands still while the page is busy, and what waits to be sent is no part of the call. Asked for once, as the call ends.
    fn took(&self) -> Option<Span> {
        None
    }

    /// Serves a call by saying at once how it will end, if that is known as it comes: nearly all calls of a simulated server end so.
    /// It lies in the call itself, where a future of its own would be made, moved and given back for each. Whoever says nothing
    /// serves it by [`Upstream::call`].
    fn schedule(&self, attempt: Attempt) -> Option<Scheduled> {
        let _nothing_known = attempt;
        None
    }

    /// What there is between the caller of a scheduled call and its answer. Whoever changes that wakes its task.
    fn between(&self, scheduled: &Scheduled) -> Between {
        let _always = scheduled;
        Between::Open
    }

    /// A scheduled call is over, or was taken back: said once of each.
    fn released(&self) {}

    /// Serves a call.
    fn call(&self, env: &Env, attempt: Attempt) -> Pin<Box<dyn Future<Output = Answer>>>;
}

/// How a call will end that is known as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// How long it takes.
    pub takes: Span,
    /// The status of its answer.
    pub status: u16,
    /// How often the server had crashed when it came: another crash ends it.
    pub crashes: u32,
}

/// What there is between a caller and an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Nothing: it gets through.
    Open,
    /// A partition: nothing gets through, until it is over.
    Cut,
    /// A crash: nobody remembers the call.
    Lost,
}

/// A server counts a scheduled call as its own for as long as this is held.
struct AtServer(Rc<dyn Upstream>);

impl Drop for AtServer {
    fn drop(&mut self) {
        self.0.released();
    }
}

/// Where a call goes.
pub(super) type Address = (StationId, Rc<dyn Upstream>);

/// A server that can be called: the station that stands for it, and what answers there. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    core: Rc<Core>,
    station: StationId,
    upstream: Rc<dyn Upstream>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.station.0)
    }
}

impl Server {
    /// Lets `upstream` answer the calls that go to a station.
    pub fn new(env: &Env, station: StationId, upstream: Rc<dyn Upstream>) -> Server {
        Server { core: env.core().clone(), station, upstream }
    }

    /// Calls it with a job and waits for the answer.
    #[track_caller]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn call(&self, job: &Job) -> Call {
        Call::new(self.core.clone(), Some(self.address()), job, Location::caller())
    }

    pub(super) fn address(&self) -> Address {
        (self.station, self.upstream.clone())
    }

    /// The station that stands for it: jobs are there while they are called.
    pub fn station(&self) -> StationId {
        self.station
    }
}

/// How a call ended, as its caller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// From sending to the answer. What is held back before it is sent to a real endpoint counts from the sending.
    pub latency: Span,
    /// How long the server asks the caller to stay away; nothing if it does not.
    pub retry_after: Span,
}

/// The future of [`Env::call`] and of [`Server::call`].
#[must_use = "futures do nothing unless polled"]
pub struct Call {
    core: Rc<Core>,
    job: JobId,
    /// Where the job comes back to; the pool it holds of, or else the caller's own station, unless it says otherwise.
    home: StationId,
    site: &'static Location<'static>,
    state: State,
}

enum State {
    /// To no server at all, where there is none.
    Unsent { to: Option<Address>, number: u32 },
    Sent {
        at: SimTime,
        server: StationId,
        upstream: Rc<dyn Upstream>,
        said: bool,
        answer: Pin<Box<dyn Future<Output = Answer>>>,
    },
    /// It will be answered at an instant, for which its timer is armed.
    Waits { at: SimTime, until: SimTime, timer: TimerId, scheduled: Scheduled, server: AtServer },
    /// It has taken so long, and its caller is asked to stay away for so long.
    Over { latency: Span, retry_after: Span },
}

impl Call {
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn new(core: Rc<Core>, to: Option<Address>, job: &Job, site: &'static Location<'static>) -> Call {
        let number = to.as_ref().map_or(0, |(server, _)| job.next_attempt(*server));
        Call { core, job: job.id(), home: StationId::NONE, site, state: State::Unsent { to, number } }
    }

    /// Lets the job come back to another station than the caller's: to the connection that carries it.
    pub fn back_to(mut self, station: StationId) -> Call {
        self.home = station;
        self
    }

    fn end(&mut self, answer: Answer, latency: Span, retry_after: Span) {
        // One that is over before its time never moves the clock.
        if let State::Waits { until, timer, .. } = self.state
            && self.core.now() < until
        {
            self.core.drop_timer(timer);
        }
        self.state = State::Over { latency, retry_after };
        self.core.emit(EventKind::Answered { job: self.job, station: self.home, answer });
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.job.0)
    }
}

impl Future for Call {
    type Output = Reply;

    // A reply is put together where it is wanted, of what comes in registers and of words that are read as they were written.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reply> {
        let Poll::Ready(answer) = self.answered(cx) else { return Poll::Pending };
        let (latency, retry_after) = match self.state {
            State::Over { latency, retry_after } => (latency, retry_after),
            _ => (Span::ZERO, Span::ZERO),
        };
        Poll::Ready(Reply { answer, latency, retry_after })
    }
}

impl Call {
    #[inline(never)]
    fn answered(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        match &mut self.state {
            State::Waits { at, until, scheduled, server, .. } => {
                let (now, at) = (self.core.now(), *at);
                let answer = match server.0.between(scheduled) {
                    Between::Open if now >= *until => Answer::Status(scheduled.status),
                    Between::Lost => Answer::Failed,
                    _ => return Poll::Pending,
                };
                self.end(answer, now - at, Span::ZERO);
                Poll::Ready(answer)
            }
            State::Unsent { .. } => self.begin(cx),
            _ => self.answered_later(cx),
        }
    }

    #[inline]
    fn begin(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        let State::Unsent { to, number } = &mut self.state else { return Poll::Pending };
        let Some((server, upstream)) = to.take() else {
            self.state = State::Over { latency: Span::ZERO, retry_after: Span::ZERO };
            return Poll::Ready(Answer::Failed);
        };
        let (now, attempt) = (self.core.now(), Attempt { job: self.job, number: *number });
        let held = self.core.numbers.borrow().home(self.job);
        self.home = self.home.some().or(held).unwrap_or(self.core.station());
        self.core.emit_at(
            EventKind::Called { job: self.job, station: server, started: upstream.has_room() },
            millrace_trace::Site(Some(self.core.site.get().unwrap_or(self.site))),
        );
        let Some(scheduled) = upstream.schedule(attempt) else {
            let answer = upstream.call(&Env::new(self.core.clone()), attempt);
            self.state = State::Sent { at: now, server, upstream, said: false, answer };
            return self.answered_later(cx);
        };
        let (at_server, until) = (AtServer(upstream), now + scheduled.takes);
        if until <= now {
            drop(at_server);
            let answer = Answer::Status(scheduled.status);
            self.end(answer, Span::ZERO, Span::ZERO);
            return Poll::Ready(answer);
        }
        let timer = self.core.arm(until, Purpose::Work);
        self.state = State::Waits { at: now, until, timer, scheduled, server: at_server };
        self.core.waits(Wait::Call, server, self.site);
        Poll::Pending
    }

    /// Of a call that has a future of its own.
    #[inline(never)]
    fn answered_later(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        let now = self.core.now();
        let State::Sent { at, server, upstream, said, answer } = &mut self.state else { return Poll::Pending };
        let (sent, server) = (*at, *server);
        // What the server itself waits for is its own affair: the task waits at this line, for an answer.
        let muted = self.core.muted.replace(true);
        let result = answer.as_mut().poll(cx);
        self.core.muted.set(muted);
        match result {
            Poll::Ready(answer) => {
                let retry_after = upstream.retry_after(answer);
                let took = upstream.took();
                if let Some(span) = took {
                    self.core.emit(EventKind::Took { job: self.job, span });
                }
                self.end(answer, took.unwrap_or(now - sent), retry_after);
                Poll::Ready(answer)
            }
            Poll::Pending => {
                if !std::mem::replace(said, true) {
                    self.core.waits(Wait::Call, server, self.site);
                }
                Poll::Pending
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let State::Sent { .. } | State::Waits { .. } = self.state {
            // The request is taken back first, so that its slot is free when the answer is written down.
            self.end(Answer::Cancelled, Span::ZERO, Span::ZERO);
        }
    }
}
