//! The tasks of a run: a slab of slots, and the queue of those that are ready.
//!
//! Both are one thing in one borrow, because a wake needs both: whether the task is queued already stands in its slot. The borrow
//! is never held while a future is polled or dropped: either may wake, spawn or cancel.

use super::joins::AnyResult;
use super::outside::OutsideWaker;
use super::rng::Draw;
use super::site::Sites;
use super::task::TaskRef;
use millrace_trace::{StationId, TaskId, TextId, Wait};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A boxed task as the executor keeps it.
pub(super) type BoxedTask = Pin<Box<dyn Future<Output = AnyResult>>>;

/// What a task waits for, as the executor remembers it for deadlock reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WaitPoint {
    pub what: Wait,
    pub station: StationId,
    pub site: Sites,
}

/// One slot of the slab.
struct Slot {
    /// Whose it is, or [`TaskId::NONE`] for one that is free, and for a task that has cancelled itself and is still being polled.
    id: TaskId,
    queued: bool,
    /// Whether its handle is held, so that somebody may ask for its result.
    held: bool,
    /// None while it is being polled, and when the slot is free.
    future: Option<BoxedTask>,
    /// The waker of its own, where it has handed one to the outside.
    waker: Option<Arc<OutsideWaker>>,
    station: StationId,
    name: TextId,
    wait: Option<WaitPoint>,
}

/// A task that is taken out to be polled.
pub(super) struct Taken {
    pub future: BoxedTask,
    pub waker: Option<Arc<OutsideWaker>>,
    pub station: StationId,
}

/// A task that is gone.
pub(super) struct Removed {
    /// None where that is being polled.
    pub future: Option<BoxedTask>,
    pub station: StationId,
    /// Whether somebody holds its handle.
    pub held: bool,
}

/// A task that has not ended, for reports.
pub(super) struct LiveTask {
    pub id: TaskId,
    pub name: TextId,
    pub wait: Option<WaitPoint>,
}

/// All tasks that have not ended.
#[derive(Default)]
pub(super) struct Tasks {
    slots: Vec<Slot>,
    free: Vec<u32>,
    ready: VecDeque<TaskRef>,
}

impl Tasks {
    /// Adds a task, ready for its first turn.
    pub fn add(&mut self, id: TaskId, name: TextId, station: StationId, future: BoxedTask) -> TaskRef {
        let number = self.free.pop().unwrap_or(self.slots.len() as u32);
        let slot = Slot { id, queued: true, held: true, future: Some(future), waker: None, station, name, wait: None };
        match self.slots.get_mut(number as usize) {
            Some(free) => *free = slot,
            None => self.slots.push(slot),
        }
        let task = TaskRef { slot: number, id };
        self.ready.push_back(task);
        task
    }

    fn slot(&mut self, task: TaskRef) -> Option<&mut Slot> {
        self.slots.get_mut(task.slot as usize).filter(|slot| slot.id == task.id)
    }

    /// Puts a task in the ready queue, unless it is there, or gone.
    #[inline]
    pub fn wake(&mut self, task: TaskRef) {
        let fresh = self.slot(task).is_some_and(|slot| !std::mem::replace(&mut slot.queued, true));
        if fresh {
            self.ready.push_back(task);
        }
    }

    /// Puts every task in the ready queue that is not there, in the order of spawning.
    pub fn wake_all(&mut self) {
        let live = self.slots.iter().zip(0..).filter(|(slot, _)| slot.id != TaskId::NONE);
        let mut all: Vec<TaskRef> = live.map(|(slot, number)| TaskRef { slot: number, id: slot.id }).collect();
        millrace_trace::order::sort_by_key(&mut all, |task| task.id);
        all.into_iter().for_each(|task| self.wake(task));
    }

    /// Whose turn it is: the first that became ready, or one by lot.
    #[inline]
    pub fn next(&mut self, lot: &mut Option<Draw>) -> Option<TaskRef> {
        match lot {
            Some(lot) if self.ready.len() > 1 => {
                let index = lot.below(self.ready.len() as u64) as usize;
                self.ready.remove(index)
            }
            _ => self.ready.pop_front(),
        }
    }

    /// How many are in the ready queue.
    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Takes a task out to poll it. None if it is gone.
    #[inline]
    pub fn take(&mut self, task: TaskRef) -> Option<Taken> {
        let slot = self.slot(task)?;
        slot.queued = false;
        Some(Taken { future: slot.future.take()?, waker: slot.waker.clone(), station: slot.station })
    }

    /// Puts a task back that waits, with the waker that it has kept for its own. Its future comes out again if it has been cancelled
    /// meanwhile.
    #[inline]
    pub fn put_back(
        &mut self,
        task: TaskRef,
        future: BoxedTask,
        kept: Option<Arc<OutsideWaker>>,
    ) -> Result<(), BoxedTask> {
        match self.slot(task) {
            Some(slot) => {
                slot.future = Some(future);
                if kept.is_some() {
                    slot.waker = kept;
                }
                Ok(())
            }
            None => Err(future),
        }
    }

    /// A task is gone from here on: wakes find it no more. None if it was gone. Its slot is given back by [`Tasks::release`] once its
    /// future is dropped.
    pub fn remove(&mut self, task: TaskRef) -> Option<Removed> {
        let slot = self.slot(task)?;
        slot.id = TaskId::NONE;
        slot.waker = None;
        Some(Removed { future: slot.future.take(), station: slot.station, held: slot.held })
    }

    /// Nobody holds a task's handle any more.
    pub fn let_go(&mut self, task: TaskRef) -> bool {
        self.slot(task).map(|slot| slot.held = false).is_some()
    }

    /// The slot of a task that was removed may be used again.
    pub fn release(&mut self, task: TaskRef) {
        self.free.push(task.slot);
    }

    /// A task waits for something, until it says otherwise. Nothing if that is a beat it waited for before, or the task is gone.
    #[inline]
    pub fn waits(&mut self, task: TaskRef, point: WaitPoint) -> Option<()> {
        let slot = self.slot(task)?;
        if point.what == Wait::Tick && slot.wait == Some(point) {
            return None;
        }
        slot.wait = Some(point);
        Some(())
    }

    /// The tasks that have not ended, in the order of spawning.
    pub fn live(&self) -> Vec<LiveTask> {
        let live = self.slots.iter().filter(|slot| slot.id != TaskId::NONE);
        let mut live: Vec<_> = live.map(|slot| LiveTask { id: slot.id, name: slot.name, wait: slot.wait }).collect();
        millrace_trace::order::sort_by_key(&mut live, |task| task.id);
        live
    }

    /// How many tasks have not ended.
    pub fn count(&self) -> u64 {
        self.slots.iter().filter(|slot| slot.id != TaskId::NONE).count() as u64
    }

    /// Removes all tasks; their futures, to be dropped.
    pub fn remove_all(&mut self) -> Vec<BoxedTask> {
        let futures = self.slots.iter_mut().filter_map(|slot| {
            slot.id = TaskId::NONE;
            slot.future.take()
        });
        futures.collect()
    }
}
