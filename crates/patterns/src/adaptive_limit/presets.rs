//! Scenarios of the adaptive limit, each with a point to make.

use millrace_spec::{Deed, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Nothing to find",
    says: "A server without a limit of its own: while at least half of it is used, the limit grows.",
    help: "Each call that goes well adds one while at least half the limit is used, so it comes to rest at about twice what is under way.",
    tries: &[
        Trial::at(
            1_000,
            "Give the server 20 slots",
            &[Deed::Value("slots", "20"), Deed::Value("aimd-timeout", "40ms")],
        ),
        Trial::at(1_000, "Take the server down for 1 s", &[Deed::fault("outage", 1_000, 1_000_000_000)]),
        Trial::at(1_000, "Open the code at the rule", &[Deed::Code("parts/adaptive_limit/aimd.rs", "* 2 >=")]),
    ],
    speed: 0.3,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "knee",
        label: "The knee",
        says: "Twenty slots, and half as much again comes: the limit finds where calls begin to slow down.",
        help: "Beyond twenty calls at once none is done sooner, all only wait longer. Nobody told the limit; it goes by how much longer a call takes than the quickest did.",
        tries: &[
            Trial::at(3_000, "Fix it at 200", &[Deed::Value("algorithm", "fixed"), Deed::Value("initial", "200")]),
            Trial::at(3_000, "Fix it at 8", &[Deed::Value("algorithm", "fixed"), Deed::Value("initial", "8")]),
            Trial::at(3_000, "Use Gradient2", &[Deed::Value("algorithm", "gradient2")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "15000"),
            ("arrivals", "poisson"),
            ("rate", "1500"),
            ("algorithm", "vegas"),
            ("initial", "100"),
            ("slots", "20"),
            ("service", "constant"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "too-many",
        label: "A limit of 200",
        says: "A limit that somebody chose: no more is done than with a good one, and all calls are slow.",
        help: "A hundred and eighty calls wait in the server for one of its twenty slots, and who is let in waits for all of them.",
        tries: &[
            Trial::at(3_000, "Let it find the knee", &[Deed::Value("algorithm", "vegas")]),
            Trial::at(3_000, "Fix it at 20", &[Deed::Value("initial", "20")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "15000"),
            ("arrivals", "poisson"),
            ("rate", "1500"),
            ("algorithm", "fixed"),
            ("initial", "200"),
            ("slots", "20"),
            ("service", "constant"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "sawtooth",
        label: "Sawtooth",
        says: "AIMD climbs until calls are late, falls to nine tenths for each of them, and climbs again.",
        help: "It sees nothing below its timeout of 60 ms, so it goes up to where calls take that long, and over it. With each late call it falls.",
        tries: &[
            Trial::at(3_000, "Use Vegas", &[Deed::Value("algorithm", "vegas")]),
            Trial::at(3_000, "Fall to half", &[Deed::Value("aimd-backoff", "0.5")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "15000"),
            ("arrivals", "poisson"),
            ("rate", "1500"),
            ("slots", "20"),
            ("service", "constant"),
            ("aimd-timeout", "60ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "creep",
        label: "Used to its own queue",
        says: "Gradient2 gets used to the queue that it makes: the long average follows, and the limit climbs.",
        help: "A call takes a little longer than the average, and less than the tolerance allows: the limit grows, calls take longer, and the average comes after. In \
               a server whose calls take always the same it goes up to the greatest limit.",
        tries: &[
            Trial::at(3_000, "Use Vegas", &[Deed::Value("algorithm", "vegas")]),
            Trial::at(3_000, "Tolerate nothing", &[Deed::Value("gradient2-tolerance", "1")]),
            Trial::at(3_000, "Let calls be uneven", &[Deed::Value("service", "exponential")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "15000"),
            ("arrivals", "poisson"),
            ("rate", "1500"),
            ("algorithm", "gradient2"),
            ("slots", "20"),
            ("service", "constant"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "uneven",
        label: "Uneven calls",
        says: "Calls take from nothing to 40 ms: beside the quickest all seem to queue, and the limit falls.",
        help: "Vegas takes the quickest call for one that did not have to wait. Where calls differ that much by themselves, the estimate of the queue is far too great, \
               and most of the server lies idle.",
        tries: &[
            Trial::at(3_000, "Let all take 20 ms", &[Deed::Value("service", "constant")]),
            Trial::at(3_000, "Use Gradient2", &[Deed::Value("algorithm", "gradient2")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "15000"),
            ("arrivals", "poisson"),
            ("rate", "1500"),
            ("algorithm", "vegas"),
            ("slots", "20"),
            ("service", "uniform"),
        ],
        ..Preset::BASE
    },
];
