//! The process: what all of its tasks share, how it runs, and how it is asked to end.

use super::api;
use super::books::{Books, Count, Frame, Items};
use super::console::Interviews;
use super::limits::Limits;
use super::metrics::Metrics;
use super::params::Params;
use super::sessions;
use super::sockets::Sockets;
use super::store::{self, Store};
use super::{API, BATCH, DATABASE, HUB, POOL, REDIS, SESSIONS, STORE};
use super::{frames, targets};
use millrace_engine::{Env, Server, Task};
use millrace_parts::{Batcher, Cond, Crew, Rx, Shutdown, Tx, WaitGroup, channel};
use millrace_spec::{Fidelity, HubGauges, SessionGauges};
use millrace_trace::{StationId, StationKind};
use millrace_upstream as upstream;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

/// A part of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Http,
    Hub,
    Pool,
    Batch,
    Redis,
    Database,
}

impl Part {
    /// All of them, each before what it needs.
    pub(super) const ALL: [Part; 6] = [Part::Http, Part::Hub, Part::Pool, Part::Batch, Part::Redis, Part::Database];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Part::Http => "HTTP server",
            Part::Hub => "WebSocket hub",
            Part::Pool => "Frame processor",
            Part::Batch => "Batch processor",
            Part::Redis => "Redis client",
            Part::Database => "Database pool",
        }
    }
}

/// What all tasks of the process share.
pub(super) struct Process {
    pub env: Env,
    pub p: Params,
    pub books: Books,
    pub shutdown: Shutdown,
    pub api: StationId,
    pub store: StationId,
    hub: StationId,
    /// Whether requests are let in, and whether sockets are read.
    pub accepts: Cell<bool>,
    reads: Cell<bool>,
    connected: Cell<u32>,
    is_asked_to_end: Cell<bool>,
    /// One of the two has ended.
    pub quiet: Cond,
    pub requests: WaitGroup,
    pub limits: Limits,
    pub metrics: Metrics,
    pub interviews: RefCell<Interviews>,
    pub jobs: (Tx<Frame>, Rx<Frame>),
    workers: WaitGroup,
    pub sockets: Sockets,
    written: WaitGroup,
    pub batcher: Batcher,
    pub flushes: WaitGroup,
    /// The service, asked to begin an interview.
    pub initialize: Server,
    pub redis: Store,
    pub database: Store,
    /// The database, asked for a single row.
    pub query: Server,
    crew: RefCell<Option<Crew>>,
    tasks: RefCell<[Vec<Task<()>>; Part::ALL.len()]>,
    /// Those who come from outside.
    clients: RefCell<Vec<Task<()>>>,
    /// Those who only look.
    others: RefCell<Vec<Task<()>>>,
}

impl Process {
    /// All is open, and nobody works yet.
    pub(super) fn open(env: &Env, p: Params, fidelity: Fidelity) -> Rc<Process> {
        let station = env.station();
        let shutdown = Shutdown::open(env, station, &Part::ALL.map(Part::name));
        let (hub, api) = (env.open_plain(StationKind::Crew, HUB), env.open_plain(StationKind::Crew, API));
        let limits = Limits::open(env, &p);
        let jobs = channel(env, super::jobs_of(&p.via), p.buffer());
        let initialize = upstream::open_with_less(env, &p.emotion, ("initialize", p.initialize));
        let store = env.open_plain(StationKind::Crew, STORE);
        let batcher = Batcher::open(env, BATCH, store, p.batcher());
        let redis = upstream::open_as(env, REDIS, &p.redis);
        let (database, query) = upstream::open_as_with_less(env, DATABASE, &p.database, ("query", p.query));
        let group = || WaitGroup::new(env);
        Rc::new(Process {
            books: Books::open(env, station),
            shutdown,
            api,
            store,
            hub,
            accepts: Cell::new(true),
            reads: Cell::new(true),
            connected: Cell::new(p.sessions),
            is_asked_to_end: Cell::new(false),
            quiet: Cond::new(env),
            requests: group(),
            limits,
            metrics: Metrics::open(env, fidelity, &jobs.1),
            interviews: RefCell::default(),
            jobs,
            workers: group(),
            sockets: Sockets::open(env, hub, p.sessions, p.socket_write),
            written: group(),
            batcher,
            flushes: group(),
            initialize,
            redis: Store::open(env, super::REDIS_POOL, redis, p.redis_pool()),
            database: Store::open(env, super::DATABASE_POOL, database, p.database_pool()),
            query,
            crew: RefCell::default(),
            tasks: RefCell::default(),
            clients: RefCell::default(),
            others: RefCell::default(),
            env: env.clone(),
            p,
        })
    }

    /// Whether frames are read from sockets.
    pub(super) fn reads(&self) -> bool {
        self.reads.get()
    }

    /// Starts a task of a part, which lives no longer than that.
    #[track_caller]
    pub(super) fn start(&self, part: Part, name: &str, at: StationId, work: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(name, at, work);
        let mut all = self.tasks.borrow_mut();
        let Some(tasks) = all.get_mut(part as usize) else { return };
        // Of many that came and went few are kept.
        if tasks.len() >= 64 && tasks.len().is_power_of_two() {
            tasks.retain(|task| !task.is_finished());
        }
        tasks.push(task);
    }

    #[track_caller]
    fn beside(&self, name: &str, at: StationId, work: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(name, at, work);
        self.others.borrow_mut().push(task);
    }

