//! The interface of the bank: what its routes do, whoever calls them.
//!
//! A request comes in as an [`Exchange`], from the page's console or over a real network, and each is worked on in a task of
//! its own. The middleware is the original's as far as it shows: number the request, count it, limit its client.

use super::body::{FloorRequest, Named, NewElevator, Unreadable};
use super::envelope::{Meta, Reply, timestamp};
use super::floor::Floor;
use super::health::Fleet;
use super::limit::Limit;
use super::refusal::Refusal;
use super::system::System;
use crate::engine::{Env, Exchange, Task};
use crate::parts::Ticker;
use crate::trace::Span;
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How often the status stream sends.
const PERIOD: Span = Span::secs(1);
/// The route of the status stream.
const STREAM: &str = "/ws/status";

/// The open interface.
#[derive(Debug)]
pub struct Api {
    /// The status streams, by the number of their exchange. Dropping one ends it.
    streams: Rc<RefCell<BTreeMap<u32, Task<()>>>>,
}

impl Api {
    /// Ends all streams.
    pub fn hang_up(self) {
        self.streams.take();
    }
}

/// Opens the interface.
pub fn open(env: &Env, system: &Rc<System>) -> Api {
    let limit = Rc::new(RefCell::new(Limit::default()));
    let streams: Rc<RefCell<BTreeMap<u32, Task<()>>>> = Rc::default();
    let (inner, system, listeners) = (env.clone(), Rc::downgrade(system), streams.clone());
    let api = Api { streams: streams.clone() };
    env.on_ask(move |asked| {
        let Some(system) = system.upgrade() else { return };
        let most = system.works.p.api_limit;
        let admitted = limit.borrow_mut().admits(&asked.client, inner.now(), most);
        let (env, number) = (inner.clone(), asked.number);
        let name = format!("{} {}", asked.method, asked.path);
        if admitted && (asked.method.as_str(), path(&asked)) == ("GET", STREAM) {
            let stream = inner.spawn(&name, async move { send_status(&env, &system, number).await });
            listeners.borrow_mut().insert(number, stream);
            return;
        }
        inner.spawn(&name, async move { serve(&env, &system, asked, admitted).await }).detach();
    });
    env.on_hang(move |number| {
        let ended = streams.borrow_mut().remove(&number);
        drop(ended);
    });
    api
}

/// The path without its query.
fn path(asked: &Exchange) -> &str {
    asked.path.split('?').next().unwrap_or_default()
}

async fn send_status(env: &Env, system: &System, number: u32) {
    let mut tick = Ticker::new(env, PERIOD).in_background();
    loop {
        env.reply(number, 200, &system.status().to_string());
        tick.tick().await;
    }
}

async fn serve(env: &Env, system: &Rc<System>, asked: Exchange, admitted: bool) {
    let came = env.now();
    let meta = || Meta { number: asked.number, asked: came, now: env.now() };
    let reply = if admitted {
        route(env, system, &asked, &meta).await
    } else {
        let most = system.works.p.api_limit;
        let details = format!("{most} requests in 60 s are allowed");
        meta().failure(429, "RATE_LIMITED", "rate limit exceeded", &details)
    };
    let seconds = (env.now() - came).seconds();
    system.metrics.borrow_mut().served(&asked.method, path(&asked), reply.status, seconds);
    env.reply(asked.number, reply.status, &reply.body);
}

/// The methods of each route.
const ROUTES: &[(&str, &[&str])] = &[
    ("/v1", &["GET"]),
    ("/v1/floors/request", &["POST"]),
    ("/v1/elevators", &["POST", "DELETE"]),
    ("/v1/health", &["GET"]),
    ("/v1/health/live", &["GET"]),
    ("/v1/health/ready", &["GET"]),
    ("/v1/health/detailed", &["GET"]),
    ("/v1/metrics", &["GET"]),
    ("/floor", &["POST"]),
    ("/elevator", &["POST"]),
    ("/health", &["GET"]),
    ("/metrics/system", &["GET"]),
    ("/metrics", &["GET"]),
    (STREAM, &["GET"]),
];

