//! Scenarios of the circuit breaker, each with a point to make.

use millrace_spec::{Deed, Fidelity, Preset, Question, Trial};
use millrace_trace::Span;

pub(super) const QUESTION: Question = Question {
    place: 0,
    asks: "See a breaker open",
    preset: "",
    beside: &[],
    stops: Span::millis(2_030),
    fact: "opened at 2.03 s",
    picture: "breaker",
};

/// Played at a third of its time: a call can be followed with the eye, and what happens in 13 s lasts for 40.
pub(super) const USUAL: Preset = Preset {
    label: "An outage of 3 s",
    says: "A server is down for 3 s: five failures open the breaker, and probes find out when it is back.",
    tries: &[
        Trial::at(2_000, "Stay open for 1 s", &[Deed::Value("breaker-reset", "1s")]),
        Trial::at(
            1_500,
            "Kill two callers",
            &[Deed::fault("kill-worker", 1_500, 1), Deed::fault("kill-worker", 1_500, 2)],
        ),
        Trial::at(4_030, "Open the code at the probe", &[Deed::Code("parts/breaker.rs", "State::HalfOpen")]),
    ],
    speed: 0.3,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "flapping",
        label: "Outage every 4 s",
        says: "The server goes down every 4 s: each time the breaker opens at once, and closes late.",
        help: "The server goes down again and again: each time the breaker opens at once and closes late.",
        tries: &[
            Trial::at(1_000, "Keep it open for 100 ms", &[Deed::Value("breaker-reset", "100ms")]),
            Trial::at(1_000, "Disable the breaker", &[Deed::fault("disable-breaker", 0, 60_000_000_000)]),
        ],
        values: &[("outage-for", "1s"), ("outage-at", "1s"), ("outage-every", "4s"), ("breaker-reset", "500ms")],
        ..Preset::BASE
    },
    Preset {
        id: "flaky",
        label: "Flaky server",
        says: "A fifth of all answers are errors: a bad spell of 30 % in sixty calls opens the breaker.",
        help: "A fifth of all answers are errors: rarely five in a row, but a rate of 30 % over sixty calls sees a bad spell.",
        tries: &[
            Trial::at(2_000, "Count five in a row", &[Deed::Value("trip", "consecutive")]),
            Trial::at(2_000, "Open at 50 %", &[Deed::Value("failure-rate", "0.5")]),
        ],
        values: &[
            ("outage-for", "0s"),
            ("errors", "0.2"),
            ("trip", "rate"),
            ("failure-rate", "0.3"),
            ("window-calls", "60"),
            ("minimum", "60"),
            ("half-open", "10"),
            ("breaker-reset", "1s"),
            ("requests", "3000"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "slow",
        label: "Slow server",
        says: "Four slots for fifteen callers: no call fails, but half of them are slow, and it opens.",
        help: "A server with four slots for fifteen callers: nothing fails, most calls are slow, and their share opens the breaker.",
        tries: &[
            Trial::at(2_000, "Give the server 15 slots", &[Deed::Value("slots", "15")]),
            Trial::at(2_000, "Call 100 ms slow", &[Deed::Value("slow-after", "100ms")]),
        ],
        values: &[
            ("outage-for", "0s"),
            ("slots", "4"),
            ("trip", "rate"),
            ("slow-rate", "0.5"),
            ("slow-after", "60ms"),
            ("window", "time"),
            ("minimum", "50"),
            ("half-open", "8"),
            ("breaker-reset", "1s"),
            ("requests", "2000"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "herd",
        label: "Thundering probes",
        says: "Only probes that passed count: when the time is over, all 48 callers are let through.",
        help: "Only probes that passed count: when the time is over, everybody is let through at once. Count those let through instead, and three are.",
        tries: &[
            Trial::at(3_200, "Count probes let through", &[Deed::Value("probing", "in-flight")]),
            Trial::at(3_200, "Open the code at the probes", &[Deed::Code("parts/breaker.rs", "Probing::Passed")]),
        ],
        speed: 0.3,
        values: &[
            ("probing", "passed"),
            ("callers", "48"),
            ("service", "constant"),
            ("mean", "150ms"),
            ("timeout", "1s"),
            ("pause", "40ms"),
            ("breaker-reset", "1s"),
            ("requests", "5000"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "hung-probes",
        label: "Probes that hang",
        says: "For 1 s nothing answers: probes would hang for 20 s, so after 1 s half-open it opens again.",
        help: "For a second there is no answer at all, and who asked then waits for 20 s. Probes among them would keep everybody else out as long; after 1 s half-open it opens again, and asks anew.",
        tries: &[
            Trial::at(4_000, "Let it be half-open for ever", &[Deed::Value("half-open-for", "0ms")]),
            Trial::at(2_000, "Give up after 250 ms", &[Deed::Value("timeout", "250ms")]),
        ],
        speed: 0.3,
        values: &[
            ("outage-answers", "never"),
            ("outage-for", "1s"),
            ("errors", "0.3"),
            ("timeout", "20s"),
            ("breaker-failures", "2"),
            ("breaker-reset", "500ms"),
            ("half-open-for", "1s"),
            ("requests", "3000"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "far-between",
        label: "Failures far between",
        says: "Seven of ten calls fail, but only one comes a second: never five in 3 s, so it stays closed.",
        help: "Most calls fail, one a second. Five in a row soon come, but no five within 3 s: what lies longer ago is forgotten, and it stays closed.",
        tries: &[
            Trial::at(20_000, "Forget nothing", &[Deed::Value("forget-after", "0ms")]),
            Trial::at(5_000, "Let three a second come", &[Deed::Value("rate", "3")]),
        ],
        speed: 10.0,
        values: &[
            ("outage-for", "0s"),
            ("arrivals", "constant"),
            ("rate", "1"),
            ("errors", "0.7"),
            ("forget-after", "3s"),
            ("requests", "120"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "growing",
        label: "Open ever longer",
        says: "The server is down for a minute: each probe that fails doubles the open time, up to 8 s.",
        help: "The server is down for a minute. Each probe that fails doubles the open time, up to 8 s: far fewer calls reach it in vain, and the breaker may notice up to 8 s late that it is back.",
        tries: &[
            Trial::at(20_000, "Always open for 500 ms", &[Deed::Value("breaker-reset-factor", "1")]),
            Trial::at(20_000, "Stay open for 30 s at most", &[Deed::Value("breaker-reset-max", "30s")]),
        ],
        values: &[
            ("outage-for", "60s"),
            ("breaker-reset", "500ms"),
            ("breaker-reset-factor", "2"),
            ("breaker-reset-max", "8s"),
            ("pause", "500ms"),
            ("requests", "6000"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "early",
        label: "Five of twenty decide",
        says: "Twenty probes may go and the first five decide: a dead server is known after five.",
        help: "Twenty probes are permitted, and the first five that tell decide, as resilience4j lets its minimum of calls do: a dead server is known to be dead after five.",
        tries: &[
            Trial::at(3_000, "Let all twenty decide", &[Deed::Value("half-open-minimum", "0")]),
            Trial::at(2_100, "Take 2 callers", &[Deed::Value("callers", "2")]),
        ],
        values: &[
            ("callers", "5"),
            ("outage-for", "10s"),
            ("trip", "rate"),
            ("minimum", "5"),
            ("half-open", "20"),
            ("half-open-minimum", "5"),
            ("breaker-reset", "500ms"),
            ("requests", "2000"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "exactly-slow",
        label: "Exactly at the limit",
        says: "Every call takes 100 ms and 100 ms is the limit: slow takes longer, so it stays closed.",
        help: "Every call takes 100 ms, and 100 ms is the limit. Slow is what takes longer, so nothing happens; were it what takes at least so long, every call would be slow.",
        tries: &[
            Trial::at(1_000, "Count the limit as slow", &[Deed::Value("slow-is", "at-least")]),
            Trial::at(1_000, "Slow the server ×2 at 1 s", &[Deed::fault_for("slow-server", 1_000, 2, 1_000)]),
        ],
        speed: 0.3,
        values: &[
            ("outage-for", "0s"),
            ("service", "constant"),
            ("mean", "100ms"),
            ("trip", "rate"),
            ("slow-rate", "0.5"),
            ("slow-after", "100ms"),
            ("slow-is", "longer"),
            ("requests", "600"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "refused",
        label: "Refused at the door",
        says: "A 503 comes at once: the first caller that meets it fails with five requests, and it opens.",
        help: "During the outage a 503 comes at once, without taking its time: the first caller that meets it fails with five requests on the spot, and the breaker is open.",
        tries: &[
            Trial::at(2_000, "Let the 503 take its time", &[Deed::Value("outage-answers", "late")]),
            Trial::at(2_000, "Open after 50 failures", &[Deed::Value("breaker-failures", "50")]),
        ],
        values: &[("outage-answers", "at-once"), ("requests", "3000")],
        ..Preset::BASE
    },
    Preset {
        id: "wrong-requests",
        label: "Wrong requests",
        says: "Six of ten requests are wrong: a 404 counts, and a server that works is cut off.",
        help: "Six of ten requests ask for what is not there. Where a 404 counts as a failure, the breaker turns everybody away from a server that works.",
        tries: &[
            Trial::at(1_000, "Count a 404 as success", &[Deed::Value("client-errors-count", "success")]),
            Trial::at(1_000, "Count a 404 as nothing", &[Deed::Value("client-errors-count", "nothing")]),
        ],
        speed: 0.3,
        values: &[
            ("outage-for", "0s"),
            ("client-errors", "0.6"),
            ("client-errors-count", "failure"),
            ("breaker-reset", "1s"),
            ("requests", "2000"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "inert",
        label: "A breaker that cannot open",
        says: "As shipped nothing counts as a failure: the breaker stays closed through the outage.",
        help: "The wrapped call never returns an error, and a timeout is not counted: every request of the outage fails at the server.",
        tries: &[
            Trial::at(2_000, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(
                2_000,
                "Open the code at the count",
                &[Deed::Code("patterns/circuit_breaker/caller.rs", "counts == \"nothing\"")],
            ),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        ..Preset::BASE
    },
];
