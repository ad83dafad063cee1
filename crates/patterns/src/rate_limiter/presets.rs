//! Scenarios of the rate limiter, each with a point to make.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "Fifteen callers",
    says: "Fifteen callers want more than 100 a second: ten go at once, then one each 10 ms.",
    help: "Whoever is refused is told when the next token comes. All are told the same instant and come back at it, and one of them is let through.",
    tries: &[
        Trial::at(200, "Let them wait for their turn", &[Deed::Value("on-limit", "wait")]),
        Trial::at(1_000, "Let no burst through", &[Deed::Value("burst", "1")]),
        Trial::at(200, "Open the code at the tokens", &[Deed::Code("parts/limiter/token_bucket.rs", "fn level_at")]),
    ],
    speed: 0.1,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "edge",
        label: "Burst at the window's edge",
        says: "A burst lies across the edge of two windows: a fixed window lets more than its limit through.",
        help: "Every 4 s a burst has its height where a window ends. The fixed window allows 20 before the edge and 20 after it, so that up to 40 \
               pass within a second; the log never lets more than 20 through, and the others are in between.",
        tries: &[
            Trial::at(2_300, "Make the window 500 ms long", &[Deed::Value("per", "500ms"), Deed::Value("limit", "10")]),
            Trial::at(2_300, "Let no burst through", &[Deed::Value("burst", "1")]),
            Trial::at(2_300, "Open the code at the edge", &[Deed::Code("parts/limiter/windows.rs", "at.0 / self.per")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "600"),
            ("arrivals", "day"),
            ("rate", "1"),
            ("to", "60"),
            ("period", "4s"),
            ("algorithm", "all"),
            ("limit", "20"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "six",
        label: "Six side by side",
        says: "Thirty a second come by chance and twenty are allowed: six rules, the same requests.",
        help: "All six let about 20 a second through. They differ in which: a bucket spreads them out, a window spends all at its start, and a leaky \
               bucket lets who comes too soon wait.",
        tries: &[
            Trial::at(3_000, "Let all of them wait", &[Deed::Value("on-limit", "wait")]),
            Trial::at(3_000, "Count refused requests", &[Deed::Value("log-refused", "on")]),
            Trial::at(3_000, "Let five a second come", &[Deed::Value("rate", "5")]),
        ],
        speed: 0.3,
        values: &[("requests", "600"), ("arrivals", "poisson"), ("rate", "30"), ("algorithm", "all"), ("limit", "20")],
        ..Preset::BASE
    },
    Preset {
        id: "patience",
        label: "Wait with patience",
        says: "A fifth more come than are allowed and wait; who gives up leaves its instant to the next.",
        help: "The line grows until as many give up as are too many. Nothing is booked for who waits, so whoever gives up takes nothing along: all \
               that is allowed is used.",
        tries: &[
            Trial::at(3_000, "Wait for ever", &[Deed::Value("patience", "0ms")]),
            Trial::at(3_000, "Refuse who would wait 200 ms", &[Deed::Value("max-wait", "200ms")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "1200"),
            ("arrivals", "poisson"),
            ("rate", "120"),
            ("on-limit", "wait"),
            ("patience", "2s"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "race",
        label: "Two buckets for one key",
        says: "Requests of one key come at once, each makes a bucket of its own, and too many pass.",
        help: "As shipped a bucket is looked up, made, and then stored. Whoever comes in between finds none and makes another; the one that is stored \
               last stays, and what the others let through is forgotten. To look up and store in one step ends it.",
        tries: &[
            Trial::at(500, "Lock the store", &[Deed::Value("store", "locked")]),
            Trial::at(500, "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(500, "Open the code at the race", &[Deed::Code("patterns/rate_limiter/store.rs", "env.turn()")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[
            ("requests", "300"),
            ("arrivals", "burst"),
            ("burst-size", "20"),
            ("burst-every", "500ms"),
            ("limit", "5"),
            ("burst", "2"),
            ("keys", "8"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "keys",
        label: "Five hundred keys",
        says: "Each of 500 keys may have 10 a second: the busiest are refused, and most never notice.",
        help: "Requests fall on the keys as words on a text. One bucket for all would refuse everybody because of a few.",
        tries: &[
            Trial::at(2_000, "Give all of them one bucket", &[Deed::Value("keys", "1")]),
            Trial::at(2_000, "Let them come evenly", &[Deed::Value("skew", "0")]),
            Trial::at(4_000, "Forget what lies idle for 1 s", &[Deed::Value("forget-after", "1s")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "4000"),
            ("arrivals", "poisson"),
            ("rate", "600"),
            ("limit", "10"),
            ("burst", "5"),
            ("keys", "500"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "herd",
        label: "All come back at once",
        says: "All who were refused were told the same instant: they come back together, and one passes.",
        help: "Retry-After says when the next token comes, and says it to everybody. At that instant all ask again and all but one are refused: the \
               limiter is asked hundreds of times for nothing. A line does without.",
        tries: &[
            Trial::at(1_000, "Let them wait for their turn", &[Deed::Value("on-limit", "wait")]),
            Trial::at(1_000, "Do not try again", &[Deed::Value("retries", "0")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "150"),
            ("arrivals", "burst"),
            ("burst-size", "30"),
            ("burst-every", "2s"),
            ("limit", "20"),
            ("burst", "5"),
            ("retries", "100"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "smooth",
        label: "Nothing bursts",
        says: "Thirty come at once, and a leaky bucket lets one go each 50 ms; who finds it full is refused.",
        help: "The server behind a leaky bucket never sees two at once from it. The price is the wait: the last in the bucket goes after a second.",
        tries: &[
            Trial::at(2_200, "Use a token bucket", &[Deed::Value("algorithm", "token-bucket")]),
            Trial::at(2_200, "Hold forty in the bucket", &[Deed::Value("burst", "40")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "300"),
            ("arrivals", "burst"),
            ("burst-size", "30"),
            ("burst-every", "2s"),
            ("algorithm", "leaky-bucket"),
            ("limit", "20"),
            ("burst", "20"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "locked-out",
        label: "Who asks keeps itself out",
        says: "Refused requests are in the log and nobody heeds the refusals: after the first 20 none pass.",
        help: "Each refusal is an entry, and callers who ask again at once keep the log full of them. They would have to rest for a whole second.",
        tries: &[
            Trial::at(2_000, "Log none that was refused", &[Deed::Value("log-refused", "off")]),
            Trial::at(2_000, "Heed Retry-After", &[Deed::Value("honour-retry-after", "on")]),
        ],
        speed: 0.3,
        values: &[
            ("requests", "4000"),
            ("algorithm", "sliding-log"),
            ("limit", "20"),
            ("log-refused", "on"),
            ("honour-retry-after", "off"),
            ("pause", "20ms"),
        ],
        ..Preset::BASE
    },
];
