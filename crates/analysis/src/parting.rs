//! Where two runs of the same traffic part: the first instant at which something happens in one that does not happen in the other, to whom, and what.
//!
//! Two runs that have the same seed number their jobs alike, so what happens to a job in the one can be held against what happens to the same job in
//! the other. Within an instant it is compared job by job: who is polled first is nothing that anybody would call a difference. Where all jobs fare
//! alike until then, what stations show of themselves is compared in the same way.

use millrace_trace::{Answer, EventKind, Gauge, JobId, Outcome, SimTime, StationId, Trace, UNLIMITED, order};

/// Who fares otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A job.
    Job(JobId),
    /// A station, by its name.
    Station(String),
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happened {
    /// In words: "goes to workers".
    Said(String),
    /// A gauge of the station has another value.
    Gauged(Gauge, i64),
}

/// What happens next to whoever fares otherwise: when, and what. Nothing, where nothing more does.
pub type Next = Option<(SimTime, Happened)>;

/// Where two runs part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// When.
    pub at: SimTime,
    /// Who fares otherwise.
    pub who: Who,
    /// What happens next to it, in the first run and in the second.
    pub next: [Next; 2],
}

/// Where two runs part, until an instant. None where they are alike until then, and where the log of one no longer has its beginning. Of the gauges
/// of stations those come first that are shown.
pub fn parting(
    first: &Trace,
    second: &Trace,
    until: SimTime,
    is_shown: &dyn Fn(&str, Gauge) -> bool,
) -> Option<Parting> {
    let is_whole = [first, second].iter().all(|trace| trace.is_empty() || trace.get(0).is_some());
    if !is_whole {
        return None;
    }
    let of_all = |_: &str, _: Gauge| true;
    let ways = [None, Some(is_shown), Some(&of_all as &dyn Fn(&str, Gauge) -> bool)];
    ways.into_iter().find_map(|gauges| apart([first, second], until, gauges))
}

/// The gauges of stations that are compared; none where jobs are.
type Gauges<'a> = Option<&'a dyn Fn(&str, Gauge) -> bool>;

/// What happens at an instant, as far as it is compared.
type Moment = Vec<EventKind>;
/// The same in words, each with whom it happens to, and in which order: a station tells its gauges in any.
type Told = Vec<One>;
type One = (Who, (u16, usize), Happened);

/// A log, read instant by instant.
struct Reading<'a> {
    trace: &'a Trace,
    gauges: Gauges<'a>,
    next: u64,
    names: Vec<&'a str>,
}

