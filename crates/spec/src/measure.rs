//! What a pattern measures, as data: how long it takes from one step of a job to another.
//!
//! Calls, waits for a permit, a lock, a connection or a car, rides, the age of a batch, the time to a first attempt are one thing:
//! two steps and whose they are. The samples are folded by one mechanism, and charts, tiles, report and race take their lists
//! from here; none of them may know a measure by name.

use crate::ServerName;
use millrace_trace::{Span, StationKind};

/// Something that is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its id: `chart-<id>` on the page, and its name in reports.
    pub id: &'static str,
    /// Its name: "Waiting time".
    pub label: &'static str,
    /// A word for one sample of it, in the plural, for tables: "Waits".
    pub noun: &'static str,
    /// Who is counted, plural noun: "calls", "people".
    pub who: &'static str,
    /// From which step.
    pub from: Step,
    /// To which step.
    pub to: Step,
    /// The unit in which people are shown it.
    pub unit: TimeUnit,
    /// Whether each station at which it ends has samples of its own, as servers have: else all are one.
    pub by_station: bool,
    /// What is too long, where something is.
    pub patience: Option<Span>,
}

/// The unit of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Milliseconds, on a logarithmic axis: from microseconds to minutes.
    Millis,
    /// Seconds, on a linear axis: what people wait for.
    Seconds,
}

/// A step of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It came in from outside: the intended start of its work.
    Entered,
    /// It came to a station from one that is none of these.
    Came(At),
    /// It began to wait there.
    Queued(At),
    /// Its service there began.
    Served(At),
    /// A call to a server began.
    Called(At),
    /// The call ended.
    Answered(At),
    /// It went on to one that is none of these, or left.
    Went(At),
    /// It left the system.
    Left,
}

/// Which stations.
#[derive(Clone, Debug, PartialEq)]
pub enum At {
    /// All of a kind.
    Kind(StationKind),
    /// Those of a name.
    Named(String),
}

impl Measure {
    /// The id of [`Measure::latency`].
    pub const LATENCY: &'static str = "latency";
    /// The id of [`Measure::response`].
    pub const RESPONSE: &'static str = "response";

    /// A measure of all jobs together, in milliseconds.
    pub fn new(id: &'static str, label: &'static str, noun: &'static str, from: Step, to: Step) -> Measure {
        let (unit, by_station, patience) = (TimeUnit::Millis, false, None);
        Measure { id, label, noun, who: "requests", from, to, unit, by_station, patience }
    }

    /// How long calls take, by server: from sending to the answer, or to the end of the caller's patience. A real endpoint says how long
    /// by itself ([`EventKind::Took`](millrace_trace::EventKind::Took)): what comes before a request is sent is [`Measure::held`].
    pub fn latency() -> Measure {
        let server = || At::Kind(StationKind::Server);
        let (from, to) = (Step::Called(server()), Step::Answered(server()));
        let calls = Measure::new(Measure::LATENCY, "Latency", "Calls", from, to);
        Measure { who: "calls", by_station: true, ..calls }
    }

    /// How long calls to a real endpoint are held back because as many as allowed are under way: of those that had to wait.
    pub fn held() -> Measure {
        let endpoint = || At::Named(ServerName::DEFAULT.as_str().to_owned());
        let (from, to) = (Step::Queued(endpoint()), Step::Served(endpoint()));
        Measure { who: "calls", ..Measure::new("held", "Wait before sending", "Held", from, to) }
    }

    /// How long jobs are in the system, from their intended starts to their ends.
    pub fn response() -> Measure {
        Measure::new(Measure::RESPONSE, "Response time", "Responses", Step::Entered, Step::Left)
    }
}
