//! The faults that a server can have.
//!
//! Each server has its own: a fault of one leaves the others as they are. A real endpoint has none but those it really has.

use millrace_parts::KILL_WORKER;
use millrace_spec::{FaultSpec, FaultUnit, ServerName};

/// The server is slower by a factor.
pub const SLOW_SERVER: &str = "slow-server";
/// A percentage of its answers are errors.
pub const ERROR_BURST: &str = "error-burst";
/// It is slower by a factor, and a share of its answers are errors: half of what the factor adds, at most 50 %.
pub const BROWNOUT: &str = "brownout";
/// Every answer is a 503, for a time.
pub const OUTAGE: &str = "outage";
/// Nothing gets through to it or back, for a time.
pub const PARTITION: &str = "partition";
/// Its process is gone, and comes back after a time.
pub const CRASH: &str = "crash";

/// The longest time of a fault that ends by itself: ten minutes.
const LONGEST: i64 = 600_000_000_000;

/// The faults of the default server, for scenes.
pub fn faults() -> Vec<FaultSpec> {
    of(ServerName::DEFAULT, None)
}

/// The faults of a server, for scenes with several: each says whose it is.
pub fn faults_of(server: ServerName, label: &str) -> Vec<FaultSpec> {
    of(server, Some(label))
}

fn of(server: ServerName, whose: Option<&str>) -> Vec<FaultSpec> {
    let plain = |id, label: &'static str, help, state, unit, (default, min, max)| FaultSpec {
        id,
        server: Some(server),
        label,
        whose: whose.map(str::to_owned),
        help,
        state,
        unit,
        default,
        min,
        max,
    };
    // From the mildest to the worst.
    vec![
        plain(
            SLOW_SERVER,
            "Slow server",
            "Requests that come now take several times as long.",
            "slow",
            FaultUnit::Times,
            (3, 2, 100),
        ),
        plain(
            ERROR_BURST,
            "Error burst",
            "This share of requests is answered with 500, on top of the server's own errors.",
            "errors",
            FaultUnit::Percent,
            (5, 1, 100),
        ),
        plain(
            BROWNOUT,
            "Brownout",
            "Requests that come now take so many times as long, and a share of them is answered with 500: half of what the factor adds, at most half of all.",
            "brownout",
            FaultUnit::Factor,
            (150, 101, 10_000),
        ),
        plain(
            OUTAGE,
            "Outage",
            "For a time, every request is answered with 503: after as long as it would have taken, or at once.",
            "down",
            FaultUnit::Lasts,
            (2_000_000_000, 1_000_000, LONGEST),
        ),
        plain(
            PARTITION,
            "Partition",
            "For a time nothing gets through, neither requests nor answers: calls hang until their timeout, and without one until it is over. 0 lasts until it is switched off.",
            "cut off",
            FaultUnit::Lasts,
            (2_000_000_000, 0, LONGEST),
        ),
        plain(
            CRASH,
            "Crash",
            "The server's process is gone: calls under way end without an answer and new ones are refused at once. It comes back after this time and remembers nothing.",
            "crashed",
            FaultUnit::Lasts,
            (2_000_000_000, 1_000_000, LONGEST),
        ),
    ]
}

/// The faults of the default server, and the one that kills a worker, for scenes with a crew.
pub fn faults_with_crew() -> Vec<FaultSpec> {
    let mut all = faults();
    all.push(kill_worker());
    all
}

/// The fault that kills a worker, for scenes with a crew that calls nobody.
pub fn kill_worker() -> FaultSpec {
    FaultSpec::of_program(
        (KILL_WORKER, "Kill worker"),
        "A worker goes away, with the request it has in hand, and comes back when the fault is lifted.",
        FaultUnit::Member,
        (1, 1, 1_024),
    )
}
