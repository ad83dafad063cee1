//! Waiting for a time.

use super::core::Core;
use super::timers::{Purpose, TimerId};
use millrace_trace::{SimTime, StationId, Wait};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// The future of [`crate::Env::sleep`]. Dropped before its time, it never moves the clock.
#[must_use = "futures do nothing unless polled"]
pub struct Sleep {
    core: Rc<Core>,
    deadline: SimTime,
    timer: Option<TimerId>,
    what: Wait,
    purpose: Purpose,
    site: &'static Location<'static>,
}

impl Sleep {
    pub(super) fn new(core: Rc<Core>, deadline: SimTime, what: Wait, site: &'static Location<'static>) -> Sleep {
        Sleep { core, deadline, timer: None, what, purpose: Purpose::Work, site }
    }

    /// The same time, waited for by somebody who only looks and whom nobody waits for: a monitor, a reaper, a script of outages.
    /// A run that has nothing else to wait for does not go on for it: it ends, as [`crate::Progress::Deadlock`].
    pub fn in_background(mut self) -> Sleep {
        self.purpose = Purpose::Watch;
        self
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sleep(until {} ns)", self.deadline.0)
    }
}

impl Future for Sleep {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        if self.core.now() >= self.deadline {
            // A sleep of no length is ready at once. A timer that is due has fired: all that are due at an instant fire
            // before any task is polled at it.
            self.timer = None;
            return Poll::Ready(());
        }
        if self.timer.is_none() {
            self.arm();
        }
        Poll::Pending
    }
}

impl Sleep {
    #[inline(never)]
    fn arm(&mut self) {
        self.timer = Some(self.core.arm(self.deadline, self.purpose));
        self.core.waits(self.what, StationId::NONE, self.site);
    }
}

impl Drop for Sleep {
    #[inline]
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take()
            && self.core.now() < self.deadline
        {
            self.core.drop_timer(timer);
        }
    }
}
