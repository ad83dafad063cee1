//! What the manager alone reports: the sizes of the pool and the alerts, each with its instant, and what its history says at the end.

use super::{BREAKER, G, POOL, rules};
use millrace_spec::Detail;
use millrace_trace::{EventKind, Gauge, Ledger, StationId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};

/// The most entries of a list.
const MOST: usize = 10_000;

/// Entries of a list, and how many there are beside them.
#[derive(Debug, Default)]
struct List {
    entries: Vec<Json>,
    more: u64,
}

impl List {
    fn push(&mut self, entry: Json) {
        if self.entries.len() < MOST {
            self.entries.push(entry);
        } else {
            self.more += 1;
        }
    }
}

#[derive(Debug)]
pub(super) struct Report {
    pool: StationId,
    size: i64,
    sizes: List,
    alerts: List,
    last: Vec<(Gauge, i64)>,
    breaker: String,
}

impl Default for Report {
    fn default() -> Report {
        let (sizes, alerts, last) = (List::default(), List::default(), Vec::new());
        Report { pool: StationId::NONE, size: 0, sizes, alerts, last, breaker: String::new() }
    }
}

impl Report {
    fn gauged(&mut self, at: u64, gauge: Gauge, value: i64) {
        if gauge == G.size && value != self.size {
            let why = match self.size {
                0 => "initial",
                before if value > before => "high_usage",
                _ => "low_usage",
            };
            self.size = value;
            self.sizes.push(json!([at, value, why]));
        }
        if let Some((_, rule)) = G.alerts.iter().zip(rules()).find(|(alert, _)| **alert == gauge) {
            self.alerts.push(json!([at, rule.name.replace(' ', "_")]));
        }
        match self.last.iter_mut().find(|(known, _)| *known == gauge) {
            Some((_, last)) => *last = value,
            None => self.last.push((gauge, value)),
        }
    }

    fn last(&self, gauge: Gauge) -> Option<i64> {
        self.last.iter().find(|(known, _)| *known == gauge).map(|(_, value)| *value)
    }
}

impl Detail for Report {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == POOL => self.pool = station,
            EventKind::Gauged { station, gauge, value } if station == self.pool => {
                self.gauged(event.at.0, gauge, value);
            }
            EventKind::Stated { station, state }
                if after.station(station).is_some_and(|row| trace.name(row.name) == BREAKER) =>
            {
                self.breaker = trace.name(state).to_owned();
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let share = |gauge| self.last(gauge).map(|value| value as f64 / 1e4);
        let mut detail = Map::new();
        let mut put = |key: &str, value: Json| detail.insert(key.to_owned(), value);
        put("sizes", Json::Array(self.sizes.entries.clone()));
        put("alerts", Json::Array(self.alerts.entries.clone()));
        put("truncated", (self.sizes.more + self.alerts.more).into());
        put("peak_percent", json!(share(G.peak)));
        put("trend_per_hour", json!(self.last(G.trend).map(|value| value as f64 / 1e3)));
        put("samples", json!(self.last(G.kept)));
        put("breaker", Json::from(self.breaker.clone()));
        detail
    }
}
