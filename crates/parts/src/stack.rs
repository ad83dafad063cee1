//! Policies round a call, one within the other, in an order that is given: what the outer one sees is what the inner ones leave of a call.
//!
//! A layer either turns a call away, or lets it go on to the next one further in and sees how it came back. So the order is the meaning: a
//! retry outside a breaker asks the breaker at each try, one inside it hides from the breaker what the tries before the last met; a timeout
//! outside a retry is for all tries together, one inside it for each.
//!
//! What each layer takes for a failure is what came back to it: an error or no answer of the other side, a call that a layer further in cut
//! off, refused or gave up. A breaker counts only what says something about the other side: what was refused further in is none of its
//! business, and a call that was taken back neither. A layer writes down only what it did itself ([`millrace_spec::layer_counts`] says what
//! follows from that), and a call that nothing befalls costs it next to nothing.

mod book;

use super::backoff::Backoff;
use super::breaker::{Breaker, BreakerSettings, HalfOpen, Pass, Probing};
use super::hedge::{Hedge, HedgePolicy, Trigger};
use super::limiter::{Account, Allowance, TokenBucket};
use super::retry::{Retry, RetryPolicy, Verdict};
use super::semaphore::{Permit, Semaphore};
use super::timeout::timeout;
use book::{Book, Extra, GAUGES, Waiting};
use millrace_engine::{Env, Job, Reply};
use millrace_spec::Policy;
use millrace_trace::{Answer, Outcome, SimTime, Span, StationId};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;

/// What the policies of a list share, beside their own numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StackSettings {
    /// The waits between the tries of a retry.
    pub backoff: Backoff,
    /// How long a breaker turns calls away, and how many probes close it again.
    pub open_for: Span,
    /// See above.
    pub probes: u32,
}

/// How a call came back through a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// With the other side's answer, or without one.
    Back(Reply),
    /// It was turned away by a layer.
    Refused,
    /// It took too long for a layer.
    CutOff,
    /// A layer answered in place of the other side.
    Substituted,
}

impl Came {
    /// Whether whoever called got something that counts.
    pub fn is_served(self) -> bool {
        self.outcome().is_served()
    }

    /// What it makes of a request.
    pub fn outcome(self) -> Outcome {
        match self {
            Came::Back(reply) => reply.answer.outcome(),
            Came::Refused => Outcome::Rejected,
            Came::CutOff => Outcome::TimedOut,
            Came::Substituted => Outcome::Substituted,
        }
    }

    /// Whether another try may fare better: a wrong request stays wrong.
    fn is_worth_a_retry(self) -> bool {
        match self {
            Came::Back(reply) => {
                matches!(reply.answer, Answer::Status(429 | 500..) | Answer::Failed | Answer::TimedOut)
            }
            Came::Refused | Came::CutOff => true,
            Came::Substituted => false,
        }
    }
}

/// Policies round a call. Clones are the same ones.
#[derive(Clone)]
pub struct Stack(Rc<Shared>);

struct Shared {
    env: Env,
    layers: Vec<Layer>,
    book: Book,
}

enum Layer {
    Timeout(Option<Span>),
    Retry(Retry),
    Breaker(Breaker),
    Limit(RefCell<TokenBucket>),
    Bulkhead(Semaphore),
    Hedge(Hedge),
    Fallback,
}

impl AsRef<Book> for Stack {
    fn as_ref(&self) -> &Book {
        &self.0.book
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stack({} layers)", self.0.layers.len())
    }
}

type Coming<'a> = Pin<Box<dyn Future<Output = Came> + 'a>>;

impl Stack {
    /// Policies from the outside in; each has a station of its own, a part of that of the callers.
    pub fn open(env: &Env, callers: StationId, policies: &[Policy], settings: StackSettings) -> Stack {
        let book = Book::open(env, callers, policies);
        let layer = |(index, policy): (usize, &Policy)| match *policy {
            Policy::Timeout(span) => Layer::Timeout(Some(span).filter(|span| !span.is_zero())),
            Policy::Retry(attempts) => {
                let policy = RetryPolicy { attempts, backoff: settings.backoff, deadline: None, honours: true };
                Layer::Retry(Retry::new(env, policy, None))
            }
            Policy::Breaker(failures) => {
                let probes =
                    HalfOpen { permitted: settings.probes, counts: Probing::InFlight, deciding: None, at_most: None };
                // Its window is nobody's to see, and would be written down with every call.
                let window = super::Window::Calls(1);
                let plain = BreakerSettings { window, ..BreakerSettings::plain(failures, settings.open_for, probes) };
                Layer::Breaker(Breaker::open(env, book.station(index), &format!("breaker {}", index + 1), plain))
            }
            Policy::Limit(limit) => {
                let allowance = Allowance { limit, per: Span::secs(1), burst: limit, log_refused: false };
                Layer::Limit(RefCell::new(TokenBucket::new(&allowance)))
            }
            Policy::Bulkhead(permits) => Layer::Bulkhead(Semaphore::new(env, permits)),
            Policy::Hedge(delay) => {
                let policy = HedgePolicy { trigger: Trigger::After(delay), most: 1, cancel_losers: true };
                Layer::Hedge(Hedge::new(env, policy, None))
            }
            Policy::Fallback => Layer::Fallback,
        };
        let layers = policies.iter().enumerate().map(layer).collect();
        Stack(Rc::new(Shared { env: env.clone(), layers, book }))
    }

    /// Calls the default server with a job through all layers.
    #[track_caller]
    pub fn call<'a>(&'a self, job: &'a Job) -> impl Future<Output = Came> + 'a {
        self.0.env.at(Location::caller(), self.through(0, job))
    }

