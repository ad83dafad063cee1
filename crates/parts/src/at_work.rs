//! How many are at work on what somebody outside asked for, so that whoever wants to end can wait until nobody is.
//!
//! Each is counted as long as its guard is held, on whatever way it ends.

use super::watch::Watch;
use millrace_engine::Env;

/// A count of those who work. Clones are the same one.
#[derive(Clone, Debug)]
pub struct AtWork(Watch<u32>);

impl AtWork {
    /// Nobody works yet.
    pub fn new(env: &Env) -> AtWork {
        AtWork(Watch::new(env, 0))
    }

    /// One begins, and works as long as what this returns is held.
    pub fn begin(&self) -> Working {
        self.0.set(self.0.get() + 1);
        Working(self.clone())
    }

    /// Waits until nobody works. Whether somebody did.
    pub async fn finishes(&self) -> bool {
        let busy = self.0.get() > 0;
        self.0.until(|working| working == 0).await;
        busy
    }
}

/// One who works, as long as it is held.
#[derive(Debug)]
pub struct Working(AtWork);

impl Drop for Working {
    fn drop(&mut self) {
        let count = &self.0.0;
        count.set(count.get().saturating_sub(1));
    }
}
