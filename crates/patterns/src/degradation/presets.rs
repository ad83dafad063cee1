//! Scenarios of degradation, each with a point to make.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "More callers than places",
    says: "250 callers for 200 places: from 160 on they are served less, and low ones are turned away.",
    help: "Each caller comes again as soon as it has been answered, so the count stays at its limit and the service degraded. Low ones are turned away at the door; where there is no \
           place for a high one, a normal one that is served less makes room.",
    tries: &[
        Trial::at(100, "Never serve less", &[Deed::Value("degrade", "100")]),
        Trial::at(50, "Serve less from 40 % on", &[Deed::Value("degrade", "40")]),
        Trial::at(100, "Open the code at the door", &[Deed::Code("parts/degradation.rs", "let too_low =")]),
    ],
    speed: 0.03,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "rush",
        label: "The rush",
        says: "3,000 a second come where 2,000 can be served in full: less for many, or nothing for a third.",
        help: "With degradation from half of the limit on, all but low ones are answered, many with less. Without, one in three is refused, whoever it is, and those that are \
               answered have waited behind 160 others.",
        tries: &[
            Trial::at(1_500, "Degrade from 80 % on", &[Deed::Value("degrade", "80")]),
            Trial::at(1_500, "Let a lesser answer take 15 ms", &[Deed::Value("degraded-mean", "15ms")]),
            Trial::at(1_500, "Slow the server ×3 for 1 s", &[Deed::fault_for("slow-server", 1_500, 3, 1_000)]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "12000"),
            ("arrivals", "step"),
            ("rate", "1500"),
            ("to", "3000"),
            ("step-at", "1s"),
            ("slots", "40"),
            ("degrade", "50"),
        ],
        beside: &[("degrade", "100")],
        ..Preset::BASE
    },
    Preset {
        id: "low-first",
        label: "Who goes first",
        says: "More come than can be served even with less: normal ones make room for high ones.",
        help: "8,000 a second can be served with less, and 12,000 come. With classes told apart low ones are shed at the door and normal ones make room for high ones, of whom \
               none is lost. Without, it is by chance, and a third of the high ones is.",
        tries: &[
            Trial::at(500, "Never serve less", &[Deed::Value("degrade", "100")]),
            Trial::at(500, "Let all be high", &[Deed::Value("classes", "high:1")]),
            Trial::at(
                500,
                "Open the code of making room",
                &[Deed::Code("parts/degradation.rs", "place.taken.set(true)")],
            ),
        ],
        speed: 0.1,
        values: &[("requests", "24000"), ("arrivals", "poisson"), ("rate", "12000"), ("slots", "40")],
        beside: &[("shed", "none")],
        ..Preset::BASE
    },
    Preset {
        id: "band",
        label: "Two thresholds",
        says: "A mode that is left where it was entered changes often; with a second threshold it holds.",
        help: "From 160 on it serves less. With one threshold it is below it again with the next that is done, and above it with the next that comes. With recovery at 80 it \
               serves less until half of them have gone, and then in full until they have come again.",
        tries: &[
            Trial::at(1_500, "Recover at 70 %", &[Deed::Value("recover", "70")]),
            Trial::at(1_500, "Recover at 80 %", &[Deed::Value("recover", "80")]),
        ],
        speed: 0.1,
        values: &[
            ("requests", "12000"),
            ("arrivals", "step"),
            ("rate", "1500"),
            ("to", "2500"),
            ("step-at", "1s"),
            ("slots", "40"),
            ("recover", "40"),
        ],
        beside: &[("recover", "80")],
        ..Preset::BASE
    },
    Preset {
        id: "above-the-limit",
        label: "A threshold above the limit",
        says: "160 was meant as a number and taken for a percentage: it would degrade from 320 of 200.",
        help: "The same rush. Nobody is ever served less, the count stands at its limit, and whoever comes then is refused, high ones too.",
        tries: &[
            Trial::at(1_500, "Take 80 % of the limit", &[Deed::Value("degrade", "80")]),
            Trial::at(
                1_500,
                "Serve less from there on",
                &[Deed::Value("degrade", "80"), Deed::Value("degraded-mean", "5ms")],
            ),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "12000"),
            ("arrivals", "step"),
            ("rate", "1500"),
            ("to", "3000"),
            ("step-at", "1s"),
            ("slots", "40"),
        ],
        ..Preset::BASE
    },
];
