//! Calls to a server: where simulated and real meet.
//!
//! A pattern calls `env.call(&job)`. Whether a simulated server answers or a real one over `fetch` is the affair of the
//! [`Upstream`] the run was given. A call that is dropped is cancelled, at the real endpoint too. The calls of a job are counted
//! here, where they are sent, so that no pattern has to: a server that is asked again throws other dice.

use super::core::Core;
use super::env::Env;
use super::job::Job;
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

    /// Serves a call.
    fn call(&self, env: &Env, job: JobId) -> Pin<Box<dyn Future<Output = Answer>>>;
}

/// How a call ended, as its caller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// From sending to the answer.
    pub latency: Span,
    /// How long the server asks the caller to stay away; nothing if it does not.
    pub retry_after: Span,
}

/// The future of [`Env::call`].
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
    Unsent,
    Sent {
        at: SimTime,
        server: StationId,
        upstream: Rc<dyn Upstream>,
        said: bool,
        answer: Pin<Box<dyn Future<Output = Answer>>>,
    },
    Over,
}

impl Call {
    pub(super) fn new(core: Rc<Core>, job: &Job, site: &'static Location<'static>) -> Call {
        Call { core, job: job.id(), home: StationId::NONE, site, state: State::Unsent }
    }

    /// Lets the job come back to another station than the caller's: to the connection that carries it.
    pub fn back_to(mut self, station: StationId) -> Call {
        self.home = station;
        self
    }

    fn end(&mut self, answer: Answer) {
        self.state = State::Over;
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

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reply> {
        let this = &mut *self;
        let now = this.core.now();
        if let State::Unsent = this.state {
            let upstream = this.core.upstream.borrow().clone();
            let Some((server, upstream)) = upstream else {
                this.state = State::Over;
                return Poll::Ready(Reply { answer: Answer::Failed, latency: Span::ZERO, retry_after: Span::ZERO });
            };
            let held = this.core.numbers.borrow().home(this.job);
            this.home = this.home.some().or(held).unwrap_or(this.core.station());
            let started = upstream.has_room();
            this.core.emit_at(
                EventKind::Called { job: this.job, station: server, started },
                millrace_trace::Site(Some(this.core.site.get().unwrap_or(this.site))),
            );
            this.core.numbers.borrow_mut().call_made(this.job);
            let answer = upstream.call(&Env::new(this.core.clone()), this.job);
            this.state = State::Sent { at: now, server, upstream, said: false, answer };
        }
        let State::Sent { at, server, upstream, said, answer } = &mut this.state else { return Poll::Pending };
        let (sent, server) = (*at, *server);
        // What the server itself waits for is its own affair: the task waits at this line, for an answer.
        let muted = this.core.muted.replace(true);
        let result = answer.as_mut().poll(cx);
        this.core.muted.set(muted);
        match result {
            Poll::Ready(answer) => {
                let retry_after = upstream.retry_after(answer);
                this.end(answer);
                Poll::Ready(Reply { answer, latency: now - sent, retry_after })
            }
            Poll::Pending => {
                if !std::mem::replace(said, true) {
                    this.core.waits(Wait::Call, server, this.site);
                }
                Poll::Pending
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let State::Sent { .. } = self.state {
            // The request is taken back first, so that its slot is free when the answer is written down.
            self.end(Answer::Cancelled);
        }
    }
}
