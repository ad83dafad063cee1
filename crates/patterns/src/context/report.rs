//! What the pattern alone reports: every context with its deadline and its end, every span of work, who leaked, which rows are left.

use super::ROWS;
use millrace_spec::{ContextGauges, ContextState, Detail};
use millrace_trace::{Ending, EventKind, Ledger, SimTime, Site, StationId, TaskId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The most entries of a list.
const MOST: usize = 10_000;

/// A context, and the work under it.
#[derive(Debug)]
struct Row {
    name: String,
    parent: StationId,
    site: Site,
    begun: SimTime,
    deadline: Option<i64>,
    ended: Option<(SimTime, ContextState)>,
    leaked: Option<SimTime>,
    failed: bool,
    /// The task at home there, and when it ended.
    task: Option<TaskId>,
    over: Option<SimTime>,
}

/// The contexts of a run.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    /// The station above all of them.
    above: Option<StationId>,
    rows: BTreeMap<StationId, Row>,
    tasks: BTreeMap<TaskId, StationId>,
    rows_left: i64,
}

impl Detail for Contexts {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, parent, .. } => {
                if parent == StationId::NONE {
                    self.above.get_or_insert(station);
                } else if self.above == Some(parent) || self.rows.contains_key(&parent) {
                    let row = Row {
                        name: trace.name(name).to_owned(),
                        parent,
                        site: event.site,
                        begun: event.at,
                        deadline: None,
                        ended: None,
                        leaked: None,
                        failed: false,
                        task: None,
                        over: None,
                    };
                    self.rows.insert(station, row);
                }
            }
            EventKind::Gauged { station, gauge, value } => match self.rows.get_mut(&station) {
                Some(row) if gauge == ContextGauges::ALL.deadline => row.deadline = Some(value),
                Some(_) if gauge == ROWS => self.rows_left = value,
                _ => {}
            },
            EventKind::Stated { station, state } => {
                let row = self.rows.get_mut(&station);
                let (Some(row), Some(state)) = (row, ContextState::of(trace.name(state))) else { return };
                match state {
                    ContextState::Open => {}
                    ContextState::Leaked => row.leaked = Some(event.at),
                    ContextState::Failed => row.failed = true,
                    how => {
                        row.ended.get_or_insert((event.at, how));
                    }
                }
            }
            EventKind::Spawned { child, station, .. } => {
                if let Some(row) = self.rows.get_mut(&station) {
                    row.task = Some(child);
                    self.tasks.insert(child, station);
                }
            }
            // Whoever is at work when all else is over has no end.
            EventKind::Ended { how: Ending::Completed } => {
                let row = self.tasks.get(&event.task).and_then(|station| self.rows.get_mut(station));
                if let Some(row) = row {
                    row.over = Some(event.at);
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let name = |station: StationId| self.rows.get(&station).map(|row| row.name.as_str());
        let ns = |at: Option<SimTime>| at.map(|at| at.0);
        let ended = |row: &Row| row.ended.map(|(at, _)| at);
        let node = |row: &Row| {
            let err = row.ended.map(|(_, how)| how).filter(|how| *how != ContextState::Done).map(ContextState::word);
            json!({
                "name": row.name, "parent": name(row.parent), "deadline_ns": row.deadline, "ended_ns": ns(ended(row)),
                "err": err,
            })
        };
        let span = |row: &Row| {
            let status = match row.ended {
                _ if row.failed => "error",
                Some((_, ContextState::Done)) => "ok",
                Some((_, how)) => how.word(),
                None => "open",
            };
            json!({
                "name": row.name, "parent": name(row.parent), "start_ns": row.begun.0, "end_ns": ns(row.over),
                "status": status,
            })
        };
        // Whoever nobody ends, and whoever goes on although its context has ended.
        let leak = |row: &Row| {
            let (from, until) = match row.leaked {
                Some(from) => (from, ended(row)),
                None => (ended(row)?, row.over),
            };
            let is_one = until.is_none_or(|until| until > from);
            let line = row.site.line();
            is_one.then(|| {
                json!({
                    "name": row.name, "line": line, "forgotten": row.leaked.is_some(), "from_ns": from.0,
                    "until_ns": ns(until),
                })
            })
        };
        let mut detail = Map::new();
        let most = || self.rows.values().take(MOST);
        detail.insert("nodes".to_owned(), most().map(node).collect());
        detail.insert("spans".to_owned(), most().map(span).collect());
        detail.insert("leaked".to_owned(), most().filter_map(leak).collect());
        if self.rows.len() > MOST {
            detail.insert("truncated".to_owned(), (self.rows.len() - MOST).into());
        }
        detail.insert("rows_left".to_owned(), self.rows_left.into());
        detail
    }
}
