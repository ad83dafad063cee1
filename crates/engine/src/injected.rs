//! A fault that the program itself injects, held like a permit: it ends when it is let go, on whatever way.

use super::core::Core;
use super::faults::{FaultId, Onset};
use std::fmt;
use std::rc::{Rc, Weak};

/// A fault of the script. See [`super::Env::inject`].
#[must_use = "the fault ends when this is dropped"]
pub struct Injected {
    core: Weak<Core>,
    id: FaultId,
}

impl Injected {
    pub(super) fn begin(core: &Rc<Core>, fault: &str, magnitude: i64) -> Injected {
        Injected { core: Rc::downgrade(core), id: core.begin_fault(fault, Onset::of(magnitude)) }
    }
}

impl fmt::Debug for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Injected({:?})", self.id)
    }
}

impl Drop for Injected {
    fn drop(&mut self) {
        if let Some(core) = self.core.upgrade() {
            core.end_fault(self.id);
        }
    }
}