    /// Through the layers from one on.
    fn through<'a>(&'a self, index: usize, job: &'a Job) -> Coming<'a> {
        let Shared { env, layers, book } = &*self.0;
        match layers.get(index) {
            None => Box::pin(async move { Came::Back(env.call(job).await) }),
            Some(Layer::Timeout(None)) => self.through(index + 1, job),
            Some(Layer::Timeout(Some(limit))) => {
                let (since, inner) = (env.now(), timeout(env, *limit, self.through(index + 1, job)));
                Box::pin(async move {
                    match inner.await {
                        Ok(came) => {
                            book.record(index, GAUGES.worst, since);
                            came
                        }
                        Err(_) => {
                            book.add(index, GAUGES.ended, 1);
                            Came::CutOff
                        }
                    }
                })
            }
            Some(Layer::Fallback) => {
                let inner = self.through(index + 1, job);
                Box::pin(async move {
                    match inner.await {
                        came if came.is_served() => came,
                        _ => {
                            book.add(index, GAUGES.ended, 1);
                            Came::Substituted
                        }
                    }
                })
            }
            Some(Layer::Retry(retry)) => Box::pin(self.retried(index, retry, job)),
            Some(Layer::Hedge(hedge)) => Box::pin(self.hedged(index, hedge, job)),
            Some(Layer::Breaker(_) | Layer::Limit(_) | Layer::Bulkhead(_)) => self.past_doors(index, job),
        }
    }

    /// Past all doors that stand one behind the other: each lets the call in, or turns it away.
    fn past_doors<'a>(&'a self, index: usize, job: &'a Job) -> Coming<'a> {
        let Shared { env, layers, book } = &*self.0;
        let (mut passes, mut permits, mut next) = (Passes::default(), Vec::new(), index);
        loop {
            let is_open = match layers.get(next) {
                Some(Layer::Breaker(breaker)) => breaker.admit().map(|pass| passes.add(pass)).is_ok(),
                Some(Layer::Limit(bucket)) => takes(&mut bucket.borrow_mut(), env.now()),
                Some(Layer::Bulkhead(all)) => all.try_acquire().map(|permit| permits.push(permit)).is_some(),
                _ => break,
            };
            if !is_open {
                book.add(next, GAUGES.turned_away, 1);
                book.add(next, GAUGES.ended, 1);
                passes.tell(Came::Refused);
                return Box::pin(std::future::ready(Came::Refused));
            }
            next += 1;
        }
        let inner = self.through(next, job);
        Box::pin(async move {
            let came = inner.await;
            drop::<Vec<Permit<'_>>>(permits);
            passes.tell(came);
            came
        })
    }

    async fn retried(&self, index: usize, retry: &Retry, job: &Job) -> Came {
        let book = &self.0.book;
        let waits = Cell::new(None);
        let attempt = || {
            if let Some(waiting) = waits.take() {
                drop::<Waiting<'_>>(waiting);
                book.add(index, GAUGES.again, 1);
            }
            self.through(index + 1, job)
        };
        let judge = |came: &Came| {
            if !came.is_worth_a_retry() {
                return Verdict::Keep;
            }
            waits.set(Some(Waiting::begin(book, index)));
            match came {
                Came::Back(reply) => Verdict::Again(reply.retry_after),
                _ => Verdict::Again(Span::ZERO),
            }
        };
        let tried = retry.call(u64::from(job.id().0) << 8 | index as u64, attempt, judge).await;
        if waits.take().is_some() {
            book.add(index, GAUGES.ended, 1);
        }
        tried.last.unwrap_or(Came::CutOff)
    }

    /// Each attempt has a job of its own, which becomes the request's if it decides.
    async fn hedged(&self, index: usize, hedge: &Hedge, job: &Job) -> Came {
        let under_way = Rc::new(Cell::new(0));
        let attempt = |number: u32| {
            self.0.book.add(index, GAUGES.again, i64::from(number > 0));
            let (stack, child) = (self.clone(), job.split());
            let extra = Extra::begin(self.clone(), index, &under_way);
            async move {
                let came = stack.through(index + 1, &child).await;
                drop(extra);
                (came, child)
            }
        };
        let hedged = hedge.call("attempt", attempt, |(came, _): &(Came, Job)| came.is_served()).await;
        let (came, decided) = hedged.value;
        decided.merge_into(job);
        came
    }
}

/// Takes a token, if there is one.
fn takes(bucket: &mut TokenBucket, now: SimTime) -> bool {
    let is_there = bucket.earliest(now, 1).is_some_and(|at| at <= now);
    if is_there {
        bucket.take(now, 1);
    }
    is_there
}

/// What breakers wait to hear: mostly there is one.
#[derive(Default)]
struct Passes(Option<Pass>, Vec<Pass>);

impl Passes {
    fn add(&mut self, pass: Pass) {
        match self.0 {
            None => self.0 = Some(pass),
            Some(_) => self.1.push(pass),
        }
    }

    fn tell(self, came: Came) {
        let Passes(first, others) = self;
        for pass in others.into_iter().rev().chain(first) {
            match came {
                Came::Back(reply) => match reply.answer {
                    Answer::Status(500..) | Answer::Failed | Answer::TimedOut => pass.failure(),
                    Answer::Status(_) => pass.success(),
                    Answer::Cancelled => pass.ignore(),
                },
                Came::CutOff => pass.failure(),
                Came::Substituted => pass.success(),
                Came::Refused => pass.ignore(),
            }
        }
    }
}
