//! The breaker of the pool: who asks it, and what it is told.
//!
//! As documented ten failures in a row open it, and one probe a minute decides. The one of the code counts all failures since it was closed, lets everybody through after
//! its minute and closes with the first success; but nobody calls it, so as shipped it stays what it is. Where it is asked all the same its own ways can be seen.

use super::BREAKER;
use super::params::Params;
use millrace_engine::Env;
use millrace_parts::{Breaker, BreakerSettings, Checked, CountingBreaker, HalfOpen, Pass};
use millrace_trace::{Span, StationId};

const FAILURES: u32 = 10;
const OPEN_FOR: Span = Span::secs(60);

/// The breaker, whether or not somebody asks it.
pub(super) struct Guard {
    is_asked: bool,
    breaker: Kind,
}

enum Kind {
    Plain(Breaker),
    Counting(CountingBreaker),
}

/// Leave to open a connection.
pub(super) enum Leave<'a> {
    /// Nobody was asked, and nobody is told.
    Unasked,
    Plain(Pass),
    Counting(&'a CountingBreaker),
}

impl Guard {
    pub fn open(env: &Env, p: &Params, is_shipped: bool) -> Guard {
        let breaker = if is_shipped {
            Kind::Counting(CountingBreaker::open(env, BREAKER, FAILURES, OPEN_FOR))
        } else {
            let settings = BreakerSettings::plain(FAILURES, OPEN_FOR, HalfOpen::of(1));
            Kind::Plain(Breaker::open(env, StationId::NONE, BREAKER, settings))
        };
        Guard { is_asked: p.breaker == "asked", breaker }
    }

    /// Asks it, if that is what is done. Nothing where it turns away.
    pub fn admits(&self) -> Option<Leave<'_>> {
        match &self.breaker {
            _ if !self.is_asked => Some(Leave::Unasked),
            Kind::Plain(breaker) => breaker.admit().ok().map(Leave::Plain),
            Kind::Counting(breaker) if breaker.checks() == Checked::Rejects => {
                breaker.turns_away();
                None
            }
            Kind::Counting(breaker) => {
                breaker.lets_in();
                Some(Leave::Counting(breaker))
            }
        }
    }
}

impl Leave<'_> {
    pub fn success(self) {
        match self {
            Leave::Unasked => {}
            Leave::Plain(pass) => pass.success(),
            Leave::Counting(breaker) => breaker.succeeds(),
        }
    }

    pub fn failure(self) {
        match self {
            Leave::Unasked => {}
            Leave::Plain(pass) => pass.failure(),
            Leave::Counting(breaker) => {
                breaker.fails();
            }
        }
    }
}
