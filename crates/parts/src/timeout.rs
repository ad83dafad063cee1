//! Patience: a future that is dropped, and so cancelled, when it takes too long.

use millrace_engine::{Env, Sleep};
use millrace_trace::Span;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The time was up first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

/// Waits for `future`, at most for `span`. What is done at the very instant of the deadline is in time.
///
/// # Errors
/// [`Elapsed`]; the future was not finished and never will be.
#[track_caller]
pub fn timeout<F: Future>(env: &Env, span: Span, future: F) -> Timeout<F> {
    Timeout { env: env.clone(), alarm: env.sleep(span), future: Some(future) }
}

/// The same where no time at all stands for as long as it takes, as parameters have it: a maximum wait of 0.
///
/// # Errors
/// [`Elapsed`], as with [`timeout`].
#[track_caller]
pub fn at_most<F: Future>(env: &Env, span: Span, future: F) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let (inner, site) = (env.clone(), Location::caller());
    env.at(site, async move { if span.is_zero() { Ok(future.await) } else { timeout(&inner, span, future).await } })
}

pin_project! {
    /// The future of [`timeout`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Timeout<F> {
        env: Env,
        alarm: Sleep,
        #[pin]
        future: Option<F>,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(future) = this.future.as_mut().as_pin_mut()
            && let Poll::Ready(value) = future.poll(cx)
        {
            return Poll::Ready(Ok(value));
        }
        // Polled muted: the task shows one wait, that of the future.
        let (env, alarm) = (this.env, this.alarm);
        if env.muted(|| Pin::new(alarm).poll(cx)).is_ready() {
            this.future.set(None);
            return Poll::Ready(Err(Elapsed));
        }
        Poll::Pending
    }
}
