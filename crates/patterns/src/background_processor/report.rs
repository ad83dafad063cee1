//! What the processor alone reports: each task, its statistics by the names of its code, and how many workers there were.

use super::params::Params;
use super::rank::Rank;
use super::statistics::{Statistics, of_times};
use super::{G, OUTSIDE, QUEUE, RETRIES, STRANDED};
use millrace_parts::Times;
use millrace_spec::{Detail, FieldGroup, Values};
use millrace_trace::{
    EventKind, JobId, Ledger, Outcome, SimTime, StationId, StationKind, Trace, TraceEvent, UNLIMITED,
};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The most entries of a list.
const MOST: usize = 10_000;

/// A task.
#[derive(Debug)]
struct Task {
    job: JobId,
    rank: Rank,
    submitted: SimTime,
    is_in: bool,
    starts: Vec<SimTime>,
    ended: Option<(SimTime, &'static str)>,
}

/// The tasks so far.
#[derive(Debug)]
pub(super) struct Tasks {
    kind: String,
    is_shipped: bool,
    queue: StationId,
    rails: Vec<StationId>,
    retries: StationId,
    stranded: StationId,
    list: Vec<Task>,
    more: u64,
    inside: BTreeMap<JobId, Inside>,
    /// Those that somebody works on.
    worked_on: BTreeSet<JobId>,
    /// Tasks by class.
    classes: [Class; 4],
    ends: BTreeMap<&'static str, u64>,
    accepted: u64,
    /// The next that leaves as lost was thrown away.
    is_dropped: bool,
    sizes: Vec<(SimTime, i64)>,
    sizes_more: u64,
    counts: BTreeMap<u8, i64>,
    times: Times,
    now: SimTime,
    waiting: u64,
    /// How many the main queue has, and how many it has room for.
    main: (u64, u32),
    workers: u32,
}

/// Those of a class: how many came, were begun and were completed, and how long they waited until they were first begun.
#[derive(Clone, Copy, Debug, Default)]
struct Class {
    came: u64,
    /// How often they came again, which the code counts as if they were new.
    again: u64,
    begun: u64,
    completed: u64,
    waited: u128,
    longest: u64,
}

/// One that is inside: when it was last begun, its place in the list, whether it was let in, whether it is about to come again, and whether it is
/// known already how it ends.
#[derive(Debug)]
struct Inside {
    rank: Rank,
    submitted: SimTime,
    begun: Option<SimTime>,
    place: Option<usize>,
    is_in: bool,
    rests: bool,
    is_told: bool,
}

impl Tasks {
    pub fn of(values: &Values) -> Tasks {
        let p = Params::read(values);
        Tasks {
            kind: p.kind_word(),
            workers: p.crew(),
            main: (0, UNLIMITED),
            is_shipped: false,
            queue: StationId::NONE,
            rails: Vec::new(),
            retries: StationId::NONE,
            stranded: StationId::NONE,
            list: Vec::new(),
            more: 0,
            inside: BTreeMap::new(),
            worked_on: BTreeSet::new(),
            classes: [Class::default(); 4],
            ends: BTreeMap::new(),
            accepted: 0,
            is_dropped: false,
            sizes: Vec::new(),
            sizes_more: 0,
            counts: BTreeMap::new(),
            times: Times::default(),
            now: SimTime::ZERO,
            waiting: 0,
        }
    }

    fn count(&self, gauge: millrace_trace::Gauge) -> i64 {
        self.counts.get(&gauge.0).copied().unwrap_or(0)
    }

    fn ended(&self, how: &str) -> u64 {
        self.ends.get(how).copied().unwrap_or(0)
    }

    fn gauged(&mut self, gauge: millrace_trace::Gauge, value: i64, at: SimTime) {
        let before = self.counts.insert(gauge.0, value).unwrap_or(0);
        self.is_dropped |= G.dropped.contains(&gauge) && value > before;
        if gauge == G.workers && value != before {
            let has_room = self.sizes.len() < MOST;
            match self.sizes.last_mut() {
                Some(last) if last.0 == at => last.1 = value,
                _ if has_room => self.sizes.push((at, value)),
                _ => self.sizes_more += 1,
            }
        }
    }

