//! What the bank alone reports: the path and the doors of each car, and what became of each request.

use super::car::{DOORS, FLOOR, HEADING};
use litemap::LiteMap;
use millrace_spec::Values;
use millrace_trace::{EventKind, Fold, Ledger, StationId, StationKind, Trace};
use serde_json::{Map, Value as Json, json};

/// A car's way.
#[derive(Default)]
struct Way {
    name: String,
    floor: Option<i64>,
    heading: i64,
    path: Vec<Json>,
    doors: Vec<Json>,
}

impl Way {
    fn entry(&mut self, at: u64) {
        let word = match self.heading {
            1 => "up",
            -1 => "down",
            _ => "",
        };
        self.path.push(json!([at, self.floor.unwrap_or(0), word]));
    }
}

/// The report, from the trace.
pub fn detail(trace: &Trace, _: &Values) -> Map<String, Json> {
    let mut ledger = Ledger::new();
    let mut cars: LiteMap<StationId, Way> = LiteMap::new_vec();
    let mut requests: LiteMap<u32, Json> = LiteMap::new_vec();
    for event in trace.iter() {
        ledger.apply(event, trace);
        match event.kind {
            EventKind::Opened { station, kind: StationKind::Car, name, .. } => {
                cars.insert(station, Way { name: trace.name(name).to_owned(), ..Way::default() });
            }
            EventKind::Gauged { station, gauge, value } => {
                let Some(car) = cars.get_mut(&station) else { continue };
                match gauge {
                    // The floor it begins at is no change.
                    FLOOR if car.floor.replace(value).is_some() => car.entry(event.at.0),
                    HEADING => {
                        car.heading = value;
                        car.entry(event.at.0);
                    }
                    DOORS if value == 1 => car.doors.push(json!([event.at.0, car.floor])),
                    _ => {}
                }
            }
            EventKind::Asked { exchange, request, .. } => {
                if let Some((from, to)) = trace.name(request).split_once("->") {
                    let floor = |text: &str| text.parse::<i32>().ok();
                    requests.insert(exchange, json!({ "at_ns": event.at.0, "from": floor(from), "to": floor(to), "car": null, "status": null }));
                }
            }
            EventKind::Replied { exchange, status, body } => {
                if let Some(Json::Object(row)) = requests.get_mut(&exchange) {
                    row.insert("status".into(), json!(status));
                    let text = trace.name(body);
                    row.insert(if status < 300 { "car" } else { "message" }.into(), json!(text));
                }
            }
            _ => {}
        }
    }
    let cars: Vec<Json> =
        cars.into_iter().map(|(_, c)| json!({ "name": c.name, "path": c.path, "doors": c.doors })).collect();
    let mut detail = Map::new();
    detail.insert("cars".into(), Json::Array(cars));
    detail.insert("requests".into(), Json::Array(requests.into_iter().map(|(_, request)| request).collect()));
    detail
}
