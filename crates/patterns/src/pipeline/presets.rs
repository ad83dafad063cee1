//! Scenarios of the pipeline: where its pace comes from, and what becomes of who feeds it when it is cancelled.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

const FILE: &str = "patterns/pipeline/mod.rs";
/// Three stages without a buffer, each with the time of an item.
const FRAMES: &str = "decode:1:0:8ms,preprocess:1:0:12ms,analyze:1:0:120ms";

pub(super) const USUAL: Preset = Preset {
    label: "Three stages",
    says: "Three stages with a buffer before each: the slowest, which calls the server, sets the pace.",
    tries: &[
        Trial::at(2_000, "Give the call 33 workers", &[Deed::Value("stages", "prepare:2:100,call:33:100,store:2:100")]),
        Trial::at(3_000, "Slow the server ×3 at 3 s", &[Deed::fault_for("slow-server", 3_000, 3, 3_000)]),
        Trial::at(2_000, "Open the code at the call", &[Deed::Code(FILE, "env.call(&job)")]),
    ],
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "square-double",
        label: "Square, then double",
        says: "One to ten, squared by three workers, doubled by two: all of it happens in no time.",
        help: "The documents' example: 1 to 10, squared by three workers and doubled by two.",
        tries: &[
            Trial::at(0, "Read the log", &[Deed::Tab("log")]),
            Trial::at(0, "Open the code at the stages", &[Deed::Code(FILE, "Work::Square => {")]),
        ],
        values: &[("requests", "10"), ("stages", "square:3:4,double:2:4")],
        ..Preset::BASE
    },
    Preset {
        id: "bottleneck",
        label: "Bottleneck",
        says: "Four workers in the middle are too few: the buffer before them fills, and stays full.",
        help: "A stage in the middle with too few workers: the buffer in front of it fills.",
        tries: &[
            Trial::at(
                1_000,
                "Give the call 12 workers",
                &[Deed::Value("stages", "prepare:2:20,call:12:20,store:2:20")],
            ),
            Trial::at(1_000, "Slow the server ×3 at 1 s", &[Deed::fault_for("slow-server", 1_000, 3, 1_000)]),
        ],
        speed: 0.1,
        values: &[
            ("requests", "1000"),
            ("stages", "prepare:2:20,call:4:20,store:2:20"),
            ("server", "general"),
            ("mean", "20ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "leak",
        label: "Leak on error",
        says: "The first error stops a stage: the source and the stage before it wait for ever.",
        help: "The shipped stage stops at the first error, and the source and the stage above block for ever.",
        tries: &[Trial::at(200, "Pass errors on", &[Deed::Value("on-error", "pass")])],
        speed: 0.03,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "1000"),
            ("server", "general"),
            ("mean", "20ms"),
            ("errors", "0.02"),
            ("on-error", "fail"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "frames",
        label: "Frames, hand to hand",
        says: "Decode, preprocess and analyze take 8, 12 and 120 ms, and a frame goes from hand to hand.",
        help: "No channel holds anything, so each of the two quick stages has a frame in hand and waits for the slow one: it sets the pace, \
               one frame each 120 ms, and three frames are inside.",
        tries: &[
            Trial::at(
                1_000,
                "Give analyze ten workers",
                &[Deed::Value("stages", "decode:1:0:8ms,preprocess:1:0:12ms,analyze:10:0:120ms")],
            ),
            Trial::at(
                1_000,
                "Put ten between the stages",
                &[Deed::Value("stages", "decode:1:10:8ms,preprocess:1:10:12ms,analyze:1:0:120ms")],
            ),
            Trial::at(1_000, "Cancel it at 1 s", &[Deed::Value("cancel-at", "1s")]),
        ],
        speed: 0.1,
        values: &[("requests", "100"), ("stages", FRAMES)],
        ..Preset::BASE
    },
    Preset {
        id: "feeder",
        label: "The feeder that leaks",
        says: "Cancelled after 1 s, the stages end, and so does the feeder where it watches the cancellation.",
        help: "As shipped who feeds the first stage only sends. When the stages have gone nobody receives any more, and it waits with its frame for \
               ever: a task for each call of the pipeline that was cancelled. In the other run it watches the cancellation while it sends.",
        tries: &[
            Trial::at(900, "Let it watch", &[Deed::Value("feeder", "watches")]),
            Trial::at(500, "Open the code at the feeder", &[Deed::Code(FILE, "send.await.is_err()")]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[("requests", "100"), ("stages", FRAMES), ("cancel-at", "1s")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "wrong-type",
        label: "An item of a wrong type",
        says: "The seventh item is no frame: the stage that looks into it panics, or it is never taken in.",
        help: "As shipped what goes from stage to stage is of any type, and each stage says which it expects when it is too late to refuse. There is \
               no way for an error, so it is the whole program that ends, with the frames that were good. As documented the item is refused \
               before the first stage.",
        tries: &[
            Trial::at(500, "Refuse what is no frame", &[Deed::Value("types", "checked")]),
            Trial::at(500, "Send only frames", &[Deed::Value("wrong-item", "0")]),
            Trial::at(500, "Open the code at the stage", &[Deed::Code(FILE, "value == WRONG")]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[("requests", "100"), ("stages", FRAMES), ("wrong-item", "7")],
        beside: &[("fidelity", "documented")],
    },
];
