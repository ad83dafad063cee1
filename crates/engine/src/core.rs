//! What all handles of one run share: clock, log, tasks, timers, faults.
//!
//! No borrow is held while a future is polled or dropped, or while a handler is called: each of these may come back here. An event
//! that is emitted and a task that is woken only note something down, so a part may do either within a borrow of its own.

use super::attempts::Attempts;
use super::call::{Server, Upstream};
use super::exchange::{Exchange, Heard};
use super::faults::{Change, FaultId, Faults, Onset};
use super::host::Host;
use super::joins::{AnyResult, Joins};
use super::numbers::Numbers;
use super::outside::{Outside, SpareWaker};
use super::rng::{Draw, Seed};
use super::site::Sites;
use super::task::TaskRef;
use super::tasks::{BoxedTask, LiveTask, Removed, Taken, Tasks, WaitPoint};
use super::timers::{Purpose, TimerId, Timers};
use litemap::LiteMap;
use millrace_trace::{Ending, EventKind, JobId, SimTime, Site, StationId, TaskId, TextId, Trace, TraceEvent, Wait};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

/// What a part does when a fault is switched.
pub(super) type FaultHandler = Rc<dyn Fn(&[i64])>;
/// What the program does when somebody outside asks it for something.
pub(super) type AskHandler = Rc<dyn Fn(Exchange)>;
/// What it does when who asked has gone.
pub(super) type HangHandler = Rc<dyn Fn(u32)>;
/// What it does when whoever carries an exchange says something of it.
pub(super) type HeardHandler = Rc<dyn Fn(u32, Heard)>;

/// The shared state of a run.
pub(crate) struct Core {
    now: Cell<SimTime>,
    trace: RefCell<Trace>,
    pub(super) tasks: RefCell<Tasks>,
    pub(super) joins: RefCell<Joins>,
    pub(super) timers: RefCell<Timers>,
    current: Cell<TaskRef>,
    station: Cell<StationId>,
    /// The line of the outermost part that is being polled, if any.
    pub(super) site: Cell<Option<&'static Location<'static>>>,
    /// Inside a select: what its arms wait for is not said, the select says it once.
    pub(super) muted: Cell<bool>,
    next_task: Cell<u32>,
    next_job: Cell<u32>,
    next_station: Cell<u32>,
    next_serial: Cell<u64>,
    pub(super) next_exchange: Cell<u32>,
    pub(super) numbers: RefCell<Numbers>,
    pub(super) attempts: RefCell<Attempts>,
    pub(super) seed: Seed,
    pub(super) faults: RefCell<Faults>,
    /// Whether any fault stands, and when the next one ends by itself: what a server asks for at each call, and the run before each
    /// poll.
    faults_stand: Cell<bool>,
    fault_ends: Cell<SimTime>,
    pub(super) fault_handlers: RefCell<Vec<(String, FaultHandler)>>,
    pub(super) ask_handler: RefCell<Option<AskHandler>>,
    /// What was asked before the program had begun to listen.
    pub(super) early: RefCell<Vec<Exchange>>,
    pub(super) hang_handler: RefCell<Option<HangHandler>>,
    pub(super) heard_handler: RefCell<Option<HeardHandler>>,
    /// Where time is real, and somebody said so.
    pub(super) host: RefCell<Option<Rc<dyn Host>>>,
    /// The names of the stations, by number.
    pub(super) stations: RefCell<Vec<TextId>>,
    pub(super) live: RefCell<LiteMap<String, Rc<Cell<i64>>>>,
    /// What live parameters were set to before anybody read them.
    early_edits: RefCell<LiteMap<String, i64>>,
    /// The server that calls go to which name none.
    pub(super) default_server: RefCell<Option<Server>>,
    /// A real endpoint that the run was given.
    pub(super) endpoint: RefCell<Option<Rc<dyn Upstream>>>,
    pub(super) outside: Arc<Outside>,
    /// The task in which the simulated program panicked.
    pub(super) crashed: Cell<Option<TaskId>>,
    /// The main task has ended, or some task has crashed.
    pub(super) over: Cell<bool>,
    /// The run is over: what is dropped from now on leaves no events.
    pub(super) closed: Cell<bool>,
}

