//! What there is to see of batches: order that is lost, frames that fail, and tasks without a bound.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

const FILE: &str = "patterns/batch_fan_out/mod.rs";

pub(super) const USUAL: Preset = Preset {
    label: "Twenty at once",
    says: "Each frame of a batch has a task of its own: results come in the order in which calls end.",
    tries: &[
        Trial::at(200, "Let every fifth frame fail", &[Deed::Value("errors", "0.2")]),
        Trial::at(200, "Take 200 frames a batch", &[Deed::Value("batch", "200")]),
        Trial::at(200, "Open the code at the channels", &[Deed::Code(FILE, "match (&from_results, &from_errors)")]),
    ],
    speed: 0.1,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "partial",
        label: "Results and an error",
        says: "Every fifth frame fails: what has a result comes back all the same, and an error beside it.",
        help: "Results and errors have a channel each, with room for the whole batch, so a task that failed delivers like any other, and the \
               caller has both.",
        tries: &[
            Trial::at(200, "Let none fail", &[Deed::Value("errors", "0")]),
            Trial::at(200, "Open the code at the two ways", &[Deed::Code(FILE, "reply.answer.is_success()")]),
        ],
        speed: 0.1,
        values: &[("errors", "0.2")],
        ..Preset::BASE
    },
    Preset {
        id: "thousand",
        label: "A thousand at once",
        says: "A batch is a thousand frames, the model does ten at once, and the batch takes as long as that.",
        help: "As shipped a thousand tasks are there from the start, and 990 of them wait for the model. As documented there are fifty at a time: \
               the batch is done just as soon, with a twentieth of the tasks.",
        tries: &[
            Trial::at(400, "Start 100 at once", &[Deed::Value("at-once", "100")]),
            Trial::at(400, "Let the model do 100 at once", &[Deed::Value("slots", "100")]),
        ],
        speed: 0.2,
        fidelity: Some(Fidelity::Shipped),
        values: &[("batch", "1000"), ("batches", "2"), ("mean", "20ms"), ("slots", "10")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "read-pump",
        label: "A task for each message",
        says: "Messages come from a socket, a fifth more than the model can do, and each has its task.",
        help: "As shipped the reader starts a task for each message and reads the next at once: nobody who sends is held back, and tasks pile up. As \
               documented it takes a permit first: where there is none of fifty it does not read, and messages wait in the socket, where their \
               sender notices.",
        tries: &[
            Trial::at(1_000, "Take 20 tasks at once", &[Deed::Value("at-once", "20")]),
            Trial::at(1_000, "Let them come half as often", &[Deed::Value("every", "10ms")]),
            Trial::at(1_000, "Open the code at the reader", &[Deed::Code(FILE, "async fn pump")]),
        ],
        speed: 1.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("from", "socket"), ("batch", "100"), ("batches", "20"), ("slots", "20")],
        beside: &[("fidelity", "documented")],
    },
];
