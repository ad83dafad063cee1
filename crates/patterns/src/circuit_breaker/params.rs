//! The parameters of the circuit breaker, and the words they choose from.

use millrace_parts::{BreakerSettings, Growth, HalfOpen, Probing, Slow, Trip, Window};
use millrace_spec::{Choice, DefaultValue, Field, Share, Value, Values, params};
use millrace_trace::Span;
use millrace_upstream::{Load, Outages, ServerParams};

const TRIPS: &[Choice] = &[
    Choice {
        id: "consecutive",
        label: "Failures in a row",
        help: "So many failures in a row open it; one success forgets them.",
    },
    Choice { id: "rate", label: "Rates", help: "The share of failed or of slow calls in the window opens it." },
];

const COUNTS: &[Choice] = &[
    Choice {
        id: "nothing",
        label: "Nothing",
        help: "The wrapped call never returns an error, as shipped: it cannot open.",
    },
    Choice {
        id: "errors",
        label: "Errors",
        help: "Answers of 500 and more, and calls that could not be made. A timeout says nothing.",
    },
    Choice {
        id: "errors-and-timeouts",
        label: "Errors and timeouts",
        help: "An answer that does not come in time is a failure too.",
    },
    Choice {
        id: "errors-timeouts-slow",
        label: "Slow calls too",
        help: "An answer that comes late is a failure even if it is a success.",
    },
];

const PROBING: &[Choice] = &[
    Choice {
        id: "in-flight",
        label: "Let through",
        help: "No more probes are let through than permitted until they have told.",
    },
    Choice {
        id: "passed",
        label: "Passed",
        help: "Only probes that passed count, as in the original: meanwhile everybody is let through.",
    },
];

const SLOW_IS: &[Choice] = &[
    Choice { id: "at-least", label: "At least the limit", help: "A call that takes the limit is slow." },
    Choice { id: "longer", label: "Longer", help: "Only one that takes longer than the limit is, as in resilience4j." },
];

const CLIENT_ERRORS: &[Choice] = &[
    Choice { id: "success", label: "A success", help: "The server works: it is the request that is wrong." },
    Choice {
        id: "failure",
        label: "A failure",
        help: "As in clients that take every status but 2xx for an error: wrong requests of one caller open it for all.",
    },
    Choice { id: "nothing", label: "Nothing", help: "It is neither, as an ignored exception in resilience4j." },
];

const WINDOWS: &[Choice] = &[
    Choice { id: "calls", label: "Calls", help: "The last so many calls, however long ago." },
    Choice { id: "time", label: "Time", help: "The calls of the last so many seconds, in slices." },
];

const ON_OPEN: &[Choice] = &[
    Choice { id: "reject", label: "Reject", help: "A call that is turned away is a request that fails, at once." },
    Choice {
        id: "fallback",
        label: "Fall back",
        help: "A call that is turned away is answered with a substitute, such as the last known value.",
    },
];

pub(super) fn rates(values: &Values) -> bool {
    values.word("trip") == "rate"
}

fn grows(values: &Values) -> bool {
    values.number("breaker-reset-factor") > 1.0
}

fn in_a_row(values: &Values) -> bool {
    !rates(values)
}

fn by_calls(values: &Values) -> bool {
    values.word("window") == "calls"
}

fn by_time(values: &Values) -> bool {
    !by_calls(values)
}

