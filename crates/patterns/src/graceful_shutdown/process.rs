//! The process: what it has, how each of its parts is stopped, and what it means to cut it off.

use super::books::{Books, Held};
use super::params::Params;
use super::store::Store;
use super::{BATCH, DATABASE, HUB, JOBS, Part, REDIS, RESULTS};
use millrace_engine::{Env, Task};
use millrace_parts::{Batcher, Crew, Hub, Rx, Shutdown, Tx, WaitGroup, channel};
use millrace_trace::StationId;
use millrace_upstream as upstream;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

/// What all tasks of the process share.
pub(super) struct Process {
    pub env: Env,
    pub p: Params,
    pub books: Books,
    pub shutdown: Shutdown,
    /// Whether somebody who comes is let in.
    pub accepts: Cell<bool>,
    pub requests: WaitGroup,
    pub hub: Hub,
    pub sockets: WaitGroup,
    pub jobs: (Tx<Held>, Rx<Held>),
    pub results: (Tx<Held>, Rx<Held>),
    pub workers: WaitGroup,
    pub reader: WaitGroup,
    pub batcher: Batcher,
    pub inserts: WaitGroup,
    pub model: Store,
    pub redis: Store,
    pub database: Store,
    tasks: RefCell<[Vec<Task<()>>; 6]>,
    pub crew: RefCell<Option<Crew>>,
    pub clients: RefCell<Option<Task<()>>>,
}

impl Process {
    /// All is open, and nobody works yet.
    pub fn open(env: &Env, p: Params) -> Rc<Process> {
        let station = env.station();
        let shutdown = Shutdown::open(env, station, &Part::ALL.map(Part::name));
        let group = || WaitGroup::new(env);
        let store = |server| Store::new(env, server, p.close);
        Rc::new(Process {
            books: Books::open(env, station),
            accepts: Cell::new(true),
            requests: group(),
            hub: Hub::open(env, HUB, "broadcast", p.hub()),
            sockets: group(),
            jobs: channel(env, JOBS, p.jobs_buffer),
            results: channel(env, RESULTS, p.results_buffer),
            workers: group(),
            reader: group(),
            batcher: Batcher::open(env, BATCH, shutdown.part(Part::Batch as usize), p.batcher()),
            inserts: group(),
            model: store(upstream::open(env, &p.model)),
            redis: store(upstream::open_as(env, REDIS, &p.redis)),
            database: store(upstream::open_as(env, DATABASE, &p.database)),
            tasks: RefCell::default(),
            crew: RefCell::default(),
            clients: RefCell::default(),
            shutdown,
            env: env.clone(),
            p,
        })
    }

    /// The station of a part.
    pub fn at(&self, part: Part) -> StationId {
        self.shutdown.part(part as usize)
    }

    /// Starts a task of a part, which lives no longer than that.
    #[track_caller]
    pub fn start(&self, part: Part, name: &str, at: StationId, work: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(name, at, work);
        let mut all = self.tasks.borrow_mut();
        let Some(tasks) = all.get_mut(part as usize) else { return };
        // Of many that came and went few are kept.
        if tasks.len() >= 64 && tasks.len().is_power_of_two() {
            tasks.retain(|task| !task.is_finished());
        }
        tasks.push(task);
    }

    /// Tells a part to stop, and waits until it has come to its own end.
    async fn close(&self, part: Part) {
        match part {
            Part::Http => {
                self.accepts.set(false);
                self.requests.wait().await;
            }
            Part::Hub => {
                self.hub.stop();
                self.sockets.wait().await;
            }
            Part::Processor => {
                self.jobs.0.close();
                self.workers.wait().await;
                self.results.0.close();
                self.reader.wait().await;
            }
            Part::Batch => {
                self.batcher.close();
                self.inserts.wait().await;
            }
            Part::Redis => self.redis.close().await,
            Part::Database => self.database.close().await,
        }
    }

    /// Ends a part there and then, with what it has in hand and in its buffers: all of that is lost.
    fn cut(&self, part: Part) {
        // Not within a borrow: a task that is dropped lets go of what it holds.
        let tasks = self.tasks.borrow_mut().get_mut(part as usize).map(std::mem::take);
        drop(tasks);
        match part {
            Part::Http => self.accepts.set(false),
            Part::Hub => {}
            Part::Processor => {
                let crew = self.crew.take();
                drop(crew);
                self.jobs.0.close();
                self.results.0.close();
                while let Some(lost) = self.jobs.1.try_recv().or_else(|| self.results.1.try_recv()) {
                    drop(lost);
                }
            }
            Part::Batch => drop(Held::items(&self.books, self.batcher.abandon())),
            Part::Redis => self.redis.cut(),
            Part::Database => self.database.cut(),
        }
    }

    /// The signal comes: the parts of an order are stopped one after the other. Whatever is there after that goes with the process.
    pub async fn shut_down(&self, order: &[Part]) {
        self.env.note("SIGTERM: the process is asked to end", 0);
        self.shutdown.begin(self.p.grace);
        self.books.asked();
        for part in order.iter().copied() {
            self.shutdown.step(part as usize, self.close(part), || self.cut(part)).await;
        }
        self.exit();
    }

    /// Ends all that is there still, with those who come.
    fn cut_all(&self) {
        let clients = self.clients.take();
        drop(clients);
        Part::ALL.into_iter().for_each(|part| self.cut(part));
    }

    fn exit(&self) {
        self.cut_all();
        let code = self.shutdown.exit();
        self.env.note("the process ends with exit code {}", code);
    }
}

/// Whoever runs the process: dropped, it takes along all that is there still, as its tasks would keep each other.
pub(super) struct Ends(pub Rc<Process>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.cut_all();
    }
}
