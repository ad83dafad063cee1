//! Scenarios of the circuit breaker, each with a point to make.

use crate::spec::{Fidelity, Preset};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "flapping",
        label: "Outage every 4 s",
        help: "The server goes down again and again: each time the breaker opens at once and closes late.",
        fidelity: None,
        values: &[("outage-for", "1s"), ("outage-at", "1s"), ("outage-every", "4s"), ("breaker-reset", "500ms")],
    },
    Preset {
        id: "flaky",
        label: "Flaky server",
        help: "A fifth of all answers are errors: rarely five in a row, but a rate of 30 % over sixty calls sees a bad spell.",
        fidelity: None,
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
    },
    Preset {
        id: "slow",
        label: "Slow server",
        help: "A server with four slots for fifteen callers: nothing fails, most calls are slow, and their share opens the breaker.",
        fidelity: None,
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
    },
    Preset {
        id: "herd",
        label: "Thundering probes",
        help: "Only probes that passed count: when the time is over, everybody is let through at once. Count those let through instead, and three are.",
        fidelity: None,
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
    },
    Preset {
        id: "inert",
        label: "A breaker that cannot open",
        help: "The wrapped call never returns an error, and a timeout is not counted: every request of the outage fails at the server.",
        fidelity: Some(Fidelity::Shipped),
        values: &[],
    },
];
