//! What the fan-out patterns share: a request with its answer, and the places of their picture.

use millrace_engine::{Carries, Job, Reply};
use millrace_parts::Arrivals;
use millrace_spec::{Flow, Place, SceneSpec, Wire};
use millrace_trace::JobId;

/// A request with its answer, on the way to a collector.
#[derive(Debug)]
pub struct Response {
    /// The request.
    pub job: Job,
    /// The answer.
    pub reply: Reply,
}

impl Carries for Response {
    fn job(&self) -> Option<JobId> {
        self.job.job()
    }
}

/// The picture of fan-out and fan-in: a producer, a channel, workers that call, a channel, a collector; and what holds the producer
/// back below that, if something does.
pub fn fan_out(held_back_by: Option<Place>) -> SceneSpec {
    let wires = [
        Wire::new("producer", "requests").through(held_back_by.as_ref().map(|place| place.name.clone())),
        Wire::new("requests", "workers"),
        Wire::new("workers", "responses").through(["server"]),
        Wire::new("responses", "collector"),
    ];
    let producer = Place::source("producer", "Producer");
    let producer = match held_back_by {
        Some(place) => Flow::column([producer, place]),
        None => producer.into(),
    };
    let others = [
        Place::channel("requests", "Requests"),
        Place::crew("workers", "Workers"),
        Place::server("server", "Server"),
        Place::channel("responses", "Responses"),
        Place::sink("collector", "Collector"),
    ];
    let flow = Flow::row([producer].into_iter().chain(others.map(Flow::Place)));
    SceneSpec { backlog: Some(Arrivals::BACKLOG.into()), ..SceneSpec::new(flow, wires) }
}
