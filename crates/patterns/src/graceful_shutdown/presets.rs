//! What there is to see when a process is asked to end.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

const PROCESS: &str = "patterns/graceful_shutdown/process.rs";

pub(super) const USUAL: Preset = Preset {
    label: "Each before what it needs",
    says: "On SIGTERM each part is stopped before what it needs, and nothing is lost.",
    tries: &[
        Trial::at(2_800, "Wait for requests alone", &[Deed::Value("order", "documented")]),
        Trial::at(2_300, "A grace of 300 ms", &[Deed::Value("grace", "300ms")]),
        Trial::at(2_500, "Open the code of a stop", &[Deed::Code(PROCESS, "self.workers.wait().await")]),
    ],
    speed: 0.3,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "as-written",
        label: "Requests alone",
        says: "As written the process waits for its requests, and all else it has goes with it.",
        help: "The server counts no socket among its connections once that was taken over: every client sees its connection break, without a \
               close frame. As documented the hub is stopped, and each gets one.",
        tries: &[
            Trial::at(3_000, "Stop all in order", &[Deed::Value("order", "sane")]),
            Trial::at(2_800, "Connect 60 sessions", &[Deed::Value("sessions", "60")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        beside: &[("fidelity", "documented")],
        ..Preset::BASE
    },
    Preset {
        id: "frames-behind",
        label: "Frames before the workers",
        says: "Frames come faster than they are analysed, and lie in their channel when the process ends.",
        help: "Five workers do some forty frames a second, and fifty come. As shipped nobody waits for those that lie before the workers. As \
               documented no frame is let in any more, and the workers do what is there.",
        tries: &[
            Trial::at(2_500, "Ten workers", &[Deed::Value("workers", "10")]),
            Trial::at(2_200, "Slow the model ×3 for 2 s", &[Deed::fault_for("slow-server", 1_000, 3, 2_000)]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("workers", "5"), ("frame-every", "400ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "results-behind",
        label: "Results that nobody took",
        says: "Results come faster than they are put into the batch, and lie in their channel at the end.",
        help: "To put a result into the batch takes 30 ms, and forty come a second. As shipped those that wait are lost with the process, \
               although they were analysed. As documented the reader goes on until the channel is empty.",
        tries: &[
            Trial::at(2_500, "A result takes 5 ms", &[Deed::Value("collect", "5ms")]),
            Trial::at(2_500, "Stop the batch first", &[Deed::Value("order", "batch-first")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("collect", "30ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "last-batch",
        label: "The batch that is half full",
        says: "A batch that is not full and not old enough is written at the stop, or never.",
        help: "Batches of 200 are written every 5 s. When the process ends there is one that is neither full nor old. As shipped nobody flushes \
               it. As documented it goes out as a last batch before the connections are closed.",
        tries: &[
            Trial::at(2_500, "Write every 200 ms", &[Deed::Value("interval", "200ms")]),
            Trial::at(2_500, "Close connections first", &[Deed::Value("order", "stores-first")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("batch-size", "200"), ("interval", "5s")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "keeps-sending",
        label: "Who sends after the signal",
        says: "Slow requests keep the process up, and its sockets go on to send frames for nothing.",
        help: "Requests take 2 s, so the process is there for seconds after the signal, with all its sockets open. As shipped frames that \
               come then are taken in, and some of them are lost with the process. As documented they are analysed and written.",
        tries: &[
            Trial::at(2_300, "Requests of 200 ms", &[Deed::Value("request", "200ms")]),
            Trial::at(2_900, "A grace of 1 s", &[Deed::Value("grace", "1s")]),
        ],
        speed: 0.5,
        fidelity: Some(Fidelity::Shipped),
        values: &[("request", "2s"), ("rate", "10"), ("interval", "2s")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "short-grace",
        label: "A grace that is too short",
        says: "Requests take longer than the grace: they are cut off, and no part after them has any time.",
        help: "The order is right, and 500 ms are not enough for requests of 2 s. When the grace is over the requests are cut off, then the \
               sockets, frames and items, and the process exits with 1. In the other run there are 30 s.",
        tries: &[
            Trial::at(2_100, "Requests of 50 ms", &[Deed::Value("request", "50ms")]),
            Trial::at(1_900, "No grace at all", &[Deed::Value("grace", "0ms")]),
        ],
        speed: 0.2,
        values: &[("request", "2s"), ("rate", "10"), ("grace", "500ms")],
        beside: &[("grace", "30s")],
        ..Preset::BASE
    },
    Preset {
        id: "slow-insert",
        label: "An insert that is too slow",
        says: "The database takes its time, and the grace is over before the last batch is written.",
        help: "An insert takes 4 s and the grace is 3 s. The last batch waits for the one before it, and is cut off with it when the grace \
               is over. Whether that was written is for the database to say: the process does not know, and counts it as lost.",
        tries: &[
            Trial::at(5_000, "A grace of 20 s", &[Deed::Value("grace", "20s")]),
            Trial::at(3_500, "Inserts of 400 ms", &[Deed::Value("db-mean", "400ms")]),
        ],
        values: &[("db-mean", "4s"), ("db-service", "constant"), ("grace", "3s")],
        ..Preset::BASE
    },
    Preset {
        id: "stores-first",
        label: "Connections are closed first",
        says: "Redis and database are closed before the last batch, which finds nobody to write it.",
        help: "What was opened first is closed first here. All parts after that end well and in time, the exit code is 0, and every item \
               that was not written by then is lost. In the other run the same parts are stopped in the order in which they need each other.",
        tries: &[
            Trial::at(3_000, "Close them last", &[Deed::Value("order", "sane")]),
            Trial::at(
                2_800,
                "Open the code",
                &[Deed::Code("patterns/graceful_shutdown/store.rs", "self.is_closed.get()")],
            ),
        ],
        speed: 0.3,
        values: &[("order", "stores-first")],
        beside: &[("order", "sane")],
        ..Preset::BASE
    },
    Preset {
        id: "processor-first",
        label: "Sockets that are still open",
        says: "The frame processor is stopped while sockets send: what they send then comes to nobody.",
        help: "The hub is stopped after the frame processor, so sockets are read while the pool takes no more frames. A pool that does not look \
               for that panics at the send. Here it says no, and the frame is lost, as the client thinks that it was sent.",
        tries: &[
            Trial::at(3_000, "Stop the hub first", &[Deed::Value("order", "sane")]),
            Trial::at(3_000, "Connect 100 sessions", &[Deed::Value("sessions", "100")]),
        ],
        speed: 0.3,
        values: &[("order", "processor-first"), ("collect", "20ms"), ("frame-every", "400ms")],
        beside: &[("order", "sane")],
        ..Preset::BASE
    },
    Preset {
        id: "batch-first",
        label: "Results after the last batch",
        says: "The batch is flushed while frames are under way: their results come to a closed batch.",
        help: "Whoever hands something on has to be over before whoever takes it. Here the batch takes no more while workers are at work: each \
               frame that they had is analysed, and its result has nowhere to go.",
        tries: &[
            Trial::at(3_000, "Stop the workers first", &[Deed::Value("order", "sane")]),
            Trial::at(3_000, "Use 40 workers", &[Deed::Value("workers", "40"), Deed::Value("sessions", "60")]),
        ],
        speed: 0.3,
        values: &[("order", "batch-first")],
        beside: &[("order", "sane")],
        ..Preset::BASE
    },
];
