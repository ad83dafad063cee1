//! A context, as Go has it: work that belongs together, in a tree. Cancelling one cancels all below it, a deadline is a cancellation
//! by the clock, and nothing goes upward.
//!
//! Whoever begins a context holds its [`Scope`], and ends it: a scope that is dropped ends the context, and with it whatever is still
//! open below. So a context lives no longer than the work it was made for. A scope that is forgotten is what Go's `go vet` warns of:
//! the context stays in its parent until that ends or its own timer goes off, and is named with the line that made it
//! ([`Context::leaks`]).
//!
//! A child's deadline is never later than its parent's. What is done at the very instant of a deadline is in time: the timer gives way
//! before it strikes. Work that does not look at its context goes on after the end of it: a context stops nobody by force.

use super::signal::{Given, Guard, Signal};
use millrace_engine::{Env, StationSpec, Task};
use millrace_spec::{ContextGauges, ContextState};
use millrace_trace::{Gauge, SimTime, Span, StationId, StationKind, UNLIMITED, Wait};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::panic::Location;
use std::rc::{Rc, Weak};

const GAUGES: ContextGauges = ContextGauges::ALL;

/// How a context ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// Its work was done, or given up by whoever did it.
    Done,
    /// Somebody cancelled it, or one above it.
    Canceled,
    /// Its time was up, or that of one above it.
    DeadlineExceeded,
}

impl Ended {
    /// The word for it, which is the declared state.
    pub const fn word(self) -> &'static str {
        match self {
            Ended::Done => ContextState::Done.word(),
            Ended::Canceled => ContextState::Canceled.word(),
            Ended::DeadlineExceeded => ContextState::DeadlineExceeded.word(),
        }
    }

    /// What those below it hear.
    const fn below(self) -> Ended {
        match self {
            Ended::Done => Ended::Canceled,
            other => other,
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "context {}", self.word())
    }
}

/// A context that is still open although its scope was forgotten.
#[derive(Clone, Debug)]
pub struct Leak {
    /// Its name.
    pub name: String,
    /// The line that made it.
    pub site: &'static Location<'static>,
}

/// One context of a tree. Clones are the same one.
#[derive(Clone)]
pub struct Context(Rc<Node>);

struct Node {
    env: Env,
    name: String,
    site: &'static Location<'static>,
    station: StationId,
    tree: Rc<Whole>,
    number: u64,
    parent: Weak<Node>,
    /// Those below it that are open, in the order of their beginning.
    children: RefCell<BTreeMap<u64, Rc<Node>>>,
    deadline: Option<SimTime>,
    timer: RefCell<Option<Task<()>>>,
    ended: Cell<Option<Ended>>,
    leaked: Cell<bool>,
    done: Signal,
}

/// What all contexts of a tree share.
struct Whole {
    /// The station above all of them. Timers are at home there, and at no context, so that who works at one can be counted.
    station: StationId,
    /// How many are open.
    open: Cell<i64>,
}

impl Whole {
    /// One more, or one fewer, is open.
    fn count(&self, env: &Env, change: i64) {
        self.open.set(self.open.get() + change);
        if self.station.some().is_some() {
            env.gauge(self.station, GAUGES.open, self.open.get());
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({}, {:?})", self.0.name, self.ended())
    }
}

impl Context {
    /// The context above all others, which nobody cancels and no picture shows.
    #[track_caller]
    pub fn background(env: &Env) -> Context {
        Context::above_all(env, "background", StationId::NONE)
    }

    /// The same, whose tree is shown: each context below it has a station, which is a part of its parent's.
    #[track_caller]
    pub fn open(env: &Env, name: &str) -> Context {
        Context::above_all(env, name, env.open_plain(StationKind::Crew, name))
    }

    /// The same at a station that is open.
    #[track_caller]
    pub fn at(env: &Env, station: StationId) -> Context {
        Context::above_all(env, "background", station)
    }

