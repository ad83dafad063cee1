//! What the platform alone reports: what became of all frames, requests and items, how late they were, and each target of the document beside
//! what was measured.
//!
//! Of millions of times no list is kept: they are counted by their first seven binary digits, so a percentile is up to 1 % too high.

use super::books::Count;
use super::checks::count;
use super::targets::{API_WITHIN, MESSAGES, SESSIONS as WANTED, SOCKET_WITHIN};
use super::{API, ARRIVALS, SESSIONS};
use millrace_spec::{AlertSpells, Detail, Values};
use millrace_trace::{EventKind, JobId, Ledger, Outcome, SimTime, Span, StationId, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Times, counted by size.
#[derive(Debug, Default)]
struct Times {
    counts: BTreeMap<u32, u64>,
    all: u64,
}

impl Times {
    fn add(&mut self, time: Span) {
        self.all += 1;
        *self.counts.entry(Times::size(time.0)).or_default() += 1;
    }

    /// Up to 255 by itself; above that by the place of its first digit and the seven that follow.
    fn size(nanos: u64) -> u32 {
        let shift = (64 - nanos.leading_zeros()).saturating_sub(8);
        shift * 256 + (nanos >> shift) as u32
    }

    /// The greatest time of a size.
    fn greatest(size: u32) -> u64 {
        let (shift, first) = (size / 256, u64::from(size % 256));
        (first << shift) + ((1u64 << shift) - 1)
    }

    /// By nearest rank; none of none.
    fn percentile(&self, percent: u64) -> Option<u64> {
        let mut left = (self.all * percent).div_ceil(100).max(1);
        self.counts.iter().find_map(|(size, n)| {
            left = left.saturating_sub(*n);
            (left == 0).then(|| Times::greatest(*size))
        })
    }
}

/// Where somebody is who has come.
#[derive(Clone, Copy, Debug)]
enum Whose {
    /// A frame: when it came, and as long as it is called, when that began; or for how long it was.
    Frame { came: SimTime, calls: Option<SimTime>, called: Span },
    /// A request to the API: when it came.
    Api(SimTime),
}

/// The run so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// How many workers there are to be.
    workers: u64,
    /// How many sessions were connected at once.
    connected: i64,
    /// Until when frames come in any case: those of a process that is asked to end are read until its requests are answered.
    until: SimTime,
    now: SimTime,
    last_came: SimTime,
    /// Where frames come in, and where requests do: by themselves, or one after the other.
    stations: [Option<StationId>; 3],
    here: BTreeMap<JobId, Whose>,
    sent: u64,
    answered: u64,
    /// How many of those while frames came: the rest is what was left when they did not any more, as those may be after which none has come yet.
    in_time: u64,
    after_the_last: u64,
    errors: u64,
    calls: u64,
    called: Span,
    api: Times,
    added: Times,
    result: Times,
    books: Vec<(Count, i64)>,
    alerts: AlertSpells,
}

/// What the report takes from the books.
const BOOKS: [Count; 26] = [
    Count::FramesLimited,
    Count::Full,
    Count::FramesLost,
    Count::Unread,
    Count::LetGo,
    Count::LeftInQueue,
    Count::ItemsWritten,
    Count::ItemsFailed,
    Count::ItemsLost,
    Count::Answered,
    Count::Failed,
    Count::Limited,
    Count::Refused,
    Count::RequestsLost,
    Count::Anonymous,
    Count::OverUser,
    Count::OverAddress,
    Count::RowsLeft,
    Count::HandsLost,
    Count::Returned,
    Count::Twice,
    Count::Retries,
    Count::PoolTimeouts,
    Count::CutOff,
    Count::Buckets,
    Count::Idle,
];

impl Report {
    /// Of a run with some values, before its first event.
    pub(super) fn of(values: &Values) -> Report {
        let end = values.span("shutdown-at");
        let over = values.span("run-for");
        let until = if end.is_zero() { over } else { end.min(over) };
        Report { workers: values.count("workers"), until: SimTime(until.0), ..Report::default() }
    }

    /// For how long frames have come.
    fn seconds(&self) -> f64 {
        Span(self.now.min(self.until).max(self.last_came).0).seconds()
    }

    fn entered(&mut self, job: JobId, station: StationId, at: SimTime) {
        let [sessions, arrivals, api] = self.stations;
        if sessions == Some(station) {
            self.sent += 1;
            self.last_came = at;
            self.in_time += std::mem::take(&mut self.after_the_last);
            self.here.insert(job, Whose::Frame { came: at, calls: None, called: Span::ZERO });
        } else if [arrivals, api].contains(&Some(station)) {
            self.here.insert(job, Whose::Api(at));
        }
    }

    fn left(&mut self, job: JobId, outcome: Outcome, at: SimTime) {
        match self.here.remove(&job) {
            Some(Whose::Frame { came, called, .. }) if outcome == Outcome::Completed => {
                self.answered += 1;
                let is_in_time = at <= self.until.max(self.last_came);
                self.in_time += u64::from(is_in_time);
                self.after_the_last += u64::from(!is_in_time);
                self.added.add((at - came).saturating_sub(called));
                self.result.add(at - came);
            }
            Some(Whose::Frame { .. }) if matches!(outcome, Outcome::Failed | Outcome::TimedOut) => self.errors += 1,
            Some(Whose::Api(came)) if matches!(outcome, Outcome::Completed | Outcome::Failed | Outcome::TimedOut) => {
                self.api.add(at - came);
            }
            _ => {}
        }
    }

    fn book(&self, what: Count) -> i64 {
        self.books.iter().find(|(known, _)| *known == what).map_or(0, |(_, n)| *n)
    }