impl Core {
    pub(super) fn new(seed: Seed) -> Rc<Core> {
        Rc::new(Core {
            now: Cell::new(SimTime::ZERO),
            trace: RefCell::new(Trace::new()),
            tasks: RefCell::default(),
            joins: RefCell::default(),
            timers: RefCell::default(),
            current: Cell::new(TaskRef::NONE),
            station: Cell::new(StationId::NONE),
            site: Cell::new(None),
            muted: Cell::new(false),
            next_task: Cell::new(0),
            next_job: Cell::new(0),
            next_station: Cell::new(0),
            next_serial: Cell::new(0),
            next_exchange: Cell::new(0),
            numbers: RefCell::default(),
            attempts: RefCell::default(),
            seed,
            faults: RefCell::default(),
            faults_stand: Cell::new(false),
            fault_ends: Cell::new(SimTime::MAX),
            fault_handlers: RefCell::default(),
            ask_handler: RefCell::default(),
            early: RefCell::default(),
            hang_handler: RefCell::default(),
            heard_handler: RefCell::default(),
            host: RefCell::default(),
            stations: RefCell::default(),
            live: RefCell::default(),
            early_edits: RefCell::default(),
            default_server: RefCell::default(),
            endpoint: RefCell::default(),
            outside: Arc::default(),
            crashed: Cell::new(None),
            over: Cell::new(false),
            closed: Cell::new(false),
        })
    }

    #[inline]
    pub fn now(&self) -> SimTime {
        self.now.get()
    }

    pub(super) fn set_now(&self, now: SimTime) {
        self.now.set(now);
    }

    /// The task that is being polled.
    #[inline]
    pub fn current(&self) -> TaskRef {
        self.current.get()
    }

    /// Where the task that is being polled is at home.
    #[inline]
    pub fn station(&self) -> StationId {
        self.station.get()
    }

