//! What the manager alone reports: of each pool how many ran and were admitted at once and what became of them, and what the statistics said last.
//!
//! Who runs and who holds a permit is read from the way of the jobs, and not from what the program counts about itself: that is the point.

use super::MANAGER;
use super::kind::Kind;
use super::monitor;
use super::params::Params;
use super::pool;
use millrace_spec::{Detail, FieldGroup, Values};
use millrace_trace::ledger::Fate;
use millrace_trace::{EventKind, Gauge, JobId, Ledger, Outcome, SimTime, StationId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Where a job is that is counted: it has a permit of a pool, or a worker of it works on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Permits(usize),
    Worker(usize),
}

/// A pool so far.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    running: u64,
    peak_running: u64,
    admitted: u64,
    peak_admitted: u64,
    submitted: i64,
    active: i64,
    latency: i64,
    completed: u64,
    failed: u64,
    dropped: i64,
}

/// The pools so far.
#[derive(Debug)]
pub(super) struct Pools {
    cpus: u32,
    places: BTreeMap<StationId, Place>,
    crews: BTreeMap<StationId, usize>,
    manager: Option<StationId>,
    jobs: BTreeMap<JobId, Place>,
    counts: [Counts; 3],
    told: [i64; 7],
    last_look: Option<SimTime>,
}

impl Pools {
    pub fn of(values: &Values) -> Pools {
        Pools {
            cpus: Params::read(values).machine.cpus,
            places: BTreeMap::new(),
            crews: BTreeMap::new(),
            manager: None,
            jobs: BTreeMap::new(),
            counts: Default::default(),
            told: [0; 7],
            last_look: None,
        }
    }

    /// A station opens.
    fn opens(&mut self, station: StationId, parent: StationId, name: &str) {
        if let Some(pool) = self.crews.get(&parent) {
            self.places.insert(station, Place::Worker(*pool));
        }
        for kind in Kind::ALL {
            let [permits, .., workers, _] = kind.stations();
            if name == permits {
                self.places.insert(station, Place::Permits(kind as usize));
            } else if name == workers {
                self.crews.insert(station, kind as usize);
            }
        }
        if name == MANAGER {
            self.manager = Some(station);
        }
    }

    /// A job is served at a place from now on, or is nowhere that counts.
    fn goes(&mut self, job: JobId, to: Option<Place>) -> Option<Place> {
        let from = match to {
            Some(place) => self.jobs.insert(job, place),
            None => self.jobs.remove(&job),
        };
        for (place, comes) in from.map(|place| (place, false)).into_iter().chain(to.map(|place| (place, true))) {
            let (Place::Permits(pool) | Place::Worker(pool)) = place;
            let Some(counts) = self.counts.get_mut(pool) else { continue };
            let (now, peak) = match place {
                Place::Permits(_) => (&mut counts.admitted, &mut counts.peak_admitted),
                Place::Worker(_) => (&mut counts.running, &mut counts.peak_running),
            };
            *now = if comes { *now + 1 } else { now.saturating_sub(1) };
            *peak = (*peak).max(*now);
        }
        from
    }

    fn gauged(&mut self, station: StationId, gauge: Gauge, value: i64, at: SimTime) {
        if Some(station) == self.manager {
            if gauge == monitor::LOOKS {
                self.last_look = Some(at);
            }
            if let Some(told) = self.told.get_mut(usize::from(gauge.0)) {
                *told = value;
            }
        }
        let Some(Place::Permits(at)) = self.places.get(&station) else { return };
        let Some(counts) = self.counts.get_mut(*at) else { return };
        match gauge {
            pool::ACTIVE => counts.active = value,
            pool::LATENCY => counts.latency = value,
            pool::SUBMITTED => counts.submitted = value,
            pool::DROPPED => counts.dropped = value,
            _ => {}
        }
    }
}

impl Detail for Pools {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, parent, name, .. } => self.opens(station, parent, trace.name(name)),
            EventKind::Moved { job, station, started } => {
                let to = self.places.get(&station).copied().filter(|_| started);
                if to.is_some() || self.jobs.contains_key(&job) {
                    self.goes(job, to);
                }
            }
            EventKind::Started { job } => {
                let at = after.job(job).and_then(|row| if let Fate::At(at) = row.fate { Some(at) } else { None });
                let at = at.and_then(|at| self.places.get(&at)).copied();
                if at.is_some() {
                    self.goes(job, at);
                }
            }
            EventKind::Left { job, outcome } => {
                if let Some(Place::Worker(at)) = self.goes(job, None)
                    && let Some(counts) = self.counts.get_mut(at)
                {
                    match outcome {
                        Outcome::Completed => counts.completed += 1,
                        Outcome::Failed | Outcome::TimedOut => counts.failed += 1,
                        _ => {}
                    }
                }
            }
            EventKind::Gauged { station, gauge, value } => self.gauged(station, gauge, value, event.at),
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let pool = |counts: &Counts| {
            json!({
                "peak_running": counts.peak_running,
                "peak_admitted": counts.peak_admitted,
                "submitted": counts.submitted,
                "completed": counts.completed,
                "failed": counts.failed,
                "results_dropped": counts.dropped,
                "active": counts.active,
                "avg_latency_ms": counts.latency as f64 / 1e6,
            })
        };
        let pools: Map<_, _> = Kind::ALL
            .into_iter()
            .zip(&self.counts)
            .map(|(kind, counts)| (kind.id().to_owned(), pool(counts)))
            .collect();
        let [tasks, heap, cpu, load, _, _, limit] = self.told;
        let system = json!({
            "cpu_count": self.cpus,
            "memory_usage_bytes": heap << 20,
            "memory_limit_bytes": limit << 20,
            "goroutine_count": tasks,
            "cpu_usage": cpu as f64 / 1e6,
            "load_average": load as f64 * f64::from(self.cpus) / 1e6,
            "last_updated_ns": self.last_look.map(|at| at.0),
        });
        Map::from_iter([("pools".to_owned(), Json::Object(pools)), ("system_stats".to_owned(), system)])
    }
}
