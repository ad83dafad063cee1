//! Where work comes from: a closed loop that makes the next job when somebody is free to take it, or an open stream that
//! comes when it comes.
//!
//! With open arrivals a job enters the system at its intended time, whether or not anybody is ready for it, and waits in
//! a backlog without bounds. Response time counted from there does not hide the queue behind a stalled client
//! (Tene's "coordinated omission").

use super::channel::{Rx, channel};
use millrace_engine::{Env, Job, Task};
use millrace_trace::{SimTime, StationKind, UNLIMITED};

/// How jobs arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Traffic {
    /// The next job is made when the last was taken.
    Closed,
    /// Independent arrivals: exponential gaps at this rate per second.
    Poisson(f64),
    /// Equal gaps at this rate per second.
    Constant(f64),
}

/// A source of a given number of jobs.
#[derive(Debug)]
pub struct Arrivals {
    env: Env,
    left: u32,
    /// The backlog and the task that fills it, where arrivals are open.
    open: Option<(Rx<Job>, Task<()>)>,
}

impl Arrivals {
    /// The channel in which jobs of open arrivals wait for whoever takes them in.
    pub const BACKLOG: &str = "backlog";

    /// Starts a source of `total` jobs.
    #[track_caller]
    pub fn start(env: &Env, total: u32, traffic: Traffic) -> Arrivals {
        let open = match traffic {
            Traffic::Closed => None,
            Traffic::Poisson(rate) => Some(open_stream(env, total, rate, true)),
            Traffic::Constant(rate) => Some(open_stream(env, total, rate, false)),
        };
        Arrivals { env: env.clone(), left: total, open }
    }

    /// The next job, in the hands of the current task; none after the last.
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "what is next has to be waited for")]
    pub fn next(&mut self) -> impl Future<Output = Option<Job>> + use<'_> {
        let site = std::panic::Location::caller();
        self.env.clone().at(site, async move {
            self.left = self.left.checked_sub(1)?;
            match &self.open {
                None => Some(self.env.job()),
                Some((backlog, _)) => backlog.recv().await,
            }
        })
    }
}

fn open_stream(env: &Env, total: u32, rate: f64, random: bool) -> (Rx<Job>, Task<()>) {
    let source = env.open_plain(StationKind::Source, "arrivals");
    let (tx, rx) = channel::<Job>(env, Arrivals::BACKLOG, UNLIMITED);
    let inner = env.clone();
    let task = env.spawn_at("arrivals", source, async move {
        // Intended times come from one running sum in seconds, so that no gap's rounding adds up.
        let mut due = 0.0;
        for n in 0..total {
            let gap = if random { inner.draw("arrivals", u64::from(n), 0).exponential(1.0 / rate) } else { 1.0 / rate };
            due += gap;
            let at = SimTime((due * 1e9 + 0.5) as u64);
            inner.sleep_until(at, millrace_trace::Wait::Sleep).await;
            let job = inner.job_at(inner.station());
            // A backlog without bounds has always room.
            drop(tx.try_send(job));
        }
        tx.close();
    });
    (rx, task)
}
