//! The parameters that all patterns with a server share.

use super::general::{General, Service};
use super::load::Load;
use super::model::Model;
use millrace_parts::Traffic;
use millrace_spec::{Choice, Field, FieldGroup, Ideal, Prefix, Role, Share, Values, params, plain};
use millrace_trace::Span;

const SERVERS: &[Choice] = &[
    Choice {
        id: "documented",
        label: "Documented",
        help: "Latency walks between 0 and 0.3 s, 1 % errors, worse under load.",
    },
    Choice {
        id: "shipped",
        label: "Shipped",
        help: "A new state for each request: 0 to 10 ms, 2 % errors, load has no effect.",
    },
    Choice {
        id: "shared",
        label: "Shared state",
        help: "The shipped walk with one state: no ceiling, half of all answers errors.",
    },
    Choice {
        id: "general",
        label: "General",
        help: "A service time distribution, servers with a queue, a share of errors.",
    },
];

const SERVICES: &[Choice] = &[
    Choice { id: "constant", label: "Constant", help: "Always the mean." },
    Choice { id: "uniform", label: "Uniform", help: "From nothing to twice the mean." },
    Choice { id: "exponential", label: "Exponential", help: "Memoryless, as M/M/c theory has it." },
    Choice { id: "lognormal", label: "Lognormal", help: "Most near the mean, some a few times it." },
    Choice { id: "pareto", label: "Pareto", help: "A heavy tail." },
];

const OUTAGE_ANSWERS: &[Choice] = &[
    Choice {
        id: "late",
        label: "Late",
        help: "503 after as long as an answer would have taken, from a slot: the caller waits for nothing.",
    },
    Choice {
        id: "at-once",
        label: "At once",
        help: "503 at the door, without a slot: a proxy that knows that nobody is behind it. No time passes.",
    },
    Choice {
        id: "never",
        label: "Never",
        help: "No answer at all: calls hang, each in its slot, until their timeout, and for ever without one.",
    },
];

const GONE: &[Choice] = &[
    Choice {
        id: "noticed",
        label: "Notices",
        help: "Their requests are taken back, from the queue and from their slots.",
    },
    Choice {
        id: "served",
        label: "Does not notice",
        help: "Their requests stay in the queue and in their slots until they are served, for nobody.",
    },
];

fn refuses(values: &Values) -> bool {
    values.word("outage-answers") == "at-once" || queues(values) && values.count("server-queue") > 0
}

/// Whether there are slots to wait for.
fn queues(values: &Values) -> bool {
    general(values) && values.count("slots") > 0
}

fn general(values: &Values) -> bool {
    values.word("server") == "general"
}

params! {
    /// The server, and the client's patience with it.
    pub struct ServerParams {
        ..prefix: Prefix,
        /// How the simulated server behaves. Independent of the switch between documented and shipped client code.
        server: String => Field::choice("server", "Server", "documented", SERVERS).simple().role(Role::Server),
        /// Added to each response: what the network and the framework take.
        base: Span => Field::span("base", "Base latency", Span::ZERO, Span::ZERO..=Span::secs(60)).live(),
        /// How service times are distributed.
        service: String => Field::choice("service", "Service time", "exponential", SERVICES).when(general).simple(),
        /// The mean service time.
        mean: Span => Field::span("mean", "Mean service", Span::millis(20), Span::ZERO..=Span::secs(3600)).when(general).simple().live(),
        /// How many requests the server works on at once; the others queue there. 0 for no limit.
        slots: u32 => Field::count("slots", "Server slots", 0, 0..=100_000).when(general),
        /// How many requests may wait for a slot: one more is refused at the door, with 503. 0 for no limit.
        queue: u32 => Field::count("server-queue", "Server queue", 0, 0..=1_000_000).when(queues),
        /// What the server does about callers that have gone, because their patience ended or for any other reason.
        gone: String => Field::choice("callers-gone", "Callers that have gone", "noticed", GONE).when(queues),
        /// The share of answers that are errors.
        errors: Share => Field::share("errors", "Error share", 0.0, 1.0).when(general).live(),
        /// The share of the other answers that find fault with the request (404): the client's mistake, not the server's.
        client_errors: Share => Field::share("client-errors", "Client errors", 0.0, 1.0).when(general),
        /// How the server answers during an outage: whether a 503 takes as long as any answer, or is a refusal at the door.
        outage_answers: String => Field::choice("outage-answers", "Outage answers", "late", OUTAGE_ANSWERS),
        /// For how long a refusal at the door asks its caller to stay away; 0 if it says nothing of it. Who is told so rests before
        /// the next request.
        retry_after: Span => Field::span("retry-after", "Retry-After", Span::ZERO, Span::ZERO..=Span::secs(3600)).when(refuses),
        /// How long a caller waits for an answer; 0 for ever.
        timeout: Span => Field::span("timeout", "Timeout", Span::ZERO, Span::ZERO..=Span::secs(3600)).simple().role(Role::Patience),
    }
}

impl ServerParams {
    /// The model these parameters describe.
    pub fn model(&self) -> Model {
        let general = General {
            service: Service::from_id(&self.service),
            mean: self.mean,
            errors: self.errors.0,
            client_errors: self.client_errors.0,
        };
        Model::from_id(&self.server).unwrap_or(Model::General(general))
    }

    /// Whether it goes on with requests whose callers have gone.
    pub fn keeps_gone(&self) -> bool {
        self.server == "general" && self.slots > 0 && self.gone == "served"
    }

    /// The mean time of a call in seconds, where it follows from the parameters: base, and the mean of the service time.
    /// None for a server whose latency depends on load or on its own history, or that has a queue.
    pub fn mean_call(&self) -> Option<f64> {
        let service = match self.server.as_str() {
            // The mean of max(0, U(-10 ms, 10 ms)).
            "shipped" => 0.0025,
            "general" if self.slots == 0 => self.mean.seconds(),
            _ => return None,
        };
        self.timeout.is_zero().then_some(service + self.base.seconds())
    }
}

/// The total time of `requests` calls by so many callers at once that never wait for anything else: requests × mean ÷
/// callers. None where the mean of a call does not follow from the parameters, or arrivals set the pace.
pub fn ideal(values: &Values, callers: u64) -> Option<Ideal> {
    ideal_of(&Load::read(values), &ServerParams::read(values), callers)
}

/// The same for any of a pattern's servers.
pub fn ideal_of(load: &Load, server: &ServerParams, callers: u64) -> Option<Ideal> {
    if load.traffic() != Traffic::Closed || callers == 0 {
        return None;
    }
    let mean = server.mean_call()?;
    let seconds = f64::from(load.requests) * mean / callers as f64;
    let formula = format!("{} × {} ms ÷ {}", load.requests, plain(mean * 1e3), callers);
    Some(Ideal { seconds, formula })
}
