//! What there is to see at a pool that finds its size.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

/// So many minutes in milliseconds.
const fn minutes(n: u64) -> u64 {
    n * 60_000
}

pub(super) const USUAL: Preset = Preset {
    label: "Nine times the load",
    says: "After ten minutes 180 are wanted in place of 20: five more every two minutes is slow.",
    help: "The mean of ten looks believes it after two minutes. From then on each step is followed by a rest, whatever the line.",
    tries: &[
        Trial::at(minutes(12), "Step by 20 at once", &[Deed::Value("step", "20")]),
        Trial::at(minutes(12), "The stabilised rule beside it", &[Deed::Beside("rule", "stabilised")]),
        Trial::at(minutes(5), "Run it as shipped", &[Deed::Fidelity(Fidelity::Shipped)]),
    ],
    speed: 120.0,
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "units",
        label: "0.8 was meant as 80 %",
        says: "Two connections are used of 32: as shipped that is enough to grow, every two minutes.",
        help: "The thresholds are set as shares and compared with percent. 6 % is more than 0.8 %, so the pool grows to 200, and only below 0.3 % would it shrink. \
               As documented it shrinks to ten.",
        tries: &[
            Trial::at(minutes(8), "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(minutes(8), "Scale above 80 %", &[Deed::Value("up", "80"), Deed::Value("down", "30")]),
            Trial::at(
                minutes(1),
                "Open the code at the look",
                &[Deed::Code("parts/scaling/steps.rs", "mean > up && size < greatest")],
            ),
        ],
        speed: 120.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("load", "2@0s")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "alerts",
        label: "Alerts that never stop",
        says: "For two minutes 60 are wanted of a pool of 32; as shipped its alerts go on for the rest.",
        help: "As shipped the time waited and the waits are counted since the program started: once above 5 s and 100 they stay so. As documented what came since the \
               last look is counted, and an alert is over when nobody waits.",
        tries: &[
            Trial::at(minutes(8), "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(minutes(6), "Want 33 in place of 60", &[Deed::Value("load", "20@0s;33@5m;20@7m")]),
        ],
        speed: 60.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("load", "20@0s;60@5m;20@7m"), ("max", "32"), ("run-for", "30m")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "peak",
        label: "A peak that never decays",
        says: "For a minute all 32 are used; as shipped the health is degraded from then on.",
        help: "As shipped the health goes by the highest use that there ever was, which nothing but a reset takes back. As documented it goes by the use there is.",
        tries: &[
            Trial::at(minutes(8), "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(minutes(6), "Want 25 in place of 32", &[Deed::Value("load", "10@0s;25@5m;10@6m")]),
        ],
        speed: 60.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("load", "10@0s;32@5m;10@6m"), ("max", "32"), ("run-for", "30m")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "breaker",
        label: "A breaker nobody calls",
        says: "The database takes no connections for five minutes: as shipped everybody asks at each look.",
        help: "As shipped there is a breaker with its limit and its time, and nobody tells it of a failure or asks it. As documented ten refusals open it, and until it is \
               half-open the database is left in peace.",
        tries: &[
            Trial::at(minutes(7), "Run it as documented", &[Deed::Fidelity(Fidelity::Documented)]),
            Trial::at(minutes(7), "Refuse for 20 minutes", &[Deed::Value("refuse-for", "20m")]),
            Trial::at(minutes(5), "Ask the one of the code", &[Deed::Value("breaker", "asked")]),
        ],
        speed: 60.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("load", "4@0s;24@6m"), ("refuse-at", "5m"), ("run-for", "30m")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "stabilised",
        label: "Steps or stabilised",
        says: "The load rises ninefold and falls again: one rule takes steps, the other goes where it fits.",
        help: "The stabilised rule asks at each look which size the use would fit, as the Horizontal Pod Autoscaler of Kubernetes does: up at once, down to the most that was \
               right in five minutes. It has no rest, and a tolerance of a tenth keeps it from moving for nothing.",
        tries: &[
            Trial::at(minutes(12), "Steps without a rest", &[Deed::Value("cool-down", "0s")]),
            Trial::at(minutes(12), "Step by 20 at once", &[Deed::Value("step", "20")]),
        ],
        speed: 120.0,
        values: &[("load", "20@0s;180@10m;20@30m")],
        beside: &[("rule", "stabilised")],
        ..Preset::BASE
    },
    Preset {
        id: "see-saw",
        label: "A load that comes and goes",
        says: "Every three minutes the load is high or low: what went down is missed three minutes later.",
        help: "Without a window the rule that goes where the use fits closes in each valley what the next hill has to open again. With one of five minutes it stays up: that is what \
               stabilisation is, and no rest after a change would do the same.",
        tries: &[
            Trial::at(minutes(9), "A window of five minutes", &[Deed::Value("stabilise", "5m")]),
            Trial::at(minutes(9), "Take steps instead", &[Deed::Value("rule", "steps")]),
        ],
        speed: 60.0,
        values: &[
            ("rule", "stabilised"),
            ("stabilise", "0s"),
            ("load", "100@0s;20@3m;100@6m;20@9m;100@12m;20@15m;100@18m;20@21m;100@24m;20@27m"),
            ("run-for", "30m"),
        ],
        beside: &[("stabilise", "5m")],
        ..Preset::BASE
    },
    Preset {
        id: "adaptive",
        label: "A step that fits",
        says: "After ten minutes 180 are wanted: one step goes to where they fit, and then there is a rest.",
        help: "The adaptive rule takes what is wanted, also by those who wait, and goes in one step to the size of which that would be 70 %. The plain one takes five more, however \
               many wait.",
        tries: &[
            Trial::at(minutes(12), "Aim at 95 % of use", &[Deed::Value("aim", "95")]),
            Trial::at(minutes(12), "Take steps of five", &[Deed::Value("rule", "steps")]),
            Trial::at(
                minutes(10),
                "Open the code at the formula",
                &[Deed::Code("parts/scaling/proportional.rs", "libm::ceil(ratio * f64::from(size)")],
            ),
        ],
        speed: 120.0,
        values: &[("rule", "adaptive")],
        beside: &[("rule", "steps")],
        ..Preset::BASE
    },
    Preset {
        id: "forecast",
        label: "A day that repeats itself",
        says: "From the second day on there are enough before the morning comes, and not after it.",
        help: "A day of forty minutes, three times. On the first nothing is known, and both take steps. Then the forecast opens what the next two and a half minutes will need, while the \
               plain rule still believes the night. The dashed line runs ahead of now by a rest and one look.",
        tries: &[
            Trial::at(minutes(50), "Plain steps instead", &[Deed::Value("rule", "steps")]),
            Trial::at(minutes(50), "A load that is hard to guess", &[Deed::Value("noise", "0.4")]),
            Trial::at(
                minutes(46),
                "Open the code at the season",
                &[Deed::Code("parts/scaling/season.rs", "*level = ALPHA * (seen - *of_part)")],
            ),
        ],
        speed: 120.0,
        values: &[
            ("arrivals", "day"),
            ("period", "40m"),
            ("noise", "0.1"),
            ("rule", "forecast"),
            ("step", "10"),
            ("run-for", "2h"),
        ],
        beside: &[("rule", "steps")],
        ..Preset::BASE
    },
    Preset {
        id: "tuned",
        label: "A target that is found",
        says: "Somebody chose 95 %: the controller lowers that until no more wait than may.",
        help: "A load that strays by a fifth leaves no room at 95 % of use. The controller moves the target by half of what the share of those who waited is off from one in a hundred, within its \
               bounds. Begun far too low, at 30 %, it comes to the same from the other side.",
        tries: &[
            Trial::at(minutes(20), "Begin at 30 %", &[Deed::Value("aim", "30")]),
            Trial::at(minutes(20), "Let every tenth wait", &[Deed::Value("goal", "0.1")]),
            Trial::at(minutes(20), "Leave the target alone", &[Deed::Value("rule", "adaptive")]),
        ],
        speed: 120.0,
        values: &[
            ("arrivals", "day"),
            ("rate", "60"),
            ("to", "100"),
            ("period", "2h"),
            ("noise", "0.2"),
            ("rule", "tuned"),
            ("aim", "95"),
            ("run-for", "2h"),
        ],
        beside: &[("rule", "adaptive")],
        ..Preset::BASE
    },
    Preset {
        id: "measure",
        label: "A measure of your own",
        says: "Sized by who is served and who waits it stays; by who waits alone it opens and closes.",
        help: "What the rule goes by is an expression that you write. One that is nothing when all is well asks for the least size as soon as it is: what was opened is closed, those who had \
               it wait, and so on.",
        tries: &[
            Trial::at(minutes(8), "By who waits alone", &[Deed::Value("measure", "waiting/size")]),
            Trial::at(
                minutes(8),
                "By how long they wait",
                &[Deed::Value("measure", "wait-p95"), Deed::Value("measure-target", "5")],
            ),
        ],
        speed: 60.0,
        values: &[("load", "20@0s;100@5m;110@15m"), ("rule", "measure"), ("noise", "0.1"), ("run-for", "30m")],
        beside: &[("measure", "waiting/size")],
        ..Preset::BASE
    },
];
