//! One job's way through a run: where it was, what it waited for there, and for how long.
//!
//! Read from the log, for whoever follows a single request. Stretches of time follow one another without a gap, from when the job came
//! in to when it left, so what they take adds up to how long it took. What takes no virtual time is no stretch.

use millrace_trace::{EventKind, JobId, Outcome, SimTime, Site, Span, StationId, StationKind, TaskId, Trace, Wait};

/// What becomes of a job during a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It lies in a queue.
    Lies,
    /// It waits for a slot of a server, or for a permit of a pool.
    Queues,
    /// A server works on it.
    Served,
    /// It is where it wanted to be: a pool holds it, a car carries it.
    Held,
    /// Whoever has it in hand waits for this, at this station if it is at one.
    Waits(Wait, StationId),
    /// It is in somebody's hand, or wherever its kind of station keeps it.
    There,
}

impl Doing {
    /// Whether somebody works on it.
    pub const fn is_work(self) -> bool {
        matches!(self, Doing::Served)
    }
}

/// A stretch of time of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// From when.
    pub from: SimTime,
    /// Until when; nothing while it lasts.
    pub to: Option<SimTime>,
    /// Where it is.
    pub station: StationId,
    /// What becomes of it.
    pub doing: Doing,
    /// The line in the pattern that keeps it there, where one is known.
    pub site: Site,
}

impl Stretch {
    /// How long it takes, or has taken by an instant.
    pub fn length(&self, now: SimTime) -> Span {
        Span(self.to.unwrap_or(now).0.saturating_sub(self.from.0))
    }

    /// Whether it is the one at an instant.
    pub fn holds(&self, at: SimTime) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// A job's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The job.
    pub job: JobId,
    /// When it came in.
    pub entered: SimTime,
    /// When and how it left, if it did; as a part of another job where no way is said.
    pub left: Option<(SimTime, Option<Outcome>)>,
    /// What happened, in order.
    pub stretches: Vec<Stretch>,
    /// Where it came by, and when, in order: also where it did not stay.
    pub stops: Vec<(SimTime, StationId)>,
}

impl Way {
    /// The way of a job, as far as the log goes; nothing if the log does not have its beginning.
    pub fn of(trace: &Trace, job: JobId) -> Option<Way> {
        let mut finder = Finder { kinds: Vec::new(), homes: Vec::new(), way: None, job };
        for event in trace.iter() {
            if finder.hear(event.at, event.task, &event.kind, event.site) {
                break;
            }
        }
        finder.way
    }

    /// How long it took, or has taken by an instant.
    pub fn total(&self, now: SimTime) -> Span {
        let end = self.left.map_or(now, |(at, _)| at);
        Span(end.0.saturating_sub(self.entered.0))
    }

    /// How long somebody worked on it.
    pub fn worked(&self, now: SimTime) -> Span {
        Span(self.stretches.iter().filter(|s| s.doing.is_work()).map(|s| s.length(now).0).sum())
    }

    /// The two stretches that took longest without work on it, the longest first.
    pub fn longest_waits(&self, now: SimTime) -> Vec<Stretch> {
        let mut waits: Vec<_> =
            self.stretches.iter().filter(|s| !s.doing.is_work() && s.length(now).0 > 0).copied().collect();
        millrace_trace::order::sort_by_key(&mut waits, |s| std::cmp::Reverse(s.length(now)));
        waits.truncate(2);
        waits
    }

    fn now_is(&mut self, at: SimTime, station: StationId, doing: Doing, site: Site) {
        if self.stops.last().is_none_or(|(_, last)| *last != station) {
            self.stops.push((at, station));
        }
        match self.stretches.last_mut() {
            // Nobody sees what is over at once.
            Some(last) if last.from == at => {
                (last.station, last.doing) = (station, doing);
                last.site = if site == Site::NONE { last.site } else { site };
            }
            Some(last) if last.station == station && last.doing == doing => {}
            last => {
                if let Some(last) = last {
                    last.to = Some(at);
                }
                self.stretches.push(Stretch { from: at, to: None, station, doing, site });
            }
        }
    }

    fn ends(&mut self, at: SimTime, outcome: Option<Outcome>) {
        self.left = Some((at, outcome));
        match self.stretches.last_mut() {
            Some(last) if last.from == at => _ = self.stretches.pop(),
            Some(last) => last.to = Some(at),
            None => {}
        }
    }
}

