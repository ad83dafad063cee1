//! A batch, from when it is full until all its commands have left: it takes a connection, is sent, and waits for its answer, several times if need be.
//!
//! Which ends are tried again, and which end a connection, is that of go-redis (`redis.go`, `error.go`): whatever says that nobody has answered, and an
//! answer that says that nobody can for now. An error of the command itself is an answer, and the connection is good.

use super::keys::Keys;
use super::params::Params;
use super::{C, EMPTY, FOR_NOBODY, POOL, POOL_TIMEOUTS, READ_TIMEOUTS, RETRIES, ROUND_TRIPS, WRITE_TIMEOUTS};
use millrace_engine::{Env, Job};
use millrace_parts::{Connection, ConnectionPool, NoConnection, Retry, Verdict, WaitGroup, at_most, timeout};
use millrace_trace::{Answer, Gauge, Outcome, Span, StationId, StationKind, UNLIMITED};
use millrace_upstream::{Link, Listener};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The answer of a server that is there and cannot serve yet, after which the connection is good: LOADING, TRYAGAIN and their like. (READONLY is
/// tried again too, but ends the connection.)
const NOT_NOW: u16 = 503;

/// What lives with a connection: how many commands were last told of as on it.
pub(super) struct Session {
    link: Link,
    told: Cell<u32>,
}

/// What a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Got {
    /// Every command was answered.
    Answers,
    /// The answer is that the commands are wrong.
    Errors,
    /// The server is there, and cannot for now.
    NotNow,
    /// The connection is gone, or there was none to be opened.
    Broken,
    /// No connection came back in time, and that is tried again or not.
    NoConnection { again: bool },
    /// The connection was not open in time, or the batch not sent or not answered in time.
    TooSlow,
}

impl Got {
    fn verdict(self) -> Verdict {
        match self {
            Got::Answers | Got::Errors | Got::NoConnection { again: false } => Verdict::Keep,
            Got::NotNow | Got::Broken | Got::NoConnection { again: true } | Got::TooSlow => Verdict::Again(Span::ZERO),
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Got::Answers => Outcome::Completed,
            Got::Errors | Got::NotNow | Got::Broken => Outcome::Failed,
            Got::NoConnection { .. } | Got::TooSlow => Outcome::TimedOut,
        }
    }
}

/// The program that saves emotions.
pub(super) struct Program {
    pub env: Env,
    pub p: Params,
    pub pool: ConnectionPool<Session>,
    pub keys: Rc<Keys>,
    listener: Rc<Listener>,
    retry: Retry,
    /// Where commands are for which another of their batch has the connection.
    batches: StationId,
    /// Batches whose tasks are their own.
    pub apart: WaitGroup,
    counts: RefCell<BTreeMap<Gauge, i64>>,
}

impl Program {
    pub(super) fn new(env: &Env, p: Params) -> Rc<Program> {
        let listener = Listener::open(env, p.connect, UNLIMITED);
        let (door, inner) = (listener.clone(), env.clone());
        let (tells, size) = (p.pipeline > 1, p.size);
        let dial = move |id, place| -> std::pin::Pin<Box<dyn Future<Output = Option<Session>>>> {
            let door = door.clone();
            if tells && id > size {
                // What was told last was of a connection that was there before.
                inner.gauge(place, C.commands, 0);
            }
            Box::pin(async move { Some(Session { link: door.accept(id).await?, told: Cell::new(0) }) })
        };
        let pool = ConnectionPool::open(env, POOL, p.settings(), Box::new(dial));
        let batches = env.open(millrace_engine::StationSpec {
            kind: StationKind::Crew,
            name: "batches",
            parent: pool.station(),
            capacity: UNLIMITED,
        });
        Rc::new(Program {
            env: env.clone(),
            keys: Keys::new(env, pool.station(), p.ttl),
            retry: Retry::new(env, p.retry(), None),
            pool,
            listener,
            batches,
            apart: WaitGroup::new(env),
            counts: RefCell::default(),
            p,
        })
    }

    /// Saves a batch: one round trip for all its commands. One with nothing in it is done at once, and takes nothing.
    pub(super) async fn save(self: Rc<Self>, batch: Vec<Job>) {
        let Some((first, rest)) = batch.split_first() else { return self.count(EMPTY, 1) };
        rest.iter().for_each(|command| command.go(self.batches, false));
        let patience = self.p.server.timeout;
        let outcome = if patience.is_zero() || self.p.cancels() {
            let whose = Whose::of(&self.env);
            at_most(&self.env, patience, self.exec(first, rest.len() + 1, &whose)).await.unwrap_or(Outcome::TimedOut)
        } else {
            self.exec_apart(first, rest.len() + 1).await
        };
        batch.into_iter().for_each(|command| command.leave(outcome));
    }

    /// Runs a batch with a context of its own: when its caller gives up it goes on, and nobody learns what became of it.
    async fn exec_apart(self: &Rc<Self>, first: &Job, commands: usize) -> Outcome {
        let (batch, program, apart) = (first.split(), self.clone(), Apart::begin(self));
        first.go(self.batches, false);
        let whose = apart.whose.clone();
        let runs = async move {
            let outcome = program.exec(&batch, commands, &apart.whose).await;
            drop(apart);
            (batch, outcome)
        };
        let mut runs = self.env.spawn_at("batch", self.env.station(), runs).join();
        match timeout(&self.env, self.p.server.timeout, &mut runs).await {
            Ok((batch, outcome)) => {
                batch.merge_into(first);
                outcome
            }
            Err(_) => {
                whose.nobodys();
                self.count(FOR_NOBODY, 1);
                runs.detach();
                Outcome::TimedOut
            }
        }
    }

