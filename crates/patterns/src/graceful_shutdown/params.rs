//! The parameters of the process, and the orders in which its parts may be stopped.

use super::Part;
use millrace_parts::{BatcherSettings, HubSettings};
use millrace_spec::{Choice, DefaultValue, Field, Value, params};
use millrace_trace::Span;
use millrace_upstream::ServerParams;

const ORDERS: &[Choice] = &[
    Choice {
        id: "sane",
        label: "Each before what it needs",
        help: "Requests, hub, frame processor, batch, Redis, database: whoever hands something on is over before whoever takes it.",
    },
    Choice {
        id: "documented",
        label: "Requests alone",
        help: "The process waits for its requests and ends: nobody stops the rest, as in the listing of the document.",
    },
    Choice {
        id: "stores-first",
        label: "Connections first",
        help: "Redis and database are closed when the requests are over, and the last batches come to closed connections.",
    },
    Choice {
        id: "processor-first",
        label: "Processor before hub",
        help: "The frame processor is stopped while sockets are open, and their next frames come to a pool that takes none.",
    },
    Choice {
        id: "batch-first",
        label: "Batch before processor",
        help: "The batch is flushed while frames are under way, and their results come to a batch that takes none.",
    },
];

/// Which parts are stopped, one after the other.
pub(super) fn order(id: &str) -> &'static [Part] {
    use Part::{Batch, Database, Http, Hub, Processor, Redis};
    match id {
        "documented" => &[Http],
        "stores-first" => &[Http, Redis, Database, Hub, Processor, Batch],
        "processor-first" => &[Http, Processor, Hub, Batch, Redis, Database],
        "batch-first" => &[Http, Hub, Batch, Processor, Redis, Database],
        _ => &Part::ALL,
    }
}

const MINUTE: Span = Span::secs(60);

params! {
    /// The parameters of the process.
    pub struct Params {
        /// When the process is asked to end.
        shutdown_at: Span => Field::span("shutdown-at", "SIGTERM at", Span::secs(2), Span::millis(1)..=MINUTE).simple(),
        /// How long it has from then on. What is not over by then is cut off.
        grace: Span => Field::span("grace", "Grace", Span::secs(30), Span::ZERO..=Span::secs(300)).simple(),
        /// In which order its parts are stopped.
        order: String => Field::choice("order", "Order", "sane", ORDERS).simple()
            .shipped(DefaultValue::Is(Value::Word("documented".to_owned()))),
        /// How many sessions are connected, each by a socket of its own.
        sessions: u32 => Field::count("sessions", "Sessions", 20, 1..=1_000).simple(),
        /// How often each session sends a frame.
        frame_every: Span => Field::span("frame-every", "Frame every", Span::millis(500), Span::millis(50)..=MINUTE).simple(),
        /// How many requests come a second, independently of each other.
        rate: f64 => Field::rate("rate", "Requests", 20.0, 0.001..=1_000.0).simple(),
        /// How long a request is worked on, on average.
        request: Span => Field::span("request", "A request takes", Span::millis(400), Span::ZERO..=MINUTE).simple(),
        /// How many workers take frames, each one at a time.
        workers: u32 => Field::count("workers", "Workers", 8, 1..=256).simple(),
        /// How many frames wait for a worker before a socket is read no further.
        jobs_buffer: u32 => Field::count("jobs-buffer", "Jobs channel", 1_000, 0..=100_000),
        /// How many results wait to be put into the batch before a worker has to wait.
        results_buffer: u32 => Field::count("results-buffer", "Results channel", 1_000, 0..=100_000),
        /// How long it takes to put a result into the batch, and to tell its session.
        collect: Span => Field::span("collect", "A result takes", Span::millis(15), Span::ZERO..=Span::secs(10)).simple(),
        /// How many items are a full batch, which is written at once.
        batch_size: u32 => Field::count("batch-size", "Batch size", 100, 1..=10_000).simple(),
        /// After how long a batch is written that is not full.
        interval: Span => Field::span("interval", "Interval", Span::secs(1), Span::millis(1)..=Span::secs(3_600)).simple(),
        /// How long it takes until a client has its close frame.
        close_frame: Span => Field::span("close-frame", "Close frame", Span::millis(20), Span::ZERO..=MINUTE),
        /// How long it takes to close the connections to Redis, or to the database, once no call is under way.
        close: Span => Field::span("close", "Connections close in", Span::millis(3), Span::ZERO..=MINUTE),
        ;
        ..model: ServerParams { server: "general", service: "lognormal", mean: Span::millis(120), errors: 0.01 },
        ..redis: ServerParams as "redis" { server: "general", service: "constant", mean: Span::millis(1) },
        ..database: ServerParams as "db" { server: "general", service: "lognormal", mean: Span::millis(20) },
    }
}

/// What waits for the hub, for a client, and how long the hub looks for one.
const HUB: HubSettings = HubSettings {
    buffer: 256,
    broadcast: 256,
    look: Span::micros(1),
    walks: false,
    by_name: false,
    removes_as_reader: false,
    just_returns: false,
};

impl Params {
    pub(super) fn hub(&self) -> HubSettings {
        HUB
    }

    pub(super) fn batcher(&self) -> BatcherSettings {
        BatcherSettings { size: self.batch_size, interval: self.interval, restarts: true, from_first: false }
    }

    /// The first frames do not come all at the same instant.
    pub(super) fn first_frame(&self, session: u32) -> Span {
        Span(self.frame_every.0 / u64::from(self.sessions.max(1)) * u64::from(session))
    }
}
