//! The server models, as one machine that is handed the time, the load and the dice.

use super::general::General;
use super::walk::Walk;
use millrace_engine::Draw;
use millrace_trace::{SimTime, Span};

/// How a server behaves.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// As documented: latency walks between 0 and 0.3 s, about 1 % errors, both worse under load.
    Documented(Option<Walk>),
    /// As shipped: a new state for each request.
    Shipped,
    /// As shipped, with the one state shared, as it was meant: no ceiling, and half of all answers errors.
    Shared(Option<Walk>),
    /// A service time distribution.
    General(General),
}

/// What a request meets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// How long it takes.
    pub takes: Span,
    /// The status of the answer.
    pub status: u16,
    /// The walk's error state, where it has just changed.
    pub toggled: Option<bool>,
}

/// The ceiling of the documented walk, in seconds.
const CEILING: f64 = 0.3;

impl Model {
    /// The model with this id; for the general one see [`Model::General`].
    pub fn from_id(id: &str) -> Option<Model> {
        match id {
            "documented" => Some(Model::Documented(None)),
            "shipped" => Some(Model::Shipped),
            "shared" => Some(Model::Shared(None)),
            _ => None,
        }
    }

    /// Whether what one request meets depends on those before it. Its draws then belong to its place in the order of
    /// requests, not to the job.
    pub fn has_memory(&self) -> bool {
        matches!(self, Model::Documented(_) | Model::Shared(_))
    }

    /// Serves a request that comes now, as one of `in_flight`.
    pub fn visit(&mut self, now: SimTime, in_flight: u64, draw: &mut Draw) -> Visit {
        match self {
            Model::Documented(walk) => {
                let walk = walk.get_or_insert_with(|| Walk::new(now));
                walk.step(now, draw);
                walk.cap(CEILING);
                let latency = walk.latency * (1.0 + in_flight as f64 / 50.0);
                let crowd = in_flight.saturating_sub(15) as f64 / 15.0;
                let error = draw.chance((0.01 * (1.0 + crowd)).min(0.25));
                Visit { takes: Span::from_seconds(latency), status: status(error), toggled: None }
            }
            Model::Shipped => {
                let mut walk = Walk::new(now);
                walk.step(now, draw);
                Visit { takes: Span::from_seconds(walk.latency), status: status(walk.error), toggled: None }
            }
            Model::Shared(walk) => {
                let walk = walk.get_or_insert_with(|| Walk::new(now));
                let before = walk.error;
                walk.step(now, draw);
                let toggled = (walk.error != before).then_some(walk.error);
                Visit { takes: Span::from_seconds(walk.latency), status: status(walk.error), toggled }
            }
            Model::General(general) => {
                let takes = general.service.sample(general.mean, draw);
                let status = match status(draw.chance(general.errors)) {
                    // Without a share no dice are thrown for it.
                    200 if general.client_errors > 0.0 && draw.chance(general.client_errors) => 404,
                    status => status,
                };
                Visit { takes, status, toggled: None }
            }
        }
    }
}

fn status(error: bool) -> u16 {
    if error { 500 } else { 200 }
}
