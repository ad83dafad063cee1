//! What connections lead to: a server as whoever opens one meets it, with slots of which each connection has one.
//!
//! A connection that was open when the server crashed is dead, and so is one that somebody cut. In a partition whoever opens one waits until
//! something gets through again; once the process is gone, it is refused.

use super::faults::{CRASH, PARTITION};
use millrace_engine::Env;
use millrace_spec::{FaultSpec, FaultUnit};
use millrace_trace::{Span, StationId, UNLIMITED, Wait};
use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;
use std::task::Poll;

/// The fault that cuts a connection. Its magnitude is the connection's number.
const BREAK: &str = "break-connection";

/// The fault that cuts a connection of a pool, for scenes.
pub fn break_connection() -> FaultSpec {
    FaultSpec::of_program(
        (BREAK, "Break one"),
        "This connection is dead. Nobody knows until it is used; then it is closed, and another is taken.",
        FaultUnit::Member,
        (3, 1, 1_000_000),
    )
}

/// The server that connections lead to.
pub struct Listener {
    env: Env,
    connect: Span,
    /// How many slots are free.
    free: Cell<u32>,
    crashes: Cell<u32>,
    gone: Cell<bool>,
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener({} slots free)", self.free.get())
    }
}

impl Listener {
    /// One with so many slots, or [`UNLIMITED`] ones, to connect to which takes so long.
    pub fn open(env: &Env, connect: Span, slots: u32) -> Rc<Listener> {
        let (crashes, gone) = (Cell::default(), Cell::default());
        let listener = Rc::new(Listener { env: env.clone(), connect, free: Cell::new(slots), crashes, gone });
        let weak = Rc::downgrade(&listener);
        env.on_fault(CRASH, move |standing| {
            let Some(listener) = weak.upgrade() else { return };
            if !listener.gone.replace(!standing.is_empty()) && !standing.is_empty() {
                listener.crashes.set(listener.crashes.get().wrapping_add(1));
            }
        });
        listener
    }

    /// Opens a connection of a number. None where no slot is free, or where nobody is there.
    pub async fn accept(self: Rc<Self>, id: u32) -> Option<Link> {
        if self.gone.get() {
            return None;
        }
        let (slot, crashes) = (Slot::of(&self), self.crashes.get());
        self.env.sleep(self.connect).await;
        self.gets_through().await;
        let slot = slot.filter(|_| self.crashes.get() == crashes)?;
        Some(Link { listener: self, _slot: slot, id, crashes })
    }

    /// Waits as long as nothing gets through. Who ends a partition wakes all tasks.
    #[track_caller]
    pub fn gets_through(&self) -> impl Future<Output = ()> + use<> {
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
struct Slot(Rc<Listener>);

impl Slot {
    fn of(listener: &Rc<Listener>) -> Option<Slot> {
        let free = listener.free.get();
        if free != UNLIMITED {
            listener.free.set(free.checked_sub(1)?);
        }
        Some(Slot(listener.clone()))
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

/// A connection as the server has it: dropped, its slot is free.
pub struct Link {
    listener: Rc<Listener>,
    _slot: Slot,
    id: u32,
    /// How often the server had crashed when it was opened.
    crashes: u32,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.id)
    }
}

impl Link {
    /// Whether what is sent on it comes to nobody.
    pub fn is_dead(&self) -> bool {
        let listener = &self.listener;
        listener.crashes.get() != self.crashes || listener.env.faults(BREAK).contains(&i64::from(self.id))
    }
}
