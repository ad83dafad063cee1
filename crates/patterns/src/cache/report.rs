//! What the cache alone reports: where values came from, what was loaded how often, and what went wrong.

use super::REQUESTS;
use super::book::G;
use super::params::Params;
use millrace_spec::{AskedKey, Detail, Packed, ServerName, Values};
use millrace_trace::{EventKind, JobId, Ledger, StationId, Trace, TraceEvent, order};
use millrace_upstream::Keys;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// How many keys are told of one by one: those that were loaded most.
const TOLD: usize = 10;

/// Where values came from so far.
#[derive(Debug)]
pub(super) struct Report {
    keys: Keys,
    cache: StationId,
    origin: StationId,
    /// Of those inside: which key they are of, and whether they load it.
    inside: BTreeMap<JobId, (u32, bool)>,
    /// By key: how often it was loaded, and how many loads are under way.
    loads: BTreeMap<u32, (u64, u64)>,
    peak: u64,
    counts: [i64; 16],
}

impl Report {
    pub(super) fn new(values: &Values) -> Report {
        Report {
            keys: Params::of(values).all_keys(),
            cache: StationId::NONE,
            origin: StationId::NONE,
            inside: BTreeMap::new(),
            loads: BTreeMap::new(),
            peak: 0,
            counts: [0; 16],
        }
    }

    fn begins(&mut self, job: JobId) {
        if let Some((key, loads)) = self.inside.get_mut(&job) {
            *loads = true;
            let (all, now) = self.loads.entry(*key).or_default();
            (*all, *now) = (*all + 1, *now + 1);
            self.peak = self.peak.max(*now);
        }
    }

    fn ends(&mut self, job: JobId) {
        if let Some((key, loads)) = self.inside.get_mut(&job)
            && std::mem::take(loads)
            && let Some((_, now)) = self.loads.get_mut(key)
        {
            *now = now.saturating_sub(1);
        }
    }
}

impl Detail for Report {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } => match trace.name(name) {
                REQUESTS => self.cache = station,
                name if name == ServerName::DEFAULT.as_str() => self.origin = station,
                _ => {}
            },
            EventKind::Gauged { station, gauge, value } if station == self.cache => {
                if gauge == G.asks {
                    let AskedKey { job, key } = AskedKey::read(value);
                    self.inside.insert(JobId(job), (key, false));
                } else if let Some(count) = self.counts.get_mut(usize::from(gauge.0)) {
                    *count = value;
                }
            }
            EventKind::Called { job, station, .. } if station == self.origin => self.begins(job),
            EventKind::Answered { job, .. } => self.ends(job),
            EventKind::Left { job, .. } => drop(self.inside.remove(&job)),
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let count = |gauge: millrace_trace::Gauge| self.counts.get(usize::from(gauge.0)).copied().unwrap_or(0);
        let [l1, l2, origin] = G.hits.map(count);
        let mut most: Vec<(u64, u32)> = self.loads.iter().map(|(key, (all, _))| (*all, *key)).collect();
        order::sort_by_key(&mut most, |(all, key)| (std::cmp::Reverse(*all), *key));
        let told = most.iter().take(TOLD).map(|(all, key)| (self.keys.word(*key).into_owned(), json!(all)));
        let mut detail = Map::new();
        detail.insert("hits".to_owned(), json!({ "l1": l1, "l2": l2, "origin": origin }));
        detail.insert("loads".to_owned(), told.collect::<Map<_, _>>().into());
        detail.insert("loads_in_all".to_owned(), most.iter().map(|(all, _)| all).sum::<u64>().into());
        detail.insert("peak_loads_of_one_key".to_owned(), self.peak.into());
        for (key, gauge) in [
            ("stale", G.stale),
            ("followed", G.followed),
            ("took_over", G.took_over),
            ("refreshed", G.refreshed),
            ("dropped_writes", G.dropped),
            ("unseen_writes", G.unseen),
            ("errors_taken_for_misses", G.taken_for_miss),
            ("texts_for_types", G.mistyped),
        ] {
            detail.insert(key.to_owned(), count(gauge).into());
        }
        detail
    }
}
