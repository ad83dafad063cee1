//! The handle a pattern gets: time, tasks, randomness, calls, and the events of its own.
//!
//! `Env` is SimPy's word; `Context` is taken twice in Rust. It is passed, never found in a thread-local: what a function
//! may do can be read from its arguments.

use super::call::{Call, Server, Upstream};
use super::core::Core;
use super::exchange::{Exchange, Heard};
use super::injected::Injected;
use super::job::Job;
use super::rng::{Draw, Seed, Stream};
use super::site::Within;
use super::sleep::Sleep;
use super::task::{Task, TaskRef};
use super::travel::Travel;
use super::turn::Turn;
use millrace_trace::{EventKind, Gauge, JobId, SimTime, Site, Span, Speaker, StationId, StationKind, UNLIMITED, Wait};
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;

/// The handle to a run. Cheap to clone.
#[derive(Clone)]
pub struct Env {
    core: Rc<Core>,
}

/// A station to open.
#[derive(Clone, Copy, Debug)]
pub struct StationSpec<'a> {
    /// What kind.
    pub kind: StationKind,
    /// Its name, unique within the run.
    pub name: &'a str,
    /// The station it is a part of, or [`StationId::NONE`].
    pub parent: StationId,
    /// How much it holds or serves at once, or [`UNLIMITED`].
    pub capacity: u32,
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Env(at {} ns)", self.now().0)
    }
}

impl Env {
    pub(super) fn new(core: Rc<Core>) -> Env {
        Env { core }
    }

    pub(super) fn core(&self) -> &Rc<Core> {
        &self.core
    }

    /// The virtual time.
    pub fn now(&self) -> SimTime {
        self.core.now()
    }

    /// Waits for a span. No span at all is no wait.
    #[track_caller]
    pub fn sleep(&self, span: Span) -> Sleep {
        Sleep::new(self.core.clone(), self.now() + span, Wait::Sleep, Location::caller())
    }

    /// Waits until an instant, and says in the trace what for.
    #[track_caller]
    pub fn sleep_until(&self, deadline: SimTime, what: Wait) -> Sleep {
        Sleep::new(self.core.clone(), deadline, what, Location::caller())
    }

