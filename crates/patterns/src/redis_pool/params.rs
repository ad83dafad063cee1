//! The parameters of the Redis pool.

use millrace_parts::{Backoff, ConnectionPoolSettings, Grows, Jitter, RetryPolicy, Take};
use millrace_spec::{Ceiling, Choice, DefaultValue, Field, FieldGroup, Role, SCRIPT, Value, Values, params, plain};
use millrace_trace::Span;
use millrace_upstream::{Load, ServerParams};

const CONTEXT: &[Choice] = &[
    Choice {
        id: "callers",
        label: "Its caller's",
        help: "Who gives up takes its batch along: nobody waits for a connection or an answer any more, and the connection is closed.",
    },
    Choice {
        id: "background",
        label: "Its own",
        help: "The batch runs on when its caller has given up: it waits, sends and tries again for nobody.",
    },
];

const AGAIN: &[Choice] = &[
    Choice { id: "on", label: "Yes", help: "Who got no connection in time gets back in line, behind everybody else." },
    Choice { id: "off", label: "No", help: "Who got no connection in time is told so at once." },
];

fn general(values: &Values) -> bool {
    values.word("server") == "general"
}

fn counted(values: &Values) -> bool {
    values.way_of_arriving() != Some(SCRIPT)
}

fn gives_up(values: &Values) -> bool {
    values.span("timeout") > Span::ZERO
}

fn tries_again(values: &Values) -> bool {
    values.count("retries") > 0
}

/// How many are kept idle unless somebody says so; where fewer may be open, as many as those.
const MIN_IDLE: u32 = 5;

/// No more can be kept idle than may be open, where somebody has chosen how many.
fn min_idle_fits(values: &Values) -> Result<(), String> {
    let (size, idle) = (values.count("size"), values.count("min-idle"));
    if idle <= size || idle == u64::from(MIN_IDLE) {
        Ok(())
    } else {
        Err(format!("{idle} cannot be kept idle where only {size} may be open"))
    }
}

/// How many are kept idle where no more may be open.
fn min_idle_acts_as(values: &Values) -> Option<String> {
    let (size, idle) = (values.count("size"), values.count("min-idle"));
    (idle > size).then(|| format!("acts as {size}: no more may be open"))
}

/// Whoever has gone is too late for nothing: a batch that ends with its caller ends before such a limit is over.
fn after_its_caller(values: &Values, limit: &str) -> Option<String> {
    let (limit, patience) = (values.span(limit), values.span("timeout"));
    let ends = gives_up(values) && values.word("context") == "callers";
    (ends && limit > patience).then(|| "never acts: the caller's timeout is shorter".to_owned())
}

/// A wait is no longer than the longest.
fn backoff_fits(values: &Values) -> Result<(), String> {
    let (least, most) = (values.span("min-backoff"), values.span("max-backoff"));
    if least <= most { Ok(()) } else { Err(format!("the least wait of {least} is longer than the longest of {most}")) }
}

const HOUR: Span = Span::secs(3_600);
const MINUTE: Span = Span::secs(60);