    pub fn trace(&self) -> Ref<'_, Trace> {
        self.trace.borrow()
    }

    pub(super) fn trace_mut(&self) -> RefMut<'_, Trace> {
        self.trace.borrow_mut()
    }

    #[inline]
    pub fn emit(&self, kind: EventKind) {
        if !self.closed.get() {
            self.trace.borrow_mut().push_with(kind.moves_a_job(), || TraceEvent {
                at: self.now.get(),
                task: self.current.get().id,
                kind,
                site: Site(self.site.get()),
            });
        }
    }

    #[inline]
    pub fn emit_at(&self, kind: EventKind, site: Site) {
        if !self.closed.get() {
            let (at, task) = (&self.now, &self.current);
            self.trace.borrow_mut().push_with(kind.moves_a_job(), || TraceEvent {
                at: at.get(),
                task: task.get().id,
                kind,
                site,
            });
        }
    }

    fn emit_for(&self, task: TaskId, kind: EventKind, site: Site) {
        if !self.closed.get() {
            self.trace.borrow_mut().push_with(kind.moves_a_job(), || TraceEvent {
                at: self.now.get(),
                task,
                kind,
                site,
            });
        }
    }

    /// Emits an event that uses a text.
    pub fn emit_text(&self, text: &str, kind: impl FnOnce(TextId) -> EventKind) {
        if !self.closed.get() {
            let text = self.trace.borrow_mut().text(text);
            self.emit(kind(text));
        }
    }

    /// Says what the current task waits for, once per wait. A beat of a ticker that is waited for where the last one was is
    /// the same wait: a monitor that looks ten thousand times a second and finds nothing leaves no trace of it.
    pub fn waits(&self, what: Wait, station: StationId, at: &'static Location<'static>) {
        if self.muted.get() {
            return;
        }
        let outer = self.site.get().unwrap_or(at);
        let site = Sites { outer: Site(Some(outer)), inner: Site(Some(at)) };
        let news = self.tasks.borrow_mut().waits(self.current.get(), WaitPoint { what, station, site });
        if news.is_some() {
            self.emit_wait(what, station, at, outer);
        }
    }

    // By itself, and last: so neither of the two has anything to keep over what is rare in the other.
    #[inline(never)]
    fn emit_wait(
        &self,
        what: Wait,
        station: StationId,
        inner: &'static Location<'static>,
        outer: &'static Location<'static>,
    ) {
        self.emit_at(EventKind::Waits { what, station, inner: Site(Some(inner)) }, Site(Some(outer)));
    }

    pub fn arm(&self, deadline: SimTime, purpose: Purpose) -> TimerId {
        self.timers.borrow_mut().arm(deadline, self.current.get(), purpose)
    }

    #[inline(never)]
    pub fn drop_timer(&self, timer: TimerId) {
        self.timers.borrow_mut().drop_timer(timer);
    }

    pub fn next_job(&self) -> JobId {
        JobId(self.next_job.replace(self.next_job.get() + 1))
    }

    pub fn next_station(&self) -> StationId {
        StationId(self.next_station.replace(self.next_station.get() + 1))
    }

    /// A number that no other caller gets: the key of streams that have no job.
    pub fn next_serial(&self) -> u64 {
        self.next_serial.replace(self.next_serial.get() + 1)
    }

    /// Puts a task in the ready queue, unless it is there, or gone.
    #[inline]
    pub fn wake(&self, task: TaskRef) {
        self.tasks.borrow_mut().wake(task);
    }

    /// Puts every task in the ready queue, in the order of spawning.
    pub fn wake_all(&self) {
        self.tasks.borrow_mut().wake_all();
    }

    /// Takes in the wakes from outside, in the order in which they came.
    #[cold]
    pub(super) fn drain_outside(&self) {
        self.outside.drain(|task| self.wake(task));
    }

    pub(super) fn spawn(&self, name: &str, station: StationId, site: Site, bytes: usize, future: BoxedTask) -> TaskRef {
        let id = TaskId(self.next_task.replace(self.next_task.get() + 1));
        let name = {
            let mut trace = self.trace.borrow_mut();
            trace.task_spawned(bytes);
            trace.text(name)
        };
        let task = self.tasks.borrow_mut().add(id, name, station, future);
        self.emit_at(EventKind::Spawned { child: id, name, station }, site);
        task
    }

    /// Drops a task's future. Nothing happens if it has ended; a task that cancels itself ends with its current poll.
    pub fn cancel(&self, task: TaskRef, how: Ending) {
        // No future while it is polled: the executor finds it gone when it puts it back, and lets it go.
        let removed = self.tasks.borrow_mut().remove(task);
        let Some(Removed { future: Some(future), station, .. }) = removed else { return };
        let (current, home) = (self.current.replace(task), self.station.replace(station));
        drop(future);
        self.current.set(current);
        self.station.set(home);
        self.gone(task, how);
    }

    /// A task that was being polled has come to its end: by itself, or because it was cancelled meanwhile.
    #[cold]
    fn ended(&self, task: TaskRef, future: BoxedTask, result: Option<AnyResult>) {
        let removed = self.tasks.borrow_mut().remove(task);
        if let (Some(Removed { held: true, .. }), Some(result)) = (&removed, result) {
            let waiter = self.joins.borrow_mut().ended(task.id, result);
            waiter.into_iter().for_each(|waiter| self.wake(waiter));
        }
        drop(future);
        self.gone(task, if removed.is_some() { Ending::Completed } else { Ending::Cancelled });
    }

    /// Nobody holds a task's handle any more.
    pub(super) fn let_go(&self, task: TaskRef) {
        if !self.tasks.borrow_mut().let_go(task) {
            let result = self.joins.borrow_mut().forget(task.id);
            drop(result);
        }
    }

    /// A task has come to its end, and its future is dropped.
    fn gone(&self, task: TaskRef, how: Ending) {
        self.emit_for(task.id, EventKind::Ended { how }, Site::NONE);
        self.tasks.borrow_mut().release(task);
        if task.id == TaskId::MAIN {
            self.over.set(true);
        }
    }

    /// Polls the task whose turn it is: the first that became ready, or one by lot. Whether there was one. A wake of a task that
    /// is gone polls nothing.
    #[inline]
    pub(super) fn poll_next(&self, lot: &mut Option<Draw>, spare: &mut SpareWaker) -> bool {
        let mut tasks = self.tasks.borrow_mut();
        let Some(task) = tasks.next(lot) else { return false };
        let Some(Taken { mut future, waker, station }) = tasks.take(task) else { return true };
        drop(tasks);
        self.current.set(task);
        self.station.set(station);
        let (result, kept) = match waker {
            None => spare.lend(task, |cx| future.as_mut().poll(cx)),
            Some(own) => (future.as_mut().poll(&mut Context::from_waker(&own.into())), None),
        };
        if let Poll::Ready(result) = result {
            self.ended(task, future, Some(result));
        } else {
            let back = self.tasks.borrow_mut().put_back(task, future, kept);
            if let Err(future) = back {
                self.ended(task, future, None);
            }
        }
        self.current.set(TaskRef::NONE);
        self.station.set(StationId::NONE);
        true
    }

    /// Fires the timers that are due next, in the order of their creation, if that is by an instant; when that was.
    #[inline]
    pub(super) fn fire(&self, until: SimTime) -> Option<SimTime> {
        let mut tasks = self.tasks.borrow_mut();
        self.timers.borrow_mut().fire(until, |task| tasks.wake(task))
    }

    /// How many events there were.
    #[inline]
    pub(super) fn events(&self) -> u64 {
        self.trace.borrow().len()
    }

    /// The tasks that have not ended, in the order of spawning, with what they wait for.
    pub(super) fn waiting(&self) -> Vec<LiveTask> {
        self.tasks.borrow().live()
    }

    /// How many tasks have not ended.
    pub(super) fn live_tasks(&self) -> u64 {
        self.tasks.borrow().count()
    }

    /// Whether any fault stands.
    #[inline]
    pub(super) fn has_faults(&self) -> bool {
        self.faults_stand.get()
    }

    /// The greatest magnitude of the faults of a kind that stand.
    #[inline]
    pub(super) fn fault(&self, fault: &str) -> Option<i64> {
        if self.faults_stand.get() { self.strongest(fault) } else { None }
    }

    #[cold]
    fn strongest(&self, fault: &str) -> Option<i64> {
        self.faults.borrow().strongest(fault)
    }

    /// When the next fault ends by itself; [`SimTime::MAX`] if none does.
    #[inline]
    pub(super) fn fault_ends(&self) -> SimTime {
        self.fault_ends.get()
    }

    /// The simulated program panics in the task that is being polled.
    pub(super) fn crash(&self) {
        self.crashed.set(Some(self.current.get().id));
        self.over.set(true);
    }

    /// A fault begins; its name, for whoever ends it.
    pub(super) fn begin_fault(&self, fault: &str, onset: Onset) -> FaultId {
        let (id, changes) = self.faults.borrow_mut().begin(fault, onset, self.now());
        self.faults_changed(fault, changes);
        id
    }

    /// The earliest fault of a kind, or of those with a magnitude, is switched off.
    pub(super) fn lift_fault(&self, fault: &str, magnitude: Option<i64>) {
        let change = self.faults.borrow_mut().off(fault, magnitude, self.now());
        self.faults_changed(fault, change);
    }

    /// A fault ends, if it stands.
    pub(super) fn end_fault(&self, id: FaultId) {
        let ended = self.faults.borrow_mut().remove(id);
        if let Some((fault, change)) = ended {
            self.faults_changed(&fault, [change]);
        }
    }

    /// What is due by now ends by itself.
    pub(super) fn end_due_faults(&self) {
        while self.fault_ends.get() <= self.now() {
            let ended = self.faults.borrow_mut().end_due(self.now());
            let Some((fault, change)) = ended else { return };
            self.faults_changed(&fault, [change]);
        }
    }

    fn faults_changed(&self, fault: &str, changes: impl IntoIterator<Item = Change>) {
        {
            let faults = self.faults.borrow();
            self.faults_stand.set(faults.any());
            self.fault_ends.set(faults.next_end().unwrap_or(SimTime::MAX));
        }
        let mut changed = false;
        for change in changes {
            changed = true;
            self.emit_text(fault, |fault| match change {
                Change::On(magnitude) => EventKind::Faulted { fault, on: true, magnitude },
                Change::Off(place) => EventKind::Faulted { fault, on: false, magnitude: place as i64 },
            });
        }
        if !changed {
            return;
        }
        let handlers: Vec<_> =
            self.fault_handlers.borrow().iter().filter(|(id, _)| id == fault).map(|(_, h)| h.clone()).collect();
        let standing = self.faults.borrow().of(fault);
        handlers.iter().for_each(|handler| handler(&standing));
    }

    /// Calls `handler` whenever a fault of a kind begins or ends, and now, if one stands already.
    pub(super) fn on_fault(&self, fault: &str, handler: FaultHandler) {
        self.fault_handlers.borrow_mut().push((fault.to_owned(), handler.clone()));
        let standing = self.faults.borrow().of(fault);
        if !standing.is_empty() {
            handler(&standing);
        }
    }

    /// A live parameter is set, or will be as soon as the program reads it: one that it never reads is no parameter of it.
    pub(super) fn edit(&self, key: &str, value: i64) {
        let cell = self.live.borrow().get(key).cloned();
        match cell {
            Some(cell) => {
                cell.set(value);
                self.emit_text(key, |field| EventKind::Edited { field, value });
            }
            None => drop(self.early_edits.borrow_mut().insert(key.to_owned(), value)),
        }
    }

    /// The live value of a parameter.
    pub(super) fn live(&self, key: &str, initial: i64) -> Rc<Cell<i64>> {
        let known = self.live.borrow().get(key).cloned();
        if let Some(cell) = known {
            return cell;
        }
        let cell = Rc::new(Cell::new(initial));
        self.live.borrow_mut().insert(key.to_owned(), cell.clone());
        let early = self.early_edits.borrow_mut().remove(key);
        if let Some(value) = early {
            self.edit(key, value);
        }
        cell
    }

    /// Drops all tasks without a trace of it: the program's process has ended.
    pub(super) fn close(&self) {
        self.closed.set(true);
        let futures = self.tasks.borrow_mut().remove_all();
        drop(futures);
        // Handlers hold what they handle.
        let handlers = std::mem::take(&mut *self.fault_handlers.borrow_mut());
        drop(handlers);
        drop((self.ask_handler.take(), self.hang_handler.take(), self.heard_handler.take(), self.host.take()));
        let server = self.default_server.borrow_mut().take();
        drop(server);
    }
}
