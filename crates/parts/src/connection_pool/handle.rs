//! What somebody has of a pool: a connection in its hands, one that is being opened, one that is being closed. Each is a guard: what it holds comes back
//! however it ends.

use super::super::stay::Stay;
use super::super::timeout::{Elapsed, at_most};
use super::{C, ConnectionPool, NoConnection, Open};
use millrace_engine::{Env, Job};
use millrace_spec::{Closing, ConnectionState};
use millrace_trace::{SimTime, StationId};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

/// A connection in somebody's hands; dropped, it is given back. With a job, the job is at its place as long.
#[must_use = "a connection that is dropped is given back"]
pub struct Connection<'a, T: 'static> {
    pool: ConnectionPool<T>,
    session: Rc<T>,
    /// Nothing once it was given away.
    open: Option<Open<T>>,
    id: u32,
    place: StationId,
    job: HasJob<'a>,
}

impl<T> fmt::Debug for Connection<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.id)
    }
}

impl<'a, T> Connection<'a, T> {
    pub(super) fn new(pool: &ConnectionPool<T>, mut open: Open<T>, job: HasJob<'a>) -> Connection<'a, T> {
        let env = &pool.0.env;
        open.uses += 1;
        env.gauge(open.place, C.uses, open.uses);
        env.state(open.place, ConnectionState::InUse.word());
        let (session, id, place) = (open.session.clone(), open.id, open.place);
        Connection { pool: pool.clone(), session, open: Some(open), id, place, job }
    }

    /// Its number, which no other connection of the pool ever has.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The station of its place.
    pub fn place(&self) -> StationId {
        self.place
    }

    /// What lives with it.
    pub fn session(&self) -> &T {
        &self.session
    }

    /// Something is sent by it, and its answer has to come: until it has, whoever had the connection next would get what is not its own.
    pub fn in_use(self) -> InUse<'a, T> {
        InUse(Some(self))
    }

    /// It does not work any more: it is closed, and nobody gets it.
    pub fn broken(mut self) {
        self.job.end(&self.pool.0.env);
        if let Some(open) = self.open.take() {
            self.pool.close(open, Closing::Broken);
        }
    }

    /// Nobody will ever give it back: its place is taken for good. The line of the caller is named as where that happened.
    #[track_caller]
    pub fn leak(mut self) {
        let (env, site) = (&self.pool.0.env, Location::caller());
        if let Some(job) = self.job.job() {
            env.gauge(self.place, C.leaked_by, i64::from(job.id().number()));
        }
        self.job.end(env);
        if let Some(open) = self.open.take() {
            env.state_from(site, self.place, ConnectionState::Leaked.word());
            self.pool.0.state.borrow_mut().leaked.push(open);
            self.pool.show();
        }
    }
}

impl<T> Drop for Connection<'_, T> {
    fn drop(&mut self) {
        self.job.end(&self.pool.0.env);
        if let Some(open) = self.open.take() {
            self.pool.give_back(open);
        }
    }
}

/// A connection by which something is under way. Dropped before its answer is known to have come it is closed, also where whoever waits for it is cut off.
#[derive(Debug)]
#[must_use = "a connection in use that is dropped is closed"]
pub struct InUse<'a, T: 'static>(Option<Connection<'a, T>>);

impl<T> InUse<'_, T> {
    /// The answer has come: it is given back.
    pub fn is_good(mut self) {
        drop(self.0.take());
    }
}

impl<T> Drop for InUse<'_, T> {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            connection.broken();
        }
    }
}

/// The stay of a job at the place of its connection, if there is a job; it ends with this.
pub(super) struct HasJob<'a>(Env, Option<Stay<'a>>);

impl<'a> HasJob<'a> {
    /// The job comes to a place.
    pub(super) fn begin(env: &Env, place: StationId, job: Option<&'a Job>) -> HasJob<'a> {
        let stay = job.map(|job| Stay::begin(env, place, job, true));
        stay.iter().for_each(|stay| stay.holds(env));
        HasJob(env.clone(), stay)
    }

    /// A job that waited has been taken to a place.
    pub(super) fn goes_on(env: &Env, place: StationId, stay: Option<Stay<'a>>) -> HasJob<'a> {
        let moved = |mut stay: Stay<'a>| {
            stay.goes_on(env, place);
            stay
        };
        HasJob(env.clone(), stay.map(moved))
    }

    fn job(&self) -> Option<&'a Job> {
        self.1.as_ref().map(|stay| stay.job)
    }

