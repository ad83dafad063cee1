//! Rate limiters: so much in a time and no more, by six rules, for one bucket or one for each key.
//!
//! Each rule is an [`Account`] in a file of its own, without a clock and without a task: it tells when somebody may pass, and takes down who did. What
//! all have in common is here: who asks is told at once whether it may go, has to wait for its turn, or is refused and when to ask again.
//!
//! - [`Limiter`]: one bucket with the line of those who wait for it.
//! - [`KeyedLimiter`]: a bucket for each key, made when the key first comes and thrown away when nobody can tell it from a new one.
//!
//! It decides nothing by itself what becomes of who is refused, and it is no queue for work: who waits is a task that waits.

mod account;
mod book;
mod fixed_window;
mod gcra;
mod keyed;
mod leaky_bucket;
mod line;
mod sliding_counter;
mod sliding_log;
mod token_bucket;
mod windows;

pub use account::{Account, Rule};
pub use fixed_window::FixedWindow;
pub use gcra::Gcra;
pub use keyed::KeyedLimiter;
pub use leaky_bucket::LeakyBucket;
pub use line::{Admission, Decision, Limiter, Refusal, Reservation};
pub use sliding_counter::SlidingCounter;
pub use sliding_log::SlidingLog;
pub use token_bucket::TokenBucket;

pub(crate) use book::Book;

use millrace_spec::LimiterRule;
use millrace_trace::Span;

/// How much is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// So much, at least one,
    pub limit: u32,
    /// in this time, which is some.
    pub per: Span,
    /// So much at once after a rest, and so many in a leaky bucket. Windows have no part in it.
    pub burst: u32,
    /// Whether a window counts those too that it refuses. Buckets do not.
    pub log_refused: bool,
}

/// How a limiter decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimiterSettings {
    /// By which rule.
    pub rule: LimiterRule,
    /// How much it allows.
    pub allowance: Allowance,
    /// Whether who comes too soon waits for its turn rather than being refused. In a leaky bucket it waits in any case, if there is room.
    pub waits: bool,
    /// Who would have to wait for longer is refused at once; none for as long as it takes.
    pub max_wait: Option<Span>,
}

impl LimiterSettings {
    /// How much may wait at once; none where there is no bound.
    fn room(&self) -> Option<u64> {
        match self.rule {
            LimiterRule::LeakyBucket => Some(self.allowance.burst.into()),
            _ => None,
        }
    }

    fn lets_wait(&self) -> bool {
        self.waits || self.rule == LimiterRule::LeakyBucket
    }
}
