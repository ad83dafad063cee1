//! A worker: one task after the other, and what becomes of one that fails.

use super::work::Work;
use super::{Processor, documented, shipped};
use millrace_parts::{Elapsed, Watch, Worker, at_most};
use millrace_spec::{FaultSpec, FaultUnit, RailGauges};
use millrace_trace::{SimTime, Span, Wait};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

const G: RailGauges = RailGauges::ALL;
/// The fault in which a percentage of the attempts panics.
pub(super) const PANIC: &str = "panic";
/// The fault in which tasks take a multiple of their time.
pub(super) const SLOW: &str = "slow-tasks";

pub(super) fn faults() -> [FaultSpec; 2] {
    [
        FaultSpec::of_program(
            (SLOW, "Slow tasks"),
            "Each task that is begun takes so many times as long.",
            FaultUnit::Times,
            (3, 2, 100),
        ),
        FaultSpec::of_program(
            (PANIC, "Panic"),
            "A share of the attempts ends in a panic.",
            FaultUnit::Percent,
            (20, 1, 100),
        ),
    ]
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Done,
    Failed,
    Panicked,
}

/// When a handler that begins now has come to its end.
fn until(processor: &Processor) -> SimTime {
    let times = processor.env.fault(SLOW).map_or(1, |times| times.max(1) as u64);
    processor.env.now() + Span(processor.p.task.0.saturating_mul(times))
}

/// How an attempt at a task ends, once its handler has come to its end.
fn verdict(processor: &Processor, work: &Work) -> Ended {
    let Processor { env, p, .. } = processor;
    let lot = |stream: &str| env.draw(stream, u64::from(work.id().0), work.tries).unit();
    let panics = p.panics.0.max(env.fault(PANIC).unwrap_or(0) as f64 / 100.0);
    if panics > 0.0 && lot("panic") < panics {
        processor.books.count(G.panicked, 1);
        return Ended::Panicked;
    }
    if p.fails.0 > 0.0 && lot("fails") < p.fails.0 { Ended::Failed } else { Ended::Done }
}

/// Works until it is told to go.
pub(super) async fn serve(processor: Rc<Processor>, worker: Worker) {
    let mut seat = processor.team.seat(worker);
    while let Some(work) = seat.next(!processor.is_shipped).await {
        if processor.is_shipped {
            shipped::work_on(&processor, work).await;
        } else {
            documented::work_on(&processor, work).await;
        }
    }
}

/// Runs the handler of a task for as long as it may take. Where nobody stops it, it goes on after that by itself.
pub(super) async fn attempt(processor: &Rc<Processor>, work: &Work, stops: bool) -> Result<Ended, Elapsed> {
    let Processor { env, p, .. } = &**processor;
    if let Some(does) = &processor.does {
        let body = does(&work.ids());
        // What is stopped ends with the attempt; what nobody stops is a task of its own from the start.
        let ended = if stops { at_most(env, p.timeout, body).await } else { alone(processor, body).await };
        return ended.map(|good| if good { verdict(processor, work) } else { Ended::Failed });
    }
    let until = until(processor);
    // What is done at the very end of its time is in time.
    let ended = at_most(env, p.timeout, env.sleep_until(until, Wait::Sleep)).await;
    if ended.is_err() && !stops {
        let inner = processor.clone();
        processor.starts("handler", processor.aside, async move {
            inner.books.count(G.left_running, 1);
            inner.env.sleep_until(until, Wait::Sleep).await;
            inner.books.count(G.left_running, -1);
        });
    }
    ended.map(|()| verdict(processor, work))
}

/// Lets a handler run by itself, and waits for it as long as it may take.
async fn alone(processor: &Rc<Processor>, body: Pin<Box<dyn Future<Output = bool>>>) -> Result<bool, Elapsed> {
    let Processor { env, p, .. } = &**processor;
    let how = Watch::new(env, How::Runs);
    let (inner, told) = (processor.clone(), how.clone());
    processor.keeps(|processor| &processor.handlers, "body", processor.aside, async move {
        let good = body.await;
        if told.get() == How::Left {
            inner.books.count(G.left_running, -1);
        }
        told.set(How::Ended(good));
    });
    let left = Leaves { processor, how: &how };
    let ended = at_most(env, p.timeout, left.how.until(|how| how != How::Runs)).await;
    ended.map(|how| how == How::Ended(true))
}

/// How a handler stands that runs by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Runs,
    /// Whether it went well.
    Ended(bool),
    /// Nobody waits for it any more.
    Left,
}

/// Whoever waits for a handler, however that ends.
struct Leaves<'a> {
    processor: &'a Processor,
    how: &'a Watch<How>,
}

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        if self.how.get() == How::Runs {
            self.processor.books.count(G.left_running, 1);
            self.how.set(How::Left);
        }
    }
}
