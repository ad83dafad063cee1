//! The processor as its code does it.
//!
//! One task empties the rails into the main queue, and what finds that full is thrown away, although it was let in. Another takes from the main
//! queue as fast as there are tokens, and lets each wait in a goroutine of its own for a worker: so the main queue, which is all that the
//! statistics count, is soon empty, and whoever is once in that line is overtaken by nobody. A task that failed keeps its worker, who sleeps.

use super::Processor;
use super::rank::Rank;
use super::team;
use super::work::Work;
use super::worker::{Ended, attempt};
use millrace_engine::Job;
use millrace_parts::{Cond, Decision, Rx, TrySendError, Tx};
use millrace_spec::RailGauges;
use millrace_trace::{Outcome, SimTime, Span, Wait};
use std::rc::Rc;

const G: RailGauges = RailGauges::ALL;
/// How long the first dispatcher naps when it finds nothing.
const NAP: Span = Span::millis(10);
/// By how much more a task waits for each attempt, until it is submitted again.
const STEP: Span = Span::secs(1);

type Both = (Tx<Work>, Rx<Work>);

/// What only this processor has.
pub(super) struct Shipped {
    /// From the highest class on; none where priorities are off.
    pub rails: Vec<Both>,
    pub main: Both,
    pub came: Cond,
}

impl Shipped {
    /// A task comes, or comes again.
    pub fn submit(&self, processor: &Processor, work: Work) -> Result<(), Work> {
        processor.books.count(G.submitted, 1);
        work.waits(false);
        let rank = work.rank;
        let mut work = work;
        for (tx, _) in self.rails.get(work.rank.place()).into_iter().chain([&self.main]) {
            work = match tx.try_send(work) {
                Ok(()) => {
                    processor.books.came(rank, true);
                    self.came.signal();
                    return Ok(());
                }
                Err(TrySendError::Full(work) | TrySendError::Closed(work)) => work,
            };
        }
        processor.books.came(rank, false);
        Err(work)
    }

    /// A task comes for the first time.
    pub fn takes(&self, processor: &Processor, job: Job, rank: Rank) {
        if let Err(work) = self.submit(processor, Work::new(&processor.books, job, rank)) {
            processor.refuses(work);
        }
    }

    fn highest(&self) -> Option<Work> {
        self.rails.iter().find_map(|(_, rail)| rail.try_recv())
    }
}

/// Empties the rails into the main queue.
pub(super) async fn dispatch_rails(processor: Rc<Processor>, of: Rc<Shipped>) {
    loop {
        match of.highest() {
            Some(work) => {
                if let Err(TrySendError::Full(work) | TrySendError::Closed(work)) = of.main.0.try_send(work) {
                    // Whoever submitted it was told that it is in.
                    work.thrown_away();
                    team::grow(&processor);
                }
            }
            None => nap(&processor, &of).await,
        }
    }
}

/// Naps as often as it takes until there is something on a rail.
async fn nap(processor: &Processor, of: &Shipped) {
    let began = processor.env.now();
    while of.rails.iter().all(|(_, rail)| rail.is_empty()) {
        of.came.wait().await;
    }
    let naps = processor.env.now().since(began).0.div_ceil(NAP.0).max(1);
    processor.env.sleep_until(SimTime(began.0 + naps * NAP.0), Wait::Sleep).await;
}

/// Takes from the main queue as fast as there are tokens, and lets each task wait for a worker by itself.
pub(super) async fn dispatch_main(processor: Rc<Processor>, of: Rc<Shipped>) {
    while let Some(work) = of.main.1.recv().await {
        if let Decision::Wait(turn) = processor.tokens.ask(1) {
            turn.await;
        }
        let inner = processor.clone();
        processor.starts("free worker", processor.aside, async move {
            if let Some(free) = inner.team.first().await {
                let rank = work.rank.place();
                inner.team.hand(&free, work, rank, false);
            }
        });
    }
}

/// A worker's part.
pub(super) async fn work_on(processor: &Rc<Processor>, work: Work) {
    let ended = attempt(processor, &work, false).await;
    if ended == Ok(Ended::Panicked) {
        // It was recovered from, and there is no error: so it is done.
        processor.books.count(G.panics_done, 1);
    }
    if matches!(ended, Ok(Ended::Done | Ended::Panicked)) {
        return work.ends(Outcome::Completed);
    }
    processor.books.count(G.failures, 1);
    if work.tries > processor.p.retries {
        return work.ends(Outcome::Failed);
    }
    processor.books.count(G.retried, 1);
    let asleep = Asleep::falls(processor);
    // For that, or for the end of it all, with a task in hand: it cannot go on.
    let until = processor.env.now() + processor.p.retry_delay;
    processor.env.sleep_until(until, Wait::Select).await;
    drop(asleep);
    let Some(of) = processor.shipped.clone() else { return };
    work.rests();
    let (inner, wait) = (processor.clone(), Span(STEP.0.saturating_mul(u64::from(work.tries))));
    processor.starts("retry", processor.aside, async move {
        inner.env.sleep(wait).await;
        if let Err(work) = of.submit(&inner, work) {
            work.thrown_away();
        }
    });
}

/// A worker that sleeps with a task in hand, counted as long as this is held.
struct Asleep<'a>(&'a Processor);

impl Asleep<'_> {
    fn falls(processor: &Processor) -> Asleep<'_> {
        processor.books.count(G.sleeping, 1);
        Asleep(processor)
    }
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.books.count(G.sleeping, -1);
    }
}
