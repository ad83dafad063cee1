//! One station's row in the ledger: who is there, and the sums over time that means are made of.

use super::super::{Gauge, JobId, SimTime, Site, StationId, StationKind, TextId, UNLIMITED};
use super::Levels;
use std::collections::VecDeque;

/// Gauges of a server that does not notice when a caller has gone: requests in its queue and in its slots that nobody waits for any
/// more. A request's job is its caller's, and goes with it; what is left of it at the server is these numbers.
pub const GONE_IN_QUEUE: Gauge = Gauge(0);
/// See [`GONE_IN_QUEUE`].
pub const GONE_IN_SLOTS: Gauge = Gauge(1);
/// A gauge of the same: how many requests it has served to the end for nobody.
pub const SERVED_FOR_NOBODY: Gauge = Gauge(2);

/// The state of a station.
#[derive(Clone, Debug)]
pub struct StationRow {
    /// What kind of station.
    pub kind: StationKind,
    /// Its name.
    pub name: TextId,
    /// The station it is a part of, or [`StationId::NONE`].
    pub parent: StationId,
    /// How much it holds, or serves at once where it is a server.
    pub capacity: u32,
    /// The most it was ever given room for: what it was opened with, unless it grew later. Zero where it never was given any.
    pub capacity_peak: u32,
    /// Tasks at home there that have not ended.
    pub tasks_live: u64,
    /// The most of them there were at once.
    pub tasks_peak: u64,
    /// When it was opened.
    pub opened: SimTime,
    /// The line that opened it, where one is known.
    pub site: Site,
    /// When it was closed, if it was.
    pub closed: Option<SimTime>,
    /// Its declared state, and since when.
    pub state: Option<TextId>,
    /// Since when it is in that state.
    pub state_since: SimTime,
    /// How many jobs are there, now and summed over time.
    pub levels: Levels,
    /// The jobs there in order of arrival; kept for channels, sources, cars and landings only. At a pool, those that wait.
    pub queue: VecDeque<JobId>,
    /// How often a job was served from the queue of a pool that was not the first in it.
    pub overtaken: u64,
    /// The job a worker has in hand, also while it is out on a call: the first of them where there are several, as with
    /// a hedged attempt.
    pub in_hand: Option<JobId>,
    /// What a worker has in hand, or who holds of a pool: also while they are out on a call, or further in.
    hands: Vec<Hand>,
    /// How many things of a pool are held.
    taken: u64,
    /// Where it was, if it travels, in thousandths, its pace from there in millionths a second, and since when.
    place: (i32, i32, SimTime),
    gauges: Vec<i64>,
    /// Nanoseconds of its slots that were spent on requests which nobody waited for.
    gone_ns: u128,
    /// When one of its gauges was last set.
    pub gauged: SimTime,
    /// What a station that shrank may still hold until it has drained.
    allowed: u64,
    /// Whether it was ever given a limit: there is no rule that others could break.
    limited: bool,
    /// Whether it was full since nobody was there.
    was_full: bool,
    capacity_ns: u128,
    sized: SimTime,
    /// What the sums have of it.
    breaches: Breaches,
}

/// A job in hand, or one that holds of a pool.
#[derive(Clone, Copy, Debug)]
struct Hand {
    job: JobId,
    since: SimTime,
    /// How many things of the pool it holds.
    weight: u32,
}

/// Which rules a station breaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Breaches {
    /// Whether it holds more than it may.
    pub overfull: bool,
    /// Whether somebody waits there for a slot that is free.
    pub idle: bool,
}

impl StationRow {
    pub(super) fn new(kind: StationKind, name: TextId, parent: StationId, at: SimTime) -> StationRow {
        StationRow {
            kind,
            name,
            parent,
            capacity: UNLIMITED,
            capacity_peak: 0,
            tasks_live: 0,
            tasks_peak: 0,
            opened: at,
            site: Site::NONE,
            closed: None,
            state: None,
            state_since: at,
            place: (0, 0, at),
            levels: Levels::new(at),
            queue: VecDeque::new(),
            overtaken: 0,
            in_hand: None,
            hands: Vec::new(),
            taken: 0,
            gauges: Vec::new(),
            gone_ns: 0,
            gauged: at,
            allowed: u64::MAX,
            limited: false,
            was_full: false,
            capacity_ns: 0,
            sized: at,
            breaches: Breaches::default(),
        }
    }

