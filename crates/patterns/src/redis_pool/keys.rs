//! What the server keeps: so many keys, each for its time. A crash takes them all. They are those whose setting was answered: what was set for somebody
//! who had closed the connection by then is not among them.

use super::{EXPIRED, KEYS};
use millrace_engine::Env;
use millrace_parts::Cond;
use millrace_trace::{SimTime, Span, StationId, Wait};
use millrace_upstream::CRASH;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// The keys. Each is a session's and an instant's, so none is set twice.
pub(super) struct Keys {
    env: Env,
    /// Whose gauges tell of them.
    at: StationId,
    ttl: Span,
    /// How many there are, and how many are over.
    there: Cell<i64>,
    expired: Cell<i64>,
    /// How many are over when. All live equally long, so the first that were set are the first to go.
    to_go: RefCell<VecDeque<(SimTime, i64)>>,
    some: Cond,
}

impl Keys {
    pub(super) fn new(env: &Env, at: StationId, ttl: Span) -> Rc<Keys> {
        let keys = Rc::new(Keys {
            env: env.clone(),
            at,
            ttl,
            there: Cell::new(0),
            expired: Cell::new(0),
            to_go: RefCell::default(),
            some: Cond::of(env, at),
        });
        let weak = Rc::downgrade(&keys);
        env.on_fault(CRASH, move |standing| {
            if let Some(keys) = weak.upgrade().filter(|_| !standing.is_empty()) {
                keys.to_go.take();
                keys.count(-keys.there.get());
            }
        });
        keys
    }

    /// So many were set.
    pub(super) fn set(&self, n: i64) {
        self.count(n);
        if !self.ttl.is_zero() {
            self.to_go.borrow_mut().push_back((self.env.now() + self.ttl, n));
            self.some.signal();
        }
    }

    fn count(&self, more: i64) {
        if more != 0 {
            self.there.set(self.there.get() + more);
            self.env.gauge(self.at, KEYS, self.there.get());
        }
    }

    /// Takes out what is over, for a task of its own, which keeps no run alive.
    pub(super) async fn expire(self: Rc<Self>) {
        loop {
            let next = self.to_go.borrow().front().map(|(at, _)| *at);
            match next {
                None => self.some.wait().await,
                Some(at) if self.env.now() < at => self.env.sleep_until(at, Wait::Tick).in_background().await,
                Some(_) => {
                    let gone = self.to_go.borrow_mut().pop_front().map_or(0, |(_, n)| n);
                    self.expired.set(self.expired.get() + gone);
                    self.env.gauge(self.at, EXPIRED, self.expired.get());
                    self.count(-gone);
                }
            }
        }
    }
}