params! {
    /// The parameters of the pool.
    pub struct Params {
        ..load: Load,
        /// How many commands there are to be sent, each of which sets a key.
        commands: u32 => Field::count("commands", "Commands", 1_000, 1..=1_000_000).simple().role(Role::Jobs).when(counted),
        /// How many commands go in one round trip. They are sent as soon as so many have come, or no more will. An error of one fails all.
        pipeline: u32 => Field::count("pipeline", "Pipeline", 1, 1..=10_000).simple(),
        /// How many connections may be open at once. Who comes when all are in use waits.
        size: u32 => Field::count("size", "Size", 10, 1..=1_000).simple().fits(min_idle_fits),
        /// How many connections are kept open and idle for who may come. 5 stands for all of them where fewer may be open.
        min_idle: u32 => Field::count("min-idle", "Min idle", MIN_IDLE.into(), 0..=1_000).simple().fits(min_idle_fits).remark(min_idle_acts_as),
        /// How often a batch is tried again.
        retries: u32 => Field::count("retries", "Retries", 3, 0..=20).simple(),
        /// How long a round trip takes on average.
        round_trip: Span => Field::span("round-trip", "Round trip", Span::millis(1), Span::ZERO..=HOUR).simple().when(general),
        /// How long somebody waits for a connection to come back before it gives up; 0 for as long as it takes.
        pool_timeout: Span => Field::span("pool-timeout", "Pool timeout", Span::secs(4), Span::ZERO..=HOUR).simple()
            .remark(|values| after_its_caller(values, "pool-timeout")),
        /// How long the opening of a connection may take; 0 for as long as it takes. One that is given up counts as refused.
        dial: Span => Field::span("dial", "Dial timeout", Span::secs(5), Span::ZERO..=HOUR).simple(),
        /// How long an answer may take once all is sent; 0 for as long as it takes. Where it takes longer the connection is closed: what comes on
        /// it later would be for somebody else.
        read: Span => Field::span("read", "Read timeout", Span::secs(3), Span::ZERO..=HOUR).simple().role(Role::Patience)
            .remark(|values| after_its_caller(values, "read")),
        /// How long it may take to send a batch; 0 for as long as it takes.
        write: Span => Field::span("write", "Write timeout", Span::secs(3), Span::ZERO..=HOUR).simple()
            .remark(|values| after_its_caller(values, "write")),
        /// How long a key is kept, from when it was told that it is set; 0 for as long as the server lives.
        ttl: Span => Field::span("ttl", "TTL", HOUR, Span::ZERO..=Span::secs(30 * 86_400))
            .remark(|values| values.span("ttl").is_zero().then(|| "no end: a key is kept as long as the server lives".to_owned())),
        /// Whose context a batch has: what becomes of it when its caller gives up.
        context: String => Field::choice("context", "Context of a batch", "callers", CONTEXT).simple().when(gives_up)
            .shipped(DefaultValue::Is(Value::Word("background".to_owned()))),
        /// How many callers there are, each with one batch at a time.
        callers: u32 => Field::count("callers", "Callers", 20, 1..=10_000).simple().when(Values::is_closed_loop),
        /// How long it takes to open a connection: a handshake and a greeting, two round trips.
        connect: Span => Field::span("connect", "Connect", Span::millis(2), Span::ZERO..=MINUTE),
        /// How long it takes to send a command: a batch of a hundred takes a hundred times as long.
        send: Span => Field::span("send", "Sending takes", Span::micros(1), Span::ZERO..=Span::secs(1)),
        /// How many commands the buffers between both sides take while the server reads nothing: in a partition what is larger is not
        /// even sent.
        socket_buffer: u32 => Field::count("socket-buffer", "Socket buffer", 1_000, 1..=1_000_000),
        /// The least wait before a batch is tried again. On top comes up to twice as much by lot, then four times, and so on.
        min_backoff: Span => Field::span("min-backoff", "Least backoff", Span::millis(8), Span::ZERO..=MINUTE).when(tries_again).fits(backoff_fits),
        /// The longest wait before a batch is tried again.
        max_backoff: Span => Field::span("max-backoff", "Longest backoff", Span::millis(512), Span::ZERO..=MINUTE).when(tries_again).fits(backoff_fits),
        /// Whether a batch is tried again that got no connection in time.
        retry_pool: String => Field::choice("retry-pool", "Retries pool timeouts", "on", AGAIN).when(tries_again),
        /// How many batches with nothing in them are saved before the first command comes: none takes a connection or a round trip.
        empty_batches: u32 => Field::count("empty-batches", "Empty batches", 0, 0..=1_000),
        ;
        ..server: ServerParams { server: "general", service: "constant" },
    }
}

/// Of the groups what has another name here, or nothing that it could do: the mean of the server is the round trip, and nobody honours what a server
/// asks.
const ELSEWHERE: &[&str] = &["requests", "mean", "retry-after", "client-errors"];

