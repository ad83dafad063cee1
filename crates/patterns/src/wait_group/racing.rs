//! The results of the shipped client: two slices that all tasks append to without a lock.
//!
//! What is lost is decided by nothing but the interleaving at [`Slice::append`]: the length is read, the thread may lose its
//! processor, the length is written. An append that keeps its processor is one step here. From load to store are a few
//! nanoseconds, in which a core does not give away the cache line that it has just taken; were it otherwise, no run of the
//! original on two threads could have kept all of 15,000 appends, and 34 of 60 did.

use super::threads::{OnThread, Threads};
use millrace_engine::{Env, Job};
use millrace_spec::Detail;
use millrace_trace::{EventKind, Ledger, Outcome, Span, Trace, TraceEvent};
use serde_json::{Map, Value as Json};
use std::cell::RefCell;

/// What a thread does at most with an answer before each of the appends: read the body, print a dot.
const HANDLE: Span = Span::nanos(3_500);
/// What an append takes of a processor's time from reading the length to writing it, growing the array included, on average.
const APPEND: Span = Span::nanos(150);

/// The two slices.
pub(super) struct Racing {
    env: Env,
    threads: Threads,
    latencies: Slice<()>,
    statuses: Slice<(Job, Outcome)>,
}

impl Racing {
    pub fn new(env: &Env, threads: u32) -> Racing {
        Racing {
            env: env.clone(),
            threads: Threads::new(env, threads),
            latencies: Slice::new(),
            statuses: Slice::new(),
        }
    }

    /// Appends a result, on one of the threads.
    pub async fn record(&self, job: Job, outcome: Outcome) {
        let thread = self.threads.take().await;
        let mut draw = self.env.draw("handle", u64::from(job.id().0), 0);
        thread.work(draw.span(Span::ZERO, HANDLE)).await;
        self.latencies.append(&thread, ()).await;
        thread.work(draw.span(Span::ZERO, HANDLE)).await;
        if let Some((job, _)) = self.statuses.append(&thread, (job, outcome)).await {
            job.leave(Outcome::Lost);
        }
    }

    /// What the original's report does with what is left: it goes through the latencies, and looks up the status of each. A
    /// status beyond the last latency is never looked at.
    pub async fn report(&self, env: &Env) {
        let (latencies, statuses) = (self.latencies.len(), self.statuses.len());
        for (index, (job, outcome)) in self.statuses.take().into_iter().enumerate() {
            job.leave(if index < statuses.min(latencies) { outcome } else { Outcome::Lost });
        }
        env.note(LATENCIES, latencies as i64);
        env.note(STATUSES, statuses as i64);
        if latencies == 0 {
            env.crash("runtime error: integer divide by zero").await;
        }
        if statuses < latencies {
            env.crash(&format!("runtime error: index out of range [{statuses}] with length {statuses}")).await;
        }
    }
}

const LATENCIES: &str = "{} latencies were recorded";
const STATUSES: &str = "{} statuses were recorded";

/// The report, of a shipped run that came to its end: how long each slice is then.
#[derive(Debug, Default)]
struct Lengths {
    latencies: Option<i64>,
    statuses: Option<i64>,
}

/// A report of a run that has not started.
pub(super) fn detail() -> Box<dyn Detail> {
    Box::new(Lengths::default())
}

impl Detail for Lengths {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        let EventKind::Noted { text, value, .. } = event.kind else { return };
        let length = match trace.name(text) {
            LATENCIES => &mut self.latencies,
            STATUSES => &mut self.statuses,
            _ => return,
        };
        length.get_or_insert(value);
    }

    fn report(&self) -> Map<String, Json> {
        let mut detail = Map::new();
        for (member, length) in [("latencies", self.latencies), ("statuses", self.statuses)] {
            if let Some(length) = length {
                detail.insert(member.to_owned(), length.into());
            }
        }
        detail
    }
}

/// A Go slice as `append` treats it: read the length, write the element, write the length. In between, others may run.
struct Slice<T> {
    state: RefCell<(Vec<Option<T>>, usize)>,
}

impl<T> Slice<T> {
    fn new() -> Slice<T> {
        Slice { state: RefCell::new((Vec::new(), 0)) }
    }

    /// Appends, and gives back the element that was there already, if somebody else had put one in the meantime.
    async fn append(&self, thread: &OnThread<'_>, value: T) -> Option<T> {
        let index = self.len();
        thread.step(APPEND).await;
        let mut state = self.state.borrow_mut();
        let (elements, len) = &mut *state;
        if elements.len() <= index {
            elements.resize_with(index + 1, || None);
        }
        // The length goes back too, by as many as others have appended since.
        *len = index + 1;
        elements.get_mut(index).and_then(|slot| slot.replace(value))
    }

    fn len(&self) -> usize {
        self.state.borrow().1
    }

    /// All elements, those beyond the length too.
    fn take(&self) -> Vec<T> {
        self.state.borrow_mut().0.drain(..).flatten().collect()
    }
}
