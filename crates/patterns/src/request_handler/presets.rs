//! What there is to see at the request handler.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

const AS_DOCUMENTED: &[Deed] = &[Deed::Fidelity(Fidelity::Documented)];
const DOCUMENTED_BESIDE: &[(&str, &str)] = &[("fidelity", "documented")];

pub(super) const USUAL: Preset = Preset {
    label: "More callers than places",
    says: "250 callers for 200 places: from 160 on answers say degraded, and at 200 it is 429.",
    help: "Each caller comes again as soon as it is answered, or 100 ms after it was turned away. What is let in waits for a processor by class.",
    tries: &[
        Trial::at(500, "Let 100 be under way", &[Deed::Value("max", "100")]),
        Trial::at(500, "Run each at once", &[Deed::Value("priorities", "off")]),
        Trial::at(500, "Kill processor 3 for 1 s", &[Deed::fault_for("kill-worker", 500, 3, 1_000)]),
    ],
    speed: 0.1,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "never-degraded",
        label: "A threshold above the limit",
        says: "160 was meant as a number and taken for a percentage: it would be degraded from 320 of 200.",
        help: "800 a second come and each takes a second, so the limit is reached soon. Nobody is ever told that the service is degraded, as the threshold is 200 × 160 ÷ 100. Of those turned \
               away at the limit each is counted as failed and none as come: the error rate is above 100 %.",
        tries: &[
            Trial::at(1_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(1_000, "Limit 100: it is right", &[Deed::Value("max", "100")]),
            Trial::at(1_000, "Limit 125: never either", &[Deed::Value("max", "125")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "2400"),
            ("arrivals", "poisson"),
            ("rate", "800"),
            ("mean", "1s"),
            ("priorities", "off"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "early",
        label: "A threshold far too low",
        says: "The same sum with a limit of 50: the share is taken for 40, and it is degraded from 20 on.",
        help: "The threshold is 0.008 × limit²: 20 of 50, 80 of 100, 125 of 125, 180 of 150 and 320 of 200. At 100 it happens to be right.",
        tries: &[
            Trial::at(1_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(1_000, "Limit 100: it is right", &[Deed::Value("max", "100")]),
            Trial::at(500, "Limit 150: never", &[Deed::Value("max", "150"), Deed::Value("rate", "400")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "240"),
            ("arrivals", "constant"),
            ("rate", "120"),
            ("max", "50"),
            ("service", "constant"),
            ("mean", "250ms"),
            ("priorities", "off"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "burst",
        label: "A burst passes the limit",
        says: "Each looks whether there is room, and only then is counted: 300 at once all find room.",
        help: "As shipped the check is one step and the increment another. All who come at one instant have looked before the first is counted. As documented to look and \
               to take is one step: 200 are let in and 100 are not.",
        tries: &[
            Trial::at(20, "Run it as documented", AS_DOCUMENTED),
            Trial::at(20, "Let 500 come at once", &[Deed::Value("burst-size", "500")]),
            Trial::at(
                20,
                "Open the code at the gap",
                &[Deed::Code("patterns/request_handler/shipped.rs", "env.turn().await")],
            ),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "600"),
            ("arrivals", "burst"),
            ("burst-size", "300"),
            ("burst-every", "1s"),
            ("mean", "100ms"),
            ("priorities", "off"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "wrong-words",
        label: "404 opens the breaker",
        says: "One in twenty asks for a word that there is not: ten such answers close the service to all.",
        help: "The server never fails. As shipped every status from 400 on is a failure, and the tenth opens the breaker for five minutes: everybody gets 503, and those are counted nowhere. \
               As documented a mistake of whoever asked says nothing against the server.",
        tries: &[
            Trial::at(2_500, "Run it as documented", AS_DOCUMENTED),
            Trial::at(2_500, "Let no word be wrong", &[Deed::Value("client-errors", "0")]),
            Trial::at(
                2_500,
                "Open the code of the breaker",
                &[Deed::Code("patterns/request_handler/shipped.rs", "self.breaker.fails()")],
            ),
        ],
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "800"),
            ("arrivals", "poisson"),
            ("rate", "100"),
            ("client-errors", "0.05"),
            ("priorities", "off"),
        ],
        beside: DOCUMENTED_BESIDE,
        ..Preset::BASE
    },
    Preset {
        id: "adds-up",
        label: "Failures that add up",
        says: "One in fifty fails, with successes in between: as shipped none is ever forgotten.",
        help: "Ten failures open the breaker, however long ago the first was. As documented it takes ten in a row, and one success forgets them.",
        tries: &[
            Trial::at(7_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(7_000, "Let 100 failures open it", &[Deed::Value("breaker-failures", "100")]),
        ],
        speed: 2.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "1500"),
            ("arrivals", "poisson"),
            ("rate", "100"),
            ("errors", "0.02"),
            ("priorities", "off"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "recovery",
        label: "A breaker that comes back late",
        says: "The server is down for a while; afterwards the breaker's first request is turned away too.",
        help: "As shipped whoever finds the open time over makes the breaker half-open and is turned away all the same. Then everybody is let in at once; while the server is still \
               down, one failure does not open it again: it takes ten more. As documented one probe is let through, and decides.",
        tries: &[
            Trial::at(2_600, "Run it as documented", AS_DOCUMENTED),
            Trial::at(4_600, "Let the server be up at 4 s", &[Deed::Value("outage-for", "3s")]),
            Trial::at(2_600, "Be open for 5 s", &[Deed::Value("breaker-reset", "5s")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "800"),
            ("arrivals", "poisson"),
            ("rate", "100"),
            ("breaker-reset", "1s"),
            ("outage-at", "1s"),
            ("outage-for", "3500ms"),
            ("priorities", "off"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "panics",
        label: "Counters that leak",
        says: "What panics is never counted as gone: the handler fills with requests that are not there.",
        help: "As shipped the count is taken back by hand, after the handler; a panic goes past that. One in ten panics, so after some 200 of them everybody is turned away although \
               nobody is there. As documented a guard takes it back.",
        tries: &[
            Trial::at(2_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(2_000, "Let half of them panic", &[Deed::Value("panics", "0.5")]),
        ],
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "4000"),
            ("arrivals", "poisson"),
            ("rate", "400"),
            ("panics", "0.1"),
            ("priorities", "off"),
        ],
        beside: DOCUMENTED_BESIDE,
        ..Preset::BASE
    },
    Preset {
        id: "never-told",
        label: "Queued and never told",
        says: "Who is put into a queue is served and never told: what it waits for is nil.",
        help: "As shipped each queue has one processor, and so classes are served side by side. Whoever waits in one waits for the end of a context that has none. Who finds its queue full runs at once, \
               before all who wait there, and is answered. The others stay, and with them their places: soon everybody else is turned away. As documented twenty processors \
               take what matters most first, and whoever waits is told.",
        tries: &[
            Trial::at(500, "Run it as documented", AS_DOCUMENTED),
            Trial::at(500, "Run each at once", &[Deed::Value("priorities", "off")]),
            Trial::at(
                500,
                "Open the code at the wait",
                &[Deed::Code("patterns/request_handler/shipped.rs", "self.nil.wait()")],
            ),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("priorities", "on"),
            ("script", "anonymous*40@0s;admin*130@10ms;user*20@20ms;anonymous*60@1s;user*30@2s"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "unhealthy",
        label: "A heap of more than 1 GiB",
        says: "Each request keeps 8 MB: before the limit is reached the health check turns others away.",
        help: "Above 1 GiB of heap or 10,000 goroutines it is 503 for whoever comes. As shipped such a request is counted nowhere: neither as come nor as failed. As documented it is both.",
        tries: &[
            Trial::at(1_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(1_000, "Let each keep 1 MB", &[Deed::Value("heap-task", "1024")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "1500"),
            ("arrivals", "poisson"),
            ("rate", "500"),
            ("mean", "500ms"),
            ("heap-task", "8192"),
            ("priorities", "off"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "urgent",
        label: "What matters most goes first",
        says: "Three times as much comes as can be done: admins wait for one of those who run, no longer.",
        help: "Twenty processors take from the queue of the highest class as long as somebody is there, then from the next. Nobody rises by having waited, so the lowest class waits until \
               its deadline of a second and is told 504 then.",
        tries: &[
            Trial::at(2_500, "Take 60 processors", &[Deed::Value("processors", "60")]),
            Trial::at(2_500, "Let all be anonymous", &[Deed::Value("classes", "anonymous:1")]),
            Trial::at(2_500, "Wait for 10 s at most", &[Deed::Value("timeout", "10s")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "1500"),
            ("arrivals", "poisson"),
            ("rate", "300"),
            ("mean", "200ms"),
            ("timeout", "1s"),
            ("max", "400"),
            ("priorities", "on"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "not-installed",
        label: "In no router",
        says: "The handler was never put into the router: nothing limits, and all counters stay at 0.",
        help: "This is how it was deployed. 250 are under way at once, no breaker opens, and the statistics say that nobody ever came.",
        tries: &[
            Trial::at(50, "Put it into the router", &[Deed::Value("installed", "on")]),
            Trial::at(50, "Let 1,000 come at once", &[Deed::Value("callers", "1000")]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[("installed", "off"), ("requests", "2500")],
        ..Preset::BASE
    },
];
