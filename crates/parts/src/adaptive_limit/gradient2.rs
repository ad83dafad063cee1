//! Gradient2: it compares each call with a long average, and moves the limit by their ratio and a little more.
//!
//! gradient = tolerance × long ÷ this one, between ½ and 1; next = limit × gradient + queue, of which `smoothing` is made. While calls take about as long as they
//! usually do, the limit grows by a part of the queue that is allowed for; when they take longer it shrinks. It needs no quickest call, and gets used to a server
//! that is slower for good: the long average follows.

use super::{Inside, Sample};

/// See [the module](self).
#[derive(Clone, Debug)]
pub struct Gradient2 {
    estimate: f64,
    ends: (u32, u32),
    settings: Gradient2Settings,
    long: LongAverage,
    last: u64,
    gradient: f64,
}

/// The knobs of [`Gradient2`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient2Settings {
    /// Of each change so much is made.
    pub smoothing: f64,
    /// So many times the usual is still no longer than usual.
    pub tolerance: f64,
    /// Over about how many calls the long average goes.
    pub long_window: u32,
    /// The queue that is allowed for.
    pub queue: u32,
}

/// The first so many are averaged plainly.
const WARM_UP: u32 = 10;

/// An exponential average that begins as a plain one.
#[derive(Clone, Debug)]
struct LongAverage {
    value: f64,
    sum: f64,
    count: u32,
    factor: f64,
}

impl LongAverage {
    fn add(&mut self, sample: f64) -> f64 {
        if self.count < WARM_UP {
            self.count += 1;
            self.sum += sample;
            self.value = self.sum / f64::from(self.count);
        } else {
            self.value = self.value * (1.0 - self.factor) + sample * self.factor;
        }
        self.value
    }
}

impl Gradient2 {
    /// From a limit on, between a least and a greatest one.
    pub fn new(initial: u32, ends: (u32, u32), settings: Gradient2Settings) -> Gradient2 {
        let factor = 2.0 / (f64::from(settings.long_window) + 1.0);
        let long = LongAverage { value: 0.0, sum: 0.0, count: 0, factor };
        Gradient2 { estimate: initial.into(), ends, settings, long, last: 0, gradient: 1.0 }
    }

    /// The limit.
    pub fn limit(&self) -> u32 {
        self.estimate as u32
    }

    /// The long average and the last call in ns, and the gradient in millionths.
    pub(super) fn inside(&self) -> Inside {
        let whole = |x: f64| (x + 0.5) as i64;
        [whole(self.long.value), i64::try_from(self.last).unwrap_or(i64::MAX), whole(self.gradient * 1e6)]
    }

    /// Takes in a call that ended. Whether it was dropped makes no difference: it took its time.
    pub fn take_in(&mut self, sample: Sample) {
        let took = sample.took.0.max(1);
        self.last = took;
        let short = took as f64;
        let long = self.long.add(short);
        // After a slow time the average would take long to come down by itself.
        if long / short > 2.0 {
            self.long.value *= 0.95;
        }
        if f64::from(sample.under_way) < self.estimate / 2.0 {
            return;
        }
        let Gradient2Settings { smoothing, tolerance, queue, .. } = self.settings;
        self.gradient = (tolerance * long / short).clamp(0.5, 1.0);
        let next = self.estimate * self.gradient + f64::from(queue);
        let next = self.estimate * (1.0 - smoothing) + next * smoothing;
        let (least, greatest) = self.ends;
        self.estimate = next.clamp(f64::from(least), f64::from(greatest.max(least)));
    }
}
