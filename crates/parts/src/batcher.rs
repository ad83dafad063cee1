//! Puts items together: a batch goes out when it is full, or when its interval is over, whichever comes first.
//!
//! Whoever adds never waits. One task takes the batches out, [`Batcher::next`], and decides what becomes of them: it writes them one after the
//! other, or starts a task for each. An interval in which nothing came sends nothing. Where the interval begins anew with a batch that was
//! full, no item goes out sooner than it must; where the clock beats on, as a ticker that nobody resets, a small batch may follow a full one at
//! once.
//!
//! Nothing that was added may vanish: after [`Batcher::close`] what is there goes out as a last batch, and whoever ends without that
//! takes it out with [`Batcher::abandon`] and answers for it.

use super::cond::Cond;
use super::select::select2;
use millrace_engine::{Env, Job, StationSpec};
use millrace_spec::{BatchGauges, Flush};
use millrace_trace::{SimTime, Span, StationId, StationKind, Wait};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

const G: BatchGauges = BatchGauges::ALL;

/// When a batch goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatcherSettings {
    /// When it has so many; at least one.
    pub size: u32,
    /// When so much time is over; at least a nanosecond.
    pub interval: Span,
    /// Whether the interval begins anew when a full batch goes out.
    pub restarts: bool,
    /// Whether it begins with the first item of each batch, rather than with the end of the one before: while there is none no time passes.
    pub from_first: bool,
}

/// What goes out at once.
#[derive(Debug)]
pub struct Batch {
    /// The items, in the order in which they were added.
    pub items: Vec<Job>,
    /// Why now.
    pub why: Flush,
}

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    Open,
    /// Nothing more is added; what is there waits for its time.
    Exhausted,
    /// Nothing more is added, and what is there goes out now.
    Closed,
}

/// A batcher. Clones are the same one.
#[derive(Clone)]
pub struct Batcher(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    /// Where batches go.
    to: StationId,
    settings: BatcherSettings,
    open: RefCell<Vec<Job>>,
    full: RefCell<VecDeque<Batch>>,
    input: Cell<Input>,
    due: Cell<SimTime>,
    flushes: [Cell<i64>; 3],
    /// When the last batch went out, and how many were early.
    last: Cell<Option<SimTime>>,
    early: Cell<i64>,
    /// There is a full batch, or the input has ended.
    changed: Cond,
}

impl fmt::Debug for Batcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batcher({} of {})", self.len(), self.0.settings.size)
    }
}

impl Batcher {
    /// An empty one, at a station of its own, whose batches wait at another for who writes them. Its first interval begins now.
    pub fn open(env: &Env, name: &str, to: StationId, settings: BatcherSettings) -> Batcher {
        let settings =
            BatcherSettings { size: settings.size.max(1), interval: settings.interval.max(Span::nanos(1)), ..settings };
        let capacity = settings.size;
        let station = env.open(StationSpec { kind: StationKind::Channel, name, parent: StationId::NONE, capacity });
        let batcher = Batcher(Rc::new(Shared {
            env: env.clone(),
            station,
            to,
            settings,
            open: RefCell::default(),
            full: RefCell::default(),
            input: Cell::new(Input::Open),
            due: Cell::new(SimTime::ZERO),
            flushes: Default::default(),
            last: Cell::new(None),
            early: Cell::new(0),
            changed: Cond::of(env, station),
        }));
        batcher.begin_interval(env.now());
        batcher
    }

    /// How many lie in the batch that is put together.
    pub fn len(&self) -> usize {
        self.0.open.borrow().len()
    }

    /// How many batches are full and have not been taken out.
    pub fn ready(&self) -> u32 {
        self.0.full.borrow().len() as u32
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an item; with the one that fills it, the batch is ready to go out.
    ///
    /// # Errors
    /// Gives the item back where nothing may be added any more.
    pub fn add(&self, item: Job) -> Result<(), Job> {
        if self.0.input.get() != Input::Open {
            return Err(item);
        }
        item.go(self.0.station, false);
        if self.0.settings.from_first && self.is_empty() {
            self.begin_interval(self.0.env.now());
            self.0.changed.signal();
        }
        self.0.open.borrow_mut().push(item);
        if self.len() >= self.0.settings.size as usize {
            if let Some(batch) = self.cut(Flush::Size) {
                self.0.full.borrow_mut().push_back(batch);
            }
            if self.0.settings.restarts {
                self.begin_interval(self.0.env.now());
            }
            self.0.changed.signal();
        }
        Ok(())
    }

    /// Nothing more is added from here on. What is there goes out when its interval is over.
    pub fn exhaust(&self) {
        self.end_input(Input::Exhausted);
    }

    /// Nothing more is added from here on, and what is there goes out now, whatever its age.
    pub fn close(&self) {
        self.end_input(Input::Closed);
    }

    fn end_input(&self, how: Input) {
        self.0.input.set(how);
        self.0.changed.signal();
    }

    /// Takes out all that has not gone out, full batches too: for whoever ends without writing it.
    pub fn abandon(&self) -> Vec<Job> {
        self.0.input.set(Input::Closed);
        let full = self.0.full.take().into_iter().flat_map(|batch| batch.items);
        full.chain(self.0.open.take()).collect()
    }

    /// Begins anew with nothing, after all was abandoned.
    pub fn begins_anew(&self) {
        self.0.input.set(Input::Open);
        self.begin_interval(self.0.env.now());
    }

    /// The next batch, once there is one. None after the last. Dropped while it waits, it takes no batch with it. One task at a time.
    pub async fn next(&self) -> Option<Batch> {
        let Shared { env, full, changed, due, .. } = &*self.0;
        loop {
            let ready = full.borrow_mut().pop_front();
            if ready.is_some() {
                return ready;
            }
            match self.0.input.get() {
                Input::Closed => return self.cut(Flush::Stop),
                Input::Exhausted if self.is_empty() => return None,
                Input::Exhausted | Input::Open => {}
            }
            let now = env.now();
            if self.0.settings.from_first && self.is_empty() {
                changed.wait().await;
                continue;
            }
            if now < due.get() {
                let _first = select2(env, changed.wait(), env.sleep_until(due.get(), Wait::Tick)).await;
                continue;
            }
            self.begin_interval(if self.0.settings.restarts { now } else { due.get() });
            let batch = self.cut(Flush::Interval);
            if batch.is_some() {
                return batch;
            }
        }
    }

    fn begin_interval(&self, from: SimTime) {
        let due = from + self.0.settings.interval;
        self.0.due.set(due);
        self.0.env.gauge(self.0.station, G.due, due.0 as i64);
    }

    /// What is there, as a batch; nothing of nothing.
    fn cut(&self, why: Flush) -> Option<Batch> {
        let items = self.0.open.take();
        if items.is_empty() {
            return None;
        }
        if let Some(count) = self.0.flushes.get(why as usize) {
            count.set(count.get() + 1);
            self.0.env.gauge(self.0.station, G.of(why), count.get());
        }
        let now = self.0.env.now();
        let before = self.0.last.replace(Some(now));
        if why == Flush::Interval && before.is_some_and(|last| now - last < self.0.settings.interval) {
            self.0.early.set(self.0.early.get() + 1);
            self.0.env.gauge(self.0.station, G.early, self.0.early.get());
        }
        items.iter().for_each(|item| item.go(self.0.to, false));
        Some(Batch { items, why })
    }
}
