//! The counts in the text formats of Prometheus. The two metrics of the original that nothing ever sets are left out; the one that never
//! moves is there.

use super::car::Car;
use super::floor::Direction;
use super::health::Fleet;
use super::metrics::Responses;
use super::system::System;
use litemap::LiteMap;
use millrace_parts::BreakerState;
use millrace_parts::exposition::{Family, Labels, Sample, spreads, text};
use std::rc::Rc;

fn counts(map: &LiteMap<Labels, u64>) -> Vec<(Labels, Sample)> {
    map.iter().map(|(labels, n)| (labels.clone(), Sample::Count(*n))).collect()
}

impl System {
    /// The text of `/metrics`, in one of its two formats.
    pub fn exposition(&self, openmetrics: bool) -> String {
        text(Some("elevator"), self.families(), openmetrics)
    }

    fn families(&self) -> Vec<Family> {
        let (metrics, fleet) = (self.metrics.borrow(), Fleet::of(self));
        // Shipped, two cars may have one name, and a series must not come twice: the one that was added last counts, as it would
        // overwrite the other's value in the original.
        let mut by_name: LiteMap<String, Rc<Car>> = LiteMap::new_vec();
        for car in self.cars() {
            by_name.insert(car.name.clone(), car);
        }
        let cars: Vec<&Rc<Car>> = by_name.values().collect();
        let family = |name, help, labels, series| Family { name, help, labels, series };
        let per_car = |figure: &dyn Fn(&Car) -> f64| -> Vec<(Labels, Sample)> {
            cars.iter().map(|car| (vec![car.name.clone()], Sample::Level(figure(car)))).collect()
        };
        let pending = cars.iter().flat_map(|car| {
            [Direction::Up, Direction::Down].map(|way| {
                let labels = vec![car.name.clone(), way.word().to_owned()];
                (labels, Sample::Level(f64::from(car.load_of(way))))
            })
        });
        let breaker = |car: &Car| match car.breaker.state() {
            BreakerState::Closed | BreakerState::Disabled => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open | BreakerState::ForcedOpen => 2.0,
        };
        let healthy =
            vec![(vec!["elevator_manager".to_owned()], Sample::Level(f64::from(u8::from(fleet.is_healthy()))))];
        let failures = |car: &Car| match metrics.breaker_failures.get(&car.name) {
            Some(&n) if self.works.forgives() => n,
            _ => 0,
        };
        let failures = cars.iter().map(|car| (vec![car.name.clone()], Sample::Count(failures(car)))).collect();
        let of_failures = match self.works.forgives() {
            true => "Failures of which the breaker heard",
            false => "0 for ever: the operation that the breaker wraps never fails, and nothing increments this",
        };
        // As shipped the gauge that is called an average is the last one.
        let average = |seen: &Responses| match self.works.forgives() {
            true => seen.sum / seen.count.max(1) as f64,
            false => seen.last,
        };
        let of_responses = match self.works.forgives() {
            true => "How long answers took on average",
            false => "How long the last answer took, whatever the name says",
        };
        let responses = metrics.responses.iter();
        let responses =
            responses.map(|(operation, seen)| (vec![(*operation).to_owned()], Sample::Level(average(seen))));
        vec![
            family(
                "request_duration_seconds",
                "How long requests for an elevator took to be accepted",
                &["elevator", "status"],
                spreads(&metrics.durations),
            ),
            family(
                "requests",
                "Requests for an elevator",
                &["elevator", "direction", "status"],
                counts(&metrics.requests),
            ),
            family("efficiency_ratio", "Nothing ever sets it", &[], vec![(Vec::new(), Sample::Level(0.0))]),
            family(
                "wait_time_seconds",
                "Estimates at the time of the request, two seconds a floor",
                &["elevator"],
                spreads(&metrics.waits),
            ),
            family(
                "travel_time_seconds",
                "Estimates at the time of the request, two seconds a floor",
                &["elevator", "floors_traveled"],
                spreads(&metrics.travels),
            ),
            family("system_health", "Whether a component is healthy", &["component"], healthy),
            family("current_floor", "Where an elevator is", &["elevator"], per_car(&|car| f64::from(car.floor().0))),
            family(
                "pending_requests",
                "Floors and destinations that an elevator has still to serve",
                &["elevator", "direction"],
                pending.collect(),
            ),
            family("circuit_breaker_state", "0 closed, 1 half-open, 2 open", &["elevator"], per_car(&breaker)),
            family("circuit_breaker_failures", of_failures, &["elevator"], failures),
            family(
                "http_request_duration_seconds",
                "How long requests to the interface took",
                &["method", "endpoint", "status_code"],
                metrics.http.spreads(),
            ),
            family(
                "http_requests",
                "Requests to the interface",
                &["method", "endpoint", "status_code"],
                metrics.http.counts(),
            ),
            family("errors", "Errors", &["error_type", "component"], counts(&metrics.errors)),
            family("avg_response_time_seconds", of_responses, &["operation"], responses.collect()),
        ]
    }
}