    /// A task comes, and says of which class it is.
    fn comes(&mut self, job: JobId, rank: Rank, at: SimTime) {
        let place = (self.list.len() < MOST).then_some(self.list.len());
        match place {
            Some(_) => self.list.push(Task { job, rank, submitted: at, is_in: false, starts: Vec::new(), ended: None }),
            None => self.more += 1,
        }
        if let Some(class) = self.classes.get_mut(rank.place()) {
            class.came += 1;
        }
        self.inside.insert(
            job,
            Inside { rank, submitted: at, begun: None, place, is_in: false, rests: false, is_told: false },
        );
    }

    /// A task is put into a queue, of which it may have been thrown out, after it had rested.
    fn comes_again(&mut self, job: JobId) {
        let Some(inside) = self.inside.get_mut(&job).filter(|inside| inside.rests) else { return };
        inside.rests = false;
        if let Some(class) = self.classes.get_mut(inside.rank.place()) {
            class.again += 1;
        }
    }

    fn row(&mut self, job: JobId) -> Option<&mut Task> {
        let place = self.inside.get(&job)?.place?;
        self.list.get_mut(place)
    }

    fn begins(&mut self, job: JobId, at: SimTime) {
        self.worked_on.insert(job);
        if let Some(inside) = self.inside.get_mut(&job) {
            let first = inside.begun.replace(at).is_none();
            if let Some(class) = self.classes.get_mut(inside.rank.place()).filter(|_| first) {
                let waited = at.since(inside.submitted).0;
                class.begun += 1;
                class.waited += u128::from(waited);
                class.longest = class.longest.max(waited);
            }
        }
        if let Some(row) = self.row(job) {
            row.starts.push(at);
        }
    }

    /// It is known how a task ends, which may be before it leaves.
    fn ends(&mut self, job: JobId, outcome: Outcome, at: SimTime) {
        let is_dropped = outcome == Outcome::Lost && std::mem::take(&mut self.is_dropped);
        if is_dropped {
            // It was to come again, and there was no room.
            self.comes_again(job);
        }
        let Some(inside) = self.inside.get_mut(&job).filter(|inside| !inside.is_told) else { return };
        inside.is_told = true;
        let (begun, rank) = (inside.begun, inside.rank);
        let how = match outcome {
            Outcome::Completed => "completed",
            Outcome::Rejected => "queue-full",
            Outcome::Lost if is_dropped || begun.is_some() => "dropped",
            Outcome::Lost => "never-run",
            _ => "failed",
        };
        if let Some(row) = self.row(job) {
            row.ended = Some((at, how));
        }
        if let Some(class) = self.classes.get_mut(rank.place()).filter(|_| how == "completed") {
            class.completed += 1;
        }
        *self.ends.entry(how).or_default() += 1;
        if let Some(begun) = begun.filter(|_| matches!(how, "completed" | "failed")) {
            self.times.add(at.since(begun));
        }
    }
}

impl Tasks {
    /// How the queue is. The code knows one word for that, however full it is.
    fn queue_health(&self) -> Json {
        let (present, room) = (self.main.0, u64::from(self.main.1));
        let health = match () {
            () if self.is_shipped => "ok",
            () if present >= room => "full",
            () if present * 100 > room * 80 => "nearly full",
            () => "ok",
        };
        json!({ "health": health, "queue_size": self.waiting, "max_workers": self.workers })
    }

