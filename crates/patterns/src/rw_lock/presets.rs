//! What there is to see at a read-write lock.

use millrace_spec::{Deed, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "In the order of coming",
    says: "A writer waits for those who read when it came, and who comes later waits for the writer.",
    tries: &[
        Trial::at(300, "Prefer readers", &[Deed::Value("prefer", "readers")]),
        Trial::at(300, "Prefer writers", &[Deed::Value("prefer", "writers")]),
        Trial::at(
            100,
            "Open the code at the read",
            &[Deed::Code("patterns/rw_lock/caller.rs", "let reading = lock.read_for(job)")],
        ),
    ],
    speed: 0.03,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "starved",
        label: "The writer that starves",
        says: "Readers come all the time: whether a writer ever gets in depends on who is preferred.",
        help: "With readers preferred somebody is always inside to read, and both writers wait until the last reader has taken its last turn. \
               In the order of coming they wait for those alone who were there before them.",
        tries: &[
            Trial::at(1_000, "Prefer nobody", &[Deed::Value("prefer", "fair")]),
            Trial::at(1_000, "Prefer writers", &[Deed::Value("prefer", "writers")]),
            Trial::at(1_000, "Let two read", &[Deed::Value("readers", "2")]),
        ],
        speed: 0.1,
        values: &[("prefer", "readers")],
        beside: &[("prefer", "fair")],
        ..Preset::BASE
    },
    Preset {
        id: "copy",
        label: "Copy on read",
        says: "A reader works for 10 ms on what it has read: on a copy without the lock, or inside.",
        help: "To copy takes 1 ms. So a writer waits for that long at most before it is alone, and readers wait for little but the write itself. The \
               price is that what a reader works on may have been changed since.",
        tries: &[
            Trial::at(300, "Work inside", &[Deed::Value("read-time", "10ms"), Deed::Value("after-read", "0ms")]),
            Trial::at(300, "Write for 1 ms", &[Deed::Value("write-time", "1ms")]),
        ],
        speed: 0.03,
        values: &[("read-time", "1ms"), ("after-read", "9ms")],
        beside: &[("read-time", "10ms"), ("after-read", "0ms")],
        ..Preset::BASE
    },
    Preset {
        id: "writers",
        label: "Writers first",
        says: "Six writers come all the time and are preferred: readers wait until there is a gap.",
        help: "While a writer waits no reader goes in, and with six of them one nearly always does.",
        tries: &[
            Trial::at(1_000, "Prefer nobody", &[Deed::Value("prefer", "fair")]),
            Trial::at(1_000, "Let one write", &[Deed::Value("writers", "1")]),
        ],
        speed: 0.1,
        values: &[("prefer", "writers"), ("writers", "6"), ("turns", "100")],
        ..Preset::BASE
    },
    Preset {
        id: "reentrant",
        label: "The reader that asks again",
        says: "A reader inside asks to read again, behind a writer that waits for it: nothing goes on.",
        help: "The lock is not re-entrant. The second read stands behind the writer in the order of coming, and the writer waits for the first read \
               to end. The run ends as a deadlock and says at which lines they wait. With readers preferred it does not happen.",
        tries: &[
            Trial::at(0, "Prefer readers", &[Deed::Value("prefer", "readers")]),
            Trial::at(0, "Read once", &[Deed::Value("reentrant-read", "off")]),
            Trial::at(
                0,
                "Open the second read",
                &[Deed::Code("patterns/rw_lock/caller.rs", "let again = lock.read_for(&inside)")],
            ),
        ],
        speed: 0.01,
        values: &[("reentrant-read", "on"), ("readers", "6"), ("turns", "50")],
        ..Preset::BASE
    },
];
