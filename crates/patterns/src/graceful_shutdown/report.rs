//! What the shutdown alone reports: its steps, and what was lost of each kind, in the shutdown and before it.

use super::{G, Kind, PROCESS, Part};
use millrace_spec::{Detail, PartState};
use millrace_trace::{EventKind, Gauge, Ledger, StationId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// A part that was told to stop.
#[derive(Debug)]
struct Step {
    station: StationId,
    what: String,
    start: i64,
    end: Option<i64>,
    forced: bool,
}

/// The steps so far.
#[derive(Debug, Default)]
pub(super) struct Steps {
    process: Option<StationId>,
    parts: BTreeMap<StationId, String>,
    /// In the order of their beginning.
    list: Vec<Step>,
    counts: BTreeMap<u8, i64>,
}

impl Steps {
    fn count(&self, gauge: Gauge) -> i64 {
        self.counts.get(&gauge.0).copied().unwrap_or(0)
    }

    fn instant(&self, gauge: Gauge) -> Option<i64> {
        Some(self.count(gauge)).filter(|at| *at > 0)
    }
}

/// The key of a kind in the report.
fn key(kind: Kind) -> &'static str {
    match kind {
        Kind::Item => "batch_items",
        other => other.counted().words[1],
    }
}

impl Detail for Steps {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, parent, .. } => {
                let name = trace.name(name);
                if name == PROCESS {
                    self.process.get_or_insert(station);
                } else if self.process == Some(parent) {
                    self.parts.insert(station, name.to_owned());
                }
            }
            EventKind::Gauged { station, gauge, value } if self.process == Some(station) => {
                self.counts.insert(gauge.0, value);
            }
            EventKind::Gauged { station, gauge, value } => {
                let Some(what) = self.parts.get(&station) else { return };
                if gauge == G.began {
                    self.list.push(Step { station, what: what.clone(), start: value, end: None, forced: false });
                } else if let Some(step) = self.list.iter_mut().find(|step| step.station == station) {
                    step.end = Some(value);
                }
            }
            EventKind::Stated { station, state } if trace.name(state) == PartState::Forced.word() => {
                if let Some(step) = self.list.iter_mut().find(|step| step.station == station) {
                    step.forced = true;
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let step = |step: &Step| json!({ "what": step.what, "start_ns": step.start, "end_ns": step.end, "forced": step.forced });
        let by_kind = |of: fn(Kind) -> Gauge| -> Json {
            Kind::ALL
                .into_iter()
                .map(|kind| (key(kind).to_owned(), self.count(of(kind)).into()))
                .collect::<Map<_, _>>()
                .into()
        };
        let stopped: Vec<&str> = self.list.iter().map(|step| step.what.as_str()).collect();
        let left: Vec<&str> = Part::ALL.map(Part::name).into_iter().filter(|part| !stopped.contains(part)).collect();
        let gone = self.instant(G.gone);
        let mut detail = Map::new();
        detail.insert("steps".to_owned(), self.list.iter().map(step).collect());
        detail.insert("lost".to_owned(), by_kind(|kind| G.lost(kind.number())));
        detail.insert("lost_before".to_owned(), by_kind(|kind| G.before(kind.number())));
        detail.insert("came".to_owned(), by_kind(|kind| G.came(kind.number())));
        detail.insert("done".to_owned(), by_kind(|kind| G.done(kind.number())));
        detail.insert("never_stopped".to_owned(), if gone.is_some() { left.into() } else { Json::Null });
        detail.insert("gone_ns".to_owned(), gone.into());
        detail.insert("exit_code".to_owned(), gone.map(|_| self.count(G.code)).into());
        detail.insert("refused".to_owned(), self.count(G.refused).into());
        detail.insert("late_and_lost".to_owned(), self.count(G.late).into());
        detail
    }
}
