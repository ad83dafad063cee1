//! Scenarios of the bank: traffic of several kinds, the original's settings, and the bug that strands a car.

use super::params::RUSH_HOUR_OF_THREE;
use millrace_spec::{Deed, Fidelity, Preset, Question, Trial};
use millrace_trace::Span;

pub(super) const QUESTION: Question = Question {
    place: 3,
    asks: "Strand an elevator",
    preset: "stranded",
    beside: &[],
    stops: Span::millis(48_500),
    fact: "one waits for ever",
    picture: "strand",
};

pub(super) const USUAL: Preset = Preset {
    label: "Rush hour, two cars",
    says: "Thirty people come within a minute: each call is given to a car, and people wait for it.",
    tries: &[
        Trial::at(20_000, "Add a third car", &[Deed::Value("cars", "A:0..9,B:0..9,C:0..9")]),
        Trial::at(20_000, "Stop car A at 20 s", &[Deed::fault_for("stop-car", 20_000, 1, 30_000)]),
        Trial::at(20_000, "Choose by time to destination", &[Deed::Value("policy", "etd")]),
    ],
    speed: 3.0,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "single",
        label: "One trip, one car",
        says: "From the ground to the top: 500 ms a floor, and 2 s wherever the doors open.",
        help: "From the ground to the top: what each step costs.",
        tries: &[
            Trial::at(3_000, "Take 1 s a floor", &[Deed::Value("floor-time", "1s")]),
            Trial::at(3_000, "Stop the car at 3 s", &[Deed::fault_for("stop-car", 3_000, 1, 5_000)]),
        ],
        values: &[("cars", "A:0..9"), ("script", "0->9@0s")],
        ..Preset::BASE
    },
    Preset {
        id: "rush-hour",
        label: "Rush hour, with a car to the basement",
        says: "Thirty trips for three cars: only one of them goes to the basement, and only two to the top.",
        help: "Thirty trips, one to three seconds apart, on two cars from the ground to 9 and one from \u{2212}4 to 5, each trip within the \
               floors of one of them, as the original's script makes them.",
        tries: &[
            Trial::at(20_000, "Choose by time to destination", &[Deed::Value("policy", "etd")]),
            Trial::at(15_000, "Slow the doors ×3", &[Deed::fault_for("slow-door", 15_000, 3, 20_000)]),
        ],
        speed: 3.0,
        values: &[("cars", "A:0..9,B:0..9,C:-4..5"), ("script", RUSH_HOUR_OF_THREE)],
        ..Preset::BASE
    },
    Preset {
        id: "lunch",
        label: "Lunch, four cars",
        says: "Noon on twenty floors: about as many people as four cars for twelve each can carry.",
        help: "Twenty floors at noon, and about as many people as four cars that hold twelve can carry.",
        tries: &[
            Trial::at(300_000, "Choose the nearest car", &[Deed::Value("policy", "nearest")]),
            Trial::at(200_000, "Stop car A for 2 min", &[Deed::fault_for("stop-car", 200_000, 1, 120_000)]),
            Trial::at(300_000, "Let 1 a second come", &[Deed::Value("rate", "1")]),
        ],
        speed: 10.0,
        values: &[
            ("cars", "A:1..20,B:1..20,C:1..20,D:1..20"),
            ("policy", "etd"),
            ("traffic", "lunch"),
            ("rate", "0.7"),
            ("passengers", "600"),
            ("boarding-time", "1s"),
            ("capacity", "12"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "up-peak",
        label: "Up-peak, four cars",
        says: "Nine of ten go up from the main floor: people with one destination ride together.",
        help: "Everybody comes to work at once: long queues at the main floor.",
        tries: &[
            Trial::at(100_000, "Choose the nearest car", &[Deed::Value("policy", "nearest")]),
            Trial::at(100_000, "Leave idle cars where they are", &[Deed::Value("parking", "none")]),
        ],
        speed: 10.0,
        values: &[
            ("cars", "A:0..15,B:0..15,C:0..15,D:0..15"),
            ("policy", "destination"),
            ("traffic", "up-peak"),
            ("rate", "0.4"),
            ("passengers", "240"),
            ("boarding-time", "1s"),
            ("capacity", "12"),
            ("parking", "main"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "testing",
        label: "Settings: testing",
        says: "Cars take 10 ms a floor, so hardly anybody waits; one failure opens a car's breaker.",
        help: "What the original sets in tests: fast cars, short times, a breaker that opens at the first failure.",
        tries: &[
            Trial::at(20_000, "Let half the steps fail", &[Deed::fault_for("failing-motor", 20_000, 50, 10_000)]),
            Trial::at(20_000, "Stop car A for 10 s", &[Deed::fault_for("stop-car", 20_000, 1, 10_000)]),
        ],
        values: &[
            ("floor-time", "10ms"),
            ("door-time", "10ms"),
            ("operation-timeout", "500ms"),
            ("request-timeout", "200ms"),
            ("breaker-failures", "1"),
            ("breaker-reset", "5s"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "production",
        label: "Settings: production",
        says: "Cars that take 200 ms a floor and doors of 1 s: the same thirty people wait far less.",
        help: "What the original sets in production: 200 ms a floor, a breaker that opens at the second failure.",
        tries: &[
            Trial::at(20_000, "Let half the steps fail", &[Deed::fault_for("failing-motor", 20_000, 50, 20_000)]),
            Trial::at(20_000, "Stop car A for 20 s", &[Deed::fault_for("stop-car", 20_000, 1, 20_000)]),
        ],
        speed: 3.0,
        values: &[
            ("floor-time", "200ms"),
            ("door-time", "1s"),
            ("operation-timeout", "15s"),
            ("request-timeout", "3s"),
            ("breaker-failures", "2"),
            ("breaker-reset", "10s"),
            ("api-limit", "30"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "stranded",
        label: "Stranded car",
        says: "A call that comes just as the car goes idle is never told to it: who called waits for ever.",
        help: "Requests that come as the car goes idle, on a shuffled schedule: this seed strands it for good, and one in five others does.",
        tries: &[
            Trial::at(48_000, "As documented beside it", &[Deed::Beside("fidelity", "documented")]),
            Trial::at(
                48_500,
                "Open the code where it waits",
                &[Deed::Code("patterns/elevator/operation.rs", "looking_around(&env")],
            ),
        ],
        speed: 10.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("cars", "A:0..9"),
            (
                "script",
                "0->2@0s;2->4@5.5s;4->6@11s;6->8@16.5s;8->9@22s;9->7@26s;7->5@31.5s;5->3@37s;3->1@42.5s;1->0@48s",
            ),
            ("schedule", "shuffled"),
        ],
        ..Preset::BASE
    },
];