impl Params {
    /// The fields, in the order of the form.
    pub(super) fn all() -> Vec<Field> {
        let mut fields = Params::fields();
        fields.retain(|field| !ELSEWHERE.contains(&field.key));
        // How much there is to do comes first, as everywhere.
        if let Some(at) = fields.iter().position(|field| field.key == "commands") {
            fields.get_mut(..=at).into_iter().for_each(|until| until.rotate_right(1));
        }
        for field in &mut fields {
            if field.key == "timeout" {
                field.label = "Caller's timeout";
                field.help = "How long a caller waits for its batch in all, from when that is full, tries and waits included, before it gives up; 0 for as long as it takes.";
                field.role = None;
            }
        }
        fields
    }

    pub(super) fn of(values: &Values) -> Params {
        let mut p = Params::read(values);
        p.load.requests = p.commands;
        p
    }

    /// The server as the client's connections meet it: each waits for its answer as long as a read may take.
    pub(super) fn redis(&self) -> ServerParams {
        ServerParams { mean: self.round_trip, timeout: self.read, ..self.server.clone() }
    }

    /// How long it takes to send so many commands.
    pub(super) fn sending(&self, commands: u64) -> Span {
        Span(self.send.0.saturating_mul(commands))
    }

    /// The greatest rate of commands: every connection is busy all the time, sending and waiting for an answer by turns, or every slot of the server is.
    /// None where that does not follow from the parameters, as for [`millrace_upstream::ceiling_of`], or where no batch can be sent.
    pub(super) fn ceiling(&self) -> Option<Ceiling> {
        let sending = self.sending(self.pipeline.into());
        let patience = [self.read, if self.cancels() { self.server.timeout } else { Span::ZERO }];
        let timeout = patience.into_iter().filter(|span| !span.is_zero()).min().unwrap_or(Span::ZERO);
        let redis = ServerParams { timeout, ..self.redis() };
        let trip = redis.mean_service().filter(|_| self.write.is_zero() || sending <= self.write)?;
        let slots = (redis.server == "general" && redis.slots > 0).then_some((redis.slots, "slot", trip));
        let limits = slots.into_iter().chain([(self.size, "connection", trip + sending.seconds())]);
        let rate = |(n, _, takes): &(u32, &str, f64)| f64::from(*n) / takes;
        let (n, word, takes) = limits.filter(|limit| limit.2 > 0.0).min_by(|a, b| rate(a).total_cmp(&rate(b)))?;
        let many = if n == 1 { "" } else { "s" };
        let batch = if self.pipeline > 1 { format!(" × {}", self.pipeline) } else { String::new() };
        Some(Ceiling {
            per_second: rate(&(n, word, takes)) * f64::from(self.pipeline),
            formula: format!("{n} {word}{many}{batch} ÷ {} ms", plain(takes * 1e3)),
        })
    }

    pub(super) fn settings(&self) -> ConnectionPoolSettings {
        ConnectionPoolSettings {
            open: self.size,
            idle: self.size,
            min_idle: self.min_idle.min(self.size),
            dial: self.dial,
            lifetime: Span::ZERO,
            jitter: 0.0,
            idle_time: Span::ZERO,
            close: Span::ZERO,
            take: Take::Lifo,
        }
    }

    /// `MaxRetries`, `MinRetryBackoff` and `MaxRetryBackoff` of go-redis.
    pub(super) fn retry(&self) -> RetryPolicy {
        let backoff = Backoff {
            grows: Grows::Exponential(2.0),
            delay: self.min_backoff,
            cap: self.max_backoff,
            jitter: Jitter::OnTop,
        };
        RetryPolicy { attempts: self.retries.saturating_add(1), backoff, deadline: None, honours: false }
    }

    /// Whether a batch ends with the patience of its caller.
    pub(super) fn cancels(&self) -> bool {
        self.context != "background"
    }

    pub(super) fn retries_pool(&self) -> bool {
        self.retry_pool != "off"
    }
}
