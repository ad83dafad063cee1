//! Giving way: the tasks that are ready go first. In a program of the world this is where a scheduler may take the processor
//! away; here it happens where the pattern says so, and a race that needs it can be seen.

use super::env::Env;
use millrace_trace::{StationId, Wait};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The future of [`Env::turn`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Turn {
    env: Env,
    site: &'static Location<'static>,
    given: bool,
}

impl Turn {
    pub(super) fn new(env: Env, site: &'static Location<'static>) -> Turn {
        Turn { env, site, given: false }
    }
}

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.given, true) {
            return Poll::Ready(());
        }
        self.env.waits(Wait::Turn, StationId::NONE, self.site);
        self.env.wake(self.env.current());
        Poll::Pending
    }
}
