//! What the handler alone reports: its answers by status, its statistics by the names of its code, who was turned away where, and each request.

use super::{BREAKER, Ended, G, HANDLER};
use millrace_parts::Times;
use millrace_spec::{Detail, HandlerAnswer, HandlerStep, Packed, base36};
use millrace_trace::{EventKind, Gauge, JobId, Ledger, SimTime, Span, StationId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The most entries of a list.
const MOST: usize = 10_000;

/// The answers so far.
#[derive(Debug)]
pub(super) struct Answers {
    handler: StationId,
    breaker: StationId,
    counts: BTreeMap<u8, i64>,
    statuses: BTreeMap<u16, u64>,
    /// Those who have not been answered: when each came.
    inside: BTreeMap<JobId, SimTime>,
    /// For which station each of them is bound, which says how much it matters.
    bound: BTreeMap<JobId, StationId>,
    list: Vec<Json>,
    more: u64,
    states: Vec<(u64, String)>,
    /// How long those took who were let in.
    times: Times,
}

impl Default for Answers {
    fn default() -> Answers {
        Answers {
            handler: StationId::NONE,
            breaker: StationId::NONE,
            counts: BTreeMap::new(),
            statuses: BTreeMap::new(),
            inside: BTreeMap::new(),
            bound: BTreeMap::new(),
            list: Vec::new(),
            more: 0,
            states: Vec::new(),
            times: Times::default(),
        }
    }
}

impl Answers {
    fn count(&self, gauge: Gauge) -> i64 {
        self.counts.get(&gauge.0).copied().unwrap_or_default()
    }

    fn is_shipped(&self) -> bool {
        self.count(G.is_shipped) == 1
    }

    /// A request was answered.
    fn answered(&mut self, answer: HandlerAnswer, at: SimTime, trace: &Trace, ledger: &Ledger) {
        *self.statuses.entry(answer.status).or_default() += 1;
        let job = JobId(answer.job);
        let (came, bound) = (self.inside.remove(&job).unwrap_or(at), self.bound.remove(&job));
        // As shipped a panic goes past the line that would have averaged it.
        if answer.step.is_let_in() && !(self.is_shipped() && answer.step == HandlerStep::Panicked) {
            self.times.add(at.since(came));
        }
        if self.list.len() >= MOST {
            self.more += 1;
            return;
        }
        let mut request = json!({
            "job": answer.job, "at_ns": came.0, "answered_ns": at.0, "status": answer.status, "step": answer.step.id(),
        });
        let rail = bound.and_then(|rail| ledger.station(rail)).map(|row| trace.name(row.name));
        let let_in = answer.step.is_let_in();
        let more = [
            ("priority", rail.map(Json::from)),
            ("request_id", let_in.then(|| base36(came.0).into())),
            ("active", let_in.then(|| answer.active.into())),
            ("degraded", let_in.then(|| answer.degraded.into())),
        ];
        if let Some(map) = request.as_object_mut() {
            map.extend(more.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        }
        self.list.push(request);
    }
}

impl Detail for Answers {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } => match trace.name(name) {
                HANDLER => self.handler = station,
                BREAKER => self.breaker = station,
                _ => {}
            },
            EventKind::Entered { job, .. } => {
                self.inside.insert(job, event.at);
            }
            EventKind::Bound { job, to, .. } => {
                self.bound.insert(job, to);
            }
            EventKind::Left { job, .. } => {
                self.inside.remove(&job);
                self.bound.remove(&job);
            }
            // Nobody writes down what was answered where it is in no router.
            EventKind::Answered { answer, .. } if self.count(G.installed) == 0 => {
                *self.statuses.entry(Ended::with(answer).status()).or_default() += 1;
            }
            EventKind::Stated { station, state } if station == self.breaker && self.states.len() < MOST => {
                self.states.push((event.at.0, trace.name(state).to_owned()));
            }
            EventKind::Gauged { station, gauge, value } if station == self.handler => {
                if G.answers.has(gauge) {
                    self.answered(HandlerAnswer::read(value), event.at, trace, after);
                } else {
                    self.counts.insert(gauge.0, value);
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let [total, failed] = [G.total, G.failed].map(|gauge| self.count(gauge));
        let rate = (total > 0).then(|| failed as f64 / total as f64);
        let ms = |span: Span| span.0 as f64 / 1e6;
        let statuses: Map<String, Json> =
            self.statuses.iter().map(|(status, n)| (status.to_string(), (*n).into())).collect();
        let [breaker, health, limit] = G.refused.map(|gauge| self.count(gauge));
        let [server_failures, in_a_row] = G.server_failures.map(|gauge| self.count(gauge));
        let stats = json!({
            "active_requests": self.count(G.current),
            "total_requests": total,
            "completed_requests": self.count(G.completed),
            "failed_requests": failed,
            "timeout_requests": self.count(G.timeouts),
            "degraded_requests": self.count(G.degraded),
            "average_response_time_ms": ms(if self.is_shipped() { self.times.halved() } else { self.times.mean() }),
            "max_response_time_ms": ms(self.times.longest()),
        });
        let all = [
            ("answers", statuses.into()),
            ("degraded", self.count(G.degraded).into()),
            ("peak", self.count(G.peak).into()),
            ("error_rate", rate.into()),
            ("stats", stats),
            ("slow", self.count(G.slow).into()),
            ("turned_away", json!({ "breaker": breaker, "health": health, "limit": limit })),
            ("server_failures", json!({ "all": server_failures, "in_a_row": in_a_row })),
            ("breaker", self.states.iter().map(|(at, state)| json!([at, state])).collect()),
            ("unanswered", self.count(G.unanswered).into()),
            ("passed_by", self.count(G.jumped).into()),
            ("panicked", self.count(G.panicked).into()),
            ("requests", self.list.clone().into()),
        ];
        let mut detail: Map<String, Json> = all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        if self.more > 0 {
            detail.insert("truncated".to_owned(), self.more.into());
        }
        detail
    }
}
