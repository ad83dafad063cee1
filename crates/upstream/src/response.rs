//! What the fan-out patterns share: a request with its answer, and the places of their picture.

use millrace_engine::{Carries, Job, Reply};
use millrace_spec::Place;
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

/// The picture of fan-out and fan-in: a producer, a channel, workers that call, a channel, a collector.
pub fn fan_out_places() -> Vec<Place> {
    vec![
        Place::Source { station: "producer".into(), label: "Producer".into() },
        Place::Channel { station: "requests".into(), label: "Requests".into() },
        Place::Crew { station: "workers".into(), label: "Workers".into() },
        Place::Server { station: "server".into(), label: "Server".into() },
        Place::Channel { station: "responses".into(), label: "Responses".into() },
        Place::Sink { station: "collector".into(), label: "Collector".into() },
    ]
}