params! {
    /// The parameters of the circuit breaker.
    pub struct Params {
        ..load: Load,
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 15, 1..=1_024).simple(),
        /// How many failures in a row open the breaker.
        failures: u32 => Field::count("breaker-failures", "Failures in a row", 5, 1..=1_000).simple().when(in_a_row),
        /// How long it stays open before it lets probes through.
        reset: Span => Field::span("breaker-reset", "Stays open for", Span::secs(2), Span::ZERO..=Span::secs(3600)).simple(),
        /// How many probes decide whether it closes.
        half_open: u32 => Field::count("half-open", "Probes", 3, 1..=100).simple(),
        /// How long a caller rests after it was turned away, before it takes the next request.
        pause: Span => Field::span("pause", "Pause when rejected", Span::millis(100), Span::ZERO..=Span::secs(60)).simple(),
        /// What becomes of a request whose call is turned away.
        on_open: String => Field::choice("on-open", "When open", "reject", ON_OPEN).simple(),
        /// What opens it.
        trip: String => Field::choice("trip", "Opens on", "consecutive", TRIPS),
        /// What counts as a failure. As shipped: nothing.
        counts: String => Field::choice("counts", "Counts as failure", "errors-and-timeouts", COUNTS)
            .shipped(DefaultValue::Is(Value::Word("nothing".into()))),
        /// The share of failed calls that opens it.
        failure_rate: Share => Field::share("failure-rate", "Failure rate", 0.5, 1.0).when(rates),
        /// The share of slow calls that opens it.
        slow_rate: Share => Field::share("slow-rate", "Slow-call rate", 1.0, 1.0).when(rates),
        /// How many calls must be in the window before a rate counts.
        minimum: u32 => Field::count("minimum", "Minimum calls", 10, 1..=1_000).when(rates),
        /// From which time on a call is slow; 0 for never.
        slow_after: Span => Field::span("slow-after", "Slow from", Span::millis(100), Span::ZERO..=Span::secs(60)),
        /// What the window covers: a number of calls, or a time.
        window: String => Field::choice("window", "Window", "calls", WINDOWS),
        /// How many calls it holds.
        window_calls: u32 => Field::count("window-calls", "Calls in the window", 40, 1..=200).when(by_calls),
        /// How long it is.
        window_span: Span => Field::span("window-span", "Length of the window", Span::secs(2), Span::millis(1)..=Span::secs(600)).when(by_time),
        /// In how many steps it moves on.
        slices: u32 => Field::count("window-slices", "Slices", 10, 1..=60).when(by_time),
        /// What is limited to the number of probes while it is half-open.
        probing: String => Field::choice("probing", "Probes counted", "in-flight", PROBING)
            .shipped(DefaultValue::Is(Value::Word("passed".into()))),
        /// How many of the probes decide; 0 for all. The same as the minimum calls is what resilience4j does.
        deciding: u32 => Field::count("half-open-minimum", "Probes that decide", 0, 0..=100),
        /// How long it may be half-open before it opens again; 0 for ever.
        half_open_for: Span => Field::span("half-open-for", "Half-open at most", Span::ZERO, Span::ZERO..=Span::secs(3600)),
        /// By what the open time is multiplied each time that a probe sends the breaker back; 1 for always the same.
        factor: f64 => Field::rate("breaker-reset-factor", "Open time grows by", 1.0, 1.0..=100.0).unit("times"),
        /// The longest open time that this leads to.
        most: Span => Field::span("breaker-reset-max", "Open at most", Span::secs(60), Span::ZERO..=Span::secs(86_400)).when(grows),
        /// After how long a closed breaker forgets its failures in a row, and how calls go that are under way then; 0 for never.
        forget_after: Span => Field::span("forget-after", "Forgets after", Span::ZERO, Span::ZERO..=Span::secs(86_400)).when(in_a_row),
        /// Whether a call that takes exactly as long as the limit is slow.
        slow_is: String => Field::choice("slow-is", "Slow is", "at-least", SLOW_IS),
        /// What an answer of 4xx tells the breaker.
        client_errors: String => Field::choice("client-errors-count", "4xx counts as", "success", CLIENT_ERRORS),
        ;
        // A server of 20 ms that is down once, and callers who do not wait for ever.
        ..outages: Outages { lasts: Span::secs(3) },
        ..server: ServerParams { server: "general", timeout: Span::millis(250) },
    }
}

impl Params {
    pub(super) fn settings(&self) -> BreakerSettings {
        BreakerSettings {
            trip: match self.trip.as_str() {
                "rate" => Trip::Rate { failures: self.failure_rate.0, slow: self.slow_rate.0, minimum: self.minimum },
                _ => Trip::Consecutive(self.failures),
            },
            window: match self.window.as_str() {
                "time" => Window::Time { span: self.window_span, slices: self.slices },
                _ => Window::Calls(self.window_calls),
            },
            slow_after: (!self.slow_after.is_zero()).then_some(self.slow_after),
            slow_is: if self.slow_is == "longer" { Slow::Longer } else { Slow::AtLeast },
            forget_after: (!self.forget_after.is_zero()).then_some(self.forget_after),
            open_for: self.reset,
            growth: (self.factor > 1.0).then_some(Growth { factor: self.factor, most: self.most }),
            half_open: HalfOpen {
                permitted: self.half_open,
                counts: if self.probing == "passed" { Probing::Passed } else { Probing::InFlight },
                deciding: (self.deciding > 0).then_some(self.deciding),
                at_most: (!self.half_open_for.is_zero()).then_some(self.half_open_for),
            },
        }
    }
}
