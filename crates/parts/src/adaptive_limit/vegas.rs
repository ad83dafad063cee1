//! Vegas: it estimates the queue from how much longer a call takes than the quickest one, and keeps it short.
//!
//! queue = limit × (1 − quickest ÷ this one), rounded up. Up to the threshold the limit grows fast, below alpha by a step, above beta it goes down by one; all are
//! multiples of the logarithm of the limit. The quickest is forgotten now and then (a *probe*, after some thirty times the limit, jittered), for the
//! server may have become slower for good. From TCP Vegas (Brakmo and Peterson, 1995).

use super::{Inside, Sample};
use millrace_engine::Stream;

/// See [the module](self).
#[derive(Clone, Debug)]
pub struct Vegas {
    estimate: f64,
    ends: (u32, u32),
    alpha: f64,
    beta: f64,
    smoothing: f64,
    /// The quickest call since the last probe, in ns; 0 before there was one.
    quickest: u64,
    queue: u32,
    samples: u64,
    probes: u64,
    jitter: f64,
    dice: Stream,
}

/// After so many times the limit the quickest is forgotten.
const PROBE_AFTER: f64 = 30.0;

impl Vegas {
    /// From a limit on, between a least and a greatest one. `alpha` and `beta` are multiples of the logarithm of the limit; of each change `smoothing` is
    /// made, 1 for all of it. The dice jitter its probes.
    pub fn new(initial: u32, ends: (u32, u32), (alpha, beta): (f64, f64), smoothing: f64, dice: Stream) -> Vegas {
        let mut vegas = Vegas {
            estimate: initial.into(),
            ends,
            alpha,
            beta,
            smoothing,
            quickest: 0,
            queue: 0,
            samples: 0,
            probes: 0,
            jitter: 1.0,
            dice,
        };
        vegas.draw_jitter();
        vegas
    }

    /// The limit.
    pub fn limit(&self) -> u32 {
        self.estimate as u32
    }

    /// The quickest call in ns, and the queue that was estimated last.
    pub(super) fn inside(&self) -> Inside {
        [i64::try_from(self.quickest).unwrap_or(i64::MAX), self.queue.into(), 0]
    }

    fn draw_jitter(&mut self) {
        self.jitter = self.dice.draw(self.probes, 0).uniform(0.5, 1.0);
        self.probes += 1;
    }

    /// Takes in a call that ended.
    pub fn take_in(&mut self, sample: Sample) {
        // A call that took no time at all says nothing.
        let took = sample.took.0.max(1);
        self.samples += 1;
        if self.jitter * PROBE_AFTER * self.estimate <= self.samples as f64 {
            self.draw_jitter();
            (self.samples, self.quickest) = (0, took);
            return;
        }
        if self.quickest == 0 || took < self.quickest {
            self.quickest = took;
            return;
        }
        let queue = libm::ceil(self.estimate * (1.0 - self.quickest as f64 / took as f64));
        self.queue = queue as u32;
        // As in the original: the whole part of the logarithm, at least one.
        let step = libm::floor(libm::log10(libm::floor(self.estimate).max(1.0)) + 1e-12).max(1.0);
        let next = if sample.dropped {
            self.estimate - step
        } else if f64::from(sample.under_way) * 2.0 < self.estimate {
            // Whoever does not use what there is says nothing of what there could be.
            return;
        } else if queue <= step {
            self.estimate + libm::floor(self.beta * step)
        } else if queue < self.alpha * step {
            self.estimate + step
        } else if queue > self.beta * step {
            self.estimate - step
        } else {
            return;
        };
        let (least, greatest) = self.ends;
        let next = next.clamp(f64::from(least.max(1)), f64::from(greatest.max(least).max(1)));
        self.estimate = (1.0 - self.smoothing) * self.estimate + self.smoothing * next;
    }
}
