//! Requests that stay when their callers have gone: most servers do not notice, and work on for nobody.
//!
//! Such a request has a task of its own at the server, and its caller waits for what that says. A caller that goes takes its job with it;
//! what stays behind is counted by the server's gauges, in the queue and in the slots, until it has been served. So a server with a long
//! queue and impatient callers can be busy with nothing but requests that nobody waits for.

use super::server::State;
use super::service::Service;
use millrace_engine::TaskRef;
use millrace_trace::{
    Answer, Gauge,
    ledger::{GONE_IN_QUEUE, GONE_IN_SLOTS, SERVED_FOR_NOBODY},
};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What a request and its caller know of each other.
pub(super) struct Left {
    state: Rc<State>,
    caller: Cell<Option<TaskRef>>,
    answer: Cell<Option<Answer>>,
    gone: Cell<bool>,
    queues: Cell<bool>,
}

impl Left {
    fn counts(&self, gauge: Gauge, by: i64) {
        let (counts, station) = (&self.state.gone, self.state.station);
        let Some(count) = counts.get(gauge.0 as usize) else { return };
        count.set(count.get() + by);
        self.state.env.gauge(station, gauge, count.get());
    }

    fn place(&self) -> Gauge {
        if self.queues.get() { GONE_IN_QUEUE } else { GONE_IN_SLOTS }
    }

    /// Whether it has to wait for a slot at first.
    pub fn queues(&self, queues: bool) {
        self.queues.set(queues);
    }

    /// It gets its slot; whether nobody waits for it any more.
    pub fn begins(&self) -> bool {
        if self.gone.get() {
            self.counts(GONE_IN_QUEUE, -1);
            self.counts(GONE_IN_SLOTS, 1);
        }
        self.queues.set(false);
        self.gone.get()
    }

    /// It is over.
    fn ends(&self, answer: Answer) {
        if self.gone.get() {
            self.counts(self.place(), -1);
            if let Answer::Status(_) = answer {
                self.counts(SERVED_FOR_NOBODY, 1);
            }
        }
        self.answer.set(Some(answer));
        self.caller.take().into_iter().for_each(|caller| self.state.env.wake(caller));
    }
}

/// A call to a server that does not notice when its caller goes.
pub(super) struct Kept {
    left: Rc<Left>,
    service: Option<Service>,
}

impl Kept {
    /// A request that has come.
    pub fn new(state: &Rc<State>, mut service: Service) -> Kept {
        let left = Left {
            state: state.clone(),
            caller: Cell::new(None),
            answer: Cell::new(None),
            gone: Cell::new(false),
            queues: Cell::new(false),
        };
        let left = Rc::new(left);
        service.tells(&left);
        Kept { left, service: Some(service) }
    }
}

impl Future for Kept {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answer> {
        let env = &self.left.state.env;
        if let Some(answer) = self.left.answer.get() {
            return Poll::Ready(answer);
        }
        self.left.caller.set(Some(env.current()));
        let (env, station) = (env.clone(), self.left.state.station);
        if let Some(service) = self.service.take() {
            let left = self.left.clone();
            let request = async move {
                let answer = service.await;
                left.ends(answer);
            };
            env.spawn_at("request", station, request).detach();
        }
        Poll::Pending
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.service.is_none() && self.left.answer.get().is_none() {
            self.left.caller.set(None);
            self.left.gone.set(true);
            self.left.counts(self.left.place(), 1);
        }
    }
}
