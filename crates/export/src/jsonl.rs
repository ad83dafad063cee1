//! A trace as lines of JSON, one event a line, with names in place of numbers.

use millrace_trace::{Answer, Ending, EventKind, Ledger, StationId, TaskId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};

/// One event as an object on one line. `after` is the state with the event taken in: names are looked up there.
pub fn json_line(event: &TraceEvent, after: &Ledger, trace: &Trace) -> String {
    let station = |id: StationId| after.station(id).map(|s| trace.name(s.name));
    let task = |id: TaskId| after.task(id).map(|t| trace.name(t.name));
    let mut line = Map::new();
    line.insert("t".into(), json!(event.at.0));
    line.insert("task".into(), json!(task(event.task)));
    line.insert("task_id".into(), json!((event.task != TaskId::NONE).then_some(event.task.0)));
    line.insert("kind".into(), json!(event.kind.word()));
    let mut put = |fields: Json| {
        if let Json::Object(fields) = fields {
            line.extend(fields);
        }
    };
    match event.kind {
        EventKind::Opened { station: id, kind, name, parent } => put(
            json!({ "station": trace.name(name), "station_id": id.0, "of": kind.word(), "parent": station(parent) }),
        ),
        EventKind::Closed { station: id } => put(json!({ "station": station(id) })),
        EventKind::Sized { station: id, capacity } => put(json!({ "station": station(id), "capacity": capacity })),
        EventKind::Stated { station: id, state } => put(json!({ "station": station(id), "state": trace.name(state) })),
        EventKind::Gauged { station: id, gauge, value } => {
            put(json!({ "station": station(id), "gauge": gauge.0, "value": value }));
        }
        EventKind::Travelled { station: id, place, pace } => {
            put(json!({ "station": station(id), "place": place, "pace": pace }));
        }
        EventKind::Entered { job, station: id } => put(json!({ "job": job.0, "station": station(id) })),
        EventKind::Moved { job, station: id, started } => {
            put(json!({ "job": job.0, "station": station(id), "started": started }));
        }
        EventKind::Started { job } => put(json!({ "job": job.0 })),
        EventKind::Called { job, station: id, started } => {
            put(json!({ "job": job.0, "station": station(id), "started": started }));
        }
        EventKind::Answered { job, station: id, answer } => {
            let answer = match answer {
                Answer::Status(code) => json!(code),
                Answer::TimedOut => json!("timed out"),
                Answer::Cancelled => json!("cancelled"),
                Answer::Failed => json!("failed"),
            };
            put(json!({ "job": job.0, "station": station(id), "answer": answer }));
        }
        EventKind::Took { job, span } => put(json!({ "job": job.0, "ns": span.0 })),
        EventKind::Weighs { job, weight } => put(json!({ "job": job.0, "weight": weight })),
        EventKind::Split { job, child } => put(json!({ "job": job.0, "child": child.0 })),
        EventKind::Merged { job, into } => put(json!({ "job": job.0, "into": into.0 })),
        EventKind::Left { job, outcome } => put(json!({ "job": job.0, "outcome": outcome.word() })),
        EventKind::Bound { job, to, via } => put(json!({ "job": job.0, "to": station(to), "via": station(via) })),
        EventKind::Asked { exchange, client, request } => {
            put(json!({ "exchange": exchange, "client": trace.name(client), "request": trace.name(request) }));
        }
        EventKind::Replied { exchange, status, body } => {
            put(json!({ "exchange": exchange, "status": status, "body": trace.name(body) }));
        }
        EventKind::Spawned { child, name, station: id } => {
            put(json!({ "child": trace.name(name), "child_id": child.0, "station": station(id) }));
        }
        EventKind::Waits { what, station: id, inner: _ } => put(json!({ "for": what.word(), "station": station(id) })),
        EventKind::Ended { how } => {
            put(json!({ "how": if how == Ending::Completed { "completed" } else { "cancelled" } }))
        }
        EventKind::Faulted { fault, on, magnitude } => {
            put(json!({ "fault": trace.name(fault), "on": on, "magnitude": magnitude }));
        }
        EventKind::Edited { field, value } => put(json!({ "field": trace.name(field), "value": value })),
        EventKind::Noted { by, text, value } => {
            put(json!({ "text": trace.name(text), "value": value }));
            by.station().into_iter().for_each(|by| put(json!({ "station": station(by) })));
        }
        EventKind::Crashed { text } => put(json!({ "text": trace.name(text) })),
    }
    if let (Some(file), Some(at)) = (event.site.file(), event.site.line()) {
        line.insert("at".into(), json!(format!("{file}:{at}")));
    }
    Json::Object(line).to_string()
}
