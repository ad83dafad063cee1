//! Those who want a connection: as many as the load says, each with a task of its own.
//!
//! Who gets one has it until it is not wanted any more, or until the pool has become smaller than what is in use. Who gets none waits in line until the manager
//! looks next, gives up, and asks again when the manager has looked. So each look finds nobody in line, and all that was waited is over.

use super::guard::Guard;
use super::params::Params;
use millrace_engine::{Env, Job, Task};
use millrace_parts::{Cond, ConnectionPool};
use millrace_trace::{Outcome, SimTime, StationId, Wait};
use std::cell::Cell;
use std::rc::Rc;

/// What all clients have in common.
pub(crate) struct Clients {
    env: Env,
    station: StationId,
    pool: ConnectionPool<()>,
    guard: Guard,
    /// The waits are over: the manager is about to look.
    over: Cond,
    /// It has looked.
    again: Cond,
    /// And there are to be fewer.
    fewer: Cond,
    /// How many are there and have not asked yet.
    coming: Cell<u32>,
    /// How many are there, with a connection or without.
    there: Cell<u32>,
    /// When the load changes next.
    changes_at: Cell<SimTime>,
    /// How many openings were in vain since the manager looked.
    in_vain: Cell<u32>,
}

/// Somebody who is about to ask.
struct Coming(Rc<Clients>);

impl Drop for Coming {
    fn drop(&mut self) {
        self.0.coming.set(self.0.coming.get().saturating_sub(1));
    }
}

/// Somebody who is there. It leaves when this is dropped: served, or without ever having had a connection.
struct Present {
    clients: Rc<Clients>,
    job: Option<Job>,
    served: Cell<bool>,
}

impl Present {
    fn new(clients: &Rc<Clients>) -> Present {
        clients.there.set(clients.there.get() + 1);
        Present { clients: clients.clone(), job: Some(clients.env.job()), served: Cell::new(false) }
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.clients.there.set(self.clients.there.get().saturating_sub(1));
        let outcome = if self.served.get() { Outcome::Completed } else { Outcome::Cancelled };
        self.job.take().into_iter().for_each(|job| job.leave(outcome));
    }
}

/// Those who are there, in the order in which they came.
#[derive(Default)]
struct There(Vec<Task<()>>);

impl There {
    /// So many stay. Of those who came last the last goes first: as a rule it is one that has nothing yet.
    fn stay(&mut self, n: usize) {
        while self.0.len() > n {
            drop(self.0.pop());
        }
    }
}

impl Drop for There {
    fn drop(&mut self) {
        self.stay(0);
    }
}

impl Clients {
    pub(super) fn new(env: &Env, station: StationId, pool: ConnectionPool<()>, guard: Guard) -> Rc<Clients> {
        let cond = || Cond::of(env, pool.station());
        Rc::new(Clients {
            env: env.clone(),
            station,
            over: cond(),
            again: cond(),
            fewer: cond(),
            pool,
            guard,
            coming: Cell::new(0),
            there: Cell::new(0),
            changes_at: Cell::new(SimTime::ZERO),
            in_vain: Cell::new(0),
        })
    }

    /// Lets happen what happens at this instant, and ends all waits: who comes has come, who goes has passed on what it had, and nobody is in line.
    pub(crate) async fn waits_end(&self) {
        while self.coming.get() > 0 || self.changes_at.get() <= self.env.now() {
            self.env.turn().await;
        }
        while self.pool.waiting() > 0 {
            self.over.broadcast();
            self.env.turn().await;
        }
    }

    /// The manager has looked: who waited asks again, and where the pool has become smaller who has a connection gives it back.
    pub(crate) fn ask_again(&self) {
        if self.pool.is_crowded() {
            self.fewer.broadcast();
        }
        self.again.broadcast();
        self.in_vain.set(0);
    }

    /// How many openings were in vain since the manager looked last.
    pub(crate) fn in_vain(&self) -> u32 {
        self.in_vain.get()
    }

    /// How many want a connection, whether or not they have one.
    pub(super) fn there(&self) -> u32 {
        self.there.get()
    }

    fn comes(self: &Rc<Self>) -> Task<()> {
        self.coming.set(self.coming.get() + 1);
        self.env.spawn_at("client", self.station, client(self.clone(), Coming(self.clone())))
    }
}

/// As many clients as the load says, until this is dropped.
pub(crate) async fn come_and_go(clients: Rc<Clients>, p: Rc<Params>) {
    let mut changes = p.wanted.changes(&clients.env).peekable();
    let mut there = There::default();
    let next_of = |next: Option<&(SimTime, u32)>| next.map_or(SimTime::MAX, |(at, _)| *at);
    clients.changes_at.set(next_of(changes.peek()));
    while let Some((at, wanted)) = changes.next() {
        clients.env.sleep_until(at, Wait::Sleep).await;
        there.stay(wanted as usize);
        there.0.extend((there.0.len()..wanted as usize).map(|_| clients.comes()));
        clients.changes_at.set(next_of(changes.peek()));
    }
    std::future::pending::<()>().await;
}

async fn client(clients: Rc<Clients>, coming: Coming) {
    let present = Present::new(&clients);
    let Some(job) = &present.job else { return };
    drop(coming);
    loop {
        if let Some(leave) = clients.guard.admits() {
            match clients.pool.take_unless(job, clients.over.wait()).await {
                Ok(connection) => {
                    leave.success();
                    present.served.set(true);
                    while !clients.pool.is_crowded() {
                        clients.fewer.wait().await;
                    }
                    drop(connection);
                    continue;
                }
                Err(millrace_parts::NoConnection::TooLate) => {}
                Err(_) => {
                    clients.in_vain.set(clients.in_vain.get() + 1);
                    leave.failure();
                }
            }
        }
        clients.again.wait().await;
    }
}
