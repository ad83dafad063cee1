//! What degradation alone reports: each change of the mode, and what became of each class.

use super::SERVICE;
use millrace_spec::{Detail, MeterGauges, Priority};
use millrace_trace::{EventKind, Ledger, StationId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};

/// The most changes of the mode that a report has.
const MOST: usize = 10_000;

/// The modes and the classes.
#[derive(Debug)]
pub(super) struct Modes {
    station: StationId,
    list: Vec<(u64, String)>,
    changes: usize,
    classes: [[i64; 3]; 3],
    displaced: i64,
}

impl Default for Modes {
    fn default() -> Modes {
        Modes { station: StationId::NONE, list: Vec::new(), changes: 0, classes: [[0; 3]; 3], displaced: 0 }
    }
}

impl Detail for Modes {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == SERVICE => self.station = station,
            EventKind::Stated { station, state } if station == self.station => {
                self.changes += 1;
                if self.list.len() < MOST {
                    self.list.push((event.at.0, trace.name(state).to_owned()));
                }
            }
            EventKind::Gauged { station, gauge, value } if station == self.station => {
                if gauge == MeterGauges::ALL.displaced {
                    self.displaced = value;
                }
                for (place, counts) in self.classes.iter_mut().enumerate() {
                    for (own, count) in MeterGauges::of_class(place).into_iter().zip(counts) {
                        if own == gauge {
                            *count = value;
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let mut detail = Map::new();
        detail.insert("modes".to_owned(), self.list.iter().map(|(at, mode)| json!([at, mode])).collect());
        if self.changes > self.list.len() {
            detail.insert("truncated".to_owned(), (self.changes - self.list.len()).into());
        }
        let of_class = |(class, [served, degraded, shed]): (Priority, &[i64; 3])| {
            (class.id().to_owned(), json!({ "served": served, "degraded": degraded, "shed": shed }))
        };
        let classes: Map<String, Json> = Priority::ALL.into_iter().zip(&self.classes).map(of_class).collect();
        detail.insert("by_class".to_owned(), classes.into());
        detail.insert("displaced".to_owned(), self.displaced.into());
        detail
    }
}
