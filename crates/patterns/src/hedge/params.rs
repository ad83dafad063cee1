//! The parameters of hedging, and the words they choose from.

use millrace_parts::{HedgePolicy, Trigger};
use millrace_spec::{Choice, Field, Share, Values, params};
use millrace_trace::Span;
use millrace_upstream::{Load, ServerParams};

const TRIGGERS: &[Choice] = &[
    Choice { id: "fixed", label: "Fixed", help: "Always after the delay." },
    Choice {
        id: "p95",
        label: "95th percentile",
        help: "After the time that 95 of the last 100 first attempts took at most; after the delay until twenty have ended.",
    },
];

const SWITCH: &[Choice] = &[
    Choice { id: "on", label: "Yes", help: "In the instant in which another attempt succeeds." },
    Choice { id: "off", label: "No", help: "They go on for nobody, as calls do that nothing can cancel." },
];

fn hedges(values: &Values) -> bool {
    values.count("max") > 0
}

params! {
    /// The parameters of hedging.
    pub struct Params {
        ..load: Load { requests: 3_000, rate: 60.0 },
        /// How many callers there are, each with one request at a time. With open arrivals there are as many as it takes.
        callers: u32 => Field::count("callers", "Callers", 15, 1..=1_024).simple().when(Values::is_closed_loop),
        /// What says when it is time for a hedge.
        trigger: String => Field::choice("trigger", "Hedge after", "fixed", TRIGGERS).simple().when(hedges),
        /// How long a caller waits for an answer before it asks once more, and again before each further hedge.
        delay: Span => Field::span("delay", "Delay", Span::millis(50), Span::ZERO..=Span::secs(3600)).simple().when(hedges),
        /// How many hedges a request has at most, beside its first attempt.
        most: u32 => Field::count("max", "Hedges", 1, 0..=10).simple(),
        /// Hedges as a share of requests: each request puts so much of a hedge into a budget that all share, each hedge takes one out. 0 for
        /// no budget.
        budget: Share => Field::share("budget", "Hedge budget", 0.0, 1.0).simple().when(hedges),
        /// Whether the attempts that have lost are cancelled.
        cancel: String => Field::choice("cancel-losers", "Cancels losers", "on", SWITCH).simple().when(hedges),
        ;
        // Most calls are quick, and a few take ten times as long.
        ..server: ServerParams { server: "general", service: "pareto" },
    }
}

impl Params {
    pub(super) fn policy(&self) -> HedgePolicy {
        HedgePolicy {
            trigger: if self.trigger == "p95" { Trigger::P95(self.delay) } else { Trigger::After(self.delay) },
            most: self.most,
            cancel_losers: self.cancel != "off",
        }
    }
}
