//! What the pool alone reports: every connection with its times and why it was closed, how long was waited for one, and who leaked one where.

use super::{C, G, POOL};
use millrace_spec::{Closing, ConnectionState, Detail, Waits};
use millrace_trace::{EventKind, Ledger, SimTime, StationId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The most entries of a list.
const MOST: usize = 10_000;

#[derive(Debug)]
struct Row {
    id: i64,
    opened: i64,
    closed: Option<SimTime>,
    why: Option<Closing>,
    uses: i64,
}

/// The connections so far.
#[derive(Debug)]
pub(super) struct Connections {
    waits: Waits,
    /// By place: the number of the connection that is there, how often it was used, and its row once it was open.
    there: BTreeMap<StationId, (i64, i64, Option<usize>)>,
    list: Vec<Row>,
    more: u64,
    leaked: Vec<Json>,
    leaked_more: u64,
    /// The last values of the pool's gauges.
    counts: BTreeMap<u8, i64>,
}

impl Default for Connections {
    fn default() -> Connections {
        Connections {
            waits: Waits::at(POOL),
            there: BTreeMap::new(),
            list: Vec::new(),
            more: 0,
            leaked: Vec::new(),
            leaked_more: 0,
            counts: BTreeMap::new(),
        }
    }
}

impl Connections {
    fn row(&mut self, place: StationId) -> Option<&mut Row> {
        let index = self.there.get(&place)?.2?;
        self.list.get_mut(index)
    }

    fn opened(&mut self, place: StationId, at: i64) {
        let Some(there) = self.there.get_mut(&place) else { return };
        if self.list.len() < MOST {
            there.2 = Some(self.list.len());
            self.list.push(Row { id: there.0, opened: at, closed: None, why: None, uses: 0 });
        } else {
            self.more += 1;
        }
    }

    fn gauged(&mut self, place: StationId, gauge: millrace_trace::Gauge, value: i64) {
        match gauge {
            _ if gauge == C.id => drop(self.there.insert(place, (value, 0, None))),
            _ if gauge == C.opened && value >= 0 => self.opened(place, value),
            _ if gauge == C.uses => {
                if let Some(row) = self.row(place).filter(|_| value > 0) {
                    row.uses = value;
                }
            }
            _ => {}
        }
    }

    fn leaks(&mut self, event: &TraceEvent, caller: Option<i64>) {
        if self.leaked.len() < MOST {
            let caller = caller.filter(|caller| *caller > 0).map(|number| format!("#{number}"));
            self.leaked.push(json!({ "caller": caller, "line": event.site.line(), "at_ns": event.at.0 }));
        } else {
            self.leaked_more += 1;
        }
    }
}

impl Detail for Connections {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.waits.apply(event, trace);
        let pool = self.waits.station();
        let is_place = |station| after.station(station).is_some_and(|row| row.parent == pool);
        match event.kind {
            EventKind::Gauged { station, gauge, value } if station == pool => drop(self.counts.insert(gauge.0, value)),
            EventKind::Gauged { station, gauge, value } if is_place(station) => self.gauged(station, gauge, value),
            EventKind::Stated { station, state } => match ConnectionState::of(trace.name(state)) {
                Some(ConnectionState::Closing(why)) => {
                    if let Some(row) = self.row(station) {
                        row.why = Some(why);
                    }
                }
                Some(ConnectionState::Closed(_)) => {
                    if let Some(row) = self.row(station) {
                        row.closed = Some(event.at);
                    }
                }
                Some(ConnectionState::Leaked) => {
                    self.leaks(event, after.station(station).map(|row| row.gauge(C.leaked_by)));
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let row = |row: &Row| {
            json!({
                "id": row.id,
                "opened_ns": row.opened,
                "closed_ns": row.closed.map(|at| at.0),
                "why": row.closed.and(row.why).map(Closing::id),
                "uses": row.uses,
            })
        };
        let count = |gauge: millrace_trace::Gauge| self.counts.get(&gauge.0).copied().unwrap_or(0);
        let closed = Closing::ALL.into_iter().map(|why| (why.id().to_owned(), count(G.closed(why)).into()));
        let mut detail = Map::new();
        detail.insert("connections".to_owned(), self.list.iter().map(row).collect());
        detail.insert("waits_ns".to_owned(), self.waits.summary_ns());
        detail.insert("leaked".to_owned(), self.leaked.clone().into());
        detail.insert("opened".to_owned(), count(G.opened).into());
        detail.insert("refused".to_owned(), count(G.refused).into());
        detail.insert("closed".to_owned(), Json::Object(closed.collect()));
        detail.insert("statements_left".to_owned(), count(G.statements_left).into());
        if self.more + self.leaked_more > 0 {
            detail.insert("truncated".to_owned(), (self.more + self.leaked_more).into());
        }
        detail
    }
}
