//! The parameters of the rate limiter, and the words they choose from.

use millrace_parts::{Allowance, LimiterSettings, Traffic};
use millrace_spec::{Choice, DefaultValue, Field, FieldGroup, LimiterRule, Role, Scripted, Value, Values, params};
use millrace_trace::Span;
use millrace_upstream::{Keys, Load, ServerParams};

const ALGORITHMS: &[Choice] = &[
    Choice {
        id: "token-bucket",
        label: "Token bucket",
        help: "Tokens come one by one up to the burst, and a request takes as many as it costs.",
    },
    Choice {
        id: "leaky-bucket",
        label: "Leaky bucket",
        help: "Requests queue, as many as the burst, and leave one by one at equal distances.",
    },
    Choice {
        id: "fixed-window",
        label: "Fixed window",
        help: "So many in each window. Windows begin at multiples of their length from 0.",
    },
    Choice { id: "sliding-log", label: "Sliding log", help: "So many in the time up to now, each remembered." },
    Choice {
        id: "sliding-counter",
        label: "Sliding counter",
        help: "The same, estimated from the counts of this window and the one before.",
    },
    Choice { id: "gcra", label: "GCRA", help: "A token bucket that remembers one instant only." },
    Choice {
        id: ALL,
        label: "All six",
        help: "All six are asked on the same traffic. What the token bucket says counts, and no server is called.",
    },
];

/// The choice that asks all of them.
pub(super) const ALL: &str = "all";

const ON_LIMIT: &[Choice] = &[
    Choice {
        id: "reject",
        label: "Reject",
        help: "Who comes too soon is refused with a 429 that says when to come again. A leaky bucket lets it wait if there is room.",
    },
    Choice { id: "wait", label: "Wait", help: "Who comes too soon waits for its turn, first come, first served." },
];

const STORES: &[Choice] = &[
    Choice {
        id: "locked",
        label: "Locked",
        help: "A bucket is looked up and made in one step: two who come with a new key at once find one.",
    },
    Choice {
        id: "racing",
        label: "Racing",
        help: "A bucket is looked up, made, and then stored: two who come with a new key at once make one each, and the last that is stored stays.",
    },
];

const ON_OFF: &[Choice] =
    &[Choice { id: "on", label: "On", help: "It does." }, Choice { id: "off", label: "Off", help: "It does not." }];

const OFF_ON: &[Choice] =
    &[Choice { id: "off", label: "Off", help: "They do not." }, Choice { id: "on", label: "On", help: "They do." }];

fn has_burst(values: &Values) -> bool {
    LimiterRule::ALL.iter().find(|rule| rule.id() == values.word("algorithm")).is_none_or(|rule| rule.has_burst())
}

fn windows(values: &Values) -> bool {
    matches!(values.word("algorithm"), "fixed-window" | "sliding-log" | "sliding-counter" | ALL)
}

fn somebody_waits(values: &Values) -> bool {
    values.word("on-limit") == "wait" || matches!(values.word("algorithm"), "leaky-bucket" | ALL)
}

fn several(values: &Values) -> bool {
    values.count("keys") > 1
}

fn refuses_to_listen(values: &Values) -> bool {
    values.word("honour-retry-after") == "off"
}

/// A year.
const LONGEST: Span = Span::secs(366 * 86_400);

