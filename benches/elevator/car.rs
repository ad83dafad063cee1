//! The operations of one car.

use crate::drill::{Drill, Program, at_once};
use crate::stopwatch::{Passed, Stopwatch};
use millrace::engine::Env;
use millrace::patterns::elevator::{Car, Direction, Directions, Floor, System};
use std::hint::black_box;
use std::rc::Rc;

/// All of them.
pub const ALL: &[Drill] = &[
    Drill { name: "elevator: New", operations: 2_000, program: new },
    Drill { name: "elevator: Request", operations: 20_000, program: request },
    Drill { name: "elevator: ConcurrentRequests", operations: 20_000, program: concurrent_requests },
    Drill { name: "elevator: StateOperations", operations: 1_000_000, program: state_operations },
    Drill { name: "elevator: IsRequestInRange", operations: 1_000_000, program: is_request_in_range },
    Drill { name: "elevator: DirectionsOperations", operations: 200_000, program: directions_operations },
    Drill { name: "elevator: MemoryUsage", operations: 500, program: memory_usage },
    Drill { name: "elevator: ConcurrentStateAccess", operations: 20_000, program: concurrent_state_access },
    Drill { name: "elevator: StatusOperations", operations: 20_000, program: status_operations },
];

fn car(system: &Rc<System>, number: u32, max: i32) -> Rc<Car> {
    Car::start(system, i64::from(number), &format!("car {number}"), (Floor(0), Floor(max)), 12)
}

/// Whole numbers that go round, as floors.
fn floors(n: u32, most: u32) -> Floor {
    Floor((n % most) as i32)
}

/// A trip of one floor, up.
fn press(car: &Car, n: u32) {
    let from = floors(n, 9);
    car.request(Direction::Up, from, Floor(from.0 + 1));
}

fn new(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let mut cars = Vec::with_capacity(operations as usize);
        let watch = Stopwatch::start();
        for n in 0..operations {
            cars.push(car(&system, n, 9));
        }
        let passed = watch.stop();
        cars.iter().for_each(|car| car.shut_down());
        passed
    })
}

fn request(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let car = car(&system, 1, 9);
        let watch = Stopwatch::start();
        for n in 0..operations {
            press(&car, n);
        }
        over(watch, &car)
    })
}

fn concurrent_requests(env: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let car = car(&system, 1, 9);
        let watch = Stopwatch::start();
        at_once(&env, operations, |n| {
            let car = car.clone();
            async move { press(&car, n) }
        })
        .await;
        over(watch, &car)
    })
}

fn state_operations(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let car = car(&system, 1, 9);
        let watch = Stopwatch::start();
        for _ in 0..operations {
            look(&car);
        }
        over(watch, &car)
    })
}

fn is_request_in_range(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let car = car(&system, 1, 9);
        let watch = Stopwatch::start();
        for n in 0..operations {
            black_box(car.serves(floors(n, 12)) && car.serves(floors(n, 7)));
        }
        over(watch, &car)
    })
}

/// Someone waits, is fetched, and is gone.
fn directions_operations(_: Env, _: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let mut directions = Directions::default();
        let watch = Stopwatch::start();
        for n in 0..operations {
            let from = floors(n, 9);
            let to = Floor(from.0 + 1);
            directions.append(Direction::Up, from, to);
            directions.flush(Direction::Up, from, |_| true);
            black_box(directions.length());
            directions.flush(Direction::Up, to, |_| false);
        }
        watch.stop()
    })
}

/// A car on 51 floors, ten trips up from j to j + 5 and ten down from j + 10 to j + 5.
fn memory_usage(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let mut cars = Vec::with_capacity(operations as usize);
        let watch = Stopwatch::start();
        for n in 0..operations {
            let car = car(&system, n, 50);
            for j in 0..10 {
                car.request(Direction::Up, Floor(j), Floor(j + 5));
                car.request(Direction::Down, Floor(j + 10), Floor(j + 5));
            }
            cars.push(car);
        }
        let passed = watch.stop();
        cars.iter().for_each(|car| car.shut_down());
        passed
    })
}

/// Half of those who come look, the others press.
fn concurrent_state_access(env: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let car = car(&system, 1, 100);
        let watch = Stopwatch::start();
        at_once(&env, operations, |n| {
            let car = car.clone();
            async move { if n.is_multiple_of(2) { look(&car) } else { press(&car, n) } }
        })
        .await;
        over(watch, &car)
    })
}

fn status_operations(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let car = car(&system, 1, 9);
        let watch = Stopwatch::start();
        for _ in 0..operations {
            black_box(car.health());
        }
        over(watch, &car)
    })
}

fn look(car: &Car) {
    black_box((black_box(car).floor(), car.heading(), car.is_idle(), car.load()));
}

/// What passed; the car does not go on to carry anybody.
fn over(watch: Stopwatch, car: &Car) -> Passed {
    let passed = watch.stop();
    car.shut_down();
    passed
}
