//! The processor that the document promises: who matters more goes first, and nothing that was let in is lost.
//!
//! A task leaves its queue only for a worker that is there, with a token in hand. So what waits is in the queue, where who comes later and
//! matters more still goes before it. One that failed waits for its next attempt outside, with a backoff that doubles, and no worker waits with it; then it gets the first room that
//! is free in its queue.

use super::Processor;
use super::rank::Rank;
use super::work::Work;
use super::worker::{Ended, attempt};
use millrace_engine::Job;
use millrace_parts::{Backoff, Batcher, Decision, Grows, Jitter, PriorityQueue};
use millrace_spec::RailGauges;
use millrace_trace::{Outcome, Span, StationId};
use std::rc::Rc;

const G: RailGauges = RailGauges::ALL;
/// The longest wait before a task is tried again.
const CAP: Span = Span::secs(10);

/// What only this processor has.
pub(super) struct Documented {
    pub queue: PriorityQueue<Work>,
    /// Where tasks of a type are put together, if they are.
    pub batcher: Option<Batcher>,
    /// Where those lie that were put together, but for the one of each batch that stands in the queue.
    pub batches: StationId,
}

impl Documented {
    /// The class by which a task is queued.
    fn class(&self, processor: &Processor, rank: Rank) -> usize {
        if processor.p.by_class() { rank.place() } else { 0 }
    }

    /// A task comes.
    pub fn submit(&self, processor: &Processor, job: Job, rank: Rank) {
        processor.books.count(G.submitted, 1);
        if let Some(batcher) = &self.batcher {
            // The batches that are full and not in the queue yet, and the one that this task is of: there is room for all of them.
            let has_room = batcher.ready() < self.queue.room(self.class(processor, rank));
            let added = if has_room { batcher.add(job) } else { Err(job) };
            processor.books.came(rank, added.is_ok());
            match added {
                Ok(()) => processor.books.let_in(1),
                Err(job) => processor.refuses(Work::new(&processor.books, job, rank)),
            }
            return;
        }
        let work = Work::new(&processor.books, job, rank);
        work.waits(true);
        let offered = self.queue.offer(work, self.class(processor, rank));
        processor.books.came(rank, offered.is_ok());
        if let Err(work) = offered {
            processor.refuses(work);
        }
    }
}

/// Puts what is put together into the queue, a batch as one.
pub(super) async fn batch(processor: Rc<Processor>, of: Rc<Documented>) {
    let Some(batcher) = &of.batcher else { return };
    while let Some(batch) = batcher.next().await {
        let mut items = batch.items.into_iter();
        let Some(first) = items.next() else { continue };
        comes_back(&processor, &of, Work::batch(&processor.books, first, Rank::Low, items.collect())).await;
    }
}

/// Puts a task that was let in before into its queue, when there is room.
async fn comes_back(processor: &Processor, of: &Documented, work: Work) {
    let class = of.class(processor, work.rank);
    work.waits(true);
    if let Err(work) = of.queue.offer(work, class) {
        // When it gets in nobody sees from here: until it is begun it counts as of its own class.
        work.waits(false);
        of.queue.put(work, class).await;
    }
}

/// Hands the tasks out, one after the other.
pub(super) async fn dispatch(processor: Rc<Processor>, of: Rc<Documented>) {
    let Processor { tokens, team, .. } = &*processor;
    loop {
        of.queue.ready().await;
        if let Decision::Wait(turn) = tokens.ask(1) {
            turn.await;
        }
        let Some(free) = team.first_there().await else { return };
        if let Some(next) = of.queue.take(team.station(&free)) {
            let counts_as = if processor.p.by_class() { next.counts_as } else { next.item.rank.place() };
            team.hand(&free, next.item, counts_as, true);
        }
    }
}

/// Puts what fell out of the hands of a worker that was killed back into its queue.
pub(super) async fn rescue(processor: Rc<Processor>, of: Rc<Documented>) {
    loop {
        // Each by itself: who finds no room keeps nobody waiting who matters more.
        for work in processor.books.fallen().await {
            let (inner, of) = (processor.clone(), of.clone());
            work.lies_together();
            processor.starts("rescue", processor.aside, async move { comes_back(&inner, &of, work).await });
        }
    }
}

/// A worker's part.
pub(super) async fn work_on(processor: &Rc<Processor>, work: Work) {
    if let Ok(Ended::Done) = attempt(processor, &work, true).await {
        return work.ends(Outcome::Completed);
    }
    processor.books.count(G.failures, 1);
    if work.tries > processor.p.retries {
        return work.ends(Outcome::Failed);
    }
    processor.books.count(G.retried, 1);
    let Some(of) = processor.documented.clone() else { return };
    work.rests();
    let (inner, wait) = (processor.clone(), backoff(processor, &work));
    processor.starts("retry", processor.aside, async move {
        inner.env.sleep(wait).await;
        work.lies_together();
        comes_back(&inner, &of, work).await;
    });
}

/// How long a task that failed waits for its next attempt: twice as long each time, and half of it by lot.
fn backoff(processor: &Processor, work: &Work) -> Span {
    let delay = processor.p.retry_delay;
    let backoff = Backoff { grows: Grows::Exponential(2.0), delay, cap: CAP.max(delay), jitter: Jitter::Equal };
    let mut dice = processor.env.draw("backoff", u64::from(work.id().0), work.tries);
    backoff.wait(work.tries, None, &mut dice)
}
