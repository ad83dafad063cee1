//! What the bank alone reports: the path and the doors of each car, and what became of each request.

use super::car::{DOORS, FLOOR, HEADING};
use litemap::LiteMap;
use millrace_spec::{Detail, Values};
use millrace_trace::{EventKind, Ledger, SimTime, StationId, StationKind, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};

/// The report of a bank.
#[derive(Debug, Default)]
struct Bank {
    cars: LiteMap<StationId, Way>,
    requests: LiteMap<u32, Json>,
}

/// A car's way: when it was at which floor and where it was heading, at each change, and when and where its doors opened.
#[derive(Debug, Default)]
struct Way {
    name: String,
    floor: Option<i64>,
    heading: i64,
    path: Vec<(SimTime, i64, i64)>,
    doors: Vec<(SimTime, Option<i64>)>,
}

/// A report of a bank that has not started.
pub fn detail(_: &Values) -> Box<dyn Detail> {
    Box::new(Bank::default())
}

impl Way {
    fn entry(&mut self, at: SimTime) {
        self.path.push((at, self.floor.unwrap_or(0), self.heading));
    }

    fn report(&self) -> Json {
        let word = |heading| match heading {
            1 => "up",
            -1 => "down",
            _ => "",
        };
        let path: Vec<Json> =
            self.path.iter().map(|(at, floor, heading)| json!([at.0, floor, word(*heading)])).collect();
        let doors: Vec<Json> = self.doors.iter().map(|(at, floor)| json!([at.0, floor])).collect();
        json!({ "name": self.name, "path": path, "doors": doors })
    }
}

impl Detail for Bank {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, kind: StationKind::Car, name, .. } => {
                self.cars.insert(station, Way { name: trace.name(name).to_owned(), ..Way::default() });
            }
            EventKind::Gauged { station, gauge, value } => {
                let Some(car) = self.cars.get_mut(&station) else { return };
                match gauge {
                    // The floor it begins at is no change.
                    FLOOR if car.floor.replace(value).is_some() => car.entry(event.at),
                    HEADING => {
                        car.heading = value;
                        car.entry(event.at);
                    }
                    DOORS if value == 1 => car.doors.push((event.at, car.floor)),
                    _ => {}
                }
            }
            EventKind::Asked { exchange, request, .. } => {
                if let Some((from, to)) = trace.name(request).split_once("->") {
                    let floor = |text: &str| text.parse::<i32>().ok();
                    self.requests.insert(exchange, json!({ "at_ns": event.at.0, "from": floor(from), "to": floor(to), "car": null, "status": null }));
                }
            }
            EventKind::Replied { exchange, status, body } => {
                if let Some(Json::Object(row)) = self.requests.get_mut(&exchange) {
                    row.insert("status".into(), json!(status));
                    let text = trace.name(body);
                    row.insert(if status < 300 { "car" } else { "message" }.into(), json!(text));
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let mut detail = Map::new();
        detail.insert("cars".into(), Json::Array(self.cars.values().map(Way::report).collect()));
        detail.insert("requests".into(), Json::Array(self.requests.values().cloned().collect()));
        detail
    }
}
