//! What there is to see at the background processor.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

/// The same tasks the other way round: only so there is something for high ones to overtake.
const LOW_FIRST: &str = "low*300@0s;high*100@100ms";

pub(super) const USUAL: Preset = Preset {
    label: "High and low",
    says: "A hundred high tasks come at once, and three hundred low ones right after: high ones go first.",
    tries: &[
        Trial::at(3_000, "Let 4 workers work", &[Deed::Value("workers", "4")]),
        Trial::at(
            3_000,
            "One queue, and low come first",
            &[Deed::Value("script", LOW_FIRST), Deed::Value("priorities", "off")],
        ),
        Trial::at(3_000, "Kill worker 3 at 2.5 s", &[Deed::fault("kill-worker", 2_500, 3)]),
    ],
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "low-first",
        label: "Low first, then high",
        says: "High tasks come after low ones: they go first all the same, or wait behind all of them.",
        help: "As shipped a task that has left its rail stands in one queue with all others, and then in the line of those who wait for a worker: \
               nobody goes before it any more. As documented it leaves its rail for a worker alone.",
        tries: &[
            Trial::at(1_000, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(
                700,
                "Open the code at the goroutine",
                &[Deed::Code("patterns/background_processor/shipped.rs", "inner.team.first()")],
            ),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "low*300@0s;high*40@500ms"), ("task", "200ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "dropped",
        label: "Accepted and thrown away",
        says: "The main queue is full when the rails are emptied into it: what was accepted is thrown away.",
        help: "Whoever submitted a high task was told that it is in. The dispatcher takes it off its rail, finds no room in the main queue, and lets it fall: \
               the statistics count it as failed, and nobody hears of it. As documented it stays where it is until a worker takes it.",
        tries: &[
            Trial::at(300, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(300, "Give the queue room for 400", &[Deed::Value("queue", "400")]),
            Trial::at(
                10,
                "Open the code at the drop",
                &[Deed::Code("patterns/background_processor/shipped.rs", "work.thrown_away()")],
            ),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "plain*120@0s;high*60@0s;medium*40@500ms"), ("queue", "100"), ("task", "200ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "outside",
        label: "A queue that shows nothing",
        says: "The queue is empty, and everybody waits: outside of it, where nothing counts them.",
        help: "As shipped the main queue is emptied as fast as there are tokens, a hundred a second, although all workers work. Each task then waits in a goroutine of its \
               own. The size of the queue, which is what the statistics show, says nothing of that.",
        tries: &[
            Trial::at(1_500, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(1_500, "Begin 20 a second", &[Deed::Value("task-rate", "20")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "plain*200@0s"), ("task", "500ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "let-go",
        label: "Who is let go takes one along",
        says: "Half of the workers are let go as there is nothing to do; then their seats are handed tasks.",
        help: "As shipped a worker that was let go still stands in the line of those who are free. The next task that comes to its seat lies there for good: one for each \
               worker. As documented whoever hands out a task looks whether somebody sits there.",
        tries: &[
            Trial::at(3_600, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(3_600, "Keep all workers", &[Deed::Value("scale", "off")]),
            Trial::at(
                3_600,
                "Open the code at the seat",
                &[Deed::Code("patterns/background_processor/team.rs", "work.is_stranded(")],
            ),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "plain*20@3500ms"), ("scale-every", "1s"), ("task", "200ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "panics",
        label: "A panic is a success",
        says: "One attempt in five panics: it is recovered from, and counted as done.",
        help: "As shipped nobody tells a handler that panicked from one that came to its end: there is no error. As documented it is a failure, and is tried again.",
        tries: &[
            Trial::at(2_000, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(2_000, "Let half of them panic", &[Deed::Value("panics", "0.5")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "plain*200@0s"), ("panics", "0.2"), ("retries", "3"), ("task", "200ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "retry",
        label: "A retry that keeps its worker",
        says: "Half of the attempts fail: their workers sleep before anything else is done.",
        help: "As shipped the delay is waited for in the worker, who could have done something else, and then a second more for each attempt: 0.5 s and 1, 2, 3 s. \
               As documented the task waits by itself, twice as long each time and half of it by lot, and no worker waits with it.",
        tries: &[
            Trial::at(2_000, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(2_000, "Wait for 2 s each", &[Deed::Value("retry-delay", "2s")]),
        ],
        speed: 0.5,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "plain*150@0s"), ("fails", "0.5"), ("retries", "3"), ("task", "200ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "timeout",
        label: "A handler that nobody stops",
        says: "A task takes 1 s and may take 300 ms: its worker goes on, and as shipped so does its handler.",
        help: "As shipped a worker whose task takes too long reports a failure and takes the next one. The handler is not told, and goes on: soon more of them run than there \
               are workers. As documented it is stopped.",
        tries: &[
            Trial::at(1_500, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(1_500, "Wait for 2 s", &[Deed::Value("timeout", "2s")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "plain*120@0s"), ("timeout", "300ms"), ("task", "1s")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "stop",
        label: "The processor is stopped",
        says: "It is asked to end while tasks wait: it does them first, or throws them away.",
        help: "As shipped each worker finishes what it has in hand, and all that waits goes with the process. As documented nobody is let in any more, and what was let in is done.",
        tries: &[
            Trial::at(1_400, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(1_400, "Stop at 3 s", &[Deed::Value("stop-at", "3s")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("script", "high*20@0s;low*100@0s"), ("stop-at", "1500ms"), ("task", "200ms")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "ageing",
        label: "Who waits long rises",
        says: "High tasks come faster than they can be done, and low ones get on by having waited.",
        help: "Fifty a second can be done and of sixty that come about 54 are high. After a second a low task counts as medium and after two as high, and then it was there first. \
               Without ageing the low ones would wait until no high one comes any more.",
        tries: &[
            Trial::at(4_000, "Let nobody age", &[Deed::Value("age", "0ms")]),
            Trial::at(4_000, "Age after 500 ms", &[Deed::Value("age", "500ms")]),
        ],
        speed: 0.5,
        values: &[
            ("script", ""),
            ("arrivals", "constant"),
            ("rate", "60"),
            ("requests", "600"),
            ("classes", "high:9,low:1"),
            ("age", "1s"),
            ("task", "200ms"),
            ("scale", "off"),
        ],
        beside: &[("age", "0ms")],
        ..Preset::BASE
    },
    Preset {
        id: "cache-warmup",
        label: "Words that are kept warm",
        says: "Each search for a word sets off a task to warm up a cache: ten of them are done in one go.",
        help: "It is the only caller that the processor ever had: a low task for each search, which may take 5 s. As documented ten of them are put together, or what has come \
               within 5 s of the first. As shipped there are two fields for that and no code, and each goes alone.",
        tries: &[
            Trial::at(3_000, "Run it as shipped", &[Deed::Fidelity(Fidelity::Shipped)]),
            Trial::at(3_000, "Put 50 together", &[Deed::Value("batch-size", "50")]),
        ],
        speed: 0.5,
        values: &[
            ("script", ""),
            ("arrivals", "poisson"),
            ("rate", "20"),
            ("requests", "300"),
            ("type", "cache-warmup"),
            ("timeout", "5s"),
            ("task", "300ms"),
        ],
        beside: &[("fidelity", "shipped")],
        ..Preset::BASE
    },
];
