//! The parameters of the policy pipeline.

use millrace_parts::{Backoff, Grows, Jitter, StackSettings};
use millrace_spec::{Field, Policy, Values, params, parse_policies};
use millrace_trace::Span;
use millrace_upstream::{Load, Outages, ServerParams};

/// The usual order.
pub(super) const USUAL: &str = "timeout:2s,retry:3,breaker:5,limit:100,bulkhead:20,timeout:250ms";

/// Lists for tests by chance.
const EXAMPLES: &[&str] = &[
    USUAL,
    "",
    "fallback,breaker:2,retry:3",
    "retry:2,hedge:5ms,bulkhead:3",
    "hedge:2ms,retry:3,timeout:10ms,breaker:1",
    "limit:1,fallback,timeout:0ms,retry:1",
];

fn has(values: &Values, word: &str) -> bool {
    parse_policies(values.word("policies")).is_ok_and(|all| all.iter().any(|policy| policy.word() == word))
}

fn retries(values: &Values) -> bool {
    has(values, "retry")
}

fn breaks(values: &Values) -> bool {
    has(values, "breaker")
}

params! {
    /// The parameters of the policy pipeline.
    pub struct Params {
        ..load: Load { requests: 1_000, rate: 50.0 },
        /// How many callers there are, each with one request at a time. With open arrivals there are as many as it takes.
        callers: u32 => Field::count("callers", "Callers", 3, 1..=1_024).simple().when(Values::is_closed_loop),
        /// The policies from the outside in: timeout:2s, retry:3 (tries), breaker:5 (failures in a row), limit:100 (a second), bulkhead:20 (at
        /// once), hedge:50ms, fallback.
        policies: String => Field::text("policies", "Policies", USUAL, "timeout:2s,retry:3,…", check, EXAMPLES).simple(),
        /// The wait before the first retry; each further one is twice as long, and chance takes any part of it.
        retry_delay: Span => Field::span("retry-delay", "Retry delay", Span::millis(200), Span::ZERO..=Span::secs(3600)).simple().when(retries),
        /// How long a breaker turns calls away before it lets probes through.
        breaker_reset: Span => Field::span("breaker-reset", "Breaker open for", Span::secs(2), Span::ZERO..=Span::secs(3600)).simple().when(breaks),
        /// How many probes close it again.
        probes: u32 => Field::count("half-open", "Probes", 1, 1..=100).when(breaks),
        ;
        ..outages: Outages { first: Span::secs(6) },
        ..server: ServerParams { server: "general", mean: Span::millis(40) },
    }
}

fn check(text: &str) -> Result<(), String> {
    parse_policies(text).map(|_| ())
}

impl Params {
    pub(super) fn policies(&self) -> Vec<Policy> {
        parse_policies(&self.policies).unwrap_or_default()
    }

    pub(super) fn settings(&self) -> StackSettings {
        StackSettings {
            backoff: Backoff {
                grows: Grows::Exponential(2.0),
                delay: self.retry_delay,
                cap: Span::secs(10),
                jitter: Jitter::Full,
            },
            open_for: self.breaker_reset,
            probes: self.probes,
        }
    }
}