    /// Tries a batch as often as it may be tried. The first of its commands stands for all.
    async fn exec(&self, first: &Job, commands: usize, whose: &Whose) -> Outcome {
        let tries = Cell::new(0);
        let attempt = || async {
            self.count(RETRIES, i64::from(tries.replace(1) > 0));
            let got = self.try_once(first, commands, whose).await;
            if let Verdict::Again(_) = got.verdict() {
                // Until it is tried again it is where the others of its batch are.
                first.go(self.batches, false);
            }
            got
        };
        let tried = self.retry.call(u64::from(first.id().0), attempt, |got| got.verdict()).await;
        tried.last.map_or(Outcome::Failed, Got::outcome)
    }

    async fn try_once(&self, first: &Job, commands: usize, whose: &Whose) -> Got {
        let alive = self.pool.take_alive(first, self.p.pool_timeout, |session| !session.link.is_dead());
        let connection = match alive.await {
            Ok(connection) => InUse::of(connection, whose),
            Err(NoConnection::Unopened) => return Got::Broken,
            Err(NoConnection::TooSlow) => return Got::TooSlow,
            Err(NoConnection::TooLate) => {
                self.count(POOL_TIMEOUTS, 1);
                return Got::NoConnection { again: self.p.retries_pool() };
            }
        };
        connection.tells(&self.env, if self.p.pipeline > 1 { commands } else { 0 });
        if at_most(&self.env, self.p.write, self.write(commands)).await.is_err() {
            self.count(WRITE_TIMEOUTS, 1);
            return Got::TooSlow;
        }
        if connection.is_dead() {
            // The server went, or the line was cut, while the batch was being sent: nobody has all of it.
            return Got::Broken;
        }
        self.count(ROUND_TRIPS, 1);
        match self.env.call(first).await.answer {
            Answer::Status(status) => {
                connection.goes_back();
                match status {
                    200..=299 => {
                        self.keys.set(commands as i64);
                        Got::Answers
                    }
                    NOT_NOW => Got::NotNow,
                    _ => Got::Errors,
                }
            }
            Answer::TimedOut => {
                self.count(READ_TIMEOUTS, 1);
                Got::TooSlow
            }
            Answer::Failed | Answer::Cancelled => Got::Broken,
        }
    }

    /// Sends a batch. What the buffers between both sides do not take has to wait until the server reads.
    async fn write(&self, commands: usize) {
        let takes = self.p.sending(commands as u64);
        if !takes.is_zero() {
            self.env.sleep(takes).await;
        }
        if commands > self.p.socket_buffer as usize {
            self.listener.gets_through().await;
        }
    }

    fn count(&self, gauge: Gauge, more: i64) {
        if more == 0 {
            return;
        }
        let count = {
            let mut counts = self.counts.borrow_mut();
            let count = counts.entry(gauge).or_default();
            *count += more;
            *count
        };
        self.env.gauge(self.pool.station(), gauge, count);
    }
}

/// A connection on which something is under way. Dropped before its answer has come it is closed: whoever had it next would get what is not its own.
struct InUse<'a> {
    connection: Option<Connection<'a, Session>>,
    whose: &'a Whose,
}

impl<'a> InUse<'a> {
    fn of(connection: Connection<'a, Session>, whose: &'a Whose) -> InUse<'a> {
        whose.has(Some(connection.place()));
        InUse { connection: Some(connection), whose }
    }

    /// How many commands are on it, where that is not always the same.
    fn tells(&self, env: &Env, commands: usize) {
        let Some(connection) = &self.connection else { return };
        if connection.session().told.replace(commands as u32) != commands as u32 {
            env.gauge(connection.place(), C.commands, commands as i64);
        }
    }

    fn is_dead(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.session().link.is_dead())
    }

    /// The answer has come, and it goes back.
    fn goes_back(mut self) {
        self.whose.has(None);
        drop(self.connection.take());
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.whose.has(None);
            connection.broken();
        }
    }
}

/// Whether a batch has a caller still, and the connection that it keeps: one that is kept for nobody says so.
struct Whose {
    env: Env,
    gone: Cell<bool>,
    place: Cell<Option<StationId>>,
}

impl Whose {
    fn of(env: &Env) -> Whose {
        Whose { env: env.clone(), gone: Cell::new(false), place: Cell::new(None) }
    }

    /// It has a connection from now on, or none.
    fn has(&self, place: Option<StationId>) {
        self.tell(0);
        self.place.set(place);
        self.tell(1);
    }

    /// Its caller has gone.
    fn nobodys(&self) {
        self.gone.set(true);
        self.tell(1);
    }

    fn tell(&self, for_nobody: i64) {
        if let Some(place) = self.place.get().filter(|_| self.gone.get()) {
            self.env.gauge(place, C.for_nobody, for_nobody);
        }
    }
}

/// A batch whose task is its own: as long as this is held it is waited for at the end of the program, and counted if its caller has gone.
struct Apart {
    program: Rc<Program>,
    whose: Rc<Whose>,
}

impl Apart {
    fn begin(program: &Rc<Program>) -> Apart {
        program.apart.add(1);
        Apart { program: program.clone(), whose: Rc::new(Whose::of(&program.env)) }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if self.whose.gone.get() {
            self.program.count(FOR_NOBODY, -1);
        }
        self.program.apart.done();
    }
}
