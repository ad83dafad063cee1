//! What the stage needs beyond the ledger: the last second of each worker, the last minute of each car, recent latencies, the
//! recent past of a delay.
//!
//! A fold beside the ledger, bounded in memory however long the run: it keeps a second, five or sixty, and what is shorter than a
//! pixel is put together. It is cloned into key frames, so it must stay small.

mod calls;
mod kept;
mod path;
mod ribbon;
mod sessions;
mod stood;
mod tries;
mod verdicts;

pub use calls::{Calls, Ended};
pub use kept::{Kept, KeyRow};
pub use path::{PAST, Path};
pub use ribbon::{Mode, Piece, Ribbon};
pub use sessions::{Became, Last, Sessions};
pub use stood::Stood;
pub use tries::{Rates, Tried, Tries, Try};
pub use verdicts::{BIN as VERDICT_BIN, Mark, SHOWN as VERDICTS, Told, Verdicts};

use crate::scene::MOST_JOBS;
use litemap::LiteMap;
use millrace_spec::{
    HandlerGauges, LimiterGauges, Packed, RailGauges, ScalerGauges, SessionGauges, TriedTask, Verdict,
};
use millrace_trace::{
    Ending, EventKind, Fold, Gauge, JobId, Ledger, SimTime, Span, StationId, StationKind, Trace, TraceEvent,
};
use std::collections::{BTreeMap, VecDeque};

/// How far back ribbons go.
pub const RIBBON: Span = Span::secs(1);
/// How far back small charts on the stage go.
pub const RECENT: Span = Span::secs(5);
/// A bin of the drain rate.
pub const BIN: Span = Span::millis(50);
/// Bins of the drain rate: five seconds, and the one that is being filled.
const BINS: u64 = 101;
/// Workers with a past: more than these are never drawn as lanes.
const WITH_PAST: usize = 64;
/// Cars with a past: more than these are never drawn with their paths.
const WITH_PATH: usize = 32;
/// Points of a gauge's past, and how far apart they are at least.
const POINTS: usize = 512;
const POINT_GAP: Span = Span::millis(8);
/// How many looks at a pool are kept.
pub const LOOKS: usize = 64;
/// What a rate limiter shows of itself.
const LIMITER: LimiterGauges = LimiterGauges::ALL;
/// The same of a request handler, whose answers have numbers that no other crew has.
const HANDLER: HandlerGauges = HandlerGauges::ALL;
/// The same of a queue by class.
const RAILS: RailGauges = RailGauges::ALL;

/// The ledger and what the stage needs beyond it: all that is folded at a playhead.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Where everything is.
    pub ledger: Ledger,
    /// The recent past.
    pub recent: Recent,
}

/// It knows what became of each job as long as each can have a cell of its own.
impl Default for Picture {
    fn default() -> Picture {
        Picture { ledger: Ledger::keeping(MOST_JOBS as usize), recent: Recent::default() }
    }
}

impl Fold for Picture {
    fn bytes(&self) -> usize {
        let sessions = self.recent.sessions.iter().map(|(_, sessions)| sessions.bytes());
        self.ledger.bytes() + sessions.sum::<usize>() + std::mem::size_of_val(self)
    }

    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        self.recent.observe(event, &self.ledger);
        self.ledger.apply(event, trace);
        self.recent.settle(event, &self.ledger);
    }
}

impl Picture {
    /// The stations of a trace and nothing that happened there: what a run looks like before it starts.
    pub fn idle(trace: &Trace) -> Picture {
        let mut idle = Picture::default();
        for event in trace.iter().take_while(|e| e.at == SimTime::ZERO) {
            let kind = |station| idle.ledger.station(station).map(|row| row.kind);
            let structure = match event.kind {
                EventKind::Opened { .. } | EventKind::Sized { .. } | EventKind::Travelled { .. } => true,
                // Where a car may go and when its breaker opens is what it is, not what happened to it.
                EventKind::Gauged { station, .. } | EventKind::Stated { station, .. } => {
                    matches!(kind(station), Some(StationKind::Car | StationKind::Landing | StationKind::Gate))
                }
                _ => false,
            };
            if structure {
                idle.ledger.apply(event, trace);
            }
        }
        idle
    }
}

/// What a gauge showed, oldest first.
type Points = VecDeque<(SimTime, i64)>;

