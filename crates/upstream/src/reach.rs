//! Whether calls reach a server at all: a partition holds them up on both ways, a crash ends them.

use millrace_engine::Env;
use std::cell::Cell;
use std::rc::Rc;

/// The state of the way to a server, and of its process. Whatever changes wakes all tasks, and each looks for itself: faults are so
/// rare that no call has to be on a list for them.
#[derive(Debug, Default)]
pub(super) struct Reach {
    cut: Cell<bool>,
    gone: Cell<bool>,
    crashes: Cell<u32>,
}

impl Reach {
    /// A way that the faults with these names cut, and end.
    pub fn new(env: &Env, partition: &str, crash: &str) -> Rc<Reach> {
        let reach = Rc::new(Reach::default());
        let (inner, ours) = (env.clone(), reach.clone());
        env.on_fault(partition, move |standing| {
            if ours.cut.replace(!standing.is_empty()) && standing.is_empty() {
                inner.wake_all();
            }
        });
        let (inner, ours) = (env.clone(), reach.clone());
        env.on_fault(crash, move |standing| {
            if !ours.gone.replace(!standing.is_empty()) && !standing.is_empty() {
                ours.crashes.set(ours.crashes.get().wrapping_add(1));
                inner.wake_all();
            }
        });
        reach
    }

    /// Whether its process is gone.
    pub fn is_gone(&self) -> bool {
        self.gone.get()
    }

    /// How often it has crashed: what was there before is not there any more.
    pub fn crashes(&self) -> u32 {
        self.crashes.get()
    }

    /// Whether nothing gets through.
    pub fn is_cut(&self) -> bool {
        self.cut.get()
    }
}
