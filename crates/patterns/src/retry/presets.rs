//! Scenarios of retrying, each with a point to make.

use millrace_spec::{Deed, Preset, Question, Trial};
use millrace_trace::Span;

pub(super) const QUESTION: Question = Question {
    place: 5,
    asks: "Start a storm of retries",
    preset: "storm",
    beside: &[],
    stops: Span::millis(18_000),
    fact: "3.6 attempts a request",
    picture: "backoff",
};

pub(super) const USUAL: Preset = Preset {
    label: "One call in five fails",
    says: "One call in five fails: of three tries one mostly succeeds, for a quarter more calls.",
    tries: &[
        Trial::at(1_500, "Try once", &[Deed::Value("attempts", "1")]),
        Trial::at(1_500, "Full jitter", &[Deed::Value("jitter", "full")]),
        Trial::at(1_500, "Open the code at the backoff", &[Deed::Code("parts/backoff.rs", "Jitter::Full =>")]),
    ],
    ..Preset::BASE
};

/// A server of 100 a second that does not notice when a caller has gone, with a queue that is longer than anybody's patience, and 60
/// requests a second that try four times. It is down for 4 s.
macro_rules! storm {
    ($($more:expr),* $(,)?) => { &[
        ("arrivals", "poisson"),
        ("rate", "60"),
        ("requests", "3600"),
        ("attempts", "4"),
        ("delay", "200ms"),
        ("jitter", "full"),
        ("service", "constant"),
        ("mean", "100ms"),
        ("errors", "0"),
        ("slots", "10"),
        ("server-queue", "120"),
        ("callers-gone", "served"),
        ("timeout", "1s"),
        ("outage-at", "8s"),
        ("outage-for", "4s"),
        $($more),*
    ] };
}

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "storm",
        label: "Storm after the outage",
        says: "The server is down for 4 s and comes back; the storm stays, and almost nobody is served.",
        help: "60 requests a second for a server that can do 100. While it is down each brings four tries; the queue fills, what is served has been given up already, and is tried again. The outage ends and the storm does not.",
        tries: &[
            Trial::at(
                18_000,
                "Give it a budget beside",
                &[Deed::Beside("budget", "0.2"), Deed::Beside("budget-min", "0")],
            ),
            Trial::at(18_000, "Let the server notice", &[Deed::Value("callers-gone", "noticed")]),
            Trial::at(18_000, "Try once", &[Deed::Value("attempts", "1")]),
        ],
        speed: 2.0,
        values: storm!(),
        ..Preset::BASE
    },
    Preset {
        id: "storm-and-cure",
        label: "The storm and its cure",
        says: "The same outage with every failure tried again, and with one retry for five requests.",
        help: "Two runs under one playhead on the same traffic. Above, the storm that outlives its outage; below a budget of 20 % of the requests, with which the same outage is over when it is over.",
        tries: &[
            Trial::at(18_000, "Beside, a budget of 50 %", &[Deed::Beside("budget", "0.5")]),
            Trial::at(18_000, "Let the outage last for 1 s", &[Deed::Value("outage-for", "1s")]),
        ],
        beside: &[("budget", "0.2"), ("budget-min", "0")],
        speed: 2.0,
        values: storm!(),
        ..Preset::BASE
    },
    Preset {
        id: "budget",
        label: "A budget ends it",
        says: "The same outage with a budget of 20 %: it runs out while all fails, and the storm never begins.",
        help: "Each request puts a fifth of a retry into the budget and each retry takes one out. In the outage most requests find it empty and are given up after one try: the load grows by a fifth, not fourfold.",
        tries: &[
            Trial::at(18_000, "Take the budget away", &[Deed::Value("budget", "0")]),
            Trial::at(11_000, "Open the code at the budget", &[Deed::Code("parts/retry.rs", "budget.take()")]),
        ],
        speed: 2.0,
        values: storm!(("budget", "0.2"), ("budget-min", "0")),
        ..Preset::BASE
    },
    Preset {
        id: "tiers",
        label: "Two tiers that retry",
        says: "A gateway retries and so do its clients: nine calls of one request, where one makes three.",
        help: "Each tier has a policy that is sensible by itself. While the server is down they multiply: three tries of three tries are nine calls for one request.",
        tries: &[
            Trial::at(6_000, "Retry on one tier", &[Deed::Value("tiers", "1")]),
            Trial::at(6_000, "Three tiers", &[Deed::Value("tiers", "3")]),
        ],
        beside: &[("tiers", "1")],
        values: &[
            ("arrivals", "poisson"),
            ("rate", "20"),
            ("requests", "400"),
            ("tiers", "2"),
            ("delay", "100ms"),
            ("jitter", "full"),
            ("errors", "0"),
            ("outage-at", "4s"),
            ("outage-for", "5s"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "linear",
        label: "Linear against exponential",
        says: "Waits that grow by a second each time, as in the sources' worker, and waits that double.",
        help: "The server is down for 10 s. Exponential waits of the general helper end at 10 s; the worker's grow by a second each, for as many tries as there are.",
        tries: &[
            Trial::at(12_000, "Constant waits beside", &[Deed::Beside("backoff", "constant")]),
            Trial::at(12_000, "With added jitter", &[Deed::Value("jitter", "added")]),
        ],
        beside: &[("backoff", "exponential"), ("cap", "10s")],
        values: &[
            ("arrivals", "constant"),
            ("rate", "4"),
            ("requests", "200"),
            ("attempts", "6"),
            ("backoff", "linear"),
            ("cap", "1h"),
            ("errors", "0"),
            ("outage-at", "4s"),
            ("outage-for", "10s"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "herd",
        label: "Back together",
        says: "A burst fails together and without jitter comes back together: each wave meets a full queue.",
        help: "Sixty requests come at once to a server with room for twelve. All that were refused wait for the same time, and meet again. Any jitter parts them.",
        tries: &[
            Trial::at(1_000, "Full jitter", &[Deed::Value("jitter", "full")]),
            Trial::at(1_000, "Decorrelated jitter", &[Deed::Value("jitter", "decorrelated")]),
        ],
        speed: 0.3,
        values: &[
            ("arrivals", "burst"),
            ("burst-size", "60"),
            ("burst-every", "6s"),
            ("requests", "180"),
            ("attempts", "5"),
            ("delay", "200ms"),
            ("factor", "1"),
            ("errors", "0"),
            ("service", "constant"),
            ("mean", "20ms"),
            ("slots", "2"),
            ("server-queue", "10"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "retry-after",
        label: "Asked to stay away",
        says: "A refusal asks to stay away for 3 s: who does is served, who does not uses up the tries.",
        help: "For 2 s the server refuses at the door and asks to stay away for 3 s. Who honours that makes one call in vain; who goes by its own backoff uses up its tries while the server is down.",
        tries: &[
            Trial::at(5_000, "Be asked for 1 s", &[Deed::Value("retry-after", "1s")]),
            Trial::at(5_000, "Give it 2 s in all", &[Deed::Value("deadline", "2s")]),
        ],
        beside: &[("honour-retry-after", "off")],
        values: &[
            ("arrivals", "poisson"),
            ("rate", "20"),
            ("requests", "300"),
            ("delay", "200ms"),
            ("errors", "0"),
            ("outage-at", "3s"),
            ("outage-for", "2s"),
            ("outage-answers", "at-once"),
            ("retry-after", "3s"),
        ],
        ..Preset::BASE
    },
];
