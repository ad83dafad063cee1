//! A pool: the semaphore, the queue, the workers, and what becomes of their results.
//!
//! Whoever submits waits for a permit, and then for room in the queue. As shipped the permit is given back right then: the semaphore bounds how many submit at
//! once, and nothing else, and what counts as an active operation is a submitter whom a full queue holds up. As documented there is one await more, for the
//! end of the handler, and it is the whole difference.

use super::Manager;
use super::gauges::Gauges;
use super::kind::{Kind, Operation};
use super::params::Params;
use super::work::{Counted, Errand, Work};
use millrace_engine::{Env, Job};
use millrace_parts::{Cond, Rx, Semaphore, Tx, WaitGroup, at_most, channel, channel_of};
use millrace_spec::{FaultSpec, FaultUnit};
use millrace_trace::{Answer, Gauge, Outcome, Span, StationId};
use std::cell::Cell;
use std::rc::Rc;

/// The gauges of a pool, at the station of its permits: what counts as active, what the average latency is said to be, how many were let in, how many
/// results nobody had room for, and how many were begun before somebody urgent.
pub(crate) const ACTIVE: Gauge = Gauge(0);
pub(crate) const LATENCY: Gauge = Gauge(1);
pub(crate) const SUBMITTED: Gauge = Gauge(2);
pub(crate) const DROPPED: Gauge = Gauge(3);
pub(crate) const INVERTED: Gauge = Gauge(4);

/// The fault in which handlers take a multiple of their time.
const SLOW: &str = "slow-handlers";

pub(crate) fn slow_handlers() -> FaultSpec {
    FaultSpec::of_program(
        (SLOW, "Slow tasks"),
        "Each handler that begins takes so many times as long.",
        FaultUnit::Times,
        (3, 2, 100),
    )
}

/// A pool.
pub(crate) struct Pool {
    pub kind: Kind,
    permits: Semaphore,
    queue: (Tx<Work>, Rx<Work>),
    /// Where the urgent wait, where somebody looks at that.
    urgent: Option<(Tx<Work>, Rx<Work>)>,
    /// Something was put into one of the two, or they were closed.
    came: Cond,
    urgent_waiting: Rc<Cell<u32>>,
    /// The results, which nobody reads. As documented whoever submitted has its own.
    results: Option<(Tx<Job>, Rx<Job>)>,
    pub counts: Gauges<5>,
    /// How many of its workers have a task in hand.
    pub at_work: Rc<Cell<u32>>,
}

impl Pool {
    pub fn open(env: &Env, p: &Params, is_shipped: bool, kind: Kind) -> Pool {
        let [permits, queue, urgent, _, results] = kind.stations();
        let permits = Semaphore::open(env, permits, p.permits(kind));
        let queue = channel(env, queue, p.room(kind));
        let has_urgent = !is_shipped && p.has_urgent();
        let urgent = has_urgent.then(|| channel_of(env, queue.0.station(), urgent, p.room(kind)));
        let results = is_shipped.then(|| channel(env, results, p.room(kind)));
        Pool {
            kind,
            counts: Gauges::of(env, permits.station().unwrap_or(StationId::NONE)),
            permits,
            came: Cond::of(env, queue.0.station()),
            queue,
            urgent,
            urgent_waiting: Rc::default(),
            results,
            at_work: Rc::default(),
        }
    }

    /// Says how much is in its queues whenever somebody asks.
    pub fn holds(&self) -> impl Fn() -> u64 + 'static {
        let (queue, urgent) = (self.queue.1.clone(), self.urgent.as_ref().map(|(_, urgent)| urgent.clone()));
        let results = self.results.as_ref().map(|(_, results)| results.clone());
        move || (queue.len() + urgent.as_ref().map_or(0, Rx::len) + results.as_ref().map_or(0, Rx::len)) as u64
    }

    /// One counts as active, as long as this is held.
    fn begins(&self) -> Active<'_> {
        self.counts.change(SUBMITTED, |n| n + 1);
        self.counts.change(ACTIVE, |n| n + 1);
        Active(self)
    }

    /// The next task: of those that matter more, where there are some, and else whoever came first. None once it is closed and empty.
    async fn next(&self) -> Option<Work> {
        let queue = &self.queue.1;
        let Some((_, urgent)) = &self.urgent else { return queue.recv().await };
        // One wait for both. Who stands in two lines may be handed a task in each, and has but one pair of hands.
        loop {
            if let Some(work) = urgent.try_recv().or_else(|| queue.try_recv()) {
                return Some(work);
            }
            if queue.is_closed() {
                return None;
            }
            self.came.wait().await;
        }
    }

    /// A task is begun.
    fn starts(&self, work: &mut Work) {
        work.waits = None;
        let waiting = self.urgent.as_ref().map_or(self.urgent_waiting.get() as usize, |(_, urgent)| urgent.len());
        if waiting > 0 && !work.operation.is_urgent {
            self.counts.change(INVERTED, |n| n + 1);
        }
    }

    fn queues(&self) -> impl Iterator<Item = &(Tx<Work>, Rx<Work>)> {
        self.urgent.iter().chain([&self.queue])
    }

    /// Takes out of the queue what nobody has begun.
    pub fn takes_out(&self) -> Vec<Work> {
        self.queues().flat_map(|(_, queue)| std::iter::from_fn(|| queue.try_recv())).collect()
    }

    /// Nothing was counted so far, and there are no results.
    pub fn forgets(&self) {
        let results = self.results.iter().flat_map(|(_, results)| std::iter::from_fn(|| results.try_recv()));
        results.for_each(|result| result.leave(Outcome::Lost));
        self.counts.forget();
    }

    /// Closes the queue, and takes out of it what nobody has begun.
    pub fn empty(&self) -> Vec<Work> {
        let left = self.takes_out();
        self.queues().for_each(|(queue, _)| queue.close());
        self.came.broadcast();
        left
    }
}