async fn route(env: &Env, system: &Rc<System>, asked: &Exchange, meta: &dyn Fn() -> Meta) -> Reply {
    let (method, path) = (asked.method.as_str(), path(asked));
    let Some((_, methods)) = ROUTES.iter().find(|(route, _)| *route == path) else {
        return meta().failure(404, "NOT_FOUND", &format!("there is no {path}"), "GET /v1 lists what there is");
    };
    if !methods.contains(&method) {
        let details = format!("{path} takes {}", methods.join(" and "));
        return meta().failure(405, "METHOD_NOT_ALLOWED", &format!("{method} is not allowed"), &details);
    }
    match (method, path) {
        ("POST", "/v1/floors/request") => match FloorRequest::read(&asked.body) {
            Err(why) => invalid(meta, &why),
            Ok(wish) => wrapped(meta, 200, ask_for(system, &wish).await),
        },
        ("POST", "/v1/elevators") => match NewElevator::read(&asked.body) {
            Err(why) => invalid(meta, &why),
            Ok(new) => wrapped(meta, 201, add(system, new.name.trim(), &new).await),
        },
        ("DELETE", "/v1/elevators") => match Named::read(&asked.body) {
            Err(why) => invalid(meta, &why),
            Ok(named) => wrapped(meta, 200, delete(system, named.name.trim()).await),
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
        (_, "/metrics") => Reply::text(200, system.exposition()),
        (_, "/v1/metrics" | "/metrics/system") => {
            Reply::json(200, &json!({ "timestamp": timestamp(env.now()), "metrics": system.figures() }))
        }
        (_, "/v1") => Reply::json(200, &about()),
        (_, path) => health(env, system, path),
    }
}

fn invalid(meta: &dyn Fn() -> Meta, why: &Unreadable) -> Reply {
    meta().failure(400, "INVALID_JSON", why.message(), &why.details)
}

fn wrapped(meta: &dyn Fn() -> Meta, status: u16, result: Result<Json, Refusal>) -> Reply {
    match result {
        Ok(data) => meta().success(status, data),
        Err(refusal) => meta().refused(&refusal),
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
    let car = system.welcome(from, to).await?;
    Ok(json!({
        "elevator_name": car.name,
        "from_floor": from.0,
        "to_floor": to.0,
        "direction": super::floor::Direction::of(from, to).word(),
        "message": format!("elevator {} received request: from {from} to {to}", car.name),
    }))
}

async fn add(system: &Rc<System>, name: &str, new: &NewElevator) -> Result<Json, Refusal> {
    let (min, max) = (Floor(new.min_floor), Floor(new.max_floor));
    let car = system.add(name, min, max, new.overload_threshold).await?;
    let message = format!("elevator {} has been created successfully", car.name);
    Ok(json!({ "name": car.name, "min_floor": min.0, "max_floor": max.0, "message": message }))
}

async fn delete(system: &Rc<System>, name: &str) -> Result<Json, Refusal> {
    if name.is_empty() {
        return Err(Refusal::validation("elevator name cannot be empty"));
    }
    let car = system.delete(name).await?;
    Ok(json!({ "name": car.name, "message": format!("elevator {} has been deleted successfully", car.name) }))
}

fn about() -> Json {
    let endpoints: Vec<String> =
        ROUTES.iter().flat_map(|(path, methods)| methods.iter().map(move |m| format!("{m} {path}"))).collect();
    json!({
        "name": "Elevator Control System API",
        "version": "v1",
        "description": "Requests, elevators, health and metrics of the bank",
        "endpoints": endpoints,
    })
}

/// The variants of health. A fleet without cars is healthy; the component checker wants half of the cars healthy.
fn health(env: &Env, system: &System, path: &str) -> Reply {
    let fleet = Fleet::of(system);
    let half = fleet.cars == 0 || fleet.healthy * 2 >= fleet.cars;
    let word = |healthy: bool| if healthy { "healthy" } else { "unhealthy" };
    let status = |healthy: bool| if healthy { 200 } else { 503 };
    let stamp = timestamp(env.now());
    match path {
        "/v1/health/live" => Reply::json(200, &json!({ "status": "alive", "timestamp": stamp })),
        "/v1/health/ready" => {
            let ready = fleet.is_healthy();
            Reply::json(
                status(ready),
                &json!({ "status": if ready { "ready" } else { "not ready" }, "timestamp": stamp }),
            )
        }
        "/v1/health/detailed" => Reply::json(status(half), &system.health()),
        _ => {
            let checks = json!({
                "elevator_system": { "status": word(fleet.is_healthy()), "healthy": fleet.healthy, "total": fleet.cars },
                "elevators": { "status": word(half), "message": "at least half of the elevators must be healthy" },
            });
            let healthy = fleet.is_healthy() && half;
            Reply::json(status(healthy), &json!({ "status": word(healthy), "timestamp": stamp, "checks": checks }))
        }
    }
}