    fn end(&mut self, env: &Env) {
        self.1.take().into_iter().for_each(|stay| stay.end(env));
    }
}

impl Drop for HasJob<'_> {
    fn drop(&mut self) {
        let env = self.0.clone();
        self.end(&env);
    }
}

/// A connection that is being opened, with its place. Dropped before it is open, the place is free.
pub(super) struct Opening<T: 'static> {
    pool: ConnectionPool<T>,
    pub(super) id: u32,
    pub(super) place: StationId,
    /// Whether the place is still this one's to give back.
    holds: bool,
    /// Whether somebody else may open one in its place when it is dropped: not where the run itself ends.
    passes_on: bool,
}

impl<T: 'static> Opening<T> {
    /// One that its own caller opens, if there may be one more.
    pub(super) fn begin(pool: &ConnectionPool<T>) -> Option<Opening<T>> {
        Opening::at_a_place(pool, true)
    }

    /// One that is opened for whoever waits, or for who may come.
    pub(super) fn for_others(pool: &ConnectionPool<T>) -> Option<Opening<T>> {
        Opening::at_a_place(pool, false)
    }

    fn at_a_place(pool: &ConnectionPool<T>, passes_on: bool) -> Option<Opening<T>> {
        let (place, id) = pool.occupy()?;
        Some(Opening { pool: pool.clone(), id, place, holds: true, passes_on })
    }

    /// Opens it, unless it cannot be or takes too long.
    pub(super) async fn finish(mut self, pool: &ConnectionPool<T>) -> Result<Open<T>, NoConnection> {
        let session = at_most(&pool.0.env, pool.0.settings.dial, (pool.0.dial)(self.id, self.place)).await;
        self.passes_on = false;
        let none = match session {
            Ok(Some(session)) => {
                self.holds = false;
                return Ok(pool.opened(self.id, self.place, session));
            }
            Ok(None) => NoConnection::Unopened,
            Err(Elapsed) => NoConnection::TooSlow,
        };
        drop(self);
        pool.refused();
        Err(none)
    }
}

impl<T: 'static> Drop for Opening<T> {
    fn drop(&mut self) {
        if self.holds {
            self.pool.0.env.state(self.place, ConnectionState::Unopened.word());
            self.pool.0.state.borrow_mut().left_free = true;
            self.pool.vacate(self.place);
            if self.passes_on {
                self.pool.open_for_waiters();
            }
        }
    }
}

/// A connection that is being closed; when this is dropped its place is free.
pub(super) struct Leaving<T: 'static> {
    pub(super) pool: ConnectionPool<T>,
    pub(super) open: Option<Open<T>>,
    pub(super) why: Closing,
}

impl<T: 'static> Leaving<T> {
    /// It is closed: whoever waits may have another one opened in its place, or one may be to be kept warm.
    pub(super) fn finish(self) {
        let pool = self.pool.clone();
        drop(self);
        pool.open_for_waiters();
        pool.keep_warm();
    }
}

impl<T: 'static> Drop for Leaving<T> {
    fn drop(&mut self) {
        let Some(open) = self.open.take() else { return };
        let place = open.place;
        // What lived with it ends before its place is free.
        drop(open);
        self.pool.0.env.state(place, ConnectionState::Closed(self.why).word());
        self.pool.vacate(place);
        let closing = {
            let mut state = self.pool.0.state.borrow_mut();
            state.closing = state.closing.saturating_sub(1);
            state.closing
        };
        if closing == 0 {
            self.pool.0.quiet.broadcast();
        }
    }
}

/// Whether a connection is too old at an instant.
pub(super) fn is_over<T>(open: &Open<T>, now: SimTime) -> bool {
    now >= open.over
}
