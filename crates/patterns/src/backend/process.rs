//! The process: what all of its tasks share, and in which order it is created.

use super::books::{Books, Count};
use super::database::Database;
use super::figures::{Backend, Figures};
use super::life::{Life, Part};
use super::metrics::Metrics;
use super::params::Params;
use super::reset::Since;
use super::sockets::Sockets;
use super::throttle::Throttle;
use super::{CACHE, CLIENTS, DATABASE, crash, live, requests, said};
use crate::background_processor::{Background, Rank};
use crate::concurrency_manager::Kind;
use crate::request_handler::{Does, Ended, Handler};
use crate::{concurrency_manager, pool_manager};
use millrace_engine::{Env, Job, Server};
use millrace_parts::{Cache, Crew, Holds, Machine, Parts, Times, WaitGroup, select2};
use millrace_spec::Fidelity;
use millrace_trace::{Answer, JobId, SimTime};
use millrace_upstream::{self as upstream, Asking, Keys};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

/// Of how many tasks at most is kept for which word each is: more than may be accepted at once as documented, which is ten in each of 10,000 places of the queue, of 300 of
/// a rail and of 1,000 hands.
const MOST: usize = 1 << 17;

pub(super) struct Process {
    pub env: Env,
    pub p: Params,
    pub is_shipped: bool,
    pub life: Rc<Life>,
    pub throttle: Throttle,
    pub sockets: Rc<Sockets>,
    pub metrics: Rc<Metrics>,
    /// Those that have come and have not left.
    pub requests: WaitGroup,
    pub books: Books,
    /// From when on it is counted, for whoever tells it.
    pub since: Rc<RefCell<Since>>,
    pub machine: Machine,
    pub handler: Rc<Handler>,
    pub manager: Option<Rc<concurrency_manager::Manager>>,
    pub pool_manager: Option<Rc<pool_manager::Manager>>,
    pub database: Database,
    pub background: Background,
    pub cache: Server,
    /// What the cache keeps.
    pub cached: RefCell<Cache<u32, ()>>,
    pub words: Keys,
    pub asking: RefCell<Asking>,
    pub routes: [u64; 4],
    /// The words that are to be put into the cache, by the task that does it.
    warming: RefCell<BTreeMap<JobId, u32>>,
    /// How many operations there have been, and how many of each kind run.
    pub operations: Cell<u64>,
    running: Rc<[Cell<u32>; 3]>,
    /// How long requests took behind the handler, and when the last one had.
    pub times: Cell<(Times, Option<SimTime>)>,
    pub crews: RefCell<Vec<Crew>>,
    /// Since when it has been there, and how many words had been in the cache by then, and not been.
    pub begun: Cell<SimTime>,
    before: Cell<[u64; 2]>,
}

