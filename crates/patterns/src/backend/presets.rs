//! What there is to see at the backend: its two configurations, the four kinds of performance test that its document asks for, and what shows only in the whole.
//!
//! A test of performance is about the limits. Here what limits is the external service: ten workers and 600 ms a call are 16.7 calls a second, and three requests in
//! ten call it, so 55 requests a second are all that can be served. Where there are fewer workers it is as much less.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

const AS_DOCUMENTED: &[Deed] = &[Deed::Fidelity(Fidelity::Documented)];
const DOCUMENTED_BESIDE: &[(&str, &str)] = &[("fidelity", "documented")];
const CRASHES: &[Deed] = &[Deed::fault_for(millrace_parts::PROCESS_CRASH, 2_000, 3_000_000_000, 3_000)];
const SIGNS_IN: &[Deed] = &[Deed::Fidelity(Fidelity::Documented), Deed::Value("routes", "sign-in:1")];
const SLOWER: &[Deed] = &[Deed::fault_for("slow-server", 2_000, 10, 5_000)];

pub(super) const USUAL: Preset = Preset {
    label: "A layer that works",
    says: "Each request goes through the handler, and what it does through the pool of its kind.",
    help: "A search looks into the cache, and asks the database for what is not there; each word that was found goes into the cache in the background, ten at a time. A check calls the external \
           service, and to save is a query. Whatever becomes slow keeps its own workers busy and no others.",
    tries: &[
        Trial::at(2_000, "Slow the service ×10 for 5 s", SLOWER),
        Trial::at(2_000, "Take the layer out", &[Deed::Value("installed", "off")]),
        Trial::at(1_000, "Run it as shipped", &[Deed::Fidelity(Fidelity::Shipped)]),
    ],
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "production",
        label: "Production",
        says: "The settings of production, which are the defaults of the code, with 200 requests a second.",
        help: "Limits of 100, 200 and 150, workers 20, 30 and 25. At this rate nobody waits for any of them.",
        tries: &[
            Trial::at(2_000, "Slow the service ×10 for 5 s", SLOWER),
            Trial::at(2_000, "Three times as many", &[Deed::Value("rate", "600")]),
            Trial::at(2_000, "Crash it for 3 s", CRASHES),
        ],
        values: &[("rate", "200"), ("requests", "4000")],
        speed: 0.5,
        ..Preset::BASE
    },
    Preset {
        id: "development",
        label: "Development",
        says: "The settings of development: a fifth to a third of limits and workers, a tenth of the queue.",
        help: "Limits of 20, 50 and 30, workers 5, 10 and 5, three workers in the background and room for a hundred tasks.",
        tries: &[
            Trial::at(2_000, "Slow the service ×10 for 5 s", SLOWER),
            Trial::at(2_000, "Three times as many", &[Deed::Value("rate", "150")]),
        ],
        values: &[
            ("max-concurrent-db-ops", "20"),
            ("max-concurrent-http-ops", "50"),
            ("max-concurrent-cache-ops", "30"),
            ("worker-pool-size-db", "5"),
            ("worker-pool-size-http", "10"),
            ("worker-pool-size-cache", "5"),
            ("background-worker-count", "3"),
            ("background-queue-size", "100"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "load",
        label: "Load test",
        says: "Seven tenths of what can be served, for five minutes: nobody is turned away.",
        help: "31 requests a second, where 44 are all that eight workers can serve of a service that takes 600 ms. What a performance test of load is to show: that the system does what it is meant to, for a while.",
        tries: &[
            Trial::at(20_000, "Twice as many", &[Deed::Value("rate", "62")]),
            Trial::at(20_000, "Half of the workers", &[Deed::Value("worker-pool-size-http", "4")]),
        ],
        speed: 10.0,
        values: &[
            ("requests", "9300"),
            ("rate", "31"),
            ("max-concurrent-http-ops", "50"),
            ("worker-pool-size-http", "8"),
            ("base", "200ms"),
            ("mean", "400ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "stress",
        label: "Stress test",
        says: "Up to three times what can be served, and back: it is degraded from 40 of 50 on, then 429.",
        help: "The rate goes up to 165 a second within a minute and down again. What a stress test is to show: how a system fails, and that it comes back. Here the limit of requests under way is full for as long as more come \
               than the workers of the external service can take, and whoever asks for something else is turned away with the others.",
        tries: &[
            Trial::at(50_000, "Run it as shipped", &[Deed::Fidelity(Fidelity::Shipped)]),
            Trial::at(50_000, "Let 500 be under way", &[Deed::Value("max-concurrent-http-ops", "500")]),
        ],
        speed: 3.0,
        values: &[
            ("requests", "9900"),
            ("arrivals", "day"),
            ("rate", "10"),
            ("to", "165"),
            ("period", "2m"),
            ("max-concurrent-http-ops", "50"),
            ("worker-pool-size-http", "10"),
            ("base", "200ms"),
            ("mean", "400ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "endurance",
        label: "Endurance test",
        says: "Half of what can be served, for two hours: nothing grows that is not to grow.",
        help: "One worker for each kind, and 1.2 requests a second. What an endurance test is to show: what leaks. The heap is at rest but for what the cache keeps, the pool goes down to its least size, and each task in the background ends.",
        tries: &[Trial::at(600_000, "Run it as shipped", &[Deed::Fidelity(Fidelity::Shipped)])],
        speed: 100.0,
        values: &[
            ("requests", "8640"),
            ("rate", "1.2"),
            ("worker-pool-size-db", "1"),
            ("worker-pool-size-http", "1"),
            ("worker-pool-size-cache", "1"),
            ("base", "450ms"),
            ("mean", "900ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "scalability",
        label: "Scalability test",
        says: "The same traffic with four workers for the service, and beside it with sixteen.",
        help: "20 calls a second of 600 ms keep twelve workers busy. With four the requests under way fill up to the limit and are turned away; with sixteen nobody waits. What a test of scalability is to show: that twice as many workers \
               serve twice as much, up to where something else is the limit.",
        tries: &[
            Trial::at(5_000, "Eight workers", &[Deed::Value("worker-pool-size-http", "8")]),
            Trial::at(5_000, "Twelve workers", &[Deed::Value("worker-pool-size-http", "12")]),
            Trial::at(5_000, "Fifty workers", &[Deed::Value("worker-pool-size-http", "50")]),
        ],
        values: &[
            ("requests", "2400"),
            ("rate", "67"),
            ("max-concurrent-http-ops", "50"),
            ("worker-pool-size-http", "4"),
            ("base", "200ms"),
            ("mean", "400ms"),
        ],
        beside: &[("worker-pool-size-http", "16")],
        ..Preset::BASE
    },
    Preset {
        id: "as-wired",
        label: "As it would be wired",
        says: "The shipped parts with the handler in the router: five permits, and twenty run at once.",
        help: "What nobody ever saw, as nobody installed it. A permit is given back as soon as its task is in the queue, so as many run as there are workers; the handler would be degraded from 320 of 200 on; and nobody reads the \
               results, which fill a queue and then fall beside it.",
        tries: &[
            Trial::at(1_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(1_000, "Take it out again", &[Deed::Value("installed", "off")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("installed", "on"),
            ("requests", "3000"),
            ("rate", "1200"),
            ("routes", "search:0,check:0,save:1"),
            ("max-concurrent-db-ops", "5"),
            ("db-base", "20ms"),
            ("addresses", "100000"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "unit",
        label: "0.8 was meant as 80 %",
        says: "0.8 % of use grows the pool: most are idle, and every two minutes five more may be open.",
        help: "The manager of connections is the one part of the layer that works, and its thresholds are shares that it compares with percent. Every two minutes it lets five more be open, of which nobody has any use. As documented the same traffic \
               takes it down to the least size.",
        tries: &[Trial::at(125_000, "Run it as documented", AS_DOCUMENTED)],
        speed: 30.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("requests", "12000"), ("rate", "20"), ("db-base", "400ms")],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "adaptive",
        label: "A rule that fits",
        says: "Ten times as many come: one step makes room for all, and beside it five more at a time.",
        help: "Of what the document wants for later, adaptive scaling: the rule takes what is wanted, also by those who wait, and goes in one step to the size of which that would be 70 %. The plain one \
               takes steps, and until they have come to eighty connections the requests under way are at their limit and others are turned away. The other rules can be chosen in its place, and raced on this traffic.",
        tries: &[
            Trial::at(150_000, "Take steps of five", &[Deed::Value("rule", "steps")]),
            Trial::at(150_000, "Go by the use alone", &[Deed::Value("rule", "stabilised")]),
        ],
        speed: 5.0,
        values: &[
            ("requests", "8000"),
            ("arrivals", "step"),
            ("rate", "10"),
            ("to", "100"),
            ("step-at", "120s"),
            ("health-check-interval", "10s"),
            ("rule", "adaptive"),
            ("cool-down", "30s"),
            ("routes", "search:0,check:0,save:1"),
            ("worker-pool-size-db", "150"),
            ("db-base", "800ms"),
        ],
        beside: &[("rule", "steps")],
        ..Preset::BASE
    },
    Preset {
        id: "throttled",
        label: "Clients that ask too often",
        says: "Thirty addresses ask thirty times a second each: half of it is refused, or nothing ever is.",
        help: "Each client has a bucket of ten a second. As shipped the limiter stands before sign-in, where nobody has a name, and a variable that hides the one outside of it gives \
               each request a bucket of its own: it is always full. As documented whoever comes again finds its bucket, and is answered 429 before any handler runs.",
        tries: &[
            Trial::at(2_500, "Everybody only signs in", SIGNS_IN),
            Trial::at(2_500, "Let clients keep their bucket", &[Deed::Value("limiter-buckets", "kept")]),
            Trial::at(
                2_500,
                "Open the code at the bucket",
                &[Deed::Code("patterns/backend/throttle.rs", "limiter.make(key")],
            ),
        ],
        speed: 0.5,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "constant"),
            ("rate", "900"),
            ("requests", "4500"),
            ("addresses", "30"),
            ("classes", "anonymous:1,user:0,admin:0"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "unwritten",
        label: "Answers that nobody hears",
        says: "An answer takes 16 s, and 15 s are left to write it: it is worked out and written nowhere.",
        help: "The server closes the connection for writing 15 s after it has read a request, and a request may take 30 s. Its handler knows nothing of that: it works on, counts itself \
               completed, and whoever asked hears nothing. As documented there is more time to write than a request may take.",
        tries: &[
            Trial::at(15_500, "Run it as documented", AS_DOCUMENTED),
            Trial::at(15_500, "Write within 20 s", &[Deed::Value("write-timeout", "20s")]),
        ],
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "constant"),
            ("rate", "5"),
            ("requests", "30"),
            ("routes", "search:0,check:1,save:0"),
            ("service", "constant"),
            ("base", "0ms"),
            ("mean", "16s"),
        ],
        beside: DOCUMENTED_BESIDE,
        ..Preset::BASE
    },
    Preset {
        id: "shutdown",
        label: "The process is asked to end",
        says: "It is asked to end while tasks wait in the background: they are done first, or go with it.",
        help: "As documented the server lets nobody in any more and waits for whoever is inside; then each part is stopped before what it needs, all within ten seconds. As shipped nobody \
               stops anything but the server: what was accepted for later goes with the process.",
        tries: &[
            Trial::at(2_000, "Run it as documented", AS_DOCUMENTED),
            Trial::at(2_000, "Stop three of the parts", &[Deed::Value("stops", "three")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("arrivals", "constant"),
            ("rate", "200"),
            ("requests", "1000"),
            ("routes", "search:1,check:0,save:0"),
            ("skew", "0"),
            ("shutdown-at", "3s"),
        ],
        beside: DOCUMENTED_BESIDE,
    },
    Preset {
        id: "crash",
        label: "It crashes",
        says: "It is gone for 90 s: who is inside is told nothing, and after a minute somebody is called.",
        help: "Requests in hand end without an answer, and whoever comes is refused. Nobody answers under /metrics, so its target is down: that alert is pending at the next look, fires after a minute, and is \
               over at the first look after the restart. What was accepted for later has gone with the process, and all begins anew: cache and limiter are empty, the pool has its first size, and counts begin at nought.",
        tries: &[
            Trial::at(50_000, "Gone for 30 s only", &[Deed::Value("crash-for", "30s")]),
            Trial::at(
                140_000,
                "Crash it again",
                &[Deed::fault_for(millrace_parts::PROCESS_CRASH, 140_000, 10_000_000_000, 10_000)],
            ),
        ],
        speed: 5.0,
        values: &[("rate", "20"), ("requests", "3600"), ("crash-for", "90s")],
        ..Preset::BASE
    },
    Preset {
        id: "sockets",
        label: "One socket a user",
        says: "Every other second somebody connects again: the newer socket takes the place of the older.",
        help: "A user has one socket. Whoever connects again is told what is for it on the new one, and the older is let go with what waits for it. Each is pinged every 30 s, and one that \
               does not answer for 60 s is let go as well.",
        tries: &[Trial::at(2_000, "Connect again twice a second", &[Deed::Value("socket-again", "500ms")])],
        speed: 1.0,
        values: &[
            ("arrivals", "constant"),
            ("rate", "20"),
            ("requests", "400"),
            ("classes", "anonymous:0,user:1,admin:0"),
            ("routes", "search:0,check:0,save:1"),
            ("socket-again", "2s"),
        ],
        ..Preset::BASE
    },
];
