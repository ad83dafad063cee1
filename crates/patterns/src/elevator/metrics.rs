//! What the system counts about itself, as the original does: requests by car, direction and status, and its *estimates* of
//! waiting and travel times, two seconds a floor. The true times follow from the trace and are elsewhere.

use super::car::Car;
use super::console::CONSOLE;
use super::floor::{Direction, Floor};
use super::refusal::REJECTED;
use super::system::{Answer, ESTIMATE};
use litemap::LiteMap;
use millrace_parts::exposition::{Labels, Observed, Served};
use millrace_trace::Span;

/// Upper bounds of the estimates, in seconds.
pub const ESTIMATES: &[f64] = &[1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];
/// Upper bounds of the times that HTTP requests take, in seconds.
pub const HTTP: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
/// Upper bounds of the times that requests for a car take, in seconds.
pub const REQUESTS: &[f64] = &[0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// What stands in labels for whatever is no path of the interface.
const OTHER: &str = "/other";

/// How long something took: the last time, and over all times.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Responses {
    /// In seconds, the last time.
    pub last: f64,
    /// In seconds, in all.
    pub sum: f64,
    /// How often.
    pub count: u64,
}

/// The counts.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Requests for a car, by car, direction and status.
    pub requests: LiteMap<Labels, u64>,
    /// How long they took, by car and status.
    pub durations: LiteMap<Labels, Observed>,
    /// Estimated waiting times, by car.
    pub waits: LiteMap<Labels, Observed>,
    /// Estimated travel times, by car and floors travelled.
    pub travels: LiteMap<Labels, Observed>,
    /// HTTP requests, by method, endpoint and status.
    pub http: Served,
    /// Errors, by type and component.
    pub errors: LiteMap<Labels, u64>,
    /// Failures that the breaker of a car heard of, by car.
    pub breaker_failures: LiteMap<String, u64>,
    /// How long answers took, by operation.
    pub responses: LiteMap<&'static str, Responses>,
}

impl Metrics {
    /// Counts of nothing.
    pub fn new() -> Metrics {
        Metrics {
            requests: LiteMap::new_vec(),
            durations: LiteMap::new_vec(),
            waits: LiteMap::new_vec(),
            travels: LiteMap::new_vec(),
            http: Served::new(HTTP, OTHER),
            errors: LiteMap::new_vec(),
            breaker_failures: LiteMap::new_vec(),
            responses: LiteMap::new_vec(),
        }
    }

    /// A button was pressed, and this came of it, after so long.
    pub fn requested(&mut self, (from, to): (Floor, Floor), answer: &Answer, took: Span) {
        let (name, status) = match answer {
            Ok(car) => (car.name.clone(), "success"),
            Err(refusal) => {
                self.failed(refusal.class.word(), "manager");
                (String::new(), "error")
            }
        };
        let direction = Direction::of(from, to).word().to_owned();
        *self.requests.entry(vec![name.clone(), direction, status.to_owned()]).or_default() += 1;
        // The legacy handler writes "success" whatever came of it.
        let taken = self.durations.entry(vec![name.clone(), "success".to_owned()]);
        taken.or_insert_with(|| Observed::new(REQUESTS)).observe(took.seconds());
        if let Ok(car) = answer {
            let floors = from.distance(to);
            let wait = f64::from(car.floor().distance(from)) * ESTIMATE.seconds();
            self.waits.entry(vec![name.clone()]).or_insert_with(|| Observed::new(ESTIMATES)).observe(wait);
            let travel = self.travels.entry(vec![name, floors.to_string()]);
            travel.or_insert_with(|| Observed::new(ESTIMATES)).observe(f64::from(floors) * ESTIMATE.seconds());
        }
    }

    /// An HTTP request was answered.
    pub fn served(&mut self, method: &str, path: &str, status: u16, took: Span) {
        let endpoint = self.http.count(&CONSOLE, (method, path), status, took);
        let operation = match endpoint {
            "/v1/floors/request" | "/floor" => Some("elevator_request"),
            "/v1/health" | "/health" => Some("health_check"),
            _ => None,
        };
        if let Some(operation) = operation {
            let Responses { last, sum, count } = self.responses.entry(operation).or_default();
            *last = took.seconds();
            *sum += took.seconds();
            *count += 1;
        }
        match status {
            ..400 => {}
            400..500 => self.failed("client_error", "http_handler"),
            _ => self.failed("server_error", "http_handler"),
        }
    }

    /// Something went wrong.
    pub fn failed(&mut self, class: &str, component: &str) {
        *self.errors.entry(vec![class.to_owned(), component.to_owned()]).or_default() += 1;
    }
}

impl Car {
    /// A step of it failed, and its breaker heard of it.
    pub(super) fn failed(&self) {
        if let Some(system) = self.system.borrow().upgrade() {
            *system.metrics.borrow_mut().breaker_failures.entry(self.name.clone()).or_default() += 1;
        }
    }

    /// Its breaker turned a step away.
    pub(super) fn is_turned_away(&self) {
        self.env.note(&format!("{}: {REJECTED}", self.name), 0);
        if let Some(system) = self.system.borrow().upgrade() {
            system.metrics.borrow_mut().failed("circuit_breaker_open", "elevator");
        }
    }
}
