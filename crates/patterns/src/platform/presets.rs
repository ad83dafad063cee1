//! What there is to see on the platform.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

const FRAMES: &str = "patterns/platform/frames.rs";

pub(super) const USUAL: Preset = Preset {
    label: "A thousand sessions",
    says: "A thousand sessions send two frames a second each, to a pool that could do with ten thousand.",
    tries: &[
        Trial::at(2_000, "Use 200 workers", &[Deed::Value("workers", "200")]),
        Trial::at(3_000, "Service down for 2 s", &[Deed::fault("outage", 2_000, 2_000_000_000)]),
        Trial::at(1_000, "Open the code of a worker", &[Deed::Code(FRAMES, "process.env.call(job).await")]),
    ],
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "platform-as-designed",
        label: "10,000 sessions, as designed",
        says: "Eight workers at 120 ms do 67 frames a second, and 20,000 come: nearly all find the jobs full.",
        help: "The design sizes its pool by the processor. What it needs is the rate times the call: 20,000 a second at 120 ms are 2,400 workers. \
               Whoever gets into the jobs waits for up to fifteen seconds there, so the target of 50 ms is missed many times over, and that of \
               10,000 messages a second by more than 99 %. The API does not pass the pool, and is in time.",
        tries: &[
            Trial::at(1_000, "Use 2,600 workers", &[Deed::Value("workers", "2600")]),
            Trial::at(1_000, "Take a message queue", &[Deed::Value("via", "queue")]),
        ],
        speed: 0.3,
        values: &[("sessions", "10000"), ("workers", "8"), ("run-for", "2s")],
        ..Preset::BASE
    },
    Preset {
        id: "platform-sized",
        label: "10,000 sessions, sized",
        says: "Ten thousand sessions and 2,600 workers: as many as the rate times a call asks for, and some.",
        help: "20,700 frames a second past the limits, times 120 ms: 2,490 workers are busy, and the others are the reserve for a rush. No frame waits \
               for a worker, and what the platform adds to a call is the write to the socket.",
        tries: &[
            Trial::at(500, "Use 2,200 workers", &[Deed::Value("workers", "2200")]),
            Trial::at(500, "Service ×3 for 300 ms", &[Deed::fault_for("slow-server", 500, 3, 300)]),
        ],
        speed: 0.1,
        values: &[("sessions", "10000"), ("run-for", "1100ms")],
        ..Preset::BASE
    },
    Preset {
        id: "slow-service",
        label: "10,000 sessions, slow service",
        says: "The service becomes slower by a fifth, and that is more than the pool has in reserve.",
        help: "2,600 workers are enough for 4 % more than there is to do. At 141.6 ms a call some 2,940 would be needed: all of them are busy, the jobs fill \
               up within half a second, and whoever comes then is dropped. Those who are not wait for 50 ms more than before.",
        tries: &[
            Trial::at(900, "Use 3,000 workers", &[Deed::Value("workers", "3000")]),
            Trial::at(500, "Slower from the start", &[Deed::Value("slow-at", "1ms")]),
        ],
        speed: 0.2,
        values: &[("sessions", "10000"), ("slow-at", "300ms"), ("run-for", "1500ms")],
        ..Preset::BASE
    },
    Preset {
        id: "via-queue",
        label: "By way of a message queue",
        says: "A queue with room for 100,000 frames turns nobody away, and lets all of them wait ever longer.",
        help: "Two hundred sessions send more than forty workers can do. With a channel of 100 the others are dropped at once, and who is not is late by \
               the length of the channel. With a queue all of them are answered, each later than the one before.",
        tries: &[
            Trial::at(4_000, "Take the channel", &[Deed::Value("via", "grpc")]),
            Trial::at(4_000, "Use 60 workers", &[Deed::Value("workers", "60")]),
            Trial::at(4_000, "Kill a worker for 1 s", &[Deed::fault_for("kill-worker", 4_000, 1, 1_000)]),
        ],
        values: &[("sessions", "200"), ("workers", "40"), ("jobs-buffer", "100"), ("via", "queue"), ("run-for", "10s")],
        beside: &[("via", "grpc")],
        ..Preset::BASE
    },
    Preset {
        id: "anonymous",
        label: "One bucket for who has no name",
        says: "Half of all requests come without a user, and as shipped all of them share one bucket.",
        help: "Ten a second have no name, from as many addresses as there are users. As shipped a hundred a minute of them are let through, whoever they \
               are, once the burst is used up. As documented each has the limit of its address.",
        tries: &[
            Trial::at(6_000, "As documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(6_000, "All have a name", &[Deed::Value("anonymous", "0")]),
        ],
        fidelity: Some(Fidelity::Shipped),
        values: &[("sessions", "100"), ("workers", "60"), ("anonymous", "0.5"), ("run-for", "10s")],
        beside: &[("fidelity", "documented")],
        ..Preset::BASE
    },
    Preset {
        id: "limits",
        label: "Twelve users in a hurry",
        says: "Twelve users behind three addresses ask far more often than either may: both limits refuse.",
        help: "Each user may ask a hundred times a minute, and a thousand requests a minute may come from one address, with twenty at once after a rest. A hundred \
               a second come, from four users behind each address. Once the bursts are used up the address lets half of them through, and of those the limit of each \
               user two in five. Who is refused is told with 429 after how long it would not be.",
        tries: &[
            Trial::at(4_000, "Ten times for each user", &[Deed::Value("user-limit", "1000")]),
            Trial::at(4_000, "Ten times for an address", &[Deed::Value("address-limit", "10000")]),
        ],
        values: &[("sessions", "12"), ("workers", "8"), ("anonymous", "0"), ("rate", "100"), ("run-for", "12s")],
        ..Preset::BASE
    },
    Preset {
        id: "buckets",
        label: "Buckets that nobody throws away",
        says: "Two thousand users come by now and then, and as shipped the bucket of each is kept for ever.",
        help: "Two requests a second, by anyone of two thousand users and five hundred addresses. As shipped each has a bucket from then on, so the tile \
               *Buckets kept* only grows, and so does the memory of the process. As documented a bucket goes that nobody has asked for a minute: as it has been \
               full for long by then, nobody is let through or refused because of that.",
        tries: &[
            Trial::at(200_000, "As documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(200_000, "Throw away after a minute", &[Deed::Value("forget-after", "1m")]),
        ],
        speed: 20.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("sessions", "2000"),
            ("frame-every", "1m"),
            ("hasty", "0"),
            ("workers", "20"),
            ("rate", "2"),
            ("run-for", "5m"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "slow-redis",
        label: "Redis takes too long",
        says: "Redis answers after five seconds and nobody waits for more than three: four tries in vain.",
        help: "The client closes a connection that has brought no answer in three seconds, opens another, and sends the batch again, a little later each time. Four \
               batches come a second, and ten connections are not enough for those that are tried: whoever has waited for one for four seconds has made a try as \
               well. After four of them a batch is given up. Its sessions have had their results by then, and nothing of them is stored.",
        tries: &[
            Trial::at(5_000, "Let Redis answer again", &[Deed::Value("redis-mean", "1ms")]),
            Trial::at(5_000, "Have 40 connections", &[Deed::Value("redis-size", "40")]),
        ],
        values: &[("sessions", "200"), ("workers", "80"), ("redis-mean", "5s"), ("run-for", "10s")],
        ..Preset::BASE
    },
    Preset {
        id: "failed-starts",
        label: "Interviews that never begin",
        says: "The service fails every third time: an interview cannot begin, and its row is there already.",
        help: "The row is created first, and then the service is told. Where that fails the answer is an error, and as shipped the row stays with nothing \
               that belongs to it. As documented it is deleted again.",
        tries: &[
            Trial::at(3_000, "As documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(3_000, "Fail half of all", &[Deed::Value("errors", "0.5")]),
        ],
        fidelity: Some(Fidelity::Shipped),
        values: &[("sessions", "50"), ("workers", "40"), ("errors", "0.33"), ("rate", "40"), ("run-for", "10s")],
        beside: &[("fidelity", "documented")],
        ..Preset::BASE
    },
    Preset {
        id: "shutdown",
        label: "Asked to end",
        says: "SIGTERM comes while frames are everywhere, and each part is stopped before what it needs.",
        help: "No request is let in any more, and when the last of those under way is answered no frame is read either. The pool does what lies in the jobs, every result is written to its socket and into the \
               batch, the last batch goes out, and then the connections are closed. Nothing that was let in is lost.",
        tries: &[
            Trial::at(1_950, "Wait for requests alone", &[Deed::Value("order", "documented")]),
            Trial::at(1_950, "A grace of 100 ms", &[Deed::Value("grace", "100ms")]),
        ],
        speed: 0.3,
        values: &[("sessions", "200"), ("workers", "40"), ("shutdown-at", "2s")],
        ..Preset::BASE
    },
    Preset {
        id: "shutdown-as-shipped",
        label: "Asked to end, as shipped",
        says: "As shipped the process waits for its API requests, and all else that it has goes with it.",
        help: "Sockets are no requests to the HTTP server, and nobody stops the pool or flushes the batch. What lies in the jobs, is called, or waits for \
               its batch is lost. As documented each part is stopped before what it needs.",
        tries: &[
            Trial::at(1_950, "Stop all in order", &[Deed::Value("order", "sane")]),
            Trial::at(1_950, "Use 100 workers", &[Deed::Value("workers", "100")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("sessions", "200"), ("workers", "40"), ("shutdown-at", "2s")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "shutdown-queue",
        label: "Killed with a frame in every hand",
        says: "The process is killed while workers have frames that the broker, as shipped, has forgotten.",
        help: "As shipped a frame is acknowledged as it is taken: what lies in the queue outlives the process, and what workers have in hand does not. As documented \
               it is acknowledged when the result is on its way, so the broker delivers it again, to the next process. That is at least once: the \
               service has been asked for it already.",
        tries: &[
            Trial::at(1_950, "As documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(1_950, "Acknowledge when it is done", &[Deed::Value("acknowledge", "when-done")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("sessions", "200"), ("workers", "40"), ("via", "queue"), ("shutdown-at", "2s"), ("grace", "50ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "outage",
        label: "The service is down",
        says: "The service answers nothing but errors for two seconds, and no session hears of its frames.",
        help: "An error takes as long as an answer, so the pool does not fill up: it is answers that nobody gets, and interviews that cannot begin. When \
               the service is back everything is as it was.",
        tries: &[
            Trial::at(2_000, "Refuse at once", &[Deed::Value("outage-answers", "at-once")]),
            Trial::at(
                2_000,
                "Do not answer at all",
                &[Deed::Value("outage-answers", "never"), Deed::Value("timeout", "500ms")],
            ),
        ],
        values: &[("sessions", "200"), ("workers", "80"), ("outage-for", "2s"), ("run-for", "6s")],
        ..Preset::BASE
    },
    super::metrics::SCENARIO,
];
