//! What the manager alone reports: the sizes of the pool, its steps by the names that its code records them under, and the alerts, each with its instant; and what its history says
//! at the end.

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
    events: List,
    alerts: List,
    /// A step of which the mean that it went by is not known yet: when, from what to what, and why.
    step: Option<(u64, i64, i64, &'static str)>,
    last: Vec<(Gauge, i64)>,
    breaker: String,
    /// Up to when, and how much there was of the sizes times how long each was in force.
    at: u64,
    sized: u128,
    waits: i64,
}

impl Default for Report {
    fn default() -> Report {
        let [sizes, events, alerts] = [(); 3].map(|()| List::default());
        let (pool, breaker, last) = (StationId::NONE, String::new(), Vec::new());
        Report { pool, size: 0, sizes, events, alerts, step: None, last, breaker, at: 0, sized: 0, waits: 0 }
    }
}

impl Report {
    fn gauged(&mut self, at: u64, gauge: Gauge, value: i64) {
        if gauge == G.size && value != self.size {
            let why = match self.size {
                0 => "initial",
                _ if self.last(G.expected).is_some() => "forecast",
                before if value > before => "high_usage",
                _ => "low_usage",
            };
            self.step = (self.size != 0).then_some((at, self.size, value, why));
            self.size = value;
            self.sizes.push(json!([at, value, why]));
        }
        if gauge == G.mean
            && let Some((at, from, to, why)) = self.step.take()
        {
            let (event, mean) = (if to > from { "scale_up" } else { "scale_down" }, value as f64 / 1e4);
            self.events.push(json!({
                "at_ns": at, "event": event, "old": from, "new": to, "reason": why, "avg_percent": mean,
            }));
        }
        if gauge == G.used {
            // What the look before found; the last one's is added in the end.
            self.waits += self.last(G.waits_lately).unwrap_or(0);
        }
        if let Some((_, rule)) = G.alerts.iter().zip(rules()).find(|(alert, _)| **alert == gauge) {
            self.alerts.push(json!([at, rule.name.replace(' ', "_")]));
        }
        match self.last.iter_mut().find(|(known, _)| *known == gauge) {
            Some((_, last)) => *last = value,
            None => self.last.push((gauge, value)),
        }
    }

    /// The target that a controller has come to.
    fn tuned(&self) -> Option<f64> {
        self.last(G.waited_share)?;
        Some(self.last(G.up)?.checked_add(self.last(G.down)?)? as f64 / 2e4)
    }

    fn last(&self, gauge: Gauge) -> Option<i64> {
        self.last.iter().find(|(known, _)| *known == gauge).map(|(_, value)| *value)
    }
}

impl Detail for Report {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.sized += u128::from(event.at.0 - self.at) * self.size.unsigned_abs() as u128;
        self.at = event.at.0;
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
        put("events", Json::Array(self.events.entries.clone()));
        put("alerts", Json::Array(self.alerts.entries.clone()));
        put("truncated", (self.sizes.more + self.alerts.more).into());
        // Of nothing in use there is no event, and no peak before somebody has looked.
        let looked = self.last(G.kept).is_some();
        put("peak_percent", json!(share(G.peak).or(looked.then_some(0.0))));
        put("trend_per_hour", json!(self.last(G.trend).map(|value| value as f64 / 1e3)));
        put("samples", json!(self.last(G.kept)));
        put("waits", (self.waits + self.last(G.waits_lately).unwrap_or(0)).into());
        put("connection_hours", json!((self.sized as f64 / 3.6e9).round() / 1e3));
        put("target_percent", json!(self.tuned()));
        put("breaker", Json::from(self.breaker.clone()));
        detail
    }
}
