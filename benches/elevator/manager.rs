//! The operations of the manager.
//!
//! A request for a car is a person who comes in, presses the button and is told a car: a task of theirs and one of the handler,
//! which is more than the original's call.

use crate::drill::{Drill, Program, at_once};
use crate::stopwatch::Stopwatch;
use millrace::engine::Env;
use millrace::patterns::elevator::{Floor, System, choose};
use std::hint::black_box;
use std::rc::Rc;

/// All of them.
pub const ALL: &[Drill] = &[
    Drill { name: "manager: AddElevator", operations: 500, program: add_elevator },
    Drill { name: "manager: RequestElevator", operations: 2_000, program: request_elevator },
    Drill { name: "manager: ConcurrentRequests", operations: 2_000, program: concurrent_requests },
    Drill { name: "manager: GetElevators", operations: 100_000, program: get_elevators },
    Drill { name: "manager: GetElevator", operations: 100_000, program: get_elevator },
    Drill { name: "manager: ElevatorSelection", operations: 100_000, program: elevator_selection },
    Drill { name: "manager: GetStatus", operations: 1_000, program: get_status },
    Drill { name: "manager: GetHealthStatus", operations: 1_000, program: get_health_status },
    Drill { name: "manager: GetMetrics", operations: 100_000, program: get_metrics },
    Drill { name: "manager: MemoryUsage", operations: 50, program: memory_usage },
    Drill { name: "manager: ConcurrentMixed", operations: 2_000, program: concurrent_mixed },
];

async fn cars(system: &Rc<System>, count: u32, max: i32) {
    for n in 0..count {
        add(system, &format!("car {n}"), max).await;
    }
}

async fn add(system: &Rc<System>, name: &str, max: i32) {
    drop(black_box(system.add(name, Floor(0), Floor(max), Some(12)).await));
}

/// The trip of the n-th: ten floors up, from any of the first ninety.
fn trip(n: u32) -> (Floor, Floor) {
    let from = (n % 90) as i32;
    (Floor(from), Floor(from + 10))
}

fn add_elevator(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let names: Vec<String> = (0..operations).map(|n| format!("car {n}")).collect();
        let watch = Stopwatch::start();
        for name in &names {
            add(&system, name, 20).await;
        }
        watch.stop()
    })
}

fn request_elevator(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        cars(&system, 5, 100).await;
        let watch = Stopwatch::start();
        for n in 0..operations {
            let (from, to) = trip(n);
            drop(black_box(system.welcome(from, to).await));
        }
        watch.stop()
    })
}

fn concurrent_requests(env: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        cars(&system, 10, 100).await;
        let watch = Stopwatch::start();
        at_once(&env, operations, |n| {
            let system = system.clone();
            async move {
                let (from, to) = trip(n);
                drop(black_box(system.welcome(from, to).await));
            }
        })
        .await;
        watch.stop()
    })
}

fn get_elevators(_: Env, system: Rc<System>, operations: u32) -> Program {
    reading(system, operations, 50, |system, _| drop(black_box(system.cars())))
}

fn get_elevator(_: Env, system: Rc<System>, operations: u32) -> Program {
    reading(system, operations, 50, |system, _| drop(black_box(system.car("car 25"))))
}

fn elevator_selection(_: Env, system: Rc<System>, operations: u32) -> Program {
    reading(system, operations, 20, |system, n| {
        let (from, to) = trip(n);
        drop(black_box(choose(system, system.cars(), from, to)));
    })
}

fn get_status(_: Env, system: Rc<System>, operations: u32) -> Program {
    reading(system, operations, 50, |system, _| drop(black_box(system.status())))
}

fn get_health_status(_: Env, system: Rc<System>, operations: u32) -> Program {
    reading(system, operations, 50, |system, _| drop(black_box(system.health())))
}

fn get_metrics(_: Env, system: Rc<System>, operations: u32) -> Program {
    reading(system, operations, 50, |system, _| drop(black_box(system.figures())))
}

/// Operations that change nothing, on a bank of so many cars.
fn reading(system: Rc<System>, operations: u32, count: u32, operation: fn(&System, u32)) -> Program {
    Box::pin(async move {
        cars(&system, count, 100).await;
        let watch = Stopwatch::start();
        for n in 0..operations {
            operation(&system, n);
        }
        watch.stop()
    })
}

/// Ten cars, and a person for each.
fn memory_usage(_: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        let watch = Stopwatch::start();
        for round in 0..operations {
            for n in 0..10 {
                add(&system, &format!("car {round}.{n}"), 20).await;
            }
            for n in 0..10 {
                drop(black_box(system.welcome(Floor(n), Floor(n + 10)).await));
            }
        }
        watch.stop()
    })
}

/// Of five who come at once two want a car, and the others look at the status, the health and the figures.
fn concurrent_mixed(env: Env, system: Rc<System>, operations: u32) -> Program {
    Box::pin(async move {
        cars(&system, 10, 100).await;
        let watch = Stopwatch::start();
        at_once(&env, operations, |n| {
            let system = system.clone();
            async move {
                match n % 5 {
                    0 => drop(black_box(system.status())),
                    1 => drop(black_box(system.health())),
                    2 => drop(black_box(system.figures())),
                    _ => {
                        let (from, to) = trip(n);
                        drop(black_box(system.welcome(from, to).await));
                    }
                }
            }
        })
        .await;
        watch.stop()
    })
}
