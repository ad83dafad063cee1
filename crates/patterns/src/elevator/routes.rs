//! What the routes of the interface do.

use super::api::Desk;
use super::body::{FloorRequest, Named, NewElevator, Unreadable};
use super::car::Car;
use super::console::CONSOLE;
use super::envelope::{Meta, Reply};
use super::floor::{Direction, Floor};
use super::health::Fleet;
use super::refusal::{Class, Refusal};
use super::system::System;
use super::vitals::{Status, elevators};
use millrace_engine::Exchange;
use millrace_spec::exposition::OPENMETRICS;
use millrace_spec::timestamp;
use serde_json::{Value as Json, json};
use std::cell::Cell;
use std::ops::RangeInclusive;
use std::rc::Rc;

/// With more than so much to do a car may count as overloaded.
const THRESHOLDS: RangeInclusive<i64> = 1..=100;

/// Works on a request.
pub async fn route(desk: &Rc<Desk>, system: &Rc<System>, asked: &Exchange, meta: &dyn Fn() -> Meta) -> Reply {
    let (method, path) = (asked.method.as_str(), asked.place());
    let methods = CONSOLE.methods(path);
    if methods.is_empty() {
        return meta().failure(404, "NOT_FOUND", &format!("there is no {path}"), "GET /v1 lists what there is");
    }
    if !methods.contains(&method) {
        let details = format!("{path} takes {}", methods.join(" and "));
        return meta().failure(405, "METHOD_NOT_ALLOWED", &format!("{method} is not allowed"), &details);
    }
    match (method, path) {
        ("POST", "/v1/floors/request") => match FloorRequest::read(&asked.body) {
            Err(why) => invalid(meta, &why),
            Ok(wish) => match ask_for(system, &wish).await {
                Ok(data) => meta().data(200, data),
                Err(refusal) => meta().refused(&refusal, held(system, &wish, &refusal).as_deref()),
            },
        },
        ("POST", "/v1/elevators") => match NewElevator::read(&asked.body) {
            Err(why) => invalid(meta, &why),
            Ok(new) => wrapped(meta, 201, add(system, new.name.trim(), &new).await),
        },
        ("DELETE", "/v1/elevators") => match Named::read(&asked.body) {
            Err(why) => invalid(meta, &why),
            Ok(named) => {
                let scope = desk.scope(asked.number);
                wrapped(meta, 200, delete(system, named.name.trim(), &scope.hung_up).await)
            }
        },
        ("POST", "/floor") => match FloorRequest::read(&asked.body) {
            Err(why) => Reply::text(400, format!("invalid JSON: {}", why.details)),
            Ok(wish) => plain(ask_for(system, &wish).await, |data| {
                format!("elevator {} received request: from {} to {}", word(data, "elevator_name"), wish.from, wish.to)
            }),
        },
        ("POST", "/elevator") => match NewElevator::read(&asked.body) {
            Err(why) => Reply::text(400, format!("invalid JSON: {}", why.details)),
            // The old route does not trim.
            Ok(new) => plain(add(system, &new.name, &new).await, |data| {
                format!("elevator {} has been created successfully", word(data, "name"))
            }),
        },
        (_, "/metrics") => Reply::text(200, system.exposition(asked.terms.accept.as_deref() == Some(OPENMETRICS))),
        (_, "/v1/metrics") => meta().data(200, figures(desk, system)),
        (_, "/metrics/system") => Reply::json(200, &figures(desk, system)),
        (_, "/v1") => meta().data(200, about()),
        (_, "/v1/health") => {
            let (status, data) = health(desk, system);
            meta().data(status.http(), data)
        }
        (_, path) => old_health(desk, system, path),
    }
}

fn invalid(meta: &dyn Fn() -> Meta, why: &Unreadable) -> Reply {
    meta().failure(400, "INVALID_JSON", why.message(), &why.details)
}

fn wrapped(meta: &dyn Fn() -> Meta, status: u16, result: Result<Json, Refusal>) -> Reply {
    match result {
        Ok(data) => meta().data(status, data),
        Err(refusal) => meta().refused(&refusal, None),
    }
}

fn plain(result: Result<Json, Refusal>, says: impl FnOnce(&Json) -> String) -> Reply {
    match result {
        Ok(data) => Reply::text(200, says(&data)),
        Err(refusal) => Reply::text(refusal.class.status(), refusal.message),
    }
}

