//! What there is to see at the concurrency manager.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "A hundred at once",
    says: "A hundred operations on the database come at once: twenty workers work, and the rest waits.",
    tries: &[
        Trial::at(60, "Take five permits", &[Deed::Value("db-ops", "5")]),
        Trial::at(60, "Run it as shipped", &[Deed::Fidelity(Fidelity::Shipped)]),
        Trial::at(
            0,
            "Open the code at the permit",
            &[Deed::Code("patterns/concurrency_manager/pool.rs", "handled.wait().await")],
        ),
    ],
    speed: 0.03,
    ..Preset::BASE
};

const AS_DOCUMENTED: &[Deed] = &[Deed::Fidelity(Fidelity::Documented)];

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "five-permits",
        label: "Five permits, twenty run",
        says: "Five permits: twenty tasks run at once, as each permit is back when its task is in the queue.",
        help: "As shipped the semaphore covers the submission alone: nothing but the number of workers bounds what runs, and what counts as active is nought right after. As documented \
               a permit is held until the handler has come to its end, and five run: twenty rounds of 50 ms in place of five.",
        tries: &[
            Trial::at(60, "Run it as documented", AS_DOCUMENTED),
            Trial::at(60, "Take three workers", &[Deed::Value("db-workers", "3")]),
        ],
        speed: 0.03,
        fidelity: Some(Fidelity::Shipped),
        values: &[("db-ops", "5")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "blocked",
        label: "Active is who is held up",
        says: "The queue is full: those who stand before it count as active, and those who work do not.",
        help: "Twenty workers and room for two hundred: of five hundred operations a hundred hold a permit and wait for room. That is what the manager calls active, and when the last of them is in \
               the queue it says that there is none, with everything still to be done. As documented an operation is active until its handler has come to its end.",
        tries: &[
            Trial::at(300, "Run it as documented", AS_DOCUMENTED),
            Trial::at(300, "Take forty workers", &[Deed::Value("db-workers", "40")]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "db*500@0s")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "results",
        label: "Results that nobody reads",
        says: "Each result goes into a queue that nobody reads: it fills, and then results fall beside it.",
        help: "Ten results fit for each worker, and they stay until the process ends, with the memory that they take. From then on each is dropped, and nobody is told. As documented there is no \
               such queue: whoever submitted has its result.",
        tries: &[
            Trial::at(600, "Run it as documented", AS_DOCUMENTED),
            Trial::at(600, "Take ten workers", &[Deed::Value("db-workers", "10")]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "db*300@0s;db*50@1s")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "workloads",
        label: "Three kinds of work",
        says: "Database, HTTP and cache at once, each by its kind; how long they take is said, or never.",
        help: "Operations on the database take 5 to 20 ms, calls by HTTP 20 to 100 ms, those of the cache 0.5 to 2 ms. As documented the average of each follows, a tenth of it being the \
               last one. As shipped there is a field for each, and nobody writes it: 0 ms.",
        tries: &[
            Trial::at(1_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(1_000, "Slow the handlers ×3 for 1 s", &[Deed::fault_for("slow-handlers", 1_000, 3, 1_000)]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("script", ""),
            ("arrivals", "poisson"),
            ("rate", "1400"),
            ("requests", "2800"),
            ("times", "by-kind"),
        ],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "panic",
        label: "A panic ends the process",
        says: "One handler in twenty panics: nobody recovers from it, and with it goes all that was inside.",
        help: "In Go a panic that nobody recovers from ends the process, in whatever goroutine it is. As documented a handler that panics is one that failed.",
        tries: &[
            Trial::at(40, "Run it as documented", AS_DOCUMENTED),
            Trial::at(40, "Let one in a hundred panic", &[Deed::Value("panics", "0.01")]),
        ],
        speed: 0.03,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "db*400@0s"), ("panics", "0.05")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "priorities",
        label: "Priorities without effect",
        says: "One task in five is urgent: as documented those go first, as shipped nobody looks.",
        help: "A task has a priority, and there is one queue for all of them. As documented workers take the urgent ones first.",
        tries: &[
            Trial::at(100, "Run it as documented", AS_DOCUMENTED),
            Trial::at(100, "Let half of them be urgent", &[Deed::Value("urgent", "0.5")]),
        ],
        speed: 0.05,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "db*200@0s"), ("urgent", "0.2"), ("db-ops", "200")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "statistics",
        label: "Statistics of the last look",
        says: "Two waves come, and the statistics of process and host are those of the last look, or none.",
        help: "As shipped the monitor looks every 30 s: in the first wave nobody has looked yet, and all is nought; in the second they tell what was at rest before it. CPU and load are never \
               written. As documented it looks at once and then each second.",
        tries: &[
            Trial::at(8_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(8_000, "Look every 5 s", &[Deed::Value("monitor-every", "5s")]),
        ],
        speed: 5.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "db*200@5s;db*200@40s"), ("task", "500ms"), ("compute", "0.2")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "shutdown",
        label: "Shut down",
        says: "The manager is shut down while tasks wait: it finishes them first, or throws them away.",
        help: "As shipped each worker finishes what it has in hand, and the queues go with the manager. As documented nobody is let in any more, and what was let in is done, for five seconds at \
               most. Who still waits for a permit is refused either way.",
        tries: &[
            Trial::at(110, "Run it as documented", AS_DOCUMENTED),
            Trial::at(110, "Give it 70 ms", &[Deed::Value("deadline", "70ms")]),
        ],
        speed: 0.05,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "db*150@0s"), ("stop-at", "120ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "by-cpu",
        label: "Sizes by CPU",
        says: "Sizes of 0 are two workers for each of four CPUs: what only computes has no use for more.",
        help: "Tasks that compute all the time wait for a processor, whoever works on them: eight workers and twenty are done at the same instant. Those that wait for somebody else are done sooner \
               with more.",
        tries: &[
            Trial::at(300, "Let them only wait", &[Deed::Value("compute", "0")]),
            Trial::at(300, "Take 16 CPUs", &[Deed::Value("cpus", "16")]),
        ],
        speed: 0.2,
        values: &[("db-workers", "0"), ("db-ops", "0"), ("cpus", "4"), ("compute", "1"), ("script", "db*160@0s")],
        beside: &[("db-workers", "20")],
        ..Preset::BASE
    },
];