impl<'a> Reading<'a> {
    fn of(trace: &'a Trace, gauges: Gauges<'a>) -> Reading<'a> {
        Reading { trace, gauges, next: 0, names: Vec::new() }
    }

    /// The instant of the next event.
    fn at(&self) -> Option<SimTime> {
        self.trace.get(self.next).map(|event| event.at)
    }

    /// What happens at an instant, if that is the next one.
    fn moment(&mut self, at: SimTime) -> Moment {
        let mut moment = Moment::new();
        while let Some(event) = self.trace.get(self.next).filter(|event| event.at == at) {
            self.next += 1;
            match event.kind {
                EventKind::Opened { station, name, .. } => self.opened(station, self.trace.name(name)),
                EventKind::Gauged { station, gauge, .. }
                    if self.gauges.is_some_and(|is_shown| is_shown(self.name(station), gauge)) =>
                {
                    moment.push(event.kind);
                }
                EventKind::Stated { .. } | EventKind::Sized { .. } if self.gauges.is_some() => moment.push(event.kind),
                kind if self.gauges.is_none() && kind.moves_a_job() => moment.push(kind),
                _ => {}
            }
        }
        moment
    }

    fn opened(&mut self, station: StationId, name: &'a str) {
        let place = station.0 as usize;
        if self.names.len() <= place {
            self.names.resize(place + 1, "");
        }
        if let Some(own) = self.names.get_mut(place) {
            *own = name;
        }
    }

    /// A moment in words, by whom it happens to; what happens to one in its order.
    fn told(&self, moment: &[EventKind]) -> Told {
        let one = |(place, kind): (usize, &EventKind)| {
            let (who, happened) = if self.gauges.is_none() { self.of_job(kind) } else { self.of_station(kind) }?;
            let gauge = if let Happened::Gauged(gauge, _) = happened { u16::from(gauge.0) + 1 } else { 0 };
            Some((who, (gauge, place), happened))
        };
        let mut told: Told = moment.iter().enumerate().filter_map(one).collect();
        order::sort_by(&mut told, |a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        told
    }

    fn name(&self, station: StationId) -> &'a str {
        self.names.get(station.0 as usize).copied().unwrap_or_default()
    }

    fn of_job(&self, kind: &EventKind) -> Option<(Who, Happened)> {
        let (job, said) = match *kind {
            EventKind::Entered { job, station } => (job, format!("comes in at {}", self.name(station))),
            EventKind::Moved { job, station, .. } => (job, format!("goes to {}", self.name(station))),
            EventKind::Started { job } => (job, "is begun".to_owned()),
            EventKind::Called { job, station, started: true } => (job, format!("is served by {}", self.name(station))),
            EventKind::Called { job, station, .. } => (job, format!("waits for {}", self.name(station))),
            EventKind::Answered { job, answer, .. } => (job, answered(answer)),
            EventKind::Split { job, .. } => (job, "sets off a part of it".to_owned()),
            EventKind::Merged { job, .. } => (job, "becomes part of another".to_owned()),
            EventKind::Left { job, outcome } => (job, left(outcome).to_owned()),
            _ => return None,
        };
        Some((Who::Job(job), Happened::Said(said)))
    }

    fn of_station(&self, kind: &EventKind) -> Option<(Who, Happened)> {
        let (station, happened) = match *kind {
            EventKind::Gauged { station, gauge, value } => (station, Happened::Gauged(gauge, value)),
            EventKind::Stated { station, state } => (station, Happened::Said(format!("is {}", self.trace.name(state)))),
            EventKind::Sized { station, capacity: UNLIMITED } => (station, Happened::Said("has no limit".to_owned())),
            EventKind::Sized { station, capacity } => (station, Happened::Said(format!("has room for {capacity}"))),
            _ => return None,
        };
        Some((Who::Station(self.name(station).to_owned()), happened))
    }

    /// What happens to somebody from here on.
    fn next_of(mut self, who: &Who) -> Next {
        while let Some(at) = self.at() {
            let moment = self.moment(at);
            if let Some((.., happened)) = self.told(&moment).into_iter().find(|(other, ..)| other == who) {
                return Some((at, happened));
            }
        }
        None
    }
}

fn apart(both: [&Trace; 2], until: SimTime, gauges: Gauges<'_>) -> Option<Parting> {
    let [mut mine, mut other] = both.map(|trace| Reading::of(trace, gauges));
    loop {
        let at = [mine.at(), other.at()].into_iter().flatten().min().filter(|at| *at <= until)?;
        let (here, there) = (mine.moment(at), other.moment(at));
        // What stations are told when they are opened is how they are set.
        let is_set = gauges.is_some() && at == SimTime::ZERO;
        // Mostly all is the same, and need not be put into words.
        if is_set || here == there && mine.names == other.names {
            continue;
        }
        let Some((who, happened)) = first_apart(&mine.told(&here), &other.told(&there)) else { continue };
        let [mine_now, other_now] = happened.map(|happened| happened.map(|happened| (at, happened)));
        let next = [mine_now.or_else(|| mine.next_of(&who)), other_now.or_else(|| other.next_of(&who))];
        return Some(Parting { at, who, next });
    }
}

/// Whoever fares otherwise in the one moment than in the other, and what first is another.
fn first_apart(mine: &Told, other: &Told) -> Option<(Who, [Option<Happened>; 2])> {
    let is_same = |a: &One, b: &One| (&a.0, &a.2) == (&b.0, &b.2);
    let place = mine.iter().zip(other).take_while(|(a, b)| is_same(a, b)).count();
    let both = [mine.get(place), other.get(place)];
    let who = both.into_iter().flatten().map(|(who, ..)| who).min()?.clone();
    let happened = both.map(|told| told.filter(|(other, ..)| *other == who).map(|(.., happened)| happened.clone()));
    Some((who, happened))
}

fn answered(answer: Answer) -> String {
    match answer {
        Answer::Status(status) => format!("is answered {status}"),
        Answer::TimedOut => "has waited too long".to_owned(),
        Answer::Cancelled => "is called off".to_owned(),
        Answer::Failed => "gets no answer".to_owned(),
    }
}

const fn left(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "is done",
        Outcome::Substituted => "is done, with a substitute",
        Outcome::Failed => "fails",
        Outcome::Rejected => "is turned away",
        Outcome::TimedOut => "runs out of time",
        Outcome::Cancelled => "is cancelled",
        Outcome::Lost => "is lost",
    }
}
