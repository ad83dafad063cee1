//! What there is to see at a condition variable.

use millrace_spec::{Deed, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Signal, and look again",
    says: "Each item wakes the consumer that has waited longest, and it looks before it takes.",
    tries: &[
        Trial::at(300, "Wake all of them", &[Deed::Value("wake", "broadcast")]),
        Trial::at(300, "Take eight consumers", &[Deed::Value("consumers", "8")]),
        Trial::at(100, "Open the code at the wait", &[Deed::Code("patterns/cond/caller.rs", "buffer.filled.wait()")]),
    ],
    speed: 0.03,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "missed",
        label: "The missed wake-up",
        says: "Woken consumers do not look again: who was overtaken on the way goes on with nothing.",
        help: "With if in place of while a consumer takes for granted that what it was woken for is still there. Another one, done with its \
               last item in the moment that the woken one needed to run, has taken it: so the first goes on with nothing.",
        tries: &[
            Trial::at(600, "Look again", &[Deed::Value("recheck", "while")]),
            Trial::at(600, "Wake all of them", &[Deed::Value("wake", "broadcast")]),
            Trial::at(
                300,
                "Open the code at the look",
                &[Deed::Code("patterns/cond/caller.rs", "nothing && looks_again")],
            ),
        ],
        speed: 0.03,
        values: &[("recheck", "if"), ("wake-up", "1ms")],
        ..Preset::BASE
    },
    Preset {
        id: "broadcast",
        label: "Eight woken for one",
        says: "Every item wakes all who wait: the first of them finds it, and the others wait again.",
        help: "Twelve consumers can use more than two producers make, so most of them wait. A broadcast wakes all of them for one item: most \
               wake-ups are in vain, and looking again makes that waste and no error.",
        tries: &[
            Trial::at(300, "Wake one alone", &[Deed::Value("wake", "signal")]),
            Trial::at(300, "Do not look again", &[Deed::Value("recheck", "if")]),
        ],
        speed: 0.03,
        values: &[("wake", "broadcast"), ("consumers", "12")],
        ..Preset::BASE
    },
    Preset {
        id: "full",
        label: "The buffer is full",
        says: "Two slow consumers: the buffer is mostly full, and producers wait for room in it.",
        help: "The same condition the other way round: who takes an item says that there is room, and a producer that waits puts its own in.",
        tries: &[
            Trial::at(300, "Take eight consumers", &[Deed::Value("consumers", "8")]),
            Trial::at(300, "Let it hold 50", &[Deed::Value("buffer", "50")]),
        ],
        speed: 0.03,
        values: &[("consumers", "2"), ("consume", "12ms"), ("items", "500")],
        ..Preset::BASE
    },
];