impl Process {
    /// All is open, and nobody works yet.
    pub(super) fn open(env: &Env, p: Params, fidelity: Fidelity) -> Rc<Process> {
        let machine = Machine::new(env, p.machine.settings()).may_crash();
        let life = Rc::new(Life::open(env, &p.lifetime, p.is_enabled()));
        upstream::open(env, &p.external);
        let cache = upstream::open_as(env, CACHE, &p.cache);
        let server = upstream::open_as(env, DATABASE, &p.database);
        let pool = Rc::new(p.pool(fidelity));
        let database = Database::open(env, &pool, server);
        let is_shipped = fidelity == Fidelity::Shipped;
        let books = Books::open(env, env.station());
        let process = Rc::new_cyclic(|process: &Weak<Process>| {
            let warms = process.clone();
            let mut background = p.background(fidelity);
            background.does = Some(Rc::new(move |tasks: &[JobId]| {
                let (process, tasks) = (warms.upgrade(), tasks.to_vec());
                Box::pin(async move {
                    if let Some(process) = process {
                        process.warms(&tasks).await;
                    }
                    true
                })
            }));
            let inner = process.clone();
            let does: Does = Box::new(move |request| {
                let process = inner.upgrade();
                Box::pin(async move {
                    match process {
                        Some(process) => process.does(request).await,
                        None => Ended::with(Answer::Cancelled),
                    }
                })
            });
            // Each that is built by others is built after them, and the background processor before all that may be off.
            let background = Background::open(env, background);
            let manager = || concurrency_manager::Manager::open(env, p.manager(fidelity), fidelity, machine.clone());
            let manager = p.is_enabled().then(manager);
            let connections = database.pool.clone();
            let pool_manager = || Rc::new(pool_manager::Manager::new(env, pool, connections, None, is_shipped));
            Process {
                background,
                manager,
                pool_manager: p.is_enabled().then(pool_manager),
                warming: RefCell::default(),
                since: Rc::default(),
                handler: Handler::open(env, p.handler(fidelity), fidelity, machine.clone(), does),
                cached: RefCell::new(Cache::new(p.cache_size as usize)),
                words: Keys::of("", p.words, p.skew),
                asking: RefCell::new(Asking::start(env)),
                routes: p.routes(),
                operations: Cell::new(0),
                running: Rc::default(),
                times: Cell::default(),
                crews: RefCell::default(),
                begun: Cell::new(SimTime::ZERO),
                before: Cell::default(),
                throttle: Throttle::open(env, &p.throttling),
                sockets: Sockets::open(env, &p.connected),
                metrics: Rc::new(Metrics::new()),
                requests: WaitGroup::new(env),
                is_shipped,
                life,
                env: env.clone(),
                books,
                machine,
                database,
                cache,
                p,
            }
        });
        let inner = Rc::downgrade(&process);
        process.machine.reads(Holds::Entry, move || inner.upgrade().map_or(0, |own| own.cached.borrow().len() as u64));
        process
    }

    /// Everybody begins to work.
    pub(super) fn begin(self: &Rc<Self>) {
        let (env, here, parts) = (&self.env, self.env.station(), self.life.parts());
        self.background.start();
        self.sockets.start();
        self.crews.replace(self.manager.as_ref().map_or(Vec::new(), concurrency_manager::start_all));
        self.looks();
        parts.looks("figures", env.station(), said::watch(self.clone()));
        parts.looks("crashes", here, crash::watch(self.clone()));
        parts.comes(CLIENTS, here, requests::come(self.clone(), self.requests.under_way()));
    }

    /// Those begin who look again and again, each of which is of a part.
    pub(super) fn looks(&self) {
        let (parts, here, pool) = (self.life.parts(), self.env.station(), self.database.pool.clone());
        let of = |part| self.life.number(part).unwrap_or_default();
        parts.start(of(Part::Database), "reaper", pool.station(), pool.clone().reap());
        if let Some(manager) = &self.manager {
            parts.start(of(Part::Manager), "monitor", here, concurrency_manager::watch(manager.clone()));
        }
        if let Some(manager) = self.pool_manager.clone() {
            parts.start(of(Part::Connections), "manager", pool.station(), async move { manager.watches().await });
        }
    }

    /// How many words were found in the cache, and not, since the process began.
    pub(super) fn looked_up(&self) -> [u64; 2] {
        let ([hits, misses], counted) = (self.before.get(), |what| self.books.counted(what));
        [counted(Count::Hits) - hits, counted(Count::Misses) - misses]
    }

    /// What it knew of requests and words it knows no more.
    pub(super) fn forgets(&self) {
        self.before.set([Count::Hits, Count::Misses].map(|what| self.books.counted(what)));
        self.warming.take();
        self.times.take();
    }

    /// Waits until all that was to come has been answered, and what that set off has been done.
    pub(super) async fn over(&self) {
        self.requests.wait().await;
        self.background.settled().await;
    }

    /// A request took so long behind the handler.
    pub(super) fn took(&self, began: SimTime) {
        let (mut times, now) = (self.times.get().0, self.env.now());
        times.add(now.since(began));
        self.times.set((times, Some(now)));
    }

    /// An operation of a kind runs, until this is dropped.
    pub(super) fn runs(&self, kind: Kind) -> Running {
        let place = kind as usize;
        if let (Some(running), Some(limit)) = (self.running.get(place), self.p.limits().get(place)) {
            running.set(running.get() + 1);
            let beyond = i64::from(running.get()) - i64::from(*limit);
            if self.p.is_installed() && beyond > 0 {
                self.books.reaches(Count::Beyond, beyond);
            }
        }
        Running(self.running.clone(), place)
    }

