//! The parameters of the platform.

use super::store::Manners;
use millrace_parts::{
    Allowance, BatcherSettings, ConnectionPoolSettings, IDLE, LimiterSettings, Take, idle_acts_as, idle_fits,
};
use millrace_spec::{Choice, DefaultValue, Field, LimiterRule, Role, Share, Value, Values, params};
use millrace_trace::Span;
use millrace_upstream::{Load, Outages, ServerParams};

const VIA: &[Choice] = &[
    Choice {
        id: "grpc",
        label: "gRPC",
        help: "Frames wait in a channel of the process for a worker that calls the service. One that finds the channel full is dropped.",
    },
    Choice {
        id: "queue",
        label: "Message queue",
        help: "Frames are published to a queue of a broker, from which the workers take them. It has room for a hundred times as many, and what lies there stays when the process ends.",
    },
];

const ACKNOWLEDGED: &[Choice] = &[
    Choice {
        id: "when-done",
        label: "When it is done",
        help: "The broker has a frame until its worker is done with it. One in the hand of a worker that goes is delivered again, and the service may be asked for it twice: at least once.",
    },
    Choice {
        id: "when-taken",
        label: "When it is taken",
        help: "The broker forgets a frame as it delivers it. One in the hand of a worker that goes is lost: at most once.",
    },
];

const ORDERS: &[Choice] = &[
    Choice {
        id: "sane",
        label: "Each before what it needs",
        help: "API, hub, frame pool, batch, Redis, database: whoever hands something on is over before whoever takes it.",
    },
    Choice {
        id: "documented",
        label: "Requests alone",
        help: "The process waits for its API requests and ends: nobody stops the rest, as in the listing of the document.",
    },
];

const ANONYMOUS: &[Choice] = &[
    Choice { id: "by-address", label: "By address alone", help: "Who has no name is limited by its address." },
    Choice {
        id: "one-bucket",
        label: "One bucket for all",
        help: "Whoever has no name has the name \"\", and all of them share its bucket.",
    },
];

const COMPENSATES: &[Choice] = &[
    Choice { id: "on", label: "Takes it back", help: "The row of an interview that could not begin is deleted." },
    Choice { id: "off", label: "Leaves it", help: "The row stays, and no interview belongs to it." },
];

const MINUTE: Span = Span::secs(60);
const HOUR: Span = Span::secs(3_600);

fn is(word: &str) -> DefaultValue {
    DefaultValue::Is(Value::Word(word.to_owned()))
}

fn is_queued(values: &Values) -> bool {
    values.word("via") == "queue"
}

fn is_direct(values: &Values) -> bool {
    !is_queued(values)
}

fn ends(values: &Values) -> bool {
    !values.span("shutdown-at").is_zero()
}

fn slows(values: &Values) -> bool {
    !values.span("slow-at").is_zero()
}

