//! What the backend alone reports: its answers by status, the sections that its interface tells, the spells of its alerts, how much of what it had let in was lost, and what
//! it answered last to each thing that somebody asked of it.
//!
//! The sections are those of the last full second, whoever asks.

use super::books::{Count, STATUSES, status_gauge};
use super::console::CONSOLE;
use super::params::Params;
use super::sections::{Dates, concurrency};
use super::{CLIENTS, said};
use litemap::LiteMap;
use millrace_spec::{AlertSpells, Detail, Fidelity, FieldGroup, Values};
use millrace_trace::{EventKind, Gauge, Ledger, Outcome, SimTime, StationId, TextId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};

/// The numbers of a station, as they were said last.
#[derive(Debug)]
struct Numbers {
    name: &'static str,
    station: StationId,
    values: Vec<i64>,
}

impl Numbers {
    fn of(name: &'static str) -> Numbers {
        Numbers { name, station: StationId::NONE, values: vec![0; 64] }
    }

    fn get(&self, gauge: Gauge) -> i64 {
        self.values.get(usize::from(gauge.0)).copied().unwrap_or_default()
    }

    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == self.name => self.station = station,
            EventKind::Gauged { station, gauge, value } if station == self.station => {
                if let Some(own) = self.values.get_mut(usize::from(gauge.0)) {
                    *own = value;
                }
            }
            _ => {}
        }
    }
}

/// The run so far.
#[derive(Debug)]
pub(super) struct Report {
    is_enabled: bool,
    is_shipped: bool,
    now: SimTime,
    alerts: AlertSpells,
    counts: Numbers,
    figures: Numbers,
    lost: u64,
    asked: Asked,
}

/// What was asked of the interface last, and the last answer to each thing that was.
#[derive(Debug, Default)]
struct Asked {
    /// Whoever asks is answered at once.
    open: Option<(u32, TextId)>,
    /// By the last word of a path of the interface.
    told: LiteMap<&'static str, (u16, String)>,
}

impl Asked {
    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        match event.kind {
            EventKind::Asked { exchange, request, .. } => self.open = Some((exchange, request)),
            EventKind::Replied { exchange, status, body } => {
                let Some((_, request)) = self.open.take().filter(|(asked, _)| *asked == exchange) else { return };
                let path = trace.name(request).split_whitespace().nth(1).unwrap_or_default();
                if let Some(route) = CONSOLE.routes.iter().find(|route| route.path == path) {
                    let word = route.path.rsplit('/').next().unwrap_or_default();
                    self.told.insert(word, (status, trace.name(body).to_owned()));
                }
            }
            _ => {}
        }
    }

    /// Each with the line that an answer begins with, and what it says where that is JSON.
    fn report(&self) -> Json {
        let one = |(word, (status, body)): (&&str, &(u16, String))| {
            let said: Json = serde_json::from_str(body).unwrap_or_default();
            ((*word).to_owned(), json!({ "line": format!("HTTP {status}"), "body": said }))
        };
        Json::Object(self.told.iter().map(one).collect())
    }
}

impl Report {
    /// Of a run with some values, before its first event.
    pub(super) fn of(values: &Values) -> Report {
        Report {
            is_enabled: Params::read(values).is_enabled(),
            is_shipped: values.fidelity() == Fidelity::Shipped,
            now: SimTime::ZERO,
            alerts: AlertSpells::default(),
            counts: Numbers::of(CLIENTS),
            figures: Numbers::of(said::STATION),
            lost: 0,
            asked: Asked::default(),
        }
    }
}

impl Detail for Report {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.now = event.at;
        self.alerts.apply(event, after, trace);
        self.counts.apply(event, trace);
        self.figures.apply(event, trace);
        self.asked.apply(event, trace);
        if let EventKind::Left { outcome: Outcome::Lost, .. } = event.kind {
            self.lost += 1;
        }
    }

    fn report(&self) -> Map<String, Json> {
        let answers = STATUSES.into_iter().map(|status| (status, self.counts.get(status_gauge(status))));
        let answers: Map<String, Json> =
            answers.filter(|(_, n)| *n > 0).map(|(status, n)| (status.to_string(), n.into())).collect();
        let [hits, misses, unheard] =
            [Count::Hits, Count::Misses, Count::Unheard].map(|what| self.counts.get(what.gauge()));
        let figures = said::last(|gauge| self.figures.get(gauge), self.is_enabled);
        let sections = concurrency(&figures, Dates { date: self.now, now: self.now, is_shipped: self.is_shipped });
        let (alerts, more) = self.alerts.report();
        let all = [
            ("answers", answers.into()),
            ("unheard", unheard.into()),
            ("sections", sections),
            ("alerts", alerts),
            ("truncated", more.into()),
            ("lost", self.lost.into()),
            ("told", self.asked.report()),
            ("cache", json!({ "hits": hits, "misses": misses })),
        ];
        all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}
