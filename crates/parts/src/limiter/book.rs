//! What a limiter writes down: every verdict, the sums, and the most that it ever let through in the time that its limit is for.
//!
//! The most is measured and not known from the rule: by instants at which somebody went, for each key by itself, and in any (t − per, t].
//! A book that counts alone writes how many passed and were refused, and nothing of each: where twenty thousand ask a second.

use super::Allowance;
use millrace_engine::{Env, StationSpec};
use millrace_spec::{Asked, LimiterGauges, Packed, Verdict};
use millrace_trace::{Gauge, SimTime, Span, StationId, StationKind, UNLIMITED};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

const GAUGES: LimiterGauges = LimiterGauges::ALL;

/// The most buckets that are shown one by one.
pub(crate) const SHOWN: u32 = 2_000;

/// What all buckets of a limiter write into.
#[derive(Clone)]
pub(crate) struct Book(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    name: String,
    per: Span,
    /// Whether it only counts.
    counts: bool,
    sums: RefCell<Sums>,
}

#[derive(Default)]
struct Sums {
    asked: u32,
    passed: i64,
    refused: i64,
    waiting: i64,
    most: u64,
    kept: i64,
    made: i64,
    lost: i64,
    meters: BTreeMap<u32, Meter>,
}

/// What passed of one key.
#[derive(Default)]
struct Meter {
    passes: VecDeque<(SimTime, u64)>,
    in_sight: u64,
    /// The most before the instant at which the last passed.
    before: u64,
}

impl Meter {
    /// The most that passed in any time so long.
    fn most(&self) -> u64 {
        self.before.max(self.in_sight)
    }

    fn pass(&mut self, at: SimTime, cost: u32, per: Span) {
        if self.passes.back().is_none_or(|(last, _)| *last < at) {
            self.before = self.most();
        }
        while let Some((_, cost)) = self.passes.pop_front_if(|(passed, _)| at.since(*passed) >= per) {
            self.in_sight -= cost;
        }
        self.in_sight += u64::from(cost);
        match self.passes.back_mut().filter(|(last, _)| *last == at) {
            Some((_, sum)) => *sum += u64::from(cost),
            None => self.passes.push_back((at, cost.into())),
        }
    }

    /// One that passed at this instant did not.
    fn take_back(&mut self, at: SimTime, cost: u32) {
        if let Some((_, sum)) = self.passes.back_mut().filter(|(last, _)| *last == at) {
            *sum -= u64::from(cost).min(*sum);
            self.in_sight -= u64::from(cost).min(self.in_sight);
        }
    }
}

impl Book {
    pub(crate) fn open(env: &Env, name: &str, allowance: &Allowance) -> Book {
        Book::kept(env, name, allowance, false)
    }

    /// One that counts how many passed and were refused, and writes nothing of each.
    pub(crate) fn of_counts(env: &Env, name: &str, allowance: &Allowance) -> Book {
        Book::kept(env, name, allowance, true)
    }

    fn kept(env: &Env, name: &str, allowance: &Allowance, counts: bool) -> Book {
        let (station, per) = (env.open_plain(StationKind::Gate, name), allowance.per);
        env.gauge(station, GAUGES.limit, allowance.limit.into());
        Book(Rc::new(Shared {
            env: env.clone(),
            station,
            name: name.to_owned(),
            per,
            counts,
            sums: RefCell::default(),
        }))
    }

    pub(crate) fn env(&self) -> &Env {
        &self.0.env
    }

    pub(crate) fn station(&self) -> StationId {
        self.0.station
    }

    /// A station for the bucket of a key, where it can be shown.
    pub(crate) fn open_bucket(&self, word: &str) -> StationId {
        if self.0.counts || self.0.sums.borrow().made > i64::from(SHOWN) {
            return StationId::NONE;
        }
        let name = format!("{} ({})", self.0.name, if word.is_empty() { "all" } else { word });
        let (kind, parent, capacity) = (StationKind::Gate, self.0.station, UNLIMITED);
        self.0.env.open(StationSpec { kind, name: &name, parent, capacity })
    }

