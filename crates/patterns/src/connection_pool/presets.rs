//! What there is to see at a pool of connections.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Bursts of 40",
    says: "Forty ask at once and 25 connections may be open: 15 wait, and then all but five are closed.",
    help: "What is closed after one burst has to be opened again for the next: 15 ms each, and a round trip for each statement. That is what \
           more idle connections would save. The idle time of ten minutes never acts: after five a connection is too old.",
    tries: &[
        Trial::at(235, "Keep 25 idle", &[Deed::Value("idle", "25")]),
        Trial::at(130, "Crash the server for 50 ms", &[Deed::fault("crash", 125, 50_000_000)]),
        Trial::at(
            130,
            "Open the code at the limit",
            &[Deed::Code("parts/connection_pool/keeping.rs", "self.close(open, Closing::IdleLimit)")],
        ),
    ],
    speed: 0.01,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "churn",
        label: "A burst closes twenty",
        says: "25 are used at once and five may be idle: every burst closes twenty, to be opened again.",
        help: "With room for 25 idle ones nothing is opened after the first burst, and each query waits for nothing but the database.",
        tries: &[
            Trial::at(240, "Keep 25 idle", &[Deed::Value("idle", "25")]),
            Trial::at(240, "Keep none idle", &[Deed::Value("idle", "0")]),
        ],
        speed: 0.01,
        values: &[("burst-size", "25"), ("requests", "1000")],
        beside: &[("idle", "25")],
        ..Preset::BASE
    },
    Preset {
        id: "together",
        label: "All too old at once",
        says: "What was opened together is too old together: all close at once, and all are opened again.",
        help: "With a jitter each connection has a lifetime of its own, and there is always somebody to be had while others are opened.",
        tries: &[
            Trial::at(1_090, "Take a jitter of 50 %", &[Deed::Value("jitter", "0.5")]),
            Trial::at(1_090, "Live for 400 ms", &[Deed::Value("lifetime", "400ms")]),
        ],
        speed: 0.03,
        values: &[
            ("burst-size", "22"),
            ("burst-every", "40ms"),
            ("requests", "1650"),
            ("idle", "25"),
            ("lifetime", "1s"),
        ],
        beside: &[("jitter", "0.5")],
        ..Preset::BASE
    },
    Preset {
        id: "by-turns",
        label: "Who may rest",
        says: "After the rush a few would do: last used first, the others rest and close; by turns none does.",
        help: "At 200 a second about one is in use. The one that was given back last is taken again at once, and the others have been idle for a \
               second soon. Taken by turns each of 25 is used every 125 ms, and all stay open.",
        tries: &[
            Trial::at(1_800, "Take them by turns", &[Deed::Value("take", "fifo")]),
            Trial::at(1_800, "Rest for 100 ms at most", &[Deed::Value("idle-time", "100ms")]),
        ],
        speed: 0.1,
        values: &[
            ("arrivals", "step"),
            ("rate", "4000"),
            ("to", "200"),
            ("step-at", "500ms"),
            ("requests", "2600"),
            ("idle", "25"),
            ("idle-time", "1s"),
        ],
        beside: &[("take", "fifo")],
        ..Preset::BASE
    },
    Preset {
        id: "never-acts",
        label: "An idle time that never acts",
        says: "A connection may rest for 2 s and live for 1 s: it is too old before it rested for too long.",
        help: "So is the pair of the document, ten minutes and five. An idle time says something only where it is shorter than the lifetime.",
        tries: &[
            Trial::at(600, "Rest for 500 ms at most", &[Deed::Value("idle-time", "500ms")]),
            Trial::at(1_100, "Live for 5 min", &[Deed::Value("lifetime", "5m")]),
        ],
        speed: 0.1,
        values: &[
            ("script", "*25@0s;@3s"),
            ("idle", "25"),
            ("lifetime", "1s"),
            ("idle-time", "2s"),
            ("prepared", "off"),
            ("ping", "off"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "patience",
        label: "Who gives up",
        says: "150 ask at once, and who has no connection after 25 ms gives up and leaves no place behind.",
        help: "Those who wait are served in the order in which they came. Who gives up is out of the line, and the next one moves up.",
        tries: &[
            Trial::at(150, "Wait as long as it takes", &[Deed::Value("max-wait", "0ms")]),
            Trial::at(150, "Open 30 at once", &[Deed::Value("open", "30")]),
        ],
        speed: 0.01,
        values: &[("burst-size", "150"), ("requests", "3000"), ("max-wait", "25ms")],
        ..Preset::BASE
    },
    Preset {
        id: "leak",
        label: "One by one they are gone",
        says: "One query of a hundred keeps its connection: the pool shrinks, and more and more wait in vain.",
        help: "A connection that is never given back takes its place and its slot from then on. The row names who had it and the line at which it was \
               kept. When the last is gone nobody gets any more, and only the longest wait tells.",
        tries: &[
            Trial::at(1_500, "Leak nothing", &[Deed::Value("leak", "0")]),
            Trial::at(2_400, "Wait as long as it takes", &[Deed::Value("max-wait", "0ms")]),
            Trial::at(
                1_500,
                "Open the code at the leak",
                &[Deed::Code("patterns/connection_pool/query.rs", "connection.leak()")],
            ),
        ],
        speed: 0.1,
        values: &[
            ("arrivals", "poisson"),
            ("rate", "1000"),
            ("requests", "3000"),
            ("leak", "0.01"),
            ("max-wait", "500ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "too-many",
        label: "More than the server has slots",
        says: "The pool may open 25 and the server has 20 slots: what is opened beyond that is refused.",
        help: "A connection holds a slot of the server as long as it is open, whether it is used or not. Who has to open one and gets none fails, \
               although others will be given back in a moment: the most that may be open belongs below what the server has.",
        tries: &[
            Trial::at(150, "Open 20 at most", &[Deed::Value("open", "20")]),
            Trial::at(150, "Give it 40 slots", &[Deed::Value("slots", "40")]),
        ],
        speed: 0.01,
        values: &[("slots", "20")],
        ..Preset::BASE
    },
    Preset {
        id: "never-prepared",
        label: "A statement that is nil",
        says: "As shipped the update is declared and never prepared: the first who updates takes all down.",
        help: "The document has three statements, and its code prepares two of them. To use the third is to use a nil pointer, which panics.",
        tries: &[
            Trial::at(60, "Update nothing", &[Deed::Value("updates", "0")]),
            Trial::at(60, "Prepare the update too", &[Deed::Value("update-statement", "prepared")]),
        ],
        speed: 0.05,
        fidelity: Some(Fidelity::Shipped),
        values: &[("arrivals", "poisson"), ("rate", "500"), ("requests", "2000"), ("updates", "0.01")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "first-leaks",
        label: "A statement that is forgotten",
        says: "The second statement fails three times, and as shipped the first is forgotten each time.",
        help: "When the second preparation fails the code returns the error, and the statement that it has prepared before is nobody's any more: \
               the server keeps it as long as its connection is open. The program starts again, and there is one more.",
        tries: &[
            Trial::at(260, "Close the first", &[Deed::Value("on-failure", "closes-first")]),
            Trial::at(260, "Let it fail ten times", &[Deed::Value("prepare-fails", "10")]),
        ],
        speed: 0.05,
        fidelity: Some(Fidelity::Shipped),
        values: &[("arrivals", "poisson"), ("rate", "500"), ("requests", "1000"), ("prepare-fails", "3")],
        beside: &[("fidelity", "documented")],
    },
];
