//! Work beside the page, in slices: as much as fits into a few milliseconds of a frame, so that the page never has a long task.

use crate::platform::clock;

/// Polls between looks at the clock.
const POLLS: u64 = 512;

/// Calls `work` with a number of polls, again and again, until it says that it is done or so many milliseconds are over. Whether
/// it is done.
pub fn work_for(ms: f64, mut work: impl FnMut(u64) -> bool) -> bool {
    let deadline = clock::now_ms() + ms;
    loop {
        if work(POLLS) {
            return true;
        }
        if clock::now_ms() >= deadline {
            return false;
        }
    }
}
