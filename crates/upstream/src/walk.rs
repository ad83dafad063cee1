//! The latency walk of the test server, as its source computes it.
//!
//! The update, in this order, on every request (times in seconds):
//!
//! ```text
//! dt      = now - last ; last = now
//! latency = max(0, latency + U(-0.1, +0.1) * clamp(dt / 5, 0.1, 2))
//! if U(0,1) < 0.2 * clamp(dt / 10, 0.1, 2): error = not error
//! ```
//!
//! A *new* state for each request, as the shipped server has it, never walks anywhere: dt is next to nothing, so latency
//! is max(0, U(-10 ms, +10 ms)) and an error comes with probability 0.02, whatever the load.

use millrace_engine::Draw;
use millrace_trace::SimTime;

/// The state of the walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walk {
    /// Seconds.
    pub latency: f64,
    /// Whether the server answers with errors.
    pub error: bool,
    last: SimTime,
}

impl Walk {
    /// The state of a server that was just started.
    pub fn new(now: SimTime) -> Walk {
        Walk { latency: 0.0, error: false, last: now }
    }

    /// One step, for a request that comes now.
    pub fn step(&mut self, now: SimTime, draw: &mut Draw) {
        let dt = now.since(self.last).seconds();
        self.last = now;
        self.latency = (self.latency + draw.uniform(-0.1, 0.1) * (dt / 5.0).clamp(0.1, 2.0)).max(0.0);
        if draw.chance(0.2 * (dt / 10.0).clamp(0.1, 2.0)) {
            self.error = !self.error;
        }
    }

    /// Keeps the walk below a ceiling, which the source does not.
    pub fn cap(&mut self, seconds: f64) {
        self.latency = self.latency.min(seconds);
    }
}