params! {
    /// The parameters of the platform.
    pub struct Params {
        /// How many sessions are connected, each by a socket of its own.
        sessions: u32 => Field::count("sessions", "Sessions", 1_000, 1..=20_000).simple(),
        /// How often each session sends a frame.
        frame_every: Span => Field::span("frame-every", "Frame every", Span::millis(500), Span::millis(20)..=MINUTE).simple(),
        /// Which share of the sessions sends faster than it may.
        hasty: Share => Field::share("hasty", "Hasty sessions", 0.006, 1.0),
        /// How many frames such a session sends in a second.
        hasty_rate: f64 => Field::rate("hasty-rate", "Hasty frames", 15.0, 0.1..=100.0),
        /// How frames get to the service.
        via: String => Field::choice("via", "Via", "grpc", VIA).simple(),
        /// How many workers take frames, each one at a time.
        workers: u32 => Field::count("workers", "Workers", 2_600, 1..=10_000).simple(),
        /// How many frames wait for a worker before one more is dropped.
        jobs_buffer: u32 => Field::count("jobs-buffer", "Jobs channel", 1_000, 0..=1_000_000).when(is_direct),
        /// How many frames the broker's queue has room for.
        broker_buffer: u32 => Field::count("broker-buffer", "Broker queue", 100_000, 1..=1_000_000).when(is_queued),
        /// When a worker tells the broker that it need not keep a frame any more.
        acknowledge: String => Field::choice("acknowledge", "Acknowledged", "when-done", ACKNOWLEDGED).when(is_queued).shipped(is("when-taken")),
        /// How many frames a second are taken from each socket.
        frame_limit: u32 => Field::count("frame-limit", "Frames a socket", 10, 1..=10_000).simple(),
        /// How many requests a minute each user may make.
        user_limit: u32 => Field::count("user-limit", "Requests a user", 100, 1..=1_000_000),
        /// How many requests a minute may come from each address.
        address_limit: u32 => Field::count("address-limit", "Requests an address", 1_000, 1..=1_000_000),
        /// How many may come at once after a rest, by each of the limits.
        burst: u32 => Field::count("burst", "Burst", 20, 1..=10_000).remark(burst_acts_as),
        /// After how long a bucket is thrown away that nobody asks; 0 for never.
        forget_after: Span => Field::span("forget-after", "Buckets kept for", MINUTE, Span::ZERO..=HOUR)
            .shipped(DefaultValue::Is(Value::Span(Span::ZERO))),
        /// Which share of API requests comes without a user.
        anonymous: Share => Field::share("anonymous", "Anonymous", 0.05, 1.0).simple(),
        /// By which bucket those are limited.
        anonymous_bucket: String => Field::choice("anonymous-bucket", "Without a user", "by-address", ANONYMOUS).shipped(is("one-bucket")),
        /// How long it takes to write a message to a socket, on average.
        socket_write: Span => Field::span("socket-write", "Socket write", Span::millis(8), Span::ZERO..=MINUTE),
        /// How many results are a full batch, which is written at once.
        batch_size: u32 => Field::count("batch-size", "Batch size", 100, 1..=10_000).simple(),
        /// After how long a batch is written that is not full, from its first item on.
        interval: Span => Field::span("interval", "Interval", Span::secs(1), Span::millis(1)..=HOUR).simple(),
        /// How many connections there may be to Redis.
        redis_size: u32 => Field::count("redis-size", "Redis connections", 10, 1..=500),
        /// How long a batch waits for one of them before that is an attempt in vain; 0 for as long as it takes.
        redis_pool_timeout: Span => Field::span("redis-pool-timeout", "Redis pool timeout", Span::secs(4), Span::ZERO..=HOUR),
        /// How often a batch is sent to Redis again that nobody has answered.
        redis_retries: u32 => Field::count("redis-retries", "Redis retries", 3, 0..=20),
        /// How many connections to the database may be open at once.
        open: u32 => Field::count("open", "Database open", 25, 1..=500).fits(idle_fits),
        /// How many of those may be idle.
        idle: u32 => Field::count("idle", "Database idle", IDLE.into(), 0..=500).fits(idle_fits).remark(idle_acts_as),
        /// How long a query of a single row takes, on average. An insert of a batch takes the mean of the database.
        query: Span => Field::span("query", "A query takes", Span::millis(6), Span::ZERO..=MINUTE).live(),
        /// How long the service takes to begin an interview, on average.
        initialize: Span => Field::span("initialize", "Initialize takes", Span::millis(20), Span::ZERO..=MINUTE).live(),
        /// What becomes of the row of an interview that the service could not begin.
        compensate: String => Field::choice("compensate", "A start that fails", "on", COMPENSATES).shipped(is("off")),
        /// How many API requests there are at a time, where the next one is made when one is answered.
        callers: u32 => Field::count("callers", "API callers", 4, 1..=10_000).when(Values::is_closed_loop),
        /// From when on the service is slower; 0 for never.
        slow_at: Span => Field::span("slow-at", "Slower from", Span::ZERO, Span::ZERO..=HOUR),
        /// How many times as long it takes from then on.
        slow_by: f64 => Field::rate("slow-by", "Slower by", 1.18, 0.1..=100.0).unit("times").when(slows),
        /// When the process is asked to end; 0 for never.
        shutdown_at: Span => Field::span("shutdown-at", "SIGTERM at", Span::ZERO, Span::ZERO..=HOUR).simple().fits(end_fits),
        /// How long it has from then on. What is not over by then is cut off.
        grace: Span => Field::span("grace", "Grace", Span::secs(30), Span::ZERO..=Span::secs(300)).when(ends),
        /// In which order its parts are stopped.
        order: String => Field::choice("order", "Order", "sane", ORDERS).when(ends).shipped(is("documented")),
        /// For how long frames and requests come. What has come by then is brought to its end.
        run_for: Span => Field::span("run-for", "Run for", MINUTE, Span::millis(100)..=HOUR).simple(),
        ;
        ..load: Load { requests: 1_000_000, arrivals: "poisson", rate: 20.0 },
        ..emotion: ServerParams { server: "general", service: "lognormal", base: Span::millis(40), mean: Span::millis(80), errors: 0.01 },
        ..outages: Outages { first: Span::secs(1) },
        ..redis: ServerParams as "redis" { server: "general", service: "constant", mean: Span::millis(1), timeout: Span::secs(3) },
        ..database: ServerParams as "db" { server: "general", service: "lognormal", mean: Span::millis(20) },
    }
}