    /// Starts a task that is at home where the current one is.
    #[track_caller]
    pub fn spawn<T: 'static>(&self, name: &str, future: impl Future<Output = T> + 'static) -> Task<T> {
        self.spawn_at(name, self.station(), future)
    }

    /// Starts a task that is at home at a station: the jobs it receives are there.
    #[track_caller]
    pub fn spawn_at<T: 'static>(
        &self,
        name: &str,
        station: StationId,
        future: impl Future<Output = T> + 'static,
    ) -> Task<T> {
        self.spawn_from(Location::caller(), name, station, future)
    }

    /// Starts a task on behalf of a line that was taken before, for parts that start tasks later or in a closure.
    pub fn spawn_from<T: 'static>(
        &self,
        site: &'static Location<'static>,
        name: &str,
        station: StationId,
        future: impl Future<Output = T> + 'static,
    ) -> Task<T> {
        let site = self.core.site.get().unwrap_or(site);
        Task::spawn(&self.core, name, station, Site(Some(site)), future)
    }

    /// A future whose waits count at the caller's line: for parts that wait inside other parts.
    #[track_caller]
    pub fn at_caller<F: Future>(&self, future: F) -> Within<F> {
        Within::new(self.core.clone(), Location::caller(), future)
    }

    /// A future whose waits count at a line that was taken before.
    pub fn at<F: Future>(&self, site: &'static Location<'static>, future: F) -> Within<F> {
        Within::new(self.core.clone(), site, future)
    }

    /// Where the current task is at home.
    pub fn station(&self) -> StationId {
        self.core.station()
    }

    /// The current task, for parts that wake it later.
    pub fn current(&self) -> TaskRef {
        self.core.current()
    }

    /// Puts a task in the ready queue. A wake that comes late does nothing.
    pub fn wake(&self, task: TaskRef) {
        self.core.wake(task);
    }

    /// Wakes every task: for what befalls many at once and seldom, such as the crash of a server, so that nobody has to keep a list of
    /// whom it concerns.
    pub fn wake_all(&self) {
        self.core.wake_all();
    }

    /// Says that the current task waits, for parts. To be called once a wait, when its future is first pending; the part
    /// wakes the task by [`Env::wake`]. All futures of a task are polled when it is woken, so a part must take a wake
    /// that was meant for another.
    pub fn waits(&self, what: Wait, station: StationId, site: &'static Location<'static>) {
        self.core.waits(what, station, site);
    }

    /// Polls `body` without saying what it waits for, for parts that say it themselves.
    pub fn muted<T>(&self, body: impl FnOnce() -> T) -> T {
        let muted = self.core.muted.replace(true);
        let result = body();
        self.core.muted.set(muted);
        result
    }

    /// Brings a new job into the system, at the current task's station. Its work is meant to start now.
    pub fn job(&self) -> Job {
        Job::enter(&self.core, self.station())
    }

    /// Brings a new job into the system, at a station.
    pub fn job_at(&self, station: StationId) -> Job {
        Job::enter(&self.core, station)
    }

    /// Calls the default server with a job and waits for the answer. Others are called by their handles: [`Server::call`].
    #[track_caller]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn call(&self, job: &Job) -> Call {
        let to = self.core.default_server.borrow().as_ref().map(Server::address);
        Call::new(self.core.clone(), to, job, Location::caller())
    }

    /// Where the calls of a job come back to, where that is another station than the caller's own: the pool that it holds of.
    pub fn home(&self, job: JobId) -> Option<StationId> {
        self.core.numbers.borrow().home(job)
    }

    /// Lets the calls of a job come back to a station from now on, for parts of which a job holds something; none for the
    /// caller's own.
    pub fn set_home(&self, job: JobId, home: Option<StationId>) {
        self.core.numbers.borrow_mut().set_home(job, home);
    }

    /// The place of a thing among those of its kind in this run, from 0, in the order of asking: what tells apart the dice of two
    /// that are alike.
    pub fn ordinal(&self, kind: &'static str) -> u32 {
        self.core.numbers.borrow_mut().next_of(kind)
    }

    /// Lets [`Env::call`] go to a server from now on.
    pub fn set_default_server(&self, server: &Server) {
        self.core.default_server.replace(Some(server.clone()));
    }

    /// The real endpoint that the run was given in place of its default server.
    pub fn endpoint(&self) -> Option<Rc<dyn Upstream>> {
        self.core.endpoint.borrow().clone()
    }

    /// The draws that belong to a key of a stream: the same whoever asks, and when.
    pub fn draw(&self, stream: &str, key: u64, attempt: u32) -> Draw {
        self.core.seed.draw(stream, key, attempt)
    }

    /// A stream, for whoever draws from it again and again.
    pub fn stream(&self, name: &str) -> Stream {
        self.core.seed.stream(name)
    }

    /// The run's seed.
    pub fn seed(&self) -> Seed {
        self.core.seed
    }

    /// A number that nobody else in this run gets: the key of streams that belong to no job.
    pub fn serial(&self) -> u64 {
        self.core.next_serial()
    }

    /// Opens a station.
    pub fn open(&self, spec: StationSpec<'_>) -> StationId {
        let station = self.core.next_station();
        self.core.emit_text(spec.name, |name| {
            self.core.stations.borrow_mut().push(name);
            EventKind::Opened { station, kind: spec.kind, name, parent: spec.parent }
        });
        if spec.capacity != UNLIMITED {
            self.emit(EventKind::Sized { station, capacity: spec.capacity });
        }
        station
    }

    /// Opens a station on behalf of a line that was taken before: where it comes from can be read of it.
    pub fn open_from(&self, site: &'static Location<'static>, spec: StationSpec<'_>) -> StationId {
        let outer = self.core.site.get();
        self.core.site.set(outer.or(Some(site)));
        let station = self.open(spec);
        self.core.site.set(outer);
        station
    }

    /// Closes a station that holds nothing any more: a worker that was let go, a client that went away.
    pub fn close(&self, station: StationId) {
        self.emit(EventKind::Closed { station });
    }

    /// Gives a station another capacity. What it holds beyond that, it keeps until it has drained.
    pub fn resize(&self, station: StationId, capacity: u32) {
        self.emit(EventKind::Sized { station, capacity });
    }

    /// Takes a station from place to place, in thousandths of its scale, evenly in that time. Dropped on the way, it stops
    /// where it is then.
    #[track_caller]
    pub fn travel(&self, station: StationId, from: i32, to: i32, takes: Span) -> Travel {
        Travel::new(self, station, (from, to), takes, Location::caller())
    }

    /// Says where a station is that travels and does not move, in thousandths of its scale.
    pub fn place(&self, station: StationId, place: i32) {
        self.emit(EventKind::Travelled { station, place, pace: 0 });
    }

    /// Gives way: the tasks that are ready go first.
    #[track_caller]
    pub fn turn(&self) -> Turn {
        Turn::new(self.clone(), Location::caller())
    }

    /// Lets `handler` take what is asked of the running system from outside; it starts a task to work on it.
    pub fn on_ask(&self, handler: impl Fn(Exchange) + 'static) {
        self.core.listen(Rc::new(handler));
    }

    /// Calls `handler` with the number of an exchange that whoever asked does not want to hear of any more.
    pub fn on_hang(&self, handler: impl Fn(u32) + 'static) {
        self.core.hang_handler.replace(Some(Rc::new(handler)));
    }

    /// Calls `handler` with the number of an exchange and what whoever carries it says of it, where time is real.
    pub fn on_heard(&self, handler: impl Fn(u32, Heard) + 'static) {
        self.core.heard_handler.replace(Some(Rc::new(handler)));
    }

    /// Begins an exchange: somebody inside the run asks the system for something. Its number.
    pub fn ask(&self, client: &str, request: &str) -> u32 {
        self.core.asked(client, request)
    }

    /// Answers in an exchange, with a status of HTTP, or the code that a WebSocket is closed with.
    pub fn reply(&self, exchange: u32, status: u16, body: &str) {
        self.core.emit_text(body, |body| EventKind::Replied { exchange, status, body });
    }

    /// Opens a station on its own and without a limit.
    pub fn open_plain(&self, kind: StationKind, name: &str) -> StationId {
        self.open(StationSpec { kind, name, parent: StationId::NONE, capacity: UNLIMITED })
    }

    /// Emits an event.
    #[inline]
    pub fn emit(&self, kind: EventKind) {
        self.core.emit(kind);
    }

    /// Sets a station's gauge.
    pub fn gauge(&self, station: StationId, gauge: Gauge, value: i64) {
        self.emit(EventKind::Gauged { station, gauge, value });
    }

    /// Sets a station's declared state.
    pub fn state(&self, station: StationId, state: &str) {
        self.core.emit_text(state, |state| EventKind::Stated { station, state });
    }

    /// Sets a station's declared state on behalf of a line: which one it was that did it can be read of the event.
    pub fn state_from(&self, site: &'static Location<'static>, station: StationId, state: &str) {
        let outer = self.core.site.replace(Some(site));
        self.state(station, state);
        self.core.site.set(outer);
    }

    /// Writes a line to the log; `{}` in the text stands for the value.
    pub fn note(&self, text: &str, value: i64) {
        self.core.emit_text(text, |text| EventKind::Noted { by: Speaker::PROGRAM, text, value });
    }

    /// Writes a line to the log in the name of a station, with which the line begins: `server: error state on`.
    pub fn note_by(&self, station: StationId, name: &str, text: &str, value: i64) {
        self.core.emit_text(&format!("{name}: {text}"), |text| EventKind::Noted { by: station.into(), text, value });
    }

    /// The simulated program panics, as the original would: the run ends here.
    #[track_caller]
    pub fn crash(&self, text: &str) -> impl Future<Output = std::convert::Infallible> + use<> {
        let site = Location::caller();
        self.core.emit_text(text, |text| EventKind::Crashed { text });
        self.core.waits(Wait::Signal, StationId::NONE, site);
        self.core.crash();
        std::future::pending()
    }

    /// The magnitude of a fault that stands: of several of a kind, the greatest.
    #[inline]
    pub fn fault(&self, fault: &str) -> Option<i64> {
        self.core.fault(fault)
    }

    /// Whether any fault stands.
    #[inline]
    pub fn has_faults(&self) -> bool {
        self.core.has_faults()
    }

    /// The magnitudes of all faults of a kind that stand, in the order of their beginnings.
    pub fn faults(&self, fault: &str) -> Vec<i64> {
        self.core.faults.borrow().of(fault)
    }

    /// Begins a fault from within, for what is scripted: it stands as long as it is held. On the picture it is a fault like any
    /// other.
    pub fn inject(&self, fault: &str, magnitude: i64) -> Injected {
        Injected::begin(&self.core, fault, magnitude)
    }

    /// Calls `handler` whenever a fault of a kind begins or ends, with the magnitudes of those that stand, in the order of their
    /// beginnings; and now, where one stands already.
    pub fn on_fault(&self, fault: &str, handler: impl Fn(&[i64]) + 'static) {
        self.core.on_fault(fault, Rc::new(handler));
    }

    /// The live value of a parameter, which a person may change while the run goes on.
    pub fn live(&self, key: &str, initial: i64) -> Rc<Cell<i64>> {
        self.core.live(key, initial)
    }
}