/// One that counts as active.
struct Active<'a>(&'a Pool);

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.counts.change(ACTIVE, |n| n - 1);
    }
}

/// Submits an operation. What the semaphore sees is a part of it that stays behind while the task goes on.
pub(crate) async fn submit(manager: Rc<Manager>, job: Job, operation: Operation) {
    let _task = manager.machine.holds_task();
    let claim = job.split();
    let _ = enter(&manager, &claim, job, operation, None).await;
    claim.leave(Outcome::Completed);
}

/// Has a task done: whoever claims a permit has it until the task has been handled, or as shipped until it is in the queue. What this returns waits until it has
/// been handled; nothing where there is no such pool.
pub(crate) async fn enter(
    manager: &Manager,
    claim: &Job,
    job: Job,
    operation: Operation,
    errand: Option<Errand>,
) -> Option<WaitGroup> {
    let pool = manager.pool(operation.kind)?;
    let handled = WaitGroup::new(&manager.env);
    let mut work = Work::new(job, operation, manager.dropped.clone(), &handled, manager.at_work.begin());
    work.errand = errand;
    let permit = pool.permits.acquire_for(claim).await;
    let active = pool.begins();
    work.waits = operation.is_urgent.then(|| Counted::one(&pool.urgent_waiting));
    let (queue, _) = pool.urgent.as_ref().filter(|_| operation.is_urgent).unwrap_or(&pool.queue);
    let is_in = queue.send(work).await.is_ok();
    pool.came.signal();
    manager.is_in(operation.number);
    if is_in && !manager.is_shipped {
        handled.wait().await;
    }
    drop(active);
    drop(permit);
    Some(handled)
}

/// A worker: one task after the other.
pub(crate) async fn serve(manager: Rc<Manager>, kind: Kind) {
    let Some(pool) = manager.pool(kind) else { return };
    let _task = manager.machine.holds_task();
    while let Some(work) = pool.next().await {
        let at_work = Counted::one(&pool.at_work);
        handle(&manager, pool, work).await;
        drop(at_work);
    }
}

async fn handle(manager: &Manager, pool: &Pool, mut work: Work) {
    let Manager { env, p, .. } = manager;
    pool.starts(&mut work);
    let (began, number) = (env.now(), work.operation.number);
    let errand = work.errand.take();
    let (in_time, answer) = match errand {
        // Whoever wanted it has gone.
        Some(errand) if !errand.is_wanted() => return work.ends(Outcome::Cancelled),
        Some(errand) => {
            let answer = errand.runs(env, p.timeout, &work).await;
            (true, Some(answer))
        }
        None => {
            let takes = manager.takes(work.operation, env.fault(SLOW));
            (at_most(env, p.timeout, run_handler(manager, takes)).await.is_ok(), None)
        }
    };
    let lot = |stream, share: f64| in_time && share > 0.0 && env.draw(stream, number, 0).unit() < share;
    let panics = lot("panic", p.panics.0);
    if panics && manager.is_shipped {
        // Nobody recovers, so it is not the end of a task but of the process.
        env.crash("panic in the handler of a task").await;
    }
    let outcome = match in_time {
        false => Outcome::TimedOut,
        true if panics || lot("fails", p.fails.0) => Outcome::Failed,
        true => answer.map_or(Outcome::Completed, Answer::outcome),
    };
    if !manager.is_shipped {
        let took = env.now().since(began).0 as i64;
        // The first is the average of all so far.
        pool.counts.change(LATENCY, |average| if average == 0 { took } else { (average * 9 + took) / 10 });
    }
    let result = pool.results.as_ref().and_then(|results| Some((results, work.result()?)));
    work.ends(outcome);
    if let Some(((results, _), result)) = result
        && let Err(no_room) = results.try_send(result)
    {
        pool.counts.change(DROPPED, |n| n + 1);
        drop(no_room);
    }
}

/// It computes for its share of the time, and for the rest it waits for somebody else.
async fn run_handler(manager: &Manager, takes: Span) {
    let computes = Span((takes.0 as f64 * manager.p.compute.0) as u64).min(takes);
    manager.machine.computes(computes).await;
    manager.env.sleep(Span(takes.0 - computes.0)).await;
}
