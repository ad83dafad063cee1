//! A client of a hub: its queue, and its end, which it has once; and the messages that go into the queue.

use super::{C, G, Hub, Open, Shared};
use crate::channel::{Recv, Rx, TrySendError, Tx};
use crate::signal::{Given, Signal};
use millrace_engine::{Carries, Job};
use millrace_spec::Parting;
use millrace_trace::{JobId, Outcome, StationId};
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;

/// What the hub knows of a client.
pub(super) struct Entry {
    pub(super) session: u32,
    pub(super) station: StationId,
    queue: (Tx<Letter>, Rx<Letter>),
    pub(super) end: Cell<Option<Parting>>,
    /// It was let go, with what is being written to it.
    cut: Signal,
}

impl Entry {
    /// Puts a message into its queue.
    ///
    /// # Errors
    /// The message comes back where there is no room, or where the client is gone.
    pub(super) fn push(&self, letter: Letter) -> Result<(), Letter> {
        self.queue.0.try_send(letter).map_err(|error| match error {
            TrySendError::Full(letter) | TrySendError::Closed(letter) => letter,
        })
    }

    /// How many messages wait in its queue.
    pub(super) fn waiting(&self) -> usize {
        self.queue.1.len()
    }

    /// Ends it, unless it has ended. What lies in its queue is lost; only a hub that is shut down lets it have that first.
    pub(super) fn end(&self, hub: &Hub, why: Parting) {
        if self.end.get().is_some() {
            return;
        }
        hub.0.env.state(self.station, why.id());
        if why.is_drop() {
            hub.count(G.dropped, 1);
        }
        self.close(why);
    }

    fn close(&self, why: Parting) {
        self.end.set(Some(why));
        self.queue.0.close();
        if why != Parting::Shutdown {
            while let Some(letter) = self.queue.1.try_recv() {
                letter.leave(Outcome::Lost);
            }
            self.cut.give();
        }
    }
}

/// A client that comes.
pub(super) struct Enrols(pub(super) Rc<Entry>);

/// A client that leaves, and why.
pub(super) struct Leaves(pub(super) Rc<Entry>, pub(super) Parting);

impl Carries for Enrols {
    fn job(&self) -> Option<JobId> {
        None
    }
}

impl Carries for Leaves {
    fn job(&self) -> Option<JobId> {
        None
    }
}

/// A client, for the tasks that write to it and read from it. Dropped, it leaves.
pub struct Client {
    hub: Hub,
    pub(super) entry: Rc<Entry>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({}, {} queued, {:?})", self.entry.session, self.entry.queue.1.len(), self.why())
    }
}

impl Client {
    pub(super) fn new(hub: &Hub, session: u32, name: &str) -> Client {
        let (station, queue) = hub.open_client(name);
        let env = &hub.0.env;
        env.gauge(station, C.session, i64::from(session));
        let entry = Entry { session, station, queue, end: Cell::new(None), cut: Signal::new(env) };
        Client { hub: hub.clone(), entry: Rc::new(entry) }
    }

    /// Its session.
    pub fn session(&self) -> u32 {
        self.entry.session
    }

    /// Its station, where what is being written to it is in hand.
    pub fn station(&self) -> StationId {
        self.entry.station
    }

    /// The station of its queue.
    pub fn queue(&self) -> StationId {
        self.entry.queue.0.station()
    }

    /// Waits for the next message that is for it; none once it has ended.
    #[track_caller]
    pub fn next(&self) -> Recv<Letter> {
        self.entry.queue.1.recv()
    }

    /// The next message, if there is one.
    pub fn try_next(&self) -> Option<Letter> {
        self.entry.queue.1.try_recv()
    }

    /// Why it is there no more; nothing as long as it is.
    pub fn why(&self) -> Option<Parting> {
        self.entry.end.get()
    }

    /// Ready once it was let go there and then: what is being written to it is not worth to go on with.
    pub fn cut(&self) -> Given {
        self.entry.cut.given()
    }

    /// It goes. A hub that just returns when it is stopped leaves it waiting here for ever.
    #[track_caller]
    pub fn leave(&self, why: Parting) -> impl Future<Output = ()> + '_ {
        let Shared { env, settings, unregister, over, .. } = &*self.hub.0;
        env.at(Location::caller(), async move {
            let told = unregister.0.send(Leaves(self.entry.clone(), why));
            if settings.just_returns {
                let _closed = told.await;
            } else if self.why().is_none() && !matches!(over.guard(told).await, Some(Ok(()))) {
                self.forget(why);
            }
        })
    }

    /// Ends it without the hub, which finds its entry later, and says so then.
    fn forget(&self, why: Parting) {
        if self.why().is_none() {
            self.entry.close(why);
            if self.hub.is_over() {
                return self.hub.tell(&self.entry);
            }
            self.hub.0.forgotten.borrow_mut().push(self.entry.clone());
            self.hub.0.asked.signal();
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.forget(Parting::Left);
    }
}

/// A message for a session. Dropped, it is lost.
pub struct Letter {
    job: Option<Job>,
    /// The session.
    pub to: u32,
    /// What it says, where somebody reads it.
    pub text: String,
    open: Rc<Open>,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({:?} to {})", self.job, self.to)
    }
}

impl Letter {
    pub(super) fn new(open: &Rc<Open>, job: Job, to: u32, text: String) -> Letter {
        open.count.set(open.count.get() + 1);
        Letter { job: Some(job), to, text, open: open.clone() }
    }

    /// It has come to its end in this way.
    pub fn leave(mut self, outcome: Outcome) {
        if let Some(job) = self.job.take() {
            job.leave(outcome);
        }
    }

    pub(super) fn into_job(mut self) -> Option<Job> {
        self.job.take()
    }
}

impl Carries for Letter {
    fn job(&self) -> Option<JobId> {
        self.job.as_ref().and_then(Carries::job)
    }
}

impl Drop for Letter {
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            job.leave(Outcome::Lost);
        }
        let left = self.open.count.get().saturating_sub(1);
        self.open.count.set(left);
        if left == 0 {
            self.open.none.broadcast();
        }
    }
}
