//! Additive increase, multiplicative decrease: one more for each call that went well while at least half the limit is used, and a share less for each that
//! was dropped or took longer than the timeout. It is TCP's oldest rule; it knows no latency below its timeout, so it finds the edge by falling over it.

use super::Sample;
use millrace_trace::Span;

/// See [the module](self).
#[derive(Clone, Debug)]
pub struct Aimd {
    limit: u32,
    ends: (u32, u32),
    backoff: f64,
    timeout: Span,
}

impl Aimd {
    /// From a limit on, between a least and a greatest one; after a drop, or a call that took longer than `timeout`, it goes to `backoff` of itself.
    pub fn new(initial: u32, ends: (u32, u32), backoff: f64, timeout: Span) -> Aimd {
        Aimd { limit: initial, ends, backoff, timeout }
    }

    /// The limit.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Takes in a call that ended.
    pub fn take_in(&mut self, sample: Sample) {
        let (least, greatest) = self.ends;
        if sample.dropped || sample.took > self.timeout {
            self.limit = (f64::from(self.limit) * self.backoff) as u32;
        } else if u64::from(sample.under_way) * 2 >= u64::from(self.limit) {
            self.limit = self.limit.saturating_add(1);
        }
        self.limit = self.limit.max(least).min(greatest);
    }
}
