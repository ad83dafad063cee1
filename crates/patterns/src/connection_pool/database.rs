//! The database as its clients meet it: slots of its own, of which each connection has one, and what lives with a connection.
//!
//! A connection that was open when the server crashed is dead, and so is one that somebody cut; nobody knows before it is used. In a
//! partition whoever opens one waits until something gets through again.

use super::C;
use super::params::Params;
use millrace_engine::Env;
use millrace_parts::Dial;
use millrace_trace::{Span, StationId, UNLIMITED, Wait};
use millrace_upstream::{CRASH, PARTITION};
use std::cell::Cell;
use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;
use std::task::Poll;

/// The fault that cuts a connection. Its magnitude is the connection's number.
pub(super) const BREAK: &str = "break-connection";

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

/// The server that connections lead to.
pub(super) struct Database {
    env: Env,
    connect: Span,
    prepare: Span,
    /// How many slots are free.
    free: Cell<u32>,
    crashes: Cell<u32>,
    gone: Cell<bool>,
}

impl Database {
    pub(super) fn new(env: &Env, p: &Params) -> Rc<Database> {
        // Of a real endpoint nobody knows how many it takes.
        let limited = p.server.slots > 0 && p.server.server == "general" && env.endpoint().is_none();
        let free = Cell::new(if limited { p.server.slots } else { UNLIMITED });
        let (connect, prepare) = (p.connect, p.prepare_time);
        let database = Rc::new(Database {
            env: env.clone(),
            connect,
            prepare,
            free,
            crashes: Cell::default(),
            gone: Cell::default(),
        });
        let weak = Rc::downgrade(&database);
        env.on_fault(CRASH, move |standing| {
            let Some(database) = weak.upgrade() else { return };
            if !database.gone.replace(!standing.is_empty()) && !standing.is_empty() {
                database.crashes.set(database.crashes.get().wrapping_add(1));
            }
        });
        database
    }

    /// How connections to it are opened.
    pub(super) fn dial(self: &Rc<Self>) -> Dial<Session> {
        let database = self.clone();
        Box::new(move |id, place| {
            let database = database.clone();
            Box::pin(async move { database.connect(id, place).await })
        })
    }

    /// Opens a connection. None where no slot is free, or where nobody is there.
    async fn connect(self: Rc<Self>, id: u32, place: StationId) -> Option<Session> {
        if self.gone.get() {
            return None;
        }
        let (slot, crashes) = (Slot::of(&self), self.crashes.get());
        self.env.sleep(self.connect).await;
        self.gets_through().await;
        let slot = slot.filter(|_| self.crashes.get() == crashes)?;
        let (prepared, left) = (Cell::default(), Cell::default());
        Some(Session { database: self, _slot: slot, id, place, crashes, prepared, left })
    }

    /// Waits as long as nothing gets through. Who ends a partition wakes all tasks.
    #[track_caller]
    fn gets_through(&self) -> impl Future<Output = ()> {
        let (env, site) = (self.env.clone(), Location::caller());
        let mut said = false;
        poll_fn(move |_| {
            if env.fault(PARTITION).is_none() {
                return Poll::Ready(());
            }
            if !std::mem::replace(&mut said, true) {
                env.waits(Wait::Call, StationId::NONE, site);
            }
            Poll::Pending
        })
    }
}

/// A slot of the server, which is free again when this is dropped.
struct Slot(Rc<Database>);

impl Slot {
    fn of(database: &Rc<Database>) -> Option<Slot> {
        let free = database.free.get();
        if free != UNLIMITED {
            database.free.set(free.checked_sub(1)?);
        }
        Some(Slot(database.clone()))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let free = self.0.free.get();
        if free != UNLIMITED {
            self.0.free.set(free + 1);
        }
    }
}

/// What lives with a connection: its slot, and the statements that were prepared on it.
pub(super) struct Session {
    database: Rc<Database>,
    _slot: Slot,
    id: u32,
    place: StationId,
    /// How often the server had crashed when it was opened.
    crashes: u32,
    prepared: Cell<i64>,
    /// How many statements nobody has and nobody will close.
    left: Cell<i64>,
}

impl Session {
    /// Whether what is sent on it comes to nobody.
    pub(super) fn is_dead(&self) -> bool {
        let database = &self.database;
        database.crashes.get() != self.crashes || database.env.faults(BREAK).contains(&i64::from(self.id))
    }

    /// Sees to it that a statement is prepared on it.
    pub(super) async fn prepare(&self, statement: Statement) {
        if self.prepared.get() & statement.bit() == 0 {
            self.database.env.sleep(self.database.prepare).await;
            self.has(self.prepared.get() | statement.bit());
        }
    }

    /// Tries to prepare a statement, which the server refuses.
    pub(super) async fn fails_to_prepare(&self) {
        self.database.env.sleep(self.database.prepare).await;
    }

    /// A statement is closed.
    pub(super) fn drops(&self, statement: Statement) {
        self.has(self.prepared.get() & !statement.bit());
    }

    /// A statement stays on it, and nobody has it any more.
    pub(super) fn forgets(&self, statement: Statement) {
        self.drops(statement);
        self.left.set(self.left.get() + 1);
        self.database.env.gauge(self.place, C.statements_left, self.left.get());
    }

    fn has(&self, prepared: i64) {
        if self.prepared.replace(prepared) != prepared {
            self.database.env.gauge(self.place, C.prepared, prepared);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.has(0);
        if self.left.get() > 0 {
            self.database.env.gauge(self.place, C.statements_left, 0);
        }
    }
}