    /// Somebody asks: its number among all who did.
    pub(crate) fn asks(&self) -> u32 {
        let number = {
            let mut sums = self.0.sums.borrow_mut();
            sums.asked = sums.asked.saturating_add(1);
            sums.asked
        };
        if !self.0.counts {
            self.gauge(GAUGES.asked, number.into());
        }
        number - 1
    }

    pub(crate) fn passed(&self, asked: Asked) {
        self.verdict(Verdict::Passed(asked));
        self.let_through(asked);
    }

    pub(crate) fn waits(&self, asked: Asked) {
        self.verdict(Verdict::Waits(asked));
        self.count(GAUGES.waiting, |sums| &mut sums.waiting, 1);
    }

    pub(crate) fn refused(&self, asked: Asked, retry_after: Option<Span>) {
        if !self.0.counts {
            self.gauge(GAUGES.retry_after, retry_after.map_or(-1, |after| i64::try_from(after.0).unwrap_or(i64::MAX)));
        }
        self.verdict(Verdict::Refused(asked));
        self.count(GAUGES.refused, |sums| &mut sums.refused, 1);
    }

    pub(crate) fn served(&self, number: u32, asked: Asked) {
        self.verdict(Verdict::Served(number));
        self.count(GAUGES.waiting, |sums| &mut sums.waiting, -1);
        self.let_through(asked);
    }

    pub(crate) fn gave_up(&self, number: u32) {
        self.verdict(Verdict::GaveUp(number));
        self.count(GAUGES.waiting, |sums| &mut sums.waiting, -1);
        self.count(GAUGES.refused, |sums| &mut sums.refused, 1);
    }

    /// One that was let through at this instant goes after all nowhere.
    pub(crate) fn took_back(&self, number: u32, asked: Asked) {
        self.verdict(Verdict::GaveUp(number));
        self.count(GAUGES.passed, |sums| &mut sums.passed, -1);
        self.count(GAUGES.refused, |sums| &mut sums.refused, 1);
        let now = self.0.env.now();
        self.measure(|sums| {
            sums.meters.entry(asked.key).or_default().take_back(now, asked.cost);
            sums.meters.values().map(Meter::most).max().unwrap_or(0)
        });
    }

    /// A bucket was made, or one was thrown away.
    pub(crate) fn keeps(&self, more: i64) {
        self.count(GAUGES.kept, |sums| &mut sums.kept, more);
        if more > 0 {
            self.count(GAUGES.made, |sums| &mut sums.made, more);
        }
    }

    /// A bucket took the place of another.
    pub(crate) fn loses(&self) {
        self.count(GAUGES.lost, |sums| &mut sums.lost, 1);
    }

    fn let_through(&self, asked: Asked) {
        self.count(GAUGES.passed, |sums| &mut sums.passed, 1);
        let (now, per) = (self.0.env.now(), self.0.per);
        self.measure(|sums| {
            let meter = sums.meters.entry(asked.key).or_default();
            meter.pass(now, asked.cost, per);
            sums.most.max(meter.most())
        });
    }

    fn measure(&self, most: impl FnOnce(&mut Sums) -> u64) {
        if self.0.counts {
            return;
        }
        let most = {
            let sums = &mut *self.0.sums.borrow_mut();
            let most = most(sums);
            (std::mem::replace(&mut sums.most, most) != most).then_some(most)
        };
        if let Some(most) = most {
            self.gauge(GAUGES.most, i64::try_from(most).unwrap_or(i64::MAX));
        }
    }

    fn verdict(&self, verdict: Verdict) {
        if !self.0.counts {
            self.gauge(GAUGES.verdict, verdict.packed());
        }
    }

    fn count(&self, gauge: Gauge, of: impl FnOnce(&mut Sums) -> &mut i64, by: i64) {
        let value = {
            let sums = &mut *self.0.sums.borrow_mut();
            let value = of(sums);
            *value += by;
            *value
        };
        self.gauge(gauge, value);
    }

    fn gauge(&self, gauge: Gauge, value: i64) {
        self.0.env.gauge(self.0.station, gauge, value);
    }
}