/// Hears the events of a run and finds the way.
struct Finder {
    /// The kinds of the stations, and where tasks are at home, by number.
    kinds: Vec<Option<StationKind>>,
    homes: Vec<StationId>,
    job: JobId,
    way: Option<Way>,
}

impl Finder {
    /// Takes in an event. Whether the way is at its end.
    fn hear(&mut self, at: SimTime, task: TaskId, kind: &EventKind, site: Site) -> bool {
        let job = self.job;
        match *kind {
            EventKind::Opened { station, kind, .. } => put(&mut self.kinds, station.0, Some(kind), None),
            EventKind::Spawned { child, station, .. } => put(&mut self.homes, child.0, station, StationId::NONE),
            EventKind::Entered { job: own, station } if own == job => {
                self.way = Some(Way { job, entered: at, left: None, stretches: Vec::new(), stops: Vec::new() });
                self.goes(at, station, false, site);
            }
            EventKind::Split { job: whole, child } if child == job => {
                let _of = whole;
                self.way = Some(Way { job, entered: at, left: None, stretches: Vec::new(), stops: Vec::new() });
                let home = self.homes.get(task.0 as usize).copied().unwrap_or(StationId::NONE);
                self.goes(at, home, false, site);
            }
            EventKind::Moved { job: own, station, started } if own == job => self.goes(at, station, started, site),
            EventKind::Called { job: own, station, started } if own == job => {
                let doing = if started { Doing::Served } else { Doing::Queues };
                self.is(at, station, doing, site);
            }
            EventKind::Started { job: own } if own == job => {
                let way = self.way.as_mut();
                if let Some((way, last)) = way.and_then(|s| s.stretches.last().copied().map(|last| (s, last))) {
                    let pool = self.kinds.get(last.station.0 as usize) == Some(&Some(StationKind::Pool));
                    way.now_is(at, last.station, if pool { Doing::Held } else { Doing::Served }, last.site);
                }
            }
            EventKind::Answered { job: own, station, .. } if own == job => self.goes(at, station, true, site),
            EventKind::Waits { what, station, .. } => self.waits(at, task, what, station, site),
            EventKind::Left { job: own, outcome } if own == job => return self.over(at, Some(outcome)),
            EventKind::Merged { job: own, .. } if own == job => return self.over(at, None),
            _ => {}
        }
        false
    }

    /// Whoever has the job in hand waits.
    fn waits(&mut self, at: SimTime, task: TaskId, what: Wait, station: StationId, site: Site) {
        let Some(last) = self.way.as_ref().and_then(|way| way.stretches.last()) else { return };
        let (here, in_hand) = (last.station, matches!(last.doing, Doing::There | Doing::Waits(..)));
        let at_home = self.homes.get(task.0 as usize) == Some(&here);
        // While it is called or queued, what its task waits for is that.
        if in_hand && at_home && self.is_hand(here) && !matches!(what, Wait::Call | Wait::Receive) {
            self.is(at, here, Doing::Waits(what, station), site);
        }
    }

    fn is_hand(&self, station: StationId) -> bool {
        let kind = self.kinds.get(station.0 as usize).copied().flatten();
        matches!(kind, Some(StationKind::Worker | StationKind::Source))
    }

    /// It goes to a station.
    fn goes(&mut self, at: SimTime, station: StationId, started: bool, site: Site) {
        let doing = match self.kinds.get(station.0 as usize).copied().flatten() {
            Some(StationKind::Channel | StationKind::Landing) => Doing::Lies,
            Some(StationKind::Car) => Doing::Held,
            Some(StationKind::Pool) if started => Doing::Held,
            Some(StationKind::Pool) => Doing::Queues,
            _ => Doing::There,
        };
        self.is(at, station, doing, site);
    }

    fn is(&mut self, at: SimTime, station: StationId, doing: Doing, site: Site) {
        if let Some(way) = &mut self.way {
            way.now_is(at, station, doing, site);
        }
    }

    fn over(&mut self, at: SimTime, outcome: Option<Outcome>) -> bool {
        self.way.as_mut().map(|way| way.ends(at, outcome)).is_some()
    }
}

/// Puts something at a number; what was left out before is `none`.
fn put<T: Copy>(all: &mut Vec<T>, number: u32, what: T, none: T) {
    let number = number as usize;
    if all.len() <= number {
        all.resize(number + 1, none);
    }
    if let Some(place) = all.get_mut(number) {
        *place = what;
    }
}
