//! The database: a server behind a pool of connections, whose size the manager of the pool finds.

use millrace_engine::{Env, Job, Server};
use millrace_parts::{ConnectionPool, NoConnection};
use millrace_trace::Answer;

pub(super) struct Database {
    pub pool: ConnectionPool<()>,
    server: Server,
}

impl Database {
    pub(super) fn open(env: &Env, p: &crate::pool_manager::Params, server: Server) -> Database {
        let pool = ConnectionPool::open(env, super::POOL, p.pool(), crate::pool_manager::dial(env, p));
        Database { pool, server }
    }

    /// A query by a connection of the pool. Whoever wants one waits for it as long as its own time allows.
    pub(super) async fn query(&self, job: &Job) -> Answer {
        let connection = match self.pool.take(job).await {
            Ok(connection) => connection.in_use(),
            Err(NoConnection::Unopened) => return Answer::Failed,
            Err(NoConnection::TooSlow | NoConnection::TooLate) => return Answer::TimedOut,
        };
        let answer = self.server.call(job).await.answer;
        if matches!(answer, Answer::Status(_)) {
            connection.is_good();
        }
        answer
    }
}
