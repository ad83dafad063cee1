//! What there is to see at a select.

use millrace_spec::{Deed, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Three inputs and a timeout",
    says: "It takes a value from whichever input has one first, and of several by lot.",
    tries: &[
        Trial::at(1_000, "Make values ten times slower", &[Deed::Value("mean", "200ms")]),
        Trial::at(300, "Give it a default", &[Deed::Value("with-default", "on")]),
        Trial::at(500, "Open the code at the select", &[Deed::Code("patterns/select/mod.rs", "select_any(")]),
    ],
    speed: 0.05,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "fair",
        label: "All are always ready",
        says: "Every input always has a value: each is picked equally often, and no order of cases matters.",
        help: "A select that took the first case that is ready would take from the first input alone. By lot each gets a third, in the long run.",
        tries: &[
            Trial::at(0, "Take five inputs", &[Deed::Value("inputs", "5")]),
            Trial::at(100, "Work 5 ms each turn", &[Deed::Value("pause", "5ms")]),
        ],
        speed: 0.1,
        values: &[("mean", "0ms"), ("pause", "1ms")],
        ..Preset::BASE
    },
    Preset {
        id: "closed",
        label: "A closed input",
        says: "A closed input is always ready with its zero value: it is taken turn after turn.",
        help: "Nothing waits any more: the loop spins as fast as it can, and what the others have is taken only now and then. Who finds an input \
               closed sets it to nil, and from then on it is never ready.",
        tries: &[
            Trial::at(100, "Set it to nil", &[Deed::Value("closed", "0"), Deed::Value("nil", "2")]),
            Trial::at(100, "Close the third instead", &[Deed::Value("closed", "3")]),
        ],
        speed: 0.05,
        values: &[("closed", "2"), ("pause", "1ms")],
        ..Preset::BASE
    },
    Preset {
        id: "nil",
        label: "A nil input",
        says: "A nil input is never ready: it takes part in no turn, and the other two share them.",
        help: "That is how a case is switched off in Go: its channel is set to nil, and the loop needs no second form.",
        tries: &[
            Trial::at(500, "Close it instead", &[Deed::Value("nil", "0"), Deed::Value("closed", "1")]),
            Trial::at(500, "Have one input alone", &[Deed::Value("inputs", "1"), Deed::Value("nil", "0")]),
        ],
        speed: 0.05,
        values: &[("nil", "1"), ("pause", "1ms")],
        ..Preset::BASE
    },
    Preset {
        id: "with-default",
        label: "With a default",
        says: "With a default it never waits: where no input has a value, it does something else for 1 ms.",
        help: "Most turns find nothing. Without the work in between, the loop would spin, and no time would pass for anybody to make a value.",
        tries: &[
            Trial::at(300, "Do 10 ms of other work", &[Deed::Value("default-work", "10ms")]),
            Trial::at(300, "Take the default away", &[Deed::Value("with-default", "off")]),
        ],
        speed: 0.05,
        values: &[("with-default", "on")],
        ..Preset::BASE
    },
    Preset {
        id: "timeouts",
        label: "Slower than the timeout",
        says: "Values come more rarely than the timeout: most turns end with nothing after 100 ms.",
        help: "The timeout is a case like the others. It begins anew with each turn, and a value that comes later is taken in a later one.",
        tries: &[
            Trial::at(2_000, "Wait a second at most", &[Deed::Value("timeout", "1s")]),
            Trial::at(2_000, "Wait for ever", &[Deed::Value("timeout", "0ms")]),
        ],
        speed: 1.0,
        values: &[("mean", "1s"), ("turns", "200")],
        ..Preset::BASE
    },
];
