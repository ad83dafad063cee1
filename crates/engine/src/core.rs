//! What all handles of one run share: clock, log, tasks, timers, faults.
//!
//! Borrows are short: none is held while a future is polled or dropped, while a task is woken, or while an event is
//! emitted, because each of these may come back here.

use super::call::Upstream;
use super::exchange::{Exchange, Terms};
use super::faults::{Change, FaultId, Faults, Onset};
use super::host::Host;
use super::numbers::Numbers;
use super::outside::{Outside, SpareWaker};
use super::rng::Seed;
use super::site::Sites;
use super::task::{BoxedTask, Slot, TaskRef, WaitPoint};
use super::timers::{Purpose, TimerId, Timers};
use millrace_trace::{Ending, EventKind, JobId, SimTime, Site, StationId, TaskId, TextId, Trace, TraceEvent, Wait};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::collections::{BTreeMap, VecDeque};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;

/// What a part does when a fault is switched.
pub(super) type FaultHandler = Rc<dyn Fn(&[i64])>;
/// What the program does when somebody outside asks it for something.
pub(super) type AskHandler = Rc<dyn Fn(Exchange)>;
/// What it does when who asked has gone.
pub(super) type HangHandler = Rc<dyn Fn(u32)>;

/// The shared state of a run.
pub(crate) struct Core {
    now: Cell<SimTime>,
    trace: RefCell<Trace>,
    slots: RefCell<Vec<Slot>>,
    free: RefCell<Vec<u32>>,
    pub(super) ready: RefCell<VecDeque<TaskRef>>,
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
    next_exchange: Cell<u32>,
    pub(super) numbers: RefCell<Numbers>,
    pub(super) seed: Seed,
    pub(super) faults: RefCell<Faults>,
    pub(super) fault_handlers: RefCell<Vec<(String, FaultHandler)>>,
    pub(super) ask_handler: RefCell<Option<AskHandler>>,
    /// What was asked before the program had begun to listen.
    pub(super) early: RefCell<Vec<Exchange>>,
    pub(super) hang_handler: RefCell<Option<HangHandler>>,
    /// Where time is real, and somebody said so.
    pub(super) host: RefCell<Option<Rc<dyn Host>>>,
    /// The names of the stations, by number.
    pub(super) stations: RefCell<Vec<TextId>>,
    pub(super) live: RefCell<BTreeMap<String, Rc<Cell<i64>>>>,
    /// What live parameters were set to before anybody read them.
    early_edits: RefCell<BTreeMap<String, i64>>,
    /// The server that calls go to, and the station that stands for it.
    pub(super) upstream: RefCell<Option<(StationId, Rc<dyn Upstream>)>>,
    /// A real endpoint that the run was given.
    pub(super) endpoint: RefCell<Option<Rc<dyn Upstream>>>,
    outside: Arc<Outside>,
    /// The waker for the tasks that have none of their own; none while one is polled with it.
    spare: Cell<Option<SpareWaker>>,
    /// The task in which the simulated program panicked.
    pub(super) crashed: Cell<Option<TaskId>>,
    /// The run is over: what is dropped from now on leaves no events.
    pub(super) closed: Cell<bool>,
}

