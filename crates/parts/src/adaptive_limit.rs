//! A limit on what is under way that looks for itself: how many calls at once get the most done without making each of them slow.
//!
//! After Netflix's concurrency-limits. Each call that ends is a sample: how long it took, how many were under way when it began, and whether it was dropped. A
//! rule makes of it the next limit; whoever comes while as many are under way is refused at once. The rules are in files of their own, each without a
//! clock and without a task: [`Aimd`], [`Vegas`], [`Gradient2`]; a limit that stays as it is, is one too.
//!
//! Samples are taken one by one, as `SimpleLimiter` does, without the windows that can be put before. A call that was cancelled, or whose permit was dropped
//! without a word, is no sample.

mod aimd;
mod gradient2;
mod vegas;

pub use aimd::Aimd;
pub use gradient2::{Gradient2, Gradient2Settings};
pub use vegas::Vegas;

use super::shown::Shown;
use millrace_engine::Env;
use millrace_spec::MeterGauges;
use millrace_trace::{SimTime, Span, StationId, StationKind};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

const GAUGES: MeterGauges = MeterGauges::ALL;

/// A call that ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// How long it took.
    pub took: Span,
    /// How many were under way when it began, itself included.
    pub under_way: u32,
    /// Whether it came to nothing because there was too much: a timeout, a 503.
    pub dropped: bool,
}

/// What a rule shows of itself beside the limit: three numbers at most, in the units that the picture is told.
pub type Inside = [i64; 3];

/// How the next limit is found.
#[derive(Clone, Debug)]
pub enum LimitRule {
    /// It stays as it is.
    Fixed(u32),
    /// See [`Aimd`].
    Aimd(Aimd),
    /// See [`Vegas`].
    Vegas(Vegas),
    /// See [`Gradient2`].
    Gradient2(Gradient2),
}

impl LimitRule {
    /// The limit.
    pub fn limit(&self) -> u32 {
        match self {
            LimitRule::Fixed(limit) => *limit,
            LimitRule::Aimd(rule) => rule.limit(),
            LimitRule::Vegas(rule) => rule.limit(),
            LimitRule::Gradient2(rule) => rule.limit(),
        }
    }

    fn take_in(&mut self, sample: Sample) {
        match self {
            LimitRule::Fixed(_) => {}
            LimitRule::Aimd(rule) => rule.take_in(sample),
            LimitRule::Vegas(rule) => rule.take_in(sample),
            LimitRule::Gradient2(rule) => rule.take_in(sample),
        }
    }

    fn inside(&self) -> Inside {
        match self {
            LimitRule::Fixed(_) | LimitRule::Aimd(_) => [0; 3],
            LimitRule::Vegas(rule) => rule.inside(),
            LimitRule::Gradient2(rule) => rule.inside(),
        }
    }
}

/// A limit that moves. Its clones are the same one.
#[derive(Clone)]
pub struct AdaptiveLimit(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    inner: RefCell<Inner>,
}

struct Inner {
    rule: LimitRule,
    under_way: u32,
    refused: u32,
    shown: Shown,
}

/// There are as many under way as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited;

/// Somebody is under way; dropping it is to be so no more, without saying how it went.
#[must_use = "a pass that is dropped is given back"]
pub struct Underway {
    limit: AdaptiveLimit,
    began: SimTime,
    under_way: u32,
}

impl fmt::Debug for AdaptiveLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AdaptiveLimit({} of {})", self.under_way(), self.limit())
    }
}

impl fmt::Debug for Underway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Underway")
    }
}

impl AdaptiveLimit {
    /// A limit with nobody under way, as a gate with a name.
    pub fn open(env: &Env, name: &str, rule: LimitRule) -> AdaptiveLimit {
        let station = env.open_plain(StationKind::Gate, name);
        let inner = RefCell::new(Inner { rule, under_way: 0, refused: 0, shown: Shown::default() });
        let limit = AdaptiveLimit(Rc::new(Shared { env: env.clone(), station, inner }));
        limit.0.show();
        limit
    }

    /// Its station.
    pub fn station(&self) -> StationId {
        self.0.station
    }

    /// How many may be under way now.
    pub fn limit(&self) -> u32 {
        self.0.inner.borrow().rule.limit()
    }

    /// How many are.
    pub fn under_way(&self) -> u32 {
        self.0.inner.borrow().under_way
    }

    /// Asks to make a call. Whoever is let through says how it went.
    ///
    /// # Errors
    /// [`Limited`], where as many are under way as may be.
    pub fn admit(&self) -> Result<Underway, Limited> {
        let now = self.0.env.now();
        let admitted = {
            let inner = &mut *self.0.inner.borrow_mut();
            if inner.under_way >= inner.rule.limit() {
                inner.refused = inner.refused.saturating_add(1);
                Err(Limited)
            } else {
                inner.under_way += 1;
                Ok(inner.under_way)
            }
        };
        self.0.show();
        admitted.map(|under_way| Underway { limit: self.clone(), began: now, under_way })
    }
}

impl Underway {
    /// The call was answered.
    pub fn answered(self) {
        self.sample(false);
    }

    /// The call came to nothing because there was too much: it took too long, or was refused.
    pub fn dropped(self) {
        self.sample(true);
    }

    fn sample(&self, dropped: bool) {
        let took = self.limit.0.env.now().since(self.began);
        let sample = Sample { took, under_way: self.under_way, dropped };
        self.limit.0.inner.borrow_mut().rule.take_in(sample);
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.limit.0.inner.borrow_mut().under_way -= 1;
        self.limit.0.show();
    }
}

impl Shared {
    /// Writes the gauges that have changed.
    fn show(&self) {
        let inner = &mut *self.inner.borrow_mut();
        let [a, b, c] = inner.rule.inside();
        let values = [
            (GAUGES.limit, i64::from(inner.rule.limit())),
            (GAUGES.under_way, inner.under_way.into()),
            (GAUGES.refused, inner.refused.into()),
            (GAUGES.inside[0], a),
            (GAUGES.inside[1], b),
            (GAUGES.inside[2], c),
        ];
        inner.shown.show(&self.env, self.station, values);
    }
}
