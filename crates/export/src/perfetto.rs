//! A trace for Perfetto and chrome://tracing: a track for each task with what it waited for, a counter for each channel.
//!
//! The format is Chrome's trace event format (JSON object form): complete events (`X`) with microseconds, metadata (`M`) for
//! names, counters (`C`). Fractions of a microsecond are kept, since virtual time is in nanoseconds.

use millrace_trace::{EventKind, Fold, Ledger, SimTime, StationKind, TaskId, Trace};
use serde_json::{Value as Json, json};

/// The trace as JSON.
pub fn perfetto(trace: &Trace) -> Json {
    let mut events = Vec::new();
    let mut ledger = Ledger::new();
    for event in trace.iter() {
        // A wait ends with the next wait of the task, or with its end.
        if matches!(event.kind, EventKind::Waits { .. } | EventKind::Ended { .. }) {
            events.extend(slice(&ledger, trace, event.task, event.at));
        }
        ledger.apply(event, trace);
        match event.kind {
            EventKind::Spawned { child, name, .. } => {
                events.push(json!({ "ph": "M", "name": "thread_name", "pid": 1, "tid": child.0, "args": { "name": trace.name(name) } }));
            }
            EventKind::Moved { .. } | EventKind::Left { .. } => {
                for row in ledger
                    .stations
                    .iter()
                    .filter(|s| s.kind == StationKind::Channel && s.levels.last_change() == event.at)
                {
                    let args = json!({ "jobs": row.levels.present });
                    events.push(json!({ "ph": "C", "name": trace.name(row.name), "pid": 1, "ts": micros(event.at), "args": args }));
                }
            }
            _ => {}
        }
    }
    let still: Vec<TaskId> = ledger.live_tasks().map(|(id, _)| id).collect();
    let end = ledger.now;
    events.extend(still.into_iter().filter_map(|task| slice(&ledger, trace, task, end)));
    json!({ "displayTimeUnit": "ms", "traceEvents": events })
}

/// What a task has waited for until now, if it has.
fn slice(ledger: &Ledger, trace: &Trace, task: TaskId, until: SimTime) -> Option<Json> {
    let wait = ledger.task(task)?.wait.filter(|w| w.since < until)?;
    let what = wait.what.word();
    let name = match ledger.station(wait.station) {
        Some(station) => format!("{}.{what}", trace.name(station.name)),
        None => what.to_owned(),
    };
    let line = wait.site.file().zip(wait.site.line()).map(|(file, line)| format!("{file}:{line}"));
    let (start, length) = (micros(wait.since), until.since(wait.since).0 as f64 / 1e3);
    Some(
        json!({ "ph": "X", "name": name, "pid": 1, "tid": task.0, "ts": start, "dur": length, "args": { "at": line } }),
    )
}

fn micros(at: SimTime) -> f64 {
    at.0 as f64 / 1e3
}
