//! Where results are stored: Redis, a pipeline for a batch in one round trip, and the database, one insert for it; each by a connection of its
//! pool. Whatever a batch meets, all of its items meet.
//!
//! Each has a client with manners of its own. That of Redis waits four seconds for a connection and three for an answer, and tries again what nobody has
//! answered, as go-redis does. That of the database has no limit but the context of whoever asks; where that ends first the query is cut off in its middle,
//! and what its connection brings next would be for nobody: it is closed, as `database/sql` does with a driver that says `ErrBadConn`.

use super::books::{Books, Count, Items};
use super::process::{Part, Process};
use millrace_engine::{Env, Job, Server};
use millrace_parts::{
    Backoff, ConnectionPool, ConnectionPoolSettings, Grows, Jitter, NoConnection, Retry, RetryPolicy, UnderWay,
    Verdict, WaitGroup,
};
use millrace_trace::{Answer, EventKind, Outcome, Span};
use std::cell::Cell;
use std::rc::Rc;

/// How long it takes to open a connection.
const CONNECT: Span = Span::millis(15);
/// How long it takes to close all of them, once no call is under way.
const CLOSE: Span = Span::millis(3);
/// The answer of a Redis that is there and cannot serve yet: it is asked again.
const NOT_NOW: u16 = 503;

/// How a client goes about a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manners {
    /// How long it waits for a connection; no time at all for as long as it takes.
    pub pool_wait: Span,
    /// How often what was not answered is tried again.
    pub again: u32,
}

impl Manners {
    /// Those of `database/sql`.
    pub(super) const PATIENT: Manners = Manners { pool_wait: Span::ZERO, again: 0 };
    /// The waits between the tries of go-redis: 8 ms, and by lot up to 8 × 2ⁿ more, at most 512.
    const BACKOFF: Backoff = Backoff {
        grows: Grows::Exponential(2.0),
        delay: Span::millis(8),
        cap: Span::millis(512),
        jitter: Jitter::OnTop,
    };

    /// Whether what came of a try is kept. An error is an answer, and whoever is closed stays so.
    fn judge(answer: &Option<Answer>) -> Verdict {
        match answer {
            Some(Answer::Status(NOT_NOW) | Answer::TimedOut | Answer::Failed | Answer::Cancelled) => {
                Verdict::Again(Span::ZERO)
            }
            None | Some(Answer::Status(_)) => Verdict::Keep,
        }
    }
}

/// A server with a pool of connections to it.
pub(super) struct Store {
    env: Env,
    books: Books,
    server: Server,
    pool: ConnectionPool<()>,
    pool_wait: Span,
    retry: Retry,
    is_closed: Cell<bool>,
    under_way: WaitGroup,
}

impl Store {
    /// Open, with a pool of this name.
    pub(super) fn open(
        (env, books): (&Env, &Books),
        (name, server): (&str, Server),
        settings: ConnectionPoolSettings,
        manners: Manners,
    ) -> Store {
        let inner = env.clone();
        let dial = move |_, _| {
            let env = inner.clone();
            Box::pin(async move {
                env.sleep(CONNECT).await;
                Some(())
            }) as std::pin::Pin<Box<dyn Future<Output = Option<()>>>>
        };
        let attempts = manners.again.saturating_add(1);
        let policy = RetryPolicy { attempts, backoff: Manners::BACKOFF, deadline: None, honours: false };
        Store {
            env: env.clone(),
            books: books.clone(),
            server,
            pool: ConnectionPool::open(env, name, settings, Box::new(dial)),
            pool_wait: manners.pool_wait,
            retry: Retry::new(env, policy, None),
            is_closed: Cell::new(false),
            under_way: WaitGroup::new(env),
        }
    }

    /// Calls it by a connection, and again where nobody has answered. No answer where it is closed.
    pub(super) async fn call(&self, job: &Job) -> Option<Answer> {
        let is_first = Cell::new(true);
        let attempt = || {
            self.books.count(Count::Retries, i64::from(!is_first.replace(false)));
            self.call_at(&self.server, job)
        };
        self.retry.call(u64::from(job.id().0), attempt, Manners::judge).await.last.flatten()
    }

    /// Calls it once, or a server that is the same one and asked for something else.
    pub(super) async fn call_at(&self, server: &Server, job: &Job) -> Option<Answer> {
        let _under_way = (!self.is_closed.get()).then(|| self.under_way.under_way())?;
        let connection = match self.pool.take_within(job, self.pool_wait).await {
            Ok(connection) => connection.in_use(),
            Err(_) if self.is_closed.get() => return None,
            Err(NoConnection::Unopened) => return Some(Answer::Failed),
            Err(NoConnection::TooSlow) => return Some(Answer::TimedOut),
            Err(NoConnection::TooLate) => {
                self.books.count(Count::PoolTimeouts, 1);
                return Some(Answer::TimedOut);
            }
        };
        let cut_off = CutOff(Some(&self.books));
        let reply = server.call(job).await;
        cut_off.answered();
        if matches!(reply.answer, Answer::Status(_)) {
            connection.is_good();
        }
        Some(reply.answer)
    }

    /// Its connections, seen to by the pool.
    pub(super) fn reaper(&self) -> impl Future<Output = ()> + use<> {
        let pool = self.pool.clone();
        async move { pool.reap().await }
    }

    /// Closes it: no call begins from here on, and those under way are waited for.
    pub(super) async fn close(&self) {
        self.is_closed.set(true);
        self.under_way.wait().await;
        self.pool.give_up_openings();
        self.env.sleep(CLOSE).await;
    }

    /// Closes it there and then, with what is being opened or closed.
    pub(super) fn cut(&self) {
        self.is_closed.set(true);
        self.pool.ends();
    }
}

/// A call that is under way. Dropped, it was cut off.
struct CutOff<'a>(Option<&'a Books>);

impl CutOff<'_> {
    fn answered(mut self) {
        self.0 = None;
    }
}

impl Drop for CutOff<'_> {
    fn drop(&mut self) {
        if let Some(books) = self.0 {
            books.count(Count::CutOff, 1);
        }
    }
}

/// Hands each batch to a task of its own, as many as there are.
pub(super) async fn flush(process: Rc<Process>, under_way: UnderWay) {
    while let Some(batch) = process.batcher.next().await {
        let items = Items::new(&process.books, batch.items);
        let written = write(process.clone(), items, process.flushes.under_way());
        process.parts.start(Part::Batch as usize, "flush", process.store, written);
    }
    drop(under_way);
}

/// Writes a batch to Redis and to the database.
async fn write(process: Rc<Process>, items: Items, _under_way: UnderWay) {
    items.all().iter().for_each(|item| process.env.emit(EventKind::Started { job: item.id() }));
    let Some(first) = items.all().first() else { return };
    let mut answer = process.redis.call(first).await;
    if answer.is_some_and(Answer::is_success) {
        answer = process.database.call(first).await;
    }
    match answer {
        Some(answer) if answer.is_success() => items.ends(Outcome::Completed),
        Some(answer) => items.ends(answer.outcome()),
        // Nobody takes it any more: it is lost.
        None => drop(items),
    }
}
