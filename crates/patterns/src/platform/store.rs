//! Where results are stored: Redis, a pipeline for a batch in one round trip, and the database, one insert for it; each by a connection of its
//! pool. Whatever a batch meets, all of its items meet.

use super::books::Items;
use super::process::{Part, Process, UnderWay};
use millrace_engine::{Env, Job, Server};
use millrace_parts::{Connection, ConnectionPool, ConnectionPoolSettings, NoConnection, WaitGroup};
use millrace_trace::{Answer, EventKind, Outcome, Span};
use std::cell::Cell;
use std::rc::Rc;

/// How long it takes to open a connection.
const CONNECT: Span = Span::millis(15);
/// How long it takes to close all of them, once no call is under way.
const CLOSE: Span = Span::millis(3);

/// A server with a pool of connections to it.
pub(super) struct Store {
    env: Env,
    server: Server,
    pool: ConnectionPool<()>,
    is_closed: Cell<bool>,
    under_way: WaitGroup,
}

impl Store {
    /// Open, with a pool of this name.
    pub(super) fn open(env: &Env, name: &str, server: Server, settings: ConnectionPoolSettings) -> Store {
        let inner = env.clone();
        let dial = move |_, _| {
            let env = inner.clone();
            Box::pin(async move {
                env.sleep(CONNECT).await;
                Some(())
            }) as std::pin::Pin<Box<dyn Future<Output = Option<()>>>>
        };
        let pool = ConnectionPool::open(env, name, settings, Box::new(dial));
        Store { env: env.clone(), server, pool, is_closed: Cell::new(false), under_way: WaitGroup::new(env) }
    }

    /// Calls it by a connection. No answer where it is closed.
    pub(super) async fn call(&self, job: &Job) -> Option<Answer> {
        self.call_at(&self.server, job).await
    }

    /// The same, of a server that is the same one and asked for something else.
    pub(super) async fn call_at(&self, server: &Server, job: &Job) -> Option<Answer> {
        let _under_way = self.begin()?;
        let connection: Result<Connection<'_, ()>, NoConnection> = self.pool.take(job).await;
        let connection = connection.ok()?;
        let reply = server.call(job).await;
        if matches!(reply.answer, Answer::Status(_)) {
            drop(connection);
        } else {
            connection.broken();
        }
        Some(reply.answer)
    }

    fn begin(&self) -> Option<UnderWay> {
        (!self.is_closed.get()).then(|| UnderWay::begin(&self.under_way))
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

    /// Closes it there and then, with what is being opened.
    pub(super) fn cut(&self) {
        self.is_closed.set(true);
        self.pool.give_up_openings();
    }
}

/// Hands each batch to a task of its own, as many as there are.
pub(super) async fn flush(process: Rc<Process>, under_way: UnderWay) {
    while let Some(batch) = process.batcher.next().await {
        let items = Items::new(&process.books, batch.items);
        let written = write(process.clone(), items, UnderWay::begin(&process.flushes));
        process.start(Part::Batch, "flush", process.store, written);
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
