//! One request at a simulated server, from the door to the answer.
//!
//! A future written by hand: every call has one, and async blocks within each other are moved as often as they are deep before they
//! are polled for the first time.

use super::left_behind::Left;
use super::server::{Down, State};
use millrace_engine::{Attempt, Sleep};
use millrace_parts::{Acquire, Permit, Semaphore};
use millrace_trace::{Answer, EventKind};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// A request that is answered in time. Dropped before, it is taken back.
pub(super) struct Service {
    state: Rc<State>,
    attempt: Attempt,
    /// What it takes on average where it asks for less.
    less: Option<Rc<Cell<i64>>>,
    /// How often the server had crashed when it came: another crash ends it.
    crashes: u32,
    /// Whether it had to queue when it came.
    queues: bool,
    // What it holds is given back in this order.
    stage: Stage,
    in_service: Option<InService>,
    slot: Option<Permit<'static>>,
    queued: Option<Queued>,
    /// Where it is told that its caller has gone, if it goes on then.
    left: Option<Rc<Left>>,
}

/// How far it got.
enum Stage {
    /// It waits for a slot.
    Waits(Acquire<'static>),
    /// It has one, or needs none.
    Enters,
    /// Nobody will ever answer it.
    Forgotten,
    /// This will be the answer, when it has slept for as long as its service takes.
    Served(Sleep, Answer),
}

/// Counts as in service as long as it is held.
struct InService(Rc<State>);

impl InService {
    fn begin(state: &Rc<State>) -> InService {
        state.in_service.set(state.in_service.get() + 1);
        InService(state.clone())
    }
}

impl Drop for InService {
    fn drop(&mut self) {
        self.0.in_service.set(self.0.in_service.get().saturating_sub(1));
    }
}

/// Counts as waiting for a slot as long as it is held.
struct Queued(Rc<State>);

impl Queued {
    fn begin(state: &Rc<State>) -> Queued {
        state.waiting.set(state.waiting.get() + 1);
        Queued(state.clone())
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.waiting.set(self.0.waiting.get().saturating_sub(1));
    }
}

impl Service {
    /// A request comes to a server, with or without a limit of how many it serves at once.
    pub fn begin(
        state: &Rc<State>,
        slots: Option<&Semaphore>,
        attempt: Attempt,
        less: Option<Rc<Cell<i64>>>,
    ) -> Service {
        let mut service = Service::entering(state, attempt, less);
        service.slot = slots.and_then(Semaphore::try_acquire);
        if let Some(slots) = slots.filter(|_| service.slot.is_none()) {
            service.queues = true;
            service.stage = Stage::Waits(slots.acquire());
            service.queued = Some(Queued::begin(state));
        }
        service
    }

    /// A request comes to a server that has room for everybody. Nothing in it has to be kept before it lies where it is polled.
    #[inline]
    pub fn entering(state: &Rc<State>, attempt: Attempt, less: Option<Rc<Cell<i64>>>) -> Service {
        Service {
            state: state.clone(),
            attempt,
            less,
            crashes: state.reach.crashes(),
            queues: false,
            stage: Stage::Enters,
            in_service: None,
            slot: None,
            queued: None,
            left: None,
        }
    }

    /// Its caller may go, and it goes on: it is told here.
    pub fn tells(&mut self, left: &Rc<Left>) {
        left.queues(self.queues);
        self.left = Some(left.clone());
    }

    /// The end: what it held is free before its caller hears of it.
    fn over(&mut self, answer: Answer) -> Poll<Answer> {
        (self.stage, self.in_service, self.queued) = (Stage::Forgotten, None, None);
        self.slot = None;
        Poll::Ready(answer)
    }

    /// Its service begins, unless the server does not answer at all just now.
    fn enter(&mut self) {
        // The job of one whose caller has gone is there no more.
        if self.queues && self.left.as_ref().is_none_or(|left| !left.begins()) {
            self.state.env.emit(EventKind::Started { job: self.attempt.job });
        }
        self.in_service = Some(InService::begin(&self.state));
        if self.state.down() == Some(Down::Never) {
            // It has its slot until its caller gives up, also when the outage is over: nobody remembers it.
            self.stage = Stage::Forgotten;
        }
    }
}

impl Future for Service {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        let this = &mut *self;
        if this.state.reach.crashes() != this.crashes {
            return this.over(Answer::Failed);
        }
        if let Stage::Waits(slot) = &mut this.stage {
            this.slot = Some(ready!(Pin::new(slot).poll(cx)));
            this.queued = None;
            this.stage = Stage::Enters;
        }
        if let (Stage::Enters, None) = (&this.stage, &this.in_service) {
            this.enter();
        }
        // A call that hangs keeps its slot, as a connection would that nobody knows to be dead.
        if let Stage::Enters = this.stage
            && !this.state.reach.is_cut()
        {
            let (takes, status) = this.state.visit(this.attempt, this.less.as_ref().map(|less| less.get()));
            this.stage = Stage::Served(this.state.env.sleep(takes), Answer::Status(status));
        }
        let Stage::Served(sleep, answer) = &mut this.stage else { return Poll::Pending };
        let answer = *answer;
        ready!(Pin::new(sleep).poll(cx));
        if this.state.reach.is_cut() { Poll::Pending } else { this.over(answer) }
    }
}