params! {
    /// The parameters of the rate limiter.
    pub struct Params {
        ..load: Load,
        /// By which rule it decides.
        algorithm: String => Field::choice("algorithm", "Algorithm", "token-bucket", ALGORITHMS).simple(),
        /// How many requests are let through in the time below.
        limit: u32 => Field::count("limit", "Limit", 100, 1..=1_000_000).simple(),
        /// The time that the limit is for.
        per: Span => Field::span("per", "Per", Span::secs(1), Span::micros(1)..=Span::secs(86_400)).simple(),
        /// How many may come at once after a rest; how many wait in a leaky bucket. Windows have no burst.
        burst: u32 => Field::count("burst", "Burst", 10, 1..=1_000_000).simple().when(has_burst),
        /// What becomes of who comes too soon.
        on_limit: String => Field::choice("on-limit", "On limit", "reject", ON_LIMIT).simple(),
        /// Who would have to wait for longer is refused at once; 0 for as long as it takes.
        max_wait: Span => Field::span("max-wait", "Longest wait", Span::ZERO, Span::ZERO..=LONGEST).when(somebody_waits),
        /// How long who waits does so before it gives up and goes, without the limiter knowing before: exponential with this mean. 0 for ever.
        patience: Span => Field::span("patience", "Patience", Span::ZERO, Span::ZERO..=LONGEST).when(somebody_waits),
        /// How many keys there are: users, addresses, tenants, each with a bucket of its own.
        keys: u32 => Field::count("keys", "Keys", 1, 1..=100_000).simple(),
        /// How unevenly requests fall on the keys: 0 evenly, 1 as the words of a text (Zipf).
        skew: f64 => Field::rate("skew", "Skew", 1.0, 0.0..=3.0).unit("").when(several),
        /// How the bucket of a key is found, and made where there is none.
        store: String => Field::choice("store", "Store", "locked", STORES)
            .shipped(DefaultValue::Is(Value::Word("racing".into()))),
        /// A bucket that nobody asked for so long is thrown away, once it is as if it were new; 0 for never.
        forget_after: Span => Field::span("forget-after", "Forget after", Span::ZERO, Span::ZERO..=LONGEST),
        /// Whether refused requests count in a window.
        log_refused: String => Field::choice("log-refused", "Log refused", "off", OFF_ON).when(windows),
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 15, 1..=10_000).simple().when(Values::is_closed_loop),
        /// Whether who is refused stays away for as long as it was told to.
        honour: String => Field::choice("honour-retry-after", "Heeds Retry-After", "on", ON_OFF),
        /// How long who does not heed it stays away after a refusal, before it asks again or takes its next request.
        pause: Span => Field::span("pause", "Pause when refused", Span::millis(10), Span::ZERO..=Span::secs(3600)).when(refuses_to_listen),
        /// How often a request that was refused is tried again.
        retries: u32 => Field::count("retries", "Tries again", 0, 0..=100),
        ;
        ..server: ServerParams { server: "general" },
    }
}

impl Params {
    /// The fields: in a script, *n is the cost of a request.
    pub(super) fn with_costs() -> Vec<Field> {
        let mut fields = Params::fields();
        for field in fields.iter_mut().filter(|field| field.role == Some(Role::Script)) {
            field.role = Some(Role::Costs);
            field.help = "What comes when: key*cost@time joined by ;, as in anna@0s;bob*3@1.5s. A request costs 1 unless it says so. A script that is not \
                          empty is in force whatever the arrivals are, and says how many requests there are.";
        }
        fields
    }

    /// The rules that are asked, in this order.
    pub(super) fn rules(&self) -> Vec<LimiterRule> {
        rules(&self.algorithm)
    }

    pub(super) fn settings(&self, rule: LimiterRule) -> LimiterSettings {
        let allowance =
            Allowance { limit: self.limit, per: self.per, burst: self.burst, log_refused: self.log_refused == "on" };
        let max_wait = (!self.max_wait.is_zero()).then_some(self.max_wait);
        LimiterSettings { rule, allowance, waits: self.on_limit == "wait", max_wait }
    }

    pub(super) fn keys(&self) -> Keys {
        Keys::with_costs(&self.load.script, self.keys, self.skew)
    }

    /// How requests come: each entry of a script is one.
    pub(super) fn traffic(&self) -> (u32, Traffic) {
        match self.load.traffic() {
            Traffic::Script(script) => {
                let each = script.iter().map(|entry| Scripted { times: 1, ..entry.clone() });
                (u32::MAX, Traffic::Script(each.collect()))
            }
            other => (self.load.requests, other),
        }
    }

    /// After how long an idle bucket is forgotten.
    pub(super) fn forgets(&self) -> Option<Span> {
        (!self.forget_after.is_zero()).then_some(self.forget_after)
    }
}

/// The rules that a choice of the algorithm stands for.
pub(super) fn rules(algorithm: &str) -> Vec<LimiterRule> {
    LimiterRule::ALL.into_iter().filter(|rule| algorithm == ALL || algorithm == rule.id()).collect()
}
