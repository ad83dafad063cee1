//! The ends of tasks whose handles are held: results that nobody has fetched, and who waits for one.
//!
//! Only such tasks are here. Most are detached or never asked for, so that what a handle and its task would share, a box of its
//! own for each, is not there at all: it was a tenth of what it takes to start 7,500 tasks.

use super::task::TaskRef;
use millrace_trace::TaskId;
use std::any::Any;
use std::collections::BTreeMap;

/// What a task's future gave, whatever it is. Nothing at all needs no memory.
pub(super) type AnyResult = Box<dyn Any>;

/// Results and who waits for them, by task.
#[derive(Default)]
pub(super) struct Joins {
    results: BTreeMap<TaskId, AnyResult>,
    waiters: BTreeMap<TaskId, TaskRef>,
}

impl Joins {
    /// A task has ended with a result; who waits for it.
    pub fn ended(&mut self, task: TaskId, result: AnyResult) -> Option<TaskRef> {
        self.results.insert(task, result);
        self.waiters.remove(&task)
    }

    /// Whether a task has ended with a result that nobody has fetched.
    pub fn has(&self, task: TaskId) -> bool {
        self.results.contains_key(&task)
    }

    /// Fetches the result of a task; or else somebody waits for it.
    pub fn fetch(&mut self, task: TaskId, waiter: TaskRef) -> Option<AnyResult> {
        let result = self.results.remove(&task);
        if result.is_none() {
            self.waiters.insert(task, waiter);
        }
        result
    }

    /// Nobody holds a task's handle any more. What it gave, to be dropped.
    pub fn forget(&mut self, task: TaskId) -> Option<AnyResult> {
        self.waiters.remove(&task);
        self.results.remove(&task)
    }
}
