//! The process: what all of its tasks share, how it runs, and how it is asked to end.

use super::api;
use super::books::{Books, Count, Frame, Items};
use super::console::Interviews;
use super::limits::Limits;
use super::metrics::Metrics;
use super::params::Params;
use super::sessions;
use super::sockets::Sockets;
use super::store::{self, Manners, Store};
use super::{API, BATCH, DATABASE, HUB, POOL, REDIS, SESSIONS, STORE};
use super::{frames, targets};
use millrace_engine::{Env, Server};
use millrace_parts::{Batcher, Cond, Crew, Parts, Process as _, Rx, Tx, WaitGroup, channel};
use millrace_spec::{Fidelity, HubGauges, SessionGauges};
use millrace_trace::{StationId, StationKind};
use millrace_upstream as upstream;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A part of the process. Its number is its place among them.
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
    pub parts: Parts,
    pub api: StationId,
    pub store: StationId,
    hub: StationId,
    /// Whether requests are let in, and whether sockets are read.
    pub accepts: Cell<bool>,
    reads: Cell<bool>,
    connected: Cell<u32>,
    /// Whether the pool takes frames. One that comes back to it then is not taken again.
    pub takes: Cell<bool>,
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
}

impl Process {
    /// All is open, and nobody works yet.
    pub(super) fn open(env: &Env, p: Params, fidelity: Fidelity) -> Rc<Process> {
        let station = env.station();
        let parts = Parts::open(env, station, &Part::ALL.map(Part::name));
        let (hub, api) = (env.open_plain(StationKind::Crew, HUB), env.open_plain(StationKind::Crew, API));
        let limits = Limits::open(env, &p);
        let jobs = channel(env, super::jobs_of(&p.via), p.buffer());
        let initialize = upstream::open_with_less(env, &p.emotion, ("initialize", p.initialize));
        let store = env.open_plain(StationKind::Crew, STORE);
        let batcher = Batcher::open(env, BATCH, store, p.batcher());
        let redis = upstream::open_as(env, REDIS, &p.redis);
        let (database, query) = upstream::open_as_with_less(env, DATABASE, &p.database, ("query", p.query));
        let group = || WaitGroup::new(env);
        let books = Books::open(env, station);
        let at = (env, &books);
        Rc::new(Process {
            books: books.clone(),
            parts,
            api,
            store,
            hub,
            accepts: Cell::new(true),
            reads: Cell::new(true),
            connected: Cell::new(p.sessions),
            takes: Cell::new(true),
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
            redis: Store::open(at, (super::REDIS_POOL, redis), p.redis_pool(), p.redis_manners()),
            database: Store::open(at, (super::DATABASE_POOL, database), p.database_pool(), Manners::PATIENT),
            query,
            crew: RefCell::default(),
            env: env.clone(),
            p,
        })
    }

    /// Whether frames are read from sockets.
    pub(super) fn reads(&self) -> bool {
        self.reads.get()
    }

    /// The parts that are stopped when the process is asked to end, one after the other.
    pub(super) fn order(&self) -> std::ops::Range<usize> {
        let first = Part::Http as usize;
        first..if self.p.order == "documented" { first + 1 } else { Part::ALL.len() }
    }

    /// Everybody begins to work.
    pub(super) fn begin(self: &Rc<Self>) {
        let env = &self.env;
        let (inner, last) = (self.clone(), self.workers.under_way());
        let crew = Crew::start(env, POOL, "worker", self.p.workers, move |_| frames::work(inner.clone()));
        self.crew.replace(Some(crew.when_done(move || drop(last))));
        let (inner, written) = (self.clone(), self.written.under_way());
        self.parts.start(Part::Hub as usize, "write", self.hub, async move {
            inner.sockets.write(|| inner.socket_is_gone()).await;
            drop(written);
        });
        let flusher = store::flush(self.clone(), self.flushes.under_way());
        self.parts.start(Part::Batch as usize, "flusher", self.store, flusher);
        self.parts.looks("reaper of Redis", self.store, self.redis.reaper());
        self.parts.looks("reaper of the database", self.store, self.database.reaper());
        self.parts.looks("monitor", env.station(), targets::watch(self.clone()));
        let sessions = env.open_plain(StationKind::Source, SESSIONS);
        self.books.set(Count::Workers, self.p.workers.into());
        self.books.set(Count::Connected, self.p.sessions.into());
        env.gauge(self.hub, HubGauges::ALL.entries, self.p.sessions.into());
        self.metrics.connect(self.p.sessions);
        self.listen();
        env.gauge(sessions, SessionGauges::ALL.sessions, self.p.sessions.into());
        self.parts.comes("requests", self.api, api::come(self.clone()));
        self.parts.comes("sessions", sessions, sessions::play(self.clone()));
    }

    /// Nobody comes any more, and what has come is brought to its end, however long that takes.
    pub(super) async fn finish(&self) {
        self.parts.nobody_comes();
        for part in 0..Part::ALL.len() {
            self.close(part).await;
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
}

impl millrace_parts::Process for Process {
    fn parts(&self) -> &Parts {
        &self.parts
    }

    async fn close(&self, part: usize) {
        let Some(part) = Part::ALL.get(part) else { return };
        match part {
            Part::Http => {
                self.accepts.set(false);
                self.requests.wait().await;
            }
            // No frame is read from here on. What is under way is answered by sockets that are still open.
            Part::Hub => self.hang_up(),
            Part::Pool => {
                // Asked to end, workers take nothing more from a broker: what lies there is for whoever comes next.
                if self.parts.is_asked_to_end() && self.p.has_broker() {
                    self.takes.set(false);
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

    /// All that a part has in hand and in its buffers is lost, but for what a broker has still.
    fn cut(&self, part: usize) {
        let Some(part) = Part::ALL.get(part) else { return };
        match part {
            Part::Http => self.accepts.set(false),
            Part::Hub => self.hang_up(),
            Part::Pool => {
                self.takes.set(false);
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
}
