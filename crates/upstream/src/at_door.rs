//! A refusal at the door: 503 at once, without a slot.

use millrace_trace::Answer;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// It is refused when it is polled, and says that it was: only such a 503 asks its caller to stay away.
pub(super) struct Refusal(pub Rc<Cell<bool>>);

impl Future for Refusal {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answer> {
        self.0.set(true);
        Poll::Ready(Answer::Status(503))
    }
}