    /// The statistics, by the names that the code has for them; and what it has no name for.
    fn totals(&self) -> Map<String, Json> {
        let whole = |n: i64| u64::try_from(n).unwrap_or(0);
        let (total, active) = match (self.is_shipped, G.seen.map(|gauge| whole(self.count(gauge)))) {
            // Nobody looks before the first beat.
            (true, [total, active]) => (total, active),
            (false, _) => (whole(self.count(G.workers)), self.worked_on.len() as u64),
        };
        // As shipped whoever comes again counts again, in all its statistics.
        let of = |class: Class| class.came + if self.is_shipped { class.again } else { 0 };
        let came = self.classes.into_iter().map(of).sum::<u64>();
        let failed = if self.is_shipped { whole(self.count(G.failures)) } else { self.ended("failed") };
        let running = self.worked_on.len() as u64 + whole(self.count(G.left_running));
        let statistics = Statistics {
            total: came,
            completed: self.ended("completed"),
            failed,
            retried: whole(self.count(G.retried)),
            queued: self.accepted,
            active: running,
            times: of_times(&self.times, self.is_shipped),
            queue_size: self.waiting,
            active_workers: active,
            total_workers: total,
            now: self.now,
            last_reset: SimTime::ZERO,
            kind: self.kind.clone(),
            by_priority: self.classes.map(of),
            refused: self.ended("queue-full"),
            dropped: self.ended("dropped"),
            never_run: self.ended("never-run"),
            panicked: whole(self.count(G.panicked)),
        };
        statistics.entries().map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
    }
}

impl Detail for Tasks {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        let at = event.at;
        self.now = self.now.max(at);
        match event.kind {
            EventKind::Opened { station, name, parent, .. } => match trace.name(name) {
                QUEUE => self.queue = station,
                OUTSIDE => self.is_shipped = true,
                RETRIES if parent == self.queue => self.retries = station,
                STRANDED if parent == self.queue => self.stranded = station,
                name if parent == self.queue && Rank::from_id(name).is_ok() => self.rails.push(station),
                _ => {}
            },
            EventKind::Gauged { station, gauge, value } if station == self.queue => self.gauged(gauge, value, at),
            EventKind::Bound { job, to, .. } => {
                let rank = after.station(to).and_then(|row| Rank::from_id(trace.name(row.name)).ok());
                self.comes(job, rank.unwrap_or(Rank::Plain), at);
            }
            EventKind::Moved { job, station, started } => {
                self.worked_on.remove(&job);
                if let Some(inside) = self.inside.get_mut(&job).filter(|inside| !inside.is_in) {
                    inside.is_in = true;
                    self.accepted += 1;
                    if let Some(row) = inside.place.and_then(|place| self.list.get_mut(place)) {
                        row.is_in = true;
                    }
                }
                if station == self.retries {
                    if let Some(inside) = self.inside.get_mut(&job) {
                        inside.rests = true;
                    }
                } else if self.inside.get(&job).is_some_and(|inside| inside.rests) {
                    // A receiver that waits takes it out of the queue before it is seen there.
                    self.comes_again(job);
                    self.accepted += u64::from(self.is_shipped);
                }
                if station == self.stranded {
                    self.ends(job, Outcome::Lost, at);
                }
                if started && after.station(station).is_some_and(|row| row.kind == StationKind::Worker) {
                    self.begins(job, at);
                }
            }
            EventKind::Left { job, outcome } => {
                self.worked_on.remove(&job);
                self.ends(job, outcome, at);
                self.inside.remove(&job);
            }
            _ => {}
        }
        if event.kind.moves_a_job() {
            // As shipped the main queue is all that is looked at.
            let rails = self.rails.iter().filter(|_| !self.is_shipped);
            let present = |station: &StationId| after.station(*station).map_or(0, |row| row.levels.present);
            self.main = after.station(self.queue).map_or(self.main, |row| (row.levels.present, row.capacity));
            self.waiting = rails.chain([&self.queue]).map(present).sum();
        }
    }

    fn report(&self) -> Map<String, Json> {
        let task = |task: &Task| {
            json!({
                "id": task.job.number(),
                "class": task.rank.id(),
                "submitted_ns": task.submitted.0,
                "accepted": task.is_in,
                "starts": task.starts.iter().map(|at| at.0).collect::<Vec<_>>(),
                "ended_ns": task.ended.filter(|(_, how)| *how != "never-run").map(|(at, _)| at.0),
                "outcome": task.ended.map(|(_, how)| how),
            })
        };
        let mut detail = Map::new();
        detail.insert("tasks".to_owned(), self.list.iter().map(task).collect());
        detail.insert("totals".to_owned(), Json::Object(self.totals()));
        detail.insert("queue_health".to_owned(), self.queue_health());
        let class = |(rank, class): (Rank, Class)| {
            let mean = class.waited.checked_div(u128::from(class.begun)).map(|mean| mean as u64);
            let longest = (class.begun > 0).then_some(class.longest);
            let row = json!({
                "submitted": class.came,
                "begun": class.begun,
                "completed": class.completed,
                "mean_wait_ns": mean,
                "max_wait_ns": longest,
            });
            (rank.id().to_owned(), row)
        };
        detail
            .insert("by_class".to_owned(), Json::Object(Rank::ALL.into_iter().zip(self.classes).map(class).collect()));
        detail.insert("workers".to_owned(), self.sizes.iter().map(|(at, n)| json!([at.0, n])).collect());
        if self.more + self.sizes_more > 0 {
            detail.insert("truncated".to_owned(), (self.more + self.sizes_more).into());
        }
        detail
    }
}
