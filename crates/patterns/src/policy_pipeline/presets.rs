//! Scenarios of the policy pipeline, each with a point to make.

use millrace_spec::{Deed, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "The usual order",
    says: "Two timeouts, a retry, a breaker, a limiter and a bulkhead round a call: what each sees of it.",
    tries: &[
        Trial::at(2_000, "Half of all calls fail", &[Deed::Value("errors", "0.5")]),
        Trial::at(
            2_000,
            "Limit to 20 a second",
            &[Deed::Value("policies", "timeout:2s,retry:3,breaker:5,limit:20,bulkhead:20,timeout:250ms")],
        ),
        Trial::at(2_000, "Open the code of the layers", &[Deed::Code("parts/stack.rs", "fn past_doors")]),
    ],
    ..Preset::BASE
};

/// The server is down for 4 s.
macro_rules! outage {
    ($policies:literal) => {
        &[("arrivals", "poisson"), ("rate", "50"), ("requests", "1000"), ("outage-for", "4s"), ("policies", $policies)]
    };
}

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "retry-and-breaker",
        label: "Retry and breaker",
        says: "The server is down: a retry inside the breaker calls on in vain, one outside stops with it.",
        help: "Above, each try asks the breaker, and after five failures in a row hardly a call reaches the server. Below, the breaker hears of a failure only when three tries have failed. Callers come to their substitute sooner there: both have a price.",
        tries: &[
            Trial::at(9_200, "Read what each layer did", &[Deed::Tab("report")]),
            Trial::at(9_200, "Open for 500 ms", &[Deed::Value("breaker-reset", "500ms")]),
        ],
        beside: &[("policies", "fallback,timeout:2s,breaker:5,retry:3,limit:100,bulkhead:20,timeout:250ms")],
        values: outage!("fallback,timeout:2s,retry:3,breaker:5,limit:100,bulkhead:20,timeout:250ms"),
        ..Preset::BASE
    },
    Preset {
        id: "inside",
        label: "Retry inside the breaker",
        says: "A retry inside the breaker hides two failures of three from it: it opens late, if at all.",
        help: "The breaker counts what comes back to it, and that is what the retry makes of three tries. Move the retry out, and the breaker sees each.",
        tries: &[
            Trial::at(
                9_200,
                "Retry outside beside",
                &[Deed::Beside(
                    "policies",
                    "fallback,timeout:2s,retry:3,breaker:5,limit:100,bulkhead:20,timeout:250ms",
                )],
            ),
            Trial::at(
                9_200,
                "Two tries",
                &[Deed::Value("policies", "fallback,timeout:2s,breaker:5,retry:2,limit:100,bulkhead:20,timeout:250ms")],
            ),
        ],
        values: outage!("fallback,timeout:2s,breaker:5,retry:3,limit:100,bulkhead:20,timeout:250ms"),
        ..Preset::BASE
    },
    Preset {
        id: "timeouts",
        label: "Timeout for each try, or for all",
        says: "250 ms for each try let a slow one be tried again; 250 ms for all three tries do not.",
        help: "A few calls take far longer than most. A timeout inside the retry ends such a try and the next one is quick; the same timeout outside ends the request, and the retry never gets to try again.",
        tries: &[
            Trial::at(10_000, "250 ms for both", &[Deed::Value("policies", "timeout:250ms,retry:3,timeout:250ms")]),
            Trial::at(10_000, "Hedge in place of it", &[Deed::Value("policies", "timeout:2s,hedge:250ms")]),
        ],
        beside: &[("policies", "timeout:250ms,retry:3")],
        values: &[
            ("arrivals", "poisson"),
            ("rate", "50"),
            ("requests", "1500"),
            ("policies", "retry:3,timeout:250ms"),
            ("retry-delay", "20ms"),
            ("service", "pareto"),
            ("mean", "100ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "bulkhead-and-retry",
        label: "A permit while waiting",
        says: "A permit for each try is soon free; one for all tries and waits is not, and failures fill it.",
        help: "One call in four fails. A bulkhead inside the retry is held while a call is under way; outside it is held through the waits as well, and turns callers away although the server has hardly anything to do.",
        tries: &[
            Trial::at(8_000, "Retry after 20 ms", &[Deed::Value("retry-delay", "20ms")]),
            Trial::at(8_000, "Nothing fails", &[Deed::Value("errors", "0")]),
        ],
        beside: &[("policies", "bulkhead:6,retry:3")],
        values: &[
            ("arrivals", "poisson"),
            ("rate", "50"),
            ("requests", "1000"),
            ("policies", "retry:3,bulkhead:6"),
            ("retry-delay", "800ms"),
            ("errors", "0.25"),
        ],
        ..Preset::BASE
    },
];
