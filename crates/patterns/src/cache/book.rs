//! What a cache writes down of itself: counts, and which key is asked for, kept and gone.

use millrace_engine::{Env, Job};
use millrace_spec::{AskedKey, KeptKey, LevelGauges, Packed};
use millrace_trace::{Gauge, SimTime, StationId};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

pub(super) const G: LevelGauges = LevelGauges::ALL;

/// The book of a cache.
pub(super) struct Book {
    env: Env,
    station: StationId,
    /// By gauge.
    counts: [Cell<i64>; 16],
    /// How many loads of a key are under way.
    loading: RefCell<BTreeMap<u32, i64>>,
}

impl Book {
    pub(super) fn new(env: &Env, station: StationId) -> Book {
        Book { env: env.clone(), station, counts: Default::default(), loading: RefCell::default() }
    }

    /// So many more are counted.
    pub(super) fn count(&self, gauge: Gauge, more: i64) {
        if let Some(count) = self.counts.get(usize::from(gauge.0)) {
            self.set(gauge, count.get() + more);
        }
    }

    /// A count is so much; nothing is said where it is that already.
    pub(super) fn set(&self, gauge: Gauge, value: i64) {
        if let Some(count) = self.counts.get(usize::from(gauge.0))
            && count.replace(value) != value
        {
            self.env.gauge(self.station, gauge, value);
        }
    }

    /// A request is of a key.
    pub(super) fn asks(&self, job: &Job, key: u32) {
        self.env.gauge(self.station, G.asks, AskedKey { job: job.id().0, key }.packed());
    }

    /// A level keeps a key, 0 the first and 1 the second; at the instant zero not any more.
    pub(super) fn keeps(&self, level: usize, key: u32, until: SimTime) {
        if let Some(gauge) = G.keeps.get(level) {
            self.env.gauge(self.station, *gauge, KeptKey { key, until }.packed());
        }
    }

    /// Until when the value is good that the first level keeps next.
    pub(super) fn good(&self, until: SimTime) {
        self.env.gauge(self.station, G.good, i64::try_from(until.0).unwrap_or(i64::MAX));
    }

    /// A load of a key begins; it ends when this is dropped.
    pub(super) fn begins(&self, key: u32) -> Loading<'_> {
        let now = {
            let mut loading = self.loading.borrow_mut();
            let now = loading.entry(key).or_default();
            *now += 1;
            *now
        };
        self.count(G.loads, 1);
        let most = self.counts.get(usize::from(G.most_of_one.0));
        self.set(G.most_of_one, most.map_or(now, |most| most.get().max(now)));
        Loading { book: self, key }
    }
}

/// A load that is under way.
pub(super) struct Loading<'a> {
    book: &'a Book,
    key: u32,
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        self.book.count(G.loads, -1);
        let mut loading = self.book.loading.borrow_mut();
        if let Some(now) = loading.get_mut(&self.key) {
            *now -= 1;
            if *now == 0 {
                loading.remove(&self.key);
            }
        }
    }
}
