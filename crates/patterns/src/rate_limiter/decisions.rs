//! What the rate limiter alone reports: each decision, in the order in which they were asked for.

use super::params::rules;
use millrace_spec::{Asked, Detail, LimiterGauges, LimiterRule, Packed, Values, Verdict};
use millrace_trace::{EventKind, Gauge, Ledger, SimTime, StationId, Trace, TraceEvent};
use millrace_upstream::Keys;
use serde_json::{Map, Value as Json, json};

/// The most decisions that a report has.
const MOST: usize = 10_000;
const GAUGES: LimiterGauges = LimiterGauges::ALL;

/// The decisions so far.
#[derive(Debug)]
pub(super) struct Decisions {
    keys: Keys,
    limiters: Vec<Limiter>,
    list: Vec<Row>,
    asked: usize,
}

#[derive(Debug)]
struct Limiter {
    rule: LimiterRule,
    station: StationId,
    retry_after: i64,
    /// By the number of who asked it: the place in the list.
    places: Vec<u32>,
}

#[derive(Debug)]
struct Row {
    at: SimTime,
    asked: Asked,
    rule: LimiterRule,
    /// Whether it was let through, and how long it waited; nothing yet while it waits.
    over: Option<(bool, u64)>,
    retry_after: Option<i64>,
}

impl Decisions {
    pub(super) fn new(values: &Values) -> Decisions {
        let limiter =
            |rule: LimiterRule| Limiter { rule, station: StationId::NONE, retry_after: -1, places: Vec::new() };
        Decisions {
            keys: Keys::with_costs(values.word("script"), values.count("keys") as u32, values.number("skew")),
            limiters: rules(values.word("algorithm")).into_iter().map(limiter).collect(),
            list: Vec::new(),
            asked: 0,
        }
    }

    fn gauged(&mut self, at: SimTime, station: StationId, gauge: Gauge, value: i64) {
        let Some(limiter) = self.limiters.iter_mut().find(|limiter| limiter.station == station) else { return };
        if gauge == GAUGES.retry_after {
            limiter.retry_after = value;
        }
        if gauge != GAUGES.verdict {
            return;
        }
        let verdict = Verdict::read(value);
        let (asked, over, retry_after) = match verdict {
            Verdict::Passed(asked) => (asked, Some((true, 0)), None),
            Verdict::Waits(asked) => (asked, None, None),
            Verdict::Refused(asked) => (asked, Some((false, 0)), Some(limiter.retry_after).filter(|after| *after >= 0)),
            Verdict::Served(number) | Verdict::GaveUp(number) => {
                let place = limiter.places.get(number as usize);
                if let Some(row) = place.and_then(|place| self.list.get_mut(*place as usize)) {
                    row.over = Some((matches!(verdict, Verdict::Served(_)), at.since(row.at).0));
                }
                return;
            }
        };
        self.asked += 1;
        if self.list.len() < MOST {
            limiter.places.push(self.list.len() as u32);
            self.list.push(Row { at, asked, rule: limiter.rule, over, retry_after });
        }
    }
}

impl Detail for Decisions {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } => {
                let name = trace.name(name);
                if let Some(limiter) = self.limiters.iter_mut().find(|limiter| limiter.rule.id() == name) {
                    limiter.station = station;
                }
            }
            EventKind::Gauged { station, gauge, value } => self.gauged(event.at, station, gauge, value),
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let row = |row: &Row| {
            json!({
                "at_ns": row.at.0,
                "key": self.keys.word_of_several(row.asked.key),
                "algorithm": row.rule.id(),
                "cost": row.asked.cost,
                "admitted": row.over.map(|(admitted, _)| admitted),
                "wait_ns": row.over.map(|(_, waited)| waited),
                "retry_after_ns": row.retry_after,
            })
        };
        let mut detail = Map::new();
        detail.insert("decisions".to_owned(), self.list.iter().map(row).collect());
        if self.asked > self.list.len() {
            detail.insert("truncated".to_owned(), (self.asked - self.list.len()).into());
        }
        detail
    }
}
