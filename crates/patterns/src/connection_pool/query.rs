//! A request: it takes a connection, sends its query, and gives the connection back, unless it is one of those that forget to.

use super::POOL;
use super::database::{self, Session, Statement};
use super::params::Params;
use millrace_engine::{Env, Job};
use millrace_parts::{Connection, ConnectionPool, Elapsed, at_most};
use millrace_spec::PoolGauges;
use millrace_trace::{Answer, Outcome, Span};
use std::cell::Cell;
use std::rc::Rc;

/// After how long the program starts again where it could not.
const AGAIN_AFTER: Span = Span::millis(100);
/// What a nil pointer says that somebody uses.
const NIL: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The program that asks the database.
pub(super) struct Program {
    pub env: Env,
    pub p: Params,
    pub pool: ConnectionPool<Session>,
    left: Cell<i64>,
}

/// How far the preparing of all statements came.
enum Prepared {
    /// There was no connection.
    Nothing,
    /// The second one failed.
    First,
    /// To its end.
    All,
}

impl Program {
    pub(super) fn new(env: &Env, p: Params) -> Rc<Program> {
        let pool = ConnectionPool::open(env, POOL, p.settings(), database::dial(env, &p));
        Rc::new(Program { env: env.clone(), p, pool, left: Cell::new(0) })
    }

    /// What it does before anybody asks: it finds out whether there is a database, and prepares its statements.
    pub(super) async fn start(&self) {
        if self.p.pings() {
            while !self.ping().await {
                self.env.sleep(AGAIN_AFTER).await;
            }
        }
        let mut fails = self.p.prepare_fails;
        while self.p.prepares() {
            match self.prepare_all(fails > 0).await {
                Prepared::All => break,
                Prepared::First => fails = fails.saturating_sub(1),
                Prepared::Nothing => {}
            }
            self.env.sleep(AGAIN_AFTER).await;
        }
    }

    async fn ping(&self) -> bool {
        let connection = self.pool.take_alone().await;
        connection.is_ok_and(|connection| self.works(connection).is_some())
    }

    /// Prepares one statement after the other, all on one connection. What is prepared when one of them fails is closed; or it is forgotten.
    async fn prepare_all(&self, fails: bool) -> Prepared {
        let connection = self.pool.take_alone().await.ok().and_then(|connection| self.works(connection));
        let Some(connection) = connection else { return Prepared::Nothing };
        let session = connection.session();
        session.prepare(Statement::Insert).await;
        if fails {
            session.fails_to_prepare().await;
            if self.p.closes_first() {
                session.drops(Statement::Insert);
            } else {
                session.forgets(Statement::Insert);
                self.left.set(self.left.get() + 1);
                self.env.gauge(self.pool.station(), PoolGauges::ALL.statements_left, self.left.get());
            }
            return Prepared::First;
        }
        session.prepare(Statement::Select).await;
        if self.p.has_update() {
            session.prepare(Statement::Update).await;
        }
        Prepared::All
    }

    /// The connection, unless it turns out to be dead: then it is closed.
    fn works<'a>(&self, connection: Connection<'a, Session>) -> Option<Connection<'a, Session>> {
        if connection.session().is_dead() {
            connection.broken();
            return None;
        }
        Some(connection)
    }

    /// A request, from when it comes until it has left. It updates something, or reads and inserts by turns.
    pub(super) async fn ask(&self, job: Job) {
        let lot = |what: &str| self.env.draw(what, u64::from(job.id().0), 0);
        let statement = match job.id().0 % 2 {
            _ if lot("update").chance(self.p.updates.0) => Statement::Update,
            0 => Statement::Select,
            _ => Statement::Insert,
        };
        let leaks = lot("leak").chance(self.p.leak.0);
        let outcome = self.query(&job, statement, leaks).await;
        job.leave(outcome);
    }

    async fn query(&self, job: &Job, statement: Statement, leaks: bool) -> Outcome {
        if statement == Statement::Update && self.p.prepares() && !self.p.has_update() {
            self.env.crash(NIL).await;
        }
        // However many turn out to be dead, the wait is one.
        let over = self.env.now() + self.p.max_wait;
        let connection = loop {
            let left = if self.p.max_wait.is_zero() { Span::ZERO } else { Span(over.since(self.env.now()).0.max(1)) };
            // The longest wait is that for the opening too; a dead one is found out as it is written to.
            let alive = self.pool.take_alive(job, Span::ZERO, |session| !session.is_dead());
            let connection = match at_most(&self.env, left, alive).await {
                Ok(Ok(connection)) => connection,
                Ok(Err(_)) => return Outcome::Failed,
                Err(Elapsed) => return Outcome::Rejected,
            };
            connection.session().prepare(statement).await;
            if let Some(connection) = self.works(connection) {
                break connection;
            }
        };
        let reply = self.env.call(job).await;
        if !self.p.prepares() {
            connection.session().drops(statement);
        }
        match reply.answer {
            Answer::Status(_) if leaks => connection.leak(),
            Answer::Status(_) => drop(connection),
            // What an answer that came later would be for nobody could tell.
            Answer::TimedOut | Answer::Cancelled | Answer::Failed => connection.broken(),
        }
        reply.answer.outcome()
    }
}
