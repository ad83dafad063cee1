//! The parameters of the pool manager, and what follows from them before anything runs.

use super::wanted::Wanted;
use millrace_parts::{ConnectionPoolSettings, Scaled, Sizing, Take};
use millrace_spec::{Choice, DefaultValue, Field, Role, Value, Values, params};
use millrace_trace::Span;

const HOUR: Span = Span::secs(3_600);
const DAY: Span = Span::secs(86_400);

/// The least size is not above the greatest.
fn ends_ordered(values: &Values) -> Result<(), String> {
    let (least, greatest) = (values.count("min"), values.count("max"));
    if least <= greatest { Ok(()) } else { Err(format!("the least size, {least}, is above the greatest, {greatest}")) }
}

/// Whether somebody reads how many connections are configured.
const SETTINGS: &[Choice] = &[
    Choice { id: "read", label: "Read", help: "The pool begins with what is configured." },
    Choice { id: "unread", label: "Unread", help: "It begins with four for each processor, whatever is configured." },
];

/// Where it begins nobody asks how large it may be.
fn begins_outside(values: &Values) -> Option<String> {
    let own = (values.count("db-max-open-conns"), values.word("settings"));
    let (begins, least, greatest) = (begins(own, values.count("cpus")), values.count("min"), values.count("max"));
    match () {
        () if begins > greatest => Some(format!("begins with {begins}, above the greatest")),
        () if begins < least => Some(format!("begins with {begins}, below the least")),
        () => None,
    }
}

/// As many connections as are configured, where somebody reads that; otherwise four for each processor, within bounds.
fn begins((configured, settings): (u64, &str), cpus: u64) -> u64 {
    match (configured, settings) {
        (0, _) | (_, "unread") => cpus.saturating_mul(4).clamp(20, 100),
        (connections, _) => connections,
    }
}

/// Whether anybody calls the breaker.
const BREAKER: &[Choice] = &[
    Choice {
        id: "asked",
        label: "Asked",
        help: "Who wants a connection asks it, and tells it how that went: ten failures open it for a minute.",
    },
    Choice { id: "uncalled", label: "Uncalled", help: "It is there, and nobody asks it or tells it anything." },
];

fn is_configured(values: &Values) -> bool {
    values.count("db-max-open-conns") > 0
}

fn refuses(values: &Values) -> bool {
    !values.span("refuse-at").is_zero()
}

params! {
    /// The parameters of the pool manager.
    pub struct Params {
        ..wanted: Wanted,
        ..sizing: Sizing,
        /// How many processors there are. The pool begins with four connections for each, but no fewer than 20 and no more than 100. The 100 that the manager is told to begin with are read by nobody.
        cpus: u32 => Field::count("cpus", "Processors", 8, 1..=256).simple(),
        /// DB_MAX_OPEN_CONNS: how many connections the pool begins with; 0 for four for each processor.
        max_open: u32 => Field::count("db-max-open-conns", "Begins with", 0, 0..=1_000).remark(begins_outside),
        /// Whether that setting is read.
        settings: String => Field::choice("settings", "Settings", "read", SETTINGS).when(is_configured).shipped(DefaultValue::Is(Value::Word("unread".into()))),
        /// The least size of the pool.
        min: u32 => Field::count("min", "Least size", 10, 1..=1_000).simple().fits(ends_ordered).remark(begins_outside),
        /// The greatest size of the pool.
        max: u32 => Field::count("max", "Greatest size", 200, 1..=1_000).simple().fits(ends_ordered).remark(begins_outside),
        /// How often the manager looks.
        interval: Span => Field::span("interval", "Interval", Span::secs(30), Span::secs(1)..=HOUR).simple(),
        /// How long it takes to open a connection.
        connect: Span => Field::span("connect", "Connect", Span::millis(15), Span::ZERO..=HOUR),
        /// How old a connection may become; it is looked at when it is given back or idle. 0 for no limit.
        lifetime: Span => Field::span("lifetime", "Lifetime", Span::secs(600), Span::ZERO..=DAY),
        /// How long a connection may be idle; 0 for no limit.
        idle_time: Span => Field::span("idle-time", "Idle time", Span::secs(120), Span::ZERO..=DAY),
        /// From when on the database takes no more connections; 0 for never. Those that are open stay.
        refuse_at: Span => Field::span("refuse-at", "Refuses from", Span::ZERO, Span::ZERO..=DAY),
        /// For how long it takes no more.
        refuse_for: Span => Field::span("refuse-for", "Refuses for", Span::secs(300), Span::secs(1)..=DAY).when(refuses),
        /// Whether anybody calls the breaker. As shipped it counts all failures since it was closed, and half-open it lets everybody through.
        breaker: String => Field::choice("breaker", "Breaker", "asked", BREAKER).shipped(DefaultValue::Is(Value::Word("uncalled".into()))),
        /// How long it is watched. What happens at the very end still happens.
        run_for: Span => Field::span("run-for", "Run for", HOUR, Span::secs(1)..=Span::secs(7 * 86_400)).role(Role::Lasts),
    }
}

/// How many may be idle in a pool of a size.
pub(crate) fn idle_of(size: u32) -> u32 {
    (size / 3).max(5)
}

impl Params {
    /// How many connections the pool may have open when the program starts.
    pub(crate) fn initial(&self) -> u32 {
        u32::try_from(begins((self.max_open.into(), &self.settings), self.cpus.into())).unwrap_or(u32::MAX)
    }

    pub(crate) fn pool(&self) -> ConnectionPoolSettings {
        ConnectionPoolSettings {
            open: self.initial(),
            idle: idle_of(self.initial()),
            min_idle: 0,
            dial: Span::ZERO,
            lifetime: self.lifetime,
            jitter: 0.0,
            idle_time: self.idle_time,
            close: Span::ZERO,
            take: Take::Lifo,
        }
    }

    /// What the rules of size have to know of the pool.
    pub(crate) fn scaled(&self) -> Scaled {
        Scaled { ends: (self.min.min(self.max), self.max), every: self.interval, season: self.wanted.period }
    }
}
