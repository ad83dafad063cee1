//! A bank of elevators: cars that are tasks, a manager that dispatches, a breaker around every step.
//!
//! # Problem
//! Several machines share one stream of requests. Each is slow, has a state of its own, and may get stuck; who asks wants an answer
//! now and the work done soon.
//!
//! # Idea
//! Each car is a task that waits for signals and takes one step for each. A manager chooses a car for a request, writes the
//! stop into the car's list and gives it a signal. Every step has a time limit and a circuit breaker around it; deadlines and
//! shutdown form a tree.
//!
//! # Watch
//! As documented a step that takes too long is stopped and counts, the breaker opens, lets probes through and closes, and the car
//! picks up its work. As shipped the limit only logs, the breaker hears of nothing and can never open, and a request that comes
//! between a car's look at its empty list and its going idle strands the car: shuffle the schedule and try seeds.
//!
//! # Choose
//! Actors with a mailbox of signals and shared lists, where the signal may be lost but the work must not be. Keep the look and the
//! decision under one lock.
//!
//! # Primitives
//! Channels. Select. Tasks. Timeouts. Circuit breakers. Contexts.
//!
//! # Origin
//! A Go elevator service with HTTP and WebSocket interfaces, and its document. Movement, counting, dispatch and breaker are the
//! code's; the dispatch policies beside the reference are the textbooks'.

mod api;
mod body;
mod building;
mod car;
mod checks;
mod console;
mod detail;
mod directions;
mod dispatch;
mod envelope;
mod exposition;
mod floor;
mod forecast;
mod health;
mod in_time;
mod limit;
mod measures;
mod metrics;
mod operation;
mod params;
mod passenger;
mod practices;
mod presets;
mod reference;
mod refusal;
mod rescue;
mod routes;
mod scene;
mod script;
mod stop;
mod sweep;
mod system;
mod traffic;
mod vitals;
mod works;

pub use car::Car;
pub use directions::Directions;
pub use dispatch::choose;
pub use floor::{Direction, Floor};
use millrace_engine::Env;
use millrace_spec::{Fidelity, FieldGroup, Pattern, Race};
use millrace_trace::{SimTime, StationKind, Wait};
pub use params::Params;
pub use system::System;

/// The bank, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "elevator",
    name: "Elevator bank",
    title: "Elevator bank with per-car circuit breakers",
    group: "Systems",
    glyph: "lift",
    fields: Params::fields,
    scene: scene::scene,
    measures: |_| measures::measures(),
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    question: Some(presets::QUESTION),
    checks: || checks::CHECKS,
    practices: practices::PRACTICES,
    shipped: "a car can be stranded",
    disagreement: Some(
        "Documented, timeouts count and breakers open; shipped, neither can happen, and a request at the wrong moment strands a \
         car: stop one, and look at its breaker and at what becomes of its people.",
    ),
    file: file!(),
    home: (StationKind::Source, "street"),
    console: Some(&console::CONSOLE),
    race: Some(Race { key: "policy", measure: "mean wait", who: "passengers" }),
    detail: Some(detail::detail),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    let trips = traffic::trips(&env, &p);
    let (cars, closes) = (script::cars(&p.cars).unwrap_or_default(), SimTime(p.open_for.0));
    let system = System::open(&env, p, fidelity);
    for car in cars {
        // What the parameter allows the manager takes.
        drop(system.add(&car.name, car.min, car.max, None).await);
    }
    let api = api::open(&env, &system);
    let (come, open) = (env.clone(), system.clone());
    let arrivals = env.spawn("arrivals", async move {
        for trip in trips {
            come.sleep_until(SimTime(trip.at.0), Wait::Sleep).await;
            drop(open.welcome(trip.from, trip.to));
        }
    });
    arrivals.await;
    env.sleep_until(closes, Wait::Sleep).await;
    // What is asked meanwhile may bring people in, or be a deletion that is not done.
    loop {
        system.empty().await;
        if !api.finishes().await {
            break;
        }
    }
    api.hang_up();
    system.shut_down().await;
}
