//! The parameters of retrying, and the words they choose from.

use millrace_parts::{Backoff, Grows, Jitter, RetryPolicy};
use millrace_spec::{Choice, Field, Share, Values, params};
use millrace_trace::{Answer, Span};
use millrace_upstream::{Load, Outages, ServerParams};

const BACKOFFS: &[Choice] = &[
    Choice { id: "exponential", label: "Exponential", help: "The delay, then each wait so many times the one before." },
    Choice { id: "linear", label: "Linear", help: "Before the n-th retry the delay and n times the increment." },
    Choice { id: "constant", label: "Constant", help: "Always the delay." },
    Choice { id: "none", label: "None", help: "The next try is made at once." },
];

const JITTERS: &[Choice] = &[
    Choice { id: "none", label: "None", help: "Who fails together comes back together." },
    Choice { id: "full", label: "Full", help: "Anything from no wait to the whole backoff." },
    Choice { id: "equal", label: "Equal", help: "Half of the backoff, and anything up to the other half." },
    Choice {
        id: "decorrelated",
        label: "Decorrelated",
        help: "Anything from the delay to three times the wait before. It grows by itself.",
    },
    Choice { id: "added", label: "Added", help: "The whole backoff, and anything up to as much again on top." },
];

const RETRY_ON: &[Choice] = &[
    Choice {
        id: "all",
        label: "Errors and timeouts",
        help: "Answers of 500 and more, 429, calls that could not be made, and calls that took too long.",
    },
    Choice { id: "errors", label: "Errors", help: "The same without what took too long: that may still be worked on." },
    Choice { id: "timeouts", label: "Timeouts", help: "Only what took too long." },
];

const SWITCH: &[Choice] = &[
    Choice { id: "on", label: "Yes", help: "A caller stays away at least as long as it was asked to." },
    Choice { id: "off", label: "No", help: "It waits for its own backoff, whatever it was asked." },
];

fn waits(values: &Values) -> bool {
    values.word("backoff") != "none"
}

fn exponential(values: &Values) -> bool {
    values.word("backoff") == "exponential"
}

fn linear(values: &Values) -> bool {
    values.word("backoff") == "linear"
}

fn budgeted(values: &Values) -> bool {
    values.number("budget") > 0.0
}

params! {
    /// The parameters of retrying.
    pub struct Params {
        ..load: Load { requests: 1_500, rate: 60.0 },
        /// How many callers there are, each with one request at a time. With open arrivals there are as many as it takes.
        callers: u32 => Field::count("callers", "Callers", 15, 1..=1_024).simple().when(Values::is_closed_loop),
        /// How many tries a request has at most, the first included.
        attempts: u32 => Field::count("attempts", "Attempts", 3, 1..=2_000).simple(),
        /// How the wait grows from one try to the next.
        backoff: String => Field::choice("backoff", "Backoff", "exponential", BACKOFFS).simple(),
        /// The first wait.
        delay: Span => Field::span("delay", "Delay", Span::millis(500), Span::ZERO..=Span::secs(3600)).simple().when(waits),
        /// By what each wait is multiplied to get the next.
        factor: f64 => Field::rate("factor", "Factor", 2.0, 1.0..=100.0).unit("times").when(exponential),
        /// What is added before each further retry.
        increment: Span => Field::span("increment", "Increment", Span::secs(1), Span::ZERO..=Span::secs(3600)).when(linear),
        /// The longest wait, with its jitter.
        cap: Span => Field::span("cap", "Longest wait", Span::secs(10), Span::millis(1)..=Span::secs(86_400)).when(waits),
        /// What chance does to a wait, so that those who failed together do not come back together.
        jitter: String => Field::choice("jitter", "Jitter", "none", JITTERS).simple().when(waits),
        /// Retries as a share of requests: each request puts so much of a retry into a budget that all share, each retry takes one out. 0 for
        /// no budget.
        budget: Share => Field::share("budget", "Retry budget", 0.0, 1.0).simple(),
        /// How many retries a second time alone puts into the budget, so that a quiet service may retry too.
        budget_min: f64 => Field::rate("budget-min", "Budget, at least", 10.0, 0.0..=1_000_000.0).when(budgeted),
        /// For how long a request is tried in all, waits included; 0 for as long as its tries take.
        deadline: Span => Field::span("deadline", "Deadline", Span::ZERO, Span::ZERO..=Span::secs(86_400)),
        /// What is tried again. A request that was wrong (4xx but 429) stays wrong.
        retry_on: String => Field::choice("retry-on", "Retries on", "all", RETRY_ON),
        /// Whether a caller stays away as long as a refusal asks it to (Retry-After).
        honours: String => Field::choice("honour-retry-after", "Honours Retry-After", "on", SWITCH),
        /// How many tiers try again, one round the other: each with its attempts, its waits and its budget.
        tiers: u32 => Field::count("tiers", "Tiers that retry", 1, 1..=3),
        ;
        ..outages: Outages { first: Span::secs(8) },
        // One call in five fails.
        ..server: ServerParams { server: "general", errors: 0.2 },
    }
}

impl Params {
    pub(super) fn policy(&self) -> RetryPolicy {
        RetryPolicy {
            attempts: self.attempts,
            backoff: Backoff {
                grows: match self.backoff.as_str() {
                    "linear" => Grows::Linear(self.increment),
                    "constant" => Grows::Constant,
                    "none" => Grows::Never,
                    _ => Grows::Exponential(self.factor),
                },
                delay: self.delay,
                cap: self.cap,
                jitter: match self.jitter.as_str() {
                    "full" => Jitter::Full,
                    "equal" => Jitter::Equal,
                    "decorrelated" => Jitter::Decorrelated,
                    "added" => Jitter::Added,
                    _ => Jitter::None,
                },
            },
            deadline: (!self.deadline.is_zero()).then_some(self.deadline),
            honours: self.honours != "off",
        }
    }

    /// Whether an answer is worth another try.
    pub(super) fn tries_again(&self, answer: Answer) -> bool {
        match answer {
            Answer::TimedOut => self.retry_on != "errors",
            Answer::Status(429 | 500..) | Answer::Failed => self.retry_on != "timeouts",
            Answer::Status(_) | Answer::Cancelled => false,
        }
    }
}
