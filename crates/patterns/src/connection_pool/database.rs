//! The database as its clients meet it: what lives with a connection beside its slot, and ends with it.

use super::C;
use super::params::Params;
use millrace_engine::Env;
use millrace_parts::Dial;
use millrace_trace::{Span, StationId, UNLIMITED};
use millrace_upstream::{Link, Listener};
use std::cell::Cell;

/// The statements of the program, in the order in which it prepares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    Insert,
    Select,
    Update,
}

impl Statement {
    fn bit(self) -> i64 {
        1 << self as i64
    }
}

/// How connections to the database are opened. Each has a slot of it.
pub(super) fn dial(env: &Env, p: &Params) -> Dial<Session> {
    // Of a real endpoint nobody knows how many it takes.
    let limited = p.server.slots > 0 && p.server.server == "general" && env.endpoint().is_none();
    let listener = Listener::open(env, p.connect, if limited { p.server.slots } else { UNLIMITED });
    let (env, takes) = (env.clone(), p.prepare_time);
    Box::new(move |id, place| {
        let (env, listener) = (env.clone(), listener.clone());
        Box::pin(async move {
            let link = listener.accept(id).await?;
            Some(Session { env, takes, link, place, prepared: Cell::default(), left: Cell::default() })
        })
    })
}

/// What lives with a connection: its slot, and the statements that were prepared on it.
pub(super) struct Session {
    env: Env,
    /// How long it takes to prepare a statement.
    takes: Span,
    link: Link,
    place: StationId,
    prepared: Cell<i64>,
    /// How many statements nobody has and nobody will close.
    left: Cell<i64>,
}

impl Session {
    /// Whether what is sent on it comes to nobody.
    pub(super) fn is_dead(&self) -> bool {
        self.link.is_dead()
    }

    /// Sees to it that a statement is prepared on it.
    pub(super) async fn prepare(&self, statement: Statement) {
        if self.prepared.get() & statement.bit() == 0 {
            self.env.sleep(self.takes).await;
            self.has(self.prepared.get() | statement.bit());
        }
    }

    /// Tries to prepare a statement, which the server refuses.
    pub(super) async fn fails_to_prepare(&self) {
        self.env.sleep(self.takes).await;
    }

    /// A statement is closed.
    pub(super) fn drops(&self, statement: Statement) {
        self.has(self.prepared.get() & !statement.bit());
    }

    /// A statement stays on it, and nobody has it any more.
    pub(super) fn forgets(&self, statement: Statement) {
        self.drops(statement);
        self.left.set(self.left.get() + 1);
        self.env.gauge(self.place, C.statements_left, self.left.get());
    }

    fn has(&self, prepared: i64) {
        if self.prepared.replace(prepared) != prepared {
            self.env.gauge(self.place, C.prepared, prepared);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.has(0);
        if self.left.get() > 0 {
            self.env.gauge(self.place, C.statements_left, 0);
        }
    }
}