    /// The value of a gauge; zero before it was first set.
    pub fn gauge(&self, gauge: Gauge) -> i64 {
        self.gauges.get(gauge.0 as usize).copied().unwrap_or(0)
    }

    /// Whether jobs are here in an order one can see.
    pub fn is_queue(&self) -> bool {
        matches!(self.kind, StationKind::Channel | StationKind::Source | StationKind::Car | StationKind::Landing)
    }

    /// Whether its capacity is that of its servers, and jobs beyond it queue there: servers, and pools of things to be
    /// taken. Elsewhere the capacity is the room for all who are there.
    pub fn serves(&self) -> bool {
        matches!(self.kind, StationKind::Server | StationKind::Pool)
    }

    /// Whether it holds no more than it may: its capacity, or what it held when it shrank and did not get rid of yet.
    #[inline]
    pub fn is_within_capacity(&self) -> bool {
        self.load() <= self.allowed
    }

    /// Whether it was ever given a limit. Where it was not there is no rule that it could break.
    #[inline]
    pub(super) fn is_limited(&self) -> bool {
        self.limited
    }

    /// Somebody has come. Whether there are as many here now as there is room for, for the first time since nobody was left.
    #[inline]
    pub(super) fn fills(&mut self) -> bool {
        self.levels.present == u64::from(self.capacity) && !std::mem::replace(&mut self.was_full, true)
    }

    /// Somebody has gone. Whether nobody is left now, for the first time since it was full.
    #[inline]
    pub(super) fn empties(&mut self) -> bool {
        self.levels.present == 0 && std::mem::take(&mut self.was_full)
    }

    /// That nobody is left was not seen.
    pub(super) fn was_full_still(&mut self) {
        self.was_full = true;
    }

    /// Whether nobody waits here for a slot that is free.
    pub fn keeps_its_slots_busy(&self) -> bool {
        !self.breaches().idle
    }

    /// Whether it breaks one of the rules that the sums over all stations are made of.
    #[inline]
    fn breaches(&self) -> Breaches {
        if self.kind != StationKind::Server {
            return Breaches { overfull: !self.is_within_capacity(), idle: false };
        }
        let waits = self.levels.present > self.levels.in_service;
        // Of a server without slots, a real endpoint, nobody knows what is free: what waits there is held back by who calls it.
        let idle = waits && self.capacity != UNLIMITED && self.load() < self.limit();
        Breaches { overfull: !self.is_within_capacity(), idle }
    }

    /// The jobs there, as the sum over all stations has them: what was closed must hold nothing.
    #[inline]
    pub(super) fn held(&self) -> u64 {
        if self.closed.is_none() { self.levels.present } else { 0 }
    }

    /// Looks anew after a change, where there is a limit: what the sums had of it before, and what they have from now on, if that is another.
    #[inline]
    pub(super) fn look(&mut self) -> Option<(Breaches, Breaches)> {
        let (before, now) = (self.breaches, self.breaches());
        if before == now {
            return None;
        }
        self.breaches = now;
        Some((before, now))
    }

    /// Those its capacity is there for.
    #[inline]
    fn load(&self) -> u64 {
        match self.kind {
            StationKind::Pool => self.taken,
            StationKind::Server => self.levels.in_service + self.gone_in_slots(),
            _ => self.levels.present,
        }
    }

    /// At a server that does not notice when a caller has gone: how many requests wait there for nobody.
    pub fn gone_in_queue(&self) -> u64 {
        self.gauge(GONE_IN_QUEUE).max(0) as u64
    }

