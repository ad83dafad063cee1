//! The books of the handler: what its code counts, and what is really the case.
//!
//! The two are kept apart on purpose. As documented they agree at every instant, as the one that is under way is a guard; as shipped the code counts by hand,
//! and what it forgets to take back stays.

use super::rank::Rank;
use super::request::Told;
use millrace_engine::Env;
use millrace_spec::{HandlerAnswer, HandlerGauges, Packed, RailGauges};
use millrace_trace::{Gauge, JobId, StationId};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const G: HandlerGauges = HandlerGauges::ALL;

/// The books. Clones are the same ones.
#[derive(Clone)]
pub(crate) struct Books(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    counts: RefCell<[i64; HandlerGauges::COUNT]>,
    answers: Cell<u64>,
    /// How many failures of the server there were in a row just now.
    row: Cell<i64>,
    /// How many are really under way.
    there: Cell<i64>,
    /// The station of the queue by class, and how many wait there of each.
    queue: StationId,
    waiting: [Cell<u32>; 3],
    inverted: Cell<i64>,
}

impl Books {
    pub fn open(env: &Env, station: StationId, queue: StationId) -> Books {
        env.gauge(station, G.answers.count, G.answers.most.into());
        Books(Rc::new(Shared {
            env: env.clone(),
            station,
            counts: RefCell::new([0; HandlerGauges::COUNT]),
            answers: Cell::new(0),
            row: Cell::new(0),
            there: Cell::new(0),
            queue,
            waiting: Default::default(),
            inverted: Cell::new(0),
        }))
    }

    /// So many more, or fewer.
    pub fn count(&self, gauge: Gauge, more: i64) {
        self.set(gauge, self.counted(gauge) + more);
    }

    pub fn set(&self, gauge: Gauge, value: i64) {
        let mut counts = self.0.counts.borrow_mut();
        let Some(count) = counts.get_mut(usize::from(gauge.0)).filter(|count| **count != value) else { return };
        *count = value;
        self.0.env.gauge(self.0.station, gauge, value);
    }

    pub fn counted(&self, gauge: Gauge) -> i64 {
        self.0.counts.borrow().get(usize::from(gauge.0)).copied().unwrap_or_default()
    }

    /// All is nought again but for these.
    pub fn forgets(&self, but: &[Gauge]) {
        self.0.row.set(0);
        let all = (0..HandlerGauges::COUNT).map(|gauge| Gauge(gauge as u8));
        all.filter(|gauge| !but.contains(gauge)).for_each(|gauge| self.set(gauge, 0));
    }

    /// One more is under way, as long as this is held; what the code counts is another matter.
    pub fn there(&self) -> There {
        let there = self.0.there.get() + 1;
        self.0.there.set(there);
        self.set(G.peak, there.max(self.counted(G.peak)));
        There(self.clone())
    }

    /// One is under way, and is counted, until this is dropped.
    pub fn under_way(&self) -> UnderWay {
        self.count(G.current, 1);
        UnderWay(self.there())
    }

    /// A request was answered.
    pub fn answered(&self, job: JobId, told: &Told) {
        let turn = self.0.answers.replace(self.0.answers.get() + 1);
        let Told { status, step, of_server, degraded, active, .. } = *told;
        let answer = HandlerAnswer { job: job.0, status, step, degraded, active, turn: (turn % 64) as u8 };
        if let Some(cell) = G.answers.gauge((turn % u64::from(G.answers.most)) as u32) {
            self.0.env.gauge(self.0.station, cell, answer.packed());
        }
        if !of_server {
            return;
        }
        if status < 500 {
            self.0.row.set(0);
            return;
        }
        let row = self.0.row.get() + 1;
        self.0.row.set(row);
        let [all, most] = G.server_failures;
        self.count(all, 1);
        self.set(most, row.max(self.counted(most)));
    }

    /// One waits in the queue of its class, or does not any more.
    pub fn waits(&self, rank: Rank, waits: bool) {
        if let Some(waiting) = self.0.waiting.get(rank.place()) {
            waiting.set(if waits { waiting.get() + 1 } else { waiting.get().saturating_sub(1) });
        }
    }

    /// One is begun: whether somebody waits who matters more is worth knowing.
    pub fn is_begun(&self, rank: Rank) {
        if self.0.waiting.iter().take(rank.place()).any(|waiting| waiting.get() > 0) {
            self.0.inverted.set(self.0.inverted.get() + 1);
            self.0.env.gauge(self.0.queue, RailGauges::ALL.inverted, self.0.inverted.get());
        }
    }
}

/// One is under way.
pub(crate) struct There(Books);

impl Drop for There {
    fn drop(&mut self) {
        let there = &self.0.0.there;
        there.set(there.get() - 1);
    }
}

/// One is under way, and counted.
pub(crate) struct UnderWay(There);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.count(G.current, -1);
    }
}