/// The recent past of a run.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// The workers, in the order of their first event.
    ribbons: Vec<Ribbon>,
    /// By station: its place among the ribbons, from 1.
    places: Vec<u16>,
    /// By server: its recent calls.
    calls: LiteMap<StationId, Calls>,
    /// The server of the call that just ended: afterwards nothing tells of it.
    answered: Option<StationId>,
    /// How long the call took that is about to end, where that was said, and of which job it is.
    took: Option<(JobId, Span)>,
    gauges: LiteMap<(StationId, Gauge), Points>,
    /// The pools, with how much of each was held.
    held: LiteMap<StationId, Points>,
    /// The pools of which something lay free while there was enough for somebody behind the first in line, and how much.
    spare: LiteMap<StationId, Points>,
    /// By place of a pool: how it stood.
    stood: LiteMap<StationId, Stood>,
    /// By rate limiter: what it said.
    verdicts: LiteMap<StationId, Verdicts>,
    /// The cars that are there.
    paths: LiteMap<StationId, Path>,
    /// By cache: what it keeps.
    kept: LiteMap<StationId, Kept>,
    /// By task that is inside and was tried before: how often.
    tried: BTreeMap<JobId, u32>,
    /// By source of sessions: what became of the last of each.
    sessions: LiteMap<StationId, Sessions>,
    /// The tries of requests.
    tries: Tries,
    /// Jobs that got what they came for, by bin.
    drained: VecDeque<(u64, u32)>,
}

impl Recent {
    /// Takes in an event, with the state before it; [`Recent::settle`] follows.
    #[inline]
    pub fn observe(&mut self, event: &TraceEvent, before: &Ledger) {
        if let EventKind::Took { job, span } = event.kind {
            self.took = Some((job, span));
        }
        if let EventKind::Answered { job, station, answer } = event.kind {
            self.answered = before.job(job).and_then(|row| row.server());
            let said = self.took.take().filter(|(of, _)| *of == job).map(|(_, span)| span);
            if let (Some(took), Some(server)) = (said.or(before.call_age(job, event.at)), self.answered) {
                let others = before.station(server).map_or(0, |row| row.levels.present.saturating_sub(1));
                self.calls.entry(server).or_default().ended(answer, took, others, event.at);
            }
            if !answer.is_success()
                && let Some(ribbon) = self.ribbon_mut(station)
            {
                ribbon.failed(event.at, answer);
            }
        }
    }

