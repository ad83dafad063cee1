//! The processor as whoever submits to it has it: this pattern with traffic of its own, or a backend whose requests set tasks off.
//!
//! Whoever opens it says under which names, with which values (all others are the defaults of the fidelity), and what a task does where that is more than
//! taking its time. What must never be: a task that outlives it. So it takes along all that is there still as it is dropped.

use super::params::Params;
use super::rank::Rank;
use super::statistics::{Statistics, of_times};
use super::{BATCH, G, Processor, QUEUE, WORKERS, rails, stop};
use millrace_engine::{Env, Job, Task};
use millrace_spec::{Fidelity, FieldGroup, LimiterRule, Place, Value, Values};
use millrace_trace::{JobId, StationId};
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// What a task does, or several that are done in one go: whether it went well. As shipped it goes on when its time is over, and so does what it waits for.
pub type Does = Rc<dyn Fn(&[JobId]) -> Pin<Box<dyn Future<Output = bool>>>>;

/// Under which names its stations are opened. The rails, and those who wait aside, are members of the queue.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The main queue.
    pub queue: &'static str,
    /// The crew.
    pub workers: &'static str,
    /// The bucket of tokens.
    pub tokens: &'static str,
    /// Where tasks are put together.
    pub batch: &'static str,
}

impl Names {
    /// Those of the pattern that has nothing else.
    pub const OWN: Names =
        Names { queue: QUEUE, workers: WORKERS, tokens: LimiterRule::TokenBucket.id(), batch: BATCH };
}

/// How a processor is opened.
#[derive(Clone)]
pub struct Settings {
    /// As documented or as shipped.
    pub fidelity: Fidelity,
    /// Its parameters, by their keys.
    pub values: Values,
    /// Under which names.
    pub names: Names,
    /// What a task does; none where it only takes its time, `task`.
    pub does: Option<Does>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({:?}, {:?})", self.fidelity, self.names)
    }
}

impl Settings {
    /// The defaults of a fidelity, but for what is given by key.
    pub fn of(fidelity: Fidelity, given: &[(&str, Value)]) -> Settings {
        let given = |key| given.iter().find(|(own, _)| *own == key).map(|(_, value)| value.clone());
        let values = Values::resolve(&Params::with_script(), fidelity, |field| given(field.key));
        Settings { fidelity, values, names: Names::OWN, does: None }
    }

    /// The place of its queue and rails, for a scene.
    pub fn place(&self, label: &'static str) -> Place {
        Place::rails(self.names.queue, label, rails(&Params::read(&self.values), self.fidelity))
    }
}

/// A processor. Dropped, it is gone, with all that it has.
pub struct Background {
    processor: Rc<Processor>,
    dispatchers: RefCell<Vec<Task<()>>>,
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Background({} workers)", self.processor.team.size())
    }
}

impl Background {
    /// Opens its stations. Nobody works yet.
    pub fn open(env: &Env, settings: Settings) -> Background {
        Background { processor: Processor::open(env, settings), dispatchers: RefCell::default() }
    }

    /// Starts the workers, and those who hand tasks to them.
    pub fn start(&self) {
        self.dispatchers.replace(self.processor.start());
    }

    pub(super) fn processor(&self) -> &Rc<Processor> {
        &self.processor
    }

    /// The station of the main queue, at which all its gauges are (`RailGauges`).
    pub fn queue(&self) -> StationId {
        self.processor.books.queue()
    }

    /// A task comes. Whether it was let in: one that was not has left.
    pub fn submit(&self, job: Job, rank: Rank) -> bool {
        job.bind(self.processor.rail(rank), None);
        let before = self.processor.books.counted(G.refused);
        self.processor.submit(job, rank);
        self.processor.books.counted(G.refused) == before
    }

    /// Waits until all that was let in has come to its end. Nobody submits from here on: what is put together waits for nobody else.
    pub async fn settled(&self) {
        if let Some(batcher) = self.processor.documented.as_ref().and_then(|of| of.batcher.as_ref()) {
            batcher.exhaust();
        }
        self.processor.books.all_settled().await;
    }

    /// Stops it. As documented all that was let in is done first. As shipped each worker finishes what it has in hand, and all else is thrown away.
    /// Dropped while it waits, as shipped nobody hands tasks out any more.
    pub async fn stop(&self) {
        let (processor, batcher) = (&self.processor, self.processor.documented.as_ref());
        stop(processor, || drop(self.dispatchers.take()), batcher.and_then(|of| of.batcher.clone())).await;
    }

    /// It is gone there and then, with what it has in hand and in its queues. Once more changes nothing.
    pub fn cut(&self) {
        self.processor.books.close();
        let (started, handlers) = (self.processor.started.take(), self.processor.handlers.take());
        drop((started, handlers));
        self.processor.team.disband();
        let dispatchers = self.dispatchers.take();
        drop(dispatchers);
    }

    /// Its process is gone, with all that was let in. Once more changes nothing.
    pub fn crashes(&self) {
        let processor = &self.processor;
        processor.books.crashes();
        let (started, handlers) = (processor.started.take(), processor.handlers.take());
        drop((started, handlers, self.dispatchers.take()));
        processor.team.crashes();
        processor.empties();
    }

    /// Its process is there again: with all workers, nothing to do and nothing counted.
    pub fn comes_back(&self) {
        let processor = &self.processor;
        processor.since.set(processor.env.now());
        processor.books.begins_anew();
        drop(processor.tokens.clone().starting_empty());
        if let Some(batcher) = processor.documented.as_ref().and_then(|of| of.batcher.as_ref()) {
            batcher.begins_anew();
        }
        processor.team.comes_back();
        self.dispatchers.replace(processor.hands_out());
    }

    /// The statistics as they are now.
    pub fn statistics(&self) -> Statistics {
        let Processor { env, p, is_shipped, books, team, .. } = &*self.processor;
        let (tally, counted) = (books.tally(), |gauge| whole(books.counted(gauge)));
        let [total_workers, active_workers] = match (is_shipped, G.seen.map(counted)) {
            // Nobody looks before the first beat.
            (true, seen) => seen,
            (false, _) => [team.there().into(), team.at_work().into()],
        };
        Statistics {
            total: tally.came.iter().sum(),
            completed: tally.completed,
            failed: if *is_shipped { counted(G.failures) } else { tally.failed },
            retried: counted(G.retried),
            queued: tally.accepted,
            active: tally.in_hand + counted(G.left_running),
            times: of_times(&tally.times, *is_shipped),
            queue_size: self.waiting(),
            active_workers,
            total_workers,
            now: env.now(),
            last_reset: self.processor.since.get(),
            kind: p.kind_word(),
            by_priority: tally.came,
            refused: counted(G.refused),
            dropped: G.dropped.map(counted).iter().sum(),
            never_run: counted(G.never_run),
            panicked: counted(G.panicked),
        }
    }

    /// How many wait, as its statistics have it: as shipped the main queue is all that is looked at.
    fn waiting(&self) -> u64 {
        let documented = self.processor.documented.as_ref().map(|of| of.queue.len());
        let shipped = self.processor.shipped.as_ref().map(|of| of.main.1.len());
        documented.or(shipped).unwrap_or_default() as u64
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.cut();
    }
}

fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