    /// The same for its slots: how many are taken by requests that nobody waits for.
    pub fn gone_in_slots(&self) -> u64 {
        self.gauge(GONE_IN_SLOTS).max(0) as u64
    }

    /// How many requests it has served to the end for nobody.
    pub fn served_for_nobody(&self) -> u64 {
        self.gauge(SERVED_FOR_NOBODY).max(0) as u64
    }

    /// What one that shrank got rid of is not allowed any more.
    #[inline]
    fn drains(&mut self) {
        if self.limited && self.allowed > self.limit() {
            self.allowed = self.allowed.min(self.load().max(self.limit()));
        }
    }

    /// The jobs that a worker has in hand, or that hold of a pool, and since when, longest first.
    pub fn holders(&self) -> impl ExactSizeIterator<Item = (JobId, SimTime)> + '_ {
        self.hands.iter().map(|hand| (hand.job, hand.since))
    }

    /// How many things of a pool each of its holders has, in the same order.
    pub fn weights(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.hands.iter().map(|hand| hand.weight)
    }

    /// How many things of a pool are held.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// How many things of a pool nobody holds.
    pub fn free(&self) -> u64 {
        self.limit().saturating_sub(self.taken)
    }

    /// Whether a job holds of it.
    pub(super) fn is_held_by(&self, job: JobId) -> bool {
        self.hands.iter().any(|hand| hand.job == job)
    }

    /// The share of its capacity in use over time, whatever the capacity was at each time: servers by service,
    /// pools by what is held of them, workers by having a job in hand, channels by fill. Zero where there is no limit to take a share of.
    pub fn utilisation(&self, now: SimTime) -> f64 {
        let now = self.closed.unwrap_or(now);
        let room = match self.kind {
            StationKind::Worker => now.since(self.opened).seconds(),
            _ if self.capacity == UNLIMITED => return 0.0,
            _ => self.room_ns(now) as f64 / 1e9,
        };
        let used = match self.kind {
            StationKind::Worker | StationKind::Pool => self.levels.held_seconds(now),
            _ if self.serves() => self.levels.service_seconds(now) + self.gone_ns(now) as f64 / 1e9,
            _ => self.levels.present_seconds(now),
        };
        if room > 0.0 { used / room } else { 0.0 }
    }

    /// What its slots did for nobody. Only a server has these gauges.
    fn gone_ns(&self, now: SimTime) -> u128 {
        if self.kind != StationKind::Server {
            return 0;
        }
        self.gone_ns + u128::from(now.since(self.gauged).0) * u128::from(self.gone_in_slots())
    }

    /// Capacity times nanoseconds. A time without limit counts for nothing.
    fn room_ns(&self, now: SimTime) -> u128 {
        let capacity = if self.capacity == UNLIMITED { 0 } else { self.capacity };
        self.capacity_ns + u128::from(now.since(self.sized).0) * u128::from(capacity)
    }

    pub(super) fn size(&mut self, capacity: u32, at: SimTime) {
        self.capacity_ns = self.room_ns(at);
        self.sized = at;
        self.capacity = capacity;
        self.limited |= capacity != UNLIMITED;
        self.capacity_peak = self.capacity_peak.max(capacity);
        // Shrinking throws nobody out.
        self.allowed = self.limit().max(self.load());
    }

    #[inline]
    fn limit(&self) -> u64 {
        if self.capacity == UNLIMITED { u64::MAX } else { u64::from(self.capacity) }
    }

    pub(super) fn task_started(&mut self) {
        self.tasks_live += 1;
        self.tasks_peak = self.tasks_peak.max(self.tasks_live);
    }

    pub(super) fn task_ended(&mut self) {
        self.tasks_live = self.tasks_live.saturating_sub(1);
    }

    pub(super) fn set_gauge(&mut self, gauge: Gauge, value: i64, at: SimTime) {
        self.gone_ns = self.gone_ns(at);
        self.gauged = at;
        let index = gauge.0 as usize;
        if self.gauges.len() <= index {
            self.gauges.resize(index + 1, 0);
        }
        if let Some(slot) = self.gauges.get_mut(index) {
            *slot = value;
        }
    }

    pub(super) fn travel(&mut self, place: i32, pace: i32, at: SimTime) {
        self.place = (place, pace, at);
    }

    /// Where it is at a time no earlier than its last event, if it travels, in units of its scale.
    pub fn place_at(&self, now: SimTime) -> f64 {
        let (place, pace, since) = self.place;
        f64::from(place) / 1e3 + f64::from(pace) / 1e6 * now.since(since).seconds()
    }

    /// Whether it is on its way, and in which direction.
    pub fn pace(&self) -> i32 {
        self.place.1
    }

    pub(super) fn close(&mut self, at: SimTime) {
        self.closed = Some(at);
        self.levels.close(at);
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn arrive(&mut self, job: JobId, started: bool, weight: u32, at: SimTime) {
        self.levels.arrive(started, at);
        match self.kind {
            StationKind::Pool if started => self.hold(job, weight, at),
            StationKind::Worker => self.hold(job, 1, at),
            StationKind::Pool => self.queue_up(job),
            _ if self.is_queue() => self.queue_up(job),
            _ => {}
        }
    }

    #[inline(never)]
    fn queue_up(&mut self, job: JobId) {
        self.queue.push_back(job);
    }

    /// The job goes; with `keeping` only for the time being, and what it has of this station is still its own. Whether anybody was there.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn leave(&mut self, job: JobId, started: bool, keeping: bool, at: SimTime) -> bool {
        let was_there = self.levels.leave(started, at);
        // Who holds a thing of a pool stands in no line any more: nobody looks for it among all who do.
        if !(self.queue.is_empty() || started && self.kind == StationKind::Pool) {
            self.unqueue(job);
        }
        if !keeping && !self.hands.is_empty() {
            self.let_go(job, at);
        }
        self.drains();
        was_there
    }

    #[inline(never)]
    fn unqueue(&mut self, job: JobId) {
        if self.queue.front() == Some(&job) {
            self.queue.pop_front();
        } else {
            self.unqueue_later(job);
        }
    }

    #[inline(never)]
    fn unqueue_later(&mut self, job: JobId) {
        if self.queue.back() == Some(&job) {
            // Whoever came a moment ago, which is what looks in for a moment only.
            self.queue.pop_back();
        } else if let Some(index) = self.queue.iter().position(|&j| j == job) {
            self.queue.remove(index);
        }
    }

    #[inline(never)]
    fn hold(&mut self, job: JobId, weight: u32, at: SimTime) {
        if !self.is_held_by(job) {
            self.hands.push(Hand { job, since: at, weight });
            self.taken += u64::from(weight);
            self.handled(at);
        }
    }

    /// The job has nothing of this station any more.
    #[inline(never)]
    pub(super) fn let_go(&mut self, job: JobId, at: SimTime) {
        let Some(index) = self.hands.iter().position(|hand| hand.job == job) else { return };
        // The last has nobody behind it who would move up, and mostly it is the only one.
        let hand = if index + 1 == self.hands.len() { self.hands.pop() } else { Some(self.hands.remove(index)) };
        self.taken -= hand.map_or(0, |hand| u64::from(hand.weight));
        self.handled(at);
        self.drains();
    }

    /// Others hold of it than before.
    #[inline]
    fn handled(&mut self, at: SimTime) {
        if self.kind == StationKind::Pool {
            // A pool has no hand, and its holders are many.
            return self.levels.set_held(self.taken, at);
        }
        let first = self.hands.first().map(|hand| hand.job);
        self.in_hand = first.filter(|_| self.kind == StationKind::Worker);
        self.levels.set_held(u64::from(first.is_some()), at);
    }

    pub(super) fn start(&mut self, job: JobId, weight: u32, at: SimTime) {
        self.levels.start(at);
        if self.kind == StationKind::Pool {
            self.overtaken += u64::from(self.queue.front().is_some_and(|first| *first != job));
            self.unqueue(job);
            self.hold(job, weight, at);
        }
    }
}