    /// Everybody begins to work.
    pub(super) fn begin(self: &Rc<Self>) {
        let env = &self.env;
        let (inner, last) = (self.clone(), UnderWay::begin(&self.workers));
        let crew = Crew::start(env, POOL, "worker", self.p.workers, move |_| frames::work(inner.clone()));
        self.crew.replace(Some(crew.when_done(move || drop(last))));
        let (inner, written) = (self.clone(), UnderWay::begin(&self.written));
        self.start(Part::Hub, "write", self.hub, async move {
            inner.sockets.write(|| inner.socket_is_gone()).await;
            drop(written);
        });
        let flusher = store::flush(self.clone(), UnderWay::begin(&self.flushes));
        self.start(Part::Batch, "flusher", self.store, flusher);
        self.beside("reaper of Redis", self.store, self.redis.reaper());
        self.beside("reaper of the database", self.store, self.database.reaper());
        self.beside("monitor", env.station(), targets::watch(self.clone()));
        let sessions = env.open_plain(StationKind::Source, SESSIONS);
        self.books.set(Count::Workers, self.p.workers.into());
        self.books.set(Count::Connected, self.p.sessions.into());
        env.gauge(self.hub, HubGauges::ALL.entries, self.p.sessions.into());
        self.metrics.connect(self.p.sessions);
        self.listen();
        env.gauge(sessions, SessionGauges::ALL.sessions, self.p.sessions.into());
        let requests = env.spawn_at("requests", self.api, api::come(self.clone()));
        let frames = env.spawn_at("sessions", sessions, sessions::play(self.clone()));
        self.clients.borrow_mut().extend([requests, frames]);
    }

    /// Nobody comes any more, and what has come is brought to its end, however long that takes.
    pub(super) async fn finish(&self) {
        self.nobody_comes();
        for part in Part::ALL {
            self.close(part).await;
        }
    }

    fn nobody_comes(&self) {
        let clients = self.clients.take();
        drop(clients);
    }

    /// Tells a part to stop, and waits until it has come to its own end.
    pub(super) async fn close(&self, part: Part) {
        match part {
            Part::Http => {
                self.accepts.set(false);
                self.requests.wait().await;
            }
            // No frame is read from here on. What is under way is answered by sockets that are still open.
            Part::Hub => self.hang_up(),
            Part::Pool => {
                // Asked to end, workers take nothing more from a broker: what lies there is for whoever comes next.
                if self.is_asked_to_end.get() && self.p.has_broker() {
                    self.empty_the_jobs();
                }
                self.jobs.0.close();
                self.workers.wait().await;
                self.sockets.close();
                self.written.wait().await;
                self.disconnect();
            }
            Part::Batch => {
                self.batcher.close();
                self.flushes.wait().await;
            }
            Part::Redis => self.redis.close().await,
            Part::Database => self.database.close().await,
        }
    }

    /// Nobody takes what waits for a worker: it is lost with the process, or stays with the broker.
    fn empty_the_jobs(&self) {
        while let Some(frame) = self.jobs.1.try_recv() {
            if self.p.has_broker() {
                frame.stays_in_the_queue();
            } else {
                drop(frame);
            }
        }
    }

    fn hang_up(&self) {
        self.reads.set(false);
        self.quiet.broadcast();
    }

    /// A socket did not keep up, and is let go.
    pub(super) fn socket_is_gone(&self) {
        let left = self.connected.get().saturating_sub(1);
        self.connected.set(left);
        self.books.count(Count::LetGo, 1);
        self.books.set(Count::Connected, left.into());
        self.env.gauge(self.hub, HubGauges::ALL.entries, left.into());
        self.metrics.disconnect_one();
    }

    fn disconnect(&self) {
        self.connected.set(0);
        self.books.set(Count::Connected, 0);
        self.env.gauge(self.hub, HubGauges::ALL.entries, 0);
        self.metrics.disconnect();
    }

    /// Ends a part there and then, with what it has in hand and in its buffers: all of that is lost.
    fn cut(&self, part: Part) {
        // Not within a borrow: a task that is dropped lets go of what it holds.
        let tasks = self.tasks.borrow_mut().get_mut(part as usize).map(std::mem::take);
        drop(tasks);
        match part {
            Part::Http => self.accepts.set(false),
            Part::Hub => self.hang_up(),
            Part::Pool => {
                let crew = self.crew.take();
                drop(crew);
                self.jobs.0.close();
                self.empty_the_jobs();
                self.sockets.cut();
                self.disconnect();
            }
            Part::Batch => drop(Items::new(&self.books, self.batcher.abandon())),
            Part::Redis => self.redis.cut(),
            Part::Database => self.database.cut(),
        }
    }

    /// The signal comes: the parts of an order are stopped one after the other. Whatever is there after that goes with the process.
    pub(super) async fn shut_down(&self) {
        self.env.note("SIGTERM: the process is asked to end", 0);
        self.shutdown.begin(self.p.grace);
        self.is_asked_to_end.set(true);
        let order = if self.p.order == "documented" { &[Part::Http] } else { &Part::ALL[..] };
        for part in order.iter().copied() {
            self.shutdown.step(part as usize, self.close(part), || self.cut(part)).await;
        }
        self.cut_all();
        let code = self.shutdown.exit();
        self.env.note("the process ends with exit code {}", code);
    }

    fn cut_all(&self) {
        self.nobody_comes();
        let others = self.others.take();
        drop(others);
        Part::ALL.into_iter().for_each(|part| self.cut(part));
    }
}

/// Whoever runs the process: dropped, it takes along all that is there still, as its tasks would keep each other.
pub(super) struct Ends(pub Rc<Process>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.cut_all();
    }
}

/// Counts as under way as long as it is there.
pub(super) struct UnderWay(WaitGroup);

impl UnderWay {
    pub(super) fn begin(group: &WaitGroup) -> UnderWay {
        group.add(1);
        UnderWay(group.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.done();
    }
}