    /// Takes in the same event, with the state after it.
    #[inline]
    pub fn settle(&mut self, event: &TraceEvent, after: &Ledger) {
        self.tries.settle(event, after);
        self.sessions.iter_mut().for_each(|(source, sessions)| sessions.settle(*source, event, after));
        for (pool, points) in &mut self.held {
            let held = after.station(*pool).map_or(0, |row| row.taken() as i64);
            if points.back().is_none_or(|(_, last)| *last != held) {
                push_point(points, held, event.at);
            }
            let spare = after.station(*pool).map_or(0, |row| spare(row, after));
            let known = self.spare.get(pool).and_then(|points| points.back()).map_or(0, |(_, last)| *last);
            if spare != known {
                push_point(self.spare.entry(*pool).or_default(), spare, event.at);
            }
        }
        let server = match event.kind {
            EventKind::Called { station, .. } => {
                self.calls.entry(station).or_default().asked(event.at);
                Some(station)
            }
            EventKind::Started { job } => after.job(job).and_then(|row| row.server()),
            _ => self.answered.take(),
        };
        if let Some((server, row)) = server.and_then(|id| Some((id, after.station(id)?))) {
            self.calls.entry(server).or_default().wait(row.levels.waiting(), event.at);
        }
        if let EventKind::Left { job, .. } = event.kind {
            self.tried.remove(&job);
            for (_, kept) in &mut self.kept {
                kept.left(job);
            }
        }
        match event.kind {
            EventKind::Opened { station, kind: StationKind::Pool, .. } => {
                self.held.insert(station, Points::from([(event.at, 0)]));
            }
            EventKind::Waits { what, .. } => {
                let home = after.task(event.task).map_or(StationId::NONE, |t| t.station);
                if let Some(row) = after.station(home).filter(|s| s.kind == StationKind::Worker) {
                    self.change(home, Mode::of_worker(what, row.in_hand.is_some()), event.at);
                }
            }
            EventKind::Ended { how } => {
                let home = after.task(event.task).map_or(StationId::NONE, |t| t.station);
                if self.place(home).is_some() {
                    self.change(home, if how == Ending::Killed { Mode::Killed } else { Mode::Done }, event.at);
                }
            }
            EventKind::Gauged { station, gauge, value } => {
                let kind = |id| after.station(id).map(|row| (row.kind, row.parent));
                match kind(station) {
                    Some((StationKind::Car, _)) => {
                        if let Some(path) = self.path_mut(station) {
                            path.gauged(event.at, gauge, value);
                        }
                    }
                    // Looks are minutes apart, so a few seconds would hold none of them.
                    Some((StationKind::Pool, _)) if ScalerGauges::is_a_look(gauge) => {
                        push_back(self.gauges.entry((station, gauge)).or_default(), (event.at, value), LOOKS);
                    }
                    // Of landings, and of what belongs to a car, nobody draws the past.
                    Some((StationKind::Landing, _)) => {}
                    // Of a worker neither, and there may be thousands.
                    Some((StationKind::Worker, _)) => {}
                    Some((_, parent)) if matches!(kind(parent), Some((StationKind::Car, _))) => {}
                    Some((StationKind::Source, _)) if gauge == SessionGauges::ALL.sessions => {
                        self.sessions.entry(station).or_default().are(value);
                    }
                    // Whose the next one is is told thousands of times a second.
                    Some((StationKind::Source, _)) if self.sessions.contains_key(&station) => {}
                    Some((StationKind::Gate, _)) if gauge == LIMITER.verdict => {
                        self.verdicts.entry(station).or_default().said(event.at, Verdict::read(value));
                    }
                    Some((StationKind::Gate, parent))
                        if parent == StationId::NONE || !self.verdicts.contains_key(&parent) =>
                    {
                        if gauge == LIMITER.retry_after
                            && let Some(verdicts) = self.verdicts.get_mut(&station)
                        {
                            verdicts.retry_after(value);
                        }
                        self.gauged(station, gauge, value, event.at);
                    }
                    Some((StationKind::Crew, _)) if Kept::is_told_by(gauge) => {
                        self.kept.entry(station).or_default().said(event.at, gauge, value);
                    }
                    // What each of the last ones was told is told by the ledger alone.
                    Some((StationKind::Crew, _)) if HANDLER.answers.has(gauge) => {}
                    Some((StationKind::Channel, _)) if gauge == RAILS.tried => {
                        let TriedTask { job, tries } = TriedTask::read(value);
                        self.tried.insert(JobId(job), tries);
                    }
                    // Of one bucket among many nobody draws the past.
                    Some((StationKind::Gate, _)) => {}
                    _ => self.gauged(station, gauge, value, event.at),
                }
            }
            EventKind::Travelled { station, place, pace } => {
                if after.station(station).is_some_and(|row| row.kind == StationKind::Car)
                    && let Some(path) = self.path_mut(station)
                {
                    path.travelled(event.at, place, pace);
                }
            }
            EventKind::Stated { station, state } => {
                let kind = |id| after.station(id).map(|row| row.kind);
                let pool =
                    after.station(station).map(|row| row.parent).filter(|_| kind(station) == Some(StationKind::Worker));
                if pool.is_some_and(|pool| kind(pool) == Some(StationKind::Pool)) {
                    let keep = self.stood.len() < WITH_PAST
                        || self.stood.get(&station).is_some_and(|stood| !stood.past.is_empty());
                    self.stood.entry(station).or_default().change(state, event.at, event.site, keep);
                }
            }
            EventKind::Closed { station } => {
                self.paths.remove(&station);
            }
            EventKind::Left { outcome, .. } if outcome.is_served() => {
                let bin = event.at.0 / BIN.0;
                match self.drained.back_mut() {
                    Some((last, n)) if *last == bin => *n += 1,
                    _ => push_back(&mut self.drained, (bin, 1), BINS as usize),
                }
            }
            _ => {}
        }
    }

    fn gauged(&mut self, station: StationId, gauge: Gauge, value: i64, at: SimTime) {
        push_point(self.gauges.entry((station, gauge)).or_default(), value, at);
    }
    fn place(&self, station: StationId) -> Option<usize> {
        self.places.get(station.0 as usize).and_then(|place| usize::from(*place).checked_sub(1))
    }

    fn ribbon_mut(&mut self, station: StationId) -> Option<&mut Ribbon> {
        self.place(station).and_then(|place| self.ribbons.get_mut(place))
    }

    fn path_mut(&mut self, car: StationId) -> Option<&mut Path> {
        if self.paths.len() >= WITH_PATH { self.paths.get_mut(&car) } else { Some(self.paths.entry(car).or_default()) }
    }

    fn change(&mut self, station: StationId, mode: Mode, at: SimTime) {
        if let Some(place) = self.place(station) {
            if let Some(ribbon) = self.ribbons.get_mut(place) {
                ribbon.change(mode, at, place < WITH_PAST);
            }
            return;
        }
        let index = station.0 as usize;
        if self.places.len() <= index {
            self.places.resize(index + 1, 0);
        }
        self.ribbons.push(Ribbon::new(mode, at));
        if let Some(place) = self.places.get_mut(index) {
            *place = u16::try_from(self.ribbons.len()).unwrap_or(0);
        }
    }

