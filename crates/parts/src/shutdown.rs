//! The end of a process: its parts are stopped one after the other, all within one time of grace.
//!
//! A part that comes to its own end in time is stopped. One that does not is cut off when the grace is over, and those that come after
//! it have no time at all: what of them is over at once is, the others are cut off as well. So a shutdown is over when its grace is,
//! whatever a part waits for. A part that nobody stops is said to have been left when the process goes.
//!
//! What is to be stopped, in which order, and what it means to cut it off is the affair of whoever calls it: a wrong order is one too.

use super::timeout::timeout;
use millrace_engine::{Env, StationSpec};
use millrace_spec::{PartState, ShutdownGauges};
use millrace_trace::{Gauge, SimTime, Span, StationId, StationKind, UNLIMITED};
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::panic::Location;

const G: ShutdownGauges = ShutdownGauges::ALL;

/// A process with its parts, each at a station of its own below that of the process.
pub struct Shutdown {
    env: Env,
    station: StationId,
    parts: Vec<Part>,
    deadline: Cell<Option<SimTime>>,
    forced: Cell<bool>,
}

struct Part {
    station: StationId,
    state: Cell<PartState>,
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shutdown({} parts, until {:?})", self.parts.len(), self.deadline.get())
    }
}

impl Shutdown {
    /// A process at a station, with parts of these names, which all run.
    pub fn open(env: &Env, station: StationId, parts: &[&str]) -> Shutdown {
        let part = |name: &&str| {
            let spec = StationSpec { kind: StationKind::Worker, name, parent: station, capacity: UNLIMITED };
            let station = env.open(spec);
            env.state(station, PartState::Running.word());
            Part { station, state: Cell::new(PartState::Running) }
        };
        let parts = parts.iter().map(part).collect();
        Shutdown { env: env.clone(), station, parts, deadline: Cell::new(None), forced: Cell::new(false) }
    }

    /// The station of a part, by its place among them.
    pub fn part(&self, place: usize) -> StationId {
        self.parts.get(place).map_or(StationId::NONE, |part| part.station)
    }

    /// It is asked to end, and has so much time from now on.
    pub fn begin(&self, grace: Span) {
        let (now, deadline) = (self.env.now(), self.env.now() + grace);
        self.deadline.set(Some(deadline));
        self.say(G.asked, now);
        self.say(G.deadline, deadline);
    }

    /// Whether it was asked to end.
    pub fn has_begun(&self) -> bool {
        self.deadline.get().is_some()
    }

    /// Stops a part: waits for its end as long as the grace lasts, and cuts it off then. What is over by the time the shutdown looks
    /// at that very instant is in time; what others are only about to bring to an end at it is cut off.
    /// Dropped while it waits, the part was told to stop, and that is all.
    #[track_caller]
    pub fn step<'a>(
        &'a self,
        place: usize,
        close: impl Future<Output = ()> + 'a,
        cut: impl FnOnce() + 'a,
    ) -> impl Future<Output = ()> + 'a {
        let (env, site) = (&self.env, Location::caller());
        env.at(site, async move {
            let Some(part) = self.parts.get(place) else { return close.await };
            env.gauge(part.station, G.began, nanos(env.now()));
            self.state(part, PartState::Stopping);
            let left = self.deadline.get().unwrap_or(SimTime::MAX).since(env.now());
            let in_time = timeout(env, left, close).await.is_ok();
            if !in_time {
                self.forced.set(true);
                cut();
            }
            env.gauge(part.station, G.over, nanos(env.now()));
            self.state(part, if in_time { PartState::Stopped } else { PartState::Forced });
        })
    }

    /// The process is gone. With which code: 1 where a part was cut off.
    pub fn exit(&self) -> i64 {
        for part in self.parts.iter().filter(|part| part.state.get() == PartState::Running) {
            self.state(part, PartState::Left);
        }
        let code = i64::from(self.forced.get());
        self.env.gauge(self.station, G.code, code);
        self.say(G.gone, self.env.now());
        code
    }

    fn state(&self, part: &Part, state: PartState) {
        part.state.set(state);
        self.env.state(part.station, state.word());
    }

    fn say(&self, gauge: Gauge, at: SimTime) {
        self.env.gauge(self.station, gauge, nanos(at));
    }
}

fn nanos(at: SimTime) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}