    #[track_caller]
    fn above_all(env: &Env, name: &str, station: StationId) -> Context {
        Context(Rc::new(Node {
            env: env.clone(),
            name: name.to_owned(),
            site: Location::caller(),
            station,
            tree: Rc::new(Whole { station, open: Cell::new(0) }),
            number: env.serial(),
            parent: Weak::new(),
            children: RefCell::default(),
            deadline: None,
            timer: RefCell::default(),
            ended: Cell::new(None),
            leaked: Cell::new(false),
            done: Signal::new(env),
        }))
    }

    /// Begins one below it.
    #[track_caller]
    pub fn child(&self, name: &str) -> Scope {
        self.begin(name, None, true, Location::caller())
    }

    /// Begins one below it that lasts for a span at most.
    #[track_caller]
    pub fn with_timeout(&self, name: &str, span: Span) -> Scope {
        self.begin(name, Some(self.0.env.now() + span), true, Location::caller())
    }

    /// Begins one that is drawn below it and hears of none of its cancellations: for what must be done although all else was given up.
    #[track_caller]
    pub fn detached(&self, name: &str, span: Span) -> Scope {
        self.begin(name, Some(self.0.env.now() + span), false, Location::caller())
    }

    fn begin(&self, name: &str, own: Option<SimTime>, below: bool, site: &'static Location<'static>) -> Scope {
        let (parent, env) = (&self.0, &self.0.env);
        let above = parent.deadline.filter(|_| below);
        // A parent's timer reaches everybody below it, so one that would go off no earlier is not needed.
        let earlier = own.filter(|own| above.is_none_or(|above| *own < above));
        let deadline = earlier.or(above);
        let station = match parent.station.some() {
            None => StationId::NONE,
            Some(above) => {
                env.open_from(site, StationSpec { kind: StationKind::Worker, name, parent: above, capacity: UNLIMITED })
            }
        };
        let node = Rc::new(Node {
            env: env.clone(),
            name: name.to_owned(),
            site,
            station,
            tree: parent.tree.clone(),
            number: env.serial(),
            parent: if below { Rc::downgrade(parent) } else { Weak::new() },
            children: RefCell::default(),
            deadline,
            timer: RefCell::default(),
            ended: Cell::new(None),
            leaked: Cell::new(false),
            done: Signal::new(env),
        });
        let nanos = |at: SimTime| i64::try_from(at.0).unwrap_or(i64::MAX);
        if let Some(deadline) = deadline {
            node.gauge(GAUGES.deadline, nanos(deadline));
        }
        if let Some(asked) = own.filter(|own| deadline.is_some_and(|deadline| *own > deadline)) {
            node.gauge(GAUGES.asked, nanos(asked));
        }
        if !below {
            node.gauge(GAUGES.detached, 1);
        }
        node.state(ContextState::Open.word());
        node.tree.count(env, 1);
        match parent.ended.get().filter(|_| below) {
            Some(how) => node.end(how.below()),
            None => {
                if below {
                    parent.children.borrow_mut().insert(node.number, node.clone());
                }
                if let Some(deadline) = earlier {
                    node.arm(deadline, None);
                }
            }
        }
        Scope { context: Context(node), forgotten: false }
    }

    /// Cancels it, and all below it. Nothing where it has ended.
    pub fn cancel(&self) {
        self.0.end(Ended::Canceled);
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.0.ended.get()
    }

