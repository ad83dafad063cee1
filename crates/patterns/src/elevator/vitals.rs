//! The checks of health: what each found, and for how long that is kept.
//!
//! There are two, as in the original: of the resources, which are never worse than degraded, and of the cars, half of which
//! must be healthy. What a check found is kept for half a minute, so that who asks every second costs no more than who asks
//! once. Memory is the host's affair and is looked at where there is a host; in virtual time there is none.

use super::health::Fleet;
use super::system::System;
use millrace_engine::Env;
use millrace_spec::timestamp;
use millrace_trace::{SimTime, Span};
use serde_json::{Map, Value as Json, json};
use std::cell::RefCell;

/// How long a result is kept.
const KEPT: Span = Span::secs(30);
/// More of the memory than this, in percent, is too much.
const MOST_MEMORY: f64 = 85.0;
/// More tasks than this are too many.
const MOST_TASKS: u64 = 1_000;

/// How well something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be.
    Healthy,
    /// It works, and somebody should look.
    Degraded,
    /// It does not work.
    Unhealthy,
}

impl Status {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Healthy => "healthy",
            Status::Degraded => "degraded",
            Status::Unhealthy => "unhealthy",
        }
    }

    /// The status of HTTP that says so: who is degraded still serves.
    pub const fn http(self) -> u16 {
        match self {
            Status::Healthy | Status::Degraded => 200,
            Status::Unhealthy => 503,
        }
    }
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How well what it looked at is.
    pub status: Status,
    /// Whether the whole system is well enough to be used, as far as this check knows.
    pub serves: bool,
    message: String,
    details: Json,
    at: SimTime,
    date: SimTime,
}

impl Finding {
    /// As it is told.
    pub fn json(&self) -> Json {
        json!({
            "status": self.status.word(), "message": self.message, "details": self.details, "timestamp": timestamp(self.date),
        })
    }
}

/// The checks, with what they found last.
#[derive(Debug, Default)]
pub struct Vitals {
    resources: RefCell<Option<Finding>>,
    elevators: RefCell<Option<Finding>>,
}

impl Vitals {
    /// Of the resources.
    pub fn resources(&self, env: &Env) -> Finding {
        kept(&self.resources, env, || resources(env))
    }

    /// Of the cars.
    pub fn elevators(&self, env: &Env, system: &System) -> Finding {
        kept(&self.elevators, env, || elevators(env, system))
    }
}

fn kept(place: &RefCell<Option<Finding>>, env: &Env, look: impl FnOnce() -> Finding) -> Finding {
    let mut place = place.borrow_mut();
    let fresh = place.take().filter(|found| env.now().since(found.at) < KEPT).unwrap_or_else(look);
    place.insert(fresh).clone()
}

fn resources(env: &Env) -> Finding {
    let tasks = env.tasks();
    let mut details = Map::new();
    details.insert("tasks".to_owned(), json!(tasks));
    let mut wrong = Vec::new();
    if let Some(memory) = env.memory() {
        let percent = memory.taken as f64 / memory.limit.max(1) as f64 * 100.0;
        details.insert("memory_bytes".to_owned(), json!(memory.taken));
        details.insert("memory_limit_bytes".to_owned(), json!(memory.limit));
        details.insert("memory_usage_percent".to_owned(), json!(percent));
        if percent > MOST_MEMORY {
            wrong.push(format!("high memory usage: {percent:.2}%"));
        }
    }
    if tasks > MOST_TASKS {
        wrong.push(format!("high task count: {tasks}"));
    }
    let message = if wrong.is_empty() { "resources are healthy".to_owned() } else { wrong.join(" and ") };
    let status = if wrong.is_empty() { Status::Healthy } else { Status::Degraded };
    Finding { status, serves: true, message, details: Json::Object(details), at: env.now(), date: env.date() }
}

/// Looks at the cars now.
pub fn elevators(env: &Env, system: &System) -> Finding {
    let fleet = Fleet::of(system);
    let half = fleet.cars == 0 || fleet.healthy * 2 >= fleet.cars;
    let message = match (fleet.cars, fleet.healthy) {
        (0, _) => "ready for the first elevator",
        (_, 0) => "no elevator is healthy",
        _ if !half => "less than half of the elevators are healthy",
        _ => "at least half of the elevators are healthy",
    };
    Finding {
        status: if half { Status::Healthy } else { Status::Unhealthy },
        serves: fleet.is_healthy(),
        message: message.to_owned(),
        details: json!({ "total_elevators": fleet.cars, "healthy_elevators": fleet.healthy }),
        at: env.now(),
        date: env.date(),
    }
}
