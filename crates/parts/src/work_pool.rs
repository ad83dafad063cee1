//! A pool of workers behind a bounded queue that can be stopped, in either of two ways.
//!
//! From the stop on nobody is let in: whoever waits for room gets its value back at once, and so does whoever comes later. What is
//! inside is finished when it drains, for as long as it may take, or cut off when it is aborted. What was in the queue and never begun
//! comes back to whoever stopped the pool; what a worker had begun is dropped with the future that worked on it. So each value that
//! was ever handed in is finished, cut off, given back to its sender or given back to the stopper: never two of these, and never none.
//!
//! What is done at the very instant of an abort, or of the end of a drain, is done: the workers that are ready then go first.
//!
//! Dropping the pool aborts it there and then.

use super::{Crew, Rx, Tx, channel, timeout};
use millrace_engine::{Carries, Env};
use millrace_trace::Span;
use std::fmt;
use std::future::Future;
use std::panic::Location;

/// The workers and their queue.
pub struct WorkPool<T: Carries + 'static> {
    env: Env,
    intake: Tx<T>,
    queue: Rx<T>,
    crew: Option<Crew>,
}

/// How a pool came to its end.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "what was not begun is somebody's"]
pub struct Stopped<T> {
    /// Whether all that was inside was finished.
    pub finished: bool,
    /// What lay in the queue and was never begun, in the order in which it came.
    pub left: Vec<T>,
}

impl<T: Carries + 'static> fmt::Debug for WorkPool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WorkPool({:?}, {:?})", self.queue, self.crew)
    }
}

impl<T: Carries + 'static> WorkPool<T> {
    /// Starts `workers` workers ("worker 1" …) under a station named `crew`, which take from a channel named `queue` that holds up to
    /// `room` values.
    #[track_caller]
    pub fn start<F>(
        env: &Env,
        (queue, room): (&str, u32),
        (crew, workers): (&str, u32),
        work: impl Fn(T) -> F + Clone + 'static,
    ) -> WorkPool<T>
    where
        F: Future<Output = ()> + 'static,
    {
        let (intake, queue) = channel(env, queue, room);
        let rx = queue.clone();
        let crew = Crew::start(env, crew, "worker", workers, move |_| {
            let (queue, work) = (rx.clone(), work.clone());
            async move {
                while let Some(value) = queue.recv().await {
                    work(value).await;
                }
            }
        });
        WorkPool { env: env.clone(), intake, queue, crew: Some(crew) }
    }

    /// Where values are handed in. Sending waits for room; from the stop on the value comes back.
    pub fn intake(&self) -> Tx<T> {
        self.intake.clone()
    }

    /// Lets nobody in any more, and waits until what is inside is finished: at most for `deadline`, 0 for as long as it takes. What is not
    /// finished by then is cut off.
    #[track_caller]
    pub fn drain(self, deadline: Span) -> impl Future<Output = Stopped<T>> {
        let (env, site) = (self.env.clone(), Location::caller());
        env.at(site, self.stop(Some(deadline)))
    }

    /// Lets nobody in any more, and cuts off what is inside.
    #[track_caller]
    pub fn abort(self) -> impl Future<Output = Stopped<T>> {
        let (env, site) = (self.env.clone(), Location::caller());
        env.at(site, self.stop(None))
    }

    /// Drains for as long as it may, where it may at all, and aborts what is left.
    async fn stop(mut self, drain: Option<Span>) -> Stopped<T> {
        self.intake.close();
        let Some(crew) = self.crew.take() else { return Stopped { finished: true, left: Vec::new() } };
        self.env.state(crew.station(), if drain.is_some() { "draining" } else { "aborting" });
        let station = crew.station();
        let mut workers = crew.join();
        let finished = match drain {
            Some(Span::ZERO) => {
                (&mut workers).await;
                true
            }
            Some(deadline) => timeout(&self.env, deadline, &mut workers).await.is_ok(),
            None => false,
        };
        if !finished {
            self.env.turn().await;
        }
        let finished = finished || workers.is_over();
        drop(workers);
        let left = self.rest();
        self.env.state(station, STOPPED);
        Stopped { finished: finished && left.is_empty(), left }
    }

    fn rest(&self) -> Vec<T> {
        std::iter::from_fn(|| self.queue.try_recv()).collect()
    }
}

/// What the station of the workers says once a pool has stopped.
const STOPPED: &str = "stopped";

impl<T: Carries + 'static> Drop for WorkPool<T> {
    fn drop(&mut self) {
        self.intake.close();
        // First the workers, so that what was handed to one of them and not taken lies in the queue again.
        drop(self.crew.take());
        drop(self.rest());
    }
}
