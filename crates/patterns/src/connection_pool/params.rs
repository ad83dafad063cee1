//! The parameters of the pool of connections.

use millrace_parts::{ConnectionPoolSettings, IDLE, Take, idle_acts_as, idle_fits};
use millrace_spec::{Choice, DefaultValue, Field, Share, Value, Values, params};
use millrace_trace::Span;
use millrace_upstream::{Load, ServerParams};

const TAKE: &[Choice] = &[
    Choice {
        id: "lifo",
        label: "Last used first",
        help: "The one that was given back last: those that are not needed get to rest, and are closed for that.",
    },
    Choice {
        id: "fifo",
        label: "By turns",
        help: "The one that was given back first: all are used, and none rests for long.",
    },
];

const PREPARED: &[Choice] = &[
    Choice { id: "on", label: "Once a connection", help: "A statement is prepared when a connection first needs it." },
    Choice { id: "off", label: "For each query", help: "Every query prepares its statement and drops it after." },
];

const PING: &[Choice] = &[
    Choice { id: "on", label: "Yes", help: "A first connection is opened before anybody asks for one." },
    Choice { id: "off", label: "No", help: "The first who asks finds out whether there is a database." },
];

const UPDATE: &[Choice] = &[
    Choice { id: "prepared", label: "Prepared", help: "As the others are, when the program starts." },
    Choice { id: "never", label: "Never prepared", help: "It is declared and stays nil: whoever uses it panics." },
];

const ON_FAILURE: &[Choice] = &[
    Choice { id: "closes-first", label: "Closes the first", help: "What was prepared before is closed." },
    Choice {
        id: "forgets-first",
        label: "Forgets the first",
        help: "What was prepared before stays, and nobody has it.",
    },
];

fn is(word: &str) -> DefaultValue {
    DefaultValue::Is(Value::Word(word.to_owned()))
}

fn is_prepared(values: &Values) -> bool {
    values.word("prepared") != "off"
}

/// A connection that rested for too long was too old before.
fn idle_time_acts(values: &Values) -> Option<String> {
    let (lifetime, idle_time) = (values.span("lifetime"), values.span("idle-time"));
    let never = !lifetime.is_zero() && lifetime <= idle_time;
    let how = if lifetime < idle_time { "shorter" } else { "as short" };
    never.then(|| format!("never acts: the lifetime is {how}"))
}

/// A share of a lifetime that has no end is none.
fn jitter_fits(values: &Values) -> Result<(), String> {
    let endless = values.span("lifetime").is_zero() && values.number("jitter") > 0.0;
    if endless { Err("a lifetime without a limit has no share: give it one, or no jitter".to_owned()) } else { Ok(()) }
}

const HOUR: Span = Span::secs(3_600);
const DAY: Span = Span::secs(86_400);

params! {
    /// The parameters of the pool.
    pub struct Params {
        ..load: Load { requests: 4_000, arrivals: "burst", burst_size: 40, burst_every: Span::millis(100) },
        /// How many connections may be open at once. Who comes when all are in use waits.
        open: u32 => Field::count("open", "Open", 25, 1..=1_000).simple().fits(idle_fits),
        /// How many of them may be idle: one more that is given back is closed. 5 stands for all of them where fewer may be open.
        idle: u32 => Field::count("idle", "Idle", IDLE.into(), 0..=1_000).simple().fits(idle_fits).remark(idle_acts_as),
        /// How old a connection may become, from when it was open; 0 for no limit.
        lifetime: Span => Field::span("lifetime", "Lifetime", Span::secs(300), Span::ZERO..=DAY).simple().fits(jitter_fits),
        /// How long a connection may be idle, from when it was given back; 0 for no limit. Where the lifetime is shorter this never acts.
        idle_time: Span => Field::span("idle-time", "Idle time", Span::secs(600), Span::ZERO..=DAY).simple().remark(idle_time_acts),
        /// How long somebody waits until it has a connection before it gives up, the opening included; 0 for as long as it takes.
        max_wait: Span => Field::span("max-wait", "Longest wait", Span::ZERO, Span::ZERO..=HOUR).simple(),
        /// How long it takes to open a connection: a slot of the server is taken from then on, and it is refused where there is none.
        connect: Span => Field::span("connect", "Connect", Span::millis(15), Span::ZERO..=Span::secs(60)).simple(),
        /// How long it takes to close one. Until then its place and its slot are taken.
        close: Span => Field::span("close", "Close", Span::millis(3), Span::ZERO..=Span::secs(60)),
        /// Which of the idle connections is taken.
        take: String => Field::choice("take", "Take", "lifo", TAKE).simple(),
        /// Which share of its lifetime is taken off at most, by lot, so that not all end together.
        jitter: Share => Field::share("jitter", "Jitter", 0.0, 1.0).simple().fits(jitter_fits),
        /// When statements are prepared. They live with the connection that they were prepared on.
        prepared: String => Field::choice("prepared", "Statements", "on", PREPARED),
        /// How long it takes to prepare a statement.
        prepare_time: Span => Field::span("prepare-time", "Preparing takes", Span::millis(1), Span::ZERO..=Span::secs(60)),
        /// The share of queries whose connection is never given back.
        leak: Share => Field::share("leak", "Leak", 0.0, 1.0).simple(),
        /// Whether the program asks for a first connection when it starts.
        ping: String => Field::choice("ping", "Ping at start", "on", PING),
        /// The share of requests that update what is there.
        updates: Share => Field::share("updates", "Updates", 0.0, 1.0),
        /// Whether the statement of the updates is prepared.
        update_statement: String => Field::choice("update-statement", "Update statement", "prepared", UPDATE).shipped(is("never")),
        /// How often the second statement cannot be prepared when the program starts, which then tries again.
        prepare_fails: u32 => Field::count("prepare-fails", "Preparing fails", 0, 0..=100).when(is_prepared),
        /// What is done about the first statement when the second cannot be prepared.
        on_failure: String => Field::choice("on-failure", "When it fails", "closes-first", ON_FAILURE).when(is_prepared).shipped(is("forgets-first")),
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 40, 1..=10_000).simple().when(Values::is_closed_loop),
        ;
        ..server: ServerParams { server: "general", mean: Span::millis(5), slots: 30 },
    }
}

impl Params {
    pub(super) fn settings(&self) -> ConnectionPoolSettings {
        ConnectionPoolSettings {
            open: self.open,
            idle: self.idle.min(self.open),
            min_idle: 0,
            dial: Span::ZERO,
            lifetime: self.lifetime,
            jitter: self.jitter.0,
            idle_time: self.idle_time,
            close: self.close,
            take: if self.take == "fifo" { Take::Fifo } else { Take::Lifo },
        }
    }

    pub(super) fn pings(&self) -> bool {
        self.ping != "off"
    }

    /// Whether statements stay with their connection.
    pub(super) fn prepares(&self) -> bool {
        self.prepared != "off"
    }

    pub(super) fn has_update(&self) -> bool {
        self.update_statement != "never"
    }

    pub(super) fn closes_first(&self) -> bool {
        self.on_failure != "forgets-first"
    }
}