fn word(data: &Json, key: &str) -> String {
    data.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// Somebody comes to a floor and presses the button.
async fn ask_for(system: &Rc<System>, wish: &FloorRequest) -> Result<Json, Refusal> {
    let (from, to) = (Floor(wish.from), Floor(wish.to));
    let car = system.press(from, to).await?;
    Ok(json!({
        "elevator_name": car.name,
        "from_floor": from.0,
        "to_floor": to.0,
        "direction": Direction::of(from, to).word(),
        "message": format!("elevator {} received request: from {from} to {to}", car.name),
    }))
}

/// What the breaker says of a car that goes there and may not: that is why there was none.
fn held(system: &System, wish: &FloorRequest, refusal: &Refusal) -> Option<String> {
    let goes = |car: &&Rc<Car>| car.serves(Floor(wish.from)) && car.serves(Floor(wish.to));
    let rejects = |car: Rc<Car>| car.rejection().map(|says| format!("elevator {}: {says}", car.name));
    let cars = system.cars();
    cars.iter().filter(|_| refusal.class == Class::NotFound).filter(goes).find_map(|car| rejects(car.clone()))
}

async fn add(system: &Rc<System>, name: &str, new: &NewElevator) -> Result<Json, Refusal> {
    let overload = match new.overload_threshold {
        None => None,
        Some(wanted) => match u32::try_from(wanted).ok().filter(|_| THRESHOLDS.contains(&wanted)) {
            Some(overload) => Some(overload),
            None => {
                let (least, most) = THRESHOLDS.into_inner();
                return Err(Refusal::validation(format!(
                    "overload threshold {wanted} is outside the range {least} to {most}"
                )));
            }
        },
    };
    let (min, max) = (Floor(new.min_floor), Floor(new.max_floor));
    let car = system.add(name, min, max, overload).await?;
    let message = format!("elevator {} has been created successfully", car.name);
    Ok(json!({ "name": car.name, "min_floor": min.0, "max_floor": max.0, "message": message }))
}

async fn delete(system: &Rc<System>, name: &str, hung_up: &Cell<bool>) -> Result<Json, Refusal> {
    if name.is_empty() {
        return Err(Refusal::validation("elevator name cannot be empty"));
    }
    let deleted = system.delete(name, hung_up).await;
    if hung_up.get() {
        system.env.note(&format!("{name}: who asked for its deletion hung up, and it was removed at once"), 0);
    }
    let car = deleted?;
    Ok(json!({ "name": car.name, "message": format!("elevator {} has been deleted successfully", car.name) }))
}

fn about() -> Json {
    let endpoints: Vec<String> =
        CONSOLE.routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    json!({
        "name": "Elevator Control System API",
        "version": "v1",
        "description": "Requests, elevators, health and metrics of the bank",
        "endpoints": endpoints,
    })
}

fn figures(desk: &Desk, system: &System) -> Json {
    json!({ "timestamp": timestamp(desk.env.date()), "metrics": system.figures() })
}

/// The system is as well as its worst part, but for the cars: while one of them works, somebody is served, and that less than
/// half of them do is said in their own entry alone.
fn overall(desk: &Desk, serves: bool) -> Status {
    if serves { desk.vitals.resources(&desk.env).status } else { Status::Unhealthy }
}

/// Health as version 1 has it: the cars as they are now.
fn health(desk: &Desk, system: &System) -> (Status, Json) {
    let (fleet, cars) = (Fleet::of(system), elevators(&desk.env, system));
    let serves = if fleet.is_healthy() { Status::Healthy } else { Status::Unhealthy };
    let checks = json!({
        "elevator_system": { "status": serves.word(), "healthy": fleet.healthy, "total": fleet.cars },
        "elevators": cars.json(),
        "system_resources": desk.vitals.resources(&desk.env).json(),
    });
    let status = overall(desk, fleet.is_healthy());
    (status, json!({ "status": status.word(), "timestamp": timestamp(desk.env.date()), "checks": checks }))
}

/// The variants of health that came before and beside version 1: as in the original they have no envelope, and those that
/// consist of checks tell what these found last.
fn old_health(desk: &Desk, system: &System, path: &str) -> Reply {
    let stamp = timestamp(desk.env.date());
    let cars = || desk.vitals.elevators(&desk.env, system);
    match path {
        "/v1/health/live" => Reply::json(200, &json!({ "status": "alive", "timestamp": stamp })),
        "/v1/health/ready" => {
            let (status, word) = if cars().serves { (200, "ready") } else { (503, "not ready") };
            Reply::json(
                status,
                &json!({ "status": word, "timestamp": stamp, "checks": { "elevators": cars().json() } }),
            )
        }
        "/v1/health/detailed" => {
            let (cars, resources) = (cars(), desk.vitals.resources(&desk.env));
            let status = overall(desk, cars.serves);
            let of = |status: Status| [&cars, &resources].iter().filter(|found| found.status == status).count();
            let mut detailed = system.health();
            if let Some(all) = detailed.as_object_mut() {
                all.insert("status".to_owned(), json!(status.word()));
                all.insert(
                    "summary".to_owned(),
                    json!({
                        "total_checks": 2,
                        "healthy_checks": of(Status::Healthy),
                        "degraded_checks": of(Status::Degraded),
                        "unhealthy_checks": of(Status::Unhealthy),
                    }),
                );
                all.insert(
                    "checks".to_owned(),
                    json!({ "elevators": cars.json(), "system_resources": resources.json() }),
                );
            }
            Reply::json(status.http(), &detailed)
        }
        _ => {
            let (status, data) = health(desk, system);
            Reply::json(status.http(), &data)
        }
    }
}
