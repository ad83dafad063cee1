//! Where work comes from: a closed loop that makes the next job when somebody is free to take it, or an open stream that
//! comes when it comes.
//!
//! With open arrivals a job enters the system at its intended time, whether or not anybody is ready for it, and waits in
//! a backlog without bounds. Response time counted from there does not hide the queue behind a stalled client
//! (Tene's "coordinated omission").

mod rate_curve;

pub use rate_curve::RateCurve;

use super::channel::{Recv, Rx, channel};
use millrace_engine::{Env, Job, Stream, Task};
use millrace_spec::Scripted;
use millrace_trace::{SimTime, Span, StationKind, UNLIMITED, Wait};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// How jobs arrive.
#[derive(Clone, Debug, PartialEq)]
pub enum Traffic {
    /// The next job is made when the last was taken.
    Closed,
    /// Independent arrivals: exponential gaps at this rate per second.
    Poisson(f64),
    /// Equal gaps at this rate per second.
    Constant(f64),
    /// Several at once, for the first time at the start.
    Burst {
        /// How many at once, at least one.
        size: u32,
        /// From one burst to the next.
        every: Span,
    },
    /// Independent arrivals at a rate that changes.
    Varying(RateCurve),
    /// At the instants that somebody wrote down, in order.
    Script(Rc<[Scripted]>),
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
    /// The stream, and the key of its dice.
    pub const STREAM: &str = "arrivals";
    /// The channel in which jobs of open arrivals wait for whoever takes them in.
    pub const BACKLOG: &str = "backlog";

    /// Starts a source of `total` jobs, or of as many as a script has, if that is less.
    #[track_caller]
    pub fn start(env: &Env, total: u32, traffic: Traffic) -> Arrivals {
        Arrivals::named(env, [Arrivals::STREAM, Arrivals::BACKLOG], total, traffic)
    }

    /// The same, with other names for its stream and its backlog, for a run with several sources: the first is the key of its dice, too.
    #[track_caller]
    pub fn named(env: &Env, names: [&'static str; 2], total: u32, traffic: Traffic) -> Arrivals {
        let open = (traffic != Traffic::Closed).then(|| open_stream(env, names, total, traffic));
        Arrivals { env: env.clone(), left: total, open }
    }

    /// The next job, in the hands of the current task; none after the last.
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "what is next has to be waited for")]
    pub fn next(&mut self) -> impl Future<Output = Option<Job>> + use<'_> {
        let (env, site) = (self.env.clone(), std::panic::Location::caller());
        env.at(site, Next { of: self, backlog: None })
    }
}

/// The next job of a source. Written by hand and in line natively, as what is received is: of a closed source it comes at once, and stays in
/// registers.
struct Next<'a> {
    of: &'a mut Arrivals,
    /// The wait at the backlog, once it has begun.
    backlog: Option<Recv<Job>>,
}

impl Future for Next<'_> {
    type Output = Option<Job>;

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Job>> {
        let this = &mut *self;
        if this.backlog.is_none() {
            let Some(left) = this.of.left.checked_sub(1) else { return Poll::Ready(None) };
            this.of.left = left;
            match &this.of.open {
                None => return Poll::Ready(Some(this.of.env.job())),
                Some((backlog, _)) => this.backlog = Some(backlog.recv()),
            }
        }
        this.waits(cx)
    }
}

impl Next<'_> {
    #[inline(never)]
    fn waits(&mut self, cx: &mut Context<'_>) -> Poll<Option<Job>> {
        match &mut self.backlog {
            Some(backlog) => Pin::new(backlog).poll(cx),
            None => Poll::Ready(None),
        }
    }
}

fn open_stream(env: &Env, [stream, backlog]: [&'static str; 2], total: u32, traffic: Traffic) -> (Rx<Job>, Task<()>) {
    let source = env.open_plain(StationKind::Source, stream);
    let (tx, rx) = channel::<Job>(env, backlog, UNLIMITED);
    let inner = env.clone();
    let task = env.spawn_at(stream, source, async move {
        let mut instants = Instants { gaps: inner.stream(stream), traffic, made: 0, sum: 0.0, entry: (0, 0) };
        for _ in 0..total {
            let Some(at) = instants.next() else { break };
            inner.sleep_until(at, Wait::Sleep).await;
            let job = inner.job_at(inner.station());
            // A backlog without bounds has always room.
            drop(tx.try_send(job));
        }
        tx.close();
    });
    (rx, task)
}

/// The instants at which the jobs of a stream come, one after the other. The draw of a job belongs to its number.
struct Instants {
    gaps: Stream,
    traffic: Traffic,
    made: u32,
    /// One running sum, in seconds or in expected jobs, so that no gap's rounding adds up.
    sum: f64,
    /// The entry of a script that is next, and how many of it have come.
    entry: (usize, u32),
}

impl Instants {
    fn next(&mut self) -> Option<SimTime> {
        let number = self.made;
        self.made += 1;
        let gap = |mean| self.gaps.draw(u64::from(number), 0).exponential(mean);
        let seconds = match &self.traffic {
            Traffic::Poisson(rate) => {
                self.sum += gap(1.0 / rate);
                self.sum
            }
            Traffic::Constant(rate) => {
                self.sum += 1.0 / rate;
                self.sum
            }
            Traffic::Varying(curve) => {
                self.sum += gap(1.0);
                curve.when(self.sum)
            }
            Traffic::Burst { size, every } => {
                return Some(SimTime(every.0.saturating_mul(u64::from(number / (*size).max(1)))));
            }
            Traffic::Script(script) => return scripted(script, &mut self.entry),
            Traffic::Closed => return None,
        };
        Some(SimTime((seconds * 1e9 + 0.5) as u64))
    }
}

fn scripted(script: &[Scripted], entry: &mut (usize, u32)) -> Option<SimTime> {
    let now = script.get(entry.0)?;
    entry.1 += 1;
    if entry.1 >= now.times {
        *entry = (entry.0 + 1, 0);
    }
    Some(SimTime(now.at.0))
}