    /// A word was found: to put it into the cache is a task for later, and a part of the request for it that goes its own way. One that is there is kept for longer by that.
    pub(super) fn warms_up(&self, job: &Job, word: u32) {
        let task = job.split();
        let id = task.id();
        let mut warming = self.warming.borrow_mut();
        // As shipped some never run, and nobody says so.
        while warming.len() >= MOST {
            warming.pop_first();
        }
        warming.insert(id, word);
        drop(warming);
        if !self.background.submit(task, Rank::Low) {
            self.warming.borrow_mut().remove(&id);
        }
    }

    /// Puts words into the cache, several in one go where they come together.
    async fn warms(&self, tasks: &[JobId]) {
        self.env.sleep(self.p.warm_up).await;
        let until = self.env.now() + self.p.cache_ttl;
        let words: Vec<u32> = tasks.iter().filter_map(|task| self.warming.borrow_mut().remove(task)).collect();
        let mut cached = self.cached.borrow_mut();
        for word in words {
            cached.put(word, (), until);
        }
    }
}

/// An operation that runs.
pub(super) struct Running(Rc<[Cell<u32>; 3]>, usize);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(running) = self.0.get(self.1) {
            running.set(running.get().saturating_sub(1));
        }
    }
}

impl millrace_parts::Process for Process {
    fn parts(&self) -> &Parts {
        self.life.parts()
    }

    async fn close(&self, part: usize) {
        // Of what is gone nothing can be stopped.
        if !self.machine.is_up() {
            return self.cut(part);
        }
        match self.life.part(part) {
            Some(Part::Http) => self.life.http.closes().await,
            Some(Part::Sockets) => self.sockets.closes().await,
            Some(Part::Background) => self.background.stop().await,
            Some(Part::Manager) => {
                let crews = self.crews.take();
                if let Some(manager) = &self.manager {
                    let stops = concurrency_manager::stop(manager, crews);
                    select2(&self.env, self.machine.until_up(false), stops).await;
                }
            }
            Some(Part::Database) => self.database.pool.settled().await,
            // They decide, and have nothing in hand.
            Some(Part::Limiter | Part::Handler | Part::Connections) | None => {}
        }
    }

    fn cut(&self, part: usize) {
        match self.life.part(part) {
            Some(Part::Http) => self.life.http.hangs_up(),
            Some(Part::Sockets) => self.sockets.cut(),
            Some(Part::Background) => self.background.cut(),
            Some(Part::Manager) => {
                let crews = self.crews.take();
                drop(crews);
                drop(self.manager.clone().map(concurrency_manager::Ends));
            }
            Some(Part::Database) => self.database.pool.ends(),
            Some(Part::Limiter | Part::Handler | Part::Connections) | None => {}
        }
    }
}

impl Backend for Process {
    fn figures(&self) -> Figures {
        live::figures(self)
    }

    fn is_up(&self) -> bool {
        self.machine.is_up()
    }

    fn reset(&self) {
        self.times.take();
        if let Some(manager) = &self.pool_manager {
            manager.resets();
        }
        if let Some(manager) = &self.manager {
            manager.resets();
        }
        if self.is_shipped {
            self.handler.closes_breaker();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::*;
    use millrace_spec::{FieldGroup, Value, Values};

    #[test]
    fn however_many_words_wait_to_be_put_into_the_cache_each_is() {
        run(1, |env| async move {
            let given = |key: &str| (key == "cache-size").then_some(Value::Count(100_000));
            let values = Values::resolve(&Params::with_script(), Fidelity::Documented, |field| given(field.key));
            let process = Process::open(&env, Params::read(&values), Fidelity::Documented);
            process.background.start();
            let job = env.job();
            (0..11_000).for_each(|word| process.warms_up(&job, word));
            job.leave(millrace_trace::Outcome::Completed);
            process.background.settled().await;
            assert_eq!(process.background.statistics().refused, 0);
            assert_eq!(process.cached.borrow().len(), 11_000);
        });
    }
}