    /// The last second of a worker, once it did anything.
    pub fn ribbon(&self, worker: StationId) -> Option<&Ribbon> {
        self.place(worker).and_then(|place| self.ribbons.get(place))
    }

    /// The last minute of a car, once it was anywhere.
    pub fn path(&self, car: StationId) -> Option<&Path> {
        self.paths.get(&car)
    }

    /// The recent calls of a server, if there were any.
    pub fn calls(&self, server: StationId) -> Option<&Calls> {
        self.calls.get(&server)
    }

    /// The recent tries of requests.
    pub fn tries(&self) -> &Tries {
        &self.tries
    }

    /// The recent past of a gauge, oldest first.
    pub fn gauge(&self, station: StationId, gauge: Gauge) -> impl DoubleEndedIterator<Item = (SimTime, i64)> + '_ {
        self.gauges.get(&(station, gauge)).into_iter().flatten().copied()
    }

    /// How much of a pool was held in the recent past, oldest first.
    pub fn held(&self, pool: StationId) -> impl Iterator<Item = (SimTime, u64)> + '_ {
        self.held.get(&pool).into_iter().flatten().map(|(at, held)| (*at, (*held).max(0) as u64))
    }

    /// How much of a pool lay free in the recent past while there was enough for somebody behind the first in line, oldest first.
    pub fn spare(&self, pool: StationId) -> impl Iterator<Item = (SimTime, u64)> + '_ {
        self.spare.get(&pool).into_iter().flatten().map(|(at, spare)| (*at, (*spare).max(0) as u64))
    }

    /// What became of the last of each session of a source, once there are any.
    pub fn sessions(&self, source: StationId) -> Option<&Sessions> {
        self.sessions.get(&source)
    }

    /// What a cache keeps, once somebody has asked for something.
    pub fn kept(&self, cache: StationId) -> Option<&Kept> {
        self.kept.get(&cache)
    }

    /// How often a task was tried that is to be tried again.
    pub fn tried(&self, job: JobId) -> u32 {
        self.tried.get(&job).copied().unwrap_or(0)
    }

    /// How a place of a pool stood lately, once it stood in any way.
    pub fn stood(&self, place: StationId) -> Option<&Stood> {
        self.stood.get(&place)
    }

    /// What a rate limiter said in the recent past, once it said anything.
    pub fn verdicts(&self, limiter: StationId) -> Option<&Verdicts> {
        self.verdicts.get(&limiter)
    }

    /// How many jobs got what they came for in each bin of the last five seconds, oldest first. The last bin may not be over.
    pub fn drain(&self, now: SimTime) -> Vec<u32> {
        let last = now.0 / BIN.0;
        let first = last.saturating_sub(BINS - 1);
        let mut bins = vec![0; (last - first + 1) as usize];
        for (bin, n) in &self.drained {
            if let Some(slot) = bin.checked_sub(first).and_then(|i| bins.get_mut(i as usize)) {
                *slot = *n;
            }
        }
        bins
    }
}

fn push_back<T>(queue: &mut VecDeque<T>, value: T, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(value);
}

/// One more point of a past. One from before the window stays: it is the level the window begins with.
fn push_point(points: &mut Points, value: i64, at: SimTime) {
    // What comes and goes within less than a pixel is one point, with the last value.
    let close = points.len() > 1 && points.get(points.len() - 2).is_some_and(|(t, _)| at.since(*t) < POINT_GAP);
    match points.back_mut() {
        Some(last) if close => last.1 = value,
        _ => push_back(points, (at, value), POINTS),
    }
    while points.get(1).is_some_and(|(t, _)| at.since(*t) > RECENT) {
        points.pop_front();
    }
}

/// How much of a pool lies free while the first in line waits for more than that, and one of the next would have enough.
fn spare(row: &millrace_trace::ledger::StationRow, ledger: &Ledger) -> i64 {
    const LOOKED_AT: usize = 64;
    if row.queue.len() < 2 || row.free() == 0 {
        return 0;
    }
    let fits = |job: &JobId| ledger.job(*job).is_some_and(|job| u64::from(job.weight) <= row.free());
    if row.queue.front().is_some_and(fits) || !row.queue.iter().take(LOOKED_AT).any(fits) {
        0
    } else {
        row.free() as i64
    }
}