    /// λ × S: what came past the limits in a second, how long a call took, and how many are at the service at once because of that.
    fn little(&self) -> Json {
        let within = self.sent as f64 - self.book(Count::FramesLimited) as f64;
        let seconds = self.seconds();
        let rate = if seconds > 0.0 { within / seconds } else { 0.0 };
        let mean = self.called.0.checked_div(self.calls);
        let needed = mean.map(|mean| (rate * mean as f64 / 1e9).ceil() as u64);
        json!({ "frames_per_s": rate, "call_ns": mean, "workers_needed": needed, "workers": self.workers })
    }

    fn targets(&self) -> Json {
        let seconds = self.seconds();
        let per_second = if seconds > 0.0 { self.in_time as f64 / seconds } else { 0.0 };
        let least = |what: &str, wanted: f64, measured: f64| {
            let missed = (wanted - measured).max(0.0);
            json!({ "target": what, "at_least": wanted, "measured": measured, "met": measured >= wanted, "missed_by": missed })
        };
        let below = |what: &str, wanted: i64, times: &Times| {
            let measured = times.percentile(95);
            let met = measured.map(|measured| measured < wanted as u64);
            let missed = measured.map(|measured| measured.saturating_sub(wanted as u64));
            json!({ "target": what, "below_ns": wanted, "measured_ns": measured, "met": met, "missed_by_ns": missed })
        };
        json!([
            least("sessions", WANTED as f64, self.connected as f64),
            below("API, p95", API_WITHIN, &self.api),
            below("WebSocket, p95", SOCKET_WITHIN, &self.added),
            least("messages a second", MESSAGES as f64, per_second),
        ])
    }
}

impl Detail for Report {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.alerts.apply(event, after, trace);
        self.now = event.at;
        match event.kind {
            EventKind::Opened { station, name, .. } => {
                let place = [SESSIONS, ARRIVALS, API].into_iter().position(|known| known == trace.name(name));
                if let Some(known) = place.and_then(|place| self.stations.get_mut(place)) {
                    *known = Some(station);
                }
            }
            EventKind::Entered { job, station } => self.entered(job, station, event.at),
            EventKind::Called { job, .. } => {
                if let Some(Whose::Frame { calls, .. }) = self.here.get_mut(&job) {
                    *calls = Some(event.at);
                }
            }
            EventKind::Answered { job, .. } => {
                if let Some(Whose::Frame { calls, called, .. }) = self.here.get_mut(&job)
                    && let Some(began) = calls.take()
                {
                    *called = event.at - began;
                    self.calls += 1;
                    self.called = Span(self.called.0.saturating_add(called.0));
                }
            }
            EventKind::Left { job, outcome } => self.left(job, outcome, event.at),
            EventKind::Gauged { station: StationId(0), gauge, .. } if gauge == Count::Connected.gauge() => {
                self.connected = self.connected.max(count(after, Count::Connected));
            }
            EventKind::Gauged { station: StationId(0), gauge, .. } => {
                let Some(what) = BOOKS.into_iter().find(|what| what.gauge() == gauge) else { return };
                let value = count(after, what);
                match self.books.iter_mut().find(|(known, _)| *known == what) {
                    Some((_, n)) => *n = value,
                    None => self.books.push((what, value)),
                }
            }
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let book = |what| self.book(what);
        let frames = json!({
            "sent": self.sent, "answered": self.answered, "limited": book(Count::FramesLimited), "jobs_full": book(Count::Full),
            "errors": self.errors, "lost": book(Count::FramesLost), "unread": book(Count::Unread),
            "left_in_queue": book(Count::LeftInQueue), "lost_in_hand": book(Count::HandsLost),
            "delivered_again": book(Count::Returned), "asked_twice": book(Count::Twice),
        });
        let api = json!({
            "answered": book(Count::Answered), "failed": book(Count::Failed), "limited": book(Count::Limited),
            "refused": book(Count::Refused), "lost": book(Count::RequestsLost),
            "anonymous_limited": book(Count::Anonymous), "user_limited": book(Count::OverUser),
            "address_limited": book(Count::OverAddress), "rows_left": book(Count::RowsLeft),
        });
        let items = json!({
            "written": book(Count::ItemsWritten), "failed": book(Count::ItemsFailed), "lost": book(Count::ItemsLost),
        });
        let stores = json!({
            "retries": book(Count::Retries), "pool_timeouts": book(Count::PoolTimeouts), "cut_off": book(Count::CutOff),
        });
        let buckets = json!({ "kept": book(Count::Buckets), "idle": book(Count::Idle) });
        let mut detail = Map::new();
        detail.insert("delivered".to_owned(), self.answered.into());
        detail.insert("limited".to_owned(), book(Count::FramesLimited).into());
        detail.insert("lost".to_owned(), (book(Count::FramesLost) + book(Count::Unread)).into());
        let p95 = |times: &Times| times.percentile(95);
        detail.insert(
            "p95_ns".to_owned(),
            json!({ "api": p95(&self.api), "socket": p95(&self.added), "result": p95(&self.result) }),
        );
        let (alerts, more) = self.alerts.report();
        detail.insert("alerts".to_owned(), alerts);
        detail.insert("truncated".to_owned(), more.into());
        let sockets = json!({ "connected": self.connected, "let_go": book(Count::LetGo) });
        detail.insert("sockets".to_owned(), sockets);
        detail.insert("frames".to_owned(), frames);
        detail.insert("api".to_owned(), api);
        detail.insert("items".to_owned(), items);
        detail.insert("stores".to_owned(), stores);
        detail.insert("buckets".to_owned(), buckets);
        detail.insert("little".to_owned(), self.little());
        detail.insert("targets".to_owned(), self.targets());
        detail
    }
}
