//! A task from outside: its reference, its handle, and the way of its result.

use super::core::Core;
use super::joins::AnyResult;
use millrace_trace::{Ending, Site, StationId, TaskId, Wait};
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A task to wake: where it is in the slab, and who it is. Ids are never reused, so a wake that comes late finds another
/// id in the slot and is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskRef {
    pub(super) slot: u32,
    pub(super) id: TaskId,
}

impl TaskRef {
    pub(super) const NONE: TaskRef = TaskRef { slot: u32::MAX, id: TaskId::NONE };

    /// The task's number.
    pub fn id(self) -> TaskId {
        self.id
    }
}

pin_project! {
    /// A task's future. No async block: that would hold the future twice, once where it was captured and once where it is awaited.
    struct Body<F> {
        #[pin]
        future: Option<F>,
    }
}

impl<F: Future<Output: 'static>> Future for Body<F> {
    type Output = AnyResult;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<AnyResult> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Pending };
        let Poll::Ready(result) = future.poll(cx) else { return Poll::Pending };
        // What the future holds goes before anybody hears of the result.
        this.future.set(None);
        Poll::Ready(Box::new(result))
    }
}

/// The handle of a spawned task. Awaiting it gives the task's result; dropping it cancels the task; [`Task::detach`] lets it run
/// on alone.
#[must_use = "dropping the handle cancels the task; call detach to let it run"]
pub struct Task<T> {
    core: Rc<Core>,
    task: TaskRef,
    detached: bool,
    result: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Task({})", self.task.id.0)
    }
}

impl<T: 'static> Task<T> {
    pub(super) fn spawn(
        core: &Rc<Core>,
        name: &str,
        station: StationId,
        site: Site,
        future: impl Future<Output = T> + 'static,
    ) -> Task<T> {
        Task::spawn_sized(core, name, station, site, 0, future)
    }

    /// The same, of a future that holds `boxed` bytes more in a box of its own.
    pub(super) fn spawn_sized(
        core: &Rc<Core>,
        name: &str,
        station: StationId,
        site: Site,
        boxed: usize,
        future: impl Future<Output = T> + 'static,
    ) -> Task<T> {
        let body = Body { future: Some(future) };
        let bytes = boxed + std::mem::size_of_val(&body);
        let task = core.spawn(name, station, site, bytes, Box::pin(body));
        Task { core: core.clone(), task, detached: false, result: PhantomData }
    }

    /// Lets the task run on without its handle.
    pub fn detach(mut self) {
        self.detached = true;
        self.core.let_go(self.task);
    }

    /// Ends the task as a fault does. It is cancelled, and its end says that it was killed.
    pub fn kill(self) {
        self.core.cancel(self.task, Ending::Killed);
    }

    /// The task's number.
    pub fn id(&self) -> TaskId {
        self.task.id
    }

    pub(super) fn task_ref(&self) -> TaskRef {
        self.task
    }

    /// Whether the task has a result.
    pub fn is_finished(&self) -> bool {
        self.core.joins.borrow().has(self.task.id)
    }

    /// The same as awaiting it, for those who need the future: to wait for one of several. Dropping that cancels the task.
    #[track_caller]
    pub fn join(self) -> JoinTask<T> {
        let site = Location::caller();
        JoinTask { task: self, site, waiting: false }
    }
}

impl<T: 'static> IntoFuture for Task<T> {
    type Output = T;
    type IntoFuture = JoinTask<T>;

    #[track_caller]
    fn into_future(self) -> JoinTask<T> {
        self.join()
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if !self.detached {
            self.core.cancel(self.task, Ending::Cancelled);
            self.core.let_go(self.task);
        }
    }
}

/// The future of an awaited [`Task`].
#[must_use = "futures do nothing unless polled"]
pub struct JoinTask<T> {
    task: Task<T>,
    site: &'static Location<'static>,
    waiting: bool,
}

impl<T: 'static> JoinTask<T> {
    /// Waits no more, and lets the task run on alone.
    pub fn detach(self) {
        self.task.detach();
    }
}

impl<T> fmt::Debug for JoinTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.task.fmt(f)
    }
}

impl<T: 'static> Future for JoinTask<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<T> {
        let core = &self.task.core;
        let result = core.joins.borrow_mut().fetch(self.task.task.id, core.current());
        if let Some(Ok(result)) = result.map(|result| result.downcast::<T>()) {
            return Poll::Ready(*result);
        }
        if !self.waiting {
            self.waiting = true;
            self.task.core.waits(Wait::Join, StationId::NONE, self.site);
        }
        Poll::Pending
    }
}
