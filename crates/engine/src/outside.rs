//! Wakes that come through `std::task::Waker`, from futures that are no parts: a browser's promise, a test's channel.
//!
//! Parts wake tasks by number and never clone a waker, so a task gets one of its own only when a poll of it has kept one:
//! until then all tasks are polled with the same spare one, which costs no allocation. By callgrind, one of its own for each task
//! from its start makes 7,500 that sleep once 18 % dearer (2,593 instructions each, not 2,201), 7,500 that make a call 11 %, and
//! saves the few tasks of a pool nothing. The fence is no instruction on x86 and none in wasm.
//!
//! The wakers are safe `Arc`s; they may be sent to another thread, and woken there at any time.

use super::task::TaskRef;
use millrace_trace::TaskId;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The wakes that have come and were not taken in.
#[derive(Default)]
pub(super) struct Outside {
    any: AtomicBool,
    woken: Mutex<Vec<TaskRef>>,
}

/// A waker for one task.
pub(super) struct OutsideWaker {
    /// The task's slot and number.
    task: AtomicU64,
    outside: Arc<Outside>,
}

/// A waker that nobody keeps.
pub(super) struct SpareWaker {
    shared: Arc<OutsideWaker>,
    waker: Waker,
}

impl Outside {
    /// Whether there are wakes to take in. Only a load: a swap waits until all earlier writes are through, and this is asked before
    /// each poll.
    #[inline]
    pub fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Takes in the wakes, in the order in which they came.
    pub fn drain(&self, wake: impl FnMut(TaskRef)) {
        if self.any.swap(false, Ordering::Acquire) {
            let woken = std::mem::take(&mut *self.woken.lock().unwrap_or_else(PoisonError::into_inner));
            woken.into_iter().for_each(wake);
        }
    }
}

impl Wake for OutsideWaker {
    fn wake(self: Arc<Self>) {
        let task = self.task.load(Ordering::Relaxed);
        let task = TaskRef { slot: (task >> 32) as u32, id: TaskId(task as u32) };
        self.outside.woken.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        self.outside.any.store(true, Ordering::Release);
    }
}

impl SpareWaker {
    pub fn new(outside: &Arc<Outside>) -> SpareWaker {
        let shared = Arc::new(OutsideWaker { task: AtomicU64::new(0), outside: outside.clone() });
        SpareWaker { waker: shared.clone().into(), shared }
    }

    /// Polls a task with this waker. If the task has kept it, it is the task's own from now on, and comes out.
    #[inline]
    pub fn lend<R>(
        &mut self,
        task: TaskRef,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<R>,
    ) -> (Poll<R>, Option<Arc<OutsideWaker>>) {
        self.shared.task.store(u64::from(task.slot) << 32 | u64::from(task.id.0), Ordering::Relaxed);
        let result = poll(&mut Context::from_waker(&self.waker));
        if Arc::strong_count(&self.shared) > 2 {
            return (result, Some(self.replace()));
        }
        // Another thread may have used it and let go: what it read was read before the waker is given to the next task.
        fence(Ordering::Acquire);
        (result, None)
    }

    #[cold]
    fn replace(&mut self) -> Arc<OutsideWaker> {
        let fresh = SpareWaker::new(&self.shared.outside);
        std::mem::replace(self, fresh).shared
    }
}
