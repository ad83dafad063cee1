//! Scenarios of hedging, each with a point to make.

use millrace_spec::{Deed, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Once more after 50 ms",
    says: "Who has not heard after 50 ms asks once more: few do, and the first answer counts.",
    tries: &[
        Trial::at(2_000, "Hedge after 20 ms", &[Deed::Value("delay", "20ms")]),
        Trial::at(2_000, "Without a hedge beside", &[Deed::Beside("max", "0")]),
        Trial::at(2_000, "Open the code of the race", &[Deed::Code("parts/hedge.rs", "winner: Some(number)")]),
    ],
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "tail",
        label: "It cuts the tail",
        says: "A hedge at the 95th percentile: one call in twenty more, and the slowest are far quicker.",
        help: "Service times have a heavy tail. Of twenty requests one is asked a second time, and its second call is as likely to be quick as any. Beside it the same traffic without a hedge.",
        tries: &[
            Trial::at(20_000, "Hedge after 150 ms", &[Deed::Value("trigger", "fixed"), Deed::Value("delay", "150ms")]),
            Trial::at(20_000, "Two hedges", &[Deed::Value("max", "2")]),
        ],
        beside: &[("max", "0")],
        values: &[
            ("arrivals", "poisson"),
            ("rate", "20"),
            ("requests", "2000"),
            ("mean", "200ms"),
            ("trigger", "p95"),
            ("delay", "400ms"),
            ("max", "1"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "double",
        label: "It doubles the load",
        says: "Above the delay is shorter than a call and nothing is cancelled: each request is two calls.",
        help: "60 requests a second for a server that can do 100, each of 100 ms. After 50 ms everybody asks once more, and the losers are served too: 120 calls a second, a queue that only grows, and so every further call is late as well.",
        tries: &[
            Trial::at(15_000, "A budget of 10 %", &[Deed::Value("budget", "0.1")]),
            Trial::at(15_000, "Cancel the losers", &[Deed::Value("cancel-losers", "on")]),
        ],
        beside: &[("max", "0")],
        values: &[
            ("arrivals", "poisson"),
            ("rate", "60"),
            ("requests", "1800"),
            ("service", "constant"),
            ("mean", "100ms"),
            ("slots", "10"),
            ("cancel-losers", "off"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "errors",
        label: "An error does not win",
        says: "One call in five fails, and an error wins only where no other attempt is under way.",
        help: "Errors are quick here as they often are. A request whose first attempt fails before its hedge has only the error: to try again after a failure is a retry's affair, not a hedge's.",
        tries: &[
            Trial::at(1_000, "Hedge at once", &[Deed::Value("delay", "0ms")]),
            Trial::at(1_000, "Three hedges at once", &[Deed::Value("delay", "0ms"), Deed::Value("max", "3")]),
        ],
        values: &[("arrivals", "poisson"), ("rate", "100"), ("errors", "0.2"), ("delay", "10ms")],
        ..Preset::BASE
    },
];
