//! What a rule keeps of those who passed: the words that all rules have in common, and the six of them as one.

use super::{Allowance, FixedWindow, Gcra, LeakyBucket, SlidingCounter, SlidingLog, TokenBucket};
use millrace_spec::LimiterRule;
use millrace_trace::SimTime;

/// The account of a rule. It only tells when somebody may pass and takes down who did: who waits, and in which order, is no affair of it. Instants never
/// go back from one call to the next.
pub trait Account {
    /// The first instant, no earlier than `from`, at which a request would pass if nobody else came before it; none where it never would.
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime>;

    /// A request passes.
    fn take(&mut self, at: SimTime, cost: u32);

    /// A request that passed at this very instant is taken back.
    fn take_back(&mut self, at: SimTime, cost: u32);

    /// A request is refused, for rules that take that down.
    fn refuse(&mut self, _at: SimTime, _cost: u32) {}

    /// From when on it is as if it were new, if nobody comes: what may then be thrown away without giving anything away.
    fn as_new_from(&self) -> SimTime;
}

/// The account of one of the six rules.
#[derive(Clone, Debug)]
pub enum Rule {
    /// See [`TokenBucket`].
    TokenBucket(TokenBucket),
    /// See [`LeakyBucket`].
    LeakyBucket(LeakyBucket),
    /// See [`FixedWindow`].
    FixedWindow(FixedWindow),
    /// See [`SlidingLog`].
    SlidingLog(SlidingLog),
    /// See [`SlidingCounter`].
    SlidingCounter(SlidingCounter),
    /// See [`Gcra`].
    Gcra(Gcra),
}

impl Rule {
    /// A new account.
    pub fn new(rule: LimiterRule, allowance: &Allowance) -> Rule {
        match rule {
            LimiterRule::TokenBucket => Rule::TokenBucket(TokenBucket::new(allowance)),
            LimiterRule::LeakyBucket => Rule::LeakyBucket(LeakyBucket::new(allowance)),
            LimiterRule::FixedWindow => Rule::FixedWindow(FixedWindow::new(allowance)),
            LimiterRule::SlidingLog => Rule::SlidingLog(SlidingLog::new(allowance)),
            LimiterRule::SlidingCounter => Rule::SlidingCounter(SlidingCounter::new(allowance)),
            LimiterRule::Gcra => Rule::Gcra(Gcra::new(allowance)),
        }
    }

    fn account(&self) -> &dyn Account {
        match self {
            Rule::TokenBucket(account) => account,
            Rule::LeakyBucket(account) => account,
            Rule::FixedWindow(account) => account,
            Rule::SlidingLog(account) => account,
            Rule::SlidingCounter(account) => account,
            Rule::Gcra(account) => account,
        }
    }

    fn account_mut(&mut self) -> &mut dyn Account {
        match self {
            Rule::TokenBucket(account) => account,
            Rule::LeakyBucket(account) => account,
            Rule::FixedWindow(account) => account,
            Rule::SlidingLog(account) => account,
            Rule::SlidingCounter(account) => account,
            Rule::Gcra(account) => account,
        }
    }
}

impl Account for Rule {
    fn earliest(&self, from: SimTime, cost: u32) -> Option<SimTime> {
        self.account().earliest(from, cost)
    }

    fn take(&mut self, at: SimTime, cost: u32) {
        self.account_mut().take(at, cost);
    }

    fn take_back(&mut self, at: SimTime, cost: u32) {
        self.account_mut().take_back(at, cost);
    }

    fn refuse(&mut self, at: SimTime, cost: u32) {
        self.account_mut().refuse(at, cost);
    }

    fn as_new_from(&self) -> SimTime {
        self.account().as_new_from()
    }
}

/// An instant of so many nanoseconds; none where virtual time ends before it.
pub(super) fn instant(nanos: u128) -> Option<SimTime> {
    u64::try_from(nanos).ok().map(SimTime)
}

/// a ÷ b, rounded up: no earlier than it is allowed.
pub(super) fn ceil(a: u128, b: u128) -> u128 {
    a.div_ceil(b.max(1))
}
