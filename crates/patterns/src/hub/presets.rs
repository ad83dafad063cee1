//! What there is to see at a hub.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Five slow readers",
    says: "Five of fifty clients read at half the speed of what comes for them: nobody else is later.",
    tries: &[
        Trial::at(4_000, "One message a frame", &[Deed::Value("coalesce", "off")]),
        Trial::at(3_000, "A buffer of 16", &[Deed::Value("buffer", "16")]),
        Trial::at(2_000, "Open the code of a full queue", &[Deed::Code("parts/hub.rs", "entry.push(letter)")]),
    ],
    speed: 0.3,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "let-go",
        label: "Slow readers let go",
        says: "A client that reads too slowly is let go when its queue is full; nobody else is later for it.",
        help: "Ten of fifty clients take 100 ms for a message and get one every 25 ms. Each has room for 24, so within two seconds all ten are \
               let go, with what lay in their queues. The messages of the others are delivered as before.",
        tries: &[
            Trial::at(3_000, "Give them 256", &[Deed::Value("buffer", "256")]),
            Trial::at(2_000, "Read twice as fast", &[Deed::Value("slow-for", "20ms")]),
            Trial::at(1_000, "Open the code at the end", &[Deed::Code("parts/hub/client.rs", "self.queue.0.close()")]),
        ],
        speed: 0.3,
        values: &[("slow", "0.2"), ("buffer", "24"), ("rate", "2000")],
        ..Preset::BASE
    },
    Preset {
        id: "registers-again",
        label: "A session comes again",
        says: "Five sessions come again while their first connection is open; then the first one goes.",
        help: "As shipped the second connection overwrites the entry of its session, and when the first goes, the entry of the second is \
               removed: it is open and hears nothing, for good. As documented who comes again ends its predecessor, and who leaves takes \
               out its own entry alone.",
        tries: &[
            Trial::at(1_200, "Remove its own entry", &[Deed::Value("removes", "its-own")]),
            Trial::at(1_200, "Open the code", &[Deed::Code("parts/hub.rs", "remove(&entry.session)")]),
        ],
        speed: 0.2,
        fidelity: Some(Fidelity::Shipped),
        values: &[("reregister", "on"), ("messages", "3000"), ("slow", "0")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "frames",
        label: "Together or one by one",
        says: "To write a frame takes 40 ms, and messages come faster: together in frames they keep up.",
        help: "Each client gets 40 messages a second. One by one 25 a second can be written, so every queue fills up and every client is let \
               go. Where a frame takes all that lies in the queue, two or three go out at once and nobody falls behind.",
        tries: &[
            Trial::at(3_000, "Frames of 20 ms", &[Deed::Value("write", "20ms")]),
            Trial::at(3_000, "Half as many", &[Deed::Value("rate", "1000")]),
        ],
        speed: 0.3,
        values: &[
            ("write", "40ms"),
            ("rate", "2000"),
            ("slow", "0"),
            ("buffer", "24"),
            ("messages", "8000"),
            ("coalesce", "off"),
        ],
        beside: &[("coalesce", "on")],
        ..Preset::BASE
    },
    Preset {
        id: "no-pong",
        label: "No pong",
        says: "Lines are cut at 1 s: what is written to them is lost, until the time for a pong is over.",
        help: "Nobody says so when a line is cut: frames go out as before, and nobody reads them. Only the pong that does not come tells. With a \
               ping every 900 ms and a second to answer, a client that is gone is found within a second; with the 60 s of the document, \
               within a minute.",
        tries: &[
            Trial::at(1_900, "Wait for 2 s", &[Deed::Value("pong-wait", "2s")]),
            Trial::at(2_500, "Cut the line of s07", &[Deed::fault("cut-line", 2_200, 7)]),
        ],
        speed: 0.2,
        values: &[("cut", "0.1"), ("ping", "900ms"), ("pong-wait", "1s"), ("messages", "4000"), ("slow", "0")],
        ..Preset::BASE
    },
    Preset {
        id: "long-frame",
        label: "A frame that takes too long",
        says: "A slow client gets all that waits for it at once: more than it can read before the deadline.",
        help: "While a frame is being written the next ones queue up, and the next frame takes all of them. So each is twice as long as the one \
               before, until one cannot be written within its time: then the client is let go although its queue was never full.",
        tries: &[
            Trial::at(3_000, "One message a frame", &[Deed::Value("coalesce", "off")]),
            Trial::at(6_000, "Allow 10 s", &[Deed::Value("write-wait", "10s")]),
        ],
        speed: 0.4,
        values: &[("write-wait", "2s")],
        ..Preset::BASE
    },
    Preset {
        id: "among-all",
        label: "Among all entries",
        says: "Two thousand sessions: each message is held against all of them, or looked up by its name.",
        help: "As shipped the hub walks through all entries for each message. With 2,000 of them and a microsecond each that is 2 ms, and \
               a message comes every millisecond: the broadcast channel is full after half a second, and who sends has to wait. As \
               documented it looks once.",
        tries: &[
            Trial::at(1_200, "Look it up", &[Deed::Value("find", "by-name")]),
            Trial::at(1_200, "A thousand clients", &[Deed::Value("clients", "900")]),
        ],
        speed: 0.2,
        fidelity: Some(Fidelity::Shipped),
        values: &[("clients", "2000"), ("messages", "3000"), ("slow", "0")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "reader-removes",
        label: "Removed under a reader's lock",
        says: "Somebody reads the map while the hub takes slow clients out of it.",
        help: "As shipped the hub removes an entry under the lock of a reader, and whoever else reads the map just then has it changed under \
               its eyes: in a program with threads that is a data race. As documented it takes the lock of a writer, which waits until nobody reads.",
        tries: &[
            Trial::at(1_500, "Take a writer's lock", &[Deed::Value("removes-under", "write-lock")]),
            Trial::at(1_500, "Open the code", &[Deed::Code("parts/hub.rs", "removes_as_reader {")]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("report-every", "5ms"),
            ("look", "50us"),
            ("slow", "0.4"),
            ("slow-for", "500ms"),
            ("buffer", "4"),
            ("rate", "300"),
            ("messages", "900"),
            ("coalesce", "off"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "task-each",
        label: "A task for each message",
        says: "Clients send as well: a task for each of their messages, or one after the other.",
        help: "Each of 50 clients sends 40 messages a second, and each takes 50 ms. As shipped every message has a task of its own: twice as many \
               as there are clients, and nothing would hold them back if they took longer. As documented a client's next message is read when one \
               is handled, so who sends too fast waits.",
        tries: &[
            Trial::at(1_500, "Handle one by one", &[Deed::Value("reads", "one-by-one")]),
            Trial::at(1_500, "Let handling take 200 ms", &[Deed::Value("handle", "200ms")]),
        ],
        speed: 0.2,
        fidelity: Some(Fidelity::Shipped),
        values: &[("inbound", "40"), ("messages", "3000"), ("slow", "0")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "shutdown",
        label: "Shutdown",
        says: "The hub is shut down at 2 s, and within a second all clients are gone.",
        help: "As shipped the hub just returns. Nobody is told: the broadcast channel fills up and who sends waits, and every connection that \
               goes waits to be taken out of the map by nobody. As documented what was taken in goes out, each client gets a close frame, \
               and what comes later is refused at once.",
        tries: &[
            Trial::at(2_500, "Let all go", &[Deed::Value("on-stop", "close")]),
            Trial::at(2_500, "Open the code", &[Deed::Code("parts/hub/client.rs", "told.await")]),
        ],
        speed: 0.2,
        fidelity: Some(Fidelity::Shipped),
        values: &[("stop-at", "2s"), ("messages", "3000"), ("slow", "0"), ("ping", "900ms"), ("pong-wait", "1s")],
        beside: &[("fidelity", "documented")],
    },
];