impl Core {
    pub(super) fn new(seed: Seed) -> Rc<Core> {
        Rc::new(Core {
            now: Cell::new(SimTime::ZERO),
            trace: RefCell::new(Trace::new()),
            slots: RefCell::default(),
            free: RefCell::default(),
            ready: RefCell::default(),
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
            seed,
            faults: RefCell::default(),
            fault_handlers: RefCell::default(),
            ask_handler: RefCell::default(),
            early: RefCell::default(),
            hang_handler: RefCell::default(),
            host: RefCell::default(),
            stations: RefCell::default(),
            live: RefCell::default(),
            early_edits: RefCell::default(),
            upstream: RefCell::default(),
            endpoint: RefCell::default(),
            outside: Arc::default(),
            spare: Cell::new(None),
            crashed: Cell::new(None),
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
        self.emit_at(kind, Site(self.site.get()));
    }

    #[inline]
    pub fn emit_at(&self, kind: EventKind, site: Site) {
        self.emit_for(self.current.get().id, kind, site);
    }

    #[inline]
    fn emit_for(&self, task: TaskId, kind: EventKind, site: Site) {
        if !self.closed.get() {
            self.trace.borrow_mut().push(TraceEvent { at: self.now.get(), task, kind, site });
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
        let site = Sites { outer: Site(Some(self.site.get().unwrap_or(at))), inner: Site(Some(at)) };
        let task = self.current.get();
        match self.slots.borrow_mut().get_mut(task.slot as usize) {
            Some(slot) if slot.id == task.id => {
                let point = WaitPoint { what, station, site };
                if slot.wait.replace(point) == Some(point) && what == Wait::Tick {
                    return;
                }
            }
            // A task that has cancelled itself waits for nothing any more.
            _ => return,
        }
        self.emit_at(EventKind::Waits { what, station, inner: site.inner }, site.outer);
    }

    pub fn arm(&self, deadline: SimTime, purpose: Purpose) -> TimerId {
        self.timers.borrow_mut().arm(deadline, self.current.get(), purpose)
    }

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
        let fresh = match self.slots.borrow_mut().get_mut(task.slot as usize) {
            Some(slot) if slot.id == task.id && !slot.queued => {
                slot.queued = true;
                true
            }
            _ => false,
        };
        if fresh {
            self.ready.borrow_mut().push_back(task);
        }
    }

    /// Takes in the wakes from outside, in the order in which they came.
    #[inline]
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
        let slot_number = self.free.borrow_mut().pop();
        let mut slots = self.slots.borrow_mut();
        let number = slot_number.unwrap_or(slots.len() as u32);
        let task = TaskRef { slot: number, id };
        let slot = Slot { id, body: Some((future, None)), station, queued: true, name, wait: None };
        match slots.get_mut(number as usize) {
            Some(free) => *free = slot,
            None => slots.push(slot),
        }
        drop(slots);
        self.emit_at(EventKind::Spawned { child: id, name, station }, site);
        self.ready.borrow_mut().push_back(task);
        task
    }

    /// Drops a task's future. Nothing happens if it has ended; a task that cancels itself ends with its current poll.
    pub fn cancel(&self, task: TaskRef, how: Ending) {
        let taken = match self.slots.borrow_mut().get_mut(task.slot as usize) {
            Some(slot) if slot.id == task.id => {
                // No future while it is polled: the executor sees the changed id and lets it go.
                slot.id = TaskId::NONE;
                Some((slot.body.take(), slot.station))
            }
            _ => None,
        };
        let Some((Some(body), station)) = taken else { return };
        let (current, home) = (self.current.replace(task), self.station.replace(station));
        drop(body);
        self.current.set(current);
        self.station.set(home);
        self.free.borrow_mut().push(task.slot);
        self.emit_for(task.id, EventKind::Ended { how }, Site::NONE);
    }

    /// Polls one task. A wake of a task that is gone polls nothing.
    pub(super) fn poll(&self, task: TaskRef) {
        let taken = match self.slots.borrow_mut().get_mut(task.slot as usize) {
            Some(slot) if slot.id == task.id => {
                slot.queued = false;
                slot.body.take().map(|body| (body, slot.station))
            }
            _ => None,
        };
        let Some(((mut future, mut waker), station)) = taken else { return };
        self.current.set(task);
        self.station.set(station);
        let ready = match &waker {
            Some(own) => future.as_mut().poll(&mut Context::from_waker(&own.clone().into())).is_ready(),
            None => {
                let spare = self.spare.take().unwrap_or_else(|| SpareWaker::new(&self.outside));
                let (result, spare) = spare.lend(task, |cx| future.as_mut().poll(cx));
                match spare {
                    Ok(spare) => self.spare.set(Some(spare)),
                    Err(kept) => waker = Some(kept),
                }
                result.is_ready()
            }
        };
        let mut slots = self.slots.borrow_mut();
        let cancelled = match slots.get_mut(task.slot as usize) {
            Some(slot) if slot.id == task.id && !ready => {
                slot.body = Some((future, waker));
                drop(slots);
                self.current.set(TaskRef::NONE);
                self.station.set(StationId::NONE);
                return;
            }
            Some(slot) => std::mem::replace(&mut slot.id, TaskId::NONE) != task.id,
            None => true,
        };
        drop(slots);
        drop(future);
        self.emit(EventKind::Ended { how: if cancelled { Ending::Cancelled } else { Ending::Completed } });
        self.free.borrow_mut().push(task.slot);
        self.current.set(TaskRef::NONE);
        self.station.set(StationId::NONE);
    }

    /// The tasks that have not ended, in the order of spawning, with what they wait for.
    pub(super) fn waiting(&self) -> Vec<(TaskId, TextId, StationId, Option<WaitPoint>)> {
        let slots = self.slots.borrow();
        let mut live: Vec<_> =
            slots.iter().filter(|s| s.id != TaskId::NONE).map(|s| (s.id, s.name, s.station, s.wait)).collect();
        live.sort_by_key(|&(id, ..)| id);
        live
    }

    /// How many tasks have not ended.
    pub(super) fn live_tasks(&self) -> u64 {
        self.slots.borrow().iter().filter(|slot| slot.id != TaskId::NONE).count() as u64
    }

    pub(super) fn is_live(&self, task: TaskRef) -> bool {
        self.slots.borrow().get(task.slot as usize).is_some_and(|s| s.id == task.id)
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
        loop {
            let ended = self.faults.borrow_mut().end_due(self.now());
            let Some((fault, change)) = ended else { return };
            self.faults_changed(&fault, [change]);
        }
    }

    fn faults_changed(&self, fault: &str, changes: impl IntoIterator<Item = Change>) {
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

    /// Begins an exchange.
    pub fn asked(&self, client: &str, request: &str) -> u32 {
        let exchange = self.next_exchange.replace(self.next_exchange.get() + 1);
        if !self.closed.get() {
            let (client, request) = {
                let mut trace = self.trace.borrow_mut();
                (trace.text(client), trace.text(request))
            };
            self.emit(EventKind::Asked { exchange, client, request });
        }
        exchange
    }

    /// Somebody outside asks the program for something. The number of the exchange.
    pub(super) fn ask(&self, client: &str, (method, path, body): (&str, &str, &str), terms: Terms) -> u32 {
        let gap = if body.is_empty() { "" } else { "\n" };
        let number = self.asked(client, &format!("{method} {path}{gap}{body}"));
        let exchange = Exchange {
            number,
            client: client.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            body: body.to_owned(),
            terms,
        };
        let handler = self.ask_handler.borrow().clone();
        match handler {
            Some(handler) => handler(exchange),
            // The program's first turn is still to come.
            None if self.now() == SimTime::ZERO => self.early.borrow_mut().push(exchange),
            None => {
                self.emit_text("nobody answers here", |body| EventKind::Replied {
                    exchange: number,
                    status: 404,
                    body,
                });
            }
        }
        number
    }

    /// The program listens from now on.
    pub(super) fn listen(&self, handler: AskHandler) {
        self.ask_handler.replace(Some(handler.clone()));
        let early = std::mem::take(&mut *self.early.borrow_mut());
        early.into_iter().for_each(|exchange| handler(exchange));
    }

    /// Who asked has gone.
    pub(super) fn hang(&self, exchange: u32) {
        let handler = self.hang_handler.borrow().clone();
        if let Some(handler) = handler {
            handler(exchange);
        }
    }

    /// Drops all tasks without a trace of it: the program's process has ended.
    pub(super) fn close(&self) {
        self.closed.set(true);
        let bodies: Vec<_> = self
            .slots
            .borrow_mut()
            .iter_mut()
            .map(|slot| (std::mem::replace(&mut slot.id, TaskId::NONE), slot.body.take()))
            .collect();
        drop(bodies);
        // Handlers hold what they handle.
        let handlers = std::mem::take(&mut *self.fault_handlers.borrow_mut());
        drop(handlers);
        drop((self.ask_handler.take(), self.hang_handler.take(), self.host.take()));
        let upstream = self.upstream.borrow_mut().take();
        drop(upstream);
    }
}
