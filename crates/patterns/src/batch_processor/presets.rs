//! What there is to see at a batch processor.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Full, or old enough",
    says: "A batch goes out when it has 100 items or when a second is over, whichever comes first.",
    tries: &[
        Trial::at(3_000, "Take batches of 20", &[Deed::Value("batch-size", "20")]),
        Trial::at(3_000, "Wait 5 s at most", &[Deed::Value("interval", "5s")]),
        Trial::at(1_000, "Open the code at the cut", &[Deed::Code("parts/batcher.rs", "self.0.open.take()")]),
    ],
    speed: 0.5,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "exit",
        label: "The process ends",
        says: "The process is asked to end: what lies in the buffer is written first, or it is lost.",
        help: "As shipped nothing stops the processor, and its ticker beats to the end: it ends with the process, and with it the items of the batch \
               that was not full yet, and those whose insert was under way. As documented the input closes, the batch that is there goes out, and every \
               insert is waited for.",
        tries: &[
            Trial::at(2_400, "End at 3.9 s", &[Deed::Value("stop-at", "3900ms")]),
            Trial::at(2_400, "Write on stop", &[Deed::Value("flush-on-stop", "on")]),
        ],
        speed: 0.5,
        fidelity: Some(Fidelity::Shipped),
        values: &[("arrivals", "constant"), ("rate", "150"), ("stop-at", "2500ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "small-batch",
        label: "A small batch at once",
        says: "A full batch goes out just before the clock beats, which sends what came since then.",
        help: "At 110 a second a batch is full after 0.9 s. As shipped the ticker beats on, so that a tenth of a second later a batch of \
               ten goes out for itself, and each second has two inserts. As documented the interval begins anew, and every batch is full.",
        tries: &[
            Trial::at(1_500, "Restart the interval", &[Deed::Value("restart-ticker", "on")]),
            Trial::at(1_500, "Come 90 a second", &[Deed::Value("rate", "90")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("arrivals", "constant"), ("rate", "110"), ("requests", "1100")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "flood",
        label: "All at once",
        says: "Forty full batches come at one instant: all are inserted at once, or one after the other.",
        help: "As shipped every batch has a task of its own that inserts at once, so that a flood of items is a flood of inserts. As \
               documented one is inserted after the other, and the others wait in order.",
        tries: &[
            Trial::at(1_500, "One insert at a time", &[Deed::Value("inserts-at-once", "1")]),
            Trial::at(1_500, "Five inserts at once", &[Deed::Value("inserts-at-once", "5")]),
        ],
        speed: 0.05,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "burst"),
            ("burst-size", "4000"),
            ("burst-every", "1s"),
            ("requests", "12000"),
            ("insert", "100ms"),
        ],
        beside: &[("fidelity", "documented")],
    },
];