    /// When its time is up, if ever: its own deadline, or that of one above it if that is earlier.
    pub fn deadline(&self) -> Option<SimTime> {
        self.0.deadline
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its station, where its tree is shown.
    pub fn station(&self) -> StationId {
        self.0.station
    }

    /// Ready once it has ended. To be waited for beside something else, in a select.
    #[track_caller]
    pub fn done(&self) -> Given {
        self.0.done.given()
    }

    /// Waits for `future`, and gives it up when the context ends: none then. What is waited for is the future; the context is only how
    /// long.
    #[track_caller]
    pub fn guard<F: Future>(&self, future: F) -> Guard<F> {
        self.0.done.guard(future)
    }

    /// Says that its work closes, for those who look: it was cancelled, and is not over at once.
    pub fn closing(&self) {
        self.0.gauge(GAUGES.closing, 1);
    }

    /// Those below it that are open and whose scopes were forgotten, from above, in the order of their beginning. A detached one is
    /// below nobody.
    pub fn leaks(&self) -> Vec<Leak> {
        let (mut leaks, mut stack) = (Vec::new(), vec![self.0.clone()]);
        while let Some(node) = stack.pop() {
            if node.leaked.get() && node.ended.get().is_none() {
                leaks.push(Leak { name: node.name.clone(), site: node.site });
            }
            stack.extend(node.children.borrow().values().rev().cloned());
        }
        leaks
    }

    /// Whether one below it is open.
    pub fn has_open_below(&self) -> bool {
        !self.0.children.borrow().is_empty()
    }

    /// How many below it are open, and how many tasks wait for the end of one of them or of itself.
    pub fn open_below(&self) -> (usize, usize) {
        let (mut open, mut waiting, mut stack) = (0, 0, vec![self.0.clone()]);
        while let Some(node) = stack.pop() {
            waiting += node.done.waiting();
            open += node.children.borrow().len();
            stack.extend(node.children.borrow().values().cloned());
        }
        (open, waiting)
    }
}

impl Node {
    fn state(&self, state: &str) {
        if self.station.some().is_some() {
            self.env.state(self.station, state);
        }
    }

    fn gauge(&self, gauge: Gauge, value: i64) {
        if self.station.some().is_some() {
            self.env.gauge(self.station, gauge, value);
        }
    }

    /// Starts the timer. It holds the context only where nobody else may: one that nobody has any more takes its timer with it.
    fn arm(self: &Rc<Node>, deadline: SimTime, held: Option<Rc<Node>>) {
        let (weak, env) = (Rc::downgrade(self), self.env.clone());
        let timer = async move {
            let _held = held;
            env.sleep_until(deadline, Wait::Sleep).await;
            // What is done at this instant is in time.
            env.turn().await;
            if let Some(node) = weak.upgrade() {
                // It ends by itself, and is not cancelled by the end that it brings about.
                let own = node.timer.borrow_mut().take();
                own.into_iter().for_each(Task::detach);
                node.end(Ended::DeadlineExceeded);
            }
        };
        let timer = self.env.spawn_from(self.site, &format!("timer of {}", self.name), self.tree.station, timer);
        // The one before is dropped when the new one stands, and not within a borrow.
        let before = self.timer.replace(Some(timer));
        drop(before);
    }

    /// Ends it, and all below it, from above and in the order of their beginning.
    fn end(self: &Rc<Node>, how: Ended) {
        if self.ended.get().is_some() {
            return;
        }
        if let Some(parent) = self.parent.upgrade() {
            let gone = parent.children.borrow_mut().remove(&self.number);
            drop(gone);
        }
        let (mut order, mut stack) = (0, vec![(self.clone(), how)]);
        while let Some((node, how)) = stack.pop() {
            if node.ended.get().is_some() {
                continue;
            }
            node.ended.set(Some(how));
            let below = std::mem::take(&mut *node.children.borrow_mut());
            order += 1;
            if how != Ended::Done || !below.is_empty() {
                node.gauge(GAUGES.order, order);
            }
            node.state(how.word());
            node.tree.count(&node.env, -1);
            node.done.give();
            // Not within a borrow: a task that is dropped may come back here.
            let timer = node.timer.borrow_mut().take();
            drop(timer);
            stack.extend(below.into_values().rev().map(|child| (child, how.below())));
        }
    }
}

/// What whoever began a context holds: dropped, it ends the context.
#[derive(Debug)]
#[must_use = "dropping the scope ends the context"]
pub struct Scope {
    context: Context,
    forgotten: bool,
}

impl Scope {
    /// The context goes on until its parent ends, or its timer goes off: nobody will end it. A detached one has its timer alone.
    pub fn forget(mut self) {
        self.forgotten = true;
        let node = &self.context.0;
        if node.ended.get().is_some() {
            return;
        }
        node.leaked.set(true);
        node.state(ContextState::Leaked.word());
        // Those above it keep it; a detached one is kept by its timer.
        if let (None, Some(deadline)) = (node.parent.upgrade(), node.deadline) {
            node.arm(deadline, Some(node.clone()));
        }
    }
}

impl Deref for Scope {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        if !self.forgotten {
            self.context.0.end(Ended::Done);
        }
    }
}
