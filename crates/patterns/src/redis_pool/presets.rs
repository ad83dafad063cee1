//! What there is to see at a Redis pool.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "A round trip each",
    says: "Each command is a round trip of its own: ten have a connection, and ten callers wait for one.",
    help: "A thousand commands are a thousand round trips of a millisecond, ten at a time. Five connections are being opened when the first callers \
           come, and those open the other five.",
    tries: &[
        Trial::at(30, "Send 50 in a round trip", &[Deed::Beside("pipeline", "50")]),
        Trial::at(42, "Crash the server for 20 ms", &[Deed::fault("crash", 40, 20_000_000)]),
        Trial::at(
            20,
            "Open the code at the call",
            &[Deed::Code("patterns/redis_pool/save.rs", "self.env.call(first).await")],
        ),
    ],
    speed: 0.01,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "pipelined",
        label: "Pipelined, and one by one",
        says: "The same thousand commands: 50 to a round trip, or each in one of its own.",
        help: "One caller has a thousand keys to set. In a pipeline that is 20 round trips, one by one it is a thousand: more than forty times as long for the \
               same work, as nearly all of it is the way there and back. What is sent takes its time too, a microsecond for each command.",
        tries: &[
            Trial::at(10, "Send ten in a round trip", &[Deed::Value("pipeline", "10")]),
            Trial::at(10, "Let it take 10 ms", &[Deed::Value("round-trip", "10ms")]),
            Trial::at(10, "Cut the line for 100 ms", &[Deed::fault("partition", 8, 100_000_000)]),
        ],
        speed: 0.003,
        values: &[("pipeline", "50"), ("callers", "1")],
        beside: &[("pipeline", "1")],
        ..Preset::BASE
    },
    Preset {
        id: "exhausted",
        label: "Pool exhausted",
        says: "Twice as many come as ten connections can serve: who gets none within 500 ms is told so.",
        help: "200 commands a second of 100 ms each need twenty connections. The line grows until its wait is the pool timeout, and from then on half of \
               those who come have waited in vain. To try again only makes the line longer: go-redis does, three times.",
        tries: &[
            Trial::at(1_200, "Try again three times", &[Deed::Value("retries", "3")]),
            Trial::at(1_200, "Take 25 connections", &[Deed::Value("size", "25")]),
            Trial::at(1_200, "Send 4 in a round trip", &[Deed::Value("pipeline", "4")]),
        ],
        speed: 0.2,
        values: &[
            ("arrivals", "constant"),
            ("rate", "200"),
            ("commands", "600"),
            ("round-trip", "100ms"),
            ("pool-timeout", "500ms"),
            ("retries", "0"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "slow-network",
        label: "Slow network",
        says: "An answer takes 40 ms on average and may take 50: what is too late is closed and tried again.",
        help: "A connection whose answer is late cannot be used again, so a read timeout is a connection as well. The command goes again, after a wait by \
               lot: 8 to 24 ms, then 8 to 40, then 8 to 72. Round trips grow beyond the commands, and the server has more to do for the same work.",
        tries: &[
            Trial::at(500, "Never try again", &[Deed::Value("retries", "0")]),
            Trial::at(500, "Wait for 3 s", &[Deed::Value("read", "3s")]),
            Trial::at(600, "Slow the server ×3 for 1 s", &[Deed::fault_for("slow-server", 500, 3, 1_000)]),
        ],
        speed: 0.05,
        values: &[
            ("arrivals", "poisson"),
            ("rate", "100"),
            ("commands", "300"),
            ("round-trip", "40ms"),
            ("service", "exponential"),
            ("read", "50ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "cold-start",
        label: "Who finds one open",
        says: "Ten come at once: five find a connection that is kept open, and the others wait for those.",
        help: "To open one takes 50 ms here. Five are opened when the program starts, before anybody asks, and for each that is taken another is \
               opened, as far as ten go: who finds none meanwhile waits for whichever is there first. With none kept idle all ten wait for the \
               opening of theirs. The second ten find all open either way.",
        tries: &[
            Trial::at(240, "Keep ten idle", &[Deed::Value("min-idle", "10")]),
            Trial::at(240, "Give up dialling after 20 ms", &[Deed::Value("dial", "20ms")]),
        ],
        speed: 0.02,
        values: &[("script", "*10@200ms;*10@400ms"), ("connect", "50ms"), ("round-trip", "10ms")],
        beside: &[("min-idle", "0")],
        ..Preset::BASE
    },
    Preset {
        id: "uncancellable",
        label: "It runs on for nobody",
        says: "Callers give up after 100 ms, and as shipped their batches run on until no connection is left.",
        help: "An answer takes 200 ms on average, and who has waited for 100 ms goes. As documented its batch ends with it, and its connection is closed; \
               as shipped the batch has a context of its own: it waits for a connection, and keeps it until the answer has come, for nobody. Soon all \
               ten are busy for callers that have gone, and those who come give up before they have one.",
        tries: &[
            Trial::at(2_500, "End it with its caller", &[Deed::Value("context", "callers")]),
            Trial::at(2_500, "Wait for a second", &[Deed::Value("timeout", "1s")]),
        ],
        speed: 0.2,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "poisson"),
            ("rate", "70"),
            ("commands", "350"),
            ("round-trip", "200ms"),
            ("service", "exponential"),
            ("timeout", "100ms"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "too-large",
        label: "A batch too large",
        says: "To send 500 commands takes half a second, and a write may take 100 ms: none is ever sent.",
        help: "Whatever is retried as it is fails as it did. Four tries later the batch is given up, and with it four connections. A write also blocks where \
               the server reads nothing: in a partition what is larger than the buffers between both sides.",
        tries: &[
            Trial::at(150, "Send 50 in a round trip", &[Deed::Value("pipeline", "50")]),
            Trial::at(150, "Write for 3 s", &[Deed::Value("write", "3s")]),
        ],
        speed: 0.1,
        values: &[("pipeline", "500"), ("send", "1ms"), ("write", "100ms"), ("callers", "1")],
        ..Preset::BASE
    },
    Preset {
        id: "ttl",
        label: "Keys that are over",
        says: "Each key is kept for 500 ms: however many are set, soon as many are over as come.",
        help: "The document keeps emotions for an hour, so its keys are those of an hour. A crash of the server takes them all.",
        tries: &[
            Trial::at(1_500, "Keep them for 2 s", &[Deed::Value("ttl", "2s")]),
            Trial::at(1_600, "Crash the server for 100 ms", &[Deed::fault("crash", 1_500, 100_000_000)]),
        ],
        speed: 0.1,
        values: &[("arrivals", "poisson"), ("rate", "400"), ("commands", "1200"), ("pipeline", "10"), ("ttl", "500ms")],
        ..Preset::BASE
    },
];
