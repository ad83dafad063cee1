//! What the system counts about itself, as the original does: requests by car, direction and status, and its *estimates* of
//! waiting and travel times, two seconds a floor. The true times follow from the trace and are elsewhere.

use super::passenger::Passenger;
use super::system::{Answer, ESTIMATE};
use std::collections::BTreeMap;

/// Upper bounds of the estimates, in seconds.
pub const ESTIMATES: &[f64] = &[1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];
/// Upper bounds of the times that HTTP requests take, in seconds.
pub const HTTP: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
/// Upper bounds of the times that requests for a car take, in seconds.
pub const REQUESTS: &[f64] = &[0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// Labels of a series, in the order of their names in the exposition.
pub type Labels = Vec<String>;

/// Observations in buckets.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The upper bounds.
    pub bounds: &'static [f64],
    /// How many fell into each, and into none.
    pub counts: Vec<u64>,
    /// Their sum.
    pub sum: f64,
}

impl Observed {
    fn new(bounds: &'static [f64]) -> Observed {
        Observed { bounds, counts: vec![0; bounds.len() + 1], sum: 0.0 }
    }

    fn observe(&mut self, value: f64) {
        let index = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        if let Some(count) = self.counts.get_mut(index) {
            *count += 1;
        }
        self.sum += value;
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The counts.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Requests for a car, by car, direction and status.
    pub requests: BTreeMap<Labels, u64>,
    /// How long they took, by car and status.
    pub durations: BTreeMap<Labels, Observed>,
    /// Estimated waiting times, by car.
    pub waits: BTreeMap<Labels, Observed>,
    /// Estimated travel times, by car and floors travelled.
    pub travels: BTreeMap<Labels, Observed>,
    /// HTTP requests, by method, endpoint and status.
    pub http: BTreeMap<Labels, Observed>,
    /// Errors, by type and component.
    pub errors: BTreeMap<Labels, u64>,
}

impl Metrics {
    /// Counts of nothing.
    pub fn new() -> Metrics {
        Metrics::default()
    }

    /// A button was pressed, and this came of it.
    pub fn requested(&mut self, person: &Passenger, answer: &Answer) {
        let (name, status) = match answer {
            Ok(car) => (car.name.clone(), "success"),
            Err(refusal) => {
                self.failed(refusal.class.word(), "manager");
                (String::new(), "error")
            }
        };
        let direction = person.direction().word().to_owned();
        *self.requests.entry(vec![name.clone(), direction, status.to_owned()]).or_default() += 1;
        // The legacy handler writes "success" whatever came of it.
        let taken = self.durations.entry(vec![name.clone(), "success".to_owned()]);
        taken.or_insert_with(|| Observed::new(REQUESTS)).observe(0.0);
        if let Ok(car) = answer {
            let floors = person.from().distance(person.to);
            let wait = f64::from(car.floor().distance(person.from())) * ESTIMATE.seconds();
            self.waits.entry(vec![name.clone()]).or_insert_with(|| Observed::new(ESTIMATES)).observe(wait);
            let travel = self.travels.entry(vec![name, floors.to_string()]);
            travel.or_insert_with(|| Observed::new(ESTIMATES)).observe(f64::from(floors) * ESTIMATE.seconds());
        }
    }

    /// An HTTP request was answered.
    pub fn served(&mut self, method: &str, endpoint: &str, status: u16, seconds: f64) {
        let labels = vec![method.to_owned(), endpoint.to_owned(), status.to_string()];
        self.http.entry(labels).or_insert_with(|| Observed::new(HTTP)).observe(seconds);
    }

    /// Something went wrong.
    pub fn failed(&mut self, class: &str, component: &str) {
        *self.errors.entry(vec![class.to_owned(), component.to_owned()]).or_default() += 1;
    }
}
