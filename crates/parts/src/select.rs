//! The start of select: wait for the first of two, and where both are ready, pick one by lot, as Go does.
//!
//! The lot is drawn by polling in random order, so each ready case is equally likely. The other one is dropped, which
//! cancels it: a receive that was already handed a value gives it back. The task waits once, at the select, whatever its
//! cases wait for.

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
