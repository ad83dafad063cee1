//! What there is to see at a cache.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "A thousand keys",
    says: "A thousand keys, some wanted far more than others: the hundred in L1 serve most requests.",
    tries: &[
        Trial::at(2_000, "Room for ten", &[Deed::Value("l1-size", "10")]),
        Trial::at(2_000, "All alike", &[Deed::Value("skew", "0")]),
        Trial::at(
            1_000,
            "Open the code of a load",
            &[Deed::Code("patterns/cache/lookup.rs", "self.flights.load_for(job")],
        ),
    ],
    speed: 0.3,
    values: &[],
    ..Preset::BASE
};

/// What is kept for so long, by how many who come so often.
macro_rules! kept_for {
    ($ttl:literal, $rate:literal, $keys:literal, $requests:literal) => {
        &[
            ("arrivals", "constant"),
            ("rate", $rate),
            ("requests", $requests),
            ("keys", $keys),
            ("l1-ttl", $ttl),
            ("l2-ttl", $ttl),
        ]
    };
}

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "cold-start",
        label: "Cold start",
        says: "Both levels are empty, and everything that comes first has to be loaded.",
        help: "Two thousand requests a second meet a process that has just started. Within a second most of what is wanted has been loaded once, and \
               the loads in flight go back from a hundred to a few: those for keys that hardly anybody wants.",
        tries: &[
            Trial::at(100, "Each its own load", &[Deed::Value("single-flight", "off")]),
            Trial::at(300, "Ten thousand keys", &[Deed::Value("keys", "10000")]),
        ],
        speed: 0.05,
        values: &[("arrivals", "poisson"), ("rate", "2000"), ("requests", "5000")],
        ..Preset::BASE
    },
    Preset {
        id: "stampede",
        label: "A thousand misses of one key",
        says: "A thousand want the same key at once, and nobody has it: a thousand loads, or one.",
        help: "As shipped everybody who misses the key loads it. As documented one does and the others follow: they have the value as soon as the \
               one who loads it, or its error.",
        tries: &[
            Trial::at(30, "An origin with ten slots", &[Deed::Value("slots", "10")]),
            Trial::at(30, "Beside, 20 ms of patience", &[Deed::Beside("deadline", "20ms")]),
        ],
        speed: 0.01,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "k1*1000@10ms;k1*10@100ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "hot-key-removed",
        label: "Hot key removed",
        says: "The key that is wanted most is removed at 1.5 s: everybody who wants it has to load it.",
        help: "Eight thousand requests a second, a third of them for one key. As shipped everybody who misses it loads it too, until the first \
               load of it is back. As documented one loads, and the others follow.",
        tries: &[
            Trial::at(1_530, "An origin of 100 ms", &[Deed::Value("origin", "100ms")]),
            Trial::at(1_530, "Remove k2 as well", &[Deed::fault_for("remove-key", 1_510, 2, 50)]),
        ],
        speed: 0.02,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "poisson"),
            ("rate", "8000"),
            ("requests", "14000"),
            ("keys", "200"),
            ("skew", "1.4"),
            ("remove-at", "1500ms"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "stale-copies",
        label: "Stale copies",
        says: "A copy from L2 without a time of its own is handed out long after L2 has let it go.",
        help: "As shipped the first level keeps what it takes from the second until it has to make room for it. What is wanted most never has to, so \
               those who want it read a value that was to be replaced long ago. As documented a copy is kept no longer than its value is good.",
        tries: &[
            Trial::at(3_500, "Give copies a time", &[Deed::Value("l1-copy-ttl", "on")]),
            Trial::at(3_500, "Room for ten", &[Deed::Value("l1-size", "10")]),
            Trial::at(3_500, "Open the code", &[Deed::Code("patterns/cache/lookup.rs", "SimTime::MAX };")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "poisson"),
            ("rate", "1000"),
            ("requests", "6000"),
            ("l1-ttl", "500ms"),
            ("l2-ttl", "2s"),
            ("origin", "20ms"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "dropped-writes",
        label: "Dropped writes",
        says: "Writes to L1 wait in a buffer that is too small: who has written does not find it there.",
        help: "As shipped a write to the first level is put into a buffer, and a task carries it out later: here 4 have room and each takes 5 ms. One \
               that finds no room is dropped, and nobody is told. So L1 misses what was written to it a moment ago. As documented a write is done \
               when it returns.",
        tries: &[
            Trial::at(1_000, "A buffer of 32,768", &[Deed::Value("l1-write-buffer", "32768")]),
            Trial::at(1_000, "Write at once", &[Deed::Value("l1-writes", "at-once")]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "poisson"),
            ("rate", "1000"),
            ("requests", "3000"),
            ("l1-write-buffer", "4"),
            ("l1-write", "5ms"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "l2-down",
        label: "L2 is down",
        says: "L2 is down for 1 s: an error of it is a miss, and the origin gets what it cannot do.",
        help: "The origin has two slots, so it can do 100 a second. As shipped every error of L2 is a miss: all that L1 does not have goes to the \
               origin, which has a queue for seconds after that. As documented an error is an error: those requests fail at once, and the \
               origin never hears of it.",
        tries: &[
            Trial::at(3_800, "An error is an error", &[Deed::Value("l2-error", "fails")]),
            Trial::at(3_800, "Single flight", &[Deed::Value("single-flight", "on")]),
        ],
        speed: 0.2,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "poisson"),
            ("rate", "600"),
            ("requests", "3600"),
            ("keys", "60"),
            ("l1-size", "15"),
            ("l1-ttl", "200ms"),
            ("origin", "20ms"),
            ("slots", "2"),
            ("l2-outage-at", "3s"),
            ("l2-outage-for", "1s"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "texts",
        label: "A text for a type",
        says: "Whoever asks expects the type that was stored, and as shipped L2 gives back a text.",
        help: "The origin's value is put into the first level as it is, and into the second as a text. As shipped that text comes back: whoever takes it for the \
               type that was stored fails, and as it is copied into the first level and has no time there, so does everybody else who wants that key, \
               until it has to make room. As documented the text is read back into its type.",
        tries: &[
            Trial::at(1_000, "Read it back", &[Deed::Value("l2-gives", "type")]),
            Trial::at(1_000, "Give copies a time", &[Deed::Value("l1-copy-ttl", "on")]),
        ],
        speed: 0.2,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "poisson"),
            ("rate", "1000"),
            ("requests", "3000"),
            ("l1-ttl", "500ms"),
            ("origin", "20ms"),
            ("readers", "cast"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "early-refresh",
        label: "Early refresh",
        says: "Each time a value is past its time all wait for the next; loaded early, nobody waits.",
        help: "Ten keys, each good for a second. Above, at the end of each second whoever wants a key waits until it has been loaded again. Below the first \
               who asks in the last fifth of a second has it loaded, and goes on with the old value like everybody else: at most one load of a \
               key, and nobody waits.",
        tries: &[
            Trial::at(1_900, "Beside, in the last half", &[Deed::Beside("refresh-at", "0.5")]),
            Trial::at(1_100, "Fifty keys", &[Deed::Value("keys", "50")]),
        ],
        speed: 0.1,
        values: &[
            ("arrivals", "constant"),
            ("rate", "1000"),
            ("requests", "4000"),
            ("keys", "10"),
            ("l1-ttl", "300ms"),
            ("l2-ttl", "1s"),
            ("refresh-early", "off"),
        ],
        beside: &[("refresh-early", "on")],
        ..Preset::BASE
    },
    Preset {
        id: "leader-goes",
        label: "The leader goes",
        says: "Who loads for longer than it has patience goes, and a follower takes the load over.",
        help: "Loads take 40 ms on average, and some far longer than the 100 ms that a request has patience. Whoever leads such a load goes, and leaves alone: \
               whoever has followed longest loads anew, with what is left of its own patience. Nobody fails because somebody else went.",
        tries: &[
            Trial::at(500, "Half the patience", &[Deed::Value("deadline", "50ms")]),
            Trial::at(500, "Each its own load", &[Deed::Value("single-flight", "off")]),
            Trial::at(500, "Open the code", &[Deed::Code("parts/single_flight.rs", "None => drop(self.flights")]),
        ],
        speed: 0.05,
        values: &[
            ("arrivals", "poisson"),
            ("rate", "800"),
            ("requests", "2400"),
            ("keys", "20"),
            ("l1-ttl", "200ms"),
            ("l2-ttl", "400ms"),
            ("origin", "40ms"),
            ("service", "exponential"),
            ("deadline", "100ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "sessions",
        label: "Sessions, 2 h",
        says: "Two hundred sessions are kept for 2 h: each is loaded once, and again when its time is over.",
        tries: &[
            Trial::at(7_500_000, "Refresh them early", &[Deed::Value("refresh-early", "on")]),
            Trial::at(7_500_000, "Keep them for 1 h", &[Deed::Value("l1-ttl", "1h"), Deed::Value("l2-ttl", "1h")]),
        ],
        speed: 600.0,
        values: kept_for!("2h", "0.5", "200", "5000"),
        ..Preset::BASE
    },
    Preset {
        id: "emotions",
        label: "Emotions, 1 h",
        says: "What was read of a face is kept for 1 h: more of them than L1 has room for.",
        tries: &[
            Trial::at(3_700_000, "Room for all", &[Deed::Value("l1-size", "500")]),
            Trial::at(3_700_000, "Keep them for 30 min", &[Deed::Value("l1-ttl", "30m"), Deed::Value("l2-ttl", "30m")]),
        ],
        speed: 600.0,
        values: kept_for!("1h", "1", "500", "5000"),
        ..Preset::BASE
    },
    Preset {
        id: "users",
        label: "Users, 30 min",
        says: "Fifty users are kept for 30 min, and all of them fit in L1.",
        tries: &[
            Trial::at(1_900_000, "Refresh them early", &[Deed::Value("refresh-early", "on")]),
            Trial::at(1_900_000, "Room for ten", &[Deed::Value("l1-size", "10")]),
        ],
        speed: 300.0,
        values: kept_for!("30m", "2", "50", "5000"),
        ..Preset::BASE
    },
];
