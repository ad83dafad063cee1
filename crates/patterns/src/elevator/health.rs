//! How the bank is: each car, the fleet, the figures of performance, and what the status stream sends.

use super::car::Car;
use super::floor::Direction;
use super::refusal::REJECTED;
use super::system::System;
use millrace_spec::timestamp;
use serde_json::{Map, Value as Json, json};

impl Car {
    /// Whether its breaker lets it work and nobody deletes it.
    pub fn is_healthy(&self) -> bool {
        !self.is_blocked() && !self.is_deleting()
    }

    /// What its breaker says to whom it turns away now, if it does.
    pub fn rejection(&self) -> Option<&'static str> {
        self.is_blocked().then_some(REJECTED)
    }

    fn direction_word(&self) -> &'static str {
        self.heading().map_or("", Direction::word)
    }

    /// GetHealthMetrics.
    pub fn health(&self) -> Json {
        json!({
            "name": self.name,
            "current_floor": self.floor().0,
            "direction": self.direction_word(),
            "pending_requests": self.load(),
            "circuit_breaker_state": self.breaker.state().word(),
            "circuit_breaker_failures": self.breaker.failures(),
            "circuit_breaker_successes": self.breaker.successes(),
            "circuit_breaker_error": self.rejection(),
            "is_healthy": self.is_healthy(),
            "is_deleting": self.is_deleting(),
            "min_floor": self.min.0,
            "max_floor": self.max.0,
        })
    }

    /// Its entry in the status stream.
    fn status(&self) -> Json {
        json!({
            "name": self.name,
            "current_floor": self.floor().0,
            "direction": self.direction_word(),
            "requests": self.load(),
            "min_floor": self.min.0,
            "max_floor": self.max.0,
            "is_deleting": self.is_deleting(),
        })
    }
}

/// Figures of the fleet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fleet {
    /// How many cars there are.
    pub cars: u32,
    /// How many of them are healthy.
    pub healthy: u32,
    /// What is pending upward.
    pub up: u32,
    /// What is pending downward.
    pub down: u32,
}

impl Fleet {
    /// The fleet as it stands.
    pub fn of(system: &System) -> Fleet {
        let cars = system.cars();
        let sum = |figure: fn(&Car) -> u32| cars.iter().map(|car| figure(car)).sum();
        Fleet {
            cars: sum(|_| 1),
            healthy: sum(|car| u32::from(car.is_healthy())),
            up: sum(|car| car.load_of(Direction::Up)),
            down: sum(|car| car.load_of(Direction::Down)),
        }
    }

    /// Everything that is pending.
    pub fn pending(self) -> u32 {
        self.up + self.down
    }

    /// Whether anybody can be served: there is no car at all, or one that works.
    pub fn is_healthy(self) -> bool {
        self.cars == 0 || self.healthy > 0
    }

    /// What is pending, per car.
    pub fn average_load(self) -> f64 {
        f64::from(self.pending()) / f64::from(self.cars.max(1))
    }

    /// 0.6 × the share of healthy cars + 0.4 × the score of the load, which is best between a half and two a car.
    pub fn performance_score(self) -> f64 {
        if self.cars == 0 {
            return 0.0;
        }
        let load = self.average_load();
        let of_load = if load > 2.0 {
            2.0 / load
        } else if load < 0.5 {
            load / 0.5
        } else {
            1.0
        };
        0.6 * f64::from(self.healthy) / f64::from(self.cars) + 0.4 * of_load
    }
}

impl System {
    /// The health of the fleet, with that of each car.
    pub fn health(&self) -> Json {
        let fleet = Fleet::of(self);
        let mut cars = Map::new();
        cars.extend(self.cars().iter().map(|car| (car.name.clone(), car.health())));
        json!({
            "elevators": cars,
            "total_elevators": fleet.cars,
            "elevators_count": fleet.cars,
            "healthy_elevators": fleet.healthy,
            "active_requests": fleet.pending(),
            "system_healthy": fleet.is_healthy(),
            "timestamp": timestamp(self.env.date()),
        })
    }

    /// GetMetrics. The efficiency is 0 for ever: nothing ever increments what it is made of.
    pub fn figures(&self) -> Json {
        let fleet = Fleet::of(self);
        json!({
            "total_elevators": fleet.cars,
            "healthy_elevators": fleet.healthy,
            "total_requests": fleet.pending(),
            "total_up_requests": fleet.up,
            "total_down_requests": fleet.down,
            "average_load": fleet.average_load(),
            "system_efficiency": 0.0,
            "performance_score": fleet.performance_score(),
            "timestamp": timestamp(self.env.date()),
        })
    }

    /// What the status stream sends: the cars by name.
    pub fn status(&self) -> Json {
        let mut cars = Map::new();
        cars.extend(self.cars().iter().map(|car| (car.name.clone(), car.status())));
        Json::Object(cars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_six_tenths_of_health_and_four_tenths_of_load() {
        let fleet = |cars, healthy, up, down| Fleet { cars, healthy, up, down };
        // Named in the reference: an idle healthy fleet, and an empty one.
        assert_eq!(fleet(3, 3, 0, 0).performance_score(), 0.6);
        assert_eq!(fleet(0, 0, 0, 0).performance_score(), 0.0);
        // Between a half and two a car the load is at its best; twice two is half as good, and a quarter half as good too.
        assert_eq!(fleet(2, 2, 1, 1).performance_score(), 1.0);
        assert!((fleet(1, 1, 4, 0).performance_score() - 0.8).abs() < 1e-12);
        assert!((fleet(4, 2, 1, 0).performance_score() - 0.5).abs() < 1e-12);
    }
}
