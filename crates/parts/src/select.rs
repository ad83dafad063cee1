//! Select: wait for the first of two, or of any number, and where several are ready, pick one by lot, as Go does.
//!
//! The lot is drawn by polling in random order, so each ready case is equally likely. The others are dropped, which
//! cancels them: a receive that was already handed a value gives it back. The task waits once, at the select, whatever its
//! cases wait for. A case that is a nil channel in Go is left out here, or is `std::future::pending()`; a default is [`SelectAny::or_default`].

use millrace_engine::Env;
use millrace_trace::{StationId, Wait};
use pin_project_lite::pin_project;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Which of two came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first case.
    First(A),
    /// The second case.
    Second(B),
}

/// Waits for the first of two futures.
#[track_caller]
pub fn select2<A: Future, B: Future>(env: &Env, first: A, second: B) -> Select2<A, B> {
    Select2 { env: env.clone(), serial: env.serial(), polls: 0, site: Location::caller(), first, second }
}

pin_project! {
    /// The future of [`select2`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Select2<A, B> {
        env: Env,
        serial: u64,
        polls: u32,
        site: &'static Location<'static>,
        #[pin]
        first: A,
        #[pin]
        second: B,
    }
}

impl<A: Future, B: Future> Future for Select2<A, B> {
    type Output = Either<A::Output, B::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let heads = this.env.draw("select", *this.serial, *this.polls).chance(0.5);
        *this.polls += 1;
        let (first, second) = (this.first, this.second);
        let ready = this.env.muted(|| {
            let poll_first = |cx: &mut Context<'_>| first.poll(cx).map(Either::First);
            let poll_second = |cx: &mut Context<'_>| second.poll(cx).map(Either::Second);
            if heads { one_of(poll_first, poll_second, cx) } else { one_of(poll_second, poll_first, cx) }
        });
        if ready.is_pending() && *this.polls == 1 {
            this.env.waits(Wait::Select, StationId::NONE, this.site);
        }
        ready
    }
}

fn one_of<T>(
    a: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    b: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    cx: &mut Context<'_>,
) -> Poll<T> {
    match a(cx) {
        Poll::Pending => b(cx),
        ready => ready,
    }
}

/// One of several cases.
pub type Case<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Waits for the first of any number of futures of one kind; for ever where there is none.
#[track_caller]
pub fn select_any<'a, T>(env: &Env, cases: Vec<Case<'a, T>>) -> SelectAny<'a, T> {
    SelectAny { env: env.clone(), serial: env.serial(), polls: 0, site: Location::caller(), cases }
}

/// The future of [`select_any`]: which of them it was, counted from nought, and what came of it.
#[must_use = "futures do nothing unless polled"]
pub struct SelectAny<'a, T> {
    env: Env,
    serial: u64,
    polls: u32,
    site: &'static Location<'static>,
    cases: Vec<Case<'a, T>>,
}

impl<T> std::fmt::Debug for SelectAny<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SelectAny({} cases)", self.cases.len())
    }
}

impl<T> SelectAny<'_, T> {
    /// With a default: does not wait where none is ready, and has nothing then.
    pub fn or_default(mut self) -> impl Future<Output = Option<(usize, T)>> {
        std::future::poll_fn(move |cx| {
            Poll::Ready(match self.poll_cases(cx) {
                Poll::Ready(first) => Some(first),
                Poll::Pending => None,
            })
        })
    }

    /// Polls the cases in an order by lot until one is ready.
    fn poll_cases(&mut self, cx: &mut Context<'_>) -> Poll<(usize, T)> {
        let mut lot = self.env.draw("select", self.serial, self.polls);
        self.polls += 1;
        let mut left: Vec<usize> = (0..self.cases.len()).collect();
        while !left.is_empty() {
            let index = left.swap_remove(lot.below(left.len() as u64) as usize);
            let Some(case) = self.cases.get_mut(index) else { continue };
            if let Poll::Ready(value) = self.env.muted(|| case.as_mut().poll(cx)) {
                return Poll::Ready((index, value));
            }
        }
        Poll::Pending
    }
}

impl<T> Future for SelectAny<'_, T> {
    type Output = (usize, T);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<(usize, T)> {
        let first = self.poll_cases(cx);
        if first.is_pending() && self.polls == 1 {
            self.env.waits(Wait::Select, StationId::NONE, self.site);
        }
        first
    }
}
