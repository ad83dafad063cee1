//! What there is to see at a semaphore.

use millrace_spec::{Deed, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Five permits",
    says: "Five permits for twenty callers: four rounds of 50 ms, in the order in which they came.",
    tries: &[
        Trial::at(60, "Take ten permits", &[Deed::Value("permits", "10")]),
        Trial::at(60, "Wait 80 ms at most", &[Deed::Value("max-wait", "80ms")]),
        Trial::at(
            60,
            "Open the code at the permit",
            &[Deed::Code("patterns/semaphore/caller.rs", "permits.acquire_many_for(&job, weight)")],
        ),
    ],
    speed: 0.03,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "patience",
        label: "Refused after 120 ms",
        says: "Who has waited 120 ms is turned away: of twenty callers that happens to the last five.",
        help: "Five permits serve fifteen callers in 150 ms; the five whose turn would come then have gone.",
        tries: &[
            Trial::at(80, "Wait 80 ms at most", &[Deed::Value("max-wait", "80ms")]),
            Trial::at(120, "Wait as long as it takes", &[Deed::Value("max-wait", "0ms")]),
        ],
        speed: 0.03,
        values: &[("max-wait", "120ms")],
        ..Preset::BASE
    },
    Preset {
        id: "lock",
        label: "One permit is a lock",
        says: "One permit is a lock: twenty callers take turns of 50 ms, and the last waits 950 ms.",
        help: "With one permit nobody overlaps: twenty callers take 20 × 50 ms = 1 s.",
        tries: &[
            Trial::at(300, "Take two permits", &[Deed::Value("permits", "2")]),
            Trial::at(100, "Hold it for 10 ms", &[Deed::Value("hold", "10ms")]),
        ],
        speed: 0.1,
        values: &[("permits", "1")],
        ..Preset::BASE
    },
    Preset {
        id: "steady",
        label: "90 % of what it can do",
        says: "At 90 % of what four permits can do most wait little, and now and then a line grows.",
        help: "Callers come by chance, 72 a second, and four permits can serve 80: mostly nobody waits long, and now and then a line grows.",
        tries: &[
            Trial::at(2_000, "Let 79 a second come", &[Deed::Value("rate", "79")]),
            Trial::at(2_000, "Take a fifth permit", &[Deed::Value("permits", "5")]),
        ],
        values: &[("permits", "4"), ("callers", "864"), ("rate", "72")],
        ..Preset::BASE
    },
    Preset {
        id: "overload",
        label: "More than it can do",
        says: "More come than forty permits can serve: the line grows to 200 ms, and some are refused.",
        help: "Forty permits can serve 800 a second and 1,000 come: the line grows until the longest wait refuses as many as are too many.",
        tries: &[
            Trial::at(2_000, "Wait as long as it takes", &[Deed::Value("max-wait", "0ms")]),
            Trial::at(2_000, "Take 60 permits", &[Deed::Value("permits", "60")]),
        ],
        speed: 0.1,
        values: &[("permits", "40"), ("callers", "5000"), ("rate", "1000"), ("max-wait", "200ms")],
        ..Preset::BASE
    },
    Preset {
        id: "convoy",
        label: "The convoy behind a heavy one",
        says: "Every fifth needs five of the eight permits, and the order decides who waits because of whom.",
        help: "Eight permits have enough for all who come. But who needs five waits until five are free at once, and in first come, first served \
               everybody behind it waits with it, though one would be enough for most of them. With overtaking they go past.",
        tries: &[
            Trial::at(4_000, "Let them overtake", &[Deed::Value("order", "overtaking")]),
            Trial::at(4_000, "Take 16 permits", &[Deed::Value("permits", "16")]),
            Trial::at(4_000, "Let each need one", &[Deed::Value("weights", "1")]),
        ],
        speed: 0.3,
        values: &[("permits", "8"), ("callers", "864"), ("rate", "72"), ("weights", "1,1,1,1,5")],
        beside: &[("order", "overtaking")],
        ..Preset::BASE
    },
    Preset {
        id: "starved",
        label: "Overtaken for ever",
        says: "Light ones go past one that needs all five permits: it waits until fewer of them come.",
        help: "Overtaking lets nothing lie free that somebody could use. So five permits are hardly ever free at once, and who needs all of them \
               is passed by hundreds who came later.",
        tries: &[
            Trial::at(4_000, "First come, first served", &[Deed::Value("order", "fifo")]),
            Trial::at(4_000, "Wait 500 ms at most", &[Deed::Value("max-wait", "500ms")]),
        ],
        speed: 0.3,
        values: &[
            ("permits", "5"),
            ("callers", "800"),
            ("rate", "80"),
            ("weights", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,5"),
            ("order", "overtaking"),
        ],
        ..Preset::BASE
    },
];
