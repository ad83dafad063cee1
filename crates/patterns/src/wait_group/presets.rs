//! Scenarios of the wait group: what it costs to have everything under way, and what a missing lock does.

use millrace_spec::{Deed, Fidelity, Preset, Question, Trial};
use millrace_trace::Span;

pub(super) const QUESTION: Question = Question {
    place: 2,
    asks: "Lose results in a race",
    preset: "lost-results",
    beside: &[("fidelity", "documented")],
    // Where the program counts what it has: before, nobody knows what is lost.
    stops: Span::nanos(36_195_699),
    fact: "1,032 of 7,500 lost",
    picture: "race",
};

pub(super) const USUAL: Preset = Preset {
    label: "7,500 at once",
    says: "7,500 requests are under way at once, and a quarter of them come back as errors.",
    tries: &[
        Trial::at(1_000, "Send 750", &[Deed::Value("requests", "750")]),
        Trial::at(5_000, "Give up after 5 s", &[Deed::Value("timeout", "5s")]),
        Trial::at(
            1_000,
            "Open the code at the task",
            &[Deed::Code("patterns/wait_group/mod.rs", "env.spawn_at(\"request\"")],
        ),
    ],
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "new-config",
        label: "NewConfig: 10 requests",
        says: "Ten requests are under way at once: the slowest of them says when it is over.",
        help: "The configuration that NewConfig really gives: 10 requests, not 7,500.",
        tries: &[
            Trial::at(40, "Send 1,000", &[Deed::Value("requests", "1000")]),
            Trial::at(10, "Slow the server ×3", &[Deed::fault("slow-server", 0, 3)]),
        ],
        speed: 0.01,
        values: &[("requests", "10")],
        ..Preset::BASE
    },
    Preset {
        id: "lost-results",
        label: "Lost results",
        says: "Eight threads append to one list without a lock, and write over each other's results.",
        help: "The shipped code against the shipped server: appends race, and results are lost.",
        tries: &[
            Trial::at(30, "Take one thread", &[Deed::Value("threads", "1")]),
            Trial::at(
                5,
                "Open the code at the append",
                &[Deed::Code("patterns/wait_group/racing.rs", "async fn append")],
            ),
        ],
        speed: 0.006,
        fidelity: Some(Fidelity::Shipped),
        values: &[("server", "shipped")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "one-thread",
        label: "One thread loses nothing",
        says: "The same appends without a lock, on one thread: nobody interrupts, and nothing is lost.",
        help: "The same code on one thread: no append is interrupted, so nothing is lost.",
        tries: &[Trial::at(30, "Take eight threads", &[Deed::Value("threads", "8")])],
        speed: 0.003,
        fidelity: Some(Fidelity::Shipped),
        values: &[("server", "shipped"), ("threads", "1")],
        ..Preset::BASE
    },
];