/// A socket has no more at once than in a second.
fn burst_acts_as(values: &Values) -> Option<String> {
    let most = values.count("frame-limit");
    (values.count("burst") > most).then(|| format!("acts as {most} for a socket: a second's frames"))
}

/// Who is asked to end when all is over is never asked.
fn end_fits(values: &Values) -> Result<(), String> {
    let (end, over) = (values.span("shutdown-at"), values.span("run-for"));
    if end <= over { Ok(()) } else { Err("the run is over before that: it has to run for longer".to_owned()) }
}

/// The fields. The requests are those of the API, and by far not all that there is to be.
pub(super) fn fields() -> Vec<Field> {
    let mut fields = <Params as millrace_spec::FieldGroup>::fields();
    fields.iter_mut().filter(|field| field.role == Some(Role::Jobs)).for_each(|field| field.role = None);
    fields
}

impl Params {
    fn limit(&self, limit: u32, per: Span) -> LimiterSettings {
        let allowance = Allowance { limit, per, burst: self.burst, log_refused: false };
        LimiterSettings { rule: LimiterRule::TokenBucket, allowance, waits: false, max_wait: None }
    }

    pub(super) fn per_socket(&self) -> LimiterSettings {
        let settings = self.limit(self.frame_limit, Span::secs(1));
        let burst = self.burst.min(self.frame_limit);
        LimiterSettings { allowance: Allowance { burst, ..settings.allowance }, ..settings }
    }

    pub(super) fn per_user(&self) -> LimiterSettings {
        self.limit(self.user_limit, MINUTE)
    }

    pub(super) fn per_address(&self) -> LimiterSettings {
        self.limit(self.address_limit, MINUTE)
    }

    pub(super) fn forgets_after(&self) -> Option<Span> {
        Some(self.forget_after).filter(|after| !after.is_zero())
    }

    /// Whether frames wait in the queue of a broker, which is there still when the process is not.
    pub(super) fn has_broker(&self) -> bool {
        self.via == "queue"
    }

    /// Whether what a worker has in hand is the broker's until it is done.
    pub(super) fn acknowledges(&self) -> bool {
        self.has_broker() && self.acknowledge == "when-done"
    }

    pub(super) fn redis_manners(&self) -> Manners {
        Manners { pool_wait: self.redis_pool_timeout, again: self.redis_retries }
    }

    pub(super) fn buffer(&self) -> u32 {
        if self.has_broker() { self.broker_buffer } else { self.jobs_buffer }
    }

    pub(super) fn batcher(&self) -> BatcherSettings {
        // While the batch is empty no time passes for it: a beat for nothing would keep a run alive in which everybody else is stuck.
        BatcherSettings { size: self.batch_size, interval: self.interval, restarts: true, from_first: true }
    }

    pub(super) fn redis_pool(&self) -> ConnectionPoolSettings {
        ConnectionPoolSettings {
            open: self.redis_size,
            idle: self.redis_size,
            min_idle: self.redis_size.min(5),
            dial: Span::secs(5),
            ..self.database_pool()
        }
    }

    pub(super) fn database_pool(&self) -> ConnectionPoolSettings {
        ConnectionPoolSettings {
            open: self.open,
            idle: self.idle.min(self.open),
            min_idle: 0,
            dial: Span::ZERO,
            lifetime: Span::secs(300),
            jitter: 0.0,
            idle_time: Span::secs(600),
            close: Span::millis(3),
            take: Take::Lifo,
        }
    }

    /// After how long a session sends the next frame.
    pub(super) fn pause(&self, hasty: bool) -> Span {
        if hasty { Span::from_seconds(1.0 / self.hasty_rate) } else { self.frame_every }
    }

    /// How many sessions are hasty: the first ones.
    pub(super) fn hasty_ones(&self) -> u32 {
        (f64::from(self.sessions) * self.hasty.0 + 0.5) as u32
    }

    pub(super) fn shares_a_bucket(&self) -> bool {
        self.anonymous_bucket == "one-bucket"
    }

    pub(super) fn takes_back(&self) -> bool {
        self.compensate == "on"
    }
}
