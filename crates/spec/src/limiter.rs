//! What a rate limiter shows of itself on its station, for whoever draws it, checks it or reports it.

use super::packed::Packed;
use millrace_trace::{Gauge, Span};

/// A limiter that tells how many passed and were refused, and nothing of each.
#[derive(Clone, Debug, PartialEq)]
pub struct CountingLimit {
    /// Its station.
    pub station: &'static str,
    /// What each of which has a bucket of its own: "socket".
    pub each: &'static str,
    /// So much is let through of each in that time.
    pub limit: u32,
    /// The time that the limit is for.
    pub per: Span,
}

/// The rule by which a limiter decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimiterRule {
    /// Tokens come one by one up to a burst; a request takes as many as it costs.
    TokenBucket,
    /// Requests queue in a bucket and leave it one by one, at equal distances.
    LeakyBucket,
    /// So many in each window; windows lie at multiples of their length from 0.
    FixedWindow,
    /// So many in any time of that length that ends now, each remembered.
    SlidingLog,
    /// The same, estimated from the counts of this window and the one before.
    SlidingCounter,
    /// One instant, the theoretical arrival time, says all that a token bucket knows.
    Gcra,
}

impl LimiterRule {
    /// All rules, in the order in which they are shown and asked.
    pub const ALL: [LimiterRule; 6] = [
        LimiterRule::TokenBucket,
        LimiterRule::LeakyBucket,
        LimiterRule::FixedWindow,
        LimiterRule::SlidingLog,
        LimiterRule::SlidingCounter,
        LimiterRule::Gcra,
    ];

    /// Its name in links and reports.
    pub const fn id(self) -> &'static str {
        match self {
            LimiterRule::TokenBucket => "token-bucket",
            LimiterRule::LeakyBucket => "leaky-bucket",
            LimiterRule::FixedWindow => "fixed-window",
            LimiterRule::SlidingLog => "sliding-log",
            LimiterRule::SlidingCounter => "sliding-counter",
            LimiterRule::Gcra => "gcra",
        }
    }

    /// Its name on the page.
    pub const fn label(self) -> &'static str {
        match self {
            LimiterRule::TokenBucket => "Token bucket",
            LimiterRule::LeakyBucket => "Leaky bucket",
            LimiterRule::FixedWindow => "Fixed window",
            LimiterRule::SlidingLog => "Sliding log",
            LimiterRule::SlidingCounter => "Sliding counter",
            LimiterRule::Gcra => "GCRA",
        }
    }

    /// Whether the burst has a part in it.
    pub const fn has_burst(self) -> bool {
        matches!(self, LimiterRule::TokenBucket | LimiterRule::LeakyBucket | LimiterRule::Gcra)
    }
}

/// What the gauges of a limiter mean. All are of its station; those of one key's bucket are of that bucket's, which is the same where there is one
/// only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimiterGauges {
    /// Requests that were let through, at once or after a wait.
    pub passed: Gauge,
    /// Requests that were turned away, and those that gave up waiting.
    pub refused: Gauge,
    /// Requests that wait.
    pub waiting: Gauge,
    /// The most that was let through within any time as long as the limit's, by cost.
    pub most: Gauge,
    /// After how long the request that is refused next may ask again, in ns; -1 for never. Written before its verdict.
    pub retry_after: Gauge,
    /// Buckets that are kept.
    pub kept: Gauge,
    /// Buckets that were made so far.
    pub made: Gauge,
    /// How many asked it; of a bucket, how many asked that.
    pub asked: Gauge,
    /// A bucket: its level. Millionths of tokens; what waits; what is counted in the window; what is in the log; the instant until which it is booked.
    pub level: Gauge,
    /// A bucket: as of when, in ns: when the level was that; when the next leaves; when the window began.
    pub as_of: Gauge,
    /// A bucket: what was counted in the window before; when the oldest entry of the log was made, in ns.
    pub before: Gauge,
    /// Buckets whose place another took, with all that it knew: two for one key.
    pub lost: Gauge,
    /// What may be let through in the time that the limit is for.
    pub limit: Gauge,
    /// The next [`Verdict`], one after the other.
    pub verdict: Gauge,
}

impl LimiterGauges {
    /// The gauges of every limiter. No other gate has a gauge of the number of the verdicts, so that whoever draws knows them by it.
    pub const ALL: LimiterGauges = LimiterGauges {
        passed: Gauge(0),
        refused: Gauge(1),
        waiting: Gauge(2),
        most: Gauge(3),
        retry_after: Gauge(4),
        kept: Gauge(5),
        made: Gauge(6),
        asked: Gauge(7),
        level: Gauge(8),
        as_of: Gauge(9),
        before: Gauge(10),
        lost: Gauge(11),
        limit: Gauge(12),
        verdict: Gauge(255),
    };
}

/// What a limiter said. Requests are numbered in the order in which they asked, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody asked and was let through.
    Passed(Asked),
    /// Somebody asked and has to wait.
    Waits(Asked),
    /// Somebody asked and was turned away.
    Refused(Asked),
    /// The request of this number, which waited, was let through.
    Served(u32),
    /// The request of this number, which waited, gave up.
    GaveUp(u32),
}

/// What somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whose it is: the number of the key.
    pub key: u32,
    /// What it costs, at most 16,777,215.
    pub cost: u32,
}

const KINDS: i64 = 5;
const KEYS: i64 = 1 << 24;

impl Packed for Verdict {
    fn packed(self) -> i64 {
        let asked = |asked: Asked| i64::from(asked.cost).min(KEYS - 1) * KEYS + i64::from(asked.key).min(KEYS - 1);
        let (kind, number) = match self {
            Verdict::Passed(what) => (0, asked(what)),
            Verdict::Waits(what) => (1, asked(what)),
            Verdict::Refused(what) => (2, asked(what)),
            Verdict::Served(number) => (3, i64::from(number)),
            Verdict::GaveUp(number) => (4, i64::from(number)),
        };
        number * KINDS + kind
    }

    fn read(packed: i64) -> Verdict {
        let number = packed / KINDS;
        let whole = |n: i64| u32::try_from(n).unwrap_or(0);
        let asked = Asked { key: whole(number % KEYS), cost: whole(number / KEYS) };
        match packed % KINDS {
            0 => Verdict::Passed(asked),
            1 => Verdict::Waits(asked),
            2 => Verdict::Refused(asked),
            3 => Verdict::Served(whole(number)),
            _ => Verdict::GaveUp(whole(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_read_as_it_was_written() {
        let asked = [(0, 1), (3, 7), (16_777_215, 16_777_215)].map(|(key, cost)| Asked { key, cost });
        let asking = asked.into_iter().flat_map(|a| [Verdict::Passed(a), Verdict::Waits(a), Verdict::Refused(a)]);
        let later = [0, 1, u32::MAX].into_iter().flat_map(|n| [Verdict::Served(n), Verdict::GaveUp(n)]);
        for verdict in asking.chain(later) {
            assert_eq!(Verdict::read(verdict.packed()), verdict);
        }
    }
}
